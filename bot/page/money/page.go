// Package money is the screens about what is paid: an officer's month, the ward's
// lists, what the bank said of them, policies, the year, and papers.
package money

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/services/bank"
	"canbobot/services/cases"
	"canbobot/services/confirmation"
	"canbobot/services/list"
	"canbobot/services/money"
	"canbobot/services/paper"
	"canbobot/services/signed"
	"canbobot/services/year"
)

// showAmount is an amount as a form repeats it.
func showAmount(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	return texts.Money(kit.Number(answers["amount"])), nil
}

// difference is what an amount changes by, with its sign.
func difference(before, after int64) string {
	if after >= before {
		return "+" + texts.Money(after-before)
	}
	return texts.Money(after - before)
}

// Month is an officer's own money: a month, a year, and whether it has come.
type Month struct {
	kit.Kit
	List   *list.Service
	Cases  *cases.Service
	Papers *paper.Service
}

// Confirming gives officers papers about themselves that others can check.
type Confirming struct {
	kit.Kit
	Confirms *confirmation.Service
	List     *list.Service
	Site     string // where they are checked; "" for nowhere
}

// Lists are what the ward pays by, from the first draft to the bank's answer.
type Lists struct {
	kit.Kit
	List    *list.Service
	Papers  *paper.Service
	Results *bank.Service
	Signed  *signed.Service
	Year    *year.Service
	// AsRoster takes a sheet that turned out to be a roster.
	AsRoster func(ctx context.Context, turn bot.Turn, name string, content []byte) (bot.Reply, error)
}

// Outgoing is how a signed list goes out to be paid.
type Outgoing struct{ *Lists }

// Signing takes lists that the ward's token has signed.
type Signing struct {
	kit.Kit
	Signed *signed.Service
}

// Debts are what people were paid too much: given back, or given up.
type Debts struct {
	kit.Kit
	List *list.Service
}

// Rules are what the ward pays for, and out of what: policies and the year.
type Rules struct {
	kit.Kit
	Money  *money.Service
	Year   *year.Service
	Papers *paper.Service
}
