package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services/list"
	"canbobot/services/outbox"
)

// runs lists the ward's payment lists, the newest first.
func (s *Screens) runs(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	runs, err := s.List.Runs(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("runs.title")}
	var lines []string
	month, err := s.List.NextRun(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	begun := false
	for i, run := range runs {
		if i == listed {
			break
		}
		begun = begun || run.Month == month
		lines = append(lines, s.say("runs.line", "month", run.Month, "state", s.say("run_state."+string(run.State)), "people", run.People, "total", texts.Money(run.Total)))
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: s.say("runs.button", "month", run.Month), Action: bot.Act("run", id(run.ID))}))
	}
	if len(lines) == 0 {
		lines = append(lines, s.say("runs.nothing"))
	}
	reply.Text = strings.Join(lines, "\n")
	if !begun {
		reply.Buttons = append(reply.Buttons, bot.Row(positive(bot.Button{Label: s.say("runs.prepare", "month", month), Action: bot.Act("prepare", month.String())})))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("policies", "policies"), s.button("menu", "menu")))
	return reply, nil
}

func (s *Screens) run(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := s.List.Run(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return s.drawRun(view), nil
}

// drawRun shows a list's totals, what wants looking at, and the next step.
func (s *Screens) drawRun(view list.RunView) bot.Reply {
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
		s.say("run.total", "people", run.People, "total", texts.Money(run.Total)),
		s.say("run.words", "words", texts.InWords(run.Total)),
		s.say("run.state", "state", s.say("run_state."+string(run.State))),
	}
	if noAccount > 0 {
		lines = append(lines, s.say("run.no_account", "count", noAccount))
	}
	for _, state := range []models.LineState{models.LinePaid, models.LineFailed, models.LineReturned, models.LineCarried} {
		if counts[state] > 0 {
			lines = append(lines, s.say("run.lines."+string(state), "count", counts[state]))
		}
	}
	if rate := s.answersLine(view.Answers); rate != "" {
		lines = append(lines, rate)
	}
	if run.Covers > 1 {
		lines = append(lines, s.say("run_more.quarter"))
	}
	if run.ReturnedReason != "" {
		lines = append(lines, s.say("run_more.returned", "reason", run.ReturnedReason))
	}
	reply := bot.Reply{
		Title: s.say("run.title", "month", run.Month), Text: strings.Join(lines, "\n"), Protect: true,
		Card: bot.Card{Subject: outbox.Run, ID: run.ID, Version: run.Version},
	}
	args := []string{id(run.ID), id(int64(run.Version))}
	switch run.State {
	case models.RunDraft:
		reply.Buttons = append(reply.Buttons, bot.Row(positive(s.button("submit_run", "submit", args...)), s.button("prepare_again", "prepare", run.Month.String())))
	case models.RunSubmitted:
		if view.MayApprove {
			reply.Buttons = append(reply.Buttons, bot.Row(positive(s.button("approve_run", "approve", args...))))
		}
	case models.RunApproved:
		reply.Buttons = append(reply.Buttons, bot.Row(positive(s.button("export_run", "export", args...))))
	case models.RunExported:
		choices := bot.Row(s.button("lines", "lines", id(run.ID)))
		if cash > 0 {
			choices = append(choices, s.button("cash", "cash", id(run.ID)))
		}
		reply.Buttons = append(reply.Buttons, choices, bot.Row(s.button("results_how", "results", id(run.ID))))
		if counts[models.LinePending] > 0 {
			reply.Buttons = append(reply.Buttons, bot.Row(positive(s.button("settle_all", "settle", args...))))
		} else {
			reply.Buttons = append(reply.Buttons, bot.Row(positive(s.button("close_run", "close", args...))))
		}
	}
	if view.Answers.Paid > view.Answers.Given() {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("silent", "silent", id(run.ID))))
	}
	reply.Buttons = append(reply.Buttons, s.runSteps(view)...)
	switch run.State {
	case models.RunApproved, models.RunExported, models.RunClosed:
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("run_papers", "runpapers", id(run.ID))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("runs", "runs"), s.button("menu", "menu")))
	return reply
}

// redrawn is the run after something was done to it, in place of its card.
func (s *Screens) redrawn(view list.RunView, err error) (bot.Reply, error) {
	if err != nil {
		return bot.Reply{}, err
	}
	reply := s.drawRun(view)
	reply.Replace = true
	return reply, nil
}

func (s *Screens) prepare(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	month, err := models.ParseMonth(turn.Arg(0))
	if err != nil {
		month = s.today().MonthOf()
	}
	return s.redrawn(s.List.Prepare(ctx, turn.Speaker.Actor, month))
}

func (s *Screens) submitRun(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.redrawn(s.List.SubmitRun(ctx, turn.Speaker.Actor, number(turn.Arg(0)), version(turn.Arg(1))))
}

func (s *Screens) approveRun(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.redrawn(s.List.ApproveRun(ctx, turn.Speaker.Actor, number(turn.Arg(0)), version(turn.Arg(1))))
}

func (s *Screens) exportRun(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.redrawn(s.List.ExportRun(ctx, turn.Speaker.Actor, number(turn.Arg(0)), version(turn.Arg(1))))
}

// settleAll marks every line that has no outcome yet as paid today.
func (s *Screens) settleAll(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.redrawn(s.List.SettleRun(ctx, turn.Speaker.Actor, number(turn.Arg(0)), version(turn.Arg(1)), s.today()))
}

func (s *Screens) closeRun(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.redrawn(s.List.CloseRun(ctx, turn.Speaker.Actor, number(turn.Arg(0)), version(turn.Arg(1))))
}

// lines pages through a run's people, so that single outcomes can be marked.
func (s *Screens) lines(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := s.List.Run(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	offset := min(int(number(turn.Arg(1))), len(view.Lines))
	reply := bot.Reply{Title: s.say("run.title", "month", view.Run.Month), Protect: true}
	for _, line := range view.Lines[offset:min(offset+listed, len(view.Lines))] {
		reply.Text += s.say("line.row", "name", line.Name, "amount", texts.Money(line.Amount), "state", s.say("line_state."+string(line.State))) + "\n"
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: line.Name, Action: bot.Act("line", id(view.Run.ID), id(line.ID))}))
	}
	reply.Text = strings.TrimSpace(reply.Text)
	if offset+listed < len(view.Lines) {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("more", "lines", id(view.Run.ID), id(int64(offset+listed)))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("back_to_run", "run", id(view.Run.ID)), s.button("menu", "menu")))
	return reply, nil
}

func (s *Screens) line(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := s.List.Run(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	for _, line := range view.Lines {
		if line.ID == number(turn.Arg(1)) {
			return s.drawLine(view.Run, line), nil
		}
	}
	return bot.Reply{Text: s.say("errors.not_found.row"), Buttons: [][]bot.Button{s.menuRow()}}, nil
}

func (s *Screens) drawLine(run models.PaymentRun, line models.PaymentLine) bot.Reply {
	text := []string{
		s.say("line.unit", "title", line.Title, "unit", line.Unit),
		s.say("line.amount", "amount", texts.Money(line.Amount), "state", s.say("line_state."+string(line.State))),
	}
	if line.BankTail != "" {
		text = append(text, s.say("profile.bank", "bank", line.BankName, "tail", line.BankTail))
	}
	if line.Reason != "" {
		text = append(text, s.say("allowance.reason", "reason", line.Reason))
	}
	reply := bot.Reply{Title: line.Name, Text: strings.Join(text, "\n"), Protect: true}
	sent := run.State == models.RunExported
	paid := positive(s.button("line_paid", "linepaid", id(run.ID), id(line.ID)))
	switch {
	case sent && line.State == models.LinePending:
		reply.Buttons = append(reply.Buttons, bot.Row(paid, negative(s.button("line_failed", "linefailed", id(run.ID), id(line.ID)))))
	case sent && (line.State == models.LineFailed || line.State == models.LineReturned):
		reply.Buttons = append(reply.Buttons, bot.Row(paid))
	case line.State == models.LinePaid: // money may come back late, even after the list is closed
		reply.Buttons = append(reply.Buttons, bot.Row(negative(s.button("line_returned", "linefailed", id(run.ID), id(line.ID), string(models.LineReturned)))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("lines", "lines", id(run.ID)), s.button("menu", "menu")))
	return reply
}

func (s *Screens) linePaid(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := s.List.SettleLine(ctx, turn.Speaker.Actor, number(turn.Arg(1)), models.LinePaid, "", s.today()); err != nil {
		return bot.Reply{}, err
	}
	reply, err := s.line(ctx, turn)
	reply.Replace = true
	return reply, err
}

func (s *Screens) lineFailed(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	known := bot.Answers{"run": id(number(turn.Arg(0))), "line": id(number(turn.Arg(1)))}
	if turn.Arg(2) == string(models.LineReturned) {
		known["outcome"] = string(models.LineReturned)
	}
	return turn.Begin(ctx, "line_failed", known)
}

func (s *Screens) lineFailedForm() *bot.Form {
	return &bot.Form{
		Name:  "line_failed",
		Steps: []bot.Step{{Name: "reason", Ask: "line.failed_ask", Example: "example.bank_reason", Read: readSentenceStep, Show: asKept("reason"), Free: true}},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			if answers["outcome"] == string(models.LineReturned) {
				return bot.Reply{Text: s.say("line.returned_confirm", "reason", answers["reason"])}, nil
			}
			return bot.Reply{Text: s.say("line.failed_confirm", "reason", answers["reason"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			outcome := models.LineFailed
			if answers["outcome"] == string(models.LineReturned) {
				outcome = models.LineReturned
			}
			err := s.List.SettleLine(ctx, turn.Speaker.Actor, number(answers["line"]), outcome, answers["reason"], s.today())
			if err != nil {
				return bot.Reply{}, err
			}
			turn.Args = []string{answers["run"], answers["line"]}
			return s.line(ctx, turn)
		},
	}
}
