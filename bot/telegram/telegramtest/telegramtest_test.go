package telegramtest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"canbobot/bot/telegram/telegramtest"
)

// call makes a request as a bot does and returns what was refused, if anything.
func call(t *testing.T, s *telegramtest.Server, method string, params map[string]string) (result json.RawMessage,
	code int, description string) {
	t.Helper()
	form := url.Values{}
	for name, value := range params {
		form.Set(name, value)
	}
	response, err := http.PostForm(s.URL+"/bot"+s.Token+"/"+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body struct {
		OK          bool            `json:"ok"`
		Result      json.RawMessage `json:"result"`
		ErrorCode   int             `json:"error_code"`
		Description string          `json:"description"`
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return body.Result, body.ErrorCode, body.Description
}

func TestItRefusesWhatTelegramRefuses(t *testing.T) {
	s := telegramtest.New(t)
	s.Known(1, "Hoa")
	s.User(2, "Lan")
	for name, one := range map[string]struct {
		method string
		params map[string]string
		want   string
	}{
		"empty": {"sendMessage", map[string]string{"chat_id": "1", "text": " "}, "message text is empty"},
		"long": {"sendMessage", map[string]string{"chat_id": "1", "text": strings.Repeat("a", 4097)},
			"message is too long"},
		"unknown chat":  {"sendMessage", map[string]string{"chat_id": "9", "text": "a"}, "chat not found"},
		"never started": {"sendMessage", map[string]string{"chat_id": "2", "text": "a"}, "can't initiate"},
		"broken markup": {"sendMessage", map[string]string{"chat_id": "1", "text": "<b>a", "parse_mode": "HTML"},
			"can't parse entities"},
		"bare bracket": {"sendMessage", map[string]string{"chat_id": "1", "text": "1 < 2", "parse_mode": "HTML"},
			"can't parse entities"},
		"null keyboard": {"sendMessage", map[string]string{"chat_id": "1", "text": "a",
			"reply_markup": `{"inline_keyboard":null}`}, "must be of type Array"},
		"long data": {"sendMessage", map[string]string{"chat_id": "1", "text": "a",
			"reply_markup": `{"inline_keyboard":[[{"text":"x","callback_data":"` + strings.Repeat("d", 65) + `"}]]}`},
			"BUTTON_DATA_INVALID"},
		"old press":  {"answerCallbackQuery", map[string]string{"callback_query_id": "nobody"}, "query is too old"},
		"no message": {"editMessageText", map[string]string{"chat_id": "1", "message_id": "77", "text": "a"}, "not found"},
		"method":     {"sendSticker", nil, "method not found"},
	} {
		if _, code, got := call(t, s, one.method, one.params); code == 0 || !strings.Contains(got, one.want) {
			t.Errorf("%s: %d %q, want %q", name, code, got, one.want)
		}
	}
	if s.Sent() != 0 {
		t.Errorf("%d messages were accepted", s.Sent())
	}
}

func TestEditMustChangeSomething(t *testing.T) {
	s := telegramtest.New(t)
	hoa := s.Known(1, "Hoa")
	call(t, s, "sendMessage", map[string]string{"chat_id": "1", "text": "a"})
	edit := map[string]string{"chat_id": "1", "message_id": "1", "text": "b"}
	if _, code, description := call(t, s, "editMessageText", edit); code != 0 {
		t.Fatal(description)
	}
	if _, code, description := call(t, s, "editMessageText", edit); code != 400 ||
		!strings.Contains(description, "not modified") {
		t.Errorf("%d %s", code, description)
	}
	if got := hoa.Messages(); len(got) != 1 || got[0].Text != "b" || got[0].Edited != 1 {
		t.Errorf("%+v", got)
	}
}

func TestUpdatesStayUntilConfirmed(t *testing.T) {
	s := telegramtest.New(t)
	s.User(1, "Hoa").Say("một")
	first, _, _ := call(t, s, "getUpdates", nil)
	again, _, _ := call(t, s, "getUpdates", nil)
	if string(first) != string(again) || !strings.Contains(string(first), `"update_id":1000`) {
		t.Errorf("first %s, again %s", first, again)
	}
	if rest, _, _ := call(t, s, "getUpdates", map[string]string{"offset": "1001"}); string(rest) != "[]" {
		t.Errorf("after confirming: %s", rest)
	}
	s.SkipTo(5) // after a quiet week
	s.User(1, "Hoa").Say("hai")
	if reset, _, _ := call(t, s, "getUpdates", map[string]string{"offset": "1001"}); !strings.Contains(string(reset),
		`"update_id":5`) {
		t.Errorf("an offset outside the queue falls back to its head, got %s", reset)
	}
}

func TestFaults(t *testing.T) {
	s := telegramtest.New(t)
	s.Known(1, "Hoa")
	message := map[string]string{"chat_id": "1", "text": "a"}
	s.Fail(telegramtest.Fault{Method: "sendMessage", Times: 1, Status: 429, RetryAfter: 7})
	if _, code, _ := call(t, s, "sendMessage", message); code != 429 {
		t.Errorf("code %d", code)
	}
	if _, code, description := call(t, s, "sendMessage", message); code != 0 {
		t.Errorf("%s", description)
	}
	s.Fail(telegramtest.Fault{Method: "sendMessage", Times: 1, CutAfter: true})
	if _, err := http.PostForm(s.URL+"/bot"+s.Token+"/sendMessage",
		url.Values{"chat_id": {"1"}, "text": {"b"}}); err == nil {
		t.Error("the connection was not cut")
	}
	if s.Sent() != 2 {
		t.Errorf("%d messages accepted, want the one and the one that was cut after", s.Sent())
	}
}
