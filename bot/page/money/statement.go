package money

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/paper"
)

// yearPicture shows the officer's own year in one picture.
func (p *Month) yearPicture(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.statement(ctx, turn, paper.PNG)
}

// yearPDF hands the same out to print.
func (p *Month) yearPDF(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.statement(ctx, turn, paper.PDF)
}

func (p *Month) statement(ctx context.Context, turn bot.Turn, format paper.Format) (bot.Reply, error) {
	if err := kit.OfficersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	year := yearAsked(p.Kit, turn)
	drawn, err := p.Papers.Statement(ctx, turn.Speaker.Actor, year, format, words(p.Kit))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{
		Text: p.Say("statement.picture", "year", year, "amount", texts.Money(drawn.Total)), Protect: true,
		Files: file(drawn),
	}
	other := p.Button("year_pdf", "yearpdf", year)
	if format == paper.PDF {
		reply.Text = p.Say("statement.pdf", "year", year)
		other = p.Button("year_picture", "yearpicture", year)
	}
	reply.Buttons = [][]bot.Button{
		bot.Row(other, p.Button("year_before", "yearpicture", year-1)),
		p.MenuRow(p.Button("history", "history")),
	}
	return reply, nil
}

// stages shows of which stages of their money the officer is told, and lets
// them choose.
func (p *Month) stages(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	every, err := p.List.EveryStage(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	text := p.Say("stages.off")
	if every {
		text = p.Say("stages.on")
	}
	return bot.Reply{Text: text + "\n" + p.Say("stages.ask"), Buttons: [][]bot.Button{
		bot.Row(p.Button("stages_on", "stagesset", "on"), p.Button("stages_off", "stagesset", "off")), p.MenuRow()}}, nil
}

func (p *Month) stagesSet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	every := turn.Arg(0) == "on"
	if err := p.List.SetEveryStage(ctx, turn.Speaker.Actor, every); err != nil {
		return bot.Reply{}, err
	}
	text := p.Say("stages.off_done")
	if every {
		text = p.Say("stages.on_done")
	}
	return p.Tell(text, p.Button("allowance", "month")), nil
}

// stageReached tells an officer who asked for it that a month's money moved on.
func (p *Month) stageReached(ctx context.Context, recipient services.Actor, run int64) (bot.Reply, error) {
	view, err := p.List.MonthOfRun(ctx, recipient, run)
	if err != nil {
		return bot.Reply{}, err
	}
	var lines []string
	if !view.ExpectedBy.IsZero() && waiting(view.Stage) {
		lines = append(lines, p.Say("allowance.expected", "date", view.ExpectedBy))
	}
	lines = append(lines, p.Say("stages.told"))
	return bot.Reply{
		Title: p.StageLine(view), Text: strings.Join(lines, "\n"), Protect: true,
		Buttons: [][]bot.Button{bot.Row(p.Button("why", "why", view.Month.String()), p.Button("stages", "stages"))},
	}, nil
}

// lineSettled tells an officer that their money was paid, or was not and why;
// nothing where a later list has taken it up since.
func (p *Month) lineSettled(ctx context.Context, recipient services.Actor, line int64) (bot.Reply, error) {
	view, err := p.List.MonthOfLine(ctx, recipient, line)
	if err != nil {
		return bot.Reply{}, err
	}
	month := view.Month.String()
	reply := bot.Reply{Title: p.StageLine(view), Protect: true}
	switch view.Stage {
	case list.StagePaid:
		reply.Text = p.Say("receipt.ask")
		reply.Buttons = append(p.receiptRows(view.LineID), bot.Row(p.Button("why", "why", month)))
	case list.StageFailed, list.StageReturned:
		reply.Text = p.Say("allowance.reason", "reason", view.Reason) + "\n" + p.Say("settled.failed")
		reply.Buttons = [][]bot.Button{bot.Row(p.Button("bank", "bank"), p.Button("support", "support"))}
	default:
		return bot.Reply{}, nil
	}
	return reply, nil
}
