package telegramtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// Message is one message as its chat sees it.
type Message struct {
	ID            int
	Text          string   // markup resolved
	Bold          []string // what of it is bold
	HTML          string   // as sent
	Buttons       [][]Button
	ReplyKeyboard [][]string // labels
	AsksContact   bool       // the reply keyboard shares one's number
	Edited        int        // how often
	Protected     bool
	Silent        bool
	Photo         bool // the file is shown as a picture
	FileName      string
	Content       []byte

	fixed  bool   // has a reply keyboard, or took one away: cannot be edited
	fileID string // of its file; empty until one that is being uploaded has its own
}

// Button is an inline button.
type Button struct {
	Text  string `json:"text"`
	Data  string `json:"callback_data"`
	URL   string `json:"url"`
	Style string `json:"style"`
}

type method func(r *http.Request, params map[string]string, uploads map[string]upload) (any, error)

// botID is the bot's own user id.
const botID = 123456789

func (s *Server) methods() map[string]method {
	return map[string]method{
		"getme": func(*http.Request, map[string]string, map[string]upload) (any, error) {
			return map[string]any{"id": botID, "is_bot": true, "first_name": "canbobot", "username": "canbo_test_bot"}, nil
		},
		"getupdates": s.getUpdates, "setwebhook": s.setWebhook, "deletewebhook": s.deleteWebhook,
		"getwebhookinfo": s.getWebhookInfo,
		"sendmessage":    s.sendMessage, "editmessagetext": s.editMessageText, "editmessagereplymarkup": s.editMarkup,
		"deletemessage": s.deleteMessage, "answercallbackquery": s.answerCallback, "sendchataction": s.chatAction,
		"senddocument": s.sendFile("document"), "sendphoto": s.sendFile("photo"), "getfile": s.getFile,
		"setmycommands": s.setCommands,
	}
}

// chat finds whom the bot may write to.
func (s *Server) chat(params map[string]string) (*User, error) {
	user := s.users[number(params, "chat_id")]
	switch {
	case params["chat_id"] == "":
		return nil, bad("chat_id is empty")
	case user == nil:
		return nil, bad("chat not found")
	case user.movedTo != 0:
		return nil, &refusal{code: 400, description: "Bad Request: group chat was upgraded to a supergroup chat",
			migrateTo: user.movedTo}
	case user.blocked:
		return nil, forbidden("bot was blocked by the user")
	case !user.started:
		return nil, forbidden("bot can't initiate conversation with a user")
	}
	return user, nil
}

// draw makes a message of the parameters.
func draw(params map[string]string, field, entities string) (*Message, markup, error) {
	styled, err := style(params, field, entities)
	if err != nil {
		return nil, markup{}, err
	}
	m, err := readMarkup(params, number(params, "chat_id") > 0)
	if err != nil {
		return nil, markup{}, err
	}
	message := &Message{
		Text: styled.text, Bold: styled.bold, HTML: params[field], Buttons: m.buttons,
		Protected: params["protect_content"] == "true", Silent: params["disable_notification"] == "true",
		fixed: m.keyboard != nil || m.remove,
	}
	if m.keyboard != nil {
		message.ReplyKeyboard, message.AsksContact = m.keyboard.labels, m.keyboard.asks
	}
	return message, m, nil
}

func (s *Server) sendMessage(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	message, m, err := draw(params, "text", "entities")
	if err == nil {
		err = checkText(message.Text, 4096)
	}
	if err != nil {
		return nil, err
	}
	return s.accept(params, message, m)
}

func (s *Server) accept(params map[string]string, message *Message, m markup) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.chat(params)
	if err == nil {
		err = s.over()
	}
	if err != nil {
		return nil, err
	}
	s.sent.Add(1)
	s.counts(user.ID, message.Text)
	user.received++
	message.ID = s.nextID
	s.nextID++
	switch {
	case m.keyboard != nil:
		user.keyboard = m.keyboard
	case m.remove:
		user.keyboard = nil
	}
	if !s.Quiet {
		if s.messages[user.ID] == nil {
			s.messages[user.ID] = map[int]*Message{}
		}
		s.messages[user.ID][message.ID] = message
	}
	if message.FileName != "" && message.fileID == "" {
		s.shelve(message)
	}
	s.changed.Broadcast()
	return render(user, message), nil
}

func render(user *User, message *Message) map[string]any {
	rendered := map[string]any{
		"message_id": message.ID, "date": time.Now().Unix(), "text": message.Text,
		"chat": user.chat(),
		"from": map[string]any{"id": botID, "is_bot": true, "first_name": "canbobot"},
	}
	renderFile(rendered, message)
	return rendered
}

// edited replaces a message of the bot's by what change makes of it.
func (s *Server) edited(params map[string]string, change func(old Message) (Message, error)) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.chat(params)
	if err != nil {
		return nil, err
	}
	message := s.messages[user.ID][int(number(params, "message_id"))]
	switch {
	case message == nil:
		return nil, bad("message to edit not found")
	case message.fixed:
		return nil, bad("message can't be edited")
	}
	drawn, err := change(*message)
	if err != nil {
		return nil, err
	}
	if drawn.Text == message.Text && slices.Equal(drawn.Bold, message.Bold) &&
		fmt.Sprint(drawn.Buttons) == fmt.Sprint(message.Buttons) {
		return nil, bad("message is not modified: specified new message content and reply markup are exactly the same as a " +
			"current content and reply markup of the message")
	}
	drawn.Edited++
	*message = drawn
	s.changed.Broadcast()
	return render(user, message), nil
}

func (s *Server) editMessageText(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	message, m, err := draw(params, "text", "entities")
	if err == nil {
		err = checkText(message.Text, 4096)
	}
	if err == nil && message.fixed {
		err = bad("inline keyboard expected")
	}
	if err != nil {
		return nil, err
	}
	return s.edited(params, func(old Message) (Message, error) {
		if old.Text == "" {
			return old, bad("there is no text in the message to edit")
		}
		old.Text, old.Bold, old.HTML, old.Buttons = message.Text, message.Bold, message.HTML, m.buttons
		return old, nil
	})
}

func (s *Server) editMarkup(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	m, err := readMarkup(params, true)
	if err == nil && (m.keyboard != nil || m.remove) {
		err = bad("inline keyboard expected")
	}
	if err != nil {
		return nil, err
	}
	return s.edited(params, func(old Message) (Message, error) {
		old.Buttons = m.buttons
		return old, nil
	})
}

func (s *Server) deleteMessage(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.chat(params)
	if err != nil {
		return nil, err
	}
	id := int(number(params, "message_id"))
	if s.messages[user.ID][id] == nil && !s.Quiet {
		return nil, bad("message to delete not found")
	}
	delete(s.messages[user.ID], id)
	s.changed.Broadcast()
	return true, nil
}

func (s *Server) answerCallback(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answered, known := s.presses[params["callback_query_id"]]
	if !known || answered {
		return nil, bad("query is too old and response timeout expired or query ID is invalid")
	}
	if units(params["text"]) > 200 {
		return nil, bad("MESSAGE_TOO_LONG")
	}
	s.presses[params["callback_query_id"]] = true
	s.changed.Broadcast()
	return true, nil
}

var actions = []string{"typing", "upload_photo", "upload_document", "record_voice", "find_location", "choose_sticker"}

func (s *Server) chatAction(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.chat(params)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(actions, params["action"]) {
		return nil, bad("wrong parameter action in request")
	}
	user.typing++
	return true, nil
}

var commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

func (s *Server) setCommands(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	var commands []struct{ Command, Description string }
	if err := json.Unmarshal([]byte(params["commands"]), &commands); err != nil || commands == nil {
		return nil, bad("can't parse BotCommand")
	}
	for _, command := range commands {
		switch n := units(command.Description); {
		case !commandName.MatchString(command.Command):
			return nil, bad("BOT_COMMAND_INVALID")
		case n < 1 || n > 256:
			return nil, bad("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	return true, nil
}
