package account

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
)

// ConsentVersion names the text that people agree to; a changed text gets a
// new one and is asked again of nobody who agreed to the old.
const ConsentVersion = "2026-11-23"

// consent shows what is kept and why to whoever was linked by a clerk.
func (p *Page) consent(_ context.Context, _ bot.Turn) (bot.Reply, error) {
	return bot.Reply{Text: p.Say("consent.text"), Buttons: [][]bot.Button{
		bot.Row(kit.Positive(p.Button("agree", "consent", "yes")), p.Button("disagree", "consent", "no"))}}, nil
}

func (p *Page) consentAnswer(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if !turn.Speaker.Linked() {
		return p.welcome(ctx, turn)
	}
	if turn.Arg(0) != "yes" {
		return bot.Reply{Text: p.Say("consent.refused"), Buttons: [][]bot.Button{
			bot.Row(kit.Positive(p.Button("agree", "consent", "yes")))}}, nil
	}
	if err := p.Identity.Privacy.Consent(ctx, turn.Speaker.Actor, ConsentVersion); err != nil {
		return bot.Reply{}, err
	}
	turn.Speaker.Consented = true
	return turn.Open(ctx, "menu")
}
