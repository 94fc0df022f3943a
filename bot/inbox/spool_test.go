package inbox

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"canbobot/bot"
)

// reread closes the inbox, has the file changed, and starts again.
func (w *world) reread(change func(spool string) string) {
	w.t.Helper()
	if err := w.box.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.put("zalo.spool", change(w.file("zalo.spool")))
	w.open()
}

// A crash in the middle of an append tears the last line, at any byte. It was
// never acknowledged.
func TestTornLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.outage("a1", "a2")
		whole := w.file("zalo.spool")
		second := strings.Index(whole, "\n") + 1
		for cut := second + 1; cut < len(whole); cut += 7 {
			w.reread(func(string) string { return whole[:cut] })
			w.expectWaiting(1)
			if got := w.file("zalo.spool"); got != whole[:second] {
				t.Errorf("the file has %q", got)
			}
			if !w.logged("torn line") {
				t.Error("nothing is written down")
			}
		}
		if kept := strings.Split(w.file("zalo.failed"), "\n"); kept[0] != "+" || !strings.HasPrefix(kept[4], "+ {") ||
			kept[len(kept)-1] != "" {
			t.Errorf("set aside: %q", kept[:5])
		}
		w.down.Store(true)
		w.give(false, "a3")
		w.down.Store(false)
		w.run()
		synctest.Wait()
		w.expectDone("a1 a3")
	})
}

// All but the end of the line is there: the event is.
func TestLineWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.outage("a1", "a2")
		w.reread(func(spool string) string { return strings.TrimSuffix(spool, "\n") })
		w.more("a3")
		w.reread(func(spool string) string { return spool })
		w.run()
		synctest.Wait()
		w.expectDone("a1 a2 a3")
	})
}

// more spools one more event.
func (w *world) more(id string) {
	w.t.Helper()
	w.down.Store(true)
	w.give(false, id)
	w.down.Store(false)
}

// What a power cut or a hand made unreadable blocks nothing and is kept.
func TestJunk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.put("zalo.failed", "torn")
		w.outage("a1", "a2")
		long := "+ " + strings.Repeat("x", lineMost)
		junk := "\n" + strings.Repeat("\x00", 5000) + "\n+ {\"id\":\"zz9\"}\n* {}\n" + long + "\n"
		w.reread(func(spool string) string {
			at := strings.Index(spool, "\n") + 1
			return spool[:at] + junk + spool[at:]
		})
		w.expectWaiting(2)
		if got := w.file("zalo.failed"); got != "torn\n"+junk {
			t.Errorf("set aside %d bytes of %d", len(got), len(junk))
		}
		if strings.Contains(w.file("zalo.spool"), "zz9") {
			t.Error("junk is still in the spool")
		}
		w.run()
		synctest.Wait()
		w.expectDone("a1 a2")
	})
}

// Junk that can be put nowhere stays where it is.
func TestJunkThatCannotBeSetAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		if err := os.Mkdir(filepath.Join(w.dir, "zalo.failed"), 0o700); err != nil {
			t.Fatal(err)
		}
		w.outage("a1", "a2")
		w.reread(func(spool string) string { return "junk\n" + spool })
		w.run()
		synctest.Wait()
		w.expectDone("a1 a2")
		if !strings.HasPrefix(w.file("zalo.spool"), "junk\n- ") {
			t.Errorf("the file has %q", w.file("zalo.spool"))
		}
		w.more("a3")
		synctest.Wait()
		pass(pauseMost)
		w.expectDone("a1 a2 a3")
	})
}

func TestBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.down.Store(true)
		w.box.spool.eventsMost = 2
		w.give(false, "a1", "a2")
		for _, repeats := range []bool{true, false} {
			if _, err := w.timed(repeats, said("a3")); !errors.Is(err, errFull) {
				t.Errorf("beyond the events: %v", err)
			}
		}
		w.box.spool.eventsMost = 10
		w.box.spool.bytesMost = w.box.spool.size + 10
		if _, err := w.timed(false, said("a3")); !errors.Is(err, errFull) {
			t.Errorf("beyond the bytes: %v", err)
		}
		if w.counted(Unspooled) != 3 {
			t.Errorf("counted %v", w.counts)
		}
		large := said("a4")
		large.Report = &bot.DeliveryReport{Refs: []string{strings.Repeat("x", lineMost)}}
		if _, err := w.timed(false, large); err == nil || !strings.Contains(err.Error(), "too large") {
			t.Errorf("too large an event: %v", err)
		}
		w.down.Store(false)
		w.run()
		pass(pauseMost)
		w.expectDone("a1 a2")
	})
}

// Lines that are done with make room for others, even under a drain.
func TestCompact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.outage("a1", "a2", "a3", "b1")
		free := make(chan struct{})
		w.behave = func(_ context.Context, in bot.Inbound) error {
			if in.EventID == "b1" {
				<-free
			}
			return nil
		}
		w.run()
		synctest.Wait()
		w.expectWaiting(1)
		before := w.box.spool.size
		w.box.spool.bytesMost = before
		w.give(true, "b2", "b3", "b4")
		if _, err := w.timed(true, said("b5")); !errors.Is(err, errFull) {
			t.Errorf("beyond the bytes: %v", err)
		}
		if got := w.file("zalo.spool"); int64(len(got)) > before || strings.Count(got, "\n") != 4 {
			t.Errorf("the file has %q", got)
		}
		close(free)
		synctest.Wait()
		w.expectDone("a1 a2 a3 b1 b2 b3 b4")
		if w.file("zalo.spool") != "" || w.file("zalo.draft") != "" {
			t.Error("files are left")
		}
	})
}

// A disk that fails is an error, never an acknowledgement.
func TestDiskFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.outage("a1")
		file := w.box.spool.file
		broken, err := os.Open(filepath.Join(w.dir, "zalo.spool")) // for reading only
		if err != nil {
			t.Fatal(err)
		}
		w.box.spool.file = broken
		for _, repeats := range []bool{true, false} {
			if _, err := w.timed(repeats, said("a2")); err == nil || !strings.Contains(err.Error(), "spool") {
				t.Errorf("acknowledged: %v", err)
			}
		}
		w.expectWaiting(1)
		w.run() // the mark cannot be written: the event is done all the same
		synctest.Wait()
		w.expectDone("a1")
		w.expectWaiting(0)
		// A disk that takes everything and keeps nothing.
		nothing, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer nothing.Close()
		w.down.Store(true)
		w.box.spool.file = nothing
		if _, err := w.timed(false, said("a3")); err == nil || !strings.Contains(err.Error(), "sync") {
			t.Errorf("acknowledged: %v", err)
		}
		w.box.spool.file = file
		if err := broken.Close(); err != nil {
			t.Fatal(err)
		}
		w.reopen()
		w.expectWaiting(1) // and comes once more
	})
}

// Many appends at a time share their way to the disk, and all are there.
func TestAppendsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.down.Store(true)
		var told = make(chan error)
		people := strings.Split("abcdefghijklmnopqrst", "")
		for _, person := range people {
			go func() {
				var failure error
				for _, id := range ids(person, 10) {
					failure = errors.Join(failure, w.box.Handler(false).Handle(context.Background(), said(id)))
				}
				told <- failure
			}()
		}
		for range people {
			if err := <-told; err != nil {
				t.Error(err)
			}
		}
		w.down.Store(false)
		w.reopen()
		w.expectWaiting(200)
		w.run()
		synctest.Wait()
		for _, person := range people {
			if got, want := strings.Join(only(person, w.handled), " "), strings.Join(ids(person, 10), " "); got != want {
				t.Errorf("handled %q", got)
			}
		}
	})
}

// Of events of nobody, none waits for another.
func TestNobodysEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.down.Store(true)
		for _, id := range []string{"x1", "x2", "x2"} {
			in := said(id)
			in.UserID = ""
			if _, err := w.timed(false, in); err != nil {
				t.Fatal(err)
			}
		}
		w.down.Store(false)
		w.behave = func(ctx context.Context, _ bot.Inbound) error { return wait(ctx, time.Second) }
		w.run()
		pass(time.Second)
		if len(w.handled) != 2 {
			t.Errorf("handled %q", w.handled)
		}
		pass(time.Second)
		w.expectWaiting(0)
	})
}

func FuzzScan(f *testing.F) {
	good, err := record{ID: "1", Who: "x", At: time.Unix(0, 0), Sealed: "s"}.line()
	if err != nil {
		f.Fatal(err)
	}
	done := bytes.Replace(good, []byte("+"), []byte("-"), 1)
	for _, seed := range [][]byte{nil, good, done, good[:10], append(bytes.Clone(done), good...),
		append(bytes.Clone(good), good[:20]...), []byte("\n\x00\n+ {}\n- \n"), bytes.TrimSpace(good), []byte("- ")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := scan(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if found.whole != int64(len(data)) {
			t.Fatalf("%d bytes of %d", found.whole, len(data))
		}
		sum := found.dead + found.torn.size
		for _, junk := range found.junk {
			sum += junk.size
		}
		if found.open {
			sum--
			data = append(bytes.Clone(data), '\n')
		}
		for _, e := range found.events {
			sum += e.span.size
			line := data[e.span.at : e.span.at+e.span.size]
			if r, done, err := parse(line); err != nil || done || r.ID != e.id || bytes.Count(line, []byte("\n")) != 1 {
				t.Fatalf("event of %q: %v", line, err)
			}
		}
		if sum != found.whole {
			t.Fatalf("%d bytes are accounted for, of %d", sum, found.whole)
		}
		// A process takes the file over, whatever it is, and loses no event of it.
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "x.spool"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			s, err := openSpool(dir, "x", slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			if s.events != len(found.events) {
				t.Fatalf("%d events of %d", s.events, len(found.events))
			}
			if err := s.close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
