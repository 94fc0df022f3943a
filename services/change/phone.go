package change

import (
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/vn"
)

// Phone gives Proposal.Person another number.
type Phone struct {
	personal
	Number string `json:"phone"`
}

func init() { register[Phone]() }

func (Phone) Traits() Traits {
	return Traits{Kind: approve.Kind{Name: "phone", Place: 4, StepUp: "it proves who somebody is", ChatOff: true},
		OfPerson: true, Self: true, Proves: true, Told: true}
}

func (k Phone) tidy(_ *Service, _ services.Actor, raw Proposal, clean *Proposal) (err error) {
	k.Number, err = vn.ParsePhone(k.Number)
	clean.Person, clean.Kind = raw.Person, k
	return err
}

func (k Phone) fill(s *Service, tx *gorm.DB, _ services.Actor, p *plan) error {
	if k.Number == p.person.Phone {
		return services.Invalid("phone_same")
	}
	return s.roster.PhoneTaken(tx, p.ward.ID, k.Number, p.person.ID)
}

func (k Phone) apply(s *Service, tx *gorm.DB, p *plan, _ int64) (applied map[string]any, err error) {
	p.person, err = s.roster.SetPhone(tx, p.person, k.Number)
	return map[string]any{}, err
}

func (Phone) rests(p plan, was *base) { was.Phone = p.person.Phone }

func (Phone) outdated(_ *Service, person models.Person, was base) bool {
	return person.Phone != was.Phone
}

func (k Phone) diff(_ *Card, was base) diffs { return diffs{}.add("phone", was.Phone, k.Number) }

func (k Phone) touches() ([]int64, []string) { return nil, []string{k.Number} }

func (k Phone) keeps(detail journal.Detail) { detail["phone"] = vn.MaskPhone(k.Number) }
