package money

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/services/list"
	"canbobot/services/vn"
	"context"
	"strings"
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
	run, offset := kit.Number(turn.Arg(0)), int(min(kit.Number(turn.Arg(1)), 1<<30))
	people, total, err := p.List.Unanswered(ctx, turn.Speaker.Actor, run, offset, kit.Listed)
	if err != nil {
		return bot.Reply{}, err
	}
	back := p.MenuRow(p.Button("back_to_run", "run", run))
	if len(people) == 0 {
		return bot.Reply{Text: p.Say("receipt.all_answered"), Buttons: [][]bot.Button{back}}, nil
	}
	reply := bot.Reply{Title: p.Say("receipt.silent", "count", total), Protect: true}
	var lines []string
	for _, one := range people {
		lines = append(lines, p.Say("receipt.silent_line", "name", one.Name, "unit", one.Unit, "amount",
			texts.Money(one.Amount), "phone", kit.OrDash(vn.FormatPhone(one.Phone))))
	}
	reply.Text = strings.Join(lines, "\n")
	if next := offset + len(people); int64(next) < total {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("more", "silent", run, next)))
	}
	reply.Buttons = append(reply.Buttons, back)
	return reply, nil
}
