package channels_test

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"canbobot/services/channels"
)

// library is the service of one replica, as it keeps uploads.
func (w *world) library() *channels.Service {
	return channels.New(w.store, w.journal, w.box, w.now, slog.New(slog.DiscardHandler))
}

func (w *world) finds(u *channels.Uploads, owner, key, kind, want string) {
	w.t.Helper()
	if ref, err := u.Find(w.ctx, owner, key, kind); err != nil || ref != want {
		w.t.Errorf("%s %s %s: %q, %v, want %q", owner, key, kind, ref, err, want)
	}
}

func (w *world) purge() error {
	_, err := channels.PurgeUploads.Run(w.store.DB, w.now())
	return err
}

func (w *world) does(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// A reference is found by who kept it, on every replica, and by nobody else.
func TestAnUploadIsFoundByItsOwner(t *testing.T) {
	w := newWorld(t)
	here, there := w.library().Uploads("telegram"), w.library().Uploads("telegram")
	w.finds(here, "bot-1", "k", "photo", "")
	w.does(here.Keep(w.ctx, "bot-1", "k", "photo", "one", time.Time{}))
	w.finds(there, "bot-1", "k", "photo", "one")
	w.finds(here, "bot-2", "k", "photo", "")
	w.finds(here, "bot-1", "other", "photo", "")
	w.finds(here, "bot-1", "k", "document", "")
	w.finds(w.library().Uploads("zalo"), "bot-1", "k", "photo", "")
	w.pass(10 * 365 * 24 * time.Hour)
	w.does(w.purge())
	w.finds(here, "bot-1", "k", "photo", "one")
}

// The later of two takes the place of the earlier, which can no longer be
// forgotten.
func TestAnUploadTakesThePlaceOfTheOneBefore(t *testing.T) {
	w := newWorld(t)
	u := w.library().Uploads("zalo")
	w.does(u.Keep(w.ctx, "oa", "k", "file", "one", w.now().Add(time.Hour)))
	w.does(u.Keep(w.ctx, "oa", "k", "file", "two", w.now().Add(3*time.Hour)))
	w.does(u.Keep(w.ctx, "oa", "k", "image", "three", time.Time{}))
	w.does(u.Forget(w.ctx, "oa", "k", "file", "one"))
	w.does(u.Forget(w.ctx, "oa-2", "k", "file", "two"))
	w.does(w.library().Uploads("telegram").Forget(w.ctx, "oa", "k", "file", "two"))
	w.pass(2 * time.Hour)
	w.finds(u, "oa", "k", "file", "two")
	w.does(u.Forget(w.ctx, "oa", "k", "file", "two"))
	w.finds(u, "oa", "k", "file", "")
	w.finds(u, "oa", "k", "image", "three")
}

func TestAnUploadExpires(t *testing.T) {
	w := newWorld(t)
	u := w.library().Uploads("zalo")
	w.does(u.Keep(w.ctx, "oa", "k", "image", "one", w.now().Add(6*24*time.Hour)))
	w.does(u.Keep(w.ctx, "oa", "later", "image", "two", w.now().Add(7*24*time.Hour)))
	w.pass(6*24*time.Hour - time.Microsecond)
	w.finds(u, "oa", "k", "image", "one")
	w.does(w.purge())
	w.finds(u, "oa", "k", "image", "one")
	w.pass(time.Microsecond)
	w.finds(u, "oa", "k", "image", "")
	if w.count("uploads", "1 = 1") != 2 {
		t.Error("finding deletes")
	}
	w.does(w.purge())
	if w.count("uploads", "1 = 1") != 1 {
		t.Errorf("%d rows are left", w.count("uploads", "1 = 1"))
	}
	// Kept anew it is good for as long as the new one.
	w.does(u.Keep(w.ctx, "oa", "k", "image", "three", w.now().Add(time.Hour)))
	w.finds(u, "oa", "k", "image", "three")
}

// Replicas that upload at once leave one row.
func TestUploadsKeptAtOnce(t *testing.T) {
	w := newWorld(t)
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			if err := w.library().Uploads("zalo").Keep(w.ctx, "oa", "k", "image", fmt.Sprint("ref-", i),
				time.Time{}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := w.count("uploads", "ref LIKE 'ref-%'"); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestUploadsSayThatTheDatabaseIsAway(t *testing.T) {
	w := newWorld(t)
	u := w.library().Uploads("zalo")
	w.exec("ALTER TABLE uploads RENAME TO uploads_away")
	if _, err := u.Find(w.ctx, "oa", "k", "image"); err == nil {
		t.Error("found without a table")
	}
	if u.Keep(w.ctx, "oa", "k", "image", "one", time.Time{}) == nil ||
		u.Forget(w.ctx, "oa", "k", "image", "one") == nil || w.purge() == nil {
		t.Error("no error without a table")
	}
}
