// Package story tells everything that the journal knows about one person,
// request or payment list, in order and in words that people outside the
// program can read: for whoever has to answer for it, and for the person it is
// about. Whoever looks is written down too.
package story

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/roster"
)

// What a story may be about.
const (
	Person = "person"
	Change = "change"
	Run    = "run"
)

// MaxEntries bounds a story: the latest are told.
const MaxEntries = 5000

// maxCards bounds for how many requests what they change is told in full: the
// latest. Of older ones the journal's own words are.
const maxCards = 100

// Subject is what a story is about.
type Subject struct {
	Kind string // Person, Change or Run
	ID   int64
}

func (s Subject) String() string { return fmt.Sprintf("%s:%d", s.Kind, s.ID) }

// Entry is one thing that happened.
type Entry struct {
	Seq    int64
	At     time.Time
	Who    string // a name; empty for the program itself and for strangers
	Role   services.Role
	Action string // of the journal: "change.approved"
	About  Subject
	// From and To are what it changed, raw: values as changes.Diff has them, or
	// states of a payment line under the field "line".
	Changed  []change.Diff
	Decision roster.Decision
	Reason   string // in somebody's own words
	Detail   map[string]any
}

// Story is all that is known of a subject.
type Story struct {
	Subject Subject
	Ward    models.Ward
	Person  models.Person     // for Person; numbers are shown masked
	Terms   []roster.Post     // of the person, the oldest first
	Card    change.Card       // for Change
	Run     models.PaymentRun // for Run
	Entries []Entry           // oldest first, at most MaxEntries
	Total   int64             // how many there are
	Names   Names
	Made    time.Time
	By      string // who asked for it; empty for the program itself
	Head    []byte // hash of the last entry told
}

// Names are what ids in details are called.
type Names struct {
	People, Staff, Branches map[int64]string
}

// Service tells stories.
type Service struct {
	store    *models.Store
	audit    *journal.Service
	changes  *change.Service
	identity *identity.Service
	clock    services.Clock
}

// New makes the service; changes draws what requests change, identity asks for
// a fresh code before anything is handed out.
func New(store *models.Store, audit *journal.Service, changes *change.Service, identity *identity.Service,
	clock services.Clock) *Service {
	return &Service{store: store, audit: audit, changes: changes, identity: identity, clock: clock}
}

// Story returns what is known of a subject of the actor's ward, and notes in the
// journal that the actor looked. It refuses with not_found/row what is not there
// or another ward's, and an unknown kind of subject.
func (s *Service) Story(ctx context.Context, actor services.Actor, subject Subject) (Story, error) {
	return s.tell(ctx, actor, subject, "story.viewed")
}

func (s *Service) tell(ctx context.Context, actor services.Actor, subject Subject, action string) (Story, error) {
	if err := actor.Need(services.Clerk, services.Leader, services.Admin); err != nil {
		return Story{}, err
	}
	story := Story{Subject: subject, Made: s.clock.UTC()}
	db := s.store.WithContext(ctx)
	ward, err := s.about(ctx, db, actor, &story)
	if err != nil {
		return Story{}, err
	}
	if err := db.Take(&story.Ward, ward).Error; err != nil {
		return Story{}, fmt.Errorf("story: ward: %w", err)
	}
	if err := s.entries(ctx, db, actor, &story); err != nil {
		return Story{}, err
	}
	story.By = story.Names.Staff[actor.Staff]
	trail := actor
	trail.Ward = ward
	err = db.Transaction(func(tx *gorm.DB) error {
		return s.audit.Look(tx, trail, journal.Look{Action: action, Subject: subject.String(),
			Detail: journal.Detail{"entries": len(story.Entries)}, People: story.whom()})
	})
	return story, err
}

// whom a story is of: a person, or those whom a request is about.
func (story Story) whom() (people []int64) {
	request := story.Card.Request
	for _, id := range []int64{story.Person.ID, services.ID(request.SubjectID), services.ID(request.NewcomerID)} {
		if id != 0 {
			people = append(people, id)
		}
	}
	return people
}

// about reads the subject itself and returns its ward.
func (s *Service) about(ctx context.Context, db *gorm.DB, actor services.Actor, story *Story) (ward int64, err error) {
	switch id := story.Subject.ID; story.Subject.Kind {
	case Person:
		err = db.Take(&story.Person, "id = ?", id).Error
		ward = story.Person.WardID
	case Change:
		var request models.ChangeRequest
		err = db.Take(&request, "id = ?", id).Error
		ward = request.WardID
	case Run:
		err = db.Take(&story.Run, "id = ?", id).Error
		ward = story.Run.WardID
	default:
		return 0, services.NotFound("row")
	}
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && actor.In(ward) != nil) {
		return 0, services.NotFound("row")
	}
	if err != nil {
		return 0, fmt.Errorf("story: %w", err)
	}
	switch story.Subject.Kind {
	case Person:
		err = s.terms(db, story)
	case Change:
		story.Card, err = s.changes.Card(ctx, actor, story.Subject.ID)
	}
	return ward, err
}

// terms reads every post that the person ever held and that was not void.
func (s *Service) terms(db *gorm.DB, story *Story) error {
	var rows []models.Term
	if err := db.Where("person_id = ? AND superseded_at IS NULL",
		story.Person.ID).Order("from_date, id").Find(&rows).Error; err != nil {
		return fmt.Errorf("story: terms: %w", err)
	}
	ids := make([]int64, len(rows))
	for i, term := range rows {
		ids[i] = term.BranchID
	}
	var branches []models.Branch
	if err := db.Find(&branches, "id IN ?", ids).Error; err != nil {
		return fmt.Errorf("story: branches: %w", err)
	}
	for _, term := range rows {
		post := roster.Post{Term: term}
		for _, branch := range branches {
			if branch.ID == term.BranchID {
				post.Branch = branch
			}
		}
		story.Terms = append(story.Terms, post)
	}
	return nil
}

// subjects is the query of what the journal calls everything that belongs to a
// subject: a person's requests, questions, links, files, and the payment lists
// and lines that pay them.
func subjects(subject Subject) (query string, args []any) {
	id := subject.ID
	switch subject.Kind {
	case Person:
		return `SELECT ? UNION ALL
			SELECT 'change:' || id FROM change_requests
	WHERE subject_id = ? OR newcomer_id = ? OR proposer_person_id = ? UNION ALL
			SELECT 'case:' || id FROM cases WHERE person_id = ? UNION ALL
			SELECT 'link:' || id FROM link_requests WHERE person_id = ? UNION ALL
			SELECT 'download:' || id FROM downloads WHERE person_id = ? UNION ALL
			SELECT 'line:' || id FROM payment_lines WHERE person_id = ? UNION ALL
			SELECT 'run:' || run_id FROM payment_lines
	WHERE person_id = ?`, []any{subject.String(), id, id, id, id, id, id, id, id}
	case Run:
		return `SELECT ? UNION ALL SELECT 'line:' || id FROM payment_lines WHERE run_id = ?`, []any{subject.String(), id}
	}
	return `SELECT ?`, []any{subject.String()}
}

// entries reads the latest MaxEntries, with everything they are told by.
func (s *Service) entries(ctx context.Context, db *gorm.DB, actor services.Actor, story *Story) error {
	query, args := subjects(story.Subject)
	if s.store.Dialect == models.PostgreSQL { // it does not guess the type of a bare gap
		query = strings.Replace(query, "SELECT ?", "SELECT CAST(? AS text)", 1)
	}
	about := services.InWard(db.Model(&models.AuditEntry{}), story.Ward.ID).Where("subject IN ("+query+")", args...)
	if err := about.Session(&gorm.Session{}).Count(&story.Total).Error; err != nil {
		return fmt.Errorf("story: journal: %w", err)
	}
	var rows []models.AuditEntry
	if err := about.Session(&gorm.Session{}).Order("seq DESC").Limit(MaxEntries).Find(&rows).Error; err != nil {
		return fmt.Errorf("story: journal: %w", err)
	}
	story.Entries = make([]Entry, len(rows))
	people, staff, branches := ids{}, ids{actor.Staff: true}, ids{}
	for i, row := range rows {
		entry := &story.Entries[len(rows)-1-i]
		*entry = Entry{Seq: row.Seq, At: row.At, Role: services.Role(row.Role), Action: row.Action, About: parse(row.Subject)}
		decoder := json.NewDecoder(strings.NewReader(row.Detail))
		decoder.UseNumber()
		if err := decoder.Decode(&entry.Detail); err != nil {
			return fmt.Errorf("story: entry %d: %w", row.Seq, err)
		}
		entry.name(people, staff, branches)
		people[services.ID(row.PersonID)], staff[services.ID(row.StaffID)] = true, true
		if entry.About.Kind == Person {
			people[entry.About.ID] = true
		}
	}
	if len(rows) > 0 {
		story.Head = rows[0].Hash
	}
	var err error
	if story.Names, err = readNames(db, people, staff, branches); err != nil {
		return err
	}
	for i, row := range rows {
		entry := &story.Entries[len(rows)-1-i]
		entry.Who = story.Names.Staff[services.ID(row.StaffID)]
		if entry.Who == "" {
			entry.Who = story.Names.People[services.ID(row.PersonID)]
		}
	}
	return s.requests(ctx, actor, story)
}

// requests fills in what requests change, by which paper, and why they were
// sent back. It goes from the latest to the oldest.
func (s *Service) requests(ctx context.Context, actor services.Actor, story *Story) error {
	cards := map[int64]change.Card{}
	told := map[string]bool{} // the latest submission holds what was approved
	for i := len(story.Entries) - 1; i >= 0; i-- {
		entry := &story.Entries[i]
		if entry.About.Kind != Change {
			entry.lineStates()
			continue
		}
		card, known := cards[entry.About.ID]
		if !known {
			if len(cards) == maxCards {
				continue
			}
			var err error
			if card, err = s.changes.Card(ctx, actor, entry.About.ID); err != nil {
				return fmt.Errorf("story: request %d: %w", entry.About.ID, err)
			}
			cards[entry.About.ID] = card
		}
		version, _ := entry.number("version")
		for _, event := range card.Events {
			if int64(event.Version) == version {
				entry.Reason = event.Reason
			}
		}
		key := entry.Action + entry.About.String()
		if tells := entry.Action == "change.submitted" || entry.Action == "change.approved"; tells && !told[key] {
			told[key] = true
			entry.Changed, entry.Decision = card.Diff, card.Proposal.Decision
		}
	}
	return nil
}

// lineStates makes a payment line's two states something that changed.
func (e *Entry) lineStates() {
	from, _ := e.Detail["from"].(string)
	to, _ := e.Detail["to"].(string)
	if e.About.Kind == "line" && from != "" && to != "" {
		e.Changed = []change.Diff{{Field: "line", From: from, To: to}}
	}
}

// number reads a whole number of the detail.
func (e Entry) number(key string) (int64, bool) {
	n, ok := e.Detail[key].(json.Number)
	if !ok {
		return 0, false
	}
	whole, err := n.Int64()
	return whole, err == nil
}

// name collects whose names the details need.
func (e Entry) name(people, staff, branches ids) {
	for key, kind := range details {
		n, ok := e.number(key)
		switch {
		case !ok:
		case kind == asPerson:
			people[n] = true
		case kind == asBranch:
			branches[n] = true
		case kind == asStaff:
			staff[n] = true
		}
	}
}

type ids map[int64]bool

func (set ids) list() []int64 {
	list := make([]int64, 0, len(set))
	for id := range set {
		if id != 0 {
			list = append(list, id)
		}
	}
	return list
}

func readNames(db *gorm.DB, people, staff, branches ids) (Names, error) {
	read := func(table string, set ids) (map[int64]string, error) {
		var rows []struct {
			ID   int64
			Name string
		}
		names := map[int64]string{}
		if list := set.list(); len(list) > 0 {
			if err := db.Table(table).Select("id", "name").Where("id IN ?", list).Scan(&rows).Error; err != nil {
				return nil, fmt.Errorf("story: names: %w", err)
			}
		}
		for _, row := range rows {
			names[row.ID] = row.Name
		}
		return names, nil
	}
	var names Names
	var err error
	if names.People, err = read("people", people); err != nil {
		return names, err
	}
	if names.Staff, err = read("staff", staff); err != nil {
		return names, err
	}
	names.Branches, err = read("branches", branches)
	return names, err
}

// parse reads a subject of the journal: "change:12".
func parse(subject string) Subject {
	kind, id, _ := strings.Cut(subject, ":")
	n, _ := strconv.ParseInt(id, 10, 64)
	return Subject{kind, n}
}
