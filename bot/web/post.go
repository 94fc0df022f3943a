package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
)

// maxBody bounds what a page posts, files aside. It leaves room for texts far
// beyond bot.MaxText: those get an answer in words.
const maxBody = 1 << 20

// act is what a page posts. Which fields count depends on the route.
type act struct {
	Chat   string `json:"chat"`
	Event  string `json:"event"` // UUID made by the page; repeated when it tries again
	Text   string `json:"text"`
	Action string `json:"action"`
	Ref    string `json:"ref"`
	Phone  string `json:"phone"`
	Code   string `json:"code"`
}

var (
	eventID   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	refForm   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9]{1,20}$`)
	codeForm  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`) // as Telegram allows in a start link
	phoneForm = regexp.MustCompile(`^\+?[0-9][0-9 .()-]{5,20}$`)
)

// read takes the posted act, or answers with what is wrong with it.
func (s *site) read(w http.ResponseWriter, r *http.Request) (act, bool) {
	var a act
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "bad")
		return a, false
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuseBody(w, err)
		return a, false
	}
	if json.Unmarshal(raw, &a) != nil || !eventID.MatchString(a.Event) {
		refuse(w, http.StatusBadRequest, "bad")
		return a, false
	}
	return a, s.known(w, r, a.Chat)
}

func refuseBody(w http.ResponseWriter, err error) {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		refuse(w, http.StatusRequestEntityTooLarge, "too_large")
		return
	}
	refuse(w, http.StatusBadRequest, "bad")
}

func (s *site) say(w http.ResponseWriter, r *http.Request) {
	a, ok := s.read(w, r)
	if !ok {
		return
	}
	in := bot.Inbound{EventID: a.Event, ChatID: a.Chat}
	if in.Text, in.Cut = clean(a.Text, bot.MaxText); in.Text == "" {
		refuse(w, http.StatusBadRequest, "bad")
		return
	}
	s.deliver(w, r, in, &message{Text: in.Text})
}

func (s *site) press(w http.ResponseWriter, r *http.Request) {
	a, ok := s.read(w, r)
	if !ok {
		return
	}
	if bot.Pressed(a.Action) != a.Action || !refForm.MatchString(a.Ref) {
		refuse(w, http.StatusBadRequest, "bad")
		return
	}
	in := bot.Inbound{EventID: a.Event, ChatID: a.Chat, Action: a.Action}
	if s.channel.has(a.Chat, a.Ref) { // else the message is kept no longer and cannot be edited
		in.MessageRef = a.Ref
	}
	s.deliver(w, r, in, nil)
}

// contact shares the number of the simulated phone; a phone without one shares
// the number that whoever plays typed.
func (s *site) contact(w http.ResponseWriter, r *http.Request) {
	a, ok := s.read(w, r)
	if !ok {
		return
	}
	number := s.channel.config.Phone(a.Chat)
	if number == "" {
		if number = strings.TrimSpace(a.Phone); !phoneForm.MatchString(number) {
			refuse(w, http.StatusUnprocessableEntity, "phone")
			return
		}
	}
	in := bot.Inbound{EventID: a.Event, ChatID: a.Chat, Contact: &bot.Contact{Phone: number, Own: true}}
	s.deliver(w, r, in, &message{Text: s.channel.config.Words.say("shared") + ": " + number})
}

// start opens a chat, by an invite link when there is a code.
func (s *site) start(w http.ResponseWriter, r *http.Request) {
	a, ok := s.read(w, r)
	if !ok {
		return
	}
	in := bot.Inbound{EventID: a.Event, ChatID: a.Chat, Presence: bot.Joined}
	label := "begin"
	if a.Code != "" {
		if !codeForm.MatchString(a.Code) {
			refuse(w, http.StatusBadRequest, "bad")
			return
		}
		in.Presence, in.Start, label = "", a.Code, "opened"
	}
	s.deliver(w, r, in, &message{Text: s.channel.config.Words.say(label)})
}

// retry delivers again what failed, as it was.
func (s *site) retry(w http.ResponseWriter, r *http.Request) {
	a, ok := s.read(w, r)
	if !ok {
		return
	}
	in, ok := s.channel.did(a.Chat, a.Event)
	if !ok {
		refuse(w, http.StatusNotFound, "unknown")
		return
	}
	s.deliver(w, r, in, nil)
}

// attach takes a photo or a PDF as the request's body.
func (s *site) attach(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	chatID, id := query.Get("chat"), query.Get("event")
	if !eventID.MatchString(id) {
		refuse(w, http.StatusBadRequest, "bad")
		return
	}
	if !s.known(w, r, chatID) {
		return
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
	if err != nil {
		refuseBody(w, err)
		return
	}
	kind := bot.Document
	switch http.DetectContentType(content) {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		kind = bot.Photo
	case "application/pdf":
	default:
		refuse(w, http.StatusUnsupportedMediaType, "wrong_type")
		return
	}
	name, _ := clean(query.Get("name"), 120)
	if name = strings.ReplaceAll(name, "\n", " "); name == "" {
		name = string(kind)
	}
	kept := s.channel.shelve(name, content)
	in := bot.Inbound{EventID: id, ChatID: chatID, Attachment: &bot.Attachment{
		Kind: kind, ID: kept.id(), Name: kept.Name, Size: int64(kept.Size),
	}}
	s.deliver(w, r, in, &message{Files: []file{kept}})
}

// clean is a text as the conversation wants it: composed letters, no control
// characters but line ends and tabs (PostgreSQL refuses a NUL), cut at limit
// runes.
func clean(text string, limit int) (cleaned string, cut bool) {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
	text = strings.TrimSpace(norm.NFC.String(text))
	if utf8.RuneCountInString(text) <= limit {
		return text, false
	}
	return string([]rune(text)[:limit]), true
}
