package bot_test

import (
	"testing"
	"time"

	"canbobot/bot"
)

// What is before a person is pressed by its label, its number, and what people say
// in its place; a word that decides nothing has it asked again, and what asks
// back, is denied or names two of them presses nothing.
func TestWhatIsInSightIsPressedByWords(t *testing.T) {
	asks := bot.Reply{Text: "Đã nhận chưa?", Buttons: [][]bot.Button{
		{{Label: "Đã nhận đủ", Action: bot.Act("see", "full"), Key: "full"}},
		{{Label: "Chưa nhận", Action: bot.Act("see", "none"), Key: "none"}},
		{{Label: "Đề nghị số 4", Action: bot.Act("see", "4")}}}}
	for said, want := range map[string]string{
		"Đã nhận đủ": "see full", "da nhan du": "see full", "nhận rồi em ạ": "see full", "có rồi": "see full",
		"chưa nhận được đồng nào": "see none", "chưa cô ơi": "see none", "4": "see 4", "đề nghị số 4": "see 4",
		"ok": "sight.press\n\nĐã nhận chưa?", "dạ vâng ạ": "sight.press\n\nĐã nhận chưa?",
		"nhận rồi thì làm gì": "misheard", "ai nhận rồi": "misheard", "nhận rồi mà chưa nhận đủ": "misheard",
		"không nhận rồi": "misheard", "5": "misheard", "nhận rồi?": "misheard",
		"phụ cấp tháng này có chưa": "misheard", "nhận rồi đúng không": "misheard",
	} {
		for _, numbered := range []bool{false, true} {
			c := newCounter(t, numbered)
			c.asked = []bot.Told{{Reply: asks, At: time.Now()}}
			if got := c.does(bot.Inbound{Text: said}); got != want {
				t.Errorf("%q: %q, want %q", said, got, want)
			}
		}
	}
}

// A word that decides nothing, after something else was said, is only that.
func TestAnOldQuestionIsNotAskedAgain(t *testing.T) {
	c := newCounter(t, false)
	c.asked = []bot.Told{{Reply: bot.Reply{Text: "?", Buttons: [][]bot.Button{
		{{Label: "Đã nhận đủ", Action: bot.Act("see", "full"), Key: "full"}}}}, At: time.Now().Add(-time.Minute)}}
	c.expect(text("menu"), "menu")
	c.expect(text("ok"), "misheard")
	c.expect(text("nhận rồi"), "see full")
}
