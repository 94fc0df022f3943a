package identity

import (
	"context"
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

// NewStaff is who becomes a ward user. Officer is who they are in the roster;
// Citizen, a citizen's number, finds that row as well, and other rows of theirs.
// None says that they are no officer.
type NewStaff struct {
	Name    string
	Role    services.Role
	Phone   string
	Officer int64
	Citizen string
	None    bool
}

// AddStaff adds a ward user with a code generator and an invite. The otpauth://
// address and the code are returned once: whoever has both can link as them.
// Who they are in the roster is said, or found by the number and the name, or by
// the citizen's number, so that they decide nothing about themselves. It refuses
// with invalid/name, phone, phone_landline, citizen, citizen_old or staff_role,
// with not_found/person, and with conflict/staff_is_officer (id, name) where they
// are said to be none, or another, than the one that was found.
func (s *Service) AddStaff(ctx context.Context, actor services.Actor, ward int64, who NewStaff) (models.Staff, string,
	string, error) {
	refuse := func(err error) (models.Staff, string, string, error) { return models.Staff{}, "", "", err }
	if err := actor.Need(services.Admin); err != nil {
		return refuse(err)
	}
	if actor.In(ward) != nil {
		return refuse(services.NotFound("ward"))
	}
	switch who.Role {
	case services.Viewer, services.Clerk, services.Leader, services.Admin:
	default:
		return refuse(services.Invalid("staff_role"))
	}
	name, err := cleanName(who.Name)
	if err != nil {
		return refuse(err)
	}
	e164 := ""
	if who.Phone != "" {
		if e164, err = vn.ParsePhone(who.Phone); err != nil {
			return refuse(err)
		}
	}
	citizen := ""
	if who.Citizen != "" {
		if citizen, _, err = vn.ParseCitizen(who.Citizen); err != nil {
			return refuse(err)
		}
	}
	staff := models.Staff{WardID: ward, Name: name, Role: string(who.Role), Phone: e164, Active: true,
		OfficerSaid: who.Officer != 0 || who.None, CitizenID: citizen, CreatedAt: s.clock.UTC()}
	var code, address string
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
		ids, err := s.store.Reserve(tx, "staff", 1)
		if err != nil {
			return err
		}
		staff.ID = ids[0]
		if staff.TOTP, address, err = s.newSecret(ward, staff.ID, name); err != nil {
			return err
		}
		if staff.PersonID, err = s.officer(tx, actor, staff, citizen, who); err != nil {
			return err
		}
		if err := tx.Create(&staff).Error; err != nil {
			return fmt.Errorf("add staff: %w", err)
		}
		actor.Ward = ward
		if err := s.audit.Record(tx, actor, "staff.added", subject("staff", staff.ID),
			journal.Detail{"role": who.Role, "person": services.ID(staff.PersonID)}); err != nil {
			return err
		}
		code, _, err = s.issue(tx, actor, owner{staff: &staff})
		return err
	})
	if err != nil {
		return refuse(err)
	}
	staff.TOTP, staff.CitizenID = "", ""
	return staff, address, code, nil
}

// officer is who a ward user is in the roster: as was said, or else as their
// number and name, or their citizen's number, show.
func (s *Service) officer(tx *gorm.DB, actor services.Actor, staff models.Staff, citizen string,
	who NewStaff) (*int64, error) {
	var found models.Person
	err := services.InWard(tx, staff.WardID).Where("merged_into IS NULL").Where(
		tx.Where("phone_hash IN ? AND NOT phone_shared AND folded = ?", s.phoneHashes(staff.Phone), models.Fold(staff.Name)).
			Or("citizen_hash IN ?", s.vault.Hashes("citizen", citizen))).Order("id").Limit(1).Find(&found).Error
	switch {
	case err != nil:
		return nil, fmt.Errorf("add staff: %w", err)
	case found.ID != 0 && (who.None || who.Officer != 0 && who.Officer != found.ID):
		return nil, services.Conflict("staff_is_officer").With("id", found.ID).With("name", found.Name)
	case who.Officer == 0:
		return services.Ref(found.ID), nil
	}
	return services.Ref(who.Officer), s.namable(tx, actor, staff.WardID, who.Officer)
}

// namable refuses whom no user of that ward can be.
func (s *Service) namable(tx *gorm.DB, actor services.Actor, ward, person int64) error {
	row, err := personOf(tx, actor, person)
	if err == nil && row.WardID != ward {
		return services.NotFound("person")
	}
	return err
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
			if sealed, address, err = s.newSecret(staff.WardID, staff.ID, staff.Name); err != nil {
				return err
			}
			if err := tx.Model(&models.Staff{}).Where("id = ?", staff.ID).Update("totp", sealed).Error; err != nil {
				return fmt.Errorf("invite staff: %w", err)
			}
			if _, err := s.unlinkAll(tx, actor, owner{staff: &staff}, "renewed"); err != nil {
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
		if _, err := s.unlinkAll(tx, actor, to, "retired"); err != nil {
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
			if err := s.namable(tx, actor, staff.WardID, person); err != nil {
				return err
			}
		}
		if err := s.RequireFresh(ctx, tx, actor, identifies); err != nil {
			return err
		}
		return s.identified(tx, actor, staff, person)
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
	db := services.InWard(s.store.WithContext(ctx).Omit("totp", "citizen_id"), actor.Ward)
	err := db.Order("active DESC, id").Find(&staff).Error
	if err != nil {
		return nil, fmt.Errorf("staff: %w", err)
	}
	return staff, nil
}

// StaffOf lists who works in a ward in any of the roles, for telling them; all
// roles when none is named. It reads within the caller's transaction.
func (s *Service) StaffOf(tx *gorm.DB, ward int64, roles ...services.Role) ([]models.Staff, error) {
	query := services.InWard(tx.Omit("totp", "citizen_id"), ward).Where("active")
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
