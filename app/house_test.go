package app

import (
	"context"
	"crypto/rand"
	"log/slog"
	"testing"

	"canbobot/app/sample"
	"canbobot/bot"
	"canbobot/bot/play"
	"canbobot/config"
	"canbobot/models/storetest"
	"canbobot/services"
)

// openHouse builds a house with the sample in it, the try-it page's channel and
// whatever others the test brings, and works its jobs until the test ends.
func openHouse(t testing.TB, others ...bot.Channel) *house {
	t.Helper()
	h := buildHouse(t, furnished.Copy(t), playKey, others...)
	h.cast = furnishedLoaded.Characters
	if err := h.page.Replay(furnishedPage); err != nil {
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
	furnishedLoaded sample.Summary
	furnishedPage   []play.Telling // what was told
)

func furnish(t testing.TB, address string) {
	h := buildHouse(t, address, playKey)
	var err error
	if furnishedLoaded, err = sample.Load(context.Background(), h.ward); err != nil {
		t.Fatal(err)
	}
	h.start(t)
	h.settle(t)
	h.stop(t)
	furnishedPage = h.page.Told()
	if err := h.ward.Store.Close(); err != nil {
		t.Fatal(err)
	}
}

// buildHouse wires a house over a database that may have something in it, as the
// role that serves; nothing runs yet.
func buildHouse(t testing.TB, address, key string, others ...bot.Channel) *house {
	t.Helper()
	standing := &standing{now: morning}
	clock := services.Clock(standing.clock)
	store := storetest.Open(t, storetest.Serving(t, address), clock)
	settings, err := config.Load([]string{"SECRET_KEY=" + key, "REDIS_URL=" + storetest.Redis()})
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	opened, err := openOver(t.Context(), store, settings, clock, logger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.Close)
	opened.Sessions.Prefix = "test:" + rand.Text() + ":"
	h, err := newHouse(opened, standing, playFiles, nil, others...)
	if err != nil {
		t.Fatal(err)
	}
	h.counter.sender.Meter = newMetrics()
	h.counter.Texts.Problem = func(problem string) { t.Error(problem) }
	return h
}

// playFiles is where what people send in plays is.
const playFiles = "../bot/page/testdata/files"

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
	if err := h.stopJobs(context.Background()); err != nil {
		t.Error(err)
	}
}

// settle waits until every job is done.
func (h *house) settle(t testing.TB) {
	t.Helper()
	if err := h.Settle(ctxFor(t)); err != nil {
		t.Fatal(err)
	}
}

// character finds who is behind an account of the sample.
func (h *house) character(t *testing.T, externalID string) sample.Character {
	t.Helper()
	who, err := h.member(externalID)
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// secret makes what a play names with $.
func (h *house) secret(t *testing.T, kind, externalID string) string {
	t.Helper()
	secret, err := h.Secret(ctxFor(t), kind, externalID)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// webStage plays over the page's channel.
type webStage struct {
	house *house
	sight sight
}

func (h *house) webStage(*testing.T) stage { return &webStage{house: h, sight: sight{house: h}} }

func (s *webStage) act(t *testing.T, user string, what rune, text string) {
	t.Helper()
	s.sight.does(user, what, text)
	if err := s.house.Act(ctxFor(t), user, what, text); err != nil {
		t.Fatal(err)
	}
}

func (s *webStage) shown(t *testing.T, user string) []play.Message {
	t.Helper()
	messages := s.house.Shown(user)
	s.sight.watch(t, user, messages)
	return messages
}

func (s *webStage) settle(t *testing.T) { s.house.settle(t) }

// silent is the logger of a test that fails things on purpose.
func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }
