// Package approvals is how a ward decides: who may propose which change, who
// signs it in which order, how many, who signs for the absent. The rules are
// data of the ward; what they mean is Progress, a pure function. Nobody signs
// twice, whichever step and whoever's right it is, and no party signs at all.
package approve

import (
	"slices"
	"strings"

	"canbobot/models"
	"canbobot/services"
)

// Every stands for all kinds without a rule of their own.
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

// Rule says who may propose a kind of change and who signs it, in order.
type Rule struct {
	Kind      string   `json:"kind" yaml:"kind"` // a models.ChangeKind, or Every
	Proposers []string `json:"proposers" yaml:"proposers"`
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

// Default is the rule of a ward that has none: any clerk or leader decides.
func Default(kind models.ChangeKind, deputies bool) Rule {
	rule := Rule{Kind: string(kind), Proposers: []string{ByHead, BySelf, ByStaff}, Steps: []Step{{Role: Any, People: 1, StepUp: needsCode(kind)}}}
	if deputies {
		rule.Proposers = append(rule.Proposers, ByDeputy)
	}
	return rule
}

// check refuses a rule set that is not well formed or that the ward, as it is
// staffed, could not satisfy. A refusal carries kind and step (from 1).
func check(rules []Rule, staff []models.Staff) error {
	seen := map[string]bool{}
	for _, rule := range rules {
		_, known := Known(models.ChangeKind(rule.Kind))
		switch {
		case rule.Kind != Every && !known:
			return services.Invalid("rule_kind").With("kind", rule.Kind)
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
	for _, who := range r.Proposers {
		if !slices.Contains(proposers, who) {
			return services.Invalid("rule_proposer").With("kind", r.Kind).With("proposer", who)
		}
	}
	kind, _ := Known(models.ChangeKind(r.Kind))
	if r.Kind == Every { // whatever the kind, the ward itself may propose it
		kind.Proposers = []string{ByStaff}
	}
	if len(r.Proposers) == 0 || (kind.Proposers != nil && !slices.ContainsFunc(kind.Proposers, r.Allows)) {
		return services.Invalid("rule_proposers").With("kind", r.Kind)
	}
	if len(r.Steps) == 0 || len(r.Steps) > maxSteps {
		return services.Invalid("rule_steps").With("kind", r.Kind).With("max", maxSteps)
	}
	for i, step := range r.Steps {
		refuse := func(code string) *services.Error {
			return services.Invalid(code).With("kind", r.Kind).With("step", i+1)
		}
		switch {
		case (step.Role == "") == (step.Desk == ""), step.Role != "" && !slices.Contains([]string{Clerk, Leader, Any}, step.Role):
			return refuse("rule_signer")
		case step.Desk != "" && !slices.Contains(Desks, step.Desk):
			return refuse("rule_desk").With("desk", step.Desk).With("desks", strings.Join(Desks, ", "))
		case step.People < 1 || step.People > maxPeople:
			return refuse("rule_people").With("max", maxPeople)
		case min(step.RemindHours, step.EscalateHours) < 0 || max(step.RemindHours, step.EscalateHours) > maxHours:
			return refuse("rule_hours").With("max", maxHours)
		case kind.StepUp && !step.StepUp:
			return refuse("rule_step_up")
		}
		if have := len(humans(staff, step)); have < step.People {
			return refuse("rule_few").With("people", step.People).With("have", have)
		}
	}
	if i := Unsatisfied(r.Steps, Parties{}, staff); i >= 0 {
		return services.Invalid("rule_same").With("kind", r.Kind).With("step", i+1)
	}
	return nil
}
