package sheet_test

import (
	"testing"

	"canbobot/services/sheet"
)

// A cell speaks of one organization, of all of them, or is asked: never of one
// of the several that it names.
func TestOneOrganizationOrAllOrNone(t *testing.T) {
	for cell, want := range map[string]struct {
		code  string
		known bool
	}{
		"Hội LHPN": {"women", true}, "NCT": {"elderly", true}, "PN": {"women", true}, "ND": {"farmers", true},
		"Đoàn Thanh niên": {"youth", true}, "Chi hội Phụ nữ": {"women", true},
		"Các chi hội, chi đoàn": {"", true}, "Các đoàn thể": {"", true},
		"Hội Cựu chiến binh và Đoàn Thanh niên": {"", false}, "Các chi đoàn": {"", false}, "Hội khác": {"", false},
	} {
		if code, known := sheet.Organization(cell); code != want.code || known != want.known {
			t.Errorf("%q is %q, %v", cell, code, known)
		}
	}
}
