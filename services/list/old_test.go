package list_test

import (
	"slices"
	"testing"

	"canbobot/models"
	"canbobot/services/list"
	"canbobot/services/money/moneytest"
)

// A list is held against the ward's own: namesakes are told apart by account or
// unit, or said to be two.
func TestAListBesideTheWardsOwn(t *testing.T) {
	h := moneytest.New(t)
	women, youth := h.Branch("women"), h.Branch("youth")
	people := map[string]int64{}
	for name, branch := range map[string]int64{"Một": women, "Hai": youth} {
		people[name] = h.Person(name)
		h.Term(people[name], branch, models.Head, "2025-01-01", "")
	}
	h.Person("Ba") // in no post
	for range 2 {
		h.Person("Đôi") // two of one name, both in no post
	}
	run := h.Prepare("2026-04").Run
	tail := h.LineOf(h.Prepare("2026-04"), people["Hai"]).BankTail
	review, err := h.List.Old.Review(ctx, h.Clerk, run.ID, []list.OldLine{
		{Name: "một", Amount: 150_000}, {Name: "MỘT", Amount: 50_000}, // of two posts
		{Name: "Hai", Tail: tail, Amount: 100_000},
		{Name: "Ba", Amount: 1}, {Name: "Ai đó", Amount: 2}, {Name: "Đôi", Amount: 3},
	})
	if err != nil {
		t.Fatal(err)
	}
	if review.PeopleBefore != 5 || review.Before != 300_006 || review.PeopleAfter != 2 || review.After != 400_000 {
		t.Errorf("%+v", review)
	}
	var gone []string
	for _, item := range review.Items[list.ReviewGone] {
		gone = append(gone, item.Name+" "+item.Why[0])
	}
	if want := []string{"Ai đó unknown", "Ba no_post", "Đôi two"}; !slices.Equal(gone, want) {
		t.Errorf("gone: %q, not %q", gone, want)
	}
	changed := review.Items[list.ReviewChanged]
	if len(changed) != 1 || changed[0].Person != people["Hai"] || changed[0].Why[0] != list.BecauseOld {
		t.Errorf("changed: %+v", changed)
	}
}
