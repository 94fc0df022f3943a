package money

import (
	"context"

	"canbobot/bot"
	"canbobot/services"
)

// runTampered says that a list's rows are not those that were signed.
func (p *Lists) runTampered(ctx context.Context, recipient services.Actor, id int64) (bot.Reply, error) {
	view, err := p.List.Run(ctx, recipient, id)
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Title: p.Say("run_tampered.title", "month", view.Run.Month), Text: p.Say("run_tampered.text")}, nil
}
