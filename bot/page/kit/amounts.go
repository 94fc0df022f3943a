package kit

import (
	"context"
	"strconv"
	"strings"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/year"
)

// ReadAmount reads an amount of đồng as people write it: 420.000.000, 420 triệu,
// 420tr, 1,2 tỷ. Whole đồng come out, or a refusal.
func ReadAmount(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	amount, ok := AmountOf(input.Text)
	if !ok {
		return "", services.Invalid("budget")
	}
	return strconv.FormatInt(amount, 10), nil
}

// units are what an amount may be counted in.
var units = []struct {
	words []string
	size  int64
}{
	{[]string{"ty", "ti"}, 1_000_000_000},
	{[]string{"trieu", "tr"}, 1_000_000},
	{[]string{"nghin", "ngan", "k"}, 1_000},
}

func AmountOf(text string) (int64, bool) {
	text = strings.ReplaceAll(models.Fold(text), " ", "")
	for _, end := range []string{"dong", "vnd", "d"} {
		text = strings.TrimSuffix(text, end)
	}
	size := int64(1)
	for _, unit := range units {
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
	if err != nil || n < 0 || n > year.MaxBudget || n*size > year.MaxBudget {
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
	return n, n > 0 && n <= year.MaxBudget
}
