package identity

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// vouchers say with a ward user which officer they are.
var vouchers = []services.Role{services.Leader, services.Admin}

// SayOfficer has a ward user say which person of the roster they are; 0 for none. It
// holds at once where it takes nothing away and gives nothing: what was known, what
// their number shows, or that they are none where nobody is known. Anything else would
// let them sign what they could not, or be somebody else: asked reports that it waits
// for a leader or an administrator who is another human. It wants a fresh code
// (denied/step_up), and refuses with not_found/person, with conflict/staff_is_officer
// (id, name) who is none and has an officer's number, and with unavailable/no_decider.
func (s *Service) SayOfficer(ctx context.Context, actor services.Actor, person int64) (asked bool, err error) {
	if actor.Staff == 0 {
		return false, services.Denied("role")
	}
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return false, err
	}
	err = s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		staff, err := staffOf(tx, actor, actor.Staff)
		if err != nil {
			return err
		}
		known, shown := services.ID(staff.PersonID), person == services.ID(staff.PersonID)
		switch {
		case person != 0:
			row, err := personOf(tx, actor, person)
			if err != nil {
				return err
			}
			shown = shown || known == 0 && s.vault.Shows(staff, row)
		case known == 0:
			if _, err := s.officer(tx, actor, staff, staff.CitizenID, NewStaff{None: true}); err != nil {
				return err
			}
		}
		if err := s.RequireFresh(ctx, tx, actor, identifies); err != nil {
			return err
		}
		if shown {
			return s.identified(tx, actor, staff, person)
		}
		asked = true
		return s.askOfficer(ctx, tx, actor, staff, person)
	})
	return asked, err
}

// identified writes down who a ward user is.
func (s *Service) identified(tx *gorm.DB, actor services.Actor, staff models.Staff, person int64) error {
	if err := tx.Model(&models.Staff{}).Where("id = ?", staff.ID).Updates(map[string]any{
		"person_id": services.Ref(person), "officer_said": true, "officer_wanted": nil}).Error; err != nil {
		return fmt.Errorf("staff: %w", err)
	}
	actor.Ward = staff.WardID
	return s.audit.Record(tx, actor, "staff.identified", subject("staff", staff.ID),
		journal.Detail{"from": services.ID(staff.PersonID), "to": person})
}

// askOfficer puts what a ward user says of themselves before who may agree to it.
func (s *Service) askOfficer(ctx context.Context, tx *gorm.DB, actor services.Actor, staff models.Staff,
	person int64) error {
	book, err := s.Requests.links.Open(tx, staff.WardID)
	if err != nil {
		return err
	}
	others, err := s.StaffOf(tx, staff.WardID, vouchers...)
	if err != nil {
		return err
	}
	others = slices.DeleteFunc(others, func(one models.Staff) bool {
		return book.Member(one.ID).Human == book.Member(staff.ID).Human
	})
	if len(others) == 0 {
		return services.Unavailable("no_decider")
	}
	if err := tx.Model(&models.Staff{}).Where("id = ?", staff.ID).Update("officer_wanted", person).Error; err != nil {
		return fmt.Errorf("staff: %w", err)
	}
	if err := s.audit.Record(tx, actor, "staff.officer_asked", subject("staff", staff.ID),
		journal.Detail{"from": services.ID(staff.PersonID), "to": person}); err != nil {
		return err
	}
	return s.outbox.TellStaff(ctx, tx, outbox.Message{Ward: staff.WardID, Kind: outbox.OfficerAsked, Subject: outbox.Staff,
		SubjectID: staff.ID, Version: s.since(staff)}, others)
}

// since tells what is said again of a ward user from what was said: by the seconds
// that their row is old.
func (s *Service) since(staff models.Staff) int { return int(s.clock().Sub(staff.CreatedAt).Seconds()) }

// AnswerOfficer agrees to what a ward user says of who they are, or does not. Nobody
// does so for themselves under another row, nor who would be that officer
// (denied/concerns_you). What is no longer asked is conflict/officer_answered.
func (s *Service) AnswerOfficer(ctx context.Context, actor services.Actor, id, wanted int64, yes bool) error {
	if err := actor.Need(vouchers...); err != nil {
		return err
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		staff, err := staffOf(tx, actor, id)
		if err != nil {
			return err
		}
		if staff.OfficerWanted == nil || *staff.OfficerWanted != wanted {
			return services.Conflict("officer_answered")
		}
		book, err := s.Requests.links.Open(tx, staff.WardID)
		if err != nil {
			return err
		}
		if book.Member(actor.Staff).Human == book.Member(id).Human {
			return services.Denied("concerns_you")
		}
		if wanted != 0 {
			if err := s.Requests.links.Concerns(tx, actor, wanted); err != nil {
				return err
			}
			if err := s.namable(tx, actor, staff.WardID, wanted); err != nil {
				return err
			}
		}
		if err := s.RequireFresh(ctx, tx, actor, identifies); err != nil {
			return err
		}
		if yes {
			err = s.identified(tx, actor, staff, wanted)
		} else if err = tx.Model(&models.Staff{}).Where("id = ?", id).Update("officer_wanted", nil).Error; err == nil {
			err = s.audit.Record(tx, actor, "staff.officer_refused", subject("staff", id), journal.Detail{"to": wanted})
		}
		if err != nil {
			return err
		}
		return s.outbox.Tell(ctx, tx, outbox.Message{Ward: staff.WardID, Kind: outbox.OfficerDecided, Subject: outbox.Staff,
			SubjectID: id, Version: s.since(staff), Staff: id})
	})
}

// Officer is who a ward user is in the roster, and who they say they are.
type Officer struct {
	Staff       models.Staff
	Is, Says    string // names; "" for none
	Said, Waits bool   // somebody has said so; they say otherwise, and it waits
}

// OfficerOf shows it to that user, and to who may agree to it.
func (s *Service) OfficerOf(ctx context.Context, actor services.Actor, id int64) (Officer, error) {
	if actor.Staff == 0 || actor.Staff != id {
		if err := actor.Need(vouchers...); err != nil {
			return Officer{}, err
		}
	}
	db := s.store.WithContext(ctx)
	staff, err := services.Take[models.Staff](db.Omit("totp", "citizen_id"), actor, "staff", id)
	if err != nil {
		return Officer{}, err
	}
	view := Officer{Staff: staff, Said: staff.OfficerSaid || staff.PersonID != nil, Waits: staff.OfficerWanted != nil}
	var people []models.Person
	ids := []int64{services.ID(staff.PersonID), services.ID(staff.OfficerWanted)}
	if err := services.InWard(db.Select("id", "name"), staff.WardID).Find(&people, "id IN ?", ids).Error; err != nil {
		return Officer{}, fmt.Errorf("staff: %w", err)
	}
	for _, person := range people {
		if person.ID == ids[0] {
			view.Is = person.Name
		}
		if person.ID == ids[1] {
			view.Says = person.Name
		}
	}
	return view, nil
}
