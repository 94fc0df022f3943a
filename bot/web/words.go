package web

// Words are the page's texts by key.
type Words map[string]string

// WordKeys are the keys of every text that the page shows.
var WordKeys = []string{
	"title", "intro", "noscript", "skip_left", "skip_right", "larger",
	"left", "right", "holder", "unread", "switch",
	"bot", "online", "typing", "offline", "log", "you",
	"compose", "send", "attach", "newer",
	"sending", "sent", "failed", "retry", "edited", "private", "download", "opens_page",
	"empty", "begin", "opened", "shared", "own_number", "share", "cancel", "bad_number",
	"too_large", "wrong_type", "too_many",
	"guest", "guest_role", "guest_group",
}

// Missing lists the keys without a text.
func (w Words) Missing() []string {
	var missing []string
	for _, key := range WordKeys {
		if w[key] == "" {
			missing = append(missing, key)
		}
	}
	return missing
}

// say finds the words for a key; the key itself, where there are none, is
// easily seen on the page.
func (w Words) say(key string) string {
	if text := w[key]; text != "" {
		return text
	}
	return key
}
