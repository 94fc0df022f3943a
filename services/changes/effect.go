package changes

import (
	"encoding/json"
	"fmt"
	"maps"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services/allowance"
)

// effects runs the calculus on the roster as the plan would leave it.
func (s *Service) effects(tx *gorm.DB, p plan) ([]EffectView, error) {
	var people []int64
	for _, id := range []int64{p.holder.ID, p.newcomer.ID} {
		if id != 0 {
			people = append(people, id)
		}
	}
	if p.proposal.Kind == models.ChangePhone {
		return nil, nil
	}
	before := map[int64][]allowance.Post{}
	if len(people) > 0 {
		var err error
		if before, err = s.money.PostsOf(tx, p.ward.ID, people); err != nil {
			return nil, err
		}
	}
	after := maps.Clone(before)
	if p.ends != nil {
		posts := append([]allowance.Post(nil), before[p.holder.ID]...)
		for i := range posts {
			if posts[i].Term.ID == p.ends.ID {
				posts[i].Term.To = p.last
			}
		}
		after[p.holder.ID] = posts
	}
	if p.opens != nil {
		term := models.Term{
			WardID: p.ward.ID, BranchID: p.opens.Branch.ID, PersonID: p.newcomer.ID,
			Role: p.opens.Role, Slot: p.opens.Slot, From: p.opens.From,
		}
		posts := append([]allowance.Post(nil), before[p.newcomer.ID]...)
		after[p.newcomer.ID] = append(posts, allowance.Post{Term: term, OrganizationCode: p.opens.Branch.OrganizationCode})
	}
	effects, err := s.money.Compare(tx, p.ward.ID, before, after)
	if err != nil {
		return nil, fmt.Errorf("effect on money: %w", err)
	}
	return nameEffects(tx, p, effects)
}

// nameEffects names whom the money concerns: mostly who goes and who comes, and
// sometimes another who shared the post within a month.
func nameEffects(tx *gorm.DB, p plan, effects []allowance.Effect) ([]EffectView, error) {
	names := map[int64]string{p.holder.ID: p.holder.Name, p.newcomer.ID: p.proposal.Newcomer.Name}
	if p.newcomer.ID != 0 {
		names[p.newcomer.ID] = p.newcomer.Name
	}
	var others []int64
	for _, effect := range effects {
		if _, known := names[effect.Person]; !known {
			others = append(others, effect.Person)
		}
	}
	if len(others) > 0 {
		var people []models.Person
		if err := tx.Select("id", "name").Find(&people, "id IN ? AND ward_id = ?", others, p.ward.ID).Error; err != nil {
			return nil, fmt.Errorf("read names: %w", err)
		}
		for _, person := range people {
			names[person.ID] = person.Name
		}
	}
	views := make([]EffectView, len(effects))
	for i, effect := range effects {
		views[i] = EffectView{Name: names[effect.Person], Effect: effect}
	}
	return views, nil
}

// base is what a request rests on, as its proposer saw it.
type base struct {
	// PersonVersion and Phone are of the person whose phone changes.
	PersonVersion int    `json:"person_version,omitzero"`
	Phone         string `json:"phone,omitzero"`
	// To is the last day that the ending term had already.
	To models.Date `json:"to,omitzero"`
	// Effects are kept when the request is over, so that its card goes on
	// telling what was decided.
	Effects []EffectView `json:"effects,omitempty"`
}

func baseOf(p plan) base {
	b := base{PersonVersion: p.person.Version, Phone: p.person.Phone}
	if p.ends != nil {
		b.To = p.ends.To
	}
	return b
}

// changed is the code of what of the base is not so any longer; "" when all is.
func (b base) changed(p plan) string {
	switch {
	case p.ends != nil && p.ends.To != b.To:
		return "term_changed"
	case p.person.Version != b.PersonVersion && p.person.Phone != b.Phone:
		return "person_changed" // a new version with the same number is no matter
	}
	return ""
}

func encode(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode request: %w", err)
	}
	return string(text), nil
}

func decodeProposal(request models.ChangeRequest) (Proposal, error) {
	var proposal Proposal
	if err := json.Unmarshal([]byte(request.Payload), &proposal); err != nil {
		return proposal, fmt.Errorf("payload of request %d: %w", request.ID, err)
	}
	return proposal, nil
}

func decodeBase(request models.ChangeRequest) (base, error) {
	var b base
	if err := json.Unmarshal([]byte(request.Base), &b); err != nil {
		return b, fmt.Errorf("base of request %d: %w", request.ID, err)
	}
	return b, nil
}
