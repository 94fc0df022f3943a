package list

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Hash is over all that a run's rows pay, and to whom, as the database has them.
func Hash(tx *gorm.DB, run models.PaymentRun) ([]byte, error) {
	seal, err := stored(tx, run)
	if err != nil {
		return nil, err
	}
	return seal.sum(), nil
}

// asSigned refuses with conflict/run_changed an approved list whose rows are not
// those that the journal says were signed: a hash in the list's own row is not
// keyed, and whoever rewrites lines by SQL rewrites it too.
func asSigned(tx *gorm.DB, audit *journal.Service, run models.PaymentRun) error {
	if err := unchanged(tx, run); err != nil {
		return err
	}
	entry, found, err := audit.Latest(tx, run.WardID, approved, subject(run))
	if err != nil {
		return err
	}
	var detail struct{ Hash string }
	if !found || json.Unmarshal([]byte(entry.Detail), &detail) != nil ||
		detail.Hash != fmt.Sprintf("%x", run.ContentHash) {
		return services.Conflict("run_changed")
	}
	return nil
}

// Proof holds signed lists against their hash.
type Proof struct{ *Service }

// Verify refuses with conflict/run_tampered a list whose rows are not those that
// were signed, as the keyed entry of its approval has them; the journal notes it,
// and the ward's administrators and leaders hear of it, once a day. Nothing may be
// drawn of such a list.
func (s Proof) Verify(ctx context.Context, actor services.Actor, id int64) error {
	db := s.store.WithContext(ctx)
	run, err := takeRun(db, actor, id)
	if err != nil {
		return err
	}
	err = asSigned(db, s.audit, run)
	if err == nil || services.KindOf(err) != services.KindConflict {
		return err
	}
	actor.Ward = run.WardID
	failed := db.Transaction(func(tx *gorm.DB) error {
		if err := s.audit.Record(tx, actor, "run.tampered", subject(run), journal.Detail{
			"month": run.Month, "hash": fmt.Sprintf("%x", run.ContentHash)}); err != nil {
			return err
		}
		var staff []int64
		if err := services.InWard(tx.Model(&models.Staff{}), run.WardID).Where("active AND role IN ?",
			[]string{string(services.Admin), string(services.Leader)}).Order("id").Pluck("id", &staff).Error; err != nil {
			return fmt.Errorf("whom to tell of run %d: %w", run.ID, err)
		}
		today := s.today()
		messages := make([]outbox.Message, len(staff))
		for i, one := range staff {
			messages[i] = outbox.Message{Ward: run.WardID, Kind: outbox.RunTampered, Subject: outbox.Run, SubjectID: run.ID,
				Version: today.Year*10_000 + int(today.Month)*100 + today.Day, Staff: one}
		}
		return s.outbox.Tell(ctx, tx, messages...)
	})
	if failed != nil {
		return failed
	}
	return services.Conflict("run_tampered").Because(err)
}
