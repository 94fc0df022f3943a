package page

import (
	"context"
	"strconv"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/services/list"
	"canbobot/services/paper"
)

// yearAsked is the year that a button or a text names; this one else.
func (s *Screens) yearAsked(turn bot.Turn) int {
	if year := int(number(turn.Arg(0))); year > 0 {
		return year
	}
	if year := turn.Meaning.Slots.Year; year > 0 {
		return year
	}
	return s.today().Year
}

func (s *Screens) formWords() paper.Words {
	return paper.Words{Say: s.sheetWords, Spell: texts.InWords}
}

// yearPicture shows the officer's own year in one picture.
func (s *Screens) yearPicture(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.statement(ctx, turn, paper.PNG)
}

// yearPDF hands the same out to print.
func (s *Screens) yearPDF(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.statement(ctx, turn, paper.PDF)
}

func (s *Screens) statement(ctx context.Context, turn bot.Turn, format paper.Format) (bot.Reply, error) {
	if err := officersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	year := s.yearAsked(turn)
	drawn, err := s.Papers.Statement(ctx, turn.Speaker.Actor, year, format, s.formWords())
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{
		Text: s.say("statement.picture", "year", year, "amount", texts.Money(drawn.Total)), Protect: true,
		Files: []bot.File{{Name: drawn.Name, MIME: drawn.MIME, Content: drawn.Content}},
	}
	other := s.button("year_pdf", "yearpdf", strconv.Itoa(year))
	if format == paper.PDF {
		reply.Text = s.say("statement.pdf", "year", year)
		other = s.button("year_picture", "yearpicture", strconv.Itoa(year))
	}
	reply.Buttons = [][]bot.Button{
		bot.Row(other, s.button("year_before", "yearpicture", strconv.Itoa(year-1))),
		bot.Row(s.button("history", "history"), s.button("menu", "menu")),
	}
	return reply, nil
}

// stages shows of which stages of their money the officer is told, and lets
// them choose.
func (s *Screens) stages(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := officersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	every, err := s.List.EveryStage(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	text := s.say("stages.off")
	if every {
		text = s.say("stages.on")
	}
	return bot.Reply{Text: text + "\n" + s.say("stages.ask"), Buttons: [][]bot.Button{
		bot.Row(s.button("stages_on", "stagesset", "on"), s.button("stages_off", "stagesset", "off")), s.menuRow()}}, nil
}

func (s *Screens) stagesSet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	every := turn.Arg(0) == "on"
	if err := s.List.SetEveryStage(ctx, turn.Speaker.Actor, every); err != nil {
		return bot.Reply{}, err
	}
	text := s.say("stages.off_done")
	if every {
		text = s.say("stages.on_done")
	}
	return bot.Reply{Text: text, Buttons: [][]bot.Button{bot.Row(s.button("allowance", "month"), s.button("menu", "menu"))}}, nil
}

// stageReached tells an officer who asked for it that a month's money moved on.
func (s *Screens) stageReached(view list.MonthView) bot.Reply {
	var lines []string
	if !view.ExpectedBy.IsZero() && waiting(view.Stage) {
		lines = append(lines, s.say("allowance.expected", "date", view.ExpectedBy))
	}
	lines = append(lines, s.say("stages.told"))
	return bot.Reply{
		Title: s.stageLine(view), Text: strings.Join(lines, "\n"), Protect: true,
		Buttons: [][]bot.Button{bot.Row(s.button("why", "why", view.Month.String()), s.button("stages", "stages"))},
	}
}

// lineSettled tells an officer that their money was paid, or was not and why;
// nothing where a later list has taken it up since.
func (s *Screens) lineSettled(view list.MonthView) bot.Reply {
	month := view.Month.String()
	reply := bot.Reply{Title: s.stageLine(view), Protect: true}
	switch view.Stage {
	case list.StagePaid:
		reply.Text = s.say("receipt.ask")
		reply.Buttons = append(s.receiptRows(view.LineID), bot.Row(s.button("why", "why", month)))
	case list.StageFailed, list.StageReturned:
		reply.Text = s.say("allowance.reason", "reason", view.Reason) + "\n" + s.say("settled.failed")
		reply.Buttons = [][]bot.Button{bot.Row(s.button("bank", "bank"), s.button("support", "support"))}
	default:
		return bot.Reply{}
	}
	return reply
}
