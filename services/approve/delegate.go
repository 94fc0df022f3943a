package approve

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// maxDays is how long a delegation lasts at most: whoever is away for longer
// has a successor.
const maxDays = 184

// Delegations are who signs for whom while they are away. To give one's signature
// away is one's own act, with a fresh code; who is to sign is told.
type Delegations struct {
	*Service
	Outbox *outbox.Outbox
	Gate   Gate
}

var delegates = services.Guard("approval.delegated", "another signs what is the giver's to sign")

// DelegationView is a delegation with the names.
type DelegationView struct {
	models.Delegation
	FromName, ToName string
	MayRevoke        bool
}

// Delegate lets somebody sign for the actor, on the days from first to last. It
// refuses invalid/delegate (not a clerk or leader of the ward, or the same human),
// invalid/delegate_days, conflict/delegated where those days are given to somebody
// (to, first, last), and denied/step_up without a fresh code.
func (s *Delegations) Delegate(ctx context.Context, actor services.Actor, to int64, first,
	last models.Date) (models.Delegation, error) {
	from := actor.Staff
	row := models.Delegation{WardID: actor.Ward, FromStaffID: from, ToStaffID: to, From: first, To: last,
		CreatedByStaff: services.Ref(from)}
	if err := actor.Need(services.Clerk, services.Leader); err != nil || from == 0 {
		return row, services.Denied("role")
	}
	err := s.write(ctx, actor, func(tx *gorm.DB) error {
		book, err := s.Open(tx, actor.Ward)
		if err != nil {
			return err
		}
		absent, present := book.Member(from), book.Member(to)
		if absent.ID == 0 || present.ID == 0 {
			return services.NotFound("staff")
		}
		if !mayDecide(absent) || !mayDecide(present) || same(absent, present) {
			return services.Invalid("delegate")
		}
		today := models.DateOf(s.clock.Local())
		if first.IsZero() || last.IsZero() || first.Before(today) || last.Before(first) ||
			last.After(today.AddDays(maxDays)) {
			return services.Invalid("delegate_days").With("last", today.AddDays(maxDays))
		}
		for _, other := range book.Delegations {
			if other.FromStaffID == from && other.RevokedAt == nil && !other.From.After(last) && !first.After(other.To) {
				return services.Conflict("delegated").With("to", book.Member(other.ToStaffID).Name).With("first",
					other.From).With("last", other.To)
			}
		}
		if err := s.Gate.RequireFresh(ctx, tx, actor, delegates); err != nil {
			return err
		}
		row.CreatedAt = s.clock.UTC()
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("delegate: %w", err)
		}
		if err := s.audit.Record(tx, actor, "approval.delegated", subjectOf(row.ID),
			journal.Detail{"from": from, "to": to, "first": first.String(), "last": last.String()}); err != nil {
			return err
		}
		return s.tell(ctx, tx, row, 1, to)
	})
	return row, err
}

// Revoke ends a delegation at once: by who gave it, or an administrator. What
// was signed under it stays signed.
func (s *Delegations) Revoke(ctx context.Context, actor services.Actor, id int64) error {
	if err := actor.Need(services.Clerk, services.Leader, services.Admin); err != nil || actor.Ward == 0 {
		return services.Denied("role")
	}
	return s.write(ctx, actor, func(tx *gorm.DB) error {
		row, err := services.Take[models.Delegation](tx, actor, "delegation", id)
		switch {
		case err != nil:
			return err
		case row.RevokedAt != nil:
			return services.NotFound("delegation")
		case !mayRevoke(actor, row):
			return services.Denied("delegate_other")
		}
		if err := tx.Model(&models.Delegation{}).Where("id = ?", id).Update("revoked_at", s.clock.UTC()).Error; err != nil {
			return fmt.Errorf("revoke: %w", err)
		}
		if err := s.audit.Record(tx, actor, "approval.revoked", subjectOf(id),
			journal.Detail{"from": row.FromStaffID, "to": row.ToStaffID}); err != nil {
			return err
		}
		told := []int64{row.ToStaffID}
		if actor.Staff != row.FromStaffID {
			told = append(told, row.FromStaffID)
		}
		return s.tell(ctx, tx, row, 2, told...)
	})
}

// tell tells ward users of a delegation: version 1 that it was given, 2 that it
// has ended.
func (s *Delegations) tell(ctx context.Context, tx *gorm.DB, row models.Delegation, version int, staff ...int64) error {
	messages := make([]outbox.Message, len(staff))
	for i, one := range staff {
		messages[i] = outbox.Message{Ward: row.WardID, Kind: outbox.Delegated, Subject: outbox.Delegation,
			SubjectID: row.ID, Version: version, Staff: one}
	}
	return s.Outbox.Tell(ctx, tx, messages...)
}

func mayRevoke(actor services.Actor, row models.Delegation) bool {
	return actor.Role == services.Admin || actor.Role == services.System || actor.Staff == row.FromStaffID
}

// Delegation shows a ward user one of their ward, ended ones as well.
func (s *Delegations) Delegation(ctx context.Context, actor services.Actor, id int64) (DelegationView, error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return DelegationView{}, err
	}
	db := s.store.WithContext(ctx)
	row, err := services.Take[models.Delegation](db, actor, "delegation", id)
	if err != nil {
		return DelegationView{}, err
	}
	book, err := s.Open(db, row.WardID)
	if err != nil {
		return DelegationView{}, err
	}
	return book.view(actor, row), nil
}

func (b *Book) view(actor services.Actor, row models.Delegation) DelegationView {
	return DelegationView{row, b.Member(row.FromStaffID).Name, b.Member(row.ToStaffID).Name, mayRevoke(actor, row)}
}

// All lists the ward's that have not ended, the earliest first.
func (s *Delegations) All(ctx context.Context, actor services.Actor) ([]DelegationView, error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return nil, err
	}
	book, err := s.Open(s.store.WithContext(ctx), actor.Ward)
	if err != nil {
		return nil, err
	}
	today := models.DateOf(s.clock.Local())
	var list []DelegationView
	for _, row := range book.Delegations {
		if row.RevokedAt == nil && !row.To.Before(today) {
			list = append(list, book.view(actor, row))
		}
	}
	return list, nil
}

// StandIns are the clerks and leaders of the ward whom the actor could let sign
// for them.
func (s *Delegations) StandIns(ctx context.Context, actor services.Actor) ([]models.Staff, error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return nil, err
	}
	book, err := s.Open(s.store.WithContext(ctx), actor.Ward)
	if err != nil {
		return nil, err
	}
	own := book.Member(actor.Staff)
	var list []models.Staff
	for _, member := range book.Staff {
		if mayDecide(member) && !same(member, own) {
			list = append(list, member)
		}
	}
	return list, nil
}

func subjectOf(id int64) string { return fmt.Sprintf("delegation:%d", id) }

func covers(delegation models.Delegation, day models.Date) bool {
	return !day.Before(delegation.From) && !day.After(delegation.To)
}

// delegated reports whether one could sign for the other at that moment. The
// moment in which it was revoked still counts: nobody signs on a delegation that
// has been revoked, so a signature of that moment came before.
func delegated(delegations []models.Delegation, from, to int64, at time.Time) bool {
	day := models.DateOf(at.In(services.Zone))
	return slices.ContainsFunc(delegations, func(d models.Delegation) bool {
		return d.FromStaffID == from && d.ToStaffID == to && covers(d, day) &&
			(d.RevokedAt == nil || !at.After(*d.RevokedAt)) && !at.Before(d.CreatedAt)
	})
}
