package command

import (
	"fmt"
	"strconv"
	"strings"

	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
	"canbobot/services/units"
	"canbobot/services/ward"
)

type villageMergeCommand struct {
	Village  []string `arg:"" help:"The villages to join, by their names."`
	Into     string   `help:"${into}" required:"" placeholder:"NAME"`
	Ward     string   `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
	From     string   `help:"First day, as yyyy-mm-dd: the first of a month." required:"" placeholder:"DAY"`
	Decision string   `help:"Number of the paper." placeholder:"NUMBER"`
	End      []int64  `help:"Terms that end the day before, by id; everybody else goes on." placeholder:"TERM"`
	Yes      bool     `help:"Do it."`
}

func (villageMergeCommand) Help() string {
	return "Without --yes it only says who goes on where, who ends, what it does to the money, and which posts would " +
		"have too many holders.\n\n" +
		`Example: canbobot village merge "Tổ dân phố 5" "Tổ dân phố 6" --into "Tổ dân phố 5" --from 2026-07-01 ` +
		`--decision 12/NQ-HĐND --end 31 --yes`
}

func (c villageMergeCommand) Run(p *process) error {
	from, err := dayOr(c.From, models.Date{})
	if err != nil {
		return err
	}
	return p.writing(c.Yes).withUnits(func(ward *ward.Services, words *texts.Texts) error {
		actor, err := actorOf(p.ctx, ward, c.Ward)
		if err != nil {
			return err
		}
		merger := units.Merger{Name: c.Into, From: from, Decision: c.Decision, Ends: c.End}
		for _, name := range c.Village {
			village, err := ward.Units.Village(p.ctx, actor, name)
			if err != nil {
				return err
			}
			merger.Villages = append(merger.Villages, village.ID)
		}
		outcome, err := ward.Units.Merge(p.ctx, actor, merger, true)
		if err != nil {
			return err
		}
		if err := p.printOutcome(outcome); err != nil {
			return err
		}
		if !c.Yes || !outcome.Possible() {
			return p.notDone(outcome)
		}
		if _, err = ward.Units.Merge(p.ctx, actor, merger, false); err != nil {
			return err
		}
		_, err = fmt.Fprintln(p.stdout, "done")
		return err
	})
}

type villageSplitCommand struct {
	Village  string   `arg:"" help:"The village to part, by its name."`
	Into     []string `help:"Names of what comes out, one --into each." required:"" sep:"none" placeholder:"NAME"`
	Ward     string   `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
	From     string   `help:"First day, as yyyy-mm-dd: the first of a month." required:"" placeholder:"DAY"`
	Decision string   `help:"Number of the paper." placeholder:"NUMBER"`
	To       []string `help:"Who goes where: TERM=N, with N counting the --into from 1." placeholder:"TERM=N"`
	End      []int64  `help:"Terms that end the day before, by id." placeholder:"TERM"`
	Yes      bool     `help:"Do it."`
}

func (villageSplitCommand) Help() string {
	return "Everybody in post goes to one part, or ends. Without --yes it only says what would come of it, and who " +
		"has no part yet.\n\n" +
		`Example: canbobot village split "Tổ dân phố 5" --into "Tổ dân phố 5A" --into "Tổ dân phố 5B" --from 2026-07-01 ` +
		`--to 31=1,32=2 --yes`
}

func (c villageSplitCommand) Run(p *process) error {
	from, err := dayOr(c.From, models.Date{})
	if err != nil {
		return err
	}
	division := units.Division{Parts: c.Into, From: from, Decision: c.Decision, Ends: c.End, To: map[int64]int{}}
	for _, pair := range c.To {
		term, part, found := strings.Cut(pair, "=")
		id, bad := strconv.ParseInt(term, 10, 64)
		at, worse := strconv.Atoi(part)
		if !found || bad != nil || worse != nil || at < 1 || at > len(c.Into) {
			return usageError{fmt.Errorf("--to %q: write TERM=N, N from 1 to %d", pair, len(c.Into))}
		}
		division.To[id] = at - 1
	}
	return p.writing(c.Yes).withVillage(c.Ward, c.Village,
		func(ward *ward.Services, actor services.Actor, village models.Village) error {
			division.Village = village.ID
			outcome, err := ward.Units.Split(p.ctx, actor, division, true)
			if err != nil {
				return err
			}
			if err := p.printOutcome(outcome); err != nil {
				return err
			}
			if !c.Yes || !outcome.Possible() {
				return p.notDone(outcome)
			}
			if _, err = ward.Units.Split(p.ctx, actor, division, false); err != nil {
				return err
			}
			_, err = fmt.Fprintln(p.stdout, "done")
			return err
		})
}

// notDone says that nothing was changed, and why where something is in the way.
func (p *process) notDone(outcome units.Outcome) error {
	if !outcome.Possible() {
		return fmt.Errorf("%d posts have too many holders and %d people have no part; nothing was changed. Say who ends "+
			"with --end TERM, or who goes where with --to TERM=N", len(outcome.Clashes), len(outcome.Unplaced))
	}
	_, err := fmt.Fprintln(p.stdout, "nothing was changed; --yes does it")
	return err
}

// printOutcome says what joining or parting villages does.
func (p *process) printOutcome(outcome units.Outcome) error {
	line := func(what string, post roster.Post, rest string) {
		fmt.Fprintf(p.stdout, "%s\tterm %d\t%s, %s, %s%s\n", what, post.Term.ID, post.Person.Name, post.Term.Title,
			post.Branch.Name, rest)
	}
	for _, clash := range outcome.Clashes {
		fmt.Fprintf(p.stdout, "too many for one post of %s %s:\n", clash.Organization.BranchName, clash.Village)
		for _, post := range clash.Posts {
			line("clash", post, "")
		}
	}
	for _, post := range outcome.Unplaced {
		line("no part", post, "")
	}
	for _, move := range outcome.Moves {
		line("goes on", move.Post, " -> "+move.Branch.Name)
	}
	for _, post := range outcome.Ends {
		line("ends", post, "")
	}
	names := map[int64]string{}
	for _, post := range outcome.Ends {
		names[post.Person.ID] = post.Person.Name
	}
	for _, move := range outcome.Moves {
		names[move.Post.Person.ID] = move.Post.Person.Name
	}
	for _, effect := range outcome.Effects {
		if effect.Monthly != 0 {
			fmt.Fprintf(p.stdout, "money\t%s: %s a month from %s\n", names[effect.Person], texts.Money(effect.Monthly),
				effect.From)
		}
		for _, month := range append(effect.Partial, effect.Settled...) {
			fmt.Fprintf(p.stdout, "money\t%s: %s for %s\n", names[effect.Person], texts.Money(month.Amount), month.Month)
		}
	}
	for _, village := range outcome.Ended {
		fmt.Fprintf(p.stdout, "is no more\t%s\n", village.Name)
	}
	for _, village := range outcome.Villages {
		fmt.Fprintf(p.stdout, "comes out\t%s\n", village.Name)
	}
	return nil
}
