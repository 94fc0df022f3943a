package web_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"canbobot/bot"
)

func TestMemoryIsBounded(t *testing.T) {
	channel, behind, server := open(t)
	p := visit(t, server)
	for i := range 230 {
		send(t, channel, "clerk-1", bot.Reply{Text: fmt.Sprint(i)})
	}
	l := listen(t, server, "", "clerk-1")
	if _, messages := l.snapshot(); len(messages) != 200 || messages[0].Message.Text != "30" {
		t.Errorf("%d messages are kept, from %q", len(messages), messages[0].Message.Text)
	}
	send(t, channel, "officer-1", bot.Reply{Text: "cũ"})
	for i := range 1030 {
		send(t, channel, fmt.Sprintf("chat-%d", i), bot.Reply{Text: "a"})
	}
	if _, messages := listen(t, server, "", "officer-1").snapshot(); len(messages) != 0 {
		t.Error("the chat unused for longest is kept")
	}
	if _, messages := listen(t, server, "", "clerk-1").snapshot(); len(messages) != 200 {
		t.Error("a chat that a page shows was dropped")
	}

	for range 9 {
		send(t, channel, "leader-1", bot.Reply{Text: "tệp", Files: []bot.File{{Name: "a.bin", Content: make([]byte, 8<<20)}}})
	}
	_, messages := listen(t, server, "", "leader-1").snapshot()
	for i, want := range []int{http.StatusNotFound, http.StatusOK} {
		if answer, _ := get(t, server, messages[i].Message.Files[0].URL, nil); answer.StatusCode != want {
			t.Errorf("file %d of 72 MB: %s", i, answer.Status)
		}
	}

	hold := make(chan struct{})
	behind.set(0, hold)
	var posts sync.WaitGroup
	for range 8 {
		posts.Go(func() { p.say("guest-1", "chậm") })
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for len(behind.all()) < 8 && ctx.Err() == nil {
		<-time.After(time.Millisecond)
	}
	if status, code := p.post("say", fields{"chat": "guest-1", "event": uuid.NewString(), "text": "nữa"},
		nil); status != http.StatusTooManyRequests || code != "busy" {
		t.Errorf("a ninth event at once: %d %s", status, code)
	}
	close(hold)
	posts.Wait()
}

func TestStreamsAreFewAndEnd(t *testing.T) {
	channel, _, server := open(t)
	var open []*listener
	for range 64 {
		open = append(open, listen(t, server, "", "officer-1"))
	}
	if answer, _ := get(t, server, "/try/events?chat=officer-1",
		nil); answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("a stream too many: %s", answer.Status)
	}
	channel.Close()
	for _, l := range open {
		for range l.frames { // ends when the stream does
		}
	}
	channel.Close() // twice is once
}
