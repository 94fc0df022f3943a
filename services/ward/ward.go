// Package ward is what a ward does, wired once over one database: the services,
// and nothing of chat. Product, sample, tests and bench use the same wiring.
package ward

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/anchor"
	"canbobot/services/approve"
	"canbobot/services/bank"
	"canbobot/services/cases"
	"canbobot/services/change"
	"canbobot/services/channels"
	"canbobot/services/confirmation"
	"canbobot/services/downloads"
	"canbobot/services/drafts"
	"canbobot/services/evidence"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/keys"
	"canbobot/services/list"
	"canbobot/services/money"
	"canbobot/services/notice"
	"canbobot/services/outbox"
	"canbobot/services/paper"
	"canbobot/services/phrases"
	"canbobot/services/privacy"
	"canbobot/services/roster"
	"canbobot/services/sheet"
	"canbobot/services/signed"
	"canbobot/services/story"
	"canbobot/services/units"
	"canbobot/services/vault"
	"canbobot/services/warnings"
	"canbobot/services/year"
)

// Services are all that there are, over one database and by one clock.
type Services struct {
	Store       *models.Store
	Clock       services.Clock
	Vault       *vault.Vault
	Keys        *keys.Service
	Audit       *journal.Service
	Outbox      *outbox.Outbox
	Identity    *identity.Service
	Roster      *roster.Service
	Money       *money.Service
	List        *list.Service
	Year        *year.Service
	Changes     *change.Service
	Evidence    *evidence.Service
	Approvals   *approve.Service
	Delegations *approve.Delegations
	Cases       *cases.Service
	Notices     *notice.Service
	Drafts      *drafts.Service
	Phrases     *phrases.Service
	Channels    *channels.Service
	Warnings    *warnings.Service
	Sheets      *sheet.Service
	Results     *bank.Service
	Story       *story.Service
	Papers      *paper.Service
	Units       *units.Service
	Downloads   *downloads.Service
	Confirms    *confirmation.Service
	Signed      *signed.Service
	Privacy     *privacy.Copier
	Anchor      *anchor.Service

	guesses identity.Guesses
}

// New makes every service over one database, by one clock.
func New(store *models.Store, v *vault.Vault, clock services.Clock, guesses identity.Guesses) (*Services, error) {
	box, err := outbox.New(store, clock)
	if err != nil {
		return nil, err
	}
	w := &Services{Store: store, Clock: clock, Vault: v, Outbox: box, guesses: guesses}
	w.Keys = keys.New(store, v, clock)
	w.Audit = journal.New(store, clock).Keyed(v)
	w.Drafts = drafts.New(store, v, clock)
	w.Phrases = phrases.New(store, w.Audit, clock)
	w.Channels = channels.New(store, w.Audit, w.Outbox, clock, slog.Default())
	w.Identity = identity.New(store, v, w.Audit, w.Outbox, clock, guesses)
	w.Identity.AlarmedBy(w.Channels.Guessed)
	w.Roster = roster.New(store, v, w.Audit, clock)
	w.Money = money.New(store, w.Audit, box, w.Identity, clock)
	w.List = list.New(store, w.Audit, w.Outbox, w.Identity, clock)
	w.Year = year.New(store, w.Audit, clock)
	w.Approvals = approve.New(store, w.Audit, clock)
	w.Delegations = &approve.Delegations{Service: w.Approvals, Outbox: box, Gate: w.Identity}
	w.Evidence = evidence.New(store, w.Audit, clock)
	w.Changes = change.New(store, w.Roster, w.Money, w.Identity, w.Audit, w.Outbox, clock)
	w.Cases = cases.New(store, w.Audit, w.Outbox, w.Identity, w.List, clock)
	w.Notices = notice.New(store, w.Audit, w.Outbox, w.Identity, clock)
	w.Story = story.New(store, w.Audit, w.Changes, w.Identity, clock)
	w.Papers = paper.New(store, w.Roster, w.List, w.Year, w.Identity, w.Audit, clock)
	w.Units = units.New(store, w.Roster, w.Money, w.Audit, clock)
	w.Warnings = warnings.New(store, v, w.Identity, w.Outbox, clock)
	w.Sheets = sheet.New(store, v, w.Roster, w.Identity, w.Audit, clock)
	w.Results = bank.New(store, v, w.List, w.Identity, w.Audit, clock)
	w.Downloads = downloads.New(store, v, w.Audit, clock)
	w.Confirms = confirmation.New(store, v, w.Roster, w.List, w.Audit, clock)
	w.Signed = signed.New(store, v, w.List, w.Papers, w.Approvals, w.Audit, w.Outbox, w.Identity, clock)
	w.Privacy = &privacy.Copier{Service: privacy.New(store, w.Audit, box, w.Identity, clock), Cases: w.Cases,
		Changes: w.Changes}
	w.Anchor = anchor.New(store, w.Audit, v, w.Outbox, w.Identity, clock, slog.Default())
	return w, nil
}

// Migrate brings the tables up to date, and what is sealed in them.
func (w *Services) Migrate(ctx context.Context) error {
	if err := w.Store.Migrate(ctx); err != nil {
		return err
	}
	// Before it was let in, a role that owns nothing could not see by what to judge.
	if err := w.Keys.Check(ctx); err != nil {
		return err
	}
	if err := w.Keys.Begin(ctx); err != nil {
		return err
	}
	return w.Keys.Once(ctx, "the journal has a key", w.Audit.Begin)
}

// Rounds are the work of services that the clock brings.
func (w *Services) Rounds() []services.Round {
	tidy := services.Round{Name: "tidy", Does: "removes what the table below lists", Every: 6 * time.Hour, AtStart: true,
		Do: w.tidy}
	learn := services.Round{Name: "learn", Every: time.Hour, AtStart: true,
		Does: "looks at how many rows of each kind a SQLite file has, so that it finds them",
		Do:   func(ctx context.Context) (int, error) { return 0, w.Store.Learn(ctx) }}
	return []services.Round{w.Notices.Round(), w.Outbox.Round(), w.List.Round(), w.Warnings.Round(),
		approve.Round(append(w.Money.Waiting, w.Changes, w.List.Waiting, w.Notices.Waiting,
			w.Identity.Waiting, w.Signed.Waiting)...), w.Privacy.Round(), w.Anchor.Round(), tidy, learn}
}

// Purges are what tidying takes away.
var Purges = []services.Purge{
	bank.Purge, channels.PurgeRenewals, channels.PurgeUploads, confirmation.Purge, downloads.PurgeContent,
	downloads.PurgeRows, drafts.Purge, evidence.Purge, evidence.PurgeTries, notice.Purge, outbox.Purge,
	phrases.PurgeCounts, phrases.PurgeKept, sheet.Purge,
}

func (w *Services) tidy(ctx context.Context) (gone int, failed error) {
	for _, purge := range Purges {
		rows, err := purge.Run(w.Store.WithContext(ctx), w.Clock.UTC())
		if err == nil && rows > 0 { // what was taken away is told, by privacy.Removed
			err = w.Store.WithContext(ctx).Create(&models.Removal{Name: purge.Name, Gone: int64(rows), At: w.Clock.UTC()}).Error
		}
		gone, failed = gone+rows, errors.Join(failed, err)
	}
	return gone, failed
}

// At are the same services by another clock, over the same database: what
// happened in past months is dated there.
func (w *Services) At(clock services.Clock) (*Services, error) {
	return New(w.Store, w.Vault, clock, w.guesses)
}
