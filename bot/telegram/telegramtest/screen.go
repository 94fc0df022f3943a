package telegramtest

import (
	"cmp"
	"slices"
	"testing"
	"time"
)

// Messages lists what the bot has sent here, as it looks at the moment: edits
// applied, deleted ones gone.
func (u *User) Messages() []Message {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	return u.seen()
}

func (u *User) seen() []Message {
	var all []Message
	for _, message := range u.server.messages[u.ID] {
		all = append(all, *message)
	}
	slices.SortFunc(all, func(a, b Message) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Keyboard lists the labels of the reply keyboard that is shown in the place of
// the phone's own; asks tells whether it shares one's number.
func (u *User) Keyboard() (labels [][]string, asks bool) {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	if u.keyboard == nil {
		return nil, false
	}
	return u.keyboard.labels, u.keyboard.asks
}

// Typing counts how often the bot has shown that it writes.
func (u *User) Typing() int {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	return u.typing
}

// Received counts the messages accepted for this chat, deleted ones included.
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
		messages = u.seen()
		return ready(messages)
	}) {
		t.Fatalf("user %d: not what was waited for: %+v", u.ID, messages)
	}
	return messages
}

// WaitIdle waits until no update is pending, and no pressed button waits, and
// fails the test when that does not come.
func (s *Server) WaitIdle(t testing.TB) {
	t.Helper()
	if !s.await(func() bool { return s.idle() && s.answered() }) {
		t.Fatal("updates are still pending, or pressed buttons wait")
	}
}

// WaitIdleUpdates waits until no update is pending.
func (s *Server) WaitIdleUpdates(t testing.TB) {
	t.Helper()
	if !s.await(s.idle) {
		t.Fatal("updates are still pending")
	}
}

// WaitPoll waits until a long poll waits for updates.
func (s *Server) WaitPoll(t testing.TB) {
	t.Helper()
	if !s.await(func() bool { return s.polling > 0 && len(s.queue) == 0 }) {
		t.Fatal("nobody polls")
	}
}

func (s *Server) idle() bool { return len(s.queue) == 0 && (s.hook == nil || s.hook.pending == 0) }

func (s *Server) answered() bool {
	for _, answered := range s.presses {
		if !answered {
			return false
		}
	}
	return true
}

// await waits for what ready, called with the lock held, reports.
func (s *Server) await(ready func() bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	timer := time.AfterFunc(patience, s.changed.Broadcast)
	defer timer.Stop()
	deadline := time.Now().Add(patience)
	for !ready() {
		if !time.Now().Before(deadline) {
			return false
		}
		s.changed.Wait()
	}
	return true
}

func sortUpdates(queue []update) {
	slices.SortStableFunc(queue, func(a, b update) int { return cmp.Compare(a.id, b.id) })
}
