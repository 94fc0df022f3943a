// Package identity says who is talking: it links chats to people of the roster
// and to ward staff, proves them, keeps their consent, and forgets them again.
//
// A link rests on two things: a code that the ward handed out, and something
// only its owner has (the telephone of the roster, or staff's code generator).
// Where one of them is missing a clerk who has telephoned the person decides.
package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/vault"
)

// part is what each part of the service works with.
type part struct {
	*guard
	store  *models.Store
	vault  *vault.Vault
	audit  *journal.Service
	outbox *outbox.Outbox
	clock  services.Clock
}

// Service links accounts and knows them again.
type Service struct {
	part
	vouching map[string]bool

	Requests *Requests
	Privacy  *Privacy
	// Waiting reminds of requests to be linked that wait too long.
	Waiting  approve.Reminder
	identify string // the query of Identify in the database's own dialect
}

// Requests are those of people who ask to be linked without a proof.
type Requests struct {
	part
	identity *Service
	links    *links
}

// Privacy is what people agree to, see and take back of what is kept of them.
type Privacy struct{ part }

// New makes the service. Vouching names the channels whose contact button
// proves that a number is the sender's own: there nothing less is taken as
// proof, or whoever found a code would choose the weaker way. Without guesses
// every code is refused.
func New(store *models.Store, vault *vault.Vault, audit *journal.Service, outbox *outbox.Outbox, clock services.Clock,
	guesses Guesses, vouching ...string) *Service {
	with := part{store: store, vault: vault, audit: audit, outbox: outbox, clock: clock, guard: &guard{guesses: guesses}}
	s := &Service{
		part: with, vouching: map[string]bool{}, Privacy: &Privacy{with}, identify: numbered(identifyQuery, store.Dialect),
	}
	links := linksOf(approve.New(store, audit, clock), outbox, s, clock)
	s.Requests, s.Waiting = &Requests{part: with, identity: s, links: links}, links
	s.VouchedBy(vouching...)
	return s
}

// VouchedBy names the channels whose platforms vouch for a person's own number;
// before anybody writes on one.
func (s *Service) VouchedBy(channels ...string) {
	for _, channel := range channels {
		s.vouching[channel] = true
	}
}

// Identity is who is talking, as the ward knows them.
type Identity struct {
	Actor     services.Actor
	Name      string
	Consented bool
	// ConsentVersion is of the text that was agreed to last.
	ConsentVersion string
	SteppedUp      bool // a fresh code was given within the last 15 minutes
	ChatID         string
	LastSeen       time.Time // before this call
	Former         bool      // an officer who holds no post today: history only
	Brief          bool      // wants questions short, without examples
}

// Chat is where somebody is talking from. Event is the inbound event as
// services.Actor carries it (channel and event id): the key by which a
// redelivered one has its effect once.
type Chat struct {
	Channel, ExternalID, ChatID, Event string
}

// touchEvery bounds how often being seen is written down, and signInAfter is
// how long staff must have been away for their return to be a sign-in.
const (
	touchEvery  = 10 * time.Minute
	signInAfter = 12 * time.Hour
)

// identifyQuery is the hot path: every inbound event asks it once, so it is one
// statement, sent as it is for the driver to keep prepared.
const identifyQuery = `
SELECT a.id, a.ward_id, a.chat_id, a.last_seen_at, a.unreachable_at, a.stepped_up_until,
       COALESCE(a.person_id, s.person_id, 0), COALESCE(a.staff_id, 0),
       COALESCE(p.name, s.name, ''), COALESCE(s.role, ''), COALESCE(s.active, false), COALESCE(s.brief, p.brief, false),
       COALESCE((SELECT c.version FROM consents c WHERE c.account_id = a.id AND c.withdrawn_at IS NULL
                 ORDER BY c.id DESC LIMIT 1), ''),
       EXISTS (SELECT 1 FROM terms t WHERE t.person_id = a.person_id AND t.superseded_at IS NULL
               AND t.from_date <= ? AND (t.to_date IS NULL OR t.to_date >= ?))
FROM accounts a
LEFT JOIN people p ON p.id = a.person_id
LEFT JOIN staff s ON s.id = a.staff_id
WHERE a.channel = ? AND a.external_id = ? AND a.unlinked_at IS NULL`

// numbered writes the query's gaps as PostgreSQL wants them.
func numbered(query string, dialect models.Dialect) string {
	if dialect != models.PostgreSQL {
		return query
	}
	var b strings.Builder
	for i, part := range strings.Split(query, "?") {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(i))
		}
		b.WriteString(part)
	}
	return b.String()
}

// Identify finds who talks from an account of a channel, and notes that they
// did. Whoever is not linked, and staff who have been retired, is a stranger and
// no error.
func (s *Service) Identify(ctx context.Context, channel, externalID string) (Identity, error) {
	who, unreachable, err := s.who(ctx, channel, externalID)
	if err != nil || who.Actor.Account == 0 {
		return who, err
	}
	now := s.clock.UTC()
	if unreachable || now.Sub(who.LastSeen) >= touchEvery {
		// Being seen is a convenience of delivery: it must not cost the answer.
		if err := s.touch(ctx, who.Actor, who.LastSeen, now); err != nil {
			slog.WarnContext(ctx, "last seen not kept", "account", who.Actor.Account, "error", err)
		}
	}
	return who, nil
}

// Holder finds whose an account is, as Identify does, for those who write to
// it: nobody has been seen there.
func (s *Service) Holder(ctx context.Context, channel, externalID string) (Identity, error) {
	who, _, err := s.who(ctx, channel, externalID)
	return who, err
}

func (s *Service) who(ctx context.Context, channel, externalID string) (Identity, bool, error) {
	who := Identity{Actor: services.Actor{Channel: channel}}
	var (
		actor                  services.Actor
		role                   string
		active, inPost         bool
		unreachable, steppedUp sql.NullTime
	)
	today := models.DateOf(s.clock.Local()).String()
	err := s.store.SQL.QueryRowContext(ctx, s.identify, today, today, channel, externalID).Scan(
		&actor.Account, &actor.Ward, &who.ChatID, &who.LastSeen, &unreachable, &steppedUp,
		&actor.Person, &actor.Staff, &who.Name, &role, &active, &who.Brief, &who.ConsentVersion, &inPost)
	if errors.Is(err, sql.ErrNoRows) {
		return who, false, nil
	}
	if err != nil {
		return Identity{}, false, fmt.Errorf("identify: %w", err)
	}
	actor.Channel = channel
	switch {
	case actor.Staff == 0:
		actor.Role = services.Officer
		who.Former = !inPost
	case active:
		actor.Role = services.Role(role)
	default:
		return Identity{Actor: services.Actor{Channel: channel}}, false, nil
	}
	who.Actor = actor
	who.Consented = who.ConsentVersion != ""
	who.SteppedUp = steppedUp.Valid && steppedUp.Time.After(s.clock.UTC())
	who.LastSeen = who.LastSeen.UTC()
	return who, unreachable.Valid, nil
}

// touch notes that the account was used, hence can be reached. Of several at
// once one writes. Staff who come back after a while have signed in.
func (s *Service) touch(ctx context.Context, actor services.Actor, before, now time.Time) error {
	seen := func(tx *gorm.DB) (bool, error) {
		result := tx.Model(&models.Account{}).
			Where("id = ? AND (last_seen_at <= ? OR unreachable_at IS NOT NULL)", actor.Account, before).
			Updates(map[string]any{"last_seen_at": now, "unreachable_at": nil, "unreachable_why": ""})
		return result.RowsAffected == 1, result.Error
	}
	if actor.Staff == 0 || now.Sub(before) < signInAfter {
		_, err := seen(s.store.WithContext(ctx))
		return err
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		won, err := seen(tx)
		if err != nil || !won {
			return err
		}
		return s.audit.Record(tx, actor, "staff.signed_in", subject("staff", actor.Staff),
			journal.Detail{"account": actor.Account, "channel": actor.Channel})
	})
}

// write runs one transaction.
func (p part) write(ctx context.Context, do func(tx *gorm.DB) error) error {
	return p.store.WithContext(ctx).Transaction(do)
}

// subject names a row for the journal.
func subject(kind string, id int64) string { return kind + ":" + strconv.FormatInt(id, 10) }

// found turns a missing row into a refusal that tells nothing more.
func found(err error, code string) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return services.NotFound(code)
	}
	return err
}
