package roster

import (
	"context"
	"strings"

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
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{
		Title: person.Name, Text: p.personLines(person, posts), Protect: true,
		Buttons: [][]bot.Button{
			bot.Row(p.Button("phone", "phone"), p.Button("bank", "bank")),
			bot.Row(p.Button("details", "details"), p.Button("mine", "mine")),
			p.MenuRow(p.Button("privacy", "privacy"))},
	}, nil
}

func (p *Page) personLines(person models.Person, posts []roster.Post) string {
	var lines []string
	for _, post := range posts {
		lines = append(lines, p.Say("profile.post", "title", post.Term.Title, "branch", post.Branch.Name, "from",
			post.Term.From))
	}
	if len(posts) == 0 {
		lines = append(lines, p.Say("profile.no_post"))
	}
	lines = append(lines, p.Say("profile.phone", "phone", kit.OrDash(vn.FormatPhone(person.Phone))))
	switch {
	case !person.BirthDate.IsZero():
		lines = append(lines, p.Say("profile.born", "born", person.BirthDate))
	case person.BirthYear > 0:
		lines = append(lines, p.Say("profile.born", "born", person.BirthYear))
	}
	if person.BankTail != "" {
		lines = append(lines, p.Say("profile.bank", "bank", person.BankName, "tail", person.BankTail))
	} else {
		lines = append(lines, p.Say("profile.no_bank"))
	}
	return strings.Join(lines, "\n")
}
