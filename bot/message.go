package bot

import "time"

// Inbound is one thing a person did on a channel, already free of the
// channel's own wire format. Exactly one of Text, Action, Start, Contact,
// Attachment and Presence says what it was; Text may accompany an Attachment
// (its caption).
type Inbound struct {
	Channel string // the Channel's Name
	EventID string // unique per channel for as long as the platform may repeat it
	UserID  string // who acts, as the channel knows them; at most 64 bytes
	ChatID  string // where an answer goes; at most 64 bytes
	Private bool   // false in a group: nothing personal may be said there

	Text   string // NFC, valid UTF-8, at most MaxText runes
	Cut    bool   // Text was longer than MaxText and has been cut
	Action string // the Action of the button that was pressed; never trusted
	Start  string // the payload of a link that opened the chat: an invite code

	Contact    *Contact
	Attachment *Attachment
	Presence   Presence
	Report     *DeliveryReport `json:"Receipt"` // as events of an earlier release were kept

	MessageRef string // the message whose button was pressed; empty when it can no longer be edited
	At         time.Time
}

// MaxText is how much of a message is read, in runes. A form never needs more,
// and a notice is bounded well below it.
const MaxText = 4000

// Presence says that a person opened or closed their chat with the bot.
type Presence string

const (
	Joined Presence = "joined" // followed, unblocked
	Left   Presence = "left"   // blocked, unfollowed: no message reaches them
	// Withdrawn: they asked the platform to have their data forgotten.
	Withdrawn Presence = "withdrawn"
)

// DeliveryReport says that messages of the bot arrived at a person's phone, or were
// looked at. It is no sign of life: it opens no window.
type DeliveryReport struct {
	Refs []string // as Channel.Send returned them
	Seen bool     // else only delivered
}

// Contact is a phone number shared with the channel's own button. Own is true
// only where the platform vouches that the number belongs to who sent it.
type Contact struct {
	Phone string // as received
	Own   bool
}

// AttachmentKind names what was attached, so that a screen can answer kindly
// about what it cannot use.
type AttachmentKind string

const (
	Photo    AttachmentKind = "photo"
	Document AttachmentKind = "document"
	Voice    AttachmentKind = "voice"
	Sticker  AttachmentKind = "sticker"
	Location AttachmentKind = "location"
	Other    AttachmentKind = "other"
)

// Attachment names a file held by the platform; Fetcher brings its bytes.
type Attachment struct {
	Kind AttachmentKind
	ID   string // handle for Fetcher
	Name string
	Size int64 // bytes; 0 when unknown
}

// Reply is what the bot says: data, drawn by each channel as well as it can.
// The zero Reply says nothing.
type Reply struct {
	Title   string     // one short line set in bold where the channel can
	Text    string     // plain text; lines are the only formatting
	Buttons [][]Button // rows
	Files   []File     // sent after the text, in order

	AskContact string // label of the button that shares one's own phone number; channels without Contacts ignore it
	Replace    bool   // redraw the message whose button was pressed instead of adding one
	Protect    bool   // personal: not to be forwarded or saved where the channel can prevent it

	// Mark stands before the numbers where choices are numbered ("A" for A1, A2):
	// it keeps the choices of a message that came unasked apart from those of the
	// dialogue, which have no mark.
	Mark string

	Card Card // what the message is a card of, so that it can be redrawn when that changes

	// Shows are the people of the roster whose telephone number stands in it whole:
	// who reads it has looked, and that is written down before it is sent.
	Shows []int64
}

// Card names the thing that a message shows and offers decisions on.
type Card struct {
	Subject string // "change", "case", "link", "run"
	ID      int64
	Version int
}

// Empty reports whether there is nothing to send.
func (r Reply) Empty() bool { return r.Title == "" && r.Text == "" && len(r.Files) == 0 }

// Button is a choice.
type Button struct {
	Label  string // at most 20 letters
	Action Action
	URL    string // opens a page instead of acting; Action is then empty
	Style  Style
	Key    string // of its label, and of what people say in its place; "" for a label made of a name
}

// Style hints at what a choice does.
type Style string

const (
	Plain    Style = ""
	Positive Style = "positive"
	Negative Style = "negative"
)

// File is made by the bot and small enough for every channel that takes files.
type File struct {
	Name    string // with extension, Vietnamese letters allowed
	MIME    string
	Content []byte
	// Key names this file, content and name, for ever. A channel uploads a file
	// with a key once and then shows it by what its platform calls it. Empty for
	// one that goes to one person only: of that nothing is kept.
	Key string
}

// Row is a row of buttons.
func Row(buttons ...Button) []Button { return buttons }
