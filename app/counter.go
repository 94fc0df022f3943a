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
	"canbobot/bot/page"
	"canbobot/bot/session"
	"canbobot/bot/texts"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services/outbox"
	"canbobot/services/ward"
	"canbobot/services/warnings"
)

// Counter is the conversation over a ward: channels in, answers out, jobs
// worked. Commands, tests and the bench use the same one.
type Counter struct {
	Ward       *ward.Services
	Dispatcher *bot.Dispatcher
	Screens    *page.Screens
	Texts      *texts.Texts
	channels   map[string]bot.Channel
	inboxes    map[string]taker // of the channels that have one
	watches    []func(context.Context) error
	tidies     []func(context.Context) error
	worker     outbox.Worker
	sender     *delivery.Sender
	logger     *slog.Logger
	// redrawEvery is how often a notice's progress card is drawn at most.
	redrawEvery time.Duration
}

// strangersDraftKept is how long the half-filled form of somebody who is not
// linked is kept: it may hold a name and a number.
const strangersDraftKept = 7 * 24 * time.Hour

// newCounter wires the conversation; nothing runs before Start.
func newCounter(ward *ward.Services, sessions *session.Store, pace *session.Pace, channels []bot.Channel,
	links func() []page.Link, logger *slog.Logger) (*Counter, error) {
	words, err := texts.Load(func(problem string) { logger.Error("text", "problem", problem) })
	if err != nil {
		return nil, err
	}
	model := understand.New()
	c := &Counter{Ward: ward, Texts: words, channels: map[string]bot.Channel{}, inboxes: map[string]taker{},
		logger: logger, redrawEvery: 3 * time.Second}
	for _, channel := range channels {
		c.channels[channel.Name()] = channel
	}
	c.Screens = &page.Screens{
		Identity: ward.Identity, Roster: ward.Roster, Changes: ward.Changes, Approvals: ward.Approvals,
		Money: ward.Money, List: ward.List, Year: ward.Year,
		Cases: ward.Cases, Notices: ward.Notices, Phrases: ward.Phrases, Evidence: ward.Evidence, Warnings: ward.Warnings,
		Sheets: ward.Sheets, Results: ward.Results, Story: ward.Story, Papers: ward.Papers, Troubles: ward.Channels,
		Texts: words, Clock: ward.Clock, Links: links, Window: c.window,
	}
	lines := bot.NewLines(ward.Clock)
	c.Dispatcher = &bot.Dispatcher{
		Channels: c.channels, Lines: lines, Sessions: session.Dialogues{Store: sessions}, People: people{ward.Identity},
		Drafts: formDrafts{ward.Drafts}, Cards: cards{ward.Outbox}, Understand: model,
		Book: c.Screens.Book(), Speech: words, Clock: ward.Clock, Logger: logger, Away: away, Spent: pace.Spent,
	}
	c.sender = &delivery.Sender{
		Channels: c.channels, Lines: lines, Outbox: ward.Outbox, Identity: ward.Identity, Drawer: c.Screens,
		Templates: ward.Channels, Troubles: ward.Channels, Pace: pace, Clock: ward.Clock, Logger: logger,
	}
	workers := river.NewWorkers()
	c.sender.Register(workers)
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[outbox.Remind]) error {
		_, err := ward.Changes.Due(ctx)
		return err
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[outbox.Tidy]) error {
		_, err := ward.Drafts.Purge(ctx, strangersDraftKept)
		return errors.Join(err, ward.Outbox.Forget(ctx), ward.Phrases.Purge(ctx), ward.Evidence.Purge(ctx),
			ward.Notices.PurgeFiles(ctx), ward.Sheets.Purge(ctx), ward.Results.Purge(ctx), all(ctx, c.tidies))
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
	every := []*river.PeriodicJob{
		river.NewPeriodicJob(river.PeriodicInterval(30*time.Second), func() (river.JobArgs, *river.InsertOpts) {
			return outbox.Announce{}, nil
		}, &river.PeriodicJobOpts{RunOnStart: true}),
		river.NewPeriodicJob(warnings.Schedule{}, func() (river.JobArgs, *river.InsertOpts) {
			return outbox.Review{}, nil
		}, nil),
		river.NewPeriodicJob(river.PeriodicInterval(10*time.Minute), func() (river.JobArgs, *river.InsertOpts) {
			return outbox.Remind{}, nil
		}, nil),
		river.NewPeriodicJob(river.PeriodicInterval(15*time.Minute), func() (river.JobArgs, *river.InsertOpts) {
			return outbox.KeepFresh{}, nil
		}, &river.PeriodicJobOpts{RunOnStart: true}),
		river.NewPeriodicJob(river.PeriodicInterval(6*time.Hour), func() (river.JobArgs, *river.InsertOpts) {
			return outbox.Tidy{}, nil
		}, &river.PeriodicJobOpts{RunOnStart: true}),
	}
	if c.worker, err = outbox.NewWorker(ward.Store, workers, every, logger.With("part", "jobs")); err != nil {
		return nil, err
	}
	return c, nil
}

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
