package money

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// admit cleans a wanted policy and refuses what cannot be one; it returns the
// policy that it replaces.
func (s *Service) admit(db *gorm.DB, actor services.Actor, wanted *models.Policy, replaces int64) (*models.Policy,
	error) {
	if err := clean(wanted); err != nil {
		return nil, err
	}
	var codes []string
	if err := db.Model(&models.Organization{}).Pluck("code", &codes).Error; err != nil {
		return nil, fmt.Errorf("organizations: %w", err)
	}
	for _, rule := range wanted.Rules {
		if rule.OrganizationCode != "" && !slices.Contains(codes, rule.OrganizationCode) {
			return nil, services.NotFound("organization").With("codes", strings.Join(codes, ", "))
		}
	}
	found, err := villagesOf(db, actor.Ward, wanted.VillageNames)
	if err != nil {
		return nil, err
	}
	wanted.Villages, wanted.VillageNames = nil, nil
	for _, village := range found {
		wanted.Villages, wanted.VillageNames = append(wanted.Villages, village.ID),
			append(wanted.VillageNames, village.Name)
	}
	var same int64
	if err := services.InWard(db.Model(&models.Policy{}), actor.Ward).Count(&same).Error; err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	wanted.Code = fmt.Sprintf("%s-%d", strings.ReplaceAll(models.Fold(wanted.Source), " ", "-"), same+1)
	return s.stands(db, actor, *wanted, replaces)
}

// stands refuses a policy that cannot be beside, or in the place of, what the ward
// pays and is about to; it returns the one that it replaces.
func (s *Service) stands(db *gorm.DB, actor services.Actor, wanted models.Policy, replaces int64) (*models.Policy,
	error) {
	var old *models.Policy
	if replaces != 0 {
		row, err := takePolicy(db, actor, replaces)
		if err != nil {
			return nil, err
		}
		switch {
		case !row.To.IsZero() && row.To.Before(wanted.From.AddDays(-1)):
			return nil, services.Conflict("policy_ended").With("to", row.To)
		case !row.From.Before(wanted.From):
			return nil, services.Conflict("policy_begun").With("from", row.From)
		case row.ReplacedByID != nil:
			return nil, services.Conflict("policy_replaced")
		case row.State != models.PolicyInForce:
			return nil, services.Conflict("policy_waits")
		}
		old = &row
	}
	var others []models.Policy
	query := services.InWard(db, actor.Ward).Preload("Rules").
		Where("LOWER(source) = LOWER(?) AND (to_date IS NULL OR to_date >= ?)", wanted.Source, wanted.From).
		Where("state <> ? AND id <> ?", models.PolicyRefused, wanted.ID)
	if !wanted.To.IsZero() {
		query = query.Where("from_date <= ?", wanted.To)
	}
	if err := query.Find(&others).Error; err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	for _, other := range others {
		if old != nil && other.ID == old.ID {
			continue
		}
		if apart(other.Villages, wanted.Villages) {
			continue
		}
		for _, a := range other.Rules {
			for _, b := range wanted.Rules {
				if a.Role == b.Role && (a.OrganizationCode == b.OrganizationCode || a.OrganizationCode == "" ||
					b.OrganizationCode == "") {
					return nil, services.Conflict("policy_overlap").With("name", other.Name).With("from", other.From)
				}
			}
		}
	}
	return old, nil
}

// apart reports whether no village has both; none stands for all.
func apart(a, b models.IDs) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(id int64) bool { return slices.Contains(b, id) })
}

// clean normalises a policy's texts and refuses numbers that cannot be meant.
func clean(p *models.Policy) error {
	for _, text := range []struct {
		value *string
		code  string
		need  bool
	}{{&p.Name, "policy_name", true}, {&p.Source, "policy_source", true}, {&p.LegalBasis, "policy_basis", true},
		{&p.Issuer, "policy_basis", false}, {&p.DeductBasis, "policy_basis", false}} {
		*text.value = strings.Join(strings.Fields(*text.value), " ")
		if (text.need && *text.value == "") || len([]rune(*text.value)) > longestLegal {
			return services.Invalid(text.code)
		}
	}
	switch {
	case p.From.IsZero() || (!p.To.IsZero() && p.To.Before(p.From)):
		return services.Invalid("policy_dates")
	case len(p.Rules) == 0 || len(p.Rules) > mostRules:
		return services.Invalid("policy_rules")
	case p.Cap < 0 || p.Cap > mostCap:
		return services.Invalid("policy_cap")
	case p.Pool != 0 && (p.Pool < leastAmount || p.Pool > mostCap):
		return services.Invalid("policy_pool")
	case p.ActingPercent < 0 || p.ActingPercent > 100:
		return services.Invalid("policy_percent")
	case p.DeductPercent < 0 || p.DeductPercent > 10_000 || p.DeductAmount < 0 || p.DeductAmount > mostAmount ||
		p.DeductPercent > 0 && p.DeductAmount > 0:
		return services.Invalid("policy_deduction")
	case (p.DeductPercent > 0 || p.DeductAmount > 0) != (p.DeductBasis != ""):
		return services.Invalid("policy_deduction_basis")
	}
	switch p.Accrual {
	case models.FullIfOnDay:
		if p.AccrualDays < 1 || p.AccrualDays > 28 {
			return services.Invalid("policy_days").With("max", 28)
		}
		p.AccrualPercent = 0
	case models.FullFrom:
		if p.AccrualDays < 1 || p.AccrualDays > 28 {
			return services.Invalid("policy_days").With("max", 28)
		}
		if p.AccrualPercent < 0 || p.AccrualPercent > 100 {
			return services.Invalid("policy_percent")
		}
	case models.NextMonth, models.ByDay:
		p.AccrualDays, p.AccrualPercent = 0, 0
	default:
		return services.Invalid("policy_accrual")
	}
	switch p.Stacking {
	case models.StackAll, models.StackHighest:
		p.StackingPercent = 0
	case models.StackPercent:
		if p.StackingPercent < 1 || p.StackingPercent > 100 {
			return services.Invalid("policy_percent")
		}
	default:
		return services.Invalid("policy_stacking")
	}
	seen := map[string]bool{}
	for _, rule := range p.Rules {
		key := string(rule.Role) + " " + rule.OrganizationCode
		switch {
		case Rank(rule.Role) < 0 || seen[key]:
			return services.Invalid("policy_role")
		case (rule.Amount != 0) == (rule.Coefficient != 0):
			return services.Invalid("policy_amount")
		case rule.Amount != 0 && (rule.Amount < leastAmount || rule.Amount > mostAmount):
			return services.Invalid("policy_amount")
		case rule.Coefficient < 0 || rule.Coefficient > mostCoefficient:
			return services.Invalid("policy_coefficient").With("max", mostCoefficient/1000)
		}
		seen[key] = true
	}
	return nil
}
