package roster

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
)

// branch shows who holds which post; an officer of several branches reads all.
func (p *Page) branch(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	ids := []int64{kit.Number(turn.Arg(0))}
	if ids[0] == 0 {
		if err := kit.InPost(turn); err != nil {
			return bot.Reply{}, err
		}
		posts, err := p.Roster.Posts(ctx, turn.Speaker.Actor, turn.Speaker.Actor.Person, p.Today())
		if err != nil {
			return bot.Reply{}, err
		}
		ids = nil
		for _, post := range posts {
			ids = append(ids, post.Branch.ID)
		}
	}
	staff, blocks := turn.Speaker.Actor.IsStaff(), p.Private("").Apart()
	for _, id := range ids {
		view, err := p.Roster.Branch(ctx, turn.Speaker.Actor, id)
		if err != nil {
			return bot.Reply{}, err
		}
		blocks.Add(p.BranchBlock(view, blocks.Phone))
		blocks.RowIf(staff, p.Button("change", "change", id), p.Button("leave", "leave", id))
		blocks.RowIf(staff, p.Button("past", "past", "branch", id))
	}
	blocks.RowIf(!staff, p.Button("change", "change"), p.Button("leave", "leave"))
	return blocks.End(), nil
}
