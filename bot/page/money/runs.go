package money

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/outbox"
)

// runs lists the ward's payment lists, the newest first.
func (p *Lists) runs(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	runs, err := p.List.Runs(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	if reply, ordered, err := p.ordered(ctx, turn, runs); ordered || err != nil {
		return reply, err
	}
	month, err := p.List.NextRun(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	lines, begun := p.Lines(p.Say("runs.title")), false
	for _, run := range kit.Few(runs) {
		begun = begun || run.Month == month
		lines.Say("runs.line", "month", run.Month, "state", p.runState(run), "people", run.People,
			"total", texts.Money(run.Total))
		lines.Row(kit.Act(p.Say("runs.button", "month", run.Month), "run", run.ID))
	}
	lines.OrSay("runs.nothing")
	over, err := p.Year.Overruns(ctx, turn.Speaker.Actor, p.Today().Year)
	if err != nil {
		return bot.Reply{}, err
	}
	p.Overruns(lines, over)
	lines.RowIf(len(over) > 0, p.Button("year", "year"))
	lines.RowIf(!begun, kit.Positive(kit.Act(p.Say("runs.prepare", "month", month), "prepare", month)))
	lines.Row(p.Button("debts", "debts"), p.Button("ward_way", "payway"))
	return lines.End(p.Button("policies", "policies")), nil
}

// card is how a list is read and drawn.
func (p *Lists) card() kit.Card[list.RunView] {
	return kit.Card[list.RunView]{Read: p.List.Run, Draw: p.drawRun}
}

// drawRun shows a list's totals, what wants looking at, and the next step.
func (p *Lists) drawRun(_ services.Actor, view list.RunView) bot.Reply {
	run := view.Run
	counts := map[models.LineState]int{}
	noAccount, cash := 0, 0 // cash that is still to be handed out
	for _, line := range view.Lines {
		counts[line.State]++
		if line.Amount > 0 && line.BankTail == "" {
			noAccount++
			if line.State == models.LinePending {
				cash++
			}
		}
	}
	lines := p.Private(p.Say("run.title", "month", run.Month))
	lines.Card = bot.Card{Subject: outbox.Run, ID: run.ID, Version: run.Version}
	lines.Say("run.total", "people", run.People, "total", texts.Money(run.Total))
	lines.Say("run.words", "words", texts.InWords(run.Total))
	lines.Say("run.state", "state", p.runState(run))
	lines.SayIf(view.Code != "", "run.code", "code", view.Code)
	lines.SayIf(noAccount > 0 && run.Through != models.ByCash, "run.no_account", "count", noAccount)
	lines.SayIf(run.Through == models.ByCash, "run_more.by_cash")
	lines.SayIf(run.Through == models.ByTreasury, "run_more.by_treasury")
	for _, state := range []models.LineState{models.LinePaid, models.LineFailed, models.LineReturned, models.LineCarried} {
		if counts[state] > 0 {
			lines.Say("run.lines."+string(state), "count", counts[state])
		}
	}
	if rate := p.answersLine(view.Answers); rate != "" {
		lines.Add(rate)
	}
	lines.SayIf(run.Covers > 1, "run_more.quarter")
	lines.SayIf(run.ReturnedReason != "", "run_more.returned", "reason", run.ReturnedReason)
	if run.TreasuryAt != nil {
		at := texts.Date(models.DateOf(run.TreasuryAt.In(services.Zone)))
		lines.SayIf(run.State == models.RunTreasury, "run_more.treasury", "date", at)
		days := list.DaysThere(run, p.Today())
		lines.SayIf(days > 0, "run_more.treasury_days", "days", days)
		lines.SayIf(run.TreasuryReason != "", "run_more.treasury_returned", "date", at, "reason", run.TreasuryReason)
	}
	lines.Add(p.StandInLines(view.Approval, run.State == models.RunSubmitted)...)
	args := []any{run.ID, run.Version}
	switch run.State {
	case models.RunDraft:
		lines.Row(kit.Positive(p.Button("submit_run", "submit", args...)))
	case models.RunSubmitted:
		lines.RowIf(view.MayApprove, kit.Positive(p.Button("approve_run", "approve", args...)))
	case models.RunApproved, models.RunTreasury:
		p.sending(lines, run, args)
	case models.RunExported:
		lines.Row(p.Button("results_how", "results", run.ID))
		lines.RowIf(cash > 0, p.Button("cash", "cash", run.ID))
		lines.RowIf(counts[models.LinePending] > 0, kit.Positive(p.Button("settle_all", "settleall", args...)))
		lines.RowIf(counts[models.LinePending] == 0, kit.Positive(p.Button("close_run", "closeask", args...)))
	}
	p.secondThoughts(lines, view)
	lines.RowIf(view.Answers.Paid > view.Answers.Given(), p.Button("silent", "silent", run.ID))
	lines.Row(p.Button("lines", "lines", run.ID), p.Button("run_papers", "runpapers", run.ID))
	lines.Row(p.Button("run_review", "runreview", run.ID))
	lines.RowIf(list.Unsent(run), p.Button("risks", "risks", run.ID))
	switch {
	case view.MayReturn:
		lines.Row(kit.Negative(p.Button("run_return", "returnrun", args...)))
	case view.MayWithdraw:
		lines.Row(p.Button("run_withdraw", "withdrawrun", args...))
	}
	return lines.End(p.Button("runs", "runs"))
}

func (p *Lists) prepare(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	month, err := models.ParseMonth(turn.Arg(0))
	if err != nil {
		month = p.Today().MonthOf()
	}
	view, err := p.List.Prepare(ctx, turn.Speaker.Actor, month)
	reply, err := p.card().Drawn(turn.Speaker.Actor, view, err)
	reply.Replace = true
	return reply, err
}
