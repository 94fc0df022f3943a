package understand

// item is one thing said: the concepts a phrase may stand for.
type item struct {
	means  set
	first  int // word
	after  int // word after the last
	breaks bool
	faint  bool    // it may as well be a filler: "ma" is "mã" or "mà"
	weight float64 // of an item that no concept weighs: an unknown word
}

const unknownWeight = 0.6

// parse parts the words into the phrases that leave the fewest words
// unexplained, the longest first.
func (m *Model) parse(s *scratch) {
	n := len(s.words)
	s.value = append(s.value[:0], make([]int, n+1)...)
	s.step = append(s.step[:0], make([]step, n+1)...)
	for i := n - 1; i >= 0; i-- {
		s.value[i], s.step[i] = s.value[i+1], step{after: i + 1}
		if s.words[i].kind != plainWord || s.words[i].name {
			continue
		}
		node := int32(0)
		for j := i; j < n && j < i+longest; j++ {
			w := &s.words[j]
			if j > i && w.breaks || w.name || w.id == 0 {
				break
			}
			next, ok := m.lexicon.next[uint64(node)<<32|uint64(w.id)]
			if !ok {
				break
			}
			node = next
			means, worth, faint := m.senses(s, node, i)
			if means.empty() {
				continue
			}
			if value := worth + s.value[j+1]; value >= s.value[i] {
				s.value[i], s.step[i] = value, step{after: j + 1, means: means, faint: faint}
			}
		}
	}
	s.items = s.items[:0]
	for i := 0; i < n; i = s.step[i].after {
		w := &s.words[i]
		it := item{means: s.step[i].means, first: i, after: s.step[i].after, breaks: w.breaks, faint: s.step[i].faint}
		switch {
		case w.name:
			for it.after < n && s.words[it.after].name && !s.words[it.after].breaks {
				it.after++
			}
			it.means = of(name)
			s.step[i].after = it.after
		case w.kind == telephone:
			it.means = of(phone)
		case w.kind == figure && w.digits >= leastAccount:
			it.means = of(figures)
		case w.kind == figure:
			it.means = of(count)
		case it.means.empty():
			it.weight = unknownWeight
			if len(w.folded) == 1 {
				it.weight = 0.1
			}
		}
		s.items = append(s.items, it)
	}
}

// step is how the best reading goes on from a word.
type step struct {
	after int
	means set
	faint bool
}

// senses returns what the phrase ending at a node means as it is spelt here,
// and how much it is worth to read it so.
func (m *Model) senses(s *scratch, node int32, from int) (means set, worth int, faint bool) {
	best := -1 << 20
	for i := range m.lexicon.ends[node] {
		sense := &m.lexicon.ends[node][i]
		total, astray := 0, 0
		for k := range sense.words {
			f := fit(s.words[from+k].spelling, sense.words[k], s.accented)
			total += f
			if f <= fitOther {
				astray++
			}
		}
		if astray*2 > len(sense.words) || astray == len(sense.words) {
			continue
		}
		if total > best {
			best, means = total, set{}
		}
		if total == best && !(total <= fitTone && of(sense.means).meets(aside)) {
			means = means.or(of(sense.means))
			worth = 10*len(sense.words) - 4 + total
		}
	}
	if means.empty() {
		return means, 0, false
	}
	if rest := means.without(aside); !rest.empty() {
		means = rest
	}
	if rest := means.without(of(filler)); !rest.empty() {
		means, faint = rest, means.has(filler) && !s.accented
	}
	if means.meets(aside) && !s.accented && len(m.lexicon.ends[node][0].words) == 1 {
		faint = !s.words[from].marked()
	}
	if best <= fitTone && len(m.lexicon.ends[node][0].words) == 1 {
		faint = true
	}
	return means, worth, faint
}

// aside is what is not the ward's business.
var aside = of(offtopic, smalltalk)

// tails may stand after a "chưa" or "không" that asks.
var tails = of(filler, asking, greeting, thanks, month, months, when, count, me, done, name, person, ward, where, place)

// deeds are what may be done or not: a "chưa" before one denies it, a "chưa"
// after one asks about it.
var deeds = of(receive, pay, see, has, approve, process, change, replace, send, read, use, create, fix, enough, lack,
	serve, find, add, appoint, leave, load, export, keep)

// settleCounts tells how many there are of something ("bao nhiêu chi hội", a
// question of the ward as a whole, or of one's branch when that was named
// before) from how much somebody gets ("chi hội trưởng bao nhiêu").
func (s *scratch) settleCounts() {
	ofBranch := false
	for i := range s.items {
		it := &s.items[i]
		ofBranch = ofBranch || it.means.has(branch)
		counted := it.means.has(howmuch) || it.after-it.first == 1 && s.words[it.first].folded == "may"
		if !counted || i+1 >= len(s.items) || s.items[i+1].breaks {
			continue
		}
		switch next := s.items[i+1].means; {
		case next.has(branch) || next.meets(of(role, human)) && !ofBranch:
			it.means = of(report)
		case next.meets(of(role, human, person)):
			it.means = of(members)
		}
	}
}

// settlePolarity tells the "chưa" and "không" that ask, at the end of what is
// said, from those that deny, before it: "nhận tiền chưa", "chưa nhận tiền".
func (s *scratch) settlePolarity() {
	wondering := false
	for i := range s.items {
		it := &s.items[i]
		if it.breaks {
			wondering = wondering && i > 0 && s.items[i-1].means.meets(of(why))
		}
		if it.means.meets(of(why)) {
			wondering = true
		}
		if !it.means.meets(of(yet, no)) {
			continue
		}
		last, before, denies := true, false, false
		for j := i + 1; j < len(s.items) && !s.items[j].breaks; j++ {
			next := &s.items[j]
			denies = denies || j == i+1 && next.means.meets(deeds) && !next.faint
			if !next.means.meets(tails) && !next.faint && !next.means.empty() || j == i+1 && next.means.has(has) {
				last = false
				break
			}
		}
		did, had := false, false
		for j := i - 1; j >= 0; j-- {
			said := s.items[j].means
			before = before || !said.without(of(filler, greeting, thanks)).empty() && !said.meets(of(why))
			did = did || said.meets(deeds) || said.has(done)
			had = had || said.has(has)
			if s.items[j+1].breaks && before {
				break
			}
		}
		asks := last && before && !wondering || it.means.meets(of(yet)) && !before && len(s.items) <= 3 && last && !wondering
		if (it.means.meets(of(yet)) && did || had) && !denies && !wondering && i+1 < len(s.items) {
			asks = true // "có chưa để tôi báo", "có tiền không để tôi đi rút"
		}
		switch {
		case it.means.meets(of(yet)) && asks:
			it.means = of(askyet)
		case it.means.meets(of(yet)):
			it.means = of(notyet)
		case asks:
			it.means = of(asking)
		default:
			it.means = of(not)
		}
	}
}

// settleClauses lets the clause that asks about money stand over one that only
// says why: "chưa ra ngân hàng được, tiền về chưa" asks, and denies nothing.
func (s *scratch) settleClauses() {
	asked, from := -1, 0
	for i := range s.items {
		if s.items[i].breaks {
			from = i
		}
		if !s.items[i].means.meets(of(askyet, asking, when)) {
			continue
		}
		for k := from; k < len(s.items) && (k == from || !s.items[k].breaks); k++ {
			if s.items[k].means.meets(of(money, allowance, receive, pay)) && !s.items[k].faint {
				asked = from
			}
		}
	}
	if asked < 0 {
		return
	}
	for from := 0; from < len(s.items); {
		end, own := from+1, s.items[from].means
		for end < len(s.items) && !s.items[end].breaks {
			own = own.or(s.items[end].means)
			end++
		}
		if from != asked && !own.meets(of(money, allowance, pay, lack, why, wrong)) {
			for k := from; k < end; k++ {
				if s.items[k].means.meets(of(notyet, not)) {
					s.items[k].means = of(filler)
				}
			}
		}
		from = end
	}
}
