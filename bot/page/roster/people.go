package roster

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
	"canbobot/services/story"
)

// find looks people up by any part of a name, a phone or a unit.
func (p *Page) find(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if said := turn.Meaning.Slots.Name; said != "" {
		return p.found(ctx, turn, said)
	}
	if said := turn.Meaning.Slots.Phone; said != "" {
		return p.found(ctx, turn, said)
	}
	return turn.Begin(ctx, "find", nil)
}

func (p *Page) findForm() *bot.Form {
	return &bot.Form{
		Name: "find", Fleeting: true,
		Steps: []bot.Step{{Name: "query", Ask: "find.ask", Example: "example.find", Read: readQuery, Free: true}},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return p.found(ctx, turn, answers["query"])
		},
	}
}

// readQuery takes whom a sentence names, or else all of it.
func readQuery(_ context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	meaning := turn.Meaning
	switch {
	case meaning.Intent != bot.WardFind:
	case meaning.Slots.Name != "":
		return meaning.Slots.Name, nil
	case meaning.Slots.Phone == "" && meaning.Slots.Village == "" && meaning.Confidence >= 0.8: // "tìm cán bộ"
		return "", services.Invalid("query")
	}
	return kit.ReadSentence(input)
}

func (p *Page) found(ctx context.Context, turn bot.Turn, query string) (bot.Reply, error) {
	people, err := p.Roster.Find(ctx, turn.Speaker.Actor, query, kit.Listed+1)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(people) == 0 {
		return p.Tell(p.Say("find.nothing", "query", query), p.Button("find_again", "find")), nil
	}
	reply := bot.Reply{Title: p.Say("find.title", "query", query), Protect: true}
	for i, found := range people {
		if i == kit.Listed {
			reply.Text += p.Say("find.more") + "\n"
			break
		}
		where := p.Say("profile.no_post")
		if len(found.Posts) > 0 {
			where = found.Posts[0].Term.Title + ", " + found.Posts[0].Branch.Name
		}
		line := p.Say("find.line", "name", found.Person.Name, "where", where)
		if found.Formerly != "" {
			line = p.Say("find.line_formerly", "name", found.Person.Name, "where", where, "formerly", found.Formerly)
		}
		reply.Text += line + "\n"
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Act(found.Person.Name, "person", found.Person.ID)))
	}
	reply.Text = strings.TrimSpace(reply.Text)
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("find_again", "find")))
	return reply, nil
}

// person shows one person to staff, with what can be done for them.
func (p *Page) person(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor, personID := turn.Speaker.Actor, kit.Number(turn.Arg(0))
	person, err := p.Roster.Person(ctx, actor, personID)
	if err != nil {
		return bot.Reply{}, err
	}
	posts, err := p.Roster.Posts(ctx, actor, personID, p.Today())
	if err != nil {
		return bot.Reply{}, err
	}
	month, err := p.List.MonthOf(ctx, actor, personID, p.Today().MonthOf())
	if err != nil {
		return bot.Reply{}, err
	}
	accounts, err := p.Identity.AccountsOf(ctx, personID, 0)
	if err != nil {
		return bot.Reply{}, err
	}
	career, err := p.Roster.Career(ctx, actor, personID)
	if err != nil {
		return bot.Reply{}, err
	}
	alike, alikeRows, err := p.alikeOf(ctx, turn, person)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := append([]string{p.personLines(person, posts), p.Reach(accounts)}, p.formerLines(career)...)
	text := strings.Join(append(lines, alike...), "\n")
	reply := bot.Reply{Title: person.Name, Text: text + "\n\n" + p.StageLine(month), Buttons: alikeRows, Protect: true}
	for _, post := range posts {
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Act(post.Branch.Name, "branch", post.Branch.ID),
			p.Button("fix", "fix", post.Term.ID)))
	}
	reply.Buttons = append(reply.Buttons,
		bot.Row(p.Button("phone", "phone", personID), p.Button("bank", "bank", personID)),
		bot.Row(p.Button("details", "details", personID)))
	reply.Buttons = append(reply.Buttons,
		bot.Row(p.Button("invite", "invite", personID), p.Button("unlink_person", "unlinkperson", personID)))
	backwards := bot.Row(p.Button("past", "past", "person", personID))
	for _, row := range p.StoryRow(actor, story.Person, personID) {
		backwards = append(backwards, row...)
	}
	reply.Buttons = append(reply.Buttons, backwards)
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("find_again", "find")))
	return reply, nil
}
