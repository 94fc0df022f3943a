package money

import (
	"context"
	"slices"
	"strconv"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/paper"
)

// sent is how a list is said to have gone out, and the paper that goes with it.
type sent struct {
	lead string
	with func(people int, total string) string
	draw func(context.Context, services.Actor, int64, string, paper.Words) (paper.Paper, error)
}

// export marks a list as sent, and hands out what is to be sent.
func (p Outgoing) export(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.List.ExportRun(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), kit.Version(turn.Arg(1)))
	if err != nil {
		return bot.Reply{}, err
	}
	switch view.Run.Through {
	case models.ByCash:
		return p.sent(ctx, turn, view.Run, sent{p.Say("run_paper.exported_cash", "month", view.Run.Month),
			func(people int, total string) string {
				return p.Say("run_paper.exported_cash_file", "people", people, "total", total)
			}, p.Papers.Cash})
	case models.ByTreasury:
		return p.card().Drawn(turn.Speaker.Actor, view, nil)
	}
	draw := p.Papers.Transfer
	forms, err := p.Results.Forms.Of(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(forms) > 0 { // the bank takes what looks like its own
		draw = func(ctx context.Context, actor services.Actor, run int64, _ string, words paper.Words) (paper.Paper, error) {
			return p.Papers.Form(ctx, actor, run, forms[0].ID, words)
		}
	}
	return p.sent(ctx, turn, view.Run, sent{p.Say("run_paper.exported", "month", view.Run.Month),
		func(people int, total string) string {
			return p.Say("run_paper.exported_file", "people", people, "total", total)
		}, draw})
}

// toTreasury marks a list as sent to the treasury, and hands out its papers.
func (p Outgoing) toTreasury(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.List.Treasury.Send(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), kit.Version(turn.Arg(1)))
	if err != nil {
		return bot.Reply{}, err
	}
	return p.sent(ctx, turn, view.Run, sent{p.Say("run_paper.to_treasury", "month", view.Run.Month),
		func(people int, total string) string {
			return p.Say("run_paper.to_treasury_file", "people", people, "total", total)
		}, p.Papers.Treasury})
}

func (p Outgoing) sent(ctx context.Context, turn bot.Turn, run models.PaymentRun, how sent) (bot.Reply, error) {
	drawn, err := how.draw(ctx, turn.Speaker.Actor, run.ID, "", words(p.Kit))
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(how.lead)
	if drawn.People > 0 {
		lines.Add(how.with(drawn.People, texts.Money(drawn.Total)))
	}
	lines.SayIf(drawn.Apart > 0 && run.Through != models.ByCash, "run_paper.changed", "count", drawn.Apart)
	lines.SayIf(drawn.People < run.People, "run_paper.rest", "count", run.People-drawn.People)
	if drawn.People > 0 || drawn.Apart > 0 {
		lines.Files = file(drawn)
	}
	lines.Row(p.Button("run_papers", "runpapers", run.ID), p.Button("back_to_run", "run", run.ID))
	return lines.Done(), nil
}

// mendAsk says what it costs to mend a list that the treasury sent back.
func (p Outgoing) mendAsk(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.List.Run(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Lines(p.Say("mending.title", "month", view.Run.Month))
	lines.Say("mending.text")
	lines.Row(kit.Positive(p.Button("mend_run", "mendrun", view.Run.ID, view.Run.Version)))
	return lines.End(p.Button("back_to_run", "run", view.Run.ID)), nil
}

// treasuryReturnForm asks why the treasury sent a list's papers back.
func (p Outgoing) treasuryReturnForm() *bot.Form {
	reasons := []string{p.Say("treasury_back.account"), p.Say("treasury_back.budget_code"),
		p.Say("treasury_back.signature"), p.Say("treasury_back.budget")}
	step := kit.Sentence(bot.Step{Name: "reason", Ask: "treasury_back.ask", Example: "example.treasury_back"})
	step.Choices = kit.Given(kit.InRows(1, reasons, func(reason string) bot.Button {
		return kit.Choice(reason, strconv.Itoa(slices.Index(reasons, reason)))
	})...)
	read := step.Read
	step.Read = func(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
		if i, err := strconv.Atoi(input.Choice); err == nil && i >= 0 && i < len(reasons) {
			return reasons[i], nil
		}
		return read(ctx, turn, answers, input)
	}
	return &bot.Form{
		Name: "treasury_back", Steps: []bot.Step{step},
		Confirm: p.ConfirmWords("treasury_back.confirm", "reason"),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, one returned) (bot.Reply, error) {
			view, err := p.List.Treasury.Return(ctx, turn.Speaker.Actor, one.Run, one.Version, one.Reason)
			return p.card().Drawn(turn.Speaker.Actor, view, err)
		}),
	}
}

// moved tells who prepared a list that it was signed, or that the treasury sent it
// back.
func (p Outgoing) moved(ctx context.Context, reader services.Actor, id int64) (bot.Reply, error) {
	view, err := p.List.Run(ctx, reader, id)
	if err != nil || view.Run.State != models.RunApproved {
		return bot.Reply{}, err
	}
	lead := p.Say("told.run_approved", "by", view.ApprovedBy)
	if view.Run.TreasuryReason != "" {
		lead = p.Say("told.run_treasury_returned")
	}
	return kit.Led(lead, p.drawRun(reader, view)), nil
}

// sending are the buttons of a list that is signed, as its money goes out.
func (p *Lists) sending(lines *kit.Lines, run models.PaymentRun, args []any) {
	switch {
	case run.State == models.RunTreasury:
		lines.Row(kit.Positive(p.Button("treasury_passed", "export", args...)))
		lines.Row(kit.Negative(p.Button("treasury_back", "treasuryback", args...)))
	case run.Through == models.ByTreasury:
		lines.Row(kit.Positive(p.Button("to_treasury", "totreasury", args...)))
		lines.RowIf(run.TreasuryReason != "", p.Button("mend_run", "mendask", run.ID))
	case run.Through == models.ByCash:
		lines.Row(kit.Positive(p.Button("export_cash", "export", args...)))
	default:
		lines.Row(kit.Positive(p.Button("export_run", "export", args...)))
	}
}

// runState is where a list is, in words.
func (p *Lists) runState(run models.PaymentRun) string {
	return p.Say("run_state." + list.Told(run))
}
