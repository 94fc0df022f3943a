package zalo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// refusing answers a code until a token comes that it takes.
func refusing(code int, good string) func(http.ResponseWriter, heard) {
	return func(w http.ResponseWriter, h heard) {
		if h.header.Get("access_token") != good {
			tell(w, 200, no(code))
			return
		}
		tell(w, 200, `{"data":{"message_id":"m"},"error":0}`)
	}
}

func TestATokenIsRenewedOnce(t *testing.T) {
	for _, code := range []int{-216, -220, -124} {
		s, channel := newStandIn(t, nil)
		s.answers(refusing(code, "AT-secret-of-the-account-2"))
		ref, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x", Buttons: decide})
		all := s.all()
		if err != nil || ref != "m" || !slices.Equal(s.keeper.refused, []string{firstToken}) {
			t.Errorf("%d: %q, %v, renewed %d times", code, ref, err, len(s.keeper.refused))
		}
		if len(all) != 2 || all[0].body != all[1].body {
			t.Errorf("%d: asked %d times, and not the same", code, len(all))
		}
	}
}

func TestATokenThatIsNoBetter(t *testing.T) {
	s, channel := newStandIn(t, nil)
	s.says(200, no(-216))
	_, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x"})
	wantFate(t, err, bot.Broken, bot.WhyToken)
	if asked := s.all(); len(asked) != 2 || len(s.keeper.refused) != 1 {
		t.Errorf("asked %d times, renewed %d times", len(asked), len(s.keeper.refused))
	}
}

// An upload is sent again with its bytes.
func TestAnUploadIsRenewedToo(t *testing.T) {
	s, channel := newStandIn(t, nil)
	s.answers(func(w http.ResponseWriter, h heard) {
		if h.header.Get("access_token") == firstToken {
			tell(w, 200, no(-216))
			return
		}
		tell(w, 200, `{"data":{"token":"T","message_id":"m"},"error":0}`)
	})
	if _, err := channel.Send(t.Context(), someone,
		bot.Reply{Files: []bot.File{{Name: "a.pdf", Content: []byte("%PDF")}}}); err != nil {
		t.Fatal(err)
	}
	if all := s.all(); len(all) != 3 || all[1].body != "%PDF" || all[1].file != "a.pdf" {
		t.Errorf("%+v", all)
	}
}

// What keeps the token knows whether there will be another.
func TestNoToken(t *testing.T) {
	away := errors.New("the database is away")
	lost := &bot.SendError{Fate: bot.Broken, Why: bot.WhyToken, Cause: errors.New("lost")}
	for name, test := range map[string]struct {
		noAccess, bad error
		fate          bot.Fate
		why           string
		asked         int
	}{
		"not to be had now":     {away, nil, bot.Retry, "", 0},
		"lost":                  {lost, nil, bot.Broken, bot.WhyToken, 0},
		"not to be renewed now": {nil, away, bot.Retry, "", 1},
		"renewal refused":       {nil, fmt.Errorf("renew: %w", lost), bot.Broken, bot.WhyToken, 1},
	} {
		s, channel := newStandIn(t, nil)
		s.keeper.noAccess, s.keeper.bad = test.noAccess, test.bad
		s.says(200, no(-220))
		_, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x"})
		wantFate(t, err, test.fate, test.why)
		if !errors.Is(err, away) && !errors.Is(err, lost) {
			t.Errorf("%s: the cause is lost: %v", name, err)
		}
		if asked := s.all(); len(asked) != test.asked {
			t.Errorf("%s: asked %d times", name, len(asked))
		}
	}
}

// What failed for the moment is asked once more, and only that.
func TestOnceMore(t *testing.T) {
	for code, want := range map[int]int{-200: 2, -32: 1, -213: 1, -201: 1, -144: 1} {
		s, channel := newStandIn(t, nil)
		s.says(200, no(code))
		channel.Send(t.Context(), someone, bot.Reply{Text: "x"})
		if asked := s.all(); len(asked) != want {
			t.Errorf("%d: asked %d times, want %d", code, len(asked), want)
		}
	}
	s, channel := newStandIn(t, nil)
	var n atomic.Int32
	s.answers(func(w http.ResponseWriter, _ heard) {
		tell(w, 200, []string{no(-200), no(-216), `{"data":{"message_id":"m"},"error":0}`}[n.Add(1)-1])
	})
	if ref, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x"}); ref != "m" || err != nil {
		t.Errorf("%q, %v", ref, err)
	}
}

// The value was computed with openssl dgst -sha256 -hmac.
func TestProof(t *testing.T) {
	if got := proofOf("token", "secret"); got != "e941110e3d2bfe82621f0e3e1434730d7305d106c5f68c87165d0b27a4611a4a" {
		t.Errorf("proof %s", got)
	}
	s, channel := newStandIn(t, func(c *Config) { c.Proof = true })
	s.answers(refusing(-216, "AT-secret-of-the-account-2"))
	if _, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x"}); err != nil {
		t.Fatal(err)
	}
	for i, h := range s.all() {
		if got := h.header.Get("appsecret_proof"); got != proofOf(h.header.Get("access_token"), testSecret) {
			t.Errorf("call %d: proof %q is not of its token", i+1, got)
		}
	}
}

func TestAtMost64Underway(t *testing.T) {
	s, channel := newStandIn(t, nil)
	var now, most atomic.Int32
	full, once := make(chan struct{}), sync.Once{}
	s.answers(func(w http.ResponseWriter, _ heard) {
		n := now.Add(1)
		for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
		}
		if n == botapi.MaxUnderway {
			once.Do(func() { close(full) })
		}
		<-full
		now.Add(-1)
		tell(w, 200, `{"error":0}`)
	})
	var all sync.WaitGroup
	for range botapi.MaxUnderway + 20 {
		all.Go(func() {
			if _, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most.Load() != botapi.MaxUnderway {
		t.Errorf("%d at once", most.Load())
	}
}

// The channel's own client keeps as many connections as it may use.
func TestConnectionsAreKept(t *testing.T) {
	s, channel := newStandIn(t, func(c *Config) { c.Client = nil })
	var opened atomic.Int32
	channel.client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, address string) (net.Conn,
		error) {
		opened.Add(1)
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	defer channel.client.CloseIdleConnections()
	for range 3 {
		var all, together sync.WaitGroup
		together.Add(botapi.MaxUnderway)
		s.answers(func(w http.ResponseWriter, _ heard) {
			together.Done()
			together.Wait()
			tell(w, 200, `{"error":0}`)
		})
		for range botapi.MaxUnderway {
			all.Go(func() {
				if _, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x"}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	if opened.Load() != botapi.MaxUnderway {
		t.Errorf("%d connections were opened for 64 at once, three times", opened.Load())
	}
}

func TestLoose(t *testing.T) {
	for raw, want := range map[string]string{`"12"`: "12", `12345678901234567890`: "12345678901234567890", `true`: "true",
		`null`: "", `{}`: "", `["a"]`: "", `"a\"b"`: `a"b`} {
		var got botapi.Word
		if err := got.UnmarshalJSON([]byte(raw)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", raw, got, err)
		}
	}
	if data, f := (&failure{}).read([]byte(strings.Repeat("[", 20000))); f == nil || f.said {
		t.Errorf("%s", data)
	}
}

// An upload may take its time, other calls not, and no call longer than its
// caller.
func TestPatience(t *testing.T) {
	patience := map[string]time.Duration{}
	_, channel := newStandIn(t, func(c *Config) {
		c.Client = &http.Client{Timeout: time.Second, Transport: transport(func(r *http.Request) (*http.Response, error) {
			deadline, _ := r.Context().Deadline()
			patience[r.URL.Path] = time.Until(deadline).Round(time.Second)
			return &http.Response{StatusCode: 200, Header: http.Header{},
				Body: io.NopCloser(strings.NewReader(`{"error":0,"data":{"token":"T"}}`)), Request: r}, nil
		})}
	})
	reply := bot.Reply{Text: "x", Files: []bot.File{{Name: "a.pdf", Content: []byte("%PDF")}}}
	if _, err := channel.Send(t.Context(), someone, reply); err != nil {
		t.Fatal(err)
	}
	if patience["/v3.0/oa/message/cs"] != 20*time.Second || patience["/v2.0/oa/upload/file"] != time.Minute {
		t.Errorf("%v", patience)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := channel.Send(ctx, someone, reply); err != nil || patience["/v2.0/oa/upload/file"] > 5*time.Second {
		t.Errorf("%v, %v", patience, err)
	}
}
