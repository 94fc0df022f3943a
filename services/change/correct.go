package change

import (
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/money"
	"canbobot/services/roster"
)

// Correct puts right what was written of Proposal.Term.
type Correct struct {
	plain
	Correction Correction `json:"correction,omitzero"`
}

// Correction is what is wrong about a term; an empty field was right. The paper
// is corrected by the proposal's Decision.
type Correction struct {
	From    models.Date     `json:"from,omitzero"`
	To      models.Date     `json:"to,omitzero"`
	Running bool            `json:"running,omitzero"` // it has not ended
	Role    models.TermRole `json:"role,omitzero"`
	Acting  string          `json:"acting,omitzero"` // "yes" or "no"
	Void    bool            `json:"void,omitzero"`   // it never was
}

func init() { register[Correct]() }

func (Correct) Traits() Traits {
	return Traits{Kind: approve.Kind{Name: "correct", Place: 8, Proposers: []string{approve.ByStaff}}}
}

func (k Correct) tidy(s *Service, _ services.Actor, raw Proposal, clean *Proposal) (err error) {
	if k.Correction.Void {
		k.Correction = Correction{Void: true}
	} else if clean.Decision, err = s.paper(raw.Decision); err != nil {
		return err
	}
	clean.Term, clean.Kind = raw.Term, k
	if k.Correction == (Correction{}) && clean.Decision == (roster.Decision{}) {
		return services.Invalid("correction")
	}
	return explained(*clean)
}

// leastNote is how much staff must say who correct the roster themselves.
const leastNote = 5

func explained(p Proposal) error {
	if len([]rune(p.Note)) < leastNote {
		return services.Invalid("note_needed")
	}
	return nil
}

func (Correct) target(s *Service, tx *gorm.DB, actor services.Actor, p *plan) error {
	term, err := services.Take[models.Term](tx, actor, "term", p.proposal.Term)
	if err != nil {
		return err
	}
	p.corrects, p.proposal.Branch = &term, term.BranchID
	if p.holder, err = s.person(tx, actor, term.PersonID); err != nil {
		return err
	}
	return s.look(tx, actor, p, term.BranchID)
}

// fill lays a corrected term in the place of the one that is wrong.
func (k Correct) fill(s *Service, tx *gorm.DB, _ services.Actor, p *plan) error {
	old := *p.corrects
	if old.SupersededAt != nil {
		return services.Conflict("term_changed")
	}
	if k.Correction.Void {
		return nil
	}
	term, err := k.Correction.lay(old, p.proposal.Decision, p.view.Organization)
	if err != nil {
		return err
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
	term.Slot, err = s.roster.FreeSlot(tx, roster.NewTerm{
		Branch: p.view.Branch, Person: term.PersonID, Role: term.Role, Slot: term.Slot, From: term.From, To: term.To,
	}, old.ID)
	p.corrected = &term
	return err
}

// lay writes the correction over a term.
func (c Correction) lay(term models.Term, paper roster.Decision, organization models.Organization) (models.Term,
	error) {
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
	if paper != (roster.Decision{}) {
		term.DecisionNumber, term.DecisionDate, term.DecisionSigner = paper.Number, paper.Date, paper.Signer
	}
	if c.Role != "" && c.Role != term.Role {
		title := organization.TitleOf(c.Role)
		if title == "" || organization.HeadTitle == "" {
			return term, services.Invalid("role")
		}
		term.Role, term.Slot, term.Title = c.Role, 0, title
	}
	return term, nil
}

// equalTerms reports whether a correction leaves everything as it is.
func equalTerms(a, b models.Term) bool {
	return a.From == b.From && a.To == b.To && a.Role == b.Role && a.Acting == b.Acting &&
		a.DecisionNumber == b.DecisionNumber && a.DecisionDate == b.DecisionDate && a.DecisionSigner == b.DecisionSigner
}

func (Correct) apply(s *Service, tx *gorm.DB, p *plan, change int64) (map[string]any, error) {
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
	ended := p.corrects.EndReason == diedReason && !p.holder.DiedOn.IsZero()
	if ended && (p.corrected == nil || p.corrected.EndReason != diedReason) {
		var err error
		if p.holder, err = s.roster.SetDied(tx, p.holder, models.Date{}); err != nil {
			return nil, err
		}
		applied["alive"] = p.holder.ID
	}
	return applied, nil
}

func (Correct) rests(p plan, was *base) { was.Term = p.corrects }

// diff lists what of a term was wrong, after the post itself: its title and who
// holds it.
func (k Correct) diff(c *Card, was base) diffs {
	if was.Term == nil {
		return nil
	}
	old, correction := *was.Term, k.Correction
	list := diffs{{"term", c.SubjectName, old.Title}}
	if correction.Void {
		return list.add("void", old.From.String(), old.Title)
	}
	change := func(field, from, to string) {
		if to != "" && to != from {
			list = list.add(field, from, to)
		}
	}
	if correction.Role != "" {
		change("term_role", old.Title, c.Organization.TitleOf(correction.Role))
	}
	change("term_from", old.From.String(), correction.From.String())
	change("term_to", old.To.String(), correction.To.String())
	if correction.Running {
		list = append(list, Diff{"running", old.To.String(), ""})
	}
	if correction.Acting != "" {
		list = append(list, Diff{"acting", "", map[bool]string{true: old.Title, false: ""}[correction.Acting == "yes"]})
	}
	return list
}

// pay puts the corrected term among the holder's posts, or takes it out.
func (Correct) pay(p plan, posts map[int64][]money.Post) {
	held := slices.Clone(posts[p.holder.ID])
	wrong := func(post money.Post) bool { return post.Term.ID == p.corrects.ID }
	if p.corrected == nil {
		held = slices.DeleteFunc(held, wrong)
	} else if i := slices.IndexFunc(held, wrong); i >= 0 {
		held[i].Term = *p.corrected
	}
	posts[p.holder.ID] = held
}
