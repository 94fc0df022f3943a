package bot

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"canbobot/services"
)

// sure is the confidence from which a text opens a screen by itself; below it
// the person is asked what they meant.
const sure = 0.5

// certain is the confidence from which a word leaves a running form: an answer
// must not be taken for a command.
const certain = 0.9

// plain is the confidence from which words in a form are offered as something
// else where they are no answer.
const plain = 0.8

// commandWords is how long a text that leaves a running form may be.
const commandWords = 6

// contested is the confidence up to which a second guess may as well be meant.
const contested = 0.62

// route finds the screen for a turn.
func (d *Dispatcher) route(ctx context.Context, turn Turn, channel Channel, position *Position) (Reply, error) {
	in := turn.In
	if position.Ended != "" && position.Ended == turn.Speaker.Actor.Event {
		return Reply{}, services.Conflict("repeated") // done; its answer could not be sent
	}
	if _, ok := channel.(Numbered); ok && in.Action == "" && in.Attachment == nil {
		action, err := d.chosen(ctx, in, position)
		if err != nil {
			return Reply{}, err
		}
		if action != "" {
			in.Action, in.Text = action, ""
			turn.In = in
		}
	}
	if in.Start != "" {
		return turn.BeginWith(ctx, "link", in.Start)
	}
	if in.Action != "" {
		return d.press(ctx, turn, position)
	}
	if in.Presence == Joined {
		if turn.Speaker.Linked() { // back after blocking: messages reach them again
			return Reply{}, d.People.Reachable(ctx, in.Channel, in.UserID)
		}
		return d.Book.Welcome(ctx, turn)
	}
	if in.Text != "" {
		turn.Meaning = d.Understand.Understand(in.Text)
	}
	if position.Form != "" {
		if reply, handled, err := d.fill(ctx, turn, position); handled {
			return reply, err
		}
	}
	switch {
	case !turn.Speaker.Linked() && turn.Meaning.Intent == Help && turn.Meaning.Confidence >= certain:
		return d.Book.Intents[Help](ctx, turn)
	case !turn.Speaker.Linked():
		return d.Book.Welcome(ctx, turn)
	case !turn.Speaker.Consented:
		return d.Book.Consent(ctx, turn)
	case in.Text == "" && (in.Attachment != nil || in.Contact != nil), in.Attachment != nil && in.Attachment.Kind == Document:
		return d.Book.Attached(ctx, turn) // a document is what matters, whatever its caption
	}
	if action := d.Book.Sayings[fold(in.Text)]; action != "" {
		turn.In.Action = action
		return d.press(ctx, turn, position)
	}
	return d.open(ctx, turn, position)
}

// numberTyped is how a choice of a numbered list is typed: "2", "2.", "số 2",
// "A2", "a 2)".
var numberTyped = regexp.MustCompile(`^(?:số |so |chọn |chon )?([a-z]?) ?([0-9]{1,2})[.)]?$`)

// chosen is the action that a typed number stands for; empty when the text is
// no number of a list. A number of the dialogue is good while its list is the
// last; one with a mark as long as the message that carries it.
func (d *Dispatcher) chosen(ctx context.Context, in Inbound, position *Position) (string, error) {
	typed := numberTyped.FindStringSubmatch(strings.ToLower(strings.TrimSpace(in.Text)))
	if typed == nil {
		return "", nil
	}
	n, _ := strconv.Atoi(typed[2])
	if typed[1] == "" {
		if n < 1 || n > len(position.Choices) {
			return "", nil
		}
		return position.Choices[n-1], nil
	}
	action, found, err := d.Cards.Marked(ctx, in.Channel, in.ChatID, strings.ToUpper(typed[1]), n)
	if err != nil || found {
		return action, err
	}
	return "", nil
}

// open shows the screen of an understood text. What is not surely understood,
// or asks for two things, is asked about; nothing is done.
func (d *Dispatcher) open(ctx context.Context, turn Turn, position *Position) (Reply, error) {
	meaning := turn.Meaning
	if kind := d.Book.AsideOf(turn.In.Text); kind != "" && meaning.Confidence < certain {
		turn.Args = []string{kind}
		return d.Book.Aside(ctx, turn)
	}
	screen := d.Book.Intents[meaning.Intent]
	doubtful := meaning.Confidence < sure || len(meaning.Others) > 0 && meaning.Confidence < contested
	if screen == nil || doubtful {
		position.Missed++
		turn.Args = []string{strconv.Itoa(position.Missed)}
		return d.Book.Misheard(ctx, turn)
	}
	position.Missed = 0
	if meaning.Also != "" && meaning.Also != meaning.Intent {
		_, first := d.Book.Choice(turn, meaning.Intent)
		_, second := d.Book.Choice(turn, meaning.Also)
		if first && second {
			return d.Book.Both(ctx, turn)
		}
	}
	if meaning.Intent.ForStaff() && !turn.Speaker.Actor.IsStaff() {
		return Reply{}, services.Denied("staff_only")
	}
	return screen(ctx, turn)
}

// press follows a button. Whoever may press what is decided by the service that
// the screen calls; here only strangers are kept to what is open to them.
func (d *Dispatcher) press(ctx context.Context, turn Turn, position *Position) (Reply, error) {
	verb, args := parseAction(turn.In.Action)
	turn.Args = args
	switch verb {
	case verbAnswer, verbSend, verbResume, verbDrop, verbBack, verbCancel, verbKeep, verbUse:
		return d.pressForm(ctx, turn, verb, position)
	}
	action, known := d.Book.Actions[verb]
	switch {
	case !known:
		return Reply{}, services.NotFound("button")
	case action.Open:
	case !turn.Speaker.Linked():
		return d.Book.Welcome(ctx, turn)
	case !turn.Speaker.Consented:
		return d.Book.Consent(ctx, turn)
	}
	position.Form, position.Missed = "", 0 // what was typed stays in the draft
	return action.Screen(ctx, turn)
}

// pressForm follows a button of a form. Buttons of a form that ended, or of a
// question answered since, lead to where the person is.
func (d *Dispatcher) pressForm(ctx context.Context, turn Turn, verb string, position *Position) (Reply, error) {
	if verb == verbResume || verb == verbDrop {
		position.Form = "" // they speak of the draft
	}
	form, draft, exists, err := turn.forms.current(ctx, turn)
	if err != nil {
		return Reply{}, err
	}
	if !exists || (!form.Open && !turn.Speaker.Linked()) {
		position.Form = ""
		if verb == verbCancel || verb == verbDrop {
			return turn.forms.cancel(ctx, turn)
		}
		return Reply{}, services.NotFound("form_ended")
	}
	position.Form = form.Name
	switch {
	case draft.taken(turn):
		return turn.forms.ask(ctx, turn, form, draft)
	case verb == verbCancel, verb == verbDrop:
		return turn.forms.cancel(ctx, turn)
	case verb == verbBack:
		return turn.forms.back(ctx, turn, form, draft)
	case verb == verbResume:
		return turn.forms.ask(ctx, turn, form, draft)
	case verb == verbSend && turn.Arg(0) == form.Name && draft.Step == Confirming:
		return turn.forms.finish(ctx, turn, form, draft)
	case turn.Arg(0) != form.Name || turn.Arg(1) != draft.Step:
	case verb == verbAnswer:
		return turn.forms.answer(ctx, turn, form, draft, Input{Choice: strings.Join(turn.Args[2:], ":")})
	case verb == verbKeep && draft.Answers[draft.Step] != "":
		return turn.forms.advance(ctx, turn, form, draft)
	case verb == verbUse:
		if offered := draft.Answers[signOffered+draft.Step]; offered != "" {
			return turn.forms.answer(ctx, turn, form, draft, Input{Text: offered})
		}
	}
	key := "form.moved_on"
	if verb == verbSend && turn.Arg(0) == form.Name {
		key = "form.not_yet"
	}
	reply, err := turn.forms.ask(ctx, turn, form, draft)
	if err != nil {
		return Reply{}, err
	}
	return lead(reply, d.Speech.Say(key, nil)), nil
}

// fill gives a text, a contact or a file to the running form. Not handled when
// the form is gone.
func (d *Dispatcher) fill(ctx context.Context, turn Turn, position *Position) (reply Reply, handled bool, err error) {
	form, draft, exists, err := turn.forms.current(ctx, turn)
	if err != nil {
		return Reply{}, true, err
	}
	if !exists || draft.Form != position.Form {
		position.Form = ""
		return Reply{}, false, nil
	}
	if draft.taken(turn) {
		reply, err = turn.forms.ask(ctx, turn, form, draft)
		return reply, true, err
	}
	if reply, handled, err := d.command(ctx, turn, form, draft, position); handled {
		return reply, true, err
	}
	if file := turn.In.Attachment; file != nil && form.Attach != nil && (file.Kind == Photo || file.Kind == Document) {
		reply, err = turn.forms.attach(ctx, turn, form, draft)
		return reply, true, err
	}
	if turn.In.Text == "" && turn.In.Contact == nil {
		reply, err = d.beside(ctx, turn, form, draft, d.Book.Attached)
		return reply, true, err
	}
	if turn.In.Cut {
		reply, err = turn.forms.ask(ctx, turn, form, draft)
		reply.Text = d.refusal(services.Invalid("too_long")) + "\n\n" + reply.Text
		return reply, true, err
	}
	kind := d.Book.AsideOf(turn.In.Text)
	if kind != "" && turn.forms.silent(turn) {
		reply, err = turn.forms.whereWas(ctx, turn, form, draft)
		return reply, true, err
	}
	if kind == Emoji {
		turn.Args = []string{kind}
		reply, err = d.beside(ctx, turn, form, draft, d.Book.Aside)
		return reply, true, err
	} else if kind != "" {
		reply, err = turn.forms.notAnswered(ctx, turn, form, draft)
		return reply, true, err
	}
	if turn.forms.silent(turn) {
		return turn.forms.afterSilence(ctx, turn, form, draft)
	}
	if draft.Step == Confirming {
		reply, err = turn.forms.notAnswered(ctx, turn, form, draft)
		return reply, true, err
	}
	reply, err = turn.forms.answer(ctx, turn, form, draft, Input{Text: turn.In.Text, Contact: turn.In.Contact})
	return reply, true, err
}

// command follows the words that work in every form.
func (d *Dispatcher) command(ctx context.Context, turn Turn, form *Form, draft Draft, position *Position) (reply Reply, handled bool, err error) {
	if turn.Meaning.Confidence < certain || len(strings.Fields(turn.In.Text)) > commandWords {
		return Reply{}, false, nil
	}
	if answer, err := turn.forms.repeatsChoice(ctx, turn, form, draft); answer || err != nil {
		return Reply{}, err != nil, err
	}
	switch turn.Meaning.Intent {
	case Cancel:
		reply, err = turn.forms.cancel(ctx, turn)
		return reply, true, err
	case Back:
		reply, err = turn.forms.back(ctx, turn, form, draft)
		return reply, true, err
	case Help:
		reply, err = turn.forms.put(ctx, turn, form, draft, true)
		reply.Text = d.Speech.Say("form.help", nil) + "\n\n" + reply.Text
		return reply, true, err
	case Menu:
		if screen := d.Book.Intents[Menu]; screen != nil && turn.Speaker.Linked() && turn.Speaker.Consented {
			position.Form = ""
			reply, err = screen(ctx, turn)
			return reply, true, err
		}
	}
	return Reply{}, false, nil
}

// beside answers what is no answer in the screen's words and asks again.
func (d *Dispatcher) beside(ctx context.Context, turn Turn, form *Form, draft Draft, screen Screen) (Reply, error) {
	first, err := screen(ctx, turn)
	if err != nil {
		return Reply{}, err
	}
	if turn.In.Attachment != nil && first.Title != "" { // a page of its own: the form waits
		first.Buttons = append(first.Buttons, Row(Button{Label: d.Speech.Say("form.resume", nil), Action: Act(verbResume)}))
		return first, nil
	}
	reply, err := turn.forms.ask(ctx, turn, form, draft)
	reply.Text = first.Text + "\n\n" + reply.Text
	return reply, err
}
