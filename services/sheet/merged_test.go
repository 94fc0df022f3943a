package sheet_test

import (
	"slices"
	"testing"

	"canbobot/models"
)

// A sheet finds the row that stays, not the one that was merged into it: a name
// that two rows bore is one person's again, also for a post that is new.
func TestASheetFindsWhoStaysAfterAMerger(t *testing.T) {
	h := newHouse(t)
	keep := h.person("Nguyễn Thị Hoa", "+84912345678", "women 5", models.Head, models.NewDate(2020, 1, 1))
	born := models.NewDate(1968, 3, 5)
	if err := h.store.Model(&keep).Updates(map[string]any{"birth_date": born, "birth_year": born.Year}).Error; err != nil {
		t.Fatal(err)
	}
	drop := models.Person{WardID: h.ward.ID, Name: keep.Name, Folded: keep.Folded, BirthDate: born, BirthYear: born.Year,
		Version: 1}
	h.create(&drop)
	// Name and birthday say who takes the new post, and two have them.
	row := usual(map[string]any{"Chức danh": "Uỷ viên", "Thôn/TDP": "TDP 6", "Số điện thoại": "", "CCCD": "",
		"Số tài khoản": "", "Ngân hàng": "", "Số quyết định": ""})
	before := h.check(made(t, heads, row))
	if got := codes(before.Findings); got != "B2 person_ambiguous" {
		t.Fatalf("two bear the name: %+v, %s", before.Counts, got)
	}
	if err := h.store.Model(&drop).Updates(map[string]any{"merged_into": keep.ID, "merged_at": h.now}).Error; err != nil {
		t.Fatal(err)
	}
	after := h.check(made(t, heads, row))
	if after.Counts.NewPeople != 0 || after.Counts.Errors != 0 || after.Counts.New != 1 {
		t.Errorf("%+v: %s; want one post more of who is there", after.Counts, codes(after.Findings))
	}
}

// An export shows the end of an account: the same end says nothing new, another
// one, or one of somebody new, is told and never written.
func TestMaskedAccountsAreCompared(t *testing.T) {
	h := newHouse(t)
	hoa := h.person("Nguyễn Thị Hoa", "+84912345678", "women 5", models.Head, models.NewDate(2024, 2, 1))
	if err := h.store.Model(&hoa).Updates(map[string]any{"bank_tail": "3456", "bank_name": "Agribank"}).Error; err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct{ name, account, codes string }{
		{"Nguyễn Thị Hoa", "****3456", ""},
		{"Nguyễn Thị Hoa", "xxxx3456", ""},
		{"Nguyễn Thị Hoa", "****9999", "I2 bank_by_request"},
		{"Lê Thị Mới", "****3456", "I2 account_masked"},
	} {
		row := usual(map[string]any{"Họ và tên": one.name, "Số tài khoản": one.account, "Ngày sinh": "", "CCCD": "",
			"Số quyết định": ""})
		if one.name != hoa.Name {
			for column, value := range map[string]string{"Chức danh": "Uỷ viên", "Số điện thoại": "0977000111"} {
				row[slices.Index(heads, any(column))] = value
			}
		}
		if got := codes(h.check(made(t, heads, row)).Findings); got != one.codes {
			t.Errorf("%s %s: %q, want %q", one.name, one.account, got, one.codes)
		}
	}
}
