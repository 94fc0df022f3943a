package page

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/notice"
	"canbobot/services/phrases"
)

// offeredMost is how many screens a doubt offers.
const offeredMost = 3

// misheard asks what was meant where something was likely, says so where
// nothing was, and the second time in a row offers the clerk.
func (f *front) misheard(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	candidates := slices.DeleteFunc(slices.Clone(turn.Meaning.Others), func(intent bot.Intent) bool {
		return intent == bot.Unlink // not to be suggested to whoever said something else
	})
	if turn.Meaning.Intent != bot.Unknown {
		candidates = append([]bot.Intent{turn.Meaning.Intent}, candidates...)
	}
	f.count(ctx, turn, candidates)
	again := kit.Number(turn.Arg(0)) >= 2
	var offered []bot.Button
	offer := func(most int, intents ...bot.Intent) {
		for _, intent := range intents {
			button, ok := f.Book.Choose(turn, intent)
			if ok && len(offered) < most && !slices.Contains(offered, button) && !button.Action.Is("menu") &&
				!button.Action.Is("help") {
				offered = append(offered, button)
			}
		}
	}
	if again {
		offer(1, bot.Support)
	}
	offer(offeredMost, candidates...)
	key := "misheard.doubt"
	switch {
	case again:
		key = "misheard.again"
	case len(candidates) == 0 || len(offered) == 0:
		key = "misheard.first"
	}
	if again && turn.Speaker.Actor.IsStaff() {
		key = "misheard.first"
	}
	lines := f.Lines("")
	if key == "misheard.doubt" && len(offered) == 1 {
		lines.Say("misheard.one", "label", offered[0].Label)
	}
	if len(offered) == 0 || again && len(offered) == 1 {
		offer(offeredMost, likeliest(turn)...)
	}
	lines.OrSay(key)
	if err := f.ResumeRow(ctx, turn, lines); err != nil {
		return bot.Reply{}, err
	}
	for _, button := range offered {
		lines.Row(button)
	}
	actor := turn.Speaker.Actor
	lines.RowIf(actor.Person != 0 && !actor.IsStaff() && turn.Unheard() != "", f.Button("asis", "asis"))
	return lines.End(f.Button("help", "help")), nil
}

// likeliest are what people mostly want.
func likeliest(turn bot.Turn) []bot.Intent {
	switch {
	case turn.Speaker.Actor.IsStaff():
		return []bot.Intent{bot.WardPending, bot.WardFind}
	case turn.Speaker.Former:
		return []bot.Intent{bot.Allowance, bot.AllowanceHistory}
	}
	return []bot.Intent{bot.Allowance, bot.ChangeOfficer}
}

// count counts what was not understood. That must not cost the answer.
func (f *front) count(ctx context.Context, turn bot.Turn, candidates []bot.Intent) {
	unclear := phrases.Unclear{Intent: string(bot.Unknown), Text: turn.In.Text}
	if len(candidates) > 0 {
		unclear.Intent = string(candidates[0])
	}
	for _, name := range []string{turn.Meaning.Slots.Name, turn.Meaning.Slots.Other} {
		if name != "" {
			unclear.Names = append(unclear.Names, name)
		}
	}
	if err := f.Phrases.Count(ctx, turn.Speaker.Actor, unclear); err != nil {
		slog.WarnContext(ctx, "phrase not counted", "account", turn.Speaker.Actor.Account, "error", err)
	}
}

// both offers the two things that one message asked for, one after the other.
func (f *front) both(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	first, _ := f.Book.Choose(turn, turn.Meaning.Intent)
	second, _ := f.Book.Choose(turn, turn.Meaning.Also)
	return bot.Reply{Text: f.Say("misheard.both"), Buttons: [][]bot.Button{bot.Row(first), bot.Row(second), f.MenuRow()}},
		nil
}

// aside answers what asks for nothing. To staff and to whoever has a notice to
// confirm it says that such words decide nothing.
func (f *front) aside(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	switch turn.Arg(0) {
	case bot.Emoji:
		return f.Tell(f.Say("attached.emoji"), f.Button("help", "help")), nil
	case bot.Wish:
		return f.Tell(f.Say("aside.wish")), nil
	case bot.Trust, bot.Helpless:
		return f.troubled(ctx, turn)
	case bot.Attest:
		return turn.Open(ctx, "attest")
	}
	lines := f.Lines("")
	lines.Say("aside.courtesy")
	if err := f.ResumeRow(ctx, turn, lines); err != nil {
		return bot.Reply{}, err
	}
	if turn.Speaker.Actor.IsStaff() {
		lines.Say("aside.staff")
		return lines.End(f.Button("pending", "pending")), nil
	}
	views, err := f.Notices.Inbox.For(ctx, turn.Speaker.Actor, kit.Listed)
	if slices.ContainsFunc(views, func(view notice.View) bool {
		return view.Notice.NeedsConfirm && view.State != models.DeliveryConfirmed
	}) {
		lines.Say("aside.notice")
		lines.Row(f.Button("notices", "notices"))
	}
	return lines.End(), err
}

// troubled answers who doubts that this is the ward, or cannot use it: with who
// runs it, what it never asks, and whom to call.
func (f *front) troubled(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	wards, err := f.Identity.Wards(ctx)
	if err != nil {
		return bot.Reply{}, err
	}
	at := slices.IndexFunc(wards, func(ward models.Ward) bool { return ward.ID == turn.Speaker.Actor.Ward })
	if at < 0 {
		return bot.Reply{}, fmt.Errorf("no ward %d for account %d", turn.Speaker.Actor.Ward, turn.Speaker.Actor.Account)
	}
	ward, kind := wards[at], turn.Arg(0)
	lines := f.Lines("")
	lines.Say("aside."+kind, "ward", ward.Kind+" "+ward.Name)
	lines.SayIf(ward.ClerkPhone != "", "aside."+kind+"_call", "phone", kit.Unlisted(ward.ClerkPhone))
	if err := f.ResumeRow(ctx, turn, lines); err != nil {
		return bot.Reply{}, err
	}
	return lines.End(f.Button("support", "support")), nil
}
