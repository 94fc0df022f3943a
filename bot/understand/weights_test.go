package understand

import (
	"flag"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
)

var update = flag.Bool("update", false, "learn weights.bin anew from testdata")

// heldBack tells the fifth of the phrases that nobody, and nothing, looks at
// while the lexicon, the frames or the weights are made.
func heldBack(phrase string) bool {
	h := fnv.New32a()
	h.Write([]byte(phrase))
	return h.Sum32()%5 == 0
}

// lesson is a labelled phrase as the model reads it.
type lesson struct {
	clues []uint32
	nets  [intentCount]float32
	want  int
}

func (m *Model) lesson(phrase string, want bot.Intent) lesson {
	var s scratch
	var slots bot.Slots
	m.read(&s, phrase, &slots)
	l := lesson{want: slices.Index(bot.Intents, want)}
	l.nets, _ = s.weighFrames()
	s.gather()
	l.clues = slices.Clone(s.clues)
	return l
}

func withoutAccents(phrase string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'đ':
			return 'd'
		case r == 'Đ':
			return 'D'
		case unicode.Is(unicode.Mn, r):
			return -1
		}
		return r
	}, norm.NFD.String(phrase))
}

// seenExamples are the labelled phrases that may be learned from.
func seenExamples(t *testing.T) []Example {
	t.Helper()
	files, err := filepath.Glob("testdata/*.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var seen []Example
	for _, name := range files {
		if filepath.Base(name) == "slots.tsv" {
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		examples, err := ReadExamples(f)
		f.Close()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, example := range examples {
			if !heldBack(example.Phrase) {
				seen = append(seen, example)
			}
		}
	}
	return seen
}

// TestWeights learns the weights anew when asked to.
func TestWeights(t *testing.T) {
	seen := seenExamples(t)
	if !*update {
		return
	}
	m := New()
	if folds := os.Getenv("FOLDS"); folds != "" {
		crossValidate(t, m, seen)
		return
	}
	e := learn(m.lessons(seen))
	if err := os.WriteFile("weights.bin", e.bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (m *Model) lessons(examples []Example) []lesson {
	var lessons []lesson
	for _, example := range examples {
		lessons = append(lessons, m.lesson(example.Phrase, example.Want))
		if bare := withoutAccents(example.Phrase); bare != example.Phrase {
			lessons = append(lessons, m.lesson(bare, example.Want))
		}
	}
	return lessons
}

func crossValidate(t *testing.T, m *Model, seen []Example) {
	const folds = 5
	right, known := 0, 0
	for k := range folds {
		var in, out []Example
		for i, ex := range seen {
			if i*7919%folds == k && strings.HasPrefix(ex.Phrase, "") {
				out = append(out, ex)
			} else {
				in = append(in, ex)
			}
		}
		e := learn(m.lessons(in))
		for _, ex := range out {
			l := m.lesson(ex.Phrase, ex.Want)
			var logits [intentCount]float32
			e.weigh(l.clues, &l.nets, &logits)
			best := 0
			for i := range bot.Intents {
				if logits[i] > logits[best] {
					best = i
				}
			}
			if best == l.want {
				right++
			} else {
				t.Logf("%s -> %s | %s", ex.Want, bot.Intents[best], ex.Phrase)
			}
			known++
		}
	}
	t.Logf("%.2f%% of %d", 100*float64(right)/float64(known), known)
}

// How the weights are learned.
const (
	rounds    = 40
	pace      = 0.15 // of the first steps
	decay     = 0.00002
	dropped   = 0.3  // part of the clues left out each time, so that none is leaned upon
	frameless = 0.45 // part of the lessons taken without the frames
	leastUse  = 2    // a clue seen less often is not learned
)

// learn fits the weights by stochastic gradient descent (AdaGrad), in an order
// that is always the same.
func learn(lessons []lesson) *experience {
	e := &experience{rows: map[uint32]int32{}}
	uses := map[uint32]int{}
	for i := range lessons {
		for _, clue := range lessons[i].clues {
			uses[clue]++
		}
	}
	for i := range lessons {
		for _, clue := range lessons[i].clues {
			if _, known := e.rows[clue]; !known && uses[clue] >= leastUse {
				e.rows[clue] = int32(len(e.rows))
			}
		}
	}
	n := len(bot.Intents)
	e.weight = make([][intentCount]float32, len(e.rows))
	steep := make([][intentCount]float32, len(e.rows))
	var steepOffset, steepTrust [intentCount]float32
	for i := range e.trust {
		e.trust[i] = 1
	}
	random := rand.New(rand.NewPCG(1, 2))
	var kept []uint32
	for range rounds {
		for _, at := range random.Perm(len(lessons)) {
			l := &lessons[at]
			kept = kept[:0]
			for _, clue := range l.clues {
				if random.Float32() >= dropped {
					kept = append(kept, clue)
				}
			}
			nets := l.nets
			if random.Float32() < frameless {
				nets = [intentCount]float32{}
			}
			var logits [intentCount]float32
			e.weigh(kept, &nets, &logits)
			most := slices.Max(logits[:n])
			var p [intentCount]float32
			var sum float32
			for i := range n {
				p[i] = float32(math.Exp(float64(logits[i] - most)))
				sum += p[i]
			}
			part := share(len(kept))
			for i := range n {
				g := p[i] / sum
				if i == l.want {
					g--
				}
				steepOffset[i] += g * g
				e.offset[i] -= pace * g / float32(math.Sqrt(float64(steepOffset[i]+0.1)))
				gt := g * nets[i]
				steepTrust[i] += gt * gt
				e.trust[i] -= pace * 0.2 * gt / float32(math.Sqrt(float64(steepTrust[i]+1)))
				p[i] = g
			}
			for _, clue := range kept {
				row, known := e.rows[clue]
				if !known {
					continue
				}
				w, st := &e.weight[row], &steep[row]
				for i := range n {
					g := p[i]*part + decay*w[i]
					st[i] += g * g
					w[i] -= pace * g / float32(math.Sqrt(float64(st[i]+0.1)))
				}
			}
		}
	}
	return e
}
