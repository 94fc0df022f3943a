package roster_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"
	"pgregory.net/rapid"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
)

// A plain reading, written down at each moment, is what At says later about
// that moment: whatever was opened, closed, ended anew, voided or corrected
// since.
func TestHistoryIsReadAsItWasBelieved(t *testing.T) {
	h := newHouse(t)
	var people []models.Person
	for i := range 4 {
		people = append(people, h.person("Nguyễn Thị "+string(rune('A'+i))+"n", "", models.Branch{}, ""))
	}
	first := h.today.AddDays(-400)
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		village := models.Village{WardID: h.ward.ID, Name: fmt.Sprint("Thôn thử ", round),
			Folded: fmt.Sprint("thon thu ", round)}
		h.create(&village)
		branch := models.Branch{WardID: h.ward.ID, VillageID: village.ID, OrganizationCode: "elderly", Name: village.Name}
		h.create(&branch)
		day := func(name string) models.Date { return first.AddDays(rapid.IntRange(0, 60).Draw(r, name)) }
		type reading struct {
			at    time.Time
			about models.Date
			held  []string
		}
		var readings []reading
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			h.now = h.now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 3600_000_000}).Draw(r, "passes")) * time.Microsecond)
			var live []models.Term
			if err := h.store.Where("branch_id = ? AND superseded_at IS NULL",
				branch.ID).Order("id").Find(&live).Error; err != nil {
				r.Fatal(err)
			}
			step := rapid.SampledFrom([]string{"open", "close", "close", "correct", "void"}).Draw(r, "step")
			err := h.store.Transaction(func(tx *gorm.DB) error {
				if step == "open" || len(live) == 0 {
					opening := roster.NewTerm{Branch: branch, Person: rapid.SampledFrom(people).Draw(r, "who").ID,
						Role: rapid.SampledFrom([]models.TermRole{models.Head, models.Deputy}).Draw(r, "role"), From: day("from")}
					if rapid.Bool().Draw(r, "ends") {
						opening.To = opening.From.AddDays(10)
					}
					_, err := h.OpenTerm(tx, opening)
					return err
				}
				term := rapid.SampledFrom(live).Draw(r, "term")
				switch step {
				case "close":
					_, err := h.CloseTerm(tx, term, day("last"), "resigned", 0)
					return err
				case "void":
					return h.VoidTerm(tx, term)
				}
				corrected := term
				corrected.To, corrected.EndReason = models.Date{}, ""
				_, err := h.SupersedeTerm(tx, term, corrected)
				return err
			})
			if kind := services.KindOf(err); err != nil && kind != services.KindConflict && kind != services.KindInvalid {
				r.Fatal(err)
			}
			// A moment is over when the clock has moved: what the same moment
			// still brings belongs to it.
			readings = slices.DeleteFunc(readings, func(one reading) bool { return one.at.Equal(h.now) })
			for days := 0; days <= 75; days += 5 {
				about := first.AddDays(days)
				readings = append(readings, reading{h.now, about, heldNow(t, h, branch.ID, about)})
			}
		}
		for _, one := range readings {
			posts, err := h.At(h.ctx, h.clerk, roster.Scope{Branch: branch.ID}, one.about, one.at)
			if err != nil {
				r.Fatal(err)
			}
			if got := described(posts); !reflect.DeepEqual(got, one.held) {
				r.Fatalf("as known at %s about %s: %v, then it was %v", one.at, one.about, got, one.held)
			}
		}
	})
}

// heldNow is a plain reading of the tables as they are.
func heldNow(t *testing.T, h *house, branch int64, on models.Date) []string {
	t.Helper()
	var terms []models.Term
	if err := h.store.Where("branch_id = ?", branch).Find(&terms).Error; err != nil {
		t.Fatal(err)
	}
	var posts []roster.Post
	for _, term := range terms {
		if term.On(on) {
			posts = append(posts, roster.Post{Term: term})
		}
	}
	return described(posts)
}

func described(posts []roster.Post) []string {
	lines := []string{}
	for _, post := range posts {
		lines = append(lines, fmt.Sprint(post.Term.ID, post.Term.PersonID, post.Term.Role, post.Term.Slot, post.Term.From,
			post.Term.To, post.Term.EndReason))
	}
	slices.Sort(lines)
	return lines
}

func TestHistoryScopesAndWhoMayAsk(t *testing.T) {
	h := newHouse(t)
	head := h.person("Nguyễn Thị Hoa", "", h.women, models.Head)
	h.person("Lê Văn Bình", "", h.veterans, models.Head)
	h.person("Trần Văn Cao", "", h.elderly, models.Head)
	for scope, want := range map[roster.Scope]int{
		{}: 3, {Village: h.villages[0].ID}: 2, {Branch: h.women.ID}: 1, {Person: head.ID}: 1,
	} {
		posts, err := h.At(h.ctx, h.clerk, scope, h.today, h.now)
		if err != nil || len(posts) != want || posts[0].Branch.Name == "" || posts[0].Person.Name == "" ||
			posts[0].Organization.Code == "" {
			t.Errorf("%+v: %d posts, %v", scope, len(posts), err)
		}
	}
	if posts, err := h.At(h.ctx, h.clerk, roster.Scope{}, models.NewDate(2023, 12, 31), h.now); err != nil ||
		len(posts) != 0 {
		t.Errorf("before anybody began: %v, %v", posts, err)
	}
	if posts, err := h.At(h.ctx, h.clerk, roster.Scope{}, h.today, h.now.Add(-time.Hour)); err != nil || len(posts) != 0 {
		t.Errorf("before anything was known: %v, %v", posts, err)
	}
	if posts, err := h.At(h.ctx, officer(head), roster.Scope{Person: head.ID}, h.today, h.now); err != nil ||
		len(posts) != 1 {
		t.Errorf("own: %v, %v", posts, err)
	}
	_, err := h.At(h.ctx, officer(head), roster.Scope{Branch: h.veterans.ID}, h.today, h.now)
	wants(t, err, "denied: role")
	abroad := services.Actor{Role: services.Clerk, Ward: h.foreign.ID, Staff: 9}
	for scope, refusal := range map[roster.Scope]string{
		{Village: h.villages[0].ID}: "not_found: village", {Branch: h.women.ID}: "not_found: branch",
		{Person: head.ID}: "not_found: person",
	} {
		_, err := h.At(h.ctx, abroad, scope, h.today, h.now)
		wants(t, err, refusal)
	}
	if career, err := h.Career(h.ctx, h.clerk, head.ID); err != nil || len(career) != 1 ||
		career[0].Branch.ID != h.women.ID {
		t.Errorf("career %+v, %v", career, err)
	}
}
