package bot

import (
	"context"

	"canbobot/services"
)

// Form is a conversation that ends in one change: questions, a summary, a
// button that sends. Cancel, back, help and time-outs are bot/dialog's.
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

// signFixed begins the name of an answer that nobody was asked for.
const signFixed = "!"

// Fix keeps an answer that goes without saying: it cannot be stepped back into.
func (a Answers) Fix(step, value string) { a[step], a[signFixed+step] = value, "1" }

// Fixed reports whether nobody was asked for an answer.
func (a Answers) Fixed(step string) bool { return a[signFixed+step] != "" }

// Said is what a person said of a form's questions before they were asked: step
// to input. It is read when its question comes up, as if given there; where it
// is refused, the question is asked.
type Said map[string]Input

// Draft is a half-filled form as the database keeps it.
type Draft struct {
	Form    string
	Step    string // being asked; Confirming when all are answered
	Answers Answers
	Event   string // the inbound event that it was last changed by
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

// Forms drives the book's forms: bot/dialog. Each call is one thing that a person
// did.
type Forms interface {
	Begin(ctx context.Context, turn Turn, position *Position, form string, known Answers, said Said) (Reply, error)
	BeginWith(ctx context.Context, turn Turn, position *Position, form, first string) (Reply, error)
	// Press follows a button; not handled is one of no form.
	Press(ctx context.Context, turn Turn, position *Position, verb string) (reply Reply, handled bool, err error)
	// Fill takes a text, a contact or a file; not handled when no form waits.
	Fill(ctx context.Context, turn Turn, position *Position) (reply Reply, handled bool, err error)
	// Draft is the form that the person left half-filled, if any.
	Draft(ctx context.Context, turn Turn) (Draft, bool, error)
}

// Verbs of buttons that any reply may offer about a draft: to go on with it, to
// drop it, to give up what is being filled, and to send what stands in a summary.
func Resume() string { return "fr" }
func Drop() string   { return "fd" }
func GiveUp() string { return "fc" }
func Sends() string  { return "fs" } // fs:FORM

// Send sends what stands in a form's summary.
func Send(form string) Action { return Act(Sends(), form) }

// CodeForm asks staff for a fresh code.
const CodeForm = "step_up"
