package reading

import "sync"

// Outcome is how a reading ended.
type Outcome string

const (
	Read    Outcome = "read"
	Refused Outcome = "refused" // by the code that reads
	Late    Outcome = "late"    // it was killed at the end of its time
	Fell    Outcome = "fell"    // it took too much memory, said too much, or fell
	Busy    Outcome = "busy"    // there was no place, or who waited went away
)

type counted struct {
	name string
	how  Outcome
}

var (
	counting sync.Mutex
	counts   = map[counted]int{}
)

func count(name string, how Outcome) {
	counting.Lock()
	defer counting.Unlock()
	counts[counted{name, how}]++
}

// Counts tells how many readings of each kind ended how, since the program began.
func Counts(tell func(name string, how Outcome, times int)) {
	counting.Lock()
	defer counting.Unlock()
	for one, times := range counts {
		tell(one.name, one.how, times)
	}
}
