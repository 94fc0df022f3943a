package zalo

import (
	"context"

	"canbobot/bot"
)

// thumb is the one sign besides the heart on which all copies of the
// documentation agree.
const thumb = "/-strong"

type reaction struct {
	Recipient receiver `json:"recipient"`
	Action    struct {
		Icon      string `json:"react_icon"`
		MessageID string `json:"react_message_id"`
	} `json:"sender_action"`
}

// React puts a thumb on what a person sent. It is free, opens no window, and is
// the nearest to a typing sign that there is. What shows nothing in the chat, as
// a pressed button or a follow, has nothing to react to.
func (c *Channel) React(ctx context.Context, in bot.Inbound) error {
	if in.Text == "" && in.Attachment == nil || !refShape.MatchString(in.EventID) {
		return nil
	}
	if err := checkUser(in.UserID); err != nil {
		return err
	}
	body := reaction{Recipient: receiver{in.UserID}}
	body.Action.Icon, body.Action.MessageID = thumb, in.EventID
	_, err := c.call(ctx, posted("v2.0/oa/message", body))
	return err
}
