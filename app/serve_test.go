package app

import (
	"canbobot/bot/telegram/telegramtest"
	"canbobot/config"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

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
	s, err := openService(ctx, settings, time.Now, silent())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
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
