package channels

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Pair is what a platform hands out. It shows itself to nobody who prints or
// logs it.
type Pair struct {
	Access, Refresh string
	// ExpiresIn is how long Access lasts; an hour is taken where it is not said.
	ExpiresIn time.Duration
}

// Format hides the tokens from every verb of fmt.
func (Pair) Format(f fmt.State, _ rune) { io.WriteString(f, "(pair)") }

// LogValue hides the tokens from log/slog.
func (Pair) LogValue() slog.Value { return slog.StringValue("(pair)") }

const (
	unsaidLife = time.Hour
	// maxLife is that of a refresh token: no access token outlasts it.
	maxLife  = 90 * 24 * time.Hour
	maxToken = 8 << 10 // bytes
)

func (p Pair) life() time.Duration {
	if p.ExpiresIn <= 0 {
		return unsaidLife
	}
	return min(p.ExpiresIn, maxLife)
}

// Refused is a Renewer's final answer: the refresh token is worth nothing any
// more. Code is the platform's own. It is returned by value.
type Refused struct{ Code string }

func (r Refused) Error() string { return "renewal refused: " + r.Code }

var (
	// ErrUnheard is a Renewer's: the platform was asked and its answer not read,
	// so the refresh token may be spent.
	ErrUnheard = errors.New("renewal: answer not heard")
	// ErrLost says that only a human can bring a new pair.
	ErrLost = errors.New("channel token lost: a new pair must be set")
	// ErrNone says that there has never been a pair.
	ErrNone = errors.New("channel token missing: no pair was set")
	// ErrLater says that the token is of no use for the moment and will be
	// renewed later.
	ErrLater = errors.New("channel token not renewed yet")
	// ErrClosed says that the process is stopping.
	ErrClosed = errors.New("channel token: stopping")

	errResting = fmt.Errorf("%w: tried a moment ago", ErrLater)
	errEmpty   = errors.New("renewal: answer without tokens")
	// errHeld says that another replica is renewing; it stays in the package.
	errHeld = errors.New("another replica is renewing")
)

// held is the stored pair, opened, as read at a moment.
type held struct {
	generation      int64
	access, refresh string
	issued, expires time.Time
	leasedBy        string
	leasedUntil     time.Time
	lost            bool
	seeds           []byte
	readAt          time.Time
}

// leased reports whether somebody is renewing, or has been heard of too lately
// to be called dead.
func (h held) leased(now time.Time) bool { return h.leasedBy != "" && !h.leasedUntil.Before(now) }

// due reports whether it is time for the next pair: 80 % of the life is over (20
// of 25 hours), or a renewal was begun and never ended.
func (h held) due(now time.Time) bool {
	return !now.Before(h.dueAt()) || (h.leasedBy != "" && !h.leased(now))
}

func (h held) dueAt() time.Time { return h.issued.Add(h.expires.Sub(h.issued) / 5 * 4) }
