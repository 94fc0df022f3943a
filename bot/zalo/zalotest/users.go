package zalotest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// User is somebody with Zalo on their phone.
type User struct {
	server *Server
	ID     string
	Name   string
	Phone  string // 84..., by which templates find them

	follows, blocked, banned bool
	last                     time.Time // when they last did something
	said                     map[string]bool
	reactions                int
	messages                 []Message
}

// Message is what a person is shown.
type Message struct {
	ID       string
	Text     string
	Buttons  []string
	FileName string
	Content  []byte
	Form     string // title of the form that asks for a number
	Template bool

	payloads []string
}

// User returns the user with this id, who may not follow the account yet.
func (s *Server) User(id, name string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[id] == nil {
		s.users[id] = &User{server: s, ID: id, Name: name, said: map[string]bool{}}
	}
	return s.users[id]
}

// Known makes a user who follows and has just written, and tells nobody of it.
func (s *Server) Known(id, name string) *User {
	user := s.User(id, name)
	s.mu.Lock()
	defer s.mu.Unlock()
	user.follows, user.last = true, s.Clock()
	return user
}

// Messages lists what the person is shown, the oldest first.
func (u *User) Messages() []Message {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	return append([]Message(nil), u.messages...)
}

// Reactions counts the signs on what the person sent.
func (u *User) Reactions() int {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	return u.reactions
}

func (u *User) change(change func()) {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	change()
}

// Block, Unblock and Ban end and begin what reaches the person.
func (u *User) Block()   { u.change(func() { u.blocked = true }) }
func (u *User) Unblock() { u.change(func() { u.blocked = false }) }
func (u *User) Ban()     { u.change(func() { u.banned = true }) }

// Follow and Unfollow tell the account, and return the status of the answer.
func (u *User) Follow() int {
	u.change(func() { u.follows, u.blocked, u.last = true, false, u.server.Clock() })
	return u.flat("follow", map[string]any{"oa_id": u.server.OAID, "follower": map[string]any{"id": u.ID},
		"source": "oa_profile"})
}

func (u *User) Unfollow() int {
	u.change(func() { u.follows = false })
	return u.flat("unfollow", map[string]any{"oa_id": u.server.OAID, "follower": map[string]any{"id": u.ID}})
}

// Say writes a text.
func (u *User) Say(text string) int { return u.send("user_send_text", map[string]any{"text": text}) }

// Press presses the newest button of this label: its payload comes as a text.
func (u *User) Press(label string) error {
	messages := u.Messages()
	for i := len(messages) - 1; i >= 0; i-- {
		for j, title := range messages[i].Buttons {
			if title == label && messages[i].payloads[j] != "" {
				u.Say(messages[i].payloads[j])
				return nil
			}
		}
	}
	return fmt.Errorf("%s sees no button %q", u.ID, label)
}

// SendFile sends a file of a kind: image, file, audio, video, gif, sticker,
// location.
func (u *User) SendFile(kind, name string, content []byte, caption string) int {
	address := ""
	u.change(func() {
		u.server.number++
		path := fmt.Sprintf("files/%d", u.server.number)
		u.server.files[path] = content
		address = u.server.URL + "/" + path
	})
	payload := map[string]any{"url": address, "name": name, "size": fmt.Sprint(len(content))}
	return u.send("user_send_"+kind, map[string]any{"text": caption,
		"attachments": []any{map[string]any{"type": kind, "payload": payload}}})
}

// ShareInfo fills the form with whatever the person likes.
func (u *User) ShareInfo(name, phone string) int {
	u.change(func() { u.last = u.server.Clock() })
	return u.flat("user_submit_info", map[string]any{"sender": map[string]any{"id": u.ID},
		"recipient": map[string]any{"id": u.server.OAID}, "info": map[string]any{"name": name, "phone": phone}})
}

// See tells the account that everything was looked at.
func (u *User) See() int {
	var ids []string
	for _, message := range u.Messages() {
		ids = append(ids, message.ID)
	}
	return u.flat("user_seen_message", map[string]any{"sender": map[string]any{"id": u.server.OAID},
		"recipient": map[string]any{"id": u.ID}, "message": map[string]any{"msg_ids": ids}})
}

// Withdraw asks that their data be forgotten.
func (u *User) Withdraw() int {
	return u.flat("user_withdraw", map[string]any{"user_id": u.ID, "oa_id": u.server.OAID})
}

func (u *User) send(event string, message map[string]any) int {
	u.change(func() {
		u.last = u.server.Clock()
		u.server.number++
		id := fmt.Sprintf("in-%d", u.server.number)
		message["msg_id"] = id
		u.said[id] = true
	})
	return u.flat(event, map[string]any{"sender": map[string]any{"id": u.ID},
		"recipient": map[string]any{"id": u.server.OAID}, "user_id_by_app": "9" + u.ID, "message": message})
}

func (u *User) flat(event string, fields map[string]any) int {
	fields["event_name"], fields["app_id"] = event, u.server.AppID
	fields["timestamp"] = fmt.Sprint(u.server.Clock().UnixMilli())
	body, err := json.Marshal(fields)
	if err != nil {
		panic(err) // of strings
	}
	return u.server.Push(body)
}

// SetWebhook makes the console's unsigned probe and pushes events from then on.
func (s *Server) SetWebhook(address string) error {
	response, err := s.client.Post(address, "application/json", bytes.NewReader([]byte("{}")))
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the probe got %s", response.Status)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = address
	return nil
}

// Sign is the header of a pushed body.
func (s *Server) Sign(body []byte) string {
	var e struct {
		Timestamp string `json:"timestamp"`
	}
	json.Unmarshal(body, &e)
	sum := sha256.Sum256([]byte(s.AppID + string(body) + e.Timestamp + s.OASecret))
	return "mac=" + hex.EncodeToString(sum[:])
}

// Push posts a body, signed, once, and returns the status of the answer; 0 when
// nobody answers or there is no webhook. Pushed again it is a repetition.
func (s *Server) Push(body []byte) int {
	s.mu.Lock()
	address := s.hook
	s.mu.Unlock()
	if address == "" {
		return 0
	}
	request, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-ZEvent-Signature", s.Sign(body))
	response, err := s.client.Do(request)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}
