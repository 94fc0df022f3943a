package page

import (
	"context"
	"slices"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services/change"
	"canbobot/services/outbox"
	"canbobot/services/vn"
)

// kindTitle names what a request is about: "Thay Chi hội phó".
func (s *Screens) kindTitle(card change.Card) string {
	title := card.Organization.TitleOf(card.Proposal.Role)
	return strings.TrimSpace(s.say("kind."+string(card.Proposal.Name()), "title", title))
}

// drawCard shows a request: what changes, from what to what, from when, and
// what it does to the money.
func (s *Screens) drawCard(card change.Card) bot.Reply {
	var lines []string
	if card.Branch.Name != "" {
		lines = append(lines, s.say("card.branch", "branch", card.Branch.Name))
	}
	if card.Proposal.Kind.Traits().OfPerson && card.SubjectName != "" {
		lines = append(lines, s.say("card.person", "name", card.SubjectName))
	}
	lines = append(lines, s.diffLines(card)...)
	if card.Holders > 0 {
		lines = append(lines, s.say("card.holders", "people", card.Holders))
	}
	if card.Files > 0 {
		lines = append(lines, s.say("papers.count", "files", card.Files))
	}
	if card.Proposal.Died() {
		lines = append(lines, s.say("card.died"))
	}
	lines = append(lines, s.effectLines(card)...)
	if card.Stale != "" {
		lines = append(lines, s.say("card.stale", "why", s.staleWhy(card.Stale)))
	}
	if card.ProposerName != "" {
		lines = append(lines, s.say("card.proposer", "name", card.ProposerName, "title", s.proposerTitle(card)))
	}
	for _, other := range card.Others {
		lines = append(lines, s.say("card.other", "number", other.ID, "kind", s.say("kind_short."+string(other.Kind))))
	}
	reply := bot.Reply{Text: strings.Join(lines, "\n"), Protect: true}
	if card.Request.ID != 0 {
		reply.Title = s.say("card.title", "number", card.Request.ID, "kind", s.kindTitle(card))
		reply.Text += "\n\n" + strings.Join(append([]string{s.stateLine(card)}, s.stepLines(card)...), "\n")
		reply.Card = bot.Card{Subject: outbox.Change, ID: card.Request.ID, Version: card.Request.Version}
	}
	return reply
}

// proposerTitle is what who proposed is called; ward users by where they work.
func (s *Screens) proposerTitle(card change.Card) string {
	if card.Request.ProposerStaffID != nil {
		return s.say("card.staff")
	}
	return orDash(card.ProposerTitle)
}

// staleWhy says why an open request does not apply any longer.
func (s *Screens) staleWhy(code string) string {
	if key := "stale." + code; s.Texts.Has(key) {
		return s.say("stale." + code)
	}
	return s.say("stale.other")
}

func (s *Screens) diffLines(card change.Card) []string {
	var lines []string
	for _, diff := range card.Diff {
		lines = append(lines, s.diffLine(diff))
	}
	return lines
}

// diffLine writes raw values as people read them.
func (s *Screens) diffLine(diff change.Diff) string {
	write := func(value string) string {
		switch {
		case value == "":
			return s.say("card.nobody")
		case diff.Field == "phone" || diff.Field == "newcomer_phone":
			return vn.FormatPhone(value)
		case diff.Field == "reason":
			return s.say("leave_reason." + value)
		}
		if day, err := models.ParseDate(value); err == nil {
			return texts.Date(day)
		}
		return value
	}
	switch diff.Field {
	case "term":
		return s.say("card.term", "name", diff.From, "title", diff.To)
	case "void":
		return s.say("card.void", "title", diff.To, "from", write(diff.From))
	case "running":
		return s.say("card.running", "to", write(diff.From))
	case "merge":
		return s.say("card.merge", "from", diff.From, "to", diff.To)
	}
	name := s.say("field." + diff.Field)
	if diff.From == "" && !isPost(diff.Field) {
		return s.say("card.value", "field", name, "to", write(diff.To))
	}
	return s.say("card.diff", "field", name, "from", write(diff.From), "to", write(diff.To))
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
func (s *Screens) effectLines(card change.Card) []string {
	var lines []string
	for _, effect := range card.Effects {
		for _, partial := range effect.Partial {
			lines = append(lines, s.say("effect.partial", "month", partial.Month, "name", effect.Name, "amount", texts.Signed(partial.Amount)))
		}
		switch {
		case effect.Monthly != 0 && effect.Until != 0:
			lines = append(lines, s.say("effect.until", "month", effect.From, "until", effect.Until, "name", effect.Name, "amount", texts.Signed(effect.Monthly)))
		case effect.Monthly != 0:
			lines = append(lines, s.say("effect.monthly", "month", effect.From, "name", effect.Name, "amount", texts.Signed(effect.Monthly)))
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
				lines = append(lines, s.say("effect.recover", "name", effect.Name, "amount", texts.Money(recover), "first", first, "last", last))
			}
			if owe > 0 {
				lines = append(lines, s.say("effect.owe", "name", effect.Name, "amount", texts.Money(owe), "first", first, "last", last))
			}
		}
	}
	if len(lines) == 0 && !card.Proposal.Kind.Traits().OfPerson {
		lines = append(lines, s.say("effect.nothing"))
	}
	return lines
}

// stateLine tells where a request is, and who decided when.
func (s *Screens) stateLine(card change.Card) string {
	request := card.Request
	at := request.SubmittedAt
	if request.DecidedAt != nil {
		at = *request.DecidedAt
	}
	return s.say("state."+string(request.State), "at", at, "by", orDash(card.DeciderName), "reason", orDash(request.Reason))
}

// myRequests lists what one has sent, newest first.
func (s *Screens) myRequests(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	mine, err := s.Changes.Mine(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("mine.title"), Protect: true}
	for i, summary := range mine {
		if i == listed {
			break
		}
		reply.Text += s.say("mine.line", "number", summary.ID, "kind", s.say("kind_short."+string(summary.Kind)),
			"who", orDash(who(summary)), "state", s.say("state_short."+string(summary.State))) + "\n"
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: s.say("mine.button", "number", summary.ID), Action: bot.Act("request", id(summary.ID))}))
	}
	reply.Text = strings.TrimSpace(reply.Text)
	if len(mine) == 0 {
		reply = bot.Reply{Text: s.say("mine.nothing")}
	}
	reply.Buttons = append(reply.Buttons, s.menuRow())
	return reply, nil
}

// listed is how many rows a list shows with a button each.
const listed = 8

// who names the people of a request.
func who(summary change.Summary) string {
	switch {
	case summary.SubjectName != "" && summary.NewcomerName != "":
		return summary.SubjectName + " → " + summary.NewcomerName
	case summary.NewcomerName != "":
		return summary.NewcomerName
	}
	return summary.SubjectName
}

// request shows one's own request, with what one can still do about it.
func (s *Screens) request(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := s.Changes.Card(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return s.ownCard(card), nil
}

func (s *Screens) ownCard(card change.Card) bot.Reply {
	reply := s.drawCard(card)
	request := card.Request
	args := []string{id(request.ID), id(int64(request.Version))}
	switch request.State {
	case models.ChangeReturned:
		reply.Buttons = append(reply.Buttons, bot.Row(positive(s.button("redo", "redo", args...)), negative(s.button("withdraw", "withdraw", args...))))
	case models.ChangeSubmitted:
		reply.Buttons = append(reply.Buttons, bot.Row(negative(s.button("withdraw", "withdraw", args...))))
	}
	reply.Buttons = append(reply.Buttons, s.papersRow(card)...)
	reply.Buttons = append(reply.Buttons, s.menuRow())
	return reply
}

func (s *Screens) withdraw(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := s.Changes.Withdraw(ctx, turn.Speaker.Actor, number(turn.Arg(0)), version(turn.Arg(1)))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := s.ownCard(card)
	reply.Replace = true
	return reply, nil
}

// redo opens the form of a returned request with everything that was said.
func (s *Screens) redo(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := s.Changes.Card(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	form, answers := answersOf(card.Proposal)
	answers["request"], answers["version"] = id(card.Request.ID), id(int64(card.Request.Version))
	reply, err := turn.Begin(ctx, form, answers)
	if err != nil {
		return bot.Reply{}, err
	}
	reply.Text = s.say("mine.redo", "reason", orDash(card.Request.Reason)) + "\n\n" + reply.Text
	return reply, nil
}

// pending lists what waits for the ward.
func (s *Screens) pending(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	offset := int(number(turn.Arg(0)))
	queue, total, err := s.Changes.Queue(ctx, turn.Speaker.Actor, offset, listed)
	if err != nil {
		return bot.Reply{}, err
	}
	open, err := s.Cases.Queue(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	links, err := s.Identity.LinkQueue(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	further, err := s.queueButtons(ctx, turn)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("pending.title", "changes", total, "cases", len(open), "links", len(links)), Protect: true}
	if total == 0 && len(open) == 0 && len(links) == 0 {
		return bot.Reply{Text: s.say("pending.nothing"), Buttons: rows(further, bot.Row(s.button("review", "review"), s.button("menu", "menu")))}, nil
	}
	var lines []string
	for _, summary := range queue {
		lines = append(lines, s.say("pending.change", "number", summary.ID, "kind", s.say("kind_short."+string(summary.Kind)),
			"who", orDash(who(summary)), "branch", orDash(summary.BranchName), "at", summary.SubmittedAt))
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: s.say("mine.button", "number", summary.ID), Action: bot.Act("card", id(summary.ID))}))
	}
	for i, view := range open {
		if i == listed {
			break
		}
		lines = append(lines, s.say("pending.case", "number", view.Case.ID, "name", view.PersonName, "at", view.Case.CreatedAt))
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: s.say("pending.case_button", "number", view.Case.ID), Action: bot.Act("case", id(view.Case.ID))}))
	}
	for i, request := range links {
		if i == listed {
			break
		}
		lines = append(lines, s.say("pending.link", "number", request.ID, "name", request.Name, "at", request.CreatedAt))
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: s.say("pending.link_button", "number", request.ID), Action: bot.Act("linkcard", id(request.ID))}))
	}
	reply.Text = strings.Join(lines, "\n")
	if int64(offset+len(queue)) < total {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("more", "pending", id(int64(offset+listed)))))
	}
	reply.Buttons = append(reply.Buttons, rows(further, bot.Row(s.button("review", "review"), s.button("menu", "menu")))...)
	return reply, nil
}

// rows are those that have a button.
func rows(all ...[]bot.Button) [][]bot.Button {
	return slices.DeleteFunc(all, func(row []bot.Button) bool { return len(row) == 0 })
}
