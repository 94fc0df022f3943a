// Package wardtest is a ward for a test: the real services over a fresh database
// and by a clock that only the test moves, with what most tests furnish it with.
package wardtest

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"canbobot/bot/session/sessiontest"
	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/vault"
	"canbobot/services/ward"
)

// Ward is the services over a database of the test's own, empty at first.
type Ward struct {
	*ward.Services
	T     testing.TB
	Ctx   context.Context
	clock *clock
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

// New opens a ward on a moment. Guesses at codes are limited as in the product.
func New(t testing.TB, at time.Time) *Ward {
	t.Helper()
	w := &Ward{T: t, Ctx: context.Background(), clock: &clock{now: at}}
	secrets, err := vault.New(bytes.Repeat([]byte{7}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	store := storetest.New(t, w.Now)
	store.SealedBy(secrets)
	if w.Services, err = ward.New(store, secrets, w.Now, sessiontest.New(t).Guesses()); err != nil {
		t.Fatal(err)
	}
	return w
}

// In is the ward for a subtest.
func (w *Ward) In(t testing.TB) *Ward {
	sub := *w
	sub.T = t
	return &sub
}

// Now is the ward's clock.
func (w *Ward) Now() time.Time {
	w.clock.mu.Lock()
	defer w.clock.mu.Unlock()
	return w.clock.now
}

// Set puts the clock to a moment.
func (w *Ward) Set(at time.Time) {
	w.clock.mu.Lock()
	defer w.clock.mu.Unlock()
	w.clock.now = at
}

// Pass moves the clock on.
func (w *Ward) Pass(by time.Duration) {
	w.clock.mu.Lock()
	defer w.clock.mu.Unlock()
	w.clock.now = w.clock.now.Add(by)
}

// Create puts a row, or a list of rows, into the database as it is.
func (w *Ward) Create(row any) {
	w.T.Helper()
	if err := w.Store.WithContext(w.Ctx).Create(row).Error; err != nil {
		w.T.Fatal(err)
	}
}

// Rows reads a whole table.
func Rows[T any](w *Ward, order string) []T {
	w.T.Helper()
	var all []T
	if err := w.Store.WithContext(w.Ctx).Order(order).Find(&all).Error; err != nil {
		w.T.Fatal(err)
	}
	return all
}

// Count counts rows of a table.
func (w *Ward) Count(table, where string, args ...any) int64 {
	w.T.Helper()
	var n int64
	if err := w.Store.WithContext(w.Ctx).Table(table).Where(where, args...).Count(&n).Error; err != nil {
		w.T.Fatal(err)
	}
	return n
}

// Refused fails the test unless err is the refusal "kind/code".
func (w *Ward) Refused(err error, want string) {
	w.T.Helper()
	if got := fmt.Sprintf("%s/%s", services.KindOf(err), services.CodeOf(err)); err == nil || got != want {
		w.T.Errorf("refused with %v, want %s", err, want)
	}
}

// AddWard adds a ward of Hà Tĩnh.
func (w *Ward) AddWard(code, name string) models.Ward {
	w.T.Helper()
	row := models.Ward{Code: code, Name: name, Kind: "phường"}
	w.Create(&row)
	return row
}

// AddStaff adds a ward user with an account on the web channel; a fresh one has
// just entered a code, and stays so for as long as any test lasts.
func (w *Ward) AddStaff(ward int64, role services.Role, fresh bool) services.Actor {
	w.T.Helper()
	staff := models.Staff{WardID: ward, Name: "Cán bộ " + string(role), Role: string(role), Active: true}
	w.Create(&staff)
	now := w.Now()
	account := models.Account{WardID: ward, Channel: "web", ExternalID: fmt.Sprint("s", staff.ID), ChatID: "c",
		StaffID: &staff.ID, LinkedAt: now, LastSeenAt: now}
	if fresh {
		until := now.AddDate(10, 0, 0)
		account.SteppedUpUntil = &until
	}
	w.Create(&account)
	return services.Actor{Role: role, Ward: ward, Staff: staff.ID, Account: account.ID, Channel: "web"}
}
