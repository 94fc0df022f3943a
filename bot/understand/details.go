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
	s.order(slots)
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
			for last+1 < len(s.words) && s.words[last+1].kind != plainWord && s.words[last+1].start == s.words[last].end+1 &&
				strings.ContainsAny(s.text[s.words[last].end:s.words[last+1].start], " .-") {
				last++
				digits += s.words[last].digits
				if s.words[last].kind == telephone {
					digits += len(onlyDigits(s.text[s.words[last].start:s.words[last].end]))
				}
			}
			long := digits >= sureAccount && digits <= mostAccount
			near := digits >= leastAccount && digits <= mostAccount &&
				(about == bank || about != field && about != phone && anyBank)
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
