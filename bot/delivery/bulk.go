package delivery

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// Pacer holds all replicas to what a platform takes in bulk; what one person is
// waiting for never asks it.
type Pacer interface {
	// Take asks to send up to n messages on a channel: how many may go now and,
	// when none, how long to wait before asking again.
	Take(ctx context.Context, channel string, n int) (granted int, wait time.Duration, err error)
	// Chats tells of each chat whether it may be written to now, and takes it.
	Chats(ctx context.Context, channel string, chats []string) ([]bool, error)
	// Pause stops the bulk of a channel in all replicas until a moment.
	Pause(ctx context.Context, channel string, until time.Time) error
}

const (
	// claimEach is how many rows are claimed at once: when a process dies, so
	// many are uncertain at most for each of its jobs.
	claimEach = 100
	// sentTogether is how many messages of one job are underway at once.
	sentTogether = 8
	// bulkSpan is how long one run works before it makes room for another.
	bulkSpan = outbox.JobTimeout * 2 / 3
	// waitsHere is how long a run waits for the pace rather than ending.
	waitsHere = time.Second
	// chatPause is when a chat that was just written to is asked for again.
	chatPause = time.Second
	// deadPause is when a run looks again for claims of a process that died.
	deadPause = 15 * time.Second
)

// Bulk works one job of a bulk. Each row is tried once a run; a snooze is its
// error while rows are left.
func (s *Sender) Bulk(ctx context.Context, job outbox.Bulk) error {
	if err := s.Outbox.Rescue(ctx, job); err != nil {
		return err
	}
	run := bulk{sender: s, job: job, until: time.Now().Add(bulkSpan)}
	for after := int64(0); !run.over(); {
		rows, err := s.Outbox.ClaimBulk(ctx, job, after, claimEach, uncertainMost)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		for _, row := range rows {
			after = max(after, row.ID)
		}
		if err := run.work(ctx, rows); err != nil {
			return err
		}
	}
	waiting, claimed, err := s.Outbox.LeftOf(ctx, job, uncertainMost)
	switch {
	case err != nil:
		return err
	case waiting > 0:
		return river.JobSnooze(min(run.pause, longestPause))
	case claimed > 0:
		return river.JobSnooze(deadPause)
	}
	return nil
}

// bulk is one run of a job.
type bulk struct {
	sender *Sender
	job    outbox.Bulk
	until  time.Time
	full   bool          // its time is up
	pause  time.Duration // how long what is left should wait
	drawn  *bot.Reply    // what everybody reads
}

func (b *bulk) over() bool {
	b.full = b.full || !time.Now().Before(b.until)
	return b.full || b.pause > 0
}

// later has the run end and what is left come again.
func (b *bulk) later(pause time.Duration) { b.pause = max(b.pause, pause, time.Millisecond) }

// one is a row and where it goes.
type one struct {
	row models.Delivery
	to  address
}

// work sends claimed rows. Rows that no try was made for are given back.
func (b *bulk) work(ctx context.Context, rows []models.Delivery) error {
	people := make([]int64, 0, len(rows))
	for _, row := range rows {
		if row.PersonID != nil {
			people = append(people, *row.PersonID)
		}
	}
	accounts, err := b.sender.Outbox.Accounts(ctx, people)
	if err != nil {
		return err
	}
	lines := map[string][]one{}
	var slow []models.Delivery
	for _, row := range rows {
		to, ok := b.quick(row, accounts)
		if ok {
			ok, err = b.draw(ctx, row, to)
			if err != nil {
				return err
			}
		}
		if numbered, is := b.sender.Channels[to.channel].(bot.Numbered); ok && is && numbered.Numbers(*b.drawn) {
			ok = false
		}
		if !ok {
			slow = append(slow, row)
			continue
		}
		lines[to.channel] = append(lines[to.channel], one{row, to})
	}
	for channel, all := range lines {
		failed, err := b.channel(ctx, channel, all)
		if err != nil {
			return err
		}
		slow = append(slow, failed...)
	}
	return b.singly(ctx, slow)
}

// quick is the address of a row that needs nothing special: a chat of a linked
// person, in use, on a channel that is on and open.
func (b *bulk) quick(row models.Delivery, accounts map[int64][]models.Account) (address, bool) {
	if row.PersonID == nil || len(accounts[*row.PersonID]) == 0 {
		return address{}, false
	}
	account := accounts[*row.PersonID][0]
	to := address{account.ID, account.Channel, account.ExternalID, account.ChatID, account.LastSeenAt}
	channel := b.sender.Channels[to.channel]
	if channel == nil || account.UnreachableAt != nil {
		return to, false
	}
	windowed, ok := channel.(bot.Windowed)
	return to, !ok || windowed.Window(b.sender.Clock().Sub(to.lastSeen)) != bot.Closed
}

// draw makes what all read, once a run; false when this recipient is told
// nothing, or in another way.
func (b *bulk) draw(ctx context.Context, row models.Delivery, to address) (bool, error) {
	if b.drawn != nil {
		return true, nil
	}
	recipient := services.Actor{Role: services.Officer, Ward: row.WardID, Person: *row.PersonID, Account: to.account, Channel: to.channel}
	reply, err := b.sender.Drawer.Notification(ctx, recipient, row)
	if err != nil {
		if kind := services.KindOf(err); kind == services.KindDenied || kind == services.KindNotFound {
			return false, nil
		}
		return false, err
	}
	if reply.Empty() {
		return false, nil
	}
	b.drawn = &reply
	return true, nil
}

// channel sends rows over one channel at its pace, and returns those to try in
// another way.
func (b *bulk) channel(ctx context.Context, name string, all []one) (slow []models.Delivery, err error) {
	for len(all) > 0 {
		granted := len(all)
		if b.over() {
			return slow, b.giveBack(ctx, all)
		}
		if b.sender.Pacer != nil {
			var wait time.Duration
			if granted, wait, err = b.sender.Pacer.Take(ctx, name, len(all)); err != nil {
				return slow, err
			}
			if granted == 0 {
				if wait > waitsHere {
					b.later(wait)
				} else if err := pass(ctx, wait); err != nil {
					return slow, err
				}
				continue
			}
		}
		more, err := b.together(ctx, name, all[:granted])
		slow = append(slow, more...)
		if err != nil {
			return slow, err
		}
		all = all[granted:]
	}
	return slow, nil
}

func pass(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *bulk) giveBack(ctx context.Context, all []one) error {
	outcomes := make([]outbox.Outcome, len(all))
	for i, one := range all {
		outcomes[i] = waits(one.row, one.row.Reason)
	}
	return b.sender.Outbox.Conclude(ctx, outcomes)
}

// waits gives a row back to the queue; that it may be read twice stays with it.
func waits(row models.Delivery, reason string) outbox.Outcome {
	if outbox.Interrupted(row) {
		reason = row.Reason
	}
	return outbox.Outcome{ID: row.ID, State: models.DeliveryQueued, Reason: reason}
}

// together sends rows that the pace lets go, a few at once, and records them in
// one statement.
func (b *bulk) together(ctx context.Context, name string, all []one) (slow []models.Delivery, err error) {
	free := make([]bool, len(all))
	for i := range free {
		free[i] = true
	}
	if b.sender.Pacer != nil {
		chats := make([]string, len(all))
		for i, one := range all {
			chats[i] = one.to.chatID
		}
		if free, err = b.sender.Pacer.Chats(ctx, name, chats); err != nil {
			return nil, err
		}
	}
	outcomes, fates := make([]outbox.Outcome, len(all)), make([]error, len(all))
	var stop sync.Once
	stopped := make(chan struct{})
	next := make(chan int)
	var wait sync.WaitGroup
	for range min(sentTogether, len(all)) {
		wait.Go(func() {
			for i := range next {
				outcomes[i], fates[i] = b.send(ctx, name, all[i])
				if fate := bot.FateOf(fates[i]); fates[i] != nil && (fate == bot.Retry || fate == bot.Broken) {
					stop.Do(func() { close(stopped) })
				}
			}
		})
	}
	for i, one := range all {
		outcomes[i] = waits(one.row, one.row.Reason)
		if !free[i] {
			b.pause = max(b.pause, chatPause)
			continue
		}
		select {
		case <-stopped: // the platform wants nothing more for the moment
			continue
		default:
		}
		next <- i
	}
	close(next)
	wait.Wait()
	kept := outcomes[:0]
	worked := false
	for i, one := range all {
		outcome, again, err := b.judge(ctx, name, one, outcomes[i], fates[i])
		if err != nil {
			return slow, err
		}
		worked = worked || outcome.State == models.DeliverySent
		if again {
			slow = append(slow, one.row)
			continue
		}
		kept = append(kept, outcome)
	}
	if worked {
		if err := b.sender.Troubles.Works(ctx, name); err != nil {
			b.sender.Logger.Warn("trouble not ended", "channel", name, "error", err)
		}
	}
	return slow, b.sender.Outbox.Conclude(context.WithoutCancel(ctx), kept)
}

// send asks the channel once.
func (b *bulk) send(ctx context.Context, name string, one one) (outbox.Outcome, error) {
	outcome := waits(one.row, one.row.Reason)
	if err := b.sender.Lines.Try(name); err != nil {
		return outcome, err
	}
	ref, err := b.sender.Channels[name].Send(ctx, one.to.chatID, *b.drawn)
	b.sender.Lines.Heard(name, err)
	if err != nil {
		return outcome, err
	}
	reason := ""
	if outbox.Interrupted(one.row) {
		reason = "repeated"
	}
	return outbox.Outcome{ID: one.row.ID, State: models.DeliverySent, Reason: reason, Account: one.to.account, Channel: name, ChatID: one.to.chatID, Ref: ref}, nil
}

// judge says what a failed send means for its row and for the whole channel;
// again when the row is to be tried by itself, other channels included.
func (b *bulk) judge(ctx context.Context, name string, one one, outcome outbox.Outcome, fate error) (_ outbox.Outcome, again bool, err error) {
	if fate == nil {
		return outcome, false, nil
	}
	s := b.sender
	try := attempt{sender: s, delivery: one.row}
	try.note(name, fate)
	switch bot.FateOf(fate) {
	case bot.Unreachable:
		if reason := bot.WhyOf(fate); reason != bot.WhyWindow {
			err = s.Identity.MarkUnreachable(ctx, name, one.to.externalID, reason)
		}
		return outcome, true, err
	case bot.Refused:
		outcome.State, outcome.Reason = models.DeliveryFailed, "refused"
	case bot.Uncertain:
		outcome.State, outcome.Reason = models.DeliveryUncertain, "uncertain"
		b.pause = max(b.pause, time.Second)
	case bot.Broken:
		b.later(brokenPause)
		return waits(one.row, "channel_broken"), false, s.Troubles.Report(ctx, name, why(fate, "broken"), "")
	default:
		pause := time.Second
		if at := retryAt(fate); !at.IsZero() {
			pause = max(at.Sub(s.Clock()), time.Millisecond)
			if s.Pacer != nil {
				err = s.Pacer.Pause(ctx, name, at)
			}
		}
		b.later(pause)
		return waits(one.row, "retry"), false, err
	}
	return outcome, false, nil
}

// singly sends rows that need more care, each as a message of its own.
func (b *bulk) singly(ctx context.Context, rows []models.Delivery) error {
	for _, row := range rows {
		try := attempt{sender: b.sender, delivery: row, interrupted: outbox.Interrupted(row), reason: "no_account"}
		err := try.run(ctx)
		if snooze := (*river.JobSnoozeError)(nil); errors.As(err, &snooze) {
			b.later(snooze.Duration)
			continue
		}
		if err != nil {
			return errors.Join(err, b.sender.Outbox.Settle(context.WithoutCancel(ctx), row, models.DeliveryQueued, "error"))
		}
	}
	return nil
}
