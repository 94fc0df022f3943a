package warnings_test

import (
	"testing"

	"canbobot/models"
	"canbobot/services/warnings"
)

// Two rows of one human share nothing with each other once they are merged.
func TestAMergedRowSharesNothing(t *testing.T) {
	h := newHouse(t)
	for _, person := range []models.Person{h.head, h.deputy} {
		h.set(&models.Person{ID: person.ID}, "bank_hash", models.Hash("same"))
	}
	if found := h.found(warnings.SharedBank); len(found) != 2 {
		t.Errorf("before: %v", found)
	}
	err := h.store.Model(&models.Person{ID: h.deputy.ID}).Updates(map[string]any{"merged_into": h.head.ID,
		"merged_at": h.now.UTC()}).Error
	if err != nil {
		t.Fatal(err)
	}
	if found := h.found(warnings.SharedBank); len(found) != 0 {
		t.Errorf("after: %v", found)
	}
}
