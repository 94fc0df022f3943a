package screens

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notices"
	"canbobot/services/outbox"
)

// notices lists what the ward has told this person.
func (s *Screens) notices(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.Speaker.Actor.IsStaff() {
		return s.sentNotices(ctx, turn)
	}
	views, err := s.Notices.For(ctx, turn.Speaker.Actor, listed)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(views) == 0 {
		return bot.Reply{Text: s.say("notices.nothing"), Buttons: [][]bot.Button{s.menuRow()}}, nil
	}
	reply := bot.Reply{Title: s.say("notices.title")}
	var blocks []string
	var shown []int64
	for _, view := range views {
		shown = append(shown, view.Notice.ID)
		state := ""
		switch {
		case view.State == models.DeliveryConfirmed:
			state = s.say("notices.confirmed")
		case view.Notice.NeedsConfirm:
			state = s.say("notices.please")
			reply.Buttons = append(reply.Buttons, bot.Row(positive(bot.Button{Label: s.say("notices.confirm_button", "number", view.Notice.ID), Action: bot.Act("confirm", id(view.Notice.ID))})))
		}
		blocks = append(blocks, strings.TrimSpace(s.say("notices.block", "number", view.Notice.ID, "at", *view.Notice.SentAt, "from", view.From, "text", view.Notice.Text)+"\n"+state))
	}
	reply.Text = strings.Join(blocks, "\n\n")
	reply.Buttons = append(reply.Buttons, s.menuRow())
	return reply, s.Notices.Seen(ctx, turn.Speaker.Actor, shown...)
}

// drawNotice is the notice as it arrives.
func (s *Screens) drawNotice(view notices.View) bot.Reply {
	reply := bot.Reply{Title: s.say("notices.arrived", "from", view.From), Text: view.Notice.Text, Card: bot.Card{Subject: outbox.Notice, ID: view.Notice.ID}}
	if view.Notice.NeedsConfirm && view.State != models.DeliveryConfirmed {
		reply.Buttons = [][]bot.Button{bot.Row(positive(s.button("confirm", "confirm", id(view.Notice.ID))))}
	}
	return reply
}

func (s *Screens) confirmNotice(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := s.Notices.Confirm(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := s.drawNotice(view)
	reply.Text += "\n\n" + s.say("notices.confirmed")
	reply.Replace = true
	reply.Buttons = [][]bot.Button{s.menuRow()}
	return reply, nil
}

// sentNotices shows staff what was sent and how many have read it.
func (s *Screens) sentNotices(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	sent, err := s.Notices.Sent(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("sent.title")}
	var blocks []string
	for i, progress := range sent {
		if i == listed {
			break
		}
		blocks = append(blocks, s.say("sent.block", "number", progress.Notice.ID, "text", firstLine(progress.Notice.Text),
			"total", progress.Total, "sent", progress.Sent, "confirmed", progress.Confirmed, "failed", progress.Failed))
	}
	if len(blocks) == 0 {
		blocks = append(blocks, s.say("sent.nothing"))
	}
	reply.Text = strings.Join(blocks, "\n\n")
	reply.Buttons = [][]bot.Button{bot.Row(positive(s.button("new_notice", "broadcast")), s.button("menu", "menu"))}
	return reply, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if runes := []rune(line); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return line
}

func (s *Screens) broadcast(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "notice", nil)
}

// costLines say what a notice would cost the ward, where it costs anything.
func (s *Screens) costLines(reach notices.Reach) string {
	if reach.Cost == 0 && reach.Billed == 0 && reach.Template == 0 {
		return ""
	}
	lines := []string{"", "", s.say("notice.free", "people", reach.Free)}
	if reach.Billed > 0 {
		lines = append(lines, s.say("notice.billed", "people", reach.Billed))
	}
	if reach.Template > 0 {
		lines = append(lines, s.say("notice.template", "people", reach.Template))
	}
	return strings.Join(append(lines, s.say("notice.cost", "cost", texts.Money(reach.Cost))), "\n")
}

// maxNotice bounds a notice, so that it is one message on every channel.
const maxNotice = 1500

// broadcastForm writes a notice to the ward's officers of one role, or to all.
func (s *Screens) broadcastForm() *bot.Form {
	audienceOf := func(answers bot.Answers) notices.Audience {
		if role := answers["audience"]; role != "all" {
			return notices.Audience{Roles: []models.TermRole{models.TermRole(role)}}
		}
		return notices.Audience{}
	}
	return &bot.Form{
		Name: "notice", Intent: bot.WardBroadcast,
		Steps: []bot.Step{
			{Name: "text", Ask: "notice.ask", Example: "example.notice", Show: asKept("text"), Free: true, Read: func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
				text := strings.TrimSpace(input.Text)
				if n := len([]rune(text)); n < 5 || n > maxNotice {
					return "", services.Invalid("notice_length").With("max", maxNotice)
				}
				return text, nil
			}},
			{Name: "audience", Ask: "notice.audience", Read: oneOf("all", string(models.Head), string(models.Deputy)), Choices: s.audiences, Show: showChoice("audience", s.audiences), Pick: true},
			{Name: "confirm", Ask: "notice.confirm_ask", Read: oneOf("yes", "no"), Choices: s.confirmations, Show: showChoice("confirm", s.confirmations), Pick: true},
		},
		Confirm: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			reach, err := s.Notices.Reach(ctx, turn.Speaker.Actor, audienceOf(answers), s.window)
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Title: s.say("notice.preview", "people", reach.People, "unreachable", reach.Unreached), Text: answers["text"] + s.costLines(reach)}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			_, err := s.Notices.Send(ctx, turn.Speaker.Actor, notices.Compose{
				Text: answers["text"], NeedsConfirm: answers["confirm"] == "yes", Audience: audienceOf(answers)})
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Text: s.say("notice.done"), Buttons: [][]bot.Button{bot.Row(s.button("broadcast", "sent"), s.button("menu", "menu"))}}, nil
		},
	}
}

func (s *Screens) audiences(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return [][]bot.Button{bot.Row(
		bot.Button{Label: s.say("notice.all"), Action: "all"},
		bot.Button{Label: s.say("notice.heads"), Action: string(models.Head)},
		bot.Button{Label: s.say("notice.deputies"), Action: string(models.Deputy)})}, nil
}

func (s *Screens) confirmations(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return [][]bot.Button{bot.Row(
		bot.Button{Label: s.say("notice.needs"), Action: "yes"},
		bot.Button{Label: s.say("notice.needs_not"), Action: "no"})}, nil
}
