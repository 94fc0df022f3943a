package zalobot

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"canbobot/bot"
	"canbobot/bot/zalobot/zalobottest"
)

var errAway = errors.New("the database is away")

func TestPollTakesWhatPeopleDo(t *testing.T) {
	for _, lists := range []bool{false, true} {
		l := newLine(t, nil)
		l.server.Lists = lists
		hoa := l.server.User(zalobottest.ID("person", 1), "Hoa")
		first := hoa.Say("phụ cấp tháng này có chưa?")
		hoa.SendPhoto(onePixel, "Quyết định")
		hoa.SendSticker()
		hoa.SendVoice()
		hoa.SendUnsupported()
		hoa.SayIn(l.server.Group(zalobottest.ID("group", 1), "Xã"), "chào cả nhà")
		taken := newTaker(nil)
		l.poll(t, taken)
		came := taken.wait(t, 6)
		slices.SortStableFunc(came, func(a, b bot.Inbound) int { // the group's comes beside Hoa's
			return map[bool]int{true: 1}[b.Private] - map[bool]int{true: 1}[a.Private]
		})
		if came[0].Text != "phụ cấp tháng này có chưa?" || came[0].EventID != first || came[1].Text != "Quyết định" ||
			came[5].Private {
			t.Errorf("%+v", came)
		}
		for i, want := range []bot.AttachmentKind{1: bot.Photo, 2: bot.Sticker, 3: bot.Voice, 4: bot.Other} {
			if want != "" && (came[i].Attachment == nil || came[i].Attachment.Kind != want) {
				t.Errorf("%d: %+v", i, came[i])
			}
		}
		for _, in := range came {
			if in.Channel != "zalobot" || in.UserID != hoa.ID || in.Private != (in.ChatID == hoa.ID) || in.At.IsZero() {
				t.Errorf("%+v", in)
			}
		}
		if content, err := l.channel.Fetch(t.Context(), came[1].Attachment.ID, 1000); err != nil ||
			string(content) != string(onePixel) {
			t.Errorf("Fetch = %d bytes, %v", len(content), err)
		}
		for _, private := range []string{"phụ cấp", "Hoa", "Quyết"} {
			if strings.Contains(l.log.String(), private) {
				t.Errorf("the log holds %q", private)
			}
		}
	}
}

// One chat is in order although others are handled side by side.
func TestPollKeepsEachChatInOrder(t *testing.T) {
	l := newLine(t, nil)
	const people, each = 12, 20
	for i := range each {
		for n := range people {
			l.person(n).Say(fmt.Sprint(i))
		}
	}
	var underway, most atomic.Int64
	var together sync.WaitGroup
	together.Add(people)
	taken := newTaker(func(in bot.Inbound, _ int) error {
		n := underway.Add(1)
		defer underway.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		if in.Text == "0" { // all chats must meet here
			together.Done()
			together.Wait()
		}
		return nil
	})
	l.poll(t, taken)
	next := map[string]int{}
	for _, in := range taken.wait(t, people*each) {
		if in.Text != fmt.Sprint(next[in.ChatID]) {
			t.Fatalf("chat %s: %s came, %d was next", in.ChatID, in.Text, next[in.ChatID])
		}
		next[in.ChatID]++
	}
	if most.Load() > pollWorkers {
		t.Errorf("%d handlers at once", most.Load())
	}
}

// However long one person's update takes, the others are answered, and polling
// goes on.
func TestPollGoesOnBesideAStraggler(t *testing.T) {
	l := newLine(t, nil)
	slow, lan := l.person(1), l.person(2)
	started, release := make(chan struct{}), make(chan struct{})
	taken := newTaker(func(in bot.Inbound, _ int) error {
		if in.Text == "chậm" {
			close(started)
			<-release
		}
		return nil
	})
	l.poll(t, taken)
	slow.Say("chậm")
	<-started
	slow.Say("sau đó")
	for i := range 40 {
		lan.Say(fmt.Sprint(i))
	}
	for i, in := range taken.wait(t, 40) {
		if in.Text != fmt.Sprint(i) {
			t.Fatalf("%q came, %d was next", in.Text, i)
		}
	}
	close(release)
	came := taken.wait(t, 42)
	if came[40].Text != "chậm" || came[41].Text != "sau đó" {
		t.Errorf("in the end %q", taken.texts()[40:])
	}
}

// What was fetched exists nowhere else: a handler that fails is asked again,
// later updates of the chat wait, and other chats do not.
func TestPollInsistsOnWhatWasFetched(t *testing.T) {
	l := newLine(t, nil)
	pace := l.paced()
	taken := newTaker(func(in bot.Inbound, times int) error {
		if in.Text == "một" && times <= 2 {
			return errAway
		}
		return nil
	})
	l.poll(t, taken)
	l.person(1).Say("một")
	first := pace.next(t)
	l.person(1).Say("hai")
	l.person(2).Say("ba")
	taken.wait(t, 1)
	pace.goOn <- struct{}{}
	second := pace.next(t)
	pace.goOn <- struct{}{}
	taken.wait(t, 3)
	if got := taken.texts(); !slices.Equal(got, []string{"ba", "một", "hai"}) {
		t.Errorf("handled in the order %q", got)
	}
	if first != retryLeast || second != 2*retryLeast || l.counted.of(Lost) != 0 {
		t.Errorf("pauses %s and %s, %d lost", first, second, l.counted.of(Lost))
	}
}

// Nothing is asked for ever: what a handler never takes is written down, and
// makes way.
func TestPollWritesDownWhatIsLost(t *testing.T) {
	for name, test := range map[string]struct {
		judge func() error
		tries int
	}{
		"never taken": {func() error { return errAway }, triesMost},
		"panics":      {func() error { panic("at kín") }, panicsMost},
	} {
		l := newLine(t, nil)
		poison := l.person(1).Say("kín")
		l.person(1).Say("sau")
		taken := newTaker(func(in bot.Inbound, _ int) error {
			if in.Text == "kín" {
				return test.judge()
			}
			return nil
		})
		l.poll(t, taken)
		taken.wait(t, 1)
		if taken.times[poison] != test.tries || l.counted.of(Lost) != 1 {
			t.Errorf("%s: tried %d times, %d lost", name, taken.times[poison], l.counted.of(Lost))
		}
		if text := l.log.String(); !strings.Contains(text, "update lost") || !strings.Contains(text, poison) ||
			strings.Contains(text, "kín") {
			t.Errorf("%s: the log must name the event and nothing in it: %s", name, text)
		}
	}
}

// Nothing that an update holds can stop the ones after it.
func TestPollStepsOverPoison(t *testing.T) {
	l := newLine(t, nil)
	for _, poison := range []string{
		`{"event_name":"message.text.received","message":"kín"}`,
		`{"event_name":"message.text.received"}`,
		`{"event_name":"message.text.received","message":{"from":"kín","chat":{"id":"c"},"text":"kín"}}`,
		`{"event_name":"message.text.received","message":{"from":{"id":"u"},"text":"kín"}}`,
		`"kín"`, `[]`, `[["kín"]]`, `3`, `null`, `{}`, `{"kín":1}`,
		`{"event_name":"message.hologram.received","message":{"text":"kín"}}`,
		`{"event_name":"kín kín","message":{"text":"kín"}}`,
		`{"event_name":"message.text.received","message":{"message_id":"m","from":{"id":"u","is_bot":true},` +
			`"chat":{"id":"u"},"text":"kín"}}`,
	} {
		l.server.Push(poison)
	}
	l.person(1).Say("sau")
	taken := newTaker(nil)
	l.poll(t, taken)
	taken.wait(t, 1)
	if got := taken.texts(); !slices.Equal(got, []string{"sau"}) {
		t.Errorf("taken: %q", got)
	}
	if l.counted.of(UnknownEvent) != 2 || l.counted.of(Unreadable) != 8 { // nothing, an empty list and a bot are none
		t.Errorf("counted %v", l.counted.all)
	}
	if text := l.log.String(); strings.Contains(text, "kín") || !strings.Contains(text, "name=message.hologram.received") {
		t.Errorf("log: %s", text)
	}
}

func TestPollAsksPrecisely(t *testing.T) {
	for _, text := range []bool{false, true} {
		l := newLine(t, func(config *Config) { config.TimeoutAsText = text })
		l.poll(t, newTaker(nil))
		l.server.WaitPoll(t)
		calls := l.server.CallLog()
		if len(calls) < 2 || calls[0].Method != "getWebhookInfo" || calls[1].Method != "getUpdates" {
			t.Fatalf("asked %v", calls)
		}
		want := any(json.Number("30"))
		if text {
			want = "30"
		}
		if got := calls[1].Params; len(got) != 1 || got["timeout"] != want {
			t.Errorf("asked with %#v", got)
		}
	}
}
