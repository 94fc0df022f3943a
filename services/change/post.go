package change

import (
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/money"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// post is what the kinds have in common by which somebody comes to a post or
// goes from it.
type post struct{ plain }

// Newcomer is who comes. Staff may name a person of the roster; for others the
// phone number tells whether the newcomer is in it, under the same name.
type Newcomer struct {
	Person    int64  `json:"person,omitzero"`
	Name      string `json:"name,omitzero"`
	Phone     string `json:"phone,omitzero"`
	BirthYear int    `json:"birth_year,omitzero"`
}

// newcomersOwn are the fields of a difference that are the newcomer's own.
var newcomersOwn = []string{"newcomer_phone", "birth_year"}

func (n Newcomer) touches() (people []int64, phones []string) {
	return []int64{n.Person}, []string{n.Phone}
}

func (n Newcomer) keeps(detail journal.Detail) {
	detail["newcomer"], detail["newcomer_phone"] = n.Person, vn.MaskPhone(n.Phone)
}

// substance leaves out the spelling of a name and what else makes nobody another.
func (n Newcomer) substance() Newcomer {
	if n.Person != 0 {
		return Newcomer{Person: n.Person}
	}
	return Newcomer{Name: models.Fold(n.Name), Phone: n.Phone}
}

// tidyPost cleans the day and the paper.
func (s *Service) tidyPost(raw Proposal, clean *Proposal) (err error) {
	if clean.From, err = s.day(raw.From); err != nil {
		return err
	}
	clean.Decision, err = s.paper(raw.Decision)
	return err
}

func (s *Service) tidyNewcomer(actor services.Actor, n Newcomer) (Newcomer, error) {
	if n.Person != 0 && actor.Role != services.Officer {
		return Newcomer{Person: n.Person}, nil
	}
	// An officer who could name people by id could read the ward's names.
	n.Person = 0
	var err error
	if n.Name, err = roster.CleanName(n.Name); err != nil {
		return n, err
	}
	if n.Phone != "" {
		if n.Phone, err = vn.ParsePhone(n.Phone); err != nil {
			return n, err
		}
	}
	return n, s.born(n.BirthYear)
}

// targetTerm finds the term that ends, and with it the post and its branch.
func (s *Service) targetTerm(tx *gorm.DB, actor services.Actor, p *plan) error {
	term, err := services.Take[models.Term](tx, actor, "term", p.proposal.Term)
	if err != nil {
		return err
	}
	if branch := p.proposal.Branch; branch != 0 && branch != term.BranchID {
		return services.NotFound("term")
	}
	p.ends, p.proposal.Role, p.proposal.Branch = &term, term.Role, term.BranchID
	if p.holder, err = s.person(tx, actor, term.PersonID); err != nil {
		return err
	}
	return s.look(tx, actor, p, term.BranchID)
}

// fillOpening checks who comes and that the post is theirs to take.
func (s *Service) fillOpening(tx *gorm.DB, actor services.Actor, p *plan, newcomer *Newcomer, acting bool) error {
	branch := p.view.Branch
	if !branch.ValidTo.IsZero() && branch.ValidTo.Before(p.proposal.From) {
		return services.Conflict("branch_closed").With("to", branch.ValidTo)
	}
	if err := s.fillNewcomer(tx, actor, p, newcomer); err != nil {
		return err
	}
	opens := roster.NewTerm{
		Branch: branch, Person: p.newcomer.ID, Role: p.proposal.Role, Acting: acting,
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

func (s *Service) fillNewcomer(tx *gorm.DB, actor services.Actor, p *plan, newcomer *Newcomer) error {
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

// rests keeps the last day that the ending term had already.
func (post) rests(p plan, was *base) {
	if p.ends != nil {
		was.To = p.ends.To
	}
}

// substance leaves out the paper.
func (post) substance(p Proposal) Proposal {
	p.Decision = roster.Decision{}
	return p
}

// apply closes what ends and opens what begins.
func (post) apply(s *Service, tx *gorm.DB, p *plan, change int64) (map[string]any, error) {
	applied := map[string]any{}
	if p.ends != nil && p.ends.To != p.last {
		reason := p.proposal.Kind.reason()
		if reason == "" {
			reason = "replaced"
		}
		closed, err := s.roster.CloseTerm(tx, *p.ends, p.last, reason, change)
		if err != nil {
			return nil, err
		}
		applied["closed_term"] = closed.ID
	}
	if p.proposal.Died() {
		if err := s.applyDeath(tx, p, change); err != nil {
			return nil, err
		}
		applied["died"] = p.holder.ID
	}
	if p.opens == nil {
		return applied, nil
	}
	return applied, s.applyOpening(tx, p, change, applied)
}

func (s *Service) applyOpening(tx *gorm.DB, p *plan, change int64, applied map[string]any) (err error) {
	if p.newcomer.ID == 0 {
		n := p.proposal.Kind.comes()
		added := roster.NewPerson{Name: n.Name, Phone: n.Phone, BirthYear: n.BirthYear}
		if p.newcomer, err = s.roster.AddPerson(tx, p.ward.ID, added); err != nil {
			return err
		}
		p.opens.Person, applied["added_person"] = p.newcomer.ID, p.newcomer.ID
	}
	p.opens.Change = change
	opened, err := s.roster.OpenTerm(tx, *p.opens)
	applied["opened_term"] = opened.ID
	return err
}

// pay ends the posts of who goes and gives the newcomer theirs.
func (post) pay(p plan, posts map[int64][]money.Post) {
	if p.ends != nil {
		held := slices.Clone(posts[p.holder.ID])
		for i := range held {
			ending := func(term models.Term) bool { return term.ID == held[i].Term.ID }
			if held[i].Term.ID == p.ends.ID || slices.ContainsFunc(p.also, ending) {
				held[i].Term.To = p.last
			}
		}
		posts[p.holder.ID] = held
	}
	if p.opens != nil {
		term := models.Term{
			WardID: p.ward.ID, BranchID: p.opens.Branch.ID, PersonID: p.newcomer.ID,
			Role: p.opens.Role, Slot: p.opens.Slot, From: p.opens.From,
		}
		taken := money.Post{Term: term, OrganizationCode: p.opens.Branch.OrganizationCode,
			VillageID: p.opens.Branch.VillageID}
		posts[p.newcomer.ID] = append(slices.Clone(posts[p.newcomer.ID]), taken)
	}
}
