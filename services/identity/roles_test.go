package identity_test

import (
	"testing"

	"canbobot/services"
)

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
