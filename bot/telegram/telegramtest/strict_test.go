package telegramtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"canbobot/bot/telegram/telegramtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(int) { http.DefaultClient.CloseIdleConnections() }))
}

func TestKeyboards(t *testing.T) {
	s := telegramtest.New(t)
	s.Known(1, "Hoa")
	s.Known(-1, "Nhóm")
	button := func(fields string) string { return `{"inline_keyboard":[[{"text":"x",` + fields + `}]]}` }
	for name, one := range map[string]struct {
		chat, markup string
		want         string // part of the description; empty when it is fine
	}{
		"empty":          {"1", `{"inline_keyboard":[]}`, ""},
		"null row":       {"1", `{"inline_keyboard":[null]}`, "row must be of type Array"},
		"not JSON":       {"1", `[`, "object expected"},
		"no keyboard":    {"1", `{"x":1}`, "can't parse"},
		"no label":       {"1", `{"inline_keyboard":[[{"text":" ","callback_data":"a"}]]}`, "non-empty"},
		"nothing to do":  {"1", button(`"style":"danger"`), "unallowed"},
		"both":           {"1", button(`"callback_data":"a","url":"https://a.vn"`), "unallowed"},
		"64 bytes":       {"1", button(`"callback_data":"` + strings.Repeat("a", 64) + `"`), ""},
		"66 bytes":       {"1", button(`"callback_data":"` + strings.Repeat("ấ", 22) + `"`), "BUTTON_DATA_INVALID"},
		"colour":         {"1", button(`"callback_data":"a","style":"success"`), ""},
		"no such colour": {"1", button(`"callback_data":"a","style":"positive"`), "style"},
		"page":           {"1", button(`"url":"https://example.vn/x"`), ""},
		"no page":        {"1", button(`"url":"example"`), "Wrong HTTP URL"},
		"too many": {"1", `{"inline_keyboard":[[` +
			strings.TrimSuffix(strings.Repeat(`{"text":"x","callback_data":"a"},`, 101), ",") + `]]}`, "too long"},
		"contact":             {"1", `{"keyboard":[[{"text":"x","request_contact":true}]]}`, ""},
		"contact in a group":  {"-1", `{"keyboard":[[{"text":"x","request_contact":true}]]}`, "private chats only"},
		"keyboard that is no": {"1", `{"keyboard":null}`, "can't parse"},
		"remove":              {"1", `{"remove_keyboard":true}`, ""},
	} {
		_, code, got := call(t, s, "sendMessage",
			map[string]string{"chat_id": one.chat, "text": "a", "reply_markup": one.markup})
		if (code == 0) != (one.want == "") || !strings.Contains(got, one.want) {
			t.Errorf("%s: %d %q, want %q", name, code, got, one.want)
		}
	}
}

func TestMarkup(t *testing.T) {
	s := telegramtest.New(t)
	hoa := s.Known(1, "Hoa")
	for name, one := range map[string]struct {
		text, mode, entities string
		shown, bold          string
		want                 string
	}{
		"HTML":        {"<b>R&amp;D &lt;1&gt;</b> x", "HTML", "", "R&D <1> x", "R&D <1>", ""},
		"bare sign":   {"1 < 2", "HTML", "", "", "", "can't parse entities"},
		"unknown tag": {"<h1>x</h1>", "HTML", "", "", "", "Unsupported start tag"},
		"crossed":     {"<b><i>x</b></i>", "HTML", "", "", "", "Unexpected end tag"},
		"4096 after": {"<b>" + strings.Repeat("đ", 4096) + "</b>", "HTML", "", strings.Repeat("đ", 4096),
			strings.Repeat("đ", 4096), ""},
		"emoji count two":  {strings.Repeat("😀", 2049), "", "", "", "", "too long"},
		"entities":         {"😀 đậm thường", "", `[{"type":"bold","offset":0,"length":6}]`, "😀 đậm thường", "😀 đậm", ""},
		"entity outside":   {"ab", "", `[{"type":"bold","offset":1,"length":2}]`, "", "", "out of the text"},
		"null entities":    {"ab", "", `null`, "", "", "MessageEntity"},
		"broken letters":   {"a\xffb", "", "", "", "", "UTF-8"},
		"another language": {"*a*", "MarkdownV2", "", "", "", "unsupported"},
	} {
		params := map[string]string{"chat_id": "1", "text": one.text}
		if one.mode != "" {
			params["parse_mode"] = one.mode
		}
		if one.entities != "" {
			params["entities"] = one.entities
		}
		_, code, got := call(t, s, "sendMessage", params)
		if (code == 0) != (one.want == "") || !strings.Contains(got, one.want) {
			t.Errorf("%s: %d %q, want %q", name, code, got, one.want)
		}
		if code != 0 {
			continue
		}
		messages := hoa.Messages()
		if last := messages[len(messages)-1]; last.Text != one.shown || strings.Join(last.Bold, "|") != one.bold {
			t.Errorf("%s: shown %q, bold %q", name, last.Text, last.Bold)
		}
	}
}

// A message that brought or took a keyboard can never be edited.
func TestKeyboardMessagesStayAsTheyAre(t *testing.T) {
	s := telegramtest.New(t)
	hoa := s.Known(1, "Hoa")
	call(t, s, "sendMessage", map[string]string{"chat_id": "1", "text": "a",
		"reply_markup": `{"keyboard":[[{"text":"x","request_contact":true}]]}`})
	if _, asks := hoa.Keyboard(); !asks {
		t.Error("no keyboard is shown")
	}
	if _, _, got := call(t, s, "editMessageText",
		map[string]string{"chat_id": "1", "message_id": "1", "text": "b"}); !strings.Contains(got, "can't be edited") {
		t.Errorf("edited: %q", got)
	}
	call(t, s, "sendMessage", map[string]string{"chat_id": "1", "text": "a", "reply_markup": `{"remove_keyboard":true}`})
	if labels, _ := hoa.Keyboard(); labels != nil {
		t.Error("the keyboard stays")
	}
	if _, _, got := call(t, s, "deleteMessage", map[string]string{"chat_id": "1", "message_id": "2"}); got != "" ||
		len(hoa.Messages()) != 1 {
		t.Errorf("delete: %q, %d messages", got, len(hoa.Messages()))
	}
	// An edit without reply_markup takes buttons away.
	call(t, s, "sendMessage", map[string]string{"chat_id": "1", "text": "a",
		"reply_markup": `{"inline_keyboard":[[{"text":"x","callback_data":"y"}]]}`})
	call(t, s, "editMessageText", map[string]string{"chat_id": "1", "message_id": "3", "text": "b"})
	if last := hoa.Messages()[1]; len(last.Buttons) != 0 || last.Text != "b" {
		t.Errorf("%+v", last)
	}
	if _, _, got := call(t, s, "editMessageReplyMarkup",
		map[string]string{"chat_id": "1", "message_id": "3"}); !strings.Contains(got, "not modified") {
		t.Errorf("unchanged: %q", got)
	}
}

func TestPressesAreAnsweredOnce(t *testing.T) {
	s := telegramtest.New(t)
	hoa := s.Known(1, "Hoa")
	press := func() map[string]string { return map[string]string{"callback_query_id": hoa.PressData(1, "x")} }
	first := press()
	if _, code, _ := call(t, s, "answerCallbackQuery", first); code != 0 || s.Waiting() != 0 {
		t.Error("not answered")
	}
	if _, _, got := call(t, s, "answerCallbackQuery", first); !strings.Contains(got, "too old") {
		t.Errorf("twice: %q", got)
	}
	old := press()
	s.ExpirePresses()
	if _, _, got := call(t, s, "answerCallbackQuery", old); !strings.Contains(got, "too old") {
		t.Errorf("after a while: %q", got)
	}
}

func TestBlockedAndMoved(t *testing.T) {
	s := telegramtest.New(t)
	hoa := s.Known(1, "Hoa")
	message := map[string]string{"chat_id": "1", "text": "a"}
	hoa.Block()
	if _, code, got := call(t, s, "sendMessage", message); code != 403 || !strings.Contains(got, "blocked") {
		t.Errorf("%d %q", code, got)
	}
	hoa.Unblock()
	if _, code, _ := call(t, s, "sendMessage", message); code != 0 {
		t.Errorf("%d after unblocking", code)
	}
	s.Migrate(1, -100)
	response, err := http.Get(s.URL + "/bot" + s.Token + "/sendMessage?chat_id=1&text=a")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	if !strings.Contains(string(body), `"migrate_to_chat_id":-100`) {
		t.Errorf("%s", body)
	}
	if updates, _, _ := call(t, s, "getUpdates", nil); strings.Count(string(updates), "my_chat_member") != 2 {
		t.Errorf("updates %s", updates)
	}
}

func TestFiles(t *testing.T) {
	s := telegramtest.New(t)
	hoa := s.Known(1, "Hoa")
	send := func(method, field, name string, content []byte) string {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		form.WriteField("chat_id", "1")
		part, _ := form.CreateFormFile(field, name)
		part.Write(content)
		form.Close()
		response, err := http.Post(s.URL+"/bot"+s.Token+"/"+method, form.FormDataContentType(), &body)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var answer struct{ Description string }
		json.NewDecoder(response.Body).Decode(&answer)
		return answer.Description
	}
	if got := send("sendDocument", "document", "danh sách.xlsx", []byte("PK")); got != "" {
		t.Error(got)
	}
	if got := send("sendDocument", "document", "a", nil); !strings.Contains(got, "non-empty") {
		t.Error(got)
	}
	if got := send("sendDocument", "file", "a", []byte("x")); !strings.Contains(got, "no document") {
		t.Error(got)
	}
	if got := send("sendPhoto", "photo", "a.png", []byte("not a picture")); got == "" {
		t.Error("taken for a picture")
	}
	if m := hoa.Messages(); len(m) != 1 || m[0].FileName != "danh sách.xlsx" || string(m[0].Content) != "PK" {
		t.Fatalf("%+v", m)
	}
	result, _, _ := call(t, s, "getFile", map[string]string{"file_id": "sent-1"})
	var file struct {
		Path string `json:"file_path"`
	}
	json.Unmarshal(result, &file)
	response, err := http.Get(s.URL + "/file/bot" + s.Token + "/" + file.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if content, _ := io.ReadAll(response.Body); string(content) != "PK" {
		t.Errorf("downloaded %q", content)
	}
	if _, _, got := call(t, s, "sendDocument", map[string]string{"chat_id": "1", "document": "sent-1"}); got != "" {
		t.Errorf("by its id: %q", got)
	}
	if _, _, got := call(t, s, "sendDocument",
		map[string]string{"chat_id": "1", "document": "sent-9"}); !strings.Contains(got, "wrong file identifier") {
		t.Errorf("by another id: %q", got)
	}
}

// Of two pollers the earlier one is turned away; a webhook turns all away.
func TestOnlyOnePolls(t *testing.T) {
	s := telegramtest.New(t)
	first := make(chan string)
	go func() {
		_, _, got := call(t, s, "getUpdates", map[string]string{"timeout": "30"})
		first <- got
	}()
	s.WaitPoll(t)
	s.Known(1, "Hoa")
	second := make(chan string)
	go func() {
		result, _, _ := call(t, s, "getUpdates", map[string]string{"timeout": "30"})
		second <- string(result)
	}()
	if got := <-first; !strings.Contains(got, "terminated by other getUpdates request") {
		t.Errorf("the first: %q", got)
	}
	s.User(1, "Hoa").Say("chào")
	if got := <-second; !strings.Contains(got, "chào") {
		t.Errorf("the second: %q", got)
	}
	call(t, s, "setWebhook", map[string]string{"url": "http://127.0.0.1:1/x"})
	if _, code, got := call(t, s, "getUpdates", nil); code != 409 || !strings.Contains(got, "webhook is active") {
		t.Errorf("%d %q", code, got)
	}
	call(t, s, "deleteWebhook", nil)
	if got, code, _ := call(t, s, "getUpdates", nil); code != 0 || !strings.Contains(string(got), "chào") {
		t.Errorf("what was not taken is lost: %s", got)
	}
}

// Pushes carry the secret, come again until they are taken, and keep the order
// of a chat, but not that of its messages and presses.
func TestPushes(t *testing.T) {
	s := telegramtest.New(t)
	var mu sync.Mutex
	var came []string
	refusals := 2
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var update struct {
			Message struct{ Text string }
		}
		json.NewDecoder(r.Body).Decode(&update)
		mu.Lock()
		defer mu.Unlock()
		if r.Header.Get("X-Telegram-Bot-Api-Secret-Token") != "s3cret" || refusals > 0 {
			refusals--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		came = append(came, update.Message.Text)
	}))
	t.Cleanup(hook.Close)
	t.Cleanup(s.Close)
	hoa := s.User(1, "Hoa")
	hoa.Say("0")
	if _, code, got := call(t, s, "setWebhook",
		map[string]string{"url": hook.URL, "secret_token": "s3cret", "max_connections": "2"}); code != 0 {
		t.Fatal(got)
	}
	for i := 1; i < 10; i++ {
		hoa.Say(fmt.Sprint(i))
	}
	s.WaitIdleUpdates(t)
	mu.Lock()
	defer mu.Unlock()
	if got := strings.Join(came, ""); got != "0123456789" {
		t.Errorf("came %q", got)
	}
	info, _, _ := call(t, s, "getWebhookInfo", nil)
	if !strings.Contains(string(info), "503") || !strings.Contains(string(info), `"pending_update_count":0`) {
		t.Errorf("info %s", info)
	}
	for name, params := range map[string]map[string]string{
		"http":        {"url": "http://example.vn/x"},
		"secret":      {"url": "https://example.vn/x", "secret_token": "a b"},
		"kinds":       {"url": "https://example.vn/x", "allowed_updates": "null"},
		"connections": {"url": "https://example.vn/x", "max_connections": "101"},
	} {
		if _, code, _ := call(t, s, "setWebhook", params); code != 400 {
			t.Errorf("%s: %d", name, code)
		}
	}
}

// A fault meets every n-th call, or the next few, and hanging ends with the
// client.
func TestFaultsAreCounted(t *testing.T) {
	s := telegramtest.New(t)
	s.Known(1, "Hoa")
	message := map[string]string{"chat_id": "1", "text": "a"}
	s.Fail(telegramtest.Fault{Method: "sendMessage", Every: 3, Status: 500})
	var codes []int
	for range 6 {
		_, code, _ := call(t, s, "sendMessage", message)
		codes = append(codes, code)
	}
	if fmt.Sprint(codes) != "[0 0 500 0 0 500]" {
		t.Errorf("codes %v", codes)
	}
	s.Recover()
	s.Fail(telegramtest.Fault{Hang: time.Hour})
	impatient := http.Client{Timeout: 50 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
	if _, err := impatient.Get(s.URL + "/bot" + s.Token + "/sendMessage?chat_id=1&text=a"); err == nil {
		t.Error("it answered")
	}
	if s.Sent() != 4 {
		t.Errorf("%d messages accepted, want the 4 that were not refused", s.Sent())
	}
}

func TestWrongTokens(t *testing.T) {
	s := telegramtest.New(t)
	for token, want := range map[string]int{"123456789:wrong": 401, "wrong": 404} {
		response, err := http.Get(s.URL + "/bot" + token + "/getMe")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %d", token, response.StatusCode)
		}
	}
}
