// Package web is the try-it page: two phones side by side in a browser, talking
// to the bot as a channel like the others.
//
// Chats live in memory and are bounded. A page hears of them by server-sent
// events: each change to a chat takes the next number of one counter, and a
// page that was away asks for all that changed since the number it saw last.
// Nothing is queued for a slow page, so it can neither miss a message nor hold
// memory.
//
// The page plays anyone it is told to, so it belongs on a loopback address.
package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"canbobot/bot"
)

// Name is the channel's name, stored beside its accounts.
const Name = "web"

// Character is somebody who can be played.
type Character struct {
	ID    string   // their user on this channel and their chat; at most 64 bytes
	Name  string   // as people call them
	Role  string   // what they do, for whoever picks
	Group string   // heading in the list; characters of a group stand together
	Tries []string // phrases offered while their phone is empty
}

// Config is what the page needs from the outside.
type Config struct {
	// Path is where the page lives; "/try" when empty.
	Path string
	// Hosts are names the page may be asked for by, besides loopback ones.
	Hosts []string
	// Characters lists who can be played. The left phone starts with the first,
	// the right one with the first of another group.
	Characters func(ctx context.Context) ([]Character, error)
	// Phone is the number of a character's simulated phone, empty when it has
	// none: whoever plays then types one.
	Phone func(userID string) string
	// Words are the page's texts, by the keys of WordKeys.
	Words  Words
	Clock  func() time.Time
	Logger *slog.Logger
	// Heartbeat is the pause between signs of life on a silent stream; 15
	// seconds when zero.
	Heartbeat time.Duration
}

// Limits on what is kept in memory and on what a page may send.
const (
	maxChats    = 1000
	maxMessages = 200     // of a chat
	maxText     = 4000    // runes of a bubble; longer replies are split
	maxUpload   = 2 << 20 // bytes of a photo or document sent from a phone
	maxFile     = 8 << 20 // bytes of a file sent by the bot
	maxFiles    = 64 << 20
	maxStreams  = 64
	maxUnderway = 8 // events of a chat being handled at once
)

// Channel is the page's end of the conversation. It implements bot.Channel and
// its powers Editor, Presser, Typist, Contacts and Fetcher.
type Channel struct {
	config Config
	epoch  string // tells messages and streams of this process from an earlier one's
	token  string // proves that a request comes from a page of this process

	mu      sync.Mutex
	count   uint64 // last number given to a change
	chats   map[string]*chat
	files   fileShelf
	streams map[*stream]struct{}
	closed  chan struct{}
	closing sync.Once
}

var (
	_ bot.Channel  = (*Channel)(nil)
	_ bot.Editor   = (*Channel)(nil)
	_ bot.Presser  = (*Channel)(nil)
	_ bot.Typist   = (*Channel)(nil)
	_ bot.Contacts = (*Channel)(nil)
	_ bot.Drawer   = (*Channel)(nil)
	_ bot.Fetcher  = (*Channel)(nil)
)

// New makes the channel. Routes serves its page.
func New(config Config) *Channel {
	if config.Path == "" {
		config.Path = "/try"
	}
	if config.Clock == nil {
		config.Clock = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Heartbeat == 0 {
		config.Heartbeat = 15 * time.Second
	}
	if config.Phone == nil {
		config.Phone = func(string) string { return "" }
	}
	return &Channel{
		config:  config,
		epoch:   randomID(4),
		token:   randomID(16),
		chats:   map[string]*chat{},
		files:   fileShelf{byID: map[string]*storedFile{}},
		streams: map[*stream]struct{}{},
		closed:  make(chan struct{}),
	}
}

// Close ends every open stream, so that a server can shut down: pages hold
// their streams for ever. It is meant for http.Server.RegisterOnShutdown.
func (c *Channel) Close() { c.closing.Do(func() { close(c.closed) }) }

// Name is "web".
func (c *Channel) Name() string { return Name }

// SharesContacts is true: the simulated phone vouches for its own number.
func (c *Channel) SharesContacts() bool { return true }

// Send adds the reply to a chat, split at lines when it is too long for one
// bubble. The reference is that of the bubble with the buttons.
func (c *Channel) Send(ctx context.Context, chatID string, reply bot.Reply) (string, error) {
	if reply.Empty() {
		return "", nil // the zero Reply says nothing
	}
	if err := ctx.Err(); err != nil {
		return "", &bot.SendError{Fate: bot.Retry, Cause: err}
	}
	if err := check(chatID, reply); err != nil {
		return "", &bot.SendError{Fate: bot.Refused, Cause: err}
	}
	reply = composed(reply)
	parts := bot.Split(reply.Text, maxText)
	c.mu.Lock()
	defer c.mu.Unlock()
	room := c.chat(chatID)
	if !room.typing.IsZero() {
		room.typing = time.Time{}
		c.changed(room, &room.typingSeq)
	}
	title := reply.Title
	for _, part := range parts[:len(parts)-1] {
		c.add(room, message{Title: title, Text: part, Private: reply.Protect})
		title = ""
	}
	last := c.draw(reply)
	last.Title, last.Text = title, parts[len(parts)-1]
	return c.add(room, last).ID, nil
}

// Edit redraws a bubble in place on every page that shows it.
func (c *Channel) Edit(ctx context.Context, chatID, ref string, reply bot.Reply) error {
	if err := ctx.Err(); err != nil {
		return &bot.SendError{Fate: bot.Retry, Cause: err}
	}
	if err := check(chatID, reply); err != nil {
		return &bot.SendError{Fate: bot.Refused, Cause: err}
	}
	if reply.Empty() {
		return &bot.SendError{Fate: bot.Refused, Cause: errors.New("nothing to show in its place")}
	}
	reply = composed(reply)
	if len(bot.Split(reply.Text, maxText)) > 1 {
		return &bot.SendError{Fate: bot.Refused, Cause: errors.New("too long to redraw in one bubble")}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.find(chatID, ref)
	if old == nil || old.Mine {
		return &bot.SendError{Fate: bot.Refused, Cause: errors.New("no such message of the bot")}
	}
	if old.print == fingerprint(reply) {
		return nil
	}
	drawn := c.draw(reply)
	drawn.Title, drawn.Text = reply.Title, reply.Text
	drawn.ID, drawn.Order, drawn.At, drawn.Press, drawn.Edited = old.ID, old.Order, old.At, old.Press, true
	*old = drawn
	c.changed(c.chats[chatID], &old.seq)
	return nil
}

// Pressed ends the waiting sign of a pressed button.
func (c *Channel) Pressed(_ context.Context, in bot.Inbound) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m := c.find(in.ChatID, in.MessageRef); m != nil && m.Press != nil && m.Press.Event == in.EventID &&
		m.Press.State == stateSending {
		m.Press = &press{Event: in.EventID, Action: in.Action, State: stateSent}
		c.changed(c.chats[in.ChatID], &m.seq)
	}
	return nil
}

// typingSign is how long the typing sign stays without a message, as on Telegram.
const typingSign = 5 * time.Second

// Typing shows the typing sign for five seconds or until the next message.
func (c *Channel) Typing(_ context.Context, chatID string) error {
	if !validID(chatID) {
		return &bot.SendError{Fate: bot.Refused, Cause: errors.New("chat id")}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	room := c.chat(chatID)
	room.typing = c.config.Clock().Add(typingSign)
	c.changed(room, &room.typingSeq)
	return nil
}

// Fetch brings a photo or document that was sent from a phone.
func (c *Channel) Fetch(_ context.Context, id string, limit int64) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	file := c.files.byID[id]
	switch {
	case file == nil:
		return nil, errors.New("no such file, or kept no longer")
	case int64(len(file.content)) > limit:
		return nil, bot.ErrFileTooLarge
	}
	return append([]byte(nil), file.content...), nil
}

// check refuses what no phone could show.
func check(chatID string, reply bot.Reply) error {
	if !validID(chatID) {
		return errors.New("chat id")
	}
	if err := reply.Check(); err != nil {
		return err
	}
	for _, button := range slices.Concat(reply.Buttons...) {
		if button.URL != "" && !webPage(button.URL) {
			return errors.New("button page is not http")
		}
	}
	for _, file := range reply.Files {
		if file.Name == "" || len(file.Content) > maxFile {
			return errors.New("file without a name or too large")
		}
	}
	return nil
}

func webPage(address string) bool {
	page, err := url.Parse(address)
	return err == nil && (page.Scheme == "https" || page.Scheme == "http") && page.Host != ""
}

// validID reports whether id can name a user and their chat.
func validID(id string) bool {
	return id != "" && len(id) <= 64 && !strings.ContainsFunc(id,
		func(r rune) bool { return r <= ' ' || r == 0x7f || r == 0xfffd })
}

// randomID is n random bytes in hexadecimal.
func randomID(n int) string {
	raw := make([]byte, n)
	rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}
