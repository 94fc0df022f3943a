package roster

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
)

// branch shows who holds which post; an officer of several branches reads all.
func (p *Page) branch(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	var ids []int64
	if chosen := kit.Number(turn.Arg(0)); chosen != 0 {
		ids = []int64{chosen}
	} else {
		if err := kit.InPost(turn); err != nil {
			return bot.Reply{}, err
		}
		posts, err := p.Roster.Posts(ctx, turn.Speaker.Actor, turn.Speaker.Actor.Person, p.Today())
		if err != nil {
			return bot.Reply{}, err
		}
		for _, post := range posts {
			ids = append(ids, post.Branch.ID)
		}
	}
	var blocks []string
	reply := bot.Reply{Protect: true}
	for _, branchID := range ids {
		view, err := p.Roster.Branch(ctx, turn.Speaker.Actor, branchID)
		if err != nil {
			return bot.Reply{}, err
		}
		blocks = append(blocks, p.BranchBlock(view))
		if turn.Speaker.Actor.IsStaff() {
			reply.Buttons = append(reply.Buttons,
				bot.Row(p.Button("change", "change", branchID), p.Button("leave", "leave", branchID)),
				bot.Row(p.Button("past", "past", "branch", branchID)))
		}
	}
	reply.Text = strings.Join(blocks, "\n\n")
	if !turn.Speaker.Actor.IsStaff() {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("change", "change"), p.Button("leave", "leave")))
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow())
	return reply, nil
}
