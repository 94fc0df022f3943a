package channeltest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
)

func checkName(t *testing.T, s *suite) {
	if got := s.Channel().Name(); got != s.name {
		t.Errorf("name %q, want %q", got, s.name)
	}
}

func checkText(t *testing.T, s *suite) {
	chat := s.Chat(1)
	s.send(chat, bot.Reply{Text: "Tháng này: 200.000 đ\n\nĐã chi ngày 15/04"})
	if got := s.only(chat).Text; got != "Tháng này: 200.000 đ\n\nĐã chi ngày 15/04" {
		t.Errorf("shown %q", got)
	}
	if others := s.Shown(s.Chat(2)); len(others) != 0 {
		t.Errorf("somebody else is shown %+v", others)
	}
}

// Whatever a platform takes for markup must come out as it went in.
func checkLetters(t *testing.T, s *suite) {
	chat := s.Chat(1)
	const text = `a < b && c > d "e" 'f' <b>g</b> <script> &amp; *h* _i_ [j](k) {l} \m` + " `n` 🎉"
	s.send(chat, bot.Reply{Title: "R&D <1>", Text: text})
	if got := s.only(chat).Text; !strings.Contains(got, text) || !strings.Contains(got, "R&D <1>") {
		t.Errorf("shown %q", got)
	}
}

// Names arrive whole and composed, however they were stored.
func checkVietnamese(t *testing.T, s *suite) {
	chat := s.Chat(1)
	const name = "Nguyễn Thị Phượng Nguyệt Đặng Hữu Cường"
	s.send(chat, bot.Reply{Text: norm.NFD.String(name)})
	if got := s.only(chat).Text; got != name {
		t.Errorf("shown %q (%+q)", got, got)
	}
}

func checkTitle(t *testing.T, s *suite) {
	chat := s.Chat(1)
	s.send(chat, bot.Reply{Title: "Phụ cấp 04/2026", Text: "200.000 đ"})
	shown := s.only(chat)
	if !strings.HasPrefix(shown.Text, "Phụ cấp 04/2026") || !strings.HasSuffix(shown.Text, "200.000 đ") ||
		shown.Text == "Phụ cấp 04/2026200.000 đ" {
		t.Errorf("shown %q: the title stands first, apart from the text", shown.Text)
	}
	if shown.Bold != "" && shown.Bold != "Phụ cấp 04/2026" {
		t.Errorf("bold is %q", shown.Bold)
	}
	s.send(chat, bot.Reply{Title: "Chỉ có đầu đề"})
	if got := s.shown(chat, 2)[1].Text; strings.TrimSpace(got) != "Chỉ có đầu đề" {
		t.Errorf("shown %q", got)
	}
}

func checkEmpty(t *testing.T, s *suite) {
	chat := s.Chat(1)
	for _, reply := range []bot.Reply{{}, {Protect: true, Replace: true}} {
		ref, err := s.Channel().Send(t.Context(), chat, reply)
		if ref != "" || err != nil {
			t.Errorf("nothing was sent, under the reference %q: %v", ref, err)
		}
	}
	if shown := s.Shown(chat); len(shown) != 0 {
		t.Errorf("shown %+v", shown)
	}
}

// lines is a text of n lines that are each other than the next.
func lines(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%d. Nguyễn Văn Thắng %d, chi hội trưởng: %d.000 đ %s", i, i, 150+i,
			strings.Repeat("ở tổ dân phố ", i%9))
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

var offer = [][]bot.Button{
	bot.Row(bot.Button{Label: "Đồng ý", Action: bot.Act("yes", "1"), Style: bot.Positive},
		bot.Button{Label: "Từ chối", Action: bot.Act("no", "1"), Style: bot.Negative}),
	bot.Row(bot.Button{Label: "Trang chủ", Action: bot.Act("menu")}),
}

// offered lists the labels of offer as a channel with buttons shows them.
var offered = [][]string{{"Đồng ý", "Từ chối"}, {"Trang chủ"}}

func sameRows(a, b [][]string) bool { return slices.EqualFunc(a, b, slices.Equal) }

// checkOffered wants offer under a message, as buttons or as a numbered list.
func (s *suite) checkOffered(m Message) {
	s.t.Helper()
	if s.numbers() {
		last := -1
		for _, row := range offered {
			for _, label := range row {
				at := strings.Index(m.Text, label)
				if at <= last {
					s.t.Errorf("choice %q is not listed in its place: %q", label, m.Text)
				}
				last = at
			}
		}
		return
	}
	if !sameRows(m.Buttons, offered) {
		s.t.Errorf("buttons %q, want %q", m.Buttons, offered)
	}
}

// A long text is split at lines, loses none, and asks at its end.
func checkLong(t *testing.T, s *suite) {
	chat := s.Chat(1)
	want := lines(200)
	s.send(chat, bot.Reply{Title: "Danh sách", Text: strings.Join(want, "\n"), Buttons: offer})
	shown := s.Shown(chat)
	if len(shown) == 0 {
		t.Fatal("nothing is shown")
	}
	var got []string
	for i, message := range shown {
		got = append(got, strings.Split(message.Text, "\n")...)
		if i < len(shown)-1 && len(message.Buttons) > 0 {
			t.Errorf("part %d of %d has buttons", i+1, len(shown))
		}
	}
	if first := slices.Index(got, want[0]); first < 0 {
		t.Fatal("the first line is missing")
	} else if got = got[first:]; !s.numbers() && !slices.Equal(got, want) || len(got) < len(want) ||
		!slices.Equal(got[:len(want)], want) {
		t.Errorf("%d lines of %d came through whole and in order", common(got, want), len(want))
	}
	s.checkOffered(shown[len(shown)-1])
}

// common counts the leading lines that agree.
func common(a, b []string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// A line longer than any message is cut between letters, of which none is lost.
func checkLongLine(t *testing.T, s *suite) {
	chat := s.Chat(1)
	text := strings.Repeat("ắ🎉", 4500)
	s.send(chat, bot.Reply{Text: text, Buttons: offer})
	shown := s.Shown(chat)
	var all strings.Builder
	for _, message := range shown {
		all.WriteString(message.Text)
	}
	if got := all.String(); !strings.HasPrefix(got, text) || !s.numbers() && got != text {
		t.Errorf("%d of %d bytes came through", len(got), len(text))
	}
	s.checkOffered(shown[len(shown)-1])
}

func checkButtons(t *testing.T, s *suite) {
	chat := s.Chat(1)
	s.send(chat, bot.Reply{Text: "Anh/chị chọn:", Buttons: offer})
	s.checkOffered(s.only(chat))
	s.send(chat, bot.Reply{Text: "Không có gì để chọn", Buttons: [][]bot.Button{{}, nil}})
	if last := s.shown(chat, 2)[1]; len(last.Buttons) != 0 || last.Text != "Không có gì để chọn" {
		t.Errorf("empty rows are shown as %+v", last)
	}
	// An action as long as may be, and a page to open.
	s.send(chat, bot.Reply{Text: "Mời xem", Buttons: [][]bot.Button{bot.Row(
		bot.Button{Label: "Dài", Action: bot.Act(strings.Repeat("a", bot.MaxAction))},
		bot.Button{Label: "Mở trang", URL: "https://example.vn/van-ban?so=258"},
	)}})
	if last := s.shown(chat, 3)[2]; !s.numbers() && !sameRows(last.Buttons, [][]string{{"Dài", "Mở trang"}}) {
		t.Errorf("shown %+v", last)
	}
}

// More choices than a platform has buttons for are all there: as buttons, or as
// a numbered list in their order, with nothing drawn twice.
func checkManyButtons(t *testing.T, s *suite) {
	chat := s.Chat(1)
	reply := bot.Reply{Text: "Chọn tổ dân phố", Mark: "K"}
	for n := range 12 {
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: fmt.Sprint("Tổ ", n+1),
			Action: bot.Act("tdp", fmt.Sprint(n+1))}))
	}
	s.send(chat, reply)
	shown := s.Shown(chat)
	last := shown[len(shown)-1]
	numbered, ok := s.Channel().(bot.Numbered)
	if !ok || !numbered.Numbers(reply) {
		if got := slices.Concat(last.Buttons...); len(got) != 12 || got[11] != "Tổ 12" {
			t.Errorf("buttons %q", got)
		}
		return
	}
	if len(last.Buttons) > 0 {
		t.Errorf("numbered, and %q besides", last.Buttons)
	}
	at := -1
	for n := range 12 {
		line := fmt.Sprintf("K%d. Tổ %d", n+1, n+1)
		next := slices.Index(strings.Split(last.Text, "\n"), line)
		if next <= at {
			t.Errorf("%q is not in its place: %q", line, last.Text)
		}
		at = next
	}
}

func checkProtect(t *testing.T, s *suite) {
	chat := s.Chat(1)
	s.send(chat, bot.Reply{Text: "ai cũng đọc được"})
	s.send(chat, bot.Reply{Text: strings.Join(lines(200), "\n"), Protect: true})
	shown := s.Shown(chat)
	if shown[0].Protect {
		t.Error("what anybody may read is protected")
	}
	for i, part := range shown[2:] {
		if part.Protect != shown[1].Protect {
			t.Errorf("part %d is protected: %t, the first: %t", i+2, part.Protect, shown[1].Protect)
		}
	}
}

func checkFiles(t *testing.T, s *suite) {
	chat := s.Chat(1)
	files := []bot.File{
		{Name: "Danh sách chi trả tháng 4.xlsx", MIME: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
			Content: []byte("PK\x03\x04 nội dung")},
		{Name: "mã mời.png", MIME: "image/png", Content: picture},
		{Name: "hỏng.png", MIME: "image/png", Content: []byte("not a picture")},
	}
	s.send(chat, bot.Reply{Text: "Danh sách đây ạ", Files: files, Buttons: offer})
	shown := s.Shown(chat)
	if len(shown) == 0 || !strings.HasPrefix(shown[0].Text, "Danh sách đây ạ") {
		t.Fatalf("shown %+v", shown)
	}
	s.checkOffered(shown[0])
	var got []File
	links := 0
	for _, message := range shown {
		got = append(got, message.Files...)
		if message.Link {
			links++
		}
	}
	if links > 0 {
		return // the channel carries no files and says where they are
	}
	if len(got) != len(files) {
		t.Fatalf("%d files arrived of %d", len(got), len(files))
	}
	for i, file := range files {
		if got[i].Name != file.Name || string(got[i].Content) != string(file.Content) {
			t.Errorf("file %d is %q of %d bytes, want %q of %d", i, got[i].Name, len(got[i].Content), file.Name,
				len(file.Content))
		}
	}
}

// picture is a PNG of one pixel.
var picture = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01" +
	"\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x35\x81\x84" +
	"\x00\x00\x00\x00IEND\xaeB`\x82")
