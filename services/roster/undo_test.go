package roster_test

import (
	"context"
	"testing"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

type fresh struct{ given bool }

func (f fresh) RequireFresh(context.Context, *gorm.DB, services.Actor, services.Guarded) error {
	if !f.given {
		return services.Denied("step_up")
	}
	return nil
}

func TestUndoingAMergerWantsACode(t *testing.T) {
	h := newHouse(t)
	keep := h.person("Nguyễn Thị Hoa", "", h.women, models.Head)
	drop := h.person("Nguyễn Thị Hoà", "", h.elderly, models.Head)
	var merge models.PersonMerge
	h.tx(func(tx *gorm.DB) (err error) { merge, err = h.Merge(tx, h.clerk, keep.ID, drop.ID); return err })
	merges, err := h.Undoable(h.ctx, h.clerk, keep.ID)
	if err != nil || len(merges) != 1 || merges[0].Dropped != "Nguyễn Thị Hoà" {
		t.Errorf("undoable: %+v, %v", merges, err)
	}
	viewer := services.Actor{Role: services.Viewer, Ward: h.ward.ID, Staff: 1}
	wants(t, h.UndoMerge(h.ctx, viewer, merge.ID, fresh{true}), "denied: role")
	wants(t, h.UndoMerge(h.ctx, h.clerk, merge.ID, fresh{}), "denied: step_up")
	if err := h.UndoMerge(h.ctx, h.clerk, merge.ID, fresh{true}); err != nil {
		t.Fatal(err)
	}
	if merges, err := h.Undoable(h.ctx, h.clerk, keep.ID); err != nil || len(merges) != 0 {
		t.Errorf("undone: %+v, %v", merges, err)
	}
}

func TestASearchByAnOldNameSaysWhichItWas(t *testing.T) {
	h := newHouse(t)
	h.person("Nguyễn Thị Hoa", "", h.women, models.Head)
	for _, name := range []string{"Thôn 3 xã Thuận Lộc", "Xóm Mới"} {
		if err := h.AddVillageName(h.ctx, h.clerk, h.villages[0].ID, name, models.Date{}, ""); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string]string{"hoa thuận lộc": "Thôn 3 xã Thuận Lộc", "xóm mới": "Xóm Mới",
		"hoa tổ 5": "", "hoa": ""} {
		found, err := h.Find(h.ctx, h.clerk, query, 0)
		if err != nil || len(found) != 1 || found[0].Formerly != want {
			t.Errorf("%s: %+v, %v", query, found, err)
		}
	}
}
