package understand

import (
	"slices"

	"canbobot/bot"
)

// warning is something said that speaks against an intent whatever experience
// says: a change must not be opened by the words of another.
type warning struct {
	intents []bot.Intent
	said    set // one of these
	unless  set // and none of these
	and     set // and one of these too, if there are any
}

// warned is what a warning takes from an intent's logit.
const warned = 4

var warnings = []warning{
	// "không dùng Agribank nữa" is of the account, not of this bot.
	{intents: []bot.Intent{bot.Unlink}, said: of(bank, bankname), unless: of(link, app, device, notice, stop)},
	// "mở tài khoản rồi, ghi số này".
	{intents: []bot.Intent{bot.ChangePhone}, said: of(bank, bankname, field), unless: of(phone, device)},
	{intents: []bot.Intent{bot.ChangePhone, bot.ChangeBank}, said: of(link, stop)},
	{intents: []bot.Intent{bot.ChangeBank, bot.ChangeProfile}, said: of(phone, device),
		unless: of(bank, bankname, field, info, figures)},
	// Who asks what it is used for does not want it changed.
	{intents: []bot.Intent{bot.ChangeBank, bot.ChangePhone, bot.ChangeProfile}, said: of(secrecy, consent)},
	// Of two people one goes and one comes.
	{intents: []bot.Intent{bot.ChangeLeave}, said: of(pair), and: of(create, receive, appoint, replace, serve, role)},
	// "đừng gửi nữa, tôi bấm nhầm" is of what was just begun.
	{intents: []bot.Intent{bot.Unlink}, said: of(wrong), and: of(use)},
	// Somebody misses his own: no work of the ward's.
	{
		intents: []bot.Intent{bot.WardPayment, bot.WardReport, bot.WardFind},
		said:    of(lack, notyet, wrong), and: of(me, mine), unless: of(whichbranch),
	},
	// Who holds a post in one's own branch is no search of the ward's.
	{intents: []bot.Intent{bot.WardFind}, said: of(role), unless: of(name, find, whichbranch)},
	// Rain and rice are not money.
	{
		intents: []bot.Intent{bot.Allowance, bot.AllowanceHistory, bot.AllowanceProblem},
		said:    of(smalltalk), unless: of(money, allowance, bank, receive, pay, months, list),
	},
}

// guarded gives the places in bot.Intents of each warning's intents.
var guarded = func() [][]int {
	places := make([][]int, len(warnings))
	for i, w := range warnings {
		for _, intent := range w.intents {
			places[i] = append(places[i], slices.Index(bot.Intents, intent))
		}
	}
	return places
}()

// guard lowers the intents that something said speaks against.
func (s *scratch) guard(logits *[intentCount]float32) {
	said := s.whole()
	for i := range warnings {
		w := &warnings[i]
		if !said.meets(w.said) || said.meets(w.unless) || !w.and.empty() && !said.meets(w.and) {
			continue
		}
		for _, at := range guarded[i] {
			logits[at] -= warned
		}
	}
}
