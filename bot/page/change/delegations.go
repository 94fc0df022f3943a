package change

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
)

// delegations lists who signs for whom, with a way to stop one's own.
func (p *Signing) delegations(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	list, err := p.Delegations.All(ctx, turn.Speaker.Actor)
	lines := p.Private(p.Say("delegation.title"))
	for _, view := range kit.Few(list) {
		lines.Say("delegation.line", "from", view.FromName, "to", view.ToName, "first", texts.Date(view.From), "last",
			texts.Date(view.To))
		stop := kit.Act(p.Say("delegation.revoke", "to", view.ToName), "undelegate", view.ID)
		lines.RowIf(view.MayRevoke, kit.Negative(stop))
	}
	lines.OrSay("delegation.nothing")
	lines.RowIf(turn.Speaker.Actor.MayDecide(), kit.Positive(p.Button("delegate", "delegate")))
	return lines.End(p.Button("rules", "rules")), err
}

// delegated tells who signs for whom, or does so no longer.
func (p *Signing) delegated(ctx context.Context, recipient services.Actor, delegation int64) (bot.Reply, error) {
	view, err := p.Delegations.Delegation(ctx, recipient, delegation)
	if err != nil {
		return bot.Reply{}, err
	}
	fields := []any{"from", view.FromName, "to", view.ToName, "first", texts.Date(view.From), "last",
		texts.Date(view.To)}
	text, own := "", recipient.Staff == view.ToStaffID
	switch {
	case own && view.RevokedAt != nil:
		text = p.Say("delegation.told_you_revoked", fields...)
	case own:
		text = p.Say("delegation.told_you", fields...)
	case view.RevokedAt != nil:
		text = p.Say("delegation.told_revoked", fields...)
	default:
		text = p.Say("delegation.told", fields...)
	}
	return bot.Reply{Text: text, Buttons: [][]bot.Button{p.MenuRow(p.Button("delegations", "delegations"))}}, nil
}

func (p *Signing) delegate(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if !turn.Speaker.Actor.MayDecide() {
		return bot.Reply{}, services.Denied("role")
	}
	return turn.Begin(ctx, "delegate", nil)
}

// delegating is who signs for whom, from when to when.
type delegating struct {
	To          int64
	First, Last models.Date
}

// delegateForm asks who signs while one is away, and for how long.
func (p *Signing) delegateForm() *bot.Form {
	return &bot.Form{
		Name: "delegate",
		Steps: []bot.Step{
			{Name: "to", Ask: "delegation.to", Choices: p.standIns, Read: p.readStandIn, Show: kit.ShowChoice("to", p.standIns),
				Pick: true},
			{Name: "first", Ask: "delegation.first", Example: "example.from", Choices: p.daysFrom(0, 1), Read: p.readComing,
				Show: kit.ShowDayOf("first")},
			{Name: "last", Ask: "delegation.last", Example: "example.from", Choices: p.daysFrom(1, 7), Read: p.readComing,
				Show: kit.ShowDayOf("last")},
		},
		Confirm: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			said := kit.Typed[delegating](answers)
			name, err := kit.ShowChoice("to", p.standIns)(ctx, turn, answers)
			return bot.Reply{Text: p.Say("delegation.confirm", "to", name, "first", texts.Date(said.First), "last",
				texts.Date(said.Last))}, err
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			said := kit.Typed[delegating](answers)
			name, err := kit.ShowChoice("to", p.standIns)(ctx, turn, answers)
			if err != nil {
				return bot.Reply{}, err
			}
			row, err := p.Delegations.Delegate(ctx, turn.Speaker.Actor, said.To, said.First, said.Last)
			return p.Tell(p.Say("delegation.done", "to", name, "first", texts.Date(row.From), "last", texts.Date(row.To)),
				p.Button("delegations", "delegations")), err
		},
	}
}

func (p *Signing) standIns(ctx context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	staff, err := p.Delegations.StandIns(ctx, turn.Speaker.Actor)
	if err != nil {
		return nil, err
	}
	return kit.InRows(1, staff[:min(len(staff), 2*kit.Listed)], func(member models.Staff) bot.Button {
		return bot.Button{Label: member.Name, Action: bot.Choice(kit.ID(member.ID))}
	}), nil
}

// readStandIn reads a choice, or a name as people say it.
func (p *Signing) readStandIn(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string,
	error) {
	rows, err := p.standIns(ctx, turn, answers)
	if err != nil {
		return "", err
	}
	var found []string
	for _, row := range rows {
		if (input.Choice != "" && row[0].Action.Value() == input.Choice) ||
			(input.Choice == "" && kit.Called(models.Fold(row[0].Label), input.Text)) {
			found = append(found, row[0].Action.Value())
		}
	}
	if len(found) != 1 {
		return "", services.Invalid("choice")
	}
	return found[0], nil
}

// daysFrom offers a near day and a further one.
func (p *Signing) daysFrom(near, far int) kit.Choices {
	return func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
		return kit.InRows(2, []int{near, far}, func(days int) bot.Button {
			day := p.Today().AddDays(days)
			label := p.Say("delegation.week", "date", kit.ShortDate(day))
			switch days {
			case 0:
				label = p.Say("day.today", "date", kit.ShortDate(day))
			case 1:
				label = p.Say("delegation.tomorrow", "date", kit.ShortDate(day))
			}
			return kit.Choice(label, day.String())
		}), nil
	}
}

// readComing reads a day from today on; one without a year is the next one.
func (p *Signing) readComing(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	kept, err := p.ReadDay(ctx, turn, answers, input)
	if err != nil {
		return "", err
	}
	if day := kit.DayOf(kept); day.Before(p.Today()) ||
		(answers["first"] != "" && day.Before(kit.DayOf(answers["first"]))) {
		return "", services.Invalid("delegate_days").With("last", p.Today().AddDays(184))
	}
	return kept, nil
}

// undelegated shows who still signs, after a delegation was stopped.
func (p *Signing) undelegated(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	reply, err := p.delegations(ctx, turn)
	return kit.Led(p.Say("delegation.revoked"), reply), err
}
