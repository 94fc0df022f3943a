package zalobottest

import (
	"slices"
	"testing"
	"time"
)

// Messages lists what the bot has sent here, in order.
func (u *User) Messages() []Message {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	return slices.Clone(u.messages)
}

// Typing counts how often the bot has shown that it writes.
func (u *User) Typing() int {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	return u.typing
}

// Received counts the messages accepted for this chat.
func (u *User) Received() int {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	return u.received
}

// patience is how long Wait waits.
const patience = 30 * time.Second

// Wait returns the messages once they are as the caller wants them, and fails
// the test when they do not become so. ready must not ask the server.
func (u *User) Wait(t testing.TB, ready func([]Message) bool) []Message {
	t.Helper()
	var messages []Message
	if !u.server.await(func() bool {
		messages = slices.Clone(u.messages)
		return ready(messages)
	}) {
		t.Fatalf("user %s: not what was waited for: %+v", u.ID, messages)
	}
	return messages
}

// WaitIdle waits until no update waits to be fetched or to be taken by the
// webhook, and fails the test when that does not come. What was fetched may
// still be worked on.
func (s *Server) WaitIdle(t testing.TB) {
	t.Helper()
	if !s.await(func() bool { return s.pending() == 0 }) {
		t.Fatal("updates are still pending")
	}
}

// WaitPoll waits until a poll waits for updates.
func (s *Server) WaitPoll(t testing.TB) {
	t.Helper()
	if !s.await(func() bool { return s.polling > 0 && len(s.queue) == 0 }) {
		t.Fatal("nobody polls")
	}
}

// WaitNoPoll waits until no poll waits any more.
func (s *Server) WaitNoPoll(t testing.TB) {
	t.Helper()
	if !s.await(func() bool { return s.polling == 0 }) {
		t.Fatal("somebody still polls")
	}
}

// await waits for what ready, called with the lock held, reports.
func (s *Server) await(ready func() bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	deadline := time.Now().Add(patience)
	timer := time.AfterFunc(patience, s.changed.Broadcast)
	defer timer.Stop()
	for !ready() {
		if !time.Now().Before(deadline) {
			return false
		}
		s.changed.Wait()
	}
	return true
}
