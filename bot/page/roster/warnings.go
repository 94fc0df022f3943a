package roster

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
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
	if err != nil {
		return bot.Reply{}, err
	}
	var twins [][]bot.Button
	if len(alike) > 0 {
		twins = append(twins, bot.Row(p.Button("duplicates", "duplicates")))
	}
	if len(findings.Groups) == 0 {
		return bot.Reply{Text: p.Say("warnings.nothing"), Buttons: append(twins, p.MenuRow())}, nil
	}
	reply := bot.Reply{Title: p.Say("warnings.title", "total", findings.Total()), Text: p.countLines(findings) + "\n\n" +
		p.Say("warnings.hint"), Protect: true}
	var row []bot.Button
	for _, group := range findings.Groups {
		row = append(row, p.Button("review_"+string(group.Kind), "reviewgroup", group.Kind))
		if len(row) == 2 {
			reply.Buttons, row = append(reply.Buttons, row), nil
		}
	}
	if len(row) > 0 {
		reply.Buttons = append(reply.Buttons, row)
	}
	reply.Buttons = append(append(reply.Buttons, twins...), p.MenuRow())
	return reply, nil
}

func (p *Page) countLines(findings warnings.Findings) string {
	var lines []string
	for _, group := range findings.Groups {
		lines = append(lines, p.Say("warnings.count", "what", p.Say("warnings.kind."+string(group.Kind)), "total",
			group.Total))
	}
	return strings.Join(lines, "\n")
}

// reviewGroup lists who and what is behind one kind, each with a button to its
// own page.
func (p *Page) reviewGroup(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	offset := int(min(kit.Number(turn.Arg(1)), 1<<30))
	group, err := p.Warnings.Group(ctx, turn.Speaker.Actor, warnings.Kind(turn.Arg(0)), offset, kit.Listed)
	if err != nil {
		return bot.Reply{}, err
	}
	if group.Total == 0 {
		return p.Tell(p.Say("warnings.empty"), p.Button("review", "review")), nil
	}
	kind := string(group.Kind)
	reply := bot.Reply{Title: p.Say("warnings.kind."+kind) + ": " + kit.ID(group.Total), Protect: true}
	var lines []string
	for _, item := range group.Items {
		line, button := p.finding(group.Kind, item)
		lines = append(lines, line)
		reply.Buttons = append(reply.Buttons, bot.Row(button))
	}
	reply.Text = strings.Join(lines, "\n") + "\n\n" + p.Say("warnings.advice."+kind)
	if next := offset + len(group.Items); int64(next) < group.Total {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("more", "reviewgroup", kind, next)))
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("review", "review")))
	return reply, nil
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
	return bot.Reply{Title: p.Say("warnings.told", "total", findings.Total()), Text: p.countLines(findings),
		Buttons: [][]bot.Button{p.MenuRow(kit.Positive(p.Button("review", "review")))},
		Protect: true}, nil
}
