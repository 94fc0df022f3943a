package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"canbobot/bot/telegram/telegramtest"
	"canbobot/config"
)

// ran is what a command did.
type ran struct {
	code        int
	out, errors string
}

func runCommand(t *testing.T, environ []string, stdin string, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	code := Run(ctxFor(t), args, environ, strings.NewReader(stdin), &out, &errs)
	return ran{code, out.String(), errs.String()}
}

func TestUsageIsExplained(t *testing.T) {
	for _, one := range []struct {
		name    string
		environ []string
		args    []string
		code    int
		says    string // in what the person reads
	}{
		{"nothing", nil, nil, exitOK, "canbobot demo"},
		{"help", nil, []string{"--help"}, exitOK, "demo"},
		{"unknown command", nil, []string{"dance"}, exitUsage, "--help"},
		{"unknown flag", nil, []string{"report", "--xml"}, exitUsage, "--xml"},
		{"no key", nil, []string{"report"}, exitUsage, "SECRET_KEY"},
		{"short key", []string{"SECRET_KEY=abc"}, []string{"migrate"}, exitUsage, "32 random bytes"},
		{"wrong database", []string{"SECRET_KEY=" + config.NewSecret(), "DATABASE_URL=mysql://x"}, []string{"migrate"}, exitUsage, "postgres://"},
		{"wrong level", []string{"LOG_LEVEL=loud"}, []string{"serve"}, exitUsage, "LOG_LEVEL"},
		{"webhook without address", []string{"SECRET_KEY=" + config.NewSecret(), "TELEGRAM_TOKEN=" + telegramtest.Token, "TELEGRAM_MODE=webhook"}, []string{"serve"}, exitUsage, "PUBLIC_URL"},
		{"demo to the world", nil, []string{"demo", "--addr", "0.0.0.0:8080"}, exitUsage, "loopback"},
		{"demo nowhere", nil, []string{"demo", "--addr", "8080"}, exitUsage, "host:port"},
		{"wrong day", []string{"SECRET_KEY=" + config.NewSecret()}, []string{"report", "--on", "1/4/2026"}, exitUsage, "yyyy-mm-dd"},
		{"invite nobody", []string{"SECRET_KEY=" + config.NewSecret()}, []string{"invite", "--ward", "x"}, exitUsage, "--person"},
		{"a role that is none", nil, []string{"staff", "add", "--ward", "x", "--name", "y", "--role", "king"}, exitUsage, "clerk"},
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
	parser, err := kong.New(&commands{})
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
		if got.code != exitOK || !strings.Contains(got.out, "Example:") {
			t.Errorf("%s --help: exit %d, %q", command, got.code, got.out+got.errors)
		}
	}
}

func TestTheMeetingsTable(t *testing.T) {
	environ := []string{"SECRET_KEY=" + config.NewSecret(), "DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "a.db")}
	if got := runCommand(t, environ, "", "sample", "load"); got.code != exitOK {
		t.Fatal(got.errors)
	}
	if got := runCommand(t, environ, "", "sample", "load"); got.code != exitFailed || !strings.Contains(got.errors, "not empty") {
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
	if got := runCommand(t, environ, "", "report"); !strings.Contains(got.out, "62.050.000 đ (Sáu mươi hai triệu không trăm năm mươi nghìn đồng)") {
		t.Errorf("the table: %s", got.out)
	}
	if got := runCommand(t, environ, "", "audit", "verify"); got.code != exitOK || strings.Count(got.out, "whole") != 2 {
		t.Errorf("audit verify: %d %s%s", got.code, got.out, got.errors)
	}
	added := runCommand(t, environ, "", "staff", "add", "--ward", "bac-hong-linh", "--name", "Trần Thị Lan", "--role", "clerk")
	if added.code != exitOK || !strings.Contains(added.out, "otpauth://") {
		t.Errorf("staff add: %d %s%s", added.code, added.out, added.errors)
	}
	if got := runCommand(t, environ, "", "staff", "list", "--ward", "bac-hong-linh"); !strings.Contains(got.out, "Trần Thị Lan") {
		t.Errorf("staff list: %s%s", got.out, got.errors)
	}
	if got := runCommand(t, environ, "", "staff", "list", "--ward", "nowhere"); got.code != exitUsage || !strings.Contains(got.errors, "bac-hong-linh") {
		t.Errorf("an unknown ward: %d %s", got.code, got.errors)
	}
	if got := runCommand(t, environ, "", "invite", "--ward", "bac-hong-linh", "--person", "1"); got.code != exitOK || !strings.Contains(got.out, "-") {
		t.Errorf("invite: %d %s%s", got.code, got.out, got.errors)
	}
	if got := runCommand(t, environ, "", "invite", "--ward", "nam-hong-linh", "--person", "1"); got.code != exitFailed {
		t.Errorf("an invite for another ward's person: %d %s", got.code, got.out)
	}
}

func TestIntentReadsLines(t *testing.T) {
	got := runCommand(t, nil, "pc t3 co chua\nđổi sdt\n", "intent")
	if want := "allowance\tpc t3 co chua\nchange_phone\tđổi sdt\n"; got.out != want {
		t.Errorf("got %q, want %q", got.out, want)
	}
	got = runCommand(t, nil, "", "intent", "--eval", "../bot/understand/testdata/officers.tsv")
	if got.code == exitOK && !strings.Contains(got.out, "%") {
		t.Errorf("eval: %s", got.out)
	}
}

// Serving starts without Telegram, answers health checks, and stops on a signal
// with everything that runs finished.
func TestServeStartsAndStops(t *testing.T) {
	server := telegramtest.New(t)
	server.Fail(telegramtest.Fault{Status: 502, Body: "<html>Bad Gateway</html>"}) // blocked by the carrier
	environ := []string{
		"SECRET_KEY=" + config.NewSecret(), "DATA_DIR=" + t.TempDir(), "HTTP_ADDR=127.0.0.1:0", "ADMIN_ADDR=127.0.0.1:0",
		"TELEGRAM_TOKEN=" + server.Token, "TELEGRAM_API_URL=" + server.URL, "LOG_LEVEL=error",
	}
	settings, err := config.Load(environ)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	p := &process{ctx: ctx, environ: environ, clock: time.Now}
	s, err := openService(ctx, settings, p, silent())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	ended := make(chan error, 1)
	go func() { ended <- s.serve(ctx) }()
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready"} {
		if got := fetch(t, s.public.URL()+path); got != want {
			t.Errorf("%s says %q", path, got)
		}
	}
	if got := fetch(t, s.admin.URL()+"/metrics"); !strings.Contains(got, "go_goroutines") {
		t.Errorf("metrics: %.80s", got)
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("stopped with %v", err)
		}
	case <-ctxFor(t).Done():
		t.Fatal("serving did not stop")
	}
}

func fetch(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(body))
}
