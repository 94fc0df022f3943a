package app

import (
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"testing"

	"canbobot/bot"
)

// taps presses buttons as a person and remembers what is offered.
type taps struct {
	t     *testing.T
	house *house
	user  string
	count int
}

// does hands in a pressed button, or a text, and returns what is shown last.
func (p *taps) does(in bot.Inbound) bot.Reply {
	p.t.Helper()
	p.count++
	in.Channel, in.UserID, in.ChatID, in.Private, in.At = "web", p.user, p.user, true, p.house.clock()
	in.EventID = "tap-" + p.user + "-" + strconv.Itoa(p.count)
	p.house.sessions.Prefix = "tap" + in.EventID + rand.Text() // nobody is too fast
	stage := &webStage{house: p.house}
	stage.shown(p.t, p.user)
	if err := p.house.counter.Dispatcher.Handle(ctxFor(p.t), in); err != nil {
		p.t.Fatal(err)
	}
	shown := stage.shown(p.t, p.user)
	if len(shown) == 0 {
		p.t.Fatalf("%s: %+v is answered by nothing", p.user, in)
	}
	return shown[len(shown)-1].Reply
}

func verbs(reply bot.Reply) []string {
	var all []string
	for _, action := range bot.Choices(reply) {
		verb, _, _ := strings.Cut(action, ":")
		all = append(all, verb)
	}
	return all
}

// Whatever the bot can show by itself is two taps from the menu, and answers to
// the words on its button.
func TestEveryScreenIsTwoTapsFromTheMenu(t *testing.T) {
	for user, who := range map[string]string{"truong-phu-nu": "officer", "can-bo-1": "staff"} {
		t.Run(who, func(t *testing.T) {
			house := openHouse(t)
			p := &taps{t: t, house: house, user: user}
			book := house.counter.Dispatcher.Book
			denials := denials(house)
			menu := p.does(bot.Inbound{Action: "menu"})
			near := verbs(menu)
			alike := map[string]bool{} // what is seen within two taps under another name
			for _, action := range bot.Choices(menu) {
				reply := p.does(bot.Inbound{Action: action})
				alike[reply.Title+reply.Text] = true
				near = append(near, verbs(reply)...)
			}
			p.does(bot.Inbound{Action: "fd"}) // whatever form is open is left
			said := map[string]bool{}
			for _, action := range book.Sayings {
				verb, _, _ := strings.Cut(action, ":")
				said[verb] = true
			}
			shown := 0
			for verb, action := range book.Actions {
				if action.Inner {
					continue
				}
				reply := p.does(bot.Inbound{Action: verb})
				if slices.Contains(denials, reply.Text) {
					continue // not theirs
				}
				shown++
				if !slices.Contains(near, verb) && !alike[reply.Title+reply.Text] {
					t.Errorf("%s is further than two taps", verb)
				}
				if !said[verb] {
					t.Errorf("%s has no words that open it", verb)
				}
			}
			if shown < 12 {
				t.Errorf("only %d screens are the %s's", shown, who)
			}
		})
	}
}

// denials are the words by which a screen says that it is somebody else's.
func denials(house *house) []string {
	var all []string
	for _, key := range house.counter.Texts.Keys() {
		if strings.HasPrefix(key, "errors.denied.") && key != "errors.denied.step_up" {
			all = append(all, house.counter.Texts.Say(key, nil))
		}
	}
	return all
}

// What an intent leads to is a button's screen too, so that nobody needs the
// words.
func TestEveryIntentHasAButton(t *testing.T) {
	house := openHouse(t)
	p := &taps{t: t, house: house, user: "truong-phu-nu"}
	p.does(bot.Inbound{Action: "menu"})
	book := house.counter.Dispatcher.Book
	officer, err := house.counter.Dispatcher.People.Identify(ctxFor(t), "web", "truong-phu-nu")
	if err != nil {
		t.Fatal(err)
	}
	clerk, err := house.counter.Dispatcher.People.Identify(ctxFor(t), "web", "can-bo-1")
	if err != nil {
		t.Fatal(err)
	}
	for intent := range book.Intents {
		if intent == bot.Cancel || intent == bot.Back { // words of forms
			continue
		}
		button, ofOfficer := book.Choice(bot.Turn{Speaker: officer}, intent)
		if !ofOfficer {
			var ofStaff bool
			if button, ofStaff = book.Choice(bot.Turn{Speaker: clerk}, intent); !ofStaff {
				t.Errorf("%s has no button", intent)
				continue
			}
		}
		verb, _, _ := strings.Cut(button.Action.String(), ":")
		if action, known := book.Actions[verb]; !known || action.Inner {
			t.Errorf("the button of %s leads to %q", intent, button.Action.String())
		}
		if intent.ForStaff() == ofOfficer {
			t.Errorf("%s is offered to the wrong people", intent)
		}
	}
}

func TestWordsOfSeveralKindsOpenTheirScreens(t *testing.T) {
	house := openHouse(t)
	p := &taps{t: t, house: house, user: "truong-phu-nu"}
	for text, want := range map[string]string{
		"Cách trả lời": "styleset", "cach tra loi": "styleset", "12 THÁNG QUA.": "problem", "muc ho tro": "month",
	} {
		if got := verbs(p.does(bot.Inbound{Text: text})); !slices.Contains(got, want) {
			t.Errorf("%q offers %v, want %q among them", text, got, want)
		}
	}
}

// Words alone change nothing: whatever is sent has a summary with a button
// first. Proving who one is, and looking somebody or another day up, change nothing of the
// ward's; a code to sign with follows the card and its button, and so does the
// number of people that a notice goes to; a draft's card is its summary.
func TestNothingIsSentWithoutAButton(t *testing.T) {
	house := openHouse(t)
	for name, form := range house.counter.Dispatcher.Book.Forms {
		if changesNothing := slices.Contains([]string{"link", "step_up", "find",
			"im_officer", "find_line", "past", "notice", "notice_text",
			"notice_audience", "notice_count"}, name); (form.Confirm == nil) != changesNothing {
			t.Errorf("form %s: it has a summary: %v", name, form.Confirm != nil)
		}
	}
}
