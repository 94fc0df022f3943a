package command

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"canbobot/config"
)

// A resolution enters by a sheet, all or none; the ward then pays by the quarter.
func TestPolicyCommands(t *testing.T) {
	dir := t.TempDir()
	environ := []string{"SECRET_KEY=" + config.NewSecret(), "DATABASE_URL=sqlite:" + filepath.Join(dir, "a.db")}
	run := func(code int, says string, args ...string) {
		t.Helper()
		got := runCommand(t, environ, "", args...)
		if got.code != code || !strings.Contains(got.out+got.errors, says) {
			t.Errorf("%s: exit %d, said %q %q; want %d and %q", strings.Join(args, " "), got.code, got.out, got.errors, code,
				says)
		}
	}
	list := filepath.Join(dir, "muc.xlsx")
	file := excelize.NewFile()
	for i, row := range [][]any{
		{"Nguồn", "Văn bản", "Từ ngày", "Chức danh", "Mức", "Hệ số"},
		{"Tỉnh", "Nghị quyết 12/2026/NQ-HĐND", "01/07/2026", "Cấp trưởng", "", "0,1"},
		{"", "", "", "Cấp phó", "100.000", ""},
	} {
		if err := file.SetSheetRow("Sheet1", []string{"A1", "A2", "A3"}[i], &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.SaveAs(list); err != nil {
		t.Fatal(err)
	}
	run(OK, "ward bac", "ward", "add", "Bắc", "--town-policy")
	run(OK, "nothing was entered", "policy", "import", list, "--dry-run")
	run(OK, "2 rules\n\thead\tall\t0.1 of the base salary\n\tdeputy\tall\t100.000 đ\nentered", "policy", "import", list)
	run(Failed, "Anh/chị", "policy", "import", list) // it overlaps itself
	run(OK, "province", "policy", "list")
	run(Failed, "Anh/chị", "policy", "salary", "2530000", "--from", "2026-07-01", "--basis", "x")
	run(OK, "", "policy", "salary", "2700000", "--from", "2027-07-01", "--basis", "Nghị định 99/2027/NĐ-CP")
	run(OK, "", "ward", "pays", "quarter")
	run(OK, "", "ward", "begins", "2026-10")
	run(Usage, "month", "ward", "begins", "October")
	run(Usage, "month", "ward", "pays", "yearly")
	if err := file.SetCellValue("Sheet1", "D3", "Giám đốc"); err != nil {
		t.Fatal(err)
	}
	if err := file.SaveAs(list); err != nil {
		t.Fatal(err)
	}
	run(Failed, "row 3:", "policy", "import", list)
}
