package change

import (
	"context"
	"errors"
	"slices"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// destination asks where a person's money is to go.
type destination struct{ plain }

func init() { register(func(p *Page) kind { return destination{plain{p}} }, change.Destination{}) }

func (p destination) register(b *kit.Book) {
	b.Screen("bank", p.begin, kit.Intent(bot.ChangeBank, "bank"))
	b.Screen("account", p.account, kit.Staff, kit.Inner)
}

// paid is what is said of where a person's money is to go.
type paid struct {
	given
	Bank, Account string
}

func (p destination) proposal(answers bot.Answers) change.Proposal {
	said := kit.Typed[paid](answers)
	proposal := proposed(said.given)
	account := change.Account{Bank: said.Bank, Number: roster.Secret{Plain: said.Account}}
	proposal.Kind = change.Destination{Account: account}
	return proposal
}

// answers leave out the number: it is sealed, and asked for again.
func (p destination) answers(proposal change.Proposal) bot.Answers {
	return kit.Untyped(paid{given: given{Person: proposal.Person}, Bank: proposal.Kind.(change.Destination).Account.Bank})
}

// see leads to the whole number.
func (p destination) see(card change.Card) []bot.Button {
	return bot.Row(p.Button("account", "account", card.Request.ID))
}

// begin begins the form by which a person is paid to another account:
// one's own, or for staff that of the person whose page they came from.
func (p destination) begin(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	refusal := (*services.Error)(nil)
	switch err := p.Changes.MayTypeAccount(ctx, turn.Speaker.Actor); {
	case services.CodeOf(err) == "channel_untrusted" && errors.As(err, &refusal):
		return p.elsewhere(turn, refusal), nil
	case err != nil:
		return bot.Reply{}, err
	}
	slots := turn.Meaning.Slots
	return p.beginOwn(ctx, turn, "destination",
		bot.Said{"bank": {Choice: slots.Bank}, "account": {Text: slots.BankAccount}})
}

// elsewhere leads on from where the ward takes no account number: to the channels
// where it does, to its telephone, to its clerks.
func (p destination) elsewhere(turn bot.Turn, refusal *services.Error) bot.Reply {
	lines := p.Lines("")
	lines.Add(p.Refusal(refusal))
	not, _ := refusal.Fields["channels"].([]string)
	for _, link := range p.Links() {
		if !slices.Contains(not, link.Channel) {
			lines.Row(bot.Button{Label: p.Say("destination.open", "channel", p.Say("channel."+link.Channel)), URL: link.Chat})
		}
	}
	if phone, _ := refusal.Fields["phone"].(string); phone != "" {
		lines.Say("destination.call", "phone", kit.Unlisted(phone))
	}
	if turn.Speaker.Actor.IsStaff() {
		return lines.End()
	}
	return lines.End(p.Button("support", "support"))
}

// form asks for the bank and the number, and reads both back in full: a
// wrong digit costs a month.
func (p destination) form() *bot.Form {
	return &bot.Form{
		Name: "destination", Intent: bot.ChangeBank,
		Steps: []bot.Step{
			{Name: "bank", Ask: "destination.which", Example: "example.bank", Choices: p.bankChoices, Read: readBank,
				Show: showBank},
			{Name: "account", Ask: "destination.account", Example: "example.account", Read: readAccount, Show: showAccount},
		},
		Confirm: p.confirmBank,
	}
}

func (p destination) bankChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return kit.InRows(2, vn.NearBanks(), func(near vn.Bank) bot.Button { return kit.Choice(near.Name, near.Code) }), nil
}

func readBank(_ context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	code := input.Choice
	if code == "" && input.Text == turn.In.Text {
		code = turn.Meaning.Slots.Bank
	}
	if code == "" {
		held, err := vn.BankByName(input.Text)
		return held.Code, err
	}
	held, err := vn.BankByCode(code)
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
func (p destination) confirmBank(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
	card, err := p.Changes.Preview(ctx, turn.Speaker.Actor, p.proposal(answers))
	if err != nil {
		return bot.Reply{}, err
	}
	said := kit.Typed[paid](answers)
	held, err := vn.BankByCode(said.Bank)
	lines := p.Private(p.Say("change.check", "kind", p.kindTitle(card)))
	lines.Say("destination.check", "name", card.SubjectName, "bank", held.Name, "number", vn.FormatAccount(said.Account))
	return lines.Done(), err
}

// account shows staff the whole number that a request asks for.
func (p destination) account(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	request := kit.Number(turn.Arg(0))
	plain, err := p.Changes.Reveal(ctx, turn.Speaker.Actor, request)
	if err != nil {
		return bot.Reply{}, err
	}
	card, err := p.Changes.Card(ctx, turn.Speaker.Actor, request)
	if err != nil {
		return bot.Reply{}, err
	}
	asked, _ := card.Proposal.Kind.(change.Destination)
	held, err := vn.BankByCode(asked.Account.Bank)
	lines := p.Private("")
	lines.Say("destination.whole", "name", card.SubjectName, "bank", held.Name, "number", vn.FormatAccount(plain))
	return lines.End(p.Button("request", "card", request)), err
}
