package list_test

import (
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services/list"
	"canbobot/services/money/moneytest"
)

func wantMonths(t *testing.T, what string, line models.PaymentLine, want map[string]int64) {
	t.Helper()
	got := moneytest.Amounts(line)
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
	h := moneytest.New(t)
	drop, keep := h.Person("Hoa"), h.Person("Hoà")
	women, youth := h.Branch("women"), h.Branch("youth")
	h.Term(keep, women, models.Head, "2025-01-01", "")
	h.Term(drop, youth, models.Deputy, "2025-01-01", "")
	h.Pay("2026-03")

	merge := h.Merge(keep, drop)
	april := h.Prepare("2026-04")
	if len(april.Lines) != 1 {
		t.Errorf("lines after the merger: %+v", april.Lines)
	}
	wantMonths(t, "both posts", h.LineOf(april, keep), map[string]int64{"2026-04": 350_000})
	month3, err := h.List.MonthOf(ctx, h.Clerk, keep, moneytest.Month(t, "2026-03"))
	if err != nil || month3.Stage != list.StagePaid || month3.Amount != 350_000 || len(month3.Parts) != 2 ||
		len(month3.Later) != 0 {
		t.Errorf("what was paid to both rows: %+v, %v", month3, err)
	}
	mine, err := h.List.Month(ctx, h.Officer(keep), moneytest.Month(t, "2026-03"))
	if err != nil || mine.Amount != 350_000 {
		t.Errorf("to themselves: %+v, %v", mine, err)
	}
	// The post had ended before March was paid: what was paid to the row that
	// went is owed back by who stays.
	var post models.Term
	h.Store.Take(&post, "branch_id = ?", youth)
	h.End(post, "2026-02-28")
	wantMonths(t, "a debt of the merged row", h.LineOf(h.Prepare("2026-04"), keep),
		map[string]int64{"2026-04": 200_000, "2026-03": -150_000})
	if err := h.Store.Model(&post).Update("to_date", nil).Error; err != nil {
		t.Fatal(err)
	}

	h.Pay("2026-04") // to the one who stays, for both posts
	h.Unmerge(merge)
	may := h.Prepare("2026-05")
	// April of the youth went to keep: it is owed back there, and due to drop.
	wantMonths(t, "who stayed", h.LineOf(may, keep), map[string]int64{"2026-05": 200_000, "2026-04": -150_000})
	wantMonths(t, "who came back", h.LineOf(may, drop), map[string]int64{"2026-05": 150_000, "2026-04": 150_000})
	if may.Run.Total != 350_000 {
		t.Errorf("the run moves %d", may.Run.Total)
	}
}

// A transfer to the merged row that failed long ago is paid to who stays, once;
// undone, it is nobody's twice.
func TestAFailedTransferOfAMergedRowIsFollowed(t *testing.T) {
	h := moneytest.New(t)
	drop, keep := h.Person("Hoa"), h.Person("Hoà")
	h.Term(keep, h.Branch("women"), models.Head, "2025-01-01", "")
	h.Term(drop, h.Branch("youth"), models.Deputy, "2024-01-01", "2024-01-31")
	h.Now = time.Date(2024, 1, 25, 3, 0, 0, 0, time.UTC)
	view := h.Export("2024-01")
	old := h.LineOf(view, drop)
	if err := h.List.SettleLine(ctx, h.Clerk, old.ID, models.LineFailed, "closed account", models.Date{}); err != nil {
		t.Fatal(err)
	}
	h.Now = time.Date(2026, 3, 20, 3, 0, 0, 0, time.UTC)
	merge := h.Merge(keep, drop)
	view = h.Export("2026-03")
	line := h.LineOf(view, keep)
	if got := moneytest.Amounts(line); got["2024-01"] != 150_000 || line.FollowsID == nil || *line.FollowsID != old.ID {
		t.Errorf("made good: %v, follows %v", got, line.FollowsID)
	}
	h.SettleAll(view)
	h.Now = h.Now.AddDate(0, 0, 6)
	if got := moneytest.Amounts(h.LineOf(h.Prepare("2026-04"), keep)); got["2024-01"] != 0 {
		t.Errorf("paid twice: %v", got)
	}
	h.Unmerge(merge)
	view = h.Prepare("2026-04")
	if got := moneytest.Amounts(h.LineOf(view, drop)); got["2024-01"] != 150_000 {
		t.Errorf("the row that came back is owed its own: %v", got)
	}
}

// A debt of the merged row that is older than the look-back is not forgotten,
// although who stays was paid since.
func TestADebtOfAMergedRowIsKept(t *testing.T) {
	h := moneytest.New(t)
	drop, keep := h.Person("Hoa"), h.Person("Hoà")
	h.Term(keep, h.Branch("women"), models.Head, "2024-01-01", "")
	post := h.Term(drop, h.Branch("youth"), models.Deputy, "2024-01-01", "")
	h.Now = time.Date(2024, 1, 25, 3, 0, 0, 0, time.UTC)
	h.Pay("2024-01")
	if err := h.Store.Model(&post).Update("superseded_at", h.Now).Error; err != nil {
		t.Fatal(err)
	}
	h.Now = time.Date(2024, 2, 25, 3, 0, 0, 0, time.UTC)
	if line := h.LineOf(h.Pay("2024-02"), drop); line.State != models.LineCarried || line.Amount != -150_000 {
		t.Errorf("debt: %+v", line)
	}
	h.Now = time.Date(2024, 3, 25, 3, 0, 0, 0, time.UTC)
	if line := h.LineOf(h.Pay("2024-03"), drop); line.Amount != -150_000 {
		t.Errorf("debt: %+v", line)
	}
	h.Now = time.Date(2026, 3, 20, 3, 0, 0, 0, time.UTC)
	h.Merge(keep, drop)
	line := h.LineOf(h.Export("2026-03"), keep)
	if got := moneytest.Amounts(line); got["2024-01"] != -150_000 {
		t.Errorf("the debt was forgotten: %v", got)
	}
}
