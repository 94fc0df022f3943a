package command

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"canbobot/app"
	"canbobot/bot/zalo/zalotest"
	"canbobot/config"
	"canbobot/models/storetest"
)

// What an operator does with an Official Account, from the first look to a lost
// chain and back, with serve running beside.
func TestZaloCommands(t *testing.T) {
	t.Parallel()
	server := zalotest.New(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	environ := []string{
		"SECRET_KEY=" + config.NewSecret(), "DATABASE_URL=" + storetest.Address(t), "DATA_DIR=" + t.TempDir(),
		"REDIS_URL=" + storetest.Redis(),
		"HTTP_ADDR=" + address, "ADMIN_ADDR=off", "PUBLIC_URL=http://" + address, "LOG_LEVEL=error",
		"ZALO_APP_ID=" + server.AppID, "ZALO_APP_SECRET=" + server.AppSecret, "ZALO_OA_SECRET=" + server.OASecret,
		"ZALO_API_URL=" + server.URL, "ZALO_BUSINESS_URL=" + server.URL, "ZALO_OAUTH_URL=" + server.URL,
	}
	run := func(code int, stdin string, args []string, says ...string) string {
		t.Helper()
		got := runCommand(t, environ, stdin, args...)
		all := got.out + got.errors
		if got.code != code {
			t.Errorf("%v: exit %d: %s", args, got.code, all)
		}
		for _, want := range says {
			if !strings.Contains(all, want) {
				t.Errorf("%v: %q is not in %q", args, want, all)
			}
		}
		for _, secret := range []string{server.AppSecret, server.OASecret, "access-", "refresh-"} {
			if strings.Contains(all, secret) {
				t.Errorf("%v prints a secret: %s", args, all)
			}
		}
		return all
	}
	settings, err := config.Load(environ)
	if err != nil {
		t.Fatal(err)
	}
	check := []string{"zalo", "check"}
	run(Failed, "", check, "WRONG there is no pair of tokens", "canbobot zalo token", "WRONG nothing answers at",
		"Is serve running")
	run(Usage, "only one line\n", []string{"zalo", "token"}, "refresh token")
	access1, refresh := server.Tokens()
	run(OK, access1+"\n"+refresh+"\n", []string{"zalo", "token"}, "kept", "writing to "+app.Database(settings))

	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() { ended <- Run(ctx, []string{"serve"}, environ, strings.NewReader(""), os.Stderr, os.Stderr) }()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != OK {
			t.Errorf("serve ended with %d", code)
		}
	})
	waitFor(t, "serve to answer", func() bool {
		response, err := http.Get("http://" + address + "/healthz")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	run(OK, "", check, "ok    tokens: generation", "ok    Official Account "+server.OAID, "ok    it is verified",
		"no Zalo Cloud Account", "ok    http://"+address+"/webhooks/zalo answers in")
	if err := server.SetWebhook("http://" + address + "/webhooks/zalo"); err != nil {
		t.Fatal(err)
	}
	newcomer := server.User("246845883529197922", "Lan")
	if status := newcomer.Follow(); status != http.StatusOK {
		t.Errorf("a follow got %d", status)
	}
	waitFor(t, "the newcomer to be greeted", func() bool { return len(newcomer.Messages()) == 1 })

	server.Revoke()
	run(Failed, "", check, "Zalo does not say whose account this is")
	run(Failed, "", check, "WRONG the chain of tokens was lost", "canbobot zalo token")
	access1, refresh = server.Issue()
	run(OK, access1+"\n"+refresh+"\n", []string{"zalo", "token"}, "kept")
	run(OK, "", check, "ok    Official Account")
	server.Unverified = true
	run(Failed, "", check, "WRONG the Official Account is not verified", "-221")
}

func TestZaloCheckOfASavedRequest(t *testing.T) {
	server := zalotest.New(t)
	environ := []string{"ZALO_APP_ID=" + server.AppID, "ZALO_APP_SECRET=" + server.AppSecret,
		"ZALO_OA_SECRET=" + server.OASecret}
	body := fmt.Sprintf(`{"app_id":%q,"event_name":"follow","timestamp":"%d"}`, server.AppID, time.Now().UnixMilli())
	save := func(signature string) string {
		path := filepath.Join(t.TempDir(), "call.txt")
		if err := os.WriteFile(path, []byte("X-ZEvent-Signature: "+signature+"\n\n"+body), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	right := server.Sign([]byte(body))
	server.OASecret = server.AppSecret
	for _, one := range []struct {
		path string
		code int
		says string
	}{
		{save(right), OK, "the signature is right"},
		{save(server.Sign([]byte(body))), Failed, "OA Secret Key of the webhook page"},
		{save("mac=" + strings.Repeat("ab", 32)), Failed, "no combination"},
		{save("nonsense"), Failed, "no signature of 64"},
		{filepath.Join(t.TempDir(), "missing"), Usage, "missing"},
	} {
		got := runCommand(t, environ, "", "zalo", "check", "--request", one.path)
		if got.code != one.code || !strings.Contains(got.out+got.errors, one.says) {
			t.Errorf("exit %d, said %q; want %d and %q", got.code, got.out+got.errors, one.code, one.says)
		}
	}
	if got := runCommand(t, nil, "", "zalo", "check"); got.code != Usage || !strings.Contains(got.errors, "ZALO_APP_ID") {
		t.Errorf("without settings: exit %d, %q", got.code, got.errors)
	}
}

func TestZaloTemplateCommands(t *testing.T) {
	t.Parallel()
	environ := append(sampled(t), "DATA_DIR="+t.TempDir())
	for _, one := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"set", "--kind", "notice", "--id", "418234", "--field", "ten_can_bo=ten", "--field",
			"noi_dung=noi_dung:100"}, OK, "goes by template 418234"},
		{[]string{"list"}, OK, `418234`},
		{[]string{"set", "--kind", "dance", "--id", "1"}, Failed, "template_kind"},
		{[]string{"set", "--kind", "notice", "--id", "1", "--field", "a=luong"}, Failed, "template_field"},
		{[]string{"end", "--kind", "notice"}, OK, ""},
		{[]string{"end", "--kind", "notice"}, Failed, "template"},
		{[]string{"list"}, OK, ""},
	} {
		args := append(append([]string{"zalo", "template"}, one.args...), "--ward", "bac-hong-linh")
		got := runCommand(t, environ, "", args...)
		if got.code != one.code || !strings.Contains(got.out+got.errors, one.says) {
			t.Errorf("%v: exit %d, said %q; want %d and %q", args, got.code, got.out+got.errors, one.code, one.says)
		}
	}
	if got := runCommand(t, environ, "", "zalo", "template", "list", "--ward", "nowhere"); got.code != Usage {
		t.Errorf("a ward that is none: exit %d", got.code)
	}
}

// waitFor looks again and again until it is so.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	late := time.After(60 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-late:
			t.Fatalf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
}
