package understand

import (
	"sync"

	"canbobot/bot"
)

// clear is the confidence from which a text is taken as it stands.
const clear = 0.6

// Model understands texts; it is safe for use by many at once.
type Model struct {
	lexicon             *lexicon
	learned             *experience
	banks, perhapsBanks map[string]string // names, folded, to codes
	slips               map[string][]string
	pool                sync.Pool
}

var _ bot.Understander = (*Model)(nil)

// New returns the model of the lexicon that is part of the program, which is
// read once in a process.
func New() *Model { return shared() }

var shared = sync.OnceValue(Read)

// Read reads the lexicon anew.
func Read() *Model {
	m := &Model{lexicon: readLexicon()}
	m.slips = m.lexicon.indexSlips()
	m.banks, m.perhapsBanks = readBanks()
	learned, err := readExperience(weightsFile)
	if err != nil {
		panic(err) // it is part of the program
	}
	m.learned = learned
	m.pool.New = func() any { return new(scratch) }
	return m
}

// scratch is what one text needs while it is read; kept between texts.
type scratch struct {
	text          string
	staff         bool // who speaks works for the ward
	folded, shape []byte
	spans         [][4]int
	words, out    []word
	items, spare  []item
	value         []int
	step          []step
	key           []byte // a bank's name being put together
	clues         []uint32
	said          []concept
	accented      bool   // most words carry accents, so a bare word means itself
	after         *word  // beside the word being mended
	two           bool   // two people are named
	vni           bool   // figures stand inside words
	asks          bool   // there is a question mark
	held          uint32 // of writings, those barred by what was said
	scoffs        bool   // it ends in "đâu": "tôi có đổi gì đâu"
}

// Understand tells what a text asks for. Confidence above one half means that
// the screen may be opened; for bot.Unknown it is that of the likeliest of
// Others, which is too low.
func (m *Model) Understand(text string) bot.Meaning { return m.UnderstandBy(text, false) }

// UnderstandBy is Understand of what staff say, or an officer: staff give orders,
// officers speak of their own.
func (m *Model) UnderstandBy(text string, staff bool) bot.Meaning {
	s := m.pool.Get().(*scratch)
	defer m.pool.Put(s)
	s.staff = staff
	var meaning bot.Meaning
	m.read(s, text, &meaning.Slots)
	m.judge(s, &meaning)
	if held := s.held; meaning.Confidence < clear && m.mendPairs(s) {
		mended := bot.Meaning{Slots: bot.Slots{Name: meaning.Slots.Name, Other: meaning.Slots.Other}}
		m.interpret(s, &mended.Slots)
		m.details(s, &mended.Slots)
		if m.judge(s, &mended); mended.Confidence > meaning.Confidence+0.1 && !holds(held, mended.Intent) {
			meaning = mended
		}
	}
	m.twoRequests(s, &meaning)
	meaning.Aside = s.concern(meaning.Intent)
	s.text, s.after = "", nil
	return meaning
}

// read turns a text into items and slots.
func (m *Model) read(s *scratch, text string, slots *bot.Slots) {
	s.folded, s.shape, s.spans = s.folded[:0], s.shape[:0], s.spans[:0]
	s.scan(text)
	s.settle()
	s.weighAccents()
	m.repair(s)
	s.weighAccents()
	m.markNames(s)
	m.parse(s)
	m.mendByNeighbours(s)
	m.interpret(s, slots)
	s.people(slots)
	s.two = slots.Other != ""
	m.details(s, slots)
}

// scoffing are words that deny what goes before, at the end of it.
var scoffing = setOf("dau mo")

// interpret reads the mended words.
func (m *Model) interpret(s *scratch, slots *bot.Slots) {
	m.parse(s)
	s.scoffs = len(s.words) > 0 && scoffing[s.words[len(s.words)-1].folded]
	s.months(slots)
	s.settlePolarity()
	s.settleClauses()
	s.settleCounts()
}
