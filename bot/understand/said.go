package understand

import (
	"regexp"
	"strings"
)

// What forms listen for. A text is folded before it is held against these.
var (
	unanswered = regexp.MustCompile(`^(da |a )?(chua|khong|ko|k|no|de sau)( (co|biet|ro|nho|thay)\b.*)?$`)
	noneOfIt   = regexp.MustCompile(`^khong( co)?$`)
	agreed     = regexp.MustCompile(`^((toi|em|minh) )?dong y$`)
	ofOneself  = regexp.MustCompile(`\b(cua|so) (toi|tui|em|minh|tau)\b`)
	// Elders call themselves bác, chú, cô.
	oneself = regexp.MustCompile(`^(so )?(cua )?(toi|tui|em|minh|tau|bac|chu|co|anh|chi|ong|ba)` +
		`( day| do| em| a)?$`)
	leaving = regexp.MustCompile(`\b(toi|tui|minh|em|bac|chu|co|anh|chi) (xin|muon|dinh|khong lam|nghi|thoi)\b` +
		`|^(cho (toi|tui|em|minh) )?xin (thoi|nghi|rut)\b`)
	acting = regexp.MustCompile(`\b(tam (quyen|phu trach|thay)|phu trach|quyen (chi hoi|truong|bi thu))\b`)
)

// outcome is what a sentence is kept as, where it holds such words.
type outcome struct {
	kept  string
	words *regexp.Regexp
}

var (
	leaveReasons = []outcome{
		{"died", regexp.MustCompile(`\b(mat roi|vua mat|da mat|moi mat|qua doi|tu tran|khong con nua)\b`)},
		{"moved", regexp.MustCompile(`\b(chuyen (di|nha|vao|ra|noi|cho|cong tac|sinh hoat)|di lam an|vao nam` +
			`|di nuoc ngoai)\b`)},
		{"term_ended", regexp.MustCompile(`\bhet nhiem ky\b`)},
		{"dismissed", regexp.MustCompile(`\b(mien nhiem|cach chuc|ky luat|bai nhiem)\b`)},
		{"resigned", regexp.MustCompile(`\b(xin (nghi|thoi)|khong lam nua)\b`)},
	}
	shortfalls = []outcome{
		{"less", regexp.MustCompile(`thieu`)},
		{"none", regexp.MustCompile(`\b(chua|khong|ko|no)( ai| he)? (nhan|thay|co|ve|duoc)\b`)},
	}
)

// firstOf is the first outcome of which a text holds the words; "" for none.
func firstOf(outcomes []outcome, text string) string {
	folded := Fold(text)
	for _, one := range outcomes {
		if one.words.MatchString(folded) {
			return one.kept
		}
	}
	return ""
}

// Unanswered reports whether a text says that there is no answer to give:
// "chưa có", "để sau". A longer one says something.
func Unanswered(text string) bool {
	return unanswered.MatchString(Fold(text)) && len(strings.Fields(text)) <= 5
}

// None reports whether a text says that there is none: "không có". "Chưa biết"
// does not say so.
func None(text string) bool { return noneOfIt.MatchString(Fold(text)) }

// Agrees reports whether a text consents outright; "ok" is too little for that.
func Agrees(text string) bool { return agreed.MatchString(Fold(text)) }

// OfOneself reports whether a sentence says that something is the speaker's:
// "đổi số của tôi".
func OfOneself(text string) bool { return ofOneself.MatchString(Fold(text)) }

// Oneself reports whether an answer means who gives it: "của tôi", "bác đây".
func Oneself(text string) bool { return oneself.MatchString(Fold(text)) }

// Leaves reports whether who speaks says that they leave a post themselves.
func Leaves(text string) bool { return leaving.MatchString(Fold(text)) }

// LeaveReason is why somebody leaves, as the roster keeps it; "" where it is not
// said.
func LeaveReason(text string) string { return firstOf(leaveReasons, text) }

// Acting reports whether a sentence says that a post is held for the time being.
func Acting(text string) bool { return acting.MatchString(Fold(text)) }

// Shortfall is what is wrong with some money: "less" or "none" of it has come; ""
// where it is not said.
func Shortfall(text string) string { return firstOf(shortfalls, text) }
