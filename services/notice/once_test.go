package notice_test

import (
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services/notice"
)

// Whether a repeat is better than a gap is said once, and stays said: through
// edits, in a correction, and in every month's notice.
func TestAGapRatherThanARepeat(t *testing.T) {
	h := newHouse(t)
	is := func(what string, notice models.Notice, want bool) {
		t.Helper()
		var row models.Notice
		if err := h.store.Take(&row, notice.ID).Error; err != nil {
			t.Fatal(err)
		}
		if notice.Once != want || row.Once != want {
			t.Errorf("%s: once is %v, kept as %v; want %v", what, notice.Once, row.Once, want)
		}
	}
	edit := func(id int64, edit notice.Edit) models.Notice {
		t.Helper()
		edited, err := h.Edit(h.ctx, h.by(h.clerk), id, edit)
		if err != nil {
			t.Fatal(err)
		}
		return edited
	}
	is("unless told otherwise", h.draft(notice.Compose{Text: words}), false)
	is("sent at once", h.send(notice.Compose{Text: words, Once: true}), true)
	told := h.draft(notice.Compose{Text: words})
	on, off, text := true, false, "Mời họp 9 giờ thứ Bảy"
	is("edited", edit(told.ID, notice.Edit{Once: &on}), true)
	is("another edit", edit(told.ID, notice.Edit{Text: &text}), true)
	is("taken back", edit(told.ID, notice.Edit{Once: &off}), false)

	at := h.now.Add(time.Hour)
	h.release(h.clerk, told.ID, notice.Go{At: &at})
	edit(told.ID, notice.Edit{Once: &on})
	h.state(told.ID, models.NoticeDraft) // what was agreed to is another notice now
	for want, err := range map[string]error{
		"denied/role":      second(h.Edit(h.ctx, h.by(h.viewer), told.ID, notice.Edit{Once: &off})),
		"not_found/notice": second(h.Edit(h.ctx, h.by(h.foreign), told.ID, notice.Edit{Once: &off})),
	} {
		h.refused(err, want)
	}
	h.release(h.clerk, told.ID, notice.Go{})
	is("sent", h.state(told.ID, models.NoticeIsSent), true)
	h.refused(second(h.Edit(h.ctx, h.by(h.clerk), told.ID, notice.Edit{Once: &off})), "conflict/notice_sent")
	correction, err := h.Correct(h.ctx, h.by(h.clerk), told.ID, text)
	if err != nil {
		t.Fatal(err)
	}
	is("the correction", correction, true)

	row, err := h.Recur(h.ctx, h.by(h.clerk), h.draft(notice.Compose{Text: words, Once: true}).ID,
		notice.Monthly{Day: 10, Minute: 8 * 60})
	if err != nil {
		t.Fatal(err)
	}
	h.now = row.NextAt
	h.due(1)
	var monthly models.Notice
	if err := h.store.Take(&monthly, "recurring_id = ? AND sent_at IS NOT NULL", row.ID).Error; err != nil {
		t.Fatal(err)
	}
	is("this month's", monthly, true)
}
