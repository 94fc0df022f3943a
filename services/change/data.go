package change

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// The kinds that change no post but what is written of people and their posts:
// phone, bank, profile, correct and merge.

// leastNote is how much staff must say who correct the roster themselves.
const leastNote = 5

// tidyData cleans what of these kinds is asked without the roster.
func (s *Service) tidyData(p, clean Proposal) (Proposal, error) {
	var err error
	switch p.Kind {
	case models.ChangePhone:
		clean.Person = p.Person
		clean.Phone, err = vn.ParsePhone(p.Phone)
	case models.ChangeBank:
		clean.Person = p.Person
		clean.Account, err = s.tidyAccount(p.Account)
	case models.ChangeProfile:
		clean.Person = p.Person
		clean.Details, err = s.tidyDetails(p.Details)
	case models.ChangeCorrect:
		clean.Term, clean.Correction = p.Term, p.Correction
		if clean.Correction.Void {
			clean.Correction = Correction{Void: true}
		} else if clean.Decision, err = s.paper(p.Decision); err != nil {
			return clean, err
		}
		if clean.Correction == (Correction{}) && clean.Decision == (roster.Decision{}) {
			return clean, services.Invalid("correction")
		}
	case models.ChangeMerge:
		clean.Person, clean.Drop = p.Person, p.Drop
		if clean.Person == clean.Drop {
			return clean, services.Invalid("merge_same")
		}
	}
	if (p.Kind == models.ChangeCorrect || p.Kind == models.ChangeMerge) && err == nil && len([]rune(clean.Note)) < leastNote {
		err = services.Invalid("note_needed")
	}
	return clean, err
}

func (s *Service) tidyAccount(a Account) (Account, error) {
	held, err := vn.BankByCode(a.Bank)
	if err != nil {
		return a, err
	}
	clean := Account{Bank: held.Code}
	number, err := vn.ParseAccount(a.Number.Plain)
	if err != nil {
		return a, err
	}
	clean.Number, err = s.roster.ConcealAccount(number)
	return clean, err
}

func (s *Service) tidyDetails(d Details) (Details, error) {
	var clean Details
	var err error
	if d == clean {
		return clean, services.Invalid("details")
	}
	if d.Name != "" {
		if clean.Name, err = roster.CleanName(d.Name); err != nil {
			return clean, err
		}
	}
	today := s.today()
	year := d.BirthYear
	if !d.BirthDate.IsZero() {
		clean.BirthDate, year = d.BirthDate, d.BirthDate.Year
	} else {
		clean.BirthYear = d.BirthYear
	}
	if year != 0 && (year < today.Year-oldest || year > today.Year-youngest) {
		return clean, services.Invalid("birth_year")
	}
	if d.Citizen.Plain != "" {
		number, _, err := vn.ParseCitizen(d.Citizen.Plain)
		if err != nil {
			return clean, err
		}
		if clean.Citizen, err = s.roster.ConcealCitizen(number); err != nil {
			return clean, err
		}
	}
	return clean, nil
}

// targetData finds whom or what these kinds are about.
func (s *Service) targetData(tx *gorm.DB, actor services.Actor, p *plan) error {
	var err error
	switch kind := p.proposal.Kind; {
	case kind.OfPerson(), kind == models.ChangeMerge:
		if p.person, err = s.person(tx, actor, p.proposal.Person); err != nil {
			return err
		}
		if kind == models.ChangeMerge {
			p.newcomer, err = s.person(tx, actor, p.proposal.Drop)
		}
	case kind == models.ChangeCorrect:
		term, termErr := s.roster.Term(tx, actor, p.proposal.Term)
		if termErr != nil {
			return termErr
		}
		p.corrects = &term
		p.proposal.Branch = term.BranchID
		p.holder, err = s.person(tx, actor, term.PersonID)
	}
	return err
}

// fillData checks these kinds against the roster.
func (s *Service) fillData(tx *gorm.DB, p *plan) error {
	switch p.proposal.Kind {
	case models.ChangePhone:
		if p.proposal.Phone == p.person.Phone {
			return services.Invalid("phone_same")
		}
		return s.roster.PhoneTaken(tx, p.ward.ID, p.proposal.Phone, p.person.ID)
	case models.ChangeBank:
		if !p.person.DiedOn.IsZero() {
			return services.Conflict("person_died")
		}
		held, err := vn.BankByCode(p.proposal.Account.Bank)
		if err != nil {
			return err
		}
		if roster.SameAccount(p.person, p.proposal.Account.Number) && p.person.BankName == held.Name {
			return services.Invalid("account_same")
		}
		p.holders, err = s.roster.AccountHolders(tx, p.ward.ID, p.proposal.Account.Number, p.person.ID)
		return err
	case models.ChangeProfile:
		return s.fillDetails(tx, p)
	case models.ChangeCorrect:
		return s.fillCorrection(tx, p)
	case models.ChangeMerge:
		return s.fillMerge(tx, p)
	}
	return services.Invalid("kind")
}

func (s *Service) fillDetails(tx *gorm.DB, p *plan) error {
	d := p.proposal.Details
	same := (d.Name == "" || d.Name == p.person.Name) &&
		(d.BirthDate.IsZero() || d.BirthDate == p.person.BirthDate) &&
		(d.BirthYear == 0 || (d.BirthYear == p.person.BirthYear && p.person.BirthDate.IsZero())) &&
		(d.Citizen.IsZero() || roster.SameCitizen(p.person, d.Citizen))
	if same {
		return services.Invalid("details_same")
	}
	if d.Citizen.IsZero() {
		return nil
	}
	number, err := s.roster.Reveal(d.Citizen)
	if err != nil {
		return fmt.Errorf("open citizen id: %w", err)
	}
	return s.roster.CitizenTaken(tx, p.ward.ID, number, p.person.ID)
}

// fillCorrection lays a corrected term in the place of the one that is wrong.
func (s *Service) fillCorrection(tx *gorm.DB, p *plan) error {
	old, c := *p.corrects, p.proposal.Correction
	if old.SupersededAt != nil {
		return services.Conflict("term_changed")
	}
	if c.Void {
		return nil
	}
	term := old
	if !c.From.IsZero() {
		term.From = c.From
	}
	if !c.To.IsZero() {
		term.To = c.To
	}
	if c.Running {
		term.To, term.EndReason, term.EndChangeID = models.Date{}, "", nil
	}
	if c.Acting != "" {
		term.Acting = c.Acting == "yes"
	}
	if d := p.proposal.Decision; d != (roster.Decision{}) {
		term.DecisionNumber, term.DecisionDate, term.DecisionSigner = d.Number, d.Date, d.Signer
	}
	if c.Role != "" && c.Role != old.Role {
		organization := p.view.Organization
		if organization.TitleOf(c.Role) == "" || organization.HeadTitle == "" {
			return services.Invalid("role")
		}
		term.Role, term.Slot, term.Title = c.Role, 0, organization.TitleOf(c.Role)
	}
	first := models.NewDate(1975, 1, 1)
	switch {
	case term.From.Before(first), term.From.After(s.today().AddDays(62)):
		return services.Invalid("date_far").With("date", term.From)
	case !term.To.IsZero() && term.To.Before(term.From):
		return services.Invalid("date_before_term").With("from", term.From)
	case equalTerms(term, old):
		return services.Invalid("correction_same")
	}
	slot, err := s.roster.FreeSlot(tx, roster.NewTerm{
		Branch: p.view.Branch, Person: term.PersonID, Role: term.Role, Slot: term.Slot, From: term.From, To: term.To,
	}, old.ID)
	if err != nil {
		return err
	}
	term.Slot, p.corrected = slot, &term
	return nil
}

// equalTerms reports whether a correction leaves everything as it is.
func equalTerms(a, b models.Term) bool {
	return a.From == b.From && a.To == b.To && a.Role == b.Role && a.Acting == b.Acting &&
		a.DecisionNumber == b.DecisionNumber && a.DecisionDate == b.DecisionDate && a.DecisionSigner == b.DecisionSigner
}

// applyData writes what these kinds change.
func (s *Service) applyData(tx *gorm.DB, p *plan, change int64) (map[string]any, error) {
	applied := map[string]any{}
	var err error
	switch p.proposal.Kind {
	case models.ChangePhone:
		p.person, err = s.roster.SetPhone(tx, p.person, p.proposal.Phone)
	case models.ChangeBank:
		err = s.applyAccount(tx, p)
	case models.ChangeProfile:
		d := p.proposal.Details
		details := roster.Details{Name: d.Name, BirthDate: d.BirthDate, BirthYear: d.BirthYear}
		if details.CitizenID, err = s.roster.Reveal(d.Citizen); err == nil {
			p.person, err = s.roster.SetDetails(tx, p.person, details)
		}
	case models.ChangeCorrect:
		return s.applyCorrection(tx, p, change)
	case models.ChangeMerge:
		return s.applyMerge(tx, p)
	}
	return applied, err
}

func (s *Service) applyAccount(tx *gorm.DB, p *plan) error {
	held, err := vn.BankByCode(p.proposal.Account.Bank)
	if err != nil {
		return err
	}
	number, err := s.roster.Reveal(p.proposal.Account.Number)
	if err != nil {
		return fmt.Errorf("open account: %w", err)
	}
	p.person, err = s.roster.SetBank(tx, p.person, roster.Account{Bank: held.Name, Number: number})
	return err
}

func (s *Service) applyCorrection(tx *gorm.DB, p *plan, change int64) (map[string]any, error) {
	applied := map[string]any{"voided_term": p.corrects.ID}
	if p.corrected == nil {
		if err := s.roster.VoidTerm(tx, *p.corrects); err != nil {
			return nil, err
		}
	} else {
		corrected := *p.corrected
		corrected.ChangeID = pointer(change)
		replaced, err := s.roster.SupersedeTerm(tx, *p.corrects, corrected)
		if err != nil {
			return nil, err
		}
		applied = map[string]any{"corrected_term": p.corrects.ID, "opened_term": replaced.ID}
	}
	// Who was reported dead by mistake lives again when the end of the post is
	// taken back.
	ended := p.corrects.EndReason == "died" && !p.holder.DiedOn.IsZero()
	if ended && (p.corrected == nil || p.corrected.EndReason != "died") {
		var err error
		if p.holder, err = s.roster.SetDied(tx, p.holder, models.Date{}); err != nil {
			return nil, err
		}
		applied["alive"] = p.holder.ID
	}
	return applied, nil
}

// diffData lists what these kinds change.
func (c *Card) diffData(seen base) []Diff {
	var list []Diff
	add := func(field, from, to string) {
		if to != "" {
			list = append(list, Diff{field, from, to})
		}
	}
	switch p := c.Proposal; p.Kind {
	case models.ChangeBank:
		held, _ := vn.BankByCode(p.Account.Bank) // an unknown code was refused when it was proposed
		add("bank", seen.Bank, accountLine(held.Name, p.Account.Number.Tail))
	case models.ChangeProfile:
		add("name", seen.Name, p.Details.Name)
		birth := p.Details.BirthDate.String()
		if p.Details.BirthYear != 0 {
			birth = strconv.Itoa(p.Details.BirthYear)
		}
		add("birth_date", seen.Birth, birth)
		if !p.Details.Citizen.IsZero() {
			add("citizen_id", "", "****"+p.Details.Citizen.Tail)
		}
	case models.ChangeMerge:
		add("merge", seen.Merged, c.SubjectName)
	case models.ChangeCorrect:
		list = append(list, c.diffCorrection(seen)...)
	}
	return list
}

// diffCorrection lists what of a term was wrong. The post itself comes first,
// as the title and who holds it.
func (c *Card) diffCorrection(seen base) []Diff {
	if seen.Term == nil {
		return nil
	}
	old, correction := *seen.Term, c.Proposal.Correction
	list := []Diff{{"term", c.SubjectName, old.Title}}
	add := func(field, from, to string) {
		if from != to {
			list = append(list, Diff{field, from, to})
		}
	}
	switch {
	case correction.Void:
		return append(list, Diff{"void", old.From.String(), old.Title})
	case correction.Role != "":
		add("term_role", old.Title, c.Organization.TitleOf(correction.Role))
	}
	if !correction.From.IsZero() {
		add("term_from", old.From.String(), correction.From.String())
	}
	if !correction.To.IsZero() {
		add("term_to", old.To.String(), correction.To.String())
	}
	if correction.Running {
		list = append(list, Diff{"running", old.To.String(), ""})
	}
	if correction.Acting != "" {
		list = append(list, Diff{"acting", "", map[bool]string{true: old.Title, false: ""}[correction.Acting == "yes"]})
	}
	return list
}

// Reveal shows the account number that a request asks for, to a ward user who
// decides requests and gave a fresh code; the look is written down.
func (s *Service) Reveal(ctx context.Context, actor services.Actor, id int64) (number string, err error) {
	if err := decider(actor); err != nil {
		return "", err
	}
	err = s.write(ctx, func(tx *gorm.DB) error {
		var request models.ChangeRequest
		err := tx.Take(&request, "id = ?", id).Error
		if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && (actor.In(request.WardID) != nil || request.Kind != models.ChangeBank)) {
			return services.NotFound("change")
		}
		if err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		if err := s.staff.RequireFresh(ctx, tx, actor); err != nil {
			return err
		}
		proposal, err := decodeProposal(request)
		if err != nil {
			return err
		}
		if number, err = s.roster.Reveal(proposal.Account.Number); err != nil {
			return fmt.Errorf("open account: %w", err)
		}
		return s.audit.Record(tx, actor, "change.revealed", subjectOf(id), map[string]any{"what": "bank"})
	})
	if err != nil {
		return "", err
	}
	return number, nil
}
