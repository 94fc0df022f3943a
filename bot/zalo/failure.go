package zalo

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"canbobot/bot"
)

// failure is a call that did not succeed. Its text holds no token, no address,
// and nothing of what Zalo said but the code: Zalo's words may quote the message.
type failure struct {
	method   string // the path that was called
	business bool   // on the host that takes phone numbers
	asked    bool   // something may have reached the server
	status   int    // of the HTTP answer; 0 when none came
	said     bool   // the OpenAPI itself answered, with an error
	code     int    // as it said
	message  string // as it said, in lower case: only to tell two meanings apart
	cause    error  // why no answer came
}

func (f *failure) Error() string {
	var text strings.Builder
	text.WriteString("zalo " + f.method)
	switch {
	case f.said:
		fmt.Fprintf(&text, ": %d %s", f.code, f.rule().meaning)
	case f.status != 0:
		fmt.Fprintf(&text, ": HTTP %d, not an answer of the OpenAPI", f.status)
	case f.asked:
		text.WriteString(": asked and not answered")
	default:
		text.WriteString(": not asked")
	}
	if f.cause != nil {
		fmt.Fprintf(&text, ": %v", f.cause)
	}
	return text.String()
}

func (f *failure) Unwrap() error { return f.cause }

// rule says what the failure means. A message carries no key by which a
// repetition could be told, so what may have arrived stays uncertain.
func (f *failure) rule() rule {
	if f.said {
		where := api
		if f.business {
			where = business
		}
		if found, known := ruleOf(where, f.code, f.message); known {
			return found
		}
		if f.status < http.StatusInternalServerError {
			return rule{fate: bot.Refused, meaning: "unknown code"}
		}
		return rule{fate: bot.Uncertain, meaning: "unknown code"} // it may have failed after sending
	}
	switch {
	case f.status == 0 && !f.asked:
		return rule{fate: bot.Retry} // not connected, or told to stop before
	case f.status == http.StatusTooManyRequests:
		return rule{fate: bot.Retry, pause: nextMinute}
	case f.status == http.StatusRequestEntityTooLarge:
		return rule{fate: bot.Refused}
	}
	return rule{fate: bot.Uncertain}
}

// sendError tells a failed call in the bot's terms.
func (c *Channel) sendError(f *failure) *bot.SendError {
	found := f.rule()
	if f.said && found.code == 0 {
		c.logger.Warn("unknown error code", "method", f.method, "code", f.code)
	}
	result := &bot.SendError{Fate: found.fate, Why: found.why, Cause: f}
	if found.pause != nil {
		result.RetryAt = found.pause(c.clock())
	}
	return result
}

// saidCode reports whether Zalo answered a call with this code.
func saidCode(err error, code int) bool {
	f := (*failure)(nil)
	return errors.As(err, &f) && f.said && f.code == code
}
