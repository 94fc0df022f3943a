package channels_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/channels"
	"canbobot/services/outbox"
)

// What a process does that is killed in the middle of asking. runtime.Goexit
// ends the goroutine as a kill ends the process: nothing is written afterwards.
type ending = func(rotate func() (channels.Pair, error)) (channels.Pair, error)

func diesBeforeAsking(func() (channels.Pair, error)) (channels.Pair, error) {
	runtime.Goexit()
	return channels.Pair{}, nil
}

func diesBeforeKeeping(rotate func() (channels.Pair, error)) (channels.Pair, error) {
	rotate()
	runtime.Goexit()
	return channels.Pair{}, nil
}

func unheard(func() (channels.Pair, error)) (channels.Pair, error) {
	return channels.Pair{}, channels.ErrUnheard
}

func unheardAfterRotating(rotate func() (channels.Pair, error)) (channels.Pair, error) {
	rotate()
	return channels.Pair{}, channels.ErrUnheard
}

const (
	tableAway = "ALTER TABLE channel_tokens RENAME TO channel_tokens_away"
	tableBack = "ALTER TABLE channel_tokens_away RENAME TO channel_tokens"
	notYet    = "not in the database yet"
)

// databaseGoesAway takes the table away once the platform has rotated.
func (w *world) databaseGoesAway(rotate func() (channels.Pair, error)) (channels.Pair, error) {
	pair, err := rotate()
	if err == nil {
		w.exec(tableAway)
	}
	return pair, err
}

// crash has a replica die in the middle of a renewal.
func crash(w *world, p *platform, tokens *channels.Tokens, how ending) {
	w.t.Helper()
	p.does(how)
	if _, err := tokens.Renew(w.within(), "access-0"); err == nil {
		w.t.Fatal("the replica lived")
	}
	kill(tokens)
}

// dieWithFile leaves the state of a process that died between file and database.
func dieWithFile(w *world, p *platform, tokens *channels.Tokens) {
	w.t.Helper()
	p.does(w.databaseGoesAway)
	tried := w.log.expect(notYet)
	done := make(chan error, 1)
	go func() { _, err := tokens.Renew(w.within(), "access-0"); done <- err }()
	<-tried
	kill(tokens)
	if err := <-done; err == nil {
		w.t.Fatal("the replica lived")
	}
	w.exec(tableBack)
}

func files(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestDiedBeforeAsking(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	a, b := w.replica(p, "zalo", t.TempDir()), w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, a, p.pair())
	crash(w, p, a, diesBeforeAsking)
	if row := w.token("zalo"); row.LeasedBy == "" || w.events("zalo") != "seeded asked" {
		t.Fatalf("no trace: %+v, journal %q", row, w.events("zalo"))
	}
	mustAccess(t, w, b, "access-0") // not known to be refused there
	w.pass(46 * time.Second)
	if token, err := b.Renew(w.within(), "access-0"); err != nil || token != "access-1" {
		t.Errorf("%q, %v", token, err)
	}
	if got := w.events("zalo"); got != "seeded asked asked renewed" || w.count("channel_troubles", "1 = 1") != 0 {
		t.Errorf("journal %q", got)
	}
}

// A lease that ended without a word is followed up by the clock, before anybody
// is refused.
func TestTheClockFollowsUpADeadRenewal(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	a, b := w.replica(p, "zalo", t.TempDir()), w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, a, p.pair())
	crash(w, p, a, diesBeforeAsking)
	if err := b.KeepFresh(w.ctx); err != nil || w.token("zalo").Generation != 0 {
		t.Errorf("while the lease runs: %v", err)
	}
	w.pass(46 * time.Second)
	if err := b.KeepFresh(w.ctx); err != nil || w.token("zalo").Generation != 1 {
		t.Errorf("afterwards: %v, generation %d", err, w.token("zalo").Generation)
	}
}

func TestDiedBeforeKeepingTheAnswer(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	admin, second := w.addStaff(w.ward, services.Admin, true), w.addStaff(w.ward, services.Admin, true)
	abroad := w.addStaff(w.foreign, services.Leader, true)
	replicas := []*channels.Tokens{w.replica(p, "zalo", t.TempDir()), w.replica(p, "zalo", t.TempDir()),
		w.replica(p, "zalo", t.TempDir())}
	mustSeed(t, w, replicas[0], p.pair())
	first := p.pair()
	crash(w, p, replicas[0], diesBeforeKeeping)
	w.pass(46 * time.Second)
	if _, err := replicas[1].Renew(w.within(), "access-0"); !errors.Is(err, channels.ErrLost) {
		t.Fatalf("taken over: %v", err)
	}
	// From then on everybody fails at once, and nobody asks.
	var group sync.WaitGroup
	for _, tokens := range replicas[1:] {
		for range 20 {
			group.Go(func() {
				w.pass(6 * time.Second)
				if _, err := tokens.Access(w.ctx); !errors.Is(err, channels.ErrLost) {
					t.Errorf("access: %v", err)
				}
				if _, err := tokens.Renew(w.ctx, "access-0"); !errors.Is(err, channels.ErrLost) {
					t.Errorf("renew: %v", err)
				}
				if err := tokens.KeepFresh(w.ctx); !errors.Is(err, channels.ErrLost) {
					t.Errorf("keep fresh: %v", err)
				}
			})
		}
	}
	group.Wait()
	if asked, _ := p.counts(); asked != 2 || w.events("zalo") != "seeded asked asked lost" {
		t.Errorf("asked %d times, journal %q", asked, w.events("zalo"))
	}
	var told []int64
	if err := w.store.Model(&models.Delivery{}).Where("kind = ?",
		outbox.ChannelTrouble).Order("staff_id").Pluck("staff_id", &told).Error; err != nil {
		t.Fatal(err)
	}
	if len(told) != 3 || told[0] != admin.Staff || told[1] != second.Staff || told[2] != abroad.Staff {
		t.Errorf("told %v", told)
	}
	if w.count("channel_troubles", "code = 'token' AND detail = '-14014' AND ended_at IS NULL") != 1 {
		t.Error("no trouble with the platform's code")
	}
	state, err := replicas[2].State(w.ctx)
	if err != nil || state.Lost == nil || state.Events[0].Code != "-14014" {
		t.Errorf("state %+v, %v", state, err)
	}

	// Started again with the old settings it stays lost; new ones begin anew.
	mustSeed(t, w, replicas[1], first)
	if _, err := replicas[1].Access(w.ctx); !errors.Is(err, channels.ErrLost) {
		t.Errorf("old settings: %v", err)
	}
	mustSeed(t, w, replicas[1], p.consent())
	mustAccess(t, w, replicas[1], "access-1001")
	w.pass(6 * time.Second)
	mustAccess(t, w, replicas[2], "access-1001")
	if w.count("channel_troubles", "ended_at IS NULL") != 0 {
		t.Error("the trouble goes on")
	}
	if token, err := replicas[2].Renew(w.within(), "access-1001"); err != nil || token != "access-1002" {
		t.Errorf("the new chain: %q, %v", token, err)
	}

	// Lost again: both pairs of the operator are known to be spent.
	p.does(diesBeforeKeeping)
	w.pass(31 * time.Second)
	replicas[1].Renew(w.within(), "access-1002")
	w.pass(46 * time.Second)
	if _, err := replicas[2].Renew(w.within(), "access-1002"); !errors.Is(err, channels.ErrLost) {
		t.Fatalf("lost again: %v", err)
	}
	for _, old := range []channels.Pair{first, {Access: "access-1001", Refresh: "refresh-1001"}} {
		mustSeed(t, w, replicas[2], old)
		if _, err := replicas[2].Access(w.ctx); !errors.Is(err, channels.ErrLost) {
			t.Errorf("a spent pair was taken: %v", err)
		}
	}
	if w.count("channel_troubles", "1 = 1") != 2 || w.count("deliveries", "kind = ?", outbox.ChannelTrouble) != 6 {
		t.Error("the second loss was not told")
	}
}

func TestDiedBetweenFileAndDatabase(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	dir := t.TempDir()
	a := w.replica(p, "zalo", dir)
	mustSeed(t, w, a, p.pair())
	dieWithFile(w, p, a)
	info, err := os.Stat(filepath.Join(dir, "zalo-pair"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("file: %v, %v", info, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "zalo-pair"))
	if err != nil || strings.Contains(string(text), "access-1") || strings.Contains(string(text), "refresh-1") {
		t.Errorf("the file is readable: %q, %v", text, err)
	}
	again := w.replica(p, "zalo", dir)
	if state, err := again.State(w.ctx); err != nil || !state.FileWaits {
		t.Errorf("state %+v, %v", state, err)
	}
	mustAccess(t, w, again, "access-1")
	if w.refresh("zalo") != "refresh-1" || w.events("zalo") != "seeded asked recovered" || len(files(t, dir)) != 0 {
		t.Errorf("stored %s, journal %q, files %v", w.refresh("zalo"), w.events("zalo"), files(t, dir))
	}
	if asked, _ := p.counts(); asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// Another machine, which has not the file, finds the pair lost; the file ends
// that.
func TestTheFileOutlivesTheLoss(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	w.addStaff(w.ward, services.Admin, true)
	dir := t.TempDir()
	a, b := w.replica(p, "zalo", dir), w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, a, p.pair())
	dieWithFile(w, p, a)
	w.pass(46 * time.Second)
	if _, err := b.Renew(w.within(), "access-0"); !errors.Is(err, channels.ErrLost) {
		t.Fatal(err)
	}
	again := w.replica(p, "zalo", dir)
	mustSeed(t, w, again, channels.Pair{})
	mustAccess(t, w, again, "access-1")
	w.pass(6 * time.Second)
	mustAccess(t, w, b, "access-1")
	if got := w.events("zalo"); got != "seeded asked asked lost recovered" ||
		w.count("channel_troubles", "ended_at IS NULL") != 0 {
		t.Errorf("journal %q", got)
	}
}

func TestTheDatabaseComesBackInTime(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	dir := t.TempDir()
	tokens := w.replica(p, "zalo", dir)
	mustSeed(t, w, tokens, p.pair())
	p.does(w.databaseGoesAway)
	tried := w.log.expect(notYet)
	done := make(chan string, 1)
	go func() {
		token, err := tokens.Renew(w.within(), "access-0")
		if err != nil {
			token = err.Error()
		}
		done <- token
	}()
	<-tried
	if len(files(t, dir)) != 1 {
		t.Errorf("files %v", files(t, dir))
	}
	w.exec(tableBack)
	if got := <-done; got != "access-1" {
		t.Errorf("renewed: %s", got)
	}
	if w.events("zalo") != "seeded asked renewed" || len(files(t, dir)) != 0 {
		t.Errorf("journal %q, files %v", w.events("zalo"), files(t, dir))
	}
}

// The database stays away for longer than is tried, and the disk is full: the
// process itself is the last to know the pair.
func TestTheProcessRemembersWhatItCouldNotKeep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "folder")
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // no folder can be made here
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), newPlatform()
		tokens := w.replica(p, "zalo", dir)
		mustSeed(t, w, tokens, p.pair())
		p.does(w.databaseGoesAway)
		start := time.Now()
		if _, err := tokens.Renew(w.ctx, "access-0"); err == nil {
			t.Error("kept without a database")
		}
		if waited := time.Since(start); waited < 2*time.Minute || waited > 3*time.Minute {
			t.Errorf("tried for %s", waited)
		}
		w.exec(tableBack)
		mustAccess(t, w, tokens, "access-1")
		if got := w.events("zalo"); got != "seeded asked recovered" {
			t.Errorf("journal %q", got)
		}
		if !strings.Contains(w.log.text(), "has no file") {
			t.Error("the missing file was not said")
		}
	})
}

// Whoever waits for a replica that has died takes its place when the lease ends.
func TestWaitingForADeadReplica(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), newPlatform()
		w.bubble = true
		a, b := w.replica(p, "zalo", t.TempDir()), w.replica(p, "zalo", t.TempDir())
		mustSeed(t, w, a, p.pair())
		crash(w, p, a, diesBeforeAsking)
		start := time.Now()
		if token, err := b.Renew(w.ctx, "access-0"); err != nil || token != "access-1" {
			t.Errorf("%q, %v", token, err)
		}
		if waited := time.Since(start); waited < 45*time.Second || waited > 46*time.Second {
			t.Errorf("waited %s", waited)
		}
	})
}

func TestAnAnswerThatWasNotHeard(t *testing.T) {
	t.Run("never asked", func(t *testing.T) {
		w, p := newWorld(t), newPlatform()
		tokens := w.replica(p, "zalo", t.TempDir())
		mustSeed(t, w, tokens, p.pair())
		p.does(unheard)
		for range 3 { // the lease is left to run out, also by its own holder
			if _, err := tokens.Renew(w.within(), "access-0"); !errors.Is(err, channels.ErrLater) {
				t.Errorf("unheard: %v", err)
			}
			w.pass(14 * time.Second)
		}
		if asked, _ := p.counts(); asked != 1 || w.token("zalo").LeasedBy == "" {
			t.Fatalf("asked %d times", asked)
		}
		w.pass(4 * time.Second)
		if token, err := tokens.Renew(w.within(), "access-0"); err != nil || token != "access-1" {
			t.Errorf("%q, %v", token, err)
		}
		if got := w.events("zalo"); got != "seeded asked unheard asked renewed" {
			t.Errorf("journal %q", got)
		}
	})
	t.Run("rotated", func(t *testing.T) {
		w, p := newWorld(t), newPlatform()
		a, b := w.replica(p, "zalo", t.TempDir()), w.replica(p, "zalo", t.TempDir())
		mustSeed(t, w, a, p.pair())
		p.does(unheardAfterRotating)
		if _, err := a.Renew(w.within(), "access-0"); !errors.Is(err, channels.ErrLater) {
			t.Errorf("unheard: %v", err)
		}
		w.pass(46 * time.Second)
		if _, err := b.Renew(w.within(), "access-0"); !errors.Is(err, channels.ErrLost) {
			t.Errorf("spent: %v", err)
		}
		if got := w.events("zalo"); got != "seeded asked unheard asked lost" {
			t.Errorf("journal %q", got)
		}
	})
	t.Run("panic", func(t *testing.T) {
		w, p := newWorld(t), newPlatform()
		tokens := w.replica(p, "zalo", t.TempDir())
		mustSeed(t, w, tokens, p.pair())
		p.does(func(func() (channels.Pair, error)) (channels.Pair, error) { panic("index out of range") })
		if _, err := tokens.Renew(w.within(), "access-0"); !errors.Is(err, channels.ErrLater) {
			t.Errorf("panic: %v", err)
		}
		w.pass(46 * time.Second)
		if token, err := tokens.Renew(w.within(), "access-0"); err != nil || token != "access-1" {
			t.Errorf("%q, %v", token, err)
		}
	})
}

// The answer came after the lease had run out and another had found the pair
// lost: it is still the only one that the platform takes.
func TestALateAnswerIsKept(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	a, b := w.replica(p, "zalo", t.TempDir()), w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, a, p.pair())
	p.does(func(rotate func() (channels.Pair, error)) (channels.Pair, error) {
		pair, err := rotate()
		w.pass(46 * time.Second)
		if _, err := b.Renew(w.within(), "access-0"); !errors.Is(err, channels.ErrLost) {
			t.Errorf("meanwhile: %v", err)
		}
		return pair, err
	})
	if token, err := a.Renew(w.within(), "access-0"); err != nil || token != "access-1" {
		t.Errorf("%q, %v", token, err)
	}
	if row := w.token("zalo"); row.LostAt != nil || row.Generation != 1 ||
		w.count("channel_troubles", "ended_at IS NULL") != 0 {
		t.Errorf("row %+v", row)
	}
}

func TestFilesThatDoNotFollow(t *testing.T) {
	// left makes the file of an answer and puts it into a folder.
	left := func(w *world, dir string) string {
		p, own := newPlatform(), w.t.TempDir()
		tokens := w.replica(p, "other", own)
		mustSeed(w.t, w, tokens, p.pair())
		dieWithFile(w, p, tokens)
		path := filepath.Join(dir, "zalo-pair")
		if err := os.Rename(filepath.Join(own, "other-pair"), path); err != nil {
			w.t.Fatal(err)
		}
		return path
	}
	for name, test := range map[string]struct {
		spoil func(w *world, path string, tokens *channels.Tokens, p *platform)
		aside bool
	}{
		"of another chain": {aside: true, spoil: func(w *world, _ string, tokens *channels.Tokens, p *platform) {
			mustSeed(w.t, w, tokens, p.pair())
		}},
		"damaged": {aside: true, spoil: func(w *world, path string, tokens *channels.Tokens, p *platform) {
			mustSeed(w.t, w, tokens, channels.Pair{Access: "access-7", Refresh: "refresh-0"})
			if err := os.WriteFile(path, []byte("refuse"), 0o600); err != nil {
				w.t.Fatal(err)
			}
		}},
		"empty": {aside: true, spoil: func(w *world, path string, tokens *channels.Tokens, p *platform) {
			mustSeed(w.t, w, tokens, p.pair())
			if err := os.Truncate(path, 0); err != nil {
				w.t.Fatal(err)
			}
		}},
		"older": {spoil: func(w *world, _ string, tokens *channels.Tokens, p *platform) {
			mustSeed(w.t, w, tokens, p.pair())
			if err := w.store.Model(&models.ChannelToken{}).Where("channel = ?", "zalo").Update("generation",
				1).Error; err != nil {
				w.t.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w, p := newWorld(t), newPlatform()
			p.refresh, p.access = "refresh-7", "access-7"
			dir := t.TempDir()
			path := left(w, dir)
			test.spoil(w, path, w.replica(p, "zalo", dir), p)
			mustAccess(t, w, w.replica(p, "zalo", dir), "access-7")
			names := files(t, dir)
			if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) || (len(names) == 1) != test.aside {
				t.Errorf("files %v", names)
			}
			if got := w.events("zalo"); got != "seeded" {
				t.Errorf("journal %q", got)
			}
		})
	}
}
