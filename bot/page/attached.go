package page

import (
	"context"

	"canbobot/bot"
)

// attached answers kindly about what nobody asked for: each kind says what to
// send instead.
func (f *front) attached(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.In.Attachment == nil {
		if turn.Speaker.Actor.IsStaff() {
			return bot.Reply{Text: f.Say("attached.contact_staff"),
				Buttons: [][]bot.Button{bot.Row(f.Button("find", "find"), f.Button("menu", "menu"))}}, nil
		}
		return bot.Reply{Text: f.Say("attached.contact"),
			Buttons: [][]bot.Button{bot.Row(f.Button("phone", "phone"), f.Button("menu", "menu"))}}, nil
	}
	if reply, taken, err := f.Book.Taken(ctx, turn); taken || err != nil {
		return reply, err
	}
	kind := turn.In.Attachment.Kind
	if !f.Texts.Has("attached." + string(kind)) {
		kind = bot.Other
	}
	return bot.Reply{Text: f.Say("attached." + string(kind)), Buttons: [][]bot.Button{f.MenuRow()}}, nil
}
