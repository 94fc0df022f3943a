package understand

import (
	"canbobot/bot"
)

// Below doubtful a text is not understood: the likeliest intents are Others.
const doubtful = 0.4

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
		if score-rest*0.5 > scores[at]-unexplained[at]*0.5 || scores[at] == 0 {
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
		if c, w := heaviest(it.means.and(fr.also)); w*0.8 > most {
			best, most = c, w*0.8
		}
		if it.means.has(think) { // "nghi" may be to leave, to think, to doubt
			most *= 0.35
			score -= 0.9
		}
		if it.faint {
			most *= 0.45
		}
		switch {
		case best == none && it.faint:
		case best == none:
			if !it.means.meets(free) {
				_, w := heaviest(it.means)
				rest += w
			}
		case seen.has(best):
			score += most * 0.2
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
	for half, bits := range means {
		for bits != 0 {
			c := concept(half<<6 + trailing(bits))
			bits &= bits - 1
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
	net := func(i int) float64 { return scores[i] - unexplained[i]*0.5 }
	var order [4]int
	n := 0
	for i := range scores {
		if scores[i] <= 0.02 {
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
	strength := scores[first] / (scores[first] + 0.22)
	known := scores[first] / (scores[first] + 0.8*unexplained[first])
	lead := 1.0
	if n > 1 {
		lead = min(1, (net(first)-net(order[1]))/0.5)
	}
	meaning.Confidence = strength * known * (0.62 + 0.38*lead)
	rest := order[1:n]
	if meaning.Confidence >= doubtful {
		meaning.Intent = bot.Intents[first]
	} else {
		rest = order[:min(n, 3)]
	}
	for _, i := range rest {
		if net(i) > 0.3*net(first) || meaning.Intent == bot.Unknown {
			meaning.Others = append(meaning.Others, bot.Intents[i])
		}
	}
}
