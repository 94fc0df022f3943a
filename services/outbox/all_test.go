package outbox_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services/outbox"
)

// jobs are the deliveries of each job to send them, by queue.
func jobs(t *testing.T, store *models.Store) map[string][][]int64 {
	t.Helper()
	var client *river.Client[*sql.Tx]
	var err error
	if store.Dialect == models.SQLite {
		client, err = river.NewClient(riversqlite.New(store.SQL), &river.Config{})
	} else {
		client, err = river.NewClient(riverdatabasesql.New(store.SQL), &river.Config{})
	}
	if err != nil {
		t.Fatal(err)
	}
	list, err := client.JobList(t.Context(), river.NewJobListParams().Kinds(outbox.Deliver{}.Kind()).
		OrderBy(river.JobListOrderByID, river.SortOrderAsc).First(1000))
	if err != nil {
		t.Fatal(err)
	}
	byQueue := map[string][][]int64{}
	for _, row := range list.Jobs {
		var job outbox.Deliver
		if err := json.Unmarshal(row.EncodedArgs, &job); err != nil {
			t.Fatal(err)
		}
		byQueue[row.Queue] = append(byQueue[row.Queue], job.Deliveries)
	}
	return byQueue
}

func folk(t *testing.T, store *models.Store, n int) []int64 {
	t.Helper()
	people := make([]models.Person, n)
	for i := range people {
		people[i] = models.Person{WardID: 1, Name: fmt.Sprint("Người ", i), Folded: fmt.Sprint("nguoi ", i), Version: 1}
	}
	if err := store.CreateInBatches(&people, 100).Error; err != nil {
		t.Fatal(err)
	}
	ids := make([]int64, n)
	for i, person := range people {
		ids[i] = person.ID
	}
	return ids
}

// A notice to many is rows and a handful of jobs, once however often it is told;
// and the same rows as if each had been told alone.
func TestTellAll(t *testing.T) {
	ctx := context.Background()
	store, box := open(t)
	people := folk(t, store, 1203)
	message := outbox.Message{Ward: 1, Kind: outbox.NoticeSent, Subject: outbox.Notice, SubjectID: 9}
	tell := func() (n int) {
		t.Helper()
		err := store.Transaction(func(tx *gorm.DB) (err error) {
			everybody := tx.Session(&gorm.Session{NewDB: true}).Table("people").Select("id AS person_id").Where("ward_id = ?", 1)
			n, err = box.TellAll(ctx, tx, message, everybody, false)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	one := message
	one.Person = people[7]
	if err := store.Transaction(func(tx *gorm.DB) error { return box.Tell(ctx, tx, one) }); err != nil {
		t.Fatal(err)
	}
	if n := tell(); n != 1202 {
		t.Errorf("%d are told, want all but the one who was", n)
	}
	if n := tell(); n != 0 {
		t.Errorf("told again: %d", n)
	}
	byQueue := jobs(t, store)
	seen := map[int64]bool{}
	for _, job := range byQueue["bulk"] {
		for _, id := range job {
			seen[id] = true
		}
	}
	if len(byQueue["bulk"]) != 3 || len(byQueue["default"]) != 1 || len(seen) != 1202 {
		t.Errorf("%d jobs for many with %d deliveries, %d for one", len(byQueue["bulk"]), len(seen), len(byQueue["default"]))
	}
}

// The last few of many are told like the others: alone they would be woken at
// night, and go ahead.
func TestTheLastOfManyIsNoneAlone(t *testing.T) {
	ctx := context.Background()
	store, box := open(t)
	people := folk(t, store, 501)
	var messages []outbox.Message
	for _, person := range people {
		messages = append(messages, outbox.Message{Ward: 1, Kind: outbox.StageReached, Subject: outbox.Stage, SubjectID: 7,
			Person: person})
	}
	if err := store.Transaction(func(tx *gorm.DB) error { return box.Tell(ctx, tx, messages...) }); err != nil {
		t.Fatal(err)
	}
	byQueue := jobs(t, store)
	if len(byQueue["default"]) != 0 || len(byQueue["bulk"]) != 1 || len(byQueue["bulk"][0]) != 501 {
		t.Errorf("%d jobs for many, %d for one", len(byQueue["bulk"]), len(byQueue["default"]))
	}
}

// A desk's messages are each a job of its own, however many sit there.
func TestADeskWaitsForNoCrowd(t *testing.T) {
	ctx := context.Background()
	store, box := open(t)
	var messages []outbox.Message
	for staff := range int64(9) {
		messages = append(messages, outbox.Message{Ward: 1, Kind: outbox.ChangeSubmitted, Subject: outbox.Change,
			SubjectID: 7, Staff: staff + 1})
	}
	for _, person := range folk(t, store, 9) {
		messages = append(messages, outbox.Message{Ward: 1, Kind: outbox.StageReached, Subject: outbox.Stage, SubjectID: 7,
			Person: person})
	}
	if err := store.Transaction(func(tx *gorm.DB) error { return box.Tell(ctx, tx, messages...) }); err != nil {
		t.Fatal(err)
	}
	byQueue := jobs(t, store)
	if len(byQueue["default"]) != 9 || len(byQueue["bulk"]) != 1 || len(byQueue["bulk"][0]) != 9 {
		t.Errorf("jobs %v", byQueue)
	}
}
