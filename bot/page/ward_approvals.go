package page

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/change"
)

// signerName names who signs a step.
func (s *Screens) signerName(step approve.Step) string {
	if step.Desk != "" {
		return s.say("approval.who." + step.Desk)
	}
	return s.say("approval.who." + step.Role)
}

// stepLines tell who has signed a request, and whom it waits for; nothing where
// one signature decides.
func (s *Screens) stepLines(card change.Card) []string {
	if !card.Approval.Several() {
		return nil
	}
	var lines []string
	for i, step := range card.Approval.Steps {
		var names []string
		for _, signature := range step.Signed {
			if signature.For == "" {
				names = append(names, s.say("approval.by", "name", signature.Name, "at", signature.At))
			} else {
				names = append(names, s.say("approval.by_for", "name", signature.Name, "absent", signature.For, "at", signature.At))
			}
		}
		who := s.signerName(step.Step)
		waits := card.Request.State == models.ChangeSubmitted
		missing := step.People - len(step.Signed)
		switch {
		case len(names) > 0:
			if waits && missing > 0 {
				names = append(names, s.say("approval.missing", "missing", missing))
			}
			lines = append(lines, s.say("approval.signed", "number", i+1, "who", capital(who), "names", strings.Join(names, "; ")))
		case !waits:
		case i == card.Approval.Now && missing > 1:
			lines = append(lines, s.say("approval.now_more", "number", i+1, "who", who, "missing", missing))
		case i == card.Approval.Now:
			lines = append(lines, s.say("approval.now", "number", i+1, "who", who))
		default:
			lines = append(lines, s.say("approval.then", "number", i+1, "who", who))
		}
	}
	return lines
}

// capital begins a line with a capital letter.
func capital(text string) string {
	runes := []rune(text)
	if len(runes) == 0 {
		return text
	}
	return strings.ToUpper(string(runes[0])) + string(runes[1:])
}

// takeBack takes one's own signature back.
func (s *Screens) takeBack(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := s.Changes.TakeBack(ctx, turn.Speaker.Actor, number(turn.Arg(0)), version(turn.Arg(1)))
	return s.decided(card, err)
}

// signForm asks for the code that an approval needs, and goes on with it.
func (s *Screens) signForm() *bot.Form {
	return &bot.Form{
		Name: "sign",
		Steps: []bot.Step{{
			Name: "code", Ask: "sign.ask", Example: "example.sign",
			Read: func(ctx context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
				return "ok", s.Identity.StepUp(ctx, turn.Speaker.Actor, strings.ReplaceAll(strings.TrimSpace(input.Text), " ", ""))
			},
		}},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			// The code has had the effect of this event; the signature is another.
			actor := turn.Speaker.Actor
			if actor.Event != "" {
				actor.Event += ":sign"
			}
			card, err := s.Changes.Approve(ctx, actor, number(answers["request"]), version(answers["version"]))
			reply, err := s.decided(card, err)
			reply.Replace = false
			return reply, err
		},
	}
}

// waiting lists what waits for others: for whom, and since when.
func (s *Screens) waiting(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	offset := int(min(number(turn.Arg(0)), 1<<30))
	list, total, err := s.Changes.Waiting(ctx, turn.Speaker.Actor, offset, listed)
	if err != nil {
		return bot.Reply{}, err
	}
	back := bot.Row(s.button("pending", "pending"), s.button("menu", "menu"))
	if total == 0 {
		return bot.Reply{Text: s.say("waiting.nothing"), Buttons: [][]bot.Button{back}}, nil
	}
	reply := bot.Reply{Title: s.say("waiting.title", "total", total), Protect: true}
	var lines []string
	for _, view := range list {
		signers := s.say("waiting.nobody")
		if len(view.Who) > 0 {
			signers = s.signerName(view.Step.Step)
			if len(view.Who) <= 3 {
				signers += " (" + strings.Join(view.Who, ", ") + ")"
			}
		}
		lines = append(lines, s.say("waiting.line", "number", view.ID, "kind", s.say("kind_short."+string(view.Kind)), "who", orDash(who(view.Summary)), "signers", signers, "since", view.Since))
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: s.say("mine.button", "number", view.ID), Action: bot.Act("card", id(view.ID))}))
	}
	reply.Text = strings.Join(lines, "\n")
	if next := offset + len(list); int64(next) < total {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("more", "waiting", id(int64(next)))))
	}
	reply.Buttons = append(reply.Buttons, back)
	return reply, nil
}

// queueButtons lead from the queue to what waits for others, and to approving
// several in one go.
func (s *Screens) queueButtons(ctx context.Context, turn bot.Turn) ([]bot.Button, error) {
	var row []bot.Button
	if turn.Speaker.Actor.MayDecide() {
		groups, err := s.alike(ctx, turn.Speaker.Actor)
		if err != nil {
			return nil, err
		}
		if len(groups) > 0 {
			row = append(row, s.button("many", "many"))
		}
	}
	_, others, err := s.Changes.Waiting(ctx, turn.Speaker.Actor, 0, 1)
	if err == nil && others > 0 && turn.Speaker.Actor.MayDecide() {
		row = append(row, s.button("waiting", "waiting"))
	}
	return row, err
}

// group is requests of one kind in one's queue.
type group struct {
	kind models.ChangeKind
	list []change.Summary
}

// alike are the groups of one's queue that may be approved in one go, at most
// a page of each; accounts never are.
func (s *Screens) alike(ctx context.Context, actor services.Actor) ([]group, error) {
	const read = 50
	queue, _, err := s.Changes.Queue(ctx, actor, 0, read)
	if err != nil {
		return nil, err
	}
	var groups []group
	for _, summary := range queue {
		if summary.Alone {
			continue
		}
		i := slices.IndexFunc(groups, func(g group) bool { return g.kind == summary.Kind })
		if i < 0 {
			groups, i = append(groups, group{kind: summary.Kind}), len(groups)
		}
		if len(groups[i].list) < listed {
			groups[i].list = append(groups[i].list, summary)
		}
	}
	return slices.DeleteFunc(groups, func(g group) bool { return len(g.list) < 2 }), nil
}

// digest is what a button says of the requests, and their versions, that were
// shown with it.
func (g group) digest() string {
	sum := sha256.New()
	for _, one := range g.list {
		fmt.Fprintf(sum, "%d.%d,", one.ID, one.Version)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

// many shows what would be approved in one go.
func (s *Screens) many(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	groups, err := s.alike(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(groups) == 0 {
		return bot.Reply{Text: s.say("many.nothing"), Buttons: [][]bot.Button{bot.Row(s.button("pending", "pending"), s.button("menu", "menu"))}}, nil
	}
	at := max(0, slices.IndexFunc(groups, func(g group) bool { return string(g.kind) == turn.Arg(0) }))
	chosen := groups[at]
	var lines []string
	for _, one := range chosen.list {
		card, err := s.Changes.Card(ctx, turn.Speaker.Actor, one.ID)
		if err != nil {
			return bot.Reply{}, err
		}
		lines = append(lines, s.say("many.line", "number", one.ID, "who", orDash(who(one)), "branch", orDash(one.BranchName)))
		for _, line := range append(s.diffLines(card), s.effectLines(card)...) {
			lines = append(lines, s.say("many.what", "what", line))
		}
	}
	reply := bot.Reply{Title: s.say("many.title", "kind", s.say("kind_short."+string(chosen.kind))), Text: strings.Join(lines, "\n") + "\n\n" + s.say("many.ask"), Protect: true}
	reply.Buttons = append(reply.Buttons, bot.Row(positive(bot.Button{
		Label: s.say("many.confirm", "count", len(chosen.list)), Action: bot.Act("manyyes", string(chosen.kind), chosen.digest()),
	})))
	for i, other := range groups {
		if i != at {
			reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{
				Label: s.say("many.other", "kind", s.say("kind_short."+string(other.kind)), "count", len(other.list)), Action: bot.Act("many", string(other.kind)),
			}))
		}
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("pending", "pending"), s.button("menu", "menu")))
	return reply, nil
}

// manyYes approves what was shown; what is not that any more is shown again.
func (s *Screens) manyYes(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	groups, err := s.alike(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	at := slices.IndexFunc(groups, func(g group) bool { return string(g.kind) == turn.Arg(0) && g.digest() == turn.Arg(1) })
	if at < 0 {
		reply, err := s.many(ctx, turn)
		reply.Text = s.say("many.changed") + "\n\n" + reply.Text
		return reply, err
	}
	var picks []change.Pick
	for _, one := range groups[at].list {
		picks = append(picks, change.Pick{ID: one.ID, Version: one.Version})
	}
	outcomes, err := s.Changes.ApproveMany(ctx, turn.Speaker.Actor, picks)
	if err != nil {
		return bot.Reply{}, err
	}
	done := 0
	var lines []string
	for _, outcome := range outcomes {
		switch {
		case outcome.Err != nil:
			lines = append(lines, s.say("many.failed", "number", outcome.ID, "why", s.refusal(outcome.Err)))
			continue
		case outcome.Card.Request.State == models.ChangeApproved:
			lines = append(lines, s.say("many.approved", "number", outcome.ID))
		default:
			lines = append(lines, s.say("many.signed", "number", outcome.ID))
		}
		done++
	}
	return bot.Reply{
		Text:    s.say("many.done", "count", done, "total", len(outcomes)) + "\n" + strings.Join(lines, "\n"),
		Buttons: [][]bot.Button{bot.Row(s.button("pending", "pending"), s.button("menu", "menu"))}, Replace: true,
	}, nil
}

// refusal is what a service says when it says no, in words.
func (s *Screens) refusal(err error) string {
	refusal := (*services.Error)(nil)
	if !errors.As(err, &refusal) {
		return s.say("errors.internal")
	}
	return s.Texts.Say("errors."+string(refusal.Kind)+"."+refusal.Code, bot.Fields(refusal.Fields))
}

// approvalRules reads the ward's rules out: kinds with the same rule together.
func (s *Screens) approvalRules(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	own, all, err := s.Approvals.Rules(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	var order []string
	kindsOf := map[string][]string{}
	for _, rule := range all {
		text := s.ruleLines(rule)
		if kindsOf[text] == nil {
			order = append(order, text)
		}
		kindsOf[text] = append(kindsOf[text], s.say("kind_short."+rule.Kind))
	}
	var lines []string
	if len(own) == 0 {
		lines = append(lines, s.say("rules.default"))
	}
	for _, text := range order {
		lines = append(lines, s.say("rules.kind", "kinds", capital(strings.Join(kindsOf[text], ", ")))+"\n"+text)
	}
	lines = append(lines, s.say("rules.changing"))
	return bot.Reply{Title: s.say("rules.title"), Text: strings.Join(lines, "\n\n"), Buttons: [][]bot.Button{bot.Row(s.button("delegations", "delegations"), s.button("menu", "menu"))}}, nil
}

func (s *Screens) ruleLines(rule approve.Rule) string {
	var who []string
	for _, proposer := range rule.Proposers {
		who = append(who, s.say("rules.proposer."+proposer))
	}
	lines := []string{s.say("rules.proposers", "who", strings.Join(who, ", "))}
	for i, step := range rule.Steps {
		line := s.say("rules.step", "number", i+1, "who", capital(s.signerName(step)))
		if step.People > 1 {
			line += s.say("rules.people", "people", step.People)
		}
		if step.StepUp {
			line += s.say("rules.code")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
