package play

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"canbobot/bot"
	"canbobot/bot/web"
)

// Recorder is the page's channel, remembering what each phone shows.
type Recorder struct {
	*web.Channel
	Files string      // folder of what people send
	like  bot.Channel // as which it draws; nil for the page

	mu     sync.Mutex
	told   []Telling
	refs   map[string]string // this page's own, of messages that another page sent
	queued map[string][]Message
	latest map[string]map[string]bot.Reply // chat, ref
	order  map[string][]string
	away   map[string]bool // chats that nothing gets through to
}

// NewRecorder records a page's channel. What people send in a play are files of
// a folder.
func NewRecorder(page *web.Channel, files string) *Recorder {
	return &Recorder{Channel: page, Files: files, refs: map[string]string{}, queued: map[string][]Message{},
		latest: map[string]map[string]bot.Reply{}, order: map[string][]string{}, away: map[string]bool{}}
}

// Away has nothing get through to a chat, or everything again.
func (r *Recorder) Away(chatID string, away bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.away[chatID] = away
}

func (r *Recorder) awayNow(chatID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.away[chatID]
}

// Telling is one message sent or redrawn.
type Telling struct {
	ChatID string
	Message
}

// Told is all that was sent and redrawn.
func (r *Recorder) Told() []Telling {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.told
}

// Replay shows what another page has shown, under the other's references.
func (r *Recorder) Replay(told []Telling) error {
	for _, one := range told {
		if one.Redrawn {
			if err := r.Edit(context.Background(), one.ChatID, one.Ref, one.Reply); err != nil {
				return err
			}
			continue
		}
		ref, err := r.Channel.Send(context.Background(), one.ChatID, one.Reply)
		if err != nil {
			return err
		}
		r.refs[one.Ref] = ref
		r.note(one.ChatID, one.Message)
	}
	return nil
}

// Fetch brings a file of the play's own, by its name.
func (r *Recorder) Fetch(ctx context.Context, id string, limit int64) ([]byte, error) {
	if content, err := os.ReadFile(filepath.Join(r.Files, filepath.Base(id))); err == nil {
		return content, nil
	}
	return r.Channel.Fetch(ctx, id, limit)
}

// Send shows a new message.
func (r *Recorder) Send(ctx context.Context, chatID string, reply bot.Reply) (string, error) {
	if r.awayNow(chatID) {
		return "", &bot.SendError{Fate: bot.Retry, Cause: errors.New("away, says the play")}
	}
	ref, err := r.Channel.Send(ctx, chatID, reply)
	if err == nil {
		r.note(chatID, Message{Ref: ref, Reply: reply})
	}
	return ref, err
}

// Edit redraws a message.
func (r *Recorder) Edit(ctx context.Context, chatID, ref string, reply bot.Reply) error {
	own, replayed := r.refs[ref]
	if !replayed {
		own = ref
	}
	err := r.Channel.Edit(ctx, chatID, own, reply)
	if err == nil {
		r.note(chatID, Message{Ref: ref, Redrawn: true, Reply: reply})
	}
	return err
}

func (r *Recorder) note(chatID string, message Message) {
	if err := message.Reply.Check(); err != nil {
		panic(fmt.Sprintf("no channel can draw what %s is shown: %v", chatID, err))
	}
	if drawer, is := r.like.(bot.Drawer); is {
		message.Drawn = drawer.Drawn(message.Reply)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, Telling{chatID, message})
	if r.latest[chatID] == nil {
		r.latest[chatID] = map[string]bot.Reply{}
	}
	before, known := r.latest[chatID][message.Ref]
	if message.Redrawn && block("", lines(message.Reply)) == block("", lines(before)) {
		return // nothing to see
	}
	if !known {
		r.order[chatID] = append(r.order[chatID], message.Ref)
	}
	r.latest[chatID][message.Ref] = message.Reply
	r.queued[chatID] = append(r.queued[chatID], message)
}

// Shown hands out what a phone shows that was not handed out before.
func (r *Recorder) Shown(chatID string) []Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	messages := r.queued[chatID]
	delete(r.queued, chatID)
	return messages
}

// Button finds the newest button with a label on a phone.
func (r *Recorder) Button(chatID, label string) (ref, action string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	refs := r.order[chatID]
	for i := len(refs) - 1; i >= 0; i-- {
		for _, row := range r.latest[chatID][refs[i]].Buttons {
			for _, button := range row {
				if button.Label == label {
					return refs[i], button.Action.String(), nil
				}
			}
		}
	}
	return "", "", fmt.Errorf("%s sees no button %q", chatID, label)
}

// As records what is said as another channel would draw it: without buttons
// where it has none, and with nothing redrawn where it cannot.
func (r *Recorder) As(like bot.Channel) bot.Channel {
	r.like = like
	drawn := likeness{r}
	if _, is := like.(bot.Numbered); is {
		return numbering{drawn}
	}
	if _, is := like.(bot.Editor); is {
		return redrawing{drawn}
	}
	return drawn
}

// likeness has no more powers than the channel that it is like.
type likeness struct{ r *Recorder }

func (l likeness) Name() string { return l.r.Name() }

func (l likeness) Send(ctx context.Context, chatID string, reply bot.Reply) (string, error) {
	return l.r.Send(ctx, chatID, reply)
}

func (l likeness) Fetch(ctx context.Context, id string, limit int64) ([]byte, error) {
	return l.r.Fetch(ctx, id, limit)
}

func (l likeness) SharesContacts() bool {
	shares, is := l.r.like.(bot.Contacts)
	return is && shares.SharesContacts()
}

type numbering struct{ likeness }

func (n numbering) Numbers(reply bot.Reply) bool { return n.r.like.(bot.Numbered).Numbers(reply) }

type redrawing struct{ likeness }

func (d redrawing) Edit(ctx context.Context, chatID, ref string, reply bot.Reply) error {
	return d.r.Edit(ctx, chatID, ref, reply)
}
