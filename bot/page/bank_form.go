package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// changeBank begins the form by which a person is paid to another account:
// one's own, or for staff that of the person whose page they came from.
func (s *Screens) changeBank(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known, err := s.whoseData(turn)
	if err != nil {
		return bot.Reply{}, err
	}
	if known == nil {
		return s.find(ctx, turn)
	}
	slots := turn.Meaning.Slots
	return turn.BeginSaid(ctx, "bank", known, bot.Said{"bank": {Choice: slots.Bank}, "account": {Text: slots.BankAccount}})
}

// whoseData fixes whose data a form changes: an officer's own, or those of the
// person that staff chose. Nil answers mean that staff must look one up first.
func (s *Screens) whoseData(turn bot.Turn) (bot.Answers, error) {
	known := bot.Answers{}
	actor, chosen := turn.Speaker.Actor, number(turn.Arg(0))
	switch {
	case actor.IsStaff() && chosen == 0:
		return nil, nil
	case actor.IsStaff():
		known.Fix("person", id(chosen))
	case actor.Role == services.Officer && somebodyElse(turn):
		return nil, services.Denied("own_data")
	case actor.Role == services.Officer:
		known.Fix("person", id(actor.Person))
	default:
		return nil, services.Denied("officer_only")
	}
	return known, nil
}

// somebodyElse reports whether a message names another person than who wrote it.
func somebodyElse(turn bot.Turn) bool {
	name := turn.Meaning.Slots.Name
	return name != "" && !called(models.Fold(turn.Speaker.Name), name)
}

// bankForm asks for the bank and the number, and reads both back in full: a
// wrong digit costs a month.
func (s *Screens) bankForm() *bot.Form {
	return &bot.Form{
		Name: "bank", Intent: bot.ChangeBank, Attach: s.attachToForm,
		Steps: []bot.Step{
			{Name: "bank", Ask: "bank.which", Example: "example.bank", Choices: s.bankChoices, Read: readBank, Show: showBank},
			{Name: "account", Ask: "bank.account", Example: "example.account", Read: readAccount, Show: showAccount},
		},
		Confirm: s.confirmBank,
		Done:    s.submitChange,
	}
}

func (s *Screens) bankChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	var rows [][]bot.Button
	near := vn.NearBanks()
	for i := 0; i < len(near); i += 2 {
		var row []bot.Button
		for _, one := range near[i:min(i+2, len(near))] {
			row = append(row, bot.Button{Label: one.Name, Action: bot.Choice(one.Code)})
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func readBank(_ context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	if input.Choice != "" {
		held, err := vn.BankByCode(input.Choice)
		return held.Code, err
	}
	if said := turn.Meaning.Slots.Bank; said != "" && input.Text == turn.In.Text {
		held, err := vn.BankByCode(said)
		return held.Code, err
	}
	held, err := vn.BankByName(input.Text)
	return held.Code, err
}

func readAccount(_ context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	number, err := vn.ParseAccount(input.Text)
	if said := turn.Meaning.Slots.BankAccount; err != nil && said != "" && input.Text == turn.In.Text {
		return vn.ParseAccount(said)
	}
	return number, err
}

func showBank(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	held, err := vn.BankByCode(answers["bank"])
	return held.Name, err
}

func showAccount(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	return vn.FormatAccount(answers["account"]), nil
}

// confirmBank shows the number whole to who typed it: nobody can check ****.
func (s *Screens) confirmBank(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
	card, err := s.Changes.Preview(ctx, turn.Speaker.Actor, proposalOf(turn, answers, "bank"))
	if err != nil {
		return bot.Reply{}, err
	}
	held, err := vn.BankByCode(answers["bank"])
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{
		Title:   s.say("change.check", "kind", s.kindTitle(card)),
		Text:    s.say("bank.check", "name", card.SubjectName, "bank", held.Name, "number", vn.FormatAccount(answers["account"])),
		Protect: true,
	}, nil
}

func bankProposal(answers bot.Answers) change.Account {
	return change.Account{Bank: answers["bank"], Number: roster.Secret{Plain: answers["account"]}}
}

// account shows staff the whole number that a request asks for.
func (s *Screens) account(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	request := number(turn.Arg(0))
	plain, err := s.Changes.Reveal(ctx, turn.Speaker.Actor, request)
	if err != nil {
		return bot.Reply{}, err
	}
	card, err := s.Changes.Card(ctx, turn.Speaker.Actor, request)
	if err != nil {
		return bot.Reply{}, err
	}
	asked, _ := card.Proposal.Kind.(change.Destination)
	held, err := vn.BankByCode(asked.Account.Bank)
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{
		Text:    s.say("bank.whole", "name", card.SubjectName, "bank", held.Name, "number", vn.FormatAccount(plain)),
		Buttons: [][]bot.Button{bot.Row(s.button("request", "card", id(request)), s.button("menu", "menu"))}, Protect: true,
	}, nil
}

// concernsYou tells a person that somebody else asks to have them paid to
// another account.
func (s *Screens) concernsYou(card change.Card) bot.Reply {
	if card.Request.State != models.ChangeSubmitted {
		return bot.Reply{}
	}
	return bot.Reply{
		Text:    s.say("bank.concerns", "number", card.Request.ID) + "\n" + strings.Join(s.diffLines(card), "\n") + "\n" + s.say("bank.not_yours"),
		Buttons: [][]bot.Button{bot.Row(s.button("support", "support"), s.button("menu", "menu"))}, Protect: true,
	}
}
