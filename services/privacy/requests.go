package privacy

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/roster"
)

// Kinds of what a person may ask of the data about them.
const (
	Copy     = "copy"
	Correct  = "correct"
	Restrict = "restrict" // nothing is sent but what is about their money and requests
	Erase    = "erase"    // all that the law does not oblige to keep
	Object   = "object"   // the same as Restrict, for good
)

// replyDays are the working days within which the law wants somebody to hear, and
// days those within which what they ask is to be done (Law 91/2025/QH15, Decree
// 356/2025: 2 working days; access and correction 10, restriction and objection
// 15, erasure 20).
const replyDays = 2

var days = map[string]int{Copy: 10, Correct: 10, Restrict: 15, Object: 15, Erase: 20}

// Kinds lists what may be asked, in the order in which it is offered.
var Kinds = []string{Copy, Correct, Restrict, Object, Erase}

// workingDays is so many working days after a moment; Saturdays and Sundays are
// none.
func workingDays(after time.Time, n int) time.Time {
	for n > 0 {
		after = after.AddDate(0, 0, 1)
		if day := after.Weekday(); day != time.Saturday && day != time.Sunday {
			n--
		}
	}
	return after
}

// View is a request as it is shown.
type View struct {
	Request models.DataRequest
	Name    string // of who asks
	By      string // of who answered
	Late    bool   // the law's time is over
}

var erases = services.Guard("data.erased", "what was there is not there again, and nobody is reached or paid by it")

const maxOpen, maxWords = 5, 1000

func clean(text string) (string, error) {
	text = strings.TrimSpace(norm.NFC.String(strings.ToValidUTF8(text, "")))
	switch n := utf8.RuneCountInString(text); {
	case n < 3:
		return "", services.Invalid("sentence")
	case n > maxWords:
		return "", services.Invalid("sentence_long").With("max", maxWords)
	}
	return text, nil
}

// Ask enters what a person asks of the data about them into the ward's register
// and tells administrators and leaders. It refuses with invalid/choice,
// invalid/sentence, sentence_long (max), conflict/data_open (id) the same asked
// again, and too_many/data_open (max).
func (s *Service) Ask(ctx context.Context, actor services.Actor, kind, text string) (View, error) {
	if err := actor.Need(services.Officer); err != nil {
		return View{}, err
	}
	if days[kind] == 0 || kind == Copy { // which is had at once
		return View{}, services.Invalid("choice")
	}
	text, err := clean(text)
	if err != nil {
		return View{}, err
	}
	var row models.DataRequest
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		_, err := services.Take[models.Person](services.Locked(tx).Select("id"), actor, "person", actor.Person)
		if err != nil {
			return err
		}
		var open []models.DataRequest
		if err := services.InWard(tx, actor.Ward).Where("person_id = ? AND state = ?", actor.Person,
			models.DataOpen).Find(&open).Error; err != nil {
			return fmt.Errorf("data request: %w", err)
		}
		for _, other := range open {
			if other.Kind == kind {
				return services.Conflict("data_open").With("id", other.ID)
			}
		}
		if len(open) >= maxOpen {
			return services.TooMany("data_open").With("max", maxOpen)
		}
		if row, err = s.enter(tx, actor, kind, text); err != nil {
			return err
		}
		return s.tell(ctx, tx, row.WardID, outbox.DataAsked, outbox.DataRequest, row.ID, row.Version)
	})
	if err != nil {
		return View{}, err
	}
	return s.Card(ctx, actor, row.ID)
}

func (s *Service) enter(tx *gorm.DB, actor services.Actor, kind, text string) (models.DataRequest, error) {
	now := s.clock.Local()
	row := models.DataRequest{WardID: actor.Ward, PersonID: actor.Person, Kind: kind, Text: text, State: models.DataOpen,
		ReplyBy: workingDays(now, replyDays).UTC().Truncate(time.Microsecond),
		DueBy:   now.AddDate(0, 0, days[kind]).UTC().Truncate(time.Microsecond),
		Version: 1, IdempotencyKey: actor.Event, CreatedAt: s.clock.UTC()}
	if row.IdempotencyKey == "" {
		row.IdempotencyKey = rand.Text()
	}
	if err := tx.Create(&row).Error; err != nil {
		return row, fmt.Errorf("data request: %w", err)
	}
	return row, s.audit.Record(tx, actor, "data.asked", subject(row), journal.Detail{"kind": kind})
}

func subject(row models.DataRequest) string { return fmt.Sprintf("data_request:%d", row.ID) }

// Card shows a request to who asked it and to the ward's users.
func (s *Service) Card(ctx context.Context, actor services.Actor, id int64) (View, error) {
	if err := actor.Need(services.Officer, services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return View{}, err
	}
	db := s.store.WithContext(ctx)
	row, err := services.Take[models.DataRequest](db, actor, "data_request", id)
	if err != nil {
		return View{}, err
	}
	if !actor.IsStaff() && actor.Role != services.System && row.PersonID != actor.Person {
		return View{}, services.NotFound("data_request")
	}
	views, err := s.views(db, []models.DataRequest{row})
	if err != nil {
		return View{}, err
	}
	return views[0], nil
}

func (s *Service) views(db *gorm.DB, rows []models.DataRequest) ([]View, error) {
	views, people, staff := make([]View, len(rows)), make([]int64, len(rows)), make([]int64, len(rows))
	for i, row := range rows {
		people[i], staff[i] = row.PersonID, services.ID(row.AnsweredByStaff)
	}
	names := func(table string, ids []int64) (map[int64]string, error) {
		var found []struct {
			ID   int64
			Name string
		}
		of := map[int64]string{}
		if err := db.Table(table).Select("id", "name").Where("id IN ?", ids).Scan(&found).Error; err != nil {
			return nil, fmt.Errorf("data requests: %w", err)
		}
		for _, one := range found {
			of[one.ID] = one.Name
		}
		return of, nil
	}
	who, err := names("people", people)
	if err != nil {
		return nil, err
	}
	by, err := names("staff", staff)
	for i, row := range rows {
		views[i] = View{Request: row, Name: who[row.PersonID], By: by[services.ID(row.AnsweredByStaff)],
			Late: row.State == models.DataOpen && s.clock().After(row.DueBy)}
	}
	return views, err
}

// Register lists the ward's requests, what waits first and what is due soonest
// before the others, and how many wait.
func (s *Service) Register(ctx context.Context, actor services.Actor, offset, limit int) (list []View, total,
	open int64, err error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return nil, 0, 0, err
	}
	of := services.InWard(s.store.WithContext(ctx).Model(&models.DataRequest{}), actor.Ward)
	var rows []models.DataRequest
	if err := of.Count(&total).Error; err != nil {
		return nil, 0, 0, fmt.Errorf("data requests: %w", err)
	}
	if err := of.Where("state = ?", models.DataOpen).Count(&open).Error; err != nil {
		return nil, 0, 0, fmt.Errorf("data requests: %w", err)
	}
	if err := of.Order("CASE state WHEN 'open' THEN 0 ELSE 1 END, due_by, id").Offset(offset).Limit(limit).Find(
		&rows).Error; err != nil {
		return nil, 0, 0, fmt.Errorf("data requests: %w", err)
	}
	list, err = s.views(s.store.WithContext(ctx), rows)
	return list, total, open, err
}

// Mine lists what the actor has asked, the newest first.
func (s *Service) Mine(ctx context.Context, actor services.Actor) ([]View, error) {
	if err := actor.Need(services.Officer); err != nil {
		return nil, err
	}
	var rows []models.DataRequest
	if err := services.InWard(s.store.WithContext(ctx), actor.Ward).Where("person_id = ?", actor.Person).Order(
		"id DESC").Limit(20).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("data requests: %w", err)
	}
	return s.views(s.store.WithContext(ctx), rows)
}

// Answer decides a request with the ward's words: done, or refused. Done, a
// restriction or an objection leaves the person alone from now on but for their
// money and their requests; an erasure takes away all that the law does not
// oblige to keep. It refuses with denied/concerns_you who asked it, invalid/
// sentence, conflict/data_moved who saw another version, and an erasure of
// somebody in post (conflict/data_in_post) or whose money is on its way
// (conflict/data_money_open).
func (s *Service) Answer(ctx context.Context, actor services.Actor, id int64, version int, done bool,
	words string) (View, error) {
	if err := actor.Need(deciders...); err != nil {
		return View{}, err
	}
	if actor.Staff == 0 { // an answer has somebody behind it
		return View{}, services.Denied("role")
	}
	words, err := clean(words)
	if err != nil {
		return View{}, err
	}
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		row, err := services.Take[models.DataRequest](services.Locked(tx), actor, "data_request", id)
		if err != nil {
			return err
		}
		switch {
		case row.State != models.DataOpen || row.Version != version:
			return services.Conflict("data_moved")
		case actor.Person == row.PersonID:
			return services.Denied("concerns_you")
		}
		if done {
			if err := s.does(ctx, tx, actor, row); err != nil {
				return err
			}
		}
		return s.answer(ctx, tx, actor, row, done, words)
	})
	if err != nil {
		return View{}, err
	}
	return s.Card(ctx, actor, id)
}

func (s *Service) answer(ctx context.Context, tx *gorm.DB, actor services.Actor, row models.DataRequest, done bool,
	words string) error {
	state, action := models.DataRefused, "data.refused"
	if done {
		state, action = models.DataDone, "data.done"
	}
	err := tx.Model(&models.DataRequest{ID: row.ID}).Updates(map[string]any{"state": state, "answer": words,
		"answered_by_staff": services.Ref(actor.Staff), "answered_at": s.clock.UTC(), "version": row.Version + 1}).Error
	if err != nil {
		return fmt.Errorf("answer data request: %w", err)
	}
	if err := s.audit.Record(tx, actor, action, subject(row), journal.Detail{"kind": row.Kind}); err != nil {
		return err
	}
	return s.outbox.Tell(ctx, tx, outbox.Message{Ward: row.WardID, Kind: outbox.DataAnswered, Subject: outbox.DataRequest,
		SubjectID: row.ID, Version: row.Version + 1, Person: row.PersonID})
}

// does what a request asks, where that is the program's to do: what is wrong is
// mended by the forms that say whence it comes.
func (s *Service) does(ctx context.Context, tx *gorm.DB, actor services.Actor, row models.DataRequest) error {
	switch row.Kind {
	case Restrict, Object:
		err := tx.Model(&models.Person{}).Where("id = ?", row.PersonID).Update("quiet_since", s.clock.UTC()).Error
		if err != nil {
			return fmt.Errorf("restrict: %w", err)
		}
	case Erase:
		if err := s.identity.RequireFresh(ctx, tx, actor, erases); err != nil {
			return err
		}
		return s.erase(ctx, tx, actor, row)
	}
	return nil
}

// erase takes away what of a person the law does not oblige the ward to keep.
// The name, the posts held, payments, requests and the journal stay.
func (s *Service) erase(ctx context.Context, tx *gorm.DB, actor services.Actor, row models.DataRequest) error {
	today := models.DateOf(s.clock.Local())
	var posts, money int64
	if err := tx.Model(&models.Term{}).Where("person_id = ? AND superseded_at IS NULL", row.PersonID).Where(
		"to_date IS NULL OR to_date >= ?", today).Count(&posts).Error; err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	if posts > 0 {
		return services.Conflict("data_in_post")
	}
	// What failed, came back or was carried on is open until a later list took it up,
	// or it was given back.
	if err := tx.Raw(`
WITH human AS (SELECT id FROM people WHERE id = ? OR merged_into = ?)
SELECT COUNT(*) FROM payment_lines l JOIN payment_runs r ON r.id = l.run_id
WHERE l.person_id IN (SELECT id FROM human) AND l.state <> ? AND r.state <> ? AND (l.state = ? OR NOT EXISTS (
	SELECT 1 FROM payment_lines n JOIN payment_runs q ON q.id = n.run_id
	WHERE n.person_id IN (SELECT id FROM human) AND q.month > r.month AND q.state <> ?))
	AND NOT (l.state = ? AND l.amount + (SELECT COALESCE(SUM(b.amount), 0) FROM repayments b
		WHERE b.person_id IN (SELECT id FROM human) AND b.taken_back_at IS NULL AND b.at >= r.submitted_at)
		+ (SELECT COALESCE(SUM(w.amount), 0) FROM waivers w
		WHERE w.person_id IN (SELECT id FROM human) AND w.state = 'agreed' AND w.decided_at >= r.submitted_at) >= 0)`,
		row.PersonID, row.PersonID, models.LinePaid, models.RunDraft, models.LinePending, models.RunDraft,
		models.LineCarried).
		Scan(&money).Error; err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	if money > 0 {
		return services.Conflict("data_money_open")
	}
	if err := roster.Forget(tx, row.PersonID, s.clock.UTC()); err != nil {
		return err
	}
	return s.identity.Privacy.Forget(tx, actor, row.PersonID)
}
