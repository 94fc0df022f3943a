package identity_test

import (
	"reflect"
	"testing"

	"canbobot/services"
	"canbobot/services/identity"
)

// Every exported method that takes an actor refuses one of another ward, in
// each role, and leaves no trace of having been called.
func TestAForeignActorGetsNothing(t *testing.T) {
	w := newTown(t)
	officer := w.linkLan("100").Actor
	request := w.ask("zalo", "200", "Lan", "0912345678")
	w.ask("zalo", "300", "Người Lạ", "0933333333")
	type call struct {
		name string
		do   func(actor services.Actor) error
	}
	// Whose account it is is part of the claim: the row is of the first ward.
	as := func(actor, owner services.Actor) services.Actor {
		actor.Person, actor.Staff, actor.Account = owner.Person, owner.Staff, owner.Account
		return actor
	}
	calls := []call{
		{"Invite", func(a services.Actor) error { _, _, err := w.Invite(w.ctx, a, w.lan); return err }},
		{"Card", func(a services.Actor) error { _, err := w.Requests.Card(w.ctx, a, request); return err }},
		{"Refuse", func(a services.Actor) error { return w.Requests.Refuse(w.ctx, a, request, 1) }},
		{"TakeBack", func(a services.Actor) error { return w.Requests.TakeBack(w.ctx, a, request, 1) }},
		{"Agree", func(a services.Actor) error { return w.Requests.Agree(w.ctx, a, request, 1, w.lan) }},
		{"AddStaff", func(a services.Actor) error {
			_, _, _, err := w.AddStaff(w.ctx, a, w.ward, identity.NewStaff{Name: "Lê Tư", Role: services.Clerk})
			return err
		}},
		{"InviteStaff", func(a services.Actor) error {
			_, _, _,
				err := w.InviteStaff(w.ctx, a, w.clerk.Staff, true)
			return err
		}},
		{"RetireStaff", func(a services.Actor) error { return w.RetireStaff(w.ctx, a, w.clerk.Staff) }},
		{"StaffIs", func(a services.Actor) error { return w.StaffIs(w.ctx, a, w.clerk.Staff, w.lan) }},
		{"UnlinkPerson", func(a services.Actor) error { return w.UnlinkPerson(w.ctx, a, w.lan) }},
		{"EndAccounts", func(a services.Actor) error { return w.EndAccounts(w.store.DB, a, w.lan, "died") }},
		{"UnlinkStaff", func(a services.Actor) error { return w.UnlinkStaff(w.ctx, a, w.clerk.Staff) }},
		{"Unlink", func(a services.Actor) error { return w.Unlink(w.ctx, as(a, officer)) }},
		{"Consent", func(a services.Actor) error { return w.Privacy.Consent(w.ctx, as(a, officer), "v1") }},
		{"Withdraw", func(a services.Actor) error { return w.Privacy.Withdraw(w.ctx, as(a, officer)) }},
		{"SetBrief", func(a services.Actor) error { return w.SetBrief(w.ctx, as(a, officer), true) }},
		{"Looks", func(a services.Actor) error {
			_, _, err := w.Privacy.Looks(w.ctx, as(a, officer), 0, 10)
			return err
		}},
		{"Mine", func(a services.Actor) error { _, err := w.Privacy.Mine(w.ctx, as(a, officer)); return err }},
		{"StepUp", func(a services.Actor) error { return w.StepUp(w.ctx, as(a, w.leader), w.totp(w.leader.Staff)) }},
		{"RequireFresh", func(a services.Actor) error {
			return w.RequireFresh(w.ctx, nil, as(a, w.leader), services.Guarded{})
		}},
		{"Queue", func(a services.Actor) error {
			requests, total, err := w.Requests.Queue(w.ctx, a, 0, 10)
			if len(requests) != 0 || total != 0 {
				t.Errorf("Queue lists %d requests of another ward", len(requests))
			}
			if err == nil {
				err = services.NotFound("row") // it lists the actor's own ward
			}
			return err
		}},
		{"Strangers", func(a services.Actor) error {
			count, _, err := w.Requests.Strangers(w.ctx, a)
			if count != 0 {
				t.Errorf("Strangers counts %d of another ward", count)
			}
			if err == nil {
				err = services.NotFound("row") // it counts the actor's own ward
			}
			return err
		}},
		{"RefuseStrangers", func(a services.Actor) error {
			refused, err := w.Requests.RefuseStrangers(w.ctx, a, 1<<30)
			if refused != 0 {
				t.Errorf("RefuseStrangers refuses %d of another ward", refused)
			}
			if err == nil {
				err = services.NotFound("row") // it refuses the actor's own ward's
			}
			return err
		}},
		{"Staff", func(a services.Actor) error {
			staff, err := w.Staff(w.ctx, a)
			for _, row := range staff {
				if row.WardID != w.foreign {
					t.Errorf("Staff lists %d of another ward", row.ID)
				}
			}
			if err == nil {
				err = services.NotFound("row") // it lists the actor's own ward
			}
			return err
		}},
	}
	covered := map[string]bool{}
	for _, call := range calls {
		covered[call.name] = true
	}
	takesActor := reflect.TypeFor[services.Actor]()
	for _, part := range []any{w.Service, w.Requests, w.Privacy} {
		for method := range reflect.TypeOf(part).Methods() {
			for in := range method.Type.Ins() {
				if in == takesActor && !covered[method.Name] {
					t.Errorf("%T.%s takes an actor and is not in this test", part, method.Name)
				}
			}
		}
	}

	entries, open := w.count("audit_entries", "1 = 1"), w.count("accounts", "unlinked_at IS NULL")
	for _, role := range []services.Role{services.Stranger, services.Officer, services.Viewer, services.Clerk,
		services.Leader, services.Admin} {
		for _, call := range calls {
			actor := w.by(services.Actor{Role: role, Ward: w.foreign, Staff: w.outsider.Staff, Account: w.outsider.Account,
				Channel: "web"})
			err := call.do(actor)
			if kind := services.KindOf(err); err == nil || (kind != services.KindDenied && kind != services.KindNotFound) {
				t.Errorf("%s as a foreign %q: %v", call.name, role, err)
			}
			if w.count("idempotency_keys", "key = ?", actor.Event) != 0 {
				t.Errorf("%s as a foreign %q had an effect", call.name, role)
			}
			// Nor does an actor without a ward get further.
			actor.Ward = 0
			if err := call.do(actor); err == nil {
				t.Errorf("%s without a ward as %q passed", call.name, role)
			}
		}
	}
	if w.count("audit_entries", "1 = 1") != entries || w.count("accounts", "unlinked_at IS NULL") != open ||
		w.count("link_requests", "state = 'pending'") != 2 {
		t.Error("a refused call left a trace")
	}
}

// What ward users of the own ward may not do.
func TestRoles(t *testing.T) {
	w := newTown(t)
	officer := w.linkLan("100").Actor
	viewer := w.addStaff(w.ward, "Người Xem", services.Viewer)
	request := w.ask("zalo", "200", "Dũng", "0905111222")
	for _, actor := range []services.Actor{officer, viewer} {
		_, _, err := w.Invite(w.ctx, w.by(actor), w.dung)
		w.refused(err, "denied/role")
		w.refused(w.Requests.Agree(w.ctx, w.by(actor), request, 1, 0), "denied/role")
		w.refused(w.UnlinkPerson(w.ctx, w.by(actor), w.dung), "denied/role")
		w.refused(w.StepUp(w.ctx, w.by(actor), "123456"), "denied/role")
		_, err = w.Staff(w.ctx, actor)
		w.refused(err, "denied/role")
	}
	_, err := w.Requests.Card(w.ctx, officer, request)
	w.refused(err, "denied/role")
	if card, err := w.Requests.Card(w.ctx, viewer, request); err != nil || card.WhyNot != "role" {
		t.Errorf("viewer's card: %+v, %v", card, err)
	}
	w.refused(w.UnlinkStaff(w.ctx, w.by(w.leader), w.clerk.Staff), "denied/role")
	w.refused(w.RetireStaff(w.ctx, w.by(w.leader), w.clerk.Staff), "denied/role")
	_, _, _, err = w.InviteStaff(w.ctx, w.by(w.clerk), w.leader.Staff, true)
	w.refused(err, "denied/role")
}
