package zalo

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canbobot/bot"
)

const (
	appID     = "360846524940903967"
	accountID = "388613280878808645"
	oaKey     = "oa-secret"
)

var midday = time.Date(2026, 4, 6, 5, 0, 0, 0, time.UTC)

// door is a channel whose events are noted, with an address to push them to.
type door struct {
	*Channel
	t      *testing.T
	server *httptest.Server
	mu     sync.Mutex
	counts map[string]int
	got    []bot.Inbound
	answer func(bot.Inbound) error
	log    bytes.Buffer
}

func newDoor(t *testing.T, change ...func(*Config)) *door {
	d := &door{t: t, counts: map[string]int{}}
	config := Config{
		AppID: appID, AppSecret: "app-secret", OASecret: oaKey, Clock: func() time.Time { return midday },
		Logger: slog.New(slog.NewTextHandler(&d.log, nil)),
		Count:  func(what string) { d.mu.Lock(); defer d.mu.Unlock(); d.counts[what]++ },
	}
	for _, one := range change {
		one(&config)
	}
	d.Channel = New(config)
	d.server = httptest.NewServer(d.WebhookHandler(d))
	t.Cleanup(d.server.Close)
	return d
}

func (d *door) Handle(_ context.Context, in bot.Inbound) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.got = append(d.got, in)
	if d.answer != nil {
		return d.answer(in)
	}
	return nil
}

func stamp(at time.Time) string { return fmt.Sprint(at.UnixMilli()) }

// said is a signed text of a person.
func said(text, id string, at time.Time) string {
	quoted, _ := json.Marshal(text)
	return fmt.Sprintf(`{"app_id":%q,"sender":{"id":"246845883529197922"},"user_id_by_app":"552177279717587730",`+
		`"recipient":{"id":%q},"event_name":"user_send_text","message":{"text":%s,"msg_id":%q},"timestamp":%q}`, appID,
		accountID, quoted, id, stamp(at))
}

func signature(first, body, at, key string) string {
	return "mac=" + hex.EncodeToString(mac(first, []byte(body), at, key))
}

// push posts a body and returns the status.
func (d *door) push(body, sign string, headers ...string) int {
	d.t.Helper()
	request, err := http.NewRequest(http.MethodPost, d.server.URL, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	if sign != "" {
		request.Header.Set(signatureHeader, sign)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
	return response.StatusCode
}

func (d *door) expect(what, body, sign string, status, handled int, count string, headers ...string) {
	d.t.Helper()
	d.mu.Lock()
	before, counted := len(d.got), d.counts[count]
	d.mu.Unlock()
	got := d.push(body, sign, headers...)
	d.mu.Lock()
	defer d.mu.Unlock()
	if got != status || len(d.got)-before != handled {
		d.t.Errorf("%s: status %d and %d handled, want %d and %d", what, got, len(d.got)-before, status, handled)
	}
	if count != "" && d.counts[count] != counted+1 {
		d.t.Errorf("%s: not counted as %s: %v", what, count, d.counts)
	}
}

func TestOnlyWhatZaloSignedIsTaken(t *testing.T) {
	d := newDoor(t)
	body := said("xin chào", "m1", midday)
	right := signature(appID, body, stamp(midday), oaKey)
	_, digits, _ := strings.Cut(right, "=")
	const bad = "webhook_bad_signature"
	d.expect("right", body, right, 200, 1, "")
	d.expect("without mac=", body, digits, 200, 1, "")
	d.expect("in capitals and quotes", body, `mac = "`+strings.ToUpper(digits)+`"`, 200, 1, "")
	d.expect("the header's time", body, signature(appID, body, "1", oaKey), 200, 1, "", timestampHeader, "1")

	d.expect("none", body, "", 401, 0, bad)
	d.expect("the app's secret", body, signature(appID, body, stamp(midday), "app-secret"), 401, 0, bad)
	d.expect("the account's id first", body, signature(accountID, body, stamp(midday), oaKey), 401, 0, bad)
	d.expect("another time", body, signature(appID, body, "1", oaKey), 401, 0, bad)
	d.expect("another body", strings.Replace(body, "chào", "chao", 1), right, 401, 0, bad)
	d.expect("a space more", body+" ", right, 401, 0, bad)
	d.expect("half of it", body, right[:30], 401, 0, bad)
	d.expect("no hex", body, "mac="+strings.Repeat("z", 64), 401, 0, bad)
	d.expect("no JSON", "hello", signature(appID, "hello", "", oaKey), 401, 0, bad)
	foreign := strings.Replace(body, appID, "1", 1)
	d.expect("another app", foreign, signature(appID, foreign, stamp(midday), oaKey), 401, 0, bad)
	d.expect("signed by another app", foreign, signature("1", foreign, stamp(midday), oaKey), 401, 0, bad)
	if text := d.log.String(); strings.Contains(text, "chào") || strings.Contains(text, oaKey) {
		t.Errorf("the log tells: %s", text)
	}

	lenient := newDoor(t, func(c *Config) { c.SignedByOA = true })
	lenient.expect("the account's id first, allowed", body, signature(accountID, body, stamp(midday), oaKey), 200, 1, "")
	if !strings.Contains(lenient.log.String(), "account's id") {
		t.Error("nobody is told of the other signature")
	}
	keyless := newDoor(t, func(c *Config) { c.OASecret = "" })
	keyless.expect("without a secret nothing is right", body, signature(appID, body, stamp(midday), ""), 401, 0, bad)
}

func TestTheConsolesProbe(t *testing.T) {
	d := newDoor(t)
	for _, body := range []string{"", "{}", " { }\n"} {
		d.expect("probe "+body, body, "", 200, 0, "")
	}
	d.expect("no probe", `{"event_name":"follow"}`, "", 401, 0, "webhook_bad_signature")
	for method, want := range map[string]int{http.MethodGet: 200, http.MethodHead: 200, http.MethodPut: 405,
		http.MethodDelete: 405} {
		request, _ := http.NewRequest(method, d.server.URL, nil)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %d", method, response.StatusCode)
		}
	}
}

// tap counts what is read of it.
type tap struct {
	left, read int
}

func (r *tap) Read(p []byte) (int, error) {
	n := min(len(p), r.left)
	if n == 0 {
		return 0, io.EOF
	}
	r.left -= n
	r.read += n
	return n, nil
}

func TestTooLargeCostsLittle(t *testing.T) {
	c := New(Config{AppID: appID, OASecret: oaKey})
	for _, declared := range []int64{10 << 20, -1} {
		body := &tap{left: 10 << 20}
		request := httptest.NewRequest(http.MethodPost, "/", body)
		request.ContentLength = declared
		recorder := httptest.NewRecorder()
		c.WebhookHandler(nil).ServeHTTP(recorder, request)
		if recorder.Code != http.StatusRequestEntityTooLarge || body.read > maxEvent+64<<10 || declared > 0 && body.read > 0 {
			t.Errorf("declared %d: status %d, %d bytes were read", declared, recorder.Code, body.read)
		}
	}
}

func (d *door) signed(what, body string, at time.Time, status, handled int, count string) {
	d.t.Helper()
	d.expect(what, body, signature(appID, body, stamp(at), oaKey), status, handled, count)
}

func TestOldAndForeignEvents(t *testing.T) {
	d := newDoor(t)
	d.OwnedBy(accountID)
	for ago, handled := range map[time.Duration]int{0: 1, 2 * time.Hour: 1, 23 * time.Hour: 1, 25 * time.Hour: 0,
		-25 * time.Hour: 0} {
		count := ""
		if handled == 0 {
			count = "webhook_stale"
		}
		d.signed(ago.String(), said("a", "m", midday.Add(-ago)), midday.Add(-ago), 200, handled, count)
	}
	d.signed("another account's", strings.Replace(said("a", "m", midday), accountID, "1", 1), midday, 200, 0,
		"webhook_other_oa")
	d.signed("an unknown kind", strings.Replace(said("a", "m", midday), "user_send_text", "user_dreams", 1), midday, 200,
		0, "event_ignored_unknown")
	d.signed("our own echo", strings.Replace(said("a", "m", midday), "user_send_text", "oa_send_text", 1), midday, 200, 0,
		"event_ignored_echo")
	d.signed("a colleague's hand", strings.NewReplacer("user_send_text", "oa_send_text", `"sender":{`,
		`"sender":{"admin_id":"5",`).Replace(said("a", "m", midday)), midday, 200, 0, "event_ignored_by_hand")
	d.signed("in a group", strings.Replace(said("a", "m", midday), "user_send_text", "user_send_group_text", 1), midday,
		200, 0, "event_ignored_group")
	d.signed("no sender", strings.Replace(said("a", "m", midday), `"sender":{"id":"246845883529197922"}`, `"sender":{}`,
		1), midday, 200, 0, "event_ignored_unreadable")
}

func TestWhatTheHandlerSays(t *testing.T) {
	d := newDoor(t)
	d.answer = func(bot.Inbound) error { return errors.New("the database is away") }
	d.signed("to be repeated", said("a", "m", midday), midday, 503, 1, "")
	d.answer = func(bot.Inbound) error { panic("kín-7431") }
	d.signed("a panic is ours alone", said("a", "m", midday), midday, 200, 1, "webhook_panicked")
	if strings.Contains(d.log.String(), "kín-7431") {
		t.Error("the log tells what was said")
	}
}

func TestDecode(t *testing.T) {
	const user = "246845883529197922"
	base := bot.Inbound{Channel: Name, UserID: user, ChatID: user, Private: true, At: midday}
	with := func(change func(*bot.Inbound)) bot.Inbound {
		in := base
		change(&in)
		return in
	}
	media := func(name, attachments string) string {
		return fmt.Sprintf(`{"app_id":%q,"sender":{"id":%q},"recipient":{"id":%q},"event_name":%q,`+
			`"message":{"text":"xem giúp","msg_id":"m9","attachments":%s},"timestamp":%q}`, appID, user, accountID, name,
			attachments, stamp(midday))
	}
	flat := func(rest string) string {
		return fmt.Sprintf(`{"app_id":%q,"timestamp":%s,%s}`, appID, stamp(midday), rest) // times may be numbers
	}
	file := func(kind bot.AttachmentKind, id string) bot.Inbound {
		return with(func(in *bot.Inbound) {
			in.EventID, in.Text, in.Attachment = "m9", "xem giúp", &bot.Attachment{Kind: kind, ID: id}
		})
	}
	for name, test := range map[string]struct {
		body string
		want bot.Inbound
	}{
		"text": {said("  phụ cấp \r\n tháng 3\x00 ", "m1", midday),
			with(func(in *bot.Inbound) { in.EventID, in.Text = "m1", "phụ cấp \n tháng 3" })},
		"button": {said("#ok:12:3", "m2", midday),
			with(func(in *bot.Inbound) { in.EventID, in.Action = "m2", "ok:12:3" })},
		"no button": {said("#Không phải nút", "m3", midday),
			with(func(in *bot.Inbound) { in.EventID, in.Text = "m3", "#Không phải nút" })},
		"image": {media("user_send_image",
			`[{"type":"image","payload":{"url":"https://a.zdn.vn/1.jpg","thumbnail":"x"}},{"type":"image",`+
				`"payload":{"url":"https://a.zdn.vn/2.jpg"}}]`), file(bot.Photo, "https://a.zdn.vn/1.jpg")},
		"file": {media("user_send_file", `[{"type":"file","payload":{"size":"12345","name":"..\\tmp\\ds.xlsx",`+
			`"type":"xlsx","url":"https://a.zdn.vn/f"}}]`), with(func(in *bot.Inbound) {
			in.EventID, in.Text, in.Attachment = "m9", "xem giúp", &bot.Attachment{Kind: bot.Document, ID: "https://a.zdn.vn/f",
				Name: "ds.xlsx", Size: 12345}
		})},
		"audio": {media("user_send_audio", `[{"payload":{"url":"https://a.zdn.vn/a.amr"}}]`),
			file(bot.Voice, "https://a.zdn.vn/a.amr")},
		"sticker": {media("user_send_sticker", `[{"payload":{"id":5}}]`), file(bot.Sticker, "")},
		"location": {media("user_send_location",
			`[{"payload":{"coordinates":{"latitude":"18.5","longitude":"105.7"}}}]`), file(bot.Location, "")},
		"video": {media("user_send_video", `[]`), file(bot.Other, "")},
		"card": {media("user_send_business_card",
			`[{"type":"link","payload":{"description":"{\"phone\":\"84912345678\"}"}}]`), file(bot.Other, "")},
		"follow": {flat(`"oa_id":"` + accountID + `","follower":{"id":"` + user +
			`"},"event_name":"follow","source":"oa_profile"`), with(func(in *bot.Inbound) { in.Presence = bot.Joined })},
		"follow by an invite": {flat(`"oa_id":"` + accountID + `","follower":{"id":"` + user +
			`"},"event_name":"follow","ref":"ABCDE-23456"`), with(func(in *bot.Inbound) { in.Start = "ABCDE-23456" })},
		"unfollow": {flat(`"oa_id":"` + accountID + `","follower":{"id":` + user + `},"event_name":"unfollow"`),
			with(func(in *bot.Inbound) { in.Presence = bot.Left })},
		"chat opened": {flat(`"oa_id":"` + accountID + `","user_id":"` + user +
			`","event_name":"user_click_chatnow"`), with(func(in *bot.Inbound) { in.Presence = bot.Joined })},
		"data to be forgotten": {flat(`"user_id":"` + user + `","event_name":"user_withdraw"`),
			with(func(in *bot.Inbound) { in.Presence = bot.Withdrawn })},
		"the form": {flat(`"sender":{"id":"` + user +
			`"},"event_name":"user_submit_info","info":{"name":"Lan","phone":84912345678}`),
			with(func(in *bot.Inbound) { in.Contact = &bot.Contact{Phone: "84912345678"} })},
		"the form of old": {flat(`"sender":{"id":"` + user +
			`"},"event_name":"user_submit_info","message":{"text":"{\"phone\":\"0912345678\"}"}`),
			with(func(in *bot.Inbound) { in.Contact = &bot.Contact{Phone: "0912345678"} })},
		"arrived": {flat(`"sender":{"id":"` + accountID + `"},"recipient":{"id":"` + user +
			`"},"event_name":"user_received_message","message":{"msg_id":"ours","delivery_time":"1"}`),
			with(func(in *bot.Inbound) { in.Report = &bot.DeliveryReport{Refs: []string{"ours"}} })},
		"seen": {flat(`"sender":{"id":"` + accountID + `"},"recipient":{"id":"` + user +
			`"},"event_name":"user_seen_message","message":{"msg_ids":["a","b"]}`),
			with(func(in *bot.Inbound) { in.Report = &bot.DeliveryReport{Refs: []string{"a", "b"}, Seen: true} })},
	} {
		t.Run(name, func(t *testing.T) {
			got, why := decode([]byte(test.body), midday)
			if why != "" {
				t.Fatalf("ignored as %s", why)
			}
			if test.want.EventID == "" { // named by its content
				again, _ := decode([]byte(test.body), midday.Add(time.Hour))
				other, _ := decode([]byte(strings.Replace(test.body, user, user[:17]+"3", 1)), midday)
				if got.EventID == "" || got.EventID != again.EventID || got.EventID == other.EventID {
					t.Errorf("ids %q, %q when repeated, %q of another's", got.EventID, again.EventID, other.EventID)
				}
				test.want.EventID = got.EventID
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	long, _ := decode([]byte(said(strings.Repeat("ắ", 9000), "m", midday)), midday)
	if len([]rune(long.Text)) != bot.MaxText || !long.Cut {
		t.Errorf("%d letters of a long text, cut: %t", len([]rune(long.Text)), long.Cut)
	}
	for _, body := range []string{``, `[]`, `null`, `{"event_name":5}`, said("", "m", midday),
		strings.Replace(said("a", "m", midday), "246845883529197922", strings.Repeat("9", 65), 1)} {
		if in, why := decode([]byte(body), midday); why == "" {
			t.Errorf("%.60s is %+v", body, in)
		}
	}
}

func TestDiagnose(t *testing.T) {
	config := Config{AppID: appID, AppSecret: "app-secret", OASecret: oaKey}
	body := "{\n \"app_id\": \"" + appID + "\", \"recipient\": {\"id\": \"" + accountID + "\"}, \"timestamp\": \"" +
		stamp(midday) + "\"}"
	at := stamp(midday)
	for name, test := range map[string]struct {
		sign string
		want []Term
	}{
		"right":             {signature(appID, body, at, oaKey), nil},
		"the app's secret":  {signature(appID, body, at, "app-secret"), []Term{KeyTerm}},
		"the account's id":  {signature(accountID, body, at, oaKey), []Term{FirstTerm}},
		"the header's time": {signature(appID, body, "77", oaKey), []Term{TimeTerm}},
		"a keyed hash": {"mac=" + hex.EncodeToString(sign(true, []byte(appID), []byte(body), []byte(at),
			[]byte(oaKey))), []Term{HashTerm}},
		"another way to write": {signature(appID, string(compact([]byte(body))), at, oaKey), []Term{BodyTerm}},
		"two at once":          {signature(accountID, body, at, "app-secret"), []Term{KeyTerm, FirstTerm}},
	} {
		saved := "POST /webhooks/zalo HTTP/1.1\r\nHost: a\r\nX-ZEvent-Signature: " + test.sign +
			"\r\nX-ZEvent-Timestamp: 77\r\n\r\n" + body
		header, raw, err := ParseRequest([]byte(saved))
		if err != nil || string(raw) != body {
			t.Fatalf("%s: %q, %v", name, raw, err)
		}
		got := Diagnose(config, header, raw)
		if got.Matched != (test.want == nil) || !cmp.Equal(got.Differs, test.want) {
			t.Errorf("%s: %+v, want %v", name, got, test.want)
		}
	}
	header := http.Header{}
	if got := Diagnose(config, header, []byte(body)); got.Matched || len(got.Notes) == 0 {
		t.Errorf("no signature: %+v", got)
	}
	header.Set(signatureHeader, strings.Repeat("ab", 32))
	if got := Diagnose(config, header, []byte(`{"app_id":"1"}`)); got.Matched || len(got.Differs) != 0 ||
		len(got.Notes) != 2 {
		t.Errorf("nothing fits: %+v", got)
	}
	for _, wrong := range []string{"", "no end of head", "bad header\n\nbody"} {
		if _, _, err := ParseRequest([]byte(wrong)); err == nil && wrong != "bad header\n\nbody" {
			t.Errorf("%q was read", wrong)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{said("#menu", "m", midday), said("a", "", midday),
		`{"event_name":"follow","follower":{"id":1e400}}`,
		`{"event_name":"user_seen_message","recipient":{"id":"1"},"message":{"msg_ids":[null,{},1]}}`} {
		f.Add([]byte(seed))
	}
	c := New(Config{AppID: appID, OASecret: oaKey})
	f.Fuzz(func(t *testing.T, body []byte) {
		header := http.Header{signatureHeader: {string(body)}}
		if e, ok := open(body); ok && c.verify(header, body, e) != unsigned {
			t.Fatal("signed by chance")
		}
		in, why := decode(body, midday)
		if why != "" {
			return
		}
		if in.EventID == "" || len(in.EventID) > 200 || in.UserID == "" || len(in.UserID) > 64 ||
			len([]rune(in.Text)) > bot.MaxText || len(in.Action) > bot.MaxAction {
			t.Fatalf("%+v", in)
		}
		if again, _ := decode(body, midday); again.EventID != in.EventID {
			t.Fatal("a repetition has another id")
		}
	})
}
