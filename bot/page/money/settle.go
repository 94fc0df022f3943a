package money

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
)

// namedAtOnce is how many people a question about many names.
const namedAtOnce = 5

// settleAsk shows what "all paid" would mark, and what it would leave.
func (p *Lists) settleAsk(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.List.Run(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	run := view.Run
	accounts, all := list.RestOf(view.Lines, false), list.RestOf(view.Lines, true)
	cash := all.Lines - accounts.Lines
	lines := p.Private(p.Say("settle.title", "month", run.Month))
	if all.Lines == 0 {
		lines.Say("settle.nothing")
		return lines.End(p.Button("back_to_run", "run", run.ID)), nil
	}
	lines.SayIf(accounts.Lines > 0, "settle.accounts", "people", accounts.Lines, "total", texts.Money(accounts.Total))
	lines.SayIf(cash > 0, "settle.cash", "people", cash, "total", texts.Money(all.Total-accounts.Total))
	lines.Add(leftOut(view.Lines, func(state models.LineState, fields ...any) string {
		return p.Say("settle."+string(state), fields...)
	})...)
	lines.Say("settle.later")
	choice := func(label string, rest list.Rest) bot.Button {
		with := 0
		if rest.Cash {
			with = 1
		}
		return kit.Positive(kit.Act(p.Say("settle."+label, "people", rest.Lines), "settle", run.ID, run.Version, with,
			rest.Lines, rest.Total))
	}
	lines.RowIf(accounts.Lines > 0 && cash > 0, choice("only_accounts", accounts))
	lines.Row(choice("everybody", all))
	lines.RowIf(cash > 0, p.Button("cash", "cash", run.ID))
	return lines.End(p.Button("back_to_run", "run", run.ID)), nil
}

// leftOut says who of a list has another outcome than paid, by name where they are few.
func leftOut(all []models.PaymentLine, say func(models.LineState, ...any) string) (said []string) {
	for _, state := range []models.LineState{models.LineFailed, models.LineReturned} {
		var names []string
		var total int64
		for _, line := range all {
			if line.State == state {
				names, total = append(names, line.Name), total+line.Amount
			}
		}
		if len(names) == 0 {
			continue
		}
		said = append(said, say(state, "people", len(names), "total", texts.Money(total)))
		if len(names) <= namedAtOnce {
			said = append(said, "   "+strings.Join(names, ", "))
		}
	}
	return said
}

// settle marks what was asked about as paid today.
func (p *Lists) settle(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	rest := list.Rest{Cash: turn.Arg(2) == "1", Lines: int(kit.Number(turn.Arg(3))), Total: kit.Number(turn.Arg(4))}
	return p.card().Step(func(ctx context.Context, actor services.Actor, run int64, version int) (list.RunView, error) {
		return p.List.SettleRun(ctx, actor, run, version, rest, p.Today())
	})(ctx, turn)
}

// closeAsk shows how a list ends before it does.
func (p *Lists) closeAsk(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.List.Run(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	paid, total := 0, int64(0)
	for _, line := range view.Lines {
		if line.State == models.LinePaid {
			paid, total = paid+1, total+line.Amount
		}
	}
	lines := p.Private(p.Say("closing.title", "month", view.Run.Month))
	lines.Say("closing.paid", "people", paid, "total", texts.Money(total))
	left := leftOut(view.Lines, func(state models.LineState, fields ...any) string {
		return p.Say("closing."+string(state), fields...)
	})
	lines.Add(left...)
	lines.SayIf(len(left) > 0, "closing.carried")
	lines.Say("closing.later")
	lines.Row(kit.Positive(p.Button("close_run", "close", view.Run.ID, view.Run.Version)))
	return lines.End(p.Button("back_to_run", "run", view.Run.ID)), nil
}

// unsettle takes back what was marked of many lines.
func (p *Lists) unsettle(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.List.TakeBack(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	return p.card().Drawn(turn.Speaker.Actor, view, err)
}

// undoButton takes back an act that marked many lines.
func (p *Lists) undoButton(act models.Settlement) bot.Button {
	return kit.Negative(kit.Act(p.Say("settle.take_back", "at", texts.Hour(act.TellAt)), "unsettle", act.ID))
}

// secondThoughts are the buttons that take back what was just done to many.
func (p *Lists) secondThoughts(lines *kit.Lines, view list.RunView) {
	if undo := view.Undo; undo != nil && view.Run.State == models.RunExported {
		lines.Row(p.undoButton(*undo))
	}
	if !view.MayReopen.IsZero() {
		lines.Row(kit.Act(p.Say("closing.take_back", "at", texts.Hour(view.MayReopen)), "reopen", view.Run.ID,
			view.Run.Version))
	}
}
