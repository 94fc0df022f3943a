// Package page is what the bot shows and asks: a folder a matter, each of which
// registers its screens, forms and messages in one file. A screen calls a
// service with the actor of the turn, and returns what to say; it never asks
// which channel it is on. Here the matters are wired, and what belongs to none
// of them is shown: the menu, help, and answers to what was not understood.
package page

import (
	"context"
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/bot/page/account"
	"canbobot/bot/page/cases"
	"canbobot/bot/page/change"
	"canbobot/bot/page/kit"
	"canbobot/bot/page/money"
	"canbobot/bot/page/notice"
	"canbobot/bot/page/roster"
	"canbobot/bot/page/told"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/ward"
)

// Outside is what the pages must know besides the ward.
type Outside struct {
	Texts *texts.Texts
	// Links tells the addresses that open a chat with the bot, as far as they
	// are known at the moment: a channel may not have answered yet.
	Links func() []Link
	// Window says what a message costs on a channel to somebody who was last
	// heard of a while ago; nil when no channel knows windows.
	Window func(channel string, sinceLastSeen time.Duration) bot.Window
	// Site is where whoever is shown a paper checks it; "" for nowhere.
	Site string
}

// Link opens a chat on one channel.
type Link = kit.Link

// Pages are all that the bot can show, and tell unasked.
type Pages struct {
	*kit.Book
	unasked *told.Page
}

// front is what belongs to no matter.
type front struct {
	kit.Kit
	*ward.Services
}

// New wires every page to the ward's services.
func New(w *ward.Services, outside Outside) *Pages {
	book := kit.NewBook(outside.Texts)
	book.Heard = heard(outside.Texts)
	common := kit.Kit{Texts: outside.Texts, Clock: w.Clock, Book: book, Links: outside.Links}
	people := &roster.Page{
		Kit: common, Roster: w.Roster, Identity: w.Identity, List: w.List, Year: w.Year,
		Sheets: w.Sheets, Story: w.Story, Warnings: w.Warnings, Confirms: w.Confirms,
	}
	lists := &money.Lists{Kit: common, List: w.List, Papers: w.Papers, Results: w.Results, Year: w.Year,
		Signed: w.Signed}
	inbox := &notice.Inbox{Kit: common, Notices: w.Notices.Inbox, List: w.List, Cases: w.Cases}
	sending := &notice.Sending{Kit: common, Inbox: inbox, Notices: w.Notices, Window: outside.Window}
	people.Reach, people.Other, lists.AsRoster = sending.ReachLines, lists.ReceiveResults, people.ReceiveRoster
	requests := &change.Page{Kit: common, Changes: w.Changes, Evidence: w.Evidence, Roster: w.Roster}
	unasked := &told.Page{Kit: common, Identity: w.Identity, Roster: w.Roster, Troubles: w.Channels,
		Journal: w.Anchor}
	for _, matter := range []interface{ Register(*kit.Book) }{
		&front{Kit: common, Services: w},
		&account.Page{Kit: common, Identity: w.Identity, Roster: w.Roster, Data: w.Privacy},
		people,
		&money.Signing{Kit: common, Signed: w.Signed}, // before what else takes files: it knows its own
		requests,
		&change.Signing{
			Kit: common, Requests: requests, Changes: w.Changes, Approvals: w.Approvals, Delegations: w.Delegations,
			Cases: w.Cases, Identity: w.Identity,
		},
		&money.Month{Kit: common, List: w.List, Cases: w.Cases, Papers: w.Papers},
		&money.Confirming{Kit: common, Confirms: w.Confirms, List: w.List, Site: outside.Site},
		lists,
		&money.Debts{Kit: common, List: w.List},
		&money.Rules{Kit: common, Money: w.Money, Year: w.Year, Papers: w.Papers},
		inbox,
		sending,
		&notice.Writing{Kit: common, Sending: sending, Notices: w.Notices, Roster: w.Roster},
		&cases.Page{Kit: common, Cases: w.Cases, List: w.List},
		unasked,
	} {
		matter.Register(book)
	}
	return &Pages{Book: book, unasked: unasked}
}

// Gaps are what may fill an approved template in the place of a reply.
func (p *Pages) Gaps(ctx context.Context, recipient services.Actor, delivery models.Delivery,
	reply bot.Reply) (map[string]string, error) {
	return p.unasked.Gaps(ctx, recipient, delivery, reply)
}

// heard are the phrases that people say in place of a button, by its key.
func heard(words *texts.Texts) func(key string) []string {
	all := map[string][]string{}
	for _, key := range words.Keys() {
		name, is := keyed(key)
		if !is {
			continue
		}
		for phrase := range strings.Lines(words.Say("heard."+name, nil)) {
			phrase, whole := strings.CutPrefix(strings.TrimSpace(phrase), "=")
			phrase = bot.Fold(phrase)
			if whole {
				phrase = "=" + phrase
			}
			all[name] = append(all[name], phrase)
		}
	}
	return func(key string) []string { return all[key] }
}

// keyed is the button's key of a text of phrases.
func keyed(key string) (button string, is bool) { return strings.CutPrefix(key, "heard.") }
