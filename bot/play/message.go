package play

import (
	"fmt"
	"slices"
	"strings"

	"canbobot/bot"
)

// Message is what a phone shows.
type Message struct {
	Ref     string
	Redrawn bool
	Reply   bot.Reply
	Drawn   []string // as a channel draws it; empty for the reply's own lines
}

// inOrder puts what a phone shows in the one order that does not hang on which
// job ran first: new messages, then what was redrawn, each as it ended up.
func inOrder(messages []Message) []Message {
	var fresh, redrawn []Message
	for _, message := range messages {
		if !message.Redrawn {
			fresh = append(fresh, message)
			continue
		}
		redrawn = slices.DeleteFunc(redrawn, func(earlier Message) bool { return earlier.Ref == message.Ref })
		redrawn = append(redrawn, message)
	}
	slices.SortStableFunc(redrawn, func(a, b Message) int { return strings.Compare(a.Draw(""), b.Draw("")) })
	return append(fresh, redrawn...)
}

// Draw writes a message as a play shows it.
func (m Message) Draw(actor string) string {
	mark := "<"
	if m.Redrawn {
		mark = "~"
	}
	if len(m.Drawn) == 0 {
		return block(actor+mark, lines(m.Reply))
	}
	var all strings.Builder
	for _, one := range m.Drawn {
		all.WriteString(block(actor+mark, strings.Split(one, "\n")))
	}
	return all.String()
}

func block(head string, lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		if i == 0 {
			fmt.Fprintf(&b, "    %s %s\n", head, line)
			continue
		}
		b.WriteString(strings.TrimRight("    | "+line, " ") + "\n")
	}
	return b.String()
}

// lines are those of a reply on a channel that draws all there is.
func lines(reply bot.Reply) []string {
	var all []string
	if reply.Title != "" {
		all = append(all, "*"+reply.Title+"*")
	}
	if reply.Text != "" {
		all = append(all, strings.Split(reply.Text, "\n")...)
	}
	if under := bot.DrawnWith(nil, reply, true); len(under) > 0 {
		all = append(all, strings.Split(under[0], "\n")...)
	}
	return all
}
