package allowance_test

import (
	"context"
	"flag"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/allowance"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

func init() {
	if storetest.Watched {
		flag.Set("rapid.checks", "15")
	}
}

var organizations = []string{"women", "youth"}

// house is the town policy, one ward with branches and people to put into posts, on a real
// database; the clock stands until a test moves it.
type house struct {
	testing.TB
	store   *models.Store
	service *allowance.Service
	audit   *journal.Service
	now     time.Time
	ward    models.Ward
	village models.Village
	policy  models.Policy
	clerk   services.Actor
	leader  services.Actor
	second  services.Actor // another leader
	queries atomic.Int64
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{TB: t, now: time.Date(2026, 4, 20, 3, 0, 0, 0, time.UTC)}
	clock := services.Clock(func() time.Time { return h.now })
	h.store = storetest.New(t, clock)
	h.audit = journal.New(h.store, clock)
	box, err := outbox.New(h.store, clock)
	if err != nil {
		t.Fatal(err)
	}
	who := identity.New(h.store, nil, h.audit, box, clock, nil)
	h.service = allowance.New(h.store, h.audit, box, who, clock)
	for i, organization := range organizations {
		h.create(&models.Organization{Code: organization, Name: "Org " + organization, DeputiesMax: 1, SortOrder: i})
	}
	h.settleIn("north")
	count := func(*gorm.DB) { h.queries.Add(1) }
	for _, err := range []error{
		h.store.Callback().Query().After("gorm:query").Register("test:count", count),
		h.store.Callback().Row().After("gorm:row").Register("test:count", count),
		h.store.Callback().Raw().After("gorm:raw").Register("test:count", count),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// settleIn moves the test into a ward of its own.
func (h *house) settleIn(code string) {
	h.Helper()
	h.ward, h.village = h.newWard(code)
	h.policy = h.newPolicy(h.ward, func(*models.Policy) {})
	h.clerk = h.staff(h.ward, services.Clerk)
	h.leader, h.second = h.staff(h.ward, services.Leader), h.staff(h.ward, services.Leader)
}

func (h *house) create(row any) {
	h.Helper()
	if err := h.store.Create(row).Error; err != nil {
		h.Fatal(err)
	}
}

func (h *house) newWard(code string) (models.Ward, models.Village) {
	h.Helper()
	ward := models.Ward{Code: code, Name: "Ward " + code, Kind: "phường", PayDay: 5}
	h.create(&ward)
	village := models.Village{WardID: ward.ID, Name: "Village of " + code, Folded: "village of " + code}
	h.create(&village)
	return ward, village
}

func (h *house) newPolicy(ward models.Ward, change func(*models.Policy)) models.Policy {
	h.Helper()
	policy := models.Policy{
		WardID: ward.ID, Code: "town", Name: "Town policy", Source: "town", LegalBasis: "Conclusion 1",
		From: models.NewDate(2021, 1, 1), Accrual: models.FullIfOnDay, AccrualDays: 15, Stacking: models.StackAll,
		Rules: []models.PolicyRule{{Role: models.Head, Amount: 200_000}, {Role: models.Deputy, Amount: 150_000}},
	}
	change(&policy)
	h.create(&policy)
	return policy
}

// staff who entered a fresh code on a linked account.
func (h *house) staff(ward models.Ward, role services.Role) services.Actor {
	h.Helper()
	member := models.Staff{WardID: ward.ID, Name: fmt.Sprintf("Staff %s", role), Role: string(role), Active: true}
	h.create(&member)
	until := h.now.Add(24 * 365 * time.Hour)
	account := models.Account{
		WardID: ward.ID, Channel: "web", ExternalID: fmt.Sprint("staff-", member.ID), ChatID: "c", StaffID: &member.ID,
		LinkedAt: h.now, LastSeenAt: h.now, SteppedUpUntil: &until,
	}
	h.create(&account)
	return services.Actor{Role: role, Ward: ward.ID, Staff: member.ID, Account: account.ID, Channel: "web"}
}

func (h *house) person(name string) int64 {
	h.Helper()
	person := models.Person{WardID: h.ward.ID, Name: name, Folded: name, BankName: "Bank", BankTail: "6789", Version: 1}
	h.create(&person)
	return person.ID
}

func (h *house) officer(person int64) services.Actor {
	return services.Actor{Role: services.Officer, Ward: h.ward.ID, Person: person}
}

// branch makes one in a village of its own.
func (h *house) branch(organization string) int64 {
	h.Helper()
	var n int64
	h.store.Model(&models.Village{}).Count(&n)
	village := models.Village{WardID: h.ward.ID, Name: fmt.Sprint("Village ", n), Folded: fmt.Sprint("village ", n), SortOrder: int(n)}
	h.create(&village)
	branch := models.Branch{WardID: h.ward.ID, VillageID: village.ID, OrganizationCode: organization, Name: fmt.Sprintf("Branch %s %d", organization, n)}
	h.create(&branch)
	return branch.ID
}

func (h *house) term(person, branch int64, role models.TermRole, from, to string) models.Term {
	h.Helper()
	term := models.Term{
		WardID: h.ward.ID, BranchID: branch, PersonID: person, Role: role, Slot: 1, Title: "Title " + string(role),
		From: day(h, from), To: day(h, to),
	}
	if role == models.Member || role == models.CellMember {
		term.Slot = 0
	}
	h.create(&term)
	return term
}

func (h *house) end(term models.Term, to string) {
	h.Helper()
	if err := h.store.Model(&models.Term{}).Where("id = ?", term.ID).Update("to_date", day(h, to)).Error; err != nil {
		h.Fatal(err)
	}
}

func (h *house) prepare(text string) allowance.RunView {
	h.Helper()
	view, err := h.service.Prepare(context.Background(), h.clerk, month(h, text))
	if err != nil {
		h.Fatalf("prepare %s: %v", text, err)
	}
	return view
}

type moveRun = func(context.Context, services.Actor, int64, int) (allowance.RunView, error)

func (h *house) step(move moveRun, actor services.Actor, view allowance.RunView) allowance.RunView {
	h.Helper()
	view, err := move(context.Background(), actor, view.Run.ID, view.Run.Version)
	if err != nil {
		h.Fatal(err)
	}
	return view
}

// export brings a month's list to the bank.
func (h *house) export(text string) allowance.RunView {
	h.Helper()
	view := h.step(h.service.SubmitRun, h.clerk, h.prepare(text))
	view = h.step(h.service.ApproveRun, h.leader, view)
	return h.step(h.service.ExportRun, h.clerk, view)
}

// pay brings a month's list to its end, everybody paid.
func (h *house) pay(text string) allowance.RunView {
	h.Helper()
	view := h.export(text)
	h.settleAll(view)
	return h.step(h.service.CloseRun, h.clerk, view)
}

func (h *house) settleAll(view allowance.RunView) {
	h.Helper()
	on := models.DateOf(h.now.In(services.Zone))
	if _, err := h.service.SettleRun(context.Background(), h.clerk, view.Run.ID, view.Run.Version, on); err != nil {
		h.Fatal(err)
	}
}

func (h *house) lineOf(view allowance.RunView, person int64) models.PaymentLine {
	h.Helper()
	for _, line := range view.Lines {
		if line.PersonID == person {
			line, err := h.service.Line(context.Background(), h.clerk, line.ID)
			if err != nil {
				h.Fatal(err)
			}
			return line
		}
	}
	return models.PaymentLine{}
}

// amounts are a line's components by month.
func amounts(line models.PaymentLine) map[string]int64 {
	byMonth := map[string]int64{}
	for _, component := range line.Components {
		byMonth[component.Month.String()] += component.Amount
	}
	return byMonth
}

func wantCode(t testing.TB, err error, kind services.Kind, code string) {
	t.Helper()
	if services.KindOf(err) != kind || services.CodeOf(err) != code {
		t.Errorf("got %v, want %s/%s", err, kind, code)
	}
}
