package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/services"
	"canbobot/services/warnings"
)

// review lists what the ward should look at, by kind.
func (s *Screens) review(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	findings, err := s.Warnings.Weekly(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	alike, err := s.Roster.Duplicates(ctx, turn.Speaker.Actor, 1)
	if err != nil {
		return bot.Reply{}, err
	}
	var twins [][]bot.Button
	if len(alike) > 0 {
		twins = append(twins, bot.Row(s.button("duplicates", "duplicates")))
	}
	if len(findings.Groups) == 0 {
		return bot.Reply{Text: s.say("warnings.nothing"), Buttons: append(twins, s.menuRow())}, nil
	}
	reply := bot.Reply{Title: s.say("warnings.title", "total", findings.Total()), Text: s.countLines(findings) + "\n\n" + s.say("warnings.hint"), Protect: true}
	var row []bot.Button
	for _, group := range findings.Groups {
		row = append(row, s.button("review_"+string(group.Kind), "reviewgroup", string(group.Kind)))
		if len(row) == 2 {
			reply.Buttons, row = append(reply.Buttons, row), nil
		}
	}
	if len(row) > 0 {
		reply.Buttons = append(reply.Buttons, row)
	}
	reply.Buttons = append(append(reply.Buttons, twins...), s.menuRow())
	return reply, nil
}

func (s *Screens) countLines(findings warnings.Findings) string {
	var lines []string
	for _, group := range findings.Groups {
		lines = append(lines, s.say("warnings.count", "what", s.say("warnings.kind."+string(group.Kind)), "total", group.Total))
	}
	return strings.Join(lines, "\n")
}

// reviewGroup lists who and what is behind one kind, each with a button to its
// own page.
func (s *Screens) reviewGroup(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	offset := int(min(number(turn.Arg(1)), 1<<30))
	group, err := s.Warnings.Group(ctx, turn.Speaker.Actor, warnings.Kind(turn.Arg(0)), offset, listed)
	if err != nil {
		return bot.Reply{}, err
	}
	if group.Total == 0 {
		return bot.Reply{Text: s.say("warnings.empty"), Buttons: [][]bot.Button{bot.Row(s.button("review", "review"), s.button("menu", "menu"))}}, nil
	}
	kind := string(group.Kind)
	reply := bot.Reply{Title: s.say("warnings.kind."+kind) + ": " + id(group.Total), Protect: true}
	var lines []string
	for _, item := range group.Items {
		line, button := s.finding(group.Kind, item)
		lines = append(lines, line)
		reply.Buttons = append(reply.Buttons, bot.Row(button))
	}
	reply.Text = strings.Join(lines, "\n") + "\n\n" + s.say("warnings.advice."+kind)
	if next := offset + len(group.Items); int64(next) < group.Total {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("more", "reviewgroup", kind, id(int64(next)))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("review", "review"), s.button("menu", "menu")))
	return reply, nil
}

// finding is one finding's line, and the button to its page.
func (s *Screens) finding(kind warnings.Kind, item warnings.Item) (string, bot.Button) {
	opens := func(label, verb string) bot.Button {
		return bot.Button{Label: label, Action: bot.Act(verb, id(item.ID))}
	}
	switch kind {
	case warnings.NoHead, warnings.NoDeputy:
		return s.say("warnings.branch", "name", item.Name), opens(item.Name, "branch")
	case warnings.SharedBank, warnings.SharedPhone:
		return s.say("warnings.shared", "name", item.Name, "tail", item.Mark), opens(item.Name, "person")
	case warnings.LongTerm:
		return s.say("warnings.long", "name", item.Name, "title", item.Mark, "where", item.Where, "since", item.Since), opens(item.Name, "person")
	case warnings.LateChange:
		return s.say("warnings.late", "number", item.ID, "name", s.say("kind_short."+item.Name), "since", item.Since), opens(s.say("mine.button", "number", item.ID), "card")
	case warnings.OpenCase:
		return s.say("warnings.late", "number", item.ID, "name", item.Name, "since", item.Since), opens(s.say("pending.case_button", "number", item.ID), "case")
	case warnings.LateLink:
		return s.say("warnings.late", "number", item.ID, "name", item.Name, "since", item.Since), opens(s.say("pending.link_button", "number", item.ID), "linkcard")
	}
	return s.say("warnings.person", "name", item.Name, "where", item.Where), opens(item.Name, "person")
}

// weekly tells a clerk of the week's findings as they are at the moment of
// sending; nothing when all has been mended by then.
func (s *Screens) weekly(ctx context.Context, recipient services.Actor) (bot.Reply, error) {
	findings, err := s.Warnings.Weekly(ctx, recipient)
	if err != nil || len(findings.Groups) == 0 {
		return bot.Reply{}, err
	}
	return bot.Reply{Title: s.say("warnings.told", "total", findings.Total()), Text: s.countLines(findings),
		Buttons: [][]bot.Button{bot.Row(positive(s.button("review", "review")), s.button("menu", "menu"))}, Protect: true}, nil
}
