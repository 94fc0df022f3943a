package channels_test

import (
	"testing"

	"canbobot/services"
	"canbobot/services/outbox"
)

func TestWhoSetsTemplates(t *testing.T) {
	w := newWorld(t)
	s := w.service()
	for _, role := range []services.Role{services.Stranger, services.Officer, services.Viewer, services.Clerk,
		services.Leader} {
		actor := services.Actor{Role: role, Ward: w.ward, Staff: 1, Account: 1, Channel: "web"}
		w.refused("set by "+string(role), s.SetTemplate(w.ctx, actor, "zalo", string(outbox.NoticeSent), "1", nil),
			"denied/role")
		w.refused("ended by "+string(role), s.EndTemplate(w.ctx, actor, "zalo", string(outbox.NoticeSent)), "denied/role")
	}
	_, err := s.One(w.ctx, w.addStaff(w.ward, services.Viewer, true), 9999)
	w.refused("unknown trouble", err, "not_found/trouble")
}
