package app

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/riverqueue/river"

	"canbobot/bot"
	"canbobot/bot/delivery"
	"canbobot/bot/dialog"
	"canbobot/bot/page"
	"canbobot/bot/session"
	"canbobot/bot/texts"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services/approve"
	"canbobot/services/outbox"
	"canbobot/services/ward"
	"canbobot/services/warnings"
)

// Counter is the conversation over a ward: channels in, answers out, jobs
// worked. Commands, tests and the bench use the same one.
type Counter struct {
	Ward       *ward.Services
	Dispatcher *bot.Dispatcher
	Screens    *page.Pages
	Texts      *texts.Texts
	channels   map[string]bot.Channel
	inboxes    map[string]taker // of the channels that have one
	watches    []func(context.Context) error
	worker     outbox.Worker
	sender     *delivery.Sender
	logger     *slog.Logger
	// redrawEvery is how often a notice's progress card is drawn at most.
	redrawEvery time.Duration
}

// strangersDraftKept is how long the half-filled form of somebody who is not
// linked is kept: it may hold a name and a number.
const strangersDraftKept = 7 * 24 * time.Hour

// NewCounter wires the conversation over channels, each at its pace; nothing
// runs before Start.
func (a *App) NewCounter(channels []bot.Channel, links func() []page.Link) (*Counter, error) {
	ward, logger, pace := a.Ward, a.Logger, a.Sessions.Pace(paces(channels))
	c := &Counter{Ward: ward, Texts: a.Words, channels: map[string]bot.Channel{}, inboxes: map[string]taker{},
		logger: logger, redrawEvery: 3 * time.Second}
	for _, channel := range channels {
		c.channels[channel.Name()] = channel
		if contacts, ok := channel.(bot.Contacts); ok && contacts.SharesContacts() {
			ward.Identity.VouchedBy(channel.Name())
		}
		if watched, ok := channel.(bot.Watched); ok {
			c.watches = append(c.watches, watched.Watch)
		}
	}
	c.Screens = page.New(ward, page.Outside{Texts: a.Words, Links: links, Window: c.window})
	breakers, book := bot.NewBreakers(ward.Clock), c.Screens.Book.Book
	c.Dispatcher = &bot.Dispatcher{
		Channels: c.channels, Breakers: breakers, Sessions: session.Dialogues{Store: a.Sessions},
		People: people{ward.Identity}, Cards: cards{ward.Outbox}, Understand: understand.New(),
		Forms: &dialog.Forms{Book: book, Drafts: formDrafts{ward.Drafts}, Speech: a.Words},
		Book:  book, Speech: a.Words, Clock: ward.Clock, Logger: logger, Away: away, Spent: pace.Spent,
	}
	c.sender = &delivery.Sender{
		Channels: c.channels, Breakers: breakers, Outbox: ward.Outbox, Identity: ward.Identity, Drawer: c.Screens,
		Templates: ward.Channels, Troubles: ward.Channels, Pace: pace, Clock: ward.Clock, Logger: logger,
	}
	var err error
	c.worker, err = outbox.NewWorker(ward.Store, c.workers(), rounds(), logger.With("part", "jobs"))
	return c, err
}

// remind reminds of all that waits too long for its signatures.
func remind(ctx context.Context, waiting ...approve.Reminder) (failed error) {
	for _, one := range waiting {
		_, err := one.Due(ctx)
		failed = errors.Join(failed, err)
	}
	return failed
}

// workers are who works which job.
func (c *Counter) workers() *river.Workers {
	ward := c.Ward
	workers := river.NewWorkers()
	c.sender.Register(workers)
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[outbox.Remind]) error {
		return remind(ctx, ward.Changes, ward.List.Waiting, ward.Notices.Waiting, ward.Identity.Waiting)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[outbox.Tidy]) error {
		_, err := ward.Drafts.Purge(ctx, strangersDraftKept)
		return errors.Join(err, ward.Outbox.Forget(ctx), ward.Phrases.Purge(ctx), ward.Evidence.Purge(ctx),
			ward.Notices.PurgeFiles(ctx), ward.Sheets.Purge(ctx), ward.Results.Purge(ctx),
			ward.Channels.PurgeUploads(ctx), purged(ward.Downloads.Purge(ctx)))
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[outbox.Receive]) error {
		box := c.inboxes[job.Args.Channel]
		if box == nil { // the channel is off at the moment
			return river.JobSnooze(15 * time.Minute)
		}
		return box.Take(ctx, job.Args.Event)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[outbox.KeepFresh]) error {
		return all(ctx, c.watches)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[outbox.Review]) error {
		_, err := ward.Warnings.Tell(ctx)
		return err
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[outbox.Announce]) error {
		_, err := ward.Notices.Due(ctx)
		return err
	}))
	river.AddWorker(workers, &follower{ward: ward, pause: &c.redrawEvery})
	return workers
}

// rounds are the jobs that come by themselves.
func rounds() []*river.PeriodicJob {
	every := func(schedule river.PeriodicSchedule, job river.JobArgs, atOnce bool) *river.PeriodicJob {
		return river.NewPeriodicJob(schedule, func() (river.JobArgs, *river.InsertOpts) { return job, nil },
			&river.PeriodicJobOpts{RunOnStart: atOnce})
	}
	return []*river.PeriodicJob{
		every(river.PeriodicInterval(30*time.Second), outbox.Announce{}, true),
		every(warnings.Schedule{}, outbox.Review{}, false),
		every(river.PeriodicInterval(10*time.Minute), outbox.Remind{}, false),
		every(river.PeriodicInterval(15*time.Minute), outbox.KeepFresh{}, true),
		every(river.PeriodicInterval(6*time.Hour), outbox.Tidy{}, true),
	}
}

// purged leaves out how much it was.
func purged(_ int64, err error) error { return err }

// taker handles an event that was put off.
type taker interface {
	Take(ctx context.Context, sealed string) error
}

// all does everything, whatever fails.
func all(ctx context.Context, do []func(context.Context) error) error {
	var failures []error
	for _, one := range do {
		failures = append(failures, one(ctx))
	}
	return errors.Join(failures...)
}

// window says what a message costs on a channel; free where it knows no windows.
func (c *Counter) window(channel string, sinceLastSeen time.Duration) bot.Window {
	if windowed, ok := c.channels[channel].(bot.Windowed); ok {
		return windowed.Window(sinceLastSeen)
	}
	return bot.Free
}

// Start begins to work jobs.
func (c *Counter) Start(ctx context.Context) error {
	// The worker ends by Stop, which lets running jobs finish, not with ctx.
	if err := c.worker.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	return nil
}

// Stop lets running jobs finish.
func (c *Counter) Stop(ctx context.Context) error {
	c.sender.Stop()
	return c.worker.Stop(ctx)
}

// away reports whether an error says that the database cannot be reached.
func away(err error) bool {
	var network net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.As(err, &network) || models.IsAway(err)
}
