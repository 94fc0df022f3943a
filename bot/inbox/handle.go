package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"unicode/utf8"

	"canbobot/bot"
)

// handle gives an event to the handler, for at most handlePatience. A panic
// takes only that event down; its value may hold what a person wrote, so that
// the log gets its type and place.
func (b *Inbox) handle(ctx context.Context, in bot.Inbound) (err error) {
	ctx, cancel := context.WithTimeout(ctx, handlePatience)
	defer cancel()
	defer context.AfterFunc(b.life, cancel)()
	defer func() {
		if value := recover(); value != nil {
			err = panicked{fmt.Sprintf("%T", value)}
			b.logger.Error("handler panicked", "event", in.EventID, "type", fmt.Sprintf("%T", value), "stack",
				string(debug.Stack()))
		}
		if err == nil {
			b.succeeded()
		} else {
			b.count(Failed)
		}
	}()
	return b.config.Handler.Handle(ctx, in)
}

// panicked is a handler that panicked.
type panicked struct{ kind string }

func (p panicked) Error() string { return "handler panicked: " + p.kind }

// errSeal says that an event can be kept nowhere.
var errSeal = errors.New("event cannot be sealed")

// encode makes an event the sealed text that is parked or spooled.
func (b *Inbox) encode(in bot.Inbound) (string, error) {
	if year := in.At.Year(); year < 0 || year > 9999 { // a platform's slip, which JSON would not take
		in.At = b.clock()
	}
	plain, err := json.Marshal(in)
	if err != nil {
		return "", fmt.Errorf("%w: event %s: %w", errSeal, in.EventID, err)
	}
	return b.seal(plain)
}

func (b *Inbox) seal(plain []byte) (string, error) {
	sealed, err := b.config.Seal(plain)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errSeal, err)
	}
	if sealed == "" || !utf8.ValidString(sealed) {
		return "", fmt.Errorf("%w: the seal is not text", errSeal)
	}
	return sealed, nil
}

// decode is the reverse of encode.
func (b *Inbox) decode(sealed string) (in bot.Inbound, err error) {
	plain, err := b.config.Open(sealed)
	if err != nil {
		return bot.Inbound{}, fmt.Errorf("sealed event does not open: %w", err)
	}
	if err := json.Unmarshal(plain, &in); err != nil {
		// The text of the error may quote what a person wrote.
		return bot.Inbound{}, errors.New("sealed event cannot be read")
	}
	if in.EventID == "" && in.Channel == "" {
		return bot.Inbound{}, errors.New("sealed event is none")
	}
	return in, nil
}
