package page

import (
	"slices"
	"strings"
	"unicode"

	"canbobot/bot"
	"canbobot/models"
)

// courteous are the words, folded, that thank, agree or say goodbye. A text of
// nothing else asks for nothing.
var courteous = strings.Fields(`cam on camon thank thanks tks thanhs ok oke okie okay oki okla okela vang da u
		uh um uk uhm e c duoc roi tot qua lam nhieu
	em anh chi bac co chu oi nhe nha a ah nghe ha hi hihi haha the la xong biet ro hieu da minh toi ban ad dung tam
		biet bye chuc ngay vui ve hay day do vay rua ri hen hi`)

// heads are those of courteous without which the others say nothing.
var heads = strings.Fields(`cam camon thank thanks tks ok oke okie okay oki okla okela vang da u uh um uk uhm
		duoc tot xong ro hieu bye biet dung hihi haha roi`)

// smiling are pictures that say thanks or yes.
const smiling = "👍👌🙏❤♥😊🥰😍🙂😄😁😀💯✅🌹🌸💐🤝👏😘☺"

// asideOf tells thanks and pictures from what may be a request or an answer.
func asideOf(text string) string {
	if words, pictures := split(text); len(words) > 0 {
		said := false
		for _, word := range words {
			if !slices.Contains(courteous, word) {
				return ""
			}
			said = said || slices.Contains(heads, word)
		}
		if said && len(words) <= 12 {
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

// split parts a text into folded words and pictures; other signs are dropped.
func split(text string) (words []string, pictures string) {
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
	return strings.Fields(models.Fold(rest.String())), pictures
}
