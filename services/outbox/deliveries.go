package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
)

// Lease is how long a delivery that is being sent belongs to who took it. After
// that, its sender has died, or was asleep for so long that nobody can tell.
const Lease = time.Minute

// Open reads those of the deliveries that have not come to an end. What is being
// sent by somebody else at the moment is among them.
func (o *Outbox) Open(ctx context.Context, ids []int64) ([]models.Delivery, error) {
	var open []models.Delivery
	err := o.store.WithContext(ctx).
		Where(o.store.In("id", ids)).
		Where("state IN ? OR state = ? AND due_at IS NOT NULL",
			[]models.DeliveryState{models.DeliveryQueued, models.DeliverySending}, models.DeliveryUncertain).
		Order("id").Find(&open).Error
	if err != nil {
		return nil, fmt.Errorf("open deliveries: %w", err)
	}
	return open, nil
}

// Interrupted reports whether somebody may have sent a delivery that Open has
// read: its recipient may read it twice.
func Interrupted(delivery models.Delivery) bool {
	return delivery.State == models.DeliverySending || delivery.State == models.DeliveryUncertain
}

// DueIn is after how long a delivery that Open has read may be tried: 0 for at
// once.
func DueIn(delivery models.Delivery, now time.Time) time.Duration {
	due := now
	switch {
	case delivery.State == models.DeliverySending:
		due = delivery.UpdatedAt.Add(Lease)
	case delivery.DueAt != nil:
		due = *delivery.DueAt
	}
	return max(due.Sub(now), 0)
}

// Take claims deliveries for sending, and returns those of them that are as they
// were read: whatever became of the others meanwhile counts.
func (o *Outbox) Take(ctx context.Context, deliveries []models.Delivery) ([]models.Delivery, error) {
	type row struct {
		ID       int64                `json:"id"`
		State    models.DeliveryState `json:"state"`
		Attempts int                  `json:"attempts"`
	}
	rows := make([]row, len(deliveries))
	for i, delivery := range deliveries {
		rows[i] = row{delivery.ID, delivery.State, delivery.Attempts}
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return nil, fmt.Errorf("take deliveries: %w", err)
	}
	now := o.clock.UTC()
	var ids []int64
	err = o.store.WithContext(ctx).Raw(`
UPDATE deliveries SET state = ?, attempts = deliveries.attempts + 1, due_at = NULL, updated_at = ?
FROM `+o.listed("id bigint", "state text", "attempts bigint")+`
WHERE deliveries.id = v.id AND deliveries.state = v.state AND deliveries.attempts = v.attempts RETURNING deliveries.id`,
		models.DeliverySending, now, string(list)).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("take deliveries: %w", err)
	}
	mine := make(map[int64]bool, len(ids))
	for _, id := range ids {
		mine[id] = true
	}
	taken := make([]models.Delivery, 0, len(ids))
	for _, delivery := range deliveries {
		if mine[delivery.ID] {
			delivery.State, delivery.DueAt, delivery.UpdatedAt = models.DeliverySending, nil, now
			delivery.Attempts++
			taken = append(taken, delivery)
		}
	}
	return taken, nil
}

// listed is a JSON list as a table v of these columns: one parameter, however
// many rows.
func (o *Outbox) listed(columns ...string) string {
	list, named := "", ""
	for i, column := range columns {
		if i > 0 {
			list, named = list+", ", named+", "
		}
		name, _, _ := strings.Cut(column, " ")
		list += column
		named += "json_extract(value, '$." + name + "') AS " + name
	}
	if o.store.Dialect == models.SQLite {
		return "(SELECT " + named + " FROM json_each(?)) AS v"
	}
	return "jsonb_to_recordset(CAST(CAST(? AS text) AS jsonb)) AS v(" + list + ")"
}

// Arrival is where a delivery went, and how.
type Arrival struct {
	Account              int64 // 0 for a number of the roster
	Channel, ChatID, Ref string
	Via                  string // template_user, template_phone; empty for a message
	Mark                 string // as Mark gave it, where the choices were numbered
	Reports              bool   // the platform tells when it arrived, by Ref
}

// Outcome is what a try to send a delivery came to.
type Outcome struct {
	Delivery models.Delivery // as Take returned it
	State    models.DeliveryState
	Reason   string // a code, never the recipient's words
	Arrival  Arrival
	// Due is when a delivery that is queued, or uncertain, is tried again; the
	// zero time for never.
	Due time.Time
	// Uncounted says that nothing has left: the try does not count.
	Uncounted bool
}

// dueGrain is how exactly the time of another try is kept: those of one flight
// that wait for the same are a statement, not one each.
const dueGrain = 100 * time.Millisecond

// Settle writes down what became of deliveries that were taken. Done again, after
// it failed in the middle, it changes nothing more. What their recipients have
// said meanwhile stands, and what somebody else has taken up since is theirs.
func (o *Outbox) Settle(ctx context.Context, outcomes ...Outcome) error {
	type row struct {
		ID       int64                `json:"id"`
		Attempts int                  `json:"attempts"`
		Back     int                  `json:"back"`
		State    models.DeliveryState `json:"state"`
		Reason   string               `json:"reason"`
		Sent     int                  `json:"sent"`
		Marked   int                  `json:"marked"`
		Account  *int64               `json:"account"`
		Channel  string               `json:"channel"`
		Chat     string               `json:"chat"`
		Ref      string               `json:"ref"`
		Report   string               `json:"report"`
		Lost     int                  `json:"lost"`
		Via      string               `json:"via"`
	}
	type key struct{ taken, due time.Time }
	groups := map[key][]row{}
	for _, one := range outcomes {
		to := one.Arrival
		line := row{ID: one.Delivery.ID, Attempts: one.Delivery.Attempts, State: one.State, Reason: one.Reason,
			Account: pointer(to.Account), Channel: to.Channel, Chat: to.ChatID, Ref: to.Ref, Via: to.Via}
		if one.State == models.DeliverySent {
			line.Sent = 1
		}
		if to.Mark != "" {
			line.Marked = 1
		}
		if to.Reports {
			line.Report = to.Ref
		}
		if one.State == models.DeliveryFailed || one.State == models.DeliveryUnreachable {
			line.Lost = 1
		}
		if one.Uncounted {
			line.Back = 1
		}
		group := key{taken: one.Delivery.UpdatedAt}
		if !one.Due.IsZero() { // never earlier than the platform has said
			group.due = one.Due.UTC().Add(dueGrain - time.Nanosecond).Truncate(dueGrain)
		}
		groups[group] = append(groups[group], line)
	}
	for group, rows := range groups {
		list, err := json.Marshal(rows)
		if err != nil {
			return fmt.Errorf("settle deliveries: %w", err)
		}
		now := o.clock.UTC()
		var again *time.Time
		if !group.due.IsZero() {
			again = &group.due
		}
		// A try that does not count gives its number back: only with the moment of
		// taking is it known from the try that somebody else makes next.
		err = o.store.WithContext(ctx).Exec(`
UPDATE deliveries SET
	state = CASE WHEN deliveries.state = 'sending' THEN v.state ELSE deliveries.state END,
	reason = v.reason, attempts = deliveries.attempts - v.back, due_at = ?, updated_at = ?,
	sent_at = CASE WHEN v.sent = 1 THEN ? ELSE sent_at END,
	account_id = CASE WHEN v.sent = 1 THEN v.account ELSE account_id END,
	channel = CASE WHEN v.sent = 1 THEN v.channel ELSE deliveries.channel END,
	chat_id = CASE WHEN v.sent = 1 THEN v.chat ELSE chat_id END,
	message_ref = CASE WHEN v.sent = 1 THEN v.ref ELSE message_ref END,
	receipt_ref = CASE WHEN v.sent = 1 THEN v.report ELSE receipt_ref END,
	unreached_at = CASE WHEN v.lost = 1 THEN ? ELSE unreached_at END,
	via = CASE WHEN v.sent = 1 THEN v.via ELSE deliveries.via END,
	mark = CASE WHEN v.sent = 1 AND v.marked = 0 THEN '' ELSE mark END,
	mark_key = CASE WHEN v.sent = 1 AND v.marked = 0 THEN NULL ELSE mark_key END,
	choices = CASE WHEN v.sent = 1 AND v.marked = 0 THEN '' ELSE choices END
FROM `+o.listed("id bigint", "attempts bigint", "back bigint", "state text", "reason text",
			"sent bigint", "marked bigint",
			"account bigint", "channel text", "chat text", "ref text", "report text", "lost bigint", "via text")+`
WHERE deliveries.id = v.id AND deliveries.attempts = v.attempts
AND (deliveries.state = 'sending' AND deliveries.updated_at = ? OR v.sent = 1
AND deliveries.state IN ('seen', 'confirmed'))`,
			again, now, now, now, string(list), group.taken).Error
		if err != nil {
			return fmt.Errorf("settle deliveries: %w", err)
		}
	}
	return nil
}

// Shown remembers a card that was the answer to its reader, so that it is
// redrawn like those that were sent unasked. Showing it again moves it.
func (o *Outbox) Shown(ctx context.Context, actor services.Actor, channel, chatID, ref, subject string, id int64,
	version int) error {
	now := o.clock.UTC()
	row := models.Delivery{
		WardID: actor.Ward, Kind: Shown, SubjectKind: subject, SubjectID: id, Version: version,
		PersonID: pointer(actor.Person), StaffID: pointer(actor.Staff), AccountID: pointer(actor.Account),
		Channel: channel, ChatID: chatID, MessageRef: ref,
		State: models.DeliverySent, SentAt: &now, CreatedAt: now, UpdatedAt: now,
		Key: fmt.Sprintf("%s:%s:%d:%s:%s:%s", Shown, subject, id, channel, chatID, ref),
	}
	err := o.store.WithContext(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "key"}}, DoUpdates: clause.AssignmentColumns([]string{"version", "updated_at"}),
	}).Create(&row).Error
	if err != nil {
		return fmt.Errorf("remember card: %w", err)
	}
	return nil
}

// mostDelay is how long a message may have waited before it was sent and be
// looked for.
const mostDelay = 7 * 24 * time.Hour

// Told are the newest messages that came to somebody unasked since a moment, and
// arrived.
func (o *Outbox) Told(ctx context.Context, actor services.Actor, since time.Time, most int) ([]models.Delivery, error) {
	if actor.Person == 0 && actor.Staff == 0 {
		return nil, nil
	}
	var told []models.Delivery
	err := services.InWard(o.store.WithContext(ctx), actor.Ward).
		Where("(person_id = ? OR staff_id = ?) AND created_at > ? AND sent_at > ? AND kind NOT IN ?", actor.Person,
			actor.Staff, since.UTC().Add(-mostDelay), since.UTC(), []Kind{Shown, CardChanged}).
		Where("state IN ?", []models.DeliveryState{models.DeliverySent, models.DeliveryDelivered, models.DeliverySeen,
			models.DeliveryConfirmed}).
		Order("id DESC").Limit(most).Find(&told).Error
	if err != nil {
		return nil, fmt.Errorf("messages told: %w", err)
	}
	return told, nil
}

// cardsShown bounds how many cards of one subject are redrawn: the latest.
const cardsShown = 100

// cardAge is how long a sent card is kept up to date.
const cardAge = 30 * 24 * time.Hour

// Cards lists the messages that show a subject, the latest first.
func (o *Outbox) Cards(ctx context.Context, ward int64, subject string, id int64) ([]models.Delivery, error) {
	var cards []models.Delivery
	err := services.InWard(o.store.WithContext(ctx), ward).
		Where("subject_kind = ? AND subject_id = ? AND message_ref <> '' AND sent_at > ?", subject, id,
			o.clock.UTC().Add(-cardAge)).
		Where("state IN ?", []models.DeliveryState{models.DeliverySent, models.DeliveryDelivered, models.DeliverySeen,
			models.DeliveryConfirmed}).
		Order("id DESC").Limit(cardsShown).Find(&cards).Error
	if err != nil {
		return nil, fmt.Errorf("cards of %s %d: %w", subject, id, err)
	}
	return cards, nil
}
