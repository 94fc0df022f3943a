package vn

// This file reads the number of a citizen's card (số định danh cá nhân,
// CCCD): twelve digits, of which three tell where the birth was registered, one
// sex and century, and two the year. There is no check digit.

import (
	"strings"
	"unicode"

	"canbobot/services"
)

// Digits is the length of a number.
const CitizenDigits = 12

// ParseCitizen reads a number as people write it. Eleven digits are one whose leading
// zero a spreadsheet ate: they come back mended, and lost says so. Nine digits
// are a card of before 2021, which is valid no longer: invalid/citizen_old.
// Anything else is invalid/citizen.
func ParseCitizen(text string) (number string, lost bool, err error) {
	if len(text) > 60 {
		return "", false, services.Invalid("citizen")
	}
	var digits strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case unicode.IsSpace(r), r == '.', r == '-':
		default:
			return "", false, services.Invalid("citizen")
		}
	}
	number = digits.String()
	if len(number) == CitizenDigits-1 && number[0] != '0' {
		number, lost = "0"+number, true
	}
	switch {
	case len(number) == 9:
		return "", false, services.Invalid("citizen_old")
	case len(number) != CitizenDigits, number[0] != '0', number[:3] == "000":
		return "", false, services.Invalid("citizen")
	}
	return number, lost, nil
}
