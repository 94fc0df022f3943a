package zalo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// doing is a handler that is one function.
type doing func(context.Context, bot.Inbound) error

func (f doing) Handle(ctx context.Context, in bot.Inbound) error { return f(ctx, in) }

// pushed is a signed call that has arrived.
func pushed(body string, at time.Time) *http.Request {
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	request.Header.Set(signatureHeader, signature(appID, body, stamp(at), oaKey))
	return request
}

// One that is refused comes again, and after the last time Zalo switches the
// webhook off. So what Zalo has signed is never refused for its shape.
func TestWhatZaloSignedIsNeverRefusedForItsShape(t *testing.T) {
	d := newDoor(t)
	flat := func(rest string) string {
		return fmt.Sprintf(`{"app_id":%q,"timestamp":%q,%s}`, appID, stamp(midday), rest)
	}
	for _, test := range []struct {
		rest    string
		handled int
		count   string
	}{
		{`"event_name":"user_dreams","sender":"246845883529197922"`, 0, "event_ignored_unknown"},
		{`"event_name":"user_dreams","sender":[1],"recipient":7,"message":"?"`, 0, "event_ignored_unknown"},
		{`"event_name":{"a":1}`, 0, "event_ignored_unreadable"},
		{`"event_name":null`, 0, "event_ignored_unreadable"},
		{`"event_name":""`, 0, "event_ignored_unreadable"},
		{`"event_name":"oa_send_text","message":{"attachments":{"payload":[]}}`, 0, "event_ignored_echo"},
		{`"event_name":"user_send_text","sender":[],"message":{"text":"a","msg_id":"m"}`, 0, "event_ignored_unreadable"},
		{`"event_name":"user_send_text","sender":{"id":"5"},"message":{"text":7,"msg_id":"m"}`, 0, "event_ignored_blank"},
		{`"event_name":"user_send_text","sender":{"id":"5"},"message":"a"`, 0, "event_ignored_blank"},
		{`"event_name":"user_send_text","sender":{"id":"5"},"recipient":"?","follower":[],"info":"?",` +
			`"message":{"text":"a","msg_id":["m"],"msg_ids":{},"attachments":"?"}`, 1, ""},
		{`"event_name":"user_send_image","sender":{"id":"5"},"message":{"msg_id":"m","attachments":[5,{"payload":"?"},` +
			`{"payload":{"url":"https://a.zdn.vn/1.jpg","size":[]}}]}`, 1, ""},
		{`"event_name":"user_seen_message","recipient":{"id":"5"},"message":{"msg_ids":"a"}`, 0, "event_ignored_unreadable"},
		{`"event_name":"user_seen_message","recipient":{"id":"5"},"message":{"msg_ids":[null,{},["a"],"a"]}`, 1, ""},
		{`"event_name":"user_submit_info","sender":{"id":"5"},"info":[{"phone":"1"}]`, 0, "event_ignored_blank"},
	} {
		d.signed(test.rest, flat(test.rest), midday, http.StatusOK, test.handled, test.count)
	}
	// signed with the time 0, which it has not
	d.signed("an empty object", "{}", time.UnixMilli(0), http.StatusUnauthorized, 0, "webhook_bad_signature")
	d.expect("an empty object, rightly signed", "{}", signature(appID, "{}", "", oaKey), http.StatusOK, 0,
		"event_ignored_unreadable")
}

func TestDepthAndLengthCostNothing(t *testing.T) {
	d := newDoor(t)
	nested := strings.Repeat("[", 400_000) + strings.Repeat("]", 400_000)
	deep := strings.Replace(said("a", "m", midday), `"text":"a"`, `"text":"a","more":`+nested, 1)
	d.signed("deep", deep, midday, http.StatusUnauthorized, 0, "webhook_bad_signature") // no JSON that anybody reads
	d.expect("deep alone", nested, signature(appID, nested, "", oaKey), http.StatusUnauthorized, 0,
		"webhook_bad_signature")

	long := `[{"payload":{"url":"https://a.zdn.vn/1.jpg"}}` + strings.Repeat(",{}", 300_000) + "]"
	d.signed("long", strings.NewReplacer("user_send_text", "user_send_image", `"text":"a"`,
		`"attachments":`+long).Replace(said("a", "m", midday)), midday, http.StatusOK, 1, "")
	if got := d.got[0].Attachment; got == nil || got.ID != "https://a.zdn.vn/1.jpg" {
		t.Errorf("the first of a long list is %+v", got)
	}
	var list few[botapi.Word]
	if err := list.UnmarshalJSON([]byte("[" + strings.Repeat("1,", 300_000) + "1]")); err != nil || len(list) != fewMost {
		t.Errorf("%d of a long list were read, %v", len(list), err)
	}
	for _, body := range [][]byte{[]byte(strings.Repeat("a ", maxEvent/2)),
		[]byte("{" + strings.Repeat(" ", maxEvent-2) + "}")} {
		if made := testing.AllocsPerRun(3, func() { isProbe(body) }); made > 0 {
			t.Errorf("to tell the probe takes %g allocations", made)
		}
	}
}

func TestAnUnsignedCallIsOnlyCounted(t *testing.T) {
	d := newDoor(t)
	const bad = "webhook_bad_signature"
	for _, sign := range []string{"", "mac=", "mac", "no", "mac=" + strings.Repeat("ab", 31),
		"mac=" + strings.Repeat("ab", 33), strings.Repeat("ab", 300)} {
		d.expect("signed "+sign, said("tên tôi là Hoa", "m", midday), sign, http.StatusUnauthorized, 0, bad)
		if sign != "" {
			d.expect("probe signed "+sign, "{}", sign, http.StatusUnauthorized, 0, bad)
		}
	}
	for _, body := range []string{"{} {}", "{{}}", `{"":0}`, "[]", "null", "{", "}", "x"} {
		d.expect("unsigned "+body, body, "", http.StatusUnauthorized, 0, bad)
	}
	if d.log.Len() > 0 {
		t.Errorf("anybody can fill the log: %s", d.log.String())
	}
}

func TestAnotherAccountsEvents(t *testing.T) {
	d := newDoor(t)
	flat := func(name, account, rest string) string {
		return fmt.Sprintf(`{"app_id":%q,"timestamp":%q,"event_name":%q,%s}`, appID, stamp(midday), name,
			fmt.Sprintf(rest, account))
	}
	const other = "999613280878808645"
	kinds := map[string]string{
		"follow":                `"oa_id":%q,"follower":{"id":"5"}`,
		"unfollow":              `"oa_id":%q,"follower":{"id":"5"}`,
		"user_click_chatnow":    `"oa_id":%q,"user_id":"5"`,
		"user_submit_info":      `"recipient":{"id":%q},"sender":{"id":"5"},"info":{"phone":"0912345678"}`,
		"user_received_message": `"sender":{"id":%q},"recipient":{"id":"5"},"message":{"msg_id":"a"}`,
		"user_seen_message":     `"sender":{"id":%q},"recipient":{"id":"5"},"message":{"msg_ids":["a"]}`,
		"user_send_text":        `"recipient":{"id":%q},"sender":{"id":"5"},"message":{"msg_id":"a","text":"a"}`,
	}
	for name, rest := range kinds {
		d.signed(name+" before the account is known", flat(name, other, rest), midday, http.StatusOK, 1, "")
	}
	d.OwnedBy(accountID)
	for name, rest := range kinds {
		d.signed(name+" of another", flat(name, other, rest), midday, http.StatusOK, 0, "webhook_other_oa")
		d.signed(name+" of ours", flat(name, accountID, rest), midday, http.StatusOK, 1, "")
	}
	d.signed("an event that names no account", `{"timestamp":"`+stamp(midday)+
		`","event_name":"user_withdraw","user_id":"5"}`, midday, http.StatusOK, 1, "")
}

func TestTheReplayWindow(t *testing.T) {
	d := newDoor(t)
	const stale = "webhook_stale"
	edge, past := midday.Add(-replayWindow), midday.Add(-replayWindow-time.Millisecond)
	d.signed("just within", said("a", "m", edge), edge, http.StatusOK, 1, "")
	d.signed("just without", said("a", "m", past), past, http.StatusOK, 0, stale)
	ahead := midday.Add(replayWindow + time.Millisecond)
	d.signed("from the future", said("a", "m", ahead), ahead, http.StatusOK, 0, stale)

	at := func(text string) string { return strings.Replace(said("a", "m", midday), stamp(midday), text, 1) }
	// 12 digits are in Zalo's own samples
	for _, text := range []string{"154390853474", "soon", "", "-1", "1e12", "99999999999999999999"} {
		body := at(text)
		d.expect("no time: "+text, body, signature(appID, body, text, oaKey), http.StatusOK, 1, "")
		if got := d.got[len(d.got)-1].At; !got.Equal(midday) {
			t.Errorf("%q is at %s", text, got)
		}
	}
	// The time that was signed counts, wherever it stood.
	body := at("")
	d.expect("the header's time", body, signature(appID, body, stamp(midday), oaKey), http.StatusOK, 1, "",
		timestampHeader, stamp(midday))
	d.expect("the header's old time", body, signature(appID, body, stamp(past), oaKey), http.StatusOK, 0, stale,
		timestampHeader, stamp(past))
	d.expect("a header that is no time", body, signature(appID, body, strings.Repeat("1", 33), oaKey),
		http.StatusUnauthorized, 0, "webhook_bad_signature", timestampHeader, strings.Repeat("1", 33))
}

// Zalo repeats what was not taken: the same bytes, whose event has the same name.
func TestARepetitionHasTheSameName(t *testing.T) {
	d := newDoor(t)
	d.answer = func(bot.Inbound) error { return errors.New("the database is away") }
	follow := fmt.Sprintf(`{"oa_id":%q,"follower":{"id":"5"},"event_name":"follow","app_id":%q,"timestamp":%q}`,
		accountID, appID, stamp(midday))
	d.signed("first", follow, midday, http.StatusServiceUnavailable, 1, "")
	d.answer = nil
	d.expect("again", follow, signature(appID, follow, stamp(midday), oaKey), http.StatusOK, 1, "", "num_retry", "1")
	if d.got[0].EventID != d.got[1].EventID || !strings.HasPrefix(d.got[0].EventID, "follow:"+stamp(midday)+":") {
		t.Errorf("named %q, then %q", d.got[0].EventID, d.got[1].EventID)
	}
}

func TestManyAtOnce(t *testing.T) {
	d := newDoor(t)
	const many = 40
	var all sync.WaitGroup
	for n := range many {
		all.Go(func() {
			body := said("chào", fmt.Sprint("m", n), midday)
			if status := d.push(body, signature(appID, body, stamp(midday), oaKey)); status != http.StatusOK {
				t.Errorf("event %d: status %d", n, status)
			}
			if status := d.push(body, ""); status != http.StatusUnauthorized {
				t.Errorf("event %d unsigned: status %d", n, status)
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for _, in := range d.got {
		seen[in.EventID] = true
	}
	if len(d.got) != many || len(seen) != many || d.counts["webhook_bad_signature"] != many {
		t.Errorf("%d handled, %d of them different, counted %v", len(d.got), len(seen), d.counts)
	}
}

func TestPlacesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		busy := 0
		c := New(Config{AppID: appID, OASecret: oaKey, Clock: func() time.Time { return midday }, Count: func(what string) {
			if what == "webhook_busy" {
				busy++
			}
		}})
		handler := c.WebhookHandler(doing(func(context.Context, bot.Inbound) error { <-release; return nil }))
		ask := func(request *http.Request) *httptest.ResponseRecorder {
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, request)
			return answer
		}
		var all sync.WaitGroup
		for n := range places {
			all.Go(func() {
				if got := ask(pushed(said("a", fmt.Sprint(n), midday), midday)); got.Code != http.StatusOK ||
					got.Header().Get("Retry-After") != "" {
					t.Errorf("event %d: status %d, %v", n, got.Code, got.Header())
				}
			})
		}
		synctest.Wait()
		began := time.Now()
		got := ask(pushed(said("a", "late", midday), midday))
		if got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" ||
			time.Since(began) != placePatience || busy != 1 {
			t.Errorf("one too many: status %d after %s, %v, counted %d", got.Code, time.Since(began), got.Header(), busy)
		}
		// A server that goes down ends its requests: a 200 would lose the event.
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if got := ask(pushed(said("a", "gone", midday),
			midday).WithContext(gone)); got.Code != http.StatusServiceUnavailable {
			t.Errorf("gone while waiting: status %d", got.Code)
		}
		close(release)
		all.Wait()
		if got := ask(pushed(said("a", "next", midday), midday)); got.Code != http.StatusOK {
			t.Errorf("afterwards: status %d", got.Code)
		}
	})
}

// Whoever opens calls and sends nothing, with or without what looks like a
// signature, keeps out only their like: every event of Zalo's is taken.
func TestSlowCallsKeepZaloOutOfNothing(t *testing.T) {
	for _, slow := range []int{64, 300} {
		t.Run(fmt.Sprint(slow), func(t *testing.T) {
			d := newDoor(t)
			address := d.server.Listener.Addr().String()
			for i := range slow {
				line, err := net.Dial("tcp", address)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { line.Close() })
				signed := ""
				if i%2 == 0 {
					signed = signatureHeader + ": mac=" + strings.Repeat("ab", 32) + "\r\n"
				}
				fmt.Fprintf(line, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\nExpect: 100-continue\r\n%s\r\n{", signed)
				// The server says so when it begins to read.
				if said, err := bufio.NewReader(line).ReadString('\n'); err != nil || !strings.Contains(said, "100") {
					t.Fatalf("call %d: %q, %v", i, said, err)
				}
			}
			var all sync.WaitGroup
			for i := range 18 {
				all.Go(func() {
					body := said("a", fmt.Sprint("genuine", i), midday)
					if got := d.push(body, signature(appID, body, stamp(midday), oaKey)); got != http.StatusOK {
						t.Errorf("event %d: status %d", i, got)
					}
				})
			}
			all.Wait()
			if len(d.got) != 18 {
				t.Errorf("%d of 18 handled", len(d.got))
			}
		})
	}
}

// timed is an answer that notes until when its request may be read.
type timed struct {
	*httptest.ResponseRecorder
	until []time.Time
}

func (w *timed) SetReadDeadline(until time.Time) error {
	w.until = append(w.until, until)
	return nil
}

func TestHowLongACallMayTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Config{AppID: appID, OASecret: oaKey, Clock: func() time.Time { return midday }})
		hungUp, hangUp := context.WithCancel(t.Context())
		began := time.Now()
		handler := c.WebhookHandler(doing(func(ctx context.Context, _ bot.Inbound) error {
			hangUp()
			<-ctx.Done() // nobody but the clock ends it
			return ctx.Err()
		}))
		answer := &timed{ResponseRecorder: httptest.NewRecorder()}
		handler.ServeHTTP(answer, pushed(said("a", "m", midday), midday).WithContext(hungUp))
		if took := time.Since(began); answer.Code != http.StatusServiceUnavailable || took != patience {
			t.Errorf("status %d after %s", answer.Code, took)
		}
		if len(answer.until) != 2 || !answer.until[0].Equal(began.Add(botapi.BodyPatience)) || !answer.until[1].IsZero() {
			t.Errorf("the body may come until %v", answer.until)
		}
	})
}

// broken is a body that ends in the middle.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestABodyThatBreaksOff(t *testing.T) {
	c := New(Config{AppID: appID, OASecret: oaKey})
	answer := httptest.NewRecorder()
	c.WebhookHandler(doing(func(context.Context, bot.Inbound) error { t.Error("handled"); return nil })).
		ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/", broken{}))
	if answer.Code != http.StatusBadRequest {
		t.Errorf("status %d", answer.Code)
	}
}

func TestWhatTheLogTells(t *testing.T) {
	d := newDoor(t, func(c *Config) { c.SignedByOA = true })
	event := func(name, rest string) {
		body := fmt.Sprintf(`{"app_id":%q,"oa_id":%q,"timestamp":%q,"event_name":%q,%s}`, appID, accountID, stamp(midday),
			name, rest)
		d.push(body, signature(accountID, body, stamp(midday), oaKey))
	}
	event("change_template_status",
		`"template_id":418234,"reason":"kín-7431","status":{"prev_status":"PENDING","new_status":"REJECTED"}`)
	event("change_oa_daily_quota", `"oaId":"1","quota":{"prev_value":"kín-7431"}`)
	event("change_template_status", `"template_id":"kín 7431"`)
	event("user_dreams", `"message":{"text":"kín-7431"}`)
	event("kín-7431", `"a":1`)
	event("user_send_text", `"message":{"text":"kín-7431"}`)
	d.answer = func(bot.Inbound) error { panic("kín-7431") }
	event("user_send_text", `"sender":{"id":"5"},"message":{"text":"kín-7431","msg_id":"m77"}`)
	log := d.log.String()
	for _, want := range []string{"kind=change_template_status template=418234", "kind=change_oa_daily_quota",
		"kind=user_dreams", "kind=?", "event=m77", "type=string", "account's id"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	if strings.Contains(log, "7431") || strings.Contains(log, oaKey) {
		t.Errorf("the log tells what was said:\n%s", log)
	}
}

// A counter's name is one of few, whatever an event calls itself.
func TestCountersAreFew(t *testing.T) {
	counts := map[string]int{}
	c := New(Config{AppID: appID, OASecret: oaKey, Clock: func() time.Time { return midday },
		Logger: slog.New(slog.DiscardHandler), Count: func(what string) { counts[what]++ }})
	handler := c.WebhookHandler(doing(func(context.Context, bot.Inbound) error { return nil }))
	for n := range 200 {
		handler.ServeHTTP(httptest.NewRecorder(),
			pushed(strings.Replace(said("a", "m", midday), "user_send_text", fmt.Sprint("event_", n), 1), midday))
	}
	if len(counts) != 1 || counts["event_ignored_unknown"] != 200 {
		t.Errorf("counted %v", counts)
	}
}
