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
	"canbobot/services/outbox"
)

// runs lists the ward's payment lists, the newest first.
func (p *Lists) runs(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	runs, err := p.List.Runs(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: p.Say("runs.title")}
	var lines []string
	month, err := p.List.NextRun(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	begun := false
	for i, run := range runs {
		if i == kit.Listed {
			break
		}
		begun = begun || run.Month == month
		lines = append(lines, p.Say("runs.line", "month", run.Month, "state", p.Say("run_state."+string(run.State)),
			"people", run.People, "total", texts.Money(run.Total)))
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Act(p.Say("runs.button", "month", run.Month), "run", run.ID)))
	}
	if len(lines) == 0 {
		lines = append(lines, p.Say("runs.nothing"))
	}
	reply.Text = strings.Join(lines, "\n")
	if !begun {
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Positive(kit.Act(p.Say("runs.prepare", "month", month), "prepare", month.String()))))
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("policies", "policies")))
	return reply, nil
}

func (p *Lists) run(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.List.Run(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawRun(view), nil
}

// drawRun shows a list's totals, what wants looking at, and the next step.
func (p *Lists) drawRun(view list.RunView) bot.Reply {
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
	lines := []string{
		p.Say("run.total", "people", run.People, "total", texts.Money(run.Total)),
		p.Say("run.words", "words", texts.InWords(run.Total)),
		p.Say("run.state", "state", p.Say("run_state."+string(run.State))),
	}
	if noAccount > 0 {
		lines = append(lines, p.Say("run.no_account", "count", noAccount))
	}
	for _, state := range []models.LineState{models.LinePaid, models.LineFailed, models.LineReturned, models.LineCarried} {
		if counts[state] > 0 {
			lines = append(lines, p.Say("run.lines."+string(state), "count", counts[state]))
		}
	}
	if rate := p.answersLine(view.Answers); rate != "" {
		lines = append(lines, rate)
	}
	if run.Covers > 1 {
		lines = append(lines, p.Say("run_more.quarter"))
	}
	if run.ReturnedReason != "" {
		lines = append(lines, p.Say("run_more.returned", "reason", run.ReturnedReason))
	}
	lines = append(lines, p.StandInLines(view.Approval, run.State == models.RunSubmitted)...)
	reply := bot.Reply{
		Title: p.Say("run.title", "month", run.Month), Text: strings.Join(lines, "\n"), Protect: true,
		Card: bot.Card{Subject: outbox.Run, ID: run.ID, Version: run.Version},
	}
	args := []any{run.ID, run.Version}
	switch run.State {
	case models.RunDraft:
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Positive(p.Button("submit_run", "submit", args...)),
			p.Button("prepare_again", "prepare", run.Month.String())))
	case models.RunSubmitted:
		if view.MayApprove {
			reply.Buttons = append(reply.Buttons, bot.Row(kit.Positive(p.Button("approve_run", "approve", args...))))
		}
	case models.RunApproved:
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Positive(p.Button("export_run", "export", args...))))
	case models.RunExported:
		choices := bot.Row(p.Button("lines", "lines", run.ID))
		if cash > 0 {
			choices = append(choices, p.Button("cash", "cash", run.ID))
		}
		reply.Buttons = append(reply.Buttons, choices, bot.Row(p.Button("results_how", "results", run.ID)))
		if counts[models.LinePending] > 0 {
			reply.Buttons = append(reply.Buttons, bot.Row(kit.Positive(p.Button("settle_all", "settle", args...))))
		} else {
			reply.Buttons = append(reply.Buttons, bot.Row(kit.Positive(p.Button("close_run", "close", args...))))
		}
	}
	if view.Answers.Paid > view.Answers.Given() {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("silent", "silent", run.ID)))
	}
	reply.Buttons = append(reply.Buttons, p.runSteps(view)...)
	switch run.State {
	case models.RunApproved, models.RunExported, models.RunClosed:
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("run_papers", "runpapers", run.ID)))
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("runs", "runs")))
	return reply
}

// reminded draws a list again for who is to sign it.
func (p *Lists) reminded(ctx context.Context, recipient services.Actor, run int64) (bot.Reply, error) {
	view, err := p.List.Run(ctx, recipient, run)
	if err != nil || view.Run.State != models.RunSubmitted {
		return bot.Reply{}, err
	}
	reply := p.drawRun(view)
	reply.Text = p.Say("told.run_waiting") + "\n\n" + reply.Text
	return reply, nil
}

// redrawn is the run after something was done to it, in place of its card.
func (p *Lists) redrawn(view list.RunView, err error) (bot.Reply, error) {
	if err != nil {
		return bot.Reply{}, err
	}
	reply := p.drawRun(view)
	reply.Replace = true
	return reply, nil
}

// step takes a list on, or back, as the actor saw it.
func (p *Lists) step(do func(_ context.Context, _ services.Actor, run int64, version int) (list.RunView,
	error)) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		return p.redrawn(do(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), kit.Version(turn.Arg(1))))
	}
}

// settle marks every line that has no outcome yet as paid today.
func (p *Lists) settle(ctx context.Context, actor services.Actor, run int64, version int) (list.RunView, error) {
	return p.List.SettleRun(ctx, actor, run, version, p.Today())
}

func (p *Lists) prepare(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	month, err := models.ParseMonth(turn.Arg(0))
	if err != nil {
		month = p.Today().MonthOf()
	}
	return p.redrawn(p.List.Prepare(ctx, turn.Speaker.Actor, month))
}

// redraw is a list's card for whoever has it before them.
func (p *Lists) redraw(ctx context.Context, recipient services.Actor, run int64) (bot.Reply, error) {
	view, err := p.List.Run(ctx, recipient, run)
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawRun(view), nil
}
