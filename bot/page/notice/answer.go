package notice

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/cases"
	"canbobot/services/notice"
)

func (p *Inbox) confirmNotice(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.Notices.Confirm(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	return p.afterAnswer(ctx, turn, view, err)
}

func (p *Inbox) come(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.Notices.Answer(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), true, "")
	return p.afterAnswer(ctx, turn, view, err)
}

// afterAnswer shows the notice again, with what was said to it.
func (p *Inbox) afterAnswer(ctx context.Context, turn bot.Turn, view notice.View, err error) (bot.Reply, error) {
	if err != nil {
		return bot.Reply{}, err
	}
	text, err := p.filled(ctx, turn.Speaker.Actor, turn.Speaker.Actor.Person, view.Notice)
	reply := p.noticeAs(view, text)
	reply.Text += "\n\n" + p.answered(view)
	reply.Replace = true
	reply.Buttons = [][]bot.Button{p.MenuRow(p.Button("ask_back", "askback", view.Notice.ID))}
	return reply, err
}

// noticeFile brings a notice's file again.
func (p *Inbox) noticeFile(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := kit.Number(turn.Arg(0))
	files, err := p.noticeFiles(ctx, turn.Speaker.Actor, notice)
	return bot.Reply{Text: p.Say("notices.file", "number", notice), Files: files, Buttons: [][]bot.Button{p.MenuRow()}},
		err
}

// absent asks why somebody does not come.
func (p *Inbox) absent(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if _, err := p.Notices.One(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "absent", bot.Answers{"notice": kit.ID(kit.Number(turn.Arg(0)))})
}

func (p *Inbox) absentForm() *bot.Form {
	return &bot.Form{
		Name: "absent",
		Steps: []bot.Step{{Name: "why", Ask: "notices.why_ask", Example: "example.absent", Free: true, Show: p.OrNone("why"),
			Choices: func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
				return [][]bot.Button{bot.Row(kit.Choice(p.Say("notices.no_why_button"), kit.None))}, nil
			},
			Read: func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
				if input.Choice == kit.None {
					return kit.None, nil
				}
				text := strings.TrimSpace(input.Text)
				switch runes := []rune(text); {
				case len(runes) < 2:
					return "", services.Invalid("sentence")
				case len(runes) > 200:
					return "", services.Invalid("reason_long").With("max", 200)
				}
				return text, nil
			}}}, Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			if answers["why"] == kit.None {
				return bot.Reply{Text: p.Say("notices.absent_confirm", "number", answers["notice"])}, nil
			}
			return bot.Reply{Text: p.Say("notices.absent_why_confirm", "number", answers["notice"], "why", answers["why"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			why := answers["why"]
			if why == kit.None {
				why = ""
			}
			view, err := p.Notices.Answer(ctx, turn.Speaker.Actor, kit.Number(answers["notice"]), false, why)
			reply, err := p.afterAnswer(ctx, turn, view, err)
			reply.Replace = false
			return reply, err
		},
	}
}

// askBack takes a question about a notice; it becomes a case for the clerk.
func (p *Inbox) askBack(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if _, err := p.Notices.One(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "ask_back", bot.Answers{"notice": kit.ID(kit.Number(turn.Arg(0)))})
}

func (p *Inbox) askBackForm() *bot.Form {
	return &bot.Form{
		Name:  "ask_back",
		Steps: []bot.Step{kit.Sentence(bot.Step{Name: "text", Ask: "notices.ask_back", Example: "example.ask_back"})},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("support.confirm", "text", answers["text"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			text := p.Say("notices.about", "number", answers["notice"], "text", answers["text"])
			if _, err := p.Cases.Open(ctx, turn.Speaker.Actor,
				cases.Opening{Kind: models.CaseQuestion, Text: text}); err != nil {
				return bot.Reply{}, err
			}
			return p.Tell(p.Say("support.done"), p.Button("notices", "notices")), nil
		},
	}
}
