// Package channeltest holds every channel to what bot.Channel promises.
//
// A channel joins with a Harness over its fake platform and one line in its
// tests:
//
//	channeltest.Run(t, channeltest.Case{Name: "telegram", New: newHarness})
//
// What a channel is able to do is read off the interfaces it implements. What
// its platform cannot be made to suffer, Harness.Fail declines.
package channeltest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/bot"
)

// Case is a channel under test.
type Case struct {
	Name string // what Channel.Name must say
	// New makes a fresh channel over a fresh platform that ends with the test.
	// The channel must write its log to logger.
	New func(t *testing.T, logger *slog.Logger) Harness
	// Nobody lists ids, besides the empty one, that no chat of the platform can
	// have; "nobody" and "@everybody" when nil.
	Nobody []string
}

// Harness is a channel together with the other end of its line.
type Harness interface {
	Channel() bot.Channel
	// Chat returns the open chat of the n-th person, the same for the same n.
	Chat(n int) (chatID string)
	// Shown lists the bot's messages in a chat as its person sees them at this
	// moment, the oldest first.
	Shown(chatID string) []Message
	// Fail makes the next requests about the chat fail so, until the returned
	// function takes it back. It reports false when the platform knows no such
	// trouble.
	Fail(chatID string, trouble Trouble) (mend func(), known bool)
	// Secrets are what no error and no log line may hold: tokens and their like.
	Secrets() []string
}

// Message is a message as its person sees it.
type Message struct {
	Text    string // with the title, and with numbered choices where the channel draws such
	Bold    string // what of it stands out
	Buttons [][]string
	Files   []File
	Link    bool // Text holds a link in the place of a file
	Protect bool
}

// File is a file as its person can open it.
type File struct {
	Name    string
	Content []byte
}

// Trouble is what a platform may do to a request.
type Trouble string

const (
	TooMany Trouble = "too many requests" // come again in RetryAfter
	Blocked Trouble = "blocked by the person"
	Refusal Trouble = "refused as wrong"
	Silence Trouble = "taken, and never answered"
	Away    Trouble = "cannot be connected"
	Gateway Trouble = "a proxy's page of HTML in the place of an answer"
	Shut    Trouble = "the token is no good"
)

// RetryAfter is what a platform asks for with TooMany, where it can say.
const RetryAfter = 7 * time.Second

// Run checks everything.
func Run(t *testing.T, c Case) {
	for _, check := range []struct {
		name string
		run  func(t *testing.T, s *suite)
	}{
		{"Name", checkName},
		{"Text", checkText},
		{"Special letters", checkLetters},
		{"Vietnamese", checkVietnamese},
		{"Title", checkTitle},
		{"Nothing to say", checkEmpty},
		{"Long text", checkLong},
		{"Long line", checkLongLine},
		{"Buttons", checkButtons},
		{"Many buttons", checkManyButtons},
		{"Protection", checkProtect},
		{"Files", checkFiles},
		{"Edit", checkEdit},
		{"Edit what is not there", checkEditMissing},
		{"Nobody's chat", checkNobody},
		{"Fates", checkFates},
		{"Cancelled", checkCancelled},
		{"Side by side", checkConcurrent},
	} {
		t.Run(check.name, func(t *testing.T) {
			log := &log{}
			h := c.New(t, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
			s := &suite{Harness: h, t: t, name: c.Name, nobody: c.Nobody}
			check.run(t, s)
			s.checkSecrets("the log", log.String())
		})
	}
}

// log is a writer that tests may read while the channel writes.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// suite is one check underway.
type suite struct {
	Harness
	t      *testing.T
	name   string
	nobody []string
}

// canary stands in every message whose sending fails: it is the text of a
// message, and so has no place in an error or a log.
const canary = "kín-7431"

func (s *suite) checkSecrets(where, text string) {
	s.t.Helper()
	for _, secret := range append(s.Secrets(), canary) {
		if secret != "" && strings.Contains(text, secret) {
			s.t.Errorf("%s holds a secret or the text of a message: %s", where, strings.ReplaceAll(text, secret, "<SECRET>"))
		}
	}
}

// send delivers a reply that must arrive.
func (s *suite) send(chat string, reply bot.Reply) (ref string) {
	s.t.Helper()
	ref, err := s.Channel().Send(s.t.Context(), chat, reply)
	if err != nil {
		s.t.Fatalf("send: %v", err)
	}
	return ref
}

// failure judges an error: it must be a *bot.SendError, with a cause, and hold
// no secret.
func (s *suite) failure(err error) *bot.SendError {
	s.t.Helper()
	if err == nil {
		s.t.Fatal("it worked, and should have failed")
	}
	s.checkSecrets("the error", err.Error())
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		s.checkSecrets("an error inside", inner.Error())
	}
	failed := (*bot.SendError)(nil)
	if !errors.As(err, &failed) {
		s.t.Fatalf("%T is no *bot.SendError: %v", err, err)
	}
	if failed.Fate == "" || failed.Cause == nil {
		s.t.Fatalf("fate %q and cause %v must both be there", failed.Fate, failed.Cause)
	}
	return failed
}

// shown waits for n messages, since a platform may show them a moment later.
func (s *suite) shown(chat string, n int) []Message {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	for {
		messages := s.Shown(chat)
		if len(messages) == n {
			return messages
		}
		if len(messages) > n || ctx.Err() != nil {
			s.t.Fatalf("%d messages are shown, not %d: %+v", len(messages), n, messages)
		}
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// only is the one message of a chat.
func (s *suite) only(chat string) Message {
	s.t.Helper()
	return s.shown(chat, 1)[0]
}

func (s *suite) numbers() bool {
	numbered, ok := s.Channel().(bot.Numbered)
	return ok && numbered.Numbers(bot.Reply{Buttons: offer})
}
