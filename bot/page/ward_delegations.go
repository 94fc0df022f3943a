package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
)

// delegations lists who signs for whom, with a way to stop one's own.
func (s *Screens) delegations(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	list, err := s.Approvals.Delegations(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("delegation.title"), Text: s.say("delegation.nothing"), Protect: true}
	var lines []string
	for i, view := range list {
		if i == listed {
			break
		}
		lines = append(lines, s.say("delegation.line", "from", view.FromName, "to", view.ToName, "first", texts.Date(view.From), "last", texts.Date(view.To)))
		if view.MayRevoke {
			reply.Buttons = append(reply.Buttons, bot.Row(negative(bot.Button{Label: s.say("delegation.revoke", "to", view.ToName), Action: bot.Act("undelegate", id(view.ID))})))
		}
	}
	if len(lines) > 0 {
		reply.Text = strings.Join(lines, "\n")
	}
	if turn.Speaker.Actor.MayDecide() {
		reply.Buttons = append(reply.Buttons, bot.Row(positive(s.button("delegate", "delegate"))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("rules", "rules"), s.button("menu", "menu")))
	return reply, nil
}

func (s *Screens) undelegate(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := s.Approvals.Revoke(ctx, turn.Speaker.Actor, number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	reply, err := s.delegations(ctx, turn)
	reply.Text = s.say("delegation.revoked") + "\n\n" + reply.Text
	reply.Replace = true
	return reply, err
}

func (s *Screens) delegate(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	if !turn.Speaker.Actor.MayDecide() {
		return bot.Reply{}, services.Denied("role")
	}
	return turn.Begin(ctx, "delegate", nil)
}

// delegateForm asks who signs while one is away, and for how long.
func (s *Screens) delegateForm() *bot.Form {
	return &bot.Form{
		Name: "delegate",
		Steps: []bot.Step{
			{Name: "to", Ask: "delegation.to", Choices: s.standIns, Read: s.readStandIn, Show: showChoice("to", s.standIns), Pick: true},
			{Name: "first", Ask: "delegation.first", Example: "example.from", Choices: s.daysFrom(0, 1), Read: s.readComing, Show: showComing("first")},
			{Name: "last", Ask: "delegation.last", Example: "example.from", Choices: s.daysFrom(1, 7), Read: s.readComing, Show: showComing("last")},
		},
		Confirm: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			name, err := showChoice("to", s.standIns)(ctx, turn, answers)
			return bot.Reply{Text: s.say("delegation.confirm", "to", name, "first", texts.Date(dayOf(answers["first"])), "last", texts.Date(dayOf(answers["last"])))}, err
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			name, err := showChoice("to", s.standIns)(ctx, turn, answers)
			if err != nil {
				return bot.Reply{}, err
			}
			row, err := s.Approvals.Delegate(ctx, turn.Speaker.Actor, turn.Speaker.Actor.Staff, number(answers["to"]), dayOf(answers["first"]), dayOf(answers["last"]))
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{
				Text:    s.say("delegation.done", "to", name, "first", texts.Date(row.From), "last", texts.Date(row.To)),
				Buttons: [][]bot.Button{bot.Row(s.button("delegations", "delegations"), s.button("menu", "menu"))},
			}, nil
		},
	}
}

func (s *Screens) standIns(ctx context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	staff, err := s.Approvals.StandIns(ctx, turn.Speaker.Actor)
	if err != nil {
		return nil, err
	}
	var rows [][]bot.Button
	for _, member := range staff[:min(len(staff), 2*listed)] {
		rows = append(rows, bot.Row(bot.Button{Label: member.Name, Action: bot.Choice(id(member.ID))}))
	}
	return rows, nil
}

// readStandIn reads a choice, or a name as people say it.
func (s *Screens) readStandIn(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	rows, err := s.standIns(ctx, turn, answers)
	if err != nil {
		return "", err
	}
	var found []string
	for _, row := range rows {
		if (input.Choice != "" && row[0].Action.Value() == input.Choice) || (input.Choice == "" && called(models.Fold(row[0].Label), input.Text)) {
			found = append(found, row[0].Action.Value())
		}
	}
	if len(found) != 1 {
		return "", services.Invalid("choice")
	}
	return found[0], nil
}

// daysFrom offers a near day and a further one.
func (s *Screens) daysFrom(near, far int) func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
		today := s.today()
		var row []bot.Button
		for _, days := range []int{near, far} {
			day := today.AddDays(days)
			label := s.say("delegation.week", "date", shortDate(day))
			switch days {
			case 0:
				label = s.say("day.today", "date", shortDate(day))
			case 1:
				label = s.say("delegation.tomorrow", "date", shortDate(day))
			}
			row = append(row, bot.Button{Label: label, Action: bot.Choice(day.String())})
		}
		return [][]bot.Button{row}, nil
	}
}

// readComing reads a day from today on; one without a year is the next one.
func (s *Screens) readComing(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	kept, err := s.readDay(ctx, turn, answers, input)
	if err != nil {
		return "", err
	}
	if day := dayOf(kept); day.Before(s.today()) || (answers["first"] != "" && day.Before(dayOf(answers["first"]))) {
		return "", services.Invalid("delegate_days").With("last", s.today().AddDays(184))
	}
	return kept, nil
}

func showComing(step string) func(context.Context, bot.Turn, bot.Answers) (string, error) {
	return func(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
		return texts.Date(dayOf(answers[step])), nil
	}
}
