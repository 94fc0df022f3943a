package understand

import (
	"math/bits"
	"slices"

	"canbobot/bot"
)

// How what a frame explains, and what it leaves, becomes a score and then a
// confidence. The values were set on the labelled phrases that are not held
// back, so that a confidence above one half is right nine times in ten.
const (
	doubtful     = 0.33 // below it a text is not understood: the likeliest are Others
	certain      = 0.95 // of a command that is all that was said
	changeSure   = 0.6  // a change is not even asked about on less
	rivalry      = 0.15 // how likely other changes may be where one change is taken
	staffSure    = 0.97 // an officer's phrase must not open a screen of the ward's
	likelyEnough = 0.15 // for an officer's screen to be offered in the place of one of staff
	offered      = 0.02 // an intent less likely is not even offered

	optional   = 0.8  // part of a concept's weight that counts when the frame only allows it
	repeated   = 0.2  // the same when the concept has been said before
	faintly    = 0.45 // the same for a word that may as well be a filler
	equivocal  = 0.35 // the same for "nghi"
	reluctance = 0.9  // and what a frame resting on "nghi" loses besides

	foreign    = 3   // what speaks against every intent once the ward's business is left
	unsaid     = 0.5 // how much each unexplained weight takes from a frame
	ownPenalty = 0.8 // what a staff intent loses where somebody speaks of his own
	unfit      = -1  // an intent that no frame speaks for
	mostNet    = 4   // what no frame can be worth more than
)

// judge weighs what was said: by the frames, then by experience.
func (m *Model) judge(s *scratch, meaning *bot.Meaning) {
	nets, command := s.weighFrames()
	s.gather()
	var logits [intentCount]float32
	m.learned.weigh(s.clues, &nets, &logits)
	s.guard(&logits)
	s.held = s.hold(&logits, &nets, &m.learned.trust)
	if s.offTopic() {
		logits[unknownIndex] += foreign
	}
	rank(&logits, meaning, s.staff)
	if meaning.Confidence < certain && s.begs() {
		meaning.Intent, meaning.Confidence, meaning.Others = bot.Help, certain, nil
		return
	}
	if s.equivocal() {
		meaning.Intent, meaning.Confidence, meaning.Others = bot.Unknown, doubtful, []bot.Intent{bot.ChangeLeave, bot.Support}
		return
	}
	if command >= 0 && meaning.Confidence < certain {
		meaning.Intent, meaning.Confidence, meaning.Others = bot.Intents[command], certain, nil
	}
}

// begs reports whether all that was said is "giúp em", which beside a request
// is no more than politeness.
func (s *scratch) begs() bool {
	found := false
	for i := range s.items {
		it := &s.items[i]
		if it.means.without(free).without(of(help)).empty() && !it.means.empty() || it.faint {
			found = found || s.words[it.first].folded == "giup"
			continue
		}
		return false
	}
	return found
}

// equivocal reports whether all that was said is "nghi": to leave, to think or
// to doubt, and the accents are not to be relied upon.
func (s *scratch) equivocal() bool {
	found := false
	for i := range s.items {
		it := &s.items[i]
		if it.means.without(of(filler, asking)).empty() && !it.means.empty() {
			continue
		}
		w := &s.words[it.first]
		if found || it.after-it.first != 1 || w.folded != "nghi" || len(s.words) > 1 && w.tone != level {
			return false
		}
		found = true
	}
	return found
}

// weighFrames gives each intent its best frame's score, less what that frame
// leaves unexplained, and the command that is all that was said, -1 if none is.
func (s *scratch) weighFrames() (nets [intentCount]float32, command int) {
	said := s.whole()
	for i := range nets {
		nets[i] = unfit
	}
	command = -1
	for i := range frames {
		fr := &frames[i]
		if !fr.fits(said) {
			continue
		}
		score, rest := s.explain(fr)
		at := intentIndex[i]
		nets[at] = max(nets[at], float32(min(mostNet, score-rest*unsaid)))
		if fr.alone > 0 && rest == 0 && !said.has(leave) { // "em không làm nữa" may be of a post
			command = at
		}
	}
	if said.has(mine) { // staff do not ask for their own
		for i, intent := range bot.Intents {
			if intent.ForStaff() && intent != bot.WardPending {
				nets[i] = max(unfit, nets[i]-ownPenalty)
			}
		}
	}
	nets[unknownIndex] = s.strangeness()
	return nets, command
}

func (f *frame) fits(said set) bool {
	for _, need := range f.needs {
		if !said.meets(need) {
			return false
		}
	}
	return !said.meets(f.never)
}

// explain adds up what a frame explains of the items, and what it leaves. What
// a frame may have but does not need counts somewhat less, and what has been
// said twice counts little the second time.
func (s *scratch) explain(fr *frame) (score, rest float64) {
	score = fr.base
	var seen set
	for i := range s.items {
		it := &s.items[i]
		if it.means.empty() {
			rest += it.weight
			continue
		}
		if it.means.meets(aside) {
			_, w := heaviest(it.means)
			if it.faint {
				w = unknownWeight
			}
			rest += w
			continue
		}
		best, most := none, 0.0
		for _, group := range fr.needs {
			if c, w := heaviest(it.means.and(group)); w > most {
				best, most = c, w
			}
		}
		if c, w := heaviest(it.means.and(fr.also)); w*optional > most {
			best, most = c, w*optional
		}
		if it.means.has(think) { // "nghi" may be to leave, to think, to doubt
			most *= equivocal
			score -= reluctance
		}
		if it.faint {
			most *= faintly
		}
		switch {
		case best == none && it.faint:
		case best == none:
			if !it.means.meets(free) {
				_, w := heaviest(it.means)
				rest += w
			}
		case seen.has(best):
			score += most * repeated
		default:
			score += most
			seen = seen.or(of(best))
		}
	}
	if rest == 0 {
		score += fr.alone
	}
	return score, rest
}

// heaviest is the concept of a set that carries most.
func heaviest(means set) (best concept, weight float64) {
	for half, word := range means {
		for ; word != 0; word &= word - 1 {
			c := concept(half<<6 + bits.TrailingZeros64(word))
			if weights[c] > weight {
				best, weight = c, weights[c]
			}
		}
	}
	return best, weight
}

// unknownIndex is the place of bot.Unknown in bot.Intents.
var unknownIndex = slices.Index(bot.Intents, bot.Unknown)

// offTopic reports whether something is surely not the ward's business.
func (s *scratch) offTopic() bool {
	for i := range s.items {
		if it := &s.items[i]; it.means.has(offtopic) && !it.faint {
			return true
		}
	}
	return false
}

// strangeness is what speaks for no intent at all: what is not the ward's
// business, and words nobody knows.
func (s *scratch) strangeness() float32 {
	strange := float32(unfit)
	for i := range s.items {
		it := &s.items[i]
		switch {
		case it.means.has(offtopic) && !it.faint:
			strange += 3
		case it.means.meets(aside):
			strange += 0.8
		case it.means.empty():
			strange += 0.5 * float32(it.weight)
		}
	}
	return min(strange, mostNet)
}

// intentCount bounds the intents there can be.
const intentCount = 32

// intentIndex gives the place in bot.Intents of each frame's intent.
var intentIndex = func() []int {
	at := make([]int, len(frames))
	for i, fr := range frames {
		at[i] = -1
		for k, intent := range bot.Intents {
			if intent == fr.intent {
				at[i] = k
			}
		}
	}
	return at
}()
