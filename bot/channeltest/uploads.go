package channeltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"canbobot/bot"
)

// Uploading is a fresh platform to which files are uploaded, and shown by its
// references.
type Uploading struct {
	// Channel makes a channel over the platform; each one is a replica.
	Channel func(uploads bot.Uploads) bot.Channel
	Chat    func(n int) (chatID string)
	Shown   func(chatID string) []Message
	// Uploads counts the files that the platform has taken.
	Uploads func() int64
	// Lose are the ways in which it ceases to take its references.
	Lose map[string]func()
	// Fail makes the next upload fail as bot.Retry.
	Fail func()
}

// crowd is how many are sent a file at once.
const crowd = 50

// RunUploads holds a channel that reuses uploaded files to what File.Key
// promises.
func RunUploads(t *testing.T, open func(t *testing.T) Uploading) {
	for _, file := range []bot.File{
		{Name: "thong-bao-12.pdf", MIME: "application/pdf", Content: []byte("%PDF-1.7 " + strings.Repeat("x", 5_000)),
			Key: "notice-12-aa"},
		{Name: "thong-bao-12.png", MIME: "image/png", Content: []byte("\x89PNG\r\n\x1a\n" + strings.Repeat("x", 5_000)),
			Key: "notice-12-bb"},
	} {
		for name, check := range map[string]func(*uploads){
			"once for a crowd":                  (*uploads).once,
			"anew for what the platform lost":   (*uploads).lost,
			"a failed one does not end another": (*uploads).failed,
			"without a store":                   (*uploads).storeless,
			"each for itself without a key":     (*uploads).keyless,
			"another file is another":           (*uploads).another,
		} {
			t.Run(file.MIME+" "+name, func(t *testing.T) {
				check(&uploads{t: t, Uploading: open(t), file: file, store: &Library{}, arrived: map[int]int{}})
			})
		}
	}
}

// uploads is one check underway.
type uploads struct {
	Uploading
	t       *testing.T
	file    bot.File
	store   *Library
	arrived map[int]int // how many files each person has been sent
}

// everybody sends the file to the whole crowd at once; failures may be had by as
// many, and only as bot.Retry.
func (u *uploads) everybody(channel bot.Channel, failures int) {
	u.t.Helper()
	var group sync.WaitGroup
	var mu sync.Mutex
	var failed atomic.Int64
	for n := range crowd {
		chat := u.Chat(n)
		group.Go(func() {
			_, err := channel.Send(u.t.Context(), chat, bot.Reply{Text: "Thông báo", Files: []bot.File{u.file}})
			switch {
			case err == nil:
				mu.Lock()
				defer mu.Unlock()
				u.arrived[n]++
			case bot.FateOf(err) == bot.Retry:
				failed.Add(1)
			default:
				u.t.Errorf("person %d: %v", n, err)
			}
		})
	}
	group.Wait()
	if int(failed.Load()) != failures {
		u.t.Errorf("%d were sent nothing, not %d", failed.Load(), failures)
	}
	for n := range crowd {
		u.has(n, u.arrived[n])
	}
}

// has wants a person to have been shown the file so many times.
func (u *uploads) has(n, times int) {
	u.t.Helper()
	var files []File
	for _, message := range u.Shown(u.Chat(n)) {
		files = append(files, message.Files...)
	}
	if len(files) != times {
		u.t.Errorf("person %d has %d files, not %d", n, len(files), times)
	}
	for _, file := range files {
		if file.Name != u.file.Name || !bytes.Equal(file.Content, u.file.Content) {
			u.t.Errorf("person %d was shown %q of %d bytes", n, file.Name, len(file.Content))
		}
	}
}

func (u *uploads) uploaded(want int64) {
	u.t.Helper()
	if got := u.Uploads(); got != want {
		u.t.Errorf("uploaded %d times, not %d", got, want)
	}
}

// once: one upload for a crowd, and none for whoever comes later, on this
// replica or on another.
func (u *uploads) once() {
	here, there := u.Channel(u.store), u.Channel(u.store)
	u.everybody(here, 0)
	u.uploaded(1)
	u.everybody(there, 0)
	u.everybody(here, 0)
	u.uploaded(1)
}

func (u *uploads) lost() {
	channel := u.Channel(u.store)
	u.everybody(channel, 0)
	want := int64(1)
	for name, lose := range u.Lose {
		u.t.Log(name)
		lose()
		want++
		u.everybody(channel, 0)
		u.uploaded(want)
	}
	u.everybody(u.Channel(u.store), 0)
	u.uploaded(want)
}

func (u *uploads) failed() {
	u.Fail()
	u.everybody(u.Channel(u.store), 1)
	u.uploaded(1)
}

// storeless: while the store is away files are uploaded, and arrive.
func (u *uploads) storeless() {
	channel := u.Channel(u.store)
	u.store.Break(true)
	u.everybody(channel, 0)
	before := u.Uploads()
	if before < 1 || before > crowd {
		u.t.Errorf("uploaded %d times", before)
	}
	u.store.Break(false)
	u.everybody(channel, 0)
	u.uploaded(before + 1)
}

func (u *uploads) keyless() {
	u.file.Key = ""
	u.everybody(u.Channel(u.store), 0)
	u.uploaded(crowd)
	if names := u.store.Names(); len(names) != 0 {
		u.t.Errorf("kept: %q", names)
	}
}

func (u *uploads) another() {
	channel := u.Channel(u.store)
	u.everybody(channel, 0)
	u.file.Key, u.file.Content = "notice-13-cc", append(bytes.Clone(u.file.Content), 'y')
	_, err := channel.Send(u.t.Context(), u.Chat(crowd), bot.Reply{Files: []bot.File{u.file}})
	if err != nil {
		u.t.Fatal(err)
	}
	u.has(crowd, 1)
	u.uploaded(2)
}

// Library is a bot.Uploads that replicas of a test share; it stands for the
// service that app hands in.
type Library struct {
	mu     sync.Mutex
	refs   map[string]string
	until  map[string]time.Time
	broken bool
}

// Break makes it fail, or heals it.
func (l *Library) Break(broken bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = broken
}

// Names lists what is kept, as "owner key kind".
func (l *Library) Names() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var names []string
	for name := range l.refs {
		names = append(names, name)
	}
	return names
}

// Kept is the reference kept under a name, and until when it is good.
func (l *Library) Kept(name string) (ref string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refs[name], l.until[name]
}

func (l *Library) Find(_ context.Context, owner, key, kind string) (ref string, err error) {
	err = l.with(owner, key, kind, func(name string) { ref = l.refs[name] })
	return ref, err
}

func (l *Library) Keep(_ context.Context, owner, key, kind, ref string, until time.Time) error {
	return l.with(owner, key, kind, func(name string) { l.refs[name], l.until[name] = ref, until })
}

func (l *Library) Forget(_ context.Context, owner, key, kind, ref string) error {
	return l.with(owner, key, kind, func(name string) {
		if l.refs[name] == ref {
			delete(l.refs, name)
		}
	})
}

var errAway = errors.New("the database is away")

func (l *Library) with(owner, key, kind string, do func(name string)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken {
		return errAway
	}
	if l.refs == nil {
		l.refs, l.until = map[string]string{}, map[string]time.Time{}
	}
	do(fmt.Sprint(owner, " ", key, " ", kind))
	return nil
}
