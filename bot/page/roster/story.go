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
	sheet, err := p.Story.Export(ctx, turn.Speaker.Actor, subject,
		func(key string, fields map[string]any) string { return p.Texts.Say(key, fields) })
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Text: p.Say("story.ready", "entries", sheet.Entries),
		Files: []bot.File{{Name: sheet.Name, MIME: story.MIME, Content: sheet.Content}}, Protect: true}
	switch subject.Kind {
	case story.Person:
		reply.Buttons = [][]bot.Button{p.MenuRow(p.Button("back_to_person", "person", subject.ID))}
	case story.Change:
		reply.Buttons = [][]bot.Button{p.MenuRow(p.Button("request", "card", subject.ID))}
	default:
		reply.Buttons = [][]bot.Button{p.MenuRow()}
	}
	return reply, nil
}
