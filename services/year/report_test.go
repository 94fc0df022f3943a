package year_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money/moneytest"
	"canbobot/services/year"
)

// The meeting's table, over two wards: 194 heads and 155 deputies.
func TestTheMeetingsTable(t *testing.T) {
	h := moneytest.New(t)
	h.Create(&models.Organization{Code: "cell", Name: "Party cell", SortOrder: 9})
	south, _ := h.NewWard("south")
	h.NewPolicy(south, func(*models.Policy) {})
	heads, deputies, members, cells := 194, 155, 39, 156
	if err := h.Store.Where("1 = 1").Delete(&models.Village{}).Error; err != nil { // those of newWard
		t.Fatal(err)
	}
	for i := range 52 {
		ward := h.Ward
		if i >= 27 {
			ward = south
		}
		village := models.Village{WardID: ward.ID, Name: fmt.Sprint("V", i), Folded: fmt.Sprint("v", i), SortOrder: i}
		h.Create(&village)
		put := func(branch models.Branch, role models.TermRole, left *int) {
			if *left == 0 {
				return
			}
			*left--
			person := models.Person{WardID: ward.ID, Name: "P", Folded: "p", Version: 1}
			h.Create(&person)
			slot := 1
			if role == models.Member || role == models.CellMember {
				slot = 0
			}
			h.Create(&models.Term{WardID: ward.ID, BranchID: branch.ID, PersonID: person.ID, Role: role, Slot: slot, Title: "T",
				From: moneytest.Day(t, "2026-04-18")})
		}
		for j := range 4 { // as many organizations, for 52 x 4 > 194 branches
			code := fmt.Sprint("o", j)
			if i == 0 {
				h.Create(&models.Organization{Code: code, Name: code, SortOrder: 10 + j})
			}
			branch := models.Branch{WardID: ward.ID, VillageID: village.ID, OrganizationCode: code, Name: "B"}
			h.Create(&branch)
			put(branch, models.Head, &heads)
			put(branch, models.Deputy, &deputies)
			put(branch, models.Member, &members)
		}
		cell := models.Branch{WardID: ward.ID, VillageID: village.ID, OrganizationCode: "cell", Name: "C"}
		h.Create(&cell)
		for range 3 {
			put(cell, models.CellMember, &cells)
		}
	}

	report, err := h.Year.Report(ctx, services.SystemActor(0), moneytest.Day(t, "2026-04-20"))
	if err != nil {
		t.Fatal(err)
	}
	want := year.Counts{Villages: 52, CellMembers: 156, Heads: 194, Deputies: 155, Members: 39, MonthlyTotal: 62_050_000}
	if diff := cmp.Diff(want, report.Counts); diff != "" {
		t.Error(diff)
	}
	if len(report.Wards) != 2 || len(report.Organizations) != 5 || len(report.ByVillage) != 52 {
		t.Errorf("%d wards, %d organizations, %d villages", len(report.Wards), len(report.Organizations),
			len(report.ByVillage))
	}
	var sum year.Counts
	for _, ward := range report.Wards {
		sum.Villages += ward.Villages
		sum.CellMembers += ward.CellMembers
		sum.Heads += ward.Heads
		sum.Deputies += ward.Deputies
		sum.Members += ward.Members
		sum.MonthlyTotal += ward.MonthlyTotal
	}
	if sum != want {
		t.Errorf("the wards add up to %+v", sum)
	}
	for _, rows := range [][]year.ReportRow{report.Organizations, report.ByVillage} {
		sum := year.Counts{Villages: 52}
		for _, row := range rows {
			sum.CellMembers += row.CellMembers
			sum.Heads += row.Heads
			sum.Deputies += row.Deputies
			sum.Members += row.Members
			sum.MonthlyTotal += row.Amount
		}
		if sum != want {
			t.Errorf("the rows add up to %+v", sum)
		}
	}

	own, err := h.Year.Report(ctx, h.Clerk, moneytest.Day(t, "2026-04-20"))
	if err != nil {
		t.Fatal(err)
	}
	if len(own.Wards) != 1 || own.Wards[0].Name != h.Ward.Name || own.Counts != own.Wards[0].Counts ||
		own.MonthlyTotal >= want.MonthlyTotal {
		t.Errorf("the clerk's: %+v", own.Counts)
	}
	earlier, err := h.Year.Report(ctx, h.Clerk, moneytest.Day(t, "2026-04-17"))
	if err != nil {
		t.Fatal(err)
	}
	if earlier.Heads != 0 || earlier.MonthlyTotal != 0 {
		t.Errorf("the day before: %+v", earlier.Counts)
	}
}

func TestReportKeys(t *testing.T) {
	h := moneytest.New(t)
	report, err := h.Year.Report(ctx, services.SystemActor(0), moneytest.Day(t, "2026-04-20"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	wards := keys["wards"].([]any)
	for _, key := range []string{"villages", "cell_members", "heads", "deputies", "members", "monthly_total"} {
		if _, ok := keys[key]; !ok {
			t.Errorf("no key %s", key)
		}
		if _, ok := wards[0].(map[string]any)[key]; !ok {
			t.Errorf("no key %s in a ward", key)
		}
	}
}

// A closed village with people still in post stays in the table.
func TestReportAddsUpWithAClosedVillage(t *testing.T) {
	h := moneytest.New(t)
	branch := h.Branch("women")
	h.Term(h.Person("A"), branch, models.Head, "2025-01-01", "")
	h.Store.Model(&models.Village{}).Where("name = ?", "Village 1").Update("valid_to", moneytest.Day(t, "2026-03-31"))
	report, err := h.Year.Report(ctx, h.Clerk, moneytest.Day(t, "2026-04-20"))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(report.ByVillage, func(r year.ReportRow) bool { return r.Name == "Village 1" })
	if i < 0 || report.ByVillage[i].Amount != 200_000 || report.Villages != 1 || report.MonthlyTotal != 200_000 {
		t.Errorf("%+v", report)
	}
}
