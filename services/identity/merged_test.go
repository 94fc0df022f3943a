package identity_test

import (
	"testing"

	"canbobot/models"
)

// A row that was merged into another is nobody to link.
func TestAMergedRowIsNobodyToLink(t *testing.T) {
	w := newTown(t)
	err := w.store.Model(&models.Person{}).Where("id = ?", w.lan).
		Updates(map[string]any{"merged_into": w.hoa, "merged_at": w.now().UTC()}).Error
	if err != nil {
		t.Fatal(err)
	}
	card, err := w.Requests.Card(w.ctx, w.clerk, w.ask("zalo", "100", "Nguyễn Thị Lan", "0912345678"))
	if err != nil || card.Person != nil || len(card.Candidates) != 0 {
		t.Errorf("card %+v, %v", card, err)
	}
	w.refused(w.Requests.Agree(w.ctx, w.by(w.clerk), card.Request.ID, 1, w.lan), "conflict/merged")
	_, _, err = w.Invite(w.ctx, w.by(w.clerk), w.lan)
	w.refused(err, "conflict/merged")
}
