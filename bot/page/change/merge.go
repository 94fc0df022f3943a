package change

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/change"
)

// merge asks why two rows are one human.
type merge struct{ plain }

func init() { register(func(p *Page) kind { return merge{plain{p}} }, change.Merge{}) }

func (p merge) register(b *kit.Book) { b.Screen("merge", p.begin, kit.Staff, kit.Inner) }

func (p merge) proposal(answers bot.Answers) change.Proposal {
	proposal := proposed(answers)
	proposal.Kind, proposal.Person = change.Merge{Drop: kit.Number(answers["goes_up"])}, kit.Number(answers["stays"])
	return proposal
}

func (p merge) answers(proposal change.Proposal) bot.Answers {
	answers := bot.Answers{"note": proposal.Note}
	answers.Fix("stays", kit.ID(proposal.Person))
	answers.Fix("goes_up", kit.ID(proposal.Kind.(change.Merge).Drop))
	return answers
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

// begin begins staff's proposal that two rows are one human; the button names
// who stays and who goes up in them.
func (p merge) begin(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known := bot.Answers{}
	known.Fix("stays", kit.ID(kit.Number(turn.Arg(0))))
	known.Fix("goes_up", kit.ID(kit.Number(turn.Arg(1))))
	return turn.Begin(ctx, "merge", known)
}

func (p merge) form() *bot.Form {
	return &bot.Form{
		Name: "merge",
		Steps: []bot.Step{
			{Name: "note", Ask: "merge.why", Example: "example.merge_why", Read: kit.ReadSentenceStep, Show: kit.AsKept("note"),
				Free: true},
		},
	}
}
