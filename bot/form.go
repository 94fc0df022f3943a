package bot

import (
	"context"

	"canbobot/services"
)

// Form is a conversation that ends in one change: questions, a summary, a
// button that sends. Cancel, back, help and time-outs are the dispatcher's.
type Form struct {
	Name  string
	Steps []Step
	// Confirm shows what would be sent. The dispatcher adds the buttons. Nil
	// means that the last answer sends by itself.
	Confirm func(ctx context.Context, turn Turn, answers Answers) (Reply, error)
	// Done does it and says what happens next.
	Done func(ctx context.Context, turn Turn, answers Answers) (Reply, error)
	// Open lets people fill it who are not linked.
	Open bool
	// Fleeting is one question whose answer is not worth keeping, such as a
	// code: it leaves a half-filled form of the person's as it is.
	Fleeting bool
}

// Step is one question.
type Step struct {
	Name string
	Ask  string // key of the question in bot/texts
	// Fields fill the question's text; nil when it has no gaps.
	Fields func(ctx context.Context, turn Turn, answers Answers) (Fields, error)
	// Choices are offered as buttons; each Button.Action is the bare value.
	Choices func(ctx context.Context, turn Turn, answers Answers) ([][]Button, error)
	// AskContact offers the channel's own button for one's phone number.
	AskContact bool
	// Read turns what the person did into the answer to keep. A refusal repeats
	// the question with its reason.
	Read func(ctx context.Context, turn Turn, answers Answers, input Input) (string, error)
	// Skip leaves the question out, given the answers before it.
	Skip func(turn Turn, answers Answers) bool
}

// Input is what a person answered: Choice when a button of the step was
// pressed, else Text or Contact.
type Input struct {
	Choice  string
	Text    string
	Contact *Contact
}

// Answers are what was said so far, step to kept answer.
type Answers map[string]string

// Draft is a half-filled form as the database keeps it.
type Draft struct {
	Form    string
	Step    string // being asked; Confirming when all are answered
	Answers Answers
	Event   string // the inbound event that it was last changed by
}

// taken reports whether the turn's event was this draft's last change already:
// it comes again because its answer could not be sent, and must not answer the
// next question too.
func (d Draft) taken(turn Turn) bool {
	return d.Event != "" && d.Event == turn.Speaker.Actor.Event
}

// Confirming is the step of a draft that waits for its send button; no step of
// a form can have this name.
const Confirming = "="

// Drafts keeps half-filled forms, one for each person.
type Drafts interface {
	Load(ctx context.Context, actor services.Actor, channel, userID string) (Draft, bool, error)
	Save(ctx context.Context, actor services.Actor, channel, userID string, draft Draft) error
	Delete(ctx context.Context, actor services.Actor, channel, userID string) error
}

// Verbs that belong to the dispatcher.
const (
	verbAnswer = "a"  // a:FORM:STEP:VALUE
	verbSend   = "fs" // fs:FORM
	verbResume = "fr"
	verbDrop   = "fd"
	verbBack   = "fb"
	verbCancel = "fc"
)

// Buttons that screens may offer about a draft.
func Resume() string { return verbResume }
func Drop() string   { return verbDrop }

// formRunner drives forms for one turn.
type formRunner struct {
	dispatcher *Dispatcher
	position   *Position
}

func (r *formRunner) load(ctx context.Context, turn Turn) (Draft, bool, error) {
	return r.dispatcher.Drafts.Load(ctx, turn.Speaker.Actor, turn.In.Channel, turn.In.UserID)
}

func (r *formRunner) save(ctx context.Context, turn Turn, draft Draft) error {
	draft.Event = turn.Speaker.Actor.Event
	return r.dispatcher.Drafts.Save(ctx, turn.Speaker.Actor, turn.In.Channel, turn.In.UserID, draft)
}

// current is the form that the person is in: the fleeting one, else the draft.
func (r *formRunner) current(ctx context.Context, turn Turn) (*Form, Draft, bool, error) {
	if form := r.dispatcher.Book.Forms[r.position.Form]; form != nil && form.Fleeting {
		return form, Draft{Form: form.Name, Step: form.Steps[0].Name, Answers: Answers{}}, true, nil
	}
	draft, exists, err := r.load(ctx, turn)
	form := r.dispatcher.Book.Forms[draft.Form]
	return form, draft, exists && form != nil, err
}

func (r *formRunner) drop(ctx context.Context, turn Turn) error {
	form := r.dispatcher.Book.Forms[r.position.Form]
	r.position.Form = ""
	if form != nil && form.Fleeting {
		return nil
	}
	return r.dispatcher.Drafts.Delete(ctx, turn.Speaker.Actor, turn.In.Channel, turn.In.UserID)
}

func (r *formRunner) begin(ctx context.Context, turn Turn, name string, known Answers) (Reply, error) {
	form := r.dispatcher.Book.Forms[name]
	if form == nil || (!form.Open && !turn.Speaker.Linked()) {
		return Reply{}, services.Denied("form")
	}
	if known == nil {
		known = Answers{}
	}
	return r.advance(ctx, turn, form, Draft{Form: name, Answers: known})
}

func (r *formRunner) beginWith(ctx context.Context, turn Turn, name string, first Input) (Reply, error) {
	if _, err := r.begin(ctx, turn, name, nil); err != nil {
		return Reply{}, err
	}
	form := r.dispatcher.Book.Forms[name]
	return r.answer(ctx, turn, form, Draft{Form: name, Step: form.Steps[0].Name, Answers: Answers{}}, first)
}

// advance goes to the first open question, keeps the draft and asks; with none
// left it shows the summary, or sends where the form has no summary.
func (r *formRunner) advance(ctx context.Context, turn Turn, form *Form, draft Draft) (Reply, error) {
	draft.Step = Confirming
	for _, step := range form.Steps {
		if _, answered := draft.Answers[step.Name]; answered || (step.Skip != nil && step.Skip(turn, draft.Answers)) {
			continue
		}
		draft.Step = step.Name
		break
	}
	if draft.Step == Confirming && form.Confirm == nil {
		return r.finish(ctx, turn, form, draft)
	}
	r.position.Form = form.Name
	if !form.Fleeting {
		if err := r.save(ctx, turn, draft); err != nil {
			return Reply{}, err
		}
	}
	return r.ask(ctx, turn, form, draft)
}

// ask puts the draft's current question, or its summary.
func (r *formRunner) ask(ctx context.Context, turn Turn, form *Form, draft Draft) (Reply, error) {
	say := r.dispatcher.Speech.Say
	if draft.Step == Confirming {
		reply, err := form.Confirm(ctx, turn, draft.Answers)
		if err != nil {
			return Reply{}, err
		}
		reply.Buttons = append(reply.Buttons,
			Row(Button{Label: say("form.send", nil), Action: Act(verbSend, form.Name), Style: Positive}),
			Row(Button{Label: say("form.back", nil), Action: verbBack}, Button{Label: say("form.cancel", nil), Action: verbCancel, Style: Negative}))
		return reply, nil
	}
	step, first := form.step(draft.Step)
	if step == nil { // the form was rebuilt since the draft was kept
		return r.advance(ctx, turn, form, draft)
	}
	var fields Fields
	if step.Fields != nil {
		var err error
		if fields, err = step.Fields(ctx, turn, draft.Answers); err != nil {
			return Reply{}, err
		}
	}
	reply := Reply{Text: say(step.Ask, fields)}
	if step.Choices != nil {
		rows, err := step.Choices(ctx, turn, draft.Answers)
		if err != nil {
			return Reply{}, err
		}
		for _, row := range rows {
			drawn := make([]Button, len(row))
			for i, choice := range row {
				choice.Action = Act(verbAnswer, form.Name, step.Name, choice.Action)
				drawn[i] = choice
			}
			reply.Buttons = append(reply.Buttons, drawn)
		}
	}
	last := []Button{{Label: say("form.cancel", nil), Action: verbCancel}}
	if !first {
		last = append([]Button{{Label: say("form.back", nil), Action: verbBack}}, last...)
	}
	reply.Buttons = append(reply.Buttons, last)
	if step.AskContact {
		reply.AskContact = say("form.contact", nil)
	}
	return reply, nil
}

func (f *Form) step(name string) (step *Step, first bool) {
	for i := range f.Steps {
		if f.Steps[i].Name == name {
			return &f.Steps[i], i == 0
		}
	}
	return nil, false
}

// answer feeds what the person did to the current question.
func (r *formRunner) answer(ctx context.Context, turn Turn, form *Form, draft Draft, input Input) (Reply, error) {
	step, _ := form.step(draft.Step)
	if step == nil { // waiting for the send button, or rebuilt
		return r.ask(ctx, turn, form, draft)
	}
	value, err := step.Read(ctx, turn, draft.Answers, input)
	if err != nil {
		return r.again(ctx, turn, form, draft, err)
	}
	draft.Answers[step.Name] = value
	return r.advance(ctx, turn, form, draft)
}

// again repeats the question after a refusal that another answer can mend.
func (r *formRunner) again(ctx context.Context, turn Turn, form *Form, draft Draft, err error) (Reply, error) {
	if kind := services.KindOf(err); kind != services.KindInvalid && kind != services.KindTooMany {
		return Reply{}, err
	}
	reply, askErr := r.ask(ctx, turn, form, draft)
	if askErr != nil {
		return Reply{}, askErr
	}
	reply.Text = r.dispatcher.refusal(err) + "\n\n" + reply.Text
	return reply, nil
}

// finish does what the form is for. A refusal leaves the draft, so that nothing
// typed is lost.
func (r *formRunner) finish(ctx context.Context, turn Turn, form *Form, draft Draft) (Reply, error) {
	reply, err := form.Done(ctx, turn, draft.Answers)
	if err != nil {
		if services.IsRepeated(err) {
			return Reply{}, firstError(r.drop(ctx, turn), err)
		}
		return Reply{}, err
	}
	r.position.Ended = turn.Speaker.Actor.Event
	return reply, r.drop(ctx, turn)
}

// back reopens the question before the current one.
func (r *formRunner) back(ctx context.Context, turn Turn, form *Form, draft Draft) (Reply, error) {
	last := -1
	for i, step := range form.Steps {
		if step.Name == draft.Step {
			break
		}
		if _, answered := draft.Answers[step.Name]; answered && (step.Skip == nil || !step.Skip(turn, draft.Answers)) {
			last = i
		}
	}
	if last < 0 {
		return r.cancel(ctx, turn)
	}
	// What follows may hang on the answer that is taken back.
	for _, step := range form.Steps[last:] {
		delete(draft.Answers, step.Name)
	}
	return r.advance(ctx, turn, form, draft)
}

func (r *formRunner) cancel(ctx context.Context, turn Turn) (Reply, error) {
	if err := r.drop(ctx, turn); err != nil {
		return Reply{}, err
	}
	say := r.dispatcher.Speech.Say
	return Reply{
		Text:    say("form.cancelled", nil),
		Buttons: [][]Button{Row(Button{Label: say("button.menu", nil), Action: "menu"})},
	}, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
