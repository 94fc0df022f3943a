package roster

import (
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
	reply := bot.Reply{Title: p.Say("duplicates.title"), Protect: true}
	var lines []string
	for i, pair := range pairs {
		if i == kit.Listed {
			lines = append(lines, p.Say("duplicates.more"))
			break
		}
		number := int64(i + 1)
		lines = append(lines, p.Say("duplicates.line", "number", number, "one", pair.First.Name, "other", pair.Second.Name,
			"why", p.likeness(pair)))
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Act(p.Say("duplicates.pair_button", "number", number), "pair", pair.First.ID, pair.Second.ID)))
	}
	reply.Text = strings.Join(lines, "\n")
	reply.Buttons = append(reply.Buttons, p.MenuRow())
	return reply, nil
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
	actor := turn.Speaker.Actor
	reply := bot.Reply{Title: p.Say("duplicates.pair_title"), Protect: true}
	ids := [2]int64{kit.Number(turn.Arg(0)), kit.Number(turn.Arg(1))}
	var blocks []string
	for i, personID := range ids {
		person, err := p.Roster.Person(ctx, actor, personID)
		if err != nil {
			return bot.Reply{}, err
		}
		career, err := p.Roster.Career(ctx, actor, personID)
		if err != nil {
			return bot.Reply{}, err
		}
		blocks = append(blocks, p.Say("duplicates.side", "number", i+1)+"\n"+p.sideLines(person, career))
	}
	reply.Text = strings.Join(append(blocks, p.Say("duplicates.hint")), "\n\n")
	if actor.Role == services.Clerk || actor.Role == services.Leader {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("merge_into_1", "merge", ids[0], ids[1]),
			p.Button("merge_into_2", "merge", ids[1], ids[0])))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(p.Button("see_1", "person", ids[0]),
		p.Button("see_2", "person", ids[1])))
	if actor.Role == services.Clerk || actor.Role == services.Leader {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("distinct", "distinct", ids[0], ids[1])))
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("duplicates", "duplicates")))
	return reply, nil
}

// sideLines are what tells one of two people from the other.
func (p *Page) sideLines(person models.Person, career []roster.Post) string {
	born := p.Say("duplicates.unknown")
	switch {
	case !person.BirthDate.IsZero():
		born = p.Say("duplicates.born", "born", person.BirthDate)
	case person.BirthYear > 0:
		born = p.Say("duplicates.born", "born", person.BirthYear)
	}
	lines := []string{person.Name, born, p.Say("profile.phone", "phone", kit.OrDash(vn.MaskPhone(person.Phone)))}
	for i, post := range career {
		if i == formerShown {
			lines = append(lines, p.Say("past.before_more"))
			break
		}
		lines = append(lines, p.Say("past.post", "title", post.Term.Title, "where", post.Branch.Name, "term",
			p.termSpan(post.Term)))
	}
	if len(career) == 0 {
		lines = append(lines, p.Say("profile.no_post"))
	}
	return strings.Join(lines, "\n")
}

// distinct says that two people are two: they are not suggested again.
func (p *Page) distinct(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := p.Roster.Distinguish(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), kit.Number(turn.Arg(1))); err != nil {
		return bot.Reply{}, err
	}
	return p.Tell(p.Say("duplicates.distinct"), p.Button("duplicates", "duplicates")), nil
}

// alikeOf are the lines and buttons of a person's page about who else may be
// them, and whom they were merged from.
func (p *Page) alikeOf(ctx context.Context, turn bot.Turn, person models.Person) (lines []string, rows [][]bot.Button,
	err error) {
	actor := turn.Speaker.Actor
	if person.PhoneShared {
		lines = append(lines, p.Say("duplicates.phone_shared"))
	}
	if person.MergedInto != nil {
		return append(lines, p.Say("duplicates.gone")),
			[][]bot.Button{bot.Row(p.Button("see_kept", "person", *person.MergedInto))}, nil
	}
	pairs, err := p.Roster.Alike(ctx, actor, person.ID)
	if err != nil {
		return nil, nil, err
	}
	for i, pair := range pairs {
		if i == alikeShown {
			lines = append(lines, p.Say("duplicates.alike_more", "people", len(pairs)-alikeShown))
			break
		}
		other := pair.First
		if other.ID == person.ID {
			other = pair.Second
		}
		lines = append(lines, p.Say("duplicates.alike", "name", other.Name, "why", p.likeness(pair)))
		rows = append(rows, bot.Row(kit.Act(p.Say("duplicates.alike_button", "name", kit.GivenName(other.Name)), "pair", person.ID, other.ID)))
	}
	merges, err := p.Roster.Undoable(ctx, actor, person.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, merge := range merges {
		lines = append(lines, p.Say("duplicates.merged", "name", merge.Dropped, "on",
			models.DateOf(merge.At.In(services.Zone))))
		if actor.Role == services.Clerk || actor.Role == services.Leader {
			rows = append(rows, bot.Row(kit.Act(p.Say("duplicates.undo_button", "name", kit.GivenName(merge.Dropped)), "unmerge", merge.ID, person.ID)))
		}
	}
	return lines, rows, nil
}

// alikeShown is how many who look alike stand on a person's page.
const alikeShown = 3

// unmerge begins to take a merger back; the button names it and who stayed. It
// is a form for its question, and so that it goes on after a code.
func (p *Page) unmerge(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known := bot.Answers{}
	known.Fix("merge", kit.ID(kit.Number(turn.Arg(0))))
	known.Fix("person", kit.ID(kit.Number(turn.Arg(1))))
	return turn.Begin(ctx, "unmerge", known)
}

func (p *Page) unmergeForm() *bot.Form {
	return &bot.Form{
		Name: "unmerge",
		Confirm: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			person, err := p.Roster.Person(ctx, turn.Speaker.Actor, kit.Number(answers["person"]))
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Title: p.Say("duplicates.undo_title", "name", person.Name), Text: p.Say("duplicates.undo_ask"),
				Protect: true}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			if err := p.Roster.UndoMerge(ctx, turn.Speaker.Actor, kit.Number(answers["merge"]), p.Identity); err != nil {
				return bot.Reply{}, err
			}
			return p.Tell(p.Say("duplicates.undone"), p.Button("back_to_person", "person", answers["person"])), nil
		},
	}
}
