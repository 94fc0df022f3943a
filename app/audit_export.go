package app

import (
	"errors"
	"fmt"
	"os"

	"canbobot/bot/texts"
	"canbobot/services"
	"canbobot/services/story"
	"canbobot/services/ward"
)

type auditExportCommand struct {
	Person int64  `help:"Id of the person in the roster." xor:"subject" placeholder:"ID"`
	Change int64  `help:"Number of the change request." xor:"subject" placeholder:"N"`
	List   int64  `help:"Number of the payment list." name:"run" xor:"subject" placeholder:"N"`
	Ward   string `help:"Code of the ward; refuse what is another's." placeholder:"CODE"`
	Out    string `arg:"" help:"The file to write; it must not exist." placeholder:"OUT.xlsx" type:"path"`
}

func (auditExportCommand) Help() string {
	return "The journal notes the export. Telephone, account and citizens' numbers are masked.\n\nExample: canbobot audit export --change 12 request-12.xlsx"
}

func (c auditExportCommand) subject() (story.Subject, error) {
	switch {
	case c.Person > 0:
		return story.Subject{Kind: story.Person, ID: c.Person}, nil
	case c.Change > 0:
		return story.Subject{Kind: story.Change, ID: c.Change}, nil
	case c.List > 0:
		return story.Subject{Kind: story.Run, ID: c.List}, nil
	}
	return story.Subject{}, usageError{errors.New("say whose story: --person ID, --change N or --run N")}
}

func (c auditExportCommand) Run(p *process) error {
	subject, err := c.subject()
	if err != nil {
		return err
	}
	words, err := texts.Load(func(problem string) { fmt.Fprintln(p.stderr, problem) })
	if err != nil {
		return err
	}
	return p.withWard(func(ward *ward.Services) error {
		actor := services.SystemActor(0)
		if c.Ward != "" {
			if actor, err = actorOf(p.ctx, ward, c.Ward); err != nil {
				return err
			}
		}
		file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return usageError{err}
		}
		sheet, err := ward.Story.Export(p.ctx, actor, subject,
			func(key string, fields map[string]any) string { return words.Say(key, fields) })
		if err == nil {
			_, err = file.Write(sheet.Content)
		}
		if err = errors.Join(err, file.Close()); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", subject, err), os.Remove(c.Out))
		}
		_, err = fmt.Fprintf(p.stdout, "%d entries written to %s\n", sheet.Entries, c.Out)
		return err
	})
}
