package zalobot

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// Send delivers a reply: its text, with the choices numbered under the last
// part, then its files. The reference is that of the last part of the text, and
// comes even with an error when that part was sent. AskContact and Protect have
// no counterpart here.
func (c *Channel) Send(ctx context.Context, chatID string, reply bot.Reply) (string, error) {
	if reply.Empty() {
		return "", nil // the zero Reply says nothing
	}
	if err := checkChat(chatID); err != nil {
		return "", err
	}
	s := sending{channel: c, chatID: chatID}
	ref := ""
	for _, part := range c.layOut(reply) {
		id, err := s.say(ctx, part)
		if err != nil {
			return "", err
		}
		ref = id
	}
	texts := s.begun
	for _, file := range reply.Files {
		id, err := s.file(ctx, file)
		if err != nil {
			return ref, err
		}
		if !texts {
			ref = id
		}
	}
	return ref, nil
}

// Drawn shows a reply with its choices as numbered lines.
func (c *Channel) Drawn(reply bot.Reply) []string {
	reply.AskContact = ""
	return bot.DrawnWith(c.layOut(reply), reply, false)
}

// layOut makes the texts of a reply, its choices numbered under the last.
func (c *Channel) layOut(reply bot.Reply) []string {
	return botapi.Numbered(botapi.Parts(botapi.Wording(reply), c.limit), reply, c.limit, c.words.Numbers)
}

// sending is a reply on its way, message by message.
type sending struct {
	channel *Channel
	chatID  string
	begun   bool // a part of the reply has arrived
}

type textMessage struct {
	ChatID string `json:"chat_id"`
	Text   string `json:"text"`
}

type photoMessage struct {
	ChatID  string `json:"chat_id"`
	Photo   string `json:"photo"` // an address
	Caption string `json:"caption,omitempty"`
}

func (s *sending) say(ctx context.Context, text string) (ref string, err error) {
	return s.send(ctx, callPatience, "sendMessage", textMessage{ChatID: s.chatID, Text: text})
}

// send sends one message. Within a reply that has begun a short pause is waited
// for here, since whoever repeats the reply repeats its beginning too.
func (s *sending) send(ctx context.Context, patience time.Duration, method string, params any) (ref string, err error) {
	c := s.channel
	result, err := c.ask(ctx, patience, method, params)
	if wait, soon := botapi.Soon(err, c.clock()); s.begun && soon && c.pause(ctx, wait) == nil {
		result, err = c.ask(ctx, patience, method, params)
	}
	if err != nil {
		return "", err
	}
	s.begun = true
	// What cannot be read was sent all the same.
	var sent struct {
		ID botapi.Word `json:"message_id"`
	}
	if json.Unmarshal(result, &sent) != nil || !shape.MatchString(string(sent.ID)) {
		return "", nil
	}
	return string(sent.ID), nil
}

// pictures are the types that the platform shows; everything else is a link.
var pictures = map[string]bool{"image/png": true, "image/jpeg": true}

// file sends a picture as a photo, which the platform fetches from the shelf,
// and everything else as the address where its reader fetches it.
func (s *sending) file(ctx context.Context, file bot.File) (ref string, err error) {
	if s.channel.shelf == nil {
		return "", botapi.Refused("the platform takes no files, and there is no shelf to lay them on")
	}
	if pictures[file.MIME] && http.DetectContentType(file.Content) == file.MIME {
		ref, err = s.photo(ctx, file)
		if err == nil || bot.FateOf(err) != bot.Refused {
			return ref, err
		}
		// Too large, or not to be fetched from where the platform is: its reader
		// may have more luck.
	}
	address, err := s.offer(ctx, file, false)
	if err != nil {
		return "", err
	}
	for _, part := range botapi.Parts(botapi.Proper(s.channel.words.Link(file.Name, address)), s.channel.limit) {
		if ref, err = s.say(ctx, part); err != nil {
			return "", err
		}
	}
	return ref, nil
}

func (s *sending) photo(ctx context.Context, file bot.File) (ref string, err error) {
	address, err := s.offer(ctx, file, true)
	if err != nil {
		return "", err
	}
	message := photoMessage{ChatID: s.chatID, Photo: address}
	if name := botapi.Parts(botapi.Proper(file.Name), s.channel.limit); len(name) > 0 {
		message.Caption = name[0]
	}
	return s.send(ctx, photoPatience, "sendPhoto", message)
}

// offer lays a file on the shelf. Where that fails nothing of the file was sent,
// and it may work later.
func (s *sending) offer(ctx context.Context, file bot.File, picture bool) (address string, err error) {
	address, err = s.channel.shelf.Offer(ctx, Name, s.chatID, file, picture)
	if err != nil {
		return "", &bot.SendError{Fate: bot.Retry, Cause: fmt.Errorf("lay a file on the shelf: %w", err)}
	}
	return address, nil
}

// shape is what every id of the platform looks like, and a part of the names
// under which the bot remembers things.
var shape = regexp.MustCompile(`^[A-Za-z0-9_.=+/-]{1,64}$`)

func checkChat(chatID string) error {
	if !shape.MatchString(chatID) {
		return botapi.Refused("no id of a chat")
	}
	return nil
}
