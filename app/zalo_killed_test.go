package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/config"
	"canbobot/services/channels"
)

// consent is Zalo's token endpoint: a refresh token works once. Held, it keeps
// the answer back, before or after the old pair has become void.
type consent struct {
	*httptest.Server
	mu      sync.Mutex
	refresh string
	number  int
	hold    string // "before", "after" or nothing
	held    chan struct{}
	over    chan struct{}
}

func newConsent(t *testing.T) *consent {
	c := &consent{refresh: "refresh-0", held: make(chan struct{}, 10), over: make(chan struct{})}
	c.Server = httptest.NewServer(http.HandlerFunc(c.answer))
	t.Cleanup(func() { close(c.over); c.Close() })
	return c
}

// wait keeps the answer back until who asked is gone.
func (c *consent) wait(r *http.Request) {
	c.held <- struct{}{}
	select {
	case <-r.Context().Done():
	case <-c.over:
	}
}

func (c *consent) answer(w http.ResponseWriter, r *http.Request) {
	r.ParseForm() // the whole request, or its end is not heard
	c.mu.Lock()
	hold := c.hold
	if hold == "before" {
		c.mu.Unlock()
		c.wait(r)
		return
	}
	right := r.PostFormValue("refresh_token") == c.refresh && r.Header.Get("secret_key") != ""
	if right {
		c.number++
		c.refresh = fmt.Sprint("refresh-", c.number)
	}
	answer := map[string]any{"access_token": fmt.Sprint("access-", c.number), "refresh_token": c.refresh,
		"expires_in": "90000"}
	c.mu.Unlock()
	if hold == "after" {
		c.wait(r)
		return
	}
	if !right { // Zalo says so with a status of 200
		answer = map[string]any{"error": -14014, "error_name": "Invalid refresh token", "error_description": "x"}
	}
	json.NewEncoder(w).Encode(answer)
}

func (c *consent) holding(when string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hold = when
}

// pairOf keeps the tokens of a house at a token endpoint.
func pairOf(t *testing.T, h *house, endpoint, dir string) *channels.Tokens {
	t.Helper()
	settings := config.Config{ZaloAppID: "1", ZaloAppSecret: "s", ZaloOAuthURL: endpoint, DataDir: dir}
	return closing(t, ZaloTokens(settings, h.ward, slog.New(slog.DiscardHandler)))
}

// closing ends a keeper of tokens with the test.
func closing(t *testing.T, tokens *channels.Tokens) *channels.Tokens {
	t.Cleanup(func() {
		ending, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		tokens.Close(ending)
	})
	return tokens
}

// childRenews tells the child process of the test below where to work.
const childRenews = "CANBOBOT_TEST_RENEW"

// TestChildRenews is the process that is killed in the middle of a renewal.
func TestChildRenews(t *testing.T) {
	fields := strings.Fields(os.Getenv(childRenews))
	if len(fields) != 4 {
		return // it has work only as a child
	}
	h := buildHouse(t, fields[0], fields[1])
	pairOf(t, h, fields[2], fields[3]).Renew(context.Background(), "access-0")
	t.Error("the renewal ended before the process was killed")
}

// A process that is killed while it renews leaves a channel that recovers, where
// Zalo had not renewed yet, or one that says clearly that a human is needed: never
// one that is silently dead.
func TestKilledDuringRenewal(t *testing.T) {
	for when, lost := range map[string]bool{"before": false, "after": true} {
		t.Run(when+" Zalo renewed", func(t *testing.T) {
			t.Parallel()
			endpoint, dir := newConsent(t), t.TempDir()
			address, key := furnished.Copy(t), playKey
			first := buildHouse(t, address, key)
			ctx := ctxFor(t)
			if err := pairOf(t, first, endpoint.URL, dir).Seed(ctx,
				channels.Pair{Access: "access-0", Refresh: "refresh-0"}); err != nil {
				t.Fatal(err)
			}
			endpoint.holding(when)
			child := exec.Command(os.Args[0], "-test.run=^TestChildRenews$", "-test.timeout=60s")
			child.Env = append(os.Environ(), childRenews+"="+strings.Join([]string{address, key, endpoint.URL, dir}, " "))
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			select {
			case <-endpoint.held:
			case <-ctx.Done():
				t.Fatal("nobody renewed")
			}
			if err := child.Process.Kill(); err != nil { // SIGKILL, to the child's own id
				t.Fatal(err)
			}
			child.Wait()
			endpoint.holding("")

			next := buildHouse(t, address, key)
			next.start(t)
			next.settle(t)
			next.Advance(2 * time.Minute) // past the dead process's lease
			tokens := pairOf(t, next, endpoint.URL, dir)
			token, err := tokens.Renew(ctx, "access-0")
			if !lost {
				if err != nil || token != "access-1" {
					t.Fatalf("not recovered: %q, %v", token, err)
				}
				return
			}
			if !errors.Is(err, channels.ErrLost) {
				t.Fatalf("lost, and told as %v", err)
			}
			if fate := tokenFate(err); bot.FateOf(fate) != bot.Broken || bot.WhyOf(fate) != bot.WhyToken {
				t.Errorf("the channel hears %v", fate)
			}
			next.settle(t)
			told := 0
			for _, staff := range []string{"quan-tri", "lanh-dao", "can-bo-1"} {
				for _, message := range next.webStage(t).shown(t, staff) {
					if strings.Contains(message.Reply.Text, "canbobot zalo token") {
						told++
					}
				}
			}
			if told == 0 {
				t.Error("nobody of the ward was told")
			}
			// The steps that they are told bring the channel back.
			endpoint.mu.Lock()
			refresh := endpoint.refresh
			endpoint.mu.Unlock()
			if err := tokens.Restore(ctx, channels.Pair{Access: "access-1", Refresh: refresh}); err != nil {
				t.Fatal(err)
			}
			if token, err := tokens.Access(ctx); err != nil || token != "access-1" {
				t.Errorf("restored: %q, %v", token, err)
			}
		})
	}
}
