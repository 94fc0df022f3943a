package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What a person has before them: the choices of the last answer, and of messages of
// the last day that came unasked. Their labels and numbers are typed as often as
// pressed ("đã nhận đủ", "đề nghị số 4", "4"), and what is said in their place is
// in the texts: "nhận rồi em", "em bận không đi được".

// Sight is a choice that a person sees.
type Sight struct {
	Label  string `json:"l"` // folded
	Action string `json:"a"`
	Key    string `json:"k,omitempty"` // of what people say for it: heard.KEY of the texts
}

// Told is a message that came unasked, as it is now.
type Told struct {
	Reply Reply
	At    time.Time // when it was sent
}

// askedFor is how long a message that came unasked may be answered in words.
const askedFor = 24 * time.Hour

const (
	sightsMost = 24 // choices that are remembered of one answer
	saidMost   = 14 // words of an answer; whoever writes more tells something else as well
)

// Sights are the choices of a reply.
func Sights(reply Reply) []Sight {
	var all []Sight
	for _, row := range reply.Buttons {
		for _, button := range row {
			if !button.Action.IsZero() && len(all) < sightsMost {
				all = append(all, Sight{Label: Fold(button.Label), Action: button.Action.String(), Key: button.Key})
			}
		}
	}
	return all
}

// inSight finds what a text presses of what is before its writer; empty for
// nothing. What agrees to no more than that something was said ("ok", "vâng")
// presses nothing: a message that asks, and is the last that they have read, is
// returned, to be asked again.
func (d *Dispatcher) inSight(ctx context.Context, turn Turn, position *Position) (action string, again *Reply,
	err error) {
	said := words(turn.In.Text)
	if len(said) == 0 || len(said) > saidMost || turn.In.Attachment != nil {
		return "", nil, nil
	}
	if action := Named(position.Sight, turn.In.Text, turn.Meaning.Slots, d.Book.Heard); action != "" {
		return action, nil, nil
	}
	asked, err := d.Cards.Asked(ctx, turn.Speaker.Actor, turn.Now.Add(-askedFor))
	if err != nil {
		return "", nil, err
	}
	var all []Sight
	for i := range asked {
		sights := Sights(asked[i].Reply)
		all = append(all, sights...)
		last := asked[i].At.Unix() >= position.At
		if last && again == nil && slices.ContainsFunc(sights, func(one Sight) bool {
			return len(d.Book.Heard(one.Key)) > 0
		}) {
			again = &asked[i].Reply
		}
	}
	if action := Named(all, turn.In.Text, turn.Meaning.Slots, d.Book.Heard); action != "" {
		return action, nil, nil
	}
	if again == nil || !slices.Contains(bare, strings.Join(content(said), " ")) {
		return "", nil, nil
	}
	return "", again, nil
}

// bare are answers that decide nothing, with nothing else in them.
var bare = []string{"ok", "oke", "oki", "okie", "dong y", "co", "vang", "u", "uh", "um", "dung", "dung roi", "duoc",
	"duoc roi", "roi", "biet roi", "nhat tri", "da vang", "uki", "yes"}

// courtesies are no part of an answer.
var courtesies = setOf("em chi anh co chu bac chau ong ba oi a nhe nha nhen nghe da vang thua minh toi tui ban ad " +
	"admin phuong cam on voi luon day do roi nhi")

// questioning words make a text ask, and answer nothing.
var questioning = setOf("gi sao ai dau may bao the ha hay")

// which stand before "nào" where it asks; "đồng nào" only says that there is none.
var which = setOf("khi ngay thang luc cai nguoi noi cho ben hom")

// asks reports whether words are a question: "ai nhận rồi", "về chưa", "đi được không".
func asks(said []string) bool {
	if n := len(content(said)); n > 1 {
		switch content(said)[n-1] {
		case "chua", "khong":
			return content(said)[n-2] != "van" && content(said)[n-2] != "thi"
		}
	}
	for i, word := range said {
		if questioning[word] || word == "nao" && i > 0 && which[said[i-1]] {
			return true
		}
	}
	return false
}

var denials = setOf("khong chua chang dung cha")

func setOf(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// words are a text's, folded, without what stands between them.
func words(text string) []string {
	return strings.FieldsFunc(Fold(text), func(r rune) bool { return strings.ContainsRune(" .,;:!?()\"“”…-/", r) })
}

// content is what is left of words without courtesies; all of them where that is
// nothing.
func content(said []string) []string {
	var left []string
	for i, word := range said {
		switch { // "có rồi" says it, "cô ơi" does not
		case !courtesies[word], word == "roi" || word == "vang", word == "co" && i == 0:
			left = append(left, word)
		}
	}
	if len(left) == 0 {
		return said
	}
	return left
}

// Named is the one choice that a text names by its label, by its number, or by
// what people say for it; empty where none is, or several are, and where the text
// asks back or, by its slots, is about something else.
func Named(sights []Sight, text string, slots Slots, heard func(key string) []string) string {
	said := words(text)
	whole, bareOf := strings.Join(said, " "), strings.Join(content(said), " ")
	number := numberIn(bareOf)
	for _, names := range []func(Sight) bool{
		func(one Sight) bool { return sameLabel(one.Label, whole) || sameLabel(one.Label, bareOf) },
		func(one Sight) bool { return number != "" && strings.HasSuffix(one.Label, " "+number) },
	} {
		if action := only(sights, names); action != "" {
			return action
		}
	}
	if strings.Contains(text, "?") || asks(said) || slots.Month > 0 || slots.Ago > 0 || slots.Year > 0 ||
		slots.Name != "" || slots.Phone != "" {
		return ""
	}
	return only(sights, func(one Sight) bool {
		return slices.ContainsFunc(heard(one.Key), func(phrase string) bool { return says(said, phrase) })
	})
}

// only is the action of the choices that are named, where they have one.
func only(sights []Sight, names func(Sight) bool) string {
	found := ""
	for _, one := range sights {
		if !names(one) || one.Action == found {
			continue
		}
		if found != "" {
			return ""
		}
		found = one.Action
	}
	return found
}

func sameLabel(label, said string) bool {
	label = strings.Join(words(label), " ")
	if label == said {
		return true
	}
	_, rest, several := strings.Cut(label, " ") // "xem lịch sử", "báo đã nhận"
	return several && len(strings.Fields(rest)) > 1 && rest == said
}

// numberIn is the number that a text is: "4", "số 4", "đề nghị số 4".
func numberIn(said string) string {
	fields := strings.Fields(said)
	if len(fields) == 0 || len(fields) > 4 {
		return ""
	}
	last := strings.TrimPrefix(fields[len(fields)-1], "#")
	if _, err := strconv.Atoi(last); err != nil || len(last) > 6 {
		return ""
	}
	for _, word := range fields[:len(fields)-1] {
		if !numbering[word] {
			return ""
		}
	}
	return last
}

var numbering = setOf("so de nghi viec thac mac yeu cau xem mo chon cai")

// says reports whether the words have a phrase that no denial stands before. A
// phrase that begins with "=" is all that is said.
func says(said []string, phrase string) bool {
	whole := strings.HasPrefix(phrase, "=")
	wanted := strings.Fields(strings.TrimPrefix(phrase, "="))
	if whole {
		return slices.Equal(content(said), wanted)
	}
	for i := 0; i+len(wanted) <= len(said); i++ {
		if !slices.Equal(said[i:i+len(wanted)], wanted) {
			continue
		}
		denied := i > 0 && denials[said[i-1]] || i > 1 && denials[said[i-2]]
		if !denied {
			return true
		}
	}
	return false
}

// askAgain shows a message that asks once more, beside a word that decides nothing.
func (d *Dispatcher) askAgain(asked Reply) Reply {
	asked.Text = d.Speech.Say("sight.press", nil) + "\n\n" + asked.Text
	asked.Files, asked.Replace = nil, false
	return asked
}
