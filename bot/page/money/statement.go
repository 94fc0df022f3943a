package money

import (
	"context"

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
	lines, other := p.Private(""), p.Button("year_pdf", "yearpdf", year)
	if format == paper.PDF {
		lines.Say("statement.pdf", "year", year)
		other = p.Button("year_picture", "yearpicture", year)
	} else {
		lines.Say("statement.picture", "year", year, "amount", texts.Money(drawn.Total))
	}
	lines.Files = file(drawn)
	lines.Row(other, p.Button("year_before", "yearpicture", year-1))
	return lines.End(p.Button("history", "history")), err
}

// stages shows of which stages of their money the officer is told, and lets
// them choose.
func (p *Month) stages(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	every, err := p.List.EveryStage(ctx, turn.Speaker.Actor)
	lines := p.Lines("")
	lines.SayIf(every, "stages.on")
	lines.OrSay("stages.off")
	lines.Say("stages.ask")
	lines.Row(p.Button("stages_on", "stagesset", "on"), p.Button("stages_off", "stagesset", "off"))
	return lines.End(), err
}

func (p *Month) stagesSet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	every := turn.Arg(0) == "on"
	text := p.Say("stages.off_done")
	if every {
		text = p.Say("stages.on_done")
	}
	return p.Tell(text, p.Button("allowance", "month")), p.List.SetEveryStage(ctx, turn.Speaker.Actor, every)
}

// stageReached tells an officer who asked for it that a month's money moved on.
func (p *Month) stageReached(ctx context.Context, recipient services.Actor, run int64) (bot.Reply, error) {
	view, err := p.List.MonthOfRun(ctx, recipient, run)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(p.StageLine(view))
	lines.SayIf(!view.ExpectedBy.IsZero() && waiting(view.Stage), "allowance.expected", "date", view.ExpectedBy)
	lines.Say("stages.told")
	lines.Row(p.Button("why", "why", view.Month), p.Button("stages", "stages"))
	return lines.Done(), nil
}

// lineSettled tells an officer that their money was paid, or was not and why;
// nothing where a later list has taken it up since.
func (p *Month) lineSettled(ctx context.Context, recipient services.Actor, line int64) (bot.Reply, error) {
	view, err := p.List.MonthOfLine(ctx, recipient, line)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(p.StageLine(view))
	switch view.Stage {
	case list.StagePaid:
		receipt, err := p.List.Receipt(ctx, recipient, view.LineID)
		if err != nil {
			return bot.Reply{}, err
		}
		if receipt.ID != 0 { // it is read again, and was answered
			lines.Say("receipt.mine."+string(receipt.Answer), "amount", texts.Money(receipt.Amount))
			lines.Row(p.Button("got_again", "gotagain", view.LineID))
			return lines.Done(), nil
		}
		lines.Say("receipt.ask")
		lines.Rows(p.receiptRows(view.LineID)...)
		lines.Row(p.Button("why", "why", view.Month))
	case list.StageFailed, list.StageReturned:
		lines.Say("allowance.reason", "reason", view.Reason)
		lines.Say("settled.failed")
		lines.Row(p.Button("bank", "bank"), p.Button("support", "support"))
	default:
		return bot.Reply{}, nil
	}
	return lines.Done(), nil
}
