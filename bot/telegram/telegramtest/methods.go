package telegramtest

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf16"
)

// Message is one message as its chat sees it.
type Message struct {
	ID            int
	Text          string // markup resolved
	HTML          string // as sent
	Buttons       [][]Button
	ReplyKeyboard [][]string // labels; ContactKeyboard tells which asks for the number
	AsksContact   bool
	Edited        int // how often
	Protected     bool
	FileName      string
	Content       []byte
}

// Button is an inline button.
type Button struct {
	Text  string `json:"text"`
	Data  string `json:"callback_data"`
	URL   string `json:"url"`
	Style string `json:"style"`
}

type method func(r *http.Request, params map[string]string, uploads map[string]upload) (any, error)

func (s *Server) methods() map[string]method {
	return map[string]method{
		"getme": func(*http.Request, map[string]string, map[string]upload) (any, error) {
			return map[string]any{"id": 123456789, "is_bot": true, "first_name": "canbobot", "username": "canbo_test_bot"}, nil
		},
		"getupdates": s.getUpdates, "setwebhook": s.setWebhook, "deletewebhook": s.deleteWebhook, "getwebhookinfo": s.getWebhookInfo,
		"sendmessage": s.sendMessage, "editmessagetext": s.editMessageText, "editmessagereplymarkup": s.editMarkup,
		"deletemessage": s.deleteMessage, "answercallbackquery": s.answerCallback, "sendchataction": s.chatAction,
		"senddocument": s.sendFile("document"), "sendphoto": s.sendFile("photo"), "getfile": s.getFile,
		"setmycommands": func(*http.Request, map[string]string, map[string]upload) (any, error) { return true, nil },
	}
}

// chat finds whom the bot may write to.
func (s *Server) chat(params map[string]string) (*User, error) {
	user := s.users[number(params, "chat_id")]
	switch {
	case user == nil:
		return nil, bad("chat not found")
	case user.movedTo != 0:
		return nil, &refusal{code: 400, description: "Bad Request: group chat was upgraded to a supergroup chat", migrateTo: user.movedTo}
	case user.blocked:
		return nil, forbidden("bot was blocked by the user")
	case !user.started:
		return nil, forbidden("bot can't initiate conversation with a user")
	}
	return user, nil
}

var tag = regexp.MustCompile(`<(/?)([a-z]+)[^<>]*>`)

// plain resolves HTML markup as strictly as Telegram does.
func plain(params map[string]string, field string) (string, error) {
	text := params[field]
	if params["parse_mode"] == "" {
		return text, nil
	}
	if params["parse_mode"] != "HTML" {
		return "", bad("unsupported parse_mode")
	}
	var open []string
	for _, found := range tag.FindAllStringSubmatch(text, -1) {
		switch found[2] {
		case "b", "i", "u", "s", "code", "pre", "a":
		default:
			return "", bad("can't parse entities: Unsupported start tag \"" + found[2] + "\"")
		}
		if found[1] == "" {
			open = append(open, found[2])
			continue
		}
		if len(open) == 0 || open[len(open)-1] != found[2] {
			return "", bad("can't parse entities: Unexpected end tag")
		}
		open = open[:len(open)-1]
	}
	if len(open) > 0 {
		return "", bad("can't parse entities: Can't find end tag")
	}
	text = tag.ReplaceAllString(text, "")
	if strings.ContainsAny(text, "<>") {
		return "", bad("can't parse entities: Unsupported start tag")
	}
	return html.UnescapeString(text), nil
}

func units(text string) int { return len(utf16.Encode([]rune(text))) }

func checkText(text string, most int) error {
	switch n := units(text); {
	case strings.TrimSpace(text) == "":
		return bad("message text is empty")
	case n > most:
		return bad("message is too long")
	}
	return nil
}

// markup reads and checks reply_markup.
func markup(params map[string]string, message *Message) error {
	text := params["reply_markup"]
	if text == "" {
		message.Buttons = nil
		return nil
	}
	var keyboard struct {
		Inline json.RawMessage `json:"inline_keyboard"`
		Reply  [][]struct {
			Text    string `json:"text"`
			Contact bool   `json:"request_contact"`
		} `json:"keyboard"`
		Remove bool `json:"remove_keyboard"`
	}
	if err := json.Unmarshal([]byte(text), &keyboard); err != nil {
		return bad("can't parse reply keyboard markup JSON object")
	}
	if keyboard.Inline == nil {
		for _, row := range keyboard.Reply {
			var labels []string
			for _, button := range row {
				labels = append(labels, button.Text)
				message.AsksContact = message.AsksContact || button.Contact
			}
			message.ReplyKeyboard = append(message.ReplyKeyboard, labels)
		}
		return nil
	}
	if string(keyboard.Inline) == "null" {
		return bad("field \"inline_keyboard\" must be of type Array")
	}
	var rows [][]Button
	if err := json.Unmarshal(keyboard.Inline, &rows); err != nil {
		return bad("can't parse inline keyboard button")
	}
	for _, row := range rows {
		for _, button := range row {
			switch {
			case strings.TrimSpace(button.Text) == "":
				return bad("text buttons must be non-empty")
			case len(button.Data) > 64:
				return bad("BUTTON_DATA_INVALID")
			case (button.Data == "") == (button.URL == ""):
				return bad("text buttons are unallowed in the inline keyboard")
			}
		}
	}
	message.Buttons = rows
	return nil
}

func (s *Server) sendMessage(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	text, err := plain(params, "text")
	if err == nil {
		err = checkText(text, 4096)
	}
	if err != nil {
		return nil, err
	}
	message := &Message{Text: text, HTML: params["text"], Protected: params["protect_content"] == "true"}
	if err := markup(params, message); err != nil {
		return nil, err
	}
	return s.accept(params, message)
}

func (s *Server) accept(params map[string]string, message *Message) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.chat(params)
	if err != nil {
		return nil, err
	}
	s.sent.Add(1)
	message.ID = s.nextID
	s.nextID++
	if !s.Quiet {
		if s.messages[user.ID] == nil {
			s.messages[user.ID] = map[int]*Message{}
		}
		s.messages[user.ID][message.ID] = message
	}
	s.changed.Broadcast()
	return s.render(user, message), nil
}

func (s *Server) render(user *User, message *Message) map[string]any {
	rendered := map[string]any{
		"message_id": message.ID, "date": time.Now().Unix(), "text": message.Text,
		"chat": map[string]any{"id": user.ID, "type": "private", "first_name": user.Name},
		"from": map[string]any{"id": 123456789, "is_bot": true, "first_name": "canbobot"},
	}
	if message.FileName != "" {
		rendered["document"] = map[string]any{"file_id": fmt.Sprintf("sent-%d", message.ID), "file_unique_id": "u", "file_name": message.FileName}
	}
	return rendered
}

func (s *Server) edited(params map[string]string, change func(message *Message) error) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.chat(params)
	if err != nil {
		return nil, err
	}
	message := s.messages[user.ID][int(number(params, "message_id"))]
	if message == nil {
		return nil, bad("message to edit not found")
	}
	before := fmt.Sprint(message.HTML, message.Buttons)
	changed := *message
	if err := change(&changed); err != nil {
		return nil, err
	}
	if fmt.Sprint(changed.HTML, changed.Buttons) == before {
		return nil, bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	changed.Edited++
	*message = changed
	s.changed.Broadcast()
	return s.render(user, message), nil
}

func (s *Server) editMessageText(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	text, err := plain(params, "text")
	if err == nil {
		err = checkText(text, 4096)
	}
	if err != nil {
		return nil, err
	}
	return s.edited(params, func(message *Message) error {
		message.Text, message.HTML = text, params["text"]
		return markup(params, message)
	})
}

func (s *Server) editMarkup(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	return s.edited(params, func(message *Message) error { return markup(params, message) })
}

func (s *Server) deleteMessage(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.chat(params)
	if err != nil {
		return nil, err
	}
	if s.messages[user.ID][int(number(params, "message_id"))] == nil {
		return nil, bad("message to delete not found")
	}
	delete(s.messages[user.ID], int(number(params, "message_id")))
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
	return true, nil
}

func (s *Server) chatAction(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.chat(params); err != nil {
		return nil, err
	}
	if params["action"] == "" {
		return nil, bad("wrong parameter action in request")
	}
	return true, nil
}

func (s *Server) sendFile(field string) method {
	return func(_ *http.Request, params map[string]string, uploads map[string]upload) (any, error) {
		caption, err := plain(params, "caption")
		if err != nil {
			return nil, err
		}
		if units(caption) > 1024 {
			return nil, bad("message caption is too long")
		}
		file, ok := uploads[field]
		if !ok && params[field] == "" {
			return nil, bad("there is no " + field + " in the request")
		}
		if ok && len(file.content) == 0 {
			return nil, bad("file must be non-empty")
		}
		message := &Message{Text: caption, HTML: params["caption"], FileName: file.name, Content: file.content, Protected: params["protect_content"] == "true"}
		if err := markup(params, message); err != nil {
			return nil, err
		}
		return s.accept(params, message)
	}
}

func (s *Server) getFile(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	content, ok := s.files["photos/"+params["file_id"]]
	if !ok {
		return nil, bad("invalid file_id")
	}
	return map[string]any{"file_id": params["file_id"], "file_unique_id": "u", "file_size": len(content), "file_path": "photos/" + params["file_id"]}, nil
}
