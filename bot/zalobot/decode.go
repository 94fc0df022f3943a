package zalobot

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
)

// update is what is read of an event:
//
//	{"event_name":"message.text.received","message":{
//	  "from":{"id":"6ede9afa66b88fe6d6a9","display_name":"Ted","is_bot":false},
//	  "chat":{"id":"6ede9afa66b88fe6d6a9","chat_type":"PRIVATE"},
//	  "text":"...","message_id":"2d758cb5e222177a4e35","date":1750316131602}}
type update struct {
	Event   word       `json:"event_name"`
	Message *inMessage `json:"message"`
}

type inMessage struct {
	ID   word `json:"message_id"`
	Date word `json:"date"` // milliseconds; seconds in older events
	From struct {
		ID    word `json:"id"`
		IsBot word `json:"is_bot"`
	} `json:"from"`
	Chat struct {
		ID   word `json:"id"`
		Type word `json:"chat_type"` // PRIVATE or GROUP
	} `json:"chat"`
	Text     word `json:"text"`
	Caption  word `json:"caption"`
	PhotoURL word `json:"photo_url"` // as events have it
	Photo    word `json:"photo"`     // as the documentation has it
	URL      word `json:"url"`       // of a sticker
	VoiceURL word `json:"voice_url"`
}

// ignored says why an event needs no answer; empty when it was accepted.
type ignored string

const (
	unreadable   ignored = "unreadable" // never to be read, however often it comes
	unknownEvent ignored = "event of an unknown name"
	ofABot       ignored = "a bot sent it"
)

// updatesIn finds the updates in what the platform hands over: one, wrapped as
// an answer or bare, or a list of them.
func updatesIn(raw []byte) []json.RawMessage {
	var wrapped struct {
		Event  json.RawMessage `json:"event_name"`
		Result json.RawMessage `json:"result"`
	}
	if json.Unmarshal(raw, &wrapped) == nil && wrapped.Event == nil && wrapped.Result != nil {
		raw = wrapped.Result
	}
	raw = bytes.TrimSpace(raw)
	var list []json.RawMessage
	if len(raw) > 0 && raw[0] == '[' && json.Unmarshal(raw, &list) == nil {
		return list
	}
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	return []json.RawMessage{raw}
}

// decode makes an Inbound of an update. Who may do what is judged by the
// services.
func decode(raw []byte, now time.Time) (bot.Inbound, ignored) {
	var u update
	if json.Unmarshal(raw, &u) != nil || u.Event == "" {
		return bot.Inbound{}, unreadable
	}
	in := bot.Inbound{Channel: Name}
	read := readers[u.Event]
	switch {
	case read == nil:
		return bot.Inbound{}, unknownEvent
	case u.Message == nil:
		return bot.Inbound{}, unreadable
	}
	m := u.Message
	if m.From.IsBot == "true" {
		return bot.Inbound{}, ofABot
	}
	in.UserID, in.ChatID = string(m.From.ID), string(m.Chat.ID)
	if !shape.MatchString(in.UserID) || !shape.MatchString(in.ChatID) {
		return bot.Inbound{}, unreadable
	}
	in.Private = strings.EqualFold(string(m.Chat.Type), "PRIVATE")
	in.EventID = eventID(m.ID, raw)
	in.At = dateOf(m.Date, now)
	read(m, &in)
	return in, ""
}

// eventID is the message's own id. An event without a usable one is named after
// what it holds, which a repetition holds too.
func eventID(id word, raw []byte) string {
	if shape.MatchString(string(id)) {
		return string(id)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}

// Dates outside of these cannot be meant.
const (
	firstMilli = 1_000_000_000_000 // 2001 in milliseconds; anything smaller is in seconds
	ahead      = 24 * time.Hour
)

var oldest = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// dateOf reads a date; now when there is none that can be meant.
func dateOf(date word, now time.Time) time.Time {
	n, err := strconv.ParseInt(string(date), 10, 64)
	at := time.UnixMilli(n)
	if n < firstMilli {
		at = time.Unix(n, 0)
	}
	if err != nil || at.Before(oldest) || at.After(now.Add(ahead)) {
		return now
	}
	return at
}

// readers read what each event brings.
var readers = map[word]func(m *inMessage, in *bot.Inbound){
	"message.text.received": func(m *inMessage, in *bot.Inbound) {
		in.Text, in.Cut = clean(string(m.Text), bot.MaxText)
		if in.Text == "" { // of control characters alone
			in.Attachment = &bot.Attachment{Kind: bot.Other}
		}
	},
	"message.image.received": func(m *inMessage, in *bot.Inbound) {
		in.Text, in.Cut = clean(string(m.Caption), bot.MaxText)
		in.Attachment = fileAt(bot.Photo, m.PhotoURL, m.Photo)
	},
	"message.sticker.received": func(m *inMessage, in *bot.Inbound) { in.Attachment = fileAt(bot.Sticker, m.URL) },
	"message.voice.received":   func(m *inMessage, in *bot.Inbound) { in.Attachment = fileAt(bot.Voice, m.VoiceURL) },
	// Content that the platform does not pass on, or a person whom it protects: a
	// kind answer is due all the same.
	"message.unsupported.received": func(_ *inMessage, in *bot.Inbound) { in.Attachment = &bot.Attachment{Kind: bot.Other} },
}

// maxAddress bounds an address, in bytes; a longer one cannot be fetched.
const maxAddress = 2048

// fileAt makes an attachment of the first address that is there.
func fileAt(kind bot.AttachmentKind, addresses ...word) *bot.Attachment {
	a := &bot.Attachment{Kind: kind}
	for _, address := range addresses {
		if a.ID == "" && len(address) <= maxAddress {
			a.ID = string(address)
		}
	}
	return a
}

// clean makes a text fit for the bot: valid UTF-8, composed, without control
// characters and without the marks that reverse the order of letters, at most
// limit runes.
func clean(text string, limit int) (cleaned string, cut bool) {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, string(utf8.RuneError)), "\r\n", "\n")
	text = strings.Map(func(letter rune) rune {
		switch {
		case letter == '\n':
			return letter
		case letter == '\t', letter == '\r', letter == '\u2028', letter == '\u2029':
			return ' '
		case unicode.IsControl(letter), unicode.Is(unicode.Bidi_Control, letter), letter == '\ufeff':
			return -1
		}
		return letter
	}, text)
	text = strings.TrimSpace(norm.NFC.String(text))
	if utf8.RuneCountInString(text) <= limit {
		return text, false
	}
	runes := 0
	for at := range text {
		if runes == limit {
			return strings.TrimSpace(text[:at]), true
		}
		runes++
	}
	return text, false
}
