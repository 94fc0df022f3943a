package telegramtest

import (
	"fmt"
	"strings"
	"time"
)

// User is somebody with Telegram on their phone, in a private chat with the bot.
type User struct {
	server   *Server
	ID       int64
	Name     string
	started  bool
	blocked  bool
	movedTo  int64
	keyboard *keyboard
	typing   int
	received int
}

// User returns the user with this id, who has not written to the bot yet.
func (s *Server) User(id int64, name string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[id] == nil {
		s.users[id] = &User{server: s, ID: id, Name: name}
	}
	return s.users[id]
}

// Known makes a user whom the bot may write to at once. A negative id makes a
// group.
func (s *Server) Known(id int64, name string) *User {
	user := s.User(id, name)
	s.mu.Lock()
	defer s.mu.Unlock()
	user.started = true
	return user
}

func (u *User) from() map[string]any {
	return map[string]any{"id": u.ID, "is_bot": false, "first_name": u.Name, "language_code": "vi"}
}

func (u *User) chat() map[string]any {
	if u.ID < 0 {
		return map[string]any{"id": u.ID, "type": "supergroup", "title": u.Name}
	}
	return map[string]any{"id": u.ID, "type": "private", "first_name": u.Name}
}

// send queues a message with the given fields beside who, where and when.
func (u *User) send(fields map[string]any) int {
	s := u.server
	s.mu.Lock()
	u.started = true
	id := s.nextID
	s.nextID++
	s.mu.Unlock()
	fields["message_id"], fields["date"], fields["from"], fields["chat"] = id, time.Now().Unix(), u.from(), u.chat()
	return s.queueUpdate(u.ID, map[string]any{"message": fields})
}

// Say types a text, and returns the update's id.
func (u *User) Say(text string) int { return u.send(map[string]any{"text": text}) }

// SayIn types a text in a group.
func (u *User) SayIn(group *User, text string) int {
	return u.send(map[string]any{"text": text, "chat": group.chat()})
}

// Start opens the chat, by a link with a code when there is one.
func (u *User) Start(code string) int {
	text := strings.TrimSpace("/start " + code)
	return u.send(map[string]any{"text": text,
		"entities": []map[string]any{{"type": "bot_command", "offset": 0, "length": 6}}})
}

// ShareContact presses the button that shares one's own number.
func (u *User) ShareContact(phone string) int {
	s := u.server
	s.mu.Lock()
	if u.keyboard != nil && u.keyboard.once {
		u.keyboard = nil
	}
	s.mu.Unlock()
	return u.SendCard(phone, u.ID)
}

// SendCard sends a contact card from the address book; owner is 0 for somebody
// who is not on Telegram.
func (u *User) SendCard(phone string, owner int64) int {
	return u.send(map[string]any{"contact": card(phone, owner)})
}

// ForwardContact passes on a contact card that came from somebody else.
func (u *User) ForwardContact(phone string, owner int64) int {
	return u.send(map[string]any{
		"contact":        card(phone, owner),
		"forward_origin": map[string]any{"type": "hidden_user", "sender_user_name": "X", "date": time.Now().Unix()},
	})
}

func card(phone string, owner int64) map[string]any {
	fields := map[string]any{"phone_number": phone, "first_name": "X"}
	if owner != 0 {
		fields["user_id"] = owner
	}
	return fields
}

// keep puts a file where getFile finds it.
func (s *Server) keep(kind string, content []byte) (file string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	file = fmt.Sprintf("%s-%d", kind, s.nextID)
	s.files[file] = content
	return file
}

// SendPhoto sends a picture, which getFile then finds.
func (u *User) SendPhoto(content []byte) int {
	file := u.server.keep("photo", content)
	return u.send(map[string]any{"photo": []map[string]any{
		{"file_id": "small", "file_unique_id": "s", "width": 90, "height": 90, "file_size": 10},
		{"file_id": file, "file_unique_id": "l", "width": 900, "height": 900, "file_size": len(content)},
	}})
}

// SendDocument sends a file with a caption, which may be empty.
func (u *User) SendDocument(name string, content []byte, caption string) int {
	file := u.server.keep("document", content)
	fields := map[string]any{"document": map[string]any{"file_id": file, "file_unique_id": "d", "file_name": name,
		"file_size": len(content)}}
	if caption != "" {
		fields["caption"] = caption
	}
	return u.send(fields)
}

// SendVoice sends a voice note.
func (u *User) SendVoice() int {
	return u.send(map[string]any{"voice": map[string]any{"file_id": "voice", "file_unique_id": "v", "duration": 3}})
}

// Press presses the newest button with this label.
func (u *User) Press(label string) error {
	messages := u.Messages()
	for i := len(messages) - 1; i >= 0; i-- {
		for _, row := range messages[i].Buttons {
			for _, button := range row {
				if button.Text == label {
					u.PressData(messages[i].ID, button.Data)
					return nil
				}
			}
		}
	}
	return fmt.Errorf("%d sees no button %q", u.ID, label)
}

// PressData sends a press with any data, as a forging client can, and returns
// the callback query's id.
func (u *User) PressData(messageID int, data string) string {
	return u.press(data, map[string]any{"message_id": messageID, "date": time.Now().Unix(), "chat": u.chat(), "text": "x"})
}

// PressOld presses a button of a message that is inaccessible to the bot.
func (u *User) PressOld(messageID int, data string) string {
	return u.press(data, map[string]any{"message_id": messageID, "date": 0, "chat": u.chat()})
}

// callbacks is the base of the keys of presses: a person's message and press
// can arrive at the same time.
const callbacks = 3 << 33

func (u *User) press(data string, message map[string]any) string {
	s := u.server
	s.mu.Lock()
	id := fmt.Sprintf("press-%d", s.nextID)
	s.nextID++
	s.presses[id] = false
	s.mu.Unlock()
	s.queueUpdate(u.ID+callbacks, map[string]any{"callback_query": map[string]any{
		"id": id, "from": u.from(), "chat_instance": "1", "data": data, "message": message,
	}})
	return id
}

// ExpirePresses makes every press too old to be answered.
func (s *Server) ExpirePresses() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.presses)
}

// Waiting counts presses whose button still shows that it waits.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	for _, answered := range s.presses {
		if !answered {
			count++
		}
	}
	return count
}

// Block makes the bot unable to write, and tells it so.
func (u *User) Block() { u.member(true, "member", "kicked") }

// Unblock lets the bot write again, and tells it so.
func (u *User) Unblock() { u.member(false, "kicked", "member") }

func (u *User) member(blocked bool, before, after string) {
	u.server.mu.Lock()
	u.blocked = blocked
	u.server.mu.Unlock()
	self := map[string]any{"id": botID, "is_bot": true, "first_name": "canbobot"}
	u.server.queueUpdate(u.ID, map[string]any{"my_chat_member": map[string]any{
		"chat": u.chat(), "from": u.from(), "date": time.Now().Unix(),
		"old_chat_member": map[string]any{"user": self, "status": before},
		"new_chat_member": map[string]any{"user": self, "status": after},
	}})
}
