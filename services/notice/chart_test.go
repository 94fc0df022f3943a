package notice_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
)

func (h *house) chart(told int64) notice.Chart {
	h.t.Helper()
	chart, err := h.Outcomes.Chart(h.ctx, h.by(h.clerk), told)
	if err != nil {
		h.t.Fatal(err)
	}
	sum := notice.Progress{Notice: chart.Notice}
	for _, place := range chart.Places {
		sum.Total, sum.Queued, sum.Sent, sum.Seen = sum.Total+place.Total, sum.Queued+place.Queued, sum.Sent+place.Sent,
			sum.Seen+place.Seen
		sum.Confirmed, sum.Failed, sum.Unreachable = sum.Confirmed+place.Confirmed, sum.Failed+place.Failed,
			sum.Unreachable+place.Unreachable
		sum.Uncertain, sum.Coming, sum.Absent = sum.Uncertain+place.Uncertain, sum.Coming+place.Coming,
			sum.Absent+place.Absent
	}
	if diff := cmp.Diff(chart.Progress, sum); diff != "" {
		h.t.Errorf("the places do not add up (-whole +sum):\n%s", diff)
	}
	standing, err := h.Outcomes.Standing(h.ctx, h.clerk, told)
	if err != nil {
		h.t.Fatal(err)
	}
	if diff := cmp.Diff(standing, chart.Progress); diff != "" {
		h.t.Errorf("the card and the picture differ (-card +picture):\n%s", diff)
	}
	return chart
}

func (h *house) places(told int64, want ...notice.Place) {
	h.t.Helper()
	if diff := cmp.Diff(want, h.chart(told).Places, cmpopts.IgnoreFields(notice.Progress{}, "Notice")); diff != "" {
		h.t.Errorf("places (-want +got):\n%s", diff)
	}
}

func place(village string, progress notice.Progress) notice.Place {
	return notice.Place{Village: village, Progress: progress}
}

// Each person counts once, in one village, at every turn that a notice takes.
func TestAChartAddsUp(t *testing.T) {
	h := newHouse(t)
	one, two := "Tổ dân phố 1", "Tổ dân phố 2"
	told := h.send(notice.Compose{Text: words, NeedsConfirm: true, Attendance: true}).ID
	// Equal shares: where more are missing stands first.
	h.places(told, place(one, notice.Progress{Total: 2, Queued: 2}), place(two, notice.Progress{Total: 1, Queued: 1}))
	h.deliver(told, h.hoa, models.DeliverySent)
	h.deliver(told, h.binh, models.DeliveryUnreachable)
	if err := h.Pause(h.ctx, h.by(h.clerk), told); err != nil {
		t.Fatal(err)
	}
	h.places(told, place(one, notice.Progress{Total: 2, Queued: 1, Sent: 1}),
		place(two, notice.Progress{Total: 1, Failed: 1, Unreachable: 1}))
	if err := h.Resume(h.ctx, h.by(h.clerk), told); err != nil {
		t.Fatal(err)
	}
	h.deliver(told, h.lan, models.DeliveryUncertain)
	if _, err := h.Inbox.Answer(h.ctx, h.by(h.hoa), told, true, ""); err != nil {
		t.Fatal(err)
	}
	if err := h.Inbox.Seen(h.ctx, h.binh, told); err != nil {
		t.Fatal(err)
	}
	h.places(told, place(two, notice.Progress{Total: 1, Sent: 1, Seen: 1}),
		place(one, notice.Progress{Total: 2, Sent: 2, Seen: 1, Confirmed: 1, Uncertain: 1, Coming: 1}))
	if _, err := h.Inbox.Answer(h.ctx, h.by(h.binh), told, false, ""); err != nil {
		t.Fatal(err)
	}
	h.places(told, place(one, notice.Progress{Total: 2, Sent: 2, Seen: 1, Confirmed: 1, Uncertain: 1, Coming: 1}),
		place(two, notice.Progress{Total: 1, Sent: 1, Seen: 1, Confirmed: 1, Absent: 1}))

	// What wants nothing is answered by being seen.
	plain := h.send(notice.Compose{Text: words}).ID
	h.deliver(plain, h.binh, models.DeliverySent)
	if err := h.Inbox.Seen(h.ctx, h.binh, plain); err != nil {
		t.Fatal(err)
	}
	chart := h.chart(plain)
	if chart.Places[0].Village != one || chart.Answered(chart.Progress) != 1 ||
		chart.Answered(chart.Places[1].Progress) != 1 {
		t.Errorf("%+v", chart)
	}
}

// Who holds posts in two villages counts in the one for which they were told,
// and goes on counting there after they have left it.
func TestAChartKnowsForWhichVillagePeopleWereTold(t *testing.T) {
	h := newHouse(t)
	h.addTerm("youth2", h.lan, models.Head, models.Date{})
	h.addTerm("women2", h.hoa, models.Member, models.Date{})
	villages := func(notice int64) (names []string) {
		for _, place := range h.chart(notice).Places {
			names = append(names, place.Village)
		}
		return names
	}
	for what, audience := range map[string]notice.Audience{
		"by village":      {Villages: h.villages[1:]},
		"by role":         {Roles: []models.TermRole{models.Member}},
		"by organization": {Organizations: []string{"women"}, Villages: h.villages[1:]},
	} {
		notice := h.send(notice.Compose{Text: words, Audience: audience}).ID
		if got := villages(notice); !slices.Equal(got, []string{"Tổ dân phố 2"}) {
			t.Errorf("%s: %q", what, got)
		}
	}
	named := h.send(notice.Compose{Text: words, Audience: notice.Audience{People: []int64{h.lan.Person}}}).ID
	if got := villages(named); !slices.Equal(got, []string{"Tổ dân phố 1"}) {
		t.Errorf("their first post: %q", got)
	}
	left := models.NewDate(2026, 4, 10)
	if err := h.store.Model(&models.Term{}).Where("person_id = ?", h.lan.Person).Update("to_date",
		left).Error; err != nil {
		t.Fatal(err)
	}
	h.now = h.now.AddDate(0, 1, 0)
	if got := villages(named); !slices.Equal(got, []string{"Tổ dân phố 1"}) {
		t.Errorf("after they left: %q", got)
	}
	// A post that turns out never to have been counts nowhere, but counts.
	if err := h.store.Model(&models.Term{}).Where("person_id = ?", h.lan.Person).Update("superseded_at",
		h.now).Error; err != nil {
		t.Fatal(err)
	}
	h.places(named, place("", notice.Progress{Total: 1, Queued: 1}))
}

func TestWhoMayPictureANotice(t *testing.T) {
	h := newHouse(t)
	draft := h.draft(notice.Compose{Text: words}).ID
	h.refused(second(h.Outcomes.Chart(h.ctx, h.by(h.clerk), draft)), "conflict/notice_unsent")
	notice := h.send(notice.Compose{Text: words}).ID
	for _, refusal := range []struct {
		actor services.Actor
		want  string
	}{{h.viewer, "denied/role"}, {h.lan, "denied/role"}, {services.Actor{}, "denied/role"},
		{h.foreign, "not_found/notice"}} {
		h.refused(second(h.Outcomes.Chart(h.ctx, h.by(refusal.actor), notice)), refusal.want)
	}
	if chart := h.chart(notice); chart.Ward.Name != "Bắc Hồng Lĩnh" || chart.Notice.ID != notice {
		t.Errorf("%+v", chart)
	}
	var taken int64
	if err := h.store.Model(&models.AuditEntry{}).Where("action = ?",
		"notice.pictured").Count(&taken).Error; err != nil || taken != 1 {
		t.Errorf("%d in the journal, %v", taken, err)
	}
}
