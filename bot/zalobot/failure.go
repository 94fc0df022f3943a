package zalobot

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"canbobot/bot"
)

// failure is a call that did not succeed. Its text holds no token, no text of a
// message and no address.
type failure struct {
	method      string
	asked       bool          // something may have reached the server
	status      int           // of the HTTP answer; 0 when none came
	said        bool          // the platform itself answered, that it is not ok
	code        int           // as it said; 0 when it said none
	description string        // as it said, cut to what may be told
	retryAfter  time.Duration // 0 when it did not say
	cause       error         // why no answer came
}

func (f *failure) Error() string {
	var text strings.Builder
	text.WriteString("zalobot")
	if f.method != "" {
		text.WriteString(" " + f.method)
	}
	switch {
	case f.said:
		fmt.Fprintf(&text, ": %d %s", f.code, f.description)
	case f.status != 0:
		fmt.Fprintf(&text, ": HTTP %d, not an answer of the platform", f.status)
	case f.asked:
		text.WriteString(": asked and not answered")
	default:
		text.WriteString(": not asked")
	}
	if f.retryAfter > 0 {
		fmt.Fprintf(&text, " (retry after %s)", f.retryAfter)
	}
	if f.cause != nil {
		fmt.Fprintf(&text, ": %v", f.cause)
	}
	return text.String()
}

func (f *failure) Unwrap() error { return f.cause }

// Codes of the platform that no status of HTTP stands for in the same sense.
const (
	codeInternal = 403 // "internal error"
	codeIdle     = 408 // also: nothing came within the patience of a poll
	codeDaily    = 426 // a daily limit
	codeQuota    = 429
)

// How long to leave alone what is over a limit, when the platform does not say.
const (
	quotaPause = time.Minute
	dailyPause = time.Hour
)

// fate says what became of a message whose call failed, and a short reason.
func (f *failure) fate() (bot.Fate, string) {
	if !f.said {
		return f.fateUnanswered()
	}
	switch f.code {
	case http.StatusUnauthorized:
		return bot.Broken, bot.WhyToken
	case http.StatusBadRequest, codeInternal, http.StatusNotFound:
		if why := f.person(); why != "" {
			return bot.Unreachable, why
		}
	}
	switch {
	case f.code == http.StatusNotFound:
		return bot.Broken, bot.WhyToken // the path is wrong: the token, or the address
	case f.code == codeQuota, f.code == codeDaily:
		return bot.Retry, ""
	case f.code == codeInternal, f.code == codeIdle, f.code < http.StatusBadRequest,
		f.code >= http.StatusInternalServerError:
		return bot.Uncertain, "" // it may have failed after sending
	}
	return bot.Refused, ""
}

// person reads from the words of a refusal that nobody can be reached under this
// id. The platform has no code for it.
func (f *failure) person() (why string) {
	switch {
	case f.says("block"):
		return bot.WhyBlocked
	case f.says("deactivated"), f.says("inactive"):
		return bot.WhyInactive
	case !f.says("chat") && !f.says("user"):
		return ""
	case f.says("not found"), f.says("not exist"), f.says("unknown"), f.says("invalid"):
		return bot.WhyLeft
	}
	return ""
}

// fateUnanswered is the fate when the platform itself has said nothing. A
// message carries no key by which a repetition could be told, so what may have
// arrived stays uncertain.
func (f *failure) fateUnanswered() (bot.Fate, string) {
	switch {
	case f.status == 0 && !f.asked:
		return bot.Retry, "" // not connected, or told to stop before
	case f.status == http.StatusUnauthorized, f.status == http.StatusNotFound:
		return bot.Broken, bot.WhyToken // a token that is no good may get a page of HTML
	case f.status == http.StatusTooManyRequests:
		return bot.Retry, ""
	case f.status == http.StatusRequestEntityTooLarge:
		return bot.Refused, ""
	}
	return bot.Uncertain, ""
}

func (f *failure) says(words string) bool {
	return strings.Contains(strings.ToLower(f.description), words)
}

// idle reports whether a poll ended because nothing came.
func (f *failure) idle() bool { return f.code == codeIdle || !f.said && f.status == codeIdle }

// overLimit is how long to wait after a failure that is about a limit; else 0.
func (f *failure) overLimit() time.Duration {
	switch {
	case f.code != codeQuota && f.code != codeDaily && (f.said || f.status != http.StatusTooManyRequests):
		return 0
	case f.retryAfter > 0:
		return f.retryAfter
	case f.code == codeDaily:
		return dailyPause
	}
	return quotaPause
}

// sendError tells a failed call in the bot's terms.
func (c *Channel) sendError(err error) *bot.SendError {
	f := (*failure)(nil)
	if !errors.As(err, &f) {
		return &bot.SendError{Fate: bot.Refused, Cause: err}
	}
	fate, why := f.fate()
	result := &bot.SendError{Fate: fate, Why: why, Cause: f}
	if wait := f.overLimit(); wait > 0 {
		result.RetryAt = c.clock().Add(wait)
	}
	return result
}
