package understand

import "canbobot/bot"

// Codes of the roster.
const (
	roleHead   = "head"
	roleDeputy = "deputy"
	roleMember = "member"
)

// post finds a role and an organization. Of several roles the one somebody is
// to take counts: "phó lên làm trưởng".
func (s *scratch) post(slots *bot.Slots) {
	taken := false
	for i := range s.words {
		w := &s.words[i]
		if w.kind != plainWord || w.name {
			continue
		}
		next := ""
		if i+1 < len(s.words) && !s.words[i+1].breaks && s.words[i+1].kind == plainWord {
			next = s.words[i+1].folded
		}
		if slots.Organization == "" && next != "" {
			slots.Organization = organization(w.folded, next)
		}
		code, from := s.roleAt(i)
		if code == "" || slots.Role != "" && taken {
			continue
		}
		takes := from > 0 && taking[s.words[from-1].folded]
		if slots.Role == "" || takes {
			slots.Role, taken = code, takes
		}
	}
}

func organization(first, second string) string {
	switch first + " " + second {
	case "phu nu", "lien hiep":
		return "women"
	case "nong dan":
		return "farmers"
	case "chien binh", "cuu binh":
		return "veterans"
	case "chi doan", "thanh nien", "doan vien", "doan phuong":
		return "youth"
	case "cao tuoi", "nguoi gia", "phu lao":
		return "elderly"
	case "thap do":
		return "red_cross"
	case "mat tran":
		return "front"
	}
	return ""
}

// taking are the words before the role that somebody takes.
var taking = setOf("lam len man chuc quyen giu nhiem bau la")

// roleAt reads the role that ends at word i, and where it begins.
func (s *scratch) roleAt(i int) (code string, from int) {
	w := &s.words[i]
	word := func(back int) string {
		if i-back < 0 || s.words[i-back].kind != plainWord || s.words[i-back].name {
			return ""
		}
		return s.words[i-back].folded
	}
	next := ""
	if i+1 < len(s.words) && !s.words[i+1].breaks {
		next = s.words[i+1].folded
	}
	meant := s.meaning(i).meets(of(role, appoint, leave, replace, post, members, report, rate, allowance, lack))
	switch w.folded {
	case "truong":
		if w.marked() && (w.tone == grave || w.tone == level) || next == "hop" {
			return "", 0
		}
		switch word(1) {
		case "hoi", "doan":
			if word(2) == "chi" {
				return s.unlessDeputy(i, 3)
			}
			return s.unlessDeputy(i, 2)
		case "cap", "chi":
			return roleHead, i - 1
		case "pho", "to", "thon", "xom", "khoi":
			return "", 0
		}
		if next == "ban" || next == "chi" || next == "doan" {
			return roleHead, i
		}
		if meant {
			return roleHead, i
		}
	case "thu":
		if word(1) == "bi" && next != "chi" || word(1) == "bi" && !(i+2 < len(s.words) && s.words[i+2].folded == "bo") {
			if word(2) == "pho" {
				return roleDeputy, i - 2
			}
			return roleHead, i - 1
		}
	case "pho":
		if w.marked() && (w.tone != acute || w.shape != "pho") || word(1) == "dan" || word(1) == "khoi" && next == "" ||
			next == "phuong" || word(1) == "to" {
			return "", 0
		}
		switch word(1) {
		case "hoi", "doan":
			if word(2) == "chi" {
				return roleDeputy, i - 2
			}
			return roleDeputy, i - 1
		case "cap", "chi", "ban":
			return roleDeputy, i - 1
		}
		if next == "bi" {
			return "", 0 // told at "thu"
		}
		if next == "ban" || next == "truong" || next == "chi" || next == "doan" || next == "hoi" || meant {
			return roleDeputy, i
		}
	case "vien":
		if word(1) == "uy" {
			return roleMember, i - 1
		}
	case "dau":
		if word(1) == "dung" && word(2) == "nguoi" {
			return roleHead, i - 2
		}
	}
	return "", 0
}

// unlessDeputy reads "phó chi hội trưởng".
func (s *scratch) unlessDeputy(i, back int) (string, int) {
	from := i - back + 1
	if from > 0 && s.words[from-1].folded == "pho" && s.words[from-1].kind == plainWord &&
		(from < 2 || s.words[from-2].folded != "dan") {
		return roleDeputy, from - 1
	}
	return roleHead, from
}
