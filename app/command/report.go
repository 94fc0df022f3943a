package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/paper"
	"canbobot/services/ward"
	"canbobot/services/year"
)

type reportCommand struct {
	JSON bool   `help:"Print the same as data." name:"json"`
	On   string `help:"The day, as yyyy-mm-dd; today when left out." placeholder:"DAY" xor:"when"`
	Year int    `help:"${report_year}" placeholder:"YEAR" xor:"when"`
	Ward string `help:"With --year: code of the ward; may be left out where there is only one." placeholder:"CODE"`
	Out  string `help:"${report_out}" placeholder:"FILE" type:"path"`
}

func (reportCommand) Help() string {
	return "Example: canbobot report --on 2026-04-01 --json\n\nExample: canbobot report --year 2026 --ward " +
		"bac-hong-linh --out nam-2026.xlsx"
}

func (c reportCommand) Run(p *process) error {
	if c.Year != 0 {
		return c.year(p)
	}
	if c.Ward != "" || c.Out != "" {
		return usageError{errors.New("--ward and --out go with --year")}
	}
	day := models.DateOf(p.clock.Local())
	if c.On != "" {
		parsed, err := models.ParseDate(c.On)
		if err != nil {
			return usageError{err}
		}
		day = parsed
	}
	return p.withWard(func(ward *ward.Services) error {
		report, err := ward.Year.Report(p.ctx, services.SystemActor(0), day)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(p, report)
		}
		return printReport(p, report)
	})
}

func printJSON(p *process, data any) error {
	encoder := json.NewEncoder(p.stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(data)
}

// year prints one ward's year, and writes it to a file where one is named.
func (c reportCommand) year(p *process) error {
	format := paper.Format(strings.TrimPrefix(strings.ToLower(filepath.Ext(c.Out)), "."))
	if c.Out != "" && format != paper.XLSX && format != paper.PNG {
		return usageError{errors.New("--out wants a name that ends in .xlsx or .png")}
	}
	words, err := p.words()
	if err != nil {
		return err
	}
	return p.inWard(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		report, err := ward.Year.Year(p.ctx, actor, c.Year)
		if err != nil {
			return said(words, err)
		}
		if c.Out != "" {
			paper, err := ward.Papers.Year(p.ctx, actor, c.Year, format, paper.Words{Say: sayer(words), Spell: texts.InWords})
			if err != nil {
				return said(words, err)
			}
			if err := writeNew(c.Out, paper.Content); err != nil {
				return err
			}
		}
		if c.JSON {
			return printJSON(p, report)
		}
		return printYear(p, words, report)
	})
}

// writeNew writes a file that is not there yet.
func writeNew(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return usageError{err}
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// printYear prints the months and the sources of a ward's year.
func printYear(p *process, words *texts.Texts, report year.YearReport) error {
	word := func(key string) string { return words.Say("table."+key, nil) }
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, sum year.Sum, forecast int64) {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", name,
			texts.Money(sum.Paid), texts.Money(sum.Unconfirmed), texts.Money(sum.Sent), texts.Money(sum.Waiting),
			texts.Money(sum.Failed), texts.Money(forecast))
	}
	head := func(name string) {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", name, word("paid"), word("unconfirmed"), word("sent"),
			word("waiting"), word("failed"), word("forecast"))
	}
	head(report.Ward)
	for _, month := range report.Months {
		row(month.Month.String(), month.Sum, month.Forecast)
	}
	row(word("total"), report.Sum, report.Forecast)
	head(word("source"))
	for _, source := range report.Sources {
		row(source.Source, source.Sum, source.Forecast)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, source := range report.Sources {
		if source.Budget > 0 {
			if _, err := fmt.Fprintf(p.stdout, "%s %s: %s\n", word("budget"), source.Source,
				texts.Money(source.Budget)); err != nil {
				return err
			}
		}
	}
	heads, deputies := 0, 0
	for _, vacancy := range report.Vacancies {
		if vacancy.Role == models.Head {
			heads++
		} else {
			deputies++
		}
	}
	_, err := fmt.Fprintf(p.stdout, "%s: %d %s, %d %s\n", word("vacant"), heads, word("heads"), deputies, word("deputies"))
	return err
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
