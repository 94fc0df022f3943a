package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/telegram"
	"canbobot/bot/telegram/telegramtest"
)

var errAway = errors.New("the database is away")

func TestPollTakesWhatPeopleDo(t *testing.T) {
	log := &logged{}
	l := newLine(t, log.logger())
	hoa := l.server.User(firstPerson, "Hoa")
	hoa.Start("AbC-_9")
	hoa.Say("phụ cấp tháng này có chưa?")
	hoa.ShareContact("84912345678")
	hoa.PressData(1, "menu")
	hoa.Block()
	taken := newTaker(nil)
	l.poll(t, taken)
	came := taken.wait(t, 5)
	l.server.WaitIdleUpdates(t)
	if came[0].Start != "AbC-_9" || came[1].Text != "phụ cấp tháng này có chưa?" || came[2].Contact == nil ||
		!came[2].Contact.Own ||
		came[3].Action != "menu" || came[3].MessageRef != "1" || came[4].Presence != bot.Left {
		t.Errorf("%+v", came)
	}
	for _, in := range came {
		if in.Channel != "telegram" || in.UserID != chatOf(hoa) || in.ChatID != chatOf(hoa) || !in.Private || in.At.IsZero() {
			t.Errorf("%+v", in)
		}
	}
	for _, secret := range []string{"phụ cấp", "912345678", "Hoa"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// One chat is in order although others are handled side by side.
func TestPollKeepsEachChatInOrder(t *testing.T) {
	l := newLine(t, nil)
	const people, each = 12, 20
	for i := range each {
		for n := range people {
			l.server.User(firstPerson+int64(n), "Hoa").Say(fmt.Sprint(i))
		}
	}
	var underway, most atomic.Int64
	var together sync.WaitGroup
	together.Add(8)
	taken := newTaker(func(in bot.Inbound, _ int) error {
		n := underway.Add(1)
		defer underway.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		if in.Text == "0" && number(in.ChatID) < firstPerson+8 { // eight chats must meet here
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
	l.server.WaitIdleUpdates(t)
	if most.Load() > 16 {
		t.Errorf("%d handlers at once", most.Load())
	}
	if l.server.Pending() != 0 {
		t.Errorf("%d updates unconfirmed", l.server.Pending())
	}
}

// An update that failed is fetched again, and the later ones of its chat wait
// for it; others do not.
func TestPollRepeatsWhatFailed(t *testing.T) {
	t.Parallel()
	l := newLine(t, nil)
	hoa, lan := l.server.User(firstPerson, "Hoa"), l.server.User(firstPerson+1, "Lan")
	hoa.Say("một")
	hoa.Say("hai")
	lan.Say("ba")
	taken := newTaker(func(in bot.Inbound, times int) error {
		if in.Text == "một" && times == 1 {
			return errAway
		}
		return nil
	})
	l.poll(t, taken)
	taken.wait(t, 3)
	if got := taken.texts(); !slices.Equal(got, []string{"ba", "một", "hai"}) {
		t.Errorf("handled in the order %q", got)
	}
	l.server.WaitIdleUpdates(t)
	for event, times := range taken.times {
		if want := map[bool]int{true: 2, false: 1}[strings.HasPrefix(event, "1000.")]; times != want {
			t.Errorf("%s was handled %d times, want %d", event, times, want)
		}
	}
}

// While one chat fails, the others are answered as ever.
func TestPollGoesOnBesideAFailure(t *testing.T) {
	t.Parallel()
	l := newLine(t, nil)
	hoa, lan := l.server.User(firstPerson, "Hoa"), l.server.User(firstPerson+1, "Lan")
	taken := newTaker(func(in bot.Inbound, _ int) error {
		if in.Text == "hỏng" {
			return errAway
		}
		return nil
	})
	stop := l.poll(t, taken)
	hoa.Say("hỏng")
	<-taken.told
	for i := range 3 {
		lan.Say(fmt.Sprint(i))
		taken.wait(t, i+1)
	}
	hoa.Say("sau đó")
	stop()
	if got := taken.texts(); !slices.Equal(got, []string{"0", "1", "2"}) {
		t.Errorf("taken: %q", got)
	}
	// Nothing is lost: what was not handled waits for the next start.
	again := newTaker(nil)
	l.poll(t, again)
	again.wait(t, 5) // Lan's stand behind the first of Hoa's, and come again
	got := slices.DeleteFunc(again.texts(), func(text string) bool { return len(text) == 1 })
	if !slices.Equal(got, []string{"hỏng", "sau đó"}) {
		t.Errorf("after the restart: %q", got)
	}
}

// A crash of the process loses nothing: what was not handled was not confirmed.
func TestPollConfirmsOnlyWhatIsHandled(t *testing.T) {
	l := newLine(t, nil)
	for n := range 5 {
		l.server.User(firstPerson+int64(n), "Hoa").Say(fmt.Sprint(n))
	}
	hold := make(chan struct{})
	taken := newTaker(func(in bot.Inbound, _ int) error {
		if in.Text == "2" {
			<-hold
			return errAway
		}
		return nil
	})
	stop := l.poll(t, taken)
	taken.wait(t, 4)
	go func() { close(hold) }()
	stop()
	if got := l.server.Pending(); got != 3 { // 2, and what was queued after it
		t.Errorf("%d updates are left", got)
	}
}

// Polling ends at once, lets what is underway finish, and confirms it.
func TestPollEndsCleanly(t *testing.T) {
	t.Parallel()
	l := newLine(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	started, finish := make(chan struct{}), make(chan struct{})
	taken := newTaker(func(bot.Inbound, int) error {
		close(started)
		<-finish
		return nil
	})
	ended := make(chan error, 1)
	go func() { ended <- l.channel.Poll(ctx, taken) }()
	l.server.User(firstPerson, "Hoa").Say("một")
	<-started
	cancel()
	close(finish)
	if err := <-ended; err != nil {
		t.Errorf("Poll returned %v", err)
	}
	if l.server.Pending() != 0 {
		t.Error("what was handled is not confirmed")
	}
	// An idle poll, which waits for 25 seconds, ends as quickly.
	ctx, cancel = context.WithCancel(t.Context())
	go func() { ended <- l.channel.Poll(ctx, taken) }()
	l.server.WaitPoll(t)
	began := time.Now()
	cancel()
	<-ended
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("ending took %s", took)
	}
}

// After a quiet week the ids go on from a random number, smaller or larger. A
// loop that waits for larger ones would ask for ever.
func TestPollFollowsIDsThatStartAnew(t *testing.T) {
	l := newLine(t, nil)
	hoa := l.server.User(firstPerson, "Hoa")
	taken := newTaker(nil)
	l.poll(t, taken)
	for i, id := range []int{900_000, 17, 2_000_000_000, 17} {
		l.server.SkipTo(id)
		hoa.Say(fmt.Sprint(i))
		taken.wait(t, i+1)
		l.server.WaitIdleUpdates(t)
	}
	if got := taken.texts(); !slices.Equal(got, []string{"0", "1", "2", "3"}) {
		t.Errorf("taken: %q", got)
	}
	if calls := l.server.Calls("getUpdates"); calls > 20 {
		t.Errorf("%d requests for four updates", calls)
	}
}

// Nothing that an update holds can stop the ones after it.
func TestPollStepsOverPoison(t *testing.T) {
	log := &logged{}
	l := newLine(t, log.logger())
	hoa := l.server.User(firstPerson, "Hoa")
	hoa.Say("trước")
	for _, poison := range []string{
		`{"update_id":1001,"message":"kín"}`,
		`{"update_id":1002,"message":{"message_id":"kín","date":[],"chat":7}}`,
		`{"update_id":"kín","message":{}}`,
		`"kín"`,
		`{"update_id":1005,"message":{"message_id":1,"date":1,"text":"kín"}}`,
		`{"update_id":1006}`,
		`null`,
	} {
		l.server.Push(poison)
	}
	hoa.Say("sau")
	taken := newTaker(nil)
	l.poll(t, taken)
	taken.wait(t, 2)
	l.server.WaitIdleUpdates(t)
	if got := taken.texts(); !slices.Equal(got, []string{"trước", "sau"}) {
		t.Errorf("taken: %q", got)
	}
	if text := log.String(); !strings.Contains(text, "update=1001") || strings.Contains(text, "kín") {
		t.Errorf("the log must name the update, and nothing in it: %s", text)
	}
}

// A handler that panics ends neither the process nor the queue.
func TestPollOutlivesPanics(t *testing.T) {
	t.Parallel()
	log := &logged{}
	l := newLine(t, log.logger())
	l.server.User(firstPerson, "Hoa").Say("kín")
	l.server.User(firstPerson, "Hoa").Say("sau")
	taken := newTaker(func(in bot.Inbound, _ int) error {
		if in.Text == "kín" {
			panic("at " + in.Text)
		}
		return nil
	})
	l.poll(t, taken)
	taken.wait(t, 1)
	l.server.WaitIdleUpdates(t)
	if text := log.String(); strings.Count(text, "handler panicked\"") != 3 || !strings.Contains(text, "passed over") ||
		strings.Contains(text, "kín") {
		t.Errorf("log: %s", text)
	}
}

func TestPollTakesTheWebhookAway(t *testing.T) {
	t.Parallel()
	l := newLine(t, nil)
	if err := l.channel.SetWebhook(t.Context(), "http://127.0.0.1:1/gone", "secret"); err != nil {
		t.Fatal(err)
	}
	l.server.User(firstPerson, "Hoa").Say("một")
	taken := newTaker(nil)
	l.poll(t, taken)
	taken.wait(t, 1)
	if l.server.Calls("deleteWebhook") != 1 {
		t.Errorf("deleteWebhook was called %d times", l.server.Calls("deleteWebhook"))
	}
}

// Repeated and reordered updates come in order, and are not handled twice while
// their twins are still known.
func TestPollUnderDuplicatesAndReordering(t *testing.T) {
	l := newLine(t, nil)
	l.server.Repeat(3)
	l.server.Reorder(true)
	hoa := l.server.User(firstPerson, "Hoa")
	var want []string
	for i := range 20 {
		hoa.Say(fmt.Sprint(i))
		want = append(want, fmt.Sprint(i))
	}
	taken := newTaker(nil)
	l.poll(t, taken)
	taken.wait(t, 20)
	l.server.WaitIdleUpdates(t)
	if got := taken.texts(); !slices.Equal(got, want) {
		t.Errorf("taken: %q", got)
	}
}

// What goes wrong on the way is asked again, and no token is told.
func TestPollOutlivesTroubles(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]telegramtest.Fault{
		"HTML":     {Status: 502, Body: "<html>Bad Gateway</html>"},
		"500":      {Status: 500},
		"429":      {Status: 429, RetryAfter: 1},
		"conflict": {Status: 409},
		"cut":      {CutAfter: true},
		"portal":   {Status: 200, Body: "<html>Pay here</html>"},
		"redirect": {Status: 302, Body: "<html>Moved</html>"},
		"nonsense": {Status: 200, Body: `{"ok":true,"result":{"a":1}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &logged{}
			l := newLine(t, log.logger())
			fault.Method, fault.Times = "getUpdates", 1
			l.server.Fail(fault)
			l.server.User(firstPerson, "Hoa").Say("một")
			taken := newTaker(nil)
			l.poll(t, taken)
			taken.wait(t, 1)
			for _, secret := range l.Secrets() {
				if strings.Contains(log.String(), secret) {
					t.Errorf("the log holds the token: %s", log)
				}
			}
			if !strings.Contains(log.String(), "level=") {
				t.Error("the log says nothing")
			}
		})
	}
}

// Two processes poll by mistake: both go on, everything arrives.
func TestPollTwice(t *testing.T) {
	t.Parallel()
	l := newLine(t, nil)
	other := telegram.New(telegram.Config{Token: l.server.Token, APIURL: l.server.URL, Client: l.client(t)})
	taken := newTaker(nil)
	l.poll(t, taken)
	(&line{channel: other, server: l.server}).poll(t, taken)
	for i := range 3 {
		l.server.User(firstPerson, "Hoa").Say(fmt.Sprint(i))
	}
	taken.wait(t, 3)
}

// Everything is asked for by name, and the server waits no longer than we do.
func TestPollAsksPrecisely(t *testing.T) {
	l := newLine(t, nil)
	taken := newTaker(nil)
	l.server.User(firstPerson, "Hoa").Say("một")
	l.poll(t, taken)
	taken.wait(t, 1)
	l.server.WaitPoll(t)
	calls := l.server.CallLog()
	if calls[0].Method != "deleteWebhook" {
		t.Errorf("began with %s", calls[0].Method)
	}
	first, last := calls[1].Params, calls[len(calls)-1].Params
	if first["allowed_updates"] != `["message","callback_query","my_chat_member"]` || first["timeout"] != "25" ||
		first["limit"] != "100" || first["offset"] != "" {
		t.Errorf("first asked with %v", first)
	}
	if last["offset"] != "1001" {
		t.Errorf("then with %v", last)
	}
}
