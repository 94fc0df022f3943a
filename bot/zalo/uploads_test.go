package zalo_test

import (
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/channeltest"
	"canbobot/bot/zalo"
	"canbobot/bot/zalo/zalotest"
)

func TestAFileForManyIsUploadedOnce(t *testing.T) {
	channeltest.RunUploads(t, func(t *testing.T) channeltest.Uploading {
		l := newLine(t, nil)
		return channeltest.Uploading{
			Channel: func(uploads bot.Uploads) bot.Channel { return l.replica(t, uploads, time.Now) },
			Chat:    l.Chat, Shown: l.Shown, Uploads: l.server.Uploads,
			Lose: map[string]func(){"it expires": l.server.ExpireUploads, "its ids are unknown": l.server.ForgetUploads},
			Fail: func() {
				for _, path := range []string{"v2.0/oa/upload/image", "v2.0/oa/upload/file"} {
					l.server.Fail(zalotest.Fault{Path: path, Code: -32, Text: "rate limit", Times: 1})
				}
			},
		}
	})
}

func (l *line) replica(t *testing.T, uploads bot.Uploads, clock func() time.Time) *zalo.Channel {
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	t.Cleanup(transport.CloseIdleConnections)
	return zalo.New(zalo.Config{
		AppID: l.server.AppID, AppSecret: l.server.AppSecret, OASecret: l.server.OASecret, APIURL: l.server.URL,
		BusinessURL: l.server.URL,
		Tokens:      l.pair, Shelf: l, TextLimit: 2000, Uploads: uploads,
		Client: &http.Client{Transport: transport}, Clock: clock, Logger: slog.New(slog.DiscardHandler),
	})
}

var paper = bot.File{Name: "a.pdf", MIME: "application/pdf", Content: []byte("%PDF"), Key: "k"}

// A reference is kept for six of the seven days that Zalo keeps the file, and
// belongs to the account once that is named.
func TestUploadsAreTheAccounts(t *testing.T) {
	l, store := newLine(t, nil), &channeltest.Library{}
	at := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	channel := l.replica(t, store, func() time.Time { return at })
	for i, id := range []string{"", l.server.OAID, l.server.OAID, "another"} {
		channel.OwnedBy(id)
		if _, err := channel.Send(t.Context(), l.Chat(i), bot.Reply{Files: []bot.File{paper}}); err != nil {
			t.Fatal(err)
		}
	}
	app := l.server.AppID
	names := store.Names()
	slices.Sort(names)
	if want := []string{app + " k file", app + "/" + l.server.OAID + " k file",
		app + "/another k file"}; !slices.Equal(names, want) || l.server.Uploads() != 3 {
		t.Errorf("kept %q with %d uploads", names, l.server.Uploads())
	}
	if ref, until := store.Kept(app + " k file"); ref == "" || !until.Equal(at.Add(6*24*time.Hour)) {
		t.Errorf("kept %q until %s", ref, until)
	}
}

// A message that Zalo refuses for another reason than the file costs one more
// upload, and then its reader fetches the file, as ever.
func TestAFileThatIsNotToBlame(t *testing.T) {
	l, store := newLine(t, nil), &channeltest.Library{}
	channel := l.replica(t, store, time.Now)
	for n := range 2 {
		l.server.Recover()
		if n == 1 {
			l.server.Fail(zalotest.Fault{Path: "v3.0/oa/message/cs", Code: -201, Text: "elements are invalid", Times: 2})
		}
		if _, err := channel.Send(t.Context(), l.Chat(n), bot.Reply{Files: []bot.File{paper}}); err != nil {
			t.Fatal(err)
		}
	}
	if shown := l.Shown(l.Chat(1)); len(shown) != 1 || !shown[0].Link || l.server.Uploads() != 2 {
		t.Errorf("%+v with %d uploads", shown, l.server.Uploads())
	}
}
