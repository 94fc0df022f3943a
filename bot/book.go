package bot

import (
	"context"
	"errors"
	"time"

	"canbobot/services"
)

// Speaker is who is talking, as the ward knows them.
type Speaker struct {
	Actor     services.Actor
	Name      string
	Consented bool // read what is kept of them, why and for whom, and agreed
	Agreed    bool // to that or to an earlier text
	Former    bool // holds no post any more: reads their history, nothing else
	Brief     bool // wants questions short, without examples
}

// Linked reports whether the ward knows who this is.
func (s Speaker) Linked() bool { return s.Actor.Role != services.Stranger }

// Turn is one thing that a person did, with all that a screen needs to answer.
type Turn struct {
	In      Inbound
	Speaker Speaker
	Args    []string // of the pressed button, after its verb
	Meaning Meaning  // of free text
	Said    string   // what was typed in place of the button that it presses
	Now     time.Time

	book     *Book
	forms    Forms
	position *Position
	fetch    func(ctx context.Context, limit int64) ([]byte, error) // nil where no file came, or none can be had
}

// Unheard is what the person said last that was not understood; "" for none that
// is kept.
func (t Turn) Unheard() string { return t.position.Unheard }

// Heard forgets it: a human has it.
func (t Turn) Heard() { t.position.Unheard = "" }

// Consents notes that the person has agreed to what is kept of them: what they
// were about to do when they were asked goes on.
func (t Turn) Consents() { t.position.agreed = true }

// Fetch brings the file that the person sent, of at most limit bytes. It refuses
// with unavailable/file when the channel cannot, or not at the moment, and with
// invalid/file_large (max, in MB) what is larger.
func (t Turn) Fetch(ctx context.Context, limit int64) ([]byte, error) {
	if t.fetch == nil {
		return nil, services.Unavailable("file")
	}
	content, err := t.fetch(ctx, limit)
	if errors.Is(err, ErrFileTooLarge) {
		return nil, services.Invalid("file_large").With("max", limit>>20)
	}
	if err != nil {
		return nil, services.Unavailable("file").Because(err)
	}
	return content, nil
}

// Arg is the i-th argument of the pressed button, empty when there is none: a
// forged press has any number of them.
func (t Turn) Arg(i int) string {
	if i < len(t.Args) {
		return t.Args[i]
	}
	return ""
}

// Begin opens a form with answers that are known already and asks its first
// open question. A form that was left half-filled is replaced.
func (t Turn) Begin(ctx context.Context, form string, known Answers) (Reply, error) {
	return t.forms.Begin(ctx, t, t.position, form, known, nil)
}

// BeginSaid is Begin with what the person said already of further questions.
func (t Turn) BeginSaid(ctx context.Context, form string, known Answers, said Said) (Reply, error) {
	return t.forms.Begin(ctx, t, t.position, form, known, said)
}

// BeginWith opens a form and takes what the person did already as the answer to
// its first question.
func (t Turn) BeginWith(ctx context.Context, form, first string) (Reply, error) {
	return t.forms.BeginWith(ctx, t, t.position, form, first)
}

// Open shows the screen that a verb leads to, as if its button had been pressed.
func (t Turn) Open(ctx context.Context, verb string, args ...string) (Reply, error) {
	action, known := t.book.Actions[verb]
	if !known {
		return Reply{}, services.NotFound("button")
	}
	t.Args = args
	t.position.acting = Act(verb, args...).String()
	return action.Screen(ctx, t)
}

// Coded says that a fresh code was right, and reports whether something waits for
// it: that is done next.
func (t Turn) Coded() bool {
	t.position.coded = t.position.Waits != ""
	return t.position.coded
}

// Draft is the form that the person left half-filled, if any.
func (t Turn) Draft(ctx context.Context) (Draft, bool, error) {
	return t.forms.Draft(ctx, t)
}

// Screen is what the bot shows for an intent or a pressed button. It returns a
// refusal as *services.Error; anything else is our fault.
type Screen func(ctx context.Context, turn Turn) (Reply, error)

// Book is everything the bot can show, as data. bot/page writes it.
type Book struct {
	Welcome   Screen // for whoever is not linked
	Consent   Screen // for whoever is linked and has not agreed yet
	Misheard  Screen // for what was not understood, or not surely; Arg(0) counts how often in a row
	Both      Screen // for two requests in one message
	Aside     Screen // for what asks for no screen; Arg(0) is its kind
	Elsewhere Screen // for groups, where nothing personal may be said
	Attached  Screen // for a file that nobody asked for
	Intents   map[Intent]Screen
	Actions   map[string]Verb
	Forms     map[string]*Form

	// Sayings are whole texts, without case and accents, that press a button.
	Sayings map[string]string
	// Heard are the phrases, folded, that people say in place of a button of that key.
	Heard func(key string) []string
	// Choice is the button that leads to an intent's screen with what was said
	// of it; false where the speaker has no such screen.
	Choice func(turn Turn, intent Intent) (Button, bool)
	// AsideOf tells what kind of aside a text is; empty for a text that may be a
	// request or an answer.
	AsideOf func(text string) string
}

// Kinds of asides.
const (
	Courtesy = "courtesy" // thanks, ok, dạ vâng
	Wish     = "wish"     // chúc mừng năm mới
	Emoji    = "emoji"    // pictures only
	Trust    = "trust"    // whether this is the ward; somebody wants a code
	Helpless = "helpless" // the letters are small, one cannot press
	Attest   = "attest"   // a paper is wanted that confirms something
)

// Verb is what a button's verb leads to.
type Verb struct {
	Screen Screen
	Open   bool // for people who are not linked, or have not agreed, too
	// Inner means nothing by itself: it names a thing in its arguments, or goes
	// on with what another screen showed.
	Inner bool
}

// Speech finds the words for a key of bot/texts.
type Speech interface {
	Say(key string, fields Fields) string
}

// Fields fill the gaps of a text.
type Fields map[string]any
