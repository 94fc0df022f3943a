package command

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"canbobot/app"
	"canbobot/services"
	"canbobot/services/ward"
)

type rulesCommand struct {
	Show rulesShowCommand `cmd:"" help:"Print a ward's rules of approval, in the form that set reads."`
	Set  rulesSetCommand  `cmd:"" help:"Put the rules of a file in the place of those a ward has."`

	Hands rulesHandsCommand `cmd:"" help:"Say for how long who proved somebody signs nothing about their money."`
	Hold  rulesHoldCommand  `cmd:"" help:"Say for how long a chat or a number is young, by which an account is asked for."`
}

type rulesHandsCommand struct {
	Days int    `arg:"" help:"0 to 366; 0 is for a ward that has one user alone."`
	Ward string `help:"Code of the ward." required:"" placeholder:"CODE"`
}

func (rulesHandsCommand) Help() string {
	return "Who handed out an officer's code, agreed to their link or gave them a number does not sign where their " +
		"money goes, for 30 days where nothing else is said.\n\nExample: canbobot rules hands 60 --ward bac-hong-linh"
}

func (c rulesHandsCommand) Run(p *process) error {
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		return ruleAdvice(ward.Approvals.SetHandsDays(p.ctx, actor, c.Days))
	})
}

type rulesHoldCommand struct {
	Days int    `arg:"" help:"0 to 366; 0 holds nothing."`
	Ward string `help:"Code of the ward." required:"" placeholder:"CODE"`
}

func (rulesHoldCommand) Help() string {
	return "An account that an officer asks for from a chat, or with a number, younger than that takes two\n" +
		"signatures, or waits until it is older; 7 days where nothing else is said.\n\n" +
		"Example: canbobot rules hold 7 --ward bac-hong-linh"
}

func (c rulesHoldCommand) Run(p *process) error {
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		return ruleAdvice(ward.Approvals.SetHoldDays(p.ctx, actor, c.Days))
	})
}

type rulesShowCommand struct {
	Ward string `help:"Code of the ward." required:"" placeholder:"CODE"`
}

func (rulesShowCommand) Help() string {
	return "Example: canbobot rules show --ward bac-hong-linh > rules.yaml"
}

func (c rulesShowCommand) Run(p *process) error {
	return p.inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		own, all, err := ward.Approvals.Rules(p.ctx, actor)
		if err != nil {
			return err
		}
		if len(own) == 0 {
			if _, err := fmt.Fprintln(p.stdout, "# The ward has set no rules; these go without saying."); err != nil {
				return err
			}
			own = all
		}
		encoder := yaml.NewEncoder(p.stdout)
		encoder.SetIndent(2)
		return errors.Join(encoder.Encode(app.RuleFile{Rules: own}), encoder.Close())
	})
}

type rulesSetCommand struct {
	File string `arg:"" help:"${rules_file}" placeholder:"FILE"`
	Ward string `help:"Code of the ward." required:"" placeholder:"CODE"`
}

func (rulesSetCommand) Help() string {
	return `Requests that are waiting are decided by the rules of the day they were sent. ` +
		`docs/approvals.md says what a rule may say.

Example: canbobot rules set front-first.yaml --ward bac-hong-linh

    rules:
      - kind: "*"
        proposers: [head, self, staff]
        steps:
          - {desk: front, people: 1, remind_hours: 24}
          - {role: leader, people: 1}`
}

func (c rulesSetCommand) Run(p *process) error {
	rules, err := app.ReadRules(p.stdin, c.File)
	if err != nil {
		return usageError{err}
	}
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		if err := ward.Approvals.SetRules(p.ctx, actor, rules); err != nil {
			return ruleAdvice(err)
		}
		_, err = fmt.Fprintf(p.stdout, "%d rules are in force for %s; what was sent before is decided by the rules of "+
			"its day\n", len(rules), c.Ward)
		return err
	})
}

// ruleAdvice says what to do about a refusal.
func ruleAdvice(err error) error {
	refusal := (*services.Error)(nil)
	if !errors.As(err, &refusal) {
		return err
	}
	f := refusal.Fields
	at := fmt.Sprintf("kind %q", f["kind"])
	if step, has := f["step"]; has {
		at += fmt.Sprintf(", step %v", step)
	}
	advice := ""
	switch refusal.Code {
	case "rule_kind":
		advice = fmt.Sprintf(`use "*" or one of: %v`, f["kinds"])
	case "rule_twice":
		advice = "keep one rule for each kind"
	case "rule_proposer":
		advice = fmt.Sprintf("%q proposes nothing; use head, deputy, self or staff", f["proposer"])
	case "rule_proposers":
		advice = fmt.Sprintf("nobody could propose it; %v could", f["proposers"])
		if f["proposers"] == "" {
			advice = "leave proposers out: who makes it proposes it"
		}
	case "rule_steps":
		advice = fmt.Sprintf("give it 1 to %v steps", f["max"])
	case "rule_signer":
		advice = "say either role (clerk, leader or any) or desk"
	case "rule_desk":
		return fmt.Errorf("there is no desk %q; use one of: %v", f["desk"], f["desks"])
	case "rule_people":
		advice = fmt.Sprintf("people must be 1 to %v: a step signed by nobody would be done at once", f["max"])
	case "rule_hours":
		advice = fmt.Sprintf("remind_hours and escalate_hours must be 0 to %v", f["max"])
	case "rule_few":
		advice = fmt.Sprintf("it wants %v people and the ward has %v who may sign it; add staff (canbobot staff add), "+
			"seat them (canbobot staff desk), or ask for fewer", f["people"], f["have"])
	case "rule_same":
		advice = "somebody would have to sign twice, which nobody may; add staff, or change the step"
	case "desk_needed":
		return fmt.Errorf("the rules still need somebody at the desk %q; seat another one first, or set other rules",
			f["desk"])
	case "hands_days":
		return fmt.Errorf("say 0 to %v days", f["max"])
	case "staff":
		return errors.New("the ward has no such active user; canbobot staff list shows them")
	default:
		return err
	}
	return fmt.Errorf("%s: %s", at, advice)
}
