package list_test

import (
	"testing"

	"canbobot/models"
	"canbobot/services/money/moneytest"
)

// The hottest question: one officer's listed month.
func BenchmarkMonth(b *testing.B) {
	h := moneytest.New(b)
	person := h.Person("A")
	h.Term(person, h.Branch("women"), models.Head, "2025-01-01", "")
	for _, m := range []string{"2026-01", "2026-02", "2026-03"} {
		h.Pay(m)
	}
	officer, march := h.Officer(person), moneytest.Month(b, "2026-03")
	for b.Loop() {
		if _, err := h.List.Month(ctx, officer, march); err != nil {
			b.Fatal(err)
		}
	}
}
