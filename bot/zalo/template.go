package zalo

import (
	"context"
	"maps"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// maxKey is Zalo's limit on tracking_id, in bytes.
const maxKey = 48

// toUser is a template to a person's id.
type toUser struct {
	UserID     string            `json:"user_id"`
	TemplateID string            `json:"template_id"`
	Data       map[string]string `json:"template_data"`
}

// toPhone is a template to a number. Only this one can be told from its
// repetition.
type toPhone struct {
	Phone      string            `json:"phone"`
	TemplateID string            `json:"template_id"`
	Data       map[string]string `json:"template_data"`
	TrackingID string            `json:"tracking_id"`
}

// SendTemplate delivers an approved template (ZBS) to a user's id or, when that
// is empty, to a number (E.164, Vietnam's), through the host for businesses. The
// reference is the message's id, which delivery reports name.
func (c *Channel) SendTemplate(ctx context.Context, userID, phone string, approved bot.Template) (string, error) {
	if approved.ID == "" {
		return "", botapi.Refused("no number of a template")
	}
	gaps := map[string]string{} // never null
	maps.Copy(gaps, approved.Data)
	for name, value := range gaps {
		gaps[name] = botapi.Proper(value)
	}
	var r outgoing
	if userID != "" {
		if err := checkUser(userID); err != nil {
			return "", err
		}
		r = posted("v3.0/oa/message/template", toUser{UserID: userID, TemplateID: approved.ID, Data: gaps})
	} else {
		number, ok := phoneCode(phone)
		if !ok {
			return "", botapi.Refused("no phone number of Vietnam")
		}
		if len(approved.Key) > maxKey {
			return "", botapi.Refused("the message's key is too long")
		}
		r = posted("message/template", toPhone{Phone: number, TemplateID: approved.ID, Data: gaps, TrackingID: approved.Key})
		r.business = true
	}
	data, err := c.call(ctx, r)
	if err != nil {
		return "", err
	}
	return reference(data), nil
}
