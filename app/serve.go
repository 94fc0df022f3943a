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
	"canbobot/bot/page"
	"canbobot/bot/telegram"
	"canbobot/bot/zalo"
	"canbobot/bot/zalobot"
	"canbobot/config"
	"canbobot/services"
	"canbobot/services/journal"
)

// grace is how long a stop waits for what is running: longer than a message is in
// the air.
const grace = 40 * time.Second

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
	telegram *messenger
	zalo     *official
	zalobot  *numberedBot
	inboxes  []*inbox.Inbox
	mirror   *mirror
}

// openService wires all that the settings ask for; nothing runs yet.
func openService(ctx context.Context, settings config.Config, clock services.Clock,
	logger *slog.Logger) (s *service, err error) {
	s = &service{metrics: newMetrics()}
	if s.App, err = Open(ctx, settings, clock, logger); err != nil {
		return s, err
	}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if err := s.Ward.Store.Migrate(ctx); err != nil {
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
	if s.counter, err = s.NewCounter(Paces(settings), s.openChannels(ctx), s.links); err != nil {
		return s, err
	}
	s.counter.sender.Meter = s.metrics
	s.metrics.backlog(s.Ward.Notices.Backlog)
	mux := http.NewServeMux()
	health(mux, s.Ward)
	downloadRoutes(mux, s.Ward.Downloads, s.Words, logger)
	joinRoutes(mux, s.ways, s.Words, logger)
	formImage(mux)
	if err := s.webhooks(mux); err != nil {
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

// openChannels makes the channels that have their settings.
func (s *service) openChannels(ctx context.Context) (lines []bot.Channel) {
	shelf := shelf{service: s.Ward.Downloads, publicURL: s.Settings.PublicURL}
	if s.telegram = openTelegram(s.Settings, s.Ward, s.Logger); s.telegram != nil {
		lines = append(lines, s.telegram.channel)
	}
	if s.zalo = openZalo(ctx, s.Settings, s.Ward, s.Words, shelf, s.metrics.counter(zalo.Name), s.Logger); s.zalo != nil {
		lines = append(lines, s.zalo.channel)
		s.closing(func() error {
			ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
			defer cancel()
			return s.zalo.tokens.Close(ending)
		})
	}
	if s.zalobot = openZaloBot(s.Settings, s.Ward.Clock, s.Words, shelf, s.metrics.counter(zalobot.Name),
		s.Logger); s.zalobot != nil {
		lines = append(lines, s.zalobot.channel)
	}
	return lines
}

// webhooks routes what platforms push. Zalo wants its answer within a second or
// two, and a bot that polls it hears each event once: both have an inbox.
func (s *service) webhooks(mux *http.ServeMux) error {
	handler := measured{next: s.counter.Dispatcher, metrics: s.metrics}
	if s.telegram != nil {
		s.telegram.handler = handler
		if s.Settings.TelegramMode == "webhook" {
			mux.Handle("/webhooks/telegram", s.telegram.channel.WebhookHandler(s.Settings.TelegramWebhookSecret.Reveal(),
				handler))
		}
	}
	if s.zalo != nil {
		box, err := s.inbox(zalo.Name, handler)
		if err != nil {
			return err
		}
		mux.Handle("/webhooks/zalo", s.zalo.channel.WebhookHandler(s.zalo.hearing(box.Handler(true))))
		s.counter.watches = append(s.counter.watches, s.zalo.watch)
	}
	if s.zalobot != nil {
		box, err := s.inbox(zalobot.Name, handler)
		if err != nil {
			return err
		}
		webhook := s.Settings.ZaloBotMode == "webhook"
		s.zalobot.handler = box.Handler(webhook)
		if webhook {
			mux.Handle("/webhooks/zalobot", s.zalobot.channel.WebhookHandler(s.Settings.ZaloBotWebhookSecret.Reveal(),
				s.zalobot.handler))
		}
	}
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

// links are the addresses that invites may be handed out with.
func (s *service) links() []page.Link {
	var links []page.Link
	if s.telegram != nil && s.telegram.name() != "" {
		links = append(links, page.Link{Channel: telegram.Name, Pattern: s.telegram.start() + "%s"})
	}
	switch account := s.account(); {
	case account == "":
	case s.Settings.PublicURL != "": // a page that shows the code: a Zalo chat opens with nothing typed
		links = append(links, page.Link{Channel: zalo.Name, Pattern: s.Settings.PublicURL + "/join#%s"})
	default:
		links = append(links, page.Link{Channel: zalo.Name, Pattern: account})
	}
	return links
}

// account is the address of the Official Account's chat; empty until Zalo has
// said whose it is.
func (s *service) account() string {
	if s.zalo == nil || s.zalo.account.Load() == nil {
		return ""
	}
	return "https://zalo.me/" + s.zalo.account.Load().ID
}

// ways are the apps of the page behind an invite's QR code.
func (s *service) ways() []way {
	var all []way
	if account := s.account(); account != "" {
		all = append(all, way{Label: s.Words.Say("join.open_zalo", nil), Address: account})
	}
	if s.telegram != nil && s.telegram.name() != "" {
		all = append(all, way{Label: s.Words.Say("join.open_telegram", nil), Address: "https://t.me/" + s.telegram.name(),
			Start: s.telegram.start()})
	}
	return all
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
	if s.telegram != nil {
		running.Go(func() { s.telegram.run(ctx, s.Words) })
	}
	if s.zalo != nil {
		running.Go(func() { s.zalo.learn(ctx) })
	}
	if s.mirror != nil {
		running.Go(func() { s.mirror.run(ctx) })
	}
	if s.zalobot != nil {
		running.Go(func() { s.zalobot.run(ctx) })
	}
	s.Logger.Info("serving", "address", s.public.URL())

	var failure error
	select {
	case <-ctx.Done():
	case failure = <-s.public.failed:
	}
	s.Logger.Info("stopping")
	s.counter.sender.Stop() // first: what is in the air has the whole of the time to land
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
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
