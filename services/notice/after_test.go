package notice_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
	"canbobot/services/outbox"
)

func TestTheSilentAreRemindedOnceADayInOfficeHours(t *testing.T) {
	h := newHouse(t)
	quiet := h.send(notice.Compose{Text: words})
	_, err := h.Remind(h.ctx, h.by(h.clerk), quiet.ID)
	h.refused(err, "invalid/notice_confirm")
	notice := h.send(notice.Compose{Text: words, NeedsConfirm: true})
	_, err = h.Remind(h.ctx, h.by(h.clerk), notice.ID)
	h.refused(err, "conflict/notice_nobody") // nothing has arrived yet
	h.deliver(notice.ID, h.lan, models.DeliverySent)
	h.deliver(notice.ID, h.hoa, models.DeliverySent)
	h.deliver(notice.ID, h.binh, models.DeliveryUnreachable)
	if _, err := h.Inbox.Confirm(h.ctx, h.by(h.hoa), notice.ID); err != nil {
		t.Fatal(err)
	}
	if people, err := h.Remind(h.ctx, h.by(h.clerk), notice.ID); err != nil || people != 1 {
		t.Fatalf("reminded %d, %v", people, err)
	}
	if rows := h.deliveries(outbox.NoticeRemind); rows != 1 {
		t.Errorf("%d reminders", rows)
	}
	_, err = h.Remind(h.ctx, h.by(h.clerk), notice.ID)
	h.refused(err, "conflict/notice_reminded")
	for _, moment := range []time.Time{
		time.Date(2026, 4, 7, 6, 59, 0, 0, services.Zone), time.Date(2026, 4, 7, 17, 0, 0, 0, services.Zone),
		time.Date(2026, 4, 11, 9, 0, 0, 0, services.Zone),
	} {
		h.now = moment
		_, err = h.Remind(h.ctx, h.by(h.clerk), notice.ID)
		h.refused(err, "conflict/notice_hours")
	}
	h.now = time.Date(2026, 4, 7, 8, 0, 0, 0, services.Zone)
	if _, err := h.Remind(h.ctx, h.by(h.clerk), notice.ID); err != nil {
		t.Error(err)
	}
	standing, err := h.Outcomes.Standing(h.ctx, h.clerk, notice.ID)
	if err != nil || standing.Total != 3 || standing.Confirmed != 1 {
		t.Errorf("reminders are counted as people: %+v, %v", standing, err)
	}
}

func TestFailedOnesAreTriedAgain(t *testing.T) {
	h := newHouse(t)
	told := h.send(notice.Compose{Text: words})
	_, err := h.Resend(h.ctx, h.by(h.clerk), told.ID)
	h.refused(err, "conflict/notice_nobody")
	h.deliver(told.ID, h.lan, models.DeliverySent)
	h.deliver(told.ID, h.binh, models.DeliveryUnreachable)
	h.deliver(told.ID, h.hoa, models.DeliveryFailed)
	if people, err := h.Resend(h.ctx, h.by(h.clerk), told.ID); err != nil || people != 2 {
		t.Fatalf("again to %d, %v", people, err)
	}
	h.progress(notice.Progress{Total: 3, Queued: 2, Sent: 1})
	h.deliver(told.ID, h.binh, models.DeliverySent)
}

func TestWhoComes(t *testing.T) {
	h := newHouse(t)
	plain := h.send(notice.Compose{Text: words, NeedsConfirm: true})
	_, err := h.Inbox.Answer(h.ctx, h.by(h.lan), plain.ID, true, "")
	h.refused(err, "invalid/notice_invites")
	notice := h.send(notice.Compose{Text: words, NeedsConfirm: true, Attendance: true})
	_, err = h.Inbox.Answer(h.ctx, h.by(h.lan), notice.ID, false, strings.Repeat("ố", 201))
	h.refused(err, "invalid/reason_long")
	if _, err := h.Inbox.Answer(h.ctx, h.by(h.lan), notice.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	view, err := h.Inbox.Answer(h.ctx, h.by(h.hoa), notice.ID, false, "con ốm")
	if err != nil || view.State != models.DeliveryConfirmed || view.Answer.Attends || view.Answer.Reason != "con ốm" {
		t.Fatalf("%+v, %v", view, err)
	}
	standing, err := h.Outcomes.Standing(h.ctx, h.clerk, notice.ID)
	if err != nil || standing.Coming != 1 || standing.Absent != 1 || standing.Confirmed != 2 {
		t.Errorf("%+v, %v", standing, err)
	}
	if _, err := h.Inbox.Answer(h.ctx, h.by(h.lan), notice.ID, false, "bận"); err != nil {
		t.Fatal(err)
	}
	if view, err := h.Inbox.One(h.ctx, h.lan, notice.ID); err != nil || view.Answer == nil || view.Answer.Attends ||
		view.Answer.Reason != "bận" {
		t.Errorf("the last word counts: %+v, %v", view, err)
	}
	if standing, err = h.Outcomes.Standing(h.ctx, h.clerk, notice.ID); err != nil || standing.Coming != 0 ||
		standing.Absent != 2 {
		t.Errorf("%+v, %v", standing, err)
	}
	left, total, err := h.Outcomes.Silent(h.ctx, h.clerk, notice.ID, 0)
	if err != nil || total != 1 || left[0].Person != h.binh.Person || left[0].Titles != "member, youth 2" {
		t.Errorf("%+v, %d, %v", left, total, err)
	}
}

func TestTheReportHarmsNoSpreadsheet(t *testing.T) {
	h := newHouse(t)
	if err := h.store.Model(&models.Person{ID: h.binh.Person}).Updates(map[string]any{
		"name": "=HYPERLINK(1)", "phone": "+84912345678"}).Error; err != nil {
		t.Fatal(err)
	}
	notice := h.send(notice.Compose{Text: words, NeedsConfirm: true})
	h.deliver(notice.ID, h.binh, models.DeliveryUnreachable)
	if _, err := h.Inbox.Confirm(h.ctx, h.by(h.lan), notice.ID); err != nil {
		t.Fatal(err)
	}
	_, err := h.Outcomes.Report(h.ctx, h.viewer, notice.ID, speak)
	h.refused(err, "denied/role")
	report, err := h.Outcomes.Report(h.ctx, h.by(h.clerk), notice.ID,
		func(key string, _ map[string]any) string { return strings.ReplaceAll(key, ".", "-") })
	if err != nil || report.People != 3 || report.ToCall != 2 {
		t.Fatalf("%d, %d, %v", report.People, report.ToCall, err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(report.Content))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil || len(rows) != 5 {
		t.Fatalf("%v, %v", rows, err)
	}
	if got := rows[2][1:5]; !slices.Equal(got, []string{"'=HYPERLINK(1)", "member, youth 2", "0912 345 678",
		"notice_state-unreachable"}) {
		t.Errorf("%q", got)
	}
	if rows[4][1] != "Lan" { // who has confirmed stands last
		t.Errorf("%q", rows)
	}
}

func TestAFileGoesToWhomTheNoticeGoes(t *testing.T) {
	h := newHouse(t)
	_, err := h.KeepFile(h.ctx, h.clerk, []byte("MZ a program"), "")
	h.refused(err, "invalid/file_kind")
	_, err = h.KeepFile(h.ctx, h.lan, []byte("%PDF-1.4 %%EOF"), "")
	h.refused(err, "denied/role")
	id, err := h.KeepFile(h.ctx, h.clerk, []byte("%PDF-1.4 %%EOF"), "giấy mời")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := h.KeepFile(h.ctx, h.clerk, []byte("%PDF-1.4 %%EOF"), "giấy mời"); err != nil || again != id {
		t.Errorf("kept twice: %d, %v", again, err)
	}
	sent := h.send(notice.Compose{Text: words, File: id,
		Audience: notice.Audience{Roles: []models.TermRole{models.Head}}})
	for _, actor := range []services.Actor{h.lan, h.viewer} {
		if file, err := h.Inbox.File(h.ctx, actor, sent.ID); err != nil || string(file.Content) != "%PDF-1.4 %%EOF" {
			t.Errorf("%+v, %v", file, err)
		}
	}
	_, err = h.Inbox.File(h.ctx, h.hoa, sent.ID)
	h.refused(err, "not_found/notice")
	loose, err := h.KeepFile(h.ctx, h.clerk, []byte("%PDF-1.5 %%EOF"), "")
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(8 * 24 * time.Hour)
	if _, err := notice.Purge.Run(h.store.DB, h.now); err != nil {
		t.Fatal(err)
	}
	var left []int64
	if err := h.store.Model(&models.NoticeFile{}).Pluck("id", &left).Error; err != nil ||
		!slices.Equal(left, []int64{id}) {
		t.Errorf("left %v of %d, %v", left, loose, err)
	}
}

func TestTemplates(t *testing.T) {
	h := newHouse(t)
	_, err := h.Templates.Keep(h.ctx, h.by(h.clerk), "Tiền tháng", "Gửi {ten}, tiền {thang} là {tien}")
	h.refused(err, "invalid/notice_field")
	_, err = h.Templates.Keep(h.ctx, h.by(h.clerk), "x", words)
	h.refused(err, "invalid/template_name")
	_, err = h.Templates.Keep(h.ctx, h.by(h.viewer), "Mời họp", words)
	h.refused(err, "denied/role")
	for _, text := range []string{words, "Gửi {ten}: tiền tháng {thang} là {so_tien}"} {
		if _, err := h.Templates.Keep(h.ctx, h.by(h.clerk), " Mời  họp ", text); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := h.Templates.List(h.ctx, h.viewer)
	if err != nil || len(kept) != 1 || kept[0].Name != "Mời họp" {
		t.Fatalf("%+v, %v", kept, err)
	}
	if got := notice.Fill(kept[0].Text, map[string]string{"ten": "Lan {so_tien}", "thang": "4/2026",
		"so_tien": "200.000 đ"}); got != "Gửi Lan {so_tien}: tiền tháng 4/2026 là 200.000 đ" {
		t.Errorf("filled: %q", got)
	}
	if err := h.Templates.Drop(h.ctx, h.by(h.clerk), kept[0].ID); err != nil {
		t.Fatal(err)
	}
	h.refused(h.Templates.Drop(h.ctx, h.by(h.clerk), kept[0].ID), "not_found/notice_template")
}

func TestMonthlyDays(t *testing.T) {
	local := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, services.Zone)
	}
	for _, play := range []struct {
		rule        notice.Monthly
		after, want time.Time
	}{
		{notice.Monthly{Day: 5, Minute: 8 * 60}, local(4, 5, 7), local(4, 5, 8)},
		{notice.Monthly{Day: 5, Minute: 8 * 60}, local(4, 5, 8), local(5, 5, 8)},
		{notice.Monthly{Day: 31, Minute: 8 * 60}, local(4, 6, 8), local(4, 30, 8)},
		{notice.Monthly{Day: 31, Minute: 8 * 60}, local(1, 31, 9), local(2, 28, 8)},
		{notice.Monthly{Week: 1, Weekday: time.Saturday, Minute: 8 * 60}, local(4, 1, 0), local(4, 4, 8)},
		{notice.Monthly{Week: 1, Weekday: time.Saturday, Minute: 8 * 60}, local(4, 6, 0), local(5, 2, 8)},
		{notice.Monthly{Week: 4, Weekday: time.Monday, Minute: 8 * 60}, local(4, 1, 0), local(4, 27, 8)},
		{notice.Monthly{Week: -1, Weekday: time.Friday, Minute: 8 * 60}, local(4, 1, 0), local(4, 24, 8)},
		{notice.Monthly{Week: -1, Weekday: time.Thursday, Minute: 8 * 60}, local(4, 1, 0), local(4, 30, 8)},
	} {
		if got := play.rule.After(play.after.UTC()); !got.Equal(play.want) {
			t.Errorf("%+v after %s: %s, want %s", play.rule, play.after, got, play.want)
		}
	}
}

func TestANoticeRecursUntilItIsStopped(t *testing.T) {
	h := newHouse(t)
	draft := h.draft(notice.Compose{Text: words, NeedsConfirm: true})
	for rule, want := range map[notice.Monthly]string{
		{Day: 40, Minute: 480}: "invalid/notice_rule", {}: "invalid/notice_rule",
		{Day: 5, Week: 1, Minute: 480}: "invalid/notice_rule", {Day: 5, Minute: 23 * 60}: "invalid/notice_quiet",
	} {
		_, err := h.Recur(h.ctx, h.by(h.clerk), draft.ID, rule)
		h.refused(err, want)
	}
	row, err := h.Recur(h.ctx, h.by(h.clerk), draft.ID, notice.Monthly{Day: 10, Minute: 8 * 60})
	if err != nil {
		t.Fatal(err)
	}
	h.state(draft.ID, models.NoticeCancelled)
	h.due(0)
	h.now = row.NextAt
	h.due(1)
	h.due(0)
	sent, err := h.Outcomes.Sent(h.ctx, h.clerk)
	if err != nil || len(sent) != 1 || *sent[0].Notice.RecurringID != row.ID || sent[0].Total != 2 ||
		!sent[0].Notice.NeedsConfirm {
		t.Fatalf("%+v, %v", sent, err)
	}
	h.now = time.Date(2026, 5, 10, 20, 0, 0, 0, services.Zone) // the program stood still for twelve hours
	h.due(0)
	if err := h.StopRecurring(h.ctx, h.by(h.clerk), row.ID); err != nil {
		t.Fatal(err)
	}
	h.refused(h.StopRecurring(h.ctx, h.by(h.clerk), row.ID), "not_found/recurring")
	h.now = time.Date(2026, 6, 10, 8, 0, 0, 0, services.Zone)
	h.due(0)
}

func TestAudienceOfAnotherNotice(t *testing.T) {
	h := newHouse(t)
	told := h.send(notice.Compose{Text: words, NeedsConfirm: true})
	if _, err := h.Inbox.Confirm(h.ctx, h.by(h.lan), told.ID); err != nil {
		t.Fatal(err)
	}
	again := h.send(notice.Compose{Text: words, Audience: notice.Audience{Unconfirmed: told.ID}})
	if got := h.recipients(again.ID); !slices.Equal(got, []int64{h.hoa.Person, h.binh.Person}) {
		t.Errorf("%v", got)
	}
	named := h.send(notice.Compose{Text: words, Audience: notice.Audience{People: []int64{h.lan.Person}}})
	if got := h.recipients(named.ID); !slices.Equal(got, []int64{h.lan.Person}) {
		t.Errorf("%v", got)
	}
	people, total, err := h.Audiences.Roll(h.ctx, h.clerk, notice.Audience{}, always, true, 0)
	if err != nil || total != 1 || people[0].Name != "Bình" {
		t.Errorf("%+v, %d, %v", people, total, err)
	}
	if people, total, err = h.Audiences.Roll(h.ctx, h.clerk, notice.Audience{}, always, false, 7); err != nil ||
		total != 3 || len(people) != 0 {
		t.Errorf("%+v, %d, %v", people, total, err)
	}
}

func TestTheCardFollows(t *testing.T) {
	h := newHouse(t)
	notice := h.send(notice.Compose{Text: words, NeedsConfirm: true})
	follow := func(wantGoing, wantChanged bool) {
		t.Helper()
		if going, changed, err := h.Outcomes.Follow(h.ctx, notice.ID); err != nil || going != wantGoing ||
			changed != wantChanged {
			t.Errorf("going %v, changed %v, %v", going, changed, err)
		}
	}
	jobs := func() (n int64) {
		h.store.Table("river_job").Where("kind = 'follow'").Count(&n)
		return n
	}
	follow(true, true)
	follow(true, false)
	for _, who := range []services.Actor{h.lan, h.hoa, h.binh} {
		h.deliver(notice.ID, who, models.DeliverySent)
	}
	if standing, err := h.Outcomes.Standing(h.ctx, h.clerk, notice.ID); err != nil ||
		standing.TimeToGo(h.now.Add(time.Minute)) != 0 {
		t.Errorf("%+v, %v", standing, err)
	}
	follow(false, true)
	before := jobs()
	for _, who := range []services.Actor{h.lan, h.hoa} {
		if _, err := h.Inbox.Confirm(h.ctx, h.by(who), notice.ID); err != nil {
			t.Fatal(err)
		}
	}
	if got := jobs() - before; got != 1 {
		t.Errorf("two confirmations ask for %d drawings", got)
	}
	follow(false, true)
}
