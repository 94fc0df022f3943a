package kit

import (
	"context"
	"strconv"

	"canbobot/bot"
	"canbobot/bot/understand"
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

func AmountOf(text string) (int64, bool) { return understand.ReadAmount(text, year.MaxBudget) }
