package change

import (
	"strconv"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
)

// Appoint has a newcomer take the vacant post of Proposal.Role in Proposal.Branch,
// from Proposal.From on.
type Appoint struct {
	post
	Newcomer Newcomer `json:"newcomer,omitzero"`
	Acting   bool     `json:"acting,omitzero"`
}

func init() { register[Appoint]() }

func (Appoint) Traits() Traits { return Traits{Kind: approve.Kind{Name: "appoint", Place: 1}} }

func (k Appoint) tidy(s *Service, actor services.Actor, raw Proposal, clean *Proposal) (err error) {
	clean.Branch, clean.Role = raw.Branch, raw.Role
	if err := s.tidyPost(raw, clean); err != nil {
		return err
	}
	k.Newcomer, err = s.tidyNewcomer(actor, k.Newcomer)
	clean.Kind = k
	return err
}

func (Appoint) target(s *Service, tx *gorm.DB, actor services.Actor, p *plan) error {
	return s.look(tx, actor, p, p.proposal.Branch)
}

func (k Appoint) fill(s *Service, tx *gorm.DB, actor services.Actor, p *plan) (err error) {
	// The Party cell's members are no officers of a mass organisation, which
	// alone has a head's title.
	switch p.proposal.Role {
	case models.Head, models.Deputy, models.Member:
	default:
		return services.Invalid("role")
	}
	if organization := p.view.Organization; organization.HeadTitle == "" || organization.TitleOf(p.proposal.Role) == "" {
		return services.Invalid("role")
	}
	err = s.fillOpening(tx, actor, p, &k.Newcomer, k.Acting)
	p.proposal.Kind = k
	return err
}

func (k Appoint) diff(c *Card, _ base) diffs {
	return c.coming(k.Newcomer).add("acting", "", c.actedTitle(k.Acting))
}

// coming is what an opening post changes.
func (c *Card) coming(newcomer Newcomer) diffs {
	list := diffs{}.add(string(c.Proposal.Role), c.SubjectName, c.NewcomerName).add("newcomer_phone", "", newcomer.Phone)
	if newcomer.BirthYear != 0 {
		list = list.add("birth_year", "", strconv.Itoa(newcomer.BirthYear))
	}
	return list.add("from", "", c.Proposal.From.String())
}

// actedTitle is the title that the newcomer only acts; "" where they hold it.
func (c *Card) actedTitle(acting bool) string {
	if !acting {
		return ""
	}
	return c.Organization.TitleOf(c.Proposal.Role)
}

func (k Appoint) comes() Newcomer { return k.Newcomer }

func (k Appoint) touches() ([]int64, []string) { return k.Newcomer.touches() }

func (k Appoint) keeps(detail journal.Detail) { k.Newcomer.keeps(detail) }

func (k Appoint) substance(p Proposal) Proposal {
	k.Newcomer, k.Acting = k.Newcomer.substance(), false
	p.Kind = k
	return k.post.substance(p)
}

func (k Appoint) withhold(p *Proposal, _, newcomer bool) []string {
	if newcomer {
		return nil
	}
	k.Newcomer.Phone, k.Newcomer.BirthYear = "", 0
	p.Kind = k
	return newcomersOwn
}
