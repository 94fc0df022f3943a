package app

import (
	"context"
	"fmt"
	"strings"

	"canbobot/config"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/vault"
	"canbobot/services/ward"
)

// openStore opens the configured database; it changes nothing in it.
func openStore(ctx context.Context, settings config.Config, clock services.Clock) (*models.Store, error) {
	return models.Open(ctx, models.Options{URL: settings.DatabaseURL.Reveal(), Dir: settings.DataDir, Now: clock})
}

// newWard wires the services over an open database.
func newWard(store *models.Store, settings config.Config, clock services.Clock,
	guesses identity.Guesses) (*ward.Services, error) {
	keys := settings.Keys()
	v, err := vault.New(keys[0], keys[1:]...)
	if err != nil {
		return nil, fmt.Errorf("SECRET_KEY: %w", err)
	}
	return ward.New(store, v, clock, guesses)
}

// actorOf is the program itself, in the ward with this code.
func actorOf(ctx context.Context, w *ward.Services, code string) (services.Actor, error) {
	wards, err := w.Identity.Wards(ctx)
	if err != nil {
		return services.Actor{}, err
	}
	var codes []string
	for _, ward := range wards {
		if ward.Code == code {
			return services.SystemActor(ward.ID), nil
		}
		codes = append(codes, ward.Code)
	}
	if code == "" {
		return services.Actor{}, usageError{fmt.Errorf("which ward? name one with --ward: %s", strings.Join(codes, ", "))}
	}
	return services.Actor{}, usageError{fmt.Errorf("no ward %q; there are: %s", code, strings.Join(codes, ", "))}
}
