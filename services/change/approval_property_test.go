package change_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/approve"
)

// With any rules that the ward could be given, from no state and by no order of
// signatures, take-backs, returns, delegations and races does a request end
// applied without a change of the roster, or changed without the signatures of
// who may, each once, of every step.
func TestNoSignaturesBreakTheRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	second := h.user(h.ward, "Lãnh đạo Bốn", services.Leader)
	h.sit(h.clerk2, "front")
	h.sit(second, "front")
	moved, played := map[string]int{}, 0
	rapid.Check(t, func(rt *rapid.T) {
		if played++; played > stories {
			return
		}
		n := h.phones.Add(1)
		w := &play{house: h, rt: rt, branch: h.branch("women", fmt.Sprintf("Chi hội %d", n)),
			people: map[string]models.Person{}, count: moved}
		w.people["head"] = h.inPost("Nguyễn Thị Trưởng", w.branch, models.Head)
		w.people["deputy"] = h.inPost("Trần Thị Phó", w.branch, models.Deputy)
		w.people["newcomer"] = h.someone("Võ Thị Mới")
		h.is(h.clerk2, w.people["deputy"])
		w.actors = map[string]services.Actor{
			"clerk": h.clerk, "clerk2": h.clerk2, "leader": h.leader, "leader2": second,
			"viewer": h.viewer, "admin": h.admin, "away": h.clerkAway, "head": officer(w.people["head"]),
		}
		h.now.Add(1) // the rules of this story are for its own requests
		w.drawRules()
		for range rapid.IntRange(8, 24).Draw(rt, "steps") {
			w.sign()
		}
		for _, id := range w.ids {
			w.checkSignatures(id)
		}
	})
	t.Log(moved)
	for _, what := range []string{"signed", "approved"} { // or the test proves nothing
		if moved[what] == 0 && !storetest.Watched { // too few are played then to say so
			t.Errorf("no story had %s: %v", what, moved)
		}
	}
}

// drawRules sets random rules; what the ward could not satisfy is refused, and
// the rules of the story before it stay.
func (w *play) drawRules() {
	var steps []approve.Step
	for range rapid.IntRange(1, 3).Draw(w.rt, "rule steps") {
		step := approve.Step{People: rapid.IntRange(1, 2).Draw(w.rt, "people")}
		switch who := rapid.SampledFrom([]string{"front", approve.Clerk, approve.Leader, approve.Any}).Draw(w.rt,
			"signer"); who {
		case "front":
			step.Desk = who
		default:
			step.Role = who
		}
		steps = append(steps, step)
	}
	err := w.rules().SetRules(w.ctx, w.by(w.admin),
		[]approve.Rule{{Kind: approve.Every, Proposers: everybody, Steps: steps}})
	if err != nil && services.KindOf(err) != services.KindInvalid {
		w.rt.Fatal(err)
	}
}

// sign does one thing, sometimes three of them at once.
func (w *play) sign() {
	what := "submit"
	if len(w.ids) > 0 {
		what = rapid.SampledFrom([]string{"submit", "approve", "approve", "approve", "approve", "approve", "race",
			"take back", "take back", "return", "resubmit", "delegate", "delegate", "revoke"}).Draw(w.rt, "what")
	}
	staff := []string{"clerk", "clerk2", "leader", "leader2", "clerk", "clerk2", "leader", "leader2", "viewer", "admin",
		"away", "head"}
	who := rapid.SampledFrom(staff).Draw(w.rt, "who")
	actor := w.actors[who]
	switch what {
	case "submit":
		proposer := w.actors[rapid.SampledFrom([]string{"head", "head", "clerk", "admin"}).Draw(w.rt, "proposer")]
		card, err := w.Submit(w.ctx, w.by(proposer), w.proposal(""))
		w.known(err)
		if err == nil {
			w.ids = append(w.ids, card.Request.ID)
		}
		return
	case "delegate":
		to := w.actors[rapid.SampledFrom(staff).Draw(w.rt, "to")]
		first := april6.AddDays(rapid.IntRange(-1, 1).Draw(w.rt, "first"))
		_, err := w.delegations().Delegate(w.ctx, w.by(actor), to.Staff, first,
			first.AddDays(rapid.IntRange(0, 2).Draw(w.rt, "days")))
		w.known(err)
		return
	case "revoke":
		list, err := w.delegations().All(w.ctx, w.viewer)
		if err == nil && len(list) > 0 {
			w.known(w.delegations().Revoke(w.ctx, w.by(actor), rapid.SampledFrom(list).Draw(w.rt, "delegation").ID))
		}
		return
	}
	ids := w.ids
	if open := w.open(what == "resubmit"); len(open) > 0 {
		ids = open
	}
	id := rapid.SampledFrom(ids).Draw(w.rt, "request")
	seen := w.request(id)
	version := seen.Version - rapid.SampledFrom([]int{0, 0, 0, 0, 0, 1, -1}).Draw(w.rt, "behind")
	before := w.rollSince(w.people["head"].ID)
	var wins []string
	switch what {
	case "approve", "race":
		several := []services.Actor{actor}
		if what == "race" {
			several = append(several, w.actors["leader"], w.actors["leader2"])
		}
		var wait sync.WaitGroup
		var mu sync.Mutex
		errs := make([]error, len(several))
		for i, one := range several {
			one = w.by(one)
			wait.Go(func() {
				_, errs[i] = w.Approve(w.ctx, one, id, version)
				if errs[i] == nil {
					mu.Lock()
					wins = append(wins, "sign")
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		for _, err := range errs {
			w.known(err)
		}
	case "take back":
		var live []models.Signature
		if err := w.store.Find(&live, "item = 'change' AND item_id = ? AND ended_at IS NULL", id).Error; err != nil {
			w.rt.Fatal(err)
		}
		if len(live) > 0 && rapid.IntRange(0, 3).Draw(w.rt, "own") > 0 {
			hand := rapid.SampledFrom(live).Draw(w.rt, "signature").StaffID
			for _, one := range w.actors {
				if one.Staff == hand {
					actor = one
				}
			}
		}
		_, err := w.TakeBack(w.ctx, w.by(actor), id, version)
		w.won(&wins, what, err)
	case "return":
		_, err := w.Return(w.ctx, w.by(actor), id, version, "thiếu")
		w.won(&wins, what, err)
	case "resubmit":
		_, err := w.Resubmit(w.ctx, w.by(w.actors["head"]), id, version, w.proposal(seen.Kind))
		w.won(&wins, what, err)
	}
	after := w.request(id)
	if len(wins) > 1 || after.Version != seen.Version+len(wins) {
		w.rt.Fatalf("%s by %s: %d went through, version %d became %d", what, who, len(wins), seen.Version, after.Version)
	}
	applied := seen.State != models.ChangeApproved && after.State == models.ChangeApproved
	if changed := before != w.rollSince(w.people["head"].ID); changed != applied {
		w.rt.Fatalf("%s by %s: applied %v, roster changed %v", what, who, applied, changed)
	}
	if applied {
		w.count["approved"]++
	} else if len(wins) == 1 && wins[0] == "sign" {
		w.count["signed"]++
	}
	w.checkSignatures(id)
}

// known fails on what is no refusal.
func (w *play) known(err error) {
	if err != nil && services.KindOf(err) == services.KindInternal {
		w.rt.Fatal(err)
	}
}

func (w *play) won(wins *[]string, what string, err error) {
	w.known(err)
	if err == nil {
		*wins = append(*wins, what)
		w.count[what]++
	}
}

// checkSignatures says of one request, from its rows alone, that whatever it
// has become it became by the rule of its day.
func (w *play) checkSignatures(id int64) {
	request := w.request(id)
	var live []models.Signature
	var staff []models.Staff
	var delegations []models.Delegation
	var rules []models.ApprovalRule
	for _, err := range []error{
		w.store.Order("version").Find(&live, "item = 'change' AND item_id = ? AND ended_at IS NULL", id).Error,
		w.store.Find(&staff).Error, w.store.Find(&delegations).Error,
		w.store.Preload("Steps").Order("id").Find(&rules, "ward_id = ? AND created_at <= ?", w.ward.ID,
			request.SubmittedAt).Error,
	} {
		if err != nil {
			w.rt.Fatal(err)
		}
	}
	of := func(id int64) models.Staff {
		i := slices.IndexFunc(staff, func(one models.Staff) bool { return one.ID == id })
		return staff[i]
	}
	var steps []models.ApprovalStep
	if len(rules) > 0 {
		steps = rules[len(rules)-1].Steps
	} else {
		steps = []models.ApprovalStep{{Step: 1, Role: approve.Any, People: 1}}
	}
	people, count := map[int64]bool{}, map[int]int{}
	for _, signature := range live {
		count[signature.Step]++
		both := []int64{signature.StaffID, signature.ForStaffID}
		if signature.StaffID != signature.ForStaffID {
			w.count["for another"]++
			if !slices.ContainsFunc(delegations, func(d models.Delegation) bool {
				return d.ToStaffID == both[0] && d.FromStaffID == both[1] && !april6.Before(d.From) && !april6.After(d.To)
			}) {
				w.rt.Fatalf("request %d: %d signed for %d without a delegation", id, both[0], both[1])
			}
		} else {
			both = both[:1]
		}
		for _, one := range both {
			member := of(one)
			if people[one] || (member.Role != "clerk" && member.Role != "leader") || member.WardID != request.WardID {
				w.rt.Fatalf("request %d: %d signed twice, or decides nothing here", id, one)
			}
			people[one] = true
			for _, party := range []*int64{request.SubjectID, request.NewcomerID, request.ProposerPersonID} {
				if party != nil && member.PersonID != nil && *party == *member.PersonID {
					w.rt.Fatalf("request %d: %d is a party and signed", id, one)
				}
			}
			if request.ProposerStaffID != nil && *request.ProposerStaffID == one {
				w.rt.Fatalf("request %d: %d proposed and signed", id, one)
			}
		}
		right := of(signature.ForStaffID)
		if step := steps[signature.Step-1]; (step.Desk != "" && right.Desk != step.Desk) ||
			(step.Desk == "" && step.Role != approve.Any && step.Role != right.Role) {
			w.rt.Fatalf("request %d: step %+v signed in the right of %+v", id, step, right)
		}
	}
	whole, open := true, false
	for _, step := range steps {
		whole = whole && count[step.Step] >= step.People
		if open && count[step.Step] > 0 {
			w.rt.Fatalf("request %d: step %d was signed before an earlier one was whole", id, step.Step)
		}
		open = open || count[step.Step] < step.People
	}
	if whole != (request.State == models.ChangeApproved) {
		w.rt.Fatalf("request %d is %s with signatures %v of %+v", id, request.State, count, steps)
	}
	if request.State == models.ChangeReturned && len(live) > 0 {
		w.rt.Fatalf("request %d was returned and keeps its signatures", id)
	}
	entries := w.rows(&models.AuditEntry{}, "subject = ? AND action IN ('change.signed', 'change.approved')",
		fmt.Sprintf("change:%d", id))
	if all := w.rows(&models.Signature{}, "item = 'change' AND item_id = ?", id); entries != all {
		w.rt.Fatalf("request %d has %d signatures and %d of them in the journal", id, all, entries)
	}
}
