package channels_test

import (
	"reflect"
	"testing"

	"canbobot/services"
	"canbobot/services/outbox"
)

// Every exported method that takes an actor works in the actor's own ward and
// no other, in each role, and leaves no trace where it refuses.
func TestAForeignActorGetsNothing(t *testing.T) {
	w := newWorld(t)
	s, admin := w.service(), w.addStaff(w.ward, services.Admin, true)
	set(t, w, s, admin, string(outbox.NoticeSent), "1", nil)
	report(t, w, s, "plan", "")
	rows, err := s.Open(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	own := services.NotFound("row") // it acted in the actor's own ward
	calls := map[string]func(actor services.Actor) error{
		"EndTemplate": func(a services.Actor) error { return s.EndTemplate(w.ctx, a, "zalo", string(outbox.NoticeSent)) },
		"SetTemplate": func(a services.Actor) error {
			if err := s.SetTemplate(w.ctx, a, "zalo", string(outbox.CaseAnswered), "2", nil); err != nil {
				return err
			}
			return own
		},
		"Templates": func(a services.Actor) error {
			templates, err := s.Templates(w.ctx, a)
			for _, row := range templates {
				if row.WardID != a.Ward {
					t.Errorf("Templates lists %d of another ward", row.ID)
				}
			}
			if err == nil {
				err = own
			}
			return err
		},
		// Troubles are the installation's: staff of every ward may read them.
		"One": func(a services.Actor) error {
			row, err := s.One(w.ctx, a, rows[0].ID)
			if err == nil {
				if row.Code != "plan" {
					t.Errorf("trouble %+v", row)
				}
				err = own
			} else if a.IsStaff() && a.Ward != 0 {
				t.Errorf("One refused %q: %v", a.Role, err)
			}
			return err
		},
	}
	takesActor := reflect.TypeFor[services.Actor]()
	methods := reflect.TypeOf(s)
	for i := range methods.NumMethod() {
		method := methods.Method(i)
		for j := range method.Type.NumIn() {
			if method.Type.In(j) == takesActor && calls[method.Name] == nil {
				t.Errorf("%s takes an actor and is not in this test", method.Name)
			}
		}
	}
	for _, role := range []services.Role{services.Stranger, services.Officer, services.Viewer, services.Clerk,
		services.Leader, services.Admin} {
		for name, call := range calls {
			err := call(services.Actor{Role: role, Ward: w.foreign, Staff: admin.Staff, Account: admin.Account, Channel: "web"})
			if kind := services.KindOf(err); kind != services.KindDenied && kind != services.KindNotFound {
				t.Errorf("%s as a foreign %q: %v", name, role, err)
			}
			if err := call(services.Actor{Role: role, Staff: admin.Staff, Account: admin.Account,
				Channel: "web"}); services.KindOf(err) != services.KindDenied {
				t.Errorf("%s without a ward as %q: %v", name, role, err)
			}
		}
	}
	if w.count("message_templates", "ward_id = ? AND ended_at IS NULL AND template_id = '1'", w.ward) != 1 ||
		w.count("message_templates", "ward_id = ?", w.ward) != 1 {
		t.Error("a foreign actor changed the ward's templates")
	}
	if n := w.count("message_templates", "ward_id = ?", w.foreign); n != 1 {
		t.Errorf("the foreign administrator set %d of their own, want 1", n)
	}
	if n := w.count("audit_entries", "ward_id = ?", w.ward); n != 1 {
		t.Errorf("%d journal entries in the ward", n)
	}
}

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
