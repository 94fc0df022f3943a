// Package money is the screens about what is paid: an officer's month, the ward's
// lists, what the bank said of them, policies, the year, and papers.
package money

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/bank"
	"canbobot/services/cases"
	"canbobot/services/list"
	"canbobot/services/money"
	"canbobot/services/paper"
	"canbobot/services/year"
)

// Page is the matter's screens.
type Page struct {
	kit.Kit
	Money   *money.Service
	List    *list.Service
	Year    *year.Service
	Cases   *cases.Service
	Papers  *paper.Service
	Results *bank.Service
	// AsRoster takes a sheet that turned out to be a roster.
	AsRoster func(ctx context.Context, turn bot.Turn, name string, content []byte) (bot.Reply, error)
}
