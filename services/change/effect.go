package change

import (
	"encoding/json"
	"fmt"
	"maps"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
)

// effects runs the calculus on the roster as the plan would leave it.
func (s *Service) effects(tx *gorm.DB, p plan) ([]EffectView, error) {
	kind := p.proposal.Kind
	if kind.Traits().OfPerson {
		return nil, nil
	}
	var people []int64
	for _, id := range []int64{p.holder.ID, p.newcomer.ID, p.person.ID} {
		if id != 0 {
			people = append(people, id)
		}
	}
	before := map[int64][]money.Post{}
	if len(people) > 0 {
		var err error
		if before, err = s.money.PostsOf(tx, p.ward.ID, people); err != nil {
			return nil, err
		}
	}
	after := maps.Clone(before)
	kind.pay(p, after)
	effects, err := s.money.Compare(tx, p.ward.ID, before, after)
	if err != nil {
		return nil, fmt.Errorf("effect on money: %w", err)
	}
	return nameEffects(tx, p, kind.settle(p, effects))
}

// nameEffects names whom the money concerns: mostly who goes and who comes, and
// sometimes another who shared the post within a month.
func nameEffects(tx *gorm.DB, p plan, effects []money.Effect) ([]EffectView, error) {
	names := map[int64]string{0: p.proposal.Kind.comes().Name}
	for _, person := range []models.Person{p.holder, p.newcomer, p.person} {
		if person.ID != 0 {
			names[person.ID] = person.Name
		}
	}
	var others []int64
	for _, effect := range effects {
		if _, known := names[effect.Person]; !known {
			others = append(others, effect.Person)
		}
	}
	if len(others) > 0 {
		var people []models.Person
		if err := services.InWard(tx.Select("id", "name"), p.ward.ID).Find(&people, "id IN ?", others).Error; err != nil {
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
	// PersonVersion is of the person whose data change; the rest is what is to
	// change, as it was.
	PersonVersion int             `json:"person_version,omitzero"`
	Phone         string          `json:"phone,omitzero"`
	Bank          string          `json:"bank,omitzero"` // name and last digits
	BankHash      string          `json:"bank_hash,omitzero"`
	Way           models.Way      `json:"way,omitzero"`
	Holder        string          `json:"holder,omitzero"` // the name on the account, where it is another's
	Relation      models.Relation `json:"relation,omitzero"`
	Name          string          `json:"name,omitzero"`
	Birth         string          `json:"birth,omitzero"`
	Citizen       string          `json:"citizen,omitzero"` // keyed hash, in hex
	// Term is the term that is corrected, as it was.
	Term *models.Term `json:"term,omitempty"`
	// Merged is the name of who goes up in another.
	Merged string `json:"merged,omitzero"`
	// Holders counts others who are paid to the new account.
	Holders int64 `json:"holders,omitzero"`
	// To is the last day that the ending term had already.
	To models.Date `json:"to,omitzero"`
	// Effects are kept when the request is over, so that its card goes on
	// telling what was decided.
	Effects []EffectView `json:"effects,omitempty"`
}

func baseOf(p plan) base {
	was := base{PersonVersion: p.person.Version, Holders: p.holders}
	p.proposal.Kind.rests(p, &was)
	return was
}

// changed is the code of what of the base is not so any longer; "" when all is.
// A new version of the person in which what changes is the same is no matter.
func (b base) changed(s *Service, p plan) string {
	switch {
	case p.ends != nil && p.ends.To != b.To:
		return "term_changed"
	case p.person.Version != b.PersonVersion && p.proposal.Kind.outdated(s, p.person, b):
		return "person_changed"
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

func decodeBase(request models.ChangeRequest) (base, error) {
	var b base
	if err := json.Unmarshal([]byte(request.Base), &b); err != nil {
		return b, fmt.Errorf("base of request %d: %w", request.ID, err)
	}
	return b, nil
}
