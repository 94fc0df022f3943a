// Package cases carries an officer's question or complaint to the ward and the
// answer back:
//
//	open -> answered -> closed, and open -> closed where nothing is to be said
//
// A complaint about a month's money carries that month with it, so that the
// clerk sees what the officer sees. What officers say of money that was paid is
// kept here too: less than all of it is such a complaint.
package cases

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/list"
	"canbobot/services/outbox"
)

const (
	minText = 2 // runes
	maxText = 1000
	// maxOpen bounds how many cases of one officer wait at a time: each is a
	// card on every clerk's telephone.
	maxOpen = 5
	// maxDaily bounds what one officer writes in a day, also in cases that they
	// close themselves to open others.
	maxDaily = 20
	// maxListed bounds a list; who needs more works the oldest off first.
	maxListed = 200
)

// Staff lists the ward users who hold one of the roles.
type Staff interface {
	StaffOf(tx *gorm.DB, ward int64, roles ...services.Role) ([]models.Staff, error)
}

// Money tells what became of a month, to the officer and to staff.
type Money interface {
	Month(ctx context.Context, actor services.Actor, month models.Month) (list.MonthView, error)
	MonthOf(ctx context.Context, actor services.Actor, person int64, month models.Month) (list.MonthView, error)
	OwnLine(tx *gorm.DB, actor services.Actor, id int64) (models.PaymentLine, error)
}

// Service takes cases and answers.
type Service struct {
	store  *models.Store
	audit  *journal.Service
	outbox *outbox.Outbox
	staff  Staff
	money  Money
	clock  services.Clock
}

// New makes the service. staff is the identity service, money the allowance
// service.
func New(store *models.Store, audit *journal.Service, outbox *outbox.Outbox, staff Staff, money Money,
	clock services.Clock) *Service {
	return &Service{store: store, audit: audit, outbox: outbox, staff: staff, money: money, clock: clock}
}

// readers of the ward's cases among its users.
var readers = []services.Role{services.Viewer, services.Clerk, services.Leader, services.Admin}

// Opening is what an officer brings. Month is for CasePayment only.
type Opening struct {
	Kind  models.CaseKind
	Month models.Month
	Text  string
}

// Open puts a case before the ward's clerks; where it has none, before its
// leaders or else its administrators. It refuses with invalid/case_kind,
// invalid/month a month that is no month or still to come, invalid/sentence or
// sentence_long (max), conflict/case_open (id) where the officer has the same
// complaint open, and too_many/cases_open and cases_today (max).
func (s *Service) Open(ctx context.Context, actor services.Actor, opening Opening) (View, error) {
	if err := officer(actor); err != nil {
		return View{}, err
	}
	text, err := clean(opening.Text)
	if err != nil {
		return View{}, err
	}
	row := models.Case{WardID: actor.Ward, PersonID: actor.Person, Kind: opening.Kind, State: models.CaseOpen,
		IdempotencyKey: actor.Event}
	if row.IdempotencyKey == "" {
		row.IdempotencyKey = rand.Text()
	}
	switch opening.Kind {
	case models.CaseQuestion:
	case models.CasePayment:
		if opening.Month == 0 || opening.Month > models.DateOf(s.clock.Local()).MonthOf() {
			return View{}, services.Invalid("month")
		}
		month, err := s.money.Month(ctx, actor, opening.Month)
		if err != nil {
			return View{}, err
		}
		row.Month = opening.Month
		row.LineID, row.LineState = services.Ref(month.LineID), stateOf(month.Stage)
	default:
		return View{}, services.Invalid("case_kind")
	}
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		if err := lockPerson(tx, actor); err != nil {
			return err
		}
		return s.begin(ctx, tx, actor, &row, text)
	})
	if err != nil {
		return View{}, err
	}
	return s.Card(ctx, actor, row.ID)
}

// begin opens a case of an officer whose row is locked, and tells the ward.
func (s *Service) begin(ctx context.Context, tx *gorm.DB, actor services.Actor, row *models.Case, text string) error {
	if err := s.mayOpen(tx, actor, *row); err != nil {
		return err
	}
	now := s.clock.UTC()
	row.CreatedAt, row.UpdatedAt = now, now
	if err := tx.Create(row).Error; err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	if err := s.say(tx, actor, row.ID, text); err != nil {
		return err
	}
	if err := s.audit.Record(tx, actor, "case.opened", subjectOf(row.ID),
		journal.Detail{"kind": row.Kind, "month": row.Month.String(), "line": services.ID(row.LineID)}); err != nil {
		return err
	}
	return s.tellStaff(ctx, tx, *row)
}

// stateOf is the state of the line that a month's money is in.
func stateOf(stage list.Stage) models.LineState {
	switch stage {
	case list.StagePaid:
		return models.LinePaid
	case list.StageFailed:
		return models.LineFailed
	case list.StageReturned:
		return models.LineReturned
	}
	return models.LinePending
}

// officer refuses whoever has no money and no questions of their own here.
func officer(actor services.Actor) error {
	if actor.Role != services.Officer || actor.Person == 0 || actor.Ward == 0 {
		return services.Denied("role")
	}
	return nil
}

// lockPerson makes two cases of one officer at once wait for each other.
func lockPerson(tx *gorm.DB, actor services.Actor) error {
	_, err := services.Take[models.Person](services.Locked(tx).Select("id"), actor, "person", actor.Person)
	return err
}

// mayOpen refuses what the officer has open already.
func (s *Service) mayOpen(tx *gorm.DB, actor services.Actor, row models.Case) error {
	var open []models.Case
	if err := tx.Where("person_id = ? AND state = ?", actor.Person,
		models.CaseOpen).Order("id").Find(&open).Error; err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	for _, other := range open {
		if row.Kind == models.CasePayment && other.Kind == models.CasePayment && other.Month == row.Month {
			return services.Conflict("case_open").With("id", other.ID)
		}
	}
	if len(open) >= maxOpen {
		return services.TooMany("cases_open").With("max", maxOpen)
	}
	return nil
}

// tellStaff puts the card, as it stands with what was said, before the first role that anybody holds. A ward
// without users keeps the case: it waits in the queue of whoever comes.
func (s *Service) tellStaff(ctx context.Context, tx *gorm.DB, row models.Case) error {
	var said int64
	if err := tx.Model(&models.CaseMessage{}).Where("case_id = ?", row.ID).Count(&said).Error; err != nil {
		return fmt.Errorf("case: %w", err)
	}
	for _, role := range []services.Role{services.Clerk, services.Leader, services.Admin} {
		staff, err := s.staff.StaffOf(tx, row.WardID, role)
		if err != nil {
			return err
		}
		if len(staff) == 0 {
			continue
		}
		return s.outbox.TellStaff(ctx, tx, outbox.Message{Ward: row.WardID, Kind: outbox.CaseOpened, Subject: outbox.Case,
			SubjectID: row.ID, Version: int(said)}, staff)
	}
	return nil
}

// say writes down what somebody said; of an officer, whose row is locked, no more
// than clerks can read.
func (s *Service) say(tx *gorm.DB, actor services.Actor, id int64, text string) error {
	message := models.CaseMessage{WardID: actor.Ward, CaseID: id, Text: text, At: s.clock.UTC()}
	if actor.Role == services.Officer {
		var said int64
		own := tx.Session(&gorm.Session{NewDB: true}).Model(&models.Case{}).Select("id").Where("person_id = ?", actor.Person)
		err := services.InWard(tx.Model(&models.CaseMessage{}), actor.Ward).
			Where("case_id IN (?) AND person_id = ? AND at > ?", own, actor.Person, message.At.Add(-24*time.Hour)).
			Count(&said).Error
		if err != nil {
			return fmt.Errorf("case message: %w", err)
		}
		if said >= maxDaily {
			return services.TooMany("cases_today").With("max", maxDaily)
		}
		message.PersonID = services.Ref(actor.Person)
	} else {
		message.StaffID = services.Ref(actor.Staff)
	}
	if err := tx.Create(&message).Error; err != nil {
		return fmt.Errorf("case message: %w", err)
	}
	return nil
}

// Answer tells the officer what the ward says, and every clerk's card that it
// was said. A case may be answered more than once. It refuses with
// invalid/sentence or sentence_long (max), conflict/case_closed, and
// denied/concerns_you who asked it.
func (s *Service) Answer(ctx context.Context, actor services.Actor, id int64, text string) (View, error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return View{}, err
	}
	if actor.Staff == 0 { // an answer has somebody behind it
		return View{}, services.Denied("role")
	}
	text, err := clean(text)
	if err != nil {
		return View{}, err
	}
	return s.change(ctx, actor, id, func(tx *gorm.DB, row *models.Case) error {
		now := s.clock.UTC()
		row.State, row.AnsweredBy, row.AnsweredAt = models.CaseAnswered, &actor.Staff, &now
		if row.FirstAnsweredAt == nil {
			row.FirstAnsweredAt = &now
		}
		if err := s.say(tx, actor, row.ID, text); err != nil {
			return err
		}
		if err := s.audit.Record(tx, actor, "case.answered", subjectOf(row.ID), nil); err != nil {
			return err
		}
		return s.tellOfficer(ctx, tx, *row)
	})
}

// Close ends a case. Staff of the ward do, and who asked does when it is settled
// for them. Who asked is told when nobody had answered. It refuses with
// conflict/case_closed, and with denied/concerns_you staff who asked it.
func (s *Service) Close(ctx context.Context, actor services.Actor, id int64) (View, error) {
	if err := actor.Need(services.Officer, services.Clerk, services.Leader); err != nil {
		return View{}, err
	}
	return s.change(ctx, actor, id, func(tx *gorm.DB, row *models.Case) error {
		unanswered := row.State == models.CaseOpen && actor.Role != services.Officer
		now := s.clock.UTC()
		row.State, row.ClosedAt = models.CaseClosed, &now
		if err := s.audit.Record(tx, actor, "case.closed", subjectOf(row.ID), nil); err != nil {
			return err
		}
		if !unanswered {
			return nil
		}
		return s.tellOfficer(ctx, tx, *row)
	})
}

// change moves a case that is not closed, and has every card of it redrawn.
func (s *Service) change(ctx context.Context, actor services.Actor, id int64,
	do func(tx *gorm.DB, row *models.Case) error) (View, error) {
	err := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		row, err := read(services.Locked(tx), actor, id)
		if err != nil {
			return err
		}
		if actor.IsStaff() && actor.Person == row.PersonID {
			return services.Denied("concerns_you")
		}
		if row.State == models.CaseClosed {
			return services.Conflict("case_closed")
		}
		if err := do(tx, &row); err != nil {
			return err
		}
		row.UpdatedAt = s.clock.UTC()
		if err := save(tx, row); err != nil {
			return err
		}
		return s.outbox.Redraw(ctx, tx, actor, row.WardID, outbox.Case, row.ID)
	})
	if err != nil {
		return View{}, err
	}
	return s.Card(ctx, actor, id)
}

// save writes what may change of a case.
func save(tx *gorm.DB, row models.Case) error {
	err := tx.Model(&models.Case{}).Where("id = ?", row.ID).
		Select("state", "line_id", "line_state", "answered_by", "answered_at", "first_answered_at", "closed_at",
			"updated_at").Updates(&row).Error
	if err != nil {
		return fmt.Errorf("case: %w", err)
	}
	return nil
}

// tellOfficer sends the case as it stands. Each message of it is told once, and
// so is its end.
func (s *Service) tellOfficer(ctx context.Context, tx *gorm.DB, row models.Case) error {
	var said int64
	if err := tx.Model(&models.CaseMessage{}).Where("case_id = ?", row.ID).Count(&said).Error; err != nil {
		return fmt.Errorf("case: %w", err)
	}
	version := int(said)
	if row.State == models.CaseClosed {
		version++
	}
	return s.outbox.Tell(ctx, tx, outbox.Message{
		Ward: row.WardID, Kind: outbox.CaseAnswered, Subject: outbox.Case, SubjectID: row.ID, Version: version,
		Person: row.PersonID,
	})
}

// read finds a case that the actor may see: an officer their own, staff those
// of the ward. All others are not_found/case.
func read(tx *gorm.DB, actor services.Actor, id int64) (models.Case, error) {
	row, err := services.Take[models.Case](tx, actor, "case", id)
	if err == nil && actor.Role == services.Officer && actor.Person != row.PersonID {
		return models.Case{}, services.NotFound("case")
	}
	return row, err
}

// clean is a text as it is kept: NFC, no control characters but line ends.
func clean(text string) (string, error) {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return ' '
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "")))
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n < minText:
		return "", services.Invalid("sentence")
	case n > maxText:
		return "", services.Invalid("sentence_long").With("max", maxText)
	}
	return text, nil
}

func subjectOf(id int64) string { return fmt.Sprintf("case:%d", id) }
