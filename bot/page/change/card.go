package change

import (
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services/change"
	"canbobot/services/outbox"
	"canbobot/services/vn"
)

// kindTitle names what a request is about: "Thay Chi hội phó".
func (p *Page) kindTitle(card change.Card) string {
	title := card.Organization.TitleOf(card.Proposal.Role)
	return strings.TrimSpace(p.Say("kind."+string(card.Proposal.Name()), "title", title))
}

// drawCard shows a request: what changes, from what to what, from when, and
// what it does to the money.
func (p *Page) drawCard(card change.Card) bot.Reply {
	var lines []string
	if card.Branch.Name != "" {
		lines = append(lines, p.Say("card.branch", "branch", card.Branch.Name))
	}
	if card.Proposal.Kind.Traits().OfPerson && card.SubjectName != "" {
		lines = append(lines, p.Say("card.person", "name", card.SubjectName))
	}
	lines = append(lines, p.diffLines(card)...)
	if card.Holders > 0 {
		lines = append(lines, p.Say("card.holders", "people", card.Holders))
	}
	if card.Files > 0 {
		lines = append(lines, p.Say("papers.count", "files", card.Files))
	}
	if card.Proposal.Died() {
		lines = append(lines, p.Say("card.died"))
	}
	lines = append(lines, p.effectLines(card)...)
	if card.Stale != "" {
		lines = append(lines, p.Say("card.stale", "why", p.staleWhy(card.Stale)))
	}
	if card.ProposerName != "" {
		lines = append(lines, p.Say("card.proposer", "name", card.ProposerName, "title", p.proposerTitle(card)))
	}
	for _, other := range card.Others {
		lines = append(lines, p.Say("card.other", "number", other.ID, "kind", p.Say("kind_short."+string(other.Kind))))
	}
	reply := bot.Reply{Text: strings.Join(lines, "\n"), Protect: true}
	if card.Request.ID != 0 {
		reply.Title = p.Say("card.title", "number", card.Request.ID, "kind", p.kindTitle(card))
		signed := p.StepLines(card.Approval, card.Request.State == models.ChangeSubmitted)
		reply.Text += "\n\n" + strings.Join(append([]string{p.stateLine(card)}, signed...), "\n")
		reply.Card = bot.Card{Subject: outbox.Change, ID: card.Request.ID, Version: card.Request.Version}
	}
	return reply
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

func (p *Page) diffLines(card change.Card) []string {
	var lines []string
	for _, diff := range card.Diff {
		lines = append(lines, p.kind(card.Proposal.Name()).line(diff))
	}
	return lines
}

// write writes a raw value as people read it.
func (p *Page) write(field, value string) string {
	switch {
	case value == "":
		return p.Say("card.nobody")
	case field == "phone" || field == "newcomer_phone":
		return vn.FormatPhone(value)
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
	var lines []string
	for _, effect := range card.Effects {
		for _, partial := range effect.Partial {
			lines = append(lines, p.Say("effect.partial", "month", partial.Month, "name", effect.Name, "amount",
				texts.Signed(partial.Amount)))
		}
		switch {
		case effect.Monthly != 0 && effect.Until != 0:
			lines = append(lines, p.Say("effect.until", "month", effect.From, "until", effect.Until, "name", effect.Name,
				"amount", texts.Signed(effect.Monthly)))
		case effect.Monthly != 0:
			lines = append(lines, p.Say("effect.monthly", "month", effect.From, "name", effect.Name, "amount",
				texts.Signed(effect.Monthly)))
		}
		var recover, owe int64
		for _, settled := range effect.Settled {
			if settled.Amount < 0 {
				recover -= settled.Amount
			} else {
				owe += settled.Amount
			}
		}
		if n := len(effect.Settled); n > 0 {
			first, last := effect.Settled[0].Month, effect.Settled[n-1].Month
			if recover > 0 {
				lines = append(lines, p.Say("effect.recover", "name", effect.Name, "amount", texts.Money(recover), "first", first,
					"last", last))
			}
			if owe > 0 {
				lines = append(lines, p.Say("effect.owe", "name", effect.Name, "amount", texts.Money(owe), "first", first, "last",
					last))
			}
		}
	}
	if len(lines) == 0 && !card.Proposal.Kind.Traits().OfPerson {
		lines = append(lines, p.Say("effect.nothing"))
	}
	return lines
}

// stateLine tells where a request is, and who decided when.
func (p *Page) stateLine(card change.Card) string {
	request := card.Request
	at := request.SubmittedAt
	if request.DecidedAt != nil {
		at = *request.DecidedAt
	}
	return p.Say("state."+string(request.State), "at", at, "by", kit.OrDash(card.DeciderName), "reason",
		kit.OrDash(request.Reason))
}
