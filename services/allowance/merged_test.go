package allowance_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services/allowance"
	"canbobot/services/roster"
)

func (h *house) merge(keep, drop int64) models.PersonMerge {
	h.Helper()
	people := roster.New(h.store, nil, h.audit, func() time.Time { return h.now })
	var merge models.PersonMerge
	err := h.store.Transaction(func(tx *gorm.DB) (err error) { merge, err = people.Merge(tx, h.clerk, keep, drop); return err })
	if err != nil {
		h.Fatal(err)
	}
	return merge
}

func (h *house) unmerge(merge models.PersonMerge) {
	h.Helper()
	people := roster.New(h.store, nil, h.audit, func() time.Time { return h.now })
	if err := h.store.Transaction(func(tx *gorm.DB) error { return people.Unmerge(tx, h.clerk, merge.ID) }); err != nil {
		h.Fatal(err)
	}
}

func wantMonths(t *testing.T, what string, line models.PaymentLine, want map[string]int64) {
	t.Helper()
	got := amounts(line)
	total := int64(0)
	for month, amount := range want {
		total += amount
		if got[month] != amount {
			t.Errorf("%s: %s is %d, want %d", what, month, got[month], amount)
		}
	}
	if line.Amount != total {
		t.Errorf("%s: the line is %d, want %d: %v", what, line.Amount, total, got)
	}
}

// What was paid to one row is settled for the row that stays: a run after the
// merger, and one after it was undone, pay nobody twice and forget nothing.
func TestARunAfterAMergerPaysNobodyTwice(t *testing.T) {
	h := newHouse(t)
	drop, keep := h.person("Hoa"), h.person("Hoà")
	women, youth := h.branch("women"), h.branch("youth")
	h.term(keep, women, models.Head, "2025-01-01", "")
	h.term(drop, youth, models.Deputy, "2025-01-01", "")
	h.pay("2026-03")

	merge := h.merge(keep, drop)
	april := h.prepare("2026-04")
	if len(april.Lines) != 1 {
		t.Errorf("lines after the merger: %+v", april.Lines)
	}
	wantMonths(t, "both posts", h.lineOf(april, keep), map[string]int64{"2026-04": 350_000})
	month3, err := h.service.MonthOf(ctx, h.clerk, keep, month(t, "2026-03"))
	if err != nil || month3.Stage != allowance.StagePaid || month3.Amount != 350_000 || len(month3.Parts) != 2 || len(month3.Later) != 0 {
		t.Errorf("what was paid to both rows: %+v, %v", month3, err)
	}
	mine, err := h.service.Month(ctx, h.officer(keep), month(t, "2026-03"))
	if err != nil || mine.Amount != 350_000 {
		t.Errorf("to themselves: %+v, %v", mine, err)
	}
	// The post had ended before March was paid: what was paid to the row that
	// went is owed back by who stays.
	var post models.Term
	h.store.Take(&post, "branch_id = ?", youth)
	h.end(post, "2026-02-28")
	wantMonths(t, "a debt of the merged row", h.lineOf(h.prepare("2026-04"), keep), map[string]int64{"2026-04": 200_000, "2026-03": -150_000})
	if err := h.store.Model(&post).Update("to_date", nil).Error; err != nil {
		t.Fatal(err)
	}

	h.pay("2026-04") // to the one who stays, for both posts
	h.unmerge(merge)
	may := h.prepare("2026-05")
	// April of the youth went to keep: it is owed back there, and due to drop.
	wantMonths(t, "who stayed", h.lineOf(may, keep), map[string]int64{"2026-05": 200_000, "2026-04": -150_000})
	wantMonths(t, "who came back", h.lineOf(may, drop), map[string]int64{"2026-05": 150_000, "2026-04": 150_000})
	if may.Run.Total != 350_000 {
		t.Errorf("the run moves %d", may.Run.Total)
	}
}

// A transfer to the merged row that failed long ago is paid to who stays, once;
// undone, it is nobody's twice.
func TestAFailedTransferOfAMergedRowIsFollowed(t *testing.T) {
	h := newHouse(t)
	drop, keep := h.person("Hoa"), h.person("Hoà")
	h.term(keep, h.branch("women"), models.Head, "2025-01-01", "")
	h.term(drop, h.branch("youth"), models.Deputy, "2024-01-01", "2024-01-31")
	h.now = time.Date(2024, 1, 25, 3, 0, 0, 0, time.UTC)
	view := h.export("2024-01")
	old := h.lineOf(view, drop)
	if err := h.service.SettleLine(ctx, h.clerk, old.ID, models.LineFailed, "closed account", models.Date{}); err != nil {
		t.Fatal(err)
	}
	h.now = time.Date(2026, 3, 20, 3, 0, 0, 0, time.UTC)
	merge := h.merge(keep, drop)
	view = h.export("2026-03")
	line := h.lineOf(view, keep)
	if got := amounts(line); got["2024-01"] != 150_000 || line.FollowsID == nil || *line.FollowsID != old.ID {
		t.Errorf("made good: %v, follows %v", got, line.FollowsID)
	}
	h.settleAll(view)
	h.now = h.now.AddDate(0, 0, 6)
	if got := amounts(h.lineOf(h.prepare("2026-04"), keep)); got["2024-01"] != 0 {
		t.Errorf("paid twice: %v", got)
	}
	h.unmerge(merge)
	view = h.prepare("2026-04")
	if got := amounts(h.lineOf(view, drop)); got["2024-01"] != 150_000 {
		t.Errorf("the row that came back is owed its own: %v", got)
	}
}

// A debt of the merged row that is older than the look-back is not forgotten,
// although who stays was paid since.
func TestADebtOfAMergedRowIsKept(t *testing.T) {
	h := newHouse(t)
	drop, keep := h.person("Hoa"), h.person("Hoà")
	h.term(keep, h.branch("women"), models.Head, "2024-01-01", "")
	post := h.term(drop, h.branch("youth"), models.Deputy, "2024-01-01", "")
	h.now = time.Date(2024, 1, 25, 3, 0, 0, 0, time.UTC)
	h.pay("2024-01")
	if err := h.store.Model(&post).Update("superseded_at", h.now).Error; err != nil {
		t.Fatal(err)
	}
	h.now = time.Date(2024, 2, 25, 3, 0, 0, 0, time.UTC)
	if line := h.lineOf(h.pay("2024-02"), drop); line.State != models.LineCarried || line.Amount != -150_000 {
		t.Errorf("debt: %+v", line)
	}
	h.now = time.Date(2024, 3, 25, 3, 0, 0, 0, time.UTC)
	if line := h.lineOf(h.pay("2024-03"), drop); line.Amount != -150_000 {
		t.Errorf("debt: %+v", line)
	}
	h.now = time.Date(2026, 3, 20, 3, 0, 0, 0, time.UTC)
	h.merge(keep, drop)
	line := h.lineOf(h.export("2026-03"), keep)
	if got := amounts(line); got["2024-01"] != -150_000 {
		t.Errorf("the debt was forgotten: %v", got)
	}
}
