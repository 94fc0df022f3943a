package sheet

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// What reading a cell may say beside its value: a code of sheet.error or
// sheet.remark.
type remark = string

// errorValues are what a spreadsheet shows where a formula failed.
var errorValues = map[string]bool{"#REF!": true, "#N/A": true, "#VALUE!": true, "#NAME?": true, "#DIV/0!": true,
	"#NULL!": true, "#NUM!": true, "#SPILL!": true, "#CALC!": true}

// plain takes a cell as text: one line, NFC, without the apostrophe that guards
// text from being taken for a formula or a number.
func plain(cell string) string {
	if len(cell) > maxCell {
		cell = strings.ToValidUTF8(cell[:maxCell], "")
	}
	clean := isPlain(cell)
	if clean {
		return cell
	}
	cell = norm.NFC.String(strings.ToValidUTF8(cell, ""))
	cell = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\u00a0':
			return ' '
		case unicode.IsControl(r), r == '\u200b', r == '\ufeff', r == '\u200e', r == '\u202a', r == '\u202c':
			return -1
		}
		return r
	}, cell)
	cell = strings.Join(strings.Fields(cell), " ")
	if rest, guarded := strings.CutPrefix(cell, "'"); guarded &&
		(risky(rest) || strings.IndexAny(rest, "0123456789") == 0) {
		cell = rest
	}
	return cell
}

// isPlain reports whether a cell is short ASCII that plain would leave as it is.
func isPlain(cell string) bool {
	space := true
	for i := range len(cell) {
		c := cell[i]
		switch {
		case c == ' ':
			if space {
				return false
			}
			space = true
			continue
		case c <= ' ' || c >= 0x7f || c == '\'' && i == 0:
			return false
		}
		space = false
	}
	return !space || cell == ""
}

// risky reports whether a spreadsheet could take a text for a formula.
func risky(text string) bool {
	return text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0]))
}

// digitsOf undoes what a spreadsheet does to a number of many digits: 3.706E+12,
// 912345678.0. mended says that it did; lost that digits are gone for good.
func digitsOf(text string) (digits string, mended, lost bool) {
	text = strings.TrimSpace(text)
	if i := strings.IndexAny(text, "eE"); i > 0 && i < len(text)-1 {
		mantissa := strings.ReplaceAll(text[:i], ",", ".")
		exponent, err := strconv.Atoi(strings.TrimPrefix(text[i+1:], "+"))
		if err != nil || exponent < 0 || exponent > 30 || strings.Count(mantissa, ".") > 1 ||
			strings.Trim(mantissa, "0123456789.") != "" {
			return text, false, false
		}
		_, decimals, _ := strings.Cut(mantissa, ".")
		value, ok := new(big.Rat).SetString(mantissa + "e" + strconv.Itoa(exponent))
		if !ok || !value.IsInt() {
			return text, false, false
		}
		// 3.706E+12 shows four of thirteen digits; the zeros are made up.
		return value.Num().String(), true, len(strings.TrimRight(decimals, "0")) < exponent-3
	}
	for _, tail := range []string{".0", ".00", ",0", ",00"} {
		if whole, cut := strings.CutSuffix(text, tail); cut && len(whole) >= 6 && strings.Trim(whole, "0123456789") == "" {
			return whole, true, false
		}
	}
	return text, false, false
}

// masked reports whether a cell shows only the tail of a number, as an export
// does: it tells nothing new.
func masked(cell string) bool {
	return strings.HasPrefix(cell, "***") || strings.HasPrefix(cell, "xxx") || strings.HasPrefix(cell, "•")
}

// covered is a number of which a bank shows the beginning and the end: 3712****4993.
var covered = regexp.MustCompile(`^\d{2,6}([*xX•]{2,}|[.…]{1,})\d{3,6}$`)

// readPhone reads a telephone number. Several in one cell: the first counts.
func readPhone(cell string) (string, remark, error) {
	said := remark("")
	digits, mended, lost := digitsOf(cell)
	if lost {
		return "", "", bad("digits_lost")
	}
	if mended {
		said = "scientific"
	}
	if first, _, several := cutAny(digits, "/;,\n"); several && countDigits(first) >= 9 {
		digits, said = first, "phone_first"
	} else if two := twoNumbers.FindStringSubmatch(digits); two != nil {
		digits, said = two[1], "phone_first"
	}
	number, err := vn.ParsePhone(digits)
	if err != nil {
		return "", "", err
	}
	bare := onlyDigits(digits)
	switch {
	case said != "":
	case len(bare) == 9 && bare[0] != '0':
		said = "zero_lost"
	case len(bare) >= 10 && !strings.HasSuffix(bare, number[3:]):
		said = "phone_2018"
	case vn.MaybeLandLine(number):
		said = "phone_landline"
	}
	return number, said, nil
}

func cutAny(text, marks string) (before, after string, found bool) {
	if i := strings.IndexAny(text, marks); i >= 0 {
		return text[:i], text[i+1:], true
	}
	return text, "", false
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}

func countDigits(text string) int { return len(onlyDigits(text)) }

// readCitizen reads the number of a citizen's card.
func readCitizen(cell string) (string, remark, error) {
	digits, mended, lost := digitsOf(cell)
	if lost {
		return "", "", bad("digits_lost")
	}
	number, zero, err := vn.ParseCitizen(digits)
	switch {
	case err != nil:
		return "", "", err
	case zero:
		return number, "zero_lost", nil
	case mended:
		return number, "scientific", nil
	}
	return number, "", nil
}

// readAccount reads the number of a bank account.
func readAccount(cell string) (string, remark, error) {
	digits, mended, lost := digitsOf(cell)
	if lost || mended && len(digits) > sureDigits {
		return "", "", bad("digits_lost")
	}
	number, err := vn.ParseAccount(digits)
	if err == nil && mended {
		return number, "scientific", nil
	}
	return number, "", err
}

// sureDigits is how many digits of a number a spreadsheet keeps.
const sureDigits = 15

// readName reads a person's name; one in capitals is written as names are.
func readName(cell string) (string, remark, error) {
	cell = lookalikes.Replace(norm.NFC.String(cell))
	if bare := courtesies.ReplaceAllString(cell, ""); strings.ContainsRune(strings.TrimSpace(bare), ' ') {
		cell = bare
	}
	name, err := roster.CleanName(cell)
	if err != nil {
		return "", "", err
	}
	if strings.ContainsRune(name, ' ') && !capitalised(name) {
		parts := strings.Split(strings.ToLower(name), " ")
		for i, part := range parts {
			runes := []rune(part)
			parts[i] = strings.ToUpper(string(runes[:1])) + string(runes[1:])
		}
		return strings.Join(parts, " "), "name_capitals", nil
	}
	return name, "", nil
}

// lookalikes are letters of other alphabets in the place of ours.
var lookalikes = strings.NewReplacer("ǎ", "ă", "Ǎ", "Ă", "Ð", "Đ", "ð", "đ", "Ɖ", "Đ", "ƣ", "ư", "ď", "đ")

// courtesies stand before a name and are no part of it.
var courtesies = regexp.MustCompile(`^(?i:ông|bà|anh|chị|cô|chú|bác|đ/c|đc|đồng chí|đ\.c)[\s.:]+`)

// capitalised reports whether every word of a name begins with a capital, and goes
// on without.
func capitalised(name string) bool {
	for word := range strings.FieldsSeq(name) {
		first, rest := utf8.DecodeRuneInString(word)
		if !unicode.IsUpper(first) || word[rest:] != strings.ToLower(word[rest:]) {
			return false
		}
	}
	return true
}

// Years that make sense.
const (
	oldestBirth = 1920
	oldestTerm  = 1970
	youngest    = 15 // years old
)

// readBirth reads a birthday, or only its year.
func (d days) readBirth(cell string) (models.Date, int, remark, error) {
	digits, _, _ := digitsOf(cell)
	if len(digits) == 4 && onlyDigits(digits) == digits {
		year, _ := strconv.Atoi(digits)
		if year < oldestBirth || year > d.today.Year-youngest {
			return models.Date{}, 0, "", bad("birth_range").With("from", oldestBirth).With("to", d.today.Year-youngest)
		}
		return models.Date{}, year, "", nil
	}
	day, said, err := d.read(cell)
	if err != nil {
		return models.Date{}, 0, "", err
	}
	if day.Year < oldestBirth || day.Year > d.today.Year-youngest {
		return models.Date{}, 0, "", bad("birth_range").With("from", oldestBirth).With("to", d.today.Year-youngest)
	}
	return day, day.Year, said, nil
}

// days reads dates of one workbook.
type days struct {
	today models.Date // zero where days of any year make sense
	epoch models.Date // the day of serial number 0
}

// readDay reads a day of a term or of a paper.
func (d days) readDay(cell string) (models.Date, remark, error) {
	day, said, err := d.read(cell)
	if err != nil {
		return models.Date{}, "", err
	}
	if day.Year < oldestTerm || day.Year > d.today.Year+2 {
		return models.Date{}, "", bad("day_range").With("from", oldestTerm).With("to", d.today.Year+2).With("date", day)
	}
	return day, said, nil
}

// read reads a day as spreadsheets keep it and as people type it. It refuses
// with invalid/day what is none, day_impossible what the calendar lacks, and
// day_year a year or month alone.
func (d days) read(cell string) (models.Date, remark, error) {
	if len(cell) > 60 {
		return models.Date{}, "", bad("day")
	}
	text := strings.TrimSpace(cell)
	if serial, err := strconv.ParseFloat(text, 64); err == nil && strings.Trim(text, "0123456789.") == "" &&
		strings.Count(text, ".") <= 1 && len(onlyDigits(text)) != 8 {
		if serial >= 1900 && serial <= 2100 && serial == float64(int(serial)) {
			return models.Date{}, "", bad("day_year")
		}
		if serial >= 0 && serial < 80_000 {
			return d.epoch.AddDays(int(serial)), "", nil
		}
	}
	// A day with a time behind it: "2024-03-05 00:00:00", "5/3/2024 0:00".
	said := remark("")
	if i := strings.IndexAny(text, " T"); i > 0 && strings.Contains(text[i:], ":") {
		text, said = text[:i], "day_text"
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("/-. ,", r) })
	if len(parts) == 1 && len(text) == 8 && onlyDigits(text) == text { // ddmmyyyy
		parts, said = []string{text[:2], text[2:4], text[4:]}, "day_text"
	}
	if folded := models.Fold(text); len(parts) > 3 && strings.HasPrefix(folded, "ngay") { // ngày 5 tháng 3 năm 2024
		parts, said = strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsDigit(r) }), "day_text"
	}
	var numbers [3]int
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || i >= 3 {
			return models.Date{}, "", bad("day")
		}
		numbers[i] = n
	}
	if len(parts) == 2 || len(parts) == 1 && numbers[0] > 1900 {
		return models.Date{}, "", bad("day_year")
	}
	if len(parts) != 3 {
		return models.Date{}, "", bad("day")
	}
	day, month, year := numbers[0], numbers[1], numbers[2]
	if len(parts[0]) == 4 {
		day, year, said = year, day, "day_text"
	}
	if year < 100 {
		said = "day_short"
		if year += 2000; !d.today.IsZero() && year > d.today.Year+2 {
			year -= 100
		}
	}
	if !strings.Contains(text, "/") && said == "" {
		said = "day_text"
	}
	if month > 12 && day <= 12 { // an American spreadsheet's order
		day, month, said = month, day, "day_swapped"
	}
	date := models.NewDate(year, time.Month(month), day)
	if date.Year != year || int(date.Month) != month || date.Day != day {
		return models.Date{}, "", bad("day_impossible")
	}
	return date, said, nil
}

// Spreadsheets count days from the day before 1 January 1900, and believe that
// 29 February 1900 was one; on a Mac's, from 1 January 1904.
var (
	epoch1900 = models.NewDate(1899, time.December, 30)
	epoch1904 = models.NewDate(1904, time.January, 1)
)

// bad refuses what a cell says; the code is that of a finding.
func bad(code string) *services.Error {
	return &services.Error{Kind: services.KindInvalid, Code: code}
}
