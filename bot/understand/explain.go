package understand

import (
	"fmt"
	"strings"

	"canbobot/bot"
)

// Explain tells how a text was read, phrase by phrase, for whoever corrects
// the lexicon: "đổi/change số điện thoại/phone".
func (m *Model) Explain(text string) string {
	var s scratch
	var slots bot.Slots
	m.read(&s, text, &slots)
	var b strings.Builder
	for i, it := range s.items {
		if i > 0 {
			b.WriteByte(' ')
		}
		for j := it.first; j < it.after; j++ {
			if j > it.first {
				b.WriteByte('_')
			}
			if w := s.words[j]; w.kind == plainWord {
				b.WriteString(w.shape)
			} else {
				b.WriteString(text[w.start:w.end])
			}
		}
		b.WriteByte('/')
		if it.means.empty() {
			b.WriteByte('?')
			continue
		}
		first := true
		for c := range concepts {
			if !it.means.has(c) {
				continue
			}
			if !first {
				b.WriteByte('+')
			}
			fmt.Fprint(&b, c)
			first = false
		}
	}
	return b.String()
}

var nameOf = func() (names [concepts]string) {
	for name, c := range conceptNames {
		names[c] = name
	}
	return names
}()

func (c concept) String() string { return nameOf[c] }
