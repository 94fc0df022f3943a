package notice_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
	"canbobot/services/outbox"
)

// draft keeps a draft of the clerk's.
func (h *house) draft(compose notice.Compose) models.Notice {
	h.t.Helper()
	notice, err := h.Draft(h.ctx, h.by(h.clerk), compose)
	if err != nil {
		h.t.Fatal(err)
	}
	return notice
}

func (h *house) deliveries(kind outbox.Kind) int64 {
	h.t.Helper()
	var rows int64
	if err := h.store.Model(&models.Delivery{}).Where("kind = ?", kind).Count(&rows).Error; err != nil {
		h.t.Fatal(err)
	}
	return rows
}

func (h *house) release(actor services.Actor, id int64, how notice.Go) notice.Progress {
	h.t.Helper()
	progress, err := h.Release(h.ctx, h.by(actor), id, how)
	if err != nil {
		h.t.Fatal(err)
	}
	return progress
}

// state is how a notice stands.
func (h *house) state(id int64, want models.NoticeState) models.Notice {
	h.t.Helper()
	standing, err := h.Outcomes.Standing(h.ctx, h.viewer, id)
	if err != nil || standing.Notice.State != want {
		h.t.Errorf("notice %d is %q, %v; want %q", id, standing.Notice.State, err, want)
	}
	return standing.Notice
}

func (h *house) due(want int) {
	h.t.Helper()
	if sent, err := h.Due(h.ctx); err != nil || sent != want {
		h.t.Errorf("sent %d, %v; want %d", sent, err, want)
	}
}

func TestASecondTapSendsNothing(t *testing.T) {
	h := newHouse(t)
	told := h.draft(notice.Compose{Text: words})
	if h.deliveries(outbox.NoticeSent) != 0 {
		t.Fatal("a draft was sent")
	}
	if progress := h.release(h.clerk, told.ID, notice.Go{}); progress.Total != 3 ||
		progress.Notice.State != models.NoticeIsSent {
		t.Errorf("%+v", progress)
	}
	if progress := h.release(h.clerk, told.ID, notice.Go{}); progress.Notice.State != models.NoticeIsSent {
		t.Errorf("%+v", progress)
	}
	if rows := h.deliveries(outbox.NoticeSent); rows != 3 {
		t.Errorf("%d deliveries", rows)
	}
}

func TestWhatIsSentIsCorrectedNotEdited(t *testing.T) {
	h := newHouse(t)
	told := h.draft(notice.Compose{Text: words, Audience: notice.Audience{Organizations: []string{"women"}}})
	text := "Mời họp 9 giờ thứ Bảy"
	if edited, err := h.Edit(h.ctx, h.by(h.clerk), told.ID, notice.Edit{Text: &text}); err != nil || edited.Text != text {
		t.Fatalf("%+v, %v", edited, err)
	}
	_, err := h.Correct(h.ctx, h.by(h.clerk), told.ID, "Xin họp chín giờ")
	h.refused(err, "conflict/notice_unsent")
	h.release(h.clerk, told.ID, notice.Go{})
	_, err = h.Edit(h.ctx, h.by(h.clerk), told.ID, notice.Edit{Text: &text})
	h.refused(err, "conflict/notice_sent")
	h.refused(h.Drop(h.ctx, h.by(h.clerk), told.ID), "conflict/notice_sent")
	correction, err := h.Correct(h.ctx, h.by(h.clerk), told.ID, "Xin họp chín giờ")
	if err != nil || *correction.Corrects != told.ID {
		t.Fatalf("%+v, %v", correction, err)
	}
	h.release(h.clerk, correction.ID, notice.Go{})
	if got := h.recipients(correction.ID); !slices.Equal(got, []int64{h.lan.Person, h.hoa.Person}) {
		t.Errorf("corrected to %v", got)
	}
}

func TestATimeIsKept(t *testing.T) {
	h := newHouse(t) // Monday, nine in the morning
	told := h.draft(notice.Compose{Text: words})
	for _, refusal := range []struct {
		at   time.Duration
		want string
	}{{0, "invalid/notice_past"}, {-time.Hour, "invalid/notice_past"}, {13 * time.Hour, "invalid/notice_quiet"},
		{20 * time.Hour, "invalid/notice_quiet"}, {400 * 24 * time.Hour, "invalid/notice_far"}} {
		at := h.now.Add(refusal.at)
		_, err := h.Release(h.ctx, h.by(h.clerk), told.ID, notice.Go{At: &at})
		h.refused(err, refusal.want)
	}
	at := h.now.Add(23 * time.Hour)
	h.release(h.clerk, told.ID, notice.Go{At: &at})
	h.due(0)
	h.state(told.ID, models.NoticeScheduled)
	h.now = at
	h.due(1)
	h.due(0)
	h.state(told.ID, models.NoticeIsSent)

	dropped := h.draft(notice.Compose{Text: words})
	at = h.now.Add(time.Hour)
	h.release(h.clerk, dropped.ID, notice.Go{At: &at})
	if err := h.Drop(h.ctx, h.by(h.clerk), dropped.ID); err != nil {
		t.Fatal(err)
	}
	h.now = at
	h.due(0)
	_, err := h.Release(h.ctx, h.by(h.clerk), dropped.ID, notice.Go{})
	h.refused(err, "conflict/notice_dropped")
}

func TestNobodyIsDisturbedAtNight(t *testing.T) {
	h := newHouse(t)
	for _, night := range []time.Time{time.Date(2026, 4, 6, 21, 0, 0, 0, services.Zone),
		time.Date(2026, 4, 7, 6, 59, 0, 0, services.Zone)} {
		h.now = night
		told := h.draft(notice.Compose{Text: words})
		progress := h.release(h.clerk, told.ID, notice.Go{})
		morning := time.Date(2026, 4, 7, 7, 0, 0, 0, services.Zone)
		if progress.Notice.State != models.NoticeScheduled || !progress.Notice.SendAt.Equal(morning) {
			t.Errorf("%s: %+v", night, progress.Notice)
		}
		urgent := h.draft(notice.Compose{Text: words, Urgent: true})
		if progress := h.release(h.clerk, urgent.ID, notice.Go{}); progress.Notice.State != models.NoticeIsSent {
			t.Errorf("%s: %+v", night, progress.Notice)
		}
	}
}

// A notice whose time came while nothing ran is late; at night it wakes nobody,
// unless it is meant to.
func TestALateNoticeWakesNobody(t *testing.T) {
	h := newHouse(t)
	evening := h.now.Add(11 * time.Hour) // 20:00
	plain, urgent := h.draft(notice.Compose{Text: words}), h.draft(notice.Compose{Text: words, Urgent: true})
	for _, told := range []models.Notice{plain, urgent} {
		h.release(h.clerk, told.ID, notice.Go{At: &evening})
	}
	h.now = evening.Add(2 * time.Hour)
	h.due(1)
	h.state(plain.ID, models.NoticeScheduled)
	h.state(urgent.ID, models.NoticeIsSent)
	h.now = evening.Add(11 * time.Hour)
	h.due(1)
	h.state(plain.ID, models.NoticeIsSent)
}

func TestALeaderLetsItGo(t *testing.T) {
	h := newHouse(t)
	admin := h.addStaff(h.ward, services.Admin)
	h.refused(h.SetByLeader(h.ctx, h.by(h.clerk), true), "denied/role")
	if err := h.SetByLeader(h.ctx, h.by(admin), true); err != nil {
		t.Fatal(err)
	}
	told := h.draft(notice.Compose{Text: words})
	if progress := h.release(h.clerk, told.ID, notice.Go{}); progress.Notice.State != models.NoticeWaiting {
		t.Fatalf("%+v", progress)
	}
	if h.deliveries(outbox.NoticeSent) != 0 || h.deliveries(outbox.NoticeWaiting) != 1 {
		t.Error("it was not put before the leader, or sent")
	}
	_, err := h.Approve(h.ctx, h.by(h.clerk), told.ID, h.version(told.ID))
	h.refused(err, "denied/role")
	if err := h.Return(h.ctx, h.by(h.leader), told.ID, h.version(told.ID)); err != nil {
		t.Fatal(err)
	}
	h.state(told.ID, models.NoticeDraft)
	at := h.now.Add(time.Hour)
	h.release(h.clerk, told.ID, notice.Go{At: &at})
	if progress, err := h.Approve(h.ctx, h.by(h.leader), told.ID, h.version(told.ID)); err != nil ||
		progress.Notice.State != models.NoticeScheduled {
		t.Fatalf("%+v, %v", progress, err)
	}
	_, err = h.Approve(h.ctx, h.by(h.leader), told.ID, h.version(told.ID))
	h.refused(err, "conflict/moved.notice.decided")
	// Edited, it needs the leader's word again.
	text := "Mời họp lúc 10 giờ"
	if _, err := h.Edit(h.ctx, h.by(h.clerk), told.ID, notice.Edit{Text: &text}); err != nil {
		t.Fatal(err)
	}
	h.release(h.clerk, told.ID, notice.Go{})
	row := h.state(told.ID, models.NoticeWaiting)
	if row.ApprovedBy != nil || row.SendAt != nil {
		t.Errorf("%+v", row)
	}
	if progress, err := h.Approve(h.ctx, h.by(h.leader), told.ID, h.version(told.ID)); err != nil ||
		progress.Notice.State != models.NoticeIsSent || *progress.Notice.ApprovedBy != h.leader.Staff {
		t.Fatalf("%+v, %v", progress, err)
	}
	own, err := h.Draft(h.ctx, h.by(h.leader), notice.Compose{Text: words})
	if err != nil {
		t.Fatal(err)
	}
	if progress := h.release(h.leader, own.ID, notice.Go{}); progress.Notice.State != models.NoticeIsSent {
		t.Errorf("%+v", progress)
	}
}

func TestThousandsAreCountedByTyping(t *testing.T) {
	h := newHouse(t)
	people := make([]models.Person, 1001)
	for i := range people {
		people[i] = models.Person{WardID: h.ward, Name: fmt.Sprint("Đoàn viên ", i), Folded: fmt.Sprint("doan vien ", i),
			Version: 1}
	}
	if err := h.store.CreateInBatches(&people, 40).Error; err != nil {
		t.Fatal(err)
	}
	terms := make([]models.Term, len(people))
	for i, person := range people {
		terms[i] = models.Term{WardID: h.ward, BranchID: h.branches["youth2"], PersonID: person.ID, Role: models.Member,
			Title: "member", From: models.NewDate(2024, 1, 1)}
	}
	if err := h.store.CreateInBatches(&terms, 40).Error; err != nil {
		t.Fatal(err)
	}
	if err := h.store.Model(&models.Account{}).Where("id = ?", h.clerk.Account).Update("stepped_up_until",
		h.now.Add(time.Minute)).Error; err != nil {
		t.Fatal(err)
	}
	told := h.draft(notice.Compose{Text: words, Audience: notice.Audience{Villages: h.villages[1:]}})
	for _, count := range []int{0, 1000, 1001} {
		_, err := h.Release(h.ctx, h.by(h.clerk), told.ID, notice.Go{Count: count})
		h.refused(err, "invalid/notice_count")
	}
	if progress := h.release(h.clerk, told.ID, notice.Go{Count: 1002}); progress.Total != 1002 {
		t.Errorf("%+v", progress)
	}
}

func TestWhatADraftMayNotBe(t *testing.T) {
	h := newHouse(t)
	other, err := h.KeepFile(h.ctx, h.leader, []byte("%PDF-1.4 %%EOF"), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, refusal := range []struct {
		actor   services.Actor
		compose notice.Compose
		want    string
	}{
		{h.viewer, notice.Compose{Text: words}, "denied/role"},
		{h.lan, notice.Compose{Text: words}, "denied/role"},
		{h.clerk, notice.Compose{Text: words, Audience: notice.Audience{Roles: []models.TermRole{models.CellMember}}},
			"invalid/audience_empty"},
		{h.clerk, notice.Compose{Text: "Kính gửi {ten}, lương {luong}"}, "invalid/notice_field"},
		{h.clerk, notice.Compose{Text: words, Audience: notice.Audience{Unconfirmed: 99}}, "not_found/notice"},
		{h.clerk, notice.Compose{Text: words, Audience: notice.Audience{People: []int64{h.far.Person}}}, "not_found/person"},
		{h.clerk, notice.Compose{Text: words, File: other}, "not_found/notice_file"},
		{h.clerk, notice.Compose{Text: words, Attendance: true}, "invalid/notice_date"},
	} {
		_, err := h.Draft(h.ctx, h.by(refusal.actor), refusal.compose)
		h.refused(err, refusal.want)
	}
}

func TestNoticesOfAnotherWardAreNotThere(t *testing.T) {
	h := newHouse(t)
	draft := h.draft(notice.Compose{Text: words})
	sent := h.send(notice.Compose{Text: words, NeedsConfirm: true})
	template, err := h.Templates.Keep(h.ctx, h.by(h.clerk), "Mời họp", words)
	if err != nil {
		t.Fatal(err)
	}
	recurring, err := h.Recur(h.ctx, h.by(h.clerk), h.draft(notice.Compose{Text: words}).ID,
		notice.Monthly{Day: 5, Minute: 480})
	if err != nil {
		t.Fatal(err)
	}
	away := func() services.Actor { return h.by(h.foreign) }
	text := "Sửa nội dung"
	leader := h.addStaff(h.other, services.Leader)
	for what, call := range map[string]struct {
		err  error
		want string
	}{
		"edit":     {second(h.Edit(h.ctx, away(), draft.ID, notice.Edit{Text: &text})), "not_found/notice"},
		"drop":     {h.Drop(h.ctx, away(), draft.ID), "not_found/notice"},
		"release":  {second(h.Release(h.ctx, away(), draft.ID, notice.Go{})), "not_found/notice"},
		"approve":  {second(h.Approve(h.ctx, h.by(leader), draft.ID, h.version(draft.ID))), "not_found/notice"},
		"return":   {h.Return(h.ctx, h.by(leader), draft.ID, h.version(draft.ID)), "not_found/notice"},
		"correct":  {second(h.Correct(h.ctx, away(), sent.ID, text)), "not_found/notice"},
		"standing": {second(h.Outcomes.Standing(h.ctx, away(), sent.ID)), "not_found/notice"},
		"silent":   {third(h.Outcomes.Silent(h.ctx, away(), sent.ID, 0)), "not_found/notice"},
		"chart":    {second(h.Outcomes.Chart(h.ctx, away(), sent.ID)), "not_found/notice"},
		"report":   {second(h.Outcomes.Report(h.ctx, away(), sent.ID, speak)), "not_found/notice"},
		"resend":   {second(h.Resend(h.ctx, away(), sent.ID)), "not_found/notice"},
		"remind":   {second(h.Remind(h.ctx, away(), sent.ID)), "not_found/notice"},
		"file":     {second(h.Inbox.File(h.ctx, away(), sent.ID)), "not_found/notice"},
		"recur":    {second(h.Recur(h.ctx, away(), draft.ID, notice.Monthly{Day: 5, Minute: 480})), "not_found/notice"},
		"stop":     {h.StopRecurring(h.ctx, away(), recurring.ID), "not_found/recurring"},
		"template": {second(h.Templates.One(h.ctx, away(), template.ID)), "not_found/notice_template"},
		"forget":   {h.Templates.Drop(h.ctx, away(), template.ID), "not_found/notice_template"},
		"reader":   {second(h.Inbox.Reader(h.ctx, away(), h.lan.Person)), "not_found/person"},
		"time":     {h.CheckTime(h.ctx, away(), draft.ID, h.now.Add(time.Hour)), "not_found/notice"},
		"pause":    {h.Pause(h.ctx, away(), sent.ID), "not_found/notice"},
		"resume":   {h.Resume(h.ctx, away(), sent.ID), "not_found/notice"},
		"cancel":   {h.Cancel(h.ctx, away(), sent.ID), "not_found/notice"},
		"roll": {third(h.Audiences.Roll(h.ctx, away(), notice.Audience{Villages: h.villages[:1]}, always, false, 0)),
			"not_found/village"},
		"count":  {second(h.Audiences.Count(h.ctx, away(), notice.Audience{Villages: h.villages[:1]})), "not_found/village"},
		"answer": {second(h.Inbox.Answer(h.ctx, h.by(h.far), sent.ID, true, "")), "not_found/notice"},
	} {
		t.Run(what, func(t *testing.T) { h.refused(call.err, call.want) })
	}
	if drafts, err := h.Drafts(h.ctx, away()); err != nil || len(drafts) != 0 {
		t.Errorf("%+v, %v", drafts, err)
	}
	if rows, err := h.Recurring(h.ctx, away()); err != nil || len(rows) != 0 {
		t.Errorf("%+v, %v", rows, err)
	}
	if rows, err := h.Templates.List(h.ctx, away()); err != nil || len(rows) != 0 {
		t.Errorf("%+v, %v", rows, err)
	}
	if on, err := h.ByLeader(h.ctx, away()); err != nil || on {
		t.Errorf("%v, %v", on, err)
	}
}

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }

func speak(key string, _ map[string]any) string { return key[len(key)-5:] }
