// Package dialog fills forms: what is asked next, what an answer is taken for,
// what was said before its question or after a long silence, and what else is
// meant by words that answer nothing.
package dialog

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/services"
)

// Forms drives the forms of a book. Whatever a person does comes in at Begin,
// Press or Fill, once for each event.
type Forms struct {
	Book   *bot.Book
	Drafts bot.Drafts
	Speech bot.Speech
}

var _ bot.Forms = (*Forms)(nil)

// event is one thing that a person did to a form, and how far the form is.
type event struct {
	*Forms
	turn     bot.Turn
	position *bot.Position
	form     *bot.Form
	draft    bot.Draft
}

// Verbs of the buttons of a form, besides those that any reply may offer.
const (
	verbAnswer = "a" // a:FORM:STEP:VALUE
	verbBack   = "fb"
	verbKeep   = "fk" // fk:FORM:STEP, the answer that is being asked again stays
	verbUse    = "fu" // fu:FORM:STEP, what was typed is the answer
)

// Names of answers that nobody gave.
const (
	signSaid    = "~" // what was said before its question came up
	signOffered = "?" // what was typed after a long silence, not taken yet
)

// Begin opens a form with what is known, and with what was said of questions to
// come; it asks the first that is open.
func (f *Forms) Begin(ctx context.Context, turn bot.Turn, position *bot.Position, name string, known bot.Answers,
	said bot.Said) (bot.Reply, error) {
	form := f.Book.Forms[name]
	if form == nil || (!form.Open && !turn.Speaker.Linked()) {
		return bot.Reply{}, services.Denied("form")
	}
	if known == nil {
		known = bot.Answers{}
	}
	e := &event{Forms: f, turn: turn, position: position, form: form, draft: bot.Draft{Form: name, Answers: known}}
	e.keep(said)
	return e.advance(ctx)
}

// BeginWith opens a form and takes text as the answer to its first question.
func (f *Forms) BeginWith(ctx context.Context, turn bot.Turn, position *bot.Position, name, text string) (bot.Reply,
	error) {
	if _, err := f.Begin(ctx, turn, position, name, nil, nil); err != nil {
		return bot.Reply{}, err
	}
	form := f.Book.Forms[name]
	e := &event{Forms: f, turn: turn, position: position, form: form, draft: first(form)}
	return e.answer(ctx, bot.Input{Text: text})
}

// first is a form of which nothing is answered.
func first(form *bot.Form) bot.Draft {
	return bot.Draft{Form: form.Name, Step: form.Steps[0].Name, Answers: bot.Answers{}}
}

// Draft is the form that the person left half-filled, if any.
func (f *Forms) Draft(ctx context.Context, turn bot.Turn) (bot.Draft, bool, error) {
	return f.Drafts.Load(ctx, turn.Speaker.Actor, turn.In.Channel, turn.In.UserID)
}

// current is the form that the person is in: the fleeting one, else the draft.
func (f *Forms) current(ctx context.Context, turn bot.Turn, position *bot.Position) (e *event, exists bool, err error) {
	e = &event{Forms: f, turn: turn, position: position, form: f.Book.Forms[position.Form]}
	if e.form != nil && e.form.Fleeting {
		e.draft = first(e.form)
		return e, true, nil
	}
	e.draft, exists, err = f.Draft(ctx, turn)
	e.form = f.Book.Forms[e.draft.Form]
	return e, exists && e.form != nil, err
}

// taken reports whether the event was the draft's last change already: it comes
// again because its answer could not be sent, and must not answer the next
// question too.
func (e *event) taken() bool {
	return e.draft.Event != "" && e.draft.Event == e.turn.Speaker.Actor.Event
}

func (e *event) save(ctx context.Context) error {
	e.position.Form = e.form.Name
	if e.form.Fleeting {
		return nil
	}
	e.draft.Event = e.turn.Speaker.Actor.Event
	return e.Drafts.Save(ctx, e.turn.Speaker.Actor, e.turn.In.Channel, e.turn.In.UserID, e.draft)
}

func (e *event) drop(ctx context.Context) error {
	form := e.Book.Forms[e.position.Form]
	e.position.Form = ""
	if form != nil && form.Fleeting {
		return nil
	}
	return e.Drafts.Delete(ctx, e.turn.Speaker.Actor, e.turn.In.Channel, e.turn.In.UserID)
}

func (e *event) say(key string, fields bot.Fields) string { return e.Speech.Say(key, fields) }

func (e *event) refusal(err error) string { return bot.Refusal(e.Speech, err) }

// Press follows a button of a form. Buttons of a form that ended, or of a
// question answered since, lead to where the person is. Not handled is a verb
// of no form.
func (f *Forms) Press(ctx context.Context, turn bot.Turn, position *bot.Position, verb string) (
	reply bot.Reply, handled bool, err error) {
	ends := false
	switch verb {
	case bot.Resume(), bot.Drop():
		position.Form = "" // they speak of the draft
		ends = verb == bot.Drop()
	case bot.GiveUp():
		ends = true
	case verbAnswer, bot.Sends(), verbBack, verbKeep, verbUse:
	default:
		return bot.Reply{}, false, nil
	}
	e, exists, err := f.current(ctx, turn, position)
	if err != nil {
		return bot.Reply{}, true, err
	}
	waits := exists && (e.form.Open || turn.Speaker.Linked())
	position.Form = ""
	if waits {
		position.Form = e.form.Name
	}
	switch {
	case ends && !(waits && e.taken()):
		reply, err = e.cancel(ctx)
	case !waits:
		err = services.NotFound("form_ended")
	default:
		reply, err = e.press(ctx, verb)
	}
	return reply, true, err
}

func (e *event) press(ctx context.Context, verb string) (bot.Reply, error) {
	mine := e.turn.Arg(0) == e.form.Name
	switch {
	case e.taken(), verb == bot.Resume():
		return e.ask(ctx)
	case verb == verbBack:
		return e.back(ctx)
	case verb == bot.Sends() && mine && e.draft.Step == bot.Confirming:
		return e.finish(ctx)
	case !mine || e.turn.Arg(1) != e.draft.Step:
	case verb == verbAnswer:
		return e.answer(ctx, bot.Input{Choice: strings.Join(e.turn.Args[2:], ":")})
	case verb == verbKeep && e.draft.Answers[e.draft.Step] != "":
		return e.advance(ctx)
	case verb == verbUse:
		if offered := e.draft.Answers[signOffered+e.draft.Step]; offered != "" {
			return e.answer(ctx, bot.Input{Text: offered})
		}
	}
	key := "form.moved_on"
	if verb == bot.Sends() && mine {
		key = "form.not_yet"
	}
	reply, err := e.ask(ctx)
	if err != nil {
		return bot.Reply{}, err
	}
	return lead(reply, e.say(key, nil)), nil
}

// Fill gives a text, a contact or a file to the running form. Not handled when
// the form is gone, or was a question that nobody waits for any more.
func (f *Forms) Fill(ctx context.Context, turn bot.Turn, position *bot.Position) (
	reply bot.Reply, handled bool, err error) {
	e, exists, err := f.current(ctx, turn, position)
	if err != nil {
		return bot.Reply{}, true, err
	}
	if !exists || e.draft.Form != position.Form {
		position.Form = ""
		return bot.Reply{}, false, nil
	}
	if e.taken() {
		reply, err = e.ask(ctx)
		return reply, true, err
	}
	if reply, handled, err := e.command(ctx); handled {
		return reply, true, err
	}
	plainText := turn.In.Text != "" || turn.In.Contact != nil
	if plainText && !e.attaches() && !turn.In.Cut && f.Book.AsideOf(turn.In.Text) == "" && e.silent() {
		return e.afterSilence(ctx)
	}
	reply, err = e.fill(ctx)
	return reply, true, err
}

// attaches reports whether a file came that the form takes.
func (e *event) attaches() bool {
	file := e.turn.In.Attachment
	return file != nil && e.form.Attach != nil && (file.Kind == bot.Photo || file.Kind == bot.Document)
}

func (e *event) fill(ctx context.Context) (bot.Reply, error) {
	in := e.turn.In
	kind := e.Book.AsideOf(in.Text)
	switch {
	case e.attaches():
		return e.attach(ctx)
	case in.Text == "" && in.Contact == nil:
		return e.beside(ctx, e.Book.Attached)
	case in.Cut:
		reply, err := e.ask(ctx)
		reply.Text = e.refusal(services.Invalid("too_long")) + "\n\n" + reply.Text
		return reply, err
	case kind != "" && e.silent():
		return e.whereWas(ctx)
	case kind == bot.Emoji:
		e.turn.Args = []string{kind}
		return e.beside(ctx, e.Book.Aside)
	case kind != "" || e.draft.Step == bot.Confirming:
		return e.notAnswered(ctx)
	}
	return e.answer(ctx, bot.Input{Text: in.Text, Contact: in.Contact})
}

// commandWords is how long a text that leaves a running form may be.
const commandWords = 6

// command follows the words that work in every form.
func (e *event) command(ctx context.Context) (reply bot.Reply, handled bool, err error) {
	if e.turn.Meaning.Confidence < bot.Certain || len(strings.Fields(e.turn.In.Text)) > commandWords {
		return bot.Reply{}, false, nil
	}
	if answer, err := e.repeatsChoice(ctx); answer || err != nil {
		return bot.Reply{}, err != nil, err
	}
	switch e.turn.Meaning.Intent {
	case bot.Cancel:
		reply, err = e.cancel(ctx)
		return reply, true, err
	case bot.Back:
		reply, err = e.back(ctx)
		return reply, true, err
	case bot.Help:
		reply, err = e.put(ctx, true)
		reply.Text = e.say("form.help", nil) + "\n\n" + reply.Text
		return reply, true, err
	case bot.Menu:
		if screen := e.Book.Intents[bot.Menu]; screen != nil && e.turn.Speaker.Linked() && e.turn.Speaker.Consented {
			e.position.Form = ""
			reply, err = screen(ctx, e.turn)
			return reply, true, err
		}
	}
	return bot.Reply{}, false, nil
}

// beside answers what is no answer in the screen's words and asks again.
func (e *event) beside(ctx context.Context, screen bot.Screen) (bot.Reply, error) {
	first, err := screen(ctx, e.turn)
	if err != nil {
		return bot.Reply{}, err
	}
	if e.turn.In.Attachment != nil && first.Title != "" { // a page of its own: the form waits
		first.Buttons = append(first.Buttons, bot.Row(bot.Button{Label: e.say("form.resume", nil),
			Action: bot.Act(bot.Resume())}))
		return first, nil
	}
	reply, err := e.ask(ctx)
	reply.Text = first.Text + "\n\n" + reply.Text
	return reply, err
}
