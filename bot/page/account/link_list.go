package account

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vn"
)

// links lists who asks to be linked, the likely officers first.
func (p *Page) links(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	offset := int(min(kit.Number(turn.Arg(0)), 1<<30))
	list, total, err := p.Identity.Requests.Queue(ctx, turn.Speaker.Actor, offset, kit.Listed)
	if err != nil {
		return bot.Reply{}, err
	}
	back := p.MenuRow(p.Button("pending", "pending"))
	if len(list) == 0 {
		return bot.Reply{Text: p.Say("links.nothing"), Buttons: [][]bot.Button{back}}, nil
	}
	reply := bot.Reply{Title: p.Say("links.title", "people", total), Protect: true}
	var lines []string
	for _, one := range list {
		lines = append(lines, p.Say("links.line", "number", one.ID, "name", one.Name,
			"phone", kit.OrDash(vn.FormatPhone(one.Phone)), "known", p.Say("links."+known(one)), "at", one.CreatedAt))
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: p.Say("pending.link_button", "number", one.ID),
			Action: bot.Act("linkcard", kit.ID(one.ID))}))
	}
	reply.Text = strings.Join(lines, "\n")
	if next := offset + len(list); int64(next) < total {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("more", "links", kit.ID(int64(next)))))
	}
	reply.Buttons = append(reply.Buttons, back)
	return reply, nil
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
	return bot.Reply{Title: p.Say("links.title", "people", total), Text: p.Say("links.told"),
		Buttons: [][]bot.Button{bot.Row(p.Button("links", "links")), p.MenuRow()}}, nil
}
