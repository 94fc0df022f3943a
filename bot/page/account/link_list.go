package account

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vn"
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
		lines.Say("links.line", "number", one.ID, "name", one.Name, "phone", kit.OrDash(vn.FormatPhone(one.Phone)), "known",
			p.Say("links."+known(one)), "at", one.CreatedAt)
		lines.Row(kit.Act(p.Say("pending.link_button", "number", one.ID), "linkcard", one.ID))
	}
	lines.More(kit.Next(offset, len(list), total), "links")
	return lines.End(back), nil
}

// known is what speaks for who asks.
func known(request models.LinkRequest) string {
	switch {
	case request.ByCode:
		return "by_code"
	case request.PersonID != nil:
		return "by_number"
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
