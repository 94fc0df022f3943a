package telegram_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/telegram"
)

// The npm package telegram-test-api is a Bot API that nobody here wrote. It
// validates nothing, forgets an update once fetched, and answers getUpdates at
// once; so this is a smoke test of the wire format, and telegramtest the judge
// of the rest. It needs node, and TELEGRAM_TEST_API_DIR where the package is
// installed:
//
//	cd $DIR && cp .../testdata/emulator/package.json . && npm install
func TestEmulator(t *testing.T) {
	installed := os.Getenv("TELEGRAM_TEST_API_DIR")
	if installed == "" {
		t.Skip("TELEGRAM_TEST_API_DIR names no folder with telegram-test-api")
	}
	e := startEmulator(t, installed)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	e.client = &http.Client{Transport: transport}
	log := &logged{}
	channel := telegram.New(telegram.Config{Token: emulatorToken, APIURL: e.url,
		Client: &http.Client{Transport: transport}, Logger: log.logger()})
	taken := newTaker(nil)
	stop := (&line{channel: channel}).poll(t, taken)

	// In: a text, an invite link, one's own number, a document.
	e.says(t, map[string]any{"text": "phụ cấp tháng này có chưa?"})
	e.says(t, map[string]any{"text": "/start AbC-_9",
		"entities": []any{map[string]any{"type": "bot_command", "offset": 0, "length": 6}}})
	e.says(t, map[string]any{"contact": map[string]any{"phone_number": "+84912345678", "first_name": "Hoa",
		"user_id": 77}})
	e.says(t, map[string]any{"document": map[string]any{"file_id": "f1", "file_unique_id": "u",
		"file_name": "quyết định.pdf"}})
	came := taken.wait(t, 4)
	if in := came[0]; in.Text != "phụ cấp tháng này có chưa?" || in.ChatID != "77" || in.UserID != "77" || !in.Private {
		t.Errorf("text: %+v", in)
	}
	if came[1].Start != "AbC-_9" {
		t.Errorf("link: %+v", came[1])
	}
	if in := came[2]; in.Contact == nil || !in.Contact.Own || in.Contact.Phone != "+84912345678" {
		t.Errorf("contact: %+v", in.Contact)
	}
	if in := came[3]; in.Attachment == nil || in.Attachment.Kind != bot.Document ||
		in.Attachment.Name != "quyết định.pdf" {
		t.Errorf("document: %+v", in.Attachment)
	}

	// Out: text with buttons, and the keyboard that asks for the number.
	ctx := t.Context()
	ref, err := channel.Send(ctx, "77", bot.Reply{Title: "Đề nghị 12", Text: "Chờ duyệt", Buttons: [][]bot.Button{
		bot.Row(bot.Button{Label: "Duyệt", Action: bot.Act("ap", "12"), Style: bot.Positive}),
	}})
	if err != nil || ref == "" {
		t.Fatalf("sent %q, %v", ref, err)
	}
	if _, err := channel.Send(ctx, "77", bot.Reply{Text: "Xin số điện thoại", AskContact: "Gửi số của tôi"}); err != nil {
		t.Fatal(err)
	}
	sent := e.history(t)
	if len(sent) != 2 || !strings.Contains(sent[0].Text, "Đề nghị 12") ||
		!strings.Contains(string(sent[0].Markup), `ap:12`) ||
		!strings.Contains(string(sent[1].Markup), "request_contact") {
		t.Fatalf("the emulator has %+v", sent)
	}

	// A press, its sign, and the redrawn message.
	e.post(t, "/sendCallback", map[string]any{
		"botToken": emulatorToken, "from": person, "date": time.Now().Unix(), "data": "ap:12",
		"message": map[string]any{"message_id": 1, "date": time.Now().Unix(), "chat": private, "text": "x"},
	})
	press := taken.wait(t, 5)[4]
	if press.Action != "ap:12" || press.MessageRef != "1" {
		t.Errorf("press: %+v", press)
	}
	if err := channel.Pressed(ctx, press); err != nil {
		t.Error(err)
	}
	if err := channel.Edit(ctx, "77", ref, bot.Reply{Title: "Đề nghị 12", Text: "Đã duyệt"}); err != nil {
		t.Error(err)
	}
	if sent := e.history(t); !slices.ContainsFunc(sent,
		func(m emulated) bool { return strings.Contains(m.Text, "Đã duyệt") }) {
		t.Errorf("not redrawn: %+v", sent)
	}

	// What it does not know is an answer that is none of the Bot API's.
	_, err = channel.Send(ctx, "77", bot.Reply{Files: []bot.File{{Name: "a.pdf", MIME: "application/pdf",
		Content: []byte("%PDF")}}})
	if fate := bot.FateOf(err); err == nil || fate == bot.Refused || fate == bot.Broken {
		t.Errorf("a method that is missing: %v", err)
	}

	// The same by webhook.
	stop()
	pushed := newTaker(nil)
	var hook http.Handler = channel.WebhookHandler("secret", pushed)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", "secret") // which the emulator never sends
		hook.ServeHTTP(w, r)
	}))
	defer server.Close()
	if err := channel.SetWebhook(ctx, server.URL+"/webhooks/telegram", "secret"); err != nil {
		t.Fatal(err)
	}
	e.says(t, map[string]any{"text": "xin chào"})
	if in := pushed.wait(t, 1)[0]; in.Text != "xin chào" {
		t.Errorf("pushed: %+v", in)
	}
	if strings.Contains(log.String(), emulatorToken) {
		t.Error("the log holds the token")
	}
}

// emulatorToken is any: each token is a world of its own.
const emulatorToken = "987654321:emulated-token"

var (
	person  = map[string]any{"id": 77, "is_bot": false, "first_name": "Hoa"}
	private = map[string]any{"id": 77, "type": "private", "first_name": "Hoa"}
)

// emulator is telegram-test-api in a process of its own.
type emulator struct {
	url    string
	client *http.Client
}

// startEmulator starts node on a free port. The port is free until somebody else
// takes it, so a failed start is tried again.
func startEmulator(t *testing.T, installed string) *emulator {
	t.Helper()
	modules, err := filepath.Abs(filepath.Join(installed, "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		port := freePort(t)
		ctx, cancel := context.WithCancel(context.Background())
		node := exec.CommandContext(ctx, "node", filepath.Join("testdata", "emulator", "start.js"))
		node.Env = append(os.Environ(), "NODE_PATH="+modules, fmt.Sprintf("PORT=%d", port))
		var complaints bytes.Buffer
		node.Stderr = &complaints
		if _, err := node.StdinPipe(); err != nil { // it ends with us, however we end
			t.Fatal(err)
		}
		out, err := node.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := node.Start(); err != nil {
			t.Fatal(err)
		}
		said, _ := bufio.NewReader(out).ReadString('\n')
		if strings.HasPrefix(said, "up ") {
			t.Cleanup(func() {
				cancel()
				node.Wait() // it was killed
			})
			return &emulator{url: fmt.Sprintf("http://127.0.0.1:%d", port)}
		}
		cancel()
		node.Wait()
		t.Logf("the emulator did not start on port %d: %s%s", port, said, complaints.String())
	}
	t.Fatal("the emulator does not start")
	return nil
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// says injects a message of the person's: its fields are copied as they are.
func (e *emulator) says(t *testing.T, fields map[string]any) {
	t.Helper()
	fields["botToken"], fields["from"], fields["chat"], fields["date"] = emulatorToken, person, private, time.Now().Unix()
	e.post(t, "/sendMessage", fields)
}

// emulated is a message as the emulator stores it.
type emulated struct {
	Text   string          `json:"text"`
	Markup json.RawMessage `json:"reply_markup"`
}

// history lists what the bot has sent.
func (e *emulator) history(t *testing.T) []emulated {
	t.Helper()
	var all []struct {
		Message emulated `json:"message"`
	}
	if err := json.Unmarshal(e.post(t, "/getUpdatesHistory", map[string]any{"token": emulatorToken}), &all); err != nil {
		t.Fatal(err)
	}
	var sent []emulated
	for _, one := range all {
		if len(one.Message.Markup) > 0 || strings.Contains(one.Message.Text, "Đ") {
			sent = append(sent, one.Message)
		}
	}
	return sent
}

// post speaks the emulator's own API, which is not Telegram's.
func (e *emulator) post(t *testing.T, path string, body map[string]any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	response, err := e.client.Post(e.url+path, "application/json", bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		OK     bool            `json:"ok"`
		Result json.RawMessage `json:"result"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || !answer.OK {
		t.Fatalf("%s: %v", path, err)
	}
	return answer.Result
}
