package change

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/change"
)

// merge asks why two rows are one human.
type merge struct{ plain }

func init() { register(func(p *Page) kind { return merge{plain{p}} }, change.Merge{}) }

// register: the button names who stays and who goes up in them.
func (p merge) register(b *kit.Book) {
	b.Screen("merge", kit.About(p.Roster.Person, "merge", "stays", "goes_up"), kit.Staff, kit.Inner)
}

// merging is which row of a human stays, which goes up in it, and why.
type merging struct {
	Stays  int64
	GoesUp int64 `answer:"goes_up"`
	Note   string
}

func (p merge) proposal(answers bot.Answers) change.Proposal {
	said := kit.Typed[merging](answers)
	return change.Proposal{Kind: change.Merge{Drop: said.GoesUp}, Person: said.Stays, Note: said.Note}
}

func (p merge) answers(proposal change.Proposal) bot.Answers {
	return kit.Untyped(merging{proposal.Person, proposal.Kind.(change.Merge).Drop, proposal.Note})
}

func (p merge) line(diff change.Diff) string {
	if diff.Field != "merge" {
		return p.plain.line(diff)
	}
	return p.Say("card.merge", "from", diff.From, "to", diff.To)
}

// see leads to both: nobody says blindly that two are one.
func (p merge) see(card change.Card) []bot.Button {
	drop := card.Proposal.Kind.(change.Merge).Drop
	return bot.Row(p.Button("see_both", "pair", card.Proposal.Person, drop))
}

func (p merge) form() *bot.Form {
	return &bot.Form{
		Name:  "merge",
		Steps: []bot.Step{kit.Sentence(bot.Step{Name: "note", Ask: "merge.why", Example: "example.merge_why"})},
	}
}
