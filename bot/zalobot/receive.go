package zalobot

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// receive decodes an update and writes down why one is passed over.
func (c *Channel) receive(raw []byte) (in bot.Inbound, ok bool) {
	in, why := decode(raw, c.clock())
	switch why {
	case "":
		return in, true
	case unreadable:
		c.count(Unreadable)
		c.logger.Error("update cannot be read and is passed over", "bytes", len(raw))
	case unknownEvent:
		c.count(UnknownEvent)
		c.logger.Info("update of a name that is not known here", "name", nameOf(raw))
	default:
		c.logger.Debug("update ignored", "reason", string(why))
	}
	return in, false
}

var eventName = regexp.MustCompile(`^[a-z_.]{1,60}$`)

// nameOf is the name of an event as far as it may be told.
func nameOf(raw []byte) string {
	var u struct {
		Event botapi.Word `json:"event_name"`
	}
	if json.Unmarshal(raw, &u) != nil || !eventName.MatchString(string(u.Event)) {
		return "?"
	}
	return string(u.Event)
}

const (
	// triesMost is how often a fetched update is given to a handler that fails,
	// over some minutes; panicsMost to one that panics, which ends alike every time.
	triesMost  = 10
	panicsMost = 3
	// The pauses between tries.
	retryLeast = time.Second
	retryMost  = 30 * time.Second
)

// insist gives an update to the handler until it takes it: nobody else has it.
func (c *Channel) insist(ctx context.Context, handler bot.Handler, in bot.Inbound) {
	for tries := 1; ; tries++ {
		err := botapi.Handle(ctx, c.logger, handler, in)
		if err == nil {
			return
		}
		fallen := errors.As(err, &botapi.Panicked{})
		if tries >= triesMost || fallen && tries >= panicsMost ||
			c.pause(ctx, botapi.Growing(retryLeast, retryMost, tries)) != nil {
			c.count(Lost)
			c.logger.Error("update lost: the handler did not take it", "event", in.EventID, "times", tries, "error", err)
			return
		}
		c.logger.Warn("update not handled, it is tried again", "event", in.EventID, "times", tries, "error", err)
	}
}
