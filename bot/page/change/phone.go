package change

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
)

// phone asks for a person's new number.
type phone struct{ plain }

func init() { register(func(p *Page) kind { return phone{plain{p}} }, change.Phone{}) }

func (p phone) register(b *kit.Book) { b.Screen("phone", p.begin, kit.Own(bot.ChangePhone, "phone")) }

func (p phone) proposal(answers bot.Answers) change.Proposal {
	proposal := proposed(kit.Typed[given](answers))
	proposal.Kind = change.Phone{Number: answers["phone"]}
	return proposal
}

func (p phone) answers(proposal change.Proposal) bot.Answers {
	return bot.Answers{"person": kit.ID(proposal.Person), "phone": proposal.Kind.(change.Phone).Number}
}

func (p phone) begin(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.Speaker.Actor.IsStaff() {
		return p.beginOwn(ctx, turn, "phone", bot.Said{"phone": {Text: turn.Meaning.Slots.Phone}})
	}
	if err := kit.OfficersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	known := bot.Answers{}
	people, err := p.people(ctx, turn)
	if err != nil {
		return bot.Reply{}, err
	}
	said := bot.Said{"person": {Text: turn.Meaning.Slots.Name}, "phone": {Text: turn.Meaning.Slots.Phone}}
	switch {
	case len(people) == 1 && somebodyElse(turn):
		return bot.Reply{}, services.Denied("propose")
	case len(people) == 1:
		known.Fix("person", kit.ID(people[0].ID))
	case understand.OfOneself(turn.In.Text):
		said["person"] = bot.Input{Choice: kit.ID(people[0].ID)}
	}
	return turn.BeginSaid(ctx, "phone", known, said)
}

// form changes a phone number: one's own, or that of somebody in a branch
// one may speak for.
func (p phone) form() *bot.Form {
	return &bot.Form{
		Name: "phone", Intent: bot.ChangePhone,
		Mends: map[string]string{"phone_taken": "phone"},
		Steps: []bot.Step{
			{Name: "person", Ask: "phone.who", Choices: p.personChoices, Read: p.readPerson,
				Show: kit.ShowChoice("person", p.personChoices), Pick: true},
			{Name: "phone", Ask: "phone.new", Example: "example.phone", AskContact: true, Read: kit.ReadPhone,
				Show: kit.ShowPhone("phone")},
		},
	}
}

// people are those whose phone the actor may change: oneself first.
func (p phone) people(ctx context.Context, turn bot.Turn) ([]models.Person, error) {
	self, err := p.Roster.Person(ctx, turn.Speaker.Actor, turn.Speaker.Actor.Person)
	if err != nil {
		return nil, err
	}
	people, seen := []models.Person{self}, map[int64]bool{self.ID: true}
	branches, err := p.Changes.Proposable(ctx, turn.Speaker.Actor, change.Phone{})
	if err != nil {
		return nil, err
	}
	for _, view := range branches {
		for _, post := range view.Posts {
			if !seen[post.Person.ID] {
				seen[post.Person.ID] = true
				people = append(people, post.Person)
			}
		}
	}
	return people, nil
}

func (p phone) personChoices(ctx context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	people, err := p.people(ctx, turn)
	if len(people) > 0 {
		people[0].Name = p.Say("phone.mine")
	}
	return kit.InRows(1, people, func(person models.Person) bot.Button {
		return kit.Choice(person.Name, kit.ID(person.ID))
	}), err
}

func (p phone) readPerson(ctx context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	people, err := p.people(ctx, turn)
	if err != nil {
		return "", err
	}
	if len(people) > 0 && understand.Oneself(input.Text) {
		return kit.ID(people[0].ID), nil
	}
	return chosen(people, input, func(person models.Person) (int64, string) { return person.ID, person.Folded })
}
