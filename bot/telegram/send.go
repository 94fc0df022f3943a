package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// Send delivers a reply: its text, with the buttons under the last part, then
// its files, then the keyboard that shares one's number. The reference is that
// of the message with the buttons, and comes even with an error when that
// message was sent.
func (c *Channel) Send(ctx context.Context, chatID string, reply bot.Reply) (string, error) {
	if reply.Empty() {
		return "", nil // the zero Reply says nothing
	}
	if err := checkChat(chatID); err != nil {
		return "", err
	}
	s := sending{channel: c, chatID: chatID, protect: reply.Protect}
	markup := ""
	keyboard := keyboardOf(reply.Buttons)
	asks := reply.AskContact != "" && isPrivate(chatID)
	switch {
	case len(keyboard.Rows) > 0:
		markup = toJSON(keyboard)
	case asks: // one message cannot have both, and needs not here
		markup, asks = contactKeyboard(reply.AskContact), false
		c.keyboards.up(chatID)
	}
	if !asks && reply.AskContact == "" {
		c.takeKeyboard(ctx, chatID)
	}

	var ref string
	if reply.Title != "" || reply.Text != "" {
		messages := layOut(reply.Title, reply.Text)
		for i, message := range messages {
			last := i == len(messages)-1
			params := message.params(chatID, reply.Protect)
			if last && markup != "" {
				params["reply_markup"] = markup
			}
			id, err := s.send(ctx, "sendMessage", params)
			if err != nil {
				return "", err
			}
			if last {
				ref, markup = id, ""
			}
		}
	}
	for i, file := range reply.Files {
		underLast := ""
		if i == len(reply.Files)-1 {
			underLast = markup // there was no text to carry the buttons
		}
		id, err := s.file(ctx, file, underLast)
		if err != nil {
			return ref, err
		}
		if ref == "" && i == len(reply.Files)-1 {
			ref = id
		}
	}
	if asks {
		if err := s.askContact(ctx, reply.AskContact); err != nil {
			return ref, err
		}
	}
	return ref, nil
}

// Edit redraws message ref. A message that Telegram cannot redraw, or a text
// too long for one message, is bot.Refused: then the reply has to be sent. Files
// and the keyboard that shares one's number follow as messages of their own.
func (c *Channel) Edit(ctx context.Context, chatID, ref string, reply bot.Reply) error {
	if err := checkChat(chatID); err != nil {
		return err
	}
	if id, err := strconv.Atoi(ref); err != nil || id <= 0 {
		return botapi.Refused("no reference to a message")
	}
	if reply.AskContact == "" {
		c.takeKeyboard(ctx, chatID)
	}
	// Always a keyboard, [] when there are no buttons: that takes old ones away.
	keyboard := toJSON(keyboardOf(reply.Buttons))
	var err error
	if reply.Title == "" && reply.Text == "" {
		_, err = c.ask(ctx, "editMessageReplyMarkup",
			tgbotapi.Params{"chat_id": chatID, "message_id": ref, "reply_markup": keyboard})
	} else {
		messages := layOut(reply.Title, reply.Text)
		if len(messages) > 1 {
			return botapi.Refused("too long to redraw in one message")
		}
		params := messages[0].params(chatID, false) // protection cannot be changed
		params["message_id"], params["reply_markup"] = ref, keyboard
		_, err = c.ask(ctx, "editMessageText", params)
	}
	if refusedAs(err, "message is not modified") {
		return nil // a second tap, or a repeated job; what follows was sent then
	}
	if err != nil {
		return err
	}
	s := sending{channel: c, chatID: chatID, protect: reply.Protect, begun: true}
	for _, file := range reply.Files {
		if _, err := s.file(ctx, file, ""); err != nil {
			return err
		}
	}
	if reply.AskContact != "" && isPrivate(chatID) {
		return s.askContact(ctx, reply.AskContact)
	}
	return nil
}

// sending is a reply on its way, message by message.
type sending struct {
	channel *Channel
	chatID  string
	protect bool
	begun   bool // a part of the reply has arrived
}

// send sends one message without a file.
func (s *sending) send(ctx context.Context, method string, params tgbotapi.Params) (ref string, err error) {
	message, err := s.deliver(ctx, method, params)
	return message.ref(), err
}

// deliver sends one message. Within a reply that has begun a short pause is waited
// for here, since whoever repeats the reply repeats its beginning too.
func (s *sending) deliver(ctx context.Context, method string, params tgbotapi.Params,
	files ...tgbotapi.RequestFile) (sent, error) {
	result, err := s.channel.ask(ctx, method, params, files...)
	failed := (*bot.SendError)(nil)
	if errors.As(err, &failed) && failed.MovedTo != "" {
		// Only groups move. The rest of the reply goes to the new place too; its
		// keeper hears of it when that fails, and else goes on being told here.
		moved := failed.MovedTo
		s.chatID, params["chat_id"] = moved, moved
		if result, err = s.channel.ask(ctx, method, params, files...); errors.As(err, &failed) {
			failed.MovedTo = moved
		}
	}
	if wait, soon := botapi.Soon(err, s.channel.clock()); s.begun && soon && botapi.Pause(ctx, wait) == nil {
		result, err = s.channel.ask(ctx, method, params, files...)
	}
	if err != nil {
		return sent{}, err
	}
	s.begun = true
	// What cannot be read was sent all the same: it only cannot be redrawn.
	var message sent
	if json.Unmarshal(result, &message) != nil {
		return sent{}, nil
	}
	return message, nil
}

// sent is what is read of a message that was sent.
type sent struct {
	ID    int `json:"message_id"`
	Photo []struct {
		ID     string `json:"file_id"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
	} `json:"photo"`
	Document struct {
		ID string `json:"file_id"`
	} `json:"document"`
}

func (m sent) ref() string {
	if m.ID == 0 {
		return ""
	}
	return strconv.Itoa(m.ID)
}

// askContact offers the keyboard in a message of its own, whose text is the
// label: a message has one reply_markup, so buttons and this keyboard cannot be
// on the same.
func (s *sending) askContact(ctx context.Context, label string) error {
	params := message{text: botapi.Proper(label)}.params(s.chatID, false)
	params["reply_markup"] = contactKeyboard(label)
	s.channel.keyboards.up(s.chatID)
	_, err := s.send(ctx, "sendMessage", params)
	return err
}

// takeKeyboard takes a contact keyboard away from a chat that may show one. Such
// an order travels only with a message that has no buttons and can never be
// redrawn, so it gets a message of its own, which goes at once. Should it fail,
// the keyboard has folded itself after use, and hides nothing.
func (c *Channel) takeKeyboard(ctx context.Context, chatID string) {
	if !c.keyboards.mayBeUp(chatID) {
		return
	}
	params := message{text: "⌛"}.params(chatID, false)
	params["disable_notification"] = "true"
	params["reply_markup"] = toJSON(tgbotapi.NewRemoveKeyboard(false))
	s := sending{channel: c, chatID: chatID}
	ref, err := s.send(ctx, "sendMessage", params)
	if err == nil {
		c.keyboards.down(chatID)
		_, err = c.ask(ctx, "deleteMessage", tgbotapi.Params{"chat_id": chatID, "message_id": ref})
	}
	if err != nil {
		c.logger.Debug("contact keyboard not tidied away", "error", err)
	}
}

// checkChat refuses a chat that is not a number: "@name" would be a public
// channel.
func checkChat(chatID string) error {
	if _, err := strconv.ParseInt(chatID, 10, 64); err != nil {
		return botapi.Refused("no id of a chat")
	}
	return nil
}

// isPrivate reports whether the chat is one person's: groups have negative ids.
func isPrivate(chatID string) bool { return !strings.HasPrefix(chatID, "-") }
