package account

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
)

// registerOfficer puts into the book how ward users say which officer they are.
func (p *Page) registerOfficer(b *kit.Book) {
	b.Screen("whoami", p.whoAmI, kit.Staff, kit.Label("whoami"), kit.Inner)
	b.Screen("imfind", kit.Begin("im_officer"), kit.Staff, kit.Inner)
	b.Screen("imis", p.sayOfficer, kit.Staff, kit.Inner)
	b.Screen("officeryes", p.answerOfficer(true), kit.Staff, kit.Inner)
	b.Screen("officerno", p.answerOfficer(false), kit.Staff, kit.Inner)
	b.Form(p.officerForm())
	b.Typed("whoami", "toi la can bo nao", "toi co la can bo khong")
}

// whoAmI asks a ward user whether they are an officer as well.
func (p *Page) whoAmI(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	own, err := p.Identity.OfficerOf(ctx, turn.Speaker.Actor, turn.Speaker.Actor.Staff)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private("")
	lines.SayIf(own.Is != "", "whoami.is", "name", own.Is)
	lines.SayIf(own.Is == "" && own.Said, "whoami.none")
	lines.SayIf(own.Waits, "whoami.waits")
	lines.Say("whoami.ask")
	lines.Row(p.Button("officer_find", "imfind"), p.Button("officer_none", "imis", 0))
	return lines.End(), nil
}

func (p *Page) officerForm() *bot.Form {
	return &bot.Form{
		Name: "im_officer", Fleeting: true,
		Steps: []bot.Step{{Name: "query", Ask: "whoami.who", Example: "example.find", Free: true,
			Read: func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
				return kit.ReadSentence(input)
			}}},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			people, err := p.Roster.Find(ctx, turn.Speaker.Actor, answers["query"], kit.Listed+1)
			if err != nil || len(people) == 0 {
				return p.Tell(p.Say("find.nothing", "query", answers["query"]), p.Button("officer_find", "imfind")), err
			}
			lines := p.Private("")
			lines.Say("whoami.which")
			for _, found := range kit.Few(people) {
				where := p.Say("profile.no_post")
				if len(found.Posts) > 0 {
					where = found.Posts[0].Term.Title + ", " + found.Posts[0].Branch.Name
				}
				lines.Say("find.line", "name", found.Person.Name, "where", where)
				lines.Row(kit.Act(found.Person.Name, "imis", found.Person.ID))
			}
			return lines.End(p.Button("officer_find", "imfind")), nil
		},
	}
}

// sayOfficer keeps what a ward user says of themselves, or has another agree to it.
func (p *Page) sayOfficer(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	asked, err := p.Identity.SayOfficer(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	if asked {
		return p.Tell(p.Say("whoami.asked")), nil
	}
	return p.Tell(p.Say("whoami.done")), nil
}

// officerAsked asks who may agree whether a ward user is who they say.
func (p *Page) officerAsked(ctx context.Context, recipient services.Actor, staff int64) (bot.Reply, error) {
	view, err := p.Identity.OfficerOf(ctx, recipient, staff)
	if err != nil || !view.Waits {
		return bot.Reply{}, err
	}
	lines := p.Private("")
	name := view.Staff.Name
	lines.SayIf(view.Says != "", "whoami.card", "name", name, "says", view.Says)
	lines.OrSay("whoami.card_none", "name", name)
	lines.SayIf(view.Is != "", "whoami.card_was", "was", view.Is)
	lines.Say("whoami.card_ask")
	wanted := services.ID(view.Staff.OfficerWanted)
	lines.Row(kit.Positive(p.Button("officer_yes", "officeryes", staff, wanted)),
		kit.Negative(p.Button("officer_no", "officerno", staff, wanted)))
	return lines.End(), nil
}

func (p *Page) answerOfficer(yes bool) func(context.Context, bot.Turn) (bot.Reply, error) {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		lines := p.Lines("")
		lines.SayIf(yes, "whoami.agreed")
		lines.OrSay("whoami.refused")
		return lines.End(), p.Identity.AnswerOfficer(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)),
			kit.Number(turn.Arg(1)), yes)
	}
}

// officerDecided tells a ward user what became of what they said.
func (p *Page) officerDecided(ctx context.Context, recipient services.Actor, staff int64) (bot.Reply, error) {
	view, err := p.Identity.OfficerOf(ctx, recipient, staff)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private("")
	lines.SayIf(view.Is != "", "whoami.is", "name", view.Is)
	lines.OrSay("whoami.none")
	return lines.End(p.Button("whoami", "whoami")), nil
}
