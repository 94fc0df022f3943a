package command

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
	"canbobot/services/ward"
)

type wardPaysCommand struct {
	Every string `arg:"" help:"month or quarter." enum:"month,quarter"`
	Ward  string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
}

func (wardPaysCommand) Help() string {
	return "A quarter's list is that of its last month and covers all three. No month is paid twice or left out by " +
		"the change.\n\nExample: canbobot ward pays quarter --ward bac-hong-linh"
}

func (c wardPaysCommand) Run(p *process) error {
	return p.writing(true).inWard(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		return ward.Money.SetPayEvery(p.ctx, actor, map[string]int{"month": 1, "quarter": 3}[c.Every])
	})
}

type wardBeginsCommand struct {
	Month string `arg:"" help:"The month, yyyy-mm."`
	Ward  string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
}

func (wardBeginsCommand) Help() string {
	return "Without it a ward begins with its first list. Of a month before, officers read that the ward keeps no " +
		"record of it here, not that it was not paid; the first list pays what is owed since.\n\n" +
		"Example: canbobot ward begins 2026-10 --ward bac-hong-linh"
}

func (c wardBeginsCommand) Run(p *process) error {
	month, err := models.ParseMonth(c.Month)
	if err != nil {
		return usageError{err}
	}
	return p.writing(true).inWard(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		return ward.Money.SetPayFrom(p.ctx, actor, month)
	})
}

type policyCommand struct {
	List   policyListCommand   `cmd:"" help:"List a ward's policies, the latest first."`
	Import policyImportCommand `cmd:"" help:"Enter policies from a sheet (.xlsx), all or none."`
	Salary policySalaryCommand `cmd:"" help:"Enter the state's base salary from a day on, for every ward."`
}

type policyListCommand struct {
	Ward string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
}

func (policyListCommand) Help() string { return "Example: canbobot policy list --ward bac-hong-linh" }

func (c policyListCommand) Run(p *process) error {
	return p.inWard(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		policies, err := ward.Money.AllPolicies(p.ctx, actor)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		for _, one := range policies {
			used := ""
			if one.Used {
				used = "paid by"
			}
			to := ""
			if !one.To.IsZero() {
				to = one.To.String()
			}
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%d rules\t%s\n", one.ID, one.Source, one.From, to, one.Name,
				one.LegalBasis, len(one.Rules), used)
		}
		return table.Flush()
	})
}

type policyImportCommand struct {
	File   string `arg:"" help:"The sheet, .xlsx." type:"existingfile"`
	Ward   string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
	DryRun bool   `help:"Only say what would be entered."`
}

func (policyImportCommand) Help() string {
	return "Columns, in any order: Tên khoản, Nguồn, Văn bản, Ngày văn bản, Nơi ban hành, Từ ngày, Đến ngày, Đoàn " +
		"thể, Chức danh, Mức or Hệ số, Cách tính, Nhiều chức, Tối đa, Thôn, Mức khoán, Phụ trách, Khấu trừ, Căn cứ " +
		"khấu trừ. " +
		"A row for each role; an empty cell is that of the row above. With a wrong row nothing is entered, and the exit " +
		"code is 1.\n\nExample: canbobot policy import muc-ho-tro.xlsx --ward bac-hong-linh --dry-run"
}

func (c policyImportCommand) Run(p *process) error {
	content, err := readSheet(c.File)
	if err != nil {
		return err
	}
	return p.writing(!c.DryRun).withUnits(func(ward *ward.Services, words *texts.Texts) error {
		actor, err := actorOf(p.ctx, ward, c.Ward)
		if err != nil {
			return err
		}
		policies, faults, err := money.ReadPolicies(p.ctx, content)
		if err != nil {
			return err
		}
		for _, fault := range faults {
			fmt.Fprintf(p.stdout, "row %d: %s\n", fault.Row, words.Say("errors.invalid."+fault.Code, nil))
		}
		if len(faults) > 0 {
			return fmt.Errorf("%d rows are wrong; nothing was entered", len(faults))
		}
		if err := ward.Money.AddPolicies(p.ctx, actor, policies, c.DryRun); err != nil {
			return err
		}
		for _, one := range policies {
			fmt.Fprintf(p.stdout, "%s\t%s\t%s\t%d rules\n", one.Source, one.From, one.Name, len(one.Rules))
			if terms := policyTerms(one); terms != "" {
				fmt.Fprintf(p.stdout, "\t%s\n", terms)
			}
			for _, rule := range one.Rules {
				amount := texts.Money(rule.Amount)
				if rule.Coefficient != 0 {
					amount = fmt.Sprintf("%g of the base salary", float64(rule.Coefficient)/1000)
				}
				fmt.Fprintf(p.stdout, "\t%s\t%s\t%s\n", rule.Role, cmp.Or(rule.OrganizationCode, "all"), amount)
			}
		}
		done := "entered"
		if c.DryRun {
			done = "nothing was entered"
		}
		_, err = fmt.Fprintln(p.stdout, done)
		return err
	})
}

// policyTerms are what only some policies have.
func policyTerms(one models.Policy) string {
	var terms []string
	if len(one.VillageNames) > 0 {
		terms = append(terms, "only "+strings.Join(one.VillageNames, ", "))
	}
	if one.Pool > 0 {
		terms = append(terms, "at most "+texts.Money(one.Pool)+" a village")
	}
	if one.ActingPercent > 0 {
		terms = append(terms, fmt.Sprintf("%d%% for stand-ins", one.ActingPercent))
	}
	switch {
	case one.DeductPercent > 0:
		terms = append(terms, fmt.Sprintf("%g%% held back", float64(one.DeductPercent)/100))
	case one.DeductAmount > 0:
		terms = append(terms, texts.Money(one.DeductAmount)+" held back")
	}
	return strings.Join(terms, "; ")
}

type policySalaryCommand struct {
	Amount int64  `arg:"" help:"Đồng a month."`
	From   string `help:"First day, as yyyy-mm-dd." required:"" placeholder:"DAY"`
	Basis  string `help:"The decree." required:""`
}

func (policySalaryCommand) Help() string {
	return `Those since 2019 are there already.` + "\n\n" +
		`Example: canbobot policy salary 2700000 --from 2027-07-01 --basis "Nghị định 99/2027/NĐ-CP"`
}

func (c policySalaryCommand) Run(p *process) error {
	from, err := dayOr(c.From, models.Date{})
	if err != nil {
		return err
	}
	return p.writing(true).withUnits(func(ward *ward.Services, _ *texts.Texts) error {
		return ward.Money.AddBaseSalary(p.ctx, services.SystemActor(0),
			models.BaseSalary{From: from, Amount: c.Amount, LegalBasis: c.Basis})
	})
}
