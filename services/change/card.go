package change

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// Card shows a request: to the ward's users, to who proposed it and, once it is
// approved, to those whom it concerns, without what is others' own.
func (s *Service) Card(ctx context.Context, actor services.Actor, id int64) (Card, error) {
	if err := actor.Need(append(readers, services.Officer)...); err != nil {
		return Card{}, err
	}
	tx := s.store.WithContext(ctx)
	request, proposal, err := s.read(tx, actor, id)
	if err != nil {
		return Card{}, err
	}
	if actor.Role == services.Officer && !proposed(actor, request) && !concerned(actor, request, proposal) {
		return Card{}, services.NotFound("change")
	}
	return s.card(tx, actor, request, proposal)
}

// concerned reports whether a request is about the officer: once it is approved
// and, for where their money goes, from the beginning.
func concerned(actor services.Actor, request models.ChangeRequest, proposal Proposal) bool {
	switch person := actor.Person; {
	case person == 0:
		return false
	case proposal.Kind.Traits().Told:
		return person == value(request.SubjectID)
	default:
		return request.State == models.ChangeApproved &&
			(person == value(request.SubjectID) || person == value(request.NewcomerID))
	}
}

// card puts together what is shown of a request, or of a preview (ID 0).
func (s *Service) card(tx *gorm.DB, actor services.Actor, request models.ChangeRequest, proposal Proposal) (Card,
	error) {
	card := Card{Request: request, Proposal: proposal}
	seen, err := decodeBase(request)
	if err != nil {
		return card, err
	}
	if request.BranchID != nil {
		view, err := s.roster.View(tx, services.SystemActor(request.WardID), *request.BranchID)
		if err != nil {
			return card, err
		}
		card.Branch, card.Village, card.Organization = view.Branch, view.Village, view.Organization
	}
	names, err := namesOf(tx, []models.ChangeRequest{request})
	if err != nil {
		return card, err
	}
	card.SubjectName, card.ProposerName = names.people[value(request.SubjectID)], names.proposer(request)
	card.NewcomerName = cmp.Or(names.people[value(request.NewcomerID)], proposal.Kind.comes().Name)
	card.DeciderName = names.staff[value(request.DecidedByStaffID)]
	if card.ProposerTitle, err = s.titleOf(tx, request); err != nil {
		return card, err
	}
	card.Diff = card.diff(seen)
	if actor.IsStaff() { // to an officer it would tell whether somebody else is paid on an account
		card.Holders = seen.Holders
	}
	card.Effects = seen.Effects
	if request.ID == 0 || request.State.Open() {
		_, effects, err := s.revisit(tx, request, card.Proposal)
		if err != nil && services.CodeOf(err) != "stale" {
			return card, err
		}
		if err != nil {
			card.Stale = staleWhy(err)
		}
		card.Effects = effects
	}
	if until := request.HeldUntil; until != nil && request.State.Open() && s.clock.UTC().Before(*until) {
		card.Held = until
	}
	if request.ID != 0 {
		if card.Files, err = s.evidence.Count(tx, request.ID); err != nil {
			return card, err
		}
	}
	if card.Others, err = others(tx, actor, request, card.Proposal); err != nil {
		return card, err
	}
	if request.ID == 0 {
		return card, nil
	}
	if err := tx.Order("version").Find(&card.Events, "change_id = ?", request.ID).Error; err != nil {
		return card, fmt.Errorf("read events: %w", err)
	}
	if err := s.cardApproval(tx, actor, &card); err != nil {
		return card, err
	}
	if actor.Role == services.Officer && !proposed(actor, request) {
		card.withhold(actor.Person)
	}
	return card, nil
}

func staleWhy(err error) string {
	refusal := (*services.Error)(nil)
	errors.As(err, &refusal)
	why, _ := refusal.Fields["why"].(string)
	return why
}

// withhold leaves a person the part of a card that is about them: others'
// money and numbers, notes and further requests are not.
func (c *Card) withhold(person int64) {
	c.Effects = slices.DeleteFunc(c.Effects, func(e EffectView) bool { return e.Person != person })
	hidden := c.Proposal.Kind.withhold(&c.Proposal, person == value(c.Request.SubjectID),
		person == value(c.Request.NewcomerID))
	hidden = append(hidden, "note")
	c.Diff = slices.DeleteFunc(c.Diff, func(d Diff) bool { return slices.Contains(hidden, d.Field) })
	c.Proposal.Note, c.Others = "", nil
	c.Request.Payload, c.Request.Base = "", ""
}

// diff lists what changes, and by which paper.
func (c *Card) diff(seen base) []Diff {
	p := c.Proposal
	return p.Kind.diff(c, seen).
		add("decision", "", p.Decision.Number).
		add("decision_date", "", p.Decision.Date.String()).
		add("decision_signer", "", p.Decision.Signer).
		add("note", "", p.Note)
}

// titleOf is what the proposer is called: by their post in the request's branch
// or, if they have none there, by their first one. Ward users have none.
func (s *Service) titleOf(tx *gorm.DB, request models.ChangeRequest) (string, error) {
	if request.ProposerPersonID == nil {
		return "", nil
	}
	day := s.today()
	if !request.SubmittedAt.IsZero() {
		day = models.DateOf(request.SubmittedAt.In(services.Zone))
	}
	var terms []models.Term
	err := tx.Where("person_id = ? AND superseded_at IS NULL AND from_date <= ? AND (to_date IS NULL OR to_date >= ?)",
		*request.ProposerPersonID, day, day).
		Order("id").Find(&terms).Error
	if err != nil {
		return "", fmt.Errorf("read terms: %w", err)
	}
	for _, term := range terms {
		if term.BranchID == value(request.BranchID) {
			return term.Title, nil
		}
	}
	if len(terms) > 0 {
		return terms[0].Title, nil
	}
	return "", nil
}

// most other requests that a card shows.
const maxOthers = 10

// others finds the open requests that touch the same post or the same people.
// A preview leaves the proposer's own returned ones out: it may be of one of
// those, mended.
func others(tx *gorm.DB, actor services.Actor, request models.ChangeRequest,
	proposal Proposal) ([]Summary, error) {
	people := peopleOf(request)
	query := services.InWard(tx, request.WardID).Where("id <> ? AND state IN ?", request.ID, openStates)
	touching := tx.Where("branch_id = ?", value(request.BranchID))
	if len(people) > 0 {
		touching = touching.Or("subject_id IN ?", people).Or("newcomer_id IN ?", people)
	}
	var open []models.ChangeRequest
	if err := query.Where(touching).Order("id").Find(&open).Error; err != nil {
		return nil, fmt.Errorf("read other requests: %w", err)
	}
	var touched []models.ChangeRequest
	for _, other := range open {
		if request.ID == 0 && other.State == models.ChangeReturned && proposed(actor, other) {
			continue
		}
		theirs, err := decodeProposal(other)
		if err != nil {
			return nil, err
		}
		samePost := proposal.Role != "" && theirs.Role == proposal.Role && theirs.Branch == proposal.Branch
		samePerson := slices.ContainsFunc(people, func(id int64) bool {
			return id == value(other.SubjectID) || id == value(other.NewcomerID)
		})
		if (samePost || samePerson) && len(touched) < maxOthers {
			touched = append(touched, other)
		}
	}
	return summaries(tx, touched)
}

var reveals = services.Guard("change.revealed", "a whole number is read")

// Reveal shows the account number that a request asks for, to a ward user who
// decides requests and gave a fresh code; the look is written down.
func (s *Service) Reveal(ctx context.Context, actor services.Actor, id int64) (number string, err error) {
	if err := decider(actor); err != nil {
		return "", err
	}
	err = s.write(ctx, func(tx *gorm.DB) error {
		request, proposal, err := s.read(tx, actor, id)
		if err != nil {
			return err
		}
		sealed := proposal.Kind.reveals()
		if sealed.IsZero() {
			return services.NotFound("change")
		}
		if err := s.staff.RequireFresh(ctx, tx, actor, reveals); err != nil {
			return err
		}
		number, err = s.roster.ShowSecret(tx, actor, journal.Look{Action: "change.revealed", Subject: subjectOf(id),
			Detail: journal.Detail{"what": string(request.Kind)}, People: peopleOf(request)}, sealed)
		return err
	})
	if err != nil {
		return "", err
	}
	return number, nil
}

// peopleOf are those of the roster whom a request is about.
func peopleOf(request models.ChangeRequest) []int64 {
	people := []int64{value(request.SubjectID), value(request.NewcomerID)}
	return slices.DeleteFunc(people, func(id int64) bool { return id == 0 })
}

// read finds a request of the actor's ward, with what it would change.
func (s *Service) read(tx *gorm.DB, actor services.Actor, id int64) (models.ChangeRequest, Proposal, error) {
	var request models.ChangeRequest
	err := tx.Take(&request, "id = ?", id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && actor.In(request.WardID) != nil) {
		return request, Proposal{}, services.NotFound("change")
	}
	if err != nil {
		return request, Proposal{}, fmt.Errorf("read request %d: %w", id, err)
	}
	proposal, err := decodeProposal(request)
	return request, proposal, err
}
