package bot

import (
	"fmt"
	"strconv"
	"strings"
)

// Action is what a pressed button means: a verb and its arguments, or the bare
// value of a form's choice. It names things, never people, and every press is
// authorised anew by the service it reaches. Only Act and Choice make one, so
// that whatever it carries stays in the alphabet that every channel takes:
// [a-z0-9_:.-], at most MaxAction bytes.
type Action struct{ wire string }

// MaxAction is Telegram's limit on callback data, the tightest of the channels.
const MaxAction = 64

// Forged stands for pressed data that no button of ours carries. It names no
// verb, so whoever made it up is told that the button is not valid.
const Forged = "-"

// Act makes a button's action: a verb and its arguments, whatever they hold. One
// that is too long carries nothing, rather than something else: Reply.Check
// tells of it, and whoever presses it is told that the button is not valid.
func Act(verb string, args ...string) Action {
	wire := escape(verb)
	for _, arg := range args {
		wire += ":" + escape(arg)
	}
	return Action{wire}
}

// Choice makes the action of a form's choice: the bare value that Step.Read gets.
func Choice(value string) Action { return Action{escape(value)} }

// Value is what a choice stands for.
func (a Action) Value() string { return unescape(a.wire) }

// Is reports whether the action is one of a verb.
func (a Action) Is(verb string) bool {
	first, _, _ := strings.Cut(a.wire, ":")
	return first == escape(verb)
}

// IsZero reports that a button does not act.
func (a Action) IsZero() bool { return a.wire == "" }

// Equal is for comparisons in tests.
func (a Action) Equal(other Action) bool { return a == other }

// MarshalText keeps the action where a reply is written down.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.wire), nil }

// String is the action as a channel carries it.
func (a Action) String() string {
	if len(a.wire) > MaxAction {
		return Forged
	}
	return a.wire
}

// Pressed is the data of a pressed button as far as a button of ours may have
// carried it, else Forged. Channels hand on nothing else.
func Pressed(data string) string {
	if data == "" || len(data) > MaxAction || strings.Trim(data, letters+":") != "" {
		return Forged
	}
	return data
}

// Check tells what no channel can draw of a reply: a button without a label, one
// that neither acts nor opens a page or does both, and an action that is too long.
func (r Reply) Check() error {
	for _, row := range r.Buttons {
		for _, button := range row {
			switch {
			case strings.TrimSpace(button.Label) == "":
				return fmt.Errorf("the button of %q has no label", button.Action.wire)
			case button.Action.IsZero() == (button.URL == ""):
				return fmt.Errorf("button %q must either act or open a page", button.Label)
			case len(button.Action.wire) > MaxAction:
				return fmt.Errorf("the action of button %q has %d bytes: %q", button.Label, len(button.Action.wire),
					button.Action.wire)
			}
		}
	}
	return nil
}

// letters are those of a verb or an argument. All others are written as mark and
// the two digits of each byte.
const (
	letters = "abcdefghijklmnopqrstuvwxyz0123456789_.-"
	mark    = ".-"
)

func escape(text string) string {
	var wire strings.Builder
	for i := range len(text) {
		if strings.IndexByte(letters, text[i]) >= 0 && !strings.HasPrefix(text[i:], mark) {
			wire.WriteByte(text[i])
		} else {
			fmt.Fprintf(&wire, mark+"%02x", text[i])
		}
	}
	return wire.String()
}

func unescape(wire string) string {
	var text strings.Builder
	for rest := wire; ; {
		before, after, found := strings.Cut(rest, mark)
		text.WriteString(before)
		if !found {
			return text.String()
		}
		letter, err := strconv.ParseUint(after[:min(2, len(after))], 16, 8)
		if err != nil || len(after) < 2 { // nothing of ours
			text.WriteString(mark)
			rest = after
			continue
		}
		text.WriteByte(byte(letter))
		rest = after[2:]
	}
}

// parseAction splits a pressed action. Nothing about it is trusted.
func parseAction(action string) (verb string, args []string) {
	parts := strings.Split(action, ":")
	for i, part := range parts {
		parts[i] = unescape(part)
	}
	return parts[0], parts[1:]
}
