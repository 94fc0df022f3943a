package understand

import (
	"strings"
	"unicode"

	"canbobot/bot"
)

// courteous are the words, folded, that thank, agree or say goodbye; heads those
// without which the others say nothing.
var (
	courteous = setOf(wordsOf("courteous"))
	heads     = setOf(wordsOf("courteous heads"))
	wishes    = setOf(wordsOf("wishes"))
)

// smiling are pictures that say thanks or yes.
const smiling = "👍👌🙏❤♥😊🥰😍🙂😄😁😀💯✅🌹🌸💐🤝👏😘☺"

// Aside tells thanks (bot.Courtesy), wishes (bot.Wish) and pictures (bot.Emoji)
// from what may be a request or an answer (""). A text of nothing else asks for
// nothing.
func Aside(text string) string {
	if words, pictures := parted(text); len(words) > 0 {
		said, wished := false, false
		for _, word := range words {
			if !courteous[word] {
				return ""
			}
			said, wished = said || heads[word], wished || wishes[word]
		}
		switch {
		case len(words) > 12:
		case wished:
			return bot.Wish
		case said:
			return bot.Courtesy
		}
	} else if pictures != "" {
		if strings.ContainsAny(pictures, smiling) {
			return bot.Courtesy
		}
		return bot.Emoji
	}
	return ""
}

// parted parts a text into folded words and pictures; other signs are dropped.
func parted(text string) (words []string, pictures string) {
	var rest strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.Mn, r) && r < 0xFE00:
			rest.WriteRune(r)
		case unicode.Is(unicode.So, r), unicode.Is(unicode.Sk, r) && r > 0xFF:
			pictures += string(r)
			rest.WriteByte(' ')
		default:
			rest.WriteByte(' ')
		}
	}
	return strings.Fields(Fold(rest.String())), pictures
}
