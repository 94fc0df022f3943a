package bot

import (
	"canbobot/services"
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

// Reactor can put a sign on what a person sent, where no typing sign exists:
// seen, and being worked on.
type Reactor interface {
	React(ctx context.Context, in Inbound) error
}

// Runner is a channel that asks its platform for something of its own: who it is
// there, what people did, or to be told of that.
type Runner interface {
	// Run goes on until ctx ends; what came in by asking goes to handler.
	Run(ctx context.Context, handler Handler)
}

// Door is how people come into a chat with the bot; empty while the platform has
// not said.
type Door struct {
	Chat  string // the address that opens the chat
	Start string // followed by a code it hands the code over too; empty where nothing can be
}

// Opener is a channel whose chat is opened by an address.
type Opener interface {
	Door() Door
}

// Pace is how fast one bot may write.
type Pace struct {
	// PerSecond bounds what goes to many, all replicas together; 0 for no bound.
	PerSecond float64
	// EachChat is the pause between two messages to one chat; 0 for none.
	EachChat time.Duration
}

// Paced is a channel whose platform bounds how fast one bot may write.
type Paced interface {
	Pace() Pace
}

// Boxed is a channel whose events must be kept at once: its platform wants an
// answer sooner than one may be made, or tells of an event only once.
type Boxed interface {
	// Repeats reports whether the platform brings an event again that was not
	// acknowledged.
	Repeats() bool
}

// Watched is a channel that wants to be looked at by the clock: what it speaks with
// has to be renewed, or it may have fallen silent.
type Watched interface {
	Watch(ctx context.Context) error
}

// Round looks at the channels that want it.
func Round(channels map[string]Channel) services.Round {
	return services.Round{Name: "keep_fresh", Does: "renews what channels speak with, and finds those that fell silent",
		Every: 15 * time.Minute, AtStart: true, Do: func(ctx context.Context) (looked int, failed error) {
			for _, channel := range channels {
				if watched, ok := channel.(Watched); ok {
					looked, failed = looked+1, errors.Join(failed, watched.Watch(ctx))
				}
			}
			return looked, failed
		}}
}

// Contacts is a channel whose platform vouches for a person's own number.
type Contacts interface {
	SharesContacts() bool
}

// Numbered is a channel that cannot draw every reply's choices as buttons. Those
// it cannot are drawn as the lines of Listed, and what is typed in front of a
// line stands for its choice.
type Numbered interface {
	Numbers(reply Reply) bool
}

// Reporter is a channel whose platform tells when a message has arrived and was
// seen, naming it by the reference that Send returned.
type Reporter interface {
	ReportsDelivery() bool
}

// Window is what the platform makes of a message to somebody who was last heard
// of a while ago.
type Window string

const (
	Free   Window = "free"
	Billed Window = "billed" // accepted, and paid for by the ward
	Closed Window = "closed" // refused, until they write again
)

// Windowed is a channel that may write to a person only for a while after they
// did. Answers are always inside.
type Windowed interface {
	Window(sinceLastSeen time.Duration) Window
}

// Template is a text that the platform has approved, by its number there, with
// what fills its gaps.
type Template struct {
	ID   string
	Data map[string]string
	// Key names this message for ever, so that a repetition can be told: at most
	// 48 bytes of [a-z0-9-].
	Key string
}

// Templater is a channel whose platform delivers approved templates at any
// time: to a user's id or, when that is empty, to a phone number (E.164).
type Templater interface {
	SendTemplate(ctx context.Context, userID, phone string, template Template) (ref string, err error)
}

// Shelf keeps a file that a channel cannot carry and returns the address at
// which the person of the chat opens it for a short while. The address of a
// picture may be opened again and again, since the platform itself fetches it;
// a document can be taken once.
type Shelf interface {
	Offer(ctx context.Context, channel, chatID string, file File, picture bool) (address string, err error)
}

// ErrFileTooLarge is what Fetch returns for a file above the limit.
var ErrFileTooLarge = errors.New("the file is too large")

// Fetcher brings the bytes of what a person sent.
type Fetcher interface {
	// Fetch reads at most limit bytes; a larger file is ErrFileTooLarge.
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
	Why     string    // a short code for people and statistics: WhyBlocked ...; may be empty
	Cause   error     // for the log; carries no token and no text of the message
}

func (e *SendError) Error() string { return fmt.Sprintf("send: %s: %v", e.Fate, e.Cause) }
func (e *SendError) Unwrap() error { return e.Cause }

// Reasons that a screen has words for; channels add their own codes to Broken.
const (
	WhyBlocked   = "blocked"       // the person blocked the bot, or this kind of message
	WhyLeft      = "left"          // the person does not follow, or never wrote to the bot
	WhyInactive  = "inactive"      // the account is closed, or its owner has been away for long
	WhyWindow    = "window"        // too long since they last wrote
	WhyQuota     = "quota"         // they have received all that they may for now
	WhyToken     = "token"         // Broken: the token is no good
	WhySuspended = "suspended"     // Broken: the bot, app or account was closed
	WhyPlan      = "plan"          // Broken: the plan, verification or money does not suffice
	WhyAllowance = "channel_quota" // the channel's own quota is used up
)

// WhyOf reads the reason of a failed send; empty when none was given.
func WhyOf(err error) string {
	if send := (*SendError)(nil); errors.As(err, &send) {
		return send.Why
	}
	return ""
}

// FateOf reads the fate of a failed send; an error of unknown origin is
// Uncertain, since the message may have left.
func FateOf(err error) Fate {
	if send := (*SendError)(nil); errors.As(err, &send) {
		return send.Fate
	}
	return Uncertain
}
