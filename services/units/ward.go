package units

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// NewWard is a ward to begin with.
type NewWard struct {
	Code  string // short, stable: "bac-hong-linh"; made of the name when empty
	Name  string // "Bắc Hồng Lĩnh"
	Kind  string // "phường" or "xã"
	Phone string // the office's, E.164; may be empty
	From  models.Date
	// Organizations are those that the ward's branches may be of; known ones stay
	// as they are. Policies pay its officers from the start.
	Organizations []models.Organization
	Policies      []models.Policy
}

var wardCode = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// AddWard begins a ward, with the organisations that every ward has. Only the
// program itself does it: nobody of another ward may. A code that another ward
// has is conflict/ward_taken.
func (s *Service) AddWard(ctx context.Context, actor services.Actor, wanted NewWard) (models.Ward, error) {
	if actor.Role != services.System {
		return models.Ward{}, services.Denied("role")
	}
	name, err := cleanName(wanted.Name, "ward_name")
	if err != nil {
		return models.Ward{}, err
	}
	code := wanted.Code
	if code == "" {
		code = strings.ReplaceAll(models.Fold(name), " ", "-")
	}
	if !wardCode.MatchString(code) || len(code) > 60 {
		return models.Ward{}, services.Invalid("ward_code")
	}
	if kind := models.Fold(wanted.Kind); kind != "phuong" && kind != "xa" {
		return models.Ward{}, services.Invalid("ward_kind")
	}
	now := s.clock.UTC()
	ward := models.Ward{
		Code: code, Name: name, Kind: wanted.Kind, ClerkPhone: wanted.Phone, ValidFrom: wanted.From,
		RemindAfterHours: 48, PayDay: 5, BilledMessagePrice: 55, TemplateMessagePrice: 200, CreatedAt: now,
	}
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if len(wanted.Organizations) > 0 {
			if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&wanted.Organizations).Error; err != nil {
				return fmt.Errorf("organizations: %w", err)
			}
		}
		if err := tx.Create(&ward).Error; err != nil {
			if models.IsTaken(err) {
				return services.Conflict("ward_taken").With("code", code).Because(err)
			}
			return fmt.Errorf("add ward: %w", err)
		}
		for _, policy := range wanted.Policies {
			policy.ID, policy.WardID, policy.CreatedAt, policy.State = 0, ward.ID, now, models.PolicyInForce
			if err := tx.Create(&policy).Error; err != nil {
				return fmt.Errorf("add policy: %w", err)
			}
		}
		return s.audit.Record(tx, services.SystemActor(ward.ID), "ward.added", fmt.Sprintf("ward:%d", ward.ID),
			journal.Detail{"code": code, "name": name, "policies": len(wanted.Policies)})
	})
	return ward, err
}

// Predecessor is a unit that the ward was made of.
type Predecessor struct {
	Name     string // "xã Thuận Lộc"
	Kind     models.LinkKind
	From     models.Date // first day of the ward as it is
	Decision string
}

// AddPredecessor notes a unit that the ward came out of. One that is noted
// already is conflict/predecessor_taken.
func (s *Service) AddPredecessor(ctx context.Context, actor services.Actor, wanted Predecessor) error {
	if err := actor.Need(makers...); err != nil {
		return err
	}
	name, err := cleanName(wanted.Name, "ward_name")
	if err != nil {
		return err
	}
	switch wanted.Kind {
	case models.LinkMerge, models.LinkSplit, models.LinkRename:
	default:
		return services.Invalid("link_kind")
	}
	if wanted.From.IsZero() {
		return services.Invalid("date")
	}
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		link := models.WardLink{
			WardID: actor.Ward, PredecessorName: name, Folded: models.Fold(name), Kind: wanted.Kind, From: wanted.From,
			DecisionNumber: wanted.Decision, CreatedAt: s.clock.UTC(),
		}
		if err := tx.Create(&link).Error; err != nil {
			if models.IsTaken(err) {
				return services.Conflict("predecessor_taken").Because(err)
			}
			return fmt.Errorf("add predecessor: %w", err)
		}
		return s.audit.Record(tx, actor, "ward.predecessor", fmt.Sprintf("ward:%d", actor.Ward),
			journal.Detail{"name": name, "kind": wanted.Kind, "on": wanted.From, "decision": wanted.Decision})
	})
}

// Predecessors lists the units that the ward came out of, by name.
func (s *Service) Predecessors(ctx context.Context, actor services.Actor) ([]models.WardLink, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	var links []models.WardLink
	if err := services.InWard(s.store.WithContext(ctx),
		actor.Ward).Order("from_date, folded").Find(&links).Error; err != nil {
		return nil, fmt.Errorf("predecessors: %w", err)
	}
	return links, nil
}

var readers = []services.Role{services.Viewer, services.Clerk, services.Leader, services.Admin}
