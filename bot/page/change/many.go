package change

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
)

// group is requests of one kind in one's queue.
type group struct {
	kind models.ChangeKind
	list []change.Summary
}

// alike are the groups of one's queue that may be approved in one go, at most
// a page of each; accounts never are.
func (p *Signing) alike(ctx context.Context, actor services.Actor) ([]group, error) {
	const read = 50
	queue, _, err := p.Changes.Queue(ctx, actor, 0, read)
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
		if len(groups[i].list) < kit.Listed {
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
func (p *Signing) many(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	groups, err := p.alike(ctx, turn.Speaker.Actor)
	pending := p.Button("pending", "pending")
	if err != nil || len(groups) == 0 {
		return p.Tell(p.Say("many.nothing"), pending), err
	}
	at := max(0, slices.IndexFunc(groups, func(g group) bool { return string(g.kind) == turn.Arg(0) }))
	chosen := groups[at]
	lines := p.Private(p.Say("many.title", "kind", p.Say("kind_short."+string(chosen.kind))))
	for _, one := range chosen.list {
		card, err := p.Changes.Card(ctx, turn.Speaker.Actor, one.ID)
		if err != nil {
			return bot.Reply{}, err
		}
		lines.Say("many.line", "number", one.ID, "who", kit.OrDash(who(one)), "branch", kit.OrDash(one.BranchName))
		for _, line := range append(p.Requests.diffLines(lines, card), p.Requests.effectLines(card)...) {
			lines.Say("many.what", "what", line)
		}
	}
	lines.Add("", p.Say("many.ask"))
	lines.Row(kit.Positive(kit.Act(p.Say("many.confirm", "count", len(chosen.list)), "manyyes", chosen.kind,
		chosen.digest())))
	for _, other := range slices.Delete(groups, at, at+1) {
		label := p.Say("many.other", "kind", p.Say("kind_short."+string(other.kind)), "count", len(other.list))
		lines.Row(kit.Act(label, "many", other.kind))
	}
	return lines.End(pending), nil
}

// manyYes approves what was shown; what is not that any more is shown again.
func (p *Signing) manyYes(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	groups, err := p.alike(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	at := slices.IndexFunc(groups, func(g group) bool {
		return string(g.kind) == turn.Arg(0) && g.digest() == turn.Arg(1)
	})
	if at < 0 {
		reply, err := p.many(ctx, turn)
		return kit.Led(p.Say("many.changed"), reply), err
	}
	var picks []change.Pick
	for _, one := range groups[at].list {
		picks = append(picks, change.Pick{ID: one.ID, Version: one.Version})
	}
	outcomes, err := p.Changes.ApproveMany(ctx, turn.Speaker.Actor, picks)
	if err != nil {
		return bot.Reply{}, err
	}
	lines, failed := p.Lines(""), 0
	for _, outcome := range outcomes {
		switch {
		case outcome.Err != nil:
			lines.Say("many.failed", "number", outcome.ID, "why", p.Refusal(outcome.Err))
			failed++
		case outcome.Card.Request.State == models.ChangeApproved:
			lines.Say("many.approved", "number", outcome.ID)
		default:
			lines.Say("many.signed", "number", outcome.ID)
		}
	}
	reply := lines.End(p.Button("pending", "pending"))
	reply.Text = p.Say("many.done", "count", len(outcomes)-failed, "total", len(outcomes)) + "\n" + reply.Text
	reply.Replace = true
	return reply, nil
}
