package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"canbobot/bot"
)

// stuck are uploads kept in a database that answers nobody.
type stuck struct{}

func (stuck) Find(ctx context.Context, _, _, _ string) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}
func (stuck) Keep(ctx context.Context, _, _, _, _ string, _ time.Time) error {
	<-ctx.Done()
	return ctx.Err()
}
func (s stuck) Forget(ctx context.Context, _, _, _, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

// empty are uploads of which none was kept.
type empty struct{}

func (empty) Find(context.Context, string, string, string) (string, error) { return "", nil }
func (empty) Keep(context.Context, string, string, string, string, time.Time) error {
	return nil
}
func (empty) Forget(context.Context, string, string, string, string) error { return nil }

var (
	wanted = bot.Upload{Owner: "bot", Key: "k", Kinds: []string{"photo"}}
	made   = bot.Uploaded{Kind: "photo", Ref: "r"}
)

func uploader(uploads bot.Uploads) *bot.Uploader {
	return &bot.Uploader{Uploads: uploads, Clock: time.Now, Logger: slog.New(slog.DiscardHandler)}
}

// brings waits for what a caller is brought.
func brings(ctx context.Context, u *bot.Uploader, upload func() (bot.Uploaded, error)) chan error {
	done := make(chan error, 1)
	go func() {
		err := errors.New("ended without a result")
		defer func() { done <- err }()
		var got bot.Uploaded
		if got, _, err = u.Bring(ctx, wanted, bot.Uploaded{}, upload); err == nil && got != made {
			err = errors.New("something else was brought")
		}
	}()
	return done
}

// A database that hangs delays a file by seconds, and nobody more than once.
func TestAFileGoesThoughTheDatabaseHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u, uploads, start := uploader(stuck{}), 0, time.Now()
		upload := func() (bot.Uploaded, error) { uploads++; return made, nil }
		first := brings(t.Context(), u, upload)
		synctest.Wait()
		second := brings(t.Context(), u, upload)
		if err := errors.Join(<-first, <-second); err != nil || uploads != 1 || time.Since(start) > 10*time.Second {
			t.Errorf("%v, %d uploads after %s", err, uploads, time.Since(start))
		}
	})
}

// Whoever waits for another's upload waits no longer than they may, and whoever
// ends without a result leaves the upload to the next.
func TestWaitingForAnothersUpload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := uploader(empty{})
		dies := make(chan struct{})
		first := brings(t.Context(), u, func() (bot.Uploaded, error) {
			<-dies
			runtime.Goexit()
			return bot.Uploaded{}, nil
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		impatient := brings(ctx, u, func() (bot.Uploaded, error) { t.Error("uploaded beside another"); return made, nil })
		if err := <-impatient; bot.FateOf(err) != bot.Retry || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waited to the end: %v", err)
		}
		patient := brings(t.Context(), u, func() (bot.Uploaded, error) { return made, nil })
		synctest.Wait()
		close(dies)
		if err := <-first; err == nil {
			t.Error("the first has a result")
		}
		if err := <-patient; err != nil {
			t.Errorf("after the first died: %v", err)
		}
	})
}

// Files with different names do not wait for each other.
func TestOtherFilesDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u, held := uploader(empty{}), make(chan struct{})
		first := brings(t.Context(), u, func() (bot.Uploaded, error) { <-held; return made, nil })
		synctest.Wait()
		other := wanted
		other.Key = "k2"
		if got, fresh, err := u.Bring(t.Context(), other, bot.Uploaded{},
			func() (bot.Uploaded, error) { return made, nil }); got != made || !fresh || err != nil {
			t.Errorf("%+v %v %v", got, fresh, err)
		}
		close(held)
		if err := <-first; err != nil {
			t.Error(err)
		}
	})
}

// stale are uploads that cannot be forgotten.
type stale struct {
	empty
	held chan struct{} // found is what is found once this is closed
}

func (s stale) Find(context.Context, string, string, string) (string, error) {
	<-s.held
	return "old", nil
}
func (stale) Forget(context.Context, string, string, string, string) error {
	return errors.New("away")
}

// A reference that was refused is not brought again to who met the refusal: not
// by a store that cannot forget it, and not by who looks it up at that moment.
func TestARefusedReferenceIsNotBroughtAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old, held := bot.Uploaded{Kind: "photo", Ref: "old"}, make(chan struct{})
		u := uploader(stale{held: held})
		upload := func() (bot.Uploaded, error) { return made, nil }
		var group sync.WaitGroup
		group.Go(func() {
			if got, fresh, err := u.Bring(t.Context(), wanted, bot.Uploaded{}, upload); got != old || fresh || err != nil {
				t.Errorf("what is kept: %+v %v %v", got, fresh, err)
			}
		})
		synctest.Wait()
		group.Go(func() {
			if got, fresh, err := u.Bring(t.Context(), wanted, old, upload); got != made || !fresh || err != nil {
				t.Errorf("once refused: %+v %v %v", got, fresh, err)
			}
		})
		synctest.Wait()
		close(held)
		group.Wait()
	})
}
