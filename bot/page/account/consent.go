package account

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/services"
	"canbobot/services/identity"
)

// consentText is what somebody is to agree to.
func consentText(actor services.Actor) string {
	if actor.IsStaff() {
		return "consent.staff"
	}
	return "consent.text"
}

// consent shows what is kept, why, and who gets it, to whoever was linked by a
// clerk, and anew to whom agreed to another text. Typed, "đồng ý" agrees.
func (p *Page) consent(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if understand.Agrees(turn.In.Text) {
		return p.agree(ctx, turn)
	}
	actor := turn.Speaker.Actor
	ward, err := p.Identity.Privacy.Controller(ctx, actor.Ward)
	reply := bot.Reply{Text: p.Say(consentText(actor), "ward", ward), Buttons: [][]bot.Button{
		bot.Row(kit.Positive(p.Button("agree", "consent", "yes")), p.Button("disagree", "consent", "no"))}}
	if turn.Speaker.Agreed {
		reply = kit.Led(p.Say("consent.anew"), reply)
	}
	return reply, err
}

func (p *Page) consentAnswer(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if !turn.Speaker.Linked() {
		return p.welcome(ctx, turn)
	}
	if turn.Arg(0) != "yes" {
		return bot.Reply{Text: p.Say("consent.refused"), Buttons: [][]bot.Button{
			bot.Row(kit.Positive(p.Button("agree", "consent", "yes")))}}, nil
	}
	return p.agree(ctx, turn)
}

// agree keeps that the person agreed; what they were about to do goes on.
func (p *Page) agree(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor := turn.Speaker.Actor
	err := p.Identity.Privacy.Consent(ctx, actor, identity.ConsentVersion(actor))
	if err != nil && !services.IsRepeated(err) {
		return bot.Reply{}, err
	}
	turn.Consents()
	turn.Speaker.Consented = true
	return turn.Open(ctx, "menu")
}
