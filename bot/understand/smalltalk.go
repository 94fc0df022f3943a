package understand

import (
	"strings"
	"unicode"
)

// agreeing are words of thanks and assent, folded; polite are those that may
// stand beside them.
var (
	agreeing = setOf(`ok oke okie oki okela okay okey uk uki um uh u uhm ukm umh vang da yes good tot camon cam thanks
thank tks thanh ty
hay duoc roi biet hieu ro nhat tri dung phai tuyet gioi yen tam on du chuc mung xong kk hihi haha hehe`)
	polite = setOf(`a em anh chi bac chau co chu o ong ba di mo me mu nhe nha nghe nhieu lam qua ban ad bot thua the
vay rua minh toi tui cac can phuong bo
you voi khoe suc ngay moi vui ve lanh an ngon ngu do day thi la nua that hen hi`)
)

// Smalltalk reports whether a text only thanks, agrees or smiles: "ok em",
// "dạ vâng", "cảm ơn nhiều", a thumbs-up. Understand finds no request in it
// (bot.Unknown), and no misunderstanding is to be shown: somebody is content.
func Smalltalk(text string) bool {
	if len(text) > 200 {
		return false
	}
	agrees, said := false, false
	for _, word := range strings.FieldsFunc(Fold(text),
		func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		said = true
		word = undouble(word)
		switch {
		case agreeing[word]:
			agrees = true
		case !polite[word]:
			return false
		}
	}
	if said {
		return agrees
	}
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.Is(unicode.So, r) || r == ':' &&
			strings.Contains(text, ":)")
	})
}
