package command

import (
	"fmt"
	"regexp"
	"strings"
	"text/tabwriter"

	"canbobot/app/sample"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/units"
	"canbobot/services/ward"
)

type wardCommand struct {
	Add         wardAddCommand         `cmd:"" help:"Begin a ward, with its organizations."`
	List        wardListCommand        `cmd:"" help:"List the wards and what they came out of."`
	Predecessor wardPredecessorCommand `cmd:"" help:"Note a unit that the ward came out of."`
	Pays        wardPaysCommand        `cmd:"" help:"Say whether the ward pays every month or every quarter."`
	Accounts    wardAccountsCommand    `cmd:"" help:"Say on which channels nobody types an account number."`
	Begins      wardBeginsCommand      `cmd:"" help:"Say with which month the ward begins to pay by these lists."`
}

type wardAddCommand struct {
	Name       string `arg:"" help:"Name, as in 'Bắc Hồng Lĩnh'."`
	Kind       string `help:"phường or xã." default:"phường" enum:"phường,xã"`
	Code       string `help:"Short and stable; made of the name when left out." placeholder:"CODE"`
	Phone      string `help:"Telephone of the office." placeholder:"NUMBER"`
	From       string `help:"First day, as yyyy-mm-dd." placeholder:"DAY"`
	TownPolicy bool   `help:"With the policy of Hồng Lĩnh town: 200.000 đ a head, 150.000 đ a deputy."`
}

func (wardAddCommand) Help() string {
	return `Example: canbobot ward add "Bắc Hồng Lĩnh" --phone 02393835001 --from 2025-07-01 --town-policy`
}

func (c wardAddCommand) Run(p *process) error {
	from, err := dayOr(c.From, models.Date{})
	if err != nil {
		return err
	}
	number, err := officeNumber(c.Phone)
	if err != nil {
		return err
	}
	return p.writing(true).withUnits(func(ward *ward.Services, words *texts.Texts) error {
		if err := ward.Migrate(p.ctx); err != nil {
			return err
		}
		wanted := units.NewWard{Code: c.Code, Name: c.Name, Kind: c.Kind, Phone: number, From: from,
			Organizations: sample.Organizations()}
		if c.TownPolicy {
			wanted.Policies = []models.Policy{sample.TownPolicy(0, p.clock().UTC())}
		}
		made, err := ward.Units.AddWard(p.ctx, services.SystemActor(0), wanted)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "ward %s (%s %s)\n", made.Code, made.Kind, made.Name)
		return err
	})
}

var office = regexp.MustCompile(`^(?:0|\+?84)([1-9][0-9]{8,9})$`)

// officeNumber reads the number of an office, land line or mobile, as E.164.
func officeNumber(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	digits := office.FindStringSubmatch(strings.NewReplacer(" ", "", ".", "", "-", "").Replace(text))
	if digits == nil {
		return "", usageError{fmt.Errorf("%q is no telephone number; write it as 02393835001", text)}
	}
	return "+84" + digits[1], nil
}

type wardListCommand struct{}

func (wardListCommand) Help() string { return "Example: canbobot ward list" }

func (wardListCommand) Run(p *process) error {
	return p.withUnits(func(ward *ward.Services, _ *texts.Texts) error {
		wards, err := ward.Identity.Wards(p.ctx)
		if err != nil {
			return err
		}
		for _, one := range wards {
			links, err := ward.Units.Predecessors(p.ctx, services.SystemActor(one.ID))
			if err != nil {
				return err
			}
			var names []string
			for _, link := range links {
				names = append(names, link.PredecessorName)
			}
			from := ""
			if len(names) > 0 {
				from = "\tfrom " + strings.Join(names, ", ")
			}
			if _, err := fmt.Fprintf(p.stdout, "%s\t%s %s%s\n", one.Code, one.Kind, one.Name, from); err != nil {
				return err
			}
		}
		return nil
	})
}

type wardPredecessorCommand struct {
	Name     string `arg:"" help:"The unit as it was called: 'xã Thuận Lộc'."`
	Ward     string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
	Kind     string `help:"How the ward came out of it: merge, split or rename." enum:"merge,split,rename" default:"merge"`
	From     string `help:"First day of the ward as it is, as yyyy-mm-dd." required:"" placeholder:"DAY"`
	Decision string `help:"Number of the paper." placeholder:"NUMBER"`
}

func (wardPredecessorCommand) Help() string {
	return `Example: canbobot ward predecessor "xã Thuận Lộc" --ward nam-hong-linh --from 2025-07-01 ` +
		`--decision 1665/NQ-UBTVQH15`
}

func (c wardPredecessorCommand) Run(p *process) error {
	from, err := dayOr(c.From, models.Date{})
	if err != nil {
		return err
	}
	return p.writing(true).inWard(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		return ward.Units.AddPredecessor(p.ctx, actor, units.Predecessor{Name: c.Name, Kind: models.LinkKind(c.Kind),
			From: from, Decision: c.Decision})
	})
}

type villageCommand struct {
	Add    villageAddCommand    `cmd:"" help:"Add villages, each with its branches."`
	List   villageListCommand   `cmd:"" help:"List the villages with their former names."`
	Rename villageRenameCommand `cmd:"" help:"Give a village another name; the old one still finds it."`
	Also   villageAlsoCommand   `cmd:"" help:"Note another name under which a village is asked for."`
	Merge  villageMergeCommand  `cmd:"" help:"Join villages into one: first what would come of it, with --yes in earnest."`
	Split  villageSplitCommand  `cmd:"" help:"Part a village: first what would come of it, with --yes in earnest."`
}

type villageAddCommand struct {
	Name         []string `arg:"" help:"Names, as in 'Tổ dân phố 5'."`
	Ward         string   `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
	Organization []string `help:"Organizations that have a branch there." default:"${organizations}" placeholder:"CODE"`
	From         string   `help:"First day, as yyyy-mm-dd." placeholder:"DAY"`
}

func (villageAddCommand) Help() string {
	return `Example: canbobot village add "Tổ dân phố 5" "Tổ dân phố 6" --ward bac-hong-linh --organization youth,women`
}

func (c villageAddCommand) Run(p *process) error {
	from, err := dayOr(c.From, models.Date{})
	if err != nil {
		return err
	}
	return p.writing(true).inWard(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		for _, name := range c.Name {
			village, err := ward.Units.AddVillage(p.ctx, actor, name, from, c.Organization)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(p.stdout, "village %d\t%s\t%d branches\n", village.ID, village.Name,
				len(c.Organization)); err != nil {
				return err
			}
		}
		return nil
	})
}

type villageListCommand struct {
	Ward string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
}

func (villageListCommand) Help() string { return "Example: canbobot village list --ward bac-hong-linh" }

func (c villageListCommand) Run(p *process) error {
	return p.inWard(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		villages, err := ward.Roster.Villages(p.ctx, actor)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		for _, village := range villages {
			fmt.Fprintf(table, "%d\t%s\t%s\n", village.ID, village.Name, village.KnownAs)
		}
		return table.Flush()
	})
}

type villageRenameCommand struct {
	Village  string `arg:"" help:"The village, by its name."`
	Name     string `arg:"" help:"Its new name."`
	Ward     string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
	From     string `help:"First day of the new name, as yyyy-mm-dd; today when left out." placeholder:"DAY"`
	Decision string `help:"Number of the paper." placeholder:"NUMBER"`
}

func (villageRenameCommand) Help() string {
	return `Example: canbobot village rename "Thôn 3" "Tổ dân phố 17" --ward bac-hong-linh --decision 12/NQ-HĐND`
}

func (c villageRenameCommand) Run(p *process) error {
	from, err := dayOr(c.From, models.DateOf(p.clock.Local()))
	if err != nil {
		return err
	}
	return p.writing(true).withVillage(c.Ward, c.Village,
		func(ward *ward.Services, actor services.Actor, village models.Village) error {
			return ward.Roster.RenameVillage(p.ctx, actor, village.ID, c.Name, from, c.Decision)
		})
}

type villageAlsoCommand struct {
	Village string `arg:"" help:"The village, by its name."`
	Name    string `arg:"" help:"The other name."`
	Ward    string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
	Until   string `help:"Last day of that name, as yyyy-mm-dd, if it is known." placeholder:"DAY"`
}

func (villageAlsoCommand) Help() string {
	return `Example: canbobot village also "Tổ dân phố 17" "Thôn 3 xã Thuận Lộc" --ward nam-hong-linh`
}

func (c villageAlsoCommand) Run(p *process) error {
	until, err := dayOr(c.Until, models.Date{})
	if err != nil {
		return err
	}
	return p.writing(true).withVillage(c.Ward, c.Village,
		func(ward *ward.Services, actor services.Actor, village models.Village) error {
			return ward.Roster.AddVillageName(p.ctx, actor, village.ID, c.Name, until, "")
		})
}

type branchCommand struct {
	Add   branchAddCommand   `cmd:"" help:"Begin a branch of an organization in a village."`
	List  branchListCommand  `cmd:"" help:"List a village's branches with who serves there."`
	Close branchCloseCommand `cmd:"" help:"End a branch where nobody serves any more."`
}

type branchAddCommand struct {
	Village      string `arg:"" help:"The village, by its name."`
	Organization string `arg:"" help:"Code: youth, women, farmers, veterans, elderly, red_cross, front, party_cell."`
	Ward         string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
	From         string `help:"First day, as yyyy-mm-dd." placeholder:"DAY"`
}

func (branchAddCommand) Help() string {
	return `Example: canbobot branch add "Tổ dân phố 5" elderly --ward bac-hong-linh`
}

func (c branchAddCommand) Run(p *process) error {
	from, err := dayOr(c.From, models.Date{})
	if err != nil {
		return err
	}
	return p.writing(true).withVillage(c.Ward, c.Village,
		func(ward *ward.Services, actor services.Actor, village models.Village) error {
			branch, err := ward.Units.AddBranch(p.ctx, actor, village.ID, c.Organization, from)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.stdout, "branch %d\t%s\n", branch.ID, branch.Name)
			return err
		})
}

type branchListCommand struct {
	Village string `arg:"" help:"The village, by its name."`
	Ward    string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
}

func (branchListCommand) Help() string {
	return `Example: canbobot branch list "Tổ dân phố 5" --ward bac-hong-linh`
}

func (c branchListCommand) Run(p *process) error {
	return p.withVillage(c.Ward, c.Village, func(ward *ward.Services, actor services.Actor, village models.Village) error {
		branches, err := ward.Roster.Branches(p.ctx, actor, village.ID)
		if err != nil {
			return err
		}
		for _, branch := range branches {
			fmt.Fprintf(p.stdout, "branch %d\t%s\n", branch.Branch.ID, branch.Branch.Name)
			for _, post := range branch.Posts {
				fmt.Fprintf(p.stdout, "  term %d\t%s\t%s\n", post.Term.ID, post.Term.Title, post.Person.Name)
			}
		}
		return nil
	})
}

type branchCloseCommand struct {
	Branch   int64  `arg:"" help:"Id of the branch, as branch list prints it."`
	Ward     string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
	Last     string `help:"Last day, as yyyy-mm-dd; today when left out." placeholder:"DAY"`
	Decision string `help:"Number of the paper." placeholder:"NUMBER"`
}

func (branchCloseCommand) Help() string {
	return "Example: canbobot branch close 12 --ward bac-hong-linh --last 2026-03-31"
}

func (c branchCloseCommand) Run(p *process) error {
	last, err := dayOr(c.Last, models.DateOf(p.clock.Local()))
	if err != nil {
		return err
	}
	return p.writing(true).inWard(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		return ward.Units.CloseBranch(p.ctx, actor, c.Branch, last, c.Decision)
	})
}

// dayOr reads a day as commands take it.
func dayOr(text string, otherwise models.Date) (models.Date, error) {
	if text == "" {
		return otherwise, nil
	}
	day, err := models.ParseDate(text)
	if err != nil {
		return models.Date{}, usageError{err}
	}
	return day, nil
}

// withVillage does something to a village of a ward, found by its name.
func (p *process) withVillage(code, name string,
	do func(ward *ward.Services, actor services.Actor, village models.Village) error) error {
	return p.inWard(code, func(ward *ward.Services, actor services.Actor) error {
		village, err := ward.Units.Village(p.ctx, actor, name)
		if err != nil {
			return err
		}
		return do(ward, actor, village)
	})
}
