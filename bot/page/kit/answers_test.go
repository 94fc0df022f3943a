package kit

import (
	"context"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
)

func TestDaySaid(t *testing.T) {
	s := Kit{Clock: func() time.Time { return time.Date(2026, 4, 6, 9, 0, 0, 0, services.Zone) }}
	for text, want := range map[string]struct {
		day    string
		begins bool
	}{
		"ông Bình thôi làm từ 1/4":         {"2026-04-01", true},
		"thoi lam tu ngay 1/4/2026":        {"2026-04-01", true},
		"kể từ 01.03.2026 chị Lan làm phó": {"2026-03-01", true},
		"nghỉ hết ngày 31-3":               {"2026-03-31", false},
		"làm đến 31/12":                    {"2025-12-31", false},
		"bầu hôm 5/3/25":                   {"2025-03-05", false},
		"từ 31/2":                          {},
		"từ 1/13":                          {},
		"số 12/QĐ":                         {},
		"tháng 3":                          {},
		"":                                 {},
	} {
		day, begins, ok := s.DaySaid(text)
		if !ok {
			day, begins = models.Date{}, false
		}
		got := ""
		if ok {
			got = day.String()
		}
		if got != want.day || begins != want.begins {
			t.Errorf("%q names %q (begins %v), want %q (%v)", text, got, begins, want.day, want.begins)
		}
	}
}

func TestReadNameWantsAWholeName(t *testing.T) {
	for text, want := range map[string]string{
		"Trần Thị Lan": "Trần Thị Lan", "chị Trần Thị Lan nhé": "Trần Thị Lan", "tran thi lan": "tran thi lan",
		"  bác   Y Moan ạ": "Y Moan",
		"Lan":              "", "chị Lan": "", "từ từ đã": "", "không biết": "", "để hỏi lại": "", "0912 345 678": "", "": "",
		"đổi số điện thoại": "",
	} {
		got, err := ReadName(context.Background(), bot.Turn{}, nil, bot.Input{Text: text})
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is read as %q (%v), want %q", text, got, err, want)
		}
		if err != nil && services.KindOf(err) != services.KindInvalid {
			t.Errorf("%q is refused as %v", text, err)
		}
	}
	// What surely asks for something is no name, capitals or not.
	turn := bot.Turn{In: bot.Inbound{Text: "Đổi Số"}, Meaning: bot.Meaning{Intent: bot.ChangePhone, Confidence: 0.95}}
	if got, err := ReadName(context.Background(), turn, nil, bot.Input{Text: "Đổi Số"}); err == nil {
		t.Errorf("a request is read as the name %q", got)
	}
}

func TestReadPhoneFindsTheNumberInASentence(t *testing.T) {
	turn := bot.Turn{In: bot.Inbound{Text: "số mới là 0912 345 678 nhé"},
		Meaning: bot.Meaning{Slots: bot.Slots{Phone: "0912 345 678"}}}
	if got, err := ReadPhone(context.Background(), turn, nil, bot.Input{Text: turn.In.Text}); got != "+84912345678" ||
		err != nil {
		t.Errorf("read as %q, %v", got, err)
	}
	if _, err := ReadPhone(context.Background(), turn, nil, bot.Input{Text: "chưa nhớ"}); services.CodeOf(err) != "phone" {
		t.Errorf("another text: %v", err)
	}
}

func TestNothingYet(t *testing.T) {
	for text, want := range map[string]bool{
		"chưa có": true, "chua co so": true, "không có": true, "ko co": true, "nỏ có": true, "chưa biết": true,
		"không": true, "để sau": true, "dạ chưa có ạ": true,
		"0912345678": false, "chưa chắc là 0912345678": false, "có": false, "nỏng": false,
	} {
		if got := nothingYet.MatchString(models.Fold(text)); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
