package bot

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"canbobot/services"
)

// Dispatcher answers what comes in: seen before? too fast? one conversation at
// a time, who is it, where are they, what do they mean, answer. See doc.go.
type Dispatcher struct {
	Channels   map[string]Channel
	Sessions   Sessions
	People     People
	Forms      Forms
	Cards      Cards
	Understand Understander
	Book       *Book
	Speech     Speech
	Breakers   *Breakers
	// Spent hears of every answer that went to a chat, so that what goes to many
	// leaves room for it; may be nil.
	Spent  func(channel, chatID string)
	Clock  services.Clock
	Logger *slog.Logger
	// Looks is told whose numbers an answer shows, before it is sent: what cannot be
	// written down is not shown.
	Looks Looks
	// Away reports whether an error says that the database cannot be reached:
	// the event is then left to be delivered again.
	Away func(error) bool
}

// Sessions holds what may be lost: dialogue position, events seen, limits.
type Sessions interface {
	Begin(ctx context.Context, channel, userID, eventID string) (Dialogue, error)
}

// Dialogue is one conversation, locked until End.
type Dialogue struct {
	Seen    bool // the event was handled before
	Limited bool // too many events from this person
	Warn    bool // Limited, and not told so yet
	State   []byte
	// End keeps the state, marks the event as handled when done, and unlocks.
	End func(ctx context.Context, state []byte, done bool) error
}

// People tells who is talking, and hears who can be reached.
type People interface {
	Identify(ctx context.Context, channel, userID string) (Speaker, error)
	Reachable(ctx context.Context, channel, userID string) error
	Unreachable(ctx context.Context, channel, userID, why string) error
	// Withdrawn forgets the account of somebody who asked the platform for it.
	Withdrawn(ctx context.Context, channel, userID, event string) error
}

// Looks writes down that somebody sees numbers of people whole.
type Looks interface {
	Seen(ctx context.Context, actor services.Actor, people []int64) error
}

// Cards remembers messages that must be redrawn when their subject changes.
type Cards interface {
	Shown(ctx context.Context, actor services.Actor, channel, chatID, ref string, card Card) error
	// Marked finds the n-th choice of the message that carries the mark in a chat.
	Marked(ctx context.Context, channel, chatID, mark string, n int) (action string, found bool, err error)
	// Asked draws the newest messages that came unasked since a moment, as they are now:
	// what has been answered meanwhile asks no more.
	Asked(ctx context.Context, actor services.Actor, since time.Time) ([]Told, error)
	// Reported notes that messages arrived or were seen.
	Reported(ctx context.Context, channel string, report DeliveryReport, at time.Time) error
}

// Position is where a person is in the dialogue.
type Position struct {
	Form    string   `json:"f,omitempty"` // being filled
	Choices []string `json:"c,omitempty"` // actions of the last reply, where its buttons were drawn as numbers
	Sight   []Sight  `json:"s,omitempty"` // what the last reply offers
	Ended   string   `json:"e,omitempty"` // the event that finished a form
	Unsure  string   `json:"u,omitempty"` // the event of whose answer nothing was heard
	Tries   int      `json:"t,omitempty"` // how often so
	Missed  int      `json:"m,omitempty"` // texts in a row that were not understood
	Unheard string   `json:"q,omitempty"` // what was not understood last
	At      int64    `json:"a,omitempty"` // when the person last did something, in Unix seconds
	Waits   string   `json:"w,omitempty"` // the action that a fresh code is asked for

	Held *Held `json:"h,omitempty"` // what they were about to do when they were asked to agree

	acting string // the action of this event
	agreed bool   // they have: what is held goes on
	coded  bool   // the code was right: what waits goes on
}

// Held is what somebody did who had to agree to something first.
type Held struct {
	Action string `json:"a,omitempty"`
	Text   string `json:"t,omitempty"`
}

// heldMost bounds a text that is held, in letters.
const heldMost = 300

// held keeps what a person did, but no number that they typed: it is asked for
// where it belongs.
func held(in Inbound) *Held {
	text := longNumber.ReplaceAllString(in.Text, "")
	if runes := []rune(text); len(runes) > heldMost {
		text = string(runes[:heldMost])
	}
	if in.Action == "" && strings.TrimSpace(text) == "" {
		return nil
	}
	return &Held{Action: in.Action, Text: text}
}

var longNumber = regexp.MustCompile(`[0-9](?:[ .-]?[0-9]){5,}`)

// consent asks whoever has not agreed to what is kept of them, and holds what
// they were about to do.
func (d *Dispatcher) consent(ctx context.Context, turn Turn, position *Position) (Reply, error) {
	reply, err := d.Book.Consent(ctx, turn)
	if err == nil && !position.agreed {
		position.Held = held(turn.In)
	}
	return reply, err
}

// patience bounds one event, so that a stuck database or channel cannot hold a
// conversation for ever; a platform waits at least twice as long.
const patience = 25 * time.Second

// Handle answers one event. See Handler for what the error means.
func (d *Dispatcher) Handle(ctx context.Context, in Inbound) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	channel := d.Channels[in.Channel]
	if channel == nil {
		return errors.New("event of a channel that is off: " + in.Channel)
	}
	switch {
	case in.Presence == Left:
		return d.People.Unreachable(ctx, in.Channel, in.UserID, WhyLeft)
	case in.Presence == Withdrawn:
		return d.People.Withdrawn(ctx, in.Channel, in.UserID, in.Channel+":"+in.EventID)
	case in.Report != nil:
		return d.Cards.Reported(ctx, in.Channel, *in.Report, in.At)
	}
	// The pressed button stops waiting while the answer is made; too late or
	// failed, the answer still comes.
	if presser, ok := channel.(Presser); ok && in.Action != "" {
		pressed := make(chan struct{})
		go func() {
			defer close(pressed)
			if err := presser.Pressed(ctx, in); err != nil {
				d.Logger.Debug("button not acknowledged", "channel", in.Channel, "fate", FateOf(err))
			}
		}()
		defer func() { <-pressed }()
	}
	dialogue, err := d.Sessions.Begin(ctx, in.Channel, in.UserID, in.EventID)
	if err != nil {
		return err
	}
	if dialogue.Seen {
		return dialogue.End(ctx, dialogue.State, true)
	}
	if dialogue.Limited && !dialogue.Warn {
		return dialogue.End(ctx, dialogue.State, true)
	}
	var position Position
	if len(dialogue.State) > 0 {
		if err := json.Unmarshal(dialogue.State, &position); err != nil {
			d.Logger.Warn("dialogue position unreadable", "channel", in.Channel)
		}
	}
	unsign := d.sign(ctx, channel, in)
	err = d.answer(ctx, channel, in, dialogue, &position)
	unsign()
	if err != nil {
		d.Logger.Error("event not handled", "channel", in.Channel, "event", in.EventID, "error", err)
	}
	state, _ := json.Marshal(position) // strings and numbers always marshal
	// The lock goes back even when the event's own time is up.
	free, cancelFree := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancelFree()
	return firstError(err, dialogue.End(free, state, err == nil))
}

// signAfter is how long an answer may take before the person sees that it is
// being worked on.
const signAfter = 1500 * time.Millisecond

// sign shows a slow answer's coming: as typing, or as a sign on what was sent.
func (d *Dispatcher) sign(ctx context.Context, channel Channel, in Inbound) (stop func()) {
	var show func() error
	switch power := channel.(type) {
	case Typist:
		show = func() error { return power.Typing(ctx, in.ChatID) }
	case Reactor:
		show = func() error { return power.React(ctx, in) }
	default:
		return func() {}
	}
	timer := time.AfterFunc(signAfter, func() {
		if err := show(); err != nil {
			d.Logger.Debug("sign not shown", "channel", in.Channel, "fate", FateOf(err))
		}
	})
	return func() { timer.Stop() }
}

func (d *Dispatcher) answer(ctx context.Context, channel Channel, in Inbound, dialogue Dialogue,
	position *Position) error {
	speaker, err := d.People.Identify(ctx, in.Channel, in.UserID)
	if err != nil {
		return err
	}
	speaker.Actor.Channel = in.Channel
	speaker.Actor.Event = in.Channel + ":" + in.EventID
	turn := Turn{In: in, Speaker: speaker, Now: d.Clock.Local(), book: d.Book, forms: d.Forms, position: position}
	if fetcher, ok := channel.(Fetcher); ok && in.Attachment != nil {
		turn.fetch = func(ctx context.Context, limit int64) ([]byte, error) {
			return fetcher.Fetch(ctx, in.Attachment.ID, limit)
		}
	}

	var reply Reply
	switch {
	case dialogue.Limited:
		err = services.TooMany("events")
	case !in.Private:
		reply, err = d.Book.Elsewhere(ctx, turn)
	default:
		reply, err = d.act(ctx, turn, channel, position)
		if services.CodeOf(err) == "draft_damaged" { // gone by now: that is told, and what was asked for is done
			position.Form = ""
			told := Refusal(d.Speech, err)
			if reply, err = d.act(ctx, turn, channel, position); err == nil {
				reply.Text = told + "\n\n" + reply.Text
			}
		}
	}
	position.At = turn.Now.Unix()
	if err != nil {
		if reply, err = d.explain(turn, err); err != nil {
			return err
		}
	}
	return d.send(ctx, channel, turn, reply, position)
}

// act does what a person asks for. What needs a fresh code asks for it at once,
// and goes on when the code is right.
func (d *Dispatcher) act(ctx context.Context, turn Turn, channel Channel, position *Position) (Reply, error) {
	var reply Reply
	var err error
	switch again := position.Ended != "" && position.Ended == turn.Speaker.Actor.Event; {
	case again && position.Waits != "": // the code was taken, and what waited for it was not done
		position.coded = true
	default:
		if position.Form != CodeForm {
			position.Waits = ""
		}
		reply, err = d.route(ctx, turn, channel, position)
	}
	if err == nil && position.coded {
		// The code has had the effect of this event; what it was asked for has its own.
		waits := position.Waits
		turn.Speaker.Actor.Event += ":go"
		turn.In.Action, turn.In.Text = waits, ""
		if reply, err = d.press(ctx, turn, position); err != nil && services.KindOf(err) == services.KindInternal {
			position.Waits = waits // the event may come again
		}
	}
	if err == nil && position.agreed && position.Held != nil {
		on := *position.Held
		position.Held = nil
		turn.Speaker.Consented, turn.Speaker.Agreed = true, true
		turn.Speaker.Actor.Event += ":go"
		turn.In.Action, turn.In.Text, turn.In.MessageRef = on.Action, on.Text, ""
		reply, err = d.route(ctx, turn, channel, position)
	}
	if services.CodeOf(err) != "step_up" || !turn.Speaker.Linked() {
		return reply, err
	}
	waits := position.acting
	if position.Form != "" && position.Form != CodeForm { // a summary that is to be sent
		waits = Send(position.Form).String()
	}
	asked, failed := d.Forms.Begin(ctx, turn, position, CodeForm, nil, nil)
	if failed != nil {
		return Reply{}, failed
	}
	position.Waits = waits
	asked.Text = Refusal(d.Speech, err)
	return asked, nil
}

// explain turns a refusal into words. What only time can mend is returned, so
// that the event comes again; what is our fault is logged and apologised for.
func (d *Dispatcher) explain(turn Turn, err error) (Reply, error) {
	if d.Away(err) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return Reply{}, err
	}
	if services.KindOf(err) == services.KindInternal {
		d.Logger.Error("screen failed", "channel", turn.In.Channel, "event", turn.In.EventID, "account",
			turn.Speaker.Actor.Account, "error", err)
	}
	reply := Reply{Text: Refusal(d.Speech, err)}
	reply.Buttons = [][]Button{Row(Button{Label: d.Speech.Say("button.menu", nil), Action: Act("menu")})}
	if turn.position.Form != "" { // the draft is still there: offer to go on
		reply.Buttons = [][]Button{Row(
			Button{Label: d.Speech.Say("form.resume", nil), Action: Act(Resume())},
			Button{Label: d.Speech.Say("form.cancel", nil), Action: Act(GiveUp())})}
	}
	return reply, nil
}

// Refusal says a refusal in words; what is our fault has one apology for all.
func Refusal(speech Speech, err error) string {
	refusal := (*services.Error)(nil)
	if !errors.As(err, &refusal) {
		return speech.Say("errors.internal", nil)
	}
	return speech.Say("errors."+string(refusal.Kind)+"."+refusal.Code, Fields(refusal.Fields))
}

// send delivers the answer. What the platform asks to be repeated leaves the
// event open: its effect is kept once, the answer comes with the repetition.
func (d *Dispatcher) send(ctx context.Context, channel Channel, turn Turn, reply Reply, position *Position) error {
	if reply.Empty() {
		return nil
	}
	if len(reply.Shows) > 0 {
		if err := d.Looks.Seen(ctx, turn.Speaker.Actor, reply.Shows); err != nil {
			return err
		}
	}
	position.Choices, position.Sight = nil, Sights(reply)
	if numbered, ok := channel.(Numbered); ok && numbered.Numbers(reply) {
		position.Choices = Choices(reply)
	}
	ref, err := d.deliver(ctx, channel, turn.In, reply)
	if err != nil {
		fate := FateOf(err)
		d.Logger.Warn("answer not sent", "channel", turn.In.Channel, "event", turn.In.EventID, "fate", fate, "error", err)
		switch fate {
		case Unreachable:
			return d.People.Unreachable(ctx, turn.In.Channel, turn.In.UserID, WhyOf(err))
		case Retry, Broken:
			return err
		case Uncertain:
			if len(reply.Files) > 0 {
				return nil // a large picture is slow, not lost; its text has arrived
			}
			return d.unsure(turn, position, err)
		}
		return nil
	}
	if reply.Card.Subject != "" && ref != "" {
		return d.Cards.Shown(ctx, turn.Speaker.Actor, turn.In.Channel, turn.In.ChatID, ref, reply.Card)
	}
	return nil
}

// unsureMost is how often an answer is sent of which nothing was heard. To read
// it twice is a smaller harm than to be left without it.
const unsureMost = 4

// unsure leaves the event open, so that its answer is sent again, but not for
// ever.
func (d *Dispatcher) unsure(turn Turn, position *Position, err error) error {
	if position.Unsure != turn.In.EventID {
		position.Unsure, position.Tries = turn.In.EventID, 0
	}
	if position.Tries++; position.Tries >= unsureMost {
		return nil
	}
	return err
}

// shortWait is how long an answer may wait for a platform that asks for a pause.
const shortWait = 3 * time.Second

func (d *Dispatcher) deliver(ctx context.Context, channel Channel, in Inbound, reply Reply) (string, error) {
	if editor, ok := channel.(Editor); ok && reply.Replace && in.MessageRef != "" {
		err := editor.Edit(ctx, in.ChatID, in.MessageRef, reply)
		if err == nil {
			return in.MessageRef, nil
		}
		if FateOf(err) == Unreachable {
			return "", err
		}
	}
	ref, err := d.say(ctx, channel, in.ChatID, reply)
	failure := (*SendError)(nil)
	if errors.As(err, &failure) && failure.Fate == Retry {
		wait := failure.RetryAt.Sub(d.Clock())
		if wait > shortWait {
			return ref, err
		}
		select {
		case <-ctx.Done():
			return ref, err
		case <-time.After(max(wait, 200*time.Millisecond)):
		}
		return d.say(ctx, channel, in.ChatID, reply)
	}
	return ref, err
}

func (d *Dispatcher) say(ctx context.Context, channel Channel, chatID string, reply Reply) (string, error) {
	if err := d.Breakers.Try(channel.Name()); err != nil {
		return "", err
	}
	ref, err := channel.Send(ctx, chatID, reply)
	d.Breakers.Heard(channel.Name(), err)
	if d.Spent != nil {
		d.Spent(channel.Name(), chatID)
	}
	return ref, err
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
