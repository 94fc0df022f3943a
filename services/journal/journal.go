// Package journal keeps the ward's journal: each change, decision, export, look
// at full bank data and sign-in is a row chained by hash to the one before.
package journal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
)

// Service writes and proves the journal.
type Service struct {
	store *models.Store
	clock services.Clock
	keys  Keys // nil: the chain is not keyed
}

// Keys chain the journal, and know each other's work; the vault does.
type Keys interface {
	Sign(content []byte) (id string, mac []byte)
	Signed(id string, content, mac []byte) bool
}

func New(store *models.Store, clock services.Clock) *Service {
	return &Service{store: store, clock: clock}
}

// Keyed chains by keys what is written from then on.
func (s *Service) Keyed(keys Keys) *Service {
	s.keys = keys
	return s
}

// Detail is what an entry tells beyond who, when and what: from what to what,
// with sensitive values masked. Keys are marshalled in order, so that the hash
// is the same on every machine.
type Detail map[string]any

// Record adds an entry in the caller's transaction. Entries of a ward are
// numbered without a gap, so writers of one ward wait for each other.
func (s *Service) Record(tx *gorm.DB, actor services.Actor, action, subject string, detail Detail) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("audit detail: %w", err)
	}
	if detail == nil {
		text = []byte("{}")
	}
	// The ward's row is the lock: it exists, and SQLite needs none.
	if s.store.Dialect == models.PostgreSQL {
		var ward models.Ward
		if err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Select("id").Take(&ward,
			actor.Ward).Error; err != nil {
			return fmt.Errorf("audit lock: %w", err)
		}
	}
	last, sound, err := s.last(tx, actor.Ward)
	if err != nil {
		return err
	}
	entry := models.AuditEntry{
		WardID: actor.Ward, Seq: last.Seq + 1, At: s.clock.UTC(),
		Role: string(actor.Role), PersonID: services.Ref(actor.Person), StaffID: services.Ref(actor.Staff),
		Action: action, Subject: subject, Detail: string(text),
		PrevHash: last.Hash,
	}
	if entry.PrevHash == nil {
		entry.PrevHash = []byte{}
	}
	if s.keys != nil {
		// The key is named within what it signs.
		entry.KeyID, _ = s.keys.Sign(nil)
		_, entry.Hash = s.keys.Sign(content(entry))
	} else {
		entry.Hash = plainHash(entry)
	}
	if err := tx.Create(&entry).Error; err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	if !sound {
		return nil
	}
	return s.anchor(tx, entry, last)
}

// plainHash chains an entry without a key, as all were once.
func plainHash(e models.AuditEntry) []byte {
	sum := sha256.Sum256(content(e))
	return sum[:]
}

// right reports whether an entry's hash is of its columns.
func (s *Service) right(e models.AuditEntry) bool {
	if e.KeyID == "" {
		return bytes.Equal(plainHash(e), e.Hash)
	}
	return s.keys != nil && s.keys.Signed(e.KeyID, content(e), e.Hash)
}

// content is every column but the id, each with its length, so that no two
// different rows have the same bytes.
func content(e models.AuditEntry) []byte {
	var h bytes.Buffer
	field := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	number := func(p *int64) {
		if p == nil {
			field(nil)
			return
		}
		field(binary.BigEndian.AppendUint64(nil, uint64(*p)))
	}
	field(e.PrevHash)
	number(&e.WardID)
	number(&e.Seq)
	field([]byte(e.At.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)))
	field([]byte(e.Role))
	number(e.PersonID)
	number(e.StaffID)
	field([]byte(e.Action))
	field([]byte(e.Subject))
	field([]byte(e.Detail))
	if e.KeyID != "" {
		field([]byte(e.KeyID))
	}
	return h.Bytes()
}

// Of lists the entries about one subject, oldest first, for whoever may read
// the ward's journal.
func (s *Service) Of(ctx context.Context, actor services.Actor, subject string) ([]models.AuditEntry, error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return nil, err
	}
	var entries []models.AuditEntry
	err := services.InWard(s.store.WithContext(ctx), actor.Ward).Where("subject = ?",
		subject).Order("seq").Find(&entries).Error
	return entries, err
}

// Latest is the last entry of an action about one subject, as the key signed it.
// It is not found where there is none, or where that one is not as it was written:
// changed, slipped in without the key, or another's.
func (s *Service) Latest(tx *gorm.DB, ward int64, action, subject string) (entry models.AuditEntry, found bool,
	err error) {
	err = services.InWard(tx, ward).Where("subject = ? AND action = ?", subject, action).Order("seq DESC").Limit(1).
		Take(&entry).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return entry, false, nil
	}
	if err != nil {
		return entry, false, fmt.Errorf("%s of %s: %w", action, subject, err)
	}
	if s.keys != nil && entry.KeyID == "" {
		// From before there was a key, it is believed; after that, it was slipped in.
		var keyed int64
		err := services.InWard(tx.Model(&models.AuditEntry{}), ward).Where("seq < ? AND key_id <> ''", entry.Seq).Limit(1).
			Count(&keyed).Error
		if err != nil || keyed > 0 {
			return entry, false, err
		}
	}
	return entry, s.right(entry), nil
}
