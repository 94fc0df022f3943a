package channels_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/channels"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/vault"
)

// world is a database with two wards and a clock that only the test moves.
type world struct {
	t       testing.TB
	ctx     context.Context
	store   *models.Store
	vault   *vault.Vault
	journal *journal.Service
	box     *outbox.Outbox
	log     *diary

	mu     sync.Mutex
	at     time.Time
	bubble bool // the clock is that of a synctest bubble

	ward, foreign int64
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, ctx: context.Background(), at: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC),
		log: &diary{waiting: map[string]chan struct{}{}}}
	w.store = storetest.New(t, w.now)
	var err error
	if w.vault, err = vault.New(bytes.Repeat([]byte{7}, vault.KeySize)); err != nil {
		t.Fatal(err)
	}
	w.store.SealedBy(w.vault)
	w.journal = journal.New(w.store, w.now)
	if w.box, err = outbox.New(w.store, w.now); err != nil {
		t.Fatal(err)
	}
	w.ward, w.foreign = w.addWard("bac"), w.addWard("nam")
	// Whatever a test does, no token is in a log.
	t.Cleanup(func() {
		if text := w.log.text(); strings.Contains(text, "access-") || strings.Contains(text, "refresh-") {
			t.Errorf("a token was logged:\n%s", text)
		}
	})
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.bubble {
		return time.Now().UTC()
	}
	return w.at
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func (w *world) create(row any) {
	w.t.Helper()
	if err := w.store.Create(row).Error; err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) addWard(code string) int64 {
	w.t.Helper()
	row := models.Ward{Code: code, Name: "Hồng Lĩnh", Kind: "phường", ValidFrom: models.NewDate(2025, 7, 1),
		ClerkPhone: "+842393835555"}
	w.create(&row)
	return row.ID
}

func (w *world) addStaff(ward int64, role services.Role, active bool) services.Actor {
	w.t.Helper()
	row := models.Staff{WardID: ward, Name: "Cán bộ", Role: string(role), Active: active, CreatedAt: w.now()}
	w.create(&row)
	return services.Actor{Role: role, Ward: ward, Staff: row.ID, Account: row.ID, Channel: "web"}
}

func (w *world) count(table, where string, args ...any) int64 {
	w.t.Helper()
	var n int64
	if err := w.store.Table(table).Where(where, args...).Count(&n).Error; err != nil {
		w.t.Fatal(err)
	}
	return n
}

// refused fails unless err is the refusal "kind/code".
func (w *world) refused(what string, err error, want string) {
	w.t.Helper()
	if got := string(services.KindOf(err)) + "/" + services.CodeOf(err); err == nil || got != want {
		w.t.Errorf("%s: refused with %q (%v), want %q", what, got, err, want)
	}
}

func (w *world) exec(sql string) {
	w.t.Helper()
	if err := w.store.Exec(sql).Error; err != nil {
		w.t.Fatal(err)
	}
}

// diary takes the log and tells who waits for a line of it.
type diary struct {
	mu      sync.Mutex
	buffer  bytes.Buffer
	waiting map[string]chan struct{}
}

func (d *diary) Write(line []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for text, seen := range d.waiting {
		if bytes.Contains(line, []byte(text)) {
			close(seen)
			delete(d.waiting, text)
		}
	}
	return d.buffer.Write(line)
}

func (d *diary) text() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.buffer.String()
}

// expect returns what closes at the next line with the text.
func (d *diary) expect(text string) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	seen := make(chan struct{})
	d.waiting[text] = seen
	return seen
}

func (d *diary) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(io.Writer(d), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// platform hands out pairs as strictly as the real one: a refresh token works
// once, and renewing makes both old tokens void.
type platform struct {
	mu              sync.Mutex
	access, refresh string
	life            time.Duration
	asked, rotated  int
	// next decides what becomes of the next asking; used up by it.
	next func(rotate func() (channels.Pair, error)) (channels.Pair, error)
}

func newPlatform() *platform {
	return &platform{access: "access-0", refresh: "refresh-0", life: 25 * time.Hour}
}

func (p *platform) pair() channels.Pair {
	p.mu.Lock()
	defer p.mu.Unlock()
	return channels.Pair{Access: p.access, Refresh: p.refresh, ExpiresIn: p.life}
}

// Renew is the platform behind a Renewer.
func (p *platform) Renew(_ context.Context, refresh string) (channels.Pair, error) {
	p.mu.Lock()
	p.asked++
	next := p.next
	p.next = nil
	p.mu.Unlock()
	rotate := func() (channels.Pair, error) { return p.rotate(refresh) }
	if next != nil {
		return next(rotate)
	}
	return rotate()
}

func (p *platform) rotate(refresh string) (channels.Pair, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if refresh != p.refresh {
		return channels.Pair{}, channels.Refused{Code: "-14014"}
	}
	p.rotated++
	p.access, p.refresh = fmt.Sprintf("access-%d", p.rotated), fmt.Sprintf("refresh-%d", p.rotated)
	return channels.Pair{Access: p.access, Refresh: p.refresh, ExpiresIn: p.life}, nil
}

// consent is what an administrator does who brings a new pair.
func (p *platform) consent() channels.Pair {
	p.mu.Lock()
	p.rotated += 1000
	p.access, p.refresh = fmt.Sprintf("access-%d", p.rotated), fmt.Sprintf("refresh-%d", p.rotated)
	p.mu.Unlock()
	return p.pair()
}

// refuse makes the access token void without another in its place.
func (p *platform) refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.access = "access-withdrawn"
}

func (p *platform) takes(access string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return access == p.access
}

func (p *platform) does(next func(rotate func() (channels.Pair, error)) (channels.Pair, error)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = next
}

func (p *platform) counts() (asked, rotated int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked, p.rotated
}

// replica is a process of the installation; tests may forget it as if it had
// been killed.
func (w *world) replica(p *platform, channel, dir string) *channels.Tokens {
	t := channels.NewTokens(w.store, w.vault, w.box, w.now, channel, dir, p, w.log.logger())
	w.t.Cleanup(func() { kill(t) })
	return t
}

// kill ends a replica without waiting for what it is doing.
func kill(t *channels.Tokens) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	t.Close(ctx)
}

func (w *world) token(channel string) models.ChannelToken {
	w.t.Helper()
	var row models.ChannelToken
	if err := w.store.Where("channel = ?", channel).Take(&row).Error; err != nil {
		w.t.Fatal(err)
	}
	return row
}

// refresh is the stored refresh token.
func (w *world) refresh(channel string) string {
	w.t.Helper()
	plain, err := w.vault.Open(vault.In(models.ChannelRefresh, channel), w.token(channel).Refresh)
	if err != nil {
		w.t.Fatal(err)
	}
	return plain
}

// events are the words of a channel's journal, oldest first.
func (w *world) events(channel string) string {
	w.t.Helper()
	var words []string
	if err := w.store.Model(&models.ChannelTokenEvent{}).Where("channel = ?", channel).Order("id").Pluck("what",
		&words).Error; err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(words, " ")
}

// within bounds a call that might wait.
func (w *world) within() context.Context {
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
	w.t.Cleanup(cancel)
	return ctx
}
