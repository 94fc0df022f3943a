package sample

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/list"
	"canbobot/services/notice"
	"canbobot/services/outbox"
	"canbobot/services/roster"
	"canbobot/services/ward"
)

// playedAs finds a member of the cast.
func (l *loader) playedAs(externalID string) Character {
	for _, character := range l.nextCast {
		if character.ExternalID == externalID {
			return character
		}
	}
	panic("the sample has no " + externalID)
}

// act is the actor behind a member of the cast, as the bot would make it.
func (l *loader) act(ctx context.Context, with *ward.Services, externalID, event string) (services.Actor, error) {
	known, err := with.Identity.Identify(ctx, "web", externalID)
	if err != nil {
		return services.Actor{}, err
	}
	known.Actor.Channel, known.Actor.Event = "web", "sample:"+event
	return known.Actor, nil
}

// at gives the services as they were on a moment of the past; never later than
// the load itself.
func (l *loader) at(moment time.Time) (*ward.Services, error) {
	if moment.After(l.now) {
		moment = l.now
	}
	return l.ward.At(func() time.Time { return moment })
}

// on is nine in the morning of a day of a month, on people's clocks.
func on(month models.Month, day int) time.Time {
	return time.Date(month.Year(), month.Month(), day, 9, 0, 0, 0, services.Zone)
}

// loadRuns takes three months through the ward's hands: the month before last
// paid with two transfers that failed, last month's sent to the bank, this
// month's being prepared.
func (l *loader) loadRuns(ctx context.Context) error {
	month := l.today.MonthOf()
	for _, w := range []struct{ ward, clerk, leader string }{
		{"bac-hong-linh", "can-bo-1", "lanh-dao"}, {"nam-hong-linh", "can-bo-nam", "lanh-dao-nam"},
	} {
		desk := runDesk{loader: l, clerk: w.clerk, leader: w.leader}
		if err := desk.pay(ctx, month-2); err != nil {
			return fmt.Errorf("run of %s: %w", month-2, err)
		}
		if _, err := desk.export(ctx, month-1); err != nil {
			return fmt.Errorf("run of %s: %w", month-1, err)
		}
		with, actor, err := desk.take(ctx, w.clerk, l.now)
		if err != nil {
			return err
		}
		if _, err := with.List.Prepare(ctx, actor, month); err != nil {
			return fmt.Errorf("run of %s: %w", month, err)
		}
	}
	// Leaders were told at the time; nobody is told of it today.
	everywhere := services.AcrossWards(l.ward.Store.WithContext(ctx), "the sample fills every ward")
	err := everywhere.Model(&models.Delivery{}).Where("kind = ? AND state = ?", outbox.RunSubmitted,
		models.DeliveryQueued).
		Updates(map[string]any{"state": models.DeliverySent, "sent_at": gorm.Expr("created_at"), "channel": "web"}).Error
	if err != nil {
		return err
	}
	// A step-up of the past must not last into the present.
	return everywhere.Model(&models.Account{}).Where("stepped_up_until IS NOT NULL").Update("stepped_up_until", nil).Error
}

// runDesk is where one ward's lists are made.
type runDesk struct {
	*loader
	clerk, leader string
	events        int
}

// take makes somebody act at a moment, with a fresh code.
func (d *runDesk) take(ctx context.Context, externalID string, moment time.Time) (*ward.Services, services.Actor,
	error) {
	with, err := d.at(moment)
	if err != nil {
		return nil, services.Actor{}, err
	}
	d.events++
	actor, err := d.act(ctx, with, externalID, fmt.Sprintf("run:%s:%d", externalID, d.events))
	if err != nil {
		return nil, services.Actor{}, err
	}
	fresh := moment.UTC().Add(10 * time.Minute)
	err = d.ward.Store.WithContext(ctx).Model(&models.Account{}).Where("id = ?", actor.Account).Update("stepped_up_until",
		fresh).Error
	return with, actor, err
}

// export takes a month's list to the bank: made by the clerk near the month's
// end, approved by the leader, sent in the first days of the next.
func (d *runDesk) export(ctx context.Context, month models.Month) (models.PaymentRun, error) {
	with, clerk, err := d.take(ctx, d.clerk, on(month, 24))
	if err != nil {
		return models.PaymentRun{}, err
	}
	view, err := with.List.Prepare(ctx, clerk, month)
	if err != nil {
		return models.PaymentRun{}, err
	}
	if with, clerk, err = d.take(ctx, d.clerk, on(month, 25)); err != nil {
		return models.PaymentRun{}, err
	}
	if view, err = with.List.SubmitRun(ctx, clerk, view.Run.ID, view.Run.Version); err != nil {
		return models.PaymentRun{}, err
	}
	with, leader, err := d.take(ctx, d.leader, on(month, 27))
	if err != nil {
		return models.PaymentRun{}, err
	}
	if view, err = with.List.ApproveRun(ctx, leader, view.Run.ID, view.Run.Version); err != nil {
		return models.PaymentRun{}, err
	}
	if with, clerk, err = d.take(ctx, d.clerk, on(month+1, 2)); err != nil {
		return models.PaymentRun{}, err
	}
	view, err = with.List.ExportRun(ctx, clerk, view.Run.ID, view.Run.Version)
	return view.Run, err
}

// failing is who the bank could not pay in the sample's first month.
var failing = map[string]string{"truong-nong-dan": "sai số tài khoản"}

// pay settles a month on the fifth of the next: two transfers fail, the rest
// are paid, the list is closed.
func (d *runDesk) pay(ctx context.Context, month models.Month) error {
	run, err := d.export(ctx, month)
	if err != nil {
		return err
	}
	with, clerk, err := d.take(ctx, d.clerk, on(month+1, 5))
	if err != nil {
		return err
	}
	view, err := with.List.Run(ctx, clerk, run.ID)
	if err != nil {
		return err
	}
	paidOn := models.DateOf(on(month+1, 5))
	reasons := map[int64]string{}
	for externalID, reason := range failing {
		if character := d.playedAs(externalID); character.Ward == run.WardID {
			reasons[character.Person] = reason
		}
	}
	for _, line := range view.Lines {
		if len(reasons) < 2 && line.State == models.LinePending && reasons[line.PersonID] == "" && !d.played(line.PersonID) {
			reasons[line.PersonID] = "tài khoản đã đóng"
		}
	}
	for _, line := range view.Lines {
		reason := reasons[line.PersonID]
		if reason == "" || line.State != models.LinePending {
			continue
		}
		if with, clerk, err = d.take(ctx, d.clerk, on(month+1, 5)); err != nil {
			return err
		}
		if err := with.List.SettleLine(ctx, clerk, line.ID, models.LineFailed, reason, paidOn); err != nil {
			return err
		}
	}
	if with, clerk, err = d.take(ctx, d.clerk, on(month+1, 5)); err != nil {
		return err
	}
	if view, err = with.List.Run(ctx, clerk, run.ID); err != nil {
		return err
	}
	if view, err = with.List.SettleRun(ctx, clerk, run.ID, view.Run.Version, list.RestOf(view.Lines, true),
		paidOn); err != nil {
		return err
	}
	if with, clerk, err = d.take(ctx, d.clerk, on(month+1, 6)); err != nil {
		return err
	}
	if _, err := with.List.TellSettled(ctx); err != nil {
		return err
	}
	_, err = with.List.CloseRun(ctx, clerk, run.ID, view.Run.Version)
	return err
}

// played reports whether a person is in the cast.
func (l *loader) played(person int64) bool {
	for _, character := range l.nextCast {
		if character.Person == person {
			return true
		}
	}
	return false
}

// loadRequests leaves three requests for the ward's clerks.
func (l *loader) loadRequests(ctx context.Context) error {
	with, err := l.at(l.now.Add(-26 * time.Hour))
	if err != nil {
		return err
	}
	for _, one := range []struct {
		externalID string
		proposal   func(own post) change.Proposal
	}{
		{"bi-thu-doan", func(own post) change.Proposal {
			deputy, _ := l.inBranch(own.branch, models.Deputy)
			return change.Proposal{
				Kind:   change.Replace{Newcomer: change.Newcomer{Name: "Nguyễn Thị Thảo Linh", Phone: "+84987001122"}},
				Branch: own.branch.ID, Term: deputy.term.ID,
				From: l.today.MonthOf().First(), Decision: roster.Decision{Number: "14/QĐ-ĐTN"},
			}
		}},
		{"truong-nong-dan", func(own post) change.Proposal {
			deputy, _ := l.inBranch(own.branch, models.Deputy)
			return change.Proposal{Kind: change.Leave{Reason: "moved"}, Branch: own.branch.ID, Term: deputy.term.ID,
				From: l.today}
		}},
		{"truong-nam", func(own post) change.Proposal {
			return change.Proposal{Kind: change.Phone{Number: "+84966123456"}, Person: own.person.ID}
		}},
	} {
		actor, err := l.act(ctx, with, one.externalID, "request:"+one.externalID)
		if err != nil {
			return err
		}
		own, ok := l.postOf(actor.Person)
		if !ok {
			return fmt.Errorf("%s holds no post", one.externalID)
		}
		if _, err := with.Changes.Submit(ctx, actor, one.proposal(own)); err != nil {
			return fmt.Errorf("request of %s: %w", one.externalID, err)
		}
	}
	return nil
}

func (l *loader) postOf(person int64) (post, bool) {
	for _, post := range l.posts {
		if post.person.ID == person && post.term.To.IsZero() && post.term.Role != models.CellMember {
			return post, true
		}
	}
	return post{}, false
}

// loadNotice sends one notice to the heads of the women's branches, of whom some
// have confirmed it by now.
func (l *loader) loadNotice(ctx context.Context) error {
	with, err := l.at(l.now.Add(-20 * time.Hour))
	if err != nil {
		return err
	}
	actor, err := l.act(ctx, with, "can-bo-1", "notice")
	if err != nil {
		return err
	}
	sent, err := with.Notices.Send(ctx, actor, notice.Compose{
		Text: "Mời các chi hội trưởng phụ nữ họp lúc 8 giờ thứ Bảy tuần này tại hội trường phường. Đề nghị đi " +
			"đủ, đúng giờ.",
		NeedsConfirm: true,
		Audience:     notice.Audience{Organizations: []string{"women"}, Roles: []models.TermRole{models.Head}},
	})
	if err != nil {
		return err
	}
	if with, err = l.at(l.now.Add(-18 * time.Hour)); err != nil {
		return err
	}
	received := 0
	for _, officer := range l.linked {
		if officer.Ward != actor.Ward {
			continue
		}
		_, err := with.Notices.Inbox.One(ctx, officer, sent.Notice.ID)
		if services.KindOf(err) == services.KindNotFound {
			continue
		}
		if err != nil {
			return err
		}
		if received++; received%3 == 0 { // not yet
			continue
		}
		if _, err := with.Notices.Inbox.Confirm(ctx, officer, sent.Notice.ID); err != nil {
			return err
		}
	}
	return nil
}
