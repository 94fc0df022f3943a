package kit

import (
	"cmp"
	"slices"
	"strings"

	"canbobot/bot"
)

// Lines are a reply in the making: its text line by line, and the rows of
// buttons under it.
type Lines struct {
	bot.Reply
	kit     Kit
	said    []string
	between string // the lines; a line's end when it is empty
}

// Lines begins a reply under a title, or under none.
func (k Kit) Lines(title string) *Lines { return &Lines{Reply: bot.Reply{Title: title}, kit: k} }

// Private begins a reply that is not to be passed on.
func (k Kit) Private(title string) *Lines {
	lines := k.Lines(title)
	lines.Protect = true
	return lines
}

// Apart leaves an empty line between what is said.
func (l *Lines) Apart() *Lines {
	l.between = "\n\n"
	return l
}

// Say adds a line.
func (l *Lines) Say(key string, fields ...any) { l.Add(l.kit.Say(key, fields...)) }

// SayIf adds a line that is not always there.
func (l *Lines) SayIf(holds bool, key string, fields ...any) {
	if holds {
		l.Say(key, fields...)
	}
}

// OrSay is the text of which nothing else has been said.
func (l *Lines) OrSay(key string, fields ...any) { l.SayIf(len(l.said) == 0, key, fields...) }

// Add adds lines as they are.
func (l *Lines) Add(lines ...string) { l.said = append(l.said, lines...) }

// Said are the lines so far.
func (l *Lines) Said() []string { return l.said }

// Row adds a row of buttons, where it has any.
func (l *Lines) Row(buttons ...bot.Button) { l.Rows(buttons) }

// RowIf adds a row that is not always there.
func (l *Lines) RowIf(holds bool, buttons ...bot.Button) {
	if holds {
		l.Row(buttons...)
	}
}

// Rows adds those rows that have a button.
func (l *Lines) Rows(rows ...[]bot.Button) { l.Buttons = append(l.Buttons, Rows(rows...)...) }

// More adds the button to what a list goes on with; 0 is its end.
func (l *Lines) More(next int64, verb string, args ...any) {
	l.RowIf(next > 0, l.kit.Button("more", verb, append(slices.Clip(args), next)...))
}

// Done is the reply.
func (l *Lines) Done() bot.Reply {
	l.Text = strings.Join(l.said, cmp.Or(l.between, "\n"))
	return l.Reply
}

// End is the reply with the menu under it, after where else one may go.
func (l *Lines) End(before ...bot.Button) bot.Reply {
	l.Row(l.kit.MenuRow(before...)...)
	return l.Done()
}

// Tell is a text with the menu under it, after where else one may go.
func (k Kit) Tell(text string, before ...bot.Button) bot.Reply {
	return bot.Reply{Text: text, Buttons: [][]bot.Button{k.MenuRow(before...)}}
}

// Part is what one message shows of a long list from where an argument says, and
// where the next begins; 0 at its end.
func Part[T any](all []T, from string) (shown []T, next int64) {
	offset := int(min(Number(from), int64(len(all))))
	end := min(offset+Listed, len(all))
	if end < len(all) {
		next = int64(end)
	}
	return all[offset:end], next
}

// Offset is where a list goes on that is read in parts.
func Offset(from string) int { return int(min(Number(from), 1<<30)) }

// Next is where the next part of a list begins after one that was read; 0 at its
// end.
func Next(offset, shown int, total int64) int64 {
	if next := int64(offset + shown); next < total {
		return next
	}
	return 0
}

// Few are those that fit one message.
func Few[T any](all []T) []T { return all[:min(len(all), Listed)] }

// InRows puts a button for each of a list in rows of so many.
func InRows[T any](many int, list []T, button func(T) bot.Button) (rows [][]bot.Button) {
	for some := range slices.Chunk(list, many) {
		var row []bot.Button
		for _, one := range some {
			row = append(row, button(one))
		}
		rows = append(rows, row)
	}
	return rows
}
