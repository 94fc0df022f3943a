package change

import (
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/outbox"
)

// kindTitle names what a request is about: "Thay Chi hội phó".
func (p *Page) kindTitle(card change.Card) string {
	title := card.Organization.TitleOf(card.Proposal.Role)
	return strings.TrimSpace(p.Say("kind."+string(card.Proposal.Name()), "title", title))
}

// drawCard shows a request: what changes, from what to what, from when, and
// what it does to the money.
func (p *Page) drawCard(card change.Card) *kit.Lines {
	lines := p.Private("")
	lines.SayIf(card.Branch.Name != "", "card.branch", "branch", card.Branch.Name)
	lines.SayIf(card.Proposal.Kind.Traits().OfPerson && card.SubjectName != "", "card.person", "name", card.SubjectName)
	lines.Add(p.diffLines(lines, card)...)
	lines.SayIf(card.Holders > 0, "card.holders", "people", card.Holders)
	if card.Held != nil {
		lines.Say("card.held", "until", *card.Held)
	}
	lines.SayIf(card.Files > 0, "papers.count", "files", card.Files)
	lines.SayIf(card.Proposal.Died(), "card.died")
	lines.Add(p.effectLines(card)...)
	if card.Stale != "" {
		lines.Say("card.stale", "why", p.staleWhy(card.Stale))
	}
	lines.SayIf(card.ProposerName != "", "card.proposer", "name", card.ProposerName, "title", p.proposerTitle(card))
	for _, other := range card.Others {
		lines.Say("card.other", "number", other.ID, "kind", p.Say("kind_short."+string(other.Kind)))
	}
	if card.Request.ID != 0 {
		lines.Title = p.Say("card.title", "number", card.Request.ID, "kind", p.kindTitle(card))
		lines.Add("", p.stateLine(card))
		lines.Add(p.StepLines(card.Approval, card.Request.State == models.ChangeSubmitted)...)
		lines.Card = bot.Card{Subject: outbox.Change, ID: card.Request.ID, Version: card.Request.Version}
	}
	return lines
}

// proposerTitle is what who proposed is called; ward users by where they work.
func (p *Page) proposerTitle(card change.Card) string {
	if card.Request.ProposerStaffID != nil {
		return p.Say("card.staff")
	}
	return kit.OrDash(card.ProposerTitle)
}

// staleWhy says why an open request does not apply any longer.
func (p *Page) staleWhy(code string) string {
	if key := "stale." + code; p.Texts.Has(key) {
		return p.Say("stale." + code)
	}
	return p.Say("stale.other")
}

// diffLines write what changes, from what to what, for a reply that shows it.
func (p *Page) diffLines(in *kit.Lines, card change.Card) []string {
	var lines []string
	for _, diff := range card.Diff {
		lines = append(lines, p.kind(card.Proposal.Name()).line(diff))
		switch diff.Field {
		case "phone":
			in.Phone(services.ID(card.Request.SubjectID), diff.From+diff.To)
		case "newcomer_phone":
			in.Phone(services.ID(card.Request.NewcomerID), diff.From+diff.To)
		}
	}
	return lines
}

// write writes a raw value as people read it.
func (p *Page) write(field, value string) string {
	switch {
	case value == "":
		return p.Say("card.nobody")
	case field == "phone" || field == "newcomer_phone":
		return kit.Unlisted(value) // whose it is, diffLines notes
	case field == "reason":
		return p.Say("leave_reason." + value)
	}
	if day, err := models.ParseDate(value); err == nil {
		return texts.Date(day)
	}
	return value
}

func (p plain) line(diff change.Diff) string {
	name, to := p.Say("field."+diff.Field), p.write(diff.Field, diff.To)
	if diff.From == "" && !isPost(diff.Field) {
		return p.Say("card.value", "field", name, "to", to)
	}
	return p.Say("card.diff", "field", name, "from", p.write(diff.Field, diff.From), "to", to)
}

// isPost reports whether a field is a post, where "nobody" says something.
func isPost(field string) bool {
	switch field {
	case "head", "deputy", "member", "cell_member":
		return true
	}
	return false
}

// effectLines tell what a request does to the money, for each person.
func (p *Page) effectLines(card change.Card) []string {
	lines := p.Lines("")
	for _, effect := range card.Effects {
		for _, partial := range effect.Partial {
			lines.Say("effect.partial", "month", partial.Month, "name", effect.Name, "amount", texts.Signed(partial.Amount))
		}
		monthly := texts.Signed(effect.Monthly)
		lines.SayIf(effect.Monthly != 0 && effect.Until != 0, "effect.until", "month", effect.From, "until", effect.Until,
			"name", effect.Name, "amount", monthly)
		lines.SayIf(effect.Monthly != 0 && effect.Until == 0, "effect.monthly", "month", effect.From, "name", effect.Name,
			"amount", monthly)
		var recover, owe int64
		for _, settled := range effect.Settled {
			recover, owe = recover-min(settled.Amount, 0), owe+max(settled.Amount, 0)
		}
		if n := len(effect.Settled); n > 0 {
			first, last := effect.Settled[0].Month, effect.Settled[n-1].Month
			lines.SayIf(recover > 0, "effect.recover", "name", effect.Name, "amount", texts.Money(recover), "first", first,
				"last", last)
			lines.SayIf(owe > 0, "effect.owe", "name", effect.Name, "amount", texts.Money(owe), "first", first, "last", last)
		}
	}
	if !card.Proposal.Kind.Traits().OfPerson {
		lines.OrSay("effect.nothing")
	}
	return lines.Said()
}

// stateLine tells where a request is, and who decided when.
func (p *Page) stateLine(card change.Card) string {
	request := card.Request
	at := request.SubmittedAt
	if request.DecidedAt != nil {
		at = *request.DecidedAt
	}
	if request.State == models.ChangeWithdrawn && request.Reason != "" {
		return p.Say("concerns.state", "at", at, "reason", request.Reason)
	}
	return p.Say("state."+string(request.State), "at", at, "by", kit.OrDash(card.DeciderName), "reason",
		kit.OrDash(request.Reason))
}
