package change_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
)

// play is one random story: a branch of its own, and whoever may act in it.
type play struct {
	*house
	rt        *rapid.T
	branch    models.Branch
	people    map[string]models.Person
	actors    map[string]services.Actor
	ids       []int64
	versions  map[int64]int // highest seen
	proposers map[int64]string
	approved  map[int64]string
	count     map[string]int // transitions let through, over all stories
}

// From no state, by no order of events and actors, does a request end applied
// without a change of the roster, or the roster change without a decision by
// who may.
func TestNoStoryBreaksTheRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	moved, played := map[string]int{}, 0
	rapid.Check(t, func(rt *rapid.T) {
		if played++; played > stories {
			return
		}
		n := h.phones.Add(1)
		w := &play{house: h, rt: rt, branch: h.branch("women", fmt.Sprintf("Chi hội %d", n)),
			people: map[string]models.Person{}, versions: map[int64]int{}, proposers: map[int64]string{},
			approved: map[int64]string{}, count: moved}
		w.people["head"] = h.inPost("Nguyễn Thị Trưởng", w.branch, models.Head)
		w.people["deputy"] = h.inPost("Trần Thị Phó", w.branch, models.Deputy)
		w.people["newcomer"] = h.someone("Võ Thị Mới")
		h.is(h.clerk2, w.people["deputy"]) // one clerk is a party to much of it
		w.actors = map[string]services.Actor{
			"head": officer(w.people["head"]), "deputy": officer(w.people["deputy"]), "stranger": officer(h.elder),
			"clerk": h.clerk, "clerk2": h.clerk2, "leader": h.leader, "viewer": h.viewer, "admin": h.admin, "away": h.clerkAway,
		}
		for range rapid.IntRange(8, 20).Draw(rt, "steps") {
			w.step()
		}
		w.check(w.ids...)
	})
	t.Log(moved)
	for _, what := range []string{"submit", "approve"} { // or the test proves nothing
		if moved[what] == 0 {
			t.Errorf("no story had a %s: %v", what, moved)
		}
	}
}

func (w *play) step() {
	what := "submit"
	if len(w.ids) > 0 {
		what = rapid.SampledFrom([]string{"submit", "submit", "approve", "approve", "return", "return", "refuse", "withdraw",
			"resubmit", "resubmit"}).Draw(w.rt, "what")
	}
	var id int64
	var seen models.ChangeRequest
	version := 1
	if what != "submit" {
		ids := w.ids
		if open := w.open(what == "resubmit"); len(open) > 0 && rapid.IntRange(0, 3).Draw(w.rt, "any") > 0 {
			ids = open
		}
		id = rapid.SampledFrom(ids).Draw(w.rt, "request")
		seen = w.request(id)
		version = seen.Version - rapid.SampledFrom([]int{0, 0, 0, 0, 1, -1}).Draw(w.rt, "behind")
	}
	// Who may comes several times, or most of a story would be refusals.
	names := []string{"head", "head", "head", "clerk", "deputy", "clerk2", "leader", "admin", "stranger", "viewer", "away"}
	switch what {
	case "approve", "return", "refuse":
		names = []string{"clerk", "clerk", "clerk", "leader", "leader", "clerk2", "head", "deputy", "admin", "stranger",
			"viewer", "away"}
	case "withdraw", "resubmit":
		for range len(names) {
			names = append(names, w.proposers[id])
		}
	}
	who := rapid.SampledFrom(names).Draw(w.rt, "who")
	actor, before := w.by(w.actors[who]), w.rollSince(w.people["head"].ID)
	var card change.Card
	var err error
	switch what {
	case "submit":
		if card, err = w.Submit(w.ctx, actor, w.proposal("")); err == nil {
			w.ids = append(w.ids, card.Request.ID)
			w.proposers[card.Request.ID] = who
		}
	case "resubmit":
		card, err = w.Resubmit(w.ctx, actor, id, version, w.proposal(seen.Kind))
	case "approve":
		card, err = w.Approve(w.ctx, actor, id, version)
	case "return":
		card, err = w.Return(w.ctx, actor, id, version, "thiếu")
	case "refuse":
		card, err = w.Refuse(w.ctx, actor, id, version, "sai")
	case "withdraw":
		card, err = w.Withdraw(w.ctx, actor, id, version)
	}
	after := w.rollSince(w.people["head"].ID)
	if err != nil {
		if services.KindOf(err) == services.KindInternal {
			w.rt.Fatalf("%s by %s: %v", what, who, err)
		}
		if after != before || (id != 0 && w.request(id).Version != seen.Version) {
			w.rt.Fatalf("%s by %s was refused (%v) and changed something", what, who, err)
		}
		return
	}
	w.count[what]++
	if (what == "approve") != (after != before) {
		w.rt.Fatalf("%s by %s: the roster changed: %v", what, who, after != before)
	}
	if id != 0 {
		w.checkMove(what, who, actor, seen, version, card)
	}
	w.check(card.Request.ID)
}

// checkMove checks one transition that was let through.
func (w *play) checkMove(what, who string, actor services.Actor, seen models.ChangeRequest, version int,
	card change.Card) {
	if version != seen.Version || card.Request.Version != seen.Version+1 {
		w.rt.Fatalf("%s by %s: version %d named %d became %d", what, who, seen.Version, version, card.Request.Version)
	}
	proposer := seen.ProposerPersonID != nil && *seen.ProposerPersonID == actor.Person || seen.ProposerStaffID != nil &&
		*seen.ProposerStaffID == actor.Staff
	switch what {
	case "withdraw", "resubmit":
		if !proposer || !seen.State.Open() || (what == "resubmit" && seen.State != models.ChangeReturned) {
			w.rt.Fatalf("%s by %s from %s", what, who, seen.State)
		}
		return
	}
	deputy := w.people["deputy"].ID
	party := func(id *int64) bool { return who == "clerk2" && id != nil && *id == deputy }
	if seen.State != models.ChangeSubmitted || proposer || (who != "clerk" && who != "clerk2" && who != "leader") ||
		party(seen.SubjectID) || party(seen.NewcomerID) || party(seen.ProposerPersonID) {
		w.rt.Fatalf("%s by %s, who may not, of %+v", what, who, seen)
	}
	if what == "approve" {
		if w.approved[seen.ID] != "" {
			w.rt.Fatalf("request %d was approved twice", seen.ID)
		}
		w.approved[seen.ID] = who
	}
}

// check compares what is kept of requests with the roster and the journal.
func (w *play) check(ids ...int64) {
	for _, id := range ids {
		request := w.request(id)
		if request.Version < w.versions[id] {
			w.rt.Fatalf("request %d went back to version %d", id, request.Version)
		}
		w.versions[id] = request.Version
		if (request.State == models.ChangeApproved) != (w.approved[id] != "") {
			w.rt.Fatalf("request %d is %s, approved by %q", id, request.State, w.approved[id])
		}
		applied := w.rows(&models.Term{}, "change_id = ? OR end_change_id = ?", id, id)
		if wants := request.State == models.ChangeApproved && request.Kind != "phone"; (applied > 0) != wants {
			w.rt.Fatalf("request %d is %s and has %d terms", id, request.State, applied)
		}
		if events := w.rows(&models.ChangeEvent{}, "change_id = ?", id); events != int64(request.Version) {
			w.rt.Fatalf("request %d has %d events at version %d", id, events, request.Version)
		}
		entries := w.rows(&models.AuditEntry{}, "subject = ? AND action = 'change.approved'", fmt.Sprintf("change:%d", id))
		if (entries == 1) != (request.State == models.ChangeApproved) || entries > 1 {
			w.rt.Fatalf("request %d is %s with %d approvals in the journal", id, request.State, entries)
		}
	}
	for _, role := range []models.TermRole{models.Head, models.Deputy} {
		if n := w.rows(&models.Term{}, "branch_id = ? AND role = ? AND superseded_at IS NULL AND to_date IS NULL",
			w.branch.ID, role); n > 1 {
			w.rt.Fatalf("%d hold the post of %s", n, role)
		}
	}
}

func (w *play) rows(model any, condition string, args ...any) int64 {
	var n int64
	if err := w.store.Model(model).Where(condition, args...).Count(&n).Error; err != nil {
		w.rt.Fatal(err)
	}
	return n
}

func (w *play) request(id int64) models.ChangeRequest {
	var request models.ChangeRequest
	if err := w.store.Take(&request, "id = ?", id).Error; err != nil {
		w.rt.Fatal(err)
	}
	return request
}

// open lists the requests that somebody has to act on, or only the returned.
func (w *play) open(returned bool) []int64 {
	var open []int64
	for _, id := range w.ids {
		if state := w.request(id).State; state == models.ChangeReturned || (!returned && state.Open()) {
			open = append(open, id)
		}
	}
	return open
}

// proposal is a random one about the branch, good or not; of one kind where the
// kind is given.
func (w *play) proposal(kind models.ChangeKind) change.Proposal {
	var terms []models.Term
	if err := w.store.Order("to_date IS NOT NULL, id").Find(&terms, "branch_id = ?", w.branch.ID).Error; err != nil {
		w.rt.Fatal(err)
	}
	if kind == "" {
		kind = rapid.SampledFrom([]models.ChangeKind{"appoint", "replace", "replace", "leave", "phone"}).Draw(w.rt, "kind")
	}
	first, last := -60, 0
	if rapid.IntRange(0, 9).Draw(w.rt, "odd day") == 0 {
		first, last = -400, 70
	}
	p := change.Proposal{
		Branch: w.branch.ID,
		Role: rapid.SampledFrom([]models.TermRole{models.Member, models.Member, models.Deputy, models.Head}).Draw(w.rt,
			"role"),
		Term:   terms[rapid.IntRange(0, min(2, len(terms)-1)).Draw(w.rt, "term")].ID,
		Person: w.people[rapid.SampledFrom([]string{"head", "deputy", "newcomer"}).Draw(w.rt, "person")].ID,
		From:   april6.AddDays(rapid.IntRange(first, last).Draw(w.rt, "day")),
	}
	reason := rapid.SampledFrom(change.LeaveReasons).Draw(w.rt, "reason")
	newcomer := change.Newcomer{Name: "Người Hoàn Toàn Mới", Phone: w.number()}
	known := w.people[rapid.SampledFrom([]string{"", "", "newcomer", "deputy"}).Draw(w.rt, "newcomer")]
	if known.ID != 0 {
		newcomer = change.Newcomer{Name: known.Name, Phone: known.Phone}
	}
	p.Kind = map[models.ChangeKind]change.Kind{
		"appoint": change.Appoint{Newcomer: newcomer}, "replace": change.Replace{Newcomer: newcomer, Reason: reason},
		"leave": change.Leave{Reason: reason}, "phone": change.Phone{Number: w.number()},
	}[kind]
	return p
}
