package texts_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"canbobot/bot/texts"
)

// spoken reads an amount as a slow clerk does: in groups of three digits from
// the left, each said in full, the unit after it.
func spoken(amount int64) string {
	digit := strings.Fields("không một hai ba bốn năm sáu bảy tám chín")
	var groups []int64
	for n := amount; n > 0; n /= 1000 {
		groups = append(groups, n%1000)
	}
	slices.Reverse(groups)
	var said []string
	for i, group := range groups {
		place := len(groups) - 1 - i // 0 ones, 1 thousand, 2 million, 3 thousand million, 4 million million
		unit := []string{"", "nghìn", "triệu", "tỷ", "nghìn"}[place]
		if group > 0 {
			hundred, ten, one := group/100, group/10%10, group%10
			if hundred > 0 || i > 0 {
				said = append(said, digit[hundred], "trăm")
			}
			switch {
			case ten == 0 && one > 0 && (hundred > 0 || i > 0):
				said = append(said, "linh", digit[one])
			case ten == 0 && one > 0:
				said = append(said, digit[one])
			case ten > 0:
				if ten == 1 {
					said = append(said, "mười")
				} else {
					said = append(said, digit[ten], "mươi")
				}
				switch {
				case one == 1 && ten > 1:
					said = append(said, "mốt")
				case one == 5:
					said = append(said, "lăm")
				case one > 0:
					said = append(said, digit[one])
				}
			}
			if unit != "" {
				said = append(said, unit)
			}
		} else if place == 3 { // a thousand thousand million: the group is empty, its unit is not
			said = append(said, "tỷ")
		}
	}
	text := strings.Join(append(said, "đồng"), " ")
	first := []rune(text)
	return strings.ToUpper(string(first[0])) + string(first[1:])
}

// Payment lists and this reading agree on every amount up to a million million.
func TestInWordsAsSpoken(t *testing.T) {
	check := func(t interface{ Errorf(string, ...any) }, amount int64) {
		if got, want := texts.InWords(amount), spoken(amount); got != want {
			t.Errorf("InWords(%d) = %q, spoken %q", amount, got, want)
		}
	}
	for amount := int64(1); amount < 20_000; amount++ {
		check(t, amount)
		check(t, amount*1000)
		check(t, 1_000_000_000_000-amount)
	}
	for power := int64(1); power <= 1_000_000_000_000; power *= 10 {
		for _, amount := range []int64{power, power + 1, 5 * power, power + power/10*5, 2*power + power/10} {
			check(t, min(amount, 1_000_000_000_000))
		}
	}
	rapid.Check(t, func(t *rapid.T) { check(t, rapid.Int64Range(1, 1_000_000_000_000).Draw(t, "amount")) })
}

// The rules that people trip over, by hand: mười and mươi, mốt, lăm, linh, empty
// hundreds between greater words, and tỷ of thousands. Four is bốn everywhere:
// tư after mươi is said as well, but no form asks for it.
func TestInWords(t *testing.T) {
	for amount, want := range map[int64]string{
		0:              "Không đồng",
		5:              "Năm đồng",
		10:             "Mười đồng",
		11:             "Mười một đồng",
		15:             "Mười lăm đồng",
		20:             "Hai mươi đồng",
		21:             "Hai mươi mốt đồng",
		24:             "Hai mươi bốn đồng",
		25:             "Hai mươi lăm đồng",
		101:            "Một trăm linh một đồng",
		105:            "Một trăm linh năm đồng",
		111:            "Một trăm mười một đồng",
		1_000:          "Một nghìn đồng",
		1_005:          "Một nghìn không trăm linh năm đồng",
		1_050:          "Một nghìn không trăm năm mươi đồng",
		21_000:         "Hai mươi mốt nghìn đồng",
		105_000:        "Một trăm linh năm nghìn đồng",
		150_000:        "Một trăm năm mươi nghìn đồng",
		1_000_001:      "Một triệu không trăm linh một đồng",
		2_005_000:      "Hai triệu không trăm linh năm nghìn đồng",
		33_800_000:     "Ba mươi ba triệu tám trăm nghìn đồng",
		62_050_000:     "Sáu mươi hai triệu không trăm năm mươi nghìn đồng",
		121_021_021:    "Một trăm hai mươi mốt triệu không trăm hai mươi mốt nghìn không trăm hai mươi mốt đồng",
		744_600_000:    "Bảy trăm bốn mươi bốn triệu sáu trăm nghìn đồng",
		1_000_000_000:  "Một tỷ đồng",
		1_000_000_005:  "Một tỷ không trăm linh năm đồng",
		15_000_015_000: "Mười lăm tỷ không trăm mười lăm nghìn đồng",
		999_999_999_999: "Chín trăm chín mươi chín tỷ chín trăm chín mươi chín triệu chín trăm chín mươi chín nghìn chín " +
			"trăm chín mươi chín đồng",
		1_000_000_000_000: "Một nghìn tỷ đồng",
	} {
		if got := texts.InWords(amount); got != want {
			t.Errorf("%d is %q, want %q", amount, got, want)
		}
	}
}
