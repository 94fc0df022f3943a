package telegram

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"canbobot/bot"
)

func TestSendDrawsAReply(t *testing.T) {
	server, channel := newStub(t)
	ref, err := channel.Send(t.Context(), "42", bot.Reply{
		Title: "Trưởng thôn <A> & B", Text: "1 < 2 & *x*", Protect: true,
		Buttons: [][]bot.Button{
			bot.Row(bot.Button{Label: "Duyệt", Action: bot.Act("ok", "1"), Style: bot.Positive},
				bot.Button{Label: "Không", Action: bot.Act("no", "1"), Style: bot.Negative}),
			{},
			bot.Row(bot.Button{Label: "Xem", URL: "https://example.vn"}),
		},
	})
	if err != nil || ref != "1" {
		t.Fatalf("Send = %q, %v", ref, err)
	}
	want := []request{{method: "sendMessage", files: map[string]string{}, params: map[string]string{
		"chat_id": "42", "text": "Trưởng thôn <A> & B\n1 < 2 & *x*", "entities": `[{"type":"bold","offset":0,"length":19}]`,
		"protect_content": "true", "link_preview_options": `{"is_disabled":true}`,
		"reply_markup": `{"inline_keyboard":[[{"text":"Duyệt","callback_data":"ok:1","style":"success"},{"text":"Không",` +
			`"callback_data":"no:1","style":"danger"}],[{"text":"Xem","url":"https://example.vn"}]]}`,
	}}}
	if diff := cmp.Diff(want, server.asked(""), cmp.AllowUnexported(request{})); diff != "" {
		t.Error(diff)
	}
}

func TestSendSplitsAtLinesWithButtonsUnderTheLastPart(t *testing.T) {
	server, channel := newStub(t)
	line := strings.Repeat("ề😀", 100) // 300 units
	text := strings.TrimSuffix(strings.Repeat(line+"\n", 30), "\n")
	ref, err := channel.Send(t.Context(), "42",
		bot.Reply{Title: "T", Text: text, Buttons: [][]bot.Button{bot.Row(bot.Button{Label: "x", Action: bot.Act("x")})}})
	if err != nil {
		t.Fatal(err)
	}
	sent := server.asked("sendMessage")
	if len(sent) != 3 || ref != "3" {
		t.Fatalf("%d parts, ref %q", len(sent), ref)
	}
	var whole []string
	for i, r := range sent {
		if n := units(r.params["text"]); n > maxText {
			t.Errorf("part %d has %d units", i, n)
		}
		if has, last := r.params["reply_markup"] != "", i == len(sent)-1; has != last {
			t.Errorf("part %d: buttons %v", i, has)
		}
		whole = append(whole, r.params["text"])
	}
	if strings.Join(whole, "\n") != "T\n"+text {
		t.Error("something was lost or added between the parts")
	}
}

func TestSplitKeepsEveryLetterAndNoPartBlank(t *testing.T) {
	for name, text := range map[string]string{
		"one word":        strings.Repeat("đ", 9000),
		"emoji":           strings.Repeat("😀", 5000),
		"blank lines":     "a" + strings.Repeat("\n", 9000) + "b",
		"long line":       strings.Repeat("chữ ", 3000),
		"exactly full":    strings.Repeat("x", maxText),
		"one over":        strings.Repeat("x", maxText+1),
		"spaces only":     strings.Repeat(" ", 9000),
		"full then short": strings.Repeat("x", maxText) + "\ny",
	} {
		parts := split(text, 4000, maxText)
		for i, part := range parts {
			if n := units(part); n > maxText || i == 0 && n > 4000 {
				t.Errorf("%s: part %d has %d units", name, i, n)
			}
			if strings.TrimSpace(part) == "" && len(parts) > 1 {
				t.Errorf("%s: part %d is blank", name, i)
			}
		}
		squeeze := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if squeeze(strings.Join(parts, "")) != squeeze(text) {
			t.Errorf("%s: letters were lost", name)
		}
	}
}

func TestSendAsksForAContact(t *testing.T) {
	board := `{"keyboard":[[{"text":"Gửi số","request_contact":true}]],"resize_keyboard":true,"one_time_keyboard":true}`
	t.Run("apart from buttons", func(t *testing.T) {
		server, channel := newStub(t)
		ref, err := channel.Send(t.Context(), "42",
			bot.Reply{Text: "Số?", AskContact: "Gửi số",
				Buttons: [][]bot.Button{bot.Row(bot.Button{Label: "Huỷ", Action: bot.Act("cancel")})}})
		sent := server.asked("sendMessage")
		if err != nil || ref != "1" || len(sent) != 2 {
			t.Fatalf("ref %q, %d messages, %v", ref, len(sent), err)
		}
		if !strings.Contains(sent[0].params["reply_markup"], "inline_keyboard") || sent[1].params["text"] != "Gửi số" {
			t.Errorf("sent %v", sent)
		}
		if diff := cmp.Diff(asAny(t, board), asAny(t, sent[1].params["reply_markup"])); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("in one message without buttons", func(t *testing.T) {
		server, channel := newStub(t)
		if _, err := channel.Send(t.Context(), "42", bot.Reply{Text: "Số?", AskContact: "Gửi số"}); err != nil {
			t.Fatal(err)
		}
		sent := server.asked("sendMessage")
		if len(sent) != 1 {
			t.Fatalf("%d messages", len(sent))
		}
		if diff := cmp.Diff(asAny(t, board), asAny(t, sent[0].params["reply_markup"])); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("never in a group", func(t *testing.T) {
		server, channel := newStub(t)
		if _, err := channel.Send(t.Context(), "-100", bot.Reply{Text: "Số?", AskContact: "Gửi số"}); err != nil {
			t.Fatal(err)
		}
		if sent := server.asked("sendMessage"); len(sent) != 1 || sent[0].params["reply_markup"] != "" {
			t.Errorf("sent %v", sent)
		}
	})
	t.Run("and is taken away by the next reply", func(t *testing.T) {
		server, channel := newStub(t)
		for _, reply := range []bot.Reply{{Text: "Số?", AskContact: "Gửi số"}, {Text: "Xong"}, {Text: "Khác"}} {
			if _, err := channel.Send(t.Context(), "42", reply); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(server.asked("deleteMessage")); n != 1 || len(server.asked("sendMessage")) != 4 {
			t.Errorf("asked %v", server.asked(""))
		}
	})
}

func asAny(t *testing.T, text string) (value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return value
}

func TestSendFilesAfterTheText(t *testing.T) {
	server, channel := newStub(t)
	ref, err := channel.Send(t.Context(), "42", bot.Reply{
		Text: "Báo cáo", Protect: true,
		Files: []bot.File{{Name: "mã.png", MIME: "image/png", Content: []byte("png")},
			{Name: "báo cáo.xlsx", MIME: "application/vnd.ms-excel", Content: []byte("x")}},
	})
	if err != nil || ref != "1" {
		t.Fatalf("Send = %q, %v", ref, err)
	}
	var got []string
	for _, r := range server.asked("") {
		got = append(got, fmt.Sprint(r.method, r.files, r.params["protect_content"]))
	}
	want := []string{"sendMessagemap[]true", "sendPhotomap[photo:mã.png]true",
		"sendDocumentmap[document:báo cáo.xlsx]true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAPictureThatIsRefusedGoesAsADocument(t *testing.T) {
	server, channel := newStub(t)
	server.answers(func(w http.ResponseWriter, r request) {
		if r.method == "sendPhoto" {
			say(w, 400, `{"ok":false,"error_code":400,"description":"Bad Request: PHOTO_INVALID_DIMENSIONS"}`)
			return
		}
		say(w, 200, `{"ok":true,"result":{"message_id":7}}`)
	})
	ref, err := channel.Send(t.Context(), "42", bot.Reply{
		Files:   []bot.File{{Name: "a.png", MIME: "image/png", Content: []byte("x")}},
		Buttons: [][]bot.Button{bot.Row(bot.Button{Label: "x", Action: bot.Act("x")})},
	})
	documents := server.asked("sendDocument")
	if err != nil || ref != "7" || len(documents) != 1 || documents[0].params["reply_markup"] == "" {
		t.Errorf("ref %q, %v, asked %v", ref, err, server.asked(""))
	}
}

func TestSendAsksNothingInVain(t *testing.T) {
	server, channel := newStub(t)
	for _, reply := range []bot.Reply{{}, {Buttons: [][]bot.Button{bot.Row(bot.Button{Label: "x",
		Action: bot.Act("x")})}}} {
		if ref, err := channel.Send(t.Context(), "42", reply); ref != "" || err != nil {
			t.Errorf("saying nothing: %q, %v", ref, err)
		}
	}
	for _, chat := range []string{"@channel", "", "4 2"} {
		if _, err := channel.Send(t.Context(), chat, bot.Reply{Text: "x"}); bot.FateOf(err) != bot.Refused {
			t.Errorf("%q: %v", chat, err)
		}
	}
	if asked := server.asked(""); len(asked) != 0 {
		t.Errorf("asked %v", asked)
	}
}

func TestEdit(t *testing.T) {
	server, channel := newStub(t)
	if err := channel.Edit(t.Context(), "42", "9", bot.Reply{Text: "Đã duyệt"}); err != nil {
		t.Fatal(err)
	}
	edits := server.asked("editMessageText")
	if len(edits) != 1 || edits[0].params["message_id"] != "9" ||
		edits[0].params["reply_markup"] != `{"inline_keyboard":[]}` {
		t.Errorf("asked %v: an edit without buttons takes the old ones away, with [] and not null", server.asked(""))
	}
	for _, ref := range []string{"", "x", "0", "-1"} {
		if err := channel.Edit(t.Context(), "42", ref, bot.Reply{Text: "x"}); bot.FateOf(err) != bot.Refused {
			t.Errorf("ref %q: %v", ref, err)
		}
	}
	if err := channel.Edit(t.Context(), "42", "9",
		bot.Reply{Text: strings.Repeat("x", 5000)}); bot.FateOf(err) != bot.Refused {
		t.Errorf("too long: %v", err)
	}
	server.answers(says(400, `{"ok":false,"error_code":400,`+
		`"description":"Bad Request: message is not modified: specified new message content and reply markup `+
		`are exactly the same"}`))
	if err := channel.Edit(t.Context(), "42", "9", bot.Reply{Text: "Đã duyệt"}); err != nil {
		t.Errorf("nothing to change: %v", err)
	}
	server.answers(says(400, `{"ok":false,"error_code":400,"description":"Bad Request: message to edit not found"}`))
	if err := channel.Edit(t.Context(), "42", "9", bot.Reply{Text: "x"}); bot.FateOf(err) != bot.Refused {
		t.Errorf("gone: %v", err)
	}
}

func TestPressedAndTyping(t *testing.T) {
	server, channel := newStub(t)
	press := bot.Inbound{EventID: eventID(5, "4382"), Action: "ok:1"}
	server.answers(says(200, `{"ok":true,"result":true}`)) // no Message: trap of the library's Send
	if err := channel.Pressed(t.Context(), press); err != nil {
		t.Fatal(err)
	}
	if asked := server.asked("answerCallbackQuery"); len(asked) != 1 || asked[0].params["callback_query_id"] != "4382" {
		t.Errorf("asked %v", asked)
	}
	if err := channel.Pressed(t.Context(), bot.Inbound{EventID: eventID(5, "1"), Text: "x"}); err != nil ||
		len(server.asked("")) != 1 {
		t.Errorf("a text has no button that waits: %v", err)
	}
	server.answers(says(400, `{"ok":false,"error_code":400,`+
		`"description":"Bad Request: query is too old and response timeout expired or query ID is invalid"}`))
	if err := channel.Pressed(t.Context(), press); err != nil {
		t.Errorf("too late: %v", err)
	}
	server.answers(says(200, `{"ok":true,"result":true}`))
	if err := channel.Typing(t.Context(), "42"); err != nil || len(server.asked("sendChatAction")) != 1 {
		t.Error(err)
	}
	server.answers(says(200, `{"ok":true,"result":{"id":1,"username":"canbo_bot"}}`))
	if name, err := channel.Username(t.Context()); name != "canbo_bot" || err != nil {
		t.Errorf("Username = %q, %v", name, err)
	}
}
