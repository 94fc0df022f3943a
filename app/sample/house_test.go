package sample_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"canbobot/app/sample"
	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/allowance"
	"canbobot/services/change"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/notice"
	"canbobot/services/outbox"
	"canbobot/services/roster"
	"canbobot/services/vault"
)

// house is an empty database and services over it.
type house struct {
	sample.Services
	t     *testing.T
	ctx   context.Context
	store *models.Store
	vault *vault.Vault
	now   time.Time
}

func newHouse(t *testing.T, now time.Time) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), now: now}
	h.store = storetest.New(t, h.clock)
	var err error
	if h.vault, err = vault.New(bytes.Repeat([]byte{7}, vault.KeySize)); err != nil {
		t.Fatal(err)
	}
	if h.Services, err = h.with(h.clock); err != nil {
		t.Fatal(err)
	}
	return h
}

// in is the house for a subtest.
func (h *house) in(t *testing.T) *house {
	sub := *h
	sub.t = t
	return &sub
}

func (h *house) clock() time.Time { return h.now }

// with wires the services by a clock, as app does.
func (h *house) with(clock services.Clock) (sample.Services, error) {
	box, err := outbox.New(h.store, clock)
	if err != nil {
		return sample.Services{}, err
	}
	journal := journal.New(h.store, clock)
	people := identity.New(h.store, h.vault, journal, box, clock, noGuesses{}, "web")
	money := allowance.New(h.store, journal, box, people, clock)
	return sample.Services{
		Identity: people, Allowance: money,
		Changes: change.New(h.store, roster.New(h.store, h.vault, journal, clock), money, people, journal, box, clock),
		Notices: notice.New(h.store, journal, box, people, clock),
	}, nil
}

func (h *house) tools() sample.Tools {
	return sample.Tools{Store: h.store, Vault: h.vault, Clock: h.clock, With: h.with}
}

func (h *house) load() sample.Summary {
	h.t.Helper()
	summary, err := sample.Load(h.ctx, h.tools())
	if err != nil {
		h.t.Fatal(err)
	}
	return summary
}

// noGuesses lets everybody try codes as often as they like.
type noGuesses struct{}

func (noGuesses) Wait(context.Context, string) (time.Duration, error) { return 0, nil }
func (noGuesses) Wrong(context.Context, string) (bool, error)         { return false, nil }
func (noGuesses) Right(context.Context, string) error                 { return nil }

// rows reads a whole table.
func rows[T any](h *house, order string) []T {
	h.t.Helper()
	var all []T
	if err := h.store.WithContext(h.ctx).Order(order).Find(&all).Error; err != nil {
		h.t.Fatal(err)
	}
	return all
}

func (h *house) audit() []journal.Verdict {
	h.t.Helper()
	verdicts, err := journal.New(h.store, h.clock).Verify(h.ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	return verdicts
}
