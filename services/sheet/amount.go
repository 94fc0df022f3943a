package sheet

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"canbobot/models"
)

// mostAmount is what no cell of a ward exceeds, in đồng.
const mostAmount = 1_000_000_000_000

var (
	grouped = regexp.MustCompile(`^\d{1,3}([., ]\d{3})+$`)
	cents   = regexp.MustCompile(`[.,]0{1,2}$`)
	// 400000.0000: what stands before cannot be groups of three
	decimals = regexp.MustCompile(`^(\d{4,})[.,]0+$`)
)

// Amount reads whole đồng as banks and wards write them: 200000, 200.000,
// 200,000.00 VND, 2E+05. It is above zero.
func Amount(cell string) (int64, bool) {
	text := strings.ToLower(plain(cell))
	for _, unit := range []string{"vnđ", "vnd", "đồng", "dong", "đ", "₫"} {
		bare := strings.TrimPrefix(strings.TrimSuffix(text, unit), unit)
		if bare != text {
			text = strings.TrimSpace(bare)
			break
		}
	}
	whole, _, _ := digitsOf(decimals.ReplaceAllString(text, "$1"))
	text = cents.ReplaceAllString(whole, "")
	if grouped.MatchString(text) {
		text = strings.NewReplacer(".", "", ",", "", " ", "").Replace(text)
	}
	amount, err := strconv.ParseInt(text, 10, 64)
	return amount, err == nil && amount > 0 && amount <= mostAmount
}

// Role reads what a title is paid as.
func Role(cell string) (models.TermRole, bool) {
	role, known := roleNames[Words(cell)]
	return role, known
}

// everyOrganization are the words for all of them together.
var everyOrganization = []string{"cac chi hoi chi doan", "cac chi doan chi hoi", "cac chi hoi va chi doan",
	"cac chi doan va chi hoi", "chi hoi chi doan", "cac doan the", "cac to chuc doan the", "cac hoi doan the",
	"cac doan the chinh tri xa hoi"}

// Organization finds which one a cell speaks of, also inside a longer text: "" for
// all of them. One that speaks of several is not known.
func Organization(cell string) (code string, known bool) {
	said := Words(cell)
	if slices.Contains(everyOrganization, said) {
		return "", true
	}
	folded := " " + said + " "
	longest := 0
	for of, names := range organizationNames {
		for name := range strings.SplitSeq(names, "|") {
			inside := strings.Contains(name, " ") && strings.Contains(folded, " "+name+" ")
			switch {
			case !inside && folded != " "+name+" ":
			case longest > 0 && code != of, strings.HasPrefix(said, "cac "):
				return "", false
			default:
				code, longest = of, len(name)
			}
		}
	}
	return code, longest > 0
}
