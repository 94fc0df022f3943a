package understand

import (
	"math/bits"

	"canbobot/bot"
)

// How what a frame explains, and what it leaves, becomes a score and then a
// confidence. The values were set on the labelled phrases that are not held
// back, so that a confidence above one half is right nine times in ten.
const (
	doubtful = 0.4 // below it a text is not understood: the likeliest are Others

	optional   = 0.8  // part of a concept's weight that counts when the frame only allows it
	repeated   = 0.2  // the same when the concept has been said before
	faintly    = 0.45 // the same for a word that may as well be a filler
	equivocal  = 0.35 // the same for "nghi"
	reluctance = 0.9  // and what a frame resting on "nghi" loses besides

	leastScore = 0.02 // an intent below it is not even offered
	unsaid     = 0.5  // how much each unexplained weight takes from a frame among frames
	untold     = 0.8  // and from the confidence
	slightness = 0.22 // a score of as much is half sure
	contested  = 0.38 // part of the confidence that needs a lead over the second
	clearLead  = 0.5  // a lead from which the second does not matter
	comparable = 0.3  // part of the first's score from which another is offered
)

// judge weighs the frames against what was said.
func (m *Model) judge(s *scratch, meaning *bot.Meaning) {
	var said set
	for i := range s.items {
		said = said.or(s.items[i].means)
	}
	var scores [intentCount]float64
	var unexplained [intentCount]float64
	for i := range frames {
		fr := &frames[i]
		if !fr.fits(said) {
			continue
		}
		score, rest := s.explain(fr)
		at := intentIndex[i]
		if score-rest*unsaid > scores[at]-unexplained[at]*unsaid || scores[at] == 0 {
			scores[at], unexplained[at] = score, rest
		}
	}
	rank(scores[:], unexplained[:], meaning)
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

// rank orders the intents by score and says how sure the first is.
func rank(scores, unexplained []float64, meaning *bot.Meaning) {
	meaning.Intent = bot.Unknown
	net := func(i int) float64 { return scores[i] - unexplained[i]*unsaid }
	var order [4]int
	n := 0
	for i := range scores {
		if scores[i] <= leastScore {
			continue
		}
		at := n
		for at > 0 && net(i) > net(order[at-1]) {
			at--
		}
		if at == len(order) {
			continue
		}
		if n < len(order) {
			n++
		}
		copy(order[at+1:n], order[at:n-1])
		order[at] = i
	}
	if n == 0 {
		return
	}
	first := order[0]
	strength := scores[first] / (scores[first] + slightness)
	known := scores[first] / (scores[first] + untold*unexplained[first])
	lead := 1.0
	if n > 1 {
		lead = min(1, (net(first)-net(order[1]))/clearLead)
	}
	meaning.Confidence = strength * known * (1 - contested + contested*lead)
	rest := order[1:n]
	if meaning.Confidence >= doubtful {
		meaning.Intent = bot.Intents[first]
	} else {
		rest = order[:min(n, 3)]
	}
	for _, i := range rest {
		if net(i) > comparable*net(first) || meaning.Intent == bot.Unknown {
			meaning.Others = append(meaning.Others, bot.Intents[i])
		}
	}
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
