package roster_test

import (
	"testing"

	"canbobot/models"
	"canbobot/services"
)

func TestOldNamesOfVillagesStillFind(t *testing.T) {
	h := newHouse(t)
	hoa := h.person("Nguyễn Thị Hoa", "", h.women, models.Head)
	if err := h.AddVillageName(h.ctx, h.clerk, h.villages[0].ID, "Thôn 3 xã Thuận Lộc", models.Date{}, ""); err != nil {
		t.Fatal(err)
	}
	if err := h.RenameVillage(h.ctx, h.clerk, h.villages[0].ID, "Tổ dân phố 17", h.today, "1/NQ"); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"thôn 3 xã thuận lộc", "hoa tdp 5", "tdp 17"} {
		found, err := h.Find(h.ctx, h.clerk, query, 0)
		if err != nil || len(found) != 1 || found[0].Person.ID != hoa.ID ||
			found[0].Posts[0].Village.Name != "Tổ dân phố 17" {
			t.Errorf("%s: %+v, %v", query, found, err)
		}
	}
	abroad := services.Actor{Role: services.Clerk, Ward: h.foreign.ID, Staff: 9}
	wants(t, h.RenameVillage(h.ctx, abroad, h.villages[0].ID, "X", h.today, ""), "not_found: village")
	wants(t, h.RenameVillage(h.ctx, h.clerk, h.villages[0].ID, "Thôn Đức Thuận", h.today, ""), "conflict: village_taken")
}
