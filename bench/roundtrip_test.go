package main

import (
	"canbobot/app/sample"
	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/sheet"
	"canbobot/services/ward/wardtest"
	"testing"
)

// TestSampleComesBackFromItsExport: for each ward, whole and masked.
func TestSampleComesBackFromItsExport(t *testing.T) {
	w := wardtest.New(t, april)
	if _, err := sample.Load(w.Ctx, w.Services); err != nil {
		t.Fatal(err)
	}
	wards, err := w.Identity.Wards(w.Ctx)
	if err != nil || len(wards) != 2 {
		t.Fatalf("%v, %v", wards, err)
	}
	for _, ward := range wards {
		for _, full := range []bool{true, false} {
			backAgain(t, w, services.SystemActor(ward.ID), full)
		}
	}
}

func backAgain(t *testing.T, ward *wardtest.Ward, actor services.Actor, full bool) {
	t.Helper()
	words, err := texts.Load(func(problem string) { t.Error(problem) })
	if err != nil {
		t.Fatal(err)
	}
	say := func(key string, fields map[string]any) string { return words.Say(key, bot.Fields(fields)) }
	export, err := ward.Sheets.Roster(ward.Ctx, actor, sheet.Filter{Full: full}, say)
	if err != nil {
		t.Fatal(err)
	}
	preview, err := ward.Sheets.Check(ward.Ctx, actor, export.Content)
	if err != nil {
		t.Fatal(err)
	}
	if c := preview.Counts; c.Unchanged != export.Rows || c.Rows != export.Rows || len(preview.Findings) > 0 {
		t.Errorf("ward %d, full %v: %d rows: %+v, first %+v", actor.Ward, full, export.Rows, c,
			preview.Findings[:min(3, len(preview.Findings))])
	}
}

func TestTwentyThousandComeBackFromTheirExport(t *testing.T) {
	if testing.Short() { // long
		return
	}
	w := wardtest.New(t, april)
	if err := fillCrowd(w.Ctx, w.Services, rosterRows, crowdMonths); err != nil {
		t.Fatal(err)
	}
	backAgain(t, w, services.SystemActor(wardtest.Rows[models.Ward](w, "id")[0].ID), true)
}
