package command

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/sheet"
	"canbobot/services/ward"
)

type importCommand struct {
	File      string `arg:"" help:"The sheet, .xlsx." type:"existingfile"`
	Ward      string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
	DryRun    bool   `help:"Only say what would be done."`
	Annotated string `help:"Write the sheet with every wrong cell coloured and explained here." placeholder:"OUT.xlsx"`
}

func (importCommand) Help() string {
	return "Says how many rows are new, changed, unchanged and wrong, and each wrong cell; with any wrong cell " +
		"nothing is imported, and the exit code is 1. " +
		"Importing the same sheet again changes nothing.\n\nExample: canbobot import danh-sach.xlsx --ward bac-hong-linh " +
		"--dry-run --annotated sua.xlsx"
}

func (c importCommand) Run(p *process) error {
	words, err := p.words()
	if err != nil {
		return err
	}
	content, err := readSheet(c.File)
	if err != nil {
		return err
	}
	return p.writing(!c.DryRun).inWard(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		bring := func() (sheet.Preview, error) { return ward.Sheets.Check(p.ctx, actor, content) }
		if !c.DryRun {
			bring = func() (sheet.Preview, error) {
				return ward.Sheets.Preview(p.ctx, actor, filepath.Base(c.File), content)
			}
		}
		preview, err := bring()
		if err != nil {
			return said(words, err)
		}
		if c.Annotated != "" {
			annotated, err := sheet.Annotate(p.ctx, content, preview, sayer(words))
			if err != nil {
				return err
			}
			if err := os.WriteFile(c.Annotated, annotated, 0o600); err != nil {
				return err
			}
		}
		if err := printPreview(p.stdout, words, preview); err != nil {
			return err
		}
		switch {
		case preview.Counts.Errors > 0:
			return fmt.Errorf("%d cells are wrong; nothing was imported", preview.Counts.Errors)
		case c.DryRun || preview.ID == 0:
			_, err := fmt.Fprintln(p.stdout, "nothing was imported")
			return err
		}
		if _, err := ward.Sheets.Apply(p.ctx, actor, preview.ID); err != nil {
			return said(words, err)
		}
		_, err = fmt.Fprintf(p.stdout, "imported (import %d)\n", preview.ID)
		return err
	})
}

// readSheet reads no more of a file than a sheet may have, so that the refusal
// of a huge one does not cost its size.
func readSheet(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usageError{err}
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, sheet.MaxFile+1))
}

// mostPrinted bounds the findings that a command prints.
const mostPrinted = 200

func printPreview(out io.Writer, words *texts.Texts, preview sheet.Preview) error {
	c := preview.Counts
	fmt.Fprintf(out, "rows %d: new %d, changed %d, unchanged %d, wrong %d; remarks %d\n", c.Rows, c.New, c.Changed,
		c.Unchanged, c.Wrong, c.Remarks)
	findings := append(preview.Errors(), preview.Remarks()...)
	for _, finding := range findings[:min(len(findings), mostPrinted)] {
		kind := "error "
		if finding.Remark {
			kind = "remark"
		}
		fmt.Fprintf(out, "%s %s!%s %s\n", kind, finding.Sheet, finding.Cell, sheet.Explain(finding, sayer(words)))
	}
	if rest := c.Errors + c.Remarks - min(len(findings), mostPrinted); rest > 0 {
		fmt.Fprintf(out, "and %d more; --annotated lists them\n", rest)
	}
	return nil
}

type exportCommand struct {
	Out          string   `arg:"" help:"Where to write, .xlsx."`
	Ward         string   `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
	Village      []string `help:"Only these villages, by name." placeholder:"NAME"`
	Organization []string `help:"Only these organizations, by code: youth, women ..." placeholder:"CODE"`
	Role         []string `help:"Only these roles: head, deputy, member, cell_member." enum:"${roles}" placeholder:"ROLE"`
	Vacant       bool     `help:"Only posts that nobody holds."`
	On           string   `help:"The day, as yyyy-mm-dd; today when left out." placeholder:"DAY"`
	Full         bool     `help:"Citizens' and account numbers whole, not only their ends."`
}

func (exportCommand) Help() string {
	return "The sheet prints on A4 and can be imported again.\n\n" +
		"Example: canbobot export --ward bac-hong-linh --organization women --role head danh-sach.xlsx"
}

func (c exportCommand) Run(p *process) error {
	filter := sheet.Filter{Organizations: c.Organization, Vacant: c.Vacant, Full: c.Full}
	for _, role := range c.Role {
		filter.Roles = append(filter.Roles, models.TermRole(role))
	}
	if c.On != "" {
		day, err := models.ParseDate(c.On)
		if err != nil {
			return usageError{err}
		}
		filter.On = day
	}
	words, err := p.words()
	if err != nil {
		return err
	}
	return p.inWard(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		if filter.Villages, err = villagesNamed(ward, p, actor, c.Village); err != nil {
			return err
		}
		export, err := ward.Sheets.Roster(p.ctx, actor, filter, sayer(words))
		if err != nil {
			return said(words, err)
		}
		if err := os.WriteFile(c.Out, export.Content, 0o600); err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "%d rows in %s\n", export.Rows, c.Out)
		return err
	})
}

// villagesNamed finds villages by their names, letter case and accents aside.
func villagesNamed(w *ward.Services, p *process, actor services.Actor, names []string) ([]int64, error) {
	if len(names) == 0 {
		return nil, nil
	}
	villages, err := w.Roster.Villages(p.ctx, actor)
	if err != nil {
		return nil, err
	}
	known := map[string]int64{}
	for _, village := range villages {
		known[village.Folded] = village.ID
	}
	var ids []int64
	for _, name := range names {
		id := known[models.Fold(name)]
		if id == 0 {
			return nil, usageError{fmt.Errorf("the ward has no village %q", name)}
		}
		ids = append(ids, id)
	}
	return ids, nil
}
