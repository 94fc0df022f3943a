package bot

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// Uploads remembers what one platform calls the files that were uploaded to it,
// for every replica and across restarts. The owner is the bot or account that
// uploaded: another one's references mean nothing to the platform.
type Uploads interface {
	// Find returns the reference of a file; empty when there is none that is good.
	Find(ctx context.Context, owner, key, kind string) (ref string, err error)
	// Keep puts a reference in the place of the one before. With a zero until it
	// is good for as long as the platform takes it.
	Keep(ctx context.Context, owner, key, kind, ref string, until time.Time) error
	// Forget drops a reference, unless another has taken its place.
	Forget(ctx context.Context, owner, key, kind, ref string) error
}

// Upload says which file is wanted at a platform.
type Upload struct {
	Owner string
	Key   string   // File.Key; nothing is remembered of a file without one
	Kinds []string // as what the platform may have it, the likeliest first
}

// Uploaded is a file at a platform: as what it is shown, and the platform's
// reference to it, of which nobody else reads anything.
type Uploaded struct{ Kind, Ref string }

// storePatience bounds one asking of Uploads: a file is sooner uploaded once
// more than late.
const storePatience = 3 * time.Second

// Uploader has a file that goes to many uploaded once. Of those who want one at
// the same time the first looks it up, and uploads it when it is not known; the
// others wait, and show it by the reference.
type Uploader struct {
	Uploads Uploads       // nil remembers nothing
	Lasts   time.Duration // how long a reference is good; 0 for as long as the platform takes it
	Clock   func() time.Time
	Logger  *slog.Logger

	mu       sync.Mutex
	underway map[string]*uploading
}

// uploading is a file that somebody looks up or uploads at this moment.
type uploading struct {
	done chan struct{}
	got  Uploaded // once done; empty when it came to nothing
}

// Bring returns a file at the platform. Refused is a reference that the platform
// has just refused to the caller: it is forgotten, and not returned. Fresh says
// that the caller's own upload was called; an error is that of upload, or a *SendError when ctx ended while another
// was uploading. A failed
// upload is the failure of its caller alone: the next one uploads. What Uploads
// fails at is logged, and the file is uploaded.
func (u *Uploader) Bring(ctx context.Context, want Upload, refused Uploaded,
	upload func() (Uploaded, error)) (got Uploaded, fresh bool, err error) {
	if u.Uploads == nil || want.Key == "" || want.Owner == "" {
		got, err = upload()
		return got, true, err
	}
	name := strings.Join([]string{want.Owner, want.Key, want.Kinds[0]}, "\n")
	for {
		other, first := u.join(name)
		if first {
			return u.lead(ctx, name, other, want, refused, upload)
		}
		select {
		case <-other.done:
		case <-ctx.Done():
			return Uploaded{}, false, &SendError{Fate: Retry, Cause: fmt.Errorf("wait for another's upload: %w", ctx.Err())}
		}
		if other.got.Ref != "" && other.got != refused {
			return other.got, false, nil
		}
	}
}

func (u *Uploader) join(name string) (one *uploading, first bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if one = u.underway[name]; one != nil {
		return one, false
	}
	if u.underway == nil {
		u.underway = map[string]*uploading{}
	}
	one = &uploading{done: make(chan struct{})}
	u.underway[name] = one
	return one, true
}

// lead looks the file up, or uploads it, for all who wait.
func (u *Uploader) lead(ctx context.Context, name string, mine *uploading, want Upload, refused Uploaded,
	upload func() (Uploaded, error)) (got Uploaded, fresh bool, err error) {
	defer func() {
		u.mu.Lock()
		delete(u.underway, name)
		u.mu.Unlock()
		close(mine.done)
	}()
	if refused.Ref != "" {
		u.ask(ctx, "forget", func(ctx context.Context) error {
			return u.Uploads.Forget(ctx, want.Owner, want.Key, refused.Kind, refused.Ref)
		})
	}
	for _, kind := range want.Kinds {
		known := Uploaded{Kind: kind}
		if !u.ask(ctx, "find", func(ctx context.Context) (err error) {
			known.Ref, err = u.Uploads.Find(ctx, want.Owner, want.Key, kind)
			return err
		}) {
			break // it would fail at the next kind too, perhaps as slowly
		}
		if known.Ref != "" && known != refused {
			mine.got = known
			return known, false, nil
		}
	}
	if got, err = upload(); err != nil || got.Ref == "" {
		return got, true, err
	}
	mine.got = got
	until := time.Time{}
	if u.Lasts > 0 {
		until = u.Clock().Add(u.Lasts)
	}
	// It is at the platform now, whatever becomes of who brought it there.
	u.ask(context.WithoutCancel(ctx), "keep", func(ctx context.Context) error {
		return u.Uploads.Keep(ctx, want.Owner, want.Key, got.Kind, got.Ref, until)
	})
	return got, true, nil
}

// ask asks Uploads, which may fail.
func (u *Uploader) ask(ctx context.Context, what string, do func(ctx context.Context) error) bool {
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	err := do(ctx)
	if err != nil {
		u.Logger.Warn("references of uploaded files are away", "asked to", what, "error", err)
	}
	return err == nil
}
