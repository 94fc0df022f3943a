package money

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/services"
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
	lines, done := p.Private(p.Say("cash.title")), 0
	var waiting []list.CashVillage
	for _, village := range villages {
		done += village.Done
		if village.People > 0 {
			waiting = append(waiting, village)
		}
	}
	shown, next := kit.Part(waiting, turn.Arg(1))
	for _, village := range shown {
		lines.Say("cash.village", "village", village.Name, "people", village.People, "total", texts.Money(village.Total))
		lines.Row(kit.Act(village.Name, "cashof", run, village.Village))
	}
	switch {
	case len(waiting) == 0 && done == 0:
		lines.Say("cash.nobody")
	case len(waiting) == 0:
		lines.Say("cash.all_done")
	default:
		lines.Add("", p.Say("cash.ask"))
	}
	lines.More(next, "cash", run)
	return lines.End(p.Button("back_to_run", "run", run)), nil
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
			lines := p.Private("")
			lines.Say("cash.confirm", "village", village.Name, "people", village.People, "total", texts.Money(village.Total))
			lines.Row(kit.Positive(p.Button("cash_paid", "cashpaid", run, view.Run.Version, wanted)))
			return lines.End(p.Button("cash", "cash", run)), nil
		}
	}
	return p.cashLeft(ctx, turn)
}

// cashLeft shows what is still to be handed out, from the first.
func (p *Lists) cashLeft(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	turn.Args = turn.Args[:min(len(turn.Args), 1)]
	return p.cash(ctx, turn)
}

func (p *Lists) cashPaid(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return kit.DidSeen(func(ctx context.Context, actor services.Actor, run int64, version int) error {
		_, err := p.List.SettleCash(ctx, actor, run, version, kit.Number(turn.Arg(2)), p.Today())
		return err
	}, kit.Redraws(p.cashLeft))(ctx, turn)
}
