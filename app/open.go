// Package app is the only place that knows everything: it opens what is served,
// tried, commanded, played or measured, and wires services, conversation and channels.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"canbobot/bot/session"
	"canbobot/bot/texts"
	"canbobot/config"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/keys"
	"canbobot/services/vault"
	"canbobot/services/ward"
)

// App is what everything stands on that is served, tried, commanded, played or
// measured: the services over one database, the words, and what Redis holds.
type App struct {
	Settings config.Config
	Clock    services.Clock
	Logger   *slog.Logger
	Words    *texts.Texts
	Ward     *ward.Services
	Sessions *session.Store

	closers []func() error
}

// Open opens what the settings name; nothing runs yet, and no table is changed.
func Open(ctx context.Context, settings config.Config, clock services.Clock, logger *slog.Logger) (*App, error) {
	return openPatient(ctx, settings, clock, logger, 0)
}

// openPatient is Open with a bound on each statement, see models.Options.
func openPatient(ctx context.Context, settings config.Config, clock services.Clock, logger *slog.Logger,
	patience time.Duration) (*App, error) {
	store, err := models.Open(ctx, models.Options{URL: settings.DatabaseURL.Reveal(),
		MigrateURL: settings.MigrateDatabaseURL.Reveal(), Dir: settings.DataDir, Now: clock, Patience: patience})
	if err != nil {
		return nil, err
	}
	return openOver(ctx, store, settings, clock, logger)
}

// openOver is Open over a database that is open already; it is closed with it. A
// key that is not the database's is *keys.Wrong, a release that may not write there
// any more is *models.TooOld.
func openOver(ctx context.Context, store *models.Store, settings config.Config, clock services.Clock,
	logger *slog.Logger) (a *App, err error) {
	a = &App{Settings: settings, Clock: clock, Logger: logger}
	a.closing(store.Close)
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	if err := store.Fenced(ctx); err != nil {
		return a, err
	}
	if a.Words, err = texts.Load(func(problem string) { logger.Error("text", "problem", problem) }); err != nil {
		return a, err
	}
	own := settings.Keys()
	secrets, err := vault.New(own[0], own[1:]...)
	if err != nil {
		return a, fmt.Errorf("SECRET_KEY: %w", err)
	}
	store.SealedBy(secrets)
	if err := keys.New(store, secrets, clock).Check(ctx); err != nil {
		return a, err
	}
	client, closeRedis, err := session.OpenRedis(settings.RedisURL.Reveal())
	if err != nil {
		return a, err
	}
	a.closing(closeRedis)
	a.Sessions = session.New(client, clock, logger.With("part", "session"))
	a.Ward, err = ward.New(store, secrets, clock, a.Sessions.Guesses())
	return a, err
}

// closing has something closed at the end, before what was opened earlier.
func (a *App) closing(do func() error) { a.closers = append(a.closers, do) }

// Close closes in the reverse order of opening.
func (a *App) Close() {
	for i := len(a.closers) - 1; i >= 0; i-- {
		if err := a.closers[i](); err != nil {
			a.Logger.Warn("close", "error", err)
		}
	}
	a.closers = nil
}

// Database names the database of the settings, without what opens it.
func Database(settings config.Config) string {
	address := settings.DatabaseURL.Reveal()
	if address == "" {
		return "SQLite file " + filepath.Join(settings.DataDir, "canbobot.db")
	}
	if path, is := strings.CutPrefix(address, "sqlite:"); is {
		return "SQLite file " + path
	}
	if parsed, err := url.Parse(address); err == nil {
		return "PostgreSQL database " + parsed.Host + parsed.Path
	}
	return "the database of DATABASE_URL"
}
