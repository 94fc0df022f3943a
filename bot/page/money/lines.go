package money

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
)

// lines pages through a run's people, so that single outcomes can be marked.
func (p *Lists) lines(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.List.Run(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	shown, next := part(view.Lines, turn.Arg(1))
	reply := bot.Reply{Title: p.Say("run.title", "month", view.Run.Month), Protect: true}
	for _, line := range shown {
		reply.Text += p.Say("line.row", "name", line.Name, "amount", texts.Money(line.Amount), "state",
			p.Say("line_state."+string(line.State))) + "\n"
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Act(line.Name, "line", view.Run.ID, line.ID)))
	}
	reply.Text = strings.TrimSpace(reply.Text)
	if next > 0 {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("more", "lines", view.Run.ID, next)))
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("back_to_run", "run", view.Run.ID)))
	return reply, nil
}

func (p *Lists) line(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.List.Run(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	for _, line := range view.Lines {
		if line.ID == kit.Number(turn.Arg(1)) {
			return p.drawLine(view.Run, line), nil
		}
	}
	return p.Tell(p.Say("errors.not_found.row")), nil
}

func (p *Lists) drawLine(run models.PaymentRun, line models.PaymentLine) bot.Reply {
	text := []string{
		p.Say("line.unit", "title", line.Title, "unit", line.Unit),
		p.Say("line.amount", "amount", texts.Money(line.Amount), "state", p.Say("line_state."+string(line.State))),
	}
	if line.BankTail != "" {
		text = append(text, p.Say("profile.bank", "bank", line.BankName, "tail", line.BankTail))
	}
	if line.Reason != "" {
		text = append(text, p.Say("allowance.reason", "reason", line.Reason))
	}
	reply := bot.Reply{Title: line.Name, Text: strings.Join(text, "\n"), Protect: true}
	sent := run.State == models.RunExported
	paid := kit.Positive(p.Button("line_paid", "linepaid", run.ID, line.ID))
	switch {
	case sent && line.State == models.LinePending:
		reply.Buttons = append(reply.Buttons, bot.Row(paid,
			kit.Negative(p.Button("line_failed", "linefailed", run.ID, line.ID))))
	case sent && (line.State == models.LineFailed || line.State == models.LineReturned):
		reply.Buttons = append(reply.Buttons, bot.Row(paid))
	case line.State == models.LinePaid: // money may come back late, even after the list is closed
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Negative(p.Button("line_returned", "linefailed", run.ID,
			line.ID, models.LineReturned))))
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("lines", "lines", run.ID)))
	return reply
}

func (p *Lists) linePaid(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := p.List.SettleLine(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(1)), models.LinePaid, "",
		p.Today()); err != nil {
		return bot.Reply{}, err
	}
	reply, err := p.line(ctx, turn)
	reply.Replace = true
	return reply, err
}

func (p *Lists) lineFailed(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known := bot.Answers{"run": kit.ID(kit.Number(turn.Arg(0))), "line": kit.ID(kit.Number(turn.Arg(1)))}
	if turn.Arg(2) == string(models.LineReturned) {
		known["outcome"] = string(models.LineReturned)
	}
	return turn.Begin(ctx, "line_failed", known)
}

func (p *Lists) lineFailedForm() *bot.Form {
	return &bot.Form{
		Name:  "line_failed",
		Steps: []bot.Step{kit.Sentence(bot.Step{Name: "reason", Ask: "line.failed_ask", Example: "example.bank_reason"})},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			if answers["outcome"] == string(models.LineReturned) {
				return bot.Reply{Text: p.Say("line.returned_confirm", "reason", answers["reason"])}, nil
			}
			return bot.Reply{Text: p.Say("line.failed_confirm", "reason", answers["reason"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			outcome := models.LineFailed
			if answers["outcome"] == string(models.LineReturned) {
				outcome = models.LineReturned
			}
			err := p.List.SettleLine(ctx, turn.Speaker.Actor, kit.Number(answers["line"]), outcome, answers["reason"], p.Today())
			if err != nil {
				return bot.Reply{}, err
			}
			turn.Args = []string{answers["run"], answers["line"]}
			return p.line(ctx, turn)
		},
	}
}
