package telegramtest

import (
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"
)

// User is somebody with Telegram on their phone, in a private chat with the bot.
type User struct {
	server  *Server
	ID      int64
	Name    string
	started bool
	blocked bool
	movedTo int64
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

// Known makes a user whom the bot may write to at once.
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
	return map[string]any{"id": u.ID, "type": "private", "first_name": u.Name}
}

// send queues a message with the given fields beside who, where and when.
func (u *User) send(fields map[string]any) {
	s := u.server
	s.mu.Lock()
	u.started = true
	id := s.nextID
	s.nextID++
	s.mu.Unlock()
	fields["message_id"], fields["date"], fields["from"], fields["chat"] = id, time.Now().Unix(), u.from(), u.chat()
	s.queueUpdate(u.ID, map[string]any{"message": fields})
}

// Say types a text.
func (u *User) Say(text string) { u.send(map[string]any{"text": text}) }

// Start opens the chat, by a link with a code when there is one.
func (u *User) Start(code string) {
	text := strings.TrimSpace("/start " + code)
	u.send(map[string]any{"text": text, "entities": []map[string]any{{"type": "bot_command", "offset": 0, "length": 6}}})
}

// ShareContact presses the button that shares one's own number.
func (u *User) ShareContact(phone string) { u.ForwardContact(phone, u.ID) }

// ForwardContact sends a contact card of somebody's.
func (u *User) ForwardContact(phone string, userID int64) {
	u.send(map[string]any{"contact": map[string]any{"phone_number": phone, "first_name": "X", "user_id": userID}})
}

// SendPhoto sends a picture, which getFile then finds.
func (u *User) SendPhoto(content []byte) {
	s := u.server
	s.mu.Lock()
	file := fmt.Sprintf("photo-%d", s.nextID)
	s.files["photos/"+file] = content
	s.mu.Unlock()
	u.send(map[string]any{"photo": []map[string]any{
		{"file_id": "small", "file_unique_id": "s", "width": 90, "height": 90, "file_size": 10},
		{"file_id": file, "file_unique_id": "l", "width": 900, "height": 900, "file_size": len(content)},
	}})
}

// SendVoice sends a voice note.
func (u *User) SendVoice() {
	u.send(map[string]any{"voice": map[string]any{"file_id": "voice", "file_unique_id": "v", "duration": 3}})
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

// PressData sends a press with any data, as a forging client can.
func (u *User) PressData(messageID int, data string) {
	s := u.server
	s.mu.Lock()
	id := fmt.Sprintf("press-%d", s.nextID)
	s.nextID++
	s.presses[id] = false
	s.mu.Unlock()
	s.queueUpdate(u.ID, map[string]any{"callback_query": map[string]any{
		"id": id, "from": u.from(), "chat_instance": "1", "data": data,
		"message": map[string]any{"message_id": messageID, "date": time.Now().Unix(), "chat": u.chat(), "text": "x"},
	}})
}

// Block makes the bot unable to write, and tells it so.
func (u *User) Block() {
	u.server.mu.Lock()
	u.blocked = true
	u.server.mu.Unlock()
	u.server.queueUpdate(u.ID, map[string]any{"my_chat_member": map[string]any{
		"chat": u.chat(), "from": u.from(), "date": time.Now().Unix(),
		"old_chat_member": map[string]any{"user": map[string]any{"id": 123456789, "is_bot": true, "first_name": "canbobot"}, "status": "member"},
		"new_chat_member": map[string]any{"user": map[string]any{"id": 123456789, "is_bot": true, "first_name": "canbobot"}, "status": "kicked"},
	}})
}

// Messages lists what the bot has sent here, as it looks at the moment.
func (u *User) Messages() []Message {
	s := u.server
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen(u.ID)
}

func (s *Server) seen(chat int64) []Message {
	var all []Message
	for _, message := range s.messages[chat] {
		all = append(all, *message)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all
}

// patience is how long Wait waits.
const patience = 30 * time.Second

// Wait returns the messages once they are as the caller wants them, and fails
// the test when they do not become so.
func (u *User) Wait(t testing.TB, ready func([]Message) bool) []Message {
	t.Helper()
	s := u.server
	s.mu.Lock()
	defer s.mu.Unlock()
	timer := time.AfterFunc(patience, s.changed.Broadcast)
	defer timer.Stop()
	deadline := time.Now().Add(patience)
	for {
		messages := s.seen(u.ID)
		if ready(messages) {
			return messages
		}
		if !time.Now().Before(deadline) {
			t.Fatalf("user %d: not what was waited for: %+v", u.ID, messages)
		}
		s.changed.Wait()
	}
}
