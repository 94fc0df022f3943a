package change

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services/money"
)

// effects runs the calculus on the roster as the plan would leave it.
func (s *Service) effects(tx *gorm.DB, p plan) ([]EffectView, error) {
	var people []int64
	for _, id := range []int64{p.holder.ID, p.newcomer.ID, p.person.ID} {
		if id != 0 {
			people = append(people, id)
		}
	}
	if p.proposal.Kind.OfPerson() {
		return nil, nil
	}
	before := map[int64][]money.Post{}
	if len(people) > 0 {
		var err error
		if before, err = s.money.PostsOf(tx, p.ward.ID, people); err != nil {
			return nil, err
		}
	}
	after := maps.Clone(before)
	if p.ends != nil {
		posts := slices.Clone(before[p.holder.ID])
		for i := range posts {
			ending := func(term models.Term) bool { return term.ID == posts[i].Term.ID }
			if posts[i].Term.ID == p.ends.ID || slices.ContainsFunc(p.also, ending) {
				posts[i].Term.To = p.last
			}
		}
		after[p.holder.ID] = posts
	}
	if p.corrects != nil {
		after[p.holder.ID] = correctedPosts(before[p.holder.ID], *p.corrects, p.corrected)
	}
	if p.proposal.Kind == models.ChangeMerge {
		after[p.person.ID] = mergedPosts(p.person.ID, before[p.person.ID], before[p.newcomer.ID])
		after[p.newcomer.ID] = nil
	}
	if p.opens != nil {
		term := models.Term{
			WardID: p.ward.ID, BranchID: p.opens.Branch.ID, PersonID: p.newcomer.ID,
			Role: p.opens.Role, Slot: p.opens.Slot, From: p.opens.From,
		}
		posts := append([]money.Post(nil), before[p.newcomer.ID]...)
		after[p.newcomer.ID] = append(posts, money.Post{Term: term, OrganizationCode: p.opens.Branch.OrganizationCode})
	}
	effects, err := s.money.Compare(tx, p.ward.ID, before, after)
	if err != nil {
		return nil, fmt.Errorf("effect on money: %w", err)
	}
	if p.proposal.Kind == models.ChangeMerge {
		effects = netOfMerger(effects, p.person.ID, p.newcomer.ID)
	}
	return nameEffects(tx, p, effects)
}

// netOfMerger leaves out what one of two rows gains and the other loses: it is
// one human's money.
func netOfMerger(effects []money.Effect, keep, drop int64) []money.Effect {
	find := func(person int64) int {
		return slices.IndexFunc(effects, func(e money.Effect) bool { return e.Person == person })
	}
	kept, dropped := find(keep), find(drop)
	if kept < 0 || dropped < 0 {
		return effects
	}
	gain, loss := effects[kept], effects[dropped]
	opposite := func(a, b money.MonthAmount) bool { return a.Month == b.Month && a.Amount == -b.Amount }
	if gain.From != loss.From || gain.Until != loss.Until || gain.Monthly != -loss.Monthly ||
		!slices.EqualFunc(gain.Settled, loss.Settled, opposite) || !slices.EqualFunc(gain.Partial, loss.Partial, opposite) {
		return effects
	}
	return slices.DeleteFunc(effects, func(e money.Effect) bool { return e.Person == keep || e.Person == drop })
}

// correctedPosts are a person's posts with one of them as it should be; nil for
// one that never was.
func correctedPosts(posts []money.Post, old models.Term, corrected *models.Term) []money.Post {
	posts = slices.Clone(posts)
	for i := range posts {
		if posts[i].Term.ID != old.ID {
			continue
		}
		if corrected == nil {
			return slices.Delete(posts, i, i+1)
		}
		posts[i].Term = *corrected
		break
	}
	return posts
}

// mergedPosts are two people's posts as one's.
func mergedPosts(person int64, kept, dropped []money.Post) []money.Post {
	posts := slices.Clone(kept)
	for _, post := range dropped {
		post.Term.PersonID = person
		posts = append(posts, post)
	}
	return posts
}

// nameEffects names whom the money concerns: mostly who goes and who comes, and
// sometimes another who shared the post within a month.
func nameEffects(tx *gorm.DB, p plan, effects []money.Effect) ([]EffectView, error) {
	names := map[int64]string{0: p.proposal.Newcomer.Name}
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
	// PersonVersion is of the person whose data change; the rest is what is to
	// change, as it was.
	PersonVersion int    `json:"person_version,omitzero"`
	Phone         string `json:"phone,omitzero"`
	Bank          string `json:"bank,omitzero"` // name and last digits
	BankHash      string `json:"bank_hash,omitzero"`
	Name          string `json:"name,omitzero"`
	Birth         string `json:"birth,omitzero"`
	Citizen       string `json:"citizen,omitzero"` // keyed hash, in hex
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
	b := base{PersonVersion: p.person.Version, Term: p.corrects, Holders: p.holders}
	switch p.proposal.Kind {
	case models.ChangePhone:
		b.Phone = p.person.Phone
	case models.ChangeBank:
		b.Bank, b.BankHash = accountLine(p.person.BankName, p.person.BankTail), hex.EncodeToString(p.person.BankHash)
	case models.ChangeProfile:
		b.Name, b.Birth = p.person.Name, birthOf(p.person)
		b.Citizen = hex.EncodeToString(p.person.CitizenHash)
	case models.ChangeMerge:
		b.Name, b.Merged = p.person.Name, p.newcomer.Name
	}
	if p.ends != nil {
		b.To = p.ends.To
	}
	return b
}

// accountLine shows an account by its bank and its last digits.
func accountLine(bank, tail string) string {
	if tail == "" {
		return ""
	}
	return bank + " ****" + tail
}

// birthOf is a person's birth as far as it is known: yyyy-mm-dd or yyyy.
func birthOf(person models.Person) string {
	switch {
	case !person.BirthDate.IsZero():
		return person.BirthDate.String()
	case person.BirthYear != 0:
		return strconv.Itoa(person.BirthYear)
	}
	return ""
}

// changed is the code of what of the base is not so any longer; "" when all is.
// A new version of the person in which what changes is the same is no matter.
func (b base) changed(p plan) string {
	details := p.proposal.Details
	switch {
	case p.ends != nil && p.ends.To != b.To:
		return "term_changed"
	case p.person.Version == b.PersonVersion:
	case p.proposal.Kind == models.ChangePhone && p.person.Phone != b.Phone,
		p.proposal.Kind == models.ChangeBank && hex.EncodeToString(p.person.BankHash) != b.BankHash,
		p.proposal.Kind == models.ChangeProfile && details.Name != "" && p.person.Name != b.Name,
		p.proposal.Kind == models.ChangeProfile && (details.BirthYear != 0 || !details.BirthDate.IsZero()) && birthOf(p.person) != b.Birth,
		p.proposal.Kind == models.ChangeProfile && !details.Citizen.IsZero() && hex.EncodeToString(p.person.CitizenHash) != b.Citizen:
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
