package account

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
)

// linked tells a person, in their other chats, of one that was linked.
func (p *Page) linked(ctx context.Context, recipient services.Actor, account int64) (bot.Reply, error) {
	link, err := p.Identity.NewLink(ctx, recipient, account)
	if err != nil || link.UnlinkedAt != nil {
		return bot.Reply{}, err
	}
	lines := p.Private("")
	lines.Say("told.linked", "channel", p.Say("channel."+link.Channel), "at", link.LinkedAt)
	lines.Row(kit.Negative(p.Button("not_me", "linknotme", account)))
	return lines.End(p.Button("support", "support")), nil
}

// linkNotMe cuts a chat off that its owner does not know.
func (p *Page) linkNotMe(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.Tell(p.Say("told.link_cut"), p.Button("support", "support")),
		p.Identity.DisownLink(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
}

// moved tells a chat that its owner's name went to another one.
func (p *Page) moved(_ context.Context, _ services.Actor, account int64) (bot.Reply, error) {
	return bot.Reply{Text: p.Say("told.moved"), Buttons: [][]bot.Button{
		bot.Row(kit.Negative(p.Button("not_me", "movenotme", account)))}}, nil
}

// ended tells a chat that staff have cut it off, as who lost a telephone asks for.
func (p *Page) ended(context.Context, services.Actor, int64) (bot.Reply, error) {
	return bot.Reply{Text: p.Say("told.ended"), Buttons: linkAgain(p)}, nil
}

// linkAgain are the two ways back of a chat that is linked no longer.
func linkAgain(p *Page) [][]bot.Button {
	return [][]bot.Button{bot.Row(kit.Positive(p.Button("have_code", "link")), p.Button("no_code", "asklink"))}
}

// moveNotMe cuts off the chat to which this one's owner never moved.
func (p *Page) moveNotMe(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return bot.Reply{Text: p.Say("told.move_cut"), Buttons: linkAgain(p)},
		p.Identity.DisownMove(ctx, chat(turn), kit.Number(turn.Arg(0)))
}

// numbered tells an officer that a sheet of the ward gave them another number.
func (p *Page) numbered(ctx context.Context, recipient services.Actor, sheet int64) (bot.Reply, error) {
	person, err := p.Roster.Person(ctx, recipient, recipient.Person)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private("")
	lines.Say("told.number", "phone", lines.Phone(person.ID, person.Phone))
	lines.Row(kit.Negative(p.Button("not_me", "numbernotme", sheet)))
	return lines.End(p.Button("support", "support")), nil
}

// numberNotMe wakes who decides: the number is not the officer's.
func (p *Page) numberNotMe(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.Tell(p.Say("told.number_stopped"), p.Button("phone", "phone")),
		p.Identity.DisownNumber(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
}

// numberDisowned tells who decides that a number is not its officer's.
func (p *Page) numberDisowned(ctx context.Context, recipient services.Actor, id int64) (bot.Reply, error) {
	person, err := p.Roster.Person(ctx, recipient, id)
	if err != nil {
		return bot.Reply{}, err
	}
	return p.Tell(p.Say("told.number_disowned", "name", person.Name), kit.Act(person.Name, "person", id)), nil
}

// disowned tells who decides that a chat was not its owner's.
func (p *Page) disowned(ctx context.Context, recipient services.Actor, account int64) (bot.Reply, error) {
	link, err := p.Identity.NewLink(ctx, recipient, account)
	if err != nil {
		return bot.Reply{}, err
	}
	return p.Tell(p.Say("told.link_disowned", "name", link.Name, "channel", p.Say("channel."+link.Channel), "at",
		link.LinkedAt), p.Button("pending", "pending")), nil
}
