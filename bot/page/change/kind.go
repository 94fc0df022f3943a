package change

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/change"
)

// kind is what people are asked and shown of one kind of request, or of a few
// that share a form. Each is a file that holds all that is its own and registers
// itself; nothing outside it asks which kind it has before it.
type kind interface {
	// register puts the screens into the book that lead to the form, and what is
	// shown of no other kind.
	register(b *kit.Book)
	form() *bot.Form
	// proposal is what the form's answers ask of the ward; answers is the reverse,
	// for a request that came back to be mended.
	proposal(answers bot.Answers) change.Proposal
	answers(proposal change.Proposal) bot.Answers
	// line writes one difference that it makes.
	line(diff change.Diff) string
	// see leads to what whoever decides may look at before.
	see(card change.Card) []bot.Button
}

// registry has, in the order of their files, who asks for which kinds.
var registry []struct {
	on    func(*Page) kind
	kinds []change.Kind
}

func register(on func(*Page) kind, kinds ...change.Kind) {
	registry = append(registry, struct {
		on    func(*Page) kind
		kinds []change.Kind
	}{on, kinds})
}

// kind finds what is the bot's of a kind of request.
func (p *Page) kind(name models.ChangeKind) kind {
	for _, one := range registry {
		for _, asked := range one.kinds {
			if asked.Traits().Name == string(name) {
				return one.on(p)
			}
		}
	}
	return nil
}

// FormOf names the form that asks for a kind of request; "" where none does.
func FormOf(name models.ChangeKind) string {
	asked := (&Page{}).kind(name)
	if asked == nil {
		return ""
	}
	return asked.form().Name
}

// formOf is a kind's form, with what the forms of all kinds have in common.
func (p *Page) formOf(k kind) *bot.Form {
	form := k.form()
	form.Attach = p.attachToForm
	if form.Confirm == nil {
		form.Confirm = func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return p.confirm(ctx, turn, k, answers)
		}
	}
	form.Done = func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
		return p.submit(ctx, turn, k, answers)
	}
	return form
}

// given is what the forms of several kinds are told alike; a kind drops what it
// does not use.
type given struct {
	Branch int64
	Person int64 `answer:",fixed"`
	From   models.Date
	Note   string
}

// proposed reads the answers that forms have in common; a kind drops what it
// does not use.
func proposed(said given) change.Proposal {
	return change.Proposal{Branch: said.Branch, Person: said.Person, From: said.From, Note: said.Note}
}

// plain is a kind on a page, as most of them show themselves.
type plain struct{ *Page }

func (plain) see(change.Card) []bot.Button { return nil }
