package roster

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
	"canbobot/services/story"
	"canbobot/services/warnings"
)

// find looks people up by any part of a name, a phone or a unit.
func (p *Page) find(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.Meaning.Slots.Of == bot.OfUnlinked { // "ai chưa liên kết"
		return turn.Open(ctx, "reviewgroup", string(warnings.NeverLinked))
	}
	if said := turn.Meaning.Slots.Name; said != "" {
		return p.found(ctx, turn, said)
	}
	if said := turn.Meaning.Slots.Phone; said != "" {
		return p.found(ctx, turn, said)
	}
	if said := turn.Meaning.Slots; turn.Arg(0) == "" && said.Village != "" { // "chi hội trưởng phụ nữ tổ 3 là ai"
		query := said.Village
		if said.Organization != "" {
			query = p.Say("find.of."+said.Organization) + " " + query
		}
		return p.found(ctx, turn, query)
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
	case meaning.Slots.Phone == "" && meaning.Slots.Village == "" && meaning.Slots.Organization == "" &&
		meaning.Confidence >= 0.8: // "tìm cán bộ"
		return "", services.Invalid("query")
	}
	return kit.ReadSentence(input)
}

func (p *Page) found(ctx context.Context, turn bot.Turn, query string) (bot.Reply, error) {
	people, err := p.Roster.Find(ctx, turn.Speaker.Actor, query, kit.Listed+1)
	if err != nil || len(people) == 0 {
		return p.Tell(p.Say("find.nothing", "query", query), p.Button("find_again", "find")), err
	}
	lines := p.Private(p.Say("find.title", "query", query))
	for _, found := range kit.Few(people) {
		where := p.Say("profile.no_post")
		if len(found.Posts) > 0 {
			where = found.Posts[0].Term.Title + ", " + found.Posts[0].Branch.Name
		}
		if found.Formerly != "" {
			lines.Say("find.line_formerly", "name", found.Person.Name, "where", where, "formerly", found.Formerly)
		} else {
			lines.Say("find.line", "name", found.Person.Name, "where", where)
		}
		lines.Row(kit.Act(found.Person.Name, "person", found.Person.ID))
	}
	lines.SayIf(len(people) > kit.Listed, "find.more")
	return lines.End(p.Button("find_again", "find")), nil
}

// person shows one person to staff, with what can be done for them.
func (p *Page) person(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor, id := turn.Speaker.Actor, kit.Number(turn.Arg(0))
	person, err := p.Roster.Person(ctx, actor, id)
	if err != nil {
		return bot.Reply{}, err
	}
	posts, err := p.Roster.Posts(ctx, actor, id, p.Today())
	if err != nil {
		return bot.Reply{}, err
	}
	month, err := p.List.MonthOf(ctx, actor, id, p.Today().MonthOf())
	if err != nil {
		return bot.Reply{}, err
	}
	accounts, err := p.Identity.AccountsOf(ctx, id, 0)
	if err != nil {
		return bot.Reply{}, err
	}
	career, err := p.Roster.Career(ctx, actor, id)
	if err != nil {
		return bot.Reply{}, err
	}
	papers, err := p.Confirms.Valid(ctx, actor, id)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(person.Name)
	p.personLines(lines, person, posts)
	lines.Add(p.Reach(accounts))
	lines.Add(p.formerLines(career)...)
	if err := p.alikeOf(ctx, actor, person, lines); err != nil {
		return bot.Reply{}, err
	}
	lines.Add("", p.StageLine(month))
	for _, post := range posts {
		lines.Row(kit.Act(post.Branch.Name, "branch", post.Branch.ID), p.Button("fix", "fix", post.Term.ID))
	}
	lines.Row(p.Button("phone", "phone", id), p.Button("bank", "bank", id))
	lines.Row(p.Button("details", "details", id))
	lines.Row(p.Button("invite", "invite", id), p.Button("unlink_person", "unlinkperson", id))
	lines.RowIf(papers > 0, p.Button("confirm_off", "attestoff", id))
	lines.Row(append(bot.Row(p.Button("past", "past", "person", id)), p.StoryButton(actor, story.Person, id)...)...)
	return lines.End(p.Button("find_again", "find")), nil
}
