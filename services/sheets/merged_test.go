package sheets_test

import (
	"testing"

	"canbobot/models"
)

// A sheet finds the row that stays, not the one that was merged into it: a name
// that two rows bore is one person's again.
func TestASheetFindsWhoStaysAfterAMerger(t *testing.T) {
	h := newHouse(t)
	keep := h.person("Nguyễn Thị Hoa", "+84912345678", "women 5", models.Head, models.NewDate(2020, 1, 1))
	drop := models.Person{WardID: h.ward.ID, Name: keep.Name, Folded: keep.Folded, Phone: "", Version: 1, MergedInto: &keep.ID, MergedAt: &h.now}
	h.create(&drop)
	row := usual(map[string]any{"Số điện thoại": "", "Ngày sinh": "", "CCCD": "", "Số tài khoản": "", "Ngân hàng": "", "Từ ngày": "01/01/2020", "Số quyết định": ""})
	preview := h.check(sheet(t, heads, row))
	if preview.Counts.NewPeople != 0 || len(preview.Findings) != 0 {
		t.Errorf("%+v: %s", preview.Counts, codes(preview.Findings))
	}
}
