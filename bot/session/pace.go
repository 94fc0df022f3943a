package session

import (
	"canbobot/bot"
	"context"
	"errors"
	"sync"
	"time"
)

// Limit is how fast one bot may write.
type Limit = bot.Pace

const (
	// burstTime is how much of the pace may go at once, and singlyAhead how far
	// answers and what goes to one person may run ahead of it: bulk then waits the
	// longer.
	burstTime   = 20 * time.Millisecond
	singlyAhead = 2 * time.Second
	// flushEvery is how often answers are counted in.
	flushEvery = 100 * time.Millisecond
	// alone is the part of the pace that a process allows itself while it cannot
	// ask what the others do: up to four keep the limit.
	alone = 4
	// spentMost bounds how many answers wait to be counted in.
	spentMost = 1000
)

// Pace is leave to write, the same for all replicas: a limit of the platform's is
// one bot's, however many processes speak for it. While Redis does not answer,
// each goes on by itself, at a quarter of the pace.
type Pace struct {
	store  *Store
	limits map[string]Limit

	mu    sync.Mutex
	spent map[string][]string  // channel: chats that were answered
	used  map[string]time.Time // channel: as the script's, in this process
	halts map[string]time.Time
	chats *bounded[time.Time]
}

// Pace gives out leave to write on channels; one that is not named has no limit.
func (s *Store) Pace(limits map[string]Limit) *Pace {
	return &Pace{
		store: s, limits: limits, spent: map[string][]string{}, used: map[string]time.Time{}, halts: map[string]time.Time{},
		chats: newBounded[time.Time](s.clock, capacity),
	}
}

// Many asks leave to write to chats of people who wait for nothing. It goes as
// far as the pace does: may has an answer for each of the first chats, in their
// order, and the others may be asked for after wait. Who was written to a moment
// ago is told no.
func (p *Pace) Many(ctx context.Context, channel string, chats []string) (may []bool, wait time.Duration) {
	return p.ask(ctx, "many", channel, chats, burstTime, 0)
}

// One asks leave to write to one chat; 0 is yes, anything else how long to wait.
// It goes ahead of what goes to many.
func (p *Pace) One(ctx context.Context, channel, chat string) time.Duration {
	may, wait := p.ask(ctx, "one", channel, []string{chat}, singlyAhead, singlyAhead)
	if len(may) == 1 && !may[0] {
		return p.limits[channel].EachChat
	}
	return wait
}

// Spent counts an answer in that was sent without asking: somebody waited for
// it. What goes to many waits the longer.
func (p *Pace) Spent(channel, chat string) {
	limit := p.limits[channel]
	if limit == (Limit{}) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.spent[channel]) >= spentMost {
		return
	}
	p.spent[channel] = append(p.spent[channel], chat)
	if len(p.spent[channel]) == 1 {
		time.AfterFunc(flushEvery, func() { p.flush(channel) })
	}
}

func (p *Pace) flush(channel string) {
	p.mu.Lock()
	chats := p.spent[channel]
	delete(p.spent, channel)
	p.mu.Unlock()
	p.ask(context.Background(), "spent", channel, chats, 0, 0)
}

// Halt stops what was not asked for on a channel, on all replicas: its platform
// wants a pause.
func (p *Pace) Halt(ctx context.Context, channel string, pause time.Duration) {
	pause = min(pause, time.Hour)
	if pause <= 0 {
		return
	}
	p.mu.Lock()
	if until := p.store.clock().Add(pause); until.After(p.halts[channel]) {
		p.halts[channel] = until
	}
	p.mu.Unlock()
	// What Redis does not take, this process keeps.
	_, _ = p.store.link.run(context.WithoutCancel(ctx), haltScript, []string{p.key(channel, "halt")},
		pause.Milliseconds()+1)
}

// halted is for how long this process was told to pause; the others' halts are
// in Redis, which may have been away when this one's came.
func (p *Pace) halted(channel string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.halts[channel].Sub(p.store.clock())
}

// The braces keep the keys of a channel on one node of a cluster.
func (p *Pace) key(channel, kind string) string {
	return p.store.Prefix + "pace:{" + channel + "}:" + kind
}

func (p *Pace) ask(ctx context.Context, mode, channel string, chats []string, burst, eachBurst time.Duration) ([]bool,
	time.Duration) {
	if halted := p.halted(channel); halted > 0 && mode != "spent" {
		return nil, halted
	}
	limit := p.limits[channel]
	keys := make([]string, 0, 2+len(chats))
	keys = append(keys, p.key(channel, "halt"), p.key(channel, "used"))
	for _, chat := range chats {
		keys = append(keys, p.key(channel, "chat:"+chat))
	}
	interval := 0.0
	if limit.PerSecond > 0 {
		interval = 1e6 / limit.PerSecond
	}
	reply, err := p.store.link.run(ctx, paceScript, keys, mode, interval, burst.Microseconds(),
		limit.EachChat.Microseconds(), eachBurst.Microseconds(),
		(limit.EachChat + singlyAhead + time.Second).Milliseconds(), singlyAhead.Microseconds())
	if errors.Is(err, errAway) {
		return p.askHere(mode, channel, chats, burst, eachBurst)
	}
	fields, _ := reply.([]any)
	if err != nil || len(fields) == 0 { // the caller's time is up
		return nil, time.Second
	}
	may := make([]bool, len(fields)-1)
	for i := range may {
		may[i] = fields[i+1] == int64(1)
	}
	wait, _ := fields[0].(int64)
	return may, time.Duration(wait) * time.Microsecond
}

// askHere is paceScript within this process.
func (p *Pace) askHere(mode, channel string, chats []string, burst, eachBurst time.Duration) (may []bool,
	wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit, now, spent := p.limits[channel], p.store.clock(), mode == "spent"
	interval := time.Duration(0)
	if limit.PerSecond > 0 {
		interval = time.Duration(alone * float64(time.Second) / limit.PerSecond)
	}
	used := earlier(later(p.used[channel], now), now.Add(singlyAhead+interval))
	for _, chat := range chats {
		if ahead := used.Sub(now); !spent && interval > 0 && ahead > burst {
			wait = ahead - burst
			break
		}
		yes := true
		if limit.EachChat > 0 {
			key := p.key(channel, chat)
			free, _ := p.chats.get(key)
			free = later(free, now)
			if yes = spent || free.Sub(now) <= eachBurst; yes {
				p.chats.set(key, earlier(free, now.Add(eachBurst)).Add(limit.EachChat), limit.EachChat+singlyAhead)
			}
		}
		if yes {
			used = used.Add(interval)
		}
		if spent {
			used = earlier(used, now.Add(singlyAhead))
		}
		may = append(may, yes)
	}
	p.used[channel] = used
	return may, wait
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
