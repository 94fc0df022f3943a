package change

import (
	"encoding/json"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/money"
	"canbobot/services/roster"
)

// Kind is what a request would change, as far as it is the kind's own: a value of
// it goes with the Proposal. Each kind is a file that holds all that is its own
// and registers itself; nothing outside it asks which kind it has before it.
type Kind interface {
	Traits() Traits

	// tidy cleans what is asked, without the roster: it copies into clean what of
	// raw the kind uses, and itself.
	tidy(s *Service, actor services.Actor, raw Proposal, clean *Proposal) error
	// target finds whom or what it is about.
	target(s *Service, tx *gorm.DB, actor services.Actor, p *plan) error
	// fill checks it against the roster and completes the plan.
	fill(s *Service, tx *gorm.DB, actor services.Actor, p *plan) error
	// apply changes the roster as planned; the returned ids go to the journal.
	apply(s *Service, tx *gorm.DB, p *plan, change int64) (map[string]any, error)
	// rests keeps what of the roster it rests on.
	rests(p plan, was *base)
	// diff lists what changes, what matters most first.
	diff(c *Card, was base) diffs

	// outdated reports whether what it changes of a person is not as it was.
	outdated(s *Service, person models.Person, was base) bool
	// pay makes the posts those that would be paid, and settle the effects on
	// money those that are shown.
	pay(p plan, posts map[int64][]money.Post)
	settle(p plan, effects []money.Effect) []money.Effect
	// comes is who comes, reason the code of why somebody goes.
	comes() Newcomer
	reason() string
	// touches are the people and numbers in it: none of them signs it.
	touches() (people []int64, phones []string)
	// keeps adds to a journal's entry what it keeps of it.
	keeps(detail journal.Detail)
	// reveals is the sealed number that who decides may read whole.
	reveals() roster.Secret
	// substance is a proposal without what makes no other change of it.
	substance(p Proposal) Proposal
	// withhold takes out of a proposal what is neither the subject's nor the
	// newcomer's to see, and names the fields of such differences.
	withhold(p *Proposal, subject, newcomer bool) (fields []string)
}

// Traits are what others ask of a kind without knowing which it is.
type Traits struct {
	approve.Kind
	// OfPerson: what changes is a person's own data, and no money by it.
	OfPerson bool
	Self     bool // who it is about may propose it, where the rule says so
	Alone    bool // it is never approved in one go with others
	// Proves: what proves who a person is changes by it.
	Proves bool
	// Told: who it is about hears of it before it is decided.
	Told bool
	// Family: a returned request may be sent again as another kind of it.
	Family string
}

// may reports whether anybody may propose it by one of the ways to propose.
func (t Traits) may(who string) bool {
	return t.Proposers == nil || slices.Contains(t.Proposers, who)
}

// registered is a kind as the registry has it: empty, and how a payload is read.
type registered struct {
	Kind
	read func(payload string) (Kind, error)
}

var registry = map[models.ChangeKind]registered{}

// register makes a kind known here, and to the rules of who signs it.
func register[K Kind]() {
	var empty K
	traits := empty.Traits()
	registry[models.ChangeKind(traits.Name)] = registered{empty, func(payload string) (Kind, error) {
		var kind K
		err := json.Unmarshal([]byte(payload), &kind)
		return kind, err
	}}
	approve.Register(traits.Kind)
}

// Kinds are all there are, without what a proposal would give them.
func Kinds() []Kind {
	kinds := make([]Kind, 0, len(registry))
	for _, one := range registry {
		kinds = append(kinds, one.Kind)
	}
	slices.SortFunc(kinds, func(a, b Kind) int { return a.Traits().Place - b.Traits().Place })
	return kinds
}

// plain is what most kinds do where they have nothing of their own.
type plain struct{}

func (plain) outdated(*Service, models.Person, base) bool { return false }

func (plain) pay(plan, map[int64][]money.Post) {}

func (plain) settle(_ plan, effects []money.Effect) []money.Effect { return effects }

func (plain) comes() Newcomer { return Newcomer{} }

func (plain) reason() string { return "" }

func (plain) touches() ([]int64, []string) { return nil, nil }

func (plain) keeps(journal.Detail) {}

func (plain) reveals() roster.Secret { return roster.Secret{} }

func (plain) substance(p Proposal) Proposal { return p }

func (plain) withhold(*Proposal, bool, bool) []string { return nil }

// personal is what the kinds have in common that change a person's own data.
type personal struct{ plain }

func (personal) target(s *Service, tx *gorm.DB, actor services.Actor, p *plan) (err error) {
	if p.person, err = s.person(tx, actor, p.proposal.Person); err != nil || p.proposal.Branch == 0 {
		return err
	}
	return s.look(tx, actor, p, p.proposal.Branch)
}

// substance leaves out the way by which the proposer may speak for the person.
func (personal) substance(p Proposal) Proposal {
	p.Branch = 0
	return p
}
