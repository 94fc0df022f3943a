// Package delivery sends what nobody is waiting for: it works the jobs that
// services enqueued with their changes.
package delivery

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/outbox"
)

// Drawer draws what a recipient is told; screens.Screens does.
type Drawer interface {
	Notification(ctx context.Context, recipient services.Actor, delivery models.Delivery) (bot.Reply, error)
	Redrawn(ctx context.Context, recipient services.Actor, delivery models.Delivery) (bot.Reply, error)
}

// Sender works deliveries and redraws cards.
type Sender struct {
	Channels map[string]bot.Channel
	Outbox   *outbox.Outbox
	Identity *identity.Service
	Drawer   Drawer
	Clock    services.Clock
	Logger   *slog.Logger
}

// attemptsMax is after how many tries an uncertain or failing message is left
// to people.
const attemptsMax = 6

// pause is how long a channel that did not say when is left alone.
const pause = 15 * time.Second

// longestPause bounds what a platform may ask for.
const longestPause = 15 * time.Minute

// Register adds the workers of this package.
func (s *Sender) Register(workers *river.Workers) {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[outbox.Deliver]) error {
		return s.Deliver(ctx, job.Args.Delivery)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[outbox.Redraw]) error {
		return s.Redraw(ctx, job.Args)
	}))
}

// Deliver sends one delivery to the account its recipient used last, to the
// next one when that cannot be reached. Returned errors are River's snoozes, or
// trouble of ours that a retry may mend.
func (s *Sender) Deliver(ctx context.Context, id int64) error {
	delivery, claimed, interrupted, err := s.Outbox.Claim(ctx, id)
	if err != nil || !claimed {
		return err
	}
	addresses, err := s.addresses(ctx, delivery)
	if err != nil {
		return errors.Join(err, s.Outbox.Settle(ctx, delivery, models.DeliveryQueued, "error"))
	}
	reason := "no_account"
	for _, to := range addresses {
		channel := s.Channels[to.channel]
		if channel == nil {
			reason = "channel_off"
			continue
		}
		recipient, err := s.recipient(ctx, to)
		if err != nil {
			return errors.Join(err, s.Outbox.Settle(ctx, delivery, models.DeliveryQueued, "error"))
		}
		reply, err := s.Drawer.Notification(ctx, recipient, delivery)
		switch services.KindOf(err) {
		case services.KindDenied, services.KindNotFound:
			if err != nil { // no longer theirs to read
				return s.Outbox.Settle(ctx, delivery, models.DeliveryFailed, "not_theirs")
			}
		}
		if err != nil {
			return errors.Join(err, s.Outbox.Settle(ctx, delivery, models.DeliveryQueued, "error"))
		}
		if reply.Empty() {
			return s.Outbox.Settle(ctx, delivery, models.DeliveryFailed, "outdated")
		}
		ref, err := channel.Send(ctx, to.chatID, reply)
		if err == nil {
			return s.Outbox.Sent(ctx, delivery, to.account, to.channel, to.chatID, ref, interrupted)
		}
		s.Logger.Warn("message not delivered", "delivery", delivery.ID, "kind", delivery.Kind, "channel", to.channel, "fate", bot.FateOf(err), "error", err)
		switch bot.FateOf(err) {
		case bot.Unreachable:
			reason = "unreachable"
			if err := s.Identity.MarkUnreachable(ctx, to.channel, to.externalID, bot.WhyOf(err)); err != nil {
				return errors.Join(err, s.Outbox.Settle(ctx, delivery, models.DeliveryQueued, "error"))
			}
		case bot.Refused:
			reason = "refused"
		case bot.Broken:
			reason = "channel_broken"
		case bot.Retry:
			return s.later(ctx, delivery, models.DeliveryQueued, "retry", err)
		default:
			return s.later(ctx, delivery, models.DeliveryUncertain, "uncertain", err)
		}
	}
	state := models.DeliveryUnreachable
	if reason == "refused" {
		state = models.DeliveryFailed
	}
	return s.Outbox.Settle(ctx, delivery, state, reason)
}

// later leaves the delivery for another try, as often as patience lasts.
func (s *Sender) later(ctx context.Context, delivery models.Delivery, state models.DeliveryState, reason string, cause error) error {
	if delivery.Attempts >= attemptsMax {
		if state == models.DeliveryQueued {
			state = models.DeliveryFailed
		}
		return s.Outbox.Settle(ctx, delivery, state, reason)
	}
	wait := pause
	if failure := (*bot.SendError)(nil); errors.As(cause, &failure) && !failure.RetryAt.IsZero() {
		wait = min(max(failure.RetryAt.Sub(s.Clock()), time.Second), longestPause)
	}
	if err := s.Outbox.Settle(ctx, delivery, state, reason); err != nil {
		return err
	}
	return river.JobSnooze(wait)
}

// address is a chat to try.
type address struct {
	account                     int64
	channel, externalID, chatID string
}

func (s *Sender) addresses(ctx context.Context, delivery models.Delivery) ([]address, error) {
	if delivery.PersonID == nil && delivery.StaffID == nil {
		return []address{{channel: delivery.Channel, externalID: delivery.ChatID, chatID: delivery.ChatID}}, nil
	}
	var person, staff int64
	if delivery.PersonID != nil {
		person = *delivery.PersonID
	}
	if delivery.StaffID != nil {
		staff = *delivery.StaffID
	}
	accounts, err := s.Identity.AccountsOf(ctx, person, staff)
	if err != nil {
		return nil, err
	}
	addresses := make([]address, len(accounts))
	for i, account := range accounts {
		addresses[i] = address{account.ID, account.Channel, account.ExternalID, account.ChatID}
	}
	return addresses, nil
}

// recipient is the actor behind an address; a chat that is linked to nobody is
// a stranger.
func (s *Sender) recipient(ctx context.Context, to address) (services.Actor, error) {
	known, err := s.Identity.Identify(ctx, to.channel, to.externalID)
	return known.Actor, err
}

// Redraw draws every card of a subject as it is at the moment, in the channels
// that can. A card that cannot be redrawn stays: its buttons answer that they
// are out of date.
func (s *Sender) Redraw(ctx context.Context, args outbox.Redraw) error {
	cards, err := s.Outbox.Cards(ctx, args.Ward, args.Subject, args.SubjectID)
	if err != nil {
		return err
	}
	for _, card := range cards {
		editor, ok := s.Channels[card.Channel].(bot.Editor)
		if !ok {
			continue
		}
		recipient, linked, err := s.holder(ctx, card)
		if err != nil {
			return err
		}
		if !linked { // unlinked since: nothing more is shown there
			continue
		}
		reply, err := s.Drawer.Redrawn(ctx, recipient, card)
		if err != nil || reply.Empty() {
			if kind := services.KindOf(err); err != nil && kind != services.KindDenied && kind != services.KindNotFound {
				return err
			}
			continue
		}
		if err := editor.Edit(ctx, card.ChatID, card.MessageRef, reply); err != nil {
			s.Logger.Info("card not redrawn", "delivery", card.ID, "channel", card.Channel, "fate", bot.FateOf(err))
			if bot.FateOf(err) == bot.Retry {
				return err // River tries again; cards redrawn before stay as they are
			}
		}
	}
	return nil
}

// holder is who has a card before them; false when the account that it went to
// is linked to them no more.
func (s *Sender) holder(ctx context.Context, card models.Delivery) (services.Actor, bool, error) {
	if card.AccountID == nil {
		return services.Actor{}, false, nil
	}
	addresses, err := s.addresses(ctx, card)
	if err != nil {
		return services.Actor{}, false, err
	}
	for _, to := range addresses {
		if to.account == *card.AccountID {
			actor, err := s.recipient(ctx, to)
			return actor, true, err
		}
	}
	return services.Actor{}, false, nil
}
