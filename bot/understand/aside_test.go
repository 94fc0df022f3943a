package understand_test

import (
	"testing"

	"canbobot/bot"
	"canbobot/bot/understand"
)

func TestAsidesAskForNothing(t *testing.T) {
	for text, want := range map[string]string{
		"ok": bot.Courtesy, "OK em": bot.Courtesy, "dạ vâng": bot.Courtesy, "Cảm ơn em nhiều nhé!": bot.Courtesy,
		"cam on e nhe": bot.Courtesy,
		"👍":            bot.Courtesy, "👍🏻👍🏻": bot.Courtesy, "❤️": bot.Courtesy, "ok 👌": bot.Courtesy,
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
