package page

import (
	"testing"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/bot/understand"
)

// asking are the messages that ask something, by their buttons, with what people
// answer: the button that it presses, "" for what must press none.
var asking = []struct {
	buttons []string
	said    map[string]string
}{
	{[]string{"come", "absent", "ask_back"}, map[string]string{
		"em sẽ đến": "come", "dạ tôi tham gia được ạ": "come", "toi se co mat": "come", "tham gia": "come",
		"em bận trông cháu không đi được": "absent", "xin phép vắng": "absent", "hom do toi ban viec roi": "absent",
		"vắng mặt": "absent", "mai họp mấy giờ": "", "cảm ơn bạn": "", "họp ở đâu": "", "tôi đi được không": "",
		"tôi không đổi số": "", "mấy giờ bắt đầu ạ?": ""}},
	{[]string{"confirm", "ask_back"}, map[string]string{
		"đã đọc": "confirm", "nhận được rồi em": "confirm", "rõ rồi ạ": "confirm", "rõ": "confirm", "đã nhận": "confirm",
		"chưa đọc": "", "đọc ở đâu": "", "chưa rõ": "", "gửi lại tôi xem": ""}},
	{[]string{"got_full", "got_less", "got_none", "why"}, map[string]string{
		"nhận rồi em": "got_full", "tiền về rồi cháu ạ": "got_full", "đủ rồi": "got_full", "da nhan du": "got_full",
		"chưa nhận được đồng nào": "got_none", "chưa thấy": "got_none", "chưa": "got_none", "chua nhan": "got_none",
		"mới nhận được 100 nghìn": "got_less", "thiếu 50 nghìn": "got_less", "nhận chưa": "", "tiền về chưa": "",
		"ai nhận rồi": "", "tháng 2 chưa nhận": "", "nhận rồi mà thiếu": "", "bà Hoa chưa nhận": ""}},
	{[]string{"not_me"}, map[string]string{
		"không phải tôi": "not_me", "tôi không đổi số nào cả": "not_me", "khong phai toi dau": "",
		"không phải tôi thì ai": "", "ok": ""}},
}

// What people say in place of a button presses it, and what only sounds alike
// nothing; no key of the texts is tried by nothing.
func TestWhatIsAskedIsAnsweredInWords(t *testing.T) {
	words, err := texts.Load(func(problem string) { t.Error(problem) })
	if err != nil {
		t.Fatal(err)
	}
	says, model, tried := heard(words), understand.New(), map[string]bool{}
	for _, one := range asking {
		var sights []bot.Sight
		for _, key := range one.buttons {
			sights = append(sights, bot.Sight{Label: bot.Fold(words.Say("button."+key, nil)), Action: key, Key: key})
		}
		for text, want := range one.said {
			tried[want] = true
			if got := bot.Named(sights, text, model.Understand(text).Slots, says); got != want {
				t.Errorf("%q presses %q, want %q", text, got, want)
			}
		}
	}
	for _, key := range words.Keys() {
		if name, is := keyed(key); is && !tried[name] {
			t.Errorf("%s is tried by nothing", key)
		}
	}
}
