package zalobot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

const (
	pollTimeout = 30 * time.Second // how long the platform waits for an update
	pollSlack   = 10 * time.Second // for the way there and back
	// pauseLeast and pauseMost bound the pauses while asking fails; pauseShut is
	// for a token that is refused.
	pauseLeast = 5 * time.Second
	pauseMost  = 2 * time.Minute
	pauseShut  = 5 * time.Minute
	// pauseEmpty keeps a platform that does not wait for updates from being asked
	// without end.
	pauseEmpty = 500 * time.Millisecond
	// idlesMost is after how many idle polls in a row it is looked whether somebody
	// has set a webhook: polling is silent then, and no error tells.
	idlesMost = 20
	// lastWords is how long an answer that has begun to come may take to be read
	// when polling ends.
	lastWords = 2 * time.Second
	// farewell is how long handlers may take when polling ends.
	farewell = 10 * time.Second
)

// Poll asks for updates until ctx ends, which is no error; it returns one only
// for settings with which no call can succeed. A webhook that is set is taken
// away.
//
// What the platform has given out exists nowhere else, so handler must keep it.
// It is handed over at once, one chat's updates in order and different chats'
// side by side; should handler fail it is tried again for a few minutes, the
// later ones of that chat waiting. When ctx ends all that was received is still
// handled. Exactly one process may poll for a bot: two share the updates.
func (c *Channel) Poll(ctx context.Context, handler bot.Handler) error {
	if c.fault != nil {
		return c.sendError(c.fault)
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	q := newQueues(func(in bot.Inbound) { c.insist(work, handler, in) })
	p := poller{channel: c, queues: q}
	for q.room(ctx) {
		p.round(ctx)
	}
	timer := time.AfterFunc(farewell, stop)
	defer timer.Stop()
	q.drain()
	return nil
}

// poller is one run of Poll, and belongs to its goroutine.
type poller struct {
	channel  *Channel
	queues   *queues
	clear    bool // no webhook is in the way, as far as is known
	troubles int  // in a row
	idles    int  // in a row
}

// round asks once.
func (p *poller) round(ctx context.Context) {
	c := p.channel
	if !p.clear {
		if err := c.removeWebhook(ctx); err != nil {
			p.trouble(ctx, err)
			return
		}
		p.clear = true
	}
	began := time.Now()
	result, err := c.fetch(ctx)
	f := (*failure)(nil)
	idle := errors.As(err, &f) && f.idle()
	if err != nil && !idle {
		p.trouble(ctx, err)
		return
	}
	p.troubles = 0
	if p.take(result) {
		p.idles = 0
		return
	}
	c.logger.Debug("no update")
	if p.idles++; p.idles%idlesMost == 0 {
		p.clear = false
	}
	if time.Since(began) < pauseEmpty {
		c.pause(ctx, pauseEmpty) // an end of ctx is seen by the loop
	}
}

// removeWebhook makes polling possible. A platform that cannot tell of a webhook
// has none, or is of the older kind, which says so to the poll.
func (c *Channel) removeWebhook(ctx context.Context) error {
	result, err := c.call(ctx, callPatience, "getWebhookInfo", struct{}{})
	if f := (*failure)(nil); errors.As(err, &f) && (f.code == http.StatusNotFound || f.status == http.StatusNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var info struct {
		URL botapi.Word `json:"url"`
	}
	if json.Unmarshal(result, &info) != nil || info.URL == "" {
		return nil
	}
	c.logger.Warn("a webhook was set: it is taken away, since this process polls")
	_, err = c.call(ctx, callPatience, "deleteWebhook", struct{}{})
	return err
}

// fetch asks for one update, waiting for it. The end of ctx cuts the wait short,
// but not an answer that has begun to come: it may hold an update, which the
// platform has forgotten by then.
func (c *Channel) fetch(ctx context.Context) (json.RawMessage, error) {
	asking, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var coming atomic.Bool
	asking = httptrace.WithClientTrace(asking, &httptrace.ClientTrace{GotFirstResponseByte: func() { coming.Store(true) }})
	stop := context.AfterFunc(ctx, func() {
		if coming.Load() {
			c.pause(asking, lastWords) // ends with the answer
		}
		cancel()
	})
	defer stop()
	return c.call(asking, pollTimeout+pollSlack, "getUpdates", struct {
		Timeout any `json:"timeout"`
	}{c.pollTimeout()})
}

// pollTimeout is in seconds, as a number or, where the platform wants it so, as
// a string.
func (c *Channel) pollTimeout() any {
	seconds := int(pollTimeout / time.Second)
	if c.timeoutAsText {
		return strconv.Itoa(seconds)
	}
	return seconds
}

// take queues what came, and reports whether anything did.
func (p *poller) take(result json.RawMessage) bool {
	came := false
	for _, raw := range updatesIn(result) {
		if raw = bytes.TrimSpace(raw); string(raw) == "{}" {
			continue
		}
		came = true
		if in, ok := p.channel.receive(raw); ok {
			p.queues.add(in)
		}
	}
	return came
}

// trouble waits after asking failed.
func (p *poller) trouble(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	c := p.channel
	p.troubles++
	p.clear = false // whoever set a webhook makes polls fail, or silent
	failed := c.sendError(err)
	wait := botapi.Growing(pauseLeast, pauseMost, p.troubles)
	if failed.Fate == bot.Broken {
		c.logger.Error("the bot's token, or the platform's address, is refused", "error", err)
		wait = pauseShut
	} else {
		c.logger.Warn("updates not fetched", "error", err)
	}
	if f := (*failure)(nil); errors.As(err, &f) {
		wait = max(wait, f.overLimit())
	}
	c.pause(ctx, wait) // an end of ctx is seen by the loop
}
