package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// duplicates lists who may be in the roster twice, the likeliest first.
func (s *Screens) duplicates(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	pairs, err := s.Roster.Duplicates(ctx, turn.Speaker.Actor, listed+1)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(pairs) == 0 {
		return bot.Reply{Text: s.say("duplicates.nothing"), Buttons: [][]bot.Button{bot.Row(s.button("find", "find"), s.button("menu", "menu"))}}, nil
	}
	reply := bot.Reply{Title: s.say("duplicates.title"), Protect: true}
	var lines []string
	for i, pair := range pairs {
		if i == listed {
			lines = append(lines, s.say("duplicates.more"))
			break
		}
		number := int64(i + 1)
		lines = append(lines, s.say("duplicates.line", "number", number, "one", pair.First.Name, "other", pair.Second.Name, "why", s.likeness(pair)))
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: s.say("duplicates.pair_button", "number", number), Action: bot.Act("pair", id(pair.First.ID), id(pair.Second.ID))}))
	}
	reply.Text = strings.Join(lines, "\n")
	reply.Buttons = append(reply.Buttons, s.menuRow())
	return reply, nil
}

// likeness says what two people have in common.
func (s *Screens) likeness(pair roster.Likeness) string {
	var whys []string
	if pair.SameName {
		whys = append(whys, s.say("duplicates.why.name"))
	}
	for _, reason := range pair.Reasons {
		whys = append(whys, s.say("duplicates.why."+string(reason)))
	}
	return strings.Join(whys, ", ")
}

// pair shows two people side by side, to be merged or told apart.
func (s *Screens) pair(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	actor := turn.Speaker.Actor
	reply := bot.Reply{Title: s.say("duplicates.pair_title"), Protect: true}
	ids := [2]int64{number(turn.Arg(0)), number(turn.Arg(1))}
	var blocks []string
	for i, personID := range ids {
		person, err := s.Roster.Person(ctx, actor, personID)
		if err != nil {
			return bot.Reply{}, err
		}
		career, err := s.Roster.Career(ctx, actor, personID)
		if err != nil {
			return bot.Reply{}, err
		}
		blocks = append(blocks, s.say("duplicates.side", "number", i+1)+"\n"+s.sideLines(person, career))
	}
	reply.Text = strings.Join(append(blocks, s.say("duplicates.hint")), "\n\n")
	if actor.Role == services.Clerk || actor.Role == services.Leader {
		reply.Buttons = append(reply.Buttons,
			bot.Row(s.button("merge_into_1", "merge", id(ids[0]), id(ids[1])), s.button("merge_into_2", "merge", id(ids[1]), id(ids[0]))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("see_1", "person", id(ids[0])), s.button("see_2", "person", id(ids[1]))))
	if actor.Role == services.Clerk || actor.Role == services.Leader {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("distinct", "distinct", id(ids[0]), id(ids[1]))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("duplicates", "duplicates"), s.button("menu", "menu")))
	return reply, nil
}

// sideLines are what tells one of two people from the other.
func (s *Screens) sideLines(person models.Person, career []roster.Post) string {
	born := s.say("duplicates.unknown")
	switch {
	case !person.BirthDate.IsZero():
		born = s.say("duplicates.born", "born", person.BirthDate)
	case person.BirthYear > 0:
		born = s.say("duplicates.born", "born", person.BirthYear)
	}
	lines := []string{person.Name, born, s.say("profile.phone", "phone", orDash(vn.MaskPhone(person.Phone)))}
	for i, post := range career {
		if i == formerShown {
			lines = append(lines, s.say("past.before_more"))
			break
		}
		lines = append(lines, s.say("past.post", "title", post.Term.Title, "where", post.Branch.Name, "term", s.termSpan(post.Term)))
	}
	if len(career) == 0 {
		lines = append(lines, s.say("profile.no_post"))
	}
	return strings.Join(lines, "\n")
}

// distinct says that two people are two: they are not suggested again.
func (s *Screens) distinct(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := s.Roster.Distinguish(ctx, turn.Speaker.Actor, number(turn.Arg(0)), number(turn.Arg(1))); err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Text: s.say("duplicates.distinct"), Buttons: [][]bot.Button{bot.Row(s.button("duplicates", "duplicates"), s.button("menu", "menu"))}}, nil
}

// alikeOf are the lines and buttons of a person's page about who else may be
// them, and whom they were merged from.
func (s *Screens) alikeOf(ctx context.Context, turn bot.Turn, person models.Person) (lines []string, rows [][]bot.Button, err error) {
	actor := turn.Speaker.Actor
	if person.PhoneShared {
		lines = append(lines, s.say("duplicates.phone_shared"))
	}
	if person.MergedInto != nil {
		return append(lines, s.say("duplicates.gone")), [][]bot.Button{bot.Row(s.button("see_kept", "person", id(*person.MergedInto)))}, nil
	}
	pairs, err := s.Roster.Alike(ctx, actor, person.ID)
	if err != nil {
		return nil, nil, err
	}
	for i, pair := range pairs {
		if i == alikeShown {
			lines = append(lines, s.say("duplicates.alike_more", "people", len(pairs)-alikeShown))
			break
		}
		other := pair.First
		if other.ID == person.ID {
			other = pair.Second
		}
		lines = append(lines, s.say("duplicates.alike", "name", other.Name, "why", s.likeness(pair)))
		rows = append(rows, bot.Row(bot.Button{Label: s.say("duplicates.alike_button", "name", givenName(other.Name)), Action: bot.Act("pair", id(person.ID), id(other.ID))}))
	}
	merges, err := s.Roster.Undoable(ctx, actor, person.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, merge := range merges {
		lines = append(lines, s.say("duplicates.merged", "name", merge.Dropped, "on", models.DateOf(merge.At.In(services.Zone))))
		if actor.Role == services.Clerk || actor.Role == services.Leader {
			rows = append(rows, bot.Row(bot.Button{Label: s.say("duplicates.undo_button", "name", givenName(merge.Dropped)), Action: bot.Act("unmerge", id(merge.ID), id(person.ID))}))
		}
	}
	return lines, rows, nil
}

// alikeShown is how many who look alike stand on a person's page.
const alikeShown = 3

// unmerge begins to take a merger back; the button names it and who stayed. It
// is a form for its question, and so that it goes on after a code.
func (s *Screens) unmerge(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	known := bot.Answers{}
	known.Fix("merge", id(number(turn.Arg(0))))
	known.Fix("person", id(number(turn.Arg(1))))
	return turn.Begin(ctx, "unmerge", known)
}

func (s *Screens) unmergeForm() *bot.Form {
	return &bot.Form{
		Name: "unmerge",
		Confirm: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			person, err := s.Roster.Person(ctx, turn.Speaker.Actor, number(answers["person"]))
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Title: s.say("duplicates.undo_title", "name", person.Name), Text: s.say("duplicates.undo_ask"), Protect: true}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			if err := s.Roster.UndoMerge(ctx, turn.Speaker.Actor, number(answers["merge"]), s.Identity); err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Text: s.say("duplicates.undone"), Buttons: [][]bot.Button{bot.Row(
				s.button("back_to_person", "person", answers["person"]), s.button("menu", "menu"))}}, nil
		},
	}
}
