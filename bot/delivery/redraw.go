package delivery

import (
	"context"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

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
		if channel == nil || card.Via != "" || args.Version != 0 && card.Version >= args.Version {
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
		if s.Breakers.Try(card.Channel) != nil {
			continue
		}
		if len(reply.Shows) > 0 {
			if err := s.Looks.Seen(ctx, recipient, reply.Shows); err != nil {
				return err
			}
		}
		err = editor.Edit(ctx, card.ChatID, card.MessageRef, reply)
		s.Breakers.Heard(card.Channel, err)
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
	addresses, err := s.addresses(ctx, []models.Delivery{card})
	if err != nil {
		return address{}, services.Actor{}, false, err
	}
	for _, to := range addresses[0] {
		if to.account == *card.AccountID {
			return to, to.reader, true, nil
		}
	}
	return address{}, services.Actor{}, false, nil
}
