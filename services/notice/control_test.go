package notice_test

import (
	"testing"

	"canbobot/models"
	"canbobot/services/notice"
)

func TestANoticeIsPausedResumedAndCancelled(t *testing.T) {
	h := newHouse(t)
	told := h.send(notice.Compose{Text: words})
	h.deliver(told.ID, h.lan, models.DeliverySent)
	h.refused(h.Pause(h.ctx, h.by(h.viewer), told.ID), "denied/role")
	h.refused(h.Resume(h.ctx, h.by(h.clerk), told.ID), "conflict/notice_moved")
	if err := h.Pause(h.ctx, h.by(h.clerk), told.ID); err != nil {
		t.Fatal(err)
	}
	h.progress(notice.Progress{Total: 3, Queued: 2, Sent: 1})
	h.refused(h.Pause(h.ctx, h.by(h.clerk), told.ID), "conflict/notice_moved")
	var rows []models.Delivery
	if err := h.store.Where("subject_id = ? AND person_id = ?", told.ID, h.hoa.Person).Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	if taken := h.take(rows[0].ID); len(taken) != 0 {
		t.Errorf("it was taken: %+v", taken)
	}
	if open, err := h.Outcomes.CallsOpen(h.ctx, h.clerk); err != nil || open != 0 {
		t.Errorf("%d to call, %v", open, err)
	}
	if err := h.Resume(h.ctx, h.by(h.clerk), told.ID); err != nil {
		t.Fatal(err)
	}
	h.deliver(told.ID, h.hoa, models.DeliverySent)
	if err := h.Cancel(h.ctx, h.by(h.clerk), told.ID); err != nil {
		t.Fatal(err)
	}
	h.progress(notice.Progress{Total: 3, Sent: 2, Failed: 1})
	h.refused(h.Resume(h.ctx, h.by(h.clerk), told.ID), "conflict/notice_moved")
	if open, err := h.Outcomes.CallsOpen(h.ctx, h.clerk); err != nil || open != 0 {
		t.Errorf("%d to call, %v", open, err)
	}
}
