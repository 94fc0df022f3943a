package command

import (
	"bufio"
	"errors"
	"fmt"
	"os"

	"canbobot/bot/understand"
)

type intentCommand struct {
	Staff bool   `help:"Read the lines as ward staff say them."`
	Eval  string `help:"${eval}" placeholder:"FILE" type:"existingfile"`
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
		if _, err := fmt.Fprintf(out, "%s\t%s\n", model.UnderstandBy(lines.Text(), c.Staff).Intent,
			lines.Text()); err != nil {
			return err
		}
	}
	return errors.Join(lines.Err(), out.Flush())
}
