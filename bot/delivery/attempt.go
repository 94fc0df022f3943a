package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// attempt is one try to bring one delivery to its recipient.
type attempt struct {
	sender      *Sender
	delivery    models.Delivery
	addresses   []address
	many        bool       // it goes to many at once: nobody waits for it
	interrupted bool       // the try before may have arrived
	drawn       *bot.Reply // for the first address, where that was done for all
	undrawn     error
	leave       bool      // the channel's pace has been asked
	taken       time.Time // by the wall's clock

	reason  string    // why the last address did not work
	retryAt time.Time // when a channel that failed for the moment may be asked again
	waiting bool      // some channel may work later
	said    bool      // its platform has said when, and that is soon
}

// run tries every address once. Its error is trouble of ours.
func (a *attempt) run(ctx context.Context) (outbox.Outcome, error) {
	s := a.sender
	a.reason = "no_account"
	if a.interrupted {
		repeats, err := s.Drawer.Repeats(ctx, a.delivery)
		if err != nil {
			return outbox.Outcome{}, err
		}
		if !repeats {
			return a.ends(models.DeliveryUncertain, "uncertain"), nil
		}
	}
	var last services.Actor
	for i, to := range a.addresses {
		channel := s.Channels[to.channel]
		if channel == nil {
			a.reason = "channel_off"
			continue
		}
		last = to.reader
		reply, ended, err := a.draw(ctx, i, to.reader)
		if ended != nil || err != nil {
			return value(ended), err
		}
		outcome, err := a.send(ctx, channel, to, reply)
		if outcome != nil || err != nil {
			return value(outcome), err
		}
		if a.waiting && (a.age() < elsewhereAfter || a.said) && i < len(a.addresses)-1 {
			return a.later(), nil // the channel used last is given time before another one
		}
	}
	if a.waiting && a.age() < givenUpAfter {
		return a.later(), nil
	}
	if outcome, err := a.byPhone(ctx, last); outcome != nil || err != nil {
		return value(outcome), err
	}
	if a.reason == "refused" {
		return a.ends(models.DeliveryFailed, a.reason), nil
	}
	return a.ends(models.DeliveryUnreachable, a.reason), nil
}

func value(outcome *outbox.Outcome) outbox.Outcome {
	if outcome == nil {
		return outbox.Outcome{}
	}
	return *outcome
}

// ends is an outcome after which nothing more is tried.
func (a *attempt) ends(state models.DeliveryState, reason string) outbox.Outcome {
	return outbox.Outcome{Delivery: a.delivery, State: state, Reason: reason}
}

func (a *attempt) age() time.Duration { return a.sender.Clock().Sub(a.delivery.CreatedAt) }

// onlyHere reports whether nothing but the first address's channel is tried at the
// moment, should it be down.
func (a *attempt) onlyHere() bool {
	return a.age() < elsewhereAfter || len(a.addresses) < 2 && a.age() < givenUpAfter
}

// draw makes the message as the recipient may read it; an outcome when there is
// nothing to tell any more.
func (a *attempt) draw(ctx context.Context, i int, reader services.Actor) (bot.Reply, *outbox.Outcome, error) {
	if i == 0 && a.drawn != nil {
		return a.judge(*a.drawn, a.undrawn)
	}
	reply, err := a.sender.Drawer.Notification(ctx, reader, a.delivery)
	return a.judge(reply, err)
}

// judge says what a drawing comes to.
func (a *attempt) judge(reply bot.Reply, err error) (bot.Reply, *outbox.Outcome, error) {
	switch kind := services.KindOf(err); {
	case err != nil && (kind == services.KindDenied || kind == services.KindNotFound):
		return reply, new(a.ends(models.DeliveryFailed, "not_theirs")), nil
	case kind == services.KindConflict && services.CodeOf(err) == outbox.Paused:
		outcome := a.putOff(outbox.Paused, a.sender.Clock().Add(pausedAgain))
		outcome.Uncounted = true
		return reply, &outcome, nil
	case kind == services.KindConflict && services.CodeOf(err) == outbox.Cancelled:
		if a.interrupted {
			return reply, new(a.ends(models.DeliveryUncertain, "uncertain")), nil
		}
		return reply, new(a.ends(models.DeliveryFailed, outbox.Cancelled)), nil
	case err != nil:
		return reply, nil, err
	case reply.Empty():
		return reply, new(a.ends(models.DeliveryFailed, "outdated")), nil
	}
	return reply, nil, nil
}

// send tries one address; no outcome when the next one may be tried.
func (a *attempt) send(ctx context.Context, channel bot.Channel, to address, reply bot.Reply) (*outbox.Outcome, error) {
	s := a.sender
	if windowed, ok := channel.(bot.Windowed); ok && windowed.Window(s.Clock().Sub(to.lastSeen)) == bot.Closed {
		a.reason = bot.WhyWindow
		return a.template(ctx, channel, to, "", reply)
	}
	if len(reply.Shows) > 0 {
		if err := s.Looks.Seen(ctx, to.reader, reply.Shows); err != nil {
			return nil, err
		}
	}
	if numbered, ok := channel.(bot.Numbered); ok && numbered.Numbers(reply) {
		// Drawn with a mark, the numbers stand for this message's choices whatever
		// the dialogue has asked meanwhile.
		var err error
		if reply.Mark, err = s.Outbox.Mark(ctx, a.delivery, to.channel, to.chatID, bot.Choices(reply)); err != nil {
			return nil, err
		}
	}
	ref, err := s.on(ctx, a, to, func() (string, error) { return channel.Send(ctx, to.chatID, reply) })
	if err == nil {
		return a.sent(outbox.Arrival{Account: to.account, Channel: to.channel, ChatID: to.chatID, Ref: ref, Mark: reply.Mark,
			Reports: reports(channel)}), nil
	}
	a.note(to.channel, err)
	switch bot.FateOf(err) {
	case bot.Unreachable:
		a.reason = why(err, "unreachable")
		if a.reason == bot.WhyWindow { // we thought it open
			return a.template(ctx, channel, to, "", reply)
		}
		return nil, s.Identity.MarkUnreachable(ctx, to.channel, to.externalID, bot.WhyOf(err))
	case bot.Refused:
		a.reason = "refused"
		return nil, nil
	case bot.Broken:
		a.reason = "channel_broken"
		a.wait(s.Clock().Add(brokenPause))
		return nil, s.Troubles.Report(ctx, to.channel, why(err, "broken"), fmt.Sprint(errors.Unwrap(err)))
	case bot.Retry:
		a.reason = "retry"
		a.wait(retryAt(err))
		a.said = !errors.Is(err, bot.ErrDown) && !a.retryAt.IsZero() && a.retryAt.Sub(s.Clock()) < elsewhereAfter
		return nil, nil
	}
	return a.uncertain(ctx, err)
}

// sent is a message that arrived; one that may have been read twice says so.
func (a *attempt) sent(at outbox.Arrival) *outbox.Outcome {
	outcome := a.ends(models.DeliverySent, "")
	if a.interrupted {
		outcome.Reason = "repeated"
	}
	outcome.Arrival = at
	if meter := a.sender.Meter; meter != nil {
		meter.Sent(at.Channel, string(a.delivery.Kind), max(a.age(), 0))
	}
	return &outcome
}

func reports(channel bot.Channel) bool {
	one, ok := channel.(bot.Reporter)
	return ok && one.ReportsDelivery()
}

// byPhone is the last way: a template to the number of the roster.
func (a *attempt) byPhone(ctx context.Context, reader services.Actor) (*outbox.Outcome, error) {
	s := a.sender
	if a.delivery.PersonID == nil || a.reason == "refused" {
		return nil, nil
	}
	if reader.Ward == 0 { // no account to know them by
		reader = services.Actor{Role: services.Officer, Ward: a.delivery.WardID, Person: *a.delivery.PersonID}
	}
	for name, channel := range s.Channels {
		if _, ok := channel.(bot.Templater); !ok {
			continue
		}
		phone, err := s.Templates.PhoneOf(ctx, a.delivery.WardID, *a.delivery.PersonID)
		if err != nil || phone == "" {
			return nil, err
		}
		reply, ended, err := a.judge(s.Drawer.Notification(ctx, reader, a.delivery))
		if ended != nil || err != nil {
			return ended, err
		}
		if outcome, err := a.template(ctx, channel, address{channel: name, reader: reader}, phone, reply); outcome != nil ||
			err != nil {
			return outcome, err
		}
	}
	return nil, nil
}

// template sends what the window is shut for as a template the ward has for it:
// to the person's id there, or to their number.
func (a *attempt) template(ctx context.Context, channel bot.Channel, to address, phone string,
	reply bot.Reply) (*outbox.Outcome, error) {
	s := a.sender
	templater, ok := channel.(bot.Templater)
	if !ok {
		return nil, nil
	}
	gaps, err := s.Drawer.Gaps(ctx, to.reader, a.delivery, reply)
	if err != nil {
		return nil, err
	}
	id, data, found, err := s.Templates.TemplateFor(ctx, a.delivery.WardID, to.channel, string(a.delivery.Kind), gaps)
	if err != nil || !found {
		return nil, err
	}
	via := "template_user"
	if phone != "" {
		via = "template_phone"
	}
	template := bot.Template{ID: id, Data: data, Key: fmt.Sprintf("delivery-%d", a.delivery.ID)}
	ref, err := s.on(ctx, a, to, func() (string, error) {
		return templater.SendTemplate(ctx, to.externalID, phone,
			template)
	})
	if err == nil {
		return a.sent(outbox.Arrival{Account: to.account, Channel: to.channel, ChatID: to.chatID, Ref: ref, Via: via,
			Reports: reports(channel)}), nil
	}
	a.note(to.channel, err)
	switch bot.FateOf(err) {
	case bot.Uncertain:
		return a.uncertain(ctx, err)
	case bot.Retry:
		a.reason = "retry"
		a.wait(retryAt(err))
	case bot.Broken:
		a.reason = "channel_broken"
		a.wait(s.Clock().Add(brokenPause))
		return nil, s.Troubles.Report(ctx, to.channel, why(err, "broken"), fmt.Sprint(errors.Unwrap(err)))
	case bot.Refused: // the ward's template is wrong for it: the clerk can mend that
		a.reason = "template_refused"
	default:
		a.reason = why(err, "unreachable")
	}
	return nil, nil
}

// uncertain leaves a message to be asked for again, as often as a repeat is
// better than a gap.
func (a *attempt) uncertain(ctx context.Context, cause error) (*outbox.Outcome, error) {
	outcome := a.ends(models.DeliveryUncertain, "uncertain")
	if a.delivery.Attempts >= uncertainMost {
		return &outcome, nil
	}
	repeats, err := a.sender.Drawer.Repeats(ctx, a.delivery)
	if err != nil {
		// What has been asked for stays so: whether to ask again is seen then.
		a.sender.Logger.Error("not known whether to repeat", "delivery", a.delivery.ID, "error", err)
		repeats = true
	}
	if repeats {
		outcome.Due = a.after(retryAt(cause))
	}
	return &outcome, nil
}

// later puts the delivery off: nothing has left by this try.
func (a *attempt) later() outbox.Outcome {
	outcome := a.putOff(a.reason, a.after(a.retryAt))
	outcome.Uncounted = true
	return outcome
}

// putOff is an outcome after which it is tried again. What may have arrived by
// the try before stays uncertain meanwhile, or its repeat would not be marked.
func (a *attempt) putOff(reason string, due time.Time) outbox.Outcome {
	state := models.DeliveryQueued
	if a.interrupted {
		state = models.DeliveryUncertain
	}
	outcome := a.ends(state, reason)
	outcome.Due = due
	return outcome
}

// wait notes that a channel may work later; of several the soonest counts.
func (a *attempt) wait(at time.Time) {
	if !a.waiting || at.Before(a.retryAt) {
		a.retryAt = at
	}
	a.waiting = true
}

// after is when to try again: when the platform says, else the later the older
// the message is.
func (a *attempt) after(until time.Time) time.Time {
	now := a.sender.Clock()
	pause := min(max(a.age()/4, firstPause), longestPause)
	if !until.IsZero() {
		pause = min(max(until.Sub(now), time.Second), longestPause)
	}
	return now.Add(pause)
}

// note tells of a message that did not get through. That a platform wants a
// pause is what it says to hundreds at once.
func (a *attempt) note(channel string, err error) {
	level, fate := slog.LevelWarn, bot.FateOf(err)
	if a.many && fate == bot.Retry {
		level = slog.LevelDebug
	}
	a.sender.Logger.Log(context.Background(), level, "message not delivered", "delivery", a.delivery.ID, "kind",
		a.delivery.Kind, "channel", channel, "fate", fate, "error", err)
	if meter := a.sender.Meter; meter != nil {
		meter.Failed(channel, string(fate), cause(err))
	}
}

// cause is why a try did not arrive, for the count of such tries.
func cause(err error) string {
	switch {
	case errors.Is(err, bot.ErrDown):
		return "down"
	case errors.Is(err, errPace):
		return "pace"
	case errors.Is(err, errCrowded):
		return "crowded"
	case errors.Is(err, errAsleep):
		return "asleep"
	case bot.WhyOf(err) == "" && bot.FateOf(err) == bot.Retry && !retryAt(err).IsZero():
		return "too_many"
	}
	return bot.WhyOf(err)
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
