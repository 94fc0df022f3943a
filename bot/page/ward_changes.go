package page

import (
	"context"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/story"
)

// card shows a request to whoever may decide it.
func (s *Screens) card(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	card, err := s.Changes.Card(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := s.cardFor(turn.Speaker.Actor, card)
	reply.Buttons = append(reply.Buttons, s.storyRow(turn.Speaker.Actor, story.Change, card.Request.ID)...)
	return reply, nil
}

// decisionCard carries the version that a decision names.
func (s *Screens) decisionCard(card change.Card) bot.Reply {
	reply := s.drawCard(card)
	args := []string{id(card.Request.ID), id(int64(card.Request.Version))}
	switch {
	case card.MayDecide:
		reply.Buttons = [][]bot.Button{
			bot.Row(positive(s.button("approve", "ok", args...))),
			bot.Row(s.button("return", "ret", args...), negative(s.button("refuse", "no", args...)))}
		if card.Approval.For != "" {
			reply.Text += "\n" + s.say("approval.for", "name", card.Approval.For)
		}
	case card.WhyNot != "" && card.Request.State == models.ChangeSubmitted:
		reply.Text += "\n" + s.say("why_not."+card.WhyNot)
	case card.Request.State != models.ChangeSubmitted:
		reply.Buttons = [][]bot.Button{bot.Row(s.button("pending", "pending"), s.button("menu", "menu"))}
	}
	if card.Approval.MayTakeBack {
		reply.Buttons = append(reply.Buttons, bot.Row(negative(s.button("take_back", "takeback", args...))))
	}
	reply.Buttons = append(reply.Buttons, s.papersRow(card)...)
	if merge, is := card.Proposal.Kind.(change.Merge); is && card.Request.State.Open() { // nobody says blindly that two are one
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("see_both", "pair", id(card.Proposal.Person), id(merge.Drop))))
	}
	if _, is := card.Proposal.Kind.(change.Destination); is && card.Request.State.Open() {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("account", "account", id(card.Request.ID))))
	}
	return reply
}

func (s *Screens) approve(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := s.Changes.Approve(ctx, turn.Speaker.Actor, number(turn.Arg(0)), version(turn.Arg(1)))
	if services.CodeOf(err) == "step_up" { // with the code it goes on
		return turn.Begin(ctx, "sign", bot.Answers{"request": id(number(turn.Arg(0))), "version": id(number(turn.Arg(1)))})
	}
	return s.decided(card, err)
}

// decided redraws the card without its buttons.
func (s *Screens) decided(card change.Card, err error) (bot.Reply, error) {
	if err != nil {
		return bot.Reply{}, err
	}
	reply := s.decisionCard(card)
	reply.Replace = true
	return reply, nil
}

func (s *Screens) returnRequest(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.beginDecision(ctx, turn, "return")
}

func (s *Screens) refuse(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.beginDecision(ctx, turn, "refuse")
}

func (s *Screens) beginDecision(ctx context.Context, turn bot.Turn, form string) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	if _, err := s.Changes.Card(ctx, turn.Speaker.Actor, number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, form, bot.Answers{"request": id(number(turn.Arg(0))), "version": id(number(turn.Arg(1)))})
}

// returnForm asks what is missing, in words that the proposer reads.
func (s *Screens) returnForm() *bot.Form {
	return s.decisionForm("return", "return.ask", s.Changes.Return)
}

func (s *Screens) refuseForm() *bot.Form {
	return s.decisionForm("refuse", "refuse.ask", s.Changes.Refuse)
}

// decision is how a request is answered with words.
type decision = func(ctx context.Context, actor services.Actor, id int64, version int, reason string) (change.Card, error)

func (s *Screens) decisionForm(name, ask string, decide decision) *bot.Form {
	return &bot.Form{
		Name:  name,
		Steps: []bot.Step{{Name: "reason", Ask: ask, Choices: s.returnChoices(name), Read: s.readReason, Show: asKept("reason"), Free: true, Pick: true}},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: s.say("decision.confirm", "number", answers["request"], "what", s.say("decision."+name), "reason", answers["reason"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			card, err := decide(ctx, turn.Speaker.Actor, number(answers["request"]), version(answers["version"]), answers["reason"])
			reply, err := s.decided(card, err)
			reply.Replace = false // the pressed button sits on the form, not on the card
			return reply, err
		},
	}
}

// reasons are what is usually missing, or wrong.
var reasons = map[string][]string{
	"return": {"decision", "phone", "name"},
	"refuse": {"wrong_person", "duplicate"},
}

func (s *Screens) returnChoices(form string) func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
		var rows [][]bot.Button
		for _, reason := range reasons[form] {
			rows = append(rows, bot.Row(bot.Button{Label: s.say("reason." + reason + ".label"), Action: bot.Choice(reason)}))
		}
		return rows, nil
	}
}

// readReason keeps the words that the proposer will read.
func (s *Screens) readReason(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	for _, known := range reasons {
		for _, reason := range known {
			if input.Choice == reason {
				return s.say("reason." + reason + ".text"), nil
			}
		}
	}
	return readSentence(input)
}
