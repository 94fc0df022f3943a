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

// confirmNotice and come answer a notice by a button.
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
	reply := p.Tell(p.Say("notices.file", "number", notice))
	reply.Files = files
	return reply, err
}

// said is what somebody says to a notice.
type said struct {
	Notice int64
	Why    string `answer:",none"`
	Text   string
}

// absent asks why somebody does not come; what they typed in place of the button
// says so already.
func (p *Inbox) absent(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	id := kit.Number(turn.Arg(0))
	if _, err := p.Notices.One(ctx, turn.Speaker.Actor, id); err != nil {
		return bot.Reply{}, err
	}
	said := bot.Said{}
	if len(strings.Fields(turn.Said)) > 2 {
		said["why"] = bot.Input{Text: turn.Said}
	}
	return turn.BeginSaid(ctx, "absent", bot.Answers{"notice": kit.ID(id)}, said)
}

func (p *Inbox) absentForm() *bot.Form {
	return &bot.Form{
		Name: "absent",
		Steps: []bot.Step{{Name: "why", Ask: "notices.why_ask", Example: "example.absent", Free: true,
			Show:    p.OrNone("why", kit.AsKept),
			Choices: kit.Given(bot.Row(kit.Choice(p.Say("notices.no_why_button"), kit.None))),
			Read: func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
				if input.Choice == kit.None {
					return kit.None, nil
				}
				text, err := kit.ReadSentence(input)
				if len([]rune(strings.TrimSpace(input.Text))) > 200 {
					return "", services.Invalid("reason_long").With("max", 200)
				}
				return text, err
			}}},
		Confirm: kit.With(func(_ context.Context, _ bot.Turn, said said) (bot.Reply, error) {
			if said.Why == "" {
				return bot.Reply{Text: p.Say("notices.absent_confirm", "number", said.Notice)}, nil
			}
			return bot.Reply{Text: p.Say("notices.absent_why_confirm", "number", said.Notice, "why", said.Why)}, nil
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, said said) (bot.Reply, error) {
			view, err := p.Notices.Answer(ctx, turn.Speaker.Actor, said.Notice, false, said.Why)
			reply, err := p.afterAnswer(ctx, turn, view, err)
			reply.Replace = false
			return reply, err
		}),
	}
}

// askBackForm takes a question about a notice; it becomes a case for the clerk.
func (p *Inbox) askBackForm() *bot.Form {
	return &bot.Form{
		Name:    "ask_back",
		Steps:   []bot.Step{kit.Sentence(bot.Step{Name: "text", Ask: "notices.ask_back", Example: "example.ask_back"})},
		Confirm: p.ConfirmWords("support.confirm", "text"),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, said said) (bot.Reply, error) {
			_, err := p.Cases.Open(ctx, turn.Speaker.Actor, cases.Opening{Kind: models.CaseQuestion,
				Text: p.Say("notices.about", "number", said.Notice, "text", said.Text)})
			return p.Tell(p.Say("support.done"), p.Button("notices", "notices")), err
		}),
	}
}
