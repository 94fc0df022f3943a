package change_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services/change"
)

// ownNumber proposes that the head's own telephone is another one each time.
func (h *house) ownNumber(i int) change.Proposal {
	return phoneOf(h.head, fmt.Sprintf("0987 65%d %03d", i/1000, i%1000))
}

// One officer reaches those who decide with a few requests, not with hundreds;
// also when they are sent at once, and taken back to send others.
func TestWhatOneOfficerAsksIsBounded(t *testing.T) {
	h := newHouse(t)
	head := officer(h.head)
	const sent = 200
	errs := make([]error, sent)
	var all sync.WaitGroup
	for i := range errs {
		actor, proposal := h.by(head), h.ownNumber(i)
		all.Go(func() { _, errs[i] = h.Submit(h.ctx, actor, proposal) })
	}
	all.Wait()
	open := 0
	for _, err := range errs {
		if err == nil {
			open++
			continue
		}
		wants(t, err, "too_many: changes_open")
	}
	if open != 20 {
		t.Errorf("%d of %d are open, want 20", open, sent)
	}
	if _, err := h.Submit(h.ctx, h.by(h.clerk), h.ownNumber(500)); err != nil {
		t.Errorf("a clerk is kept out: %v", err)
	}

	var rows []models.ChangeRequest
	if err := h.store.Where("proposer_person_id = ?", h.head.ID).Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	withdraw := func(row models.ChangeRequest) {
		t.Helper()
		if _, err := h.Withdraw(h.ctx, h.by(head), row.ID, row.Version); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range rows {
		withdraw(row)
	}
	var last error
	for i := range 30 {
		card, err := h.Submit(h.ctx, h.by(head), h.ownNumber(300+i))
		if err != nil {
			last = err
			break
		}
		withdraw(card.Request)
		open++
	}
	wants(t, last, "too_many: changes_today")
	if open != 40 {
		t.Errorf("%d were sent in a day, want 40", open)
	}
	h.now.Add(int64(24 * time.Hour / time.Second))
	h.submit(head, h.ownNumber(400))
}
