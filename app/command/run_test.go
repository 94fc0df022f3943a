package command

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"canbobot/bot/telegram/telegramtest"
	"canbobot/config"
	"canbobot/models/storetest"
)

// ran is what a command did.
type ran struct {
	code        int
	out, errors string
}

func runCommand(t testing.TB, environ []string, stdin string, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	code := Run(t.Context(), args, environ, strings.NewReader(stdin), &out, &errs)
	return ran{code, out.String(), errs.String()}
}

// sampled are the settings of a database with the sample in it.
func sampled(t *testing.T) []string {
	t.Helper()
	return []string{"SECRET_KEY=" + sampleKey, "DATABASE_URL=" + withSample.Copy(t)}
}

var (
	sampleKey  = config.NewSecret()
	withSample = storetest.NewTemplate(func(t testing.TB, address string) {
		environ := []string{"SECRET_KEY=" + sampleKey, "DATABASE_URL=" + address}
		if got := runCommand(t, environ, "", "sample", "load"); got.code != OK {
			t.Fatal(got.errors)
		}
	})
)

func TestUsageIsExplained(t *testing.T) {
	for _, one := range []struct {
		name    string
		environ []string
		args    []string
		code    int
		says    string // in what the person reads
	}{
		{"nothing", nil, nil, OK, "canbobot demo"},
		{"help", nil, []string{"--help"}, OK, "demo"},
		{"unknown command", nil, []string{"dance"}, Usage, "--help"},
		{"unknown flag", nil, []string{"report", "--xml"}, Usage, "--xml"},
		{"no key", nil, []string{"report"}, Usage, "SECRET_KEY"},
		{"short key", []string{"SECRET_KEY=abc"}, []string{"migrate"}, Usage, "32 random bytes"},
		{"wrong database", []string{"SECRET_KEY=" + config.NewSecret(), "DATABASE_URL=mysql://x"}, []string{"migrate"},
			Usage, "postgres://"},
		{"wrong level", []string{"LOG_LEVEL=loud"}, []string{"serve"}, Usage, "LOG_LEVEL"},
		{"webhook without address", []string{"SECRET_KEY=" + config.NewSecret(), "TELEGRAM_TOKEN=" + telegramtest.Token,
			"TELEGRAM_MODE=webhook"}, []string{"serve"}, Usage, "PUBLIC_URL"},
		{"demo to the world", nil, []string{"demo", "--addr", "0.0.0.0:8080"}, Usage, "loopback"},
		{"demo nowhere", nil, []string{"demo", "--addr", "8080"}, Usage, "host:port"},
		{"wrong day", []string{"SECRET_KEY=" + config.NewSecret()}, []string{"report", "--on", "1/4/2026"}, Usage,
			"yyyy-mm-dd"},
		{"invite nobody", []string{"SECRET_KEY=" + config.NewSecret()}, []string{"invite", "--ward", "x"}, Usage, "--person"},
		{"a role that is none", nil, []string{"staff", "add", "--ward", "x", "--name", "y", "--role", "king",
			"--no-officer"}, Usage, "clerk"},
		{"an officer or none", nil, []string{"staff", "add", "--ward", "x", "--name", "y", "--role", "clerk"}, Usage,
			"--no-officer"},
	} {
		t.Run(one.name, func(t *testing.T) {
			got := runCommand(t, one.environ, "", one.args...)
			if got.code != one.code || !strings.Contains(got.out+got.errors, one.says) {
				t.Errorf("exit %d, said %q; want %d and %q", got.code, got.out+got.errors, one.code, one.says)
			}
		})
	}
}

func TestEveryCommandHasAnExample(t *testing.T) {
	parser, err := kong.New(&commands{}, longHelp)
	if err != nil {
		t.Fatal(err)
	}
	leaves := parser.Model.Leaves(true)
	if len(leaves) < 30 {
		t.Fatalf("only %d commands were found", len(leaves))
	}
	for _, leaf := range leaves {
		command := leaf.FullPath()
		args := append(strings.Fields(strings.TrimPrefix(command, parser.Model.Name)), "--help")
		got := runCommand(t, nil, "", args...)
		if got.code != OK || !strings.Contains(got.out, "Example:") {
			t.Errorf("%s --help: exit %d, %q", command, got.code, got.out+got.errors)
		}
	}
}

func TestTheMeetingsTable(t *testing.T) {
	environ := []string{"SECRET_KEY=" + config.NewSecret(), "DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "a.db")}
	if got := runCommand(t, environ, "", "sample", "load"); got.code != OK {
		t.Fatal(got.errors)
	}
	if got := runCommand(t, environ, "", "sample", "load"); got.code != Failed ||
		!strings.Contains(got.errors, "not empty") {
		t.Errorf("a second load: %d %s", got.code, got.errors)
	}
	type counts struct {
		Villages    int   `json:"villages"`
		CellMembers int   `json:"cell_members"`
		Heads       int   `json:"heads"`
		Deputies    int   `json:"deputies"`
		Members     int   `json:"members"`
		Total       int64 `json:"monthly_total"`
	}
	var report struct {
		counts
		Wards []counts `json:"wards"`
	}
	got := runCommand(t, environ, "", "report", "--json")
	if err := json.Unmarshal([]byte(got.out), &report); err != nil {
		t.Fatalf("%v: %s", err, got.errors)
	}
	if want := (counts{52, 156, 194, 155, 39, 62_050_000}); report.counts != want {
		t.Errorf("report %+v, want %+v", report.counts, want)
	}
	var sum counts
	for _, ward := range report.Wards {
		sum.Villages += ward.Villages
		sum.CellMembers += ward.CellMembers
		sum.Heads += ward.Heads
		sum.Deputies += ward.Deputies
		sum.Members += ward.Members
		sum.Total += ward.Total
	}
	if sum != report.counts || len(report.Wards) != 2 {
		t.Errorf("%d wards add up to %+v", len(report.Wards), sum)
	}
	if got := runCommand(t, environ, "", "report"); !strings.Contains(got.out,
		"62.050.000 đ (Sáu mươi hai triệu không trăm năm mươi nghìn đồng)") {
		t.Errorf("the table: %s", got.out)
	}
	if got := runCommand(t, environ, "", "audit", "verify"); got.code != OK || strings.Count(got.out, "whole") != 2 {
		t.Errorf("audit verify: %d %s%s", got.code, got.out, got.errors)
	}
	added := runCommand(t, environ, "", "staff", "add", "--ward", "bac-hong-linh", "--name", "Trần Thị Lan", "--role",
		"clerk", "--no-officer")
	if added.code != OK || !strings.Contains(added.out, "otpauth://") {
		t.Errorf("staff add: %d %s%s", added.code, added.out, added.errors)
	}
	if got := runCommand(t, environ, "", "staff", "list", "--ward", "bac-hong-linh"); !strings.Contains(got.out,
		"Trần Thị Lan") {
		t.Errorf("staff list: %s%s", got.out, got.errors)
	}
	id := strings.Fields(added.out)[1]
	staff := func(what string, more ...string) ran {
		return runCommand(t, environ, "", append([]string{"staff", what, id, "--ward", "bac-hong-linh"}, more...)...)
	}
	if got := staff("is", "--person", "1"); got.code != OK {
		t.Errorf("staff is: %s", got.errors)
	}
	if got := staff("is", "--person", "999999"); got.code != Failed {
		t.Errorf("staff is nobody: %d", got.code)
	}
	if got := staff("invite"); got.code != OK || strings.Contains(got.out, "otpauth://") {
		t.Errorf("staff invite: %s%s", got.out, got.errors)
	}
	if got := staff("invite", "--renew"); got.code != OK || !strings.Contains(got.out, "otpauth://") {
		t.Errorf("staff invite --renew: %s%s", got.out, got.errors)
	}
	if got := staff("unlink"); got.code != OK {
		t.Errorf("staff unlink: %s", got.errors)
	}
	if got := runCommand(t, environ, "", "staff", "list", "--ward", "nowhere"); got.code != Usage ||
		!strings.Contains(got.errors, "bac-hong-linh") {
		t.Errorf("an unknown ward: %d %s", got.code, got.errors)
	}
	if got := runCommand(t, environ, "", "invite", "--ward", "bac-hong-linh", "--person", "1"); got.code != OK ||
		!strings.Contains(got.out, "-") {
		t.Errorf("invite: %d %s%s", got.code, got.out, got.errors)
	}
	if got := runCommand(t, environ, "", "invite", "--ward", "nam-hong-linh", "--person", "1"); got.code != Failed {
		t.Errorf("an invite for another ward's person: %d %s", got.code, got.out)
	}
}

func TestIntentReadsLines(t *testing.T) {
	got := runCommand(t, nil, "pc t3 co chua\nđổi sdt\n", "intent")
	if want := "allowance\tpc t3 co chua\nchange_phone\tđổi sdt\n"; got.out != want {
		t.Errorf("got %q, want %q", got.out, want)
	}
	got = runCommand(t, nil, "duyệt số 4\n", "intent", "--staff")
	if want := "ward_pending\tduyệt số 4\n"; got.out != want {
		t.Errorf("by staff: got %q, want %q", got.out, want)
	}
	got = runCommand(t, nil, "", "intent", "--eval", "../../bot/understand/testdata/officers.tsv")
	if got.code == OK && !strings.Contains(got.out, "%") {
		t.Errorf("eval: %s", got.out)
	}
}
