package inbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"canbobot/bot"
)

// Config is what an inbox needs.
type Config struct {
	// Handler does the work; nil means done.
	Handler bot.Handler
	// Park keeps an event in the database, to be handed to Take after a while. An
	// error means that the database is away too.
	Park func(ctx context.Context, sealed string, after time.Duration) error
	// Seal and Open keep what people write from being kept in the clear. What
	// Seal returns is text.
	Seal func(plain []byte) (string, error)
	Open func(sealed string) ([]byte, error)
	// Dir is the folder of the spool, made when there is none, and Name begins
	// the names of its files: 1 to 40 of a-z 0-9 _ -.
	Dir, Name string
	// Ready is nil when the database answers. Without one, every failure counts
	// as the event's own.
	Ready  func(ctx context.Context) error
	Budget time.Duration // how long a handler may take before its event is parked; 700 ms when 0
	Outage time.Duration // how long, and up to which age of an event, one is refused; 20 min when 0
	Clock  func() time.Time
	Logger *slog.Logger
	// Count adds one to a counter: Slow, Failed ...
	Count func(what string)
}

// What is counted.
const (
	Slow      = "slow"      // parked, or would have been: the handler took longer than Budget
	Failed    = "failed"    // the handler returned an error or panicked
	Refused   = "refused"   // left to the platform to repeat
	Spooled   = "spooled"   // kept in the spool
	Drained   = "drained"   // handled out of the spool
	Unspooled = "unspooled" // the spool is full, or the disk: answered with an error
	SetAside  = "set_aside" // could not be read or opened again
)

const (
	defaultBudget = 700 * time.Millisecond
	defaultOutage = 20 * time.Minute

	parkPatience   = 250 * time.Millisecond // while a platform waits
	handlePatience = 30 * time.Second       // bounds one handling

	// A slow handler mostly ends well; the job is for when this process dies.
	parkSlow   = 60 * time.Second
	parkFailed = 5 * time.Second

	// runningMost is how many handlers run at a time; what comes beyond is parked
	// unhandled.
	runningMost = 512

	// closeGrace is how long Close lets handlers run; closeLast is how long it
	// waits once their contexts have ended.
	closeGrace = 10 * time.Second
	closeLast  = 2 * time.Second
)

// errClosed leaves an event to whoever serves next.
var errClosed = errors.New("inbox is closed")

// Inbox takes events. Its methods are safe for concurrent use.
type Inbox struct {
	config Config
	clock  func() time.Time
	logger *slog.Logger
	count  func(string)
	spool  *spool
	lanes  lanes
	places chan struct{} // of running handlers

	closing context.Context // ends when Close begins
	close   context.CancelFunc
	life    context.Context // ends when Close has waited long enough
	end     context.CancelFunc

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup // grows only while not closed, or from within itself
	since   time.Time      // the first failure after the last success; zero when there is none
}

// New opens the spool. It refuses settings that cannot work: seals that do not
// open again, a folder that another process uses.
func New(config Config) (*Inbox, error) {
	switch {
	case config.Handler == nil || config.Park == nil || config.Seal == nil || config.Open == nil:
		return nil, errors.New("inbox: Handler, Park, Seal and Open are needed")
	case config.Dir == "":
		return nil, errors.New("inbox: a folder for the spool is needed")
	case !nameShape.MatchString(config.Name):
		return nil, fmt.Errorf("inbox: name %q is not 1 to 40 of a-z 0-9 _ -", config.Name)
	}
	if config.Budget <= 0 {
		config.Budget = defaultBudget
	}
	if config.Outage <= 0 {
		config.Outage = defaultOutage
	}
	b := &Inbox{config: config, clock: config.Clock, logger: config.Logger, count: config.Count,
		places: make(chan struct{}, runningMost)}
	if b.clock == nil {
		b.clock = time.Now
	}
	if b.logger == nil {
		b.logger = slog.New(slog.DiscardHandler)
	}
	if b.count == nil {
		b.count = func(string) {}
	}
	if err := b.tryToSeal(); err != nil {
		return nil, err
	}
	var err error
	if b.spool, err = openSpool(config.Dir, config.Name, b.logger); err != nil {
		return nil, fmt.Errorf("inbox: %w", err)
	}
	b.closing, b.close = context.WithCancel(context.Background())
	b.life, b.end = context.WithCancel(context.Background())
	return b, nil
}

// tryToSeal finds out at the start what would otherwise show in an outage.
func (b *Inbox) tryToSeal() error {
	probe := []byte("probe")
	sealed, err := b.seal(probe)
	if err != nil {
		return err
	}
	plain, err := b.config.Open(sealed)
	if err != nil {
		return fmt.Errorf("inbox: what was sealed does not open: %w", err)
	}
	if !bytes.Equal(plain, probe) {
		return errors.New("inbox: what was sealed opens as something else")
	}
	return nil
}

// Waiting is how many events are in the spool.
func (b *Inbox) Waiting() int { return b.spool.waiting() }

// Close takes no more events, lets running handlers end, and then gives up the
// spool. It waits up to 12 seconds; handlers that run on after that are an
// error. What is in the spool stays there for the next process.
func (b *Inbox) Close() error {
	b.mu.Lock()
	already := b.closed
	b.closed = true
	b.mu.Unlock()
	if already {
		return nil
	}
	b.close()
	ended := make(chan struct{})
	go func() { b.running.Wait(); close(ended) }()
	var failure error
	if !within(ended, closeGrace) {
		b.end()
		if !within(ended, closeLast) {
			failure = errors.New("inbox: handlers still run")
		}
	}
	b.end()
	return errors.Join(failure, b.spool.close())
}

func within(ended <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
		return false
	}
}

// begin counts a caller in, whom Close waits for; false once it is closed. Each
// one in calls running.Done.
func (b *Inbox) begin() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.running.Add(1)
	return true
}

// succeeded ends an outage: the database took something.
func (b *Inbox) succeeded() {
	b.mu.Lock()
	since := b.since
	b.since = time.Time{}
	b.mu.Unlock()
	if !since.IsZero() {
		b.logger.Info("events are taken again", "after", b.clock().Sub(since).Round(time.Second))
	}
}

// failed begins an outage, or goes on with it, and says when it began.
func (b *Inbox) failed(now time.Time, cause error) time.Time {
	b.mu.Lock()
	began := b.since.IsZero()
	if began {
		b.since = now
	}
	since := b.since
	b.mu.Unlock()
	if began {
		b.logger.Warn("events can neither be handled nor parked", "error", cause)
	}
	return since
}

// away reports an outage.
func (b *Inbox) away() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.since.IsZero()
}
