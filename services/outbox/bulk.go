package outbox

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/riverqueue/river"
	"gorm.io/gorm"

	"canbobot/models"
)

const (
	// queueBulk is a queue of its own: what goes to many must leave workers to
	// what goes to one.
	queueBulk = "bulk"
	// rowsEach is how many rows a job of a bulk works.
	rowsEach = 500
	// jobsAtOnce bounds one insertion of jobs.
	jobsAtOnce = 200
	// claimDies is when a claim is that of a process that is dead: a job that
	// lives is ended by JobTimeout.
	claimDies = 2 * JobTimeout
)

// Bulk works the deliveries of one subject whose ids lie between From and To.
// Two jobs over the same ids do no harm: each row is claimed by one.
type Bulk struct {
	Kind_     string `json:"kind"`
	Subject   string `json:"subject"`
	SubjectID int64  `json:"subject_id"`
	From      int64  `json:"from"`
	To        int64  `json:"to"`
	// NoRepeat leaves a message of which nothing was heard to people: a gap is
	// better than a repeat.
	NoRepeat bool `json:"no_repeat,omitempty"`
}

func (Bulk) Kind() string { return "bulk" }

// bulkTries is how often a job that fails, for a reason of our own, is tried.
const bulkTries = 100

func (Bulk) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queueBulk, MaxAttempts: bulkTries}
}

// Broadcast is one message to many people.
type Broadcast struct {
	Ward      int64
	Kind      string
	Subject   string
	SubjectID int64
	Version   int
	NoRepeat  bool // see Bulk
}

// TellAll queues a message for everybody that people selects, as column
// person_id, in the caller's transaction, and returns how many they are. It
// takes one statement however many they are; who was told before is left out.
func (o *Outbox) TellAll(ctx context.Context, tx *gorm.DB, message Broadcast, people *gorm.DB) (int64, error) {
	now := o.clock.UTC()
	key := fmt.Sprintf("%s:%s:%d:%d:p", message.Kind, message.Subject, message.SubjectID, message.Version)
	result := tx.Exec(`
INSERT INTO deliveries (ward_id, kind, subject_kind, subject_id, version, person_id, state, key, created_at, updated_at)
SELECT CAST(? AS bigint), CAST(? AS text), CAST(? AS text), CAST(? AS bigint), CAST(? AS bigint), p.person_id, 'queued',
	CAST(? AS text) || CAST(p.person_id AS text) || ':s0:a0::', ?, ?
FROM (?) p WHERE true ON CONFLICT (key) DO NOTHING`,
		message.Ward, message.Kind, message.Subject, message.SubjectID, message.Version, key, now, now, people)
	if result.Error != nil {
		return 0, fmt.Errorf("queue bulk: %w", result.Error)
	}
	return result.RowsAffected, o.Chunks(ctx, tx, message)
}

// Chunks enqueues jobs for what of a broadcast waits, as after a pause.
func (o *Outbox) Chunks(ctx context.Context, tx *gorm.DB, message Broadcast) error {
	var ends struct{ First, Last int64 }
	err := tx.Raw(`SELECT COALESCE(MIN(id), 0) AS first, COALESCE(MAX(id), 0) AS last FROM deliveries
WHERE subject_kind = ? AND subject_id = ? AND kind = ? AND state IN ('queued', 'sending', 'uncertain')`,
		message.Subject, message.SubjectID, message.Kind).Scan(&ends).Error
	if err != nil {
		return fmt.Errorf("queue bulk: %w", err)
	}
	if ends.First == 0 {
		return nil
	}
	jobs := make([]river.JobArgs, 0, jobsAtOnce)
	for from := ends.First; from <= ends.Last; from += rowsEach {
		jobs = append(jobs, Bulk{
			Kind_: message.Kind, Subject: message.Subject, SubjectID: message.SubjectID,
			From: from, To: min(from+rowsEach-1, ends.Last), NoRepeat: message.NoRepeat,
		})
		if len(jobs) == jobsAtOnce || from+rowsEach > ends.Last {
			if err := o.Enqueue(ctx, tx, jobs...); err != nil {
				return err
			}
			jobs = jobs[:0]
		}
	}
	return nil
}

// CancelAll ends what of a broadcast has not left yet, in the caller's
// transaction, and returns how many that were.
func (o *Outbox) CancelAll(tx *gorm.DB, message Broadcast) (int64, error) {
	result := tx.Model(&models.Delivery{}).
		Where("subject_kind = ? AND subject_id = ? AND kind = ? AND state = ?", message.Subject, message.SubjectID, message.Kind, models.DeliveryQueued).
		Updates(map[string]any{"state": models.DeliveryFailed, "reason": "cancelled", "updated_at": o.clock.UTC()})
	if result.Error != nil {
		return 0, fmt.Errorf("cancel bulk: %w", result.Error)
	}
	return result.RowsAffected, nil
}

// Rescue marks rows of a job that a dead process had claimed as uncertain.
func (o *Outbox) Rescue(ctx context.Context, job Bulk) error {
	now := o.clock.UTC()
	err := o.within(ctx, job).Where("state = ? AND updated_at < ?", models.DeliverySending, now.Add(-claimDies)).
		Updates(map[string]any{"state": models.DeliveryUncertain, "reason": "uncertain", "updated_at": now}).Error
	if err != nil {
		return fmt.Errorf("rescue bulk: %w", err)
	}
	return nil
}

func (o *Outbox) within(ctx context.Context, job Bulk) *gorm.DB {
	return o.store.WithContext(ctx).Model(&models.Delivery{}).
		Where("id BETWEEN ? AND ? AND subject_kind = ? AND subject_id = ? AND kind = ?", job.From, job.To, job.Subject, job.SubjectID, job.Kind_)
}

// open are the states that a job of a bulk has still to do with.
func (job Bulk) open() []models.DeliveryState {
	if job.NoRepeat {
		return []models.DeliveryState{models.DeliveryQueued}
	}
	return []models.DeliveryState{models.DeliveryQueued, models.DeliveryUncertain}
}

// ClaimBulk takes up to limit rows of a job whose ids come after one, in their
// order. Interrupted rows, of which a process died or heard nothing, have the
// reason "uncertain". Nothing is claimed of a notice that pauses or has ended.
func (o *Outbox) ClaimBulk(ctx context.Context, job Bulk, after int64, limit, tries int) ([]models.Delivery, error) {
	lock := " FOR UPDATE SKIP LOCKED"
	if o.store.Dialect == models.SQLite {
		lock = "" // it has one writer at a time
	}
	var rows []models.Delivery
	err := o.store.WithContext(ctx).Raw(`
UPDATE deliveries SET state = 'sending', attempts = attempts + 1, updated_at = ? WHERE id IN (
	SELECT id FROM deliveries WHERE id > ? AND id BETWEEN ? AND ? AND subject_kind = ? AND subject_id = ? AND kind = ?
	AND state IN ? AND (state = 'queued' OR attempts < ?)
	AND (subject_kind <> 'notice' OR EXISTS (SELECT 1 FROM notices n WHERE n.id = deliveries.subject_id AND n.state NOT IN ('paused', 'cancelled')))
	ORDER BY id LIMIT ?`+lock+`) RETURNING *`,
		o.clock.UTC(), after, job.From, job.To, job.Subject, job.SubjectID, job.Kind_, job.open(), tries, limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("claim bulk: %w", err)
	}
	return rows, nil
}

// LeftOf counts what of a job is not at its end: waiting has rows that may be
// claimed, claimed those that somebody sends at the moment or died over. Both
// are 0 for a notice that pauses or has ended.
func (o *Outbox) LeftOf(ctx context.Context, job Bulk, tries int) (waiting, claimed int64, err error) {
	var left struct{ Waiting, Claimed int64 }
	err = o.within(ctx, job).Select(`
COALESCE(SUM(CASE WHEN state IN ? AND (state = 'queued' OR attempts < ?) THEN 1 ELSE 0 END), 0) AS waiting,
COALESCE(SUM(CASE WHEN state = 'sending' THEN 1 ELSE 0 END), 0) AS claimed`, job.open(), tries).
		Where("subject_kind <> 'notice' OR EXISTS (SELECT 1 FROM notices n WHERE n.id = deliveries.subject_id AND n.state NOT IN ('paused', 'cancelled'))").
		Scan(&left).Error
	if err != nil {
		return 0, 0, fmt.Errorf("rest of bulk: %w", err)
	}
	return left.Waiting, left.Claimed, nil
}

// Accounts are the chats of people, of each the one used last first: linked and
// agreed.
func (o *Outbox) Accounts(ctx context.Context, people []int64) (map[int64][]models.Account, error) {
	var accounts []models.Account
	err := o.store.WithContext(ctx).Where("person_id IN ? AND unlinked_at IS NULL", people).
		Where("EXISTS (SELECT 1 FROM consents c WHERE c.account_id = accounts.id AND c.withdrawn_at IS NULL)").
		Order("person_id, last_seen_at DESC, id DESC").Find(&accounts).Error
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	of := make(map[int64][]models.Account, len(people))
	for _, account := range accounts {
		of[*account.PersonID] = append(of[*account.PersonID], account)
	}
	return of, nil
}

// Outcome is what became of one claimed row.
type Outcome struct {
	ID      int64                `json:"id"`
	State   models.DeliveryState `json:"state"` // queued gives it back: the try does not count
	Reason  string               `json:"reason"`
	Account int64                `json:"account"`
	Channel string               `json:"channel"`
	ChatID  string               `json:"chat"`
	Ref     string               `json:"ref"`
}

// Conclude records what became of claimed rows, all in one statement.
func (o *Outbox) Conclude(ctx context.Context, outcomes []Outcome) error {
	if len(outcomes) == 0 {
		return nil
	}
	list, err := json.Marshal(outcomes)
	if err != nil {
		return fmt.Errorf("conclude bulk: %w", err)
	}
	from := `jsonb_to_recordset(CAST(? AS jsonb)) AS v(id bigint, state text, reason text, account bigint, channel text, chat text, ref text)`
	if o.store.Dialect == models.SQLite {
		from = `(SELECT json_extract(value, '$.id') AS id, json_extract(value, '$.state') AS state, json_extract(value, '$.reason') AS reason,
	json_extract(value, '$.account') AS account, json_extract(value, '$.channel') AS channel, json_extract(value, '$.chat') AS chat,
	json_extract(value, '$.ref') AS ref FROM json_each(?)) AS v`
	}
	now := o.clock.UTC()
	err = o.store.WithContext(ctx).Exec(`
UPDATE deliveries SET state = v.state, reason = v.reason, updated_at = ?,
	attempts = CASE WHEN v.state = 'queued' THEN deliveries.attempts - 1 ELSE deliveries.attempts END,
	sent_at = CASE WHEN v.state = 'sent' THEN ? ELSE deliveries.sent_at END,
	account_id = CASE WHEN v.state = 'sent' THEN v.account ELSE deliveries.account_id END,
	channel = CASE WHEN v.state = 'sent' THEN v.channel ELSE deliveries.channel END,
	chat_id = CASE WHEN v.state = 'sent' THEN v.chat ELSE deliveries.chat_id END,
	message_ref = CASE WHEN v.state = 'sent' THEN v.ref ELSE deliveries.message_ref END
FROM `+from+` WHERE deliveries.id = v.id AND deliveries.state = 'sending'`, now, now, string(list)).Error
	if err != nil {
		return fmt.Errorf("conclude bulk: %w", err)
	}
	return nil
}

// Interrupted reports whether a claimed row may be read twice.
func Interrupted(row models.Delivery) bool { return row.Reason == "uncertain" }
