package zalobot

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// update is what is read of an event:
//
//	{"event_name":"message.text.received","message":{
//	  "from":{"id":"6ede9afa66b88fe6d6a9","display_name":"Ted","is_bot":false},
//	  "chat":{"id":"6ede9afa66b88fe6d6a9","chat_type":"PRIVATE"},
//	  "text":"...","message_id":"2d758cb5e222177a4e35","date":1750316131602}}
type update struct {
	Event   botapi.Word `json:"event_name"`
	Message *inMessage  `json:"message"`
}

type inMessage struct {
	ID   botapi.Word `json:"message_id"`
	Date botapi.Word `json:"date"` // milliseconds; seconds in older events
	From struct {
		ID    botapi.Word `json:"id"`
		IsBot botapi.Word `json:"is_bot"`
	} `json:"from"`
	Chat struct {
		ID   botapi.Word `json:"id"`
		Type botapi.Word `json:"chat_type"` // PRIVATE or GROUP
	} `json:"chat"`
	Text     botapi.Word `json:"text"`
	Caption  botapi.Word `json:"caption"`
	PhotoURL botapi.Word `json:"photo_url"` // as events have it
	Photo    botapi.Word `json:"photo"`     // as the documentation has it
	URL      botapi.Word `json:"url"`       // of a sticker
	VoiceURL botapi.Word `json:"voice_url"`
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
func eventID(id botapi.Word, raw []byte) string {
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
func dateOf(date botapi.Word, now time.Time) time.Time {
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
var readers = map[botapi.Word]func(m *inMessage, in *bot.Inbound){
	"message.text.received": func(m *inMessage, in *bot.Inbound) {
		in.Text, in.Cut = botapi.Clean(string(m.Text), bot.MaxText)
		if in.Text == "" { // of control characters alone
			in.Attachment = &bot.Attachment{Kind: bot.Other}
		}
	},
	"message.image.received": func(m *inMessage, in *bot.Inbound) {
		in.Text, in.Cut = botapi.Clean(string(m.Caption), bot.MaxText)
		in.Attachment = fileAt(bot.Photo, m.PhotoURL, m.Photo)
	},
	"message.sticker.received": func(m *inMessage, in *bot.Inbound) { in.Attachment = fileAt(bot.Sticker, m.URL) },
	"message.voice.received":   func(m *inMessage, in *bot.Inbound) { in.Attachment = fileAt(bot.Voice, m.VoiceURL) },
	// Content that the platform does not pass on, or a person whom it protects: a
	// kind answer is due all the same.
	"message.unsupported.received": func(_ *inMessage,
		in *bot.Inbound) {
		in.Attachment = &bot.Attachment{Kind: bot.Other}
	},
}

// maxAddress bounds an address, in bytes; a longer one cannot be fetched.
const maxAddress = 2048

// fileAt makes an attachment of the first address that is there.
func fileAt(kind bot.AttachmentKind, addresses ...botapi.Word) *bot.Attachment {
	a := &bot.Attachment{Kind: kind}
	for _, address := range addresses {
		if a.ID == "" && len(address) <= maxAddress {
			a.ID = string(address)
		}
	}
	return a
}
