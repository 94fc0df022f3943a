package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Channel is a way to reach people. Everything beyond sending is a further
// small interface that the dispatcher and the delivery ask for.
//
// Implementations are safe for concurrent use and hold no conversation state.
type Channel interface {
	// Name is the word stored beside every account of the channel.
	Name() string
	// Send delivers a reply to a chat and returns a reference by which Editor
	// can redraw the message that carries the buttons. A reply too long for the
	// channel is split at lines, the buttons staying on the last part. A failure
	// is always a *SendError.
	Send(ctx context.Context, chatID string, reply Reply) (ref string, err error)
}

// Editor is a channel that can redraw a sent message.
type Editor interface {
	// Edit redraws message ref in place. Nothing to change is success.
	Edit(ctx context.Context, chatID, ref string, reply Reply) error
}

// Presser is a channel whose pressed buttons wait for a sign.
type Presser interface {
	// Pressed ends the waiting sign of the button press that in describes. Too
	// late is success.
	Pressed(ctx context.Context, in Inbound) error
}

// Typist shows that an answer is on its way.
type Typist interface {
	Typing(ctx context.Context, chatID string) error
}

// Contacts is a channel whose platform vouches for a person's own number.
type Contacts interface {
	SharesContacts() bool
}

// Numbered is a channel without buttons: it draws the choices of a reply as a
// numbered list, and a typed number stands for the choice.
type Numbered interface {
	NumbersButtons() bool
}

// Fetcher brings the bytes of what a person sent.
type Fetcher interface {
	// Fetch reads at most limit bytes; a larger file is an error.
	Fetch(ctx context.Context, id string, limit int64) ([]byte, error)
}

// Handler takes what came in. A nil error acknowledges the event: it is done or
// was refused with words to the person. After an error the platform must
// deliver the event again.
type Handler interface {
	Handle(ctx context.Context, in Inbound) error
}

// Fate says what became of a message that could not simply be sent.
type Fate string

const (
	Retry       Fate = "retry"       // not delivered; ask again at RetryAt
	Unreachable Fate = "unreachable" // this person cannot be reached here: blocked, left, deactivated
	Refused     Fate = "refused"     // our fault: the same request will never succeed
	Uncertain   Fate = "uncertain"   // asked, never heard: maybe delivered
	Broken      Fate = "broken"      // the channel itself is shut: token revoked, account closed
)

// SendError is how every failed send ends.
type SendError struct {
	Fate    Fate
	RetryAt time.Time // for Retry; zero when the platform did not say
	MovedTo string    // the chat's new id, when the platform says that it moved
	Cause   error     // for the log; carries no token and no text of the message
}

func (e *SendError) Error() string { return fmt.Sprintf("send: %s: %v", e.Fate, e.Cause) }
func (e *SendError) Unwrap() error { return e.Cause }

// FateOf reads the fate of a failed send; an error of unknown origin is
// Uncertain, since the message may have left.
func FateOf(err error) Fate {
	if send := (*SendError)(nil); errors.As(err, &send) {
		return send.Fate
	}
	return Uncertain
}
