package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/vn"
)

// maxName is in runes; the longest Vietnamese names are half of it.
const maxName = 80

// cleanName is a name as it is kept: NFC, single spaces, no signs but letters,
// marks, and what stands between them. It refuses with invalid/name.
func cleanName(text string) (string, error) {
	if !utf8.ValidString(text) || len(text) > 4*maxName {
		return "", services.Invalid("name")
	}
	name := strings.Join(strings.Fields(norm.NFC.String(text)), " ")
	letters := false
	for _, r := range name {
		letters = letters || unicode.IsLetter(r)
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(" .'-’()", r) {
			return "", services.Invalid("name")
		}
	}
	if !letters || utf8.RuneCountInString(name) > maxName {
		return "", services.Invalid("name")
	}
	return name, nil
}

// What is done to ward users is done to all that they sign.
var (
	adds       = services.Guard("staff.added", "another ward user signs for the ward")
	retires    = services.Guard("staff.retired", "who could object is gone")
	identifies = services.Guard("staff.identified", "who is one human with whom decides who may sign")
)

// AddStaff adds a ward user with a code generator and an invite. The otpauth://
// address and the code are returned once: whoever has both can link as them.
// The person of the ward's roster with the same number and name is taken for
// the same human, so that they decide nothing about themselves. It refuses with
// invalid/name, phone, phone_landline or staff_role.
func (s *Service) AddStaff(ctx context.Context, actor services.Actor, ward int64, name string, role services.Role,
	number string) (models.Staff, string, string, error) {
	refuse := func(err error) (models.Staff, string, string, error) { return models.Staff{}, "", "", err }
	if err := actor.Need(services.Admin); err != nil {
		return refuse(err)
	}
	if actor.In(ward) != nil {
		return refuse(services.NotFound("ward"))
	}
	switch role {
	case services.Viewer, services.Clerk, services.Leader, services.Admin:
	default:
		return refuse(services.Invalid("staff_role"))
	}
	name, err := cleanName(name)
	if err != nil {
		return refuse(err)
	}
	e164 := ""
	if number != "" {
		if e164, err = vn.ParsePhone(number); err != nil {
			return refuse(err)
		}
	}
	sealed, address, err := s.newSecret(name)
	if err != nil {
		return refuse(err)
	}
	staff := models.Staff{WardID: ward, Name: name, Role: string(role), Phone: e164, TOTP: sealed, Active: true,
		CreatedAt: s.clock.UTC()}
	var code string
	err = s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		if _, err := s.wardOf(tx, ward); err != nil {
			return err
		}
		if err := s.RequireFresh(ctx, tx, actor, adds); err != nil {
			return err
		}
		var same models.Person
		err := services.InWard(tx, ward).Where("phone_hash = ? AND NOT phone_shared AND folded = ?", s.phoneHash(e164),
			models.Fold(name)).Take(&same).Error
		switch {
		case err == nil:
			staff.PersonID = &same.ID
		case !errors.Is(err, gorm.ErrRecordNotFound):
			return fmt.Errorf("add staff: %w", err)
		}
		if err := tx.Create(&staff).Error; err != nil {
			return fmt.Errorf("add staff: %w", err)
		}
		actor.Ward = ward
		if err := s.audit.Record(tx, actor, "staff.added", subject("staff", staff.ID),
			journal.Detail{"role": role, "person": services.ID(staff.PersonID)}); err != nil {
			return err
		}
		code, _, err = s.issue(tx, actor, owner{staff: &staff})
		return err
	})
	if err != nil {
		return refuse(err)
	}
	staff.TOTP = ""
	return staff, address, code, nil
}

// InviteStaff issues a code for a ward user who links a telephone. With renew
// they get a code generator as well, for the one they lost: the old one, and
// what was linked with it, end. The address is empty otherwise.
func (s *Service) InviteStaff(ctx context.Context, actor services.Actor, id int64, renew bool) (code, address string,
	invite models.Invite, err error) {
	if err := actor.Need(services.Admin); err != nil {
		return "", "", models.Invite{}, err
	}
	err = s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		staff, err := staffOf(tx, actor, id)
		if err != nil {
			return err
		}
		if !staff.Active {
			return services.Conflict("staff_retired")
		}
		if err := s.RequireFresh(ctx, tx, actor, invites); err != nil {
			return err
		}
		if renew {
			var sealed models.Sealed
			if sealed, address, err = s.newSecret(staff.Name); err != nil {
				return err
			}
			if err := tx.Model(&models.Staff{}).Where("id = ?", staff.ID).Update("totp", sealed).Error; err != nil {
				return fmt.Errorf("invite staff: %w", err)
			}
			if err := s.unlinkAll(tx, actor, owner{staff: &staff}, "renewed"); err != nil {
				return err
			}
		}
		code, invite, err = s.issue(tx, actor, owner{staff: &staff})
		return err
	})
	if err != nil {
		return "", "", models.Invite{}, err
	}
	return code, address, invite, nil
}

// RetireStaff ends what a ward user may do, and their links and invites with
// it. Nobody retires themselves: a ward would be left without administrator
// (denied/concerns_you). Who is the last that one of the ward's rules could be
// kept by stays (conflict/staff_needed).
func (s *Service) RetireStaff(ctx context.Context, actor services.Actor, id int64) error {
	if err := actor.Need(services.Admin); err != nil {
		return err
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		staff, err := staffOf(tx, actor, id)
		switch {
		case err != nil:
			return err
		case staff.ID == actor.Staff:
			return services.Denied("concerns_you")
		case !staff.Active:
			return services.Conflict("staff_retired")
		}
		if err := s.Requests.links.WithoutStaff(tx, staff.WardID, staff.ID); err != nil {
			return err
		}
		if err := s.RequireFresh(ctx, tx, actor, retires); err != nil {
			return err
		}
		if err := tx.Model(&models.Staff{}).Where("id = ?", staff.ID).Update("active", false).Error; err != nil {
			return fmt.Errorf("retire staff: %w", err)
		}
		to := owner{staff: &staff}
		if err := to.owns(tx.Model(&models.Invite{})).Where("used_at IS NULL AND revoked_at IS NULL").Update("revoked_at",
			s.clock.UTC()).Error; err != nil {
			return fmt.Errorf("retire staff: %w", err)
		}
		if err := s.unlinkAll(tx, actor, to, "retired"); err != nil {
			return err
		}
		actor.Ward = staff.WardID
		return s.audit.Record(tx, actor, "staff.retired", to.subject(), nil)
	})
}

// StaffIs says which person of the roster a ward user is (0 for none), so that
// they decide nothing about themselves.
func (s *Service) StaffIs(ctx context.Context, actor services.Actor, id, person int64) error {
	if err := actor.Need(services.Admin); err != nil {
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
		if person != 0 {
			row, err := personOf(tx, actor, person)
			if err != nil {
				return err
			}
			if row.WardID != staff.WardID {
				return services.NotFound("person")
			}
		}
		if err := s.RequireFresh(ctx, tx, actor, identifies); err != nil {
			return err
		}
		if err := tx.Model(&models.Staff{}).Where("id = ?", staff.ID).Update("person_id",
			services.Ref(person)).Error; err != nil {
			return fmt.Errorf("staff: %w", err)
		}
		actor.Ward = staff.WardID
		return s.audit.Record(tx, actor, "staff.identified", subject("staff", staff.ID),
			journal.Detail{"from": services.ID(staff.PersonID), "to": person})
	})
}

// staffOf reads a ward user of the actor's ward and locks the row.
func staffOf(tx *gorm.DB, actor services.Actor, id int64) (models.Staff, error) {
	return services.Take[models.Staff](services.Locked(tx), actor, "staff", id)
}

// Staff lists the ward's users, the retired ones last, without their secrets.
func (s *Service) Staff(ctx context.Context, actor services.Actor) ([]models.Staff, error) {
	if err := actor.Need(services.Clerk, services.Leader, services.Admin); err != nil {
		return nil, err
	}
	var staff []models.Staff
	err := services.InWard(s.store.WithContext(ctx).Omit("totp"), actor.Ward).Order("active DESC, id").Find(&staff).Error
	if err != nil {
		return nil, fmt.Errorf("staff: %w", err)
	}
	return staff, nil
}

// StaffOf lists who works in a ward in any of the roles, for telling them; all
// roles when none is named. It reads within the caller's transaction.
func (s *Service) StaffOf(tx *gorm.DB, ward int64, roles ...services.Role) ([]models.Staff, error) {
	query := services.InWard(tx.Omit("totp"), ward).Where("active")
	if len(roles) > 0 {
		query = query.Where("role IN ?", roles)
	}
	var staff []models.Staff
	if err := query.Order("id").Find(&staff).Error; err != nil {
		return nil, fmt.Errorf("staff: %w", err)
	}
	return staff, nil
}

// Wards lists the wards of today for a stranger to choose from: their names and
// the telephone of the office.
func (s *Service) Wards(ctx context.Context) ([]models.Ward, error) {
	var wards []models.Ward
	err := s.inForce(s.store.WithContext(ctx)).Select("id", "code", "name", "kind",
		"clerk_phone").Order("name, id").Find(&wards).Error
	if err != nil {
		return nil, fmt.Errorf("wards: %w", err)
	}
	return wards, nil
}

// wardOf reads a ward that exists today.
func (p part) wardOf(tx *gorm.DB, id int64) (models.Ward, error) {
	var ward models.Ward
	err := p.inForce(tx).Where("id = ?", id).Take(&ward).Error
	return ward, found(err, "ward")
}

func (p part) inForce(tx *gorm.DB) *gorm.DB {
	today := models.DateOf(p.clock.Local())
	return tx.Where("(valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR valid_to >= ?)", today, today)
}
