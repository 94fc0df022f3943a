package zalobottest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"canbobot/bot/zalobot/zalobottest"
)

func TestItRefusesWhatZaloRefuses(t *testing.T) {
	s := zalobottest.New(t)
	s.Known("a1", "Hoa")
	s.User("b2", "Lan")
	s.Known("c3", "Cúc").Block()
	text := func(text string) string { return fmt.Sprintf(`{"chat_id":"a1","text":%q}`, text) }
	for name, one := range map[string]struct {
		method, body string
		code         int
		want         string // part of the description
	}{
		"empty":                {"sendMessage", text(""), 400, "text is empty"},
		"blank":                {"sendMessage", text(" \n"), 400, "text is empty"},
		"no text":              {"sendMessage", `{"chat_id":"a1"}`, 400, "text must be a string"},
		"a number for a text":  {"sendMessage", `{"chat_id":"a1","text":3}`, 400, "text must be a string"},
		"too long":             {"sendMessage", text(strings.Repeat("ắ", 2001)), 400, "too long"},
		"decomposed is longer": {"sendMessage", text(strings.Repeat("ă\u0301", 1001)), 400, "too long"},
		"no chat":              {"sendMessage", `{"text":"x"}`, 400, "chat_id must be a string"},
		"an empty chat":        {"sendMessage", `{"chat_id":"","text":"x"}`, 400, "chat_id is empty"},
		"a number for a chat":  {"sendMessage", `{"chat_id":7,"text":"x"}`, 400, "chat_id must be a string"},
		"unknown chat":         {"sendMessage", `{"chat_id":"zz","text":"x"}`, 400, "chat not found"},
		"never wrote":          {"sendMessage", `{"chat_id":"b2","text":"x"}`, 400, "chat not found"},
		"blocked":              {"sendMessage", `{"chat_id":"c3","text":"x"}`, 403, "blocked"},
		"markup": {"sendMessage", `{"chat_id":"a1","text":"x","parse_mode":"html"}`, 400,
			"unknown parameter parse_mode"},
		"buttons":            {"sendMessage", `{"chat_id":"a1","text":"x","reply_markup":{}}`, 400, "unknown parameter"},
		"no photo":           {"sendPhoto", `{"chat_id":"a1"}`, 400, "photo must be a string"},
		"a photo of no host": {"sendPhoto", `{"chat_id":"a1","photo":"/a.png"}`, 400, "absolute"},
		"an unsafe photo":    {"sendPhoto", `{"chat_id":"a1","photo":"http://example.vn/a.png"}`, 400, "absolute"},
		"a gone photo":       {"sendPhoto", `{"chat_id":"a1","photo":"http://127.0.0.1:1/a.png"}`, 400, "can't be fetched"},
		"an empty caption": {"sendPhoto", `{"chat_id":"a1","photo":"https://example.vn/a.png","caption":""}`, 400,
			"caption is empty"},
		"a long caption": {"sendPhoto", `{"chat_id":"a1","photo":"https://example.vn/a.png","caption":"` +
			strings.Repeat("a", 2001) + `"}`, 400, "too long"},
		"a photo for nobody": {"sendPhoto", `{"chat_id":"zz","photo":"https://example.vn/a.png"}`, 400, "chat not found"},
		"another action":     {"sendChatAction", `{"chat_id":"a1","action":"upload_photo"}`, 400, "unknown action"},
		"typing to nobody":   {"sendChatAction", `{"chat_id":"zz","action":"typing"}`, 400, "chat not found"},
		"no patience":        {"getUpdates", `{"timeout":"long"}`, 400, "timeout"},
		"an offset":          {"getUpdates", `{"offset":3}`, 400, "unknown parameter offset"},
		"hook without TLS":   {"setWebhook", `{"url":"http://example.vn/x","secret_token":"12345678"}`, 400, "https"},
		"hook, short secret": {"setWebhook", `{"url":"https://example.vn/x","secret_token":"1234567"}`, 400, "8 to 256"},
		"hook, long secret": {"setWebhook", `{"url":"https://example.vn/x","secret_token":"` + strings.Repeat("a", 257) +
			`"}`, 400, "8 to 256"},
		"hook, no secret":  {"setWebhook", `{"url":"https://example.vn/x"}`, 400, "secret_token must be a string"},
		"hook, no address": {"setWebhook", `{"secret_token":"12345678"}`, 400, "url must be a string"},
		"no method":        {"editMessageText", `{}`, 400, "method not found"},
		"another case":     {"sendmessage", text("x"), 400, "method not found"},
		"no JSON":          {"sendMessage", `chat_id=a1`, 400, "JSON"},
		"no object":        {"sendMessage", `null`, 400, "JSON"},
		"too large":        {"sendMessage", text(strings.Repeat("a", 1<<20)), 400, "JSON"},
	} {
		got := call(t, s, one.method, one.body)
		if got.OK || got.Code != one.code || !strings.Contains(got.Description, one.want) || got.Status != 200 {
			t.Errorf("%s: HTTP %d %s, want %d %q", name, got.Status, got.Raw, one.code, one.want)
		}
	}
	if s.Sent() != 0 {
		t.Errorf("%d messages were accepted", s.Sent())
	}
}

func TestTokens(t *testing.T) {
	s := zalobottest.New(t)
	if got := post(t, s, "/bot1:wrong/getMe", `{}`); got.Code != 401 || got.Status != 200 {
		t.Errorf("another token: HTTP %d %s", got.Status, got.Raw)
	}
	for _, path := range []string{"/botnonsense/getMe", "/", "/bot" + s.Token} {
		if got := post(t, s, path, `{}`); got.Status != 404 || !strings.Contains(got.Raw, "<html>") {
			t.Errorf("%s: HTTP %d %s", path, got.Status, got.Raw)
		}
	}
	s.Statuses = true
	if got := post(t, s, "/bot1:wrong/getMe", `{}`); got.Code != 401 || got.Status != 401 {
		t.Errorf("with statuses: HTTP %d %s", got.Status, got.Raw)
	}
	if response, err := http.Get(s.URL + "/bot" + s.Token + "/getMe"); err != nil || response.StatusCode != 400 {
		t.Errorf("GET: %v, %v", response, err)
	} else {
		response.Body.Close()
	}
	if s.Calls("getMe") != 3 || len(s.CallLog()) != 0 {
		t.Errorf("%d calls, %v", s.Calls("getMe"), s.CallLog())
	}
}

func TestMessages(t *testing.T) {
	s := zalobottest.New(t)
	s.Clock = func() time.Time { return time.UnixMilli(1795392000123) }
	hoa, lan := s.Known("a1", "Hoa"), s.Known("b2", "Lan")
	got := must(t, call(t, s, "sendMessage", `{"chat_id":"a1","text":"*a* <b> _c_"}`))
	must(t, call(t, s, "sendMessage", fmt.Sprintf(`{"chat_id":"a1","text":%q}`, strings.Repeat("ắ", 2000))))
	shown := hoa.Messages()
	if len(shown) != 2 || shown[0].Text != "*a* <b> _c_" || shown[0].ID == shown[1].ID || len(lan.Messages()) != 0 {
		t.Errorf("%+v", shown)
	}
	if want := fmt.Sprintf(`{"date":1795392000123,"message_id":%q}`, shown[0].ID); string(got.Result) != want {
		t.Errorf("result %s, want %s", got.Result, want)
	}
	if s.Sent() != 2 || hoa.Received() != 2 || lan.Received() != 0 || s.Calls("sendMessage") != 2 {
		t.Errorf("sent %d, received %d and %d", s.Sent(), hoa.Received(), lan.Received())
	}
	if log := s.CallLog(); len(log) != 2 || log[0].Method != "sendMessage" || log[0].Params["chat_id"] != "a1" {
		t.Errorf("log %v", log)
	}
	if got := call(t, s, "sendChatAction", `{"chat_id":"a1","action":"typing"}`); !got.OK || got.Result != nil ||
		hoa.Typing() != 1 {
		t.Errorf("typing: %s, shown %d times", got.Raw, hoa.Typing())
	}
	if got := must(t, call(t, s, "getMe", `{}`)); !strings.Contains(string(got.Result), `"account_name":"bot.canbo"`) {
		t.Errorf("me: %s", got.Raw)
	}
	hoa.Block()
	if call(t, s, "sendMessage", `{"chat_id":"a1","text":"x"}`).OK {
		t.Error("a message passed a block")
	}
	hoa.Unblock()
	must(t, call(t, s, "sendMessage", `{"chat_id":"a1","text":"x"}`))
}

func TestQuietKeepsNoHistory(t *testing.T) {
	s := zalobottest.New(t)
	s.Quiet = true
	hoa := s.Known("a1", "Hoa")
	must(t, call(t, s, "sendMessage", `{"chat_id":"a1","text":"x"}`))
	if len(hoa.Messages()) != 0 || len(s.CallLog()) != 0 || s.Sent() != 1 || hoa.Received() != 1 {
		t.Errorf("%d messages, %d calls, %d sent", len(hoa.Messages()), len(s.CallLog()), s.Sent())
	}
}

// A picture is fetched twice: one that is given out once is black, and one that
// is none is refused.
func TestPictures(t *testing.T) {
	for name, test := range map[string]struct {
		times   int64
		content string
		ok      bool
		black   bool
	}{
		"there for long": {9, onePixel, true, false},
		"there twice":    {2, onePixel, true, false},
		"there once":     {1, onePixel, true, true},
		"gone":           {0, onePixel, false, false},
		"no picture":     {9, "PK\x03\x04", false, false},
	} {
		s := zalobottest.New(t)
		hoa := s.Known("a1", "Hoa")
		address, asked := gallery(t, test.times, test.content)
		got := call(t, s, "sendPhoto", fmt.Sprintf(`{"chat_id":"a1","photo":%q,"caption":"mã mời"}`, address))
		if got.OK != test.ok {
			t.Errorf("%s: %s", name, got.Raw)
			continue
		}
		shown := hoa.Messages()
		if !test.ok {
			if len(shown) != 0 {
				t.Errorf("%s: %+v", name, shown)
			}
			continue
		}
		if m := shown[0]; !m.Photo || m.Black != test.black || (string(m.Content) == onePixel) == test.black ||
			m.Text != "mã mời" || m.PhotoURL != address || asked.Load() != 2 {
			t.Errorf("%s: %+v, fetched %d times", name, m, asked.Load())
		}
	}
}

func TestChoose(t *testing.T) {
	s := zalobottest.New(t)
	hoa := s.Known("a1", "Hoa")
	for _, text := range []string{
		"Chọn:\n\n1. Xem\n2. Duyệt\nTrả lời bằng số", "Danh sách\n1. Huỷ\n\n1. Xem\n2. Huỷ",
		"Báo tin\n\nA1. Nhận\nA2. Trả lại", "x",
	} {
		must(t, call(t, s, "sendMessage", fmt.Sprintf(`{"chat_id":"a1","text":%q}`, text)))
	}
	for _, one := range []struct{ label, want string }{{"Duyệt", "2"}, {"Huỷ", "2"}, {"Trả lại", "A2"}, {"Xem", "1"}} {
		if err := hoa.Choose(one.label); err != nil {
			t.Fatal(err)
		}
		if got := call(t, s, "getUpdates", `{"timeout":1}`); !strings.Contains(string(got.Result), `"text":"`+one.want+`"`) {
			t.Errorf("%s: %s, want %s", one.label, got.Raw, one.want)
		}
	}
	for _, missing := range []string{"Duyệt ", "Không có", "Trả lời bằng số"} {
		if err := hoa.Choose(missing); err == nil || s.Pending() != 0 {
			t.Errorf("chose %q: %v", missing, err)
		}
	}
}

func TestFaults(t *testing.T) {
	s := zalobottest.New(t)
	hoa := s.Known("a1", "Hoa")
	const message = `{"chat_id":"a1","text":"x"}`
	s.Fail(zalobottest.Fault{Method: "sendMessage", Times: 1, Status: 429, RetryAfter: 7})
	if got := call(t, s, "sendMessage", message); got.Code != 429 || got.Header.Get("Retry-After") != "7" ||
		got.Status != 200 {
		t.Errorf("HTTP %d %s %s", got.Status, got.Header, got.Raw)
	}
	must(t, call(t, s, "sendMessage", message))
	s.Fail(zalobottest.Fault{Every: 2, Status: 403, HTTP: 500, Text: "riêng"})
	must(t, call(t, s, "getMe", `{}`))
	if got := call(t, s, "getMe", `{}`); got.Code != 403 || got.Status != 500 || got.Description != "riêng" {
		t.Errorf("HTTP %d %s", got.Status, got.Raw)
	}
	s.Recover()
	s.Fail(zalobottest.Fault{Status: 502, Body: "<html>"})
	if got := call(t, s, "getMe", `{}`); got.Status != 502 || got.Raw != "<html>" {
		t.Errorf("HTTP %d %s", got.Status, got.Raw)
	}
	s.Recover()
	s.Fail(zalobottest.Fault{Method: "sendMessage", CutAfter: true})
	if _, err := http.Post(s.URL+"/bot"+s.Token+"/sendMessage", "application/json",
		strings.NewReader(message)); err == nil {
		t.Error("the connection was not cut")
	}
	s.Recover()
	s.Fail(zalobottest.Fault{Hang: time.Millisecond, Times: 1})
	must(t, call(t, s, "getMe", `{}`))
	if len(hoa.Messages()) != 2 || s.Sent() != 2 {
		t.Errorf("%d messages, want the one and the one that was cut after", s.Sent())
	}
}
