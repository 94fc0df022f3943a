package outbox_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services/outbox"
)

// Whatever took a delivery's job away, another one is made of it; what has a job,
// or has come to its end, is left alone.
func TestADeliveryThatLostItsJobIsFound(t *testing.T) {
	now := noon()
	clock := func() time.Time { return now }
	store := storetest.New(t, clock)
	box, err := outbox.New(store, clock)
	if err != nil {
		t.Fatal(err)
	}
	ward := models.Ward{ID: 1, Code: "a", Name: "A", Kind: "phường"}
	if err := store.Create(&ward).Error; err != nil {
		t.Fatal(err)
	}
	people := folk(t, store, 12)
	err = store.Transaction(func(tx *gorm.DB) error {
		for i, person := range people[:6] {
			message := outbox.Message{Ward: 1, Kind: outbox.ChangeDecided, Subject: outbox.Change, SubjectID: int64(i),
				Person: person}
			if err := box.Tell(t.Context(), tx, message); err != nil {
				return err
			}
		}
		crowd := outbox.Message{Ward: 1, Kind: outbox.NoticeSent, Subject: outbox.Notice, SubjectID: 9}
		rest := tx.Table("people").Select("id AS person_id").Where("ward_id = ? AND id > ?", 1, people[5])
		_, err := box.TellAll(t.Context(), tx, crowd, rest, true)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	exec := func(statement string) {
		t.Helper()
		if err := store.Exec(statement).Error; err != nil {
			t.Fatal(err)
		}
	}
	sweep := func(want int) {
		t.Helper()
		if found, err := box.Round().Do(t.Context()); found != want || err != nil {
			t.Errorf("found %d, %v, want %d", found, err, want)
		}
	}
	now = now.Add(time.Hour)
	sweep(0)
	exec("UPDATE river_job SET state = 'completed', finalized_at = created_at WHERE id = (SELECT MIN(id) FROM river_job)")
	exec("DELETE FROM river_job WHERE queue = 'bulk'")
	exec("UPDATE deliveries SET state = 'sending' WHERE subject_id = 0 AND kind <> 'notice'")
	exec("UPDATE deliveries SET state = 'sent' WHERE id = (SELECT MAX(id) FROM deliveries)")
	sweep(6)
	sweep(0)
	backlog, err := box.Backlog(t.Context())
	if err != nil || len(backlog) != 1 || backlog[0].Kind != "deliver" || backlog[0].State != "available" ||
		backlog[0].Jobs != 6 {
		t.Errorf("what waits: %+v, %v", backlog, err)
	}
	exec("DELETE FROM river_job")
	exec("UPDATE deliveries SET updated_at = '" + now.UTC().Format("2006-01-02 15:04:05") + "+00:00'")
	sweep(0) // in a moment its own job may still be written
}
