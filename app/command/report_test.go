package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"canbobot/services/year"
)

func TestReportOfAYear(t *testing.T) {
	dir := t.TempDir()
	environ := sampled(t)
	command := []string{"report", "--year", "2026", "--ward", "bac-hong-linh"}
	got := runCommand(t, environ, "", append(command, "--json")...)
	var report year.YearReport
	if err := json.Unmarshal([]byte(got.out), &report); err != nil {
		t.Fatalf("%v: %s", err, got.errors)
	}
	if report.Year != 2026 || len(report.Months) != 12 || report.Paid == 0 || report.Forecast <= report.Paid ||
		len(report.Villages) != 28 || len(report.Sources) != 1 {
		t.Errorf("%+v", report)
	}
	for _, name := range []string{"a.xlsx", "a.png"} {
		path := filepath.Join(dir, name)
		got := runCommand(t, environ, "", append(command, "--out", path)...)
		if got.code != OK || !strings.Contains(got.out, "2026-12") || !strings.Contains(got.out, "Dự kiến") {
			t.Errorf("exit %d, %s%s", got.code, got.out, got.errors)
		}
		if info, err := os.Stat(path); err != nil || info.Size() < 5000 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, test := range []struct {
		says string
		args []string
	}{
		{".xlsx or .png", append(command, "--out", filepath.Join(dir, "a.doc"))},
		{"file exists", append(command, "--out", filepath.Join(dir, "a.xlsx"))},
		{"no ward", []string{"report", "--year", "2026", "--ward", "nowhere"}},
		{"name one with --ward: bac-hong-linh", []string{"report", "--year", "2026"}},
		{"go with --year", []string{"report", "--ward", "bac-hong-linh"}},
		{"--on and --year", []string{"report", "--year", "2026", "--on", "2026-04-01"}},
	} {
		if got := runCommand(t, environ, "", test.args...); got.code != Usage || !strings.Contains(got.errors, test.says) {
			t.Errorf("%v: exit %d, %q", test.args, got.code, got.errors)
		}
	}
}
