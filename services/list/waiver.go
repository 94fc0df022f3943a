package list

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/money"
	"canbobot/services/outbox"
)

type (
	waivers = approve.Items[models.Waiver, models.WaiverState]
	waiving = approve.Move[models.Waiver, models.WaiverState]
)

// waiver is what a waiver is in rules.
const waiver = "waiver"

func init() {
	approve.Register(approve.Kind{Name: waiver, Place: 25, Steps: []approve.Step{{Role: approve.Leader, People: 1}},
		StepUp: "it gives up the ward's money"})
}

// Waivers are debts that a ward gives up by a decision: one ward user asks,
// another signs, and neither is who owes.
type Waivers struct {
	debts *Debts
	items *waivers
}

func waiversOf(debts *Debts, approvals *approve.Service, box *outbox.Outbox, gate approve.Gate) *Waivers {
	return &Waivers{debts: debts, items: &waivers{
		Service: approvals, Outbox: box, Gate: gate,
		Name: waiver, Subject: "waiver", Card: outbox.Waiver, Waiting: models.WaiverAsked,
		Read: func(row models.Waiver) (approve.Item, error) {
			one := approve.Item{
				Rule: waiver, ID: row.ID, Ward: row.WardID, Version: row.Version, State: string(row.State),
				Since: row.SubmittedAt, Reminded: row.RemindedAt, By: row.DecidedByStaff, At: row.SubmittedAt,
				Parties: approve.Parties{Staff: services.ID(row.ProposedByStaff), People: []int64{row.PersonID}},
			}
			if row.DecidedAt != nil {
				one.At = *row.DecidedAt
			}
			return one, nil
		},
		Set: func(row *models.Waiver, state models.WaiverState, version int) {
			row.State, row.Version = state, version
		},
		Columns:  []string{"decided_by_staff", "decided_at"},
		LockWard: true, // a list must not take back what is being given up
		Asks:     outbox.WaiverAsked, Reminds: outbox.WaiverWaiting, Reminded: "reminded_at", Since: "submitted_at",
		Hours: true, RoleFirst: true,
		NoSigner: func() error { return services.Conflict("waiver_no_leader") },
	}}
}

// WaiverCard is a waiver as who is to sign it sees it.
type WaiverCard struct {
	models.Waiver
	Name     string // whose debt
	Left     int64  // đồng that they owe at the moment
	Approval approve.Approval
	WhyNot   string // why the actor may not sign, as Denied tells it; "" when they may
}

// Ask puts before those who sign it that a part of a debt, or all of it, is given
// up by a decision with that number. More than is owed is invalid/waived_more, a
// second one of the same person conflict/waiver_waits.
func (w *Waivers) Ask(ctx context.Context, actor services.Actor, person, amount int64, decision string) (WaiverCard,
	error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return WaiverCard{}, err
	}
	decision = strings.Join(strings.Fields(decision), " ")
	switch {
	case amount <= 0:
		return WaiverCard{}, services.Invalid("repaid_amount")
	case decision == "" || len([]rune(decision)) > longestDecision:
		return WaiverCard{}, services.Invalid("waiver_decision")
	}
	row := models.Waiver{WardID: actor.Ward, PersonID: person, Amount: amount, Decision: decision,
		State: models.WaiverAsked, Version: 1, ProposedByStaff: services.Ref(actor.Staff),
		SubmittedAt: w.debts.list.clock.UTC()}
	err := w.debts.list.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		if _, err := services.Take[models.Person](tx, actor, "person", person); err != nil {
			return err
		}
		if err := w.items.Concerns(tx, actor, person); err != nil {
			return err
		}
		debt, err := w.debts.of(tx, actor.Ward, person)
		if err != nil {
			return err
		}
		if amount > debt.Left {
			return services.Invalid("waived_more")
		}
		if err := tx.Create(&row).Error; models.IsTaken(err) {
			return services.Conflict("waiver_waits").Because(err)
		} else if err != nil {
			return fmt.Errorf("waiver: %w", err)
		}
		if err := w.items.Ask(ctx, tx, row); err != nil {
			return err
		}
		return w.debts.list.audit.Record(tx, actor, "waiver.asked", fmt.Sprintf("waiver:%d", row.ID),
			journal.Detail{"person": person, "amount": amount, "decision": decision})
	})
	if err != nil {
		return WaiverCard{}, err
	}
	return w.Card(ctx, actor, row.ID)
}

// longestDecision is how many letters the number of a decision has at most.
const longestDecision = 80

// Card shows a ward user one waiver.
func (w *Waivers) Card(ctx context.Context, actor services.Actor, id int64) (WaiverCard, error) {
	if err := money.StaffOnly(actor); err != nil {
		return WaiverCard{}, err
	}
	db := w.debts.list.store.WithContext(ctx)
	row, err := services.Take[models.Waiver](db, actor, "waiver", id)
	if err != nil {
		return WaiverCard{}, err
	}
	card := WaiverCard{Waiver: row}
	one, err := w.items.Read(row)
	if err != nil {
		return card, err
	}
	if card.Approval, card.WhyNot, err = w.items.View(db, actor, one); err != nil {
		return card, err
	}
	debt, err := w.debts.Debt(ctx, actor, row.PersonID)
	card.Name, card.Left = debt.Name, debt.Left
	return card, err
}

// Approve signs that it is given up. Its refusals are those of approve.Items.Make,
// and conflict/waived_more where less is owed by now.
func (w *Waivers) Approve(ctx context.Context, actor services.Actor, id int64, version int) (WaiverCard, error) {
	return w.make(ctx, actor, id, version, waiving{
		Action: "waiver.approved", From: models.WaiverAsked, To: models.WaiverAgreed, Right: approve.Signs,
		Do: func(act *approve.Act[models.Waiver]) error {
			debt, err := w.debts.of(act.TX, act.Row.WardID, act.Row.PersonID)
			if err != nil {
				return err
			}
			if act.Row.Amount > debt.Left {
				return services.Conflict("waived_more")
			}
			var parts []models.WaiverPart
			for _, part := range debt.share(act.Row.Amount) {
				parts = append(parts, models.WaiverPart{WaiverID: act.Row.ID, WardID: part.WardID, PersonID: part.PersonID,
					Month: part.Month, PolicyID: part.PolicyID, TermID: part.TermID, BranchID: part.BranchID, Role: part.Role,
					Amount: part.Amount})
			}
			act.Detail["person"], act.Detail["amount"], act.Detail["decision"] = act.Row.PersonID, act.Row.Amount,
				act.Row.Decision
			act.Row.DecidedByStaff, act.Row.DecidedAt = services.Ref(act.Actor.Staff), &act.Now
			return act.TX.Create(&parts).Error
		},
	})
}

// Refuse says no: the debt stays.
func (w *Waivers) Refuse(ctx context.Context, actor services.Actor, id int64, version int) (WaiverCard, error) {
	return w.make(ctx, actor, id, version, waiving{
		Action: "waiver.refused", From: models.WaiverAsked, To: models.WaiverRefused, Right: approve.Answers, Anew: true,
		Do: func(act *approve.Act[models.Waiver]) error {
			act.Row.DecidedByStaff, act.Row.DecidedAt = services.Ref(act.Actor.Staff), &act.Now
			return nil
		},
	})
}

// TakeBack takes the actor's own signature off one that waits for more.
func (w *Waivers) TakeBack(ctx context.Context, actor services.Actor, id int64, version int) (WaiverCard, error) {
	if _, err := w.items.TakeBack(ctx, actor, id, version); err != nil {
		return WaiverCard{}, err
	}
	return w.Card(ctx, actor, id)
}

func (w *Waivers) make(ctx context.Context, actor services.Actor, id int64, version int, move waiving) (WaiverCard,
	error) {
	move.Roles = []services.Role{services.Clerk, services.Leader}
	move.Tell = w.tellDecided
	if _, err := w.items.Make(ctx, actor, id, version, move); err != nil {
		return WaiverCard{}, err
	}
	return w.Card(ctx, actor, id)
}

// tellDecided tells who asked for it.
func (w *Waivers) tellDecided(act *approve.Act[models.Waiver]) error {
	if act.Row.ProposedByStaff == nil {
		return nil
	}
	return w.items.Outbox.Tell(act.Context, act.TX, outbox.Message{
		Ward: act.Row.WardID, Kind: outbox.WaiverDecided, Subject: outbox.Waiver, SubjectID: act.Row.ID,
		Version: act.Row.Version, Staff: *act.Row.ProposedByStaff,
	})
}

// forgo takes from what a line takes back of a month what was given up of it: as far
// as the month comes to less than nothing, and no further. Who turns out to have
// been owed it, by this post or another, has had it.
func forgo(line *models.PaymentLine, month models.Month, waived int64) {
	var net int64
	for _, c := range line.Components {
		if c.Month == month {
			net += c.Amount
		}
	}
	left, kept := min(waived, -net), line.Components[:0]
	for _, c := range line.Components {
		if c.Month == month && c.Amount < 0 && left > 0 {
			less := min(left, -c.Amount)
			c.Amount, line.Amount, left = c.Amount+less, line.Amount+less, left-less
			if c.Amount == 0 {
				continue
			}
		}
		kept = append(kept, c)
	}
	line.Components = kept
}
