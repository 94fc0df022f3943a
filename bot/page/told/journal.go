package told

import (
	"context"

	"canbobot/bot"
	"canbobot/services"
	"canbobot/services/anchor"
)

// journalBroken tells an administrator that the journal is not as it was written.
func (p *Page) journalBroken(ctx context.Context, recipient services.Actor, id int64) (bot.Reply, error) {
	fault, err := p.Journal.Broken(ctx, recipient, id)
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Title: p.Say("journal.broken_title", "seq", fault.Seq), Text: p.Say("journal.broken")}, nil
}

// journalHead tells a leader how far the journal went on a day.
func (p *Page) journalHead(ctx context.Context, recipient services.Actor, id int64) (bot.Reply, error) {
	day, err := p.Journal.Day(ctx, recipient, id)
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Text: p.Say("journal.head", "day", day.Day, "code", anchor.Code(day.Hash))}, nil
}
