package zalobot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
)

// shortWait is how long a part of a reply waits for a platform that asks for a
// pause, so that a reply is not left half said.
const shortWait = 5 * time.Second

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

// layOut makes the texts of a reply. Its choices stay together where they fit
// into one message: under the last part, or in a message of their own.
func (c *Channel) layOut(reply bot.Reply) []string {
	title := strings.Join(strings.Fields(proper(reply.Title)), " ")
	parts := c.split(title + "\n" + strings.Trim(proper(reply.Text), "\n"))
	choices := c.choices(reply)
	if choices == "" {
		return parts
	}
	if len(parts) > 0 {
		last := &parts[len(parts)-1]
		if whole := *last + "\n\n" + choices; utf8.RuneCountInString(whole) <= c.limit {
			*last = whole
			return parts
		}
	}
	return append(parts, c.split(choices)...)
}

// choices draws the buttons as lines, and says how to answer where there is
// something to choose and not only a page to open.
func (c *Channel) choices(reply bot.Reply) string {
	lines := bot.Listed(reply)
	if c.Numbers(reply) && c.words.Numbers != nil {
		lines = append(lines, c.words.Numbers(reply.Mark+"1"))
	}
	return proper(strings.Join(lines, "\n"))
}

// split cuts a text into messages. Blank ones are left out, since the platform
// refuses them; so none may come back.
func (c *Channel) split(text string) []string {
	var parts []string
	for _, part := range bot.Split(strings.Trim(text, "\n"), c.limit) {
		if part = strings.Trim(part, "\n"); strings.TrimSpace(part) != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// proper is the text as the platform counts it: valid UTF-8, in the composed
// form in which a Vietnamese letter is one. It goes without parse_mode, so that
// letters that mark up something elsewhere are just letters.
func proper(text string) string {
	return norm.NFC.String(strings.ToValidUTF8(text, string(utf8.RuneError)))
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
	failed := (*bot.SendError)(nil)
	if s.begun && errors.As(err, &failed) && failed.Fate == bot.Retry && !failed.RetryAt.IsZero() {
		if wait := failed.RetryAt.Sub(c.clock()); wait <= shortWait && c.pause(ctx, wait) == nil {
			result, err = c.ask(ctx, patience, method, params)
		}
	}
	if err != nil {
		return "", err
	}
	s.begun = true
	// What cannot be read was sent all the same.
	var sent struct {
		ID word `json:"message_id"`
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
		return "", refused("the platform takes no files, and there is no shelf to lay them on")
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
	for _, part := range s.channel.split(proper(s.channel.words.Link(file.Name, address))) {
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
	if name := s.channel.split(proper(file.Name)); len(name) > 0 {
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
		return refused("no id of a chat")
	}
	return nil
}
