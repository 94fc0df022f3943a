package sheet

import (
	"strconv"
	"strings"
	"unicode"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vn"
)

// person reads who is named.
func (s *section) person(cell string) {
	name, said, err := readName(cell)
	switch {
	case errorValues[cell]:
		s.wrong(fieldName, "formula", cell, nil)
	case oldFont(cell):
		s.wrong(fieldName, "font_old", cell, nil)
	case err != nil:
		s.refused(fieldName, cell, err)
	}
	s.line.name, s.line.folded = name, models.Fold(name)
	s.remark(fieldName, said, cell, map[string]any{"now": name})

	if cell := s.cell(fieldBirth); s.given(fieldBirth, cell) {
		day, year, said, err := s.days.readBirth(cell)
		now := any(day)
		if alone, only := yearIn(cell); err != nil && only {
			if _, _, _, wrong := s.days.readBirth(strconv.Itoa(alone)); wrong == nil {
				year, said, now, err = alone, "birth_year", alone, nil
			}
		}
		if err != nil {
			s.refused(fieldBirth, cell, err)
		} else {
			s.line.birth, s.line.birthYear = day, year
			s.remark(fieldBirth, said, cell, map[string]any{"now": now})
		}
	}
	if cell := bare(s.cell(fieldPhone)); s.given(fieldPhone, cell) && !masked(cell) {
		number, said, err := readPhone(cell)
		switch {
		case err != nil && services.CodeOf(err) == "phone" && countDigits(cell) > 0:
			s.wrong(fieldPhone, "phone_digits", cell, map[string]any{"digits": countDigits(cell)})
		case err != nil:
			s.refused(fieldPhone, cell, err)
		default:
			s.line.phone = number
			s.remark(fieldPhone, said, cell, map[string]any{"now": "0" + number[3:]})
		}
	}
	if cell := bare(s.cell(fieldCitizen)); s.given(fieldCitizen, cell) && !masked(cell) {
		number, said, err := readCitizen(cell)
		if services.CodeOf(err) == "citizen_old" { // no number that is kept, and nothing hangs on it
			s.remark(fieldCitizen, "citizen_old", cell, nil)
		} else if err != nil {
			s.refused(fieldCitizen, cell, err)
		} else {
			s.line.citizen = number
			s.remark(fieldCitizen, said, cell, map[string]any{"now": number})
		}
	}
	s.paid()
	note := Words(s.cell(fieldNote))
	for _, sign := range []string{"dung chung so", "chung so", "chung may", "dung chung may", "chung dien thoai"} {
		s.line.shared = s.line.shared || strings.Contains(note, sign)
	}
	for _, sign := range reasons {
		if strings.Contains(note, sign.says) {
			s.line.reason = sign.means
			break
		}
	}
}

// reasons are what notes say of a term's end.
var reasons = []struct{ says, means string }{
	{"tu tran", "died"}, {"qua doi", "died"}, {"da mat", "died"}, {"mien nhiem", "dismissed"}, {"bai nhiem", "dismissed"},
	{"xin nghi", "resigned"}, {"xin thoi", "resigned"}, {"chuyen", "moved"},
}

// given reports whether a cell says anything that can be read.
func (s *section) given(what field, cell string) bool {
	switch {
	case cell == "" || cell == "0" || cell == "x" && what != fieldActing || nothing(cell):
		return false
	case errorValues[cell]:
		s.wrong(what, "formula", cell, nil)
		return false
	}
	return true
}

// paid reads where a person is paid.
func (s *section) paid() {
	account, name := bare(s.cell(fieldAccount)), s.cell(fieldBank)
	if aside := bracketed.FindString(s.cell(fieldAccount)); aside != "" && name == "" {
		if said := strings.Trim(aside, "()（） "); knownBank(said) { // "3706205123456 (Agribank)"
			name = said
		}
	}
	if !s.given(fieldAccount, account) {
		return
	}
	if s.line.way = wayOf(account); s.line.way != "" {
		return
	}
	if holder := s.cell(fieldHolder); s.given(fieldHolder, holder) {
		said, _, err := readName(holder)
		if err != nil { // it stops nobody: the account is printed with the person's own name
			s.remark(fieldHolder, "holder_unread", holder, nil)
		}
		s.line.holder = said
	}
	if masked(account) {
		s.line.tail = vn.AccountTail(strings.TrimLeft(account, "*x• "))
		return
	}
	i := strings.IndexFunc(account, unicode.IsLetter)
	if i > vn.LeastAccountDigits && name != "" && digitsFirst(account[:i]) {
		account = strings.TrimRight(account[:i], " -–,(") // the bank's name again
	}
	if name == "" { // "3706205123456 Agribank" in one cell
		if i := strings.IndexFunc(account, func(r rune) bool {
			return r >= 'A' && r <= 'Z' || r >= 'a' &&
				r <= 'z'
		}); i > vn.LeastAccountDigits {
			account, name = strings.TrimRight(account[:i], " -,("), strings.Trim(account[i:], " -,()")
		} else if i == 0 { // "Agribank: 3706205123456"
			if at := strings.IndexAny(account, "0123456789"); at > 0 {
				account, name = account[at:], strings.Trim(account[:at], " -,():")
			}
		}
		if rest, led := strings.CutPrefix(models.Fold(name), "tai "); led {
			name = rest
		}
	}
	number, said, err := readAccount(account)
	if services.CodeOf(err) == "account" {
		s.wrong(fieldAccount, "account", account, map[string]any{"least": vn.LeastAccountDigits,
			"most": vn.MostAccountDigits})
		return
	}
	if err != nil {
		s.refused(fieldAccount, account, err)
		return
	}
	s.remark(fieldAccount, said, account, map[string]any{"now": number})
	found, err := s.bankOf(name)
	switch {
	case name == "":
		s.wrong(fieldBank, "bank_missing", "", nil)
	case err != nil:
		s.refused(fieldBank, name, err)
	default:
		s.line.account, s.line.bank = number, found
	}
}

func knownBank(name string) bool {
	_, err := findBank(name)
	return err == nil
}

// digitsFirst reports whether a text is of digits and what parts them.
func digitsFirst(text string) bool { return strings.Trim(text, "0123456789 .-–") == "" }

// wayOf reads of an account's cell that the money is wanted without one.
func wayOf(cell string) models.Way {
	switch heading(cell) {
	case "tien mat", "tm", "nhan tien mat", "chi tien mat", "tra tien mat", "lay tien mat":
		return models.WayCash
	case "vneid", "tai khoan vneid", "tk vneid", "an sinh xa hoi", "tai khoan an sinh xa hoi", "tk asxh",
		"qua vneid", "tai khoan an sinh xa hoi tren vneid":
		return models.WayVNeID
	}
	return ""
}

// bankOf finds a bank, with the branch of it that people write behind.
func (s *section) bankOf(name string) (string, error) {
	if known := s.banks[name]; known != "" {
		return known, nil
	}
	found, err := findBank(name)
	if err == nil && len(s.banks) < mostRemembered {
		s.banks[name] = found
	}
	return found, err
}

// shortBanks are names that people use, folded, beside those of services/bank.
var shortBanks = map[string]string{
	"nong nghiep": "agribank", "nong nghiep va ptnt": "agribank", "nhno ptnt": "agribank", "nhnn ptnt": "agribank",
	"no ptnt": "agribank", "nhno va ptnt": "agribank", "nn ptnt": "agribank", "nhnno ptnt": "agribank", "nhno": "agribank",
	"nong nghiep ptnt": "agribank", "nhnn": "agribank", "agri": "agribank", "nnptnt": "agribank",
	"nong nghiep phat trien nong thon": "agribank", "nong nghiep va phat trien nong thon": "agribank",
	"cong thuong":  "vietinbank",
	"ctg":          "vietinbank",
	"ngoai thuong": "vietcombank", "vcb": "vietcombank", "dau tu va phat trien": "bidv", "quan doi": "mb", "mbbank": "mb",
	"mb bank": "mb",
}

func findBank(name string) (string, error) {
	found, err := vn.BankByName(name)
	if err == nil {
		return found.Name, nil
	}
	folded := Words(name)
	for _, lead := range []string{"ngan hang tmcp", "ngan hang", "nh tmcp", "nh"} {
		folded = strings.TrimPrefix(folded, lead+" ")
	}
	parts := strings.Fields(folded)
	for i := len(parts); i > 0; i-- { // "Agribank Hồng Lĩnh"
		if full := shortBanks[strings.Join(parts[:i], " ")]; full != "" {
			folded, parts = full, append([]string{full}, parts[i:]...)
			break
		}
	}
	for i := len(parts); i > 0; i-- {
		if found, ok := vn.BankByName(strings.Join(parts[:i], " ")); ok == nil {
			return found.Name, nil
		}
	}
	return "", err
}
