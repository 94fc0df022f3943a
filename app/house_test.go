package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"canbobot/app/sample"
	"canbobot/bot"
	"canbobot/bot/session"
	"canbobot/bot/web"
	"canbobot/config"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/ward"
)

// house is the whole product over a fresh database with the sample in it, and a
// clock that stands still until it is moved.
type house struct {
	ward     *ward.Services
	counter  *Counter
	sessions *session.Store
	metrics  *metrics
	page     *recorder
	loaded   sample.Summary

	stopped bool

	mu  sync.Mutex
	now time.Time
}

// morning is when every play begins: 6 April 2026, nine o'clock in Hồng Lĩnh.
var morning = time.Date(2026, 4, 6, 9, 0, 0, 0, services.Zone)

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) advance(by time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(by)
}

// openHouse builds a house with the sample in it, the try-it page's channel and
// whatever others the test brings, and works its jobs until the test ends.
func openHouse(t testing.TB, others ...bot.Channel) *house {
	t.Helper()
	h := buildHouse(t, furnished.Copy(t), furnishedKey, others...)
	h.loaded = furnishedLoaded
	if err := h.page.replay(furnishedPage); err != nil {
		t.Fatal(err)
	}
	h.start(t)
	h.settle(t)
	return h
}

// furnished is a database with the sample in it, of which everybody has been
// told: to load the sample and to tell of it takes seconds.
var (
	furnished       = storetest.NewTemplate(furnish)
	furnishedKey    = config.NewSecret()
	furnishedLoaded sample.Summary
	furnishedPage   []telling // what was told
)

func furnish(t testing.TB, address string) {
	h := buildHouse(t, address, furnishedKey)
	var err error
	if furnishedLoaded, err = sample.Load(context.Background(), h.ward); err != nil {
		t.Fatal(err)
	}
	h.start(t)
	h.settle(t)
	h.stop(t)
	furnishedPage = h.page.told
	if err := h.ward.Store.Close(); err != nil {
		t.Fatal(err)
	}
}

// buildHouse wires a house over a database that may have something in it;
// nothing runs yet.
func buildHouse(t testing.TB, address, key string, others ...bot.Channel) *house {
	t.Helper()
	h := &house{now: morning}
	clock := services.Clock(h.clock)
	store := storetest.Open(t, address, clock)
	settings, err := config.Load([]string{"SECRET_KEY=" + key, "REDIS_URL=" + storetest.Redis()})
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	opened, err := openOver(store, settings, clock, logger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.Close)
	h.ward, h.sessions = opened.Ward, opened.Sessions
	h.sessions.Prefix = "test:" + rand.Text() + ":"
	h.page = &recorder{Channel: web.New(web.Config{Clock: clock, Logger: logger})}
	if h.counter, err = opened.NewCounter(nil, append([]bot.Channel{h.page}, others...),
		tryLink("http://127.0.0.1")); err != nil {
		t.Fatal(err)
	}
	h.metrics = newMetrics()
	h.counter.sender.Meter = h.metrics
	h.counter.redrawEvery = 20 * time.Millisecond
	h.counter.Texts.Problem = func(problem string) { t.Error(problem) }
	return h
}

// start works jobs until the test ends.
func (h *house) start(t testing.TB) {
	t.Helper()
	if err := h.counter.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.stop(t) })
}

// stop lets running jobs finish; again is the same.
func (h *house) stop(t testing.TB) {
	t.Helper()
	if h.stopped {
		return
	}
	h.stopped = true
	ending, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := h.counter.Stop(ending); err != nil {
		t.Error(err)
	}
}

// settle waits until every job is done.
func (h *house) settle(t testing.TB) {
	t.Helper()
	ctx := ctxFor(t)
	tick := time.NewTicker(3 * time.Millisecond)
	defer tick.Stop()
	for {
		var open int64
		err := h.ward.Store.WithContext(ctx).Table("river_job").Where("state IN ?",
			[]string{"available", "running", "pending", "retryable"}).Count(&open).Error
		if err != nil {
			t.Fatal(err)
		}
		if open == 0 {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%d jobs are not done", open)
		case <-tick.C:
		}
	}
}

// character finds who is behind an account of the sample.
func (h *house) character(t *testing.T, externalID string) sample.Character {
	t.Helper()
	i := slices.IndexFunc(h.loaded.Characters, func(c sample.Character) bool { return c.ExternalID == externalID })
	if i < 0 {
		t.Fatalf("the sample has no %q", externalID)
	}
	return h.loaded.Characters[i]
}

// secret makes what a transcript names with $.
func (h *house) secret(t *testing.T, kind, externalID string) string {
	t.Helper()
	who := h.character(t, externalID)
	switch kind {
	case "totp":
		code, err := totp.GenerateCode(who.TOTPSecret, h.clock())
		if err != nil {
			t.Fatal(err)
		}
		return code
	case "invite":
		code, _, err := h.ward.Identity.Invite(context.Background(), services.SystemActor(who.Ward), who.Person)
		if err != nil {
			t.Fatal(err)
		}
		return code
	case "phone":
		return who.Phone
	}
	t.Fatalf("no secret of kind %q", kind)
	return ""
}

// recorder is the page's channel, remembering what each phone shows.
type recorder struct {
	*web.Channel
	mu     sync.Mutex
	told   []telling
	refs   map[string]string // this page's own, of messages that another page sent
	queued map[string][]shownMessage
	latest map[string]map[string]bot.Reply // chat, ref
	order  map[string][]string
	away   map[string]bool // chats that nothing gets through to
}

// isAway has nothing get through to a chat, or everything again.
func (r *recorder) isAway(chatID string, away bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away == nil {
		r.away = map[string]bool{}
	}
	r.away[chatID] = away
}

func (r *recorder) awayNow(chatID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.away[chatID]
}

// telling is one message sent or redrawn.
type telling struct {
	chatID string
	shownMessage
}

// replay shows what another page has shown, under the other's references.
func (r *recorder) replay(told []telling) error {
	r.refs = map[string]string{}
	for _, one := range told {
		if one.redrawn {
			if err := r.Edit(context.Background(), one.chatID, one.ref, one.reply); err != nil {
				return err
			}
			continue
		}
		ref, err := r.Channel.Send(context.Background(), one.chatID, one.reply)
		if err != nil {
			return err
		}
		r.refs[one.ref] = ref
		r.note(one.chatID, one.shownMessage)
	}
	return nil
}

// Fetch brings a file of the transcripts' own, by its name.
func (r *recorder) Fetch(ctx context.Context, id string, limit int64) ([]byte, error) {
	if content, err := os.ReadFile(filepath.Join("../bot/page/testdata/files", filepath.Base(id))); err == nil {
		return content, nil
	}
	return r.Channel.Fetch(ctx, id, limit)
}

func (r *recorder) Send(ctx context.Context, chatID string, reply bot.Reply) (string, error) {
	if r.awayNow(chatID) {
		return "", &bot.SendError{Fate: bot.Retry, Cause: errors.New("away, says the play")}
	}
	ref, err := r.Channel.Send(ctx, chatID, reply)
	if err == nil {
		r.note(chatID, shownMessage{ref: ref, reply: reply})
	}
	return ref, err
}

func (r *recorder) Edit(ctx context.Context, chatID, ref string, reply bot.Reply) error {
	own, replayed := r.refs[ref]
	if !replayed {
		own = ref
	}
	err := r.Channel.Edit(ctx, chatID, own, reply)
	if err == nil {
		r.note(chatID, shownMessage{ref: ref, redrawn: true, reply: reply})
	}
	return err
}

func (r *recorder) note(chatID string, message shownMessage) {
	if err := message.reply.Check(); err != nil {
		panic(fmt.Sprintf("no channel can draw what %s is shown: %v", chatID, err))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, telling{chatID, message})
	ref := message.ref
	if r.queued == nil {
		r.queued, r.latest, r.order = map[string][]shownMessage{}, map[string]map[string]bot.Reply{}, map[string][]string{}
	}
	if r.latest[chatID] == nil {
		r.latest[chatID] = map[string]bot.Reply{}
	}
	if message.redrawn && draw("", message) == draw("", shownMessage{redrawn: true, reply: r.latest[chatID][ref]}) {
		return // nothing to see
	}
	if _, known := r.latest[chatID][ref]; !known {
		r.order[chatID] = append(r.order[chatID], ref)
	}
	r.latest[chatID][ref] = message.reply
	r.queued[chatID] = append(r.queued[chatID], message)
}

// button finds the newest button with a label on a phone.
func (r *recorder) button(t *testing.T, chatID, label string) (ref, action string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	refs := r.order[chatID]
	for i := len(refs) - 1; i >= 0; i-- {
		for _, row := range r.latest[chatID][refs[i]].Buttons {
			for _, button := range row {
				if button.Label == label {
					return refs[i], button.Action.String()
				}
			}
		}
	}
	t.Fatalf("%s sees no button %q", chatID, label)
	return "", ""
}

// webStage plays over the page's channel.
type webStage struct {
	house  *house
	events int
}

func (h *house) webStage(*testing.T) stage { return &webStage{house: h} }

func (s *webStage) act(t *testing.T, user string, what rune, text string) {
	t.Helper()
	s.events++
	in := bot.Inbound{Channel: "web", EventID: "play-" + strconv.Itoa(s.events), UserID: user, ChatID: user,
		Private: true, At: s.house.clock()}
	switch what {
	case '>':
		in.Text = text
	case '*':
		in.MessageRef, in.Action = s.house.page.button(t, user, text)
	case '+':
		number, own := strings.CutPrefix(text, "own ")
		in.Contact = &bot.Contact{Phone: number, Own: own}
	case '@':
		in.Start = text
	case '?':
		kind, name, _ := strings.Cut(text, " ")
		in.Attachment = &bot.Attachment{Kind: bot.AttachmentKind(kind), ID: name, Name: name}
	}
	if err := s.house.counter.Dispatcher.Handle(ctxFor(t), in); err != nil {
		t.Fatalf("%s %c %s: %v", user, what, text, err)
	}
}

func (s *webStage) shown(_ *testing.T, user string) []shownMessage {
	s.house.page.mu.Lock()
	defer s.house.page.mu.Unlock()
	messages := s.house.page.queued[user]
	delete(s.house.page.queued, user)
	return messages
}

func (s *webStage) settle(t *testing.T) { s.house.settle(t) }

// seat puts a ward user of the sample at a desk.
func (h *house) seat(t *testing.T, externalID, desk string) {
	t.Helper()
	who := h.character(t, externalID)
	if err := h.ward.Approvals.SetDesk(context.Background(), services.SystemActor(who.Ward), who.Staff, desk); err != nil {
		t.Fatal(err)
	}
}

// setRules gives the ward of a ward user of the sample the rules of a file.
func (h *house) setRules(t *testing.T, externalID, path string) {
	t.Helper()
	rules, err := ReadRules(nil, path)
	if err == nil {
		err = h.ward.Approvals.SetRules(context.Background(), services.SystemActor(h.character(t, externalID).Ward), rules)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// silent is the logger of a test that fails things on purpose.
func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }
