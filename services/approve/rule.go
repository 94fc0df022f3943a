// Package approve is how a ward decides: who may propose which change, who signs
// it, a payment list, a notice or another item in which order, how many, who
// signs for the absent. The rules are data of the ward; what they mean is
// Progress, a pure function. Nobody signs twice, whichever step and whoever's
// right it is, and no party signs at all. Items are the rows of one kind; their
// moves are data, and made by one function.
package approve

import (
	"slices"
	"strings"

	"canbobot/models"
	"canbobot/services"
)

// Every stands for all kinds of requests without a rule of their own.
const Every = "*"

// Who may propose.
const (
	ByHead   = "head"   // of the branch that it is about
	ByDeputy = "deputy" // of that branch
	BySelf   = "self"   // whom it is about
	ByStaff  = "staff"  // of the ward
)

// Who may sign, by role: Any is a clerk or a leader.
const (
	Clerk  = string(services.Clerk)
	Leader = string(services.Leader)
	Any    = "any"
)

// Desks at which clerks and leaders of a ward work; bot/texts has their names.
var Desks = []string{"front", "office", "culture", "home", "finance"}

var proposers = []string{ByHead, ByDeputy, BySelf, ByStaff}

// Bounds of a rule.
const (
	maxSteps  = 5
	maxPeople = 10
	maxHours  = 30 * 24
)

// Rule says who may propose a kind of change, and who signs it or another kind of
// item, in order.
type Rule struct {
	Kind      string   `json:"kind" yaml:"kind"` // the name of a Kind, or Every
	Proposers []string `json:"proposers,omitempty" yaml:"proposers,omitempty"`
	Steps     []Step   `json:"steps" yaml:"steps"`
}

// Step is signed by People different ones who hold Role or sit at Desk.
type Step struct {
	Role          string `json:"role,omitempty" yaml:"role,omitempty"`
	Desk          string `json:"desk,omitempty" yaml:"desk,omitempty"`
	People        int    `json:"people" yaml:"people"`
	StepUp        bool   `json:"step_up,omitempty" yaml:"step_up,omitempty"`
	RemindHours   int    `json:"remind_hours,omitempty" yaml:"remind_hours,omitempty"`     // 0: the ward's
	EscalateHours int    `json:"escalate_hours,omitempty" yaml:"escalate_hours,omitempty"` // after that; 0: the ward's
}

// Allows reports whether one of the ways to propose is open.
func (r Rule) Allows(who string) bool { return slices.Contains(r.Proposers, who) }

// signs reports whether a ward user is one of those for whom the step is.
func (s Step) signs(member models.Staff) bool {
	if !mayDecide(member) {
		return false
	}
	if s.Desk != "" {
		return member.Desk == s.Desk
	}
	return s.Role == Any || s.Role == member.Role
}

func mayDecide(member models.Staff) bool {
	return member.Active && services.Actor{Role: services.Role(member.Role)}.MayDecide()
}

// people is the quorum; never nobody.
func (s Step) people() int { return max(1, s.People) }

// check refuses a rule set that is not well formed or that the ward, as it is
// staffed, could not satisfy. A refusal carries kind and step (from 1).
func check(rules []Rule, staff []models.Staff) error {
	seen := map[string]bool{}
	for _, rule := range rules {
		switch _, known := Known(rule.Kind); {
		case rule.Kind != Every && !known:
			return services.Invalid("rule_kind").With("kind", rule.Kind).With("kinds", names())
		case seen[rule.Kind]:
			return services.Invalid("rule_twice").With("kind", rule.Kind)
		}
		seen[rule.Kind] = true
		if err := rule.check(staff); err != nil {
			return err
		}
	}
	return nil
}

func (r Rule) check(staff []models.Staff) error {
	kind, _ := Known(r.Kind)
	if r.Kind == Every { // whatever the kind, the ward itself may propose it
		kind.Proposers = []string{ByStaff}
	}
	if err := r.checkProposers(kind); err != nil {
		return err
	}
	if len(r.Steps) == 0 || len(r.Steps) > maxSteps {
		return services.Invalid("rule_steps").With("kind", r.Kind).With("max", maxSteps)
	}
	for i, step := range r.Steps {
		if err := step.check(kind, i+1, len(humans(staff, step))); err != nil {
			return err
		}
	}
	if i := Unsatisfied(r.Steps, Parties{}, staff); i >= 0 {
		return services.Invalid("rule_same").With("kind", r.Kind).With("step", i+1)
	}
	return nil
}

func (r Rule) checkProposers(kind Kind) error {
	for _, who := range r.Proposers {
		if !slices.Contains(proposers, who) {
			return services.Invalid("rule_proposer").With("kind", r.Kind).With("proposer", who)
		}
	}
	if (len(r.Proposers) > 0) != kind.request() ||
		(kind.Proposers != nil && !slices.ContainsFunc(kind.Proposers, r.Allows)) {
		could := kind.Proposers
		if could == nil && kind.request() {
			could = proposers
		}
		return services.Invalid("rule_proposers").With("kind", r.Kind).With("proposers", strings.Join(could, " or "))
	}
	return nil
}

// check refuses a step, the number-th, that have humans of the ward may sign.
func (s Step) check(kind Kind, number, have int) error {
	refuse := func(code string) *services.Error {
		return services.Invalid(code).With("kind", kind.Name).With("step", number)
	}
	switch {
	case (s.Role == "") == (s.Desk == ""), s.Role != "" && !slices.Contains([]string{Clerk, Leader, Any}, s.Role):
		return refuse("rule_signer")
	case s.Desk != "" && !slices.Contains(Desks, s.Desk):
		return refuse("rule_desk").With("desk", s.Desk).With("desks", strings.Join(Desks, ", "))
	case s.People < 1 || s.People > maxPeople:
		return refuse("rule_people").With("max", maxPeople)
	case min(s.RemindHours, s.EscalateHours) < 0 || max(s.RemindHours, s.EscalateHours) > maxHours:
		return refuse("rule_hours").With("max", maxHours)
	case have < s.People:
		return refuse("rule_few").With("people", s.People).With("have", have)
	}
	return nil
}
