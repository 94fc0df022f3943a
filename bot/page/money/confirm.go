package money

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/list"
	"canbobot/services/paper"
)

// Register puts the papers that can be checked into the book.
func (p *Confirming) Register(b *kit.Book) {
	b.Screen("attest", p.choose, kit.Officers, kit.Inner, kit.Label("attest"))
	b.Screen("attestoffice", p.office, kit.Officers, kit.Inner, kit.Label("confirm_office"))
	b.Screen("attestpaid", p.paid, kit.Officers, kit.Inner, kit.Label("confirm_paid"))
	b.Screen("attestoff", p.revoke, kit.Staff, kit.Inner)
}

// choose asks what is to be confirmed: words alone give out no paper.
func (p *Confirming) choose(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	paid := p.Button("confirm_paid", "attestpaid")
	if monthNamed(turn) {
		paid = p.Button("confirm_paid", "attestpaid", p.MonthAsked(turn))
	}
	lines := p.Lines("")
	lines.Say("confirm.ask")
	lines.Row(p.Button("confirm_office", "attestoffice"), paid)
	return lines.End(), nil
}

func monthNamed(turn bot.Turn) bool {
	return turn.Arg(0) != "" || turn.Meaning.Slots.Month > 0 || turn.Meaning.Slots.Ago > 0
}

func (p *Confirming) office(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	drawn, err := p.Confirms.Office(ctx, turn.Speaker.Actor, p.Site, words(p.Kit))
	if err != nil {
		return bot.Reply{}, err
	}
	return p.handed(p.Say("confirm.office"), drawn, p.Button("profile", "profile")), nil
}

// paid confirms a month's payment: of the month that is named, else of the last
// that was paid.
func (p *Confirming) paid(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor, month := turn.Speaker.Actor, p.MonthAsked(turn)
	view, err := p.List.Month(ctx, actor, month)
	if err == nil && !monthNamed(turn) {
		view, err = p.lastPaid(ctx, turn, view)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	if view.Stage != list.StagePaid {
		lines := p.Lines("")
		lines.Say("confirm.unpaid", "month", view.Month)
		return lines.End(p.Button("history", "history")), nil
	}
	drawn, err := p.Confirms.Payment(ctx, actor, view.LineID, p.Site, words(p.Kit))
	if err != nil {
		return bot.Reply{}, err
	}
	return p.handed(p.Say("confirm.paid"), drawn, p.Button("history", "history")), nil
}

func (p *Confirming) lastPaid(ctx context.Context, turn bot.Turn, view list.MonthView) (list.MonthView, error) {
	views, err := p.List.History(ctx, turn.Speaker.Actor, view.Month, historyMonths)
	for _, one := range views {
		if one.Stage == list.StagePaid {
			return one, err
		}
	}
	return view, err
}

// handed gives a paper out, and says how it is checked.
func (p *Confirming) handed(says string, drawn paper.Paper, next bot.Button) bot.Reply {
	lines := p.Private(says)
	lines.SayIf(p.Site != "", "confirm.scan")
	lines.SayIf(p.Site == "", "confirm.no_page")
	lines.Files = file(drawn)
	return lines.End(next)
}

// revoke has every paper of a person be known no more, once asked whether that is
// meant.
func (p *Confirming) revoke(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	id := kit.Number(turn.Arg(0))
	if turn.Arg(1) != "yes" {
		return p.Tell(p.Say("confirm.revoke_ask"), kit.Negative(p.Button("confirm_off", "attestoff", id, "yes"))), nil
	}
	count, err := p.Confirms.Revoke(ctx, turn.Speaker.Actor, id)
	lines := p.Lines("")
	lines.SayIf(count > 0, "confirm.revoked", "count", count)
	lines.OrSay("confirm.none")
	return lines.End(p.Button("back_to_person", "person", id)), err
}
