package zalo

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// Limits on a button, in letters. [clients in use]
const (
	maxButtonTitle   = 100
	maxButtonPayload = 1000
)

// posting is a message to a person: the body of message/cs.
type posting struct {
	Recipient receiver `json:"recipient"`
	Message   content  `json:"message"`
}

type receiver struct {
	UserID string `json:"user_id"`
}

type content struct {
	Text       string    `json:"text,omitempty"`
	Attachment *attached `json:"attachment,omitempty"`
}

// attached is what hangs on a message: its type is "template" or "file".
type attached struct {
	Type    string  `json:"type"`
	Payload holding `json:"payload"`
}

type holding struct {
	TemplateType string    `json:"template_type,omitempty"`
	Elements     []element `json:"elements,omitempty"`
	Buttons      []button  `json:"buttons,omitempty"`
	Token        string    `json:"token,omitempty"` // of an uploaded file
}

// element is the picture of a "media" template, or the form of a
// "request_user_info" template.
type element struct {
	MediaType    string `json:"media_type,omitempty"`
	AttachmentID string `json:"attachment_id,omitempty"`
	Title        string `json:"title,omitempty"`
	Subtitle     string `json:"subtitle,omitempty"`
	ImageURL     string `json:"image_url,omitempty"`
}

// button is a choice. Its payload is a string for oa.query.hide and an object
// for the others.
type button struct {
	Title   string `json:"title"`
	Type    string `json:"type"`
	Payload any    `json:"payload"`
}

type webPage struct {
	URL string `json:"url"`
}

type dial struct {
	Number string `json:"phone_code"` // begins with 84
}

func templated(p holding) *attached { return &attached{Type: "template", Payload: p} }

// layOut makes the messages of a reply's text, with its buttons under the last.
// Choices that cannot be buttons are numbered lines, which stay together where
// they fit into one message.
func (c *Channel) layOut(reply bot.Reply) []content {
	parts := botapi.Parts(botapi.Wording(reply), c.limit)
	buttons, drawn := c.buttons(reply)
	if !drawn {
		parts = botapi.Numbered(parts, reply, c.limit, c.config.Words.Numbers)
	}
	messages := make([]content, len(parts))
	for i, part := range parts {
		messages[i].Text = part
	}
	if len(buttons) > 0 && len(messages) > 0 {
		messages[len(messages)-1].Attachment = templated(holding{TemplateType: c.config.ButtonType, Buttons: buttons})
	}
	return messages
}

// Drawn shows a reply with buttons, or with numbered lines where they are too many.
func (c *Channel) Drawn(reply bot.Reply) []string {
	var texts []string
	for _, message := range c.layOut(reply) {
		texts = append(texts, message.Text)
	}
	if c.config.FormImage == "" {
		reply.AskContact = ""
	}
	_, buttons := c.buttons(reply)
	return bot.DrawnWith(texts, reply, buttons)
}

// Numbers reports whether Send numbers the actions of a reply, as it does where
// they are too many for buttons, where one of the buttons would be refused, or
// where there is no text to put buttons under.
func (c *Channel) Numbers(reply bot.Reply) bool {
	_, drawn := c.buttons(reply)
	return !drawn && len(bot.Choices(reply)) > 0
}

// buttons draws a reply's buttons; drawn is false when they have to be lines.
// One that breaks a rule would have the message refused, so then there are none.
func (c *Channel) buttons(reply bot.Reply) (buttons []button, drawn bool) {
	for _, choice := range slices.Concat(reply.Buttons...) {
		one, ok := buttonOf(choice)
		if !ok {
			return nil, false
		}
		buttons = append(buttons, one)
	}
	if len(buttons) == 0 {
		return nil, true
	}
	// An empty reply is not sent at all, and judged by its buttons alone.
	textless := !reply.Empty() && strings.TrimSpace(botapi.Wording(reply)) == ""
	if len(buttons) > c.config.ButtonLimit || textless {
		return nil, false
	}
	return buttons, true
}

// buttonOf draws a button, unless Zalo would refuse it.
func buttonOf(choice bot.Button) (button, bool) {
	title := strings.TrimSpace(botapi.Proper(choice.Label))
	if n := utf8.RuneCountInString(title); n == 0 || n > maxButtonTitle {
		return button{}, false
	}
	if !choice.Action.IsZero() {
		return button{Title: title, Type: "oa.query.hide", Payload: "#" + choice.Action.String()}, true
	}
	if number, ok := strings.CutPrefix(choice.URL, "tel:"); ok {
		code, ok := phoneCode(number)
		return button{Title: title, Type: "oa.open.phone", Payload: dial{code}}, ok
	}
	address, err := url.Parse(choice.URL)
	ok := err == nil && (address.Scheme == "https" || address.Scheme == "http") && address.Host != "" &&
		utf8.RuneCountInString(choice.URL) <= maxButtonPayload
	return button{Title: title, Type: "oa.open.url", Payload: webPage{choice.URL}}, ok
}

// phoneShape is a number of Vietnam as Zalo writes them.
var phoneShape = regexp.MustCompile(`^84[0-9]{8,10}$`)

// phoneCode writes a number (+84..., 84... or 0...) as Zalo wants it: 84....
func phoneCode(number string) (string, bool) {
	code := strings.TrimPrefix(strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "").Replace(number), "+")
	if national, ok := strings.CutPrefix(code, "0"); ok {
		code = "84" + national
	}
	return code, phoneShape.MatchString(code)
}
