package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"canbobot/bot"
	"canbobot/bot/inbox"
	"canbobot/config"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// grace is how long a stop waits for what is running: longer than a message is in
// the air.
const grace = 40 * time.Second

// patience is how long one statement may take: what has not been heard of by then
// is taken for lost with its connection, so that jobs go on within 30 s.
const patience = 20 * time.Second

// Serve brings the tables up to date, then serves the channels that have their
// settings until ctx ends.
func Serve(ctx context.Context, settings config.Config, clock services.Clock, logger *slog.Logger) error {
	service, err := openService(ctx, settings, clock, logger)
	if err != nil {
		return err
	}
	defer service.Close()
	return service.serve(ctx)
}

// service is everything that serve runs.
type service struct {
	*App
	counter  *Counter
	metrics  *metrics
	public   *server
	admin    *server
	channels []bot.Channel
	handlers map[string]bot.Handler // by channel
	inboxes  []*inbox.Inbox
	mirror   *mirror
	asks     time.Duration // how often it asks whether it may still write
}

// openService wires all that the settings ask for; nothing runs yet.
func openService(ctx context.Context, settings config.Config, clock services.Clock,
	logger *slog.Logger) (s *service, err error) {
	s = &service{metrics: newMetrics(), asks: 30 * time.Second}
	if s.App, err = openPatient(ctx, settings, clock, logger, patience); err != nil {
		return s, err
	}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if file := s.Ward.Store.File; file != "" {
		unlock, err := inbox.Lock(file + ".lock")
		if err != nil {
			return s, fmt.Errorf("another process serves %s, or it cannot be locked; several need PostgreSQL: %w", file, err)
		}
		s.closing(unlock)
	}
	if err := s.Ward.Migrate(ctx); err != nil {
		return s, err
	}
	if err := tellStanding(ctx, s.Ward.Store, logger); err != nil {
		return s, err
	}
	if settings.AuditFile != "" {
		file, err := journal.OpenMirror(settings.AuditFile)
		if err != nil {
			return s, err
		}
		s.closing(file.Close)
		s.mirror = &mirror{journal: s.Ward.Audit, file: file, logger: logger.With("part", "audit")}
	}
	s.openChannels(ctx)
	if s.counter, err = s.NewCounter(s.channels, s.links); err != nil {
		return s, err
	}
	s.counter.sender.Meter = s.metrics
	s.metrics.backlog(s.Ward.Notices.Outcomes.Backlog)
	s.metrics.work(s.Ward.Outbox.Backlog)
	s.metrics.journal(s.Ward.Anchor.Standing)
	mux := http.NewServeMux()
	health(mux, s.Ward, s.counter.worker.Heart.Silent)
	downloadRoutes(mux, s.Ward.Downloads, s.Words, logger)
	confirmationRoutes(mux, s.Ward.Confirms, s.Words, logger)
	joinRoutes(mux, s.ways, s.Words, logger)
	if err := s.mount(mux); err != nil {
		return s, err
	}
	if s.public, err = s.listen(settings.HTTPAddr, mux); err != nil {
		return s, err
	}
	if settings.AdminAddr != "" {
		s.admin, err = s.listen(settings.AdminAddr, s.metrics.handler())
	}
	return s, err
}

// tellStanding says at the start what the database's role could do besides
// serving; where that is more than nothing, how it is told in docs/operate.md.
func tellStanding(ctx context.Context, store *models.Store, logger *slog.Logger) error {
	standing, err := store.Standing(ctx)
	if err != nil || standing.Role == "" {
		return err
	}
	level, says := slog.LevelInfo, "the database's role serves and owns nothing"
	if standing.Owned > 0 || standing.Beyond {
		level, says = slog.LevelWarn, "the database's role could rewrite the journal: see 'Two roles' in docs/operate.md"
	}
	logger.Log(ctx, level, says, "role", standing.Role, "owned_tables", standing.Owned, "beyond", standing.Beyond)
	return nil
}

func (s *service) inbox(channel string, handler bot.Handler) (*inbox.Inbox, error) {
	box, err := OpenInbox(s.Settings, s.Ward, channel, handler, s.metrics.counter(channel), s.Logger)
	if err != nil {
		return nil, err
	}
	s.closing(box.Close)
	s.inboxes = append(s.inboxes, box)
	s.counter.inboxes[channel] = box
	s.metrics.waiting(channel, box.Waiting)
	return box, nil
}

// serve runs until ctx ends, then stops in reverse order: no new events, the
// running ones to their end, then jobs.
func (s *service) serve(ctx context.Context) error {
	if err := s.counter.Start(ctx); err != nil {
		return err
	}
	s.public.start()
	if s.admin != nil {
		s.admin.start()
	}
	var running sync.WaitGroup
	for _, box := range s.inboxes {
		running.Go(func() {
			if err := box.Run(ctx); err != nil && ctx.Err() == nil {
				s.Logger.Error("inbox ended", "error", err)
			}
		})
	}
	s.run(ctx, &running)
	if s.mirror != nil {
		running.Go(func() { s.mirror.run(ctx) })
	}
	s.Logger.Info("serving", "address", s.public.URL())

	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-s.public.failed:
	case failure = <-s.outdated(watching):
	}
	s.Logger.Info("stopping")
	s.counter.sender.Stop() // first: what is in the air has the whole of the time to land
	ending, end := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer end()
	err := s.public.stop(ending)
	stopped := make(chan struct{})
	go func() { running.Wait(); close(stopped) }()
	select {
	case <-stopped:
	case <-ending.Done():
	}
	if s.admin != nil {
		err = errors.Join(err, s.admin.stop(ending))
	}
	return errors.Join(failure, err, s.counter.Stop(ending))
}

// outdated hears of a later release that has closed the database to this one.
func (s *service) outdated(ctx context.Context) <-chan error {
	told := make(chan error, 1)
	go func() {
		tick := time.NewTicker(s.asks)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if old := (*models.TooOld)(nil); errors.As(s.Ward.Store.Fenced(ctx), &old) {
				told <- old
				return
			}
		}
	}()
	return told
}

// retry repeats until it works or ctx ends, with a growing pause.
func retry(ctx context.Context, logger *slog.Logger, what string, do func() error) {
	for pause := time.Second; ; pause = min(2*pause, 5*time.Minute) {
		err := do()
		if err == nil || ctx.Err() != nil {
			return
		}
		logger.Warn(fmt.Sprintf("%s failed, will repeat", what), "pause", pause, "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}
