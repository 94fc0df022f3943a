package change_test

import (
	"errors"
	"slices"
	"testing"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/change"
	"canbobot/services/outbox"
	"canbobot/services/roster"
)

// What went wrong in systems of this kind, each under the name by which it is
// known there; none of it may be so here.
func TestDefectsOfOtherSystems(t *testing.T) {
	for name, prove := range map[string]func(*testing.T, *house){
		"OpenSPP: requester applies own approved request by RPC, only the button was gated": func(t *testing.T, h *house) {
			card := h.submit(h.clerk, phoneOf(h.member, "0355000111"))
			_, err := h.Approve(h.ctx, h.by(h.clerk), card.Request.ID, 1) // the service itself, no button
			wants(t, err, "denied: own")
			// Nor in a second account of theirs, in the roster.
			h.is(h.clerk2, h.member)
			_, err = h.Approve(h.ctx, h.by(h.clerk2), card.Request.ID, 1)
			wants(t, err, "denied: concerns_you")
		},
		"OpenSPP: selected values writable after submission": func(t *testing.T, h *house) {
			card := h.submit(officer(h.head), h.replaceDeputy())
			changed := h.replaceDeputy()
			of(func(k *change.Replace) { k.Newcomer.Name = "Người Khác Hẳn" })(&changed)
			_, err := h.Resubmit(h.ctx, h.by(officer(h.head)), card.Request.ID, 1, changed)
			wants(t, err, "conflict: moved.change.outdated")
			again, err := h.Card(h.ctx, h.clerk, card.Request.ID)
			if err != nil || again.NewcomerName != card.NewcomerName || again.Request.Payload != card.Request.Payload {
				t.Errorf("the frozen proposal moved: %+v, %v", again.NewcomerName, err)
			}
		},
		"OpenSPP: case-only edit slips past the conflict check": func(t *testing.T, h *house) {
			h.submit(officer(h.head), h.replaceDeputy())
			shouted := h.replaceDeputy()
			of(func(k *change.Replace) { k.Newcomer.Name = "VÕ THỊ THUÝ" })(&shouted)
			_, err := h.Submit(h.ctx, h.by(officer(h.head)), shouted)
			wants(t, err, "conflict: duplicate")
		},
		"OpenSPP: throw-away edit defeats duplicate detection": func(t *testing.T, h *house) {
			h.submit(officer(h.head), h.replaceDeputy())
			noted := h.replaceDeputy()
			noted.Note = "xin duyệt sớm"
			_, err := h.Submit(h.ctx, h.by(officer(h.head)), noted)
			wants(t, err, "conflict: duplicate")
		},
		"OpenSPP: applied is stamped although nothing was written": func(t *testing.T, h *house) {
			card := h.submit(officer(h.head), h.replaceDeputy())
			// The newcomer has become deputy meanwhile: there is nothing to apply.
			h.tx(func(tx *gorm.DB) error {
				var term models.Term
				if err := tx.Take(&term, "person_id = ? AND superseded_at IS NULL", h.deputy.ID).Error; err != nil {
					return err
				}
				if _, err := h.roster.CloseTerm(tx, term, models.NewDate(2026, 3, 31), "moved", 0); err != nil {
					return err
				}
				other, err := h.roster.AddPerson(tx, h.ward.ID, roster.NewPerson{Name: "Hồ Thị Khác"})
				if err != nil {
					return err
				}
				_, err = h.roster.OpenTerm(tx, roster.NewTerm{Branch: h.women, Person: other.ID, Role: models.Deputy,
					From: models.NewDate(2026, 4, 1)})
				return err
			})
			roll := h.roll()
			_, err := h.Approve(h.ctx, h.by(h.clerk), card.Request.ID, 1)
			wants(t, err, "conflict: stale")
			if after, err := h.Card(h.ctx, h.clerk, card.Request.ID); err != nil ||
				after.Request.State != models.ChangeSubmitted || after.Stale == "" || h.roll() != roll {
				t.Errorf("after: %+v, %q, %v", after.Request.State, after.Stale, err)
			}
		},
		"OpenSPP: rows of another user's request readable": func(t *testing.T, h *house) {
			card := h.submit(officer(h.head), h.replaceDeputy())
			for _, actor := range []services.Actor{officer(h.member), officer(h.elder), h.clerkAway, {}} {
				if _, err := h.Card(h.ctx, actor, card.Request.ID); err == nil {
					t.Errorf("%+v reads it", actor)
				}
			}
		},
		"OpenSPP: duplicate flag never cleared after the clash was fixed": func(t *testing.T, h *house) {
			first := h.submit(officer(h.head), h.replaceDeputy())
			second := h.submit(h.clerk, h.leave(h.deputy))
			if len(second.Others) != 1 {
				t.Fatalf("the clash is not shown: %+v", second.Others)
			}
			if _, err := h.Withdraw(h.ctx, h.by(officer(h.head)), first.Request.ID, 1); err != nil {
				t.Fatal(err)
			}
			if card, err := h.Card(h.ctx, h.clerk, second.Request.ID); err != nil || len(card.Others) != 0 {
				t.Errorf("still shown: %+v, %v", card.Others, err)
			}
		},
		"OpenSPP: double click submits twice": func(t *testing.T, h *house) {
			event := h.by(officer(h.head))
			if _, err := h.Submit(h.ctx, event, h.replaceDeputy()); err != nil {
				t.Fatal(err)
			}
			_, err := h.Submit(h.ctx, event, h.replaceDeputy())
			if !services.IsRepeated(err) {
				t.Errorf("the same event again: %v", err)
			}
			_, err = h.Submit(h.ctx, h.by(officer(h.head)), h.replaceDeputy())
			wants(t, err, "conflict: duplicate")
		},
		"OpenSPP: paging by offset skips rows": func(t *testing.T, h *house) {
			seen := map[int64]bool{}
			for range 12 {
				h.submit(h.admin, phoneOf(h.someone("Người"), h.number()))
				h.now.Add(1)
			}
			for offset := 0; ; {
				page, total, err := h.Queue(h.ctx, h.clerk, offset, 5)
				if err != nil || total != 12 {
					t.Fatal(total, err)
				}
				for _, one := range page {
					seen[one.ID] = true
				}
				if offset += len(page); len(page) == 0 {
					break
				}
			}
			if len(seen) != 12 {
				t.Errorf("saw %d of 12", len(seen))
			}
		},
		"HOPE: one person signs two stages": func(t *testing.T, h *house) {
			h.sit(h.clerk2, "front")
			h.setRules(approve.Rule{Kind: approve.Every, Proposers: everybody,
				Steps: []approve.Step{{Desk: "front", People: 1}, {Role: approve.Any, People: 1}}})
			card := h.submit(officer(h.head), h.replaceDeputy())
			h.approve(h.clerk2, card.Request.ID, 1)
			_, err := h.Approve(h.ctx, h.by(h.clerk2), card.Request.ID, 2)
			wants(t, err, "denied: signed")
		},
		"openIMIS: N of M is hard-coded to ANY": func(t *testing.T, h *house) {
			h.setRules(approve.Rule{Kind: approve.Every, Proposers: everybody,
				Steps: []approve.Step{{Role: approve.Any, People: 2}}})
			card := h.submit(officer(h.head), h.replaceDeputy())
			if after := h.approve(h.clerk, card.Request.ID, 1); after.Request.State != models.ChangeSubmitted {
				t.Errorf("one of two decided: %s", after.Request.State)
			}
			if after := h.approve(h.leader, card.Request.ID, 2); after.Request.State != models.ChangeApproved {
				t.Errorf("two of two did not: %s", after.Request.State)
			}
		},
		"openIMIS: ALL with an empty approver group completes at once": func(t *testing.T, h *house) {
			for _, step := range []approve.Step{{Role: approve.Any, People: 0}, {Desk: "nobody-sits-here", People: 1},
				{Role: approve.Leader, People: 2}} {
				err := h.rules().SetRules(h.ctx, h.by(h.admin),
					[]approve.Rule{{Kind: approve.Every, Proposers: everybody, Steps: []approve.Step{step}}})
				if services.KindOf(err) != services.KindInvalid {
					t.Errorf("%+v: %v", step, err)
				}
			}
			err := h.rules().SetRules(h.ctx, h.by(h.admin), []approve.Rule{{Kind: approve.Every, Proposers: everybody}})
			if services.KindOf(err) != services.KindInvalid {
				t.Errorf("no step at all: %v", err)
			}
		},
		"openIMIS: a person is keyed by name and birth date": func(t *testing.T, h *house) {
			// Two of one name and year are two people, until somebody says otherwise.
			one, other := h.someone("Nguyễn Thị Hoa"), h.someone("Nguyễn Thị Hoa")
			if one.ID == other.ID {
				t.Error("namesakes became one")
			}
		},
		"Frappe: employee sees approve and reject on their own request": func(t *testing.T, h *house) {
			card := h.submit(officer(h.head), h.replaceDeputy())
			own, err := h.Card(h.ctx, officer(h.head), card.Request.ID)
			if err != nil || own.MayDecide {
				t.Errorf("may decide: %v, %v", own.MayDecide, err)
			}
			h.is(h.clerk, h.head) // the same human at the ward's desk
			if own, err = h.Card(h.ctx, h.clerk, card.Request.ID); err != nil || own.MayDecide || own.WhyNot != approve.WhyOwn {
				t.Errorf("at the desk: %v %q, %v", own.MayDecide, own.WhyNot, err)
			}
		},
		"Frappe: no alternate approver when the boss is away": func(t *testing.T, h *house) {
			h.frontFirst()
			card := h.submit(officer(h.head), h.replaceDeputy())
			h.approve(h.clerk2, card.Request.ID, 1)
			_, err := h.delegations().Delegate(h.ctx, h.by(h.leader), h.clerk.Staff, april6, april6.AddDays(3))
			if err != nil {
				t.Fatal(err)
			}
			if after := h.approve(h.clerk, card.Request.ID, 2); after.Request.State != models.ChangeApproved {
				t.Errorf("the delegate's signature left it %s", after.Request.State)
			}
		},
		"DHIS2: taken back after the next level has signed": func(t *testing.T, h *house) {
			h.frontFirst()
			card := h.submit(officer(h.head), h.replaceDeputy())
			h.approve(h.clerk2, card.Request.ID, 1)
			h.approve(h.leader, card.Request.ID, 2)
			_, err := h.TakeBack(h.ctx, h.by(h.clerk2), card.Request.ID, 3)
			wants(t, err, "conflict: moved.change.decided")
		},
		"ODK: two edits of one entity, the later one overwrites": func(t *testing.T, h *house) {
			first := h.submit(officer(h.member), phoneOf(h.member, "0355000111"))
			second := h.submit(officer(h.head), phoneOf(h.member, "0355000222"))
			h.approve(h.clerk, first.Request.ID, 1)
			_, err := h.Approve(h.ctx, h.by(h.fresh(h.clerk)), second.Request.ID, 1)
			wants(t, err, "conflict: stale")
		},
		"iHRIS: a failed journal is only logged": func(t *testing.T, h *house) {
			card := h.submit(officer(h.head), h.replaceDeputy())
			roll := h.roll()
			// The journal refuses every row from now on: so must what it would tell of.
			broken := errors.New("no journal")
			if err := h.store.Callback().Create().Before("gorm:create").Register("no_journal", func(tx *gorm.DB) {
				if tx.Statement.Table == "audit_entries" {
					_ = tx.AddError(broken)
				}
			}); err != nil {
				t.Fatal(err)
			}
			_, err := h.Approve(h.ctx, h.by(h.clerk), card.Request.ID, 1)
			if !errors.Is(err, broken) || h.roll() != roll {
				t.Errorf("approved without a journal: %v", err)
			}
			if err := h.store.Callback().Create().Remove("no_journal"); err != nil {
				t.Fatal(err)
			}
			h.approve(h.clerk, card.Request.ID, 1)
		},
		"chat approvals: an old button decides what the request has become": func(t *testing.T, h *house) {
			card := h.submit(officer(h.head), h.replaceDeputy())
			if _, err := h.Return(h.ctx, h.by(h.clerk), card.Request.ID, 1, "Thiếu số quyết định"); err != nil {
				t.Fatal(err)
			}
			if _, err := h.Resubmit(h.ctx, h.by(officer(h.head)), card.Request.ID, 2, h.replaceDeputy()); err != nil {
				t.Fatal(err)
			}
			_, err := h.Approve(h.ctx, h.by(h.clerk2), card.Request.ID, 1)
			wants(t, err, "conflict: moved.change.outdated")
		},
		"chat approvals: the second tap gets another answer": func(t *testing.T, h *house) {
			card := h.submit(officer(h.head), h.replaceDeputy())
			h.approve(h.clerk, card.Request.ID, 1)
			for range 2 {
				_, err := h.Approve(h.ctx, h.by(h.clerk), card.Request.ID, 1)
				wants(t, err, "conflict: moved.change.decided")
				if fields := fieldsOf(t, err); fields["state"] != "approved" || fields["by"] != "Cán bộ Một" {
					t.Errorf("told %v", fields)
				}
			}
			if told := h.told(outbox.ChangeDecided, card.Request.ID); !slices.Equal(told, []string{p(h.head), p(h.deputy)}) {
				t.Errorf("told %v", told)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prove(t, newHouse(t))
		})
	}
}
