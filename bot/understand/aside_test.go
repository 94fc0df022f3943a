package understand_test

import (
	"testing"

	"canbobot/bot"
	"canbobot/bot/understand"
)

func TestAsidesAskForNothing(t *testing.T) {
	for text, want := range map[string]string{
		"ok": bot.Courtesy, "OK em": bot.Courtesy, "dạ vâng": bot.Courtesy, "Cảm ơn em nhiều nhé!": bot.Courtesy,
		"cam on e nhe":             bot.Courtesy,
		"chúc mừng năm mới phường": bot.Wish, "Chuc em suc khoe": bot.Wish, "chúc mừng chị Hoa lên chức": "",
		"👍": bot.Courtesy, "👍🏻👍🏻": bot.Courtesy, "❤️": bot.Courtesy, "ok 👌": bot.Courtesy,
		"được rồi em ạ": bot.Courtesy,
		"đúng rồi đó":   bot.Courtesy,
		"🐟":             bot.Emoji, "🎉🎉": bot.Emoji,
		"": "", "?": "", "...": "", "em": "", "chị ơi": "", "ok duyệt": "", "được bao nhiêu": "", "dạ cho em hỏi": "",
		"vâng, đổi số giúp bác": "", "1": "",
	} {
		if got := understand.Aside(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// Who doubts that this is the ward, or cannot press, is answered as such; a request
// of theirs, and a clerk who has lost a code, are not.
func TestConcern(t *testing.T) {
	for text, want := range map[string]string{
		"đây có phải lừa đảo không": bot.Trust, "day co phai lua dao khong": bot.Trust,
		"có người gọi bảo đọc mã OTP": bot.Trust, "chữ nhỏ quá": bot.Helpless, "bac khong biet bam": bot.Helpless,
		"đổi số điện thoại": "", "phụ cấp tháng này có chưa": "", "hôm nay trời mưa": "",
	} {
		if got := model.Understand(text).Aside; got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	if got := model.UnderstandBy("quên mã xác thực", true).Aside; got != "" {
		t.Errorf("a clerk without a code is told %q", got)
	}
}
