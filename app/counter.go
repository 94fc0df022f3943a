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
	"canbobot/services"
	"canbobot/services/outbox"
	"canbobot/services/ward"
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
	worker     *outbox.Worker
	sender     *delivery.Sender
	logger     *slog.Logger
	// redrawEvery is how often a notice's progress card is drawn at most.
	redrawEvery time.Duration
}

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
	}
	c.Screens = page.New(ward, page.Outside{Texts: a.Words, Links: links, Window: c.window,
		Site: confirmationSite(a.Settings.PublicURL)})
	breakers, book := bot.NewBreakers(ward.Clock), c.Screens.Book.Book
	c.Dispatcher = &bot.Dispatcher{
		Channels: c.channels, Breakers: breakers, Sessions: session.Dialogues{Store: a.Sessions},
		People: people{ward.Identity}, Cards: cards{ward.Outbox, c.Screens}, Looks: ward.Audit, Understand: understand.New(),
		Forms: &dialog.Forms{Book: book, Drafts: formDrafts{ward.Drafts}, Speech: a.Words},
		Book:  book, Speech: a.Words, Clock: ward.Clock, Logger: logger, Away: away, Spent: pace.Spent,
	}
	c.sender = &delivery.Sender{
		Channels: c.channels, Breakers: breakers, Outbox: ward.Outbox, Identity: ward.Identity, Drawer: c.Screens,
		Looks:     ward.Audit,
		Templates: ward.Channels, Troubles: ward.Channels, Pace: pace, Clock: ward.Clock, Logger: logger,
	}
	var err error
	c.worker, err = outbox.NewWorker(ward.Store, c.workers(), c.rounds(), logger.With("part", "jobs"))
	return c, err
}

// workers are who works which job.
func (c *Counter) workers() *river.Workers {
	ward := c.Ward
	workers := river.NewWorkers()
	c.sender.Register(workers)
	outbox.Work(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[outbox.Receive]) error {
		box := c.inboxes[job.Args.Channel]
		if box == nil { // the channel is off at the moment
			return river.JobSnooze(15 * time.Minute)
		}
		return box.Take(ctx, job.Args.Event)
	}))
	outbox.Work(workers, &follower{ward: ward, pause: &c.redrawEvery})
	return workers
}

// rounds are the work that the clock brings.
func (c *Counter) rounds() []services.Round { return append(c.Ward.Rounds(), bot.Round(c.channels)) }

// taker handles an event that was put off.
type taker interface {
	Take(ctx context.Context, sealed string) error
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
