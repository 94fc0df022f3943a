package notice_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
	"canbobot/services/outbox"
)

const words = "Mời họp 8 giờ thứ Bảy"

func (h *house) recipients(notice int64) []int64 {
	h.t.Helper()
	var people []int64
	if err := h.store.Model(&models.Delivery{}).Where("subject_kind = ? AND subject_id = ?", outbox.Notice,
		notice).Order("person_id").Pluck("person_id", &people).Error; err != nil {
		h.t.Fatal(err)
	}
	return people
}

func TestAudienceIsWhoHoldsThePostsToday(t *testing.T) {
	h := newHouse(t)
	lan, hoa, binh := h.lan.Person, h.hoa.Person, h.binh.Person
	for _, play := range []struct {
		audience notice.Audience
		want     []int64
		silent   int
	}{
		{notice.Audience{}, []int64{lan, hoa, binh}, 1},
		{notice.Audience{Roles: []models.TermRole{models.Head}}, []int64{lan}, 0},
		{notice.Audience{Roles: []models.TermRole{models.Deputy, models.Member}}, []int64{hoa, binh}, 1},
		{notice.Audience{Organizations: []string{"youth"}}, []int64{lan, binh}, 1},
		{notice.Audience{Villages: []int64{h.villages[1]}}, []int64{binh}, 1},
		{notice.Audience{Villages: []int64{h.villages[0], h.villages[0]}, Organizations: []string{"women"},
			Roles: []models.TermRole{models.Deputy}}, []int64{hoa}, 0},
	} {
		reach, err := h.Audiences.Reach(h.ctx, h.viewer, play.audience, always)
		if err != nil || reach.People != len(play.want) || reach.Unreached != play.silent ||
			reach.Free != len(play.want)-play.silent {
			t.Errorf("%+v: counted %+v, %v", play.audience, reach, err)
		}
		notice := h.send(notice.Compose{Text: words, Audience: play.audience})
		if got := h.recipients(notice.ID); !slices.Equal(got, play.want) {
			t.Errorf("%+v: sent to %v, want %v", play.audience, got, play.want)
		}
	}
}

// always is a channel that may be written to at any time.
func always(string, time.Duration) string { return "free" }

func TestUnreachableAreCounted(t *testing.T) {
	h := newHouse(t)
	everyone := notice.Audience{}
	if err := h.store.Model(&models.Account{}).Where("id = ?", h.lan.Account).Update("unreachable_at",
		h.now).Error; err != nil {
		t.Fatal(err)
	}
	if err := h.store.Model(&models.Consent{}).Where("account_id = ?", h.hoa.Account).Update("withdrawn_at",
		h.now).Error; err != nil {
		t.Fatal(err)
	}
	if reach, err := h.Audiences.Reach(h.ctx, h.clerk, everyone, always); err != nil || reach.People != 3 ||
		reach.Unreached != 3 {
		t.Errorf("counted %+v, %v", reach, err)
	}
}

func TestReceiptsOfANotice(t *testing.T) {
	h := newHouse(t)
	by := h.now.Add(48 * time.Hour)
	told := h.send(notice.Compose{Text: words + "\r\nMang theo sổ\x07", NeedsConfirm: true, ConfirmBy: &by})
	if told.Text != words+"\nMang theo sổ" {
		t.Errorf("text: %q", told.Text)
	}
	h.progress(notice.Progress{Total: 3, Queued: 3})
	h.deliver(told.ID, h.lan, models.DeliverySent)
	h.deliver(told.ID, h.binh, models.DeliveryUnreachable)
	h.progress(notice.Progress{Total: 3, Queued: 1, Sent: 1, Failed: 1, Unreachable: 1})

	views, err := h.Inbox.For(h.ctx, h.lan, 5)
	if err != nil || len(views) != 1 || views[0].State != models.DeliverySent ||
		views[0].From != "phường Bắc Hồng Lĩnh" || !views[0].Notice.NeedsConfirm {
		t.Fatalf("views: %+v, %v", views, err)
	}
	h.unread(h.lan, 1)
	if err := h.Inbox.Seen(h.ctx, h.lan, told.ID); err != nil {
		t.Fatal(err)
	}
	h.unread(h.lan, 1) // it wants to be confirmed
	h.progress(notice.Progress{Total: 3, Queued: 1, Sent: 1, Seen: 1, Failed: 1, Unreachable: 1})
	var first *time.Time
	for range 2 {
		view, err := h.Inbox.Confirm(h.ctx, h.by(h.lan), told.ID)
		if err != nil || view.State != models.DeliveryConfirmed {
			t.Fatalf("confirm: %+v, %v", view, err)
		}
		var row models.Delivery
		if err := h.store.Where("subject_id = ? AND person_id = ?", told.ID, h.lan.Person).Take(&row).Error; err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = row.ConfirmedAt
		} else if !row.ConfirmedAt.Equal(*first) {
			t.Error("the second tap moved the receipt")
		}
		h.now = h.now.Add(time.Hour)
	}
	if err := h.Inbox.Seen(h.ctx, h.lan, told.ID); err != nil {
		t.Fatal(err)
	}
	h.unread(h.lan, 0)

	// Read in the list before the message went out: it is not sent any more.
	if _, err := h.Inbox.Confirm(h.ctx, h.by(h.hoa), told.ID); err != nil {
		t.Fatal(err)
	}
	var row models.Delivery
	if err := h.store.Where("subject_id = ? AND person_id = ?", told.ID, h.hoa.Person).Take(&row).Error; err != nil {
		t.Fatal(err)
	}
	if taken := h.take(row.ID); len(taken) != 0 {
		t.Errorf("it was taken: %+v", taken)
	}
	h.progress(notice.Progress{Total: 3, Sent: 2, Seen: 2, Confirmed: 2, Failed: 1, Unreachable: 1})
	entries, err := h.journal.Of(h.ctx, h.clerk, fmt.Sprintf("notice:%d", told.ID))
	if err != nil || len(entries) != 1 || entries[0].Action != "notice.sent" {
		t.Errorf("journal: %+v, %v", entries, err)
	}
}

func (h *house) progress(want notice.Progress) {
	h.t.Helper()
	sent, err := h.Outcomes.Sent(h.ctx, h.viewer)
	if err != nil || len(sent) != 1 {
		h.t.Fatalf("sent: %+v, %v", sent, err)
	}
	if diff := cmp.Diff(want, sent[0], cmpopts.IgnoreFields(notice.Progress{}, "Notice")); diff != "" {
		h.t.Errorf("progress (-want +got):\n%s", diff)
	}
}

// unread checks how many notices want something of the actor.
func (h *house) unread(actor services.Actor, want int) {
	h.t.Helper()
	views, err := h.Inbox.For(h.ctx, actor, 5)
	unread := slices.DeleteFunc(views, func(v notice.View) bool {
		return v.State == models.DeliveryConfirmed || v.State == models.DeliverySeen && !v.Notice.NeedsConfirm
	})
	if err != nil || len(unread) != want {
		h.t.Errorf("%+v unread, %v", unread, err)
	}
}

func TestSeenEndsWhatAsksForNothing(t *testing.T) {
	h := newHouse(t)
	notice := h.send(notice.Compose{Text: words})
	h.unread(h.lan, 1)
	if err := h.Inbox.Seen(h.ctx, h.lan, notice.ID); err != nil { // still on the way
		t.Fatal(err)
	}
	h.deliver(notice.ID, h.lan, models.DeliverySent)
	h.unread(h.lan, 1)
	if err := h.Inbox.Seen(h.ctx, h.hoa, notice.ID); err != nil { // hers, not Lan's
		t.Fatal(err)
	}
	h.unread(h.lan, 1)
	if err := h.Inbox.Seen(h.ctx, h.lan, notice.ID); err != nil {
		t.Fatal(err)
	}
	h.unread(h.lan, 0)
}

func TestNoticeIsSentOnceAnEvent(t *testing.T) {
	h := newHouse(t)
	actor := h.by(h.clerk)
	if _, err := h.Send(h.ctx, actor, notice.Compose{Text: words}); err != nil {
		t.Fatal(err)
	}
	_, err := h.Send(h.ctx, actor, notice.Compose{Text: words})
	h.refused(err, "conflict/repeated")
	h.progress(notice.Progress{Total: 3, Queued: 3})
}

func TestWhatIsNotSent(t *testing.T) {
	h := newHouse(t)
	past, soon := h.now, h.now.Add(time.Hour)
	for _, refusal := range []struct {
		actor   services.Actor
		compose notice.Compose
		want    string
	}{
		{h.lan, notice.Compose{Text: words}, "denied/role"},
		{h.viewer, notice.Compose{Text: words}, "denied/role"},
		{services.Actor{Channel: "web"}, notice.Compose{Text: words}, "denied/role"},
		{services.SystemActor(h.ward), notice.Compose{Text: words}, "denied/role"},
		{h.clerk, notice.Compose{Text: " họp "}, "invalid/notice_length"},
		{h.clerk, notice.Compose{Text: strings.Repeat("ọ", 4001)}, "invalid/notice_length"},
		{h.clerk, notice.Compose{Text: words, NeedsConfirm: true, ConfirmBy: &past}, "invalid/notice_date"},
		{h.clerk, notice.Compose{Text: words, ConfirmBy: &soon}, "invalid/notice_date"},
		{h.clerk, notice.Compose{Text: words, Audience: notice.Audience{Roles: []models.TermRole{"king"}}},
			"invalid/audience"},
		{h.clerk, notice.Compose{Text: words, Audience: notice.Audience{Organizations: []string{"women", "none"}}},
			"invalid/audience"},
		{h.clerk, notice.Compose{Text: words, Audience: notice.Audience{Roles: []models.TermRole{models.CellMember}}},
			"invalid/audience_empty"},
		{h.foreign, notice.Compose{Text: words, Audience: notice.Audience{Villages: h.villages[:1]}}, "not_found/village"},
	} {
		_, err := h.Send(h.ctx, h.by(refusal.actor), refusal.compose)
		h.refused(err, refusal.want)
	}
	var rows int64
	if err := h.store.Model(&models.Notice{}).Count(&rows).Error; err != nil || rows != 0 {
		t.Errorf("%d notices, %v", rows, err)
	}
}

func TestManyNeedAFreshCode(t *testing.T) {
	h := newHouse(t)
	people := make([]models.Person, 250) // more than one statement's worth
	for i := range people {
		people[i] = models.Person{WardID: h.ward, Name: fmt.Sprint("Đoàn viên ", i), Folded: fmt.Sprint("doan vien ", i),
			Version: 1}
	}
	h.create(&people)
	terms := make([]models.Term, len(people))
	for i, person := range people {
		terms[i] = models.Term{WardID: h.ward, BranchID: h.branches["youth1"], PersonID: person.ID, Role: models.Member,
			Title: "member", From: models.NewDate(2024, 1, 1)}
	}
	h.create(&terms)
	compose := notice.Compose{Text: words, Audience: notice.Audience{Organizations: []string{"youth"}}}
	_, err := h.Send(h.ctx, h.by(h.clerk), compose)
	h.refused(err, "denied/step_up")
	if err := h.store.Model(&models.Account{}).Where("id = ?", h.clerk.Account).Update("stepped_up_until",
		h.now.Add(time.Minute)).Error; err != nil {
		t.Fatal(err)
	}
	if _, err := h.Send(h.ctx, h.by(h.clerk), compose); err != nil {
		t.Fatal(err)
	}
	h.progress(notice.Progress{Total: 252, Queued: 252})
	var jobs int64
	// hundreds are a job, not a job each
	if err := h.store.Table("river_job").Where("kind = 'deliver'").Count(&jobs).Error; err != nil || jobs != 1 {
		t.Errorf("%d jobs, %v", jobs, err)
	}
}

func TestNobodyReadsAnothersNotice(t *testing.T) {
	h := newHouse(t)
	told := h.send(notice.Compose{Text: words, NeedsConfirm: true,
		Audience: notice.Audience{Roles: []models.TermRole{models.Head}}})
	for _, actor := range []services.Actor{h.hoa, h.far, {Role: services.Officer, Ward: h.other, Person: h.lan.Person}} {
		_, err := h.Inbox.One(h.ctx, actor, told.ID)
		h.refused(err, "not_found/notice")
		_, err = h.Inbox.Confirm(h.ctx, h.by(actor), told.ID)
		h.refused(err, "not_found/notice")
		if err := h.Inbox.Seen(h.ctx, actor, told.ID); err != nil {
			t.Error(err)
		}
		if views, err := h.Inbox.For(h.ctx, actor, 5); err != nil || len(views) != 0 {
			t.Errorf("%+v reads %+v, %v", actor, views, err)
		}
	}
	_, err := h.Inbox.One(h.ctx, h.foreign, told.ID)
	h.refused(err, "not_found/notice")
	if sent, err := h.Outcomes.Sent(h.ctx, h.foreign); err != nil || len(sent) != 0 {
		t.Errorf("foreign: %+v, %v", sent, err)
	}
	_, err = h.Outcomes.Sent(h.ctx, h.lan)
	h.refused(err, "denied/role")
	_, err = h.Audiences.Reach(h.ctx, h.lan, notice.Audience{}, always)
	h.refused(err, "denied/role")
	_, err = h.Audiences.Reach(h.ctx, h.foreign, notice.Audience{Villages: h.villages[:1]}, always)
	h.refused(err, "not_found/village")
	_, err = h.Inbox.For(h.ctx, h.clerk, 5) // holds no post
	h.refused(err, "denied/role")
	_, err = h.Inbox.For(h.ctx, services.Actor{Channel: "web"}, 5)
	h.refused(err, "denied/role")
	if view, err := h.Inbox.One(h.ctx, h.viewer, told.ID); err != nil || view.State != "" || view.Notice.ID != told.ID {
		t.Errorf("staff: %+v, %v", view, err)
	}
	_, err = h.Inbox.Confirm(h.ctx, h.by(h.clerk), told.ID)
	h.refused(err, "denied/role")
	if view, err := h.Inbox.One(h.ctx, h.lan, told.ID); err != nil || view.State != models.DeliveryQueued {
		t.Errorf("hers: %+v, %v", view, err)
	}
}
