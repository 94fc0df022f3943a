// Package vn reads and writes what has a form of its own in this country, alike
// on every floor: banks and the numbers of their accounts, citizens' numbers,
// phones.
package vn

import (
	"slices"
	"strings"
	"unicode"

	"canbobot/models"
	"canbobot/services"
)

// Bank is a bank in which the ward may pay somebody.
type Bank struct {
	Code  string // as bot/understand names it: "agribank"
	Name  string // as people say and the roster keeps it
	Legal string // as a transfer sheet prints it, without accents
}

// banks in the order in which they are offered: those with a counter near the
// ward first.
var banks = []Bank{
	{"agribank", "Agribank", "NH NONG NGHIEP VA PHAT TRIEN NONG THON VIET NAM"},
	{"vietinbank", "VietinBank", "NH TMCP CONG THUONG VIET NAM"},
	{"bidv", "BIDV", "NH TMCP DAU TU VA PHAT TRIEN VIET NAM"},
	{"vietcombank", "Vietcombank", "NH TMCP NGOAI THUONG VIET NAM"},
	{"mb", "MB", "NH TMCP QUAN DOI"},
	{"lpbank", "LPBank", "NH TMCP LOC PHAT VIET NAM"},
	{"techcombank", "Techcombank", "NH TMCP KY THUONG VIET NAM"},
	{"vpbank", "VPBank", "NH TMCP VIET NAM THINH VUONG"},
	{"acb", "ACB", "NH TMCP A CHAU"},
	{"sacombank", "Sacombank", "NH TMCP SAI GON THUONG TIN"},
	{"tpbank", "TPBank", "NH TMCP TIEN PHONG"},
	{"hdbank", "HDBank", "NH TMCP PHAT TRIEN TP HO CHI MINH"},
	{"vib", "VIB", "NH TMCP QUOC TE VIET NAM"},
	{"shb", "SHB", "NH TMCP SAI GON - HA NOI"},
	{"ocb", "OCB", "NH TMCP PHUONG DONG"},
	{"msb", "MSB", "NH TMCP HANG HAI VIET NAM"},
	{"scb", "SCB", "NH TMCP SAI GON"},
	{"seabank", "SeABank", "NH TMCP DONG NAM A"},
	{"eximbank", "Eximbank", "NH TMCP XUAT NHAP KHAU VIET NAM"},
	{"namabank", "Nam A Bank", "NH TMCP NAM A"},
	{"bacabank", "Bac A Bank", "NH TMCP BAC A"},
	{"pvcombank", "PVcomBank", "NH TMCP DAI CHUNG VIET NAM"},
	{"kienlongbank", "KienlongBank", "NH TMCP KIEN LONG"},
	{"baovietbank", "BAOVIET Bank", "NH TMCP BAO VIET"},
	{"abbank", "ABBANK", "NH TMCP AN BINH"},
	{"ncb", "NCB", "NH TMCP QUOC DAN"},
	{"saigonbank", "Saigonbank", "NH TMCP SAI GON CONG THUONG"},
	{"vietbank", "Vietbank", "NH TMCP VIET NAM THUONG TIN"},
	{"vietabank", "VietABank", "NH TMCP VIET A"},
	{"bvbank", "BVBank", "NH TMCP BAN VIET"},
	{"pgbank", "PGBank", "NH TMCP THINH VUONG VA PHAT TRIEN"},
	{"gpbank", "GPBank", "NH TM TNHH MTV DAU KHI TOAN CAU"},
	{"vcbneo", "VCBNeo", "NH TM TNHH MTV NGOAI THUONG CONG NGHE SO"},
	{"vikkibank", "Vikki Bank", "NH TNHH MTV SO VIKKI"},
	{"mbv", "MBV", "NH TNHH MTV VIET NAM HIEN DAI"},
	{"coopbank", "Co-opBank", "NH HOP TAC XA VIET NAM"},
	{"vbsp", "NHCSXH", "NH CHINH SACH XA HOI"},
	{"shinhanbank", "Shinhan Bank", "NH TNHH MTV SHINHAN VIET NAM"},
	{"wooribank", "Woori Bank", "NH TNHH MTV WOORI VIET NAM"},
	{"cake", "Cake", "NH TMCP VIET NAM THINH VUONG"},
	{"timo", "Timo", "NH TMCP BAN VIET"},
}

// wallets hold money, but a treasury does not transfer to them.
var wallets = []string{"momo", "viettelmoney", "zalopay"}

// NearBanks lists the banks that are offered as buttons.
func NearBanks() []Bank { return banks[:6] }

// BankByCode finds a bank. A wallet is invalid/bank_wallet, anything else that is
// none invalid/bank.
func BankByCode(code string) (Bank, error) {
	for _, bank := range banks {
		if bank.Code == code {
			return bank, nil
		}
	}
	if slices.Contains(wallets, code) {
		return Bank{}, services.Invalid("bank_wallet")
	}
	return Bank{}, services.Invalid("bank")
}

// BankByName finds a bank by its code or name, letter case, accents and spaces
// aside; its errors are those of ByCode.
func BankByName(text string) (Bank, error) {
	folded := squeeze(text)
	for _, bank := range banks {
		if folded == bank.Code || folded == squeeze(bank.Name) || folded == squeeze(bank.Legal) {
			return bank, nil
		}
	}
	return BankByCode(folded)
}

func squeeze(text string) string {
	if len(text) > 200 {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, models.Fold(text))
}

// Lengths of an account number in digits.
const (
	LeastAccountDigits = 6
	MostAccountDigits  = 19
)

// ParseAccount reads an account number as people write it, "3706 205 123 456",
// to its digits. Anything but 6 to 19 digits is invalid/account.
func ParseAccount(text string) (string, error) {
	if len(text) > 100 {
		return "", services.Invalid("account")
	}
	var digits strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case unicode.IsSpace(r), strings.ContainsRune(".-_", r):
		default:
			return "", services.Invalid("account")
		}
	}
	if n := digits.Len(); n < LeastAccountDigits || n > MostAccountDigits || strings.Trim(digits.String(), "0") == "" {
		return "", services.Invalid("account").With("least", LeastAccountDigits).With("most", MostAccountDigits)
	}
	return digits.String(), nil
}

// FormatAccount parts a number into groups of four, so that it can be read aloud and
// compared with what is printed on the card.
func FormatAccount(number string) string {
	var groups []string
	for len(number) > 4 {
		groups, number = append(groups, number[:4]), number[4:]
	}
	return strings.Join(append(groups, number), " ")
}

// AccountTail is the last four digits, by which an account is known when the number
// is not to be shown.
func AccountTail(number string) string { return number[max(0, len(number)-4):] }
