package approve_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
)

var (
	day  = models.NewDate(2026, 4, 6)
	noon = time.Date(2026, 4, 6, 5, 0, 0, 0, time.UTC)
)

func member(id int64, role services.Role, desk string) models.Staff {
	return models.Staff{ID: id, WardID: 1, Role: string(role), Desk: desk, Active: true}
}

func signed(step int, by, on int64) models.Signature {
	return models.Signature{Step: step, StaffID: by, ForStaffID: on, At: noon}
}

func given(from, to int64, first, last models.Date) models.Delegation {
	return models.Delegation{FromStaffID: from, ToStaffID: to, From: first, To: last, CreatedAt: noon.AddDate(-1, 0, 0)}
}

var (
	frontFirst = []approve.Step{{Desk: "front", People: 1}, {Role: approve.Leader, People: 1}}
	twoStaff   = []approve.Step{{Role: approve.Any, People: 2}}
)

// 1, 2 clerks, 2 at the Front's desk; 3, 4 leaders; 5 viewer; 6 retired leader.
func office() []models.Staff {
	retired := member(6, services.Leader, "")
	retired.Active = false
	return []models.Staff{
		member(1, services.Clerk, ""), member(2, services.Clerk, "front"), member(3, services.Leader, ""),
		member(4, services.Leader, ""), member(5, services.Viewer, "front"), retired,
	}
}

func TestProgress(t *testing.T) {
	yesterday, tomorrow := day.AddDays(-1), day.AddDays(1)
	revoked := given(3, 1, yesterday, tomorrow)
	before := noon.Add(-time.Hour)
	revoked.RevokedAt = &before
	for name, test := range map[string]struct {
		steps       []approve.Step
		parties     approve.Parties
		signatures  []models.Signature
		delegations []models.Delegation
		staff       func([]models.Staff)
		step        int
		done        bool
		signers     []int64
	}{
		"no steps are never done": {},
		"nobody has signed":       {steps: frontFirst, signers: []int64{2}},
		"the leader may not come first": {steps: frontFirst, signatures: []models.Signature{signed(2, 3, 3)},
			signers: []int64{2}},
		"the Front has checked": {steps: frontFirst, signatures: []models.Signature{signed(1, 2, 2)}, step: 1,
			signers: []int64{3, 4}},
		"both have signed": {steps: frontFirst,
			signatures: []models.Signature{signed(1, 2, 2), signed(2, 3, 3)}, step: 2, done: true},
		"a viewer's signature is none": {steps: frontFirst, signatures: []models.Signature{signed(1, 5, 5)},
			signers: []int64{2}},
		"a retired leader's is none": {steps: frontFirst,
			signatures: []models.Signature{signed(1, 2, 2), signed(2, 6, 6)}, step: 1, signers: []int64{3, 4}},
		"one person signs two stages": {steps: []approve.Step{{Role: approve.Any, People: 1},
			{Role: approve.Leader, People: 1}}, signatures: []models.Signature{signed(1, 3, 3), signed(2, 3, 3)}, step: 1,
			signers: []int64{4}},
		"N of M is not any of M": {steps: twoStaff, signatures: []models.Signature{signed(1, 1, 1)},
			signers: []int64{2, 3, 4}},
		"the same signature twice is one": {steps: twoStaff,
			signatures: []models.Signature{signed(1, 1, 1), signed(1, 1, 1)}, signers: []int64{2, 3, 4}},
		"two of them are enough": {steps: twoStaff,
			signatures: []models.Signature{signed(1, 1, 1), signed(1, 4, 4)}, step: 1, done: true},
		"the proposer does not sign": {steps: twoStaff, parties: approve.Parties{Staff: 1},
			signatures: []models.Signature{signed(1, 1, 1)}, signers: []int64{2, 3, 4}},
		"the proposer is not signed for": {steps: frontFirst, parties: approve.Parties{Staff: 2},
			signatures: []models.Signature{signed(1, 1, 2)}, delegations: []models.Delegation{given(2, 1, yesterday, tomorrow)}},
		"the subject does not sign": {steps: twoStaff, parties: approve.Parties{People: []int64{70}},
			staff:      func(s []models.Staff) { p := int64(70); s[0].PersonID = &p },
			signatures: []models.Signature{signed(1, 1, 1)}, signers: []int64{2, 3, 4}},
		"a delegate of a party is no way": {steps: frontFirst, parties: approve.Parties{People: []int64{70}},
			staff:       func(s []models.Staff) { p := int64(70); s[1].PersonID = &p },
			delegations: []models.Delegation{given(2, 1, day, day)}},
		"a party is nobody's delegate": {steps: frontFirst, parties: approve.Parties{Staff: 1},
			delegations: []models.Delegation{given(2, 1, day, day)}, signers: []int64{2}},
		"a delegate signs": {steps: frontFirst, delegations: []models.Delegation{given(2, 1, day, day)},
			signers: []int64{1, 2}},
		"a delegate has signed": {steps: frontFirst, signatures: []models.Signature{signed(1, 1, 2)},
			delegations: []models.Delegation{given(2, 1, day, day)}, step: 1, signers: []int64{3, 4}},
		"who was signed for signs no more": {steps: twoStaff,
			signatures:  []models.Signature{signed(1, 1, 2), signed(1, 2, 2)},
			delegations: []models.Delegation{given(2, 1, day, day)}, signers: []int64{3, 4}},
		"nor is signed for again": {steps: twoStaff,
			signatures:  []models.Signature{signed(1, 2, 2), signed(1, 1, 2)},
			delegations: []models.Delegation{given(2, 1, day, day)}, signers: []int64{1, 3, 4}},
		"a delegation of tomorrow": {steps: frontFirst, signatures: []models.Signature{signed(1, 1, 2)},
			delegations: []models.Delegation{given(2, 1, tomorrow, tomorrow)}, signers: []int64{2}},
		"a delegation of yesterday": {steps: frontFirst, signatures: []models.Signature{signed(1, 1, 2)},
			delegations: []models.Delegation{given(2, 1, yesterday, yesterday)}, signers: []int64{2}},
		"a delegation that was revoked": {steps: []approve.Step{{Role: approve.Leader, People: 1}},
			signatures: []models.Signature{signed(1, 1, 3)}, delegations: []models.Delegation{revoked}, signers: []int64{3, 4}},
		"a delegation that did not exist": {steps: frontFirst, signatures: []models.Signature{signed(1, 1, 2)},
			signers: []int64{2}},
		"delegations are not handed on": {steps: frontFirst,
			delegations: []models.Delegation{given(2, 3, day, day), given(3, 1, day, day)}, signers: []int64{2, 3}},
		"one human with two accounts": {steps: twoStaff,
			staff:      func(s []models.Staff) { s[0].Phone, s[1].Phone = "+84912000001", "+84912000001" },
			signatures: []models.Signature{signed(1, 1, 1), signed(1, 2, 2)}, signers: []int64{3, 4}},
		"who a later step cannot do without": {steps: []approve.Step{{Role: approve.Any, People: 1},
			{Desk: "front", People: 1}}, signers: []int64{1, 3, 4}},
		"an empty desk": {steps: []approve.Step{{Desk: "home", People: 1}}},
	} {
		staff := office()
		if test.staff != nil {
			test.staff(staff)
		}
		got := approve.Progress(test.steps, test.parties, test.signatures, staff, test.delegations, day)
		var signers []int64
		for _, signer := range got.Signers {
			signers = append(signers, signer.Staff.ID)
		}
		if got.Done != test.done || got.Step != test.step || !slices.Equal(signers, test.signers) {
			t.Errorf("%s: done %v, step %d, signers %v; want %v, %d, %v", name, got.Done, got.Step, signers, test.done,
				test.step, test.signers)
		}
	}
}

// Whatever the rules, the people and the signatures: nothing is done without
// the quorum of each step, in order, of different people who may and are no
// party; and who is offered to sign is taken.
func TestProgressNeverLetsAnythingThrough(t *testing.T) {
	done := 0
	defer func() {
		if done == 0 {
			t.Error("no story came to its end")
		}
	}()
	rapid.Check(t, func(t *rapid.T) {
		roles := []services.Role{services.Clerk, services.Leader, services.Viewer, services.Admin}
		var staff []models.Staff
		for id := range int64(rapid.IntRange(1, 7).Draw(t, "staff")) {
			one := member(id+1, rapid.SampledFrom(roles).Draw(t, "role"),
				rapid.SampledFrom([]string{"", "front"}).Draw(t, "desk"))
			one.Active = rapid.IntRange(0, 5).Draw(t, "active") > 0
			if person := rapid.Int64Range(0, 6).Draw(t, "person"); person > 0 {
				one.PersonID = &person
			}
			staff = append(staff, one)
		}
		id := rapid.Int64Range(1, 8)
		var steps []approve.Step
		for range rapid.IntRange(0, 3).Draw(t, "steps") {
			step := approve.Step{People: rapid.IntRange(0, 2).Draw(t, "people")}
			if rapid.Bool().Draw(t, "by desk") {
				step.Desk = "front"
			} else {
				step.Role = rapid.SampledFrom([]string{approve.Clerk, approve.Leader, approve.Any}).Draw(t, "signer")
			}
			steps = append(steps, step)
		}
		var delegations []models.Delegation
		for range rapid.IntRange(0, 3).Draw(t, "delegations") {
			first := day.AddDays(rapid.IntRange(-2, 2).Draw(t, "first"))
			delegations = append(delegations, given(id.Draw(t, "from"), id.Draw(t, "to"), first,
				first.AddDays(rapid.IntRange(0, 2).Draw(t, "days"))))
		}
		parties := approve.Parties{Staff: id.Draw(t, "proposer"), By: rapid.Int64Range(0, 6).Draw(t, "by"),
			People: []int64{rapid.Int64Range(0, 6).Draw(t, "subject")}}
		var signatures []models.Signature
		for range rapid.IntRange(0, 8).Draw(t, "signatures") {
			by := id.Draw(t, "hand")
			on := by
			if rapid.Bool().Draw(t, "for another") {
				on = id.Draw(t, "right")
			}
			signatures = append(signatures, signed(rapid.IntRange(1, 3).Draw(t, "step"), by, on))
		}
		// What is offered is signed as well, so that some stories come to an end.
		for range rapid.IntRange(0, 6).Draw(t, "follow") {
			standing := approve.Progress(steps, parties, signatures, staff, delegations, day)
			if len(standing.Signers) == 0 {
				break
			}
			one := rapid.SampledFrom(standing.Signers).Draw(t, "signer")
			signatures = append(signatures, signed(standing.Step+1, one.Staff.ID, one.For.ID))
			if after := approve.Progress(steps, parties, signatures, staff, delegations,
				day); len(after.Counted) != len(standing.Counted)+1 {
				t.Fatalf("who may sign does not count: %+v", one)
			}
		}
		got := approve.Progress(steps, parties, signatures, staff, delegations, day)
		holds(t, got, steps, parties, staff, delegations)
		if got.Done {
			done++
		}
	})
}

// holds says the rules a second time, in other words.
func holds(t *rapid.T, got approve.Standing, steps []approve.Step, parties approve.Parties, staff []models.Staff,
	delegations []models.Delegation) {
	count, people := map[int]int{}, map[string]bool{}
	last := 0
	for _, signature := range got.Counted {
		if signature.Step < last {
			t.Fatalf("step %d was signed after step %d", signature.Step, last)
		}
		last = signature.Step
		count[signature.Step]++
		involved := map[int64]bool{signature.StaffID: true, signature.ForStaffID: true}
		names := map[string]bool{}
		for one := range involved {
			i := slices.IndexFunc(staff, func(m models.Staff) bool { return m.ID == one })
			if i < 0 || !staff[i].Active || (staff[i].Role != "clerk" && staff[i].Role != "leader") {
				t.Fatalf("%d signed, who decides nothing", one)
			}
			if one == parties.Staff || (staff[i].PersonID != nil &&
				(*staff[i].PersonID == parties.By || *staff[i].PersonID == parties.People[0])) {
				t.Fatalf("%d is a party and signed", one)
			}
			name := "staff " + string(rune('0'+one))
			if staff[i].PersonID != nil {
				name = "person " + string(rune('0'+*staff[i].PersonID))
			}
			names[name] = true
			if one == signature.ForStaffID {
				step := steps[signature.Step-1]
				if (step.Desk != "" && staff[i].Desk != step.Desk) ||
					(step.Desk == "" && step.Role != approve.Any && staff[i].Role != step.Role) {
					t.Fatalf("%d signed a step that is another's: %+v", one, step)
				}
			}
		}
		for name := range names {
			if people[name] {
				t.Fatalf("%s signed twice", name)
			}
			people[name] = true
		}
		if signature.StaffID != signature.ForStaffID && !slices.ContainsFunc(delegations, func(d models.Delegation) bool {
			return d.FromStaffID == signature.ForStaffID && d.ToStaffID == signature.StaffID && !day.Before(d.From) &&
				!day.After(d.To)
		}) {
			t.Fatalf("%d signed for %d without a delegation", signature.StaffID, signature.ForStaffID)
		}
	}
	whole := len(steps) > 0
	for i, step := range steps {
		if count[i+1] < max(1, step.People) {
			whole = false
		}
	}
	if got.Done != whole {
		t.Fatalf("done %v with %v of %+v", got.Done, count, steps)
	}
}
