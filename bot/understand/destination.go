package understand

import (
	"regexp"
	"strings"
)

// holders are what people say of whose account it is. The whole answer must be
// that: "của chị Hoa" is nobody's whom we know.
var holders = func() map[string]*regexp.Regexp {
	all := map[string]*regexp.Regexp{}
	for relation, words := range map[string]string{
		"spouse": "vo|chong|ong xa|ba xa",
		"child":  "con|con trai|con gai|con dau|con re",
		"parent": "bo|me|cha|bo me",
		"other": "khong|khong phai|nguoi khac|nguoi nha|anh trai|em trai|chi gai|em gai|chau|nguoi " +
			"than",
		"own": "dung|dung roi|phai|phai roi|co|vang|da vang|toi|minh|em|chinh toi|chinh minh|chinh " +
			"em|chinh chu",
	} {
		all[relation] = regexp.MustCompile(`^((toi|em|minh) )?(dung |la )?((tai khoan|tk|stk) )?` +
			`(cua |dung ten |ten |la )?(` + words + `)( (nha )?(toi|em|minh))?( a| nhe)?$`)
	}
	return all
}()

// HeldBy is whose account it is, by an answer and as the roster keeps it; "" where
// it says nothing of that.
func HeldBy(text string) string {
	said := strings.Trim(Fold(text), " .,!")
	for relation, means := range holders { // no answer is two of them
		if means.MatchString(said) {
			return relation
		}
	}
	return ""
}

// PayWay is the way without an account by which somebody says they want their
// money; "" where none is named.
func PayWay(text string) string {
	folded := Fold(text)
	switch {
	case strings.Contains(folded, "vneid"), strings.Contains(folded, "an sinh xa hoi"):
		return "vneid"
	case strings.Contains(folded, "tien mat"):
		return "cash"
	}
	return ""
}
