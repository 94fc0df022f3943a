package roster

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/roster"
)

// profile shows what the roster holds about the person who asks.
func (p *Page) profile(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor := turn.Speaker.Actor
	person, err := p.Roster.Person(ctx, actor, actor.Person)
	if err != nil {
		return bot.Reply{}, err
	}
	posts, err := p.Roster.Posts(ctx, actor, actor.Person, p.Today())
	lines := p.Private(person.Name)
	p.personLines(lines, person, posts)
	lines.Row(p.Button("phone", "phone"), p.Button("bank", "bank"))
	lines.Row(p.Button("details", "details"), p.Button("mine", "mine"))
	lines.RowIf(len(posts) > 0, p.Button("confirm_office", "attestoffice"))
	return lines.End(p.Button("privacy", "privacy")), err
}

func (p *Page) personLines(lines *kit.Lines, person models.Person, posts []roster.Post) {
	for _, post := range posts {
		lines.Say("profile.post", "title", post.Term.Title, "branch", post.Branch.Name, "from", post.Term.From)
	}
	lines.SayIf(len(posts) == 0, "profile.no_post")
	lines.Say("profile.phone", "phone", lines.Phone(person.ID, person.Phone))
	if born := p.bornLine("profile.born", person); born != "" {
		lines.Add(born)
	}
	lines.PaidTo(person.Destination)
}

// bornLine says when somebody was born, as far as it is known.
func (p *Page) bornLine(key string, person models.Person) string {
	switch {
	case !person.BirthDate.IsZero():
		return p.Say(key, "born", person.BirthDate)
	case person.BirthYear > 0:
		return p.Say(key, "born", person.BirthYear)
	}
	return ""
}
