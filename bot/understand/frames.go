package understand

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"canbobot/bot"
)

//go:embed frames.txt
var framesText string

// frame is one way in which concepts make an intent: of every group in needs
// one must have been said; what is in also may have been said and belongs to
// it. A frame is worth what it explains of the sentence, plus base.
type frame struct {
	intent bot.Intent
	base   float64
	needs  []set
	also   set
	never  set
	alone  float64 // what is added when nothing else was said
}

// free is what any sentence may hold without saying anything for an intent.
var free = of(filler, figures, me, want, has, count, thanks, is, anymore, greeting, enough, askabout, whether, iff, kin,
	follower, unchanged)

var frames = readFrames(framesText)

// readFrames reads frames.txt, which says how it is written. It is part of the
// program: what it gets wrong is found by every test.
func readFrames(text string) (read []frame) {
	groups := map[string]set{}
	var intent bot.Intent
	for n, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case line[0] == '[':
			intent = bot.Intent(strings.Trim(line, "[]"))
		case len(words) > 2 && words[1] == "=":
			groups[words[0]] = groupOf(groups, n, words[2:])
		default:
			read = append(read, readFrame(groups, n, intent, words))
		}
	}
	return read
}

func readFrame(groups map[string]set, n int, intent bot.Intent, words []string) frame {
	base, err := strconv.ParseFloat(words[0], 64)
	if err != nil {
		panic(fmt.Sprintf("understand: frames.txt:%d: %v", n+1, err))
	}
	f := frame{intent: intent, base: base}
	for words = words[1:]; len(words) > 0; {
		end := 1
		for end < len(words) && !strings.Contains("+~-!", words[end]) {
			end++
		}
		group := groupOf(groups, n, words[1:end])
		switch words[0] {
		case "+":
			f.needs = append(f.needs, group)
		case "~":
			f.also = group
		case "-":
			f.never = group
		case "!":
			f.alone = leading
		}
		words = words[end:]
	}
	return f
}

// leading is what a word that leads through the conversation is worth by itself.
const leading = 1.4

// groupOf is the set of the concepts and groups named.
func groupOf(groups map[string]set, n int, names []string) (s set) {
	for _, name := range names {
		group, grouped := groups[name]
		c, known := conceptNames[name]
		switch {
		case grouped:
			s = s.or(group)
		case known:
			s = s.or(of(c))
		default:
			panic(fmt.Sprintf("understand: frames.txt:%d: no concept %s", n+1, name))
		}
	}
	return s
}
