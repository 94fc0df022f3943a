package delivery

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

const (
	// flightMost is how many messages are taken and settled together. What a
	// process that dies has taken is read twice at worst: not too many.
	flightMost = 64
	// flightsEach is how many flights of a job are underway on one channel: one is
	// settled while the other is in the air.
	flightsEach = 2
	// landing is how long the first message of a flight that has arrived waits for
	// the others to be written down with it.
	landing = 250 * time.Millisecond
	// flightLimit bounds a flight: longer than a channel waits for an answer.
	flightLimit = 28 * time.Second
	// laneWait is how long a job waits for a channel's pace with a worker in hand,
	// and laneTick the least, so that not every message asks for itself.
	laneWait = 3 * time.Second
	laneTick = 10 * time.Millisecond
	// settleLimit is how long what is known of messages that have left is kept,
	// while the database does not answer: until nobody would believe it.
	settleLimit = outbox.Lease * 3 / 4
	// ownTrouble is how long something is left alone that we could not do, and
	// ownTroubleMost how often it is tried.
	ownTrouble     = 15 * time.Second
	ownTroubleMost = 40
)

// InFlight is how many messages to many a process has in its hands at most: what
// may be read twice after it has died.
const InFlight = flightMost * flightsEach * outbox.BulkWorkers

// done is what became of a round of tries.
type done struct {
	mu    sync.Mutex
	tried int
	next  time.Time     // when the first of them is tried again; zero for never
	wait  time.Duration // how long a pace asks to wait
}

func (d *done) add(outcomes []outbox.Outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tried += len(outcomes)
	for _, one := range outcomes {
		if !one.Due.IsZero() && (d.next.IsZero() || one.Due.Before(d.next)) {
			d.next = one.Due
		}
	}
}

func (d *done) waits(wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wait = max(d.wait, wait)
}

// try sends what may be tried at this moment, the channels side by side.
func (s *Sender) try(ctx context.Context, deliveries []models.Delivery, many bool) (*done, error) {
	attempts, err := s.attempts(ctx, deliveries, many)
	if err != nil {
		return nil, err
	}
	result := &done{}
	if !many {
		return result, s.fly(ctx, attempts, result)
	}
	lanes := map[string][]*attempt{}
	for _, a := range attempts {
		channel := ""
		if len(a.addresses) > 0 {
			channel = a.addresses[0].channel
		}
		lanes[channel] = append(lanes[channel], a)
	}
	var running sync.WaitGroup
	var mu sync.Mutex
	for channel, waiting := range lanes {
		running.Go(func() {
			if failed := s.lane(ctx, channel, waiting, result); failed != nil {
				mu.Lock()
				err = errors.Join(err, failed)
				mu.Unlock()
			}
		})
	}
	running.Wait()
	return result, err
}

// attempts prepares a try for each delivery: where it may go and, for many, the
// message itself, with as few questions for all as for one.
func (s *Sender) attempts(ctx context.Context, deliveries []models.Delivery, many bool) ([]*attempt, error) {
	addresses, err := s.addresses(ctx, deliveries)
	if err != nil {
		return nil, err
	}
	attempts := make([]*attempt, len(deliveries))
	var drawing []int
	var readers []services.Actor
	var drawn []models.Delivery
	for i, delivery := range deliveries {
		attempts[i] = &attempt{sender: s, delivery: delivery, addresses: addresses[i], many: many,
			interrupted: outbox.Interrupted(delivery)}
		if many && len(addresses[i]) > 0 && s.Channels[addresses[i][0].channel] != nil {
			drawing, readers, drawn = append(drawing, i), append(readers, addresses[i][0].reader), append(drawn, delivery)
		}
	}
	if len(drawing) == 0 {
		return attempts, nil
	}
	replies, failures := s.Drawer.Notifications(ctx, readers, drawn)
	for i, at := range drawing {
		attempts[at].drawn, attempts[at].undrawn = &replies[i], failures[i]
	}
	return attempts, nil
}

// lane sends what goes over one channel first, at its pace, flight by flight.
// What the pace does not let through soon is left for later, and taken by nobody.
func (s *Sender) lane(ctx context.Context, channel string, waiting []*attempt, result *done) error {
	begun := time.Now()
	var flights sync.WaitGroup
	var mu sync.Mutex
	var failure error
	room := make(chan struct{}, flightsEach)
	fly := func(flight []*attempt) { // in the room that was made for it
		flights.Go(func() {
			defer func() { <-room }()
			if err := s.fly(ctx, flight, result); err != nil {
				mu.Lock()
				failure = errors.Join(failure, err)
				mu.Unlock()
			}
		})
	}
	failed := func() bool { mu.Lock(); defer mu.Unlock(); return failure != nil }
	for len(waiting) > 0 {
		room <- struct{}{} // first: leave is for this moment, and a platform that hangs may use the job's time up
		if s.stopped() || failed() || time.Since(begun) > workFor || ctx.Err() != nil {
			break
		}
		most := flightMost
		if down, one := s.Breakers.Down(channel); down > 0 {
			// To take and put off a whole country again and again is for nothing.
			result.waits(down)
			waiting = slices.DeleteFunc(waiting, (*attempt).onlyHere)
		} else if one {
			most = 1
		}
		if len(waiting) == 0 {
			break
		}
		part := waiting[:min(len(waiting), most)]
		if s.Channels[channel] == nil { // nothing to be paced: it may be a number of the roster
			fly(part)
			waiting = waiting[len(part):]
			continue
		}
		chats := make([]string, len(part))
		for i, a := range part {
			chats[i] = a.addresses[0].chatID
		}
		may, wait := s.Pace.Many(ctx, channel, chats)
		var flight []*attempt
		for i, yes := range may {
			if yes {
				part[i].leave = true
				flight = append(flight, part[i])
			}
		}
		waiting = waiting[len(may):]
		if len(flight) > 0 {
			fly(flight)
		} else {
			<-room
			if len(may) > 0 {
				result.waits(time.Second) // all of them were written to a moment ago
			}
		}
		if wait > 0 {
			result.waits(wait)
			if s.Meter != nil {
				s.Meter.Waited(channel, wait)
			}
			if wait > laneWait || pause(ctx, max(wait, laneTick)) != nil {
				break
			}
		}
	}
	flights.Wait()
	return failure
}

// fly takes a flight of deliveries, sends each and writes down what became of
// them.
func (s *Sender) fly(ctx context.Context, attempts []*attempt, result *done) error {
	rows := make([]models.Delivery, len(attempts))
	byID := make(map[int64]*attempt, len(attempts))
	for i, a := range attempts {
		rows[i], byID[a.delivery.ID] = a.delivery, a
	}
	at := time.Now().Round(0) // the wall's time: it goes on while a machine sleeps
	taken, err := s.Outbox.Take(ctx, rows)
	if err != nil {
		return err
	}
	// What has been taken is brought to its end, whatever becomes of the job.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flightLimit)
	defer cancel()
	arrived := make(chan outbox.Outcome, len(taken))
	for _, delivery := range taken {
		a := byID[delivery.ID]
		a.delivery, a.taken = delivery, at
		go func() { arrived <- s.outcome(ctx, a) }()
	}
	// One that the platform is slow with does not keep the others from being
	// written down: their reports come, and the process may die.
	var failure error
	for left := len(taken); left > 0; {
		landed := []outbox.Outcome{<-arrived}
		soon := time.NewTimer(landing)
		for waiting := true; waiting && len(landed) < left; {
			select {
			case one := <-arrived:
				landed = append(landed, one)
			case <-soon.C:
				waiting = false
			}
		}
		soon.Stop()
		left -= len(landed)
		result.add(landed)
		failure = errors.Join(failure, s.settle(ctx, landed))
	}
	return failure
}

// outcome is what a try comes to. A panic is trouble of ours with one message: it
// must not end the process for all, nor for all again when the job comes back.
func (s *Sender) outcome(ctx context.Context, a *attempt) (outcome outbox.Outcome) {
	defer func() {
		if cause := recover(); cause != nil {
			a.interrupted = true // nobody knows how far it got
			outcome = s.troubled(a, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
		}
	}()
	outcome, err := a.run(ctx)
	if err != nil {
		outcome = s.troubled(a, err)
	}
	return outcome
}

// troubled puts a delivery off with which we could not do what was to be done.
func (s *Sender) troubled(a *attempt, err error) outbox.Outcome {
	s.Logger.Error("delivery not tried", "delivery", a.delivery.ID, "kind", a.delivery.Kind, "error", err)
	if a.delivery.Attempts >= ownTroubleMost {
		return a.ends(models.DeliveryFailed, "error")
	}
	return a.putOff("error", s.Clock().Add(ownTrouble))
}

// settle writes outcomes down, and goes on trying: to forget that a message has
// left is to send it twice.
func (s *Sender) settle(ctx context.Context, outcomes []outbox.Outcome) error {
	if len(outcomes) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()
	for again := 100 * time.Millisecond; ; again = min(2*again, 2*time.Second) {
		err := s.Outbox.Settle(ctx, outcomes...)
		if err == nil {
			return nil
		}
		s.Logger.Warn("deliveries not settled, will repeat", "deliveries", len(outcomes), "error", err)
		if pause(ctx, again) != nil {
			return err
		}
	}
}
