package money

import (
	"context"
	"slices"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
)

// lines pages through a run's people, so that who signs sees whom it pays, and
// single outcomes can be marked.
func (p *Lists) lines(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.linesOf(ctx, turn, kit.Number(turn.Arg(0)), "")
}

// sought is whom somebody looks for in a list.
type sought struct {
	Run  int64
	Name string
}

func (p *Lists) findLineForm() *bot.Form {
	return &bot.Form{
		Name:  "find_line",
		Steps: []bot.Step{kit.Sentence(bot.Step{Name: "name", Ask: "line.find", Example: "example.line"})},
		Done: kit.With(func(ctx context.Context, turn bot.Turn, who sought) (bot.Reply, error) {
			return p.linesOf(ctx, turn, who.Run, who.Name)
		}),
	}
}

// linesOf shows a run's people, all or those of a name or unit.
func (p *Lists) linesOf(ctx context.Context, turn bot.Turn, id int64, name string) (bot.Reply, error) {
	view, err := p.List.Run(ctx, turn.Speaker.Actor, id)
	if err != nil {
		return bot.Reply{}, err
	}
	run := view.Run
	lines := p.Private(p.Say("run.title", "month", run.Month))
	people := view.Lines
	if name != "" {
		people = called(view.Lines, name)
		lines.Say("line.found", "count", len(people), "name", name)
		people, turn.Args = kit.Few(people), nil
	}
	shown, next := kit.Part(people, turn.Arg(1))
	for _, line := range shown {
		lines.Add(line.Name + ": " + p.outcome(run, line))
		lines.Row(kit.Act(line.Name, "line", run.ID, line.ID))
	}
	if name == "" {
		lines.More(next, "lines", run.ID)
	}
	lines.Row(p.Button("find_line", "findline", run.ID))
	return lines.End(p.Button("back_to_run", "run", run.ID)), nil
}

// called are the lines of people of a name, or else of a unit, by whole words.
func called(all []models.PaymentLine, said string) []models.PaymentLine {
	folded := " " + models.Fold(said) + " "
	for _, of := range []func(models.PaymentLine) string{
		func(line models.PaymentLine) string { return line.Name }, func(line models.PaymentLine) string { return line.Unit },
	} {
		found := slices.DeleteFunc(slices.Clone(all), func(line models.PaymentLine) bool {
			return !strings.Contains(" "+models.Fold(of(line))+" ", folded)
		})
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// outcome is a line's amount, and what became of it once the list was sent.
func (p *Lists) outcome(run models.PaymentRun, line models.PaymentLine) string {
	amount := texts.Money(line.Amount)
	if line.State == models.LinePending && run.State != models.RunExported && run.State != models.RunClosed {
		return amount
	}
	return p.Say("line.amount", "amount", amount, "state", p.Say("line_state."+string(line.State)))
}

func (p *Lists) line(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.lineOf(ctx, turn, kit.Number(turn.Arg(0)), kit.Number(turn.Arg(1)))
}

func (p *Lists) lineOf(ctx context.Context, turn bot.Turn, run, id int64) (bot.Reply, error) {
	view, err := p.List.Run(ctx, turn.Speaker.Actor, run)
	if err != nil {
		return bot.Reply{}, err
	}
	for _, line := range view.Lines {
		if line.ID == id {
			return p.drawLine(view.Run, line), nil
		}
	}
	return p.Tell(p.Say("errors.not_found.row")), nil
}

func (p *Lists) drawLine(run models.PaymentRun, line models.PaymentLine) bot.Reply {
	lines := p.Private(line.Name)
	lines.Say("line.unit", "title", line.Title, "unit", line.Unit)
	lines.Add(p.outcome(run, line))
	if line.BankTail != "" || line.PayWay != "" {
		lines.PaidTo(line.Destination)
	}
	lines.SayIf(line.Reason != "", "allowance.reason", "reason", line.Reason)
	sent := run.State == models.RunExported
	paid := kit.Positive(p.Button("line_paid", "linepaid", run.ID, line.ID))
	switch {
	case sent && line.State == models.LinePending:
		lines.Row(paid, kit.Negative(p.Button("line_failed", "linefailed", run.ID, line.ID)))
	case sent && (line.State == models.LineFailed || line.State == models.LineReturned):
		lines.Row(paid)
	case line.State == models.LinePaid: // money may come back late, even after the list is closed
		lines.Row(kit.Negative(p.Button("line_returned", "linefailed", run.ID, line.ID, models.LineReturned)))
	}
	return lines.End(p.Button("lines", "lines", run.ID))
}

func (p *Lists) linePaid(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	err := p.List.SettleLine(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(1)), models.LinePaid, "", p.Today())
	if err != nil {
		return bot.Reply{}, err
	}
	return kit.Redraws(p.line)(ctx, turn)
}

// settling is what became of a line that was not paid.
type settling struct {
	Run, Line int64
	Outcome   models.LineState
	Reason    string
}

func (p *Lists) lineFailed(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known := settling{Run: kit.Number(turn.Arg(0)), Line: kit.Number(turn.Arg(1))}
	if turn.Arg(2) == string(models.LineReturned) {
		known.Outcome = models.LineReturned
	}
	return turn.Begin(ctx, "line_failed", kit.Untyped(known))
}

func (p *Lists) lineFailedForm() *bot.Form {
	return &bot.Form{
		Name:  "line_failed",
		Steps: []bot.Step{kit.Sentence(bot.Step{Name: "reason", Ask: "line.failed_ask", Example: "example.bank_reason"})},
		Confirm: kit.With(func(_ context.Context, _ bot.Turn, line settling) (bot.Reply, error) {
			if line.Outcome == models.LineReturned {
				return bot.Reply{Text: p.Say("line.returned_confirm", "reason", line.Reason)}, nil
			}
			return bot.Reply{Text: p.Say("line.failed_confirm", "reason", line.Reason)}, nil
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, line settling) (bot.Reply, error) {
			if line.Outcome != models.LineReturned {
				line.Outcome = models.LineFailed
			}
			err := p.List.SettleLine(ctx, turn.Speaker.Actor, line.Line, line.Outcome, line.Reason, p.Today())
			if err != nil {
				return bot.Reply{}, err
			}
			return p.lineOf(ctx, turn, line.Run, line.Line)
		}),
	}
}
