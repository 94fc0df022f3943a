package roster

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/roster"
	"canbobot/services/vn"
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
	lines.Add(p.personLines(person, posts))
	lines.Row(p.Button("phone", "phone"), p.Button("bank", "bank"))
	lines.Row(p.Button("details", "details"), p.Button("mine", "mine"))
	return lines.End(p.Button("privacy", "privacy")), err
}

func (p *Page) personLines(person models.Person, posts []roster.Post) string {
	lines := p.Lines("")
	for _, post := range posts {
		lines.Say("profile.post", "title", post.Term.Title, "branch", post.Branch.Name, "from", post.Term.From)
	}
	lines.OrSay("profile.no_post")
	lines.Say("profile.phone", "phone", kit.OrDash(vn.FormatPhone(person.Phone)))
	if born := p.bornLine("profile.born", person); born != "" {
		lines.Add(born)
	}
	if person.BankTail != "" {
		lines.Say("profile.bank", "bank", person.BankName, "tail", person.BankTail)
	} else {
		lines.Say("profile.no_bank")
	}
	return lines.Done().Text
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
