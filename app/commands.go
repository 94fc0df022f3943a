package app

import (
	"bufio"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"canbobot/app/sample"
	"canbobot/bot/texts"
	"canbobot/bot/understand"
	"canbobot/config"
	"canbobot/services"
	"canbobot/services/ward"
	"canbobot/services/year"
)

type secretCommand struct{}

func (secretCommand) Help() string { return "Example: SECRET_KEY=$(canbobot secret) canbobot migrate" }

func (secretCommand) Run(p *process) error {
	_, err := fmt.Fprintln(p.stdout, config.NewSecret())
	return err
}

type migrateCommand struct{}

func (migrateCommand) Help() string { return "Example: DATABASE_URL=postgres://... canbobot migrate" }

func (migrateCommand) Run(p *process) error {
	return p.withWard(func(ward *ward.Services) error {
		if err := ward.Store.Migrate(p.ctx); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "tables are up to date (%s)\n", ward.Store.Dialect)
		return err
	})
}

type sampleCommand struct {
	Load sampleLoadCommand `cmd:"" help:"Put the sample of Hồng Lĩnh into the configured, empty database."`
}

type sampleLoadCommand struct{}

func (sampleLoadCommand) Help() string {
	return "Example: DATABASE_URL=postgres://... canbobot sample load"
}

func (sampleLoadCommand) Run(p *process) error {
	return p.withWard(func(ward *ward.Services) error {
		if err := ward.Store.Migrate(p.ctx); err != nil {
			return err
		}
		summary, err := sample.Load(p.ctx, ward)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "loaded %d people in %d villages of %d wards\n", summary.People, summary.Villages,
			summary.Wards)
		return err
	})
}

// printReport prints the meeting's table: wards, organizations, villages.
func printReport(p *process, report year.Report) error {
	words, err := texts.Load(func(problem string) { fmt.Fprintln(p.stderr, problem) })
	if err != nil {
		return err
	}
	word := func(key string) string { return words.Say("table."+key, nil) }
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, heads, deputies, members, cells int, amount int64) {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%s\t\n", name, heads, deputies, members, cells, texts.Money(amount))
	}
	head := func(name string) {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t\n", name, word("heads"), word("deputies"), word("members"),
			word("cell_members"), word("amount"))
	}
	head(word("ward"))
	for _, ward := range report.Wards {
		row(ward.Name, ward.Heads, ward.Deputies, ward.Members, ward.CellMembers, ward.MonthlyTotal)
	}
	row(word("total"), report.Heads, report.Deputies, report.Members, report.CellMembers, report.MonthlyTotal)
	head(word("organization"))
	for _, line := range report.Organizations {
		row(line.Name, line.Heads, line.Deputies, line.Members, line.CellMembers, line.Amount)
	}
	head(word("village"))
	for _, line := range report.ByVillage {
		row(line.Name, line.Heads, line.Deputies, line.Members, line.CellMembers, line.Amount)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "\n%d %s, %d %s, %d %s, %d %s, %d %s\n%s: %s (%s)\n",
		report.Villages, word("village"), report.CellMembers, word("cell_members"), report.Heads, word("heads"),
		report.Deputies, word("deputies"), report.Members, word("members"),
		word("monthly"), texts.Money(report.MonthlyTotal), texts.InWords(report.MonthlyTotal))
	return err
}

type intentCommand struct {
	Eval string `help:"Measure on a file of intent<TAB>phrase lines: accuracy and confusion table." placeholder:"FILE" type:"existingfile"`
}

func (intentCommand) Help() string { return `Example: echo "pc t3 co chua" | canbobot intent` }

func (c intentCommand) Run(p *process) error {
	model := understand.New()
	if c.Eval != "" {
		file, err := os.Open(c.Eval)
		if err != nil {
			return usageError{err}
		}
		defer file.Close()
		report, err := understand.Evaluate(model, file)
		if err != nil {
			return err
		}
		return report.Print(p.stdout)
	}
	lines := bufio.NewScanner(p.stdin)
	lines.Buffer(nil, 1<<20)
	out := bufio.NewWriter(p.stdout)
	for lines.Scan() {
		if _, err := fmt.Fprintf(out, "%s\t%s\n", model.Understand(lines.Text()).Intent, lines.Text()); err != nil {
			return err
		}
	}
	return errors.Join(lines.Err(), out.Flush())
}

type inviteCommand struct {
	Ward   string `help:"Code of the ward." required:"" placeholder:"CODE"`
	Person int64  `help:"Id of the person in the roster." xor:"who" placeholder:"ID"`
	Phone  string `help:"Phone number in the roster." xor:"who" placeholder:"NUMBER"`
}

func (inviteCommand) Help() string {
	return "The code is printed once and kept only as a hash; it works once, for 14 days.\n\nExample: canbobot invite --ward bac-hong-linh --phone 0912345678"
}

func (c inviteCommand) Run(p *process) error {
	if c.Person == 0 && c.Phone == "" {
		return usageError{errors.New("say who: --person ID or --phone NUMBER")}
	}
	return p.withWard(func(ward *ward.Services) error {
		actor, err := actorOf(p.ctx, ward, c.Ward)
		if err != nil {
			return err
		}
		person := c.Person
		if c.Phone != "" {
			found, err := ward.Roster.Find(p.ctx, actor, c.Phone, 2)
			if err != nil {
				return err
			}
			if len(found) != 1 {
				return fmt.Errorf("%d people of the ward have this number; use --person ID", len(found))
			}
			person = found[0].Person.ID
		}
		code, invite, err := ward.Identity.Invite(p.ctx, actor, person)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "%s\nworks once, until %s\n", code, texts.Moment(invite.ExpiresAt))
		return err
	})
}

type staffCommand struct {
	Add  staffAddCommand  `cmd:"" help:"Add a ward user; prints the invite code and the secret of their code generator."`
	List staffListCommand `cmd:"" help:"List ward users."`
	Desk staffDeskCommand `cmd:"" help:"Say at which desk a ward user works."`

	Retire staffRetireCommand `cmd:"" help:"End what a ward user may do, and their links with it."`
}

type staffAddCommand struct {
	Ward  string `help:"Code of the ward." required:"" placeholder:"CODE"`
	Name  string `help:"Full name." required:""`
	Role  string `help:"viewer, clerk, leader or admin." enum:"viewer,clerk,leader,admin" required:""`
	Phone string `help:"Phone number." default:""`
}

func (staffAddCommand) Help() string {
	return `Example: canbobot staff add --ward bac-hong-linh --name "Trần Thị Lan" --role clerk`
}

func (c staffAddCommand) Run(p *process) error {
	return p.withWard(func(ward *ward.Services) error {
		actor, err := actorOf(p.ctx, ward, c.Ward)
		if err != nil {
			return err
		}
		staff, address, code, err := ward.Identity.AddStaff(p.ctx, actor, actor.Ward, c.Name, services.Role(c.Role), c.Phone)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "staff %d\ninvite code   %s\ncode generator %s\nBoth are shown once. Hand them over in person.\n", staff.ID, code, address)
		return err
	})
}

type staffRetireCommand struct {
	ID   int64  `arg:"" help:"Id of the ward user, as staff list prints it."`
	Ward string `help:"Code of the ward." required:"" placeholder:"CODE"`
}

func (staffRetireCommand) Help() string {
	return "Refused while one of the ward's rules could be kept by nobody else.\n\nExample: canbobot staff retire 7 --ward bac-hong-linh"
}

func (c staffRetireCommand) Run(p *process) error {
	return p.withUnits(func(ward *ward.Services, _ *texts.Texts) error {
		actor, err := actorOf(p.ctx, ward, c.Ward)
		if err != nil {
			return err
		}
		return ward.Identity.RetireStaff(p.ctx, actor, c.ID)
	})
}

type staffListCommand struct {
	Ward string `help:"Code of the ward." required:"" placeholder:"CODE"`
}

func (staffListCommand) Help() string { return "Example: canbobot staff list --ward bac-hong-linh" }

func (c staffListCommand) Run(p *process) error {
	return p.withWard(func(ward *ward.Services) error {
		actor, err := actorOf(p.ctx, ward, c.Ward)
		if err != nil {
			return err
		}
		all, err := ward.Identity.Staff(p.ctx, actor)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		for _, staff := range all {
			state := "active"
			if !staff.Active {
				state = "inactive"
			}
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\n", staff.ID, staff.Role, cmp.Or(staff.Desk, "-"), state, staff.Name)
		}
		return table.Flush()
	})
}

type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Prove that no entry was changed, removed or slipped in."`
	Export auditExportCommand `cmd:"" help:"Write everything known of one person or request to an Excel file."`
}

type auditVerifyCommand struct {
	File string `help:"Compare with the file that AUDIT_FILE named, or a copy of it." placeholder:"FILE" type:"existingfile"`
}

func (auditVerifyCommand) Help() string {
	return "Write the printed heads down elsewhere: they prove later that nothing was cut off the end. A file kept by AUDIT_FILE proves it of every entry.\n\nExample: canbobot audit verify --file /var/lib/canbobot/audit.jsonl"
}

func (c auditVerifyCommand) Run(p *process) error {
	return p.withWard(func(ward *ward.Services) error {
		verdicts, err := ward.Audit.Verify(p.ctx)
		if err != nil {
			return err
		}
		var broken []string
		for _, verdict := range verdicts {
			for _, fault := range verdict.Faults {
				broken = append(broken, fmt.Sprintf("ward %d: %s", verdict.Ward, wordsOfFault(fault)))
			}
			if verdict.Broken != 0 {
				continue
			}
			fmt.Fprintf(p.stdout, "ward %d: %d entries, whole, head %s\n", verdict.Ward, verdict.Entries,
				hex.EncodeToString(verdict.Head))
		}
		if c.File != "" {
			told, err := compareMirror(p, ward, c.File)
			if err != nil {
				return err
			}
			broken = append(broken, told...)
		}
		if len(broken) > 0 {
			return errors.New(strings.Join(broken, "; "))
		}
		return nil
	})
}
