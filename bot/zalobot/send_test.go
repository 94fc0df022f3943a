package zalobot

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
)

// onePixel is a PNG.
var onePixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01" +
	"\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x35\x81\x84" +
	"\x00\x00\x00\x00IEND\xaeB`\x82")

var approve = [][]bot.Button{
	bot.Row(bot.Button{Label: "Duyệt", Action: bot.Act("ok")}, bot.Button{Label: "Trả lại", Action: bot.Act("back")}),
	bot.Row(bot.Button{Label: "Văn bản", URL: "https://example.vn/258"}),
}

func TestSendNumbersChoices(t *testing.T) {
	for name, test := range map[string]struct {
		reply bot.Reply
		want  string
	}{
		"choices": {bot.Reply{Title: "Đề nghị 12", Text: "Chờ duyệt", Buttons: approve},
			"Đề nghị 12\nChờ duyệt\n\n1. Duyệt\n2. Trả lại\nVăn bản: https://example.vn/258\nTrả lời bằng số, ví dụ 1"},
		"with a mark": {bot.Reply{Text: "Chờ duyệt", Buttons: approve[:1], Mark: "B"},
			"Chờ duyệt\n\nB1. Duyệt\nB2. Trả lại\nTrả lời bằng số, ví dụ B1"},
		"only a page": {bot.Reply{Text: "Mời xem", Buttons: approve[1:]},
			"Mời xem\n\nVăn bản: https://example.vn/258"},
		"decomposed": {bot.Reply{Text: norm.NFD.String("Chọn đi ạ"),
			Buttons: [][]bot.Button{bot.Row(bot.Button{Label: norm.NFD.String("Được"), Action: bot.Act("a")})}},
			"Chọn đi ạ\n\n1. Được\nTrả lời bằng số, ví dụ 1"},
		"title on one line": {bot.Reply{Title: " Đề\n nghị ", Text: "\n\nx\n"}, "Đề nghị\nx"},
		"only choices":      {bot.Reply{Text: " \n", Buttons: approve[:1]}, "1. Duyệt\n2. Trả lại\nTrả lời bằng số, ví dụ 1"},
	} {
		l := newLine(t, nil)
		hoa := l.person(1)
		ref, err := l.channel.Send(t.Context(), hoa.ID, test.reply)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := hoa.Messages(); len(got) != 1 || got[0].Text != test.want || got[0].ID != ref {
			t.Errorf("%s: %+v under %q", name, got, ref)
		}
		if got := l.channel.Numbers(test.reply); got != strings.Contains(test.want, "1. ") {
			t.Errorf("%s: Numbers = %t", name, got)
		}
	}
}

// Choices that do not fit under the text get a message of their own, and as many
// messages as they need; each is within the limit.
func TestSendKeepsChoicesTogether(t *testing.T) {
	many := func(n int) (rows [][]bot.Button) {
		for range n {
			rows = append(rows, bot.Row(bot.Button{Label: "Nguyễn Thị Phượng Anh", Action: bot.Act("x")}))
		}
		return rows
	}
	list := utf8.RuneCountInString("\n\n1. Nguyễn Thị Phượng Anh\nTrả lời bằng số, ví dụ 1")
	for name, test := range map[string]struct {
		letters, buttons, messages int
	}{
		"fits":                   {100, 2, 1},
		"fits to the letter":     {190 - list, 1, 1},
		"does not fit any more":  {191 - list, 1, 2},
		"more than one message":  {100, 20, 4},
		"text of three messages": {190*2 + 50, 2, 3},
	} {
		l := newLine(t, func(config *Config) { config.TextLimit = 200 })
		hoa := l.person(1)
		ref, err := l.channel.Send(t.Context(), hoa.ID,
			bot.Reply{Text: strings.Repeat("ắ", test.letters), Buttons: many(test.buttons)})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := hoa.Messages()
		if len(got) != test.messages || got[len(got)-1].ID != ref {
			t.Errorf("%s: %d messages, want %d", name, len(got), test.messages)
		}
		for _, m := range got {
			if n := utf8.RuneCountInString(m.Text); n > 190 {
				t.Errorf("%s: a message of %d letters", name, n)
			}
		}
		if last := got[len(got)-1].Text; !strings.HasSuffix(last, "ví dụ 1") {
			t.Errorf("%s: the last message is %q", name, last)
		}
	}
}

func TestSendWithTheUsualLimit(t *testing.T) {
	l := newLine(t, nil)
	hoa := l.person(1)
	if _, err := l.channel.Send(t.Context(), hoa.ID,
		bot.Reply{Text: strings.Repeat("ắ", 1900) + "\n" + strings.Repeat("b", 1901)}); err != nil {
		t.Fatal(err)
	}
	if got := hoa.Messages(); len(got) != 3 || utf8.RuneCountInString(got[0].Text) != 1900 || len(got[2].Text) != 1 {
		t.Errorf("%d messages", len(got))
	}
}

// Without words of its own the channel adds none.
func TestSendWithoutWords(t *testing.T) {
	l := newLine(t, func(config *Config) { config.Words = Words{} })
	hoa := l.person(1)
	reply := bot.Reply{Text: "x", Buttons: approve[:1],
		Files: []bot.File{{Name: "a.pdf", MIME: "application/pdf", Content: []byte("%PDF")}}}
	if _, err := l.channel.Send(t.Context(), hoa.ID, reply); err != nil {
		t.Fatal(err)
	}
	if got := hoa.Messages(); got[0].Text != "x\n\n1. Duyệt\n2. Trả lại" ||
		!strings.HasPrefix(got[1].Text, "a.pdf\nhttp://") {
		t.Errorf("%+v", got)
	}
}

func TestSendFiles(t *testing.T) {
	l := newLine(t, nil)
	hoa := l.person(1)
	files := []bot.File{
		{Name: "Danh sách tháng 4.xlsx", MIME: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
			Content: []byte("PK\x03\x04 nội dung")},
		{Name: norm.NFD.String("mã mời.png"), MIME: "image/png", Content: onePixel},
		{Name: "hỏng.png", MIME: "image/png", Content: []byte("not a picture")},
		{Name: "", MIME: "image/png", Content: onePixel},
	}
	ref, err := l.channel.Send(t.Context(), hoa.ID, bot.Reply{Text: "Đây ạ", Files: files})
	if err != nil {
		t.Fatal(err)
	}
	got := hoa.Messages()
	if len(got) != 5 || got[0].ID != ref {
		t.Fatalf("%d messages, reference %q", len(got), ref)
	}
	for i, at := range []int{1, 3} { // the documents
		name, address, _ := strings.Cut(got[at].Text, "\n")
		lies, ok := l.shelf.at(address)
		want := files[[]int{0, 2}[i]]
		if !ok || name != "Mở tệp "+want.Name+":" || lies.picture || lies.chatID != hoa.ID || lies.channel != "zalobot" ||
			string(lies.file.Content) != string(want.Content) {
			t.Errorf("link %q leads to %+v", got[at].Text, lies)
		}
	}
	picture := got[2]
	lies, _ := l.shelf.at(picture.PhotoURL)
	if !picture.Photo || picture.Black || picture.Text != "mã mời.png" || string(picture.Content) != string(onePixel) ||
		!lies.picture || lies.taken != 2 {
		t.Errorf("picture %+v, taken %d times", picture, lies.taken)
	}
	if !got[4].Photo || got[4].Text != "" {
		t.Errorf("picture without a name: %+v", got[4])
	}
	// Without a text, the reference is that of what was sent last.
	ref, err = l.channel.Send(t.Context(), hoa.ID, bot.Reply{Files: files[:1]})
	if all := hoa.Messages(); err != nil || ref == "" || ref != all[len(all)-1].ID {
		t.Errorf("reference %q, %v", ref, err)
	}
}

// A picture that the platform cannot fetch is still to be had by its reader.
func TestAPictureThatCannotBeFetchedIsALink(t *testing.T) {
	l := newLine(t, nil)
	l.server.Fail(faultOf("sendPhoto", 400))
	hoa := l.person(1)
	picture := bot.Reply{Files: []bot.File{{Name: "a.png", MIME: "image/png", Content: onePixel}}}
	if _, err := l.channel.Send(t.Context(), hoa.ID, picture); err != nil {
		t.Fatal(err)
	}
	if got := hoa.Messages(); len(got) != 1 || got[0].Photo || !strings.Contains(got[0].Text, l.shelf.url) {
		t.Errorf("%+v", got)
	}
	// Of whom it is not known whether they see it, they get it once.
	l.server.Recover()
	l.server.Fail(faultOf("sendPhoto", 500))
	_, err := l.channel.Send(t.Context(), hoa.ID, picture)
	checkFate(t, err, bot.Uncertain, "")
	if got := hoa.Messages(); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestFilesThatCannotBeLaidDown(t *testing.T) {
	reply := bot.Reply{Text: "Đây ạ", Files: []bot.File{{Name: "a.pdf", MIME: "application/pdf", Content: []byte("%PDF")}}}
	t.Run("no shelf", func(t *testing.T) {
		l := newLine(t, func(config *Config) { config.Shelf = nil })
		ref, err := l.channel.Send(t.Context(), l.person(1).ID, reply)
		checkFate(t, err, bot.Refused, "")
		if got := l.person(1).Messages(); len(got) != 1 || got[0].ID != ref {
			t.Errorf("the text was sent as %q: %+v", ref, got)
		}
	})
	t.Run("shelf away", func(t *testing.T) {
		l := newLine(t, nil)
		l.shelf.fault = errAway
		_, err := l.channel.Send(t.Context(), l.person(1).ID, reply)
		checkFate(t, err, bot.Retry, "")
		if !errors.Is(err, errAway) {
			t.Errorf("the cause is lost: %v", err)
		}
	})
}

// A reply that has begun is not left half said for a short pause.
func TestSendWaitsAShortPauseWithinAReply(t *testing.T) {
	for name, test := range map[string]struct {
		after     int
		want      bot.Fate
		messages  int
		isPausing bool
	}{
		"short": {3, "", 2, true},
		"long":  {30, bot.Retry, 1, false},
	} {
		l := newLine(t, nil)
		paused := time.Duration(0)
		l.channel.pause = func(_ context.Context, d time.Duration) error { paused = d; return nil }
		l.channel.clock = func() time.Time { return noon }
		fault := faultOf("sendMessage", 429)
		fault.RetryAfter, fault.Every, fault.Times = test.after, 2, 1
		l.server.Fail(fault)
		_, err := l.channel.Send(t.Context(), l.person(1).ID, bot.Reply{Text: strings.Repeat("a", 2000)})
		if (err == nil) != (test.want == "") || err != nil && bot.FateOf(err) != test.want {
			t.Errorf("%s: %v", name, err)
		}
		if got := l.person(1).Messages(); len(got) != test.messages || (paused == 3*time.Second) != test.isPausing {
			t.Errorf("%s: %d messages after a pause of %s", name, len(got), paused)
		}
	}
}

func TestSendRefusesWhatIsNoChat(t *testing.T) {
	l := newLine(t, nil)
	for _, chat := range []string{"", "a b", "a\nb", "á", "a:b", "../x", strings.Repeat("a", 65)} {
		_, err := l.channel.Send(t.Context(), chat, bot.Reply{Text: "x"})
		if chat != "../x" {
			checkFate(t, err, bot.Refused, "")
		}
		if chat == "" {
			checkFate(t, l.channel.Typing(t.Context(), chat), bot.Refused, "")
		}
	}
	if n := l.server.Calls("sendMessage"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestTyping(t *testing.T) {
	l := newLine(t, nil)
	if err := l.channel.Typing(t.Context(), l.person(1).ID); err != nil || l.person(1).Typing() != 1 {
		t.Errorf("%v, shown %d times", err, l.person(1).Typing())
	}
	checkFate(t, l.channel.Typing(t.Context(), "nobody"), bot.Unreachable, bot.WhyLeft)
}
