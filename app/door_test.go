package app

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/downloads"
	"canbobot/services/journal"
	"canbobot/services/vault"
)

// door is the server of the links over a database in which one person is linked
// in the chat "chat" of Zalo.
type door struct {
	shelf
	t       *testing.T
	store   *models.Store
	server  *httptest.Server
	log     *bytes.Buffer
	pressed chan int // bytes that went out for each press of the button
	account models.Account

	mu  sync.Mutex
	now time.Time
}

func openDoor(t *testing.T) *door {
	t.Helper()
	d := &door{t: t, log: &bytes.Buffer{}, pressed: make(chan int, 100), now: morning}
	clock := services.Clock(func() time.Time {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.now
	})
	d.store = storetest.New(t, clock)
	key, err := vault.New(bytes.Repeat([]byte{7}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	words, err := texts.Load(func(problem string) { t.Error(problem) })
	if err != nil {
		t.Fatal(err)
	}
	ward := models.Ward{Code: "bac", Name: "Bắc Hồng Lĩnh", Kind: "phường", ValidFrom: models.NewDate(2025, 7, 1)}
	d.create(&ward)
	person := models.Person{WardID: ward.ID, Name: "Nguyễn Thị Lan", Folded: "nguyen thi lan"}
	d.create(&person)
	d.account = models.Account{WardID: ward.ID, Channel: "zalo", ExternalID: "lan", ChatID: "chat", PersonID: &person.ID,
		LinkedAt: d.now, LastSeenAt: d.now}
	d.create(&d.account)
	d.create(&models.Consent{WardID: ward.ID, PersonID: &person.ID, AccountID: d.account.ID, Version: "1",
		Channel: "zalo", EventID: "1", GivenAt: d.now})

	d.service = downloads.New(d.store, key, journal.New(d.store, clock), clock)
	mux := http.NewServeMux()
	downloadRoutes(mux, d.service, words, slog.New(slog.NewTextHandler(d.log,
		&slog.HandlerOptions{Level: slog.LevelDebug})))
	d.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted := &countingWriter{ResponseWriter: w}
		mux.ServeHTTP(counted, r)
		if r.Method == http.MethodPost {
			d.pressed <- counted.bytes
		}
	}))
	t.Cleanup(d.server.Close)
	d.publicURL = d.server.URL
	return d
}

type countingWriter struct {
	http.ResponseWriter
	bytes int
}

func (w *countingWriter) Write(b []byte) (int, error) {
	n, err := w.ResponseWriter.Write(b)
	w.bytes += n
	return n, err
}

func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (d *door) pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

func (d *door) create(row any) {
	d.t.Helper()
	if err := d.store.Create(row).Error; err != nil {
		d.t.Fatal(err)
	}
}

func (d *door) offers(file bot.File, picture bool) (address string) {
	d.t.Helper()
	address, err := d.Offer(context.Background(), "zalo", "chat", file, picture)
	if err != nil {
		d.t.Fatal(err)
	}
	return address
}

type answer struct {
	*http.Response
	body []byte
}

func (d *door) asks(method, address string, body io.Reader) answer {
	d.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, address, body)
	if err != nil {
		d.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"} {
		if got := response.Header.Get(name); got != want && response.StatusCode != http.StatusMethodNotAllowed &&
			response.StatusCode != http.StatusRequestEntityTooLarge {
			d.t.Errorf("%s: %s is %q, want %q", method, name, got, want)
		}
	}
	return answer{response, content}
}

// shows wants a page with a status and sentences.
func (a answer) shows(t *testing.T, status int, sentences ...string) {
	t.Helper()
	text := html.UnescapeString(string(a.body))
	if a.StatusCode != status || a.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%s, %s; want a page with %d", a.Status, a.Header.Get("Content-Type"), status)
	}
	for _, sentence := range sentences {
		if !strings.Contains(text, sentence) {
			t.Errorf("the page lacks %q:\n%s", sentence, text)
		}
	}
	if policy := a.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy,
		"default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	if strings.Contains(text, "<script") || strings.Contains(text, "ZgotmplZ") {
		t.Errorf("a page that works without a script, and is drawn whole:\n%s", text)
	}
}

// silent proves that no log line holds the token.
func (d *door) silent(address string) {
	d.t.Helper()
	if token := address[strings.LastIndex(address, "/")+1:]; strings.Contains(d.log.String(), token) {
		d.t.Errorf("the log holds a token:\n%s", d.log)
	}
}
