package zalobottest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// User is somebody with Zalo on their phone, in a private chat with the bot, or
// a group.
type User struct {
	server   *Server
	ID       string
	Name     string
	group    bool
	wrote    bool // to the bot, which may write to nobody else
	blocked  bool
	typing   int
	received int
	messages []Message
}

// User returns the user with this id, who has not written to the bot yet.
func (s *Server) User(id, name string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[id] == nil {
		s.users[id] = &User{server: s, ID: id, Name: name}
	}
	return s.users[id]
}

// Known makes a user whom the bot may write to at once.
func (s *Server) Known(id, name string) *User {
	user := s.User(id, name)
	s.mu.Lock()
	defer s.mu.Unlock()
	user.wrote = true
	return user
}

// Group makes a group that the bot is in.
func (s *Server) Group(id, name string) *User {
	group := s.Known(id, name)
	s.mu.Lock()
	defer s.mu.Unlock()
	group.group = true
	return group
}

func (u *User) chat() map[string]any {
	kind := "PRIVATE"
	if u.group {
		kind = "GROUP"
	}
	return map[string]any{"id": u.ID, "chat_type": kind}
}

// send makes an event of the given fields beside who, where and when, and
// returns the message's id.
func (u *User) send(chat *User, event string, fields map[string]any) string {
	s := u.server
	s.mu.Lock()
	defer s.mu.Unlock()
	u.wrote = true
	id := s.newID("message")
	fields["message_id"], fields["date"], fields["chat"] = id, s.now().UnixMilli(), chat.chat()
	fields["from"] = map[string]any{"id": u.ID, "display_name": u.Name, "is_bot": false}
	raw, err := json.Marshal(map[string]any{"event_name": event, "message": fields})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	s.push(update{chat: chat.ID, body: raw})
	return id
}

// Say types a text, and returns the message's id.
func (u *User) Say(text string) string {
	return u.send(u, "message.text.received", map[string]any{"text": text})
}

// Type answers a numbered list: "2", "A2".
func (u *User) Type(number string) string { return u.Say(number) }

// SayIn types a text in a group.
func (u *User) SayIn(group *User, text string) string {
	return u.send(group, "message.text.received", map[string]any{"text": text})
}

// SendPhoto sends a picture with a caption, which may be empty; it lies where
// the event says.
func (u *User) SendPhoto(content []byte, caption string) string {
	fields := map[string]any{"photo_url": u.server.keep(content)}
	if caption != "" {
		fields["caption"] = caption
	}
	return u.send(u, "message.image.received", fields)
}

// SendSticker sends a sticker.
func (u *User) SendSticker() string {
	return u.send(u, "message.sticker.received",
		map[string]any{"sticker": "0e078a2e7b6b9235cb7a", "url": u.server.keep([]byte("sticker"))})
}

// SendVoice sends a voice note.
func (u *User) SendVoice() string {
	return u.send(u, "message.voice.received", map[string]any{"voice_url": u.server.keep([]byte("voice"))})
}

// SendUnsupported sends what the platform does not pass on.
func (u *User) SendUnsupported() string {
	return u.send(u, "message.unsupported.received", map[string]any{})
}

// keep puts a file where the bot can fetch it.
func (s *Server) keep(content []byte) (address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := s.newID("file")
	s.files[name] = content
	return s.URL + "/files/" + name
}

// Block makes the bot unable to write. The platform has no event for it.
func (u *User) Block() { u.block(true) }

// Unblock lets the bot write again.
func (u *User) Unblock() { u.block(false) }

func (u *User) block(blocked bool) {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.blocked = blocked
}

// numbered is a line that stands for a choice.
var numbered = regexp.MustCompile(`^([A-Z]?[0-9]+)\. (.*)$`)

// Choose finds the newest message that lists the label as a numbered line, and
// types its number.
func (u *User) Choose(label string) error {
	messages := u.Messages()
	for i := len(messages) - 1; i >= 0; i-- {
		lines := strings.Split(messages[i].Text, "\n")
		for at := len(lines) - 1; at >= 0; at-- { // choices stand last
			if found := numbered.FindStringSubmatch(lines[at]); found != nil && found[2] == label {
				u.Type(found[1])
				return nil
			}
		}
	}
	return fmt.Errorf("%s sees no choice %q", u.ID, label)
}
