package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// attempt is one try to bring one delivery to its recipient.
type attempt struct {
	sender      *Sender
	delivery    models.Delivery
	interrupted bool // a process died in the middle of the try before

	reason  string    // why the last address did not work
	retryAt time.Time // when a channel that failed for the moment may be asked again
	waiting bool      // some channel may work later
}

// run tries every address once. Its error is a snooze, or our own trouble.
func (a *attempt) run(ctx context.Context) error {
	s := a.sender
	addresses, err := s.addresses(ctx, a.delivery)
	if err != nil {
		return err
	}
	var last services.Actor
	for i, to := range addresses {
		channel := s.Channels[to.channel]
		if channel == nil {
			a.reason = "channel_off"
			continue
		}
		recipient, err := s.recipient(ctx, to)
		if err != nil {
			return err
		}
		last = recipient
		reply, ended, err := a.draw(ctx, recipient)
		if ended || err != nil {
			return err
		}
		done, err := a.send(ctx, channel, to, recipient, reply)
		if done || err != nil {
			return err
		}
		if a.waiting && s.Clock().Sub(a.delivery.CreatedAt) < elsewhereAfter && i < len(addresses)-1 {
			return a.later(ctx) // the channel used last is given time before another one
		}
	}
	if a.waiting && s.Clock().Sub(a.delivery.CreatedAt) < givenUpAfter {
		return a.later(ctx)
	}
	if done, err := a.byPhone(ctx, last); done || err != nil {
		return err
	}
	state := models.DeliveryUnreachable
	if a.reason == "refused" {
		state = models.DeliveryFailed
	}
	return s.Outbox.Settle(ctx, a.delivery, state, a.reason)
}

// draw makes the message as the recipient may read it; ended when there is
// nothing to tell any more.
func (a *attempt) draw(ctx context.Context, recipient services.Actor) (reply bot.Reply, ended bool, err error) {
	s := a.sender
	reply, err = s.Drawer.Notification(ctx, recipient, a.delivery)
	if err != nil {
		if kind := services.KindOf(err); kind == services.KindDenied || kind == services.KindNotFound {
			return reply, true, s.Outbox.Settle(ctx, a.delivery, models.DeliveryFailed, "not_theirs")
		}
		return reply, false, err
	}
	if reply.Empty() {
		return reply, true, s.Outbox.Settle(ctx, a.delivery, models.DeliveryFailed, "outdated")
	}
	return reply, false, nil
}

// send tries one address; done when the delivery is settled or put off.
func (a *attempt) send(ctx context.Context, channel bot.Channel, to address, recipient services.Actor, reply bot.Reply) (done bool, err error) {
	s := a.sender
	if windowed, ok := channel.(bot.Windowed); ok && windowed.Window(s.Clock().Sub(to.lastSeen)) == bot.Closed {
		a.reason = bot.WhyWindow
		return a.asTemplate(ctx, channel, to, recipient, reply)
	}
	if numbered, ok := channel.(bot.Numbered); ok && numbered.Numbers(reply) {
		// Drawn with a mark, the numbers stand for this message's choices whatever
		// the dialogue has asked meanwhile.
		if reply.Mark, err = s.Outbox.Mark(ctx, a.delivery, to.channel, to.chatID, bot.Choices(reply)); err != nil {
			return false, err
		}
	}
	ref, err := s.on(ctx, to.channel, func() (string, error) { return channel.Send(ctx, to.chatID, reply) })
	if err == nil {
		return true, s.Outbox.Sent(ctx, a.delivery, outbox.Arrival{Account: to.account, Channel: to.channel, ChatID: to.chatID, Ref: ref, Mark: reply.Mark, Repeated: a.interrupted})
	}
	a.note(to.channel, err)
	switch bot.FateOf(err) {
	case bot.Unreachable:
		a.reason = why(err, "unreachable")
		if a.reason == bot.WhyWindow { // we thought it open
			return a.asTemplate(ctx, channel, to, recipient, reply)
		}
		return false, s.Identity.MarkUnreachable(ctx, to.channel, to.externalID, bot.WhyOf(err))
	case bot.Refused:
		a.reason = "refused"
		return false, nil
	case bot.Broken:
		a.reason = "channel_broken"
		a.wait(s.Clock().Add(brokenPause))
		return false, s.Troubles.Report(ctx, to.channel, why(err, "broken"), fmt.Sprint(errors.Unwrap(err)))
	case bot.Retry:
		a.reason = "retry"
		a.wait(retryAt(err))
		return false, nil
	}
	return true, a.uncertain(ctx, err)
}

// asTemplate sends what the window is shut for as a template the ward has for
// it, to the person's id there; false when that is no way.
func (a *attempt) asTemplate(ctx context.Context, channel bot.Channel, to address, recipient services.Actor, reply bot.Reply) (done bool, err error) {
	return a.template(ctx, channel, to, "", recipient, reply)
}

// byPhone is the last way: a template to the number of the roster.
func (a *attempt) byPhone(ctx context.Context, recipient services.Actor) (done bool, err error) {
	s := a.sender
	if a.delivery.PersonID == nil || a.reason == "refused" {
		return false, nil
	}
	if recipient.Ward == 0 { // no account to know them by
		recipient = services.Actor{Role: services.Officer, Ward: a.delivery.WardID, Person: *a.delivery.PersonID}
	}
	for name, channel := range s.Channels {
		if _, ok := channel.(bot.Templater); !ok {
			continue
		}
		phone, err := s.Templates.PhoneOf(ctx, a.delivery.WardID, *a.delivery.PersonID)
		if err != nil || phone == "" {
			return false, err
		}
		reply, ended, err := a.draw(ctx, recipient)
		if ended || err != nil {
			return true, err
		}
		if done, err := a.template(ctx, channel, address{channel: name}, phone, recipient, reply); done || err != nil {
			return done, err
		}
	}
	return false, nil
}

func (a *attempt) template(ctx context.Context, channel bot.Channel, to address, phone string, recipient services.Actor, reply bot.Reply) (done bool, err error) {
	s := a.sender
	templater, ok := channel.(bot.Templater)
	if !ok {
		return false, nil
	}
	gaps, err := s.Drawer.Gaps(ctx, recipient, a.delivery, reply)
	if err != nil {
		return false, err
	}
	id, data, found, err := s.Templates.TemplateFor(ctx, a.delivery.WardID, to.channel, a.delivery.Kind, gaps)
	if err != nil || !found {
		return false, err
	}
	via := "template_user"
	if phone != "" {
		via = "template_phone"
	}
	template := bot.Template{ID: id, Data: data, Key: fmt.Sprintf("delivery-%d", a.delivery.ID)}
	ref, err := s.on(ctx, to.channel, func() (string, error) { return templater.SendTemplate(ctx, to.externalID, phone, template) })
	if err == nil {
		return true, s.Outbox.Sent(ctx, a.delivery, outbox.Arrival{Account: to.account, Channel: to.channel, ChatID: to.chatID, Ref: ref, Via: via, Repeated: a.interrupted})
	}
	a.note(to.channel, err)
	switch bot.FateOf(err) {
	case bot.Uncertain:
		return true, a.uncertain(ctx, err)
	case bot.Retry:
		a.reason = "retry"
		a.wait(retryAt(err))
	case bot.Broken:
		a.reason = "channel_broken"
		a.wait(s.Clock().Add(brokenPause))
		return false, s.Troubles.Report(ctx, to.channel, why(err, "broken"), fmt.Sprint(errors.Unwrap(err)))
	case bot.Refused: // the ward's template is wrong for it: the clerk can mend that
		a.reason = "template_refused"
	default:
		a.reason = why(err, "unreachable")
	}
	return false, nil
}

// uncertain leaves a message to be asked for again, as often as a repeat is
// better than a gap.
func (a *attempt) uncertain(ctx context.Context, cause error) error {
	if err := a.sender.Outbox.Settle(ctx, a.delivery, models.DeliveryUncertain, "uncertain"); err != nil {
		return err
	}
	if a.delivery.Attempts >= uncertainMost {
		return nil
	}
	return river.JobSnooze(a.pause(retryAt(cause)))
}

// later puts the delivery off.
func (a *attempt) later(ctx context.Context) error {
	if err := a.sender.Outbox.Postpone(ctx, a.delivery, a.reason); err != nil {
		return err
	}
	return river.JobSnooze(a.pause(a.retryAt))
}

// wait notes that a channel may work later; of several the soonest counts.
func (a *attempt) wait(at time.Time) {
	if !a.waiting || at.Before(a.retryAt) {
		a.retryAt = at
	}
	a.waiting = true
}

// pause is how long to wait: as the platform says, else the longer the older the
// message is.
func (a *attempt) pause(until time.Time) time.Duration {
	now := a.sender.Clock()
	if until.IsZero() {
		return min(max(now.Sub(a.delivery.CreatedAt)/4, firstPause), longestPause)
	}
	return min(max(until.Sub(now), time.Second), longestPause)
}

func (a *attempt) note(channel string, err error) {
	a.sender.Logger.Warn("message not delivered", "delivery", a.delivery.ID, "kind", a.delivery.Kind, "channel", channel, "fate", bot.FateOf(err), "error", err)
}

func retryAt(err error) time.Time {
	if failure := (*bot.SendError)(nil); errors.As(err, &failure) {
		return failure.RetryAt
	}
	return time.Time{}
}

func why(err error, otherwise string) string {
	if code := bot.WhyOf(err); code != "" {
		return code
	}
	return otherwise
}
