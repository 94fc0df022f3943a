package main

import (
	"strconv"
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/ward/wardtest"
)

func TestACrowdIsLinkedAndPaid(t *testing.T) {
	h := wardtest.New(t, april)
	const n = 803 // more than one slice, and not whole villages
	if err := fillCrowd(h.Ctx, h.Services, n, crowdMonths); err != nil {
		t.Fatal(err)
	}
	people, wards, villages := h.Count("people", "1 = 1"), h.Count("wards", "1 = 1"), h.Count("villages", "1 = 1")
	if people != n || wards != 1 || villages != 101 {
		t.Errorf("%d people in %d villages of %d wards", people, villages, wards)
	}
	month := models.DateOf(april).MonthOf()
	stages := []list.Stage{list.StageExported, list.StagePaid, list.StagePaid}
	for _, k := range []int{0, 1, 799, 800, n - 1} {
		who, err := h.Identity.Identify(h.Ctx, "telegram", strconv.Itoa(crowdBase+k))
		if err != nil || who.Actor.Role != services.Officer || !who.Consented || who.Former {
			t.Fatalf("officer %d: %+v, %v", k, who, err)
		}
		want := int64(200_000)
		if k%2 == 1 {
			want = 150_000
		}
		views, err := h.List.History(h.Ctx, who.Actor, month, len(stages))
		if err != nil {
			t.Fatal(err)
		}
		for i, view := range views {
			if view.Stage != stages[i] || view.Amount != want || len(view.Parts) != 1 || view.Parts[0].Rate != want ||
				view.Parts[0].PolicyName == "" {
				t.Errorf("officer %d, %s: %+v", k, view.Month, view)
			}
		}
	}
	report, err := h.Year.Report(h.Ctx, services.SystemActor(0), models.DateOf(april))
	if err != nil || report.Heads != 402 || report.Deputies != 401 || report.MonthlyTotal != 402*200_000+401*150_000 {
		t.Errorf("report: %+v, %v", report.Counts, err)
	}
	for _, run := range wardtest.Rows[models.PaymentRun](h, "id") {
		if run.People != n || run.Total != report.MonthlyTotal {
			t.Errorf("run of %s: %d people, %d đồng", run.Month, run.People, run.Total)
		}
	}

	// The ward goes on: the next list is reckoned, and rows find free ids.
	var clerk models.Staff
	if err := h.Store.Where("role = ?", services.Clerk).Take(&clerk).Error; err != nil {
		t.Fatal(err)
	}
	next, err := h.List.Prepare(h.Ctx, services.Actor{Role: services.System, Ward: clerk.WardID, Staff: clerk.ID},
		month+1)
	if err != nil || next.Run.People != n || next.Run.Total != report.MonthlyTotal {
		t.Errorf("next list: %+v, %v", next.Run, err)
	}
	person := models.Person{WardID: clerk.WardID, Name: "Nguyễn Thị Lan", Folded: "nguyen thi lan", Version: 1}
	if err := h.Store.Create(&person).Error; err != nil || person.ID != n+1 {
		t.Errorf("the next person has id %d, %v", person.ID, err)
	}
}

func TestACrowdHasASize(t *testing.T) {
	h := wardtest.New(t, april)
	for _, n := range []int{-1, 0, 5_000_001} {
		if err := fillCrowd(h.Ctx, h.Services, n, crowdMonths); err == nil {
			t.Errorf("a crowd of %d", n)
		}
	}
	if wards := wardtest.Rows[models.Ward](h, "id"); len(wards) != 0 {
		t.Errorf("%d wards", len(wards))
	}
}

// Where nobody asks for money, nobody needs to have been paid.
func TestACrowdThatWasNeverPaid(t *testing.T) {
	h := wardtest.New(t, april)
	if err := fillCrowd(h.Ctx, h.Services, 20, 0); err != nil {
		t.Fatal(err)
	}
	var accounts, lines int64
	h.Store.Table("accounts").Count(&accounts)
	h.Store.Table("payment_lines").Count(&lines)
	if accounts != 20 || lines != 0 {
		t.Errorf("%d accounts, %d lines", accounts, lines)
	}
}
