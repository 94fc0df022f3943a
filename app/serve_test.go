package app

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"canbobot/bot/telegram/telegramtest"
	"canbobot/config"
	"canbobot/models"
	"canbobot/models/storetest"
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

// A file is served by one process: two would each keep what the other does not know.
func TestAFileIsServedByOneProcess(t *testing.T) {
	folder := t.TempDir()
	open := func() (*service, error) {
		settings, err := config.Load([]string{"SECRET_KEY=" + servedKey, "DATABASE_URL=sqlite:" + folder + "/ward.db",
			"DATA_DIR=" + t.TempDir(), "HTTP_ADDR=127.0.0.1:0", "ADMIN_ADDR=127.0.0.1:0", "LOG_LEVEL=error"})
		if err != nil {
			t.Fatal(err)
		}
		return openService(t.Context(), settings, time.Now, silent())
	}
	first, err := open()
	if err != nil {
		t.Fatal(err)
	}
	if second, err := open(); err == nil || !strings.Contains(err.Error(), "another process serves") {
		second.Close()
		t.Errorf("the second one: %v", err)
	}
	first.Close()
	third, err := open()
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	third.Close()
}

var servedKey = config.NewSecret()

// A later release closes the database: who serves still stops, as if told to.
func TestServeStopsWhenItMayNotWriteAnyMore(t *testing.T) {
	settings, err := config.Load([]string{"SECRET_KEY=" + config.NewSecret(), "DATABASE_URL=" + storetest.Address(t),
		"DATA_DIR=" + t.TempDir(), "HTTP_ADDR=127.0.0.1:0", "ADMIN_ADDR=127.0.0.1:0", "LOG_LEVEL=error"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := openService(t.Context(), settings, time.Now, silent())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.asks = 10 * time.Millisecond
	if err := s.Ward.Store.Model(&models.Fence{}).Where("id = ?", 1).Update("least", 20991231000000).Error; err != nil {
		t.Fatal(err)
	}
	old := (*models.TooOld)(nil)
	if err := s.serve(ctxFor(t)); !errors.As(err, &old) {
		t.Errorf("stopped with %v", err)
	}
}

// Who takes nothing up any more is sent nobody, though the database answers.
func TestReadyTellsWhenJobsStandStill(t *testing.T) {
	silent, mux := time.Duration(0), http.NewServeMux()
	health(mux, openHouse(t).ward, func() time.Duration { return silent })
	ask := func() (int, string) {
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		return answer.Code, strings.TrimSpace(answer.Body.String())
	}
	if code, says := ask(); code != http.StatusOK {
		t.Errorf("at work: %d %s", code, says)
	}
	silent = time.Minute
	if code, says := ask(); code != http.StatusServiceUnavailable || says != "jobs stand still for 60 s" {
		t.Errorf("standing still: %d %s", code, says)
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
