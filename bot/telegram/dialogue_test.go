package telegram_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/telegram"
	"canbobot/bot/telegram/telegramtest"
)

// A title is bold and nothing else is; colours and protection arrive.
func TestWhatAPersonSees(t *testing.T) {
	l := newLine(t, nil)
	hoa := l.server.Known(firstPerson, "Hoa")
	_, err := l.channel.Send(t.Context(), chatOf(hoa), bot.Reply{
		Title: "Đề nghị <12> 🎉", Text: "Chờ duyệt & ký", Protect: true,
		Buttons: [][]bot.Button{bot.Row(
			bot.Button{Label: "Duyệt", Action: bot.Act("a"), Style: bot.Positive},
			bot.Button{Label: "Từ chối", Action: bot.Act("b"), Style: bot.Negative},
			bot.Button{Label: "Xem", Action: bot.Act("c")},
		)},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := hoa.Messages()[0]
	if !slices.Equal(got.Bold, []string{"Đề nghị <12> 🎉"}) || got.Text != "Đề nghị <12> 🎉\nChờ duyệt & ký" ||
		!got.Protected {
		t.Errorf("shown %+v", got)
	}
	var styles []string
	for _, button := range got.Buttons[0] {
		styles = append(styles, button.Style)
	}
	if !slices.Equal(styles, []string{"success", "danger", ""}) {
		t.Errorf("styles %q", styles)
	}
}

// The contact keyboard comes with a question and goes with the next answer,
// whatever that is, and leaves no message behind.
func TestContactKeyboardComesAndGoes(t *testing.T) {
	buttons := [][]bot.Button{bot.Row(bot.Button{Label: "Huỷ", Action: bot.Act("cancel")})}
	ask := bot.Reply{Text: "Xin số điện thoại", AskContact: "Gửi số của tôi", Buttons: buttons}
	for name, next := range map[string]func(l *line, chat, ref string) error{
		"a plain reply": func(l *line, chat, _ string) error {
			_, err := l.channel.Send(t.Context(), chat, bot.Reply{Text: "Xong"})
			return err
		},
		"a reply with buttons": func(l *line, chat, _ string) error {
			_, err := l.channel.Send(t.Context(), chat, bot.Reply{Text: "Xong", Buttons: buttons})
			return err
		},
		"the question redrawn": func(l *line, chat, ref string) error {
			return l.channel.Edit(t.Context(), chat, ref, bot.Reply{Text: "Xong"})
		},
	} {
		l := newLine(t, nil)
		hoa := l.server.Known(firstPerson, "Hoa")
		ref, err := l.channel.Send(t.Context(), chatOf(hoa), ask)
		if err != nil {
			t.Fatal(err)
		}
		if labels, asks := hoa.Keyboard(); !asks || labels[0][0] != "Gửi số của tôi" {
			t.Fatalf("%s: keyboard %q", name, labels)
		}
		if first := hoa.Messages()[0]; ref == "" || len(first.Buttons) != 1 || first.AsksContact {
			t.Errorf("%s: the question is %+v", name, first)
		}
		if err := next(l, chatOf(hoa), ref); err != nil {
			t.Fatal(err)
		}
		if labels, _ := hoa.Keyboard(); labels != nil {
			t.Errorf("%s: the keyboard %q stays", name, labels)
		}
		if slices.ContainsFunc(hoa.Messages(), func(m telegramtest.Message) bool { return m.Text == "⌛" }) {
			t.Errorf("%s: the message that took the keyboard away is still there", name)
		}
	}
}

// A process that was started between the question and the contact still takes
// the keyboard away: whoever shares a contact has one.
func TestContactKeyboardGoesAfterARestart(t *testing.T) {
	l := newLine(t, nil)
	hoa := l.server.Known(firstPerson, "Hoa")
	if _, err := l.channel.Send(t.Context(), chatOf(hoa), bot.Reply{Text: "Xin số", AskContact: "Gửi số"}); err != nil {
		t.Fatal(err)
	}
	l.channel = telegram.New(telegram.Config{Token: l.server.Token, APIURL: l.server.URL, Client: l.client(t)})
	taken := newTaker(nil)
	l.poll(t, taken)
	hoa.SendCard("84912345678", hoa.ID)
	taken.wait(t, 1)
	if _, err := l.channel.Send(t.Context(), chatOf(hoa), bot.Reply{Text: "Cảm ơn"}); err != nil {
		t.Fatal(err)
	}
	if labels, _ := hoa.Keyboard(); labels != nil {
		t.Errorf("the keyboard %q stays", labels)
	}
}

// A chat asks for a pause in the middle of a long reply: the rest follows, and
// the beginning is not said twice.
func TestALongReplyIsFinished(t *testing.T) {
	t.Parallel()
	l := newLine(t, nil)
	hoa := l.server.Known(firstPerson, "Hoa")
	l.server.Fail(telegramtest.Fault{Method: "sendMessage", Every: 2, Times: 1, Status: 429, RetryAfter: 1})
	l.server.Fail(telegramtest.Fault{Method: "sendDocument", Times: 1, Status: 429, RetryAfter: 1})
	began := time.Now()
	_, err := l.channel.Send(t.Context(), chatOf(hoa), bot.Reply{
		Text:  strings.TrimSpace(strings.Repeat("một dòng\n", 600)),
		Files: []bot.File{{Name: "a.pdf", MIME: "application/pdf", Content: []byte("%PDF")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	shown := hoa.Messages()
	if len(shown) != 3 || shown[2].FileName != "a.pdf" ||
		shown[0].Text+"\n"+shown[1].Text != strings.TrimSpace(strings.Repeat("một dòng\n", 600)) {
		t.Errorf("%d messages", len(shown))
	}
	if took := time.Since(began); took < 2*time.Second {
		t.Errorf("it waited %s, and was asked to wait twice a second", took)
	}
}

// What was sent keeps its reference although the file after it failed.
func TestAReferenceComesWithAnError(t *testing.T) {
	l := newLine(t, nil)
	hoa := l.server.Known(firstPerson, "Hoa")
	l.server.Fail(telegramtest.Fault{Method: "sendDocument", Status: 413})
	ref, err := l.channel.Send(t.Context(), chatOf(hoa),
		bot.Reply{Text: "Đây ạ", Files: []bot.File{{Name: "a.pdf", Content: []byte("%PDF")}}})
	if ref == "" || bot.FateOf(err) != bot.Refused {
		t.Errorf("ref %q, %v", ref, err)
	}
}

func TestFetchBringsWhatAPersonSent(t *testing.T) {
	l := newLine(t, nil)
	taken := newTaker(nil)
	l.poll(t, taken)
	hoa := l.server.User(firstPerson, "Hoa")
	content := bytes.Repeat([]byte("ảnh"), 1000)
	hoa.SendPhoto(content)
	hoa.SendDocument("quyết định.pdf", content, "Gửi phường")
	came := taken.wait(t, 2)
	for _, in := range came {
		got, err := l.channel.Fetch(t.Context(), in.Attachment.ID, int64(len(content)))
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: %d bytes, %v", in.Attachment.Kind, len(got), err)
		}
		if _, err := l.channel.Fetch(t.Context(), in.Attachment.ID, 10); err == nil {
			t.Errorf("%s: more than the limit was fetched", in.Attachment.Kind)
		}
	}
	if came[1].Text != "Gửi phường" || came[1].Attachment.Name != "quyết định.pdf" {
		t.Errorf("%+v", came[1])
	}
	l.server.Fail(telegramtest.Fault{Method: "file", Status: 502, Body: "<html>"})
	_, err := l.channel.Fetch(t.Context(), came[0].Attachment.ID, 1<<20)
	if failed := (*bot.SendError)(nil); !errors.As(err, &failed) || strings.Contains(err.Error(), l.server.Token) {
		t.Errorf("%v", err)
	}
}

func TestCommandsAndName(t *testing.T) {
	l := newLine(t, nil)
	if err := l.channel.SetCommands(t.Context(), []telegram.Command{{Name: "menu", Description: "Trang chủ"},
		{Name: "huy", Description: "Bỏ dở"}}); err != nil {
		t.Error(err)
	}
	if err := l.channel.SetCommands(t.Context(),
		[]telegram.Command{{Name: "Trang chủ", Description: "x"}}); bot.FateOf(err) != bot.Refused {
		t.Errorf("a name that is none: %v", err)
	}
	if name, err := l.channel.Username(t.Context()); err != nil || name != "canbo_test_bot" {
		t.Errorf("%q, %v", name, err)
	}
	hoa := l.server.Known(firstPerson, "Hoa")
	if err := l.channel.Typing(t.Context(), chatOf(hoa)); err != nil || hoa.Typing() != 1 {
		t.Errorf("typing %d times, %v", hoa.Typing(), err)
	}
}
