package signed

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

type (
	items = approve.Items[models.WardCertificate, models.CertificateState]
	move  = approve.Move[models.WardCertificate, models.CertificateState]
)

// name is what a certificate is in rules.
const name = "certificate"

func init() {
	approve.Register(approve.Kind{Name: name, Place: 26, Steps: []approve.Step{{Role: approve.Leader, People: 1}},
		StepUp: "what it signs counts as signed by the ward"})
}

// Certificates are those whose signatures count as the ward's: one ward user asks,
// a leader who is another human signs.
type Certificates struct {
	of    *Service
	items *items
}

func certificatesOf(of *Service, approvals *approve.Service, box *outbox.Outbox, gate approve.Gate) *Certificates {
	return &Certificates{of: of, items: &items{
		Service: approvals, Outbox: box, Gate: gate,
		Name: name, Subject: "certificate", Card: outbox.Certificate, Waiting: models.CertificateAsked,
		Read: func(row models.WardCertificate) (approve.Item, error) {
			one := approve.Item{
				Rule: name, ID: row.ID, Ward: row.WardID, Version: row.Version, State: string(row.State),
				Since: orZero(row.SubmittedAt), Reminded: row.RemindedAt, By: row.DecidedByStaff, At: orZero(row.SubmittedAt),
				Parties: approve.Parties{Staff: services.ID(row.ProposedByStaff)},
			}
			if row.DecidedAt != nil {
				one.At = *row.DecidedAt
			}
			return one, nil
		},
		Set: func(row *models.WardCertificate, state models.CertificateState, version int) {
			row.State, row.Version = state, version
		},
		Columns: []string{"decided_by_staff", "decided_at"},
		Asks:    outbox.CertificateAsked, Reminds: outbox.CertificateWaiting, Reminded: "reminded_at", Since: "submitted_at",
		Hours: true, RoleFirst: true,
		NoSigner: func() error { return services.Conflict("certificate_no_leader") },
	}}
}

func orZero(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return *at
}

// Card is a certificate as who is to sign it sees it.
type Card struct {
	models.WardCertificate
	Approval approve.Approval
	WhyNot   string // why the actor may not sign, as Denied tells it; "" when they may
}

// Show shows a ward user one certificate.
func (c *Certificates) Show(ctx context.Context, actor services.Actor, id int64) (Card, error) {
	if !actor.IsStaff() {
		return Card{}, services.Denied("role")
	}
	db := c.of.store.WithContext(ctx)
	row, err := services.Take[models.WardCertificate](db, actor, name, id)
	if err != nil {
		return Card{}, err
	}
	card := Card{WardCertificate: row}
	one, err := c.items.Read(row)
	if err != nil {
		return card, err
	}
	card.Approval, card.WhyNot, err = c.items.View(db, actor, one)
	return card, err
}

// Propose puts before a leader that what a certificate signs counts as signed by the
// ward. One that waits already, or counts, is conflict/certificate_known.
func (c *Certificates) Propose(ctx context.Context, actor services.Actor, id int64) (Card, error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return Card{}, err
	}
	err := c.of.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, c.of.clock, actor); err != nil {
			return err
		}
		row, err := services.Take[models.WardCertificate](services.Locked(tx), actor, name, id)
		if err != nil {
			return err
		}
		if row.State == models.CertificateAsked || row.State == models.CertificateAgreed {
			return services.Conflict("certificate_known")
		}
		now := c.of.clock.UTC()
		row.State, row.Version, row.ProposedByStaff, row.SubmittedAt = models.CertificateAsked, row.Version+1,
			services.Ref(actor.Staff), &now
		row.RemindedAt, row.DecidedByStaff, row.DecidedAt = nil, nil, nil
		if err := tx.Save(&row).Error; err != nil {
			return fmt.Errorf("certificate %d: %w", id, err)
		}
		if err := c.items.Ask(ctx, tx, row); err != nil {
			return err
		}
		return c.of.audit.Record(tx, actor, "certificate.asked", fmt.Sprintf("certificate:%d", id),
			journal.Detail{"fingerprint": fmt.Sprintf("%x", row.Fingerprint)})
	})
	if err != nil {
		return Card{}, err
	}
	return c.Show(ctx, actor, id)
}

// Approve signs that it is the ward's. Its refusals are those of approve.Items.Make.
func (c *Certificates) Approve(ctx context.Context, actor services.Actor, id int64, version int) (Card, error) {
	return c.decide(ctx, actor, id, version, move{Action: "certificate.approved", From: models.CertificateAsked,
		To: models.CertificateAgreed, Right: approve.Signs, Tell: c.tellDecided})
}

// Refuse says that it is not.
func (c *Certificates) Refuse(ctx context.Context, actor services.Actor, id int64, version int) (Card, error) {
	return c.decide(ctx, actor, id, version, move{Action: "certificate.refused", From: models.CertificateAsked,
		To: models.CertificateRefused, Right: approve.Answers, Anew: true, Tell: c.tellDecided})
}

// End has what it signs count no longer: a token is lost, or another's by now. One
// human is enough; what was taken in stays.
func (c *Certificates) End(ctx context.Context, actor services.Actor, id int64, version int) (Card, error) {
	return c.decide(ctx, actor, id, version, move{Action: "certificate.ended", From: models.CertificateAgreed,
		To: models.CertificateEnded})
}

// Withdraw takes the actor's own signature off one that waits for more.
func (c *Certificates) Withdraw(ctx context.Context, actor services.Actor, id int64, version int) (Card, error) {
	if _, err := c.items.TakeBack(ctx, actor, id, version); err != nil {
		return Card{}, err
	}
	return c.Show(ctx, actor, id)
}

func (c *Certificates) decide(ctx context.Context, actor services.Actor, id int64, version int, step move) (Card,
	error) {
	step.Roles = []services.Role{services.Clerk, services.Leader}
	step.Do = func(act *approve.Act[models.WardCertificate]) error {
		act.Row.DecidedByStaff, act.Row.DecidedAt = services.Ref(act.Actor.Staff), &act.Now
		act.Detail["fingerprint"] = fmt.Sprintf("%x", act.Row.Fingerprint)
		return nil
	}
	if _, err := c.items.Make(ctx, actor, id, version, step); err != nil {
		return Card{}, err
	}
	return c.Show(ctx, actor, id)
}

// tellDecided tells who asked for it.
func (c *Certificates) tellDecided(act *approve.Act[models.WardCertificate]) error {
	if act.Row.ProposedByStaff == nil {
		return nil
	}
	return c.items.Outbox.Tell(act.Context, act.TX, outbox.Message{
		Ward: act.Row.WardID, Kind: outbox.CertificateDecided, Subject: outbox.Certificate, SubjectID: act.Row.ID,
		Version: act.Row.Version, Staff: *act.Row.ProposedByStaff,
	})
}
