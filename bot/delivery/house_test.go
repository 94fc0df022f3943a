package delivery_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/delivery"
	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/vault"
)

// house is a sender over a fresh database in which one person has accounts, and
// channels that do as they are told.
type house struct {
	*delivery.Sender
	t      *testing.T
	ctx    context.Context
	store  *models.Store
	person int64
	zalo   *line
	web    *line
	drawn  bot.Reply

	templates map[outbox.Kind]string // kind: id
	phone     string
	troubles  []string
	halts     []string
	once      bool
	stands    error // instead of a drawing

	mu  sync.Mutex
	now time.Time
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, ctx: t.Context(), now: time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC),
		templates: map[outbox.Kind]string{},
		drawn: bot.Reply{Text: "Có kết quả", Buttons: [][]bot.Button{{{Label: "Xem", Action: bot.Act("request", "1")},
			{Label: "Về menu", Action: bot.Act("menu")}}}}}
	h.store = storetest.New(t, h.clock)
	v, err := vault.New(bytes.Repeat([]byte{7}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	h.store.SealedBy(v)
	box, err := outbox.New(h.store, h.clock)
	if err != nil {
		t.Fatal(err)
	}
	h.zalo, h.web = &line{name: "zalo"}, &line{name: "web"}
	h.Sender = &delivery.Sender{
		Channels: map[string]bot.Channel{"zalo": zaloLine{h.zalo}, "web": h.web}, Breakers: bot.NewBreakers(h.clock),
		Outbox:   box,
		Identity: identity.New(h.store, v, journal.New(h.store, h.clock), box, h.clock, nil),
		Drawer:   h, Looks: journal.New(h.store, h.clock), Templates: h, Troubles: h, Pace: h, Clock: h.clock,
		Logger: slog.New(slog.DiscardHandler),
	}
	h.create(&models.Ward{ID: 1, Code: "a", Name: "A", Kind: "phường", CreatedAt: h.now})
	person := models.Person{WardID: 1, Name: "Lan", Folded: "lan", Version: 1}
	h.create(&person)
	h.person = person.ID
	return h
}

func (h *house) create(row any) {
	h.t.Helper()
	if err := h.store.Create(row).Error; err != nil {
		h.t.Fatal(err)
	}
}

// links gives the person an account that was used so long ago.
func (h *house) links(channel string, ago time.Duration) {
	h.t.Helper()
	account := models.Account{WardID: 1, Channel: channel, ExternalID: channel + "-lan", ChatID: channel + "-chat",
		PersonID: &h.person, LinkedAt: h.now, LastSeenAt: h.now.Add(-ago), CreatedAt: h.now}
	h.create(&account)
	h.create(&models.Consent{WardID: 1, PersonID: &h.person, AccountID: account.ID, Version: "1", Channel: channel,
		EventID: "x", GivenAt: h.now})
}

// tell queues a message to the person and returns its delivery.
func (h *house) tell(subject int64) int64 {
	h.t.Helper()
	row := models.Delivery{
		WardID: 1, Kind: outbox.ChangeDecided, SubjectKind: outbox.Change, SubjectID: subject, Version: 1,
		PersonID: &h.person,
		State:    models.DeliveryQueued, Key: fmt.Sprint("test:", subject), CreatedAt: h.clock(), UpdatedAt: h.clock(),
	}
	h.create(&row)
	return row.ID
}

func (h *house) row(id int64) models.Delivery {
	h.t.Helper()
	var row models.Delivery
	if err := h.store.Take(&row, id).Error; err != nil {
		h.t.Fatal(err)
	}
	return row
}

// ends sends a delivery and wants it to end so.
func (h *house) ends(id int64, state models.DeliveryState, reason, channel, via string) {
	h.t.Helper()
	if err := h.deliver(id); err != nil {
		h.t.Fatalf("deliver: %v", err)
	}
	if row := h.row(id); row.State != state || row.Reason != reason || row.Channel != channel || row.Via != via {
		h.t.Errorf("%s (%q) by %q %q, want %s (%q) by %q %q", row.State, row.Reason, row.Channel, row.Via, state, reason,
			channel, via)
	}
}

// deliver works the job of deliveries.
func (h *house) deliver(ids ...int64) error {
	return h.Deliver(h.ctx, outbox.Deliver{Deliveries: ids})
}

func (h *house) Many(_ context.Context, _ string, chats []string) ([]bool, time.Duration) {
	may := make([]bool, len(chats))
	for i := range may {
		may[i] = true
	}
	return may, 0
}

func (h *house) One(context.Context, string, string) time.Duration { return 0 }

func (h *house) Halt(_ context.Context, channel string, pause time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.halts = append(h.halts, fmt.Sprint(channel, " ", pause))
}

func (h *house) Repeats(context.Context, models.Delivery) (bool, error) { return !h.once, nil }

func (h *house) Notifications(ctx context.Context, readers []services.Actor,
	deliveries []models.Delivery) ([]bot.Reply, []error) {
	replies := make([]bot.Reply, len(deliveries))
	failures := make([]error, len(deliveries))
	for i := range replies {
		replies[i], failures[i] = h.drawn, h.stands
	}
	return replies, failures
}

func (h *house) Notification(context.Context, services.Actor, models.Delivery) (bot.Reply, error) {
	return h.drawn, h.stands
}

func (h *house) Redrawn(context.Context, services.Actor, models.Delivery) (bot.Reply, error) {
	return h.drawn, nil
}

func (h *house) Gaps(_ context.Context, who services.Actor, _ models.Delivery, reply bot.Reply) (map[string]string,
	error) {
	return map[string]string{"ten": fmt.Sprint(who.Person), "noi_dung": reply.Text}, nil
}

func (h *house) TemplateFor(_ context.Context, _ int64, _, kind string, values map[string]string) (string,
	map[string]string, bool, error) {
	id, found := h.templates[outbox.Kind(kind)]
	return id, values, found, nil
}

func (h *house) PhoneOf(context.Context, int64, int64) (string, error) { return h.phone, nil }

func (h *house) Report(_ context.Context, channel, code, _ string) error {
	h.troubles = append(h.troubles, channel+" "+code)
	return nil
}

func (h *house) Works(context.Context, string) error { return nil }

// line is a channel that does as it is told.
type line struct {
	name   string
	before func() // before a message is taken
	mu     sync.Mutex
	fail   []error // one a message; then all works
	sent   []string
}

func (l *line) Name() string { return l.name }

func (l *line) Send(_ context.Context, chatID string, reply bot.Reply) (string, error) {
	return l.take(chatID + ": " + reply.Mark + reply.Text)
}

func (l *line) take(what string) (string, error) {
	if l.before != nil {
		l.before()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.fail) > 0 {
		err := l.fail[0]
		l.fail = l.fail[1:]
		if err != nil {
			return "", err
		}
	}
	l.sent = append(l.sent, what)
	return fmt.Sprintf("%s-%d", l.name, len(l.sent)), nil
}

func (l *line) fails(errs ...error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail = append(l.fail, errs...)
}

// zaloLine has windows, templates and no buttons.
type zaloLine struct{ *line }

func (l zaloLine) Numbers(reply bot.Reply) bool { return len(bot.Choices(reply)) > 0 }

func (l zaloLine) Window(since time.Duration) bot.Window {
	if since > 7*24*time.Hour {
		return bot.Closed
	}
	return bot.Free
}

func (l zaloLine) ReportsDelivery() bool { return true }

func (l zaloLine) SendTemplate(_ context.Context, userID, phone string, template bot.Template) (string, error) {
	return l.take(fmt.Sprintf("template %s to %s%s for %s", template.ID, userID, phone, template.Data["ten"]))
}

func ended(fate bot.Fate, why string) error {
	return &bot.SendError{Fate: fate, Why: why, Cause: errors.New("so says the test")}
}
