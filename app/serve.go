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
	"canbobot/bot/session"
	"canbobot/bot/telegram"
	"canbobot/bot/texts"
	"canbobot/bot/zalo"
	"canbobot/bot/zalobot"
	"canbobot/config"
	"canbobot/services/downloads"
	"canbobot/services/journal"
	"canbobot/services/ward"
)

// grace is how long a stop waits for what is running: longer than a message is in
// the air.
const grace = 40 * time.Second

type serveCommand struct{}

func (serveCommand) Help() string {
	return "Brings the tables up to date, then serves until SIGTERM. A channel without its settings is off.\n\nExample: SECRET_KEY=... TELEGRAM_TOKEN=... canbobot serve"
}

func (serveCommand) Run(p *process) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	if err := settings.Check(config.NeedSecret, config.NeedWebhook); err != nil {
		return err
	}
	logger := p.logger(settings)
	service, err := openService(p.ctx, settings, p, logger)
	if err != nil {
		return err
	}
	defer service.close()
	return service.serve(p.ctx)
}

// service is everything that serve runs.
type service struct {
	settings config.Config
	ward     *ward.Services
	files    *downloads.Service
	counter  *Counter
	metrics  *metrics
	public   *server
	admin    *server
	telegram *messenger
	zalo     *official
	zalobot  *numberedBot
	inboxes  []*inbox.Inbox
	mirror   *mirror
	logger   *slog.Logger
	closers  []func() error
}

func (s *service) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		if err := s.closers[i](); err != nil {
			s.logger.Warn("close", "error", err)
		}
	}
}

// openService wires all that the settings ask for; nothing runs yet.
func openService(ctx context.Context, settings config.Config, p *process, logger *slog.Logger) (s *service, err error) {
	s = &service{settings: settings, metrics: newMetrics(), logger: logger}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	store, err := openStore(ctx, settings, p.clock)
	if err != nil {
		return s, err
	}
	s.closers = append(s.closers, store.Close)
	if err := store.Migrate(ctx); err != nil {
		return s, err
	}
	client, closeRedis, err := session.OpenRedis(settings.RedisURL.Reveal())
	if err != nil {
		return s, err
	}
	s.closers = append(s.closers, closeRedis)
	sessions := session.New(client, p.clock, logger.With("part", "session"))
	if s.ward, err = newWard(store, settings, p.clock, sessions.Guesses()); err != nil {
		return s, err
	}
	s.files = s.ward.Downloads
	if settings.AuditFile != "" {
		file, err := journal.OpenMirror(settings.AuditFile)
		if err != nil {
			return s, err
		}
		s.closers = append(s.closers, file.Close)
		s.mirror = &mirror{journal: s.ward.Audit, file: file, logger: logger.With("part", "audit")}
	}
	words, err := texts.Load(func(problem string) { logger.Error("text", "problem", problem) })
	if err != nil {
		return s, err
	}
	if s.counter, err = newCounter(s.ward, sessions, sessions.Pace(paces(settings)), s.openChannels(ctx, words), s.links,
		logger); err != nil {
		return s, err
	}
	s.counter.sender.Meter = s.metrics
	s.metrics.backlog(s.ward.Notices.Backlog)
	s.counter.tidies = append(s.counter.tidies, s.ward.Channels.PurgeUploads, func(ctx context.Context) error {
		_, err := s.files.Purge(ctx)
		return err
	})
	mux := http.NewServeMux()
	health(mux, s.ward)
	downloadRoutes(mux, s.files, words, logger)
	joinRoutes(mux, s.ways(words), words, logger)
	formImage(mux)
	if err := s.webhooks(mux); err != nil {
		return s, err
	}
	if s.public, err = listen(settings.HTTPAddr, mux, logger); err != nil {
		return s, err
	}
	s.closers = append(s.closers, s.public.http.Close)
	if settings.AdminAddr != "" {
		if s.admin, err = listen(settings.AdminAddr, s.metrics.handler(), logger); err != nil {
			return s, err
		}
		s.closers = append(s.closers, s.admin.http.Close)
	}
	return s, nil
}

// openChannels makes the channels that have their settings.
func (s *service) openChannels(ctx context.Context, words *texts.Texts) (lines []bot.Channel) {
	shelf := shelf{service: s.files, publicURL: s.settings.PublicURL}
	if s.telegram = openTelegram(s.settings, s.ward, s.logger); s.telegram != nil {
		lines = append(lines, s.telegram.channel)
	}
	if s.zalo = openZalo(ctx, s.settings, s.ward, words, shelf, s.metrics.counter(zalo.Name), s.logger); s.zalo != nil {
		lines = append(lines, s.zalo.channel)
		s.closers = append(s.closers, func() error {
			ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
			defer cancel()
			return s.zalo.tokens.Close(ending)
		})
	}
	if s.zalobot = openZaloBot(s.settings, s.ward.Clock, words, shelf, s.metrics.counter(zalobot.Name),
		s.logger); s.zalobot != nil {
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
		if s.settings.TelegramMode == "webhook" {
			mux.Handle("/webhooks/telegram", s.telegram.channel.WebhookHandler(s.settings.TelegramWebhookSecret.Reveal(),
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
		webhook := s.settings.ZaloBotMode == "webhook"
		s.zalobot.handler = box.Handler(webhook)
		if webhook {
			mux.Handle("/webhooks/zalobot", s.zalobot.channel.WebhookHandler(s.settings.ZaloBotWebhookSecret.Reveal(),
				s.zalobot.handler))
		}
	}
	return nil
}

func (s *service) inbox(channel string, handler bot.Handler) (*inbox.Inbox, error) {
	box, err := openInbox(s.settings, s.ward, channel, handler, s.metrics.counter(channel), s.logger)
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, box.Close)
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
	case s.settings.PublicURL != "": // a page that shows the code: a Zalo chat opens with nothing typed
		links = append(links, page.Link{Channel: zalo.Name, Pattern: s.settings.PublicURL + "/join#%s"})
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
func (s *service) ways(words *texts.Texts) func() []way {
	return func() []way {
		var all []way
		if account := s.account(); account != "" {
			all = append(all, way{Label: words.Say("join.open_zalo", nil), Address: account})
		}
		if s.telegram != nil && s.telegram.name() != "" {
			all = append(all, way{Label: words.Say("join.open_telegram", nil), Address: "https://t.me/" + s.telegram.name(),
				Start: s.telegram.start()})
		}
		return all
	}
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
				s.logger.Error("inbox ended", "error", err)
			}
		})
	}
	if s.telegram != nil {
		running.Go(func() { s.telegram.run(ctx, s.counter.Texts) })
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
	s.logger.Info("serving", "address", s.public.URL())

	var failure error
	select {
	case <-ctx.Done():
	case failure = <-s.public.failed:
	}
	s.logger.Info("stopping")
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
