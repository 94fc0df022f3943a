// Package delivery sends what nobody is waiting for: it works the jobs that
// services enqueued with their changes.
//
// A delivery is a row. It is taken ("sending") before the platform is asked and
// settled when that has answered, so that a process may die at any moment: what
// it had taken is taken up again once the lease is over, and marked as a message
// that may be read twice. One message or thousands, it is the same way; many go
// in flights, so that taking and settling cost a statement a flight.
package delivery

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/outbox"
)

// Drawer draws what a recipient is told; bot/page does.
type Drawer interface {
	// Notification refuses with conflict/paused what is not to leave now, with
	// conflict/cancelled what is not to leave any more.
	Notification(ctx context.Context, recipient services.Actor, delivery models.Delivery) (bot.Reply, error)
	// Notifications draws for many at once; for each an error, or nil, of its own.
	Notifications(ctx context.Context, recipients []services.Actor, deliveries []models.Delivery) ([]bot.Reply, []error)
	Redrawn(ctx context.Context, recipient services.Actor, delivery models.Delivery) (bot.Reply, error)
	// Repeats reports whether it is better that a message is read twice than not
	// at all.
	Repeats(ctx context.Context, delivery models.Delivery) (bool, error)
	// Gaps are what may fill an approved template in the place of a reply: name
	// of the field to text.
	Gaps(ctx context.Context, recipient services.Actor, delivery models.Delivery, reply bot.Reply) (map[string]string,
		error)
}

// Templates are the texts that platforms have approved for a ward; the channels
// service keeps them.
type Templates interface {
	TemplateFor(ctx context.Context, ward int64, channel, kind string, values map[string]string) (id string,
		data map[string]string, found bool, err error)
	// PhoneOf is the number at which a person may be written to, E.164; empty
	// when there is none.
	PhoneOf(ctx context.Context, ward, person int64) (string, error)
}

// Troubles hears of what only a human can mend.
type Troubles interface {
	Report(ctx context.Context, channel, code, detail string) error
	// Works says that a message got through.
	Works(ctx context.Context, channel string) error
}

// Pace gives leave to write, at the pace that each platform allows one bot,
// however many processes speak for it.
type Pace interface {
	// Many asks for chats of people who wait for nothing: an answer for each of
	// the first ones, as far as the pace goes; the others may be asked for after
	// wait.
	Many(ctx context.Context, channel string, chats []string) (may []bool, wait time.Duration)
	// One asks for one chat, ahead of what goes to many: how long to wait.
	One(ctx context.Context, channel, chat string) (wait time.Duration)
	// Halt stops all of it for as long as the platform asks.
	Halt(ctx context.Context, channel string, pause time.Duration)
}

// Meter counts.
type Meter interface {
	// Sent is a message that arrived so long after it was made.
	Sent(channel, kind string, lag time.Duration)
	// Failed is a try that did not arrive; why may be empty.
	Failed(channel, fate, why string)
	// Waited is leave that a channel's pace did not give at once.
	Waited(channel string, wait time.Duration)
}

// Sender works deliveries and redraws cards.
type Sender struct {
	Channels  map[string]bot.Channel
	Breakers  *bot.Breakers
	Outbox    *outbox.Outbox
	Identity  *identity.Service
	Drawer    Drawer
	Looks     bot.Looks
	Templates Templates
	Troubles  Troubles
	Pace      Pace
	Meter     Meter // or nil
	Clock     services.Clock
	Logger    *slog.Logger

	places   places
	ending   sync.Once
	stopping chan struct{}
	begun    sync.Once
}

const (
	// uncertainMost is after how many tries a message of which nothing was heard
	// is left to people.
	uncertainMost = 6
	// firstPause and longestPause bound how long a channel is left alone that did
	// not say when; what a platform asks for is bounded by longestPause too.
	firstPause   = 15 * time.Second
	longestPause = 15 * time.Minute
	// brokenPause is how long a channel is left alone that a human must mend.
	brokenPause = 5 * time.Minute
	// elsewhereAfter is how long the channel used last has to get better before
	// the person's other one is taken.
	elsewhereAfter = 10 * time.Minute
	// pausedAgain is how long something waits whose senders have paused it while it
	// was in the air. Taking it out of the queue could cross their going on.
	pausedAgain = time.Minute
	// givenUpAfter is how long a message waits for a channel to get better.
	givenUpAfter = 24 * time.Hour
	// workFor is how long a job takes up more, before it goes to the end of the
	// queue: well below the time that a job has.
	workFor = 10 * time.Second
)

// Register adds the workers of this package.
func (s *Sender) Register(workers *river.Workers) {
	outbox.Work(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[outbox.Deliver]) error {
		return s.Deliver(ctx, job.Args)
	}))
	outbox.Work(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[outbox.Redraw]) error {
		return s.Redraw(ctx, job.Args)
	}))
}

// Stop lets jobs put off what they have not begun; the workers' own end waits
// for what they have.
func (s *Sender) Stop() {
	s.init()
	s.ending.Do(func() { close(s.stopping) })
}

func (s *Sender) init() {
	s.begun.Do(func() { s.stopping = make(chan struct{}) })
}

func (s *Sender) stopped() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

// Deliver sends deliveries: each to the account its recipient used last, to the
// next one when that cannot be reached; first as a message, past the platform's
// window as an approved template. Whom nothing reaches is left to be telephoned.
// A job of many goes on until none is left that may be tried, or its time is up.
// Returned errors are River's snoozes, or trouble of ours that a retry may mend.
func (s *Sender) Deliver(ctx context.Context, job outbox.Deliver) error {
	s.init()
	if job.Delivery != 0 {
		job.Deliveries = append(job.Deliveries, job.Delivery)
	}
	if len(job.Deliveries) == 0 { // never a success: whatever it meant is not done
		return errors.New("a job of no deliveries")
	}
	many := len(job.Deliveries) > 1
	begun, tried := time.Now(), 0
	defer func() {
		if many && tried > 0 {
			s.Logger.Info("deliveries tried", "first", job.Deliveries[0], "deliveries", len(job.Deliveries), "tried", tried,
				"took", time.Since(begun).Round(time.Millisecond))
		}
	}()
	for {
		switch {
		case many && s.stopped():
			return river.JobSnooze(time.Second) // for another process, or the next
		case many && (time.Since(begun) > workFor || ctx.Err() != nil):
			return river.JobSnooze(0)
		}
		open, err := s.Outbox.Open(ctx, job.Deliveries)
		if err != nil || len(open) == 0 {
			return err
		}
		now := s.Clock()
		if many && !job.Night && services.Night(now) {
			return river.JobSnooze(services.Morning(now).Sub(now))
		}
		ready, soonest := s.ready(open, many)
		if len(ready) == 0 {
			return river.JobSnooze(min(soonest, longestPause))
		}
		done, err := s.try(ctx, ready, many)
		if err == nil {
			tried += done.tried
		}
		switch {
		case err != nil:
			return err
		case !many && done.next.IsZero():
			return nil
		case !many:
			return river.JobSnooze(max(done.next.Sub(s.Clock()), time.Second))
		case done.tried == 0: // the pace does not let anything through soon
			return river.JobSnooze(min(max(done.wait, time.Second), longestPause))
		}
	}
}

// ready picks what may be tried at this moment, and says when the next may be.
// One that goes by itself is due whenever its job is worked.
func (s *Sender) ready(open []models.Delivery, many bool) (ready []models.Delivery, soonest time.Duration) {
	soonest = longestPause
	for _, delivery := range open {
		due := outbox.DueIn(delivery, s.Clock())
		if due == 0 || !many && delivery.State != models.DeliverySending {
			ready = append(ready, delivery)
			continue
		}
		soonest = min(soonest, max(due, time.Second))
	}
	return ready, soonest
}

// address is a chat to try, and who reads there.
type address struct {
	account                     int64
	channel, externalID, chatID string
	lastSeen                    time.Time
	reader                      services.Actor
}

// addresses finds the chats of each delivery's recipient, in the order in which
// they are tried.
func (s *Sender) addresses(ctx context.Context, deliveries []models.Delivery) ([][]address, error) {
	var people, staff []int64
	for _, delivery := range deliveries {
		people, staff = append(people, id(delivery.PersonID)), append(staff, id(delivery.StaffID))
	}
	found, err := s.Identity.Addressees(ctx, people, staff)
	if err != nil {
		return nil, err
	}
	byPerson, byStaff := map[int64][]address{}, map[int64][]address{}
	for _, one := range found {
		account := one.Account
		to := address{account.ID, account.Channel, account.ExternalID, account.ChatID, account.LastSeenAt, one.Actor}
		if account.StaffID != nil {
			byStaff[*account.StaffID] = append(byStaff[*account.StaffID], to)
		} else if account.PersonID != nil {
			byPerson[*account.PersonID] = append(byPerson[*account.PersonID], to)
		}
	}
	all := make([][]address, len(deliveries))
	for i, delivery := range deliveries {
		switch {
		case delivery.StaffID != nil:
			all[i] = byStaff[*delivery.StaffID]
		case delivery.PersonID != nil:
			all[i] = byPerson[*delivery.PersonID]
		default:
			if all[i], err = s.unlinked(ctx, delivery); err != nil {
				return nil, err
			}
		}
		if delivery.AccountID != nil && (delivery.PersonID != nil || delivery.StaffID != nil) {
			// It is for that chat alone: another of theirs, used last, may be the one it warns of.
			all[i] = slices.DeleteFunc(slices.Clone(all[i]), func(to address) bool { return to.account != *delivery.AccountID })
		}
	}
	return all, nil
}

// unlinked is a chat that was linked to nobody when the message was made: not
// long after they wrote.
func (s *Sender) unlinked(ctx context.Context, delivery models.Delivery) ([]address, error) {
	known, err := s.Identity.Holder(ctx, delivery.Channel, delivery.ChatID)
	if err != nil {
		return nil, err
	}
	return []address{{channel: delivery.Channel, externalID: delivery.ChatID, chatID: delivery.ChatID,
		lastSeen: delivery.CreatedAt, reader: known.Actor}}, nil
}

func id(pointer *int64) int64 {
	if pointer == nil {
		return 0
	}
	return *pointer
}
