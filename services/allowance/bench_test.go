package allowance_test

import (
	"testing"

	"canbobot/models"
)

// The hottest question: one officer's listed month.
func BenchmarkMonth(b *testing.B) {
	h := newHouse(b)
	person := h.person("A")
	h.term(person, h.branch("women"), models.Head, "2025-01-01", "")
	for _, m := range []string{"2026-01", "2026-02", "2026-03"} {
		h.pay(m)
	}
	officer, march := h.officer(person), month(b, "2026-03")
	for b.Loop() {
		if _, err := h.service.Month(ctx, officer, march); err != nil {
			b.Fatal(err)
		}
	}
}
