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
			return f.Tell(f.Say("attached.contact_staff"), f.Button("find", "find")), nil
		}
		return f.Tell(f.Say("attached.contact"), f.Button("phone", "phone")), nil
	}
	if reply, taken, err := f.Book.Taken(ctx, turn); taken || err != nil {
		return reply, err
	}
	kind := turn.In.Attachment.Kind
	if !f.Texts.Has("attached." + string(kind)) {
		kind = bot.Other
	}
	return f.Tell(f.Say("attached." + string(kind))), nil
}
