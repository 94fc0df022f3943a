package understand

import "canbobot/bot"

// monthWords are the months people write as words.
var monthWords = map[string]int{
	"mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10,
}

// moonWords name months of the lunar year.
var moonWords = map[string]int{"gieng": 1, "chap": 12}

// quarterWords are the quarters written as words, with Roman figures too.
var quarterWords = map[string]int{"mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4}

var numberWords = []string{"mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi"}

var (
	past    = setOf("truoc roi qua ngoai")
	lasting = setOf("nay ni qua roi gan lien vua truoc dau cuoi")
	yearish = setOf("nay ni ngoai truoc qua roi")
)

// months reads the months named in the words and turns them into items: one
// month, several, or a number of months. It fills the slots.
func (s *scratch) months(slots *bot.Slots) {
	var named [4]int
	count := 0
	for i := 0; i < len(s.words); i++ {
		w := &s.words[i]
		if year := s.yearJoined(i); w.kind == figure && w.value >= 1 && w.value <= 12 && !w.joined && year > 0 {
			if count < len(named) {
				named[count] = w.value
			}
			count++
			slots.Year = year
			s.say(i, i+2, month)
			i++
			continue
		}
		if w.folded != "thang" || w.kind != plainWord || w.name {
			if w.kind == plainWord && (w.folded == "quy" || w.folded == "qui") && !w.name && i+1 < len(s.words) {
				if after := s.quarter(i, slots); after > i {
					i = after - 1
					continue
				}
			}
			if w.folded == "nam" && i+1 < len(s.words) && yearOf(&s.words[i+1]) > 0 && w.kind == plainWord {
				if slots.Year = yearOf(&s.words[i+1]); count == 0 && slots.Quarter == 0 {
					s.say(i, i+2, months)
				} else {
					s.say(i, i+2, filler)
				}
			}
			continue
		}
		if before, several := s.numberBefore(i); several > 0 {
			s.severalMonths(before, i, several, slots)
			continue
		}
		after, value := s.monthAfter(i)
		if value == 0 {
			s.relative(i, slots)
			continue
		}
		if after < len(s.words) && yearOf(&s.words[after]) > 0 && (s.words[after].digits == 4 || s.words[after].joined) {
			slots.Year = yearOf(&s.words[after])
			after++
		}
		if after+1 < len(s.words) && s.words[after].folded == "nam" && !s.words[after].breaks &&
			yearish[s.words[after+1].folded] {
			after += 2 // "tháng 12 năm ngoái"
		}
		if moonWords[s.words[i+1].folded] > 0 || s.moonFollows(after) {
			slots.Lunar = true
		}
		if count < len(named) {
			named[count] = value
		}
		count++
		s.say(i, after, month)
		for after < len(s.words) && s.words[after].kind == figure && s.words[after].value >= 1 &&
			s.words[after].value <= 12 && s.words[after].digits <= 2 {
			if count < len(named) {
				named[count] = s.words[after].value // "tháng 1, 2, 3"
			}
			count++
			s.say(after, after+1, month)
			after++
		}
		i = after - 1
	}
	switch {
	case count == 1:
		slots.Month = named[0]
	case count > 1 && named[0] == named[1] && count == 2:
		slots.Month = named[0]
	case count > 1:
		slots.Lunar = false
		for i := range s.items {
			if s.items[i].means.meets(of(month)) {
				s.items[i].means = of(months)
			}
		}
		slots.Year = 0
	}
}

// yearOf reads a figure as a year, of four digits or of two: 0 if it is none.
func yearOf(w *word) int {
	switch {
	case w.kind != figure:
	case w.digits == 4 && plausible(w.value):
		return w.value
	case w.digits == 2 && plausible(2000+w.value):
		return 2000 + w.value
	}
	return 0
}

// yearJoined reads the year of "3/2026" and "3/26", the figure at i being the month.
func (s *scratch) yearJoined(i int) int {
	if i+1 >= len(s.words) || !s.words[i+1].joined {
		return 0
	}
	return yearOf(&s.words[i+1])
}

// moonFollows reports whether a month is said to be one of the moon's calendar.
func (s *scratch) moonFollows(i int) bool {
	return i < len(s.words) && s.words[i].folded == "am" && !s.words[i].breaks
}

// quarter reads "quý 1", "quí II", "quý ba", "quý 2/2026", and tells where it ends.
func (s *scratch) quarter(i int, slots *bot.Slots) (after int) {
	next := &s.words[i+1]
	n := quarterWords[next.folded]
	switch {
	case next.kind == figure && next.digits == 1:
		n = next.value
	case next.kind != plainWord || next.breaks, next.folded == "tu" && next.marked() && next.shape != "tư",
		next.folded == "ba" && next.marked():
		n = 0
	}
	if n < 1 || n > 4 {
		return i
	}
	after = i + 2
	if after < len(s.words) && s.words[after].joined && yearOf(&s.words[after]) > 0 {
		slots.Year = yearOf(&s.words[after])
		after++
	}
	slots.Quarter, slots.Month = n, 0
	if after < len(s.words) && (s.words[after].folded == "quy" || s.words[after].folded == "va") &&
		after+1 < len(s.words) && (s.words[after+1].kind == figure || s.words[after+1].folded == "quy") {
		slots.Quarter = 0 // "quý 1 và quý 2"
	}
	s.say(i, after, months)
	return after
}

func plausible(year int) bool { return year >= 2015 && year <= 2045 }

// numberBefore reads the number that counts the months at i: "3 tháng", "hai tháng".
func (s *scratch) numberBefore(i int) (first, n int) {
	if i == 0 || s.words[i].breaks {
		return i, 0
	}
	w := &s.words[i-1]
	if w.kind == figure && w.digits <= 2 && w.value > 0 && !w.joined {
		if i > 1 && s.words[i-2].folded == "thang" {
			return i, 0 // "tháng 3 tháng 4"
		}
		return i - 1, w.value
	}
	if w.kind != plainWord || w.name || i > 1 && s.words[i-2].folded == "thang" {
		return i, 0
	}
	for n, word := range numberWords {
		if w.folded == word && !(w.folded == "nam" && i > 1 && s.words[i-2].kind == plainWord &&
			s.words[i-2].folded == "dau") {
			return i - 1, n + 1
		}
	}
	return i, 0
}

// severalMonths reads "3 tháng nay", "2 tháng trước", "một tháng".
func (s *scratch) severalMonths(first, i, n int, slots *bot.Slots) {
	next := ""
	if i+1 < len(s.words) && !s.words[i+1].breaks {
		next = s.words[i+1].folded
	}
	if first > 1 && s.words[first-1].folded == "day" && s.words[first-2].folded == "cach" && n <= 12 {
		slots.Ago = n // "cách đây hai tháng"
		s.say(first, i+1, month)
		return
	}
	switch {
	case n == 1 && next == "truoc":
		slots.Ago = 1
		s.say(first, i+2, month)
	case n == 1 && s.meaning(i).meets(of(rate, legal, howmuch)):
	case n == 1:
		s.say(first, i+1, permonth)
	case next == "truoc" && n <= 12 && (i+2 >= len(s.words) || s.words[i+2].folded != "den"):
		slots.Ago = n
		s.say(first, i+2, month)
	case lasting[next]:
		s.say(first, i+2, months)
	default:
		s.say(first, i+1, months)
	}
}

// meaning is what the item over a word says.
func (s *scratch) meaning(at int) set {
	for _, it := range s.items {
		if it.first <= at && at < it.after {
			return it.means
		}
	}
	return set{}
}

// monthAfter reads the month that "tháng" at i names, and where it ends.
func (s *scratch) monthAfter(i int) (after, value int) {
	j := i + 1
	if j >= len(s.words) {
		return j, 0
	}
	w := &s.words[j]
	if w.kind == figure {
		if w.value >= 1 && w.value <= 12 && w.digits <= 2 {
			return j + 1, w.value
		}
		return j, 0
	}
	value = monthWords[w.folded]
	if moon := moonWords[w.folded]; moon > 0 {
		value = moon
	}
	if value == 0 || w.kind != plainWord || w.breaks || w.name {
		return j, 0
	}
	next := ""
	if j+1 < len(s.words) && !s.words[j+1].breaks {
		next = s.words[j+1].folded
	}
	switch w.folded {
	case "nam":
		if yearish[next] && !w.exactly("năm", acute, s.accented) || next == "nay" || next == "ngoai" {
			return j, 0
		}
	case "muoi":
		switch next {
		case "mot":
			return j + 2, 11
		case "hai":
			return j + 2, 12
		}
	case "tu":
		if w.marked() && w.shape != "tư" || next == "thang" {
			return j, 0
		}
	case "bay", "sau", "ba", "hai", "mot":
		if w.marked() && (w.folded == "bay" && w.shape != "bay" || w.folded == "ba" && w.tone != level ||
			w.folded == "sau" && w.tone != acute) {
			return j, 0
		}
		if w.folded == "mot" && next == "lan" {
			return j, 0
		}
	}
	return j + 1, value
}

func (w *word) exactly(shape string, tone uint8, accented bool) bool {
	return accented && w.shape == shape && w.tone == tone
}

// relative reads "tháng trước", "tháng rồi", "tháng kia".
func (s *scratch) relative(i int, slots *bot.Slots) {
	j := i + 1
	if j < len(s.words) && s.words[j].folded == "vua" {
		j++
	}
	if j >= len(s.words) || s.words[j].breaks || i > 0 && several[s.words[i-1].folded] {
		return
	}
	switch w := s.words[j]; {
	case past[w.folded]:
		if w.folded == "qua" && w.marked() {
			return
		}
		slots.Ago = 1
		if w.folded == "truoc" && j+1 < len(s.words) && (s.words[j+1].folded == "nua" || s.words[j+1].folded == "kia") {
			slots.Ago = 2 // "tháng trước nữa"
		}
	case w.folded == "kia" || w.folded == "te":
		slots.Ago = 2
	}
}

// several are the words that make "tháng trước" more than one month.
var several = setOf("may cac nhung vai nhieu moi")

// say replaces the items over some words by one that says what they mean.
func (s *scratch) say(first, after int, means concept) {
	kept := s.spare[:0]
	placed := false
	for _, it := range s.items {
		if it.after <= first || it.first >= after {
			kept = append(kept, it)
			continue
		}
		if it.first < first && !it.means.meets(of(filler)) {
			// a longer phrase that begins before: leave what it says
			it.after = first
			kept = append(kept, it)
		}
		if !placed {
			kept = append(kept, item{means: of(means), first: first, after: after, breaks: it.breaks})
			placed = true
		}
	}
	s.items, s.spare = kept, s.items
}
