// Package change is the life of a proposed roster change: from who noticed it,
// through who may decide it, to the roster.
//
//	submitted -> approved (and applied, in the same transaction)
//	   |  ^  \-> refused
//	   v  |
//	 returned       withdrawn by who sent it: from submitted or returned
//
// A proposal is checked against the roster when it is submitted and once more
// when it is approved: what does not apply any longer is refused with why and
// leaves the request open. Every transition counts the request's version up; a
// decision names the version it saw, so of two at once one wins.
package change

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/evidence"
	"canbobot/services/journal"
	"canbobot/services/money"
	"canbobot/services/outbox"
	"canbobot/services/roster"
)

// Money tells what a roster as it would be changes in đồng. Posts are by
// person; person 0 is a newcomer who is not in the roster yet.
type Money interface {
	PostsOf(tx *gorm.DB, ward int64, persons []int64) (map[int64][]money.Post, error)
	Compare(tx *gorm.DB, ward int64, before, after map[int64][]money.Post) ([]money.Effect, error)
}

// Staff lists the ward users who hold one of the roles, knows whether one gave
// a fresh code, and ends the accounts of who is no more.
type Staff interface {
	StaffOf(tx *gorm.DB, ward int64, roles ...services.Role) ([]models.Staff, error)
	RequireFresh(ctx context.Context, tx *gorm.DB, actor services.Actor, act services.Guarded) error
	EndAccounts(tx *gorm.DB, actor services.Actor, person int64, why string) error
}

// Service takes proposals and decides them.
type Service struct {
	store  *models.Store
	roster *roster.Service
	money  Money
	staff  Staff
	audit  *journal.Service
	outbox *outbox.Outbox
	clock  services.Clock

	approvals *approve.Service
	requests  *requests
	evidence  *evidence.Service
}

// New makes the service. money is the allowance service, staff the identity
// service.
func New(store *models.Store, roster *roster.Service, money Money, staff Staff, audit *journal.Service,
	outbox *outbox.Outbox, clock services.Clock) *Service {
	approvals := approve.New(store, audit, clock)
	return &Service{
		store: store, roster: roster, money: money, staff: staff, audit: audit, outbox: outbox, clock: clock,
		approvals: approvals, requests: requestsOf(approvals, outbox, staff), evidence: evidence.New(store, audit, clock),
	}
}

// Diff is one thing that changes. Field is head, deputy, member or cell_member
// (values are names), from and to (first day of who comes, last day of who
// goes), reason (a code), phone and newcomer_phone (E.164), birth_year, acting
// (the title that is acted), decision, decision_date, decision_signer, note.
// Dates are yyyy-mm-dd; "" is nobody or nothing.
type Diff struct {
	Field, From, To string
}

type diffs []Diff

// add leaves out what is nothing before and after.
func (d diffs) add(field, from, to string) diffs {
	if from == "" && to == "" {
		return d
	}
	return append(d, Diff{field, from, to})
}

// EffectView is what a request does to one person's money.
type EffectView struct {
	Name string
	money.Effect
}

// Summary is a request in a list.
type Summary struct {
	ID           int64
	Kind         models.ChangeKind
	State        models.ChangeState
	Version      int
	BranchName   string
	SubjectName  string
	NewcomerName string
	SubmittedAt  time.Time
	Alone        bool // it is not approved in one go with others
	// For is whom the actor would sign for, in their queue; "" for themselves.
	For string
}

// WhyDecided is why nobody may decide a request; approve has the others.
const WhyDecided = "decided"

// Card is everything that is shown of a request. A preview has no Request.ID.
type Card struct {
	Request      models.ChangeRequest
	Proposal     Proposal
	Branch       models.Branch
	Village      models.Village
	Organization models.Organization

	SubjectName, NewcomerName   string
	ProposerName, ProposerTitle string
	DeciderName                 string

	Diff []Diff
	// Effects are those of the roster as it is; of a request that is over, those
	// of the roster when it ended.
	Effects []EffectView
	Others  []Summary // open requests on the same post or person
	Files   int64     // of evidence
	// Holders counts others of the ward who are paid to the new account already.
	Holders int64
	// Held is until when two humans sign it, since the chat or the number that it
	// was asked by is young; nil where it is not, and after.
	Held *time.Time

	MayDecide bool
	WhyNot    string
	Approval  approve.Approval
	// Stale is the code of why an open request does not apply any longer.
	Stale  string
	Events []models.ChangeEvent
}

// proposers and readers of the ward's requests among its users.
var (
	proposers = []services.Role{services.Officer, services.Clerk, services.Leader, services.Admin}
	readers   = []services.Role{services.Viewer, services.Clerk, services.Leader, services.Admin}
)

func (s *Service) today() models.Date { return models.DateOf(s.clock.Local()) }

// Due reminds of requests that wait too long.
func (s *Service) Due(ctx context.Context) (int, error) { return s.requests.Due(ctx) }

func (s *Service) write(ctx context.Context, do func(tx *gorm.DB) error) error {
	return s.store.WithContext(ctx).Transaction(do)
}

func subjectOf(id int64) string { return fmt.Sprintf("change:%d", id) }

func pointer(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func value(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}
