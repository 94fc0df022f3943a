package channels

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"sync"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
	"canbobot/services/vault"
)

// Renewer asks the platform for the pair that follows. Its error: Refused is
// final, a human must bring a new pair; ErrUnheard, asked and no answer read;
// anything else, not asked, so that trying again is safe. An error's text holds
// no token. It should give up within 25 seconds; its context ends after 30.
type Renewer interface {
	Renew(ctx context.Context, refresh string) (Pair, error)
}

const (
	leaseFor = 45 * time.Second
	askFor   = 30 * time.Second // shorter than the lease: an answer finds it still ours
	keepFor  = 2 * time.Minute
	tryFor   = 10 * time.Second // one try at the database
	// restFor is between two askings of one replica, whatever came of the first.
	restFor = 30 * time.Second
	// cacheFor is how long a reading of the row is believed.
	cacheFor  = 5 * time.Second
	pollEvery = 150 * time.Millisecond
)

// Tokens keeps the pair of one channel. Each replica has one.
type Tokens struct {
	store   *models.Store
	vault   *vault.Vault
	board   board
	clock   services.Clock
	channel string
	dir     string
	renewer Renewer
	logger  *slog.Logger
	me      string // names this replica in the lease

	reads, renewals, waits shared

	// closing ends waiting, life ends renewing.
	closing, life         context.Context
	stopWaiting, stopLife context.CancelFunc

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
	seen    held
	refused int64     // generation whose access token the platform refused; -1 for none
	tried   time.Time // when this replica last asked
	keeping bool      // an answer is on its way to the database
	unkept  *answer   // one that did not get there
}

// NewTokens makes the keeper of a channel's pair; it touches neither database
// nor network. Dir takes the file of an answer on its way to the database: it
// must outlive the process.
func NewTokens(store *models.Store, vault *vault.Vault, box *outbox.Outbox, clock services.Clock, channel, dir string,
	renewer Renewer, logger *slog.Logger) *Tokens {
	host, _ := os.Hostname()
	t := &Tokens{
		store: store, vault: vault, board: board{box: box, clock: clock}, clock: clock,
		channel: channel, dir: dir, renewer: renewer,
		logger: logger.With("channel", channel), me: host + "-" + rand.Text()[:8], refused: -1,
	}
	t.closing, t.stopWaiting = context.WithCancel(context.Background())
	t.life, t.stopLife = context.WithCancel(context.Background())
	return t
}

// Close begins nothing any more and waits for a renewal under way, so that its
// answer is kept; when ctx ends first the renewal is left where it is.
func (t *Tokens) Close(ctx context.Context) error {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.stopWaiting()
	done := make(chan struct{})
	go func() { t.running.Wait(); close(done) }()
	defer t.stopLife()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *Tokens) launch(work func()) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	t.running.Go(work)
	return true
}

// Access is the token to speak with. One that is due is renewed first; while
// that fails, or another replica is at it, the old one serves as long as it
// lives. It fails at once with ErrLost, ErrNone or, between two tries at a
// token that is of no use, ErrLater.
func (t *Tokens) Access(ctx context.Context) (string, error) {
	pair, err := t.recent(ctx)
	if err != nil {
		return "", err
	}
	return t.usable(ctx, pair)
}

// Renew returns the token that follows the one the platform refused. Where the
// store holds another already, nobody is asked. Errors as of Access.
func (t *Tokens) Renew(ctx context.Context, refused string) (string, error) {
	pair, err := t.look(ctx)
	if err != nil {
		return "", err
	}
	same := subtle.ConstantTimeCompare([]byte(pair.access), []byte(refused)) == 1
	t.mu.Lock()
	if same {
		t.refused = pair.generation
	}
	t.mu.Unlock()
	if !same && !pair.lost && !t.dead(pair, t.clock.UTC()) {
		return pair.access, nil
	}
	return t.usable(ctx, pair)
}

// KeepFresh renews the pair when it is due; it is for the clock to call, every
// few minutes. That another replica is at it, or that this one tried a moment
// ago, is no error.
func (t *Tokens) KeepFresh(ctx context.Context) error {
	pair, err := t.look(ctx)
	now := t.clock.UTC()
	switch {
	case err != nil:
		return err
	case pair.lost:
		return ErrLost
	case !pair.due(now) && !t.dead(pair, now):
		return nil
	}
	_, err = t.follow(ctx, pair, false)
	if errors.Is(err, errHeld) || errors.Is(err, errResting) {
		return nil
	}
	return err
}

// usable is the pair's access token or, where that will not do, the next one's.
func (t *Tokens) usable(ctx context.Context, pair held) (string, error) {
	now := t.clock.UTC()
	if pair.lost {
		return "", ErrLost
	}
	dead := t.dead(pair, now)
	if !dead && (!pair.due(now) || t.resting(now)) {
		return pair.access, nil
	}
	next, err := t.follow(ctx, pair, dead)
	switch {
	case err == nil:
		return next.access, nil
	case dead || errors.Is(err, ErrLost) || ctx.Err() != nil:
		return "", err
	}
	return pair.access, nil
}

// dead reports whether the platform takes the access token no more.
func (t *Tokens) dead(pair held, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return pair.access == "" || !now.Before(pair.expires) || t.refused == pair.generation
}

func (t *Tokens) resting(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.tried.IsZero() && now.Sub(t.tried) < restFor
}

// follow returns the pair after the given one. With wait it waits for another
// replica that is renewing, and takes its place when that one dies.
func (t *Tokens) follow(ctx context.Context, pair held, wait bool) (held, error) {
	for {
		next, err := t.renewals.do(ctx, t.launch, func() (held, error) { return t.renew(pair.generation) })
		switch {
		case err == nil && next.generation > pair.generation:
			return next, nil
		case err == nil: // joined a run that was begun for an older one
			continue
		case !wait || !errors.Is(err, errHeld):
			return held{}, err
		}
		_, err = t.waits.do(ctx, t.launch, func() (held, error) { return held{}, t.watch(pair.generation) })
		if err != nil {
			return held{}, err
		}
	}
}

// watch returns when the replica that renews the generation has ended, one way
// or another.
func (t *Tokens) watch(generation int64) error {
	ctx, cancel := context.WithTimeout(t.closing, 2*leaseFor)
	defer cancel()
	for {
		if !pause(ctx, pollEvery+mathrand.N(pollEvery)) {
			if t.closing.Err() != nil {
				return ErrClosed
			}
			return ErrLater
		}
		pair, err := t.read(ctx)
		if err != nil {
			return err
		}
		if pair.generation != generation || pair.lost || !pair.leased(t.clock.UTC()) {
			return nil
		}
	}
}

// pause waits and reports whether ctx was still good at the end.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// recent is the pair as read within the last seconds.
func (t *Tokens) recent(ctx context.Context) (held, error) {
	now := t.clock.UTC()
	t.mu.Lock()
	pair := t.seen
	t.mu.Unlock()
	if age := now.Sub(pair.readAt); !pair.readAt.IsZero() && age >= 0 && age < cacheFor {
		return pair, nil
	}
	return t.look(ctx)
}

// look is the pair as it is stored, after adopting what a crash left behind.
func (t *Tokens) look(ctx context.Context) (held, error) {
	return t.reads.do(ctx, t.launch, t.current)
}

// read opens the row.
func (t *Tokens) read(ctx context.Context) (held, error) {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	now := t.clock.UTC()
	var row models.ChannelToken
	err := t.store.WithContext(ctx).Where("channel = ?", t.channel).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return held{}, ErrNone
	}
	if err != nil {
		return held{}, fmt.Errorf("channel token: %w", err)
	}
	pair := held{
		generation: row.Generation, issued: row.UpdatedAt.UTC(), expires: row.ExpiresAt.UTC(),
		leasedBy: row.LeasedBy, lost: row.LostAt != nil, seeds: row.Seed, readAt: now,
	}
	if row.LeasedUntil != nil {
		pair.leasedUntil = row.LeasedUntil.UTC()
	}
	if pair.access, err = t.vault.Open(t.accessPlace(), row.Access); err != nil {
		return held{}, fmt.Errorf("channel token: access: %w", err)
	}
	if pair.refresh, err = t.vault.Open(t.refreshPlace(), row.Refresh); err != nil {
		return held{}, fmt.Errorf("channel token: refresh: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if pair.generation >= t.seen.generation {
		t.seen = pair
	}
	return pair, nil
}
