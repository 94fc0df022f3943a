package roster

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/story"
)

// storyOf hands out all that the journal knows of a person, request or payment
// list, as a sheet.
func (p *Page) storyOf(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	subject := story.Subject{Kind: turn.Arg(0), ID: kit.Number(turn.Arg(1))}
	sheet, err := p.Story.Export(ctx, turn.Speaker.Actor, subject, p.SheetWords)
	lines := p.Private("")
	lines.Say("story.ready", "entries", sheet.Entries)
	lines.Files = []bot.File{{Name: sheet.Name, MIME: story.MIME, Content: sheet.Content}}
	switch subject.Kind {
	case story.Person:
		return lines.End(p.Button("back_to_person", "person", subject.ID)), err
	case story.Change:
		return lines.End(p.Button("request", "card", subject.ID)), err
	}
	return lines.End(), err
}
