package roster

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/warnings"
)

// review lists what the ward should look at, by kind.
func (p *Page) review(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	findings, err := p.Warnings.Weekly(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	alike, err := p.Roster.Duplicates(ctx, turn.Speaker.Actor, 1)
	lines := p.Lines("")
	over, failed := p.Year.Overruns(ctx, turn.Speaker.Actor, p.Today().Year)
	if failed != nil {
		return bot.Reply{}, failed
	}
	if len(findings.Groups) > 0 {
		lines = p.Private(p.Say("warnings.title", "total", findings.Total()))
		p.Overruns(lines, over)
		lines.Add(p.countLines(findings), "", p.Say("warnings.hint"))
	} else {
		p.Overruns(lines, over)
	}
	lines.OrSay("warnings.nothing")
	lines.RowIf(len(over) > 0, p.Button("year", "year"))
	lines.Rows(kit.InRows(2, findings.Groups, func(group warnings.Group) bot.Button {
		return p.Button("review_"+string(group.Kind), "reviewgroup", group.Kind)
	})...)
	lines.RowIf(len(alike) > 0, p.Button("duplicates", "duplicates"))
	return lines.End(), err
}

func (p *Page) countLines(findings warnings.Findings) string {
	lines := p.Lines("")
	for _, group := range findings.Groups {
		lines.Say("warnings.count", "what", p.Say("warnings.kind."+string(group.Kind)), "total", group.Total)
	}
	return lines.Done().Text
}

// reviewGroup lists who and what is behind one kind, each with a button to its
// own page.
func (p *Page) reviewGroup(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	offset := kit.Offset(turn.Arg(1))
	group, err := p.Warnings.Group(ctx, turn.Speaker.Actor, warnings.Kind(turn.Arg(0)), offset, kit.Listed)
	if err != nil || group.Total == 0 {
		return p.Tell(p.Say("warnings.empty"), p.Button("review", "review")), err
	}
	kind := string(group.Kind)
	lines := p.Private(p.Say("warnings.kind."+kind) + ": " + kit.ID(group.Total))
	for _, item := range group.Items {
		line, button := p.finding(group.Kind, item)
		lines.Add(line)
		lines.Row(button)
	}
	lines.Add("", p.Say("warnings.advice."+kind))
	lines.More(kit.Next(offset, len(group.Items), group.Total), "reviewgroup", kind)
	return lines.End(p.Button("review", "review")), nil
}

// finding is one finding's line, and the button to its page.
func (p *Page) finding(kind warnings.Kind, item warnings.Item) (string, bot.Button) {
	opens := func(label, verb string) bot.Button {
		return kit.Act(label, verb, item.ID)
	}
	switch kind {
	case warnings.NoHead, warnings.NoDeputy:
		return p.Say("warnings.branch", "name", item.Name), opens(item.Name, "branch")
	case warnings.SharedBank, warnings.SharedPhone:
		return p.Say("warnings.shared", "name", item.Name, "tail", item.Mark), opens(item.Name, "person")
	case warnings.LongTerm:
		return p.Say("warnings.long", "name", item.Name, "title", item.Mark, "where", item.Where, "since", item.Since),
			opens(item.Name, "person")
	case warnings.LateChange:
		return p.Say("warnings.late", "number", item.ID, "name", p.Say("kind_short."+item.Name), "since", item.Since),
			opens(p.Say("mine.button", "number", item.ID), "card")
	case warnings.OpenCase:
		return p.Say("warnings.late", "number", item.ID, "name", item.Name, "since", item.Since),
			opens(p.Say("pending.case_button", "number", item.ID), "case")
	case warnings.LateTreasury:
		month, _ := models.ParseMonth(item.Name)
		return p.Say("warnings.treasury", "month", month, "since", item.Since),
			opens(p.Say("runs.button", "month", month), "run")
	case warnings.LateLink:
		return p.Say("warnings.late", "number", item.ID, "name", item.Name, "since", item.Since),
			opens(p.Say("pending.link_button", "number", item.ID), "linkcard")
	}
	return p.Say("warnings.person", "name", item.Name, "where", item.Where), opens(item.Name, "person")
}

// weekly tells a clerk of the week's findings as they are at the moment of
// sending; nothing when all has been mended by then.
func (p *Page) weekly(ctx context.Context, recipient services.Actor, _ int64) (bot.Reply, error) {
	findings, err := p.Warnings.Weekly(ctx, recipient)
	if err != nil || len(findings.Groups) == 0 {
		return bot.Reply{}, err
	}
	over, err := p.Year.Overruns(ctx, recipient, p.Today().Year)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(p.Say("warnings.told", "total", findings.Total()))
	lines.Add(p.countLines(findings))
	p.Overruns(lines, over)
	return lines.End(kit.Positive(p.Button("review", "review"))), nil
}
