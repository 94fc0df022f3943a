package session

import (
	"context"

	"canbobot/bot"
)

// Dialogues is a Store as the dispatcher asks for it.
type Dialogues struct{ *Store }

var _ bot.Sessions = Dialogues{}

// Begin is Store.Begin in the dispatcher's terms.
func (d Dialogues) Begin(ctx context.Context, channel, userID, eventID string) (bot.Dialogue, error) {
	turn, err := d.Store.Begin(ctx, channel, userID, eventID)
	if err != nil {
		return bot.Dialogue{}, err
	}
	return bot.Dialogue{
		Seen:    turn.Seen,
		Limited: turn.Limited,
		Warn:    turn.Warn,
		State:   turn.State,
		End:     turn.End,
	}, nil
}
