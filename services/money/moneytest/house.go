// Package moneytest furnishes a ward whose money tests watch: a policy, branches
// and people to put into posts, on a real database.
package moneytest

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/list"
	"canbobot/services/money"
	"canbobot/services/outbox"
	"canbobot/services/roster"
	"canbobot/services/vault"
	"canbobot/services/year"
)

var organizations = []string{"women", "youth"}

// House is the town policy, one ward with branches and people to put into posts, on a real
// database; the clock stands until a test moves it.
type House struct {
	testing.TB
	Store       *models.Store
	Money       *money.Service
	Delegations *approve.Delegations
	List        *list.Service
	Year        *year.Service
	Audit       *journal.Service
	Now         time.Time
	Ward        models.Ward
	village     models.Village
	Policy      models.Policy
	Clerk       services.Actor
	Leader      services.Actor
	Second      services.Actor // another leader
	Queries     atomic.Int64
}

func New(t testing.TB) *House {
	t.Helper()
	h := &House{TB: t, Now: time.Date(2026, 4, 20, 3, 0, 0, 0, time.UTC)}
	clock := services.Clock(func() time.Time { return h.Now })
	h.Store = storetest.New(t, clock)
	h.Store.SealedBy(sealing(t))
	h.Audit = journal.New(h.Store, clock)
	box, err := outbox.New(h.Store, clock)
	if err != nil {
		t.Fatal(err)
	}
	who := identity.New(h.Store, nil, h.Audit, box, clock, nil)
	h.Delegations = &approve.Delegations{Service: approve.New(h.Store, h.Audit, clock), Outbox: box, Gate: who}
	h.Money = money.New(h.Store, h.Audit, box, who, clock)
	h.List = list.New(h.Store, h.Audit, box, who, clock)
	h.Year = year.New(h.Store, h.Audit, clock)
	for i, organization := range organizations {
		h.Create(&models.Organization{Code: organization, Name: "Org " + organization, DeputiesMax: 1, SortOrder: i})
	}
	h.SettleIn("north")
	count := func(*gorm.DB) { h.Queries.Add(1) }
	for _, err := range []error{
		h.Store.Callback().Query().After("gorm:query").Register("test:count", count),
		h.Store.Callback().Row().After("gorm:row").Register("test:count", count),
		h.Store.Callback().Raw().After("gorm:raw").Register("test:count", count),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// SettleIn moves the test into a ward of its own.
func (h *House) SettleIn(code string) {
	h.Helper()
	h.Ward, h.village = h.NewWard(code)
	h.Policy = h.NewPolicy(h.Ward, func(*models.Policy) {})
	h.Clerk = h.Staff(h.Ward, services.Clerk)
	h.Leader, h.Second = h.Staff(h.Ward, services.Leader), h.Staff(h.Ward, services.Leader)
}

func (h *House) Create(row any) {
	h.Helper()
	if err := h.Store.Create(row).Error; err != nil {
		h.Fatal(err)
	}
}

func (h *House) NewWard(code string) (models.Ward, models.Village) {
	h.Helper()
	ward := models.Ward{Code: code, Name: "Ward " + code, Kind: "phường", PayDay: 5}
	h.Create(&ward)
	village := models.Village{WardID: ward.ID, Name: "Village of " + code, Folded: "village of " + code}
	h.Create(&village)
	return ward, village
}

func (h *House) NewPolicy(ward models.Ward, change func(*models.Policy)) models.Policy {
	h.Helper()
	policy := models.Policy{
		State:  models.PolicyInForce,
		WardID: ward.ID, Code: "town", Name: "Town policy", Source: "town", LegalBasis: "Conclusion 1",
		From: models.NewDate(2021, 1, 1), Accrual: models.FullIfOnDay, AccrualDays: 15, Stacking: models.StackAll,
		Rules: []models.PolicyRule{{Role: models.Head, Amount: 200_000}, {Role: models.Deputy, Amount: 150_000}},
	}
	change(&policy)
	h.Create(&policy)
	return policy
}

// Staff who entered a fresh code on a linked account.
func (h *House) Staff(ward models.Ward, role services.Role) services.Actor {
	h.Helper()
	member := models.Staff{WardID: ward.ID, Name: fmt.Sprintf("Staff %s", role), Role: string(role), Active: true}
	h.Create(&member)
	until := h.Now.Add(24 * 365 * time.Hour)
	account := models.Account{
		WardID: ward.ID, Channel: "web", ExternalID: fmt.Sprint("staff-", member.ID), ChatID: "c", StaffID: &member.ID,
		LinkedAt: h.Now, LastSeenAt: h.Now, SteppedUpUntil: &until,
	}
	h.Create(&account)
	return services.Actor{Role: role, Ward: ward.ID, Staff: member.ID, Account: account.ID, Channel: "web"}
}

func (h *House) Person(name string) int64 {
	h.Helper()
	person := models.Person{WardID: h.Ward.ID, Name: name, Folded: models.Fold(name), Version: 1,
		Destination: models.Destination{BankName: "Bank", BankTail: "6789"}}
	h.Create(&person)
	return person.ID
}

func (h *House) Officer(person int64) services.Actor {
	return services.Actor{Role: services.Officer, Ward: h.Ward.ID, Person: person}
}

// Branch makes one in a village of its own.
func (h *House) Branch(organization string) int64 {
	h.Helper()
	var n int64
	h.Store.Model(&models.Village{}).Count(&n)
	village := models.Village{WardID: h.Ward.ID, Name: fmt.Sprint("Village ", n), Folded: fmt.Sprint("village ", n),
		SortOrder: int(n)}
	h.Create(&village)
	branch := models.Branch{WardID: h.Ward.ID, VillageID: village.ID, OrganizationCode: organization,
		Name: fmt.Sprintf("Branch %s %d", organization, n)}
	h.Create(&branch)
	return branch.ID
}

func (h *House) Term(person, branch int64, role models.TermRole, from, to string) models.Term {
	h.Helper()
	term := models.Term{
		WardID: h.Ward.ID, BranchID: branch, PersonID: person, Role: role, Slot: 1, Title: "Title " + string(role),
		From: Day(h, from), To: Day(h, to),
	}
	if role == models.Member || role == models.CellMember {
		term.Slot = 0
	}
	h.Create(&term)
	return term
}

func (h *House) End(term models.Term, to string) {
	h.Helper()
	if err := h.Store.Model(&models.Term{}).Where("id = ?", term.ID).Update("to_date", Day(h, to)).Error; err != nil {
		h.Fatal(err)
	}
}

func (h *House) Prepare(text string) list.RunView {
	h.Helper()
	view, err := h.List.Prepare(context.Background(), h.Clerk, Month(h, text))
	if err != nil {
		h.Fatalf("prepare %s: %v", text, err)
	}
	return view
}

type MoveRun = func(context.Context, services.Actor, int64, int) (list.RunView, error)

func (h *House) Step(move MoveRun, actor services.Actor, view list.RunView) list.RunView {
	h.Helper()
	view, err := move(context.Background(), actor, view.Run.ID, view.Run.Version)
	if err != nil {
		h.Fatal(err)
	}
	return view
}

// Export brings a month's list to the bank.
func (h *House) Export(text string) list.RunView {
	h.Helper()
	view := h.Step(h.List.SubmitRun, h.Clerk, h.Prepare(text))
	view = h.Step(h.List.ApproveRun, h.Leader, view)
	return h.Step(h.List.ExportRun, h.Clerk, view)
}

// Pay brings a month's list to its end, everybody paid.
func (h *House) Pay(text string) list.RunView {
	h.Helper()
	view := h.Export(text)
	h.SettleAll(view)
	return h.Step(h.List.CloseRun, h.Clerk, view)
}

func (h *House) SettleAll(view list.RunView) {
	h.Helper()
	on := models.DateOf(h.Now.In(services.Zone))
	view, err := h.List.Run(context.Background(), h.Clerk, view.Run.ID)
	if err != nil {
		h.Fatal(err)
	}
	if _, err := h.List.SettleRun(context.Background(), h.Clerk, view.Run.ID, view.Run.Version,
		list.RestOf(view.Lines, true), on); err != nil {
		h.Fatal(err)
	}
}

func (h *House) LineOf(view list.RunView, person int64) models.PaymentLine {
	h.Helper()
	for _, line := range view.Lines {
		if line.PersonID == person {
			line, err := h.List.Line(context.Background(), h.Clerk, line.ID)
			if err != nil {
				h.Fatal(err)
			}
			return line
		}
	}
	return models.PaymentLine{}
}

// Amounts are a line's components by month.
func Amounts(line models.PaymentLine) map[string]int64 {
	byMonth := map[string]int64{}
	for _, component := range line.Components {
		byMonth[component.Month.String()] += component.Amount
	}
	return byMonth
}

func WantCode(t testing.TB, err error, kind services.Kind, code string) {
	t.Helper()
	if services.KindOf(err) != kind || services.CodeOf(err) != code {
		t.Errorf("got %v, want %s/%s", err, kind, code)
	}
}

// Poor takes a person's account away.
func (h *House) Poor(person int64) {
	h.Helper()
	if err := h.Store.Model(&models.Person{}).Where("id = ?",
		person).Updates(map[string]any{"bank_tail": "", "bank_name": ""}).Error; err != nil {
		h.Fatal(err)
	}
}

func (h *House) PostsOf(people ...int64) map[int64][]money.Post {
	h.Helper()
	posts, err := h.Money.PostsOf(h.Store.DB, h.Ward.ID, people)
	if err != nil {
		h.Fatal(err)
	}
	return posts
}

func (h *House) Compare(before, after map[int64][]money.Post) []money.Effect {
	h.Helper()
	effects, err := h.Money.Compare(h.Store.DB, h.Ward.ID, before, after)
	if err != nil {
		h.Fatal(err)
	}
	return effects
}

func (h *House) Merge(keep, drop int64) models.PersonMerge {
	h.Helper()
	people := roster.New(h.Store, sealing(h), h.Audit, func() time.Time { return h.Now })
	var merge models.PersonMerge
	err := h.Store.Transaction(func(tx *gorm.DB) (err error) {
		merge,
			err = people.Merge(tx, h.Clerk, keep, drop)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return merge
}

func (h *House) Unmerge(merge models.PersonMerge) {
	h.Helper()
	people := roster.New(h.Store, sealing(h), h.Audit, func() time.Time { return h.Now })
	if err := h.Store.Transaction(func(tx *gorm.DB) error { return people.Unmerge(tx, h.Clerk, merge.ID) }); err != nil {
		h.Fatal(err)
	}
}

func (h *House) Month(person int64, text string) list.MonthView {
	h.Helper()
	view, err := h.List.Month(ctx, h.Officer(person), Month(h, text))
	if err != nil {
		h.Fatal(err)
	}
	return view
}

func (h *House) YearOf(year int) year.YearReport {
	h.Helper()
	report, err := h.Year.Year(ctx, h.Leader, year)
	if err != nil {
		h.Fatal(err)
	}
	return report
}

// Receipt is what a person says of their line of a run.
func (h *House) Receipt(view list.RunView, person int64, answer models.ReceiptAnswer, amount int64) {
	h.Helper()
	h.Create(&models.LineReceipt{
		WardID: h.Ward.ID, RunID: view.Run.ID, LineID: h.LineOf(view, person).ID, PersonID: person, Answer: answer,
		Amount: amount,
	})
}

func Day(t testing.TB, text string) models.Date {
	t.Helper()
	if text == "" {
		return models.Date{}
	}
	date, err := models.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return date
}

func Month(t testing.TB, text string) models.Month {
	t.Helper()
	m, err := models.ParseMonth(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var ctx = context.Background()

// Citizen is a citizen's number as a person's row has it.
func (h *House) Citizen(person int64, number string) models.Sealed {
	h.Helper()
	sealed, err := sealing(h).Seal(vault.In(models.CitizenID, h.Ward.ID, person), number)
	if err != nil {
		h.Fatal(err)
	}
	return sealed
}

// sealing is a vault for what a merger seals anew.
func sealing(t testing.TB) *vault.Vault {
	v, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
