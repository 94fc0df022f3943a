package session

import (
	"context"
	"sync"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
)

const (
	// bulkRate is how many messages a second a bot sends in bulk where Rates
	// says nothing: below what Telegram lets pass, so that answers have room.
	bulkRate = 25
	// chatGap is the least time between two messages of bulks to one chat.
	chatGap = time.Second
	// pauseMost bounds what a platform may ask for.
	pauseMost = 15 * time.Minute
)

// Pace holds all replicas together to what a platform takes in bulk. Answers
// take nothing from it. While Redis does not answer each replica keeps the rate
// on its own.
type Pace struct {
	store *Store
	// Rates are messages a second by channel; a negative one is no limit. Not to
	// be changed while in use.
	Rates map[string]int

	limiter *redis_rate.Limiter
	mu      sync.Mutex
	next    map[string]time.Time // while Redis is away: when the rate is used up to
	pauses  *bounded[time.Time]
	chats   *bounded[struct{}]
}

// Pace keeps the rates of bulk beside the conversations.
func (s *Store) Pace() *Pace {
	return &Pace{
		store: s, Rates: map[string]int{}, limiter: redis_rate.NewLimiter(s.link.client), next: map[string]time.Time{},
		pauses: newBounded[time.Time](s.clock, capacity), chats: newBounded[struct{}](s.clock, capacity),
	}
}

func (p *Pace) rate(channel string) int {
	if rate := p.Rates[channel]; rate != 0 {
		return rate
	}
	return bulkRate
}

// burst is how many messages may go at once: few, as a platform counts every
// second anew.
func burst(rate int) int { return max(1, rate/50) }

// pauseScript KEYS pause; replies the milliseconds it lasts.
var pauseScript = redis.NewScript(`return math.max(redis.call('PTTL', KEYS[1]), 0)`)

// pausingScript KEYS pause ARGV ms; a longer pause stands.
var pausingScript = redis.NewScript(`
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) end
return 0
`)

// Take asks to send up to n messages of a bulk on a channel: how many may go
// now and, when none, how long to wait before asking again.
func (p *Pace) Take(ctx context.Context, channel string, n int) (granted int, wait time.Duration, err error) {
	if until, ok := p.pauses.get(channel); ok {
		if wait := until.Sub(p.store.clock()); wait > 0 {
			return 0, wait, nil
		}
	}
	reply, err := p.store.link.run(ctx, pauseScript, []string{p.pauseKey(channel)})
	if ctx.Err() != nil {
		return 0, 0, ctx.Err()
	}
	if left, _ := reply.(int64); err == nil && left > 0 {
		return 0, time.Duration(left) * time.Millisecond, nil
	}
	rate := p.rate(channel)
	if rate < 0 {
		return n, 0, nil
	}
	n = min(n, burst(rate))
	if err == nil {
		if granted, wait, err = p.there(ctx, channel, rate, n); err == nil {
			return granted, wait, nil
		}
		if ctx.Err() != nil {
			return 0, 0, ctx.Err()
		}
	}
	granted, wait = p.here(channel, rate, n)
	return granted, wait, nil
}

func (p *Pace) there(ctx context.Context, channel string, rate, n int) (int, time.Duration, error) {
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	result, err := p.limiter.AllowAtMost(call, p.store.Prefix+"{pace:"+channel+"}", redis_rate.Limit{Rate: rate, Burst: burst(rate), Period: time.Second}, n)
	if err != nil {
		if ctx.Err() == nil {
			p.store.link.failed(err)
		}
		return 0, 0, err
	}
	if result.Allowed > 0 {
		return result.Allowed, 0, nil
	}
	return 0, max(result.RetryAfter, time.Millisecond), nil
}

// here keeps the rate within this process.
func (p *Pace) here(channel string, rate, n int) (int, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, each := p.store.clock(), time.Second/time.Duration(rate)
	from := p.next[channel]
	if from.Before(now) {
		from = now
	}
	room := int((time.Duration(burst(rate))*each - from.Sub(now)) / each)
	if room <= 0 {
		return 0, max(from.Sub(now)-time.Duration(burst(rate)-1)*each, time.Millisecond)
	}
	n = min(n, room)
	p.next[channel] = from.Add(time.Duration(n) * each)
	return n, 0
}

// Pause stops the bulk of a channel in all replicas until a moment.
func (p *Pace) Pause(ctx context.Context, channel string, until time.Time) error {
	length := min(until.Sub(p.store.clock()), pauseMost)
	if length <= 0 {
		return nil
	}
	p.pauses.set(channel, p.store.clock().Add(length), length)
	_, err := p.store.link.run(ctx, pausingScript, []string{p.pauseKey(channel)}, length.Milliseconds())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	_ = err // it stands in this process, which asks again before it sends
	return nil
}

// chatsScript KEYS chats ARGV ms; replies 1 for each that may be written to.
var chatsScript = redis.NewScript(`
local free = {}
for i, key in ipairs(KEYS) do free[i] = redis.call('SET', key, '1', 'PX', ARGV[1], 'NX') and 1 or 0 end
return free
`)

// Chats tells of each chat whether a bulk may write to it now, and takes it.
func (p *Pace) Chats(ctx context.Context, channel string, chats []string) ([]bool, error) {
	free := make([]bool, len(chats))
	if len(chats) == 0 {
		return free, nil
	}
	keys := make([]string, len(chats))
	for i, chat := range chats {
		keys[i] = p.store.Prefix + "{pace:" + channel + "}:" + chat
	}
	reply, err := p.store.link.run(ctx, chatsScript, keys, chatGap.Milliseconds())
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	list, _ := reply.([]any)
	for i, key := range keys {
		if err == nil && i < len(list) {
			free[i] = list[i] == int64(1)
			continue
		}
		if _, busy := p.chats.get(key); !busy {
			free[i] = true
			p.chats.set(key, struct{}{}, chatGap)
		}
	}
	return free, nil
}

func (p *Pace) pauseKey(channel string) string {
	return p.store.Prefix + "{pace:" + channel + "}:pause"
}
