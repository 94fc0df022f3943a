package botapi

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"canbobot/bot"
)

// Pause waits, unless ctx ends first.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Growing doubles a pause each time in a row.
func Growing(least, most time.Duration, times int) time.Duration {
	return min(least<<min(max(times-1, 0), 10), most)
}

// shortWait is how long a part of a reply waits for a platform that asks for a
// pause, so that a reply is not left half said: whoever repeats the reply repeats
// its beginning too.
const shortWait = 5 * time.Second

// Soon is the short pause after which a part of a reply may be sent again.
func Soon(err error, now time.Time) (wait time.Duration, soon bool) {
	failed := (*bot.SendError)(nil)
	if !errors.As(err, &failed) || failed.Fate != bot.Retry || failed.RetryAt.IsZero() {
		return 0, false
	}
	wait = failed.RetryAt.Sub(now)
	return wait, wait <= shortWait
}

// LongestRetryAfter keeps a nonsensical retry_after from stopping a channel.
const LongestRetryAfter = 24 * time.Hour

// Seconds is a pause that a platform asks for.
func Seconds(n int) time.Duration {
	return time.Duration(min(max(n, 0), int(LongestRetryAfter/time.Second))) * time.Second
}

// RetryAfter reads the header of that name, in seconds or as a date.
func RetryAfter(header string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(header); err == nil {
		return Seconds(n)
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), LongestRetryAfter)
	}
	return 0
}
