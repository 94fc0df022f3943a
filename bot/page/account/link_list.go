package account

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
)

// links lists who asks to be linked, the likely officers first.
func (p *Page) links(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	offset, back := kit.Offset(turn.Arg(0)), p.Button("pending", "pending")
	list, total, err := p.Identity.Requests.Queue(ctx, turn.Speaker.Actor, offset, kit.Listed)
	if err != nil || len(list) == 0 {
		return p.Tell(p.Say("links.nothing"), back), err
	}
	lines := p.Private(p.Say("links.title", "people", total))
	for _, one := range list {
		lines.Say("links.line", "number", one.ID, "name", one.Name, "phone",
			lines.Phone(services.ID(one.PersonID), one.Phone), "known", p.Say("links."+known(one)), "at", one.CreatedAt)
		lines.Row(kit.Act(p.Say("pending.link_button", "number", one.ID), "linkcard", one.ID))
	}
	lines.More(kit.Next(offset, len(list), total), "links")
	strangers, _, err := p.Identity.Requests.Strangers(ctx, turn.Speaker.Actor)
	lines.RowIf(strangers > 0, kit.Negative(p.Button("strangers", "strangers")))
	return lines.End(back), err
}

// strangers asks whether to say no to all of whom the roster knows nothing.
func (p *Page) strangers(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	count, last, err := p.Identity.Requests.Strangers(ctx, turn.Speaker.Actor)
	if err != nil || count == 0 {
		return p.Tell(p.Say("links.nothing"), p.Button("links", "links")), err
	}
	lines := p.Lines("")
	lines.Say("links.ask", "people", count)
	lines.Row(kit.Negative(p.Button("strangers_yes", "strangersno", last)))
	return lines.End(p.Button("links", "links")), nil
}

func (p *Page) refuseStrangers(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	refused, err := p.Identity.Requests.RefuseStrangers(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := p.Tell(p.Say("links.refused", "people", refused), p.Button("links", "links"))
	reply.Replace = true
	return reply, nil
}

// known is what speaks for who asks.
func known(request models.LinkRequest) string {
	switch {
	case request.ByCode:
		return "by_code"
	case request.PersonID != nil:
		return "by_number"
	case request.Known:
		return "alike"
	}
	return "unknown"
}

// linksAsked tells that so many ask that they are one list.
func (p *Page) linksAsked(ctx context.Context, recipient services.Actor, _ int64) (bot.Reply, error) {
	_, total, err := p.Identity.Requests.Queue(ctx, recipient, 0, 1)
	if err != nil || total == 0 {
		return bot.Reply{}, err
	}
	lines := p.Lines(p.Say("links.title", "people", total))
	lines.Say("links.told")
	lines.Row(p.Button("links", "links"))
	return lines.End(), nil
}
