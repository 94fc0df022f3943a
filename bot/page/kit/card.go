package kit

import (
	"context"

	"canbobot/bot"
	"canbobot/services"
)

// Card is how a kind of thing that people look at and decide on is read, and
// drawn for one of them.
type Card[V any] struct {
	Read func(ctx context.Context, reader services.Actor, id int64) (V, error)
	Draw func(reader services.Actor, view V) bot.Reply
}

// For draws one for whoever has it before them.
func (c Card[V]) For(ctx context.Context, reader services.Actor, id int64) (bot.Reply, error) {
	view, err := c.Read(ctx, reader, id)
	return c.Drawn(reader, view, err)
}

// Drawn draws one that was read, or made.
func (c Card[V]) Drawn(reader services.Actor, view V, err error) (bot.Reply, error) {
	if err != nil {
		return bot.Reply{}, err
	}
	return c.Draw(reader, view), nil
}

// Open is the screen of the one that a button names.
func (c Card[V]) Open(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return c.For(ctx, turn.Speaker.Actor, Number(turn.Arg(0)))
}

// Step is a screen that takes one on, as the actor saw it, and shows it in place
// of the card whose button was pressed.
func (c Card[V]) Step(do func(ctx context.Context, actor services.Actor, id int64, version int) (V, error)) bot.Screen {
	return Redraws(func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		view, err := do(ctx, turn.Speaker.Actor, Number(turn.Arg(0)), Version(turn.Arg(1)))
		return c.Drawn(turn.Speaker.Actor, view, err)
	})
}

// Waits draws one, under words that say why or none, for who is to act on it;
// nothing where it has moved on.
func (c Card[V]) Waits(lead string, waits func(V) bool) Draw {
	return func(ctx context.Context, reader services.Actor, id int64) (bot.Reply, error) {
		view, err := c.Read(ctx, reader, id)
		if err != nil || !waits(view) {
			return bot.Reply{}, err
		}
		return Led(lead, c.Draw(reader, view)), nil
	}
}

// Led is a reply under words that say why it comes, or under none.
func Led(lead string, reply bot.Reply) bot.Reply {
	if lead != "" {
		reply.Text = lead + "\n\n" + reply.Text
	}
	return reply
}

// Redraws puts a screen in place of the message whose button led to it.
func Redraws(screen bot.Screen) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		reply, err := screen(ctx, turn)
		reply.Replace = true
		return reply, err
	}
}

// Did does something to what a button names, and goes on with a screen.
func Did(do func(ctx context.Context, actor services.Actor, id int64) error, then bot.Screen) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		if err := do(ctx, turn.Speaker.Actor, Number(turn.Arg(0))); err != nil {
			return bot.Reply{}, err
		}
		return then(ctx, turn)
	}
}

// DidSeen is Did for what is done to a version, the one that the actor saw.
func DidSeen(do func(ctx context.Context, actor services.Actor, id int64, version int) error,
	then bot.Screen) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		return Did(func(ctx context.Context, actor services.Actor, id int64) error {
			return do(ctx, actor, id, Version(turn.Arg(1)))
		}, then)(ctx, turn)
	}
}

// Told is a screen that always says the same: nobody writes into the reply.
func Told(reply bot.Reply) bot.Screen {
	return func(context.Context, bot.Turn) (bot.Reply, error) { return reply, nil }
}

// Act is Step for what only succeeds or fails: the thing is read anew.
func (c Card[V]) Act(do func(ctx context.Context, actor services.Actor, id int64, version int) error) bot.Screen {
	return DidSeen(do, Redraws(c.Open))
}
