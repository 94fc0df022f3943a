package bot_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/services"
)

// clinic is a counter whose form asks for a post, a name, a number and a day,
// and whose texts mean what the test says.
type clinic struct {
	*counter
	now   time.Time
	means map[string]bot.Meaning
}

func newClinic(t *testing.T) *clinic {
	c := &clinic{counter: newCounter(t, false), now: time.Date(2026, 4, 6, 9, 0, 0, 0, time.UTC),
		means: map[string]bot.Meaning{
			"huỷ": {Intent: bot.Cancel, Confidence: 1}, "quay lại": {Intent: bot.Back, Confidence: 1},
			"trợ giúp": {Intent: bot.Help, Confidence: 1}, "menu": {Intent: bot.Menu, Confidence: 1},
			"phó fixed": {Intent: bot.Cancel, Confidence: 1}, // a choice's label is no wish to give up
			"phụ cấp":   {Intent: bot.Allowance, Confidence: 0.95},
		}}
	c.Clock = func() time.Time { return c.now }
	c.Dispatcher.Understand = c
	read := func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
		if strings.Contains(input.Text, "?") {
			return "", services.Invalid("sentence")
		}
		return input.Text + input.Choice, nil
	}
	show := func(step string) func(context.Context, bot.Turn, bot.Answers) (string, error) {
		return func(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) { return answers[step], nil }
	}
	form := &bot.Form{
		Name: "officer", Intent: bot.ChangeOfficer,
		Steps: []bot.Step{
			{Name: "branch", Ask: "branch", Read: read, Show: show("branch")},
			{Name: "role", Ask: "role", Show: show("role"), Follows: true, Pick: true,
				Choices: func(_ context.Context, _ bot.Turn, answers bot.Answers) ([][]bot.Button, error) {
					return [][]bot.Button{{{Label: "Trưởng " + answers["branch"], Action: bot.Choice("head")},
						{Label: "Phó " + answers["branch"], Action: bot.Choice("deputy")}}}, nil
				},
				Read: func(_ context.Context, _ bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
					if input.Choice == "head" || input.Choice == "deputy" && answers["branch"] != "small" {
						return input.Choice, nil
					}
					return "", services.Invalid("choice")
				}},
			{Name: "name", Ask: "name", Example: "example", Read: read, Show: show("name"), Free: true},
			{Name: "phone", Ask: "phone", Show: show("phone"),
				Read: func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
					if strings.Trim(input.Text, "0123456789 ") != "" {
						return "", services.Invalid("phone")
					}
					return input.Text, nil
				}},
		},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: strings.Join([]string{answers["branch"], answers["role"], answers["name"], answers["phone"]},
				",")}, nil
		},
		Done: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			c.done = append(c.done, strings.Join([]string{answers["branch"], answers["role"], answers["name"],
				answers["phone"]}, ","))
			return bot.Reply{Text: "done"}, nil
		},
	}
	form.Mends = map[string]string{"taken": "role", "namesake": "phone"}
	confirm, done := form.Confirm, form.Done
	form.Confirm = func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
		switch answers["name"] + answers["role"] {
		case "Lantaken", "Takendeputy":
			return bot.Reply{}, services.Conflict("taken")
		case "Twicedeputy":
			if answers["phone"] == "1" {
				return bot.Reply{}, services.Invalid("namesake")
			}
		case "Baddeputy":
			return bot.Reply{}, services.Invalid("unnamed")
		case "Gonedeputy":
			return bot.Reply{}, services.NotFound("branch")
		}
		return confirm(ctx, turn, answers)
	}
	form.Done = func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
		if answers["phone"] == "9" {
			return bot.Reply{}, services.Invalid("namesake")
		}
		return done(ctx, turn, answers)
	}
	c.Book.Forms["officer"] = form
	c.Book.Forms["find"] = &bot.Form{Name: "find", Fleeting: true,
		Steps: []bot.Step{{Name: "query", Ask: "query", Read: read, Free: true}},
		Done: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: "found " + answers["query"]}, nil
		}}
	c.Book.Actions["find"] = bot.Verb{Screen: func(ctx context.Context, turn bot.Turn) (bot.Reply,
		error) {
		return turn.Begin(ctx, "find", nil)
	}}
	c.Book.Actions["officer"] = bot.Verb{Screen: func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		known := bot.Answers{}
		said := bot.Said{}
		for i, step := range []string{"branch", "role", "name", "phone"} {
			if text := turn.Arg(i); text == "head" || text == "deputy" {
				said[step] = bot.Input{Choice: text}
			} else {
				said[step] = bot.Input{Text: text}
			}
		}
		if turn.Arg(0) == "fixed" {
			known.Fix("branch", "fixed")
		}
		return turn.BeginSaid(ctx, "officer", known, said)
	}}
	c.Book.Intents[bot.Allowance] = func(context.Context, bot.Turn) (bot.Reply, error) {
		return bot.Reply{Text: "money"},
			nil
	}
	c.Book.Intents[bot.ChangePhone] = func(context.Context, bot.Turn) (bot.Reply,
		error) {
		return bot.Reply{Text: "number"}, nil
	}
	c.Book.Both = func(_ context.Context, turn bot.Turn) (bot.Reply, error) {
		return bot.Reply{Text: "both " + string(turn.Meaning.Intent) + " " + string(turn.Meaning.Also)}, nil
	}
	c.Book.Misheard = func(_ context.Context, turn bot.Turn) (bot.Reply, error) {
		return bot.Reply{Text: "misheard " + turn.Arg(0)}, nil
	}
	c.Book.Aside = func(_ context.Context, turn bot.Turn) (bot.Reply, error) {
		return bot.Reply{Text: "aside " + turn.Arg(0)}, nil
	}
	c.Book.AsideOf = func(text string) string {
		return map[string]string{"ok": bot.Courtesy, "🐟": bot.Emoji}[text]
	}
	c.Book.Choice = func(_ bot.Turn, intent bot.Intent) (bot.Button, bool) {
		return bot.Button{Label: string(intent), Action: bot.Act(string(intent))}, true
	}
	c.Book.Sayings = map[string]string{"xem so": "see:1"}
	return c
}

func (c *clinic) UnderstandBy(text string, _ bool) bot.Meaning {
	if meaning, known := c.means[text]; known {
		return meaning
	}
	return bot.Meaning{Intent: bot.Unknown}
}

// buttons are the actions of the last reply.
func (c *clinic) buttons() []string { return bot.Choices(c.channel.sent[len(c.channel.sent)-1]) }

func (c *clinic) offers(action string) {
	c.t.Helper()
	if !slices.Contains(c.buttons(), action) {
		c.t.Errorf("offered %q, want %q among them", c.buttons(), action)
	}
}

func press(action string) bot.Inbound { return bot.Inbound{Action: action} }

func TestWhatWasSaidIsNotAskedAgain(t *testing.T) {
	c := newClinic(t)
	c.expect(press("officer:big:deputy:Lan:0912"), "big,deputy,Lan,0912")
	c.expect(press("fb"), "phone\nform.kept") // what was said can be stepped back into
	c.expect(press("officer:big:deputy"), "form.heard\n\nname example")
	// What cannot be read is asked, and mentioned.
	c.expect(press("officer:big:deputy:Lan?"), "form.heard\n\nform.mentioned\n\nname example")
	// What was said of a later question waits for the earlier one.
	c.expect(press("officer::deputy:Lan:12x"), "branch")
	c.expect(text("big"), "form.heard\n\nform.mentioned\n\nphone")
	c.expect(text("0912"), "big,deputy,Lan,0912")
	c.expect(press("fs:officer"), "done")
	if !slices.Equal(c.done, []string{"big,deputy,Lan,0912"}) {
		t.Errorf("sent %q", c.done)
	}
}

// A refusal of the whole asks again what it is about, and never the same in vain.
func TestRefusedFormAsksWhatMendsIt(t *testing.T) {
	c := newClinic(t)
	c.expect(press("officer:big:deputy:Taken:1"), "errors.conflict.taken\n\nrole")
	c.expect(text("1"), "big,head,Taken,1") // the rest is still there
	c.expect(press("officer:big:deputy:Twice:1"), "errors.invalid.namesake\n\nphone")
	c.expect(text("2"), "big,deputy,Twice,2")
	c.expect(press("officer:big:deputy:Bad:1"), "errors.invalid.unnamed\n\nphone") // unnamed: the last question
	c.expect(press("officer:big:deputy:Gone:1"), "errors.not_found.branch")        // nothing mends it
	// So does a refusal at the very end.
	c.expect(press("officer:big:deputy:Lan:9"), "big,deputy,Lan,9")
	c.expect(press("fs:officer"), "errors.invalid.namesake\n\nphone")
	c.expect(text("8"), "big,deputy,Lan,8")
	c.expect(press("fs:officer"), "done")
	if !slices.Equal(c.done, []string{"big,deputy,Lan,8"}) {
		t.Errorf("sent %q", c.done)
	}
}

func TestSteppingBackKeepsWhatStillHolds(t *testing.T) {
	c := newClinic(t)
	c.expect(press("officer:big:deputy:Lan:0912"), "big,deputy,Lan,0912")
	for _, want := range []string{"phone\nform.kept", "name example\nform.kept", "role\nform.kept", "branch\nform.kept"} {
		c.expect(text("quay lại"), want)
	}
	c.offers("fk:officer:branch")
	if slices.Contains(c.buttons(), "fb") {
		t.Error("nothing is before the first question")
	}
	c.expect(text("other"), "other,deputy,Lan,0912") // all the rest still holds
	c.expect(press("fb"), "phone\nform.kept")
	c.expect(press("fb"), "name example\nform.kept")
	c.expect(press("fk:officer:name"), "other,deputy,Lan,0912")
	for range 4 {
		c.does(press("fb"))
	}
	c.expect(text("small"), "role") // a small branch has no deputy: that alone is asked again
	c.expect(text("1"), "small,head,Lan,0912")
	c.expect(press("fk:officer:name"), "form.moved_on\n\nsmall,head,Lan,0912") // a button of before
	c.expect(press("fs:officer"), "done")
}

func TestWhatGoesWithoutSayingIsNotSteppedBackInto(t *testing.T) {
	c := newClinic(t)
	c.expect(press("officer:fixed"), "role")
	c.expect(text("ok"), "form.press_choice\n\nrole")
	if slices.Contains(c.buttons(), "fb") {
		t.Error("there is nothing to go back to")
	}
	c.expect(text("phó fixed"), "name example") // a label typed is the choice
	c.expect(text("quay lại"), "role\nform.kept")
	c.expect(text("quay lại"), "form.first\n\nrole\nform.kept")
}

func TestAFormAnswersWhatIsNoAnswer(t *testing.T) {
	c := newClinic(t)
	c.expect(press("officer:big:deputy"), "form.heard\n\nname example")
	c.expect(text("ok"), "form.waiting\n\nname example")
	c.expect(text("🐟"), "aside emoji\n\nname example")
	c.expect(text("trợ giúp"), "form.help\n\nname example")
	c.expect(bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Voice}}, "menu\n\nname example") // the book's words for it
	c.expect(text("?"), "errors.invalid.sentence\n\nname example")
	c.expect(text("Lan"), "phone")
	c.expect(text("phụ cấp"), "form.elsewhere\n\nphone")
	c.offers("allowance")
	c.expect(text("0912"), "big,deputy,Lan,0912")
	c.expect(text("ok"), "form.press_send")
	c.expect(text("gửi luôn đi"), "form.press_send")
	if len(c.done) != 0 {
		t.Error("words have sent the form")
	}
	c.expect(text("phụ cấp"), "form.elsewhere_unsent")
	c.expect(text("quay lại"), "phone\nform.kept")
	c.expect(press("fs:officer"), "form.not_yet\n\nphone\nform.kept")
	c.expect(text("huỷ"), "form.cancelled")
}

func TestWhoComesBackIsToldWhereTheyWere(t *testing.T) {
	away := func(c *clinic) { c.now = c.now.Add(31 * time.Minute) }
	c := newClinic(t)
	c.expect(press("officer:big:deputy"), "form.heard\n\nname example")
	c.now = c.now.Add(29 * time.Minute)
	c.expect(text("Lan"), "phone") // not away for long
	away(c)
	c.expect(text("bao giờ họp"), "form.where\n\nphone") // no number: not taken, and not scolded
	c.expect(text("bao giờ họp"), "errors.invalid.phone\n\nphone")
	away(c)
	c.expect(text("ok"), "form.where\n\nphone")
	away(c)
	c.expect(text("phụ cấp"), "form.where\n\nphone")
	c.offers("allowance")
	away(c)
	c.expect(text("0912"), "form.back_in\n\nbig,deputy,Lan,0912") // clearly the answer
	away(c)
	c.expect(text("gửi chưa"), "form.where_confirming\n\nbig,deputy,Lan,0912")
	away(c)
	c.expect(press("fs:officer"), "done") // a button says what it means

	c = newClinic(t)
	c.expect(press("officer:big:deputy"), "form.heard\n\nname example")
	away(c)
	c.expect(text("Lan"), "form.where\n\nname example\n\nform.use_ask") // nearly any words would be a name
	c.offers("fu:officer:name")
	c.expect(press("fu:officer:name"), "phone")
	c.expect(press("fu:officer:name"), "form.moved_on\n\nphone")
	c.expect(press("fb"), "name example\nform.kept")
	away(c)
	c.expect(text("Hoa"), "form.where\n\nname example\nform.kept\n\nform.use_ask")
	c.expect(press("fk:officer:name"), "phone") // Lan it stays
	c.expect(text("0912"), "big,deputy,Lan,0912")
	away(c)
	c.expect(text("menu"), "menu")

	c = newClinic(t)
	c.expect(press("find"), "query")
	away(c)
	c.expect(text("phụ cấp"), "money") // a fleeting question is forgotten
	c.expect(press("find"), "query")
	c.expect(text("Lan"), "found Lan")
}

func TestDoubtAsksAndTwoRequestsAreBothOffered(t *testing.T) {
	c := newClinic(t)
	for what, meaning := range map[string]bot.Meaning{
		"unsure":    {Intent: bot.Allowance, Confidence: 0.45},
		"contested": {Intent: bot.Allowance, Confidence: 0.6, Others: []bot.Intent{bot.ChangePhone}},
		"unknown":   {Intent: bot.Unknown, Confidence: 0.1},
		"clear":     {Intent: bot.Allowance, Confidence: 0.6},
		"two":       {Intent: bot.Allowance, Confidence: 0.9, Also: bot.ChangePhone},
		"twice":     {Intent: bot.Allowance, Confidence: 0.9, Also: bot.Allowance},
	} {
		c.means[what] = meaning
	}
	c.expect(text("clear"), "money")
	c.expect(text("unsure"), "misheard 1")
	c.expect(text("contested"), "misheard 2")
	c.expect(text("unknown"), "misheard 3")
	c.expect(text("two"), "both allowance change_phone")
	c.expect(text("unknown"), "misheard 1") // being understood begins the count anew
	c.expect(text("ok"), "aside courtesy")
	c.expect(text("twice"), "money")
	c.expect(text("XEM  SỐ!"), "see 1")
}

// What needs a code asks for it and goes on; what was asked for in between, or
// given up, is not done by a code that comes later.
func TestACodeIsAskedInsideTheAct(t *testing.T) {
	c := newClinic(t)
	fresh, sent := false, []string{}
	guarded := func(what string) error {
		if !fresh {
			return services.Denied("step_up")
		}
		sent = append(sent, what)
		return nil
	}
	c.Book.Forms[bot.CodeForm] = &bot.Form{Name: bot.CodeForm, Fleeting: true,
		Steps: []bot.Step{{Name: "code", Ask: "code", Read: func(_ context.Context, _ bot.Turn, _ bot.Answers,
			input bot.Input) (string, error) {
			if input.Text != "123456" {
				return "", services.Invalid("code")
			}
			fresh = true
			return "ok", nil
		}}},
		Done: func(_ context.Context, turn bot.Turn, _ bot.Answers) (bot.Reply, error) {
			if turn.Coded() {
				return bot.Reply{}, nil
			}
			return bot.Reply{Text: "fresh"}, nil
		}}
	c.Book.Actions["code"] = bot.Verb{Screen: func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		return turn.Begin(ctx, bot.CodeForm, nil)
	}}
	c.Book.Actions["pay"] = bot.Verb{Screen: func(_ context.Context, turn bot.Turn) (bot.Reply, error) {
		return bot.Reply{Text: "paid " + turn.Arg(0)}, guarded("pay" + turn.Arg(0))
	}}
	c.Book.Forms["typed"] = &bot.Form{Name: "typed",
		Steps: []bot.Step{{Name: "words", Ask: "words", Read: func(_ context.Context, _ bot.Turn, _ bot.Answers,
			input bot.Input) (string, error) {
			return input.Text, nil
		}}},
		Done: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: "sent " + answers["words"]}, guarded(answers["words"])
		}}
	c.Book.Actions["type"] = bot.Verb{Screen: func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		return turn.Begin(ctx, "typed", nil)
	}}

	const ask = "errors.denied.step_up"
	c.expect(press("pay:7"), ask)
	c.expect(text("000000"), "errors.invalid.code\n\ncode")
	c.expect(text("123456"), "paid 7")
	fresh = false
	c.expect(press("type"), "words")
	c.expect(text("all of it"), ask)
	c.expect(text("123456"), "sent all of it")
	for _, leave := range []string{bot.GiveUp(), "find", "code"} {
		fresh = false
		c.expect(press("pay:8"), ask)
		c.does(press(leave))
		c.does(press("code"))
		c.expect(text("123456"), "fresh")
	}
	// A database that is away after the code loses nothing: the event comes again.
	away := context.DeadlineExceeded
	c.Book.Actions["later"] = bot.Verb{Screen: func(context.Context, bot.Turn) (bot.Reply, error) {
		if !fresh {
			return bot.Reply{}, services.Denied("step_up")
		}
		if away != nil {
			return bot.Reply{}, away
		}
		return bot.Reply{Text: "done later"}, guarded("later")
	}}
	fresh = false
	c.expect(press("later"), ask)
	code := text("123456")
	code.EventID = "comes-again"
	c.does(code)
	away = nil
	c.expect(code, "done later")
	if want := []string{"pay7", "all of it", "later"}; !slices.Equal(sent, want) {
		t.Errorf("did %q, want %q", sent, want)
	}
}
