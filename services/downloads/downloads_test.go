package downloads_test

import (
	"bytes"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/downloads"
)

func TestDocumentIsTakenOnceAndIsGone(t *testing.T) {
	s := newShelf(t)
	token := s.offers("lan", sheet, false)
	want := downloads.View{Name: sheet.Name, MIME: sheet.MIME, Size: int64(len(sheet.Content)),
		ExpiresAt: s.now().Add(15 * time.Minute), Left: 15 * time.Minute}
	for range 3 { // a preview costs nothing
		view, err := s.Look(s.ctx, token)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, view); diff != "" {
			t.Errorf("look (-want +got):\n%s", diff)
		}
	}
	s.pass(15*time.Minute - time.Microsecond)
	s.takes(token, sheet)
	s.gone(token)
	row := s.row(s.lan)
	if row.Content != "" || row.TakenAt == nil || !row.TakenAt.Equal(s.now()) {
		t.Errorf("after it was taken: %d bytes, taken at %v", len(row.Content), row.TakenAt)
	}
}

func TestPictureIsFetchedUntilItExpires(t *testing.T) {
	s := newShelf(t)
	token := s.offers("lan", picture, true)
	for range 3 {
		s.takes(token, picture)
	}
	if view, err := s.Look(s.ctx, token); err != nil || !view.Picture {
		t.Errorf("look: %+v, %v", view, err)
	}
	if got := actions(s.entries(s.ward)); got != "file.offered file.taken" {
		t.Errorf("journal: %s", got)
	}
	s.pass(15 * time.Minute)
	s.gone(token)
}

func TestOfManyAtOnceOneGetsTheDocument(t *testing.T) {
	s := newShelf(t)
	token := s.offers("lan", sheet, false)
	var group sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[string]int{}
	for range 20 {
		group.Go(func() {
			file, err := s.Take(s.ctx, token)
			outcome := "refused"
			switch {
			case err == nil && bytes.Equal(file.Content, sheet.Content):
				outcome = "got it"
			case services.KindOf(err) != services.KindNotFound || file.Content != nil:
				outcome = "something else"
			}
			mu.Lock()
			defer mu.Unlock()
			outcomes[outcome]++
		})
	}
	group.Wait()
	if want := map[string]int{"got it": 1, "refused": 19}; !maps.Equal(outcomes, want) {
		t.Errorf("got %v, want %v", outcomes, want)
	}
	if got := actions(s.entries(s.ward)); got != "file.offered file.taken" {
		t.Errorf("journal: %s", got)
	}
}

// Many fetch a picture at once; all get it, and one row says so.
func TestPictureAtOnce(t *testing.T) {
	s := newShelf(t)
	token := s.offers("lan", picture, true)
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if file, err := s.Take(s.ctx, token); err != nil || !bytes.Equal(file.Content, picture.Content) {
				t.Errorf("%d bytes, %v", len(file.Content), err)
			}
		})
	}
	group.Wait()
	if got := actions(s.entries(s.ward)); got != "file.offered file.taken" {
		t.Errorf("journal: %s", got)
	}
}

// What ends a link: for a document that nobody took, and for a picture that was
// fetched before.
func TestLinkEnds(t *testing.T) {
	for name, end := range map[string]func(*shelf){
		"it expired":              func(s *shelf) { s.pass(15 * time.Minute) },
		"the account is unlinked": func(s *shelf) { s.set(&models.Account{}, s.clerk, "unlinked_at", s.now()) },
		"consent was withdrawn":   func(s *shelf) { s.set(&models.Consent{}, s.clerk, "withdrawn_at", s.now()) },
		"staff was retired":       func(s *shelf) { s.set(&models.Staff{}, s.staff, "active", false) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t)
			document, image := s.offers("clerk", sheet, false), s.offers("clerk", picture, true)
			s.takes(image, picture)
			other := s.offers("lan", picture, true)
			end(s)
			s.gone(document)
			s.gone(image)
			if name != "it expired" {
				s.takes(other, picture)
			}
			if got := actions(s.entries(s.ward)); strings.Count(got, "file.taken") > 2 {
				t.Errorf("journal: %s", got)
			}
		})
	}
}

func TestTokensThatAreNotOurs(t *testing.T) {
	s := newShelf(t)
	token := s.offers("lan", sheet, false)
	other := "a"
	if token[0] == 'a' {
		other = "b"
	}
	for _, wrong := range []string{
		"", "x", token[:31], token + "a", other + token[1:], strings.ToUpper(token), token[:31] + "1", token[:31] + "\n",
		token[:30] + "ắ"[:2],
		strings.Repeat("a", 32), strings.Repeat("a", 1<<20), "' OR 1=1 --' OR 1=1 --' OR 1=1 --"[:32], token[:31] + "\x00",
	} {
		s.gone(wrong)
	}
	s.takes(token, sheet)
}

// A token that cannot be ours is refused though the database is away; one that
// could be is an error of ours and not "no such file".
func TestMalformedTokenAsksNobody(t *testing.T) {
	s := newShelf(t)
	token := s.offers("lan", sheet, false)
	s.store.SQL.Close()
	s.gone(token[1:])
	if _, err := s.Look(s.ctx, token); services.KindOf(err) != services.KindInternal {
		t.Errorf("look without a database: %v", err)
	}
	if _, err := s.Take(s.ctx, token); services.KindOf(err) != services.KindInternal ||
		strings.Contains(err.Error(), token) {
		t.Errorf("take without a database: %v", err)
	}
}

func TestOfferIsRefused(t *testing.T) {
	shared := newShelf(t) // by those that change nothing
	for name, c := range map[string]struct {
		before        func(*shelf)
		channel, chat string
		size          int
		want          *services.Error
	}{
		"9 MB":               {chat: "chat-lan", size: 9 << 20, want: services.Invalid("file_size")},
		"a byte too many":    {chat: "chat-lan", size: downloads.MaxSize + 1, want: services.Invalid("file_size")},
		"nobody there":       {chat: "chat-nobody", want: services.NotFound("account")},
		"no chat":            {want: services.NotFound("account")},
		"on another channel": {channel: "telegram", chat: "chat-lan", want: services.NotFound("account")},
		"id instead of chat": {chat: "lan", want: services.NotFound("account")},
		"unlinked": {before: func(s *shelf) { s.set(&models.Account{}, s.lan, "unlinked_at", s.now()) },
			chat: "chat-lan", want: services.NotFound("account")},
		"never agreed": {before: func(s *shelf) { s.store.Where("1 = 1").Delete(&models.Consent{}) },
			chat: "chat-lan", want: services.NotFound("account")},
		"retired": {before: func(s *shelf) { s.set(&models.Staff{}, s.staff, "active", false) },
			chat: "chat-clerk", want: services.NotFound("account")},
		"erased by withdrawal": {before: func(s *shelf) { s.set(&models.Account{}, s.lan, "chat_id", "") },
			want: services.NotFound("account")},
	} {
		t.Run(name, func(t *testing.T) {
			s := shared
			if c.before != nil {
				s = newShelf(t)
				c.before(s)
			}
			channel := c.channel
			if channel == "" {
				channel = "zalo"
			}
			token, err := s.Offer(s.ctx, channel, c.chat, downloads.File{Name: "a.xlsx", Content: make([]byte, c.size)}, false)
			if token != "" || services.KindOf(err) != c.want.Kind || services.CodeOf(err) != c.want.Code {
				t.Errorf("got %q, %v; want %v", token, err, c.want)
			}
			var rows int64
			if err := s.store.Model(&models.Download{}).Count(&rows).Error; err != nil || rows != 0 ||
				len(s.entries(s.ward)) != 0 {
				t.Errorf("refused, and kept %d rows (%v)", rows, err)
			}
		})
	}
}

func TestSizesAtTheEdge(t *testing.T) {
	s := newShelf(t)
	for _, size := range []int{0, 1, downloads.MaxSize} {
		file := downloads.File{Name: "a.bin", MIME: "application/octet-stream", Content: bytes.Repeat([]byte{0xc3}, size)}
		token := s.offers("lan", file, false)
		if view, err := s.Look(s.ctx, token); err != nil || view.Size != int64(size) {
			t.Errorf("%d bytes: %+v, %v", size, view, err)
		}
		s.takes(token, file)
		s.gone(token)
	}
}

func TestDatabaseHoldsNeitherFileNorToken(t *testing.T) {
	s := newShelf(t)
	token := s.offers("lan", sheet, false)
	row := s.row(s.lan)
	for what, held := range map[string][]byte{"content": []byte(row.Content), "hash": row.TokenHash,
		"name": []byte(row.Name)} {
		for secret, text := range map[string]string{"file": "Nguyễn", "number": "0123456789", "token": token} {
			if bytes.Contains(held, []byte(text)) {
				t.Errorf("%s holds the %s", what, secret)
			}
		}
	}
	if len(row.Content) < len(sheet.Content) || row.AccountID != s.lan || row.WardID != s.ward || row.PersonID == nil ||
		*row.PersonID != s.lanID || row.StaffID != nil {
		t.Errorf("row: %+v", row)
	}
	// A content that was moved or changed is not handed out, and nothing is spent.
	s.set(&models.Download{}, row.ID, "content", row.Content[:len(row.Content)-4])
	if _, err := s.Take(s.ctx, token); services.KindOf(err) != services.KindInternal {
		t.Errorf("a damaged content: %v", err)
	}
	s.set(&models.Download{}, row.ID, "content", row.Content)
	s.takes(token, sheet)
}

func TestTokensAreAllDifferentAndLong(t *testing.T) {
	s := newShelf(t)
	seen := map[string]bool{}
	for range 20 {
		token := s.offers("lan", picture, true)
		if seen[token] || len(token) != 32 || strings.Trim(token, "abcdefghijklmnopqrstuvwxyz234567") != "" {
			t.Errorf("token of %d letters, or one that was there", len(token))
		}
		seen[token] = true
	}
}
