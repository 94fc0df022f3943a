package understand

import (
	"encoding/binary"
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

// bytes lays out the experience as the file has it: the magic, the names of
// the intents in a line, their offsets and trusts (float32), then rows of a
// clue and a byte for each intent, all little-endian.
func (e *experience) bytes() []byte {
	out := []byte(weightsMagic)
	for _, intent := range bot.Intents {
		out = append(out, intent...)
		out = append(out, ' ')
	}
	out = append(out, '\n')
	for i := range bot.Intents {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(e.offset[i]))
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(e.trust[i]))
	}
	clues := make([]uint32, 0, len(e.rows))
	for clue := range e.rows {
		clues = append(clues, clue)
	}
	slices.Sort(clues)
	for _, clue := range clues {
		row := e.weight[e.rows[clue]]
		var line []byte
		worth := false
		for i := range bot.Intents {
			b := int8(max(-127, min(127, math.Round(float64(row[i])*steps))))
			worth = worth || b > 1 || b < -1
			line = append(line, byte(b))
		}
		if worth {
			out = binary.LittleEndian.AppendUint32(out, clue)
			out = append(out, line...)
		}
	}
	return out
}

// lesson is a labelled phrase as the model reads it.
type lesson struct {
	clues []uint32
	nets  [intentCount]float32
	want  int
}

func (m *Model) lesson(phrase string, want bot.Intent, staff bool) lesson {
	s := scratch{staff: staff}
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

// lessons reads each phrase as it stands, without its accents, and varied as
// varied says. The order and the variants depend on the phrases alone.
func (m *Model) lessons(examples []Example) []lesson {
	var lessons []lesson
	for _, example := range examples {
		lessons = append(lessons, m.lesson(example.Phrase, example.Want, example.Staff))
		if bare := withoutAccents(example.Phrase); bare != example.Phrase {
			lessons = append(lessons, m.lesson(bare, example.Want, example.Staff))
		}
		for _, phrase := range varied(example.Phrase) {
			lessons = append(lessons, m.lesson(phrase, example.Want, example.Staff))
		}
		if !example.Staff && ofStaffToo(example.Want) {
			lessons = append(lessons, m.lesson(example.Phrase, example.Want, true),
				m.lesson(withoutAccents(example.Phrase), example.Want, true))
		}
	}
	return lessons
}

// ofStaffToo reports whether staff ask for an intent in an officer's words.
func ofStaffToo(intent bot.Intent) bool {
	switch intent {
	case bot.Menu, bot.Help, bot.Cancel, bot.Back, bot.Policy, bot.Unknown, bot.Unlink, bot.Privacy, bot.ChangeOfficer,
		bot.ChangeLeave:
		return true
	}
	return false
}

// crossValidate tells how phrases that were not learned from are understood,
// without the ones held back: each fifth of the phrases seen in turn is put to
// a model that learned from the rest.
func crossValidate(t *testing.T, m *Model, seen []Example) {
	const folds = 5
	lessons := make([][]lesson, len(seen))
	for i := range seen {
		lessons[i] = m.lessons(seen[i : i+1])
	}
	var all Report
	all.Wanted, all.Confusion, all.Styles = map[bot.Intent]int{}, map[bot.Intent]map[bot.Intent]int{}, map[string]Tally{}
	var log float64
	for k := range folds {
		var in []lesson
		var out []Example
		for i, example := range seen {
			if fold(example.Phrase, folds) == k {
				out = append(out, example)
			} else {
				in = append(in, lessons[i]...)
			}
		}
		learned, err := readExperience(string(learn(in).bytes()))
		if err != nil {
			t.Fatal(err)
		}
		m.learned = learned
		all.add(Score(m, out))
		for _, example := range out {
			l := m.lesson(example.Phrase, example.Want, example.Staff)
			var logits [intentCount]float32
			var odds [intentCount]float64
			learned.weigh(l.clues, &l.nets, &logits)
			_, sum := spread(&logits, &odds)
			log -= math.Log(max(1e-6, odds[l.want]/sum))
		}
	}
	var table strings.Builder
	all.Print(&table)
	for _, miss := range all.Misses {
		t.Logf("%s -> %s %.2f | %s | %s", miss.Want, miss.Got.Intent, miss.Got.Confidence, miss.Phrase,
			m.Explain(miss.Phrase))
	}
	t.Logf("\n%s", table.String())
	t.Logf("CV %.2f%% of %d, loss %.4f", 100*all.Accuracy(), all.Total, log/float64(all.Total))
}

// fold tells which of n parts a phrase belongs to.
func fold(phrase string, n uint32) int {
	h := fnv.New32a()
	h.Write([]byte("fold " + phrase))
	return int(h.Sum32() >> 7 % n)
}

// add puts the phrases of another report to these.
func (r *Report) add(other Report) {
	r.Total, r.Right = r.Total+other.Total, r.Right+other.Right
	for intent, n := range other.Wanted {
		r.Wanted[intent] += n
	}
	for want, row := range other.Confusion {
		if r.Confusion[want] == nil {
			r.Confusion[want] = map[bot.Intent]int{}
		}
		for got, n := range row {
			r.Confusion[want][got] += n
		}
	}
	for style, tally := range other.Styles {
		sum := r.Styles[style]
		r.Styles[style] = Tally{Total: sum.Total + tally.Total, Right: sum.Right + tally.Right}
	}
	r.Misses = append(r.Misses, other.Misses...)
}

// How the weights are learned.
const (
	rounds   = 40
	pace     = 0.15 // of the first steps
	decay    = 0.00002
	dropped  = 0.4  // part of the clues left out each time, so that none is leaned upon
	unframed = 0.45 // part of the lessons taken without the frames
	leastUse = 2    // a clue seen less often is not learned
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
			if random.Float32() < unframed {
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
