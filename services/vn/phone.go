package vn

// This file reads Vietnamese mobile numbers as people write them and
// shows them as people read them. A stored number is E.164: +84 and nine digits.

import (
	"strings"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"

	"canbobot/services"
)

// maxText bounds what is looked at: the longest honest spelling is well below it.
const maxText = 64

// moved2018 maps the heads of eleven-digit mobile numbers, without their zero,
// to the heads that replaced them between 15/09/2018 and 30/06/2019; the last
// seven digits stayed. Old rosters and old memories still hold the long form.
var moved2018 = map[string]string{
	"120": "70", "121": "79", "122": "77", "126": "76", "128": "78", // MobiFone
	"123": "83", "124": "84", "125": "85", "127": "81", "129": "82", // VinaPhone
	"162": "32", "163": "33", "164": "34", "165": "35", "166": "36", "167": "37", "168": "38", "169": "39", // Viettel
	"186": "56", "188": "58", // Vietnamobile
	"199": "59", // Gmobile
}

// ParsePhone reads a mobile number and returns it as E.164, such as +84912345678.
// It accepts +84, 84, 0084 or 0 in front, spaces, dots, dashes, slashes and
// brackets between, the eleven-digit numbers of before 2018, and a number
// whose leading zero a spreadsheet has eaten. It refuses with invalid/phone
// what is no Vietnamese number and with invalid/phone_landline what is a land
// line: no message reaches one, and nobody is proved by it.
func ParsePhone(text string) (string, error) {
	digits, plus, ok := read(text)
	if !ok {
		return "", services.Invalid("phone")
	}
	national, ok := nationalOf(digits, plus)
	if !ok {
		return "", services.Invalid("phone")
	}
	if len(national) == 10 {
		if head, ok := moved2018[national[:3]]; ok {
			national = head + national[3:]
		}
	}
	if len(national) == 9 && mobileHead(national) {
		return "+84" + national, nil // what the library would say, a hundred times sooner
	}
	number, err := phonenumbers.Parse("+84"+national, "VN")
	if err != nil || phonenumbers.GetNationalSignificantNumber(number) != national {
		return "", services.Invalid("phone")
	}
	if phonenumbers.GetNumberType(number) == phonenumbers.FIXED_LINE {
		return "", services.Invalid("phone_landline")
	}
	return "", services.Invalid("phone")
}

// read takes the digits out of what was written; ok is false when anything but
// digits and the usual marks stands among them.
func read(text string) (digits string, plus, ok bool) {
	if len(text) > maxText || !utf8.ValidString(text) {
		return "", false, false
	}
	var b strings.Builder
	for _, r := range norm.NFKC.String(text) { // full-width digits, odd spaces
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+':
			if plus || b.Len() > 0 {
				return "", false, false
			}
			plus = true
		case strings.ContainsRune(" \t\r\n.,-_/()'\u2010\u2011\u2012\u2013\u2014\u2212\u200b\u200e\u202a\u202c\ufeff", r):
		default:
			return "", false, false
		}
	}
	return b.String(), plus, b.Len() > 0
}

// nationalOf takes country code and leading zero off. A bare 84 is the country
// code only when a whole number follows: 084 is also the head of a mobile
// number, which without its zero reads 84 and seven digits.
func nationalOf(digits string, plus bool) (string, bool) {
	if rest, found := strings.CutPrefix(digits, "00"); found && !plus {
		digits, plus = rest, true
	}
	if plus {
		rest, found := strings.CutPrefix(digits, "84")
		if !found {
			return "", false // another country's
		}
		digits = strings.TrimPrefix(rest, "0") // +84 (0) 912 ...
	} else if rest, found := strings.CutPrefix(digits, "0"); found {
		digits = rest
	} else if rest, found := strings.CutPrefix(digits, "84"); found && len(rest) >= 9 {
		digits = strings.TrimPrefix(rest, "0")
	}
	return digits, len(digits) == 9 || len(digits) == 10
}

// mobileHead reports whether nine digits begin like a mobile number of today.
// The numbering library lags behind new heads, so the heads are spelled out.
func mobileHead(national string) bool {
	second := national[1]
	switch national[0] {
	case '3':
		return second >= '2'
	case '5':
		return strings.IndexByte("25689", second) >= 0
	case '7':
		return second == '0' || second >= '6'
	case '8':
		return second >= '1'
	case '9':
		return second != '5'
	}
	return false
}

// FormatPhone writes a stored number as people read it: 0912 345 678. What is no
// Vietnamese mobile number comes back as it is.
func FormatPhone(e164 string) string {
	national, found := strings.CutPrefix(e164, "+84")
	if !found || len(national) != 9 {
		return e164
	}
	return "0" + national[:3] + " " + national[3:6] + " " + national[6:]
}

// MaskPhone shows as much of a stored number as lets its owner recognise it:
// ****5678. Nothing stays nothing.
func MaskPhone(e164 string) string {
	if e164 == "" {
		return ""
	}
	return "****" + Last4(e164)
}

// Last4 is the last four digits of a stored number, which may be all that its
// owner has to say.
func Last4(e164 string) string { return e164[max(0, len(e164)-4):] }

// OldLandLine is how a stored number begins that reads like a land line of Hà
// Tĩnh as they were written before 2017, when the area code was 39: 0393 8xx
// xxx is a mobile number today, but in an old list it is an office telephone.
const OldLandLine = "+843938"

// MaybeLandLine reports whether a stored number begins like OldLandLine.
func MaybeLandLine(e164 string) bool { return strings.HasPrefix(e164, OldLandLine) }
