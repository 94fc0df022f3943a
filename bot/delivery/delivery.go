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
	// Gaps are what may fill an approved template in the place of a reply: name
	// of the field to text.
	Gaps(ctx context.Context, recipient services.Actor, delivery models.Delivery, reply bot.Reply) (map[string]string, error)
}

// Templates are the texts that platforms have approved for a ward; the channels
// service keeps them.
type Templates interface {
	TemplateFor(ctx context.Context, ward int64, channel, kind string, values map[string]string) (id string, data map[string]string, found bool, err error)
	// PhoneOf is the number at which a person may be written to, E.164; empty
	// when there is none.
	PhoneOf(ctx context.Context, ward, person int64) (string, error)
}

// Troubles hears of what only a human can mend.
type Troubles interface {
	Report(ctx context.Context, channel, code, detail string) error
	// Works says that a message got through.
	Works(ctx context.Context, channel string) error
}

// Sender works deliveries and redraws cards.
type Sender struct {
	Channels  map[string]bot.Channel
	Lines     *bot.Lines
	Outbox    *outbox.Outbox
	Identity  *identity.Service
	Drawer    Drawer
	Templates Templates
	Troubles  Troubles
	Clock     services.Clock
	Logger    *slog.Logger

	places places
}

const (
	// uncertainMost is after how many tries a message of which nothing was heard
	// is left to people.
	uncertainMost = 6
	// firstPause and longestPause bound how long a channel is left alone that did
	// not say when; what a platform asks for is bounded by longestPause too.
	firstPause   = 15 * time.Second
	longestPause = 15 * time.Minute
	// brokenPause is how long a channel is left alone that a human must mend.
	brokenPause = 5 * time.Minute
	// elsewhereAfter is how long the channel used last has to get better before
	// the person's other one is taken.
	elsewhereAfter = 10 * time.Minute
	// givenUpAfter is how long a message waits for a channel to get better.
	givenUpAfter = 24 * time.Hour
)

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
// next one when that cannot be reached: first as a message, past the platform's
// window as an approved template. Whom nothing reaches is left to be telephoned.
// Returned errors are River's snoozes, or trouble of ours that a retry may mend.
func (s *Sender) Deliver(ctx context.Context, id int64) error {
	delivery, claimed, interrupted, err := s.Outbox.Claim(ctx, id)
	if err != nil || !claimed {
		return err
	}
	try := attempt{sender: s, delivery: delivery, interrupted: interrupted, reason: "no_account"}
	err = try.run(ctx)
	if err != nil && !errors.Is(err, &river.JobSnoozeError{}) {
		return errors.Join(err, s.Outbox.Settle(context.WithoutCancel(ctx), delivery, models.DeliveryQueued, "error"))
	}
	return err
}

// address is a chat to try.
type address struct {
	account                     int64
	channel, externalID, chatID string
	lastSeen                    time.Time
}

func (s *Sender) addresses(ctx context.Context, delivery models.Delivery) ([]address, error) {
	if delivery.PersonID == nil && delivery.StaffID == nil {
		// A chat that is linked to nobody wrote not long before the message was made.
		return []address{{channel: delivery.Channel, externalID: delivery.ChatID, chatID: delivery.ChatID, lastSeen: delivery.CreatedAt}}, nil
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
	addresses := make([]address, 0, len(accounts))
	for _, account := range accounts {
		if delivery.Kind == outbox.CardChanged && delivery.AccountID != nil && account.ID != *delivery.AccountID {
			continue // it follows the card that it replaces
		}
		addresses = append(addresses, address{account.ID, account.Channel, account.ExternalID, account.ChatID, account.LastSeenAt})
	}
	return addresses, nil
}

// recipient is the actor behind an address; a chat that is linked to nobody is
// a stranger.
func (s *Sender) recipient(ctx context.Context, to address) (services.Actor, error) {
	known, err := s.Identity.Holder(ctx, to.channel, to.externalID)
	return known.Actor, err
}

// Redraw draws every card of a subject as it is at the moment. A channel that
// redraws nothing sends the card anew, where that costs nothing. A card that
// stays as it was has buttons that answer that they are out of date.
func (s *Sender) Redraw(ctx context.Context, args outbox.Redraw) error {
	cards, err := s.Outbox.Cards(ctx, args.Ward, args.Subject, args.SubjectID)
	if err != nil {
		return err
	}
	resent := map[int64]bool{} // accounts: only their newest card counts
	for _, card := range cards {
		channel := s.Channels[card.Channel]
		if channel == nil || card.Via != "" {
			continue
		}
		editor, edits := channel.(bot.Editor)
		to, recipient, linked, err := s.holder(ctx, card)
		if err != nil {
			return err
		}
		// Unlinked since, nothing more is shown there.
		if !linked || !edits && (to.account == args.By || resent[to.account] || !s.free(channel, to)) {
			continue
		}
		reply, err := s.Drawer.Redrawn(ctx, recipient, card)
		if err != nil || reply.Empty() {
			if kind := services.KindOf(err); err != nil && kind != services.KindDenied && kind != services.KindNotFound {
				return err
			}
			continue
		}
		if !edits {
			resent[to.account] = true
			if reply.Card.Version > card.Version {
				if err := s.Outbox.Resend(ctx, card, reply.Card.Version); err != nil {
					return err
				}
			}
			continue
		}
		if s.Lines.Try(card.Channel) != nil {
			continue
		}
		err = editor.Edit(ctx, card.ChatID, card.MessageRef, reply)
		s.Lines.Heard(card.Channel, err)
		if err != nil {
			s.Logger.Info("card not redrawn", "delivery", card.ID, "channel", card.Channel, "fate", bot.FateOf(err))
			if bot.FateOf(err) == bot.Retry {
				return err // River tries again; cards redrawn before stay as they are
			}
		}
	}
	return nil
}

// free reports whether a message to the address costs nothing at the moment.
func (s *Sender) free(channel bot.Channel, to address) bool {
	windowed, ok := channel.(bot.Windowed)
	return !ok || windowed.Window(s.Clock().Sub(to.lastSeen)) == bot.Free
}

// holder is who has a card before them, and where; false when the account that
// it went to is linked to them no more.
func (s *Sender) holder(ctx context.Context, card models.Delivery) (address, services.Actor, bool, error) {
	if card.AccountID == nil {
		return address{}, services.Actor{}, false, nil
	}
	addresses, err := s.addresses(ctx, card)
	if err != nil {
		return address{}, services.Actor{}, false, err
	}
	for _, to := range addresses {
		if to.account == *card.AccountID {
			actor, err := s.recipient(ctx, to)
			return to, actor, true, err
		}
	}
	return address{}, services.Actor{}, false, nil
}
