package bot

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"canbobot/services"
)

// sure is the confidence from which a text opens a screen by itself; below it
// the person is asked what they meant.
const sure = 0.5

// Certain is the confidence from which a word leaves a running form: an answer
// must not be taken for a command.
const Certain = 0.9

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
		turn.Meaning = d.Understand.UnderstandBy(in.Text, turn.Speaker.Actor.IsStaff())
	}
	if position.Form != "" {
		sent := Send(position.Form).String()
		if in.Attachment == nil && slices.ContainsFunc(position.Sight, func(one Sight) bool {
			return one.Action == sent && one.Label == Fold(in.Text)
		}) { // "gửi đi", of a summary
			turn.In.Action, turn.In.Text = sent, ""
			return d.press(ctx, turn, position)
		}
		if reply, handled, err := d.Forms.Fill(ctx, turn, position); handled {
			return reply, err
		}
	}
	switch {
	case !turn.Speaker.Linked() && turn.Meaning.Intent == Help && turn.Meaning.Confidence >= Certain:
		return d.Book.Intents[Help](ctx, turn)
	case !turn.Speaker.Linked():
		return d.Book.Welcome(ctx, turn)
	case !turn.Speaker.Consented:
		return d.consent(ctx, turn, position)
	case in.Text == "" && (in.Attachment != nil || in.Contact != nil), in.Attachment != nil &&
		in.Attachment.Kind == Document:
		return d.Book.Attached(ctx, turn) // a document is what matters, whatever its caption
	}
	action, again, err := d.inSight(ctx, turn, position)
	switch {
	case err != nil:
		return Reply{}, err
	case action != "":
		turn.Said, turn.In.Action = in.Text, action
		return d.press(ctx, turn, position)
	case again != nil:
		return d.askAgain(*again), nil
	}
	if action := d.Book.Sayings[Fold(in.Text)]; action != "" {
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
	if kind := d.Book.AsideOf(turn.In.Text); kind != "" && meaning.Confidence < Certain {
		turn.Args = []string{kind}
		return d.Book.Aside(ctx, turn)
	}
	if meaning.Aside != "" {
		turn.Args = []string{meaning.Aside}
		return d.Book.Aside(ctx, turn)
	}
	screen := d.Book.Intents[meaning.Intent]
	doubtful := meaning.Confidence < sure || len(meaning.Others) > 0 && meaning.Confidence < contested
	if screen == nil || doubtful {
		position.Missed++
		position.Unheard = forHuman(turn.In)
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

// forHuman keeps what was not understood, so that it can go to a human as it was
// said; nothing that has a long number in it, or that is long.
func forHuman(in Inbound) string {
	if longNumber.MatchString(in.Text) || len([]rune(in.Text)) > heldMost || in.Cut {
		return ""
	}
	return in.Text
}

// press follows a button. Whoever may press what is decided by the service that
// the screen calls; here only strangers are kept to what is open to them.
func (d *Dispatcher) press(ctx context.Context, turn Turn, position *Position) (Reply, error) {
	verb, args := parseAction(turn.In.Action)
	turn.Args = args
	position.acting, position.Waits = turn.In.Action, ""
	if reply, handled, err := d.Forms.Press(ctx, turn, position, verb); handled {
		return reply, err
	}
	action, known := d.Book.Actions[verb]
	switch {
	case !known:
		return Reply{}, services.NotFound("button")
	case action.Open:
	case !turn.Speaker.Linked():
		return d.Book.Welcome(ctx, turn)
	case !turn.Speaker.Consented:
		return d.consent(ctx, turn, position)
	}
	position.Form, position.Missed = "", 0 // what was typed stays in the draft
	return action.Screen(ctx, turn)
}
