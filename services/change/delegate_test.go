package change_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/change"
	"canbobot/services/outbox"
)

func (h *house) delegate(from, to services.Actor, first, last models.Date) models.Delegation {
	h.t.Helper()
	row, err := h.delegations().Delegate(h.ctx, h.by(from), to.Staff, first, last)
	if err != nil {
		h.t.Fatal(err)
	}
	return row
}

// A delegate signs on the days of the delegation and on no other, and what was
// signed stays signed.
func TestDelegateSignsForTheAbsent(t *testing.T) {
	h := newHouse(t)
	h.frontFirst()
	tomorrow := april6.AddDays(1)
	h.delegate(h.leader, h.clerk, april6, tomorrow)
	first := h.submit(officer(h.head), h.replaceDeputy()).Request.ID
	second := h.submit(officer(h.member), phoneOf(h.member, "0355000111")).Request.ID
	third := h.submit(officer(h.elder), phoneOf(h.elder, "0355000222")).Request.ID
	for _, id := range []int64{first, second, third} {
		h.approve(h.clerk2, id, 1)
	}
	if told := h.told(outbox.ChangeSubmitted, first); !slices.Equal(told, []string{s(h.clerk2), s(h.clerk), s(h.leader)}) {
		t.Errorf("told %v, want the leader and who signs for them", told)
	}
	queue, total, err := h.Queue(h.ctx, h.clerk, 0, 0)
	if err != nil || total != 3 || queue[0].For != "Lãnh đạo Ba" {
		t.Errorf("the delegate's queue: %d, %+v, %v", total, queue, err)
	}
	card, err := h.Card(h.ctx, h.clerk, first)
	if err != nil || !card.MayDecide || card.Approval.For != "Lãnh đạo Ba" {
		t.Errorf("the delegate's card: %v, %+v, %v", card.MayDecide, card.Approval, err)
	}
	card = h.approve(h.clerk, first, 2)
	if last := card.Approval.Steps[1].Signed; card.Request.State != models.ChangeApproved || len(last) != 1 ||
		last[0].Name != "Cán bộ Một" || last[0].For != "Lãnh đạo Ba" {
		t.Errorf("signed %+v", last)
	}
	h.now.Add(int64(24 * time.Hour / time.Second))
	h.approve(h.clerk, second, 2) // its last day
	h.now.Add(int64(24 * time.Hour / time.Second))
	_, err = h.Approve(h.ctx, h.by(h.clerk), third, 2)
	wants(t, err, "denied: turn")
	h.approve(h.leader, third, 2)
	// A party is nobody's way in: neither as delegate nor as who is absent.
	h.delegate(h.leader, h.clerk, april6.AddDays(3), april6.AddDays(9))
	h.now.Add(int64(24 * time.Hour / time.Second))
	h.is(h.leader, h.deputy)
	fourth := h.user(h.ward, "Lãnh đạo Bốn", services.Leader)
	about := h.submit(officer(h.head), change.Proposal{Kind: change.Phone{Number: "0355000333"},
		Person: h.member.ID}).Request.ID
	mine := h.submit(h.clerk, phoneOf(h.elder, "0355000444")).Request.ID
	for _, id := range []int64{about, mine} {
		h.approve(h.clerk2, id, 1)
	}
	if _, err := h.Approve(h.ctx, h.by(h.clerk), mine, 2); services.CodeOf(err) != "own" {
		t.Errorf("the proposer signs as a delegate: %v", err)
	}
	h.approve(h.clerk, about, 2)
	h.approve(fourth, mine, 2)
}

func TestDelegationRefusals(t *testing.T) {
	h := newHouse(t)
	day := func(n int) models.Date { return april6.AddDays(n) }
	try := func(want string, actor services.Actor, to int64, first, last models.Date) {
		t.Helper()
		_, err := h.delegations().Delegate(h.ctx, h.by(actor), to, first, last)
		wants(t, err, want)
	}
	me, you := h.leader.Staff, h.clerk.Staff
	try("invalid: delegate", h.leader, me, day(0), day(1))
	try("invalid: delegate", h.leader, h.viewer.Staff, day(0), day(1))
	try("not_found: staff", h.leader, h.clerkAway.Staff, day(0), day(1))
	h.stale = true
	try("denied: step_up", h.leader, you, day(0), day(1))
	h.stale = false
	try("denied: role", h.viewer, me, day(0), day(1))
	try("invalid: delegate_days", h.leader, you, day(-1), day(1))
	try("invalid: delegate_days", h.leader, you, day(2), day(1))
	try("invalid: delegate_days", h.leader, you, day(0), day(400))
	try("invalid: delegate_days", h.leader, you, models.Date{}, day(1))
	row := h.delegate(h.leader, h.clerk, day(0), day(5))
	try("conflict: delegated", h.leader, h.clerk2.Staff, day(5), day(9))
	wants(t, h.delegations().Revoke(h.ctx, h.by(h.clerk), row.ID), "denied: delegate_other")
	wants(t, h.delegations().Revoke(h.ctx, h.by(h.clerkAway), row.ID), "not_found: delegation")
	if list, err := h.delegations().All(h.ctx, h.viewer); err != nil || len(list) != 1 ||
		list[0].ToName != "Cán bộ Một" || list[0].MayRevoke {
		t.Errorf("delegations %+v, %v", list, err)
	}
	if err := h.delegations().Revoke(h.ctx, h.by(h.leader), row.ID); err != nil {
		t.Fatal(err)
	}
	wants(t, h.delegations().Revoke(h.ctx, h.by(h.leader), row.ID), "not_found: delegation")
	try("denied: role", h.admin, you, day(5), day(9)) // nobody gives another's signature away
	if told := h.told(outbox.Delegated, row.ID); !slices.Equal(told, []string{s(h.clerk), s(h.clerk)}) {
		t.Errorf("told %v, want who is to sign, and that they are not", told)
	}
	again := h.delegate(h.leader, h.clerk2, day(5), day(9))
	if err := h.delegations().Revoke(h.ctx, h.by(h.admin), again.ID); err != nil {
		t.Fatal(err)
	}
	if told := h.told(outbox.Delegated, again.ID); len(told) != 3 || !slices.Contains(told, s(h.leader)) {
		t.Errorf("told %v, want the leader too", told)
	}
	// Two at once for the same days: one.
	results := make(chan error, 4)
	for range 4 {
		actor := h.by(h.clerk)
		go func() {
			_, err := h.delegations().Delegate(h.ctx, actor, h.clerk2.Staff, day(1), day(2))
			results <- err
		}()
	}
	made := 0
	for range 4 {
		if err := <-results; err == nil {
			made++
		} else {
			wants(t, err, "conflict: delegated")
		}
	}
	if made != 1 {
		t.Errorf("%d delegations of the same days", made)
	}
}

func TestQueueAndWaiting(t *testing.T) {
	h := newHouse(t)
	h.frontFirst()
	first := h.submit(officer(h.head), h.replaceDeputy()).Request.ID
	h.now.Add(3600)
	second := h.submit(officer(h.member), phoneOf(h.member, "0355000111")).Request.ID
	h.now.Add(3600)
	h.approve(h.clerk2, second, 1)
	ids := func(list []change.Summary) (ids []int64) {
		for _, one := range list {
			ids = append(ids, one.ID)
		}
		return ids
	}
	for _, row := range []struct {
		actor          services.Actor
		queue, waiting []int64
	}{
		{h.clerk2, []int64{first}, []int64{second}},
		{h.leader, []int64{second}, []int64{first}},
		{h.clerk, nil, []int64{first, second}},
		{h.viewer, []int64{first, second}, []int64{first, second}},
		{h.clerkAway, nil, nil},
	} {
		queue, total, err := h.Queue(h.ctx, row.actor, 0, 0)
		if err != nil || !slices.Equal(ids(queue), row.queue) || total != int64(len(row.queue)) {
			t.Errorf("queue of %s %d: %v, %v", row.actor.Role, row.actor.Staff, ids(queue), err)
		}
		waiting, total, err := h.Waiting(h.ctx, row.actor, 0, 0)
		var got []int64
		for _, one := range waiting {
			got = append(got, one.ID)
		}
		if err != nil || !slices.Equal(got, row.waiting) || total != int64(len(row.waiting)) {
			t.Errorf("waiting for %s %d: %v, %v", row.actor.Role, row.actor.Staff, got, err)
		}
	}
	waiting, _, err := h.Waiting(h.ctx, h.clerk, 1, 1)
	if err != nil || len(waiting) != 1 || waiting[0].Number != 2 ||
		!slices.Equal(waiting[0].Who, []string{"Lãnh đạo Ba"}) || !waiting[0].Since.Equal(h.at()) {
		t.Errorf("waiting %+v, %v", waiting, err)
	}
	for _, officer := range []services.Actor{officer(h.head), {}} {
		_, _, err := h.Waiting(h.ctx, officer, 0, 0)
		wants(t, err, "denied: role")
	}
}

func TestApproveMany(t *testing.T) {
	h := newHouse(t)
	var picks []change.Pick
	for _, number := range []string{"0355000111", "0355000222", "0355000333"} {
		picks = append(picks, change.Pick{ID: h.submit(h.admin, phoneOf(h.someone("Người"), number)).Request.ID, Version: 1})
	}
	bank := h.submit(officer(h.member), bankOf(h.member, "agribank", account)).Request.ID
	leave := h.submit(officer(h.head), h.leave(h.deputy)).Request.ID
	own := h.submit(h.clerk, phoneOf(h.elder, "0355000444")).Request.ID
	roll := h.roll()
	for want, list := range map[string][]change.Pick{
		"invalid: many":      nil,
		"invalid: not_alike": {picks[0], {ID: leave, Version: 1}},
		"denied: one_by_one": {{ID: bank, Version: 1}},
		"denied: own":        {picks[0], {ID: own, Version: 1}},
		"not_found: change":  {picks[0], {ID: 99999, Version: 1}},
	} {
		_, err := h.ApproveMany(h.ctx, h.by(h.clerk), list)
		wants(t, err, want)
	}
	_, err := h.ApproveMany(h.ctx, h.by(h.clerk), []change.Pick{picks[0], picks[0]})
	wants(t, err, "not_found: change")
	_, err = h.ApproveMany(h.ctx, h.by(h.clerk), make([]change.Pick, 51))
	wants(t, err, "invalid: many")
	_, err = h.ApproveMany(h.ctx, h.by(h.viewer), picks)
	wants(t, err, "denied: role")
	if h.roll() != roll {
		t.Fatal("a refused list changed the roster")
	}
	h.approve(h.clerk2, picks[1].ID, 1) // meanwhile
	event := h.by(h.fresh(h.clerk))
	outcomes, err := h.ApproveMany(h.ctx, event, picks)
	if err != nil || len(outcomes) != 3 || outcomes[0].Err != nil ||
		outcomes[2].Card.Request.State != models.ChangeApproved {
		t.Fatalf("outcomes %+v, %v", outcomes, err)
	}
	wants(t, outcomes[1].Err, "conflict: moved.change.decided")
	// The same event again changes nothing.
	again, err := h.ApproveMany(h.ctx, event, picks)
	if err != nil {
		t.Fatal(err)
	}
	for _, outcome := range again {
		if outcome.Err == nil {
			t.Errorf("request %d twice", outcome.ID)
		}
	}
	// Where the step asks for a code, nothing is done without one.
	h.setRules(approve.Rule{Kind: "phone", Proposers: everybody,
		Steps: []approve.Step{{Role: approve.Any, People: 1, StepUp: true}}})
	h.now.Add(3600)
	late := change.Pick{ID: h.submit(h.admin, phoneOf(h.someone("Người"), "0355000555")).Request.ID, Version: 1}
	_, err = h.ApproveMany(h.ctx, h.by(h.clerk), []change.Pick{late})
	wants(t, err, "denied: step_up")
	if outcomes, err = h.ApproveMany(h.ctx, h.by(h.fresh(h.clerk)), []change.Pick{late}); err != nil ||
		outcomes[0].Err != nil {
		t.Errorf("with a code: %+v, %v", outcomes, err)
	}
}

// Two at once on the last signature: one applies, the roster changes once.
func TestTwoAtOnceOnTheLastSignature(t *testing.T) {
	h := newHouse(t)
	second := h.user(h.ward, "Lãnh đạo Bốn", services.Leader)
	h.frontFirst()
	for round := range 12 {
		id := h.submit(h.admin, change.Proposal{
			Kind:   change.Appoint{Newcomer: change.Newcomer{Name: "Uỷ viên " + string(rune('A'+round)), Phone: h.number()}},
			Branch: h.women.ID, Role: models.Member, From: april6,
		}).Request.ID
		h.approve(h.clerk2, id, 1)
		var wait sync.WaitGroup
		results := make(chan error, 3)
		for _, try := range []func(services.Actor) error{
			func(a services.Actor) error { _, err := h.Approve(h.ctx, a, id, 2); return err },
			func(a services.Actor) error { _, err := h.Approve(h.ctx, a, id, 2); return err },
		} {
			actor := h.by(h.leader)
			if len(results) == 0 && round%2 == 0 {
				actor = h.by(second)
			}
			wait.Go(func() { results <- try(actor) })
		}
		taking := h.by(h.clerk2)
		wait.Go(func() { _, err := h.TakeBack(h.ctx, taking, id, 2); results <- err })
		wait.Wait()
		done := 0
		for range 3 {
			if err := <-results; err == nil {
				done++
			} else if services.KindOf(err) != services.KindConflict {
				t.Errorf("round %d: %v", round, err)
			}
		}
		var terms int64
		h.store.Model(&models.Term{}).Where("change_id = ?", id).Count(&terms)
		var request models.ChangeRequest
		if err := h.store.Take(&request, id).Error; err != nil {
			t.Fatal(err)
		}
		if done != 1 || (request.State == models.ChangeApproved) != (terms == 1) || terms > 1 {
			t.Errorf("round %d: %d went through, state %s, %d terms", round, done, request.State, terms)
		}
	}
}

func TestDueByTheStepsHours(t *testing.T) {
	h := newHouse(t)
	h.sit(h.clerk2, "front")
	h.setRules(approve.Rule{Kind: approve.Every, Proposers: everybody, Steps: []approve.Step{
		{Desk: "front", People: 1, RemindHours: 4, EscalateHours: 2}, {Role: approve.Leader, People: 1, RemindHours: 100},
	}})
	id := h.submit(officer(h.head), h.replaceDeputy()).Request.ID
	due := func(after time.Duration, reminded int, told ...string) {
		t.Helper()
		h.now.Add(int64(after / time.Second))
		if n, err := h.Due(h.ctx); err != nil || n != reminded || !slices.Equal(h.told(outbox.ChangeWaiting, id), told) {
			t.Errorf("reminded of %d, %v, told %v; want %d, %v", n, err, h.told(outbox.ChangeWaiting, id), reminded, told)
		}
	}
	due(3*time.Hour, 0)
	due(time.Hour, 1, s(h.clerk2))
	due(time.Hour, 0, s(h.clerk2))
	due(time.Hour, 1, s(h.clerk2), s(h.leader))
	h.approve(h.clerk2, id, 1) // the next step has its own time, from now
	due(99*time.Hour, 0, s(h.clerk2), s(h.leader))
	due(time.Hour, 1, s(h.clerk2), s(h.leader), s(h.leader))
	due(47*time.Hour, 0, s(h.clerk2), s(h.leader), s(h.leader))
	// Of two replicas at once one reminds.
	h.now.Add(int64(time.Hour / time.Second))
	results := make(chan int, 2)
	for range 2 {
		go func() { n, _ := h.Due(h.ctx); results <- n }()
	}
	if n := <-results + <-results; n != 1 {
		t.Errorf("reminded %d times", n)
	}
}

// Rules and delegations of a ward are nobody's business in another.
func TestForeignWardHasNoSayInApprovals(t *testing.T) {
	h := newHouse(t)
	h.frontFirst()
	row := h.delegate(h.leader, h.clerk, april6, april6)
	before := h.snapshot()
	actors := []services.Actor{{}, {Ward: h.ward.ID}, officer(h.head), {Role: services.System}}
	for _, role := range []services.Role{services.Viewer, services.Clerk, services.Leader, services.Admin} {
		actors = append(actors, services.Actor{Role: role, Ward: h.foreign.ID, Staff: h.clerkAway.Staff},
			services.Actor{Role: role, Ward: h.foreign.ID, Staff: h.leader.Staff})
	}
	service, walked := reflect.ValueOf(h.delegations()), 0
	for i := range service.NumMethod() {
		method, name := service.Method(i), service.Type().Method(i).Name
		if method.Type().NumIn() < 2 || method.Type().In(0) != reflect.TypeFor[context.Context]() ||
			method.Type().In(1) != reflect.TypeFor[services.Actor]() {
			continue // within the caller's transaction
		}
		walked++
		for _, actor := range actors {
			args := make([]reflect.Value, method.Type().NumIn())
			ids := []int64{h.leader.Staff, h.clerk.Staff}
			for j := range args {
				switch kind := method.Type().In(j); kind {
				case reflect.TypeFor[context.Context]():
					args[j] = reflect.ValueOf(h.ctx)
				case reflect.TypeFor[services.Actor]():
					args[j] = reflect.ValueOf(h.by(actor))
				case reflect.TypeFor[int64]():
					args[j], ids = reflect.ValueOf(ids[0]), ids[1:]
				case reflect.TypeFor[string]():
					args[j] = reflect.ValueOf("front")
				case reflect.TypeFor[models.Date]():
					args[j] = reflect.ValueOf(april6)
				default:
					args[j] = reflect.Zero(kind)
				}
			}
			if name == "Revoke" || name == "Delegation" {
				args[2] = reflect.ValueOf(row.ID)
			}
			results := method.Call(args)
			if name == "Delegation" && actor.Role != services.System && results[1].IsNil() {
				t.Errorf("%+v reads a delegation of another ward", actor)
			}
			if err, _ := results[len(results)-1].Interface().(error); err == nil && results[0].Kind() == reflect.Slice {
				for k := range results[0].Len() { // names of one's own ward only
					if member, is := results[0].Index(k).Interface().(models.Staff); is && member.WardID != h.foreign.ID {
						t.Errorf("%s shows %+v to %+v", name, member, actor)
					}
				}
			}
		}
	}
	if walked != 10 {
		t.Errorf("walked %d methods", walked)
	}
	if after := h.snapshot(); after != before {
		t.Errorf("changed:\n%s\n%s", before, after)
	}
}

// snapshot is the ward's rules, desks and delegations as one text.
func (h *house) snapshot() string {
	h.t.Helper()
	own, _, err := h.rules().Rules(h.ctx, h.viewer)
	if err != nil {
		h.t.Fatal(err)
	}
	list, err := h.delegations().All(h.ctx, h.viewer)
	if err != nil {
		h.t.Fatal(err)
	}
	var desks []string
	if err := h.store.Model(&models.Staff{}).Where("ward_id = ?", h.ward.ID).Order("id").Pluck("desk",
		&desks).Error; err != nil {
		h.t.Fatal(err)
	}
	return text(own) + text(list) + text(desks)
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
