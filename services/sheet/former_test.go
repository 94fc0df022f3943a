package sheet_test

import (
	"testing"

	"canbobot/models"
)

// A list that still has the names of before the mergers finds today's villages,
// and says so; a name that two bore finds neither.
func TestFormerNamesOfVillages(t *testing.T) {
	h := newHouse(t)
	for i, known := range []string{"thon 3 | khoi 9", "khoi 9", ""} {
		if err := h.store.Model(&models.Village{}).Where("id = ?", h.villages[i].ID).Update("known_as",
			known).Error; err != nil {
			t.Fatal(err)
		}
	}
	h.create(&models.WardLink{WardID: h.ward.ID, PredecessorName: "xã Thuận Lộc", Folded: "xa thuan loc",
		Kind: models.LinkMerge, From: models.NewDate(2025, 7, 1)})
	for _, one := range []struct {
		unit, village, codes string
	}{
		{"Chi hội Phụ nữ", "Thôn 3", "F2 village_former"},
		{"Chi hội Phụ nữ Thôn 3", "", "E2 village_former"},
		{"Chi hội Phụ nữ", "Khối 9", "F2 village_unknown"},
		{"Chi hội Phụ nữ", "TDP 6", ""},
		{"Chi hội Phụ nữ", "TDP 6, xã Thuận Lộc", ""},
		{"Chi hội Phụ nữ TDP 6 phường Bắc Hồng Lĩnh", "", ""},
	} {
		preview := h.check(made(t, heads, usual(map[string]any{"Chi hội": one.unit, "Thôn/TDP": one.village})))
		if got := codes(preview.Findings); got != one.codes {
			t.Errorf("%s, %s: %s, want %s", one.unit, one.village, got, one.codes)
		}
	}
}
