package notice

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/notice"
)

// templates lists the texts that the ward keeps.
func (p *Writing) templates(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	kept, err := p.Notices.Templates.List(ctx, turn.Speaker.Actor)
	lines := p.Lines(p.Say("templates.title"))
	for i, template := range kept {
		lines.Say("templates.line", "number", i+1, "name", template.Name, "text", kit.FirstLine(template.Text))
		lines.Row(kit.Positive(kit.Act(p.Say("templates.use_button", "number", i+1), "usetemplate", template.ID)),
			kit.Act(p.Say("templates.drop_button", "number", i+1), "droptemplate", template.ID))
	}
	lines.OrSay("templates.nothing")
	lines.Add("", p.Say("templates.fields", "fields", fieldList()))
	lines.Row(p.Button("new_template", "newtemplate"), p.Button("broadcast", "sent"))
	return lines.End(), err
}

func (p *Writing) useTemplate(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	template, err := p.Notices.Templates.One(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "notice", bot.Answers{"text": template.Text})
}

// newTemplate keeps a text, or that of a notice.
func (p *Writing) newTemplate(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.Arg(0) == "" {
		return turn.Begin(ctx, "template", nil)
	}
	standing, err := p.Notices.Outcomes.Standing(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "template", bot.Answers{"text": standing.Notice.Text})
}

func (p *Writing) templateForm() *bot.Form {
	return &bot.Form{
		Name: "template", Intent: bot.WardBroadcast,
		Steps: []bot.Step{
			{Name: "text", Ask: "templates.text_ask", Example: "example.template", Free: true, Read: readNotice,
				Show: kit.AsKept("text"),
				Fields: func(context.Context, bot.Turn, bot.Answers) (bot.Fields, error) {
					return bot.Fields{"fields": fieldList()}, nil
				}},
			{Name: "name", Ask: "templates.name_ask", Example: "example.template_name", Free: true, Show: kit.AsKept("name"),
				Read: func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
					return notice.TemplateName(input.Text)
				}},
		},
		Confirm: p.ConfirmWords("templates.confirm", "name", "text"),
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			template, err := p.Notices.Templates.Keep(ctx, turn.Speaker.Actor, answers["name"], answers["text"])
			return p.Tell(p.Say("templates.kept", "name", template.Name), p.Button("templates", "templates")), err
		},
	}
}

// fieldList is how the gaps of a text are written.
func fieldList() string { return "{" + strings.Join(notice.Fields, "}, {") + "}" }
