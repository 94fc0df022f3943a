package page

import (
	"context"
	"slices"
	"strings"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
)

// intentButtons are the choices by which the menu, and a text that was not
// understood, lead to a screen.
var intentButtons = map[bot.Intent][2]string{ // label, verb
	bot.Menu: {"menu", "menu"}, bot.Help: {"help", "help"},
	bot.Allowance: {"allowance", "month"}, bot.AllowanceHistory: {"history", "history"}, bot.AllowanceProblem: {"problem", "problem"},
	bot.Policy: {"policy", "policy"}, bot.Branch: {"branch", "branch"}, bot.Profile: {"profile", "profile"},
	bot.ChangeOfficer: {"change", "change"}, bot.ChangeLeave: {"leave", "leave"}, bot.ChangePhone: {"phone", "phone"},
	bot.ChangeBank: {"bank", "bank"}, bot.ChangeProfile: {"details", "details"},
	bot.MyRequests: {"mine", "mine"}, bot.Notices: {"notices", "notices"}, bot.Support: {"support", "support"},
	bot.Privacy: {"privacy", "privacy"}, bot.Unlink: {"unlink", "unlink"},
	bot.WardPending: {"pending", "pending"}, bot.WardPayment: {"runs", "runs"}, bot.WardBroadcast: {"broadcast", "sent"},
	bot.WardReport: {"report", "report"}, bot.WardFind: {"find", "find"}, bot.WardInvite: {"invite_someone", "find"}, bot.WardImport: {"import", "import"},
}

// furtherButtons lead to what no intent stands for: label to verb.
var furtherButtons = map[string]string{
	"calls": "calls", "new_notice": "broadcast", "step_up": "step_up", "templates": "templates", "monthly": "monthly", "style": "style", "unclear": "unclear", "review": "review", "roster": "roster",
	"year_picture": "yearpicture", "year_pdf": "yearpdf", "stages": "stages", "year": "year",
	"waiting": "waiting", "many": "many", "delegations": "delegations", "rules": "rules", "duplicates": "duplicates", "policies": "policies",
}

// ofOfficers are the intents about one's own money, branch and papers: staff
// have no such screens.
var ofOfficers = []bot.Intent{
	bot.Allowance, bot.AllowanceHistory, bot.AllowanceProblem, bot.Branch, bot.Profile, bot.ChangePhone, bot.Support,
}

// choice is the button to an intent's screen, with the month that was said.
func (s *Screens) choice(turn bot.Turn, intent bot.Intent) (bot.Button, bool) {
	entry, ok := intentButtons[intent]
	staff := turn.Speaker.Actor.IsStaff()
	if !ok || intent.ForStaff() && !staff || staff && slices.Contains(ofOfficers, intent) {
		return bot.Button{}, false
	}
	slots := turn.Meaning.Slots
	if (intent == bot.Allowance || intent == bot.AllowanceProblem) && (slots.Month > 0 || slots.Ago > 0) && !slots.Lunar {
		turn.Args = nil
		return s.button(entry[0], entry[1], s.monthAsked(turn).String()), true
	}
	return s.button(entry[0], entry[1]), true
}

// sayings are what people type in place of a button that leads to a screen: its
// label, with or without the "Xem" that it begins with, and how they want to be
// asked.
func (s *Screens) sayings() map[string]string {
	all := map[string]string{
		"gon": "styleset:brief", "tra loi gon": "styleset:brief", "hoi gon": "styleset:brief", "ngan gon": "styleset:brief", "hoi ngan gon": "styleset:brief", "tra loi ngan gon": "styleset:brief",
		"tung buoc": "styleset:full", "tra loi tung buoc": "styleset:full", "hoi tung buoc": "styleset:full",
		"cach tra loi": "style", "ghi trung": "duplicates", "bi trung": "duplicates", "cach hoi": "style", "can goi dien": "calls", "uy quyen": "delegations", "quy trinh duyet": "rules", "nho nguoi ky thay": "delegations",
	}
	labelled := func(label, verb string) {
		saying := models.Fold(s.button(label, verb).Label)
		all[saying], all[strings.TrimPrefix(saying, "xem ")] = verb, verb
	}
	for _, entry := range intentButtons {
		labelled(entry[0], entry[1])
	}
	for label, verb := range furtherButtons {
		labelled(label, verb)
	}
	return all
}

func (s *Screens) menuButton(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	switch {
	case !turn.Speaker.Linked():
		return s.welcome(ctx, turn)
	case !turn.Speaker.Consented:
		return s.consent(ctx, turn)
	}
	return s.menu(ctx, turn)
}

// menu greets by name and offers what this person can do, a half-filled form first.
func (s *Screens) menu(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	reply := bot.Reply{Text: s.say("menu.officer", "name", turn.Speaker.Name)}
	draft, unfinished, err := turn.Draft(ctx)
	if err != nil {
		return bot.Reply{}, err
	}
	if unfinished {
		reply.Text += "\n\n" + s.say("menu.draft", "form", s.say("form_name."+draft.Form))
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("resume", bot.Resume()), s.button("drop", bot.Drop())))
	}
	if turn.Speaker.Actor.IsStaff() {
		return s.staffMenu(ctx, turn, reply)
	}
	if turn.Speaker.Former {
		reply.Text = s.say("menu.former", "name", turn.Speaker.Name)
		reply.Buttons = append(reply.Buttons,
			bot.Row(s.button("allowance", "month"), s.button("history", "history")),
			bot.Row(s.button("support", "support"), s.button("privacy", "privacy")))
		return reply, nil
	}
	reply.Buttons = append(reply.Buttons,
		bot.Row(s.button("allowance", "month"), s.button("history", "history")),
		bot.Row(s.button("change", "change"), s.button("leave", "leave")),
		bot.Row(s.button("phone", "phone"), s.button("mine", "mine")),
		bot.Row(s.button("branch", "branch"), s.button("notices", "notices")),
		bot.Row(s.button("support", "support"), s.button("help", "help")))
	return reply, nil
}

func (s *Screens) staffMenu(ctx context.Context, turn bot.Turn, reply bot.Reply) (bot.Reply, error) {
	_, waiting, err := s.Changes.Queue(ctx, turn.Speaker.Actor, 0, 1)
	if err != nil {
		return bot.Reply{}, err
	}
	reply.Text = s.say("menu.staff", "name", turn.Speaker.Name, "role", s.say("role."+string(turn.Speaker.Actor.Role)), "waiting", waiting)
	reply.Buttons = append(reply.Buttons,
		bot.Row(s.button("pending", "pending"), s.button("runs", "runs")),
		bot.Row(s.button("find", "find"), s.button("report", "report")),
		bot.Row(s.button("broadcast", "sent"), s.button("help", "help")))
	unreached, err := s.Notices.CallsOpen(ctx, turn.Speaker.Actor)
	if err == nil && unreached > 0 {
		reply.Text += "\n" + s.say("menu.calls", "people", unreached)
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("calls", "calls")))
	}
	return reply, err
}

func (s *Screens) help(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	switch {
	case turn.Speaker.Actor.IsStaff():
		return bot.Reply{Text: s.say("help.staff"), Buttons: [][]bot.Button{
			bot.Row(s.button("new_notice", "broadcast"), s.button("invite_someone", "find")),
			bot.Row(s.button("calls", "calls"), s.button("mine", "mine")),
			bot.Row(s.button("step_up", "step_up"), s.button("import", "import")),
			bot.Row(s.button("waiting", "waiting"), s.button("many", "many")),
			bot.Row(s.button("rules", "rules"), s.button("delegations", "delegations")),
			bot.Row(s.button("policy", "policy"), s.button("duplicates", "duplicates")),
			bot.Row(s.button("unclear", "unclear"), s.button("style", "style")),
			bot.Row(s.button("privacy", "privacy"), s.button("unlink", "unlink")), s.menuRow()}}, nil
	case turn.Speaker.Linked():
		return bot.Reply{Text: s.say("help.officer"), Buttons: [][]bot.Button{
			bot.Row(s.button("policy", "policy"), s.button("problem", "problem")),
			bot.Row(s.button("bank", "bank"), s.button("details", "details")),
			bot.Row(s.button("profile", "profile"), s.button("privacy", "privacy")),
			bot.Row(s.button("support", "support"), s.button("style", "style")),
			bot.Row(s.button("unlink", "unlink"), s.button("menu", "menu"))}}, nil
	}
	return bot.Reply{Text: s.say("help.stranger"), Buttons: [][]bot.Button{
		bot.Row(s.button("have_code", "link"), s.button("no_code", "asklink"))}}, nil
}

func (s *Screens) nothingToCancel(_ context.Context, _ bot.Turn) (bot.Reply, error) {
	return bot.Reply{Text: s.say("menu.nothing_to_cancel"), Buttons: [][]bot.Button{s.menuRow()}}, nil
}

func (s *Screens) elsewhere(_ context.Context, _ bot.Turn) (bot.Reply, error) {
	return bot.Reply{Text: s.say("elsewhere")}, nil
}

// staffOnly refuses officers before a screen of staff asks them anything.
func staffOnly(turn bot.Turn) error {
	if !turn.Speaker.Actor.IsStaff() {
		return services.Denied("staff_only")
	}
	return nil
}

// officersOnly refuses staff who hold no post, for screens about one's own.
func officersOnly(turn bot.Turn) error {
	if turn.Speaker.Actor.Role != services.Officer {
		return services.Denied("officer_only")
	}
	return nil
}

// inPost refuses those who hold no post any more.
func inPost(turn bot.Turn) error {
	if err := officersOnly(turn); err != nil {
		return err
	}
	if turn.Speaker.Former {
		return services.Denied("former")
	}
	return nil
}
