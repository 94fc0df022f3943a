package zalobottest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Message is one message of the bot's as its chat sees it.
type Message struct {
	ID       string
	Text     string // the caption, of a picture
	Photo    bool   // a picture
	Black    bool   // a picture of which nothing is seen: it could not be fetched again
	PhotoURL string // where it was fetched
	Content  []byte // of the picture that is shown
}

type method func(r *http.Request, params map[string]any) (any, error)

func (s *Server) getMe(_ *http.Request, params map[string]any) (any, error) {
	return map[string]any{"id": ID("bot", 0), "account_name": "bot.canbo", "account_type": "BASIC",
		"can_join_groups": false}, only(params)
}

// chat finds whom the bot may write to; the lock is held. What the real platform
// says of a person who has blocked the bot is not known: the words are ours.
func (s *Server) chat(params map[string]any) (*User, error) {
	id, err := textOf(params, "chat_id")
	if err != nil {
		return nil, err
	}
	user := s.users[id]
	switch {
	case id == "":
		return nil, bad("chat_id is empty")
	case user == nil, !user.wrote:
		return nil, bad("chat not found")
	case user.blocked:
		return nil, &refusal{code: 403, description: "Forbidden: bot was blocked by the user"}
	}
	return user, nil
}

// longest is how many letters a text or a caption may have.
const longest = 2000

func checkText(what, text string) error {
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		return bad(what + " is empty")
	case n > longest:
		return bad(fmt.Sprintf("%s is too long: %d of %d letters", what, n, longest))
	}
	return nil
}

func (s *Server) sendMessage(_ *http.Request, params map[string]any) (any, error) {
	// parse_mode and text_styles change the look: nobody here wants them
	if err := only(params, "chat_id", "text"); err != nil {
		return nil, err
	}
	text, err := textOf(params, "text")
	if err == nil {
		err = checkText("text", text)
	}
	if err != nil {
		return nil, err
	}
	return s.accept(params, Message{Text: text})
}

func (s *Server) accept(params map[string]any, message Message) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.chat(params)
	if err != nil {
		return nil, err
	}
	s.sent.Add(1)
	user.received++
	message.ID = s.newID("sent")
	if !s.Quiet {
		user.messages = append(user.messages, message)
	}
	s.changed.Broadcast()
	return map[string]any{"message_id": message.ID, "date": s.now().UnixMilli()}, nil
}

// sendPhoto fetches the picture twice, as the real platform does: when only the
// first time works, the call is ok and the picture black. That what is no
// picture at all is refused is ours.
func (s *Server) sendPhoto(r *http.Request, params map[string]any) (any, error) {
	if err := only(params, "chat_id", "photo", "caption"); err != nil {
		return nil, err
	}
	message := Message{Photo: true}
	var err error
	if message.PhotoURL, err = textOf(params, "photo"); err != nil {
		return nil, err
	}
	if _, given := params["caption"]; given {
		if message.Text, err = textOf(params, "caption"); err == nil {
			err = checkText("caption", message.Text)
		}
		if err != nil {
			return nil, err
		}
	}
	address, err := url.Parse(message.PhotoURL)
	if err != nil || address.Host == "" || address.Scheme != "https" &&
		!strings.HasPrefix(message.PhotoURL, "http://127.0.0.1:") {
		return nil, bad("photo must be an absolute https URL")
	}
	s.mu.Lock()
	_, err = s.chat(params)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if _, err := s.picture(r, message.PhotoURL); err != nil {
		return nil, bad("photo can't be fetched")
	}
	if message.Content, err = s.picture(r, message.PhotoURL); err != nil {
		message.Content, message.Black = nil, true
	}
	return s.accept(params, message)
}

// maxPicture bounds a picture, in bytes.
const maxPicture = 20 << 20

func (s *Server) picture(r *http.Request, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := s.fetcher.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, maxPicture))
	switch kind := http.DetectContentType(content); {
	case err != nil:
		return nil, err
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("answered %s", response.Status)
	case kind != "image/png" && kind != "image/jpeg":
		return nil, fmt.Errorf("no picture but %s", kind)
	}
	return content, nil
}

// sendChatAction answers without a result.
func (s *Server) sendChatAction(_ *http.Request, params map[string]any) (any, error) {
	if err := only(params, "chat_id", "action"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.chat(params)
	if err != nil {
		return nil, err
	}
	if params["action"] != "typing" {
		return nil, bad("unknown action")
	}
	user.typing++
	s.changed.Broadcast()
	return nil, nil
}
