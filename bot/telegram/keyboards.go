package telegram

import "sync"

// maxKeyboards bounds the chats remembered.
const maxKeyboards = 4096

// keyboards remembers which chats may show the contact keyboard. It is a hint
// for drawing and may be forgotten: the keyboard folds itself after use, and
// then only its icon stays.
type keyboards struct {
	mu    sync.Mutex
	chats map[string]struct{}
}

func (k *keyboards) up(chatID string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.chats == nil || len(k.chats) >= maxKeyboards {
		k.chats = map[string]struct{}{}
	}
	k.chats[chatID] = struct{}{}
}

func (k *keyboards) down(chatID string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.chats, chatID)
}

func (k *keyboards) mayBeUp(chatID string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, up := k.chats[chatID]
	return up
}
