package understand

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"canbobot/bot"
)

// What the frames leave open, experience settles: how much each concept, pair
// of concepts and word spoke for each intent in the labelled phrases. The
// figures are made from testdata by "go test -run TestWeights -update".
//
//go:embed weights.bin
var weightsFile string

// experience is what was learned: a row of weights for each clue.
type experience struct {
	rows   map[uint32]int32 // clue to its row
	weight [][intentCount]float32
	trust  [intentCount]float32 // in the frames' score
	offset [intentCount]float32
}

// weightsMagic begins the file of weights; it changes with the file's shape.
const weightsMagic = "cbw1"

// steps are the weights of one row in the file: bytes, of which so many make
// a weight of one.
const steps = 24

// readExperience reads the file that is part of the program. Intents are
// found by name; one that the file does not know has only its frames.
func readExperience(file string) (*experience, error) {
	e := &experience{}
	rest, ok := strings.CutPrefix(file, weightsMagic)
	line, rest, found := strings.Cut(rest, "\n")
	if !ok || !found {
		return nil, fmt.Errorf("understand: weights.bin does not begin with %s", weightsMagic)
	}
	names := strings.Fields(line)
	places := make([]int, len(names))
	for i, name := range names {
		places[i] = slices.Index(bot.Intents, bot.Intent(name))
	}
	head, width := 8*len(names), 4+len(names)
	if len(rest) < head || (len(rest)-head)%width != 0 {
		return nil, fmt.Errorf("understand: weights.bin has %d bytes after its intents", len(rest))
	}
	for i := range e.trust {
		e.trust[i] = 1
	}
	data := []byte(rest)
	for i, at := range places {
		if at >= 0 {
			e.offset[at] = math.Float32frombits(binary.LittleEndian.Uint32(data[8*i:]))
			e.trust[at] = math.Float32frombits(binary.LittleEndian.Uint32(data[8*i+4:]))
		}
	}
	data = data[head:]
	n := len(data) / width
	e.rows, e.weight = make(map[uint32]int32, n), make([][intentCount]float32, n)
	for k := range n {
		row := data[k*width : (k+1)*width]
		e.rows[binary.LittleEndian.Uint32(row)] = int32(k)
		for i, at := range places {
			if at >= 0 {
				e.weight[k][at] = float32(int8(row[4+i])) / steps
			}
		}
	}
	return e, nil
}

// Kinds of clues.
const (
	clueConcept = iota + 1
	clueNext    // a concept after another
	clueBoth    // two concepts, wherever
	clueWord
	clueExact // a word with its accents
	cluePair  // two words
	clueLetters
	clueFirst
	clueLast
	clueLength
	clueAsks
	clueStaff // a concept said by staff
)

// Words that stand for all of their kind.
const (
	someName   = "<name>"
	someFigure = "<n>"
	somePhone  = "<tel>"
	someLong   = "<long>"
	edge       = "<>"
)

// conceptClues stand for the concepts by name, so that their order is free.
var conceptClues = func() (clues [concepts]uint32) {
	for name, c := range conceptNames {
		clues[c] = hashWord(name)
	}
	return clues
}()

// gather lists the clues of a text, each once.
func (s *scratch) gather() {
	s.clues = s.clues[:0]
	s.said = s.said[:0]
	var last set
	for i := range s.items {
		means := s.items[i].means.without(of(filler))
		if means.empty() {
			continue
		}
		for c := range means.each() {
			s.clue(clueConcept, conceptClues[c])
			if s.staff {
				s.clue(clueStaff, conceptClues[c])
			}
			for d := range last.each() {
				s.clue(clueNext, conceptClues[d]*31+conceptClues[c])
			}
			if len(s.said) < 12 && !slices.Contains(s.said, c) {
				for _, d := range s.said {
					s.clue(clueBoth, conceptClues[c]+conceptClues[d])
				}
				s.said = append(s.said, c)
			}
		}
		if last.empty() {
			for c := range means.each() {
				s.clue(clueFirst, conceptClues[c])
			}
		}
		last = means
	}
	for c := range last.each() {
		s.clue(clueLast, conceptClues[c])
	}
	if s.two {
		s.clue(clueConcept, conceptClues[pair])
	}
	before := edge
	for i := range s.words {
		w := &s.words[i]
		word := w.folded
		switch {
		case w.name:
			word = someName
		case w.kind == telephone:
			word = somePhone
		case w.kind == figure && w.digits > 4:
			word = someLong
		case w.kind == figure:
			word = someFigure
		}
		s.clue(clueWord, hashWord(word))
		s.clue(cluePair, hashWord(before)*31+hashWord(word))
		if w.kind == plainWord && !w.name {
			if w.marked() {
				s.clue(clueExact, hashWord(w.shape)*31+uint32(w.tone))
			}
			if w.id == 0 {
				for k := 0; k+3 <= len(word) && k < 8; k++ {
					s.clue(clueLetters, hashWord(word[k:k+3]))
				}
			}
		}
		before = word
	}
	s.clue(cluePair, hashWord(before)*31+hashWord(edge))
	s.clue(clueLength, uint32(min(12, len(s.words))))
	if s.asks {
		s.clue(clueAsks, 0)
	}
	if s.staff {
		s.clue(clueStaff, 0)
	}
	slices.Sort(s.clues)
	s.clues = slices.Compact(s.clues)
}

func (s *scratch) clue(kind, what uint32) {
	h := (what ^ kind*0x9E3779B1) * 0x85EBCA6B
	h ^= h >> 15
	h *= 0xC2B2AE35
	s.clues = append(s.clues, h^h>>13)
}

func hashWord(word string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(word); i++ {
		h = (h ^ uint32(word[i])) * 16777619
	}
	return h
}

// share is what one clue of n counts: many clues say the same thing.
func share(n int) float32 { return float32(2.5 / math.Sqrt(float64(max(n, 12)))) }

// weigh adds up what the clues and the frames say for each intent.
func (e *experience) weigh(clues []uint32, nets *[intentCount]float32, logits *[intentCount]float32) {
	part := share(len(clues))
	*logits = [intentCount]float32{}
	for _, clue := range clues {
		row, known := e.rows[clue]
		if !known {
			continue
		}
		weight := &e.weight[row]
		for i := range logits {
			logits[i] += weight[i]
		}
	}
	for i := range logits {
		logits[i] = logits[i]*part + e.offset[i] + e.trust[i]*nets[i]
	}
}
