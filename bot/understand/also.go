package understand

import (
	"slices"

	"canbobot/bot"
)

const (
	ownSure   = 0.75 // how sure each of two requests must be by itself
	farSure   = 0.93 // the same where nothing but a comma parts them
	leastPart = 2    // words of the shorter of two requests
	mostParts = 6    // places tried
)

// joins are words that lead to a second request.
var joins = setOf("voi va luon tien nhan dong cung")

// turns are words that, after a comma, turn to something else.
var turns = setOf("con a ma the roi voi va ngoai")

// twoRequests looks for a place that parts a text into two requests, each sure
// by itself: "xem phụ cấp t3 với đổi số điện thoại luôn". The first is then the
// intent and the second stands beside it; where a comma alone parts them, the
// one that the whole text is about comes first.
func (m *Model) twoRequests(s *scratch, meaning *bot.Meaning) {
	if len(s.words) < 2*leastPart || meaning.Intent != bot.Unknown && !asks(meaning.Intent) {
		return
	}
	items, words := s.items, s.words
	two := s.two
	s.two = false
	defer func() { s.items, s.words, s.two = items, words, two }()
	tried := 0
	for i := 1; i < len(items) && tried < mostParts; i++ {
		at := items[i].first
		joined := words[at].kind == plainWord && joins[words[at].folded] &&
			items[i].means.meets(of(filler, done, thanks, other, anymore, add, smalltalk))
		joined = joined || items[i].breaks && turns[words[at].folded]
		if !joined && !items[i].breaks || at < leastPart || len(words)-at < leastPart {
			continue
		}
		tried++
		from := i
		if joined {
			from++
		}
		if from >= len(items) {
			return
		}
		enough := ownSure
		if !joined {
			enough = farSure
		}
		s.items, s.words = items[:i], words[:at]
		first, sure := m.likeliest(s)
		if sure < enough || !asks(first) {
			continue
		}
		s.items, s.words = items[from:], words[items[from].first:]
		second, sure := m.likeliest(s)
		if sure < enough || !asks(second) || !apart(first, second, joined) ||
			meaning.Intent != first && meaning.Intent != second && !(joined && meaning.Intent == bot.Unknown) {
			continue
		}
		if !joined && meaning.Intent == second {
			first, second = second, first // the first sentence led up to it
		}
		meaning.Intent, meaning.Also = first, second
		meaning.Others = slices.DeleteFunc(meaning.Others, func(i bot.Intent) bool { return i == first || i == second })
		meaning.Confidence = max(meaning.Confidence, sure)
		return
	}
}

// asks reports whether an intent is a request and not a word that leads
// through the conversation.
func asks(intent bot.Intent) bool {
	switch intent {
	case bot.Unknown, bot.Menu, bot.Help, bot.Cancel, bot.Back:
		return false
	}
	return true
}

// apart reports whether two intents are two requests, and not two ways to see
// one: "chị Hoa nghỉ, chị Lan thay". What a word joins is sooner two.
func apart(a, b bot.Intent, joined bool) bool {
	if a == b || a.ForStaff() != b.ForStaff() {
		return false
	}
	for _, kin := range [][]bot.Intent{
		{bot.Allowance, bot.AllowanceProblem},
		{bot.ChangeOfficer, bot.ChangeLeave},
		{bot.Profile, bot.ChangeProfile},
		{bot.Privacy, bot.Unlink},
		{bot.WardPending, bot.MyRequests},
	} {
		if slices.Contains(kin, a) && slices.Contains(kin, b) {
			return false
		}
	}
	if joined {
		return true
	}
	if a == bot.Branch || b == bot.Branch || a == bot.Profile || b == bot.Profile {
		return false // somebody tells who he is: "tôi làm chi hội trưởng tổ 5, ..."
	}
	for _, kin := range [][]bot.Intent{
		{bot.Allowance, bot.AllowanceHistory, bot.AllowanceProblem, bot.Policy, bot.ChangeBank},
		{bot.ChangeOfficer, bot.ChangeLeave, bot.Branch, bot.MyRequests},
		{bot.Profile, bot.ChangeProfile, bot.ChangePhone, bot.ChangeBank, bot.Unlink},
		{bot.WardPayment, bot.WardReport, bot.WardPending},
		{bot.WardFind, bot.WardInvite, bot.WardImport},
	} {
		if slices.Contains(kin, a) && slices.Contains(kin, b) {
			return false
		}
	}
	return true
}

// likeliest judges the items in view.
func (m *Model) likeliest(s *scratch) (bot.Intent, float64) {
	nets, _ := s.weighFrames()
	s.gather()
	var logits [intentCount]float32
	m.learned.weigh(s.clues, &nets, &logits)
	s.guard(&logits)
	s.hold(&logits, &nets, &m.learned.trust)
	var odds [intentCount]float64
	best, sum := spread(&logits, &odds)
	return bot.Intents[best], odds[best] / sum
}
