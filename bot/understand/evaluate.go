package understand

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"canbobot/bot"
)

// Example is one labelled phrase.
type Example struct {
	Line   int
	Want   bot.Intent
	May    []bot.Intent // what is right as well
	Staff  bool         // ward staff say it
	Phrase string
	Style  string // how it is written, "" if the file does not say
}

// Right reports whether an intent is what the phrase may be taken for.
func (e Example) Right(got bot.Intent) bool { return got == e.Want || slices.Contains(e.May, got) }

// Miss is a phrase understood as something else.
type Miss struct {
	Example
	Got bot.Meaning
}

// Report says how well a model did on labelled phrases.
type Report struct {
	Total, Right int
	Wanted       map[bot.Intent]int                // phrases by label
	Confusion    map[bot.Intent]map[bot.Intent]int // label, then answer
	Styles       map[string]Tally                  // by how the phrases are written, where the file says so
	Misses       []Miss
}

// Tally counts the phrases of one style.
type Tally struct{ Total, Right int }

// Accuracy is the part understood as labelled, from 0 to 1.
func (t Tally) Accuracy() float64 { return ratio(t.Right, t.Total) }

// Accuracy is the part of the phrases understood as labelled, from 0 to 1.
func (r Report) Accuracy() float64 { return ratio(r.Right, r.Total) }

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// styles are how phrases may be written.
var styles = []string{"full", "plain", "short", "typos", "dialect"}

// ReadExamples reads lines of "intent<TAB>phrase" or "intent<TAB>phrase<TAB>style"
// (also with the style before the phrase); empty lines and lines that
// begin with "#" are passed over. Of "intent|intent" the first is wanted and the
// others are right as well; "staff:intent" is said by ward staff, as is what only
// they may ask for. An intent that does not exist is an error.
func ReadExamples(r io.Reader) ([]Example, error) {
	var examples []Example
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), "\r")
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) < 2 || len(fields) > 3 || strings.TrimSpace(fields[1]) == "" {
			return nil, fmt.Errorf("line %d: want intent, tab, phrase, and perhaps a tab and the style", n)
		}
		label, phrase, style := fields[0], fields[1], ""
		if len(fields) == 3 {
			style = strings.TrimSpace(fields[2])
			if slices.Contains(styles, phrase) && !slices.Contains(styles, style) {
				phrase, style = fields[2], fields[1]
			}
		}
		label, staff := strings.CutPrefix(strings.TrimSpace(label), "staff:")
		var intents []bot.Intent
		for _, name := range strings.Split(label, "|") {
			if !slices.Contains(bot.Intents, bot.Intent(name)) {
				return nil, fmt.Errorf("line %d: no intent %q", n, name)
			}
			intents = append(intents, bot.Intent(name))
		}
		examples = append(examples, Example{Line: n, Want: intents[0], May: intents[1:],
			Staff: staff || intents[0].ForStaff(), Phrase: phrase, Style: style})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading labelled phrases: %w", err)
	}
	return examples, nil
}

// Evaluate asks the model about every phrase of lines "intent<TAB>phrase".
func Evaluate(model bot.Understander, r io.Reader) (Report, error) {
	examples, err := ReadExamples(r)
	if err != nil {
		return Report{}, err
	}
	return Score(model, examples), nil
}

// Score asks the model about every example.
func Score(model bot.Understander, examples []Example) Report {
	report := Report{Wanted: map[bot.Intent]int{}, Confusion: map[bot.Intent]map[bot.Intent]int{},
		Styles: map[string]Tally{}}
	for _, example := range examples {
		got := model.UnderstandBy(example.Phrase, example.Staff)
		report.Total++
		report.Wanted[example.Want]++
		row := report.Confusion[example.Want]
		if row == nil {
			row = map[bot.Intent]int{}
			report.Confusion[example.Want] = row
		}
		if example.Right(got.Intent) {
			row[example.Want]++
		} else {
			row[got.Intent]++
		}
		if example.Style != "" {
			tally := report.Styles[example.Style]
			tally.Total++
			if example.Right(got.Intent) {
				tally.Right++
			}
			report.Styles[example.Style] = tally
		}
		if example.Right(got.Intent) {
			report.Right++
			continue
		}
		report.Misses = append(report.Misses, Miss{Example: example, Got: got})
	}
	return report
}

// Print writes the accuracy of each intent and what it was taken for instead.
func (r Report) Print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-18s %7s %7s %8s  %s\n", "intent", "phrases", "right", "percent", "taken for")
	for _, intent := range bot.Intents {
		row := r.Confusion[intent]
		if row == nil {
			continue
		}
		var taken []string
		for _, other := range bot.Intents {
			if n := row[other]; n > 0 && other != intent {
				taken = append(taken, fmt.Sprintf("%s %d", other, n))
			}
		}
		fmt.Fprintf(&b, "%-18s %7d %7d %7.1f%%  %s\n", intent, r.Wanted[intent], row[intent],
			100*ratio(row[intent], r.Wanted[intent]), strings.Join(taken, ", "))
	}
	fmt.Fprintf(&b, "%-18s %7d %7d %7.1f%%\n", "all", r.Total, r.Right, 100*r.Accuracy())
	for _, style := range slices.Sorted(maps.Keys(r.Styles)) {
		tally := r.Styles[style]
		fmt.Fprintf(&b, "%-18s %7d %7d %7.1f%%\n", "style "+style, tally.Total, tally.Right, 100*tally.Accuracy())
	}
	_, err := io.WriteString(w, b.String())
	return err
}
