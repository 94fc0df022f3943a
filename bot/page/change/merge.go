package change

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
)

// merge begins staff's proposal that two rows are one human; the button names
// who stays and who goes up in them.
func (p *Page) merge(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known := bot.Answers{}
	known.Fix("stays", kit.ID(kit.Number(turn.Arg(0))))
	known.Fix("goes_up", kit.ID(kit.Number(turn.Arg(1))))
	return turn.Begin(ctx, "merge", known)
}

func (p *Page) mergeForm() *bot.Form {
	return &bot.Form{
		Name: "merge", Attach: p.attachToForm,
		Steps: []bot.Step{
			{Name: "note", Ask: "merge.why", Example: "example.merge_why", Read: kit.ReadSentenceStep, Show: kit.AsKept("note"), Free: true},
		},
		Confirm: p.confirmChange,
		Done:    p.submitChange,
	}
}
