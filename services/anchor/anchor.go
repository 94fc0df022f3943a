// Package anchor has the clock prove the journal, and its heads known outside the
// database: administrators are told of what is wrong with it, leaders each day how
// far it goes.
package anchor

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Service proves and tells.
type Service struct {
	store    *models.Store
	audit    *journal.Service
	keys     journal.Keys
	outbox   *outbox.Outbox
	identity *identity.Service
	clock    services.Clock
	logger   *slog.Logger
}

// New makes the service; keys are those that chain the journal.
func New(store *models.Store, audit *journal.Service, keys journal.Keys, outbox *outbox.Outbox,
	identity *identity.Service, clock services.Clock, logger *slog.Logger) *Service {
	return &Service{store: store, audit: audit, keys: keys, outbox: outbox, identity: identity, clock: clock,
		logger: logger}
}

// atOnce is about how many entries a round proves: a second's work. A ward's whole
// journal comes round again and again.
const atOnce = 20_000

// Round proves the journal, and tells leaders of its heads.
func (s *Service) Round() services.Round {
	return services.Round{Name: "prove_journal",
		Does:  "proves 20,000 entries of the journal, and tells leaders each afternoon how far it goes",
		Every: 10 * time.Minute, AtStart: true, Do: func(ctx context.Context) (int, error) {
			faults, err := s.prove(ctx, atOnce)
			told, failed := s.TellHeads(ctx)
			return faults + told, errors.Join(err, failed)
		}}
}

// prove goes on where the last round ended, with the wards first that wait longest.
func (s *Service) prove(ctx context.Context, most int) (faults int, failed error) {
	wards, err := s.audit.Wards(ctx)
	if err != nil {
		return 0, err
	}
	var rows []models.JournalProof
	if err := services.AcrossWards(s.store.WithContext(ctx), "the journal of every ward").Find(&rows).Error; err != nil {
		return 0, fmt.Errorf("how far the journal is proved: %w", err)
	}
	proofs := map[int64]models.JournalProof{}
	for _, row := range rows {
		proofs[row.WardID] = row
	}
	slices.SortStableFunc(wards, func(one, other int64) int { return proofs[one].At.Compare(proofs[other].At) })
	for _, ward := range wards {
		if most <= 0 {
			break
		}
		proof := proofs[ward]
		proof.WardID = ward
		entries, found, err := s.proveOn(ctx, proof, most)
		most, faults, failed = most-max(int(entries), 1), faults+found, errors.Join(failed, err)
	}
	return faults, failed
}

// proveOn goes on with a ward's journal, from the beginning where nothing that was
// signed says from where.
func (s *Service) proveOn(ctx context.Context, proof models.JournalProof, most int) (entries int64, found int,
	err error) {
	var from journal.Reach
	if s.keys.Signed(proof.KeyID, signed(proof), proof.MAC) {
		from = journal.Reach{Seq: proof.Seq, Hash: proof.Hash, Keyed: proof.Keyed}
	} else {
		proof.WholeAt = nil
	}
	verdict, reached, whole, err := s.audit.Prove(ctx, proof.WardID, from, most)
	if err != nil {
		return 0, 0, err
	}
	now := s.clock.UTC()
	if whole {
		reached, proof.WholeAt = journal.Reach{}, &now // and from the beginning again
	}
	proof.Seq, proof.Hash, proof.Keyed, proof.At = reached.Seq, append([]byte{}, reached.Hash...), reached.Keyed, now
	proof.KeyID, proof.MAC = s.keys.Sign(signed(proof))
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		for _, fault := range verdict.Faults {
			fresh, err := s.fault(ctx, tx, proof.WardID, fault)
			if err != nil {
				return err
			}
			found += fresh
		}
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&proof).Error
	})
	if err != nil {
		return verdict.Entries, 0, fmt.Errorf("proof of the journal of ward %d: %w", proof.WardID, err)
	}
	return verdict.Entries, found, nil
}

// signed is what the key signs of a proof.
func signed(proof models.JournalProof) []byte {
	text := []byte("proof of the journal")
	for _, n := range []int64{proof.WardID, proof.Seq, map[bool]int64{true: 1}[proof.Keyed], proof.At.UnixMicro()} {
		text = binary.BigEndian.AppendUint64(text, uint64(n))
	}
	if proof.WholeAt != nil {
		text = binary.BigEndian.AppendUint64(text, uint64(proof.WholeAt.UnixMicro()))
	}
	return append(text, proof.Hash...)
}

// fault logs what is wrong, each time it is met, and tells the ward's
// administrators of it, once.
func (s *Service) fault(ctx context.Context, tx *gorm.DB, ward int64, fault journal.Fault) (fresh int, err error) {
	s.logger.Error("the journal is broken", "ward", ward, "entry", fault.Seq, "why", fault.Why)
	row := models.JournalFault{WardID: ward, Seq: fault.Seq, Why: fault.Why, FoundAt: s.clock.UTC()}
	created := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	if created.Error != nil || created.RowsAffected == 0 {
		return 0, created.Error
	}
	return 1, s.tell(ctx, tx, ward, outbox.JournalBroken, outbox.JournalFault, row.ID,
		[]services.Role{services.Admin}, services.Leader, services.Clerk)
}

// tell tells the ward's staff of some roles; where it has none, those of the next.
func (s *Service) tell(ctx context.Context, tx *gorm.DB, ward int64, kind outbox.Kind, subject string, id int64,
	roles []services.Role, otherwise ...services.Role) error {
	staff, err := s.identity.StaffOf(tx, ward, roles...)
	for _, role := range otherwise {
		if err == nil && len(staff) == 0 {
			staff, err = s.identity.StaffOf(tx, ward, role)
		}
	}
	if err != nil {
		return err
	}
	return s.outbox.TellStaff(ctx, tx, outbox.Message{Ward: ward, Kind: kind, Subject: subject, SubjectID: id}, staff)
}

// headsFrom is the hour of the day from which leaders are told of the head.
const headsFrom = 16

// TellHeads tells the leaders of each ward how far its journal goes, once a day
// and only where it went on since: what they keep proves that nothing before it
// was rewritten, whoever has the database and its key.
func (s *Service) TellHeads(ctx context.Context) (told int, failed error) {
	local := s.clock.Local()
	if local.Hour() < headsFrom || services.Night(s.clock()) {
		return 0, nil
	}
	today := models.DateOf(local)
	db := services.AcrossWards(s.store.WithContext(ctx), "how far every ward's journal goes")
	var heads []models.JournalHead
	if err := db.Where("NOT EXISTS (SELECT 1 FROM journal_days d WHERE d.ward_id = journal_heads.ward_id AND "+
		"(d.day >= ? OR d.seq = journal_heads.seq))", today).Order("ward_id").Find(&heads).Error; err != nil {
		return 0, fmt.Errorf("heads of the journal: %w", err)
	}
	for _, head := range heads {
		if !s.audit.Sound(head) { // that is for prove to tell of
			continue
		}
		err := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			row := models.JournalDay{WardID: head.WardID, Day: today, Seq: head.Seq, Hash: head.Hash}
			created := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
			if created.Error != nil || created.RowsAffected == 0 {
				return created.Error
			}
			told++
			return s.tell(ctx, tx, head.WardID, outbox.JournalHead, outbox.JournalDay, row.ID,
				[]services.Role{services.Leader})
		})
		failed = errors.Join(failed, err)
	}
	return told, failed
}

// Day reads how far the ward's journal went on a day; Broken what was found wrong
// with it. Both are for ward users.
func (s *Service) Day(ctx context.Context, actor services.Actor, id int64) (models.JournalDay, error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return models.JournalDay{}, err
	}
	return services.Take[models.JournalDay](s.store.WithContext(ctx), actor, "journal_day", id)
}

// Broken is told at Day.
func (s *Service) Broken(ctx context.Context, actor services.Actor, id int64) (models.JournalFault, error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return models.JournalFault{}, err
	}
	return services.Take[models.JournalFault](s.store.WithContext(ctx), actor, "journal_fault", id)
}

// Standing is how the journals stand: for metrics.
type Standing struct {
	Faults  int64     // found so far, of all wards
	WholeAt time.Time // when the ward was proved to its end for which that is longest ago; zero for never
	Entries int64     // proved since their journals were begun anew
}

// Standing reads how the journals stand.
func (s *Service) Standing(ctx context.Context) (found Standing, err error) {
	db := services.AcrossWards(s.store.WithContext(ctx), "a metric")
	if err := db.Model(&models.JournalFault{}).Count(&found.Faults).Error; err != nil {
		return found, fmt.Errorf("faults of the journal: %w", err)
	}
	var proofs []models.JournalProof
	if err := db.Find(&proofs).Error; err != nil {
		return found, fmt.Errorf("proofs of the journal: %w", err)
	}
	for i, proof := range proofs {
		whole := time.Time{}
		if proof.WholeAt != nil && s.keys.Signed(proof.KeyID, signed(proof), proof.MAC) {
			whole = *proof.WholeAt
		}
		if i == 0 || whole.Before(found.WholeAt) {
			found.WholeAt = whole
		}
		found.Entries += proof.Seq
	}
	return found, nil
}

// Found is an entry that a code is of.
type Found struct {
	Ward, Seq int64
	At        time.Time
}

// ErrCode is what is no code of an entry, however it was typed.
var ErrCode = errors.New("want twelve letters and digits, such as 4F7K-29QD-8XMA")

// Find looks for the entries that a code is of, as a leader typed it. A code of
// nothing is of an entry that is not there, or not as it was. It reads every
// journal from end to end; for operators.
func (s *Service) Find(ctx context.Context, typed string) ([]Found, error) {
	code := folded(typed)
	if len(code) != codeLetters {
		return nil, ErrCode
	}
	var found []Found
	for after := int64(0); ; {
		var entries []models.AuditEntry
		err := services.AcrossWards(s.store.WithContext(ctx), "an operator's look for a code").
			Select("id", "ward_id", "seq", "at", "hash").Where("id > ?", after).Order("id").Limit(1000).Find(&entries).Error
		if err != nil {
			return nil, fmt.Errorf("look for a code: %w", err)
		}
		for _, entry := range entries {
			after = entry.ID
			if bytes.Equal(letters(entry.Hash), code) {
				found = append(found, Found{Ward: entry.WardID, Seq: entry.Seq, At: entry.At})
			}
		}
		if len(entries) == 0 {
			slices.SortFunc(found, func(one, other Found) int { return cmp.Compare(one.Ward, other.Ward) })
			return found, nil
		}
	}
}
