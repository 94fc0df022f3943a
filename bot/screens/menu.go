package screens

import (
	"context"

	"canbobot/bot"
	"canbobot/services"
)

// intentButtons are the choices by which the menu, and a text that was not
// understood, lead to a screen.
var intentButtons = map[bot.Intent][2]string{ // label, verb
	bot.Menu: {"menu", "menu"}, bot.Help: {"help", "help"},
	bot.Allowance: {"allowance", "month"}, bot.AllowanceHistory: {"history", "history"}, bot.AllowanceProblem: {"problem", "problem"},
	bot.Policy: {"policy", "policy"}, bot.Branch: {"branch", "branch"}, bot.Profile: {"profile", "profile"},
	bot.ChangeOfficer: {"change", "change"}, bot.ChangeLeave: {"leave", "leave"}, bot.ChangePhone: {"phone", "phone"},
	bot.ChangeBank: {"byclerk", "byclerk"}, bot.ChangeProfile: {"byclerk", "byclerk"},
	bot.MyRequests: {"mine", "mine"}, bot.Notices: {"notices", "notices"}, bot.Support: {"support", "support"},
	bot.Privacy: {"privacy", "privacy"}, bot.Unlink: {"unlink", "unlink"},
	bot.WardPending: {"pending", "pending"}, bot.WardPayment: {"runs", "runs"}, bot.WardBroadcast: {"broadcast", "sent"},
	bot.WardReport: {"report", "report"}, bot.WardFind: {"find", "find"}, bot.WardInvite: {"invite_someone", "find"},
}

func (s *Screens) intentButton(intent bot.Intent) (bot.Button, bool) {
	entry, ok := intentButtons[intent]
	if !ok {
		return bot.Button{}, false
	}
	return s.button(entry[0], entry[1]), true
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
		return bot.Reply{Text: s.say("help.staff"), Buttons: [][]bot.Button{s.menuRow()}}, nil
	case turn.Speaker.Linked():
		return bot.Reply{Text: s.say("help.officer"), Buttons: [][]bot.Button{
			bot.Row(s.button("support", "support"), s.button("privacy", "privacy")),
			bot.Row(s.button("unlink", "unlink"), s.button("menu", "menu"))}}, nil
	}
	return bot.Reply{Text: s.say("help.stranger"), Buttons: [][]bot.Button{
		bot.Row(s.button("have_code", "link"), s.button("no_code", "asklink"))}}, nil
}

func (s *Screens) nothingToCancel(_ context.Context, _ bot.Turn) (bot.Reply, error) {
	return bot.Reply{Text: s.say("menu.nothing_to_cancel"), Buttons: [][]bot.Button{s.menuRow()}}, nil
}

// misheard says so and offers the likeliest screens; the second time in a row
// it offers the clerk.
func (s *Screens) misheard(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	candidates := turn.Meaning.Others
	if turn.Meaning.Intent != bot.Unknown {
		candidates = append([]bot.Intent{turn.Meaning.Intent}, candidates...)
	}
	reply := bot.Reply{Text: s.say("misheard.first")}
	if number(turn.Arg(0)) >= 2 {
		reply.Text = s.say("misheard.again")
		candidates = append([]bot.Intent{bot.Support}, candidates...)
	}
	if len(candidates) == 0 {
		candidates = []bot.Intent{bot.Allowance, bot.ChangeOfficer}
		if turn.Speaker.Actor.IsStaff() {
			candidates = []bot.Intent{bot.WardPending, bot.WardFind}
		}
	}
	if _, unfinished, err := turn.Draft(ctx); err != nil {
		return bot.Reply{}, err
	} else if unfinished {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("resume", bot.Resume())))
	}
	offered := map[string]bool{}
	for _, intent := range candidates {
		if intent.ForStaff() && !turn.Speaker.Actor.IsStaff() {
			continue
		}
		if button, ok := s.intentButton(intent); ok && !offered[button.Action] && len(offered) < 3 {
			offered[button.Action] = true
			reply.Buttons = append(reply.Buttons, bot.Row(button))
		}
	}
	if !offered["menu"] {
		reply.Buttons = append(reply.Buttons, s.menuRow())
	}
	return reply, nil
}

func (s *Screens) elsewhere(_ context.Context, _ bot.Turn) (bot.Reply, error) {
	return bot.Reply{Text: s.say("elsewhere")}, nil
}

// attached answers kindly about what nobody asked for.
func (s *Screens) attached(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	key := "attached.file"
	if turn.In.Attachment != nil {
		switch turn.In.Attachment.Kind {
		case bot.Voice:
			key = "attached.voice"
		case bot.Photo:
			key = "attached.photo"
		}
	}
	return bot.Reply{Text: s.say(key), Buttons: [][]bot.Button{s.menuRow()}}, nil
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
