package approve

import (
	"slices"
	"time"

	"canbobot/models"
)

// What is asked over a chat or a number that is young may be asked by whoever
// brought it about, and its owner may not have heard yet. Until the hold ends two
// humans sign it, so that nobody has to wait where two agree; from then on as many
// as the rule says do.

// people are how many sign all the steps.
func (r Rule) people() (people int) {
	for _, step := range r.Steps {
		people += step.people()
	}
	return people
}

// held is the rule for an item that is held, and the signatures that count: those
// of the hold, by fewer than it asked for, do not decide after it.
func (r Rule) held(until, now time.Time, signatures []models.Signature) (Rule, []models.Signature) {
	if until.IsZero() || len(r.Steps) == 0 || r.people() > 1 {
		return r, signatures
	}
	if now.Before(until) {
		r.Steps = slices.Clone(r.Steps)
		r.Steps[0].People = 2
		return r, signatures
	}
	early := func(one models.Signature) bool { return one.At.Before(until) }
	return r, slices.DeleteFunc(slices.Clone(signatures), early)
}
