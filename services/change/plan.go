package change

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
)

// plan is what a proposal means on the roster as it is.
type plan struct {
	proposal Proposal
	ward     models.Ward
	view     roster.BranchView // zero for a phone of who holds no post

	ends   *models.Term // with its last day
	last   models.Date
	holder models.Person
	also   []models.Term // the holder's further posts, which end with it: they died

	newcomer models.Person // ID 0 when not in the roster yet; of a merger, who goes up in person
	opens    *roster.NewTerm

	corrects  *models.Term // as it is
	corrected *models.Term // as it should be; nil when it never was

	person  models.Person // whose phone, account or papers
	holders int64         // others who are paid to the same account

	decider services.Actor // set when it is approved
}

// subject is who leaves, or whose data it is; 0 for an appointment.
func (p plan) subject() int64 { return max(p.holder.ID, p.person.ID) }

// target finds what a proposal is about, so that it can be told whether the
// actor may propose it before anything else of the roster is told.
func (s *Service) target(tx *gorm.DB, actor services.Actor, proposal Proposal) (plan, error) {
	p := plan{proposal: proposal}
	branch := proposal.Branch
	switch proposal.Kind {
	case models.ChangeReplace, models.ChangeLeave:
		term, err := s.roster.Term(tx, actor, proposal.Term)
		if err != nil {
			return p, err
		}
		if branch != 0 && branch != term.BranchID {
			return p, services.NotFound("term")
		}
		branch = term.BranchID
		p.ends, p.proposal.Role, p.proposal.Branch = &term, term.Role, branch
		if p.holder, err = s.person(tx, actor, term.PersonID); err != nil {
			return p, err
		}
	case models.ChangePhone, models.ChangeBank, models.ChangeProfile, models.ChangeCorrect, models.ChangeMerge:
		if err := s.targetData(tx, actor, &p); err != nil {
			return p, err
		}
		branch = p.proposal.Branch
	}
	if branch != 0 || !proposal.Kind.OfData() || proposal.Kind == models.ChangeCorrect {
		var err error
		if p.view, err = s.roster.View(tx, actor, branch); err != nil {
			return p, err
		}
	}
	ward := max(p.view.Branch.WardID, p.person.WardID)
	if err := tx.Take(&p.ward, "id = ?", ward).Error; err != nil {
		return p, fmt.Errorf("read ward: %w", err)
	}
	return p, nil
}

func (s *Service) person(tx *gorm.DB, actor services.Actor, id int64) (models.Person, error) {
	var person models.Person
	err := tx.Take(&person, "id = ?", id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && actor.In(person.WardID) != nil) {
		return person, services.NotFound("person")
	}
	if err == nil && person.MergedInto != nil {
		return person, services.Conflict("merged")
	}
	if err != nil {
		return person, fmt.Errorf("read person: %w", err)
	}
	return person, nil
}

// fill checks a proposal against the roster and completes the plan.
func (s *Service) fill(tx *gorm.DB, actor services.Actor, p *plan) error {
	switch p.proposal.Kind {
	case models.ChangePhone, models.ChangeBank, models.ChangeProfile, models.ChangeCorrect, models.ChangeMerge:
		return s.fillData(tx, p)
	case models.ChangeLeave:
		p.last = p.proposal.From
		if err := roster.Closable(*p.ends, p.last); err != nil {
			return err
		}
		return s.fillDeath(tx, p)
	case models.ChangeReplace:
		if !p.ends.To.IsZero() && p.ends.To.Before(p.proposal.From) {
			// The holder leaves by then anyway: what is left is an appointment.
			p.proposal.Kind, p.proposal.Term, p.proposal.Reason = models.ChangeAppoint, 0, ""
			p.ends, p.holder = nil, models.Person{}
			break
		}
		p.last = p.proposal.From.AddDays(-1)
		// Ending on the very day before is how it stands: nothing to close.
		if p.ends.To != p.last {
			if err := roster.Closable(*p.ends, p.last); err != nil {
				return err
			}
		}
		if err := s.fillDeath(tx, p); err != nil {
			return err
		}
	}
	return s.fillOpening(tx, actor, p)
}

// fillDeath finds the further posts of who died: all of them end.
func (s *Service) fillDeath(tx *gorm.DB, p *plan) error {
	p.also = nil
	if p.proposal.Reason != diedReason {
		return nil
	}
	if p.last.After(s.today()) {
		return services.Invalid("died_ahead")
	}
	err := tx.Where("person_id = ? AND id <> ? AND superseded_at IS NULL AND (to_date IS NULL OR to_date > ?)", p.holder.ID, p.ends.ID, p.last).
		Order("id").Find(&p.also).Error
	if err != nil {
		return fmt.Errorf("read terms: %w", err)
	}
	for _, term := range p.also {
		if term.From.After(p.last) {
			return services.Conflict("died_before_term").With("title", term.Title).With("from", term.From)
		}
	}
	return nil
}

// diedReason is the reason by which a post ends with a life.
const diedReason = "died"

// fillOpening checks who comes and that the post is theirs to take.
func (s *Service) fillOpening(tx *gorm.DB, actor services.Actor, p *plan) error {
	branch, organization := p.view.Branch, p.view.Organization
	// The Party cell's members are no officers of a mass organisation, which
	// alone has a head's title.
	if p.ends == nil {
		switch p.proposal.Role {
		case models.Head, models.Deputy, models.Member:
		default:
			return services.Invalid("role")
		}
		if organization.HeadTitle == "" || organization.TitleOf(p.proposal.Role) == "" {
			return services.Invalid("role")
		}
	}
	if !branch.ValidTo.IsZero() && branch.ValidTo.Before(p.proposal.From) {
		return services.Conflict("branch_closed").With("to", branch.ValidTo)
	}
	if err := s.fillNewcomer(tx, actor, p); err != nil {
		return err
	}
	opens := roster.NewTerm{
		Branch: branch, Person: p.newcomer.ID, Role: p.proposal.Role, Acting: p.proposal.Acting,
		From: p.proposal.From, Decision: p.proposal.Decision,
	}
	var without []int64
	if p.ends != nil {
		opens.Slot, without = p.ends.Slot, []int64{p.ends.ID}
	}
	slot, err := s.roster.FreeSlot(tx, opens, without...)
	if err != nil {
		return err
	}
	opens.Slot, p.opens = slot, &opens
	return nil
}

func (s *Service) fillNewcomer(tx *gorm.DB, actor services.Actor, p *plan) error {
	newcomer := &p.proposal.Newcomer
	if newcomer.Person == 0 {
		match, known, err := s.roster.Match(tx, p.ward.ID, newcomer.Name, newcomer.Phone)
		if err != nil {
			return err
		}
		if known {
			newcomer.Person = match.ID
		}
	}
	if newcomer.Person != 0 {
		var err error
		if p.newcomer, err = s.person(tx, actor, newcomer.Person); err != nil {
			return err
		}
		if newcomer.Name == "" {
			newcomer.Name = p.newcomer.Name
		}
	}
	switch {
	case p.newcomer.ID != 0 && p.newcomer.ID == p.holder.ID:
		return services.Invalid("same_person")
	case !p.newcomer.DiedOn.IsZero():
		return services.Conflict("newcomer_died")
	case p.newcomer.ID == 0 && newcomer.Phone == "":
		// Without a number nothing tells a namesake of who is in post from
		// that person themselves.
		for _, post := range p.view.Posts {
			if post.Person.Folded == models.Fold(newcomer.Name) {
				return services.Invalid("newcomer_namesake").With("title", post.Term.Title)
			}
		}
	}
	return nil
}

// apply changes the roster as planned; the returned ids go to the journal.
func (s *Service) apply(tx *gorm.DB, p *plan, change int64) (applied map[string]any, err error) {
	applied = map[string]any{}
	if p.proposal.Kind.OfData() {
		return s.applyData(tx, p, change)
	}
	if p.ends != nil && p.ends.To != p.last {
		reason := p.proposal.Reason
		if reason == "" {
			reason = "replaced"
		}
		closed, err := s.roster.CloseTerm(tx, *p.ends, p.last, reason, change)
		if err != nil {
			return nil, err
		}
		applied["closed_term"] = closed.ID
	}
	if p.proposal.Reason == diedReason {
		if err := s.applyDeath(tx, p, change); err != nil {
			return nil, err
		}
		applied["died"] = p.holder.ID
	}
	if p.opens == nil {
		return applied, nil
	}
	if p.newcomer.ID == 0 {
		n := p.proposal.Newcomer
		p.newcomer, err = s.roster.AddPerson(tx, p.ward.ID, roster.NewPerson{Name: n.Name, Phone: n.Phone, BirthYear: n.BirthYear})
		if err != nil {
			return nil, err
		}
		p.opens.Person, applied["added_person"] = p.newcomer.ID, p.newcomer.ID
	}
	p.opens.Change = change
	opened, err := s.roster.OpenTerm(tx, *p.opens)
	if err != nil {
		return nil, err
	}
	applied["opened_term"] = opened.ID
	return applied, nil
}

// applyDeath ends what else the dead held, and their accounts: nobody writes to
// a telephone that is with the family.
func (s *Service) applyDeath(tx *gorm.DB, p *plan, change int64) (err error) {
	for _, term := range p.also {
		if _, err := s.roster.CloseTerm(tx, term, p.last, diedReason, change); err != nil {
			return err
		}
	}
	if p.holder, err = s.roster.SetDied(tx, p.holder, p.last); err != nil {
		return err
	}
	return s.staff.EndAccounts(tx, services.SystemActor(p.ward.ID), p.holder.ID, diedReason)
}
