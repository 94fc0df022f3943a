package understand

import (
	"regexp"
	"strconv"
	"strings"
)

// moneyUnits are what an amount may be counted in.
var moneyUnits = []struct {
	words []string
	size  int64
}{
	{[]string{"ty", "ti"}, 1_000_000_000},
	{[]string{"trieu", "tr"}, 1_000_000},
	{[]string{"nghin", "ngan", "k"}, 1_000},
}

// ReadAmount reads an amount of đồng as people write it: 420.000.000, 420 triệu,
// 420tr, 1,2 tỷ. Whole đồng come out, at least one and at most that many.
func ReadAmount(text string, most int64) (amount int64, ok bool) {
	text = strings.ReplaceAll(Fold(text), " ", "")
	for _, end := range []string{"dong", "vnd", "d"} {
		text = strings.TrimSuffix(text, end)
	}
	size := int64(1)
	for _, unit := range moneyUnits {
		for _, word := range unit.words {
			if rest, found := strings.CutSuffix(text, word); found && size == 1 {
				text, size = rest, unit.size
			}
		}
	}
	whole, fraction := text, ""
	if size > 1 { // "1,2 tỷ": what follows the sign is a part
		if i := strings.LastIndexAny(text, ",."); i >= 0 && len(text)-i-1 != 3 {
			whole, fraction = text[:i], text[i+1:]
		}
	}
	whole = strings.NewReplacer(".", "", ",", "").Replace(whole)
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < 0 || n > most || n*size > most {
		return 0, false
	}
	n *= size
	for _, digit := range fraction {
		size /= 10
		if digit < '0' || digit > '9' || size == 0 {
			return 0, false
		}
		n += int64(digit-'0') * size
	}
	return n, n > 0 && n <= most
}

var coefficient = regexp.MustCompile(`^(he so|hs|x)? ?([0-9]{1,2})[.,]([0-9]{1,3})$`)

// ReadCoefficient reads a coefficient of the base salary in thousandths: "hệ số
// 0,15", "x1.5". Three figures behind the sign make an amount, 1.500, unless it
// is called a coefficient or begins with 0.
func ReadCoefficient(text string) (thousandths int64, ok bool) {
	parts := coefficient.FindStringSubmatch(strings.TrimSpace(Fold(text)))
	if parts == nil || len(parts[3]) == 3 && parts[1] != "he so" && parts[1] != "hs" && parts[2] != "0" {
		return 0, false
	}
	thousandths, err := strconv.ParseInt(parts[2]+(parts[3] + "000")[:3], 10, 64)
	return thousandths, err == nil && thousandths > 0
}
