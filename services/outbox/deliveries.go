package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
)

// Claim takes a delivery for sending. Not claimed when it is done already, or
// was cancelled. A delivery found in the middle of sending was asked for by a
// process that died before it heard: interrupted says that the recipient may
// read it twice.
func (o *Outbox) Claim(ctx context.Context, id int64) (delivery models.Delivery, claimed, interrupted bool, err error) {
	db := o.store.WithContext(ctx)
	err = db.Take(&delivery, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return delivery, false, false, nil
	}
	if err != nil {
		return delivery, false, false, fmt.Errorf("claim delivery: %w", err)
	}
	switch delivery.State {
	case models.DeliveryQueued:
	case models.DeliverySending, models.DeliveryUncertain:
		interrupted = true
	default:
		return delivery, false, false, nil
	}
	result := db.Model(&models.Delivery{}).Where("id = ? AND state = ? AND attempts = ?", id, delivery.State, delivery.Attempts).
		Updates(map[string]any{"state": models.DeliverySending, "attempts": delivery.Attempts + 1, "updated_at": o.clock.UTC()})
	delivery.State, delivery.Attempts = models.DeliverySending, delivery.Attempts+1
	return delivery, result.Error == nil && result.RowsAffected == 1, interrupted, result.Error
}

// Arrival is where a delivery went, and how.
type Arrival struct {
	Account              int64 // 0 for a number of the roster
	Channel, ChatID, Ref string
	Via                  string // template_user, template_phone; empty for a message
	Mark                 string // as Mark gave it, where the choices were numbered
	Repeated             bool   // it may be read twice
}

// Sent records where a delivery arrived. A delivery that may have been read
// twice keeps the reason "repeated".
func (o *Outbox) Sent(ctx context.Context, delivery models.Delivery, to Arrival) error {
	reason := ""
	if to.Repeated {
		reason = "repeated"
	}
	now := o.clock.UTC()
	values := map[string]any{
		"state": models.DeliverySent, "reason": reason, "sent_at": now, "account_id": pointer(to.Account),
		"channel": to.Channel, "chat_id": to.ChatID, "message_ref": to.Ref, "via": to.Via,
	}
	if to.Mark == "" { // a mark of a chat that it did not reach
		values["mark"], values["choices"] = "", ""
	}
	return o.settle(ctx, delivery, values)
}

// Postpone gives a delivery back to the queue of which nothing has left: the try
// does not count.
func (o *Outbox) Postpone(ctx context.Context, delivery models.Delivery, reason string) error {
	return o.settle(ctx, delivery, map[string]any{"state": models.DeliveryQueued, "reason": reason, "attempts": delivery.Attempts - 1})
}

// Settle records another end, or gives the delivery back to the queue. Reason
// is a code, never the recipient's words.
func (o *Outbox) Settle(ctx context.Context, delivery models.Delivery, state models.DeliveryState, reason string) error {
	return o.settle(ctx, delivery, map[string]any{"state": state, "reason": reason})
}

func (o *Outbox) settle(ctx context.Context, delivery models.Delivery, values map[string]any) error {
	values["updated_at"] = o.clock.UTC()
	err := o.store.WithContext(ctx).Model(&models.Delivery{}).Where("id = ? AND state = ?", delivery.ID, models.DeliverySending).Updates(values).Error
	if err != nil {
		return fmt.Errorf("settle delivery: %w", err)
	}
	return nil
}

// Shown remembers a card that was the answer to its reader, so that it is
// redrawn like those that were sent unasked. Showing it again moves it.
func (o *Outbox) Shown(ctx context.Context, actor services.Actor, channel, chatID, ref, subject string, id int64, version int) error {
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

// cardsShown bounds how many cards of one subject are redrawn: the latest.
const cardsShown = 100

// cardAge is how long a sent card is kept up to date.
const cardAge = 30 * 24 * time.Hour

// Cards lists the messages that show a subject, the latest first.
func (o *Outbox) Cards(ctx context.Context, ward int64, subject string, id int64) ([]models.Delivery, error) {
	var cards []models.Delivery
	err := o.store.WithContext(ctx).
		Where("ward_id = ? AND subject_kind = ? AND subject_id = ? AND message_ref <> '' AND sent_at > ?", ward, subject, id, o.clock.UTC().Add(-cardAge)).
		Where("state IN ?", []models.DeliveryState{models.DeliverySent, models.DeliveryDelivered, models.DeliverySeen, models.DeliveryConfirmed}).
		Order("id DESC").Limit(cardsShown).Find(&cards).Error
	if err != nil {
		return nil, fmt.Errorf("cards of %s %d: %w", subject, id, err)
	}
	return cards, nil
}
