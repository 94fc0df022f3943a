package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"canbobot/bot"
	"canbobot/bot/dialog"
	"canbobot/services"
)

// counter is a dispatcher whose every neighbour is in memory: a book with one
// form and a menu, a channel that does as it is told.
type counter struct {
	asked []bot.Told
	*bot.Dispatcher
	t       *testing.T
	channel *channel
	state   []byte
	seen    map[string]bool
	draft   *bot.Draft
	marks   map[string]string
	done    []string // what the form was sent with
	told    []string // what neighbours heard
	events  int
}

// channel is a line with or without buttons.
type channel struct {
	numbered bool
	fail     []error
	sent     []bot.Reply
}

func (c *channel) Name() string { return "line" }

func (c *channel) Numbers(reply bot.Reply) bool { return c.numbered && len(bot.Choices(reply)) > 0 }

func (c *channel) Send(_ context.Context, _ string, reply bot.Reply) (string, error) {
	if len(c.fail) > 0 {
		err := c.fail[0]
		c.fail = c.fail[1:]
		if err != nil {
			return "", err
		}
	}
	c.sent = append(c.sent, reply)
	return fmt.Sprint(len(c.sent)), nil
}

func newCounter(t *testing.T, numbered bool) *counter {
	c := &counter{t: t, channel: &channel{numbered: numbered}, seen: map[string]bool{}, marks: map[string]string{}}
	menu := func(context.Context, bot.Turn) (bot.Reply, error) {
		return bot.Reply{Text: "menu", Buttons: [][]bot.Button{{{Label: "Đổi số", Action: bot.Act("phone")}},
			{{Label: "Trang", URL: "https://a.example"}, {Label: "Xem", Action: bot.Act("see", "7")}}}}, nil
	}
	ask := func(name string) bot.Step {
		return bot.Step{Name: name, Ask: name,
			Read: func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
				return input.Text, nil
			}}
	}
	book := &bot.Book{
		Welcome: menu, Consent: menu, Elsewhere: menu, Attached: menu,
		Misheard: func(context.Context, bot.Turn) (bot.Reply, error) { return bot.Reply{Text: "misheard"}, nil },
		Intents:  map[bot.Intent]bot.Screen{bot.Menu: menu},
		Choice:   func(bot.Turn, bot.Intent) (bot.Button, bool) { return bot.Button{}, false },
		AsideOf:  func(string) string { return "" },
		Heard: func(key string) []string {
			return map[string][]string{"full": {"nhan roi", "=co roi"}, "none": {"chua nhan", "=chua"}}[key]
		},
		Actions: map[string]bot.Verb{
			"menu": {Screen: menu},
			"phone": {Screen: func(ctx context.Context, turn bot.Turn) (bot.Reply,
				error) {
				return turn.Begin(ctx, "phone", nil)
			}},
			"see": {Screen: func(_ context.Context, turn bot.Turn) (bot.Reply, error) {
				return bot.Reply{Text: "see " + turn.Arg(0)}, nil
			}},
		},
		Forms: map[string]*bot.Form{"phone": {
			Name: "phone", Steps: []bot.Step{ask("old"), ask("new")},
			Done: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
				c.done = append(c.done, answers["old"]+"->"+answers["new"])
				return bot.Reply{Text: "done"}, nil
			},
		}},
	}
	c.Dispatcher = &bot.Dispatcher{
		Channels: map[string]bot.Channel{"line": c.channel}, Sessions: c, People: c, Cards: c,
		Understand: c, Book: book, Speech: c, Clock: time.Now, Logger: slog.New(slog.DiscardHandler),
		Away: func(error) bool { return false }, Forms: &dialog.Forms{Book: book, Drafts: c, Speech: c},
	}
	return c
}

func (c *counter) Begin(_ context.Context, _, _, event string) (bot.Dialogue, error) {
	return bot.Dialogue{Seen: c.seen[event], State: c.state, End: func(_ context.Context, state []byte, done bool) error {
		c.state = state
		c.seen[event] = c.seen[event] || done
		return nil
	}}, nil
}

func (c *counter) Identify(context.Context, string, string) (bot.Speaker, error) {
	return bot.Speaker{Actor: services.Actor{Role: services.Officer, Ward: 1, Person: 1, Account: 1}, Name: "Lan",
		Consented: true}, nil
}

func (c *counter) Reachable(context.Context, string, string) error {
	c.told = append(c.told, "reachable")
	return nil
}

func (c *counter) Unreachable(_ context.Context, _, _, why string) error {
	c.told = append(c.told, "unreachable "+why)
	return nil
}

func (c *counter) Withdrawn(_ context.Context, _, _, event string) error {
	c.told = append(c.told, "withdrawn "+event)
	return nil
}

func (c *counter) Load(context.Context, services.Actor, string, string) (bot.Draft, bool, error) {
	if c.draft == nil {
		return bot.Draft{}, false, nil
	}
	return *c.draft, true, nil
}

func (c *counter) Save(_ context.Context, _ services.Actor, _, _ string, draft bot.Draft) error {
	kept := draft
	kept.Answers = bot.Answers{}
	for step, answer := range draft.Answers {
		kept.Answers[step] = answer
	}
	c.draft = &kept
	return nil
}

func (c *counter) Delete(context.Context, services.Actor, string, string) error {
	c.draft = nil
	return nil
}

func (c *counter) Shown(context.Context, services.Actor, string, string, string, bot.Card) error {
	return nil
}

func (c *counter) Asked(context.Context, services.Actor, time.Time) ([]bot.Told, error) {
	return c.asked, nil
}

func (c *counter) Marked(_ context.Context, _, _, mark string, n int) (string, bool, error) {
	action, found := c.marks[fmt.Sprint(mark, n)]
	return action, found, nil
}

func (c *counter) Reported(_ context.Context, _ string, report bot.DeliveryReport, _ time.Time) error {
	c.told = append(c.told, fmt.Sprint("report ", report.Refs, report.Seen))
	return nil
}

func (c *counter) UnderstandBy(text string, _ bool) bot.Meaning {
	if text == "menu" {
		return bot.Meaning{Intent: bot.Menu, Confidence: 1}
	}
	return bot.Meaning{Intent: bot.Unknown}
}

func (c *counter) Say(key string, _ bot.Fields) string { return key }

// does hands an event in and returns what was said.
func (c *counter) does(in bot.Inbound) string {
	c.t.Helper()
	if in.EventID == "" {
		c.events++
		in.EventID = fmt.Sprint("e", c.events)
	}
	in.Channel, in.UserID, in.ChatID, in.Private = "line", "u", "u", true
	before := len(c.channel.sent)
	err := c.Handle(c.t.Context(), in)
	var said []string
	for _, reply := range c.channel.sent[before:] {
		said = append(said, reply.Text)
	}
	if err != nil {
		said = append(said, "open")
	}
	return strings.Join(said, "; ")
}

func (c *counter) expect(in bot.Inbound, want string) {
	c.t.Helper()
	if got := c.does(in); got != want {
		c.t.Errorf("%+v: %q, want %q", in, got, want)
	}
}

func text(s string) bot.Inbound { return bot.Inbound{Text: s} }

func TestATypedNumberIsTheChoice(t *testing.T) {
	c := newCounter(t, true)
	c.expect(text("2"), "misheard") // nothing is listed yet
	c.expect(text("menu"), "menu")
	for _, typed := range []string{"2", " 2 ", "2.", "2)", "số 2", "so 2", "Chọn 2"} {
		c.expect(text("menu"), "menu")
		c.expect(text(typed), "see 7")
	}
	for _, typed := range []string{"0", "3", "99", "2 2", "hai", "-1", "222"} {
		c.expect(text("menu"), "menu")
		c.expect(text(typed), "misheard")
	}
	// A card that came unasked has numbers of its own, good whatever was asked since.
	c.marks["A1"] = "see:9"
	c.expect(text("menu"), "menu")
	c.expect(text("a1"), "see 9")
	c.expect(text("A 1."), "see 9")
	c.expect(text("B1"), "misheard")
}

func TestWhereThereAreButtonsANumberIsANumber(t *testing.T) {
	c := newCounter(t, false)
	c.expect(text("menu"), "menu")
	c.expect(text("2"), "misheard")
}

// An event that comes again because its answer could not be sent must not answer
// the next question too, nor send the form twice.
func TestAnAnswerThatCouldNotBeSentIsTakenOnce(t *testing.T) {
	refused := &bot.SendError{Fate: bot.Retry, RetryAt: time.Now().Add(time.Hour), Cause: errors.New("not now")}
	c := newCounter(t, true)
	c.expect(bot.Inbound{Action: "phone"}, "old")
	c.channel.fail = []error{refused}
	c.expect(bot.Inbound{EventID: "again", Text: "cũ"}, "open")
	c.expect(bot.Inbound{EventID: "again", Text: "cũ"}, "new")
	c.channel.fail = []error{refused}
	c.expect(bot.Inbound{EventID: "last", Text: "mới"}, "open")
	c.expect(bot.Inbound{EventID: "last", Text: "mới"}, "errors.conflict.repeated")
	if !slices.Equal(c.done, []string{"cũ->mới"}) {
		t.Errorf("the form was sent as %q", c.done)
	}
	c.expect(bot.Inbound{EventID: "last", Text: "mới"}, "") // seen
}

// An answer of which nothing was heard is sent again, but not for ever.
func TestAnUnheardAnswerIsSentAgainAFewTimes(t *testing.T) {
	silence := &bot.SendError{Fate: bot.Uncertain, Cause: errors.New("never heard")}
	c := newCounter(t, true)
	c.channel.fail = []error{silence, silence, silence}
	for range 3 {
		c.expect(bot.Inbound{EventID: "x", Text: "menu"}, "open")
	}
	c.expect(bot.Inbound{EventID: "x", Text: "menu"}, "menu")
	c.channel.fail = []error{silence, silence, silence, silence}
	for range 3 {
		c.expect(bot.Inbound{EventID: "y", Text: "menu"}, "open")
	}
	c.expect(bot.Inbound{EventID: "y", Text: "menu"}, "") // given up
	c.expect(bot.Inbound{EventID: "y", Text: "menu"}, "") // and over
	c.channel.fail = []error{&bot.SendError{Fate: bot.Unreachable, Why: bot.WhyBlocked, Cause: errors.New("blocked")}}
	c.expect(text("menu"), "")
	if !slices.Equal(c.told, []string{"unreachable blocked"}) {
		t.Errorf("told %q", c.told)
	}
}

// reacting is a line on which a sign can be put on what was sent.
type reacting struct {
	*channel
	signs chan string
}

func (r reacting) React(_ context.Context, in bot.Inbound) error {
	r.signs <- in.EventID
	return nil
}

// An answer that takes a while is announced by a sign; a quick one is not.
func TestASlowAnswerIsAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t, true)
		line := reacting{c.channel, make(chan string, 2)}
		c.Channels["line"] = line
		c.Book.Intents[bot.Menu] = func(context.Context, bot.Turn) (bot.Reply, error) {
			<-time.After(2 * time.Second)
			return bot.Reply{Text: "menu"}, nil
		}
		c.expect(bot.Inbound{EventID: "slow", Text: "menu"}, "menu")
		c.expect(bot.Inbound{EventID: "quick", Action: "see:1"}, "see 1")
		<-time.After(3 * time.Second)
		synctest.Wait()
		if len(line.signs) != 1 || <-line.signs != "slow" {
			t.Errorf("%d signs", len(line.signs))
		}
	})
}

func TestWhatIsNoConversationIsNotAnswered(t *testing.T) {
	c := newCounter(t, true)
	c.expect(bot.Inbound{EventID: "r", Report: &bot.DeliveryReport{Refs: []string{"m1"}, Seen: true}}, "")
	c.expect(bot.Inbound{EventID: "l", Presence: bot.Left}, "")
	c.expect(bot.Inbound{EventID: "w", Presence: bot.Withdrawn}, "")
	c.expect(bot.Inbound{EventID: "j", Presence: bot.Joined}, "")
	if want := []string{"report [m1] true", "unreachable left", "withdrawn line:w", "reachable"}; !slices.Equal(c.told,
		want) {
		t.Errorf("told %q, want %q", c.told, want)
	}
}
