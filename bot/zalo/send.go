package zalo

import (
	"context"
	"encoding/json"
	"regexp"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// consultation is the message that answers a person, free within 48 hours.
const consultation = "v3.0/oa/message/cs"

// Limits on the form, in letters.
const (
	maxFormTitle = 100
	maxFormText  = 500
)

// Send delivers a reply: its text, with the buttons or the numbered choices
// under the last part, then its files, then the form that asks for one's number.
// The reference is that of the last part of the text, and comes even with an
// error when that part was sent. Protect has no counterpart here.
func (c *Channel) Send(ctx context.Context, chatID string, reply bot.Reply) (string, error) {
	if reply.Empty() {
		return "", nil // the zero Reply says nothing
	}
	if err := checkUser(chatID); err != nil {
		return "", err
	}
	s := sending{channel: c, userID: chatID}
	ref := ""
	messages := c.layOut(reply)
	for _, message := range messages {
		id, err := s.send(ctx, message)
		if err != nil {
			return "", err
		}
		ref = id
	}
	for _, file := range reply.Files {
		id, err := s.file(ctx, file)
		if err != nil {
			return ref, err
		}
		if len(messages) == 0 {
			ref = id
		}
	}
	if reply.AskContact != "" && c.config.FormImage != "" {
		if err := s.form(ctx); err != nil {
			return ref, err
		}
	}
	return ref, nil
}

// sending is a reply on its way, message by message.
type sending struct {
	channel *Channel
	userID  string
}

// send sends one message.
func (s *sending) send(ctx context.Context, message content) (ref string, err error) {
	c := s.channel
	data, err := c.call(ctx, posted(consultation, posting{Recipient: receiver{s.userID}, Message: message}))
	if err != nil {
		return "", err
	}
	return reference(data), nil
}

// reference reads the id of a sent message; by phone it has another name. What
// cannot be read was sent all the same.
func reference(data json.RawMessage) string {
	var sent struct {
		MessageID botapi.Word `json:"message_id"`
		MsgID     botapi.Word `json:"msg_id"`
	}
	if json.Unmarshal(data, &sent) != nil {
		return ""
	}
	ref := sent.MessageID
	if ref == "" {
		ref = sent.MsgID
	}
	if !refShape.MatchString(string(ref)) {
		return ""
	}
	return string(ref)
}

// refShape is what ids of messages look like.
var refShape = regexp.MustCompile(`^[A-Za-z0-9_.=+/-]{1,128}$`)

// form asks for a name and a number. What comes back is what the person typed,
// or has written into Zalo: the platform vouches for nothing, so this is no
// bot.Contacts and an answer proves no number. It only spares typing.
func (s *sending) form(ctx context.Context) error {
	config := s.channel.config
	_, err := s.send(ctx, content{Attachment: templated(holding{TemplateType: "request_user_info", Elements: []element{{
		Title:    botapi.Cut(botapi.Proper(config.Words.FormTitle), maxFormTitle),
		Subtitle: botapi.Cut(botapi.Proper(config.Words.FormText), maxFormText),
		ImageURL: config.FormImage,
	}}})})
	return err
}

// userShape is what every id of a user looks like: digits, as far as is known.
var userShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func checkUser(id string) error {
	if !userShape.MatchString(id) {
		return botapi.Refused("no id of a user")
	}
	return nil
}
