package app

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
)

// forger is somebody who presses what nobody gave them.
type forger struct {
	user string
	// reads says that the ward's data is theirs to see; to change it is not.
	reads bool
	// becomes makes them who they are.
	becomes func(t *testing.T, b *besieged)
}

var forgers = map[string]forger{
	"a stranger":                       {user: "la"},
	"an officer of another ward":       {user: "truong-nam"},
	"an officer of another branch":     {user: "bi-thu-doan"},
	"a viewer":                         {user: "nguoi-xem", reads: true},
	"a viewer of another ward":         {user: "nguoi-xem-nam"},
	"a clerk of another ward":          {user: "can-bo-nam"},
	"a leader of another ward":         {user: "lanh-dao-nam"},
	"an administrator of another ward": {user: "quan-tri-nam"},
	"a clerk who has been retired": {user: "can-bo-2", becomes: func(t *testing.T, b *besieged) {
		admin := b.actor(t, "quan-tri")
		if err := b.house.ward.Identity.RetireStaff(ctxFor(t), admin, b.character(t, "can-bo-2").Staff); err != nil {
			t.Fatal(err)
		}
	}},
	"an officer who has been unlinked": {user: "pho-phu-nu", becomes: func(t *testing.T, b *besieged) {
		officer := b.actor(t, "pho-phu-nu")
		if err := b.house.ward.Identity.Unlink(ctxFor(t), officer); err != nil {
			t.Fatal(err)
		}
	}},
}

// Every button of every page, forged by everybody whose it is not, about rows of
// a ward or a person that are not theirs, and the form that it opens filled to its
// end: nothing changes, and nothing is given away.
func TestWhatIsForgedDoesNothing(t *testing.T) {
	if watched(t) {
		return
	}
	patterns := harvest(t)
	for name, who := range forgers {
		t.Run(name, func(t *testing.T) {
			b := besiege(t)
			if who.becomes != nil {
				who.becomes(t, b)
			}
			attacker := b.actor(t, who.user)
			b = b.knownTo(t, attacker)
			before := b.standing(t)
			p := &press{besieged: b, user: who.user}
			for _, verb := range b.verbs() {
				_, anyway := p.through(t, verb) // a form that is about nobody in particular
				for _, action := range forge(verb, patterns[verb]) {
					told, opens := p.through(t, action)
					if opens && !anyway && !who.reads && strings.Contains(action, strconv.Itoa(theirs)) {
						t.Errorf("%s opens a form about what is not theirs", action)
					}
					if found := b.tells(told); len(found) > 0 && !who.reads {
						t.Errorf("%s tells %q", action, found)
					}
				}
				if t.Failed() || testing.Verbose() {
					after := b.standing(t)
					if changed := before.changed(after, attacker); len(changed) > 0 {
						t.Errorf("%s changes %v", verb, changed)
					}
					before = after
				}
			}
			if changed := before.changed(b.standing(t), attacker); len(changed) > 0 {
				t.Errorf("changed %v: -v says by which button", changed)
			}
			if p.count < 500 {
				t.Errorf("only %d presses", p.count)
			}
		})
	}
}

// parting are the buttons after which nobody is who they were.
var parting = []string{"consent", "unconsent", "unlink", "unlinkyes"}

// verbs are those of all pages; what parts people from the ward comes last.
func (b *besieged) verbs() []string {
	all := slices.Sorted(maps.Keys(b.counter.Dispatcher.Book.Actions))
	all = slices.DeleteFunc(all, func(verb string) bool { return slices.Contains(parting, verb) })
	return append(all, parting...)
}

// knownTo leaves out of what is secret what somebody knows by right: the numbers of
// their own branch.
func (b *besieged) knownTo(t *testing.T, attacker services.Actor) *besieged {
	t.Helper()
	var people []models.Person
	err := b.db().Raw("SELECT p.id, p.phone FROM people p JOIN terms c ON c.person_id = p.id WHERE c.branch_id IN "+
		"(SELECT branch_id FROM terms WHERE person_id = ?)", attacker.Person).Find(&people).Error
	if err != nil {
		t.Fatal(err)
	}
	known := *b
	known.phones = maps.Clone(b.phones)
	for _, person := range people {
		delete(known.phones, "0"+strings.TrimPrefix(person.Phone, "+84"))
	}
	return &known
}

// press presses and types as one person.
type press struct {
	*besieged
	user  string
	count int
}

// does hands in one event and returns all that is shown of it.
func (p *press) does(t *testing.T, in bot.Inbound) (string, []string) {
	t.Helper()
	p.count++
	in.Channel, in.UserID, in.ChatID, in.Private, in.At = "web", p.user, p.user, true, p.clock()
	in.EventID = "forged-" + p.user + "-" + strconv.Itoa(p.count)
	p.house.Shown(p.user)
	if err := p.counter.Dispatcher.Handle(ctxFor(t), in); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	var choices []string
	for _, message := range p.house.Shown(p.user) {
		fmt.Fprintln(&text, message.Reply.Title, message.Reply.Text)
		for _, row := range message.Reply.Buttons {
			for _, button := range row {
				fmt.Fprintln(&text, button.Label)
			}
		}
		for _, file := range message.Reply.Files {
			fmt.Fprintln(&text, file.Name, unpacked(file.Content))
		}
		choices = bot.Choices(message.Reply)
	}
	return text.String(), choices
}

// unpacked is the text of a workbook.
func unpacked(content []byte) string {
	if bytes.HasPrefix(content, []byte("%PDF")) { // where its parts begin are numbers like any, and tell nothing
		content, _, _ = bytes.Cut(content, []byte("\nxref\n"))
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return string(content)
	}
	var text strings.Builder
	for _, part := range archive.File {
		if reader, err := part.Open(); err == nil {
			io.Copy(&text, reader)
			reader.Close()
		}
	}
	return text.String()
}

// answers are typed in turn into a form that offers nothing to press.
var answers = []string{"Nguyễn Văn Tý", "0905123456", "01/05/2026", "3712205123456", "chưa rõ", "2"}

// through presses a button, and fills the form that opens with whatever its
// questions offer, until it is sent.
func (p *press) through(t *testing.T, action string) (told string, inForm bool) {
	t.Helper()
	p.sessions.Prefix = "forged" + rand.Text() // nobody is too fast
	told, choices := p.does(t, bot.Inbound{Action: action})
	for i := range answers {
		next, asks := onward(choices)
		if !asks {
			break
		}
		inForm = true
		in := bot.Inbound{Action: next}
		if next == "" {
			in = bot.Inbound{Text: answers[i]}
		}
		var more string
		more, choices = p.does(t, in)
		told += more
	}
	if inForm {
		p.does(t, bot.Inbound{Action: bot.Drop()})
	}
	return told, inForm
}

// onward is the button that leads further into a running form; empty where the
// form waits for words.
func onward(choices []string) (next string, asks bool) {
	for _, choice := range choices {
		verb, _, _ := strings.Cut(choice, ":")
		switch verb {
		case "a", bot.Sends():
			return choice, true
		case bot.GiveUp(), "fb":
			asks = true
		}
	}
	return "", asks
}

var number = regexp.MustCompile(`^[0-9]+$`)

// forge makes the actions of a verb about rows that are somebody else's: in every
// shape in which the verb was ever offered, and in those that are usual.
func forge(verb string, patterns []string) []string {
	first, second := strconv.Itoa(theirs), strconv.Itoa(theirs+1)
	forged := map[string]bool{}
	for _, args := range append(slices.Clone(patterns), "#:1", "#:#:#") {
		parts := strings.Split(args, ":")
		for i, part := range parts {
			if part == "#" {
				parts[i] = first
				first, second = second, first
			}
		}
		first, second = strconv.Itoa(theirs), strconv.Itoa(theirs+1)
		forged[strings.TrimSuffix(verb+":"+strings.Join(parts, ":"), ":")] = true
	}
	return slices.Sorted(maps.Keys(forged))
}

// harvest presses through a house as those whose it is, and notes with which
// arguments every verb is offered: "#" stands for a number that may be a row's.
func harvest(t *testing.T) map[string][]string {
	t.Helper()
	b := besiege(t)
	seen := map[string]map[string]bool{}
	for _, user := range []string{"can-bo-1", "lanh-dao", "quan-tri", "truong-phu-nu", "nha-kin-0"} {
		p := &press{besieged: b, user: user}
		queue := b.verbs()[:len(b.verbs())-len(parting)]
		for _, verb := range slices.Clone(queue) {
			queue = append(queue, fmt.Sprint(verb, ":", theirs, ":1"))
		}
		for at := 0; at < len(queue) && at < 900; at++ {
			p.sessions.Prefix = "harvest" + rand.Text()
			_, choices := p.does(t, bot.Inbound{Action: queue[at]})
			for _, choice := range choices {
				verb, args, _ := strings.Cut(choice, ":")
				if _, known := b.counter.Dispatcher.Book.Actions[verb]; !known || slices.Contains(parting, verb) {
					continue
				}
				parts := strings.Split(args, ":")
				for i, part := range parts {
					if number.MatchString(part) {
						parts[i] = "#"
					}
				}
				pattern := strings.Join(parts, ":")
				if seen[verb] == nil {
					seen[verb] = map[string]bool{}
				}
				if !seen[verb][pattern] && len(seen[verb]) < 4 {
					seen[verb][pattern] = true
					queue = append(queue, choice)
				}
			}
		}
	}
	patterns := map[string][]string{}
	for verb, all := range seen {
		patterns[verb] = slices.Sorted(maps.Keys(all))
	}
	var blind []string
	for verb, action := range b.counter.Dispatcher.Book.Actions {
		if action.Inner && patterns[verb] == nil {
			blind = append(blind, verb)
		}
	}
	slices.Sort(blind)
	t.Logf("never offered: %v", blind)
	return patterns
}
