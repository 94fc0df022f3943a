package money

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/services/list"
)

// cash lists the villages that hand out money of a list, each with a button to
// mark all of it as handed out.
func (p *Lists) cash(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run := kit.Number(turn.Arg(0))
	villages, err := p.List.Cash(ctx, turn.Speaker.Actor, run)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: p.Say("cash.title"), Protect: true}
	var waiting []list.CashVillage
	done := 0
	for _, village := range villages {
		done += village.Done
		if village.People > 0 {
			waiting = append(waiting, village)
		}
	}
	var lines []string
	shown, next := part(waiting, turn.Arg(1))
	for _, village := range shown {
		lines = append(lines, p.Say("cash.village", "village", village.Name, "people", village.People, "total",
			texts.Money(village.Total)))
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Act(village.Name, "cashof", run, village.Village)))
	}
	switch {
	case len(waiting) == 0 && done == 0:
		lines = append(lines, p.Say("cash.nobody"))
	case len(waiting) == 0:
		lines = append(lines, p.Say("cash.all_done"))
	default:
		lines = append(lines, "", p.Say("cash.ask"))
	}
	reply.Text = strings.Join(lines, "\n")
	if next > 0 {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("more", "cash", run, next)))
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("back_to_run", "run", run)))
	return reply, nil
}

// cashOf asks once more before a village's cash is marked.
func (p *Lists) cashOf(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run, wanted := kit.Number(turn.Arg(0)), kit.Number(turn.Arg(1))
	view, err := p.List.Run(ctx, turn.Speaker.Actor, run)
	if err != nil {
		return bot.Reply{}, err
	}
	villages, err := p.List.Cash(ctx, turn.Speaker.Actor, run)
	if err != nil {
		return bot.Reply{}, err
	}
	for _, village := range villages {
		if village.Village == wanted && village.People > 0 {
			return bot.Reply{
				Text: p.Say("cash.confirm", "village", village.Name, "people", village.People, "total",
					texts.Money(village.Total)), Protect: true, Buttons: [][]bot.Button{
					bot.Row(kit.Positive(p.Button("cash_paid", "cashpaid", run, view.Run.Version, wanted))),
					p.MenuRow(p.Button("cash", "cash", run)),
				},
			}, nil
		}
	}
	turn.Args = []string{kit.ID(run)}
	return p.cash(ctx, turn)
}

func (p *Lists) cashPaid(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run := kit.Number(turn.Arg(0))
	if _, err := p.List.SettleCash(ctx, turn.Speaker.Actor, run, kit.Version(turn.Arg(1)), kit.Number(turn.Arg(2)),
		p.Today()); err != nil {
		return bot.Reply{}, err
	}
	turn.Args = []string{kit.ID(run)}
	reply, err := p.cash(ctx, turn)
	reply.Replace = true
	return reply, err
}
