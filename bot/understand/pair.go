package understand

import "canbobot/bot"

// takesOver are words between two names that make the first the one who comes:
// "chị Lan thay chị Hoa".
var takesOver = setOf("thay the nhiem tiep quan doi")

// handsOver are words between two names that keep the first the one who goes:
// "chị Hoa nghỉ, chị Lan thay", "thay chị Hoa bằng chị Lan".
var handsOver = setOf("bang thanh sang qua nghi thoi mat chet roi nhuong giao")

// people fills the names: of two, who goes and who comes.
func (s *scratch) people(slots *bot.Slots) {
	var at [2][2]int // words of the names
	n := 0
	for i := 0; i < len(s.words) && n < len(at); i++ {
		if !s.words[i].name {
			continue
		}
		end := i + 1
		for end < len(s.words) && s.words[end].name && !s.words[end].breaks {
			end++
		}
		at[n] = [2]int{i, end}
		n++
		i = end - 1
	}
	if n == 0 {
		return
	}
	slots.Name = s.textOf(at[0])
	if n == 1 || s.textOf(at[1]) == slots.Name {
		return
	}
	slots.Other = s.textOf(at[1])
	if s.comesFirst(at[0], at[1]) {
		slots.Name, slots.Other = slots.Other, slots.Name
	}
}

func (s *scratch) textOf(words [2]int) string {
	return s.text[s.words[words[0]].start:s.words[words[1]-1].end]
}

// comesFirst reports whether the first of two people takes the place of the second.
func (s *scratch) comesFirst(first, second [2]int) bool {
	took := false
	for i := first[1]; i < second[0]; i++ {
		w := &s.words[i]
		if handsOver[w.folded] || s.meaning(i).meets(of(leave, gone, anymore)) {
			return false
		}
		took = took || takesOver[w.folded]
	}
	for i := second[1]; !took && i < len(s.words) && !s.words[i].breaks; i++ {
		took = s.meaning(i).meets(of(leave, gone)) // "đưa anh Lực lên, cho ông Cảnh nghỉ"
	}
	return took
}
