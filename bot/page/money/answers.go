package money

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/services/list"
	"context"
)

// answersLine tells how many of those who were paid have said that it came; ""
// before anybody is paid.
func (p *Lists) answersLine(answers list.Answers) string {
	if answers.Paid == 0 {
		return ""
	}
	return p.Say("receipt.rate", "full", answers.Full, "paid", answers.Paid, "rate", answers.Rate(), "less", answers.Less,
		"none", answers.None)
}

// silent lists who was paid and has not said whether it came, to be telephoned.
func (p *Lists) silent(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run, offset := kit.Number(turn.Arg(0)), kit.Offset(turn.Arg(1))
	people, total, err := p.List.Unanswered(ctx, turn.Speaker.Actor, run, offset, kit.Listed)
	if err != nil {
		return bot.Reply{}, err
	}
	back := p.Button("back_to_run", "run", run)
	if len(people) == 0 {
		return p.Tell(p.Say("receipt.all_answered"), back), nil
	}
	lines := p.Private(p.Say("receipt.silent", "count", total))
	for _, one := range people {
		lines.Say("receipt.silent_line", "name", one.Name, "unit", one.Unit, "amount", texts.Money(one.Amount), "phone",
			lines.Phone(one.Person, one.Phone))
	}
	lines.More(kit.Next(offset, len(people), total), "silent", run)
	return lines.End(back), nil
}
