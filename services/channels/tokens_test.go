package channels_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/channels"
)

func mustSeed(t testing.TB, w *world, tokens *channels.Tokens, pair channels.Pair) {
	t.Helper()
	if err := tokens.Seed(w.ctx, pair); err != nil {
		t.Fatal(err)
	}
}

func mustAccess(t testing.TB, w *world, tokens *channels.Tokens, want string) {
	t.Helper()
	if got, err := tokens.Access(w.within()); err != nil || got != want {
		t.Fatalf("access %q, %v; want %q", got, err, want)
	}
}

func TestThePairOfTheSettingsIsStoredOnce(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	a, b := w.replica(p, "zalo", t.TempDir()), w.replica(p, "zalo", t.TempDir())
	if _, err := a.Access(w.ctx); !errors.Is(err, channels.ErrNone) {
		t.Errorf("without a pair: %v", err)
	}
	if err := a.Seed(w.ctx, channels.Pair{}); !errors.Is(err, channels.ErrNone) {
		t.Errorf("empty settings: %v", err)
	}
	if _, err := a.State(w.ctx); !errors.Is(err, channels.ErrNone) {
		t.Errorf("state without a pair: %v", err)
	}
	mustSeed(t, w, a, channels.Pair{Access: " access-0\n", Refresh: "refresh-0", ExpiresIn: 25 * time.Hour})
	mustSeed(t, w, b, p.pair())
	mustSeed(t, w, b, channels.Pair{})
	mustSeed(t, w, b, channels.Pair{Access: "access-x", Refresh: "refresh-x"}) // the chain lives: not taken
	mustAccess(t, w, a, "access-0")
	mustAccess(t, w, b, "access-0")
	if asked, _ := p.counts(); asked != 0 || w.events("zalo") != "seeded" {
		t.Errorf("asked %d times, journal %q", asked, w.events("zalo"))
	}
	row := w.token("zalo")
	if strings.Contains(string(row.Access)+string(row.Refresh)+string(row.Seed), "0123") ||
		strings.Contains(string(row.Refresh), "refresh-0") {
		t.Error("a token is readable in the database")
	}
}

func TestThePairIsChecked(t *testing.T) {
	w := newWorld(t)
	tokens := w.replica(newPlatform(), "zalo", t.TempDir())
	long := strings.Repeat("a", 9<<10)
	for name, pair := range map[string]channels.Pair{
		"half": {Access: "access-1"}, "long access": {Access: long, Refresh: "refresh-1"},
		"long refresh": {Access: "access-1", Refresh: long},
	} {
		w.refused("seed "+name, tokens.Seed(w.ctx, pair), "invalid/token_pair")
		w.refused("restore "+name, tokens.Restore(w.ctx, pair), "invalid/token_pair")
	}
	w.refused("restore nothing", tokens.Restore(w.ctx, channels.Pair{Refresh: " \n"}), "invalid/token_pair")
	if w.count("channel_tokens", "1 = 1") != 0 {
		t.Error("a refused pair was stored")
	}
}

func TestAPairShowsItselfToNobody(t *testing.T) {
	w := newWorld(t)
	pair := channels.Pair{Access: "access-1", Refresh: "refresh-1"}
	w.log.logger().Info("look", "pair", pair)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(verb, pair); strings.Contains(text, "-1") {
			t.Errorf("%s shows %s", verb, text)
		}
	}
}

func TestARefreshTokenAloneIsEnough(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	tokens := w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, tokens, channels.Pair{Refresh: "refresh-0"})
	mustAccess(t, w, tokens, "access-1")
}

func TestThePairIsRenewedByTheClock(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	tokens := w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, tokens, p.pair())
	keep := func(want string) {
		t.Helper()
		if err := tokens.KeepFresh(w.ctx); err != nil {
			t.Fatal(err)
		}
		mustAccess(t, w, tokens, want)
	}
	w.pass(20*time.Hour - time.Second)
	keep("access-0")
	w.pass(time.Second)
	keep("access-1")
	// Nobody called for days: whoever comes first renews.
	w.pass(72 * time.Hour)
	mustAccess(t, w, tokens, "access-2")
	// Another life, another age: an hour, renewed after 48 minutes.
	p.life = time.Hour
	w.pass(20 * time.Hour)
	keep("access-3")
	w.pass(47 * time.Minute)
	keep("access-3")
	w.pass(time.Minute)
	keep("access-4")
	// Without a word about its life it is taken for an hour.
	p.life = 0
	w.pass(time.Hour)
	keep("access-5")
	w.pass(47 * time.Minute)
	keep("access-5")
	w.pass(time.Minute)
	keep("access-6")
	state, err := tokens.State(w.ctx)
	if err != nil || state.Generation != 6 || !state.Issued.Equal(w.now()) ||
		!state.Expires.Equal(w.now().Add(time.Hour)) ||
		!state.Due.Equal(w.now().Add(48*time.Minute)) || state.LeasedBy != "" || state.Lost != nil || state.FileWaits {
		t.Errorf("state %+v, %v", state, err)
	}
	if len(state.Events) != 13 || state.Events[0].What != "renewed" || state.Events[0].Generation != 6 ||
		state.Events[12].What != "seeded" {
		t.Errorf("events %+v", state.Events)
	}
}

// Every message asks for the token: the row is read once in five seconds.
func TestAccessIsCheap(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	tokens := w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, tokens, p.pair())
	mustAccess(t, w, tokens, "access-0")
	w.exec(tableAway)
	for range 100 {
		mustAccess(t, w, tokens, "access-0")
	}
	w.pass(5 * time.Second)
	if token, err := tokens.Access(w.ctx); err == nil || token != "" || errors.Is(err, channels.ErrLost) {
		t.Errorf("without a database: %q, %v", token, err)
	}
	w.exec(tableBack)
	mustAccess(t, w, tokens, "access-0")
}

func TestTheJournalIsBounded(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	tokens := w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, tokens, p.pair())
	w.pass(181 * 24 * time.Hour)
	mustAccess(t, w, tokens, "access-1")
	if gone, err := channels.PurgeRenewals.Run(w.store.DB, w.now()); gone != 1 || err != nil {
		t.Errorf("%d gone, %v", gone, err)
	}
	if got := w.events("zalo"); got != "asked renewed" {
		t.Errorf("journal %q", got)
	}
}

// Three replicas speak at once, the platform refuses the token in the middle:
// one renewal, and nobody sees an error.
func TestOneReplicaRenewsAndNobodyNotices(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	const calls, workers = 1000, 20
	replicas := []*channels.Tokens{w.replica(p, "zalo", t.TempDir()), w.replica(p, "zalo", t.TempDir()),
		w.replica(p, "zalo", t.TempDir())}
	mustSeed(t, w, replicas[0], p.pair())
	// The answer takes until somebody of each replica has been refused.
	var refusals sync.WaitGroup
	refusals.Add(len(replicas))
	p.does(func(rotate func() (channels.Pair, error)) (channels.Pair, error) {
		refusals.Wait()
		return rotate()
	})
	ctx := w.within()
	speak := func(tokens *channels.Tokens, first *sync.Once) error {
		token, err := tokens.Access(ctx)
		if err != nil {
			return err
		}
		if p.takes(token) {
			return nil
		}
		first.Do(refusals.Done)
		if token, err = tokens.Renew(ctx, token); err != nil {
			return err
		}
		if !p.takes(token) {
			return errors.New("the token that follows is refused: " + token)
		}
		return nil
	}
	var group sync.WaitGroup
	var once sync.Once
	errs := make(chan error, len(replicas)*calls)
	for _, tokens := range replicas {
		var first sync.Once
		var half sync.WaitGroup
		half.Add(workers)
		for range workers {
			group.Go(func() {
				for i := range calls / workers {
					if i == calls/workers/2 {
						half.Done()
						half.Wait() // the second half of every replica has the refusal before it
						once.Do(p.refuse)
					}
					if err := speak(tokens, &first); err != nil {
						errs <- err
					}
				}
			})
		}
	}
	group.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	if asked, rotated := p.counts(); asked != 1 || rotated != 1 {
		t.Errorf("asked %d times, rotated %d times", asked, rotated)
	}
	for _, tokens := range replicas {
		// A replica that never met the refusal may hold the old one for a moment.
		w.pass(5 * time.Second)
		mustAccess(t, w, tokens, "access-1")
	}
	if got := w.events("zalo"); got != "seeded asked renewed" {
		t.Errorf("journal %q", got)
	}
}

func TestTheOthersSpeakOnWhileOneRenews(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	a, b := w.replica(p, "zalo", t.TempDir()), w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, a, p.pair())
	w.pass(21 * time.Hour)
	asked, answer := make(chan struct{}), make(chan struct{})
	p.does(func(rotate func() (channels.Pair, error)) (channels.Pair, error) {
		close(asked)
		<-answer
		return rotate()
	})
	renewed := make(chan error, 1)
	go func() { renewed <- a.KeepFresh(w.ctx) }()
	<-asked
	mustAccess(t, w, b, "access-0")
	if err := b.KeepFresh(w.ctx); err != nil {
		t.Errorf("another is at it: %v", err)
	}
	// Refused, it waits for as long as its caller does.
	short, cancel := context.WithCancel(w.ctx)
	cancel()
	if _, err := b.Renew(short, "access-0"); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that gave up: %v", err)
	}
	waited := make(chan string, 1)
	go func() {
		token, err := b.Renew(w.within(), "access-0")
		waited <- fmt.Sprint(token, err)
	}()
	close(answer)
	if got := <-waited; got != "access-1<nil>" {
		t.Errorf("waited for %s", got)
	}
	if err := <-renewed; err != nil {
		t.Error(err)
	}
	if n, _ := p.counts(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestAnAnswerWithoutTokensChangesNothing(t *testing.T) {
	for name, pair := range map[string]channels.Pair{"both": {}, "access": {Refresh: "refresh-9"},
		"refresh": {Access: "access-9"}} {
		t.Run(name, func(t *testing.T) {
			w, p := newWorld(t), newPlatform()
			tokens := w.replica(p, "zalo", t.TempDir())
			mustSeed(t, w, tokens, p.pair())
			p.does(func(func() (channels.Pair, error)) (channels.Pair, error) { return pair, nil })
			if _, err := tokens.Renew(w.ctx, "access-0"); !errors.Is(err, channels.ErrLater) {
				t.Errorf("empty answer: %v", err)
			}
			if w.refresh("zalo") != "refresh-0" || w.token("zalo").Generation != 0 ||
				w.events("zalo") != "seeded asked unheard" {
				t.Fatalf("stored %+v, journal %q", w.token("zalo"), w.events("zalo"))
			}
			w.pass(46 * time.Second)
			if token, err := tokens.Renew(w.ctx, "access-0"); err != nil || token != "access-1" {
				t.Errorf("the second asking: %q, %v", token, err)
			}
		})
	}
}

func TestAPlatformThatIsAwayIsAskedInModeration(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	tokens := w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, tokens, p.pair())
	away := func(func() (channels.Pair, error)) (channels.Pair, error) {
		return channels.Pair{}, errors.New("connection refused")
	}
	w.pass(21 * time.Hour)
	p.does(away)
	for range 5 {
		mustAccess(t, w, tokens, "access-0") // it lives on
	}
	if err := tokens.KeepFresh(w.ctx); err != nil {
		t.Errorf("tried a moment ago: %v", err)
	}
	for range 5 {
		if _, err := tokens.Renew(w.ctx, "access-0"); !errors.Is(err, channels.ErrLater) {
			t.Errorf("refused meanwhile: %v", err)
		}
		if _, err := tokens.Access(w.ctx); !errors.Is(err, channels.ErrLater) {
			t.Errorf("known to be refused: %v", err)
		}
	}
	if asked, _ := p.counts(); asked != 1 || w.events("zalo") != "seeded asked failed" || w.token("zalo").LeasedBy != "" {
		t.Errorf("asked %d times, journal %q", asked, w.events("zalo"))
	}
	w.pass(31 * time.Second)
	p.does(away)
	if err := tokens.KeepFresh(w.ctx); !errors.Is(err, channels.ErrLater) {
		t.Errorf("still away: %v", err)
	}
	w.pass(31 * time.Second)
	mustAccess(t, w, tokens, "access-1")
	// A platform that refuses the newest as well is not asked in a loop.
	for range 5 {
		if _, err := tokens.Renew(w.ctx, "access-1"); !errors.Is(err, channels.ErrLater) {
			t.Errorf("refused at once: %v", err)
		}
	}
	if asked, _ := p.counts(); asked != 3 {
		t.Errorf("asked %d times", asked)
	}
}

func TestClosingWaitsForTheAnswer(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	tokens := w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, tokens, p.pair())
	asked, answer := make(chan struct{}), make(chan struct{})
	p.does(func(rotate func() (channels.Pair, error)) (channels.Pair, error) {
		close(asked)
		<-answer
		return rotate()
	})
	gone, leave := context.WithCancel(w.ctx)
	left := make(chan error, 1)
	go func() { _, err := tokens.Renew(gone, "access-0"); left <- err }()
	<-asked
	leave() // the caller gives up; the renewal does not
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller: %v", err)
	}
	closed := make(chan error, 1)
	go func() { closed <- tokens.Close(w.within()) }()
	close(answer)
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
	if w.refresh("zalo") != "refresh-1" {
		t.Error("the answer was not kept")
	}
	if _, err := tokens.Renew(w.ctx, "access-1"); !errors.Is(err, channels.ErrClosed) {
		t.Errorf("after closing: %v", err)
	}
}

func TestRestoreAlwaysWins(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	a, b := w.replica(p, "zalo", t.TempDir()), w.replica(p, "zalo", t.TempDir())
	if err := a.Restore(w.ctx, p.pair()); err != nil { // before any pair
		t.Fatal(err)
	}
	mustAccess(t, w, b, "access-0")
	if err := a.Restore(w.ctx, p.consent()); err != nil {
		t.Fatal(err)
	}
	mustAccess(t, w, a, "access-1000")
	w.pass(6 * time.Second)
	mustAccess(t, w, b, "access-1000")
	if row := w.token("zalo"); row.Generation != 1 || w.events("zalo") != "seeded seeded" {
		t.Errorf("row %+v, journal %q", row, w.events("zalo"))
	}
}

// Restored while another replica is asking with the old chain: the operator's
// pair stays.
func TestRestoreDuringARenewal(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	a, b := w.replica(p, "zalo", t.TempDir()), w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, a, p.pair())
	p.does(func(rotate func() (channels.Pair, error)) (channels.Pair, error) {
		pair, err := rotate()
		if err := b.Restore(w.ctx, p.consent()); err != nil {
			t.Error(err)
		}
		return pair, err
	})
	if token, err := a.Renew(w.within(), "access-0"); err != nil || token != "access-1001" {
		t.Errorf("%q, %v", token, err)
	}
	if w.refresh("zalo") != "refresh-1001" {
		t.Errorf("stored %s", w.refresh("zalo"))
	}
}

func TestStatesHoldNoToken(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	tokens := w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, tokens, p.pair())
	state, err := tokens.State(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	row := w.token("zalo")
	if text := fmt.Sprintf("%+v", state); strings.Contains(text, "access-0") ||
		strings.Contains(text, string(row.Access)) || strings.Contains(text, string(row.Refresh)) {
		t.Errorf("state: %s", text)
	}
}

// What another key sealed is an error and not an empty token.
func TestAWrongKeyIsSaid(t *testing.T) {
	w, p := newWorld(t), newPlatform()
	tokens := w.replica(p, "zalo", t.TempDir())
	mustSeed(t, w, tokens, p.pair())
	if err := w.store.Model(&models.ChannelToken{}).Where("channel = ?", "zalo").Update("refresh",
		"abcdef01:xxxx").Error; err != nil {
		t.Fatal(err)
	}
	if _, err := w.replica(p, "zalo", t.TempDir()).Access(w.ctx); err == nil ||
		services.KindOf(err) != services.KindInternal {
		t.Errorf("damaged row: %v", err)
	}
	if asked, _ := p.counts(); asked != 0 {
		t.Error("the platform was asked with a damaged token")
	}
}
