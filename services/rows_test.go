package services_test

import (
	"errors"
	"testing"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
)

func TestTakeTellsNothingOfAnotherWard(t *testing.T) {
	store := storetest.New(t, nil)
	for _, ward := range []models.Ward{{ID: 1, Code: "one"}, {ID: 2, Code: "two"}} {
		if err := store.Create(&ward).Error; err != nil {
			t.Fatal(err)
		}
	}
	village := models.Village{WardID: 1, Name: "Tổ 1", Folded: "to 1"}
	if err := store.Create(&village).Error; err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		actor services.Actor
		id    int64
		want  services.Kind
	}{
		{services.Actor{Role: services.Clerk, Ward: 1}, village.ID, ""},
		{services.Actor{Role: services.Clerk, Ward: 2}, village.ID, services.KindNotFound},
		{services.Actor{Role: services.Clerk}, village.ID, services.KindNotFound},
		{services.Actor{Role: services.Clerk, Ward: 1}, village.ID + 1, services.KindNotFound},
		{services.SystemActor(0), village.ID, ""},
		{services.SystemActor(1), village.ID, ""},
		{services.SystemActor(2), village.ID, services.KindNotFound},
		{services.SystemActor(0), village.ID + 1, services.KindNotFound},
	} {
		got, err := services.Take[models.Village](services.Locked(store.DB), test.actor, "village", test.id)
		switch {
		case test.want == "" && (err != nil || got.Name != village.Name):
			t.Errorf("%+v takes %d: %v, %v", test.actor, test.id, got, err)
		case test.want != "" && (services.KindOf(err) != test.want || services.CodeOf(err) != "village"):
			t.Errorf("%+v takes %d: %v, want %s", test.actor, test.id, err, test.want)
		}
	}
	away := errors.New("away")
	if err := services.Found(away, "village", 7); !errors.Is(err, away) || services.KindOf(err) != services.KindInternal {
		t.Errorf("a fault of the database became %v", err)
	}
	if err := services.LockWard(store.DB, 3); services.CodeOf(err) != "ward" {
		t.Errorf("a ward that is none: %v", err)
	}
}

func TestInWardMayBeUsedTwice(t *testing.T) {
	store := storetest.New(t, nil)
	if err := store.Create(&models.Ward{ID: 1, Code: "one"}).Error; err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Tổ 1", "Tổ 2"} {
		if err := store.Create(&models.Village{WardID: 1, Name: name, Folded: models.Fold(name)}).Error; err != nil {
			t.Fatal(err)
		}
	}
	mine := services.InWard(store.DB, 1)
	if err := mine.Model(&models.Village{}).Where("folded = ?", "to 1").Update("sort_order", 5).Error; err != nil {
		t.Fatal(err)
	}
	rows := []models.Village{}
	if err := mine.Table("villages AS v").Joins("JOIN wards w ON w.id = v.ward_id").Find(&rows).Error; err != nil ||
		len(rows) != 2 {
		t.Errorf("found %d of 2: %v", len(rows), err)
	}
	var row models.Village
	if err := mine.Where("sort_order = ?", 5).Take(&row).Error; err != nil || row.Name != "Tổ 1" {
		t.Errorf("found %v: %v", row, err)
	}
}
