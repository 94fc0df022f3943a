package understand_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/understand"
)

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"Phụ cấp  tháng\t3":        "phu cap thang 3",
		"ĐỔI SỐ điện thoại":        "doi so dien thoai",
		"hòa":                      "hoa",
		"hoà":                      "hoa",
		"Thúy thuý khỏe khoẻ":      "thuy thuy khoe khoe",
		"u\u031bo\u031b\u0301c mo": "uoc mo",
		" \u200bnghỉ\u200b ":       "nghi",
		"":                         "",
		"日本 3":                     "日本 3",
	} {
		if got := understand.Fold(text); got != want {
			t.Errorf("Fold(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestUnderstandHowItIsTyped(t *testing.T) {
	for want, phrases := range map[bot.Intent][]string{
		bot.Allowance: {
			"phụ cấp tháng 3 có chưa", "PHỤ CẤP THÁNG 3 CÓ CHƯA", "phu cap thang 3 co chua", "phuj caaps thangs 3 cos chuwa",
			"phu5 ca6p1 tha1ng 3 co1 chu7a", "phucap thang3 cochua", "pc t3 co chua e", "phu capp thnag 3 co chua",
			"phu\u0323 ca\u0302\u0301p tha\u0301ng 3",
		},
		bot.ChangeBank:  {"đổi số tài khoản", "doi stk", "ddoir soos taif khoanr", "doistk", "doi so tai khaon"},
		bot.ChangePhone: {"đổi số điện thoại", "doi sdt", "d9o6i3 so61 d9ie6n5 thoai5", "doi so dien thaoi"},
	} {
		for _, phrase := range phrases {
			if got := model.Understand(phrase); got.Intent != want {
				t.Errorf("%q is %s (%.2f), want %s\n%s", phrase, got.Intent, got.Confidence, want, model.Explain(phrase))
			}
		}
	}
}

func TestNotReceivedIsNotAskingWhetherReceived(t *testing.T) {
	for phrase, want := range map[string]bot.Intent{
		"nhận tiền chưa":          bot.Allowance,
		"chưa nhận tiền":          bot.AllowanceProblem,
		"có tiền chưa em":         bot.Allowance,
		"chưa có tiền em ơi":      bot.AllowanceProblem,
		"tiền về chưa":            bot.Allowance,
		"tiền chưa về":            bot.AllowanceProblem,
		"tháng này có tiền không": bot.Allowance,
		"tháng này không có tiền": bot.AllowanceProblem,
		"co thay tien ve khong":   bot.Allowance,
		"khong thay tien ve":      bot.AllowanceProblem,
	} {
		if got := model.Understand(phrase); got.Intent != want {
			t.Errorf("%q is %s, want %s\n%s", phrase, got.Intent, want, model.Explain(phrase))
		}
	}
}

func TestDoubt(t *testing.T) {
	for _, phrase := range []string{"nghi", "nghỉ", "Nghi", "nghĩ", "nghi a"} {
		got := model.Understand(phrase)
		if got.Confidence >= 0.5 || got.Intent != bot.Unknown {
			t.Errorf("a bare %q is %s, %.2f sure", phrase, got.Intent, got.Confidence)
		}
		if !slices.Contains(got.Others, bot.ChangeLeave) {
			t.Errorf("a bare %q offers %v, want change_leave among them", phrase, got.Others)
		}
	}
	for _, phrase := range []string{"", " ", "🙂🙂", "...", "asdf", "hôm nay thời tiết thế nào", "123", "\xff\xfe"} {
		if got := model.Understand(phrase); got.Intent != bot.Unknown || got.Confidence >= 0.5 {
			t.Errorf("%q is %s, %.2f sure; want unknown", phrase, got.Intent, got.Confidence)
		}
	}
	for _, phrase := range []string{"huỷ", "thôi", "quay lại", "trợ giúp", "menu", "huy", "tro giup", "quay lai"} {
		if got := model.Understand(phrase); got.Confidence < 0.9 {
			t.Errorf("%q must leave a form: %s, only %.2f sure", phrase, got.Intent, got.Confidence)
		}
	}
}

// What is courteous asks for nothing, whichever way it is read.
func TestSmalltalk(t *testing.T) {
	for text, want := range map[string]bool{
		"ok": true, "OK em": true, "dạ vâng": true, "cảm ơn em nhiều nhé": true, "cam on": true, "thanks": true, "👍": true,
		"❤️":         true,
		"ừ biết rồi": true, "vâng ạ 🙏": true,
		"": false, "...": false, "chào em": false, "ok đổi số điện thoại": false, "em": false, "tiền về chưa": false,
		"không": false, "123": false,
		strings.Repeat("ok ", 100): false,
	} {
		if got := understand.Aside(text) == bot.Courtesy; got != want {
			t.Errorf("%q is courteous: %v", text, got)
		}
		if got := model.Understand(text); want && got.Intent != bot.Unknown {
			t.Errorf("%q is %s, want no request", text, got.Intent)
		}
	}
	for _, text := range []string{"okkk", ":)", "cảm ơn cán bộ"} {
		if got := model.Understand(text); got.Intent != bot.Unknown {
			t.Errorf("%q is %s, want no request", text, got.Intent)
		}
	}
}

// What sends a form must not leave it.
func TestSendingIsNotCancelling(t *testing.T) {
	for _, phrase := range []string{"Gửi đi", "gui di", "gửi", "Đồng ý", "duyệt", "xác nhận"} {
		if got := model.Understand(phrase); got.Intent == bot.Cancel || got.Intent == bot.Back {
			t.Errorf("%q is %s, %.2f sure", phrase, got.Intent, got.Confidence)
		}
	}
}

func TestTwoRequests(t *testing.T) {
	for phrase, want := range map[string][2]bot.Intent{
		"xem phụ cấp t3 với đổi số điện thoại luôn":                    {bot.Allowance, bot.ChangePhone},
		"tháng 3 có tiền chưa, à mà bao giờ họp":                       {bot.Allowance, bot.Notices},
		"cho hỏi pc t4 có chưa và mức cấp phó là bao nhiêu":            {bot.Allowance, bot.Policy},
		"tiền về chưa em, còn đơn đổi stk của chị sao rồi":             {bot.Allowance, bot.MyRequests},
		"đổi số điện thoại và số tài khoản giúp tôi":                   {bot.ChangePhone, bot.ChangeBank},
		"chị Hoa nghỉ, chị Lan thay":                                   {bot.ChangeOfficer, ""},
		"đổi số điện thoại, số cũ mất rồi":                             {bot.ChangePhone, ""},
		"em ơi cho chị hỏi tí, phụ cấp tháng này có chưa em":           {bot.Allowance, ""},
		"tôi làm chi hội trưởng tổ 5, cho hỏi phụ cấp tháng 3 có chưa": {bot.Allowance, ""},
	} {
		if got := model.Understand(phrase); got.Intent != want[0] || got.Also != want[1] {
			t.Errorf("%q: %s and %q, want %s and %q", phrase, got.Intent, got.Also, want[0], want[1])
		}
	}
}

func TestMonths(t *testing.T) {
	for phrase, want := range map[string]bot.Slots{
		"pc t3":                        {Month: 3},
		"pc T03":                       {Month: 3},
		"phụ cấp th3":                  {Month: 3},
		"phu cap thang3":               {Month: 3},
		"phụ cấp tháng ba":             {Month: 3},
		"phụ cấp tháng tư":             {Month: 4},
		"phụ cấp tháng năm":            {Month: 5},
		"phụ cấp tháng bảy":            {Month: 7},
		"phụ cấp tháng mười":           {Month: 10},
		"phụ cấp tháng mười một":       {Month: 11},
		"phu cap thang muoi hai":       {Month: 12},
		"phụ cấp 3/2026":               {Month: 3, Year: 2026},
		"phụ cấp tháng 3/2026":         {Month: 3, Year: 2026},
		"phụ cấp tháng 12 năm 2025":    {Month: 12, Year: 2025},
		"t4-2026 được bao nhiêu":       {Month: 4, Year: 2026},
		"tháng trước được bao nhiêu":   {Ago: 1},
		"thang roi duoc may dong":      {Ago: 1},
		"tháng vừa rồi được bao nhiêu": {Ago: 1},
		"2 tháng trước được bao nhiêu": {Ago: 2},
		"hai tháng trước":              {Ago: 2},
		"tháng này có chưa":            {},
		"tháng ni có chưa":             {},
		"phụ cấp tháng giêng":          {Month: 1, Lunar: true},
		"phụ cấp tháng chạp":           {Month: 12, Lunar: true},
		"mấy tháng trước":              {},
		"các tháng trước":              {},
		"tháng 1 đến tháng 3":          {},
		"3 tháng gần đây":              {},
		"quý 1":                        {Quarter: 1},
		"tháng 13":                     {},
		"mỗi tháng được bao nhiêu":     {},
	} {
		if got := model.Understand(phrase).Slots; got != want {
			t.Errorf("%q: %+v, want %+v", phrase, got, want)
		}
	}
}

func TestNamesAndPhones(t *testing.T) {
	for phrase, want := range map[string]bot.Slots{
		"tìm bà Nguyễn Thị Hoa":          {Name: "Nguyễn Thị Hoa"},
		"tim ba hoa":                     {Name: "hoa"},
		"tìm nguyễn thị hoa tổ 5":        {Name: "nguyễn thị hoa", Village: "tổ 5"},
		"thay chị Hoa bằng chị Lan":      {Name: "Hoa", Other: "Lan"},
		"chị Lan thay làm chi hội phó":   {Name: "Lan", Role: "deputy"},
		"tìm đồng chí Trần Văn Tiến":     {Name: "Trần Văn Tiến"},
		"anh Tiến nghỉ":                  {Name: "Tiến"},
		"thay chi hội phó":               {Role: "deputy"},
		"cho bác hỏi chi hội tôi có ai":  {},
		"THAY CHI HỘI PHÓ":               {Role: "deputy"},
		"Thay Chi Hội Phó":               {Role: "deputy"},
		"số mới của tôi 0912 345 678":    {Phone: "0912 345 678"},
		"doi so sang 0912.345.678 nhe":   {Phone: "0912.345.678"},
		"số mới +84 912 345 678":         {Phone: "+84 912 345 678"},
		"đổi số 84912345678":             {Phone: "84912345678"},
		"đổi số 01684123456":             {Phone: "01684123456"},
		"stk mới 3701205123456 agribank": {BankAccount: "3701205123456", Bank: "agribank"},
	} {
		if got := model.Understand(phrase).Slots; got != want {
			t.Errorf("%q: %+v, want %+v", phrase, got, want)
		}
	}
}

func TestReadsTheSameEveryTime(t *testing.T) {
	seen, _ := corpus(t)
	again := understand.Read()
	var wait sync.WaitGroup
	for worker := range 4 {
		wait.Go(func() {
			for i := worker; i < len(seen); i += 4 {
				a, b := model.Understand(seen[i].Phrase), again.Understand(seen[i].Phrase)
				if a.Intent != b.Intent || a.Confidence != b.Confidence || a.Slots != b.Slots || !slices.Equal(a.Others, b.Others) {
					t.Errorf("%q: %+v, then %+v", seen[i].Phrase, a, b)
				}
			}
		})
	}
	wait.Wait()
}

func TestMeaningKeepsItsPromises(t *testing.T) {
	seen, held := corpus(t)
	for _, example := range append(seen, held...) {
		promised(t, example.Phrase, model.Understand(example.Phrase))
	}
}

// promised fails when a meaning is not what bot.Meaning says.
func promised(t *testing.T, text string, got bot.Meaning) {
	t.Helper()
	if !(got.Confidence >= 0 && got.Confidence <= 1) {
		t.Errorf("%q: confidence %v", text, got.Confidence)
	}
	if !slices.Contains(bot.Intents, got.Intent) || len(got.Others) > 3 || slices.Contains(got.Others, got.Intent) ||
		slices.Contains(got.Others, bot.Unknown) {
		t.Errorf("%q: %s, others %v", text, got.Intent, got.Others)
	}
	if got.Also == got.Intent || got.Also != "" &&
		(got.Intent == bot.Unknown || got.Also.ForStaff() != got.Intent.ForStaff()) {
		t.Errorf("%q: %s and also %s", text, got.Intent, got.Also)
	}
	if got.Slots.Quarter < 0 || got.Slots.Quarter > 4 || !strings.Contains(text, got.Slots.Other) ||
		!strings.Contains(text, got.Slots.Village) {
		t.Errorf("%q: slots %+v", text, got.Slots)
	}
	if got.Slots.Month < 0 || got.Slots.Month > 12 || got.Slots.Ago < 0 || got.Slots.Ago > 12 ||
		!strings.Contains(text, got.Slots.Name) || !strings.Contains(text, got.Slots.Phone) {
		t.Errorf("%q: slots %+v", text, got.Slots)
	}
}

func TestLongTextCostsNoMore(t *testing.T) {
	for _, piece := range []string{"phụ cấp tháng 3 ", "phucapthang3cochua", "abcd ", "chi hoi ", "t3 ", "0912345678 ",
		"\u0301", "🙂", "tieenf2w ", "zxcvbnmlk "} {
		text := strings.Repeat(piece, 100_000/len(piece))
		fastest := time.Hour
		for range 5 {
			start := time.Now()
			promised(t, text, model.Understand(text))
			fastest = min(fastest, time.Since(start))
		}
		if fastest > 5*time.Millisecond*slowdown {
			t.Errorf("100 kB of %q took %v", piece, fastest)
		}
	}
}

func TestEvaluate(t *testing.T) {
	report, err := understand.Evaluate(model,
		strings.NewReader("# a comment\n\nallowance\tphụ cấp tháng 3\nmenu\tđổi số điện thoại\r\n"))
	if err != nil || report.Total != 2 || report.Right != 1 || report.Accuracy() != 0.5 {
		t.Fatalf("%+v, %v", report, err)
	}
	if report.Confusion[bot.Menu][bot.ChangePhone] != 1 || len(report.Misses) != 1 || report.Misses[0].Line != 4 {
		t.Errorf("%+v", report)
	}
	var out strings.Builder
	if err := report.Print(&out); err != nil || !strings.Contains(out.String(), "change_phone 1") ||
		!strings.Contains(out.String(), "50.0%") {
		t.Errorf("%v\n%s", err, out.String())
	}
	report, err = understand.Evaluate(model,
		strings.NewReader("menu\tmenu\tfull\nhelp\tplain\ttro giup\nmenu\tphụ cấp tháng 3\tfull\n"))
	if err != nil || report.Styles["full"] != (understand.Tally{Total: 2, Right: 1}) ||
		report.Styles["plain"] != (understand.Tally{Total: 1, Right: 1}) {
		t.Errorf("by style: %+v, %v", report.Styles, err)
	}
	out.Reset()
	if err := report.Print(&out); err != nil || !strings.Contains(out.String(), "style full") {
		t.Errorf("%v\n%s", err, out.String())
	}
	for _, bad := range []string{"menu\tmenu\tfull\tmore\n", "allowance phụ cấp\n", "allowances\tphụ cấp\n", "menu\t\n"} {
		if _, err := understand.Evaluate(model, strings.NewReader(bad)); err == nil {
			t.Errorf("%q was read without an error", bad)
		}
	}
}

func FuzzUnderstand(f *testing.F) {
	for _, text := range []string{"phụ cấp tháng 3 có chưa", "ddoir soos 0912 345 678", "thay chị Hoa", "t3/2026",
		"tháng 1, 2, 3", "\xff\u0301a", "3 tháng", "+84", strings.Repeat("a1", 99)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		promised(t, text, model.Understand(text))
		model.Explain(text)
		understand.Aside(text)
		if folded := understand.Fold(text); understand.Fold(folded) != folded {
			t.Errorf("Fold(%q) = %q, which folds to %q", text, folded, understand.Fold(folded))
		}
	})
}

func BenchmarkUnderstand(b *testing.B) {
	seen, _ := corpus(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		model.Understand(seen[i%len(seen)].Phrase)
	}
}

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		understand.Read()
	}
}
