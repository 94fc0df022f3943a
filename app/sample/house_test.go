package sample_test

import (
	"testing"
	"time"

	"canbobot/app/sample"
	"canbobot/services/journal"
	"canbobot/services/ward/wardtest"
)

// house is an empty database and services over it.
type house struct{ *wardtest.Ward }

func newHouse(t *testing.T, now time.Time) house {
	t.Helper()
	return house{wardtest.New(t, now)}
}

func (h house) load() sample.Summary {
	h.T.Helper()
	summary, err := sample.Load(h.Ctx, h.Services)
	if err != nil {
		h.T.Fatal(err)
	}
	return summary
}

func (h house) audit() []journal.Verdict {
	h.T.Helper()
	verdicts, err := h.Audit.Verify(h.Ctx)
	if err != nil {
		h.T.Fatal(err)
	}
	return verdicts
}
