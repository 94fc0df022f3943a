package kit

import (
	"context"
	"testing"

	"canbobot/bot"
	"canbobot/services"
)

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
