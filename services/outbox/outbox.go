// Package outbox is what others must be told. A message becomes a row of
// deliveries and a job in the very transaction of the change it tells of:
// rolled back, nobody hears; committed, the job outlives any crash.
package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
)

// Why a delivery stands still of which nothing is wrong: whoever sends it wants
// it so.
const (
	Paused    = "paused"
	Cancelled = "cancelled"
)

// Message is one thing that one recipient must be told. Exactly one of Person,
// Staff and Account says who; Account for one that belongs to nobody yet.
type Message struct {
	Ward      int64
	Kind      Kind
	Subject   string // kind of subject
	SubjectID int64
	Version   int
	Person    int64
	Staff     int64
	Account   int64  // of a known account, when it must be that one
	Channel   string // with ChatID: a chat that is linked to nobody
	ChatID    string
}

// key makes a message unique: one subject at one version, one recipient.
func (m Message) key() string {
	return fmt.Sprintf("%s:%s:%d:%d:p%d:s%d:a%d:%s:%s", m.Kind, m.Subject, m.SubjectID, m.Version, m.Person, m.Staff,
		m.Account, m.Channel, m.ChatID)
}

// cutKey takes the person out of a key of nobody.
func cutKey(key string) (before, after string, found bool) {
	before, after, found = strings.Cut(key, ":p0:")
	return before + ":p", ":" + after, found
}

// Outbox inserts messages and jobs.
type Outbox struct {
	jobs  *river.Client[*sql.Tx]
	store *models.Store
	clock services.Clock
}

// New makes an outbox that only inserts; app runs the workers.
func New(store *models.Store, clock services.Clock) (*Outbox, error) {
	var client *river.Client[*sql.Tx]
	var err error
	if store.Dialect == models.SQLite {
		client, err = river.NewClient(riversqlite.New(store.SQL), &river.Config{Hooks: stamping})
	} else {
		client, err = river.NewClient(riverdatabasesql.New(store.SQL), &river.Config{Hooks: stamping})
	}
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return &Outbox{jobs: client, store: store, clock: clock}, nil
}

// TellStaff is Tell of one message to each of some ward users.
func (o *Outbox) TellStaff(ctx context.Context, tx *gorm.DB, message Message, staff []models.Staff) error {
	messages := make([]Message, len(staff))
	for i, one := range staff {
		messages[i] = message
		messages[i].Staff = one.ID
	}
	return o.Tell(ctx, tx, messages...)
}

// Tell queues messages in the caller's transaction. One that was queued before
// is left as it is.
func (o *Outbox) Tell(ctx context.Context, tx *gorm.DB, messages ...Message) error {
	if len(messages) == 0 {
		return nil
	}
	now := o.clock.UTC()
	rows := make([]models.Delivery, len(messages))
	keys := make([]string, len(messages))
	for i, m := range messages {
		keys[i] = m.key()
		rows[i] = models.Delivery{
			WardID: m.Ward, Kind: m.Kind, SubjectKind: m.Subject, SubjectID: m.SubjectID, Version: m.Version,
			PersonID: pointer(m.Person), StaffID: pointer(m.Staff), AccountID: pointer(m.Account),
			Channel: m.Channel, ChatID: m.ChatID,
			State: models.DeliveryQueued, Key: keys[i], CreatedAt: now, UpdatedAt: now,
		}
	}
	if err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "key"}}, DoNothing: true}).Create(
		&rows).Error; err != nil {
		return fmt.Errorf("queue messages: %w", err)
	}
	// Ids of skipped rows are not reported alike by the two databases.
	var queued []models.Delivery
	if err := tx.Select("id", "person_id").Where("key IN ? AND state = ?", keys,
		models.DeliveryQueued).Find(&queued).Error; err != nil {
		return fmt.Errorf("queue messages: %w", err)
	}
	var people, others []int64
	for _, row := range queued {
		if row.PersonID != nil {
			people = append(people, row.ID)
		} else {
			others = append(others, row.ID)
		}
	}
	for _, id := range others { // a desk's work waits for no crowd, however many sit there
		if err := o.Enqueue(ctx, tx, Deliver{Deliveries: []int64{id}}); err != nil {
			return err
		}
	}
	if len(people) == 0 {
		return nil
	}
	return o.deliver(ctx, tx, people, false)
}

// Redraw has every card of a subject that people have before them drawn anew.
// Where nothing can be redrawn, whoever brought it about reads of it in their
// answer already.
func (o *Outbox) Redraw(ctx context.Context, tx *gorm.DB, by services.Actor, ward int64, subject string,
	id int64) error {
	return o.Enqueue(ctx, tx, Redraw{Ward: ward, Subject: subject, SubjectID: id, By: by.Account})
}

// Resend sends a card anew, as it has become, to who has an older one before
// them on a channel that redraws nothing; once for each version, and not when
// they are being told of that version anyway.
func (o *Outbox) Resend(ctx context.Context, card models.Delivery, version int) error {
	return o.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var told int64
		err := tx.Model(&models.Delivery{}).Where("subject_kind = ? AND subject_id = ? AND version >= ?", card.SubjectKind,
			card.SubjectID, version).
			Where("COALESCE(person_id, 0) = ? AND COALESCE(staff_id, 0) = ?", value(card.PersonID),
				value(card.StaffID)).Count(&told).Error
		if err != nil {
			return fmt.Errorf("resend card: %w", err)
		}
		if told > 0 {
			return nil
		}
		return o.Tell(ctx, tx, Message{
			Ward: card.WardID, Kind: CardChanged, Subject: card.SubjectKind, SubjectID: card.SubjectID, Version: version,
			Person: value(card.PersonID), Staff: value(card.StaffID), Account: value(card.AccountID),
		})
	})
}

func value(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}

// Enqueue inserts jobs in the caller's transaction.
func (o *Outbox) Enqueue(ctx context.Context, tx *gorm.DB, args ...river.JobArgs) error {
	if len(args) == 0 {
		return nil
	}
	sqlTx, ok := tx.Statement.ConnPool.(*sql.Tx)
	if !ok {
		return errors.New("enqueue: not inside a transaction")
	}
	params := make([]river.InsertManyParams, len(args))
	for i, arg := range args {
		params[i] = river.InsertManyParams{Args: arg}
	}
	// The result would bring every job back.
	if _, err := o.jobs.InsertManyFastTx(ctx, sqlTx, params); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}

// Once marks the actor's inbound event as having its effect, in the caller's
// transaction. An event that had it before is refused with conflict/repeated.
// A job has no event and passes.
func Once(tx *gorm.DB, clock services.Clock, actor services.Actor) error {
	if actor.Event == "" {
		return nil
	}
	row := models.IdempotencyKey{Key: actor.Event, WardID: actor.Ward, At: clock.UTC()}
	result := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	if result.Error != nil {
		return fmt.Errorf("mark event %s: %w", actor.Event, result.Error)
	}
	if result.RowsAffected == 0 {
		return services.Conflict("repeated")
	}
	return nil
}

// keysKept is how long an event's effect is remembered: far longer than any
// platform repeats an event, and update ids may start again after a week.
const keysKept = 30 * 24 * time.Hour

// Purge forgets events.
var Purge = services.Purge{Name: "idempotency_keys",
	Basis: "security of processing: nothing is done twice",
	What:  "which events were handled", Kept: keysKept,
	SQL: "DELETE FROM idempotency_keys WHERE at < ?"}

func pointer(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}
