package roster

import (
	"cmp"
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// duplicates lists who may be in the roster twice, the likeliest first.
func (p *Page) duplicates(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	pairs, err := p.Roster.Duplicates(ctx, turn.Speaker.Actor, kit.Listed+1)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(pairs) == 0 {
		return p.Tell(p.Say("duplicates.nothing"), p.Button("find", "find")), nil
	}
	lines := p.Private(p.Say("duplicates.title"))
	for i, pair := range kit.Few(pairs) {
		lines.Say("duplicates.line", "number", i+1, "one", pair.First.Name, "other", pair.Second.Name, "why",
			p.likeness(pair))
		lines.Row(kit.Act(p.Say("duplicates.pair_button", "number", i+1), "pair", pair.First.ID, pair.Second.ID))
	}
	lines.SayIf(len(pairs) > kit.Listed, "duplicates.more")
	return lines.End(), nil
}

// likeness says what two people have in common.
func (p *Page) likeness(pair roster.Likeness) string {
	var whys []string
	if pair.SameName {
		whys = append(whys, p.Say("duplicates.why.name"))
	}
	for _, reason := range pair.Reasons {
		whys = append(whys, p.Say("duplicates.why."+string(reason)))
	}
	return strings.Join(whys, ", ")
}

// pair shows two people side by side, to be merged or told apart.
func (p *Page) pair(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor, blocks := turn.Speaker.Actor, p.Private(p.Say("duplicates.pair_title")).Apart()
	one, other := kit.Number(turn.Arg(0)), kit.Number(turn.Arg(1))
	for i, id := range []int64{one, other} {
		person, err := p.Roster.Person(ctx, actor, id)
		if err != nil {
			return bot.Reply{}, err
		}
		career, err := p.Roster.Career(ctx, actor, id)
		if err != nil {
			return bot.Reply{}, err
		}
		blocks.Add(p.Say("duplicates.side", "number", i+1) + "\n" + p.sideLines(person, career))
	}
	blocks.Say("duplicates.hint")
	decides := actor.Role == services.Clerk || actor.Role == services.Leader
	blocks.RowIf(decides, p.Button("merge_into_1", "merge", one, other), p.Button("merge_into_2", "merge", other, one))
	blocks.Row(p.Button("see_1", "person", one), p.Button("see_2", "person", other))
	blocks.RowIf(decides, p.Button("distinct", "distinct", one, other))
	return blocks.End(p.Button("duplicates", "duplicates")), nil
}

// sideLines are what tells one of two people from the other.
func (p *Page) sideLines(person models.Person, career []roster.Post) string {
	lines := p.Lines("")
	lines.Add(person.Name, cmp.Or(p.bornLine("duplicates.born", person), p.Say("duplicates.unknown")),
		p.Say("profile.phone", "phone", kit.OrDash(vn.MaskPhone(person.Phone))))
	for _, post := range career[:min(len(career), formerShown)] {
		lines.Add(p.postLine(post))
	}
	lines.SayIf(len(career) > formerShown, "past.before_more")
	lines.SayIf(len(career) == 0, "profile.no_post")
	return lines.Done().Text
}

// distinct says that two people are two: they are not suggested again.
func (p *Page) distinct(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.Tell(p.Say("duplicates.distinct"), p.Button("duplicates", "duplicates")),
		p.Roster.Distinguish(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), kit.Number(turn.Arg(1)))
}

// alikeOf adds to a person's page who else may be them, and whom they were
// merged from.
func (p *Page) alikeOf(ctx context.Context, actor services.Actor, person models.Person, lines *kit.Lines) error {
	lines.SayIf(person.PhoneShared, "duplicates.phone_shared")
	if person.MergedInto != nil {
		lines.Say("duplicates.gone")
		lines.Row(p.Button("see_kept", "person", *person.MergedInto))
		return nil
	}
	pairs, err := p.Roster.Alike(ctx, actor, person.ID)
	if err != nil {
		return err
	}
	for _, pair := range pairs[:min(len(pairs), alikeShown)] {
		other := pair.First
		if other.ID == person.ID {
			other = pair.Second
		}
		lines.Say("duplicates.alike", "name", other.Name, "why", p.likeness(pair))
		label := p.Say("duplicates.alike_button", "name", kit.GivenName(other.Name))
		lines.Row(kit.Act(label, "pair", person.ID, other.ID))
	}
	lines.SayIf(len(pairs) > alikeShown, "duplicates.alike_more", "people", len(pairs)-alikeShown)
	merges, err := p.Roster.Undoable(ctx, actor, person.ID)
	for _, merge := range merges {
		lines.Say("duplicates.merged", "name", merge.Dropped, "on", models.DateOf(merge.At.In(services.Zone)))
		label := p.Say("duplicates.undo_button", "name", kit.GivenName(merge.Dropped))
		lines.RowIf(actor.Role == services.Clerk || actor.Role == services.Leader, kit.Act(label, "unmerge", merge.ID,
			person.ID))
	}
	return err
}

// alikeShown is how many who look alike stand on a person's page.
const alikeShown = 3

// unmerging names a merger to be taken back, and who stayed. It is a form for
// its question, and so that it goes on after a code.
type unmerging struct{ Merge, Person int64 }

// unmerge is read by who stayed: the form's summary is kept from whoever may not
// see them.
func (p *Page) unmerge(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return turn.Begin(ctx, "unmerge", kit.Untyped(unmerging{kit.Number(turn.Arg(0)), kit.Number(turn.Arg(1))}))
}

func (p *Page) unmergeForm() *bot.Form {
	return &bot.Form{
		Name: "unmerge",
		Confirm: kit.With(func(ctx context.Context, turn bot.Turn, one unmerging) (bot.Reply, error) {
			person, err := p.Roster.Person(ctx, turn.Speaker.Actor, one.Person)
			return bot.Reply{Title: p.Say("duplicates.undo_title", "name", person.Name), Text: p.Say("duplicates.undo_ask"),
				Protect: true}, err
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, one unmerging) (bot.Reply, error) {
			return p.Tell(p.Say("duplicates.undone"), p.Button("back_to_person", "person", one.Person)),
				p.Roster.UndoMerge(ctx, turn.Speaker.Actor, one.Merge, p.Identity)
		}),
	}
}
