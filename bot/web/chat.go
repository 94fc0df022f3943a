package web

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
)

// chat is one person's conversation, as both ends see it.
type chat struct {
	id        string
	messages  []*message // oldest first
	events    []*event   // what the person did, oldest first
	underway  int        // events being handled
	typing    time.Time  // until when the bot said that it is writing
	typingSeq uint64
	used      uint64 // number of the last change
}

// message is a bubble, as the page draws it.
type message struct {
	ID      string     `json:"id"`    // the reference for Edit
	Order   uint64     `json:"order"` // place in the chat
	Mine    bool       `json:"mine,omitempty"`
	At      time.Time  `json:"at"`
	Title   string     `json:"title,omitempty"`
	Text    string     `json:"text,omitempty"`
	Rows    [][]button `json:"rows,omitempty"`
	Contact string     `json:"contact,omitempty"` // label of the own-number button
	Files   []file     `json:"files,omitempty"`
	Private bool       `json:"private,omitempty"`
	Edited  bool       `json:"edited,omitempty"`
	Event   string     `json:"event,omitempty"` // of what the person sent
	State   state      `json:"state,omitempty"` // of what the person sent
	Press   *press     `json:"press,omitempty"` // the button that was pressed last

	seq   uint64   // of its last change
	print [32]byte // of the reply that it shows
}

type button struct {
	Label  string    `json:"label"`
	Action string    `json:"action,omitempty"`
	URL    string    `json:"url,omitempty"`
	Style  bot.Style `json:"style,omitempty"`
}

type file struct {
	Name    string `json:"name"`
	URL     string `json:"url"`
	Size    int    `json:"size"`
	Picture bool   `json:"picture,omitempty"`
}

// press is a button on its way to the bot. It is replaced, never changed:
// frames hold it outside the lock.
type press struct {
	Event  string `json:"event"`
	Action string `json:"action"`
	State  state  `json:"state"`
}

// state of something that a person did.
type state string

const (
	stateSending state = "sending"
	stateSent    state = "sent"
	stateFailed  state = "failed"
)

// event is something that a person did and what became of it.
type event struct {
	in    bot.Inbound
	state state
}

// chat finds or makes a chat. Beyond maxChats the one unused for longest goes,
// unless a page shows it or an event of it is underway.
func (c *Channel) chat(id string) *chat {
	if room := c.chats[id]; room != nil {
		return room
	}
	if len(c.chats) >= maxChats {
		shown := map[string]bool{}
		for s := range c.streams {
			for _, id := range s.chats {
				shown[id] = true
			}
		}
		var oldest *chat
		for _, room := range c.chats {
			if !shown[room.id] && room.underway == 0 && (oldest == nil || room.used < oldest.used) {
				oldest = room
			}
		}
		if oldest != nil {
			delete(c.chats, oldest.id)
		}
	}
	c.count++
	room := &chat{id: id, used: c.count}
	c.chats[id] = room
	return room
}

// changed numbers a change to a chat and wakes the pages that show it.
func (c *Channel) changed(room *chat, seq *uint64) {
	c.count++
	*seq, room.used = c.count, c.count
	for s := range c.streams {
		if slices.Contains(s.chats, room.id) {
			select {
			case s.wake <- struct{}{}:
			default: // it is awake already and will find this change too
			}
		}
	}
}

// add puts a message at the end of a chat.
func (c *Channel) add(room *chat, m message) *message {
	added := &m
	c.changed(room, &added.seq)
	added.Order = c.count
	added.ID = fmt.Sprintf("%s-%d", c.epoch, c.count)
	added.At = c.config.Clock().UTC()
	room.messages = append(room.messages, added)
	if extra := len(room.messages) - maxMessages; extra > 0 {
		room.messages = slices.Delete(room.messages, 0, extra)
	}
	return added
}

func (c *Channel) find(chatID, ref string) *message {
	room := c.chats[chatID]
	if room == nil || ref == "" {
		return nil
	}
	for _, m := range slices.Backward(room.messages) {
		if m.ID == ref {
			return m
		}
	}
	return nil
}

// composed is the reply in the composed form, in which a Vietnamese letter
// counts as one.
func composed(reply bot.Reply) bot.Reply {
	reply.Title, reply.Text = norm.NFC.String(reply.Title), norm.NFC.String(reply.Text)
	reply.AskContact = norm.NFC.String(reply.AskContact)
	reply.Buttons = slices.Clone(reply.Buttons)
	for i, row := range reply.Buttons {
		row = slices.Clone(row)
		for j := range row {
			row[j].Label = norm.NFC.String(row[j].Label)
		}
		reply.Buttons[i] = row
	}
	reply.Files = slices.Clone(reply.Files)
	for i := range reply.Files {
		reply.Files[i].Name = norm.NFC.String(reply.Files[i].Name)
	}
	return reply
}

// Drawn shows a reply with buttons.
func (c *Channel) Drawn(reply bot.Reply) []string {
	return bot.DrawnWith([]string{bot.DrawnTitle(reply.Title, reply.Text)}, reply, true)
}

// draw lays out everything of a reply but its title and text.
func (c *Channel) draw(reply bot.Reply) message {
	m := message{Contact: reply.AskContact, Private: reply.Protect, print: fingerprint(reply)}
	for _, row := range reply.Buttons {
		drawn := make([]button, len(row))
		for i, b := range row {
			drawn[i] = button{Label: b.Label, Action: b.Action.String(), URL: b.URL, Style: b.Style}
		}
		if len(drawn) > 0 {
			m.Rows = append(m.Rows, drawn)
		}
	}
	for _, f := range reply.Files {
		m.Files = append(m.Files, c.keep(f.Name, f.MIME, f.Content))
	}
	return m
}

// fingerprint is equal for replies that look the same. It stands for the reply,
// whose files would otherwise stay in memory for as long as the message.
func fingerprint(reply bot.Reply) [32]byte {
	reply.Replace, reply.Card = false, bot.Card{}
	raw, _ := json.Marshal(reply) // strings, bytes and flags always marshal
	return sha256.Sum256(raw)
}

// fileShelf keeps files for as long as they fit; the oldest goes first.
type fileShelf struct {
	byID  map[string]*storedFile
	order []string
	bytes int
}

type storedFile struct {
	name    string
	mime    string
	picture bool
	content []byte
}

// pictures are the types that a page may show in place; all others are
// downloaded, since a browser might run them.
var pictures = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}

// keep puts a file on the shelf. What it is taken for is decided by its
// content, except that a download keeps the type it was given.
func (c *Channel) keep(name, kind string, content []byte) file {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	seen, _, _ := mime.ParseMediaType(http.DetectContentType(content))
	stored := &storedFile{name: name, mime: kind, content: content, picture: slices.Contains(pictures, seen)}
	if stored.picture || kind == "" {
		stored.mime = seen
	}
	id := randomID(12)
	shelf := &c.files
	shelf.byID[id] = stored
	shelf.order = append(shelf.order, id)
	shelf.bytes += len(content)
	for shelf.bytes > maxFiles {
		oldest := shelf.order[0]
		shelf.bytes -= len(shelf.byID[oldest].content)
		delete(shelf.byID, oldest)
		shelf.order = shelf.order[1:]
	}
	return file{Name: name, URL: c.config.Path + "/files/" + id, Size: len(content), Picture: stored.picture}
}

func (f file) id() string { return path.Base(f.URL) }

// shelve keeps a file that a person sent.
func (c *Channel) shelve(name string, content []byte) file {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keep(name, "", content)
}

func (c *Channel) stored(id string) *storedFile {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.files.byID[id]
}

func (c *Channel) has(chatID, ref string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.find(chatID, ref) != nil
}

// used reports whether anything was said in a chat.
func (c *Channel) used(chatID string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	room := c.chats[chatID]
	return room != nil && len(room.messages) > 0
}
