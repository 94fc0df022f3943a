package telegram_test

import (
	"slices"
	"testing"

	"canbobot/bot"
	"canbobot/bot/channeltest"
	"canbobot/bot/telegram"
	"canbobot/bot/telegram/telegramtest"
)

func TestAFileForManyIsUploadedOnce(t *testing.T) {
	channeltest.RunUploads(t, func(t *testing.T) channeltest.Uploading {
		l := newLine(t, nil)
		return channeltest.Uploading{
			Channel: func(uploads bot.Uploads) bot.Channel { return l.replica(t, uploads) },
			Chat:    l.Chat, Shown: l.Shown, Uploads: l.server.Uploads,
			Lose: map[string]func(){"its ids mean nothing any more": l.server.ForgetUploads},
			Fail: func() {
				for _, method := range []string{"sendPhoto", "sendDocument"} {
					l.server.Fail(telegramtest.Fault{Method: method, Status: 429, RetryAfter: 600, Times: 1})
				}
			},
		}
	})
}

func (l *line) replica(t *testing.T, uploads bot.Uploads) *telegram.Channel {
	return telegram.New(telegram.Config{Token: l.server.Token, APIURL: l.server.URL, Client: l.client(t),
		Uploads: uploads})
}

var paper = bot.File{Name: "a.pdf", MIME: "application/pdf", Content: []byte("%PDF"), Key: "k"}

// What is kept belongs to the bot, not to its token: another bot uploads for
// itself, and after a change of the token nothing is uploaded again.
func TestIdsBelongToTheBot(t *testing.T) {
	l, store := newLine(t, nil), &channeltest.Library{}
	for i, token := range []string{"123456789:AAF-the-first-token", "123456789:AAF-the-second-token",
		"987654321:AAF-another-bot"} {
		l.server.Token = token
		channel := telegram.New(telegram.Config{Token: token, APIURL: l.server.URL, Client: l.client(t), Uploads: store})
		if _, err := channel.Send(t.Context(), l.Chat(i), bot.Reply{Files: []bot.File{paper}}); err != nil {
			t.Fatal(err)
		}
	}
	names := store.Names()
	slices.Sort(names)
	if want := []string{"123456789 k document", "987654321 k document"}; !slices.Equal(names, want) ||
		l.server.Uploads() != 2 {
		t.Errorf("kept %q with %d uploads", names, l.server.Uploads())
	}
}

// Of a photo the largest size is kept, for ever; and the fake knows its ids also
// when it keeps no history.
func TestTheLargestSizeOfAPhotoIsKept(t *testing.T) {
	l, store := newLine(t, nil), &channeltest.Library{}
	l.server.Quiet = true
	picture := bot.File{Name: "a.png", MIME: "image/png", Content: []byte("\x89PNG\r\n\x1a\n"), Key: "k"}
	for n := range 3 {
		if _, err := l.replica(t, store).Send(t.Context(), l.Chat(n),
			bot.Reply{Files: []bot.File{picture}, Protect: true}); err != nil {
			t.Fatal(err)
		}
	}
	if ref, until := store.Kept("123456789 k photo"); ref != "sent-1" || !until.IsZero() {
		t.Errorf("kept %q until %s", ref, until)
	}
	if l.server.Uploads() != 1 || l.server.Sent() != 3 {
		t.Errorf("%d uploads, %d messages", l.server.Uploads(), l.server.Sent())
	}
}

// Whoever blocked the bot keeps nobody else from the file, and a picture that is
// no photo for Telegram is not offered as one again and again.
func TestWhoComesFirstMayFail(t *testing.T) {
	l, store := newLine(t, nil), &channeltest.Library{}
	channel := l.replica(t, store)
	l.server.User(number(l.Chat(0)), "Hoa").Block()
	odd := bot.File{Name: "a.png", MIME: "image/png", Content: []byte("no picture"), Key: "odd"}
	for _, file := range []bot.File{paper, odd} {
		for n := range 4 {
			_, err := channel.Send(t.Context(), l.Chat(n), bot.Reply{Files: []bot.File{file}})
			if n == 0 && bot.FateOf(err) != bot.Unreachable || n > 0 && err != nil {
				t.Errorf("%s to person %d: %v", file.Name, n, err)
			}
		}
	}
	// The blocked person, and the first of the others, met the refusal.
	if l.server.Uploads() != 2 || l.server.Calls("sendPhoto") != 2 {
		t.Errorf("%d uploads, %d tries as a photo", l.server.Uploads(), l.server.Calls("sendPhoto"))
	}
	if names := store.Names(); len(names) != 2 || !slices.Contains(names, "123456789 odd document") {
		t.Errorf("kept %q", names)
	}
}

// A chat that takes no photos is sent the picture as a document, and what others
// are shown stays.
func TestAChatWithoutPhotos(t *testing.T) {
	l, store := newLine(t, nil), &channeltest.Library{}
	channel := l.replica(t, store)
	picture := bot.File{Name: "a.png", MIME: "image/png", Content: []byte("\x89PNG\r\n\x1a\n"), Key: "k"}
	send := func(n int) {
		t.Helper()
		if _, err := channel.Send(t.Context(), l.Chat(n), bot.Reply{Files: []bot.File{picture}}); err != nil {
			t.Fatal(err)
		}
	}
	send(0)
	l.server.Fail(telegramtest.Fault{Method: "sendPhoto", Status: 400,
		Text: "Bad Request: not enough rights to send photos to the chat"})
	send(1)
	l.server.Recover()
	send(2)
	if ref, _ := store.Kept("123456789 k photo"); ref != "sent-1" || l.server.Uploads() != 2 {
		t.Errorf("kept %q with %d uploads", ref, l.server.Uploads())
	}
}
