package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"canbobot/bot"
	"canbobot/bot/screens"
	"canbobot/bot/session"
	"canbobot/bot/telegram"
	"canbobot/config"
)

// grace is how long a stop waits for what is running.
const grace = 20 * time.Second

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
	ward     *Ward
	counter  *Counter
	metrics  *metrics
	public   *server
	admin    *server
	telegram *telegram.Channel
	username atomic.Pointer[string] // of the Telegram bot, once it answered
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
	if s.counter, err = newCounter(s.ward, sessions, s.openChannels(p), s.links, logger); err != nil {
		return s, err
	}
	handler := measured{next: s.counter.Dispatcher, metrics: s.metrics}
	mux := http.NewServeMux()
	health(mux, s.ward)
	if s.telegram != nil && settings.TelegramMode == "webhook" {
		mux.Handle("/webhooks/telegram", s.telegram.WebhookHandler(settings.TelegramWebhookSecret.Reveal(), handler))
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
func (s *service) openChannels(p *process) []bot.Channel {
	if s.settings.TelegramToken.Reveal() == "" {
		s.logger.Info("channel is off", "channel", "telegram", "missing", "TELEGRAM_TOKEN")
		return nil
	}
	s.telegram = telegram.New(telegram.Config{
		Token: s.settings.TelegramToken.Reveal(), APIURL: s.settings.TelegramAPIURL, Clock: p.clock,
		Logger: s.logger.With("channel", "telegram"),
	})
	return []bot.Channel{s.telegram}
}

// links are the addresses that invites may be handed out with.
func (s *service) links() []screens.Link {
	if name := s.username.Load(); name != nil {
		return []screens.Link{{Channel: "telegram", Pattern: "https://t.me/" + *name + "?start=%s"}}
	}
	return nil
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
	polling := s.startTelegram(ctx)
	s.logger.Info("serving", "address", s.public.URL())

	var failure error
	select {
	case <-ctx.Done():
	case failure = <-s.public.failed:
	}
	s.logger.Info("stopping")
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := s.public.stop(ending)
	if polling != nil {
		select {
		case <-polling:
		case <-ending.Done():
		}
	}
	if s.admin != nil {
		err = errors.Join(err, s.admin.stop(ending))
	}
	return errors.Join(failure, err, s.counter.Stop(ending))
}

// startTelegram begins to take events. Telegram may be blocked at any time: it
// is asked again and again, and keeps nothing else from running.
func (s *service) startTelegram(ctx context.Context) (done chan struct{}) {
	if s.telegram == nil {
		return nil
	}
	handler := measured{next: s.counter.Dispatcher, metrics: s.metrics}
	done = make(chan struct{})
	go func() {
		defer close(done)
		var named sync.WaitGroup
		defer named.Wait()
		named.Go(func() {
			retry(ctx, s.logger, "ask for the bot's name", func() error {
				name, err := s.telegram.Username(ctx)
				if err == nil {
					s.username.Store(&name)
				}
				return err
			})
		})
		named.Go(func() {
			say := s.counter.Texts.Say
			retry(ctx, s.logger, "offer commands", func() error {
				return s.telegram.SetCommands(ctx, []telegram.Command{
					{Name: "menu", Description: say("command.menu", nil)},
					{Name: "huy", Description: say("command.cancel", nil)},
					{Name: "trogiup", Description: say("command.help", nil)},
				})
			})
		})
		if s.settings.TelegramMode == "webhook" {
			address := s.settings.PublicURL + "/webhooks/telegram"
			retry(ctx, s.logger, "set webhook", func() error {
				return s.telegram.SetWebhook(ctx, address, s.settings.TelegramWebhookSecret.Reveal())
			})
			return
		}
		if err := s.telegram.Poll(ctx, handler); err != nil && ctx.Err() == nil {
			s.logger.Error("polling ended", "channel", "telegram", "error", err)
		}
	}()
	return done
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
