package told

import (
	"context"

	"canbobot/bot"
	"canbobot/services"
	"canbobot/services/channels"
)

// trouble tells an administrator what stands in a channel's way, and what to do.
func (p *Page) trouble(ctx context.Context, recipient services.Actor, id int64) (bot.Reply, error) {
	trouble, err := p.Troubles.One(ctx, recipient, id)
	if err != nil {
		return bot.Reply{}, err
	}
	channel := p.Say("channel." + trouble.Channel)
	if trouble.Code == channels.TroubleGuesses { // the channel itself is well
		return bot.Reply{Title: p.Say("trouble.guesses_title", "channel", channel), Text: p.Say("trouble.guesses")}, nil
	}
	if trouble.EndedAt != nil {
		return bot.Reply{Text: p.Say("trouble.ended", "channel", channel)}, nil
	}
	code := trouble.Code
	if !p.Texts.Has("trouble." + code) {
		code = "other"
	}
	text := p.Say("trouble." + code)
	if trouble.Detail != "" {
		text += "\n" + p.Say("trouble.detail", "detail", trouble.Detail)
	}
	return bot.Reply{Title: p.Say("trouble.title", "channel", channel), Text: text}, nil
}
