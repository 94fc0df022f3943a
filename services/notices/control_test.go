package notices_test

import (
	"testing"

	"canbobot/models"
	"canbobot/services/notices"
)

func TestANoticeIsPausedResumedAndCancelled(t *testing.T) {
	h := newHouse(t)
	notice := h.send(notices.Compose{Text: words})
	h.deliver(notice.ID, h.lan, models.DeliverySent)
	h.refused(h.Pause(h.ctx, h.by(h.viewer), notice.ID), "denied/role")
	h.refused(h.Resume(h.ctx, h.by(h.clerk), notice.ID), "conflict/notice_moved")
	if err := h.Pause(h.ctx, h.by(h.clerk), notice.ID); err != nil {
		t.Fatal(err)
	}
	h.progress(notices.Progress{Total: 3, Queued: 2, Sent: 1})
	h.refused(h.Pause(h.ctx, h.by(h.clerk), notice.ID), "conflict/notice_moved")
	var rows []models.Delivery
	if err := h.store.Where("subject_id = ? AND person_id = ?", notice.ID, h.hoa.Person).Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	if taken := h.take(rows[0].ID); len(taken) != 0 {
		t.Errorf("it was taken: %+v", taken)
	}
	if open, err := h.CallsOpen(h.ctx, h.clerk); err != nil || open != 0 {
		t.Errorf("%d to call, %v", open, err)
	}
	if err := h.Resume(h.ctx, h.by(h.clerk), notice.ID); err != nil {
		t.Fatal(err)
	}
	h.deliver(notice.ID, h.hoa, models.DeliverySent)
	if err := h.Cancel(h.ctx, h.by(h.clerk), notice.ID); err != nil {
		t.Fatal(err)
	}
	h.progress(notices.Progress{Total: 3, Sent: 2, Failed: 1})
	h.refused(h.Resume(h.ctx, h.by(h.clerk), notice.ID), "conflict/notice_moved")
	if open, err := h.CallsOpen(h.ctx, h.clerk); err != nil || open != 0 {
		t.Errorf("%d to call, %v", open, err)
	}
}
