package change_test

import (
	"crypto/rand"
	"testing"

	"canbobot/models"
	"canbobot/services"
)

func (h *house) file(person models.Person, change *int64, mark byte) int64 {
	h.t.Helper()
	row := models.Evidence{
		WardID: person.WardID, Name: rand.Text(), PersonID: &person.ID, ChangeID: change, ContentType: "image/jpeg",
		Size: 1, SHA256: []byte{mark}, Content: []byte{mark}, CreatedAt: h.at(),
	}
	h.create(&row)
	return row.ID
}

// A file sent by mistake comes off a request that was sent back, by who sent it
// and nobody else; while the ward looks at the request, it stays.
func TestAFileIsTakenBackFromAReturnedRequest(t *testing.T) {
	h := newHouse(t)
	card := h.submit(officer(h.head), h.leave(h.member))
	id := card.Request.ID
	file := h.file(h.head, nil, 1)
	if card, err := h.AddEvidence(h.ctx, h.by(officer(h.head)), id, file); err != nil || card.Files != 1 {
		t.Fatalf("%d files, %v", card.Files, err)
	}
	again := h.file(h.head, nil, 1)
	_, err := h.AddEvidence(h.ctx, h.by(officer(h.head)), id, again)
	wants(t, err, "conflict: file_again")
	_, err = h.AddEvidence(h.ctx, h.by(officer(h.head)), id, file+100)
	wants(t, err, "not_found: file")

	_, err = h.RemoveEvidence(h.ctx, h.by(officer(h.head)), id, file)
	wants(t, err, "conflict: evidence_waits")
	if _, err := h.Return(h.ctx, h.by(h.clerk), id, 1, "Ảnh mờ"); err != nil {
		t.Fatal(err)
	}
	for _, actor := range []services.Actor{officer(h.deputy), h.clerk, h.clerkAway} {
		if _, err := h.RemoveEvidence(h.ctx, h.by(actor), id, file); err == nil {
			t.Errorf("%s %d took another's file back", actor.Role, actor.Ward)
		}
	}
	_, err = h.RemoveEvidence(h.ctx, h.by(officer(h.head)), id, again) // it is no file of the request
	wants(t, err, "not_found: file")
	if card, err := h.RemoveEvidence(h.ctx, h.by(officer(h.head)), id, file); err != nil || card.Files != 0 {
		t.Fatalf("%d files, %v", card.Files, err)
	}
	var kept int64
	h.store.Model(&models.Evidence{}).Where("id = ?", file).Count(&kept)
	if kept != 0 {
		t.Error("the file is still kept")
	}
	var entries int64
	h.store.Model(&models.AuditEntry{}).Where("action = ?", "evidence.removed").Count(&entries)
	if entries != 1 {
		t.Errorf("%d entries in the journal", entries)
	}
}
