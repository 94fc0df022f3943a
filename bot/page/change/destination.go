package change

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/models"
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

// paid is what is said of where a person's money is to go: Bank is a bank's code,
// or a way that needs no account.
type paid struct {
	given
	Bank, Account, Relation, Holder string
}

func (p destination) proposal(answers bot.Answers) change.Proposal {
	said := kit.Typed[paid](answers)
	proposal := proposed(said.given)
	to := roster.Destination{Bank: said.Bank, Number: roster.Secret{Plain: said.Account}, Holder: said.Holder,
		Relation: models.Relation(said.Relation)}
	if way := wayOf(said.Bank); way != "" {
		to = roster.Destination{Way: way}
	}
	proposal.Kind = change.Destination{Account: to}
	return proposal
}

// answers leave out the number: it is sealed, and asked for again.
func (p destination) answers(proposal change.Proposal) bot.Answers {
	asked := proposal.Kind.(change.Destination).Account
	return kit.Untyped(paid{given{Person: proposal.Person}, cmp.Or(asked.Bank, string(asked.Way)), "",
		string(asked.Relation), asked.Holder})
}

// ways are how money can be had without an account that the ward knows.
var ways = []models.Way{models.WayVNeID, models.WayCash}

// wayOf is the way that an answer means; "" where it is a bank.
func wayOf(answer string) models.Way {
	if i := slices.Index(ways, models.Way(answer)); i >= 0 {
		return ways[i]
	}
	return ""
}

// see leads to the whole number.
func (p destination) see(card change.Card) []bot.Button {
	if asked, _ := card.Proposal.Kind.(change.Destination); asked.Account.Way != "" {
		return nil
	}
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
	bank := cmp.Or(slots.Bank, understand.PayWay(turn.In.Text))
	return p.beginOwn(ctx, turn, "destination", bot.Said{"bank": {Choice: bank}, "account": {Text: slots.BankAccount}})
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

// form asks for the bank, the number and whose account it is, and reads them
// back in full: a wrong digit or name costs a month.
func (p destination) form() *bot.Form {
	handed := func(_ bot.Turn, answers bot.Answers) bool { return wayOf(answers["bank"]) != "" }
	return &bot.Form{
		Name: "destination", Intent: bot.ChangeBank,
		Mends: map[string]string{"name": "holder", "name_short": "holder", "name_long": "holder", "account_same": "bank"},
		Steps: []bot.Step{
			{Name: "bank", Ask: "destination.which", Example: "example.bank", Choices: p.bankChoices, Read: readBank,
				Show: p.showBank},
			{Name: "account", Ask: "destination.account", Example: "example.account", Read: readAccount, Show: showAccount,
				Skip: handed},
			{Name: "relation", Ask: "destination.relation", Fields: p.whose, Choices: p.relationChoices, Read: readRelation,
				Show: kit.ShowChoice("relation", p.relationChoices), Pick: true, Skip: handed},
			{Name: "holder", Ask: "destination.holder", Example: "example.holder", Read: readHolder,
				Show: kit.AsKept("holder"), Free: true, Skip: func(turn bot.Turn, answers bot.Answers) bool {
					return handed(turn, answers) || answers["relation"] == string(models.HeldByThemselves)
				}},
		},
		Confirm: p.confirmBank,
	}
}

func (p destination) bankChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	rows := kit.InRows(2, vn.NearBanks(), func(near vn.Bank) bot.Button { return kit.Choice(near.Name, near.Code) })
	return append(rows, kit.InRows(2, ways, func(way models.Way) bot.Button {
		return kit.Choice(p.Say("pay_way_button."+string(way)), string(way))
	})...), nil
}

// whose asks an officer about themselves, and staff about the person.
func (p destination) whose(_ context.Context, turn bot.Turn, _ bot.Answers) (bot.Fields, error) {
	if turn.Speaker.Actor.IsStaff() {
		return bot.Fields{"question": p.Say("destination.whose_theirs")}, nil
	}
	return bot.Fields{"question": p.Say("destination.whose_yours")}, nil
}

func (p destination) relationChoices(_ context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	return kit.InRows(2, models.Relations, func(relation models.Relation) bot.Button {
		label := p.Say("relation_button." + string(relation))
		if relation == models.HeldByThemselves && turn.Speaker.Actor.IsStaff() {
			label = p.Say("relation_button.theirs")
		}
		return kit.Choice(label, string(relation))
	}), nil
}

func readRelation(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	if slices.Contains(models.Relations, models.Relation(input.Choice)) {
		return input.Choice, nil
	}
	relation := understand.HeldBy(input.Text)
	if relation == "" {
		return "", services.Invalid("choice")
	}
	return relation, nil
}

func readHolder(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	return roster.CleanName(input.Text)
}

func readBank(_ context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	code := input.Choice
	if code == "" && input.Text == turn.In.Text {
		code = cmp.Or(turn.Meaning.Slots.Bank, understand.PayWay(input.Text))
	}
	if way := wayOf(code); way != "" {
		return string(way), nil
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

func (p destination) showBank(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	if way := wayOf(answers["bank"]); way != "" {
		return p.Say("pay_way." + string(way)), nil
	}
	held, err := vn.BankByCode(answers["bank"])
	return held.Name, err
}

func showAccount(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	return vn.FormatAccount(answers["account"]), nil
}

// confirmBank shows the number whole to who typed it: nobody can check ****.
func (p destination) confirmBank(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
	proposal := p.proposal(answers)
	card, err := p.Changes.Preview(ctx, turn.Speaker.Actor, proposal)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(p.Say("change.check", "kind", p.kindTitle(card)))
	to := proposal.Kind.(change.Destination).Account
	if to.Way != "" {
		lines.Say("destination.check_way."+string(to.Way), "name", card.SubjectName)
		return lines.Done(), nil
	}
	held, err := vn.BankByCode(to.Bank)
	lines.Say("destination.check", "name", p.holder(card, to), "bank", held.Name, "number",
		vn.FormatAccount(to.Number.Plain))
	return lines.Done(), err
}

// holder names whose account it is and, where it is another's, what they are to
// who is paid.
func (p destination) holder(card change.Card, to roster.Destination) string {
	if to.Holder == "" {
		return card.SubjectName
	}
	return p.Say("destination.held", "name", to.Holder, "relation", p.Say("relation."+string(to.Relation)))
}

// line writes a difference in the words of its field.
func (p destination) line(diff change.Diff) string {
	switch diff.Field {
	case change.FieldWay:
		diff.To = p.Say("pay_way." + diff.To)
	case change.FieldRelation:
		diff.To = p.Say("relation." + diff.To)
		if diff.From != "" {
			diff.From = p.Say("relation." + diff.From)
		}
		if diff.From == diff.To {
			diff.From = ""
		}
	}
	return p.plain.line(diff)
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
	lines.Say("destination.whole", "name", p.holder(card, asked.Account), "bank", held.Name, "number",
		vn.FormatAccount(plain))
	return lines.End(p.Button("request", "card", request)), err
}
