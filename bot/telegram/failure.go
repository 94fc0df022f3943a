package telegram

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// failure is a call that did not succeed. Its text holds no token, no text of a
// message and no address.
type failure struct {
	method      string
	asked       bool // something may have reached the server
	status      int  // of the HTTP answer; 0 when none came
	page        bool // the answer is something, but no JSON: something on the way made it
	code        int  // of the Bot API's answer; 0 when what answered was not the Bot API
	description string
	retryAfter  time.Duration
	movedTo     int64
	cause       error // why no answer came, or none that could be read
}

func (f *failure) Error() string {
	var text strings.Builder
	text.WriteString("telegram")
	if f.method != "" {
		text.WriteString(" " + f.method)
	}
	switch {
	case f.code != 0:
		fmt.Fprintf(&text, ": %d %s", f.code, f.description)
	case f.status != 0:
		fmt.Fprintf(&text, ": HTTP %d, not an answer of the Bot API", f.status)
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

// failed makes a failure of what the library returned.
func (c *Channel) failed(method string, e *exchange, answer *tgbotapi.APIResponse, err error) *failure {
	f := &failure{method: method, asked: e.asked.Load(), status: e.status, page: e.page}
	said := (*tgbotapi.Error)(nil)
	if !errors.As(err, &said) || answer == nil {
		f.cause = botapi.Redact(err, c.token)
		return f
	}
	// Error.Code is missing from uploads; the answer itself has it. An answer in
	// JSON without a code comes from something else than the Bot API.
	f.code = answer.ErrorCode
	f.description = botapi.Tellable(said.Message, c.token)
	f.movedTo = said.MigrateToChatID
	f.retryAfter = botapi.Seconds(said.RetryAfter)
	return f
}

// fate says what became of a message whose call failed.
func (f *failure) fate() bot.Fate {
	if f.retryAfter > 0 { // before the code, of which an upload's error knows nothing
		return bot.Retry
	}
	if f.code == 0 {
		return f.fateUnanswered()
	}
	switch {
	case f.code == http.StatusTooManyRequests:
		return bot.Retry
	case f.code == http.StatusUnauthorized, f.code == http.StatusNotFound:
		return bot.Broken // the token was revoked, or never was one
	case f.code == http.StatusForbidden, f.says("chat not found"), f.says("user not found"), f.says("PEER_ID_INVALID"),
		f.says("user is deactivated"):
		return bot.Unreachable
	case f.code == http.StatusConflict, f.code == http.StatusServiceUnavailable:
		return bot.Retry
	case f.code >= http.StatusInternalServerError:
		return bot.Uncertain // it may have failed after sending
	}
	return bot.Refused
}

// fateUnanswered is the fate when the Bot API has said nothing. sendMessage
// knows no idempotency key, so what may have arrived stays uncertain.
func (f *failure) fateUnanswered() bot.Fate {
	switch {
	case !f.asked:
		return bot.Retry // not connected, or told to stop before
	case f.status == http.StatusRequestEntityTooLarge:
		return bot.Refused
	case f.status == http.StatusServiceUnavailable, f.page && f.status < http.StatusInternalServerError:
		return bot.Retry // a page of something on the way, which let nothing pass
	}
	return bot.Uncertain // also where a gateway passed the request on, and heard nothing good
}

func (f *failure) says(words string) bool {
	return strings.Contains(strings.ToLower(f.description), strings.ToLower(words))
}

// sendError tells a failed call in the bot's terms.
func (c *Channel) sendError(err error) *bot.SendError {
	f := (*failure)(nil)
	if !errors.As(err, &f) {
		return &bot.SendError{Fate: bot.Refused, Cause: err}
	}
	result := &bot.SendError{Fate: f.fate(), Cause: f}
	if f.retryAfter > 0 {
		result.RetryAt = c.clock().Add(f.retryAfter)
	}
	if f.movedTo != 0 {
		result.MovedTo = strconv.FormatInt(f.movedTo, 10)
	}
	return result
}

// refusedAs reports whether the Bot API refused a call with these words.
func refusedAs(err error, words string) bool {
	f := (*failure)(nil)
	return errors.As(err, &f) && f.code == http.StatusBadRequest && f.says(words)
}
