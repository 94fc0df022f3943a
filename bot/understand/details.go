package understand

import (
	_ "embed"
	"strings"

	"canbobot/bot"
)

//go:embed banks.txt
var banksText string

// readBanks reads banks.txt: the code of each name, folded. Names that are
// ordinary words too are kept apart.
func readBanks() (certain, perhaps map[string]string) {
	certain, perhaps = map[string]string{}, map[string]string{}
	for _, line := range strings.Split(banksText, "\n") {
		code, names, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		code = strings.TrimSpace(code)
		sure, unsure, _ := strings.Cut(names, "~")
		for _, name := range strings.Split(sure, "|") {
			certain[Fold(strings.TrimSpace(name))] = code
		}
		for _, name := range strings.Split(unsure, "|") {
			if name = strings.TrimSpace(name); name != "" {
				perhaps[Fold(name)] = code
			}
		}
	}
	return certain, perhaps
}

// beforeBank are words after which an ordinary word may be a bank's name.
var beforeBank = setOf("hang ben qua sang the khoan ve o bank vao vo")

// longestBank is how many words a bank's name may have.
const longestBank = 5

// bankAt finds the bank named at word i, and how many words name it.
func (m *Model) bankAt(s *scratch, i int) (code string, n int) {
	for n = min(longestBank, len(s.words)-i); n > 0; n-- {
		s.key = s.key[:0]
		for j := i; j < i+n; j++ {
			if w := &s.words[j]; w.kind != plainWord || w.name || j > i && w.breaks {
				s.key = s.key[:0]
				break
			}
			if j > i {
				s.key = append(s.key, ' ')
			}
			s.key = append(s.key, s.words[j].folded...)
		}
		if len(s.key) == 0 {
			continue
		}
		if code := m.banks[string(s.key)]; code != "" {
			return code, n
		}
		if code := m.perhapsBanks[string(s.key)]; code != "" && i > 0 && beforeBank[s.words[i-1].folded] {
			return code, n
		}
	}
	return "", 0
}

// details fills the slots that are neither months nor names.
func (m *Model) details(s *scratch, slots *bot.Slots) {
	s.accounts(slots)
	for i := 0; i < len(s.words) && slots.Bank == ""; i++ {
		if code, n := m.bankAt(s, i); n > 0 && !(s.words[i].folded == "mb" && s.joinsMobile(i)) {
			slots.Bank = code
		}
	}
	s.post(slots)
	slots.Village = m.village(s)
}

// joinsMobile tells "mb" the network (mobi) from the bank.
func (s *scratch) joinsMobile(i int) bool { return i > 0 && s.words[i-1].folded == "mang" }

// Lengths of an account's number, in digits.
const (
	leastAccount = 6
	sureAccount  = 13 // longer than any phone's or citizen's number
	mostAccount  = 19
)

// accounts tells account numbers from phone numbers: by the words before them,
// else by the length.
func (s *scratch) accounts(slots *bot.Slots) {
	about := none // what the last word about numbers was
	anyBank := false
	for i := range s.items {
		anyBank = anyBank || s.items[i].means.meets(of(bank, bankname)) && !s.items[i].means.has(phone)
	}
	for i := 0; i < len(s.words); i++ {
		w := &s.words[i]
		switch w.kind {
		case plainWord:
			switch means := s.meaning(i); {
			case means.has(phone):
				about = phone
			case means.meets(of(bank, bankname)):
				about = bank
			case means.has(field):
				about = field
			}
		case telephone:
			if about == bank || about == none && anyBank && s.bankFollows(i) {
				if slots.BankAccount == "" {
					slots.BankAccount = onlyDigits(s.text[w.start:w.end])
				}
			} else if slots.Phone == "" {
				slots.Phone = s.text[w.start:w.end]
			}
		case figure:
			last, digits := i, w.digits
			for last+1 < len(s.words) && s.words[last+1].kind != plainWord && s.words[last+1].start == s.words[last].end+1 && strings.ContainsAny(s.text[s.words[last].end:s.words[last+1].start], " .-") {
				last++
				digits += s.words[last].digits
				if s.words[last].kind == telephone {
					digits += len(onlyDigits(s.text[s.words[last].start:s.words[last].end]))
				}
			}
			long := digits >= sureAccount && digits <= mostAccount
			near := digits >= leastAccount && digits <= mostAccount && (about == bank || about != field && about != phone && anyBank)
			if slots.BankAccount == "" && (long || near) {
				slots.BankAccount = onlyDigits(s.text[w.start:s.words[last].end])
				i = last
			}
		}
	}
}

// bankFollows reports whether the next word with a meaning is a bank.
func (s *scratch) bankFollows(i int) bool {
	return i+1 < len(s.words) && s.meaning(i+1).meets(of(bank, bankname))
}

func onlyDigits(text string) string {
	plain := true
	for i := 0; i < len(text); i++ {
		plain = plain && isDigit(text[i])
	}
	if plain {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

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
		if w.marked() && (w.tone != acute || w.shape != "pho") || word(1) == "dan" || word(1) == "khoi" && next == "" || next == "phuong" || word(1) == "to" {
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
	if from > 0 && s.words[from-1].folded == "pho" && s.words[from-1].kind == plainWord && (from < 2 || s.words[from-2].folded != "dan") {
		return roleDeputy, from - 1
	}
	return roleHead, from
}

// units are what a village may be called.
var units = setOf("to tdp thon xom khoi lang doi khu ap")

// notVillages are words after "tổ" or "thôn" that make another thing of it.
var notVillages = setOf(`truong pho hoi chuc dan toi tui minh ta em ni nay nao no nay kia te o co mo cua khac anh chi bac
nha quoc moi cu nao va la thi ai lam bau ma dang da duoc hien nghi chua khong de xin thay doi bi doan vien trong chung so phuong
ten sao rang gom chu cho ho do day roi mat voi con nhe a nhi cung moi bao gap may gio tai qua het len xuong ve ra vao vo thuoc giu khi`)

// village finds "tổ 5", "tdp 3", "thôn Đông", as typed.
func (m *Model) village(s *scratch) string {
	for i := range s.words {
		w := &s.words[i]
		if w.kind != plainWord || w.name || !units[w.folded] {
			continue
		}
		if w.marked() && w.folded == "doi" && w.shape != "đôi" || w.folded == "to" && w.marked() && w.shape != "tô" {
			continue
		}
		from, at := i, i+1
		if w.folded == "to" && at+1 < len(s.words) && s.words[at].folded == "dan" && s.words[at+1].folded == "pho" {
			at += 2
		} else if w.folded == "khoi" && at < len(s.words) && s.words[at].folded == "pho" {
			at++
		}
		if at < len(s.words) && s.words[at].folded == "so" && !s.words[at].breaks {
			at++
		}
		if at >= len(s.words) || s.words[at].breaks {
			continue
		}
		end := at
		if v := &s.words[at]; v.kind == figure && v.digits <= 2 {
			end = at + 1
		} else if w.folded != "doi" && w.folded != "khu" {
			end = m.villageName(s, at)
		}
		if end > at {
			start := s.words[from].start
			if stop := s.words[end-1].end; stop > start && stop <= len(s.text) {
				return s.text[start:stop]
			}
		}
	}
	return ""
}

// villageName returns where the name of a village that begins at i ends: words
// with capitals, or else one or two that mean nothing here.
func (m *Model) villageName(s *scratch, i int) int {
	end := i
	for end < len(s.words) && end < i+3 {
		w := &s.words[end]
		if w.kind != plainWord || w.breaks && end > i {
			break
		}
		capital := w.capital && !w.shout
		if end > i && s.words[i].capital && !capital {
			break
		}
		if !capital && (notVillages[w.folded] || end-i >= 2 || !m.isGiven(s, w) && w.id != 0) {
			break
		}
		if !capital && end > i && m.phraseFrom(s, end) {
			break
		}
		end++
	}
	return end
}
