package play

import (
	"fmt"
	"slices"
	"strings"
)

// names writes a block of lines whole where it is new, and as one line where the
// same play has shown it before:
//
//	officer< [as before: *Đề nghị số 4*]
//
// Where several blocks begin alike, the second of them is named "… (2)", so that
// none can come in the place of another unseen.
type names struct {
	known map[string][]string // by first line, in the order in which they were shown
}

// worthNaming is how many lines a block has that is named when it comes again.
const worthNaming = 4

const before = "[as before: "

// short is the block, or its name.
func (n *names) short(block string) string {
	head, first, body, ok := apart(block)
	if !ok || strings.Count(block, "\n") < worthNaming {
		return block
	}
	if at := slices.Index(n.known[first], body); at >= 0 {
		return head + before + first + ordinal(at) + "]\n"
	}
	n.learn(first, body)
	return block
}

// whole is the block that a name stands for; another block is left as it is.
func (n *names) whole(block string) string {
	head, first, body, ok := apart(block)
	if !ok {
		return block
	}
	named, is := strings.CutPrefix(first, before)
	if !is || strings.Count(block, "\n") != 1 {
		if strings.Count(block, "\n") >= worthNaming && !slices.Contains(n.known[first], body) {
			n.learn(first, body)
		}
		return block
	}
	named = strings.TrimSuffix(named, "]")
	for first, bodies := range n.known {
		for at, body := range bodies {
			if named == first+ordinal(at) {
				return head + body
			}
		}
	}
	return block
}

func (n *names) learn(first, body string) {
	if n.known == nil {
		n.known = map[string][]string{}
	}
	n.known[first] = append(n.known[first], body)
}

func ordinal(at int) string {
	if at == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d)", at+1)
}

// apart takes a block into who is shown it ("    officer< "), its first line,
// and all of it.
func apart(block string) (head, first, body string, ok bool) {
	line, _, _ := strings.Cut(block, "\n")
	at := strings.IndexAny(line, "<~")
	if !strings.HasPrefix(line, "    ") || at < 0 || !strings.HasPrefix(line[at+1:], " ") ||
		strings.Contains(strings.TrimSpace(line[:at]), " ") {
		return "", "", "", false
	}
	head = line[:at+2]
	return head, line[at+2:], block[at+2:], true
}

// Expand writes a play as it would be if nothing in it were named.
func Expand(text string) string {
	var out strings.Builder
	var n names
	for _, block := range blocks(text) {
		out.WriteString(n.whole(block))
	}
	return out.String()
}

// blocks are the parts of a text: what one phone shows at once, or another line.
func blocks(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "    |") && len(all) > 0 {
			all[len(all)-1] += line
			continue
		}
		all = append(all, line)
	}
	return all
}
