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
	// Mends names the step that a refusal of Confirm or Done is about, by the
	// refusal's code: that question is asked again. A refusal of kind invalid that
	// is not named here asks the last question again; another is only told.
	Mends map[string]string
	// Attach takes a photo or document that comes while the form waits, and says
	// so; it may keep what it needs in the answers. Nil lets Book.Attached answer.
	Attach func(ctx context.Context, turn Turn, answers Answers) (words string, err error)
	// Intent is what leads to it: words that ask for that, said inside, ask for
	// nothing else.
	Intent Intent
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
	// Example is the key of what a good answer looks like. It stands after the
	// question, unless the person wants questions brief, and after every answer
	// that was refused.
	Example string
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
	// Show writes the kept answer as people read it; nil where it is not to be
	// seen again, such as a code.
	Show func(ctx context.Context, turn Turn, answers Answers) (string, error)

	// Follows says that the answer hangs on earlier ones: when one of those
	// changes it is read again as a choice, and asked again where it is refused.
	Follows bool
	// Free says that nearly any words could be the answer.
	Free bool
	// Pick lets the number of a choice be typed in its place.
	Pick bool
}

// Input is what a person answered: Choice when a button of the step was
// pressed, else Text or Contact.
type Input struct {
	Choice  string
	Text    string
	Contact *Contact
}

// Answers are what was said so far, step to kept answer. Names that begin with
// a sign are the form runner's own.
type Answers map[string]string

const (
	signFixed   = "!" // an answer that nobody was asked for
	signSaid    = "~" // what was said before its question came up
	signOffered = "?" // what was typed after a long silence, not taken yet
)

// Fix keeps an answer that goes without saying: it cannot be stepped back into.
func (a Answers) Fix(step, value string) { a[step], a[signFixed+step] = value, "1" }

// Said is what a person said of a form's questions before they were asked: step
// to input. It is read when its question comes up, as if given there; where it
// is refused, the question is asked.
type Said map[string]Input

// keep puts what was said beside the answers until its question comes up.
func (a Answers) keep(said Said) {
	for step, input := range said {
		switch {
		case input.Choice != "":
			a[signSaid+step] = "c" + input.Choice
		case input.Text != "":
			a[signSaid+step] = "t" + input.Text
		}
	}
}

// said is what was said of a step before it was asked.
func (a Answers) said(step string) (Input, bool) {
	kept := a[signSaid+step]
	if kept == "" {
		return Input{}, false
	}
	if kept[0] == 'c' {
		return Input{Choice: kept[1:]}, true
	}
	return Input{Text: kept[1:]}, true
}

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
	verbKeep   = "fk" // fk:FORM:STEP, the answer that is being asked again stays
	verbUse    = "fu" // fu:FORM:STEP, what was typed is the answer
)

// Buttons that screens may offer about a draft.
func Resume() string { return verbResume }
func Drop() string   { return verbDrop }

func (f *Form) step(name string) *Step {
	for i := range f.Steps {
		if f.Steps[i].Name == name {
			return &f.Steps[i]
		}
	}
	return nil
}

// before is the last answered question before a step that may be opened again;
// nil for none.
func (f *Form) before(name string, turn Turn, answers Answers) *Step {
	var last *Step
	for i := range f.Steps {
		step := &f.Steps[i]
		if step.Name == name {
			break
		}
		if _, answered := answers[step.Name]; answered && answers[signFixed+step.Name] == "" && !step.skipped(turn, answers) {
			last = step
		}
	}
	return last
}

// mends is the question that must be asked again after a refusal; nil when no
// answer can mend it.
func (f *Form) mends(err error, turn Turn, answers Answers) *Step {
	open := func(step *Step) bool {
		return step != nil && answers[signFixed+step.Name] == "" && !step.skipped(turn, answers)
	}
	if step := f.step(f.Mends[services.CodeOf(err)]); open(step) {
		return step
	}
	if services.KindOf(err) != services.KindInvalid {
		return nil
	}
	return f.before(Confirming, turn, answers)
}

func (s *Step) skipped(turn Turn, answers Answers) bool {
	return s.Skip != nil && s.Skip(turn, answers)
}
