package command

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/bank"
	"canbobot/services/sheet"
	"canbobot/services/ward"
)

type resultsCommand struct {
	File      string `arg:"" help:"The bank's result sheet, .xlsx." type:"existingfile"`
	Month     string `name:"run" help:"${results_run}" placeholder:"MONTH"`
	Ward      string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
	DryRun    bool   `help:"Only say what would be marked."`
	Annotated string `help:"Write the sheet with every wrong cell coloured and explained here." placeholder:"OUT.xlsx"`

	Means map[string]string `help:"${results_means}" placeholder:"PHRASE=ANSWER"`
}

func (resultsCommand) Help() string {
	return "Says how many lines the bank paid, refused and sent back, and each wrong cell; with any wrong cell " +
		"nothing is marked, and the exit code is 1. " +
		"The same sheet again changes nothing. docs/results.md tells which columns are read.\n\n" +
		"Example: canbobot results ket-qua.xlsx --run 2026-03 --dry-run"
}

func (c resultsCommand) Run(p *process) error {
	var month models.Month
	if c.Month != "" {
		var err error
		if month, err = models.ParseMonth(c.Month); err != nil {
			return usageError{err}
		}
	}
	words, err := p.words()
	if err != nil {
		return err
	}
	content, err := readSheet(c.File)
	if err != nil {
		return err
	}
	return p.writing(!c.DryRun).inWard(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		bring := func() (bank.Preview, error) { return ward.Results.Check(p.ctx, actor, month, content) }
		if !c.DryRun {
			bring = func() (bank.Preview, error) {
				return ward.Results.Preview(p.ctx, actor, month, filepath.Base(c.File), content)
			}
		}
		preview, err := bring()
		if err != nil {
			return said(words, err)
		}
		for preview.Question != nil && preview.ID != 0 {
			asked := preview.Question
			means, known := c.meaning(asked.Text)
			if !known {
				break
			}
			if preview, err = ward.Results.Learn(p.ctx, actor, preview.ID, asked.Key, means); err != nil {
				return said(words, err)
			}
		}
		if c.Annotated != "" {
			annotated, err := sheet.Annotate(p.ctx, content, preview.Sheet(), sayer(words))
			if err != nil {
				return err
			}
			if err := os.WriteFile(c.Annotated, annotated, 0o600); err != nil {
				return err
			}
		}
		printResults(p.stdout, words, preview)
		switch {
		case preview.Question != nil:
			return fmt.Errorf("what does %q mean? Say --means '%s=ANSWER', which is remembered: %s; nothing was marked",
				preview.Question.Text, preview.Question.Text, strings.Join(preview.Question.Answers, ", "))
		case preview.Counts.Errors > 0:
			return fmt.Errorf("%d rows are wrong; nothing was marked", preview.Counts.Wrong)
		case c.DryRun || preview.ID == 0:
			_, err := fmt.Fprintln(p.stdout, "nothing was marked")
			return err
		}
		if _, err := ward.Results.Apply(p.ctx, actor, preview.ID); err != nil {
			return said(words, err)
		}
		_, err = fmt.Fprintf(p.stdout, "marked %d lines of %s\n", preview.Counts.Marks(), preview.Run.Month)
		return err
	})
}

// meaning is what the caller has said of a phrase.
func (c resultsCommand) meaning(phrase string) (string, bool) {
	for said, means := range c.Means {
		if sheet.Words(said) == sheet.Words(phrase) {
			return means, true
		}
	}
	return "", false
}

func printResults(out io.Writer, words *texts.Texts, preview bank.Preview) {
	c := preview.Counts
	fmt.Fprintf(out, "list of %s, rows %d: paid %d, failed %d, returned %d, already %d, waiting %d, wrong %d; lines "+
		"without an answer %d\n",
		preview.Run.Month, c.Rows, c.Paid, c.Failed, c.Returned, c.Already, c.Waiting, c.Wrong, c.Missing)
	for _, said := range preview.Said {
		fmt.Fprintf(out, "word %q: %d rows of %d, read as %s\n", said.Text, said.Rows, said.Total,
			cmp.Or(said.Answer, "unsure"))
	}
	for _, reason := range preview.Reasons {
		fmt.Fprintf(out, "reason %q: %d\n", reason.Text, reason.Count)
	}
	for _, finding := range preview.Findings[:min(len(preview.Findings), mostPrinted)] {
		kind := "error "
		if finding.Remark {
			kind = "remark"
		}
		fmt.Fprintf(out, "%s %s!%s %s\n", kind, finding.Sheet, finding.Cell, sheet.Explain(finding, sayer(words)))
	}
}
