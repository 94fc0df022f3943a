package journal

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
)

// last is the entry that the next one follows: where there is a head, what it
// says, so that a journal that was cut goes on from where it was. A head that is
// not what was signed is not sound: it is neither followed nor moved.
func (s *Service) last(tx *gorm.DB, ward int64) (last models.AuditEntry, sound bool, err error) {
	sound = true
	if s.keys != nil {
		head, found, err := head(tx, ward)
		sound = !found || s.Sound(head)
		if err != nil || found && sound {
			return models.AuditEntry{Seq: head.Seq, Hash: head.Hash, KeyID: head.KeyID}, sound, err
		}
	}
	err = services.InWard(tx, ward).Order("seq DESC").Limit(1).Take(&last).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return last, false, fmt.Errorf("audit: %w", err)
	}
	return last, sound, nil
}

func head(tx *gorm.DB, ward int64) (head models.JournalHead, found bool, err error) {
	err = services.InWard(tx, ward).Take(&head).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return head, false, nil
	}
	if err != nil {
		return head, false, fmt.Errorf("head of the journal of ward %d: %w", ward, err)
	}
	return head, true, nil
}

// Sound reports whether a head is what was signed.
func (s *Service) Sound(h models.JournalHead) bool {
	return s.keys != nil && s.keys.Signed(h.KeyID, reach(h), h.MAC)
}

// reach is what a head's key signs.
func reach(h models.JournalHead) []byte {
	text := []byte("head of the journal")
	text = binary.BigEndian.AppendUint64(text, uint64(h.WardID))
	text = binary.BigEndian.AppendUint64(text, uint64(h.Seq))
	return append(text, h.Hash...)
}

// Taken is the action of the entry with which a journal that had no key begins to
// have one: the only one that may follow one without.
const Taken = "journal.keyed"

// anchor has the head be an entry that was just written. A journal that lost its
// head gets none by being written on: that is for who verifies it to say.
func (s *Service) anchor(tx *gorm.DB, entry, last models.AuditEntry) error {
	if s.keys == nil || last.Seq > 0 && last.KeyID == "" && entry.Action != Taken {
		return nil
	}
	row := models.JournalHead{WardID: entry.WardID, Seq: entry.Seq, Hash: entry.Hash}
	row.KeyID, row.MAC = s.keys.Sign(reach(row))
	if last.Seq > 0 && last.KeyID != "" {
		moved := services.InWard(tx.Model(&models.JournalHead{}), row.WardID).Where("seq = ?", last.Seq).
			Select("Seq", "Hash", "KeyID", "MAC").Updates(&row)
		if moved.Error != nil {
			return fmt.Errorf("head of the journal of ward %d: %w", row.WardID, moved.Error)
		}
		return nil
	}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return fmt.Errorf("head of the journal of ward %d: %w", row.WardID, err)
	}
	return nil
}

// Begin takes over the journals that were written without a key: an entry of each
// says so, and has a key. It is for once in the life of a database.
func (s *Service) Begin(ctx context.Context) error {
	var wards []int64
	if err := s.store.WithContext(ctx).Model(&models.Ward{}).Order("id").Pluck("id", &wards).Error; err != nil {
		return fmt.Errorf("take over the journal: %w", err)
	}
	for _, ward := range wards {
		err := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			last, _, err := s.last(tx, ward)
			if err != nil || last.Seq == 0 || last.KeyID != "" {
				return err
			}
			return s.Record(tx, services.SystemActor(ward), Taken, fmt.Sprintf("ward:%d", ward), Detail{"entries": last.Seq})
		})
		if err != nil {
			return err
		}
	}
	return nil
}
