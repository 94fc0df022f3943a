package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite .env.example")

func TestExampleFile(t *testing.T) {
	const path = "../.env.example"
	if *update {
		if err := os.WriteFile(path, []byte(example()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(file), example()); diff != "" {
		t.Errorf(".env.example is not made from config.go; run: go test ./config -update\n%s", diff)
	}
}

func TestEveryKeyIsDescribed(t *testing.T) {
	if described, keys := len(abouts), len(settings(&Config{})); described != keys {
		t.Errorf("%d keys are described, and there are %d", described, keys)
	}
	seen, fields := map[string]bool{}, map[string]string{}
	for _, s := range settings(&Config{}) {
		if s.Help == "" || s.Want == "" {
			t.Errorf("%s has no help or no example of a right value", s.Key)
		}
		if seen[s.Key] {
			t.Errorf("%s stands twice", s.Key)
		}
		seen[s.Key] = true
		// A value of another type than text can fail to parse, and is then
		// found by its field's name.
		if kind := s.Value.Kind().String(); kind != "string" {
			if other, twice := fields[s.Field]; twice {
				t.Errorf("%s and %s share a field name", s.Key, other)
			}
			fields[s.Field] = s.Key
		}
	}
}

func TestDefaults(t *testing.T) {
	c, err := Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(example()) {
		if key, value, ok := strings.Cut(strings.TrimPrefix(line, "#"), "="); ok && !strings.Contains(key, " ") {
			lines = append(lines, key+"="+value)
		}
	}
	if len(lines) != len(settings(&c)) {
		t.Fatalf("%d lines for %d settings", len(lines), len(settings(&c)))
	}
	shown, err := Load(lines)
	if err != nil {
		t.Fatalf("the example's own values: %v", err)
	}
	if shown != c {
		t.Errorf("the example's values are not the defaults:\n%+v\n%+v", shown, c)
	}
	if c.TelegramToken+c.ZaloBotToken+Secret(c.ZaloAppID) != "" {
		t.Error("a channel is on without settings")
	}
}

func TestLoad(t *testing.T) {
	key := NewSecret()
	c, err := Load([]string{
		"DATABASE_URL= postgres://u:p@db/canbobot\r", "SECRET_KEY=" + key, "SECRET_KEYS_OLD=" + NewSecret() + ", " +
			NewSecret(),
		"LOG_LEVEL=WARN", "LOG_FORMAT=", "PUBLIC_URL=https://bot.example.vn/", "HTTP_ADDR=:80", "ADMIN_ADDR=off",
		"TELEGRAM_TOKEN=1:a", "TELEGRAM_MODE=webhook", "TELEGRAM_WEBHOOK_SECRET=0123456789abcdef", "PATH=/bin", "=odd", "odd",
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.DatabaseURL.Reveal() != "postgres://u:p@db/canbobot" || c.LogLevel != slog.LevelWarn || c.LogFormat != "text" ||
		c.PublicURL != "https://bot.example.vn" {
		t.Errorf("loaded %+v", c)
	}
	if c.TelegramMode != "webhook" || c.ZaloBotMode != "polling" || c.AdminAddr != "" {
		t.Errorf("loaded %+v", c)
	}
	if keys := c.Keys(); len(keys) != 3 || len(keys[0]) != 32 || bytes.Equal(keys[0], keys[1]) {
		t.Errorf("%d keys", len(keys))
	}
	if err := c.Check(NeedSecret, NeedWebhook); err != nil {
		t.Error(err)
	}
	var problems *Problems
	if err := (Config{}).Check(NeedSecret, NeedWebhook); !errors.As(err, &problems) || len(problems.List) != 1 {
		t.Errorf("nothing set: %v", err)
	}
	if (Config{}).Keys() != nil {
		t.Error("keys from nothing")
	}
}

func TestProblems(t *testing.T) {
	const hush = "hush-hush"
	for _, test := range []struct {
		name    string
		environ []string
		keys    string
	}{
		{"everything at once", []string{
			"DATABASE_URL=mysql://u:" + hush + "@h/d", "REDIS_URL=" + hush, "SECRET_KEY=" + hush,
			"SECRET_KEYS_OLD=" + NewSecret() + "," + hush,
			"HTTP_ADDR=8080", "ADMIN_ADDR=localhost:http!", "PUBLIC_URL=bot.example.vn", "LOG_LEVEL=loud", "LOG_FORMAT=xml",
			"TELEGRAM_TOKEN=" + hush, "TELEGRAM_API_URL=nowhere", "TELEGRAM_MODE=push", "TELEGRAM_WEBHOOK_SECRET=" + hush,
			"ZALO_APP_ID=" + hush, "ZALOBOT_TOKEN=" + hush, "ZALOBOT_MODE=pull",
		}, "LOG_LEVEL DATABASE_URL REDIS_URL SECRET_KEY SECRET_KEYS_OLD HTTP_ADDR ADMIN_ADDR PUBLIC_URL LOG_FORMAT " +
			"TELEGRAM_TOKEN TELEGRAM_API_URL TELEGRAM_MODE TELEGRAM_WEBHOOK_SECRET ZALO_APP_ID ZALO_APP_SECRET ZALO_OA_SECRET " +
			"ZALOBOT_TOKEN ZALOBOT_MODE"},
		{"half of Zalo", []string{"ZALO_ACCESS_TOKEN=x"}, "ZALO_APP_ID ZALO_APP_SECRET ZALO_OA_SECRET ZALO_REFRESH_TOKEN"},
		{"short key", []string{"SECRET_KEY=aGVsbG8="}, "SECRET_KEY"},
		{"port out of range", []string{"HTTP_ADDR=:65536"}, "HTTP_ADDR"},
		{"file without a name", []string{"DATABASE_URL=sqlite:"}, "DATABASE_URL"},
		{"a file", []string{"DATABASE_URL=sqlite:x.db"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load(test.environ)
			var problems *Problems
			if err != nil && !errors.As(err, &problems) {
				t.Fatalf("%T: %v", err, err)
			}
			var keys []string
			if problems != nil {
				if problems.ExitCode() != 2 {
					t.Error("exit code is not 2")
				}
				for _, problem := range problems.List {
					keys = append(keys, problem.Key)
					if !strings.Contains(err.Error(), problem.Key+" is ") || problem.Want == "" {
						t.Errorf("%s is not explained: %v", problem.Key, err)
					}
				}
				if strings.Contains(err.Error(), hush) {
					t.Errorf("tells a secret: %v", err)
				}
			}
			if diff := cmp.Diff(test.keys, strings.Join(keys, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNeedWebhook(t *testing.T) {
	for _, test := range []struct {
		environ []string
		keys    string
	}{
		{[]string{"TELEGRAM_TOKEN=1:a", "TELEGRAM_MODE=webhook"}, "TELEGRAM_WEBHOOK_SECRET PUBLIC_URL"},
		{[]string{"TELEGRAM_TOKEN=1:a"}, ""},
		{[]string{"TELEGRAM_MODE=webhook", "ZALOBOT_MODE=webhook"}, ""},
		{[]string{"ZALOBOT_TOKEN=1:a", "ZALOBOT_MODE=webhook", "PUBLIC_URL=https://x.vn"}, "ZALOBOT_WEBHOOK_SECRET"},
	} {
		c, err := Load(test.environ)
		if err != nil {
			t.Fatal(err)
		}
		var problems *Problems
		var keys []string
		if errors.As(c.Check(NeedWebhook), &problems) {
			for _, problem := range problems.List {
				keys = append(keys, problem.Key)
			}
		}
		if got := strings.Join(keys, " "); got != test.keys {
			t.Errorf("%v: %q, want %q", test.environ, got, test.keys)
		}
	}
}

func TestSecretHides(t *testing.T) {
	const value = "hush"
	holder := struct {
		Token Secret
		Inner struct{ Key Secret }
	}{value, struct{ Key Secret }{value}}
	var text bytes.Buffer
	for _, logger := range []*slog.Logger{
		slog.New(slog.NewTextHandler(&text, nil)), slog.New(slog.NewJSONHandler(&text, nil)),
	} {
		logger.Info("x", "direct", Secret(value), "inside", holder, "config", Config{SecretKey: value}, "map",
			map[string]Secret{"a": value})
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&text, verb+verb+verb+"\n", Secret(value), &holder, holder.Inner)
	}
	if err := json.NewEncoder(&text).Encode(holder); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(&text, errors.New(Secret(value).String()))
	for _, leak := range []string{value, "68757368", "104 117"} {
		if strings.Contains(strings.ToLower(text.String()), leak) {
			t.Errorf("%q shows in:\n%s", leak, text.String())
		}
	}
	if Secret(value).Reveal() != value || Secret("").String() != "" {
		t.Error("Reveal or the empty secret is wrong")
	}
}

func TestNewSecret(t *testing.T) {
	a, b := NewSecret(), NewSecret()
	if _, ok := decodeKey(a); !ok || a == b {
		t.Errorf("%d letters, equal: %v", len(a), a == b)
	}
	for _, text := range []string{strings.TrimRight(a, "="), strings.NewReplacer("+", "-", "/", "_").Replace(a), " " + a} {
		if _, ok := decodeKey(text); !ok {
			t.Error("another writing of base64 is not read")
		}
	}
}

func TestTheKeyMayStandInAFile(t *testing.T) {
	key := NewSecret()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load([]string{"SECRET_KEY_FILE=" + path})
	if err != nil || c.SecretKey.Reveal() != key || len(c.Keys()) != 1 || c.Check(NeedSecret) != nil {
		t.Fatalf("%v, %v", c.SecretKey.Reveal() == key, err)
	}
	if err := os.WriteFile(path+"-short", []byte("abc\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, environ := range map[string][]string{
		"both":      {"SECRET_KEY_FILE=" + path, "SECRET_KEY=" + key},
		"no file":   {"SECRET_KEY_FILE=" + path + "-none"},
		"short key": {"SECRET_KEY_FILE=" + path + "-short"},
	} {
		if _, err := Load(environ); err == nil || !strings.Contains(err.Error(), "SECRET_KEY_FILE is") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
