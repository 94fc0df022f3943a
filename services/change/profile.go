package change

import (
	"encoding/hex"
	"strconv"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// Profile mends what the page of Proposal.Person says.
type Profile struct {
	personal
	Details Details `json:"details"`
}

// Details are what a person's page should say; an empty field stays as it is.
type Details struct {
	Name      string        `json:"name,omitzero"`
	BirthDate models.Date   `json:"birth_date,omitzero"`
	BirthYear int           `json:"birth_year,omitzero"`
	Citizen   roster.Secret `json:"citizen,omitzero"`
}

func init() { register[Profile]() }

// Traits of a profile: a citizen's number is given by who it is of, or the ward.
func (k Profile) Traits() Traits {
	traits := Traits{Kind: approve.Kind{Name: "profile", Place: 6}, OfPerson: true, Self: true}
	if !k.Details.Citizen.IsZero() {
		traits.Proposers, traits.Proves = []string{approve.BySelf, approve.ByStaff}, true
	}
	return traits
}

func (k Profile) tidy(s *Service, _ services.Actor, raw Proposal, clean *Proposal) (err error) {
	k.Details, err = s.tidyDetails(k.Details)
	clean.Person, clean.Kind = raw.Person, k
	return err
}

func (s *Service) tidyDetails(d Details) (clean Details, err error) {
	if d == clean {
		return clean, services.Invalid("details")
	}
	if d.Name != "" {
		if clean.Name, err = roster.CleanName(d.Name); err != nil {
			return clean, err
		}
	}
	year := d.BirthYear
	if !d.BirthDate.IsZero() {
		clean.BirthDate, year = d.BirthDate, d.BirthDate.Year
	} else {
		clean.BirthYear = d.BirthYear
	}
	if err := s.born(year); err != nil {
		return clean, err
	}
	if d.Citizen.Plain != "" {
		number, _, err := vn.ParseCitizen(d.Citizen.Plain)
		if err != nil {
			return clean, err
		}
		if clean.Citizen, err = s.roster.Secrets.ConcealCitizen(number); err != nil {
			return clean, err
		}
	}
	return clean, nil
}

func (k Profile) fill(s *Service, tx *gorm.DB, _ services.Actor, p *plan) error {
	d := k.Details
	same := (d.Name == "" || d.Name == p.person.Name) &&
		(d.BirthDate.IsZero() || d.BirthDate == p.person.BirthDate) &&
		(d.BirthYear == 0 || (d.BirthYear == p.person.BirthYear && p.person.BirthDate.IsZero())) &&
		(d.Citizen.IsZero() || s.roster.Secrets.SameCitizen(p.person, d.Citizen))
	if same {
		return services.Invalid("details_same")
	}
	if d.Citizen.IsZero() {
		return nil
	}
	return s.roster.CitizenTaken(tx, p.ward.ID, d.Citizen, p.person.ID)
}

func (k Profile) apply(s *Service, tx *gorm.DB, p *plan, _ int64) (map[string]any, error) {
	d := k.Details
	person, err := s.roster.SetDetails(tx, p.person,
		roster.Details{Name: d.Name, BirthDate: d.BirthDate, BirthYear: d.BirthYear, Citizen: d.Citizen})
	p.person = person
	return map[string]any{}, err
}

func (Profile) rests(p plan, was *base) {
	was.Name, was.Birth, was.Citizen = p.person.Name, birthOf(p.person.BirthDate, p.person.BirthYear),
		hex.EncodeToString(p.person.CitizenHash)
}

func (k Profile) outdated(s *Service, person models.Person, was base) bool {
	d := k.Details
	same, err := s.roster.Secrets.IsCitizen(person, was.Citizen)
	return d.Name != "" && person.Name != was.Name ||
		birthOf(d.BirthDate, d.BirthYear) != "" && birthOf(person.BirthDate, person.BirthYear) != was.Birth ||
		!d.Citizen.IsZero() && (err != nil || !same)
}

// birthOf is a person's birth as far as it is known: yyyy-mm-dd or yyyy.
func birthOf(day models.Date, year int) string {
	if day.IsZero() && year != 0 {
		return strconv.Itoa(year)
	}
	return day.String()
}

func (k Profile) diff(_ *Card, was base) (list diffs) {
	d := k.Details
	if d.Name != "" {
		list = list.add("name", was.Name, d.Name)
	}
	if birth := birthOf(d.BirthDate, d.BirthYear); birth != "" {
		list = list.add("birth_date", was.Birth, birth)
	}
	if !d.Citizen.IsZero() {
		list = list.add("citizen_id", "", "****"+d.Citizen.Tail)
	}
	return list
}

func (k Profile) substance(p Proposal) Proposal {
	k.Details.Name, k.Details.Citizen = models.Fold(k.Details.Name), marked(k.Details.Citizen)
	p.Kind = k
	return k.personal.substance(p)
}

func (Profile) withhold(p *Proposal, subject, _ bool) []string {
	if subject {
		return nil
	}
	p.Kind = Profile{}
	return []string{"citizen_id", "birth_date"}
}
