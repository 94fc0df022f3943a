package change

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/roster"
)

// whoseData fixes whose data a form changes: an officer's own, or those of the
// person that staff chose. Nil answers mean that staff must look one up first.
func (p *Page) whoseData(turn bot.Turn) (bot.Answers, error) {
	known := bot.Answers{}
	actor, chosen := turn.Speaker.Actor, kit.Number(turn.Arg(0))
	switch {
	case actor.IsStaff() && chosen == 0:
		return nil, nil
	case actor.IsStaff():
		known.Fix("person", kit.ID(chosen))
	case actor.Role == services.Officer && somebodyElse(turn):
		return nil, services.Denied("own_data")
	case actor.Role == services.Officer:
		known.Fix("person", kit.ID(actor.Person))
	default:
		return nil, services.Denied("officer_only")
	}
	return known, nil
}

// beginOwn begins a form about a person's own data, with what was said of it.
func (p *Page) beginOwn(ctx context.Context, turn bot.Turn, form string, said bot.Said) (bot.Reply, error) {
	known, err := p.whoseData(turn)
	if err != nil {
		return bot.Reply{}, err
	}
	if known == nil {
		return turn.Open(ctx, "find")
	}
	return turn.BeginSaid(ctx, form, known, said)
}

// somebodyElse reports whether a message names another person than who wrote it.
func somebodyElse(turn bot.Turn) bool {
	name := turn.Meaning.Slots.Name
	return name != "" && !kit.Called(models.Fold(turn.Speaker.Name), name)
}

// knownBranch finds the branch that a change is about: named by the button, or
// the only one that the actor may speak for, or the only one that fits what was
// said. Nil answers mean that staff must look it up first; no branch, that the
// form asks.
func (p *Page) knownBranch(ctx context.Context, turn bot.Turn, kinds ...change.Kind) (bot.Answers, roster.BranchView,
	error) {
	known := bot.Answers{}
	if chosen := kit.Number(turn.Arg(0)); chosen != 0 {
		known.Fix("branch", kit.ID(chosen))
		view, err := p.Roster.Branch(ctx, turn.Speaker.Actor, chosen)
		return known, view, err
	}
	if turn.Speaker.Actor.IsStaff() {
		return nil, roster.BranchView{}, nil
	}
	if err := kit.InPost(turn); err != nil {
		return nil, roster.BranchView{}, err
	}
	branches, err := p.Changes.Proposable(ctx, turn.Speaker.Actor, kinds...)
	if err != nil {
		return nil, roster.BranchView{}, err
	}
	switch len(branches) {
	case 0:
		return nil, roster.BranchView{}, services.Denied("propose")
	case 1:
		known.Fix("branch", kit.ID(branches[0].Branch.ID))
		return known, branches[0], nil
	}
	if fitting := fit(branches, turn.Meaning.Slots); len(fitting) == 1 {
		known["branch"] = kit.ID(fitting[0].Branch.ID)
		return known, fitting[0], nil
	}
	return known, roster.BranchView{}, nil
}

// fit leaves the branches of which something was said.
func fit(branches []roster.BranchView, slots bot.Slots) []roster.BranchView {
	var fitting []roster.BranchView
	for _, view := range branches {
		organization := slots.Organization != "" && view.Organization.Code == slots.Organization
		village := slots.Village != "" && strings.HasSuffix(models.Fold(view.Branch.Name),
			" "+models.Fold(lastWord(slots.Village)))
		if organization || village || len(postsOf(view.Posts, slots.Name)) > 0 {
			fitting = append(fitting, view)
		}
	}
	return fitting
}

func lastWord(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// postsOf are the posts of those who are called so.
func postsOf(posts []roster.Post, name string) []roster.Post {
	var held []roster.Post
	for _, post := range posts {
		if kit.Called(post.Person.Folded, name) {
			held = append(held, post)
		}
	}
	return held
}

// choice completes a step that offers a few values, of which the texts have the
// labels: the star in labels stands for the value.
func (p *Page) choice(step bot.Step, inRow int, labels string, values ...string) bot.Step {
	step.Choices, step.Read, step.Pick = p.choices(inRow, labels, values...), kit.OneOf(values...), true
	step.Show = kit.ShowChoice(step.Name, step.Choices)
	return step
}

func (p *Page) choices(inRow int, labels string, values ...string) kit.Choices {
	return func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
		return kit.InRows(inRow, values, func(value string) bot.Button {
			return kit.Choice(p.Say(strings.Replace(labels, "*", value, 1)), value)
		}), nil
	}
}

// chosen is the one of a list whose button was pressed, or the only one who is
// called as was typed.
func chosen[T any](list []T, input bot.Input, of func(T) (id int64, called string)) (string, error) {
	var meant []string
	for _, one := range list {
		id, called := of(one)
		if input.Choice == kit.ID(id) {
			return input.Choice, nil
		}
		if kit.Called(called, understand.WithoutCall(input.Text)) {
			meant = append(meant, kit.ID(id))
		}
	}
	if len(meant) != 1 {
		return "", services.Invalid("choice")
	}
	return meant[0], nil
}

// branchStep asks for which of the actor's branches.
func (p *Page) branchStep(kinds ...change.Kind) bot.Step {
	choices := func(ctx context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
		branches, err := p.Changes.Proposable(ctx, turn.Speaker.Actor, kinds...)
		return kit.InRows(1, branches, func(view roster.BranchView) bot.Button {
			return kit.Choice(view.Branch.Name, kit.ID(view.Branch.ID))
		}), err
	}
	return bot.Step{Name: "branch", Ask: "change.branch", Pick: true, Show: p.showBranch, Choices: choices,
		Read: kit.ReadChoice(choices)}
}

func (p *Page) branch(ctx context.Context, turn bot.Turn, answers bot.Answers) (roster.BranchView, error) {
	return p.Roster.Branch(ctx, turn.Speaker.Actor, kit.Number(answers["branch"]))
}

func (p *Page) showBranch(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
	view, err := p.branch(ctx, turn, answers)
	return view.Branch.Name, err
}

// confirm shows what would change and what it does to the money.
func (p *Page) confirm(ctx context.Context, turn bot.Turn, k kind, answers bot.Answers) (bot.Reply, error) {
	card, err := p.Changes.Preview(ctx, turn.Speaker.Actor, k.proposal(answers))
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.drawCard(card)
	if turn.Speaker.Brief {
		lines = p.Private("")
		lines.Add(p.diffLines(lines, card)...)
	}
	lines.Title = p.Say("change.check", "kind", p.kindTitle(card))
	given := len(papersGiven(answers))
	lines.SayIf(given > 0, "papers.count", "files", given)
	return lines.Done(), nil
}

func (p *Page) submit(ctx context.Context, turn bot.Turn, k kind, answers bot.Answers) (bot.Reply, error) {
	proposal, again := k.proposal(answers), kit.Typed[answered](answers)
	proposal.Evidence = answers["papers_given"]
	var card change.Card
	var err error
	if again.Request != 0 {
		card, err = p.Changes.Resubmit(ctx, turn.Speaker.Actor, again.Request, again.Version, proposal)
	} else {
		card, err = p.Changes.Submit(ctx, turn.Speaker.Actor, proposal)
	}
	lines := p.Lines("")
	lines.SayIf(proposal.Died(), "change.condolence")
	lines.Say("change.submitted", "number", card.Request.ID)
	return lines.End(p.Button("request", "request", card.Request.ID)), err
}
