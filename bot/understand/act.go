package understand

import (
	"slices"

	"canbobot/bot"
)

// A form that writes opens on telling or ordering, by whom it concerns. What is
// denied ("tôi không đổi"), asked ("ai đổi", "có phải đổi không", "sao lại thay
// tôi"), another's ("con dâu tôi đổi số") or only supposed ("nếu tôi nghỉ thì ai
// thay") opens none, whatever experience says. Beside one of these the same deed
// may be told as well: "chưa đổi được, đổi giúp tôi".

// What is taken from an intent's logit: by such words, and where only a frame or only
// experience speaks for it.
const (
	barred   = 12
	onesided = 3
)

// writing is an intent that opens a form, and the deeds that tell it.
type writing struct {
	intent bot.Intent
	deeds  set
	unless set // words that ask for it nonetheless, whatever becomes of the deeds
}

var writings = []writing{
	{bot.ChangeOfficer, of(replace, appoint, add, change), set{}},
	{bot.ChangeLeave, of(leave, gone, lost), of(anymore)},
	{bot.ChangePhone, of(change, fix, replace, add, lost), of(fresh, figures)},
	{bot.ChangeBank, of(change, fix, replace, add, lost), of(fresh, figures)},
	{bot.ChangeProfile, of(change, fix, replace, add, wrong), set{}},
	{bot.Unlink, of(stop, remove, cancel), of(anymore)},
	{bot.AllowanceProblem, of(contact, question), of(lack, notyet, wrong)},
}

// writingIndex gives the place in bot.Intents of each of writings.
var writingIndex = func() []int {
	at := make([]int, len(writings))
	for i, w := range writings {
		at[i] = slices.Index(bot.Intents, w.intent)
	}
	return at
}()

// cancelIndex is the place of bot.Cancel in bot.Intents.
var cancelIndex = slices.Index(bot.Intents, bot.Cancel)

var (
	// between may stand before a deed and what is said of it: "ai đã cho đổi".
	between = of(filler, me, mine, want, has, done, ward, human, create, serve, fresh, greeting)
	// hindering stands before a deed that is then not told.
	hindering = of(not, notyet, who, why, whether, kin, follower)
	// doubting asks what would be, where something is only supposed.
	doubting = of(who, why, what, when, where, howmuch, asking, askyet, whether, how)
	// missing is what may be missed or come short; "chưa có" may go without it.
	missing = of(money, allowance, receive, pay, lack, month, months, payrun, list, notyet, has, bankname, bank, where)
	// resigning makes an absence a leaving: "sức yếu không đi họp được, xin nghỉ".
	resigning = of(leave, anymore)
)

// hold bars the forms that write from what only speaks of their matter, and tells
// which of writings it barred, a bit each. One for which only experience speaks, or
// only a frame, must be the more likely.
func (s *scratch) hold(logits, nets, trust *[intentCount]float32) (held uint32) {
	said := s.whole()
	var known float32 // what experience alone says for the likeliest
	for i := range bot.Intents {
		known = max(known, logits[i]-trust[i]*nets[i])
	}
	if nets[cancelIndex] == unfit { // "gửi đi" is anything but that, whatever it was beside
		logits[cancelIndex] -= barred
	}
	for i := range writings {
		w, at := &writings[i], writingIndex[i]
		switch {
		case s.hindered(w) || s.elsewhere(w.intent, said):
			logits[at] -= barred
			held |= 1 << i
		case nets[at] == unfit || logits[at]-trust[at]*nets[at] < known:
			logits[at] -= onesided
		}
	}
	return held
}

// holds reports whether an intent is among those that hold barred.
func holds(held uint32, intent bot.Intent) bool {
	i := slices.IndexFunc(writings, func(w writing) bool { return w.intent == intent })
	return i >= 0 && held&(1<<i) != 0
}

// whole is all that was said.
func (s *scratch) whole() (said set) {
	for i := range s.items {
		said = said.or(s.items[i].means)
	}
	if s.two {
		said = said.or(of(pair))
	}
	return said
}

// hindered reports whether a deed is spoken of and nowhere told.
func (s *scratch) hindered(w *writing) bool {
	found := false
	for i := range s.items {
		it := &s.items[i]
		if it.faint || !it.means.meets(w.deeds) {
			continue
		}
		if it.means.meets(w.unless) || !s.isHindered(i) && !s.strange(i) {
			return false
		}
		found = true
	}
	return found && !s.whole().meets(w.unless)
}

// strange reports whether what follows a deed is nothing that the ward keeps:
// "thay loa", "đổi chỗ để rác".
func (s *scratch) strange(at int) bool {
	if !s.items[at].means.meets(of(change, replace, fix)) {
		return false
	}
	for i := at + 1; i < len(s.items) && !s.items[i].breaks; i++ {
		it := &s.items[i]
		if it.means.meets(of(filler, me, want)) && !it.faint {
			continue
		}
		return it.means.empty() && it.weight == unknownWeight || it.means.meets(aside) && !it.faint
	}
	return false
}

// isHindered reports whether what stands before a deed, in its clause, keeps it
// from being told, or a "đâu" after it does: "tôi có đổi gì đâu".
func (s *scratch) isHindered(at int) bool {
	had := false
	for i := at; i > 0 && !s.items[i].breaks; {
		i--
		means := s.items[i].means
		if means.meets(hindering) {
			return true
		}
		had = had || means.has(has)
		if !means.meets(between) && !s.items[i].faint {
			break
		}
	}
	return had && s.scoffs
}

// elsewhere reports whether what was said is another matter than an intent's,
// though it has its words.
func (s *scratch) elsewhere(intent bot.Intent, said set) bool {
	switch {
	case intent == bot.AllowanceProblem:
		return !said.meets(missing) || said.has(fraud) && !said.meets(of(allowance, receive, notyet))
	case said.has(fraud) && !(intent == bot.Unlink && said.has(stop)):
		return true
	case said.has(unchanged) && intent != bot.Unlink && !said.meets(of(change, replace, fix, fresh, appoint)):
		return true
	case said.has(iff) && said.meets(doubting) && !said.has(want):
		return true
	case intent == bot.ChangeLeave && said.has(absence):
		return !said.meets(resigning)
	case intent == bot.Unlink: // "đừng gọi số cũ nữa" is of the number
		return said.meets(of(phone, number)) && said.meets(of(fresh, old, change, other)) && !said.meets(of(app, link, stop))
	}
	return said.has(follower) && !said.meets(of(role, appoint))
}

// concern is what troubles who speaks, beside any request: bot.Trust where they
// ask who this is or tell of somebody who wants their code, bot.Helpless where
// they cannot read or press; empty for none. Staff have a clerk beside them.
func (s *scratch) concern(intent bot.Intent) string {
	said := s.whole()
	switch {
	case s.staff:
	case s.names("giay xac nhan") || s.names("giay chung nhan"):
		return bot.Attest
	case intent != bot.Support && intent != bot.Help && intent != bot.Unknown:
	case said.has(fraud):
		return bot.Trust
	case said.has(helpless):
		return bot.Helpless
	}
	return ""
}
