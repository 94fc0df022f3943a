package app

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"canbobot/app/sample"
	"canbobot/config"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/allowance"
	"canbobot/services/approve"
	"canbobot/services/bank"
	"canbobot/services/cases"
	"canbobot/services/change"
	"canbobot/services/channels"
	"canbobot/services/drafts"
	"canbobot/services/evidence"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/notice"
	"canbobot/services/outbox"
	"canbobot/services/paper"
	unclear "canbobot/services/phrases"
	"canbobot/services/roster"
	"canbobot/services/sheet"
	"canbobot/services/story"
	"canbobot/services/units"
	"canbobot/services/vault"
	"canbobot/services/warnings"
)

// Ward is what the ward does, wired once over one database: the services, and
// nothing of chat.
type Ward struct {
	Store     *models.Store
	Clock     services.Clock
	Vault     *vault.Vault
	Audit     *journal.Service
	Outbox    *outbox.Outbox
	Identity  *identity.Service
	Roster    *roster.Service
	Allowance *allowance.Service
	Changes   *change.Service
	Evidence  *evidence.Service
	Approvals *approve.Service
	Cases     *cases.Service
	Notices   *notice.Service
	Drafts    *drafts.Service
	Phrases   *unclear.Service
	Channels  *channels.Service
	Warnings  *warnings.Service
	Sheets    *sheet.Service
	Results   *bank.Service
	Story     *story.Service
	Papers    *paper.Service
	Units     *units.Service

	guesses identity.Guesses
}

// openStore opens the configured database; it changes nothing in it.
func openStore(ctx context.Context, settings config.Config, clock services.Clock) (*models.Store, error) {
	return models.Open(ctx, models.Options{URL: settings.DatabaseURL.Reveal(), Dir: settings.DataDir, Now: clock})
}

// newWard wires the services over an open database.
func newWard(store *models.Store, settings config.Config, clock services.Clock, guesses identity.Guesses) (*Ward, error) {
	keys := settings.Keys()
	v, err := vault.New(keys[0], keys[1:]...)
	if err != nil {
		return nil, fmt.Errorf("SECRET_KEY: %w", err)
	}
	return wire(store, v, clock, guesses)
}

// wire makes every service over one database, by one clock.
func wire(store *models.Store, v *vault.Vault, clock services.Clock, guesses identity.Guesses) (*Ward, error) {
	box, err := outbox.New(store, clock)
	if err != nil {
		return nil, err
	}
	w := &Ward{Store: store, Clock: clock, Vault: v, Outbox: box, guesses: guesses}
	w.Audit = journal.New(store, clock)
	w.Drafts = drafts.New(store, v, clock)
	w.Phrases = unclear.New(store, w.Audit, clock)
	w.Channels = channels.New(store, w.Audit, w.Outbox, clock, slog.Default())
	w.Identity = identity.New(store, w.Vault, w.Audit, w.Outbox, clock, guesses, "telegram", "web")
	w.Roster = roster.New(store, w.Vault, w.Audit, clock)
	w.Allowance = allowance.New(store, w.Audit, w.Outbox, w.Identity, clock)
	w.Approvals = approve.New(store, w.Audit, clock)
	w.Identity.HeldTo(w.Approvals)
	w.Evidence = evidence.New(store, w.Audit, clock)
	w.Changes = change.New(store, w.Roster, w.Allowance, w.Identity, w.Audit, w.Outbox, clock)
	w.Cases = cases.New(store, w.Audit, w.Outbox, w.Identity, w.Allowance, clock)
	w.Notices = notice.New(store, w.Audit, w.Outbox, w.Identity, clock)
	w.Story = story.New(store, w.Audit, w.Changes, w.Identity, clock)
	w.Papers = paper.New(store, w.Roster, w.Allowance, w.Identity, w.Audit, clock)
	w.Units = units.New(store, w.Roster, w.Allowance, w.Audit, clock)
	w.Warnings = warnings.New(store, w.Identity, w.Outbox, clock)
	w.Sheets = sheet.New(store, w.Vault, w.Roster, w.Identity, w.Audit, clock)
	w.Results = bank.New(store, w.Vault, w.Allowance, w.Identity, clock)
	return w, nil
}

// sampleServices hands the loader of the sample what it needs: the services,
// by a clock that it turns back to date what happened before.
func (w *Ward) sampleServices() sample.Tools {
	return sample.Tools{
		Store: w.Store, Vault: w.Vault, Clock: w.Clock,
		With: func(clock services.Clock) (sample.Services, error) {
			then, err := wire(w.Store, w.Vault, clock, w.guesses)
			if err != nil {
				return sample.Services{}, err
			}
			return sample.Services{Identity: then.Identity, Allowance: then.Allowance, Changes: then.Changes, Notices: then.Notices}, nil
		},
	}
}

// actorOf is the program itself, in the ward with this code.
func (w *Ward) actorOf(ctx context.Context, code string) (services.Actor, error) {
	wards, err := w.Identity.Wards(ctx)
	if err != nil {
		return services.Actor{}, err
	}
	var codes []string
	for _, ward := range wards {
		if ward.Code == code {
			return services.SystemActor(ward.ID), nil
		}
		codes = append(codes, ward.Code)
	}
	if code == "" {
		return services.Actor{}, usageError{fmt.Errorf("which ward? name one with --ward: %s", strings.Join(codes, ", "))}
	}
	return services.Actor{}, usageError{fmt.Errorf("no ward %q; there are: %s", code, strings.Join(codes, ", "))}
}
