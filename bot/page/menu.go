package page

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
)

func (f *front) menuButton(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	switch {
	case !turn.Speaker.Linked():
		return f.Book.Welcome(ctx, turn)
	case !turn.Speaker.Consented:
		return f.Book.Consent(ctx, turn)
	}
	return f.menu(ctx, turn)
}

// menu greets by name and offers what this person can do, a half-filled form first.
func (f *front) menu(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	draft, unfinished, err := turn.Draft(ctx)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := f.Lines("")
	lines.RowIf(unfinished, f.Button("resume", bot.Resume()), f.Button("drop", bot.Drop()))
	switch {
	case turn.Speaker.Actor.IsStaff():
		return f.staffMenu(ctx, turn, lines)
	case turn.Speaker.Former:
		lines.Say("menu.former", "name", turn.Speaker.Name)
		lines.Row(f.Button("allowance", "month"), f.Button("history", "history"))
		lines.Row(f.Button("support", "support"), f.Button("privacy", "privacy"))
		return lines.Done(), nil
	}
	lines.Say("menu.officer", "name", turn.Speaker.Name)
	if unfinished {
		lines.Add("", f.Say("menu.draft", "form", f.Say("form_name."+draft.Form)))
	}
	lines.Row(f.Button("allowance", "month"), f.Button("history", "history"))
	lines.Row(f.Button("change", "change"), f.Button("leave", "leave"))
	lines.Row(f.Button("phone", "phone"), f.Button("mine", "mine"))
	lines.Row(f.Button("branch", "branch"), f.Button("notices", "notices"))
	lines.Row(f.Button("support", "support"), f.Button("help", "help"))
	return lines.Done(), nil
}

func (f *front) staffMenu(ctx context.Context, turn bot.Turn, lines *kit.Lines) (bot.Reply, error) {
	actor := turn.Speaker.Actor
	_, waiting, err := f.Changes.Queue(ctx, actor, 0, 1)
	if err != nil {
		return bot.Reply{}, err
	}
	lines.Say("menu.staff", "name", turn.Speaker.Name, "role", f.Say("role."+string(actor.Role)), "waiting", waiting)
	lines.Row(f.Button("pending", "pending"), f.Button("runs", "runs"))
	lines.Row(f.Button("find", "find"), f.Button("report", "report"))
	lines.Row(f.Button("broadcast", "sent"), f.Button("help", "help"))
	unreached, err := f.Notices.Outcomes.CallsOpen(ctx, actor)
	lines.SayIf(unreached > 0, "menu.calls", "people", unreached)
	lines.RowIf(unreached > 0, f.Button("calls", "calls"))
	return lines.Done(), err
}

func (f *front) help(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	switch {
	case turn.Speaker.Actor.IsStaff():
		return bot.Reply{Text: f.Say("help.staff"), Buttons: [][]bot.Button{
			bot.Row(f.Button("new_notice", "broadcast"), f.Button("invite_someone", "find")),
			bot.Row(f.Button("calls", "calls"), f.Button("mine", "mine")),
			bot.Row(f.Button("step_up", "step_up"), f.Button("import", "import")),
			bot.Row(f.Button("waiting", "waiting"), f.Button("many", "many")),
			bot.Row(f.Button("rules", "rules"), f.Button("delegations", "delegations")),
			bot.Row(f.Button("policy", "policy"), f.Button("duplicates", "duplicates")),
			bot.Row(f.Button("unclear", "unclear"), f.Button("style", "style")),
			bot.Row(f.Button("privacy", "privacy"), f.Button("unlink", "unlink")),
			f.MenuRow(f.Button("data_register", "dataregister"))}}, nil
	case turn.Speaker.Linked():
		return bot.Reply{Text: f.Say("help.officer"), Buttons: [][]bot.Button{
			bot.Row(f.Button("policy", "policy"), f.Button("problem", "problem")),
			bot.Row(f.Button("bank", "bank"), f.Button("details", "details")),
			bot.Row(f.Button("profile", "profile"), f.Button("privacy", "privacy")),
			bot.Row(f.Button("support", "support"), f.Button("style", "style")),
			f.MenuRow(f.Button("unlink", "unlink"))}}, nil
	}
	return bot.Reply{Text: f.Say("help.stranger"), Buttons: [][]bot.Button{
		bot.Row(f.Button("have_code", "link"), f.Button("no_code", "asklink"))}}, nil
}

func (f *front) nothingToCancel(_ context.Context, _ bot.Turn) (bot.Reply, error) {
	return f.Tell(f.Say("menu.nothing_to_cancel")), nil
}

func (f *front) elsewhere(_ context.Context, _ bot.Turn) (bot.Reply, error) {
	return bot.Reply{Text: f.Say("elsewhere")}, nil
}
