package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

const (
	pollTimeout = 25 * time.Second // the server waits at most 50
	pollLimit   = 100
	pollWorkers = 16
	// pollGrace is how long a fetched batch may hold up the next one.
	pollGrace = time.Second
	// pauseLeast and pauseMost bound the pauses while something fails; pauseShut
	// is for a token that is refused.
	pauseLeast = time.Second
	pauseMost  = 30 * time.Second
	pauseShut  = 5 * time.Minute
	// pauseEmpty keeps a server that does not wait for updates from being asked
	// without end.
	pauseEmpty = 500 * time.Millisecond
	// farewell is how long handlers underway may take when polling ends.
	farewell = 5 * time.Second
)

// Poll asks for updates until ctx ends, which is no error. An update is
// confirmed only once handler has taken it, so that a crash loses nothing; one
// that handler fails on is fetched again, and handled again after a growing
// pause, all later ones of the same person after it. Different people are
// handled side by side. Exactly one process may poll for a bot. A webhook that
// is set is taken away, at the start and whenever Telegram tells of one; what it
// did not take is fetched.
func (c *Channel) Poll(ctx context.Context, handler bot.Handler) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	p := poller{channel: c, inbox: newInbox(func(in bot.Inbound) error {
		return botapi.Handle(work, c.logger, handler,
			in)
	}, c.logger)}
	c.removeWebhook(ctx)
	troubles := 0 // in a row
	for ctx.Err() == nil {
		began := time.Now()
		fetched, err := p.fetch(ctx)
		if err != nil {
			if ctx.Err() == nil {
				troubles++
				p.inbox.rest(ctx, p.trouble(ctx, err, troubles), never)
			}
			continue
		}
		troubles = 0
		unreachable := p.take(fetched)
		p.inbox.rest(ctx, pollGrace, p.inbox.idle)
		switch {
		case unreachable:
			p.inbox.rest(ctx, pauseMost, never)
		case !p.inbox.settled():
			// What is not confirmed comes back at once: the pause is ours to make.
			p.inbox.rest(ctx, pauseLeast, p.inbox.settled)
		case len(fetched) == 0 && time.Since(began) < pauseEmpty:
			p.inbox.rest(ctx, pauseEmpty, never)
		}
	}
	// Handlers underway may finish; what they have done is then confirmed, so
	// that the next start does not meet it again.
	timer := time.AfterFunc(farewell, stop)
	defer timer.Stop()
	p.inbox.drain()
	if p.inbox.offset != p.confirmed {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
		defer cancel()
		if _, err := c.call(last, c.patient, "getUpdates", p.params(0, 1)); err != nil {
			c.logger.Warn("last updates not confirmed: they will come again", "error", err)
		}
	}
	return nil
}

// removeWebhook makes polling possible. Should it fail, the next answer tells of
// the webhook again.
func (c *Channel) removeWebhook(ctx context.Context) {
	if _, err := c.call(ctx, c.client, "deleteWebhook", nil); err != nil && ctx.Err() == nil {
		c.logger.Warn("webhook not taken away", "error", err)
	}
}

// poller is one run of Poll, and belongs to its goroutine.
type poller struct {
	channel   *Channel
	inbox     *inbox
	confirmed int // the offset that the server has heard
}

// fetch asks for updates, waiting for some if nothing is at hand.
func (p *poller) fetch(ctx context.Context) ([]json.RawMessage, error) {
	timeout := pollTimeout
	if !p.inbox.settled() {
		timeout = 0
	}
	offset := p.inbox.offset
	result, err := p.channel.call(ctx, p.channel.patient, "getUpdates", p.params(timeout, pollLimit))
	if err != nil {
		return nil, err
	}
	p.confirmed = offset
	// Update by update: the library decodes a batch whole, and stops for ever at
	// one that it cannot.
	var batch []json.RawMessage
	if json.Unmarshal(result, &batch) != nil {
		return nil, &failure{method: "getUpdates", status: http.StatusOK, cause: errors.New("no list of updates")}
	}
	return batch, nil
}

func (p *poller) params(timeout time.Duration, limit int) tgbotapi.Params {
	params := tgbotapi.Params{
		"timeout": strconv.Itoa(int(timeout / time.Second)), "limit": strconv.Itoa(limit), "allowed_updates": allowedUpdates,
	}
	if p.inbox.offset != 0 { // at first from the oldest that is not confirmed
		params["offset"] = strconv.Itoa(p.inbox.offset)
	}
	return params
}

// take hands a batch to the inbox. An update whose very id is unreadable has the
// one after its predecessor's, or the one that was asked for; where neither is
// known it can be neither handled nor stepped over.
func (p *poller) take(batch []json.RawMessage) (unreachable bool) {
	entries := make([]*entry, 0, len(batch))
	next := p.inbox.offset
	for _, raw := range batch {
		in, out := p.channel.receive(raw)
		if out.ID == 0 {
			out.ID = next
		}
		if out.ID == 0 {
			unreachable = true
			continue
		}
		next = out.ID + 1
		one := &entry{id: out.ID, in: in}
		if !out.accepted() {
			one.state = done
		}
		entries = append(entries, one)
	}
	p.inbox.take(entries)
	return unreachable
}

// trouble says how long to wait after a failed fetch, and puts right what can
// be.
func (p *poller) trouble(ctx context.Context, err error, times int) time.Duration {
	c := p.channel
	f := (*failure)(nil)
	if !errors.As(err, &f) {
		f = &failure{}
	}
	switch {
	case f.code == http.StatusConflict && f.says("webhook"):
		c.logger.Warn("a webhook was set: it is taken away, since this process polls")
		c.removeWebhook(ctx)
	case f.code == http.StatusConflict:
		c.logger.Error("another process polls for the same bot: one of them must be stopped", "error", err)
	case f.code == http.StatusUnauthorized, f.code == http.StatusNotFound:
		c.logger.Error("the bot's token is refused", "error", err)
		return pauseShut
	default:
		c.logger.Warn("updates not fetched", "error", err)
	}
	return max(f.retryAfter, botapi.Growing(pauseLeast, pauseMost, times))
}
