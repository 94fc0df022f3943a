package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// marks are the letters that tell unasked messages apart where choices are
// numbered. Without I, L, O and Q, which look like digits or each other.
const marks = "ABCDEGHKMNPRSTUVXY"

// Mark gives a message that is about to be sent a letter of its own in its chat,
// so that "A2" there means the second of these choices and nothing else. When
// every letter is taken, the oldest message gives its letter up: what was typed
// for it must then be found in the lists. Sent again, a message keeps its mark.
func (o *Outbox) Mark(ctx context.Context, delivery models.Delivery, channel, chatID string, choices []string) (string,
	error) {
	list, err := json.Marshal(choices)
	if err != nil {
		return "", fmt.Errorf("mark: %w", err)
	}
	// Messages to one chat may reach for a letter at once; each that loses has seen
	// another letter go.
	for range 2 * len(marks) {
		mark, err := o.mark(ctx, delivery, channel, chatID, string(list))
		if !models.IsTaken(err) {
			return mark, err
		}
	}
	return "", fmt.Errorf("mark: no letter is free in the chat of delivery %d", delivery.ID)
}

func (o *Outbox) mark(ctx context.Context, delivery models.Delivery, channel, chatID, list string) (mark string,
	err error) {
	err = o.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var live []models.Delivery
		err := tx.Select("id", "mark").Where("mark_key IN ?", markKeys(channel, chatID)).Order("id").Find(&live).Error
		if err != nil {
			return fmt.Errorf("mark: %w", err)
		}
		taken := map[string]bool{}
		for _, other := range live {
			if other.ID == delivery.ID {
				mark = other.Mark
			}
			taken[other.Mark] = true
		}
		if mark == "" {
			mark = nextMark(taken, live)
		}
		if len(live) > 0 && taken[mark] && live[0].Mark == mark && live[0].ID != delivery.ID {
			if err := tx.Model(&models.Delivery{}).Where("id = ?",
				live[0].ID).UpdateColumns(map[string]any{"mark": "", "mark_key": nil, "choices": ""}).Error; err != nil {
				return fmt.Errorf("mark: %w", err)
			}
		}
		// updated_at stays the moment of taking: Settle knows the try by it.
		return tx.Model(&models.Delivery{}).Where("id = ?", delivery.ID).
			UpdateColumns(map[string]any{"mark": mark, "mark_key": markKey(channel, chatID, mark), "choices": list,
				"channel": channel, "chat_id": chatID}).Error
	})
	return mark, err
}

// markKey is a mark that no other chat has.
func markKey(channel, chatID, mark string) string { return channel + ":" + chatID + ":" + mark }

// markKeys are all that a chat may have.
func markKeys(channel, chatID string) []string {
	keys := make([]string, len(marks))
	for i := range marks {
		keys[i] = markKey(channel, chatID, marks[i:i+1])
	}
	return keys
}

// nextMark goes on from the newest message's letter, so that a letter just given
// up does not at once mean something else.
func nextMark(taken map[string]bool, live []models.Delivery) string {
	start := 0
	if len(live) > 0 {
		newest := live[len(live)-1].Mark
		for i := range marks {
			if marks[i:i+1] == newest {
				start = i + 1
			}
		}
	}
	for i := range marks {
		at := (start + i) % len(marks)
		if letter := marks[at : at+1]; !taken[letter] {
			return letter
		}
	}
	return live[0].Mark
}

// Marked finds the n-th choice of the message that carries the mark in a chat.
func (o *Outbox) Marked(ctx context.Context, channel, chatID, mark string, n int) (action string, found bool,
	err error) {
	var delivery models.Delivery
	err = o.store.WithContext(ctx).Select("choices").Where("mark_key = ? AND mark <> ''",
		markKey(channel, chatID, mark)).Take(&delivery).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("marked: %w", err)
	}
	var choices []string
	if err := json.Unmarshal([]byte(delivery.Choices), &choices); err != nil {
		return "", false, fmt.Errorf("marked: %w", err)
	}
	if n < 1 || n > len(choices) {
		return "", false, nil
	}
	return choices[n-1], true, nil
}

// reportsMost bounds how many messages one delivery report names.
const reportsMost = 100

// Reported notes that messages arrived at a phone, or were seen there. Reports
// come late, repeated and out of order: a state is never taken back, and a
// message that was uncertain has arrived.
func (o *Outbox) Reported(ctx context.Context, channel string, refs []string, seen bool, at time.Time) error {
	if len(refs) == 0 {
		return nil
	}
	refs = refs[:min(len(refs), reportsMost)]
	state, from := models.DeliveryDelivered, []models.DeliveryState{models.DeliverySent, models.DeliveryUncertain}
	values := map[string]any{"updated_at": o.clock.UTC()}
	if seen {
		state, from = models.DeliverySeen, append(from, models.DeliveryDelivered)
		values["seen_at"] = at.UTC()
	}
	values["state"] = state
	err := services.AcrossWards(o.store.WithContext(ctx),
		"a platform names messages, not wards").Model(&models.Delivery{}).
		Where("receipt_ref IN ? AND receipt_ref <> '' AND channel = ? AND state IN ?", refs, channel,
			from).Updates(values).Error
	if err != nil {
		return fmt.Errorf("delivery report: %w", err)
	}
	return nil
}
