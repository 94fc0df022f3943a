package zalotest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	freeFor = 48 * time.Hour
	openFor = 7 * 24 * time.Hour
)

func (s *Server) method(path string, r *http.Request, body []byte) (any, *refusal) {
	if refused := s.mayCall(r); refused != nil {
		if path == "message/template" {
			return nil, refuse(-124, "Access token is invalid")
		}
		return nil, refused
	}
	if s.Unverified && path != "v2.0/oa/getoa" {
		return nil, refuse(-221, "OA has not been verified")
	}
	switch path {
	case "v3.0/oa/message/cs":
		return s.message(r, body)
	case "v3.0/oa/message/template", "message/template":
		return s.template(path, r, body)
	case "v2.0/oa/message":
		return s.react(r, body)
	case "v2.0/oa/upload/image", "v2.0/oa/upload/file", "v2.0/oa/upload/gif":
		return s.upload(path, r, body)
	case "v2.0/oa/getoa":
		return map[string]any{"oaid": s.OAID, "name": "UBND Hồng Lĩnh", "is_verified": !s.Unverified,
			"package_name": "Nâng cao", "linked_ZCA": ""}, nil
	}
	return nil, refuse(-201, "unknown path")
}

type message struct {
	Recipient struct {
		UserID string `json:"user_id"`
	} `json:"recipient"`
	Message struct {
		Text       string `json:"text"`
		Attachment *struct {
			Type    string `json:"type"`
			Payload struct {
				TemplateType string `json:"template_type"`
				Token        string `json:"token"`
				Elements     []struct {
					MediaType    string `json:"media_type"`
					AttachmentID string `json:"attachment_id"`
					URL          string `json:"url"`
					Title        string `json:"title"`
					Subtitle     string `json:"subtitle"`
					ImageURL     string `json:"image_url"`
				} `json:"elements"`
				Buttons []struct {
					Title   string          `json:"title"`
					Type    string          `json:"type"`
					Payload json.RawMessage `json:"payload"`
				} `json:"buttons"`
			} `json:"payload"`
		} `json:"attachment"`
	} `json:"message"`
}

// strict reads a JSON body and refuses what it does not know.
func strict(r *http.Request, body []byte, into any) *refusal {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method != http.MethodPost ||
		kind != "application/json" {
		return refuse(-201, "want a POST of application/json")
	}
	if bytes.Contains(body, []byte(":null")) {
		return refuse(-201, "null is invalid")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return refuse(-201, "body is invalid")
	}
	return nil
}

func (s *Server) message(r *http.Request, body []byte) (any, *refusal) {
	var m message
	if refused := strict(r, body, &m); refused != nil {
		return nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	user, refused := s.reachable(m.Recipient.UserID)
	if refused != nil {
		return nil, refused
	}
	shown, refused := s.read(m)
	if refused != nil {
		return nil, refused
	}
	since := s.Clock().Sub(user.last)
	if since > openFor {
		return nil, refuse(-230, "User has not interacted with the OA in the past 7 days")
	}
	answer := map[string]any{"user_id": user.ID, "sent_time": fmt.Sprint(s.Clock().UnixMilli())}
	if since <= freeFor {
		answer["quota"] = map[string]any{"quota_type": "reply", "remain": "8", "total": "8"}
	} else {
		s.billed.Add(1)
	}
	answer["message_id"] = s.accept(user, shown)
	return answer, nil
}

func (s *Server) accept(user *User, shown Message) string {
	s.sent.Add(1)
	s.number++
	shown.ID = fmt.Sprintf("out-%d", s.number)
	if !s.Quiet {
		user.messages = append(user.messages, shown)
	}
	return shown.ID
}

func (s *Server) reachable(id string) (*User, *refusal) {
	user := s.users[id]
	switch {
	case user == nil:
		return nil, refuse(-201, "user_id is invalid")
	case user.banned:
		return nil, refuse(-227, "User is banned or inactive")
	case user.blocked:
		return nil, refuse(-217, "User has blocked the OA")
	case !user.follows:
		return nil, refuse(-213, "User has not followed the OA")
	}
	return user, nil
}

// letters checks a text as Zalo counts it.
func letters(text string, limit int) *refusal {
	switch n := utf8.RuneCountInString(text); {
	case !norm.NFC.IsNormalString(text), n > limit:
		return refuse(-210, "parameter exceeds its limit")
	case n == 0, strings.TrimSpace(text) == "":
		return refuse(-201, "text is invalid")
	}
	return nil
}

// read checks a message and makes what its person is shown of it.
func (s *Server) read(m message) (shown Message, refused *refusal) {
	attachment := m.Message.Attachment
	shown.Text = m.Message.Text
	if attachment == nil || m.Message.Text != "" {
		if refused := letters(m.Message.Text, 2000); refused != nil {
			return shown, refused
		}
	}
	if attachment == nil {
		return shown, nil
	}
	p := attachment.Payload
	switch {
	case attachment.Type == "file":
		file, ok := s.uploads[p.Token]
		if !ok || file.field != "token" || m.Message.Text != "" {
			return shown, refuse(-201, "token is invalid")
		}
		if s.Clock().Sub(file.at) > uploadFor {
			return shown, refuse(-100, "attachment has expired")
		}
		shown.FileName, shown.Content = file.name, file.content
	case attachment.Type != "template":
		return shown, refuse(-233, "message type is invalid")
	case p.TemplateType == "media":
		if len(p.Elements) != 1 || p.Elements[0].MediaType != "image" ||
			(p.Elements[0].URL == "") == (p.Elements[0].AttachmentID == "") {
			return shown, refuse(-201, "elements are invalid")
		}
		file, ok := s.uploads[p.Elements[0].AttachmentID]
		if !ok || file.field != "attachment_id" {
			return shown, refuse(-201, "attachment_id is invalid")
		}
		if s.Clock().Sub(file.at) > uploadFor {
			return shown, refuse(-100, "attachment has expired")
		}
		shown.FileName, shown.Content = file.name, file.content
	case p.TemplateType == "request_user_info":
		if len(p.Elements) != 1 || letters(p.Elements[0].Title, 100) != nil || letters(p.Elements[0].Subtitle, 500) != nil ||
			!strings.HasPrefix(p.Elements[0].ImageURL, "http") {
			return shown, refuse(-201, "elements are invalid")
		}
		shown.Form = p.Elements[0].Title
	case p.TemplateType == "" || p.TemplateType == "button":
		if len(p.Buttons) == 0 || m.Message.Text == "" {
			return shown, refuse(-201, "buttons are invalid")
		}
		if len(p.Buttons) > 5 {
			return shown, refuse(-210, "too many buttons")
		}
		for _, button := range p.Buttons {
			if letters(button.Title, 100) != nil {
				return shown, refuse(-201, "title is invalid")
			}
			var text string
			var thing map[string]string
			switch button.Type {
			case "oa.query.show", "oa.query.hide":
				if json.Unmarshal(button.Payload, &text) != nil || text == "" || len(text) > 1000 {
					return shown, refuse(-201, "payload is invalid")
				}
			case "oa.open.url":
				if json.Unmarshal(button.Payload, &thing) != nil || !strings.HasPrefix(thing["url"], "http") {
					return shown, refuse(-201, "payload is invalid")
				}
			case "oa.open.phone":
				if json.Unmarshal(button.Payload, &thing) != nil || !strings.HasPrefix(thing["phone_code"], "84") {
					return shown, refuse(-201, "payload is invalid")
				}
			default:
				return shown, refuse(-233, "button type is invalid")
			}
			shown.Buttons = append(shown.Buttons, button.Title)
			shown.payloads = append(shown.payloads, text)
		}
	default:
		return shown, refuse(-233, "template type is invalid")
	}
	return shown, nil
}

// AddTemplate approves a template with these parameters.
func (s *Server) AddTemplate(id string, parameters ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.templates[id] = parameters
}

func (s *Server) template(path string, r *http.Request, body []byte) (any, *refusal) {
	var m struct {
		UserID     string            `json:"user_id"`
		Phone      string            `json:"phone"`
		TemplateID string            `json:"template_id"`
		Data       map[string]string `json:"template_data"`
		TrackingID string            `json:"tracking_id"`
	}
	if refused := strict(r, body, &m); refused != nil {
		return nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	parameters, approved := s.templates[m.TemplateID]
	if !approved {
		return nil, refuse(-131, "template is not approved")
	}
	for _, parameter := range parameters {
		if m.Data[parameter] == "" {
			return nil, refuse(-1122, "parameter is missing")
		}
		if utf8.RuneCountInString(m.Data[parameter]) > 400 {
			return nil, refuse(-1121, "parameter is too long")
		}
	}
	for given := range m.Data {
		if !slices.Contains(parameters, given) {
			return nil, refuse(-112, "parameter is unknown")
		}
	}
	var user *User
	if path == "message/template" {
		if m.UserID != "" || !strings.HasPrefix(m.Phone, "84") || len(m.Phone) != 11 {
			return nil, refuse(-108, "phone is invalid")
		}
		if m.TrackingID == "" || len(m.TrackingID) > 48 {
			return nil, refuse(-117, "tracking_id is invalid")
		}
		for _, one := range s.users {
			if one.Phone == m.Phone {
				user = one
			}
		}
		if user == nil {
			return nil, refuse(-118, "phone has no Zalo account")
		}
	} else {
		if user = s.users[m.UserID]; user == nil || m.Phone != "" || m.TrackingID != "" {
			return nil, refuse(-201, "user_id is invalid")
		}
		if user.blocked || user.banned {
			return nil, refuse(-244, "user has blocked this kind")
		}
	}
	id := s.accept(user, Message{Text: m.TemplateID + " " + strings.Join(filled(parameters, m.Data), "; "),
		Template: true})
	if path == "message/template" {
		return map[string]any{"msg_id": id, "sent_time": fmt.Sprint(s.Clock().UnixMilli()),
			"quota": map[string]any{"dailyQuota": "500", "remainingQuota": "499"}}, nil
	}
	return map[string]any{"message_id": id, "user_id": user.ID, "sent_time": fmt.Sprint(s.Clock().UnixMilli())}, nil
}

func filled(parameters []string, data map[string]string) []string {
	var all []string
	for _, parameter := range parameters {
		all = append(all, parameter+"="+data[parameter])
	}
	return all
}

func (s *Server) react(r *http.Request, body []byte) (any, *refusal) {
	var m struct {
		Recipient struct {
			UserID string `json:"user_id"`
		} `json:"recipient"`
		Action struct {
			Icon    string `json:"react_icon"`
			Message string `json:"react_message_id"`
		} `json:"sender_action"`
		Message json.RawMessage `json:"message"`
	}
	if refused := strict(r, body, &m); refused != nil {
		return nil, refused
	}
	if len(m.Message) > 0 {
		return nil, refuse(-240, "this API has been shut down")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	user, refused := s.reachable(m.Recipient.UserID)
	if refused != nil {
		return nil, refused
	}
	if !slices.Contains([]string{"/-strong", "/-heart", "/-remove"}, m.Action.Icon) || !user.said[m.Action.Message] {
		return nil, refuse(-201, "sender_action is invalid")
	}
	user.reactions++
	return map[string]any{"message_id": m.Action.Message}, nil
}
