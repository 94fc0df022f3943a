package command

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"canbobot/config"
	"canbobot/models"
	"canbobot/services"
)

// A ward begins with nothing: its villages and branches by commands, its people
// from a sheet; then villages join, and the list still adds up.
func TestAWardFromNothing(t *testing.T) {
	dir := t.TempDir()
	environ := []string{"SECRET_KEY=" + config.NewSecret(), "DATABASE_URL=sqlite:" + filepath.Join(dir, "a.db")}
	does := func(says string, args ...string) string {
		t.Helper()
		got := runCommand(t, environ, "", args...)
		if got.code != OK || !strings.Contains(got.out, says) {
			t.Fatalf("%s: exit %d, said %q %q; want %q", strings.Join(args, " "), got.code, got.out, got.errors, says)
		}
		return got.out
	}
	refuses := func(code int, says string, args ...string) {
		t.Helper()
		got := runCommand(t, environ, "", args...)
		if got.code != code || !strings.Contains(got.out+got.errors, says) {
			t.Errorf("%s: exit %d, said %q; want %d and %q", strings.Join(args, " "), got.code, got.out+got.errors, code, says)
		}
	}
	does("ward bac-hong-linh", "ward", "add", "Bắc Hồng Lĩnh", "--phone", "0239 383 5001", "--from", "2025-07-01",
		"--town-policy")
	refuses(Failed, "bac-hong-linh", "ward", "add", "Bắc Hồng Lĩnh")
	refuses(Usage, "0239", "ward", "add", "Nam", "--phone", "12")
	does("", "ward", "predecessor", "phường Bắc Hồng", "--from", "2025-07-01")
	does("phường Bắc Hồng", "ward", "list")
	does("4 branches", "village", "add", "Tổ dân phố 5", "Tổ dân phố 6", "--organization", "youth,women,farmers,veterans")
	refuses(Failed, "Anh/chị", "village", "add", "Tổ dân phố 5")
	refuses(Failed, "Tổ dân phố 5", "branch", "add", "Tổ dân phố 55", "elderly")
	does("Chi hội Người cao tuổi Tổ dân phố 5", "branch", "add", "Tổ dân phố 5", "elderly")
	does("", "village", "also", "Tổ dân phố 6", "Thôn Đức Thuận")

	list := filepath.Join(dir, "list.xlsx")
	file := excelize.NewFile()
	for i, row := range [][]any{
		{"Họ và tên", "Chức danh", "Chi hội", "Thôn/TDP", "Số điện thoại", "Từ ngày"},
		{"Nguyễn Thị Hoa", "Chi hội trưởng", "Chi hội Phụ nữ", "Tổ dân phố 5", "0912345678", "01/01/2024"},
		{"Trần Thị Lan", "Chi hội trưởng", "Chi hội Phụ nữ", "Thôn Đức Thuận", "0912345679", "01/01/2024"},
		{"Lê Văn Nam", "Bí thư chi đoàn", "Chi đoàn", "Tổ dân phố 6", "0912345680", "01/01/2024"},
	} {
		if err := file.SetSheetRow("Sheet1", []string{"A1", "A2", "A3", "A4"}[i], &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.SaveAs(list); err != nil {
		t.Fatal(err)
	}
	does("new 3", "import", list)
	does("600.000 đ", "report")

	now := services.Clock(time.Now).Local()
	month := models.DateOf(now).MonthOf()
	merge := []string{"village", "merge", "Tổ dân phố 5", "Thôn Đức Thuận", "--into", "Tổ dân phố 5", "--from",
		month.First().String()}
	got := runCommand(t, environ, "", merge...)
	if got.code != Failed || !strings.Contains(got.out, "too many for one post of Chi hội Phụ nữ Tổ dân phố 5") ||
		!strings.Contains(got.errors, "--end TERM") {
		t.Fatalf("exit %d, %q %q", got.code, got.out, got.errors)
	}
	branches := does("Trần Thị Lan", "branch", "list", "Tổ dân phố 6")
	term := ""
	for line := range strings.Lines(branches) {
		if strings.Contains(line, "Trần Thị Lan") {
			term = strings.Fields(line)[1]
		}
	}
	merge = append(merge, "--end", term)
	out := does("nothing was changed; --yes does it", merge...)
	if !strings.Contains(out, "Trần Thị Lan: -200.000 đ a month from "+month.String()) ||
		!strings.Contains(out, "Chi đoàn Tổ dân phố 6 -> Chi đoàn Tổ dân phố 5") {
		t.Errorf("the preview: %s", out)
	}
	does("done", append(merge, "--yes")...)
	does("400.000 đ", "report", "--on", month.First().AddDays(14).String())
	does("600.000 đ", "report", "--on", month.First().AddDays(-14).String())
	does("to dan pho 6", "village", "list")
	// the old names still mean today's villages
	refuses(Failed, "D4 Tên cũ, nay là Tổ dân phố 5", "import", list, "--dry-run")
	split := []string{"village", "split", "Tổ dân phố 5", "--into", "Tổ dân phố 5", "--into", "Tổ dân phố 5, khu B",
		"--from", (month + 1).First().String()}
	refuses(Failed, "no part", split...)
	refuses(Usage, "TERM=N", append(split, "--to", "x")...)
	does("8 entries, whole", "audit", "verify")
}
