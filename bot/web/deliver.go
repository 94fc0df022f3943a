package web

import (
	"context"
	"net/http"
	"slices"

	"canbobot/bot"
)

// begin writes down what a person did, as a bubble of theirs or as the sign on
// the pressed button. What was done before under the same event id is handled
// again only if it failed, and as it was then.
func (c *Channel) begin(in bot.Inbound, bubble *message) (todo bot.Inbound, answer int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	room := c.chat(in.ChatID)
	if room.underway >= maxUnderway {
		return in, http.StatusTooManyRequests
	}
	i := slices.IndexFunc(room.events, func(e *event) bool { return e.in.EventID == in.EventID })
	if i >= 0 {
		switch room.events[i].state {
		case stateSending:
			return in, http.StatusAccepted
		case stateSent:
			return in, http.StatusNoContent
		}
		room.events[i].state = stateSending
		in = room.events[i].in
	} else {
		c.remember(room, in)
		if bubble != nil {
			bubble.Mine, bubble.Event = true, in.EventID
			c.add(room, *bubble)
		}
	}
	c.mark(room, in, stateSending)
	room.underway++
	c.changed(room, &room.typingSeq)
	return in, 0
}

// end shows what became of an event.
func (c *Channel) end(in bot.Inbound, became state) {
	c.mu.Lock()
	defer c.mu.Unlock()
	room := c.chats[in.ChatID] // events underway hold their chat
	room.underway--
	for _, e := range room.events {
		if e.in.EventID == in.EventID {
			e.state = became
		}
	}
	c.mark(room, in, became)
	c.changed(room, &room.typingSeq)
}

// did finds what a person did under an event id.
func (c *Channel) did(chatID, eventID string) (bot.Inbound, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if room := c.chats[chatID]; room != nil {
		for _, e := range room.events {
			if e.in.EventID == eventID {
				return e.in, true
			}
		}
	}
	return bot.Inbound{}, false
}

// remember keeps the event for as long as the page may repeat it.
func (c *Channel) remember(room *chat, in bot.Inbound) {
	room.events = append(room.events, &event{in: in, state: stateSending})
	if len(room.events) > maxMessages {
		oldest := slices.IndexFunc(room.events, func(e *event) bool { return e.state != stateSending })
		room.events = slices.Delete(room.events, oldest, oldest+1)
	}
}

// mark draws the state of an event where the person sees it.
func (c *Channel) mark(room *chat, in bot.Inbound, became state) {
	for _, m := range slices.Backward(room.messages) {
		switch {
		case m.Mine && m.Event == in.EventID:
			m.State = became
		case in.Action != "" && m.ID == in.MessageRef:
			m.Press = &press{Event: in.EventID, Action: in.Action, State: became}
		default:
			continue
		}
		c.changed(room, &m.seq)
		return
	}
}

// deliver hands one event to the bot and answers the page when it is done. The
// page may go away meanwhile: what was begun is finished.
func (s *site) deliver(w http.ResponseWriter, r *http.Request, in bot.Inbound, bubble *message) {
	c := s.channel
	in.Channel, in.UserID, in.Private, in.At = Name, in.ChatID, true, c.config.Clock()
	in, answer := c.begin(in, bubble)
	if answer != 0 {
		if answer == http.StatusTooManyRequests {
			refuse(w, answer, "busy")
			return
		}
		w.WriteHeader(answer)
		return
	}
	became := stateFailed
	defer func() { c.end(in, became) }() // also when the handler panics
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), patience)
	defer cancel()
	if err := s.handler.Handle(ctx, in); err != nil {
		c.config.Logger.Warn("event not delivered", "channel", Name, "event", in.EventID)
		refuse(w, http.StatusBadGateway, "undelivered")
		return
	}
	became = stateSent
	w.WriteHeader(http.StatusNoContent)
}
