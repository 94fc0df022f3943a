package page

import (
	"context"

	"canbobot/bot"
	"canbobot/services"
	"canbobot/services/story"
)

// storyOf hands out all that the journal knows of a person, request or payment
// list, as a sheet.
func (s *Screens) storyOf(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	subject := story.Subject{Kind: turn.Arg(0), ID: number(turn.Arg(1))}
	sheet, err := s.Story.Export(ctx, turn.Speaker.Actor, subject, func(key string, fields map[string]any) string { return s.Texts.Say(key, fields) })
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Text: s.say("story.ready", "entries", sheet.Entries), Files: []bot.File{{Name: sheet.Name, MIME: story.MIME, Content: sheet.Content}}, Protect: true}
	switch subject.Kind {
	case story.Person:
		reply.Buttons = [][]bot.Button{bot.Row(s.button("back_to_person", "person", id(subject.ID)), s.button("menu", "menu"))}
	case story.Change:
		reply.Buttons = [][]bot.Button{bot.Row(s.button("request", "card", id(subject.ID)), s.button("menu", "menu"))}
	default:
		reply.Buttons = [][]bot.Button{s.menuRow()}
	}
	return reply, nil
}

// storyRow offers the story to those who may have it.
func (s *Screens) storyRow(actor services.Actor, kind string, subject int64) [][]bot.Button {
	switch actor.Role {
	case services.Clerk, services.Leader, services.Admin:
		return [][]bot.Button{bot.Row(s.button("story", "story", kind, id(subject)))}
	}
	return nil
}
