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
