package command

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"canbobot/bot/texts"
	"canbobot/services"
	"canbobot/services/anchor"
	"canbobot/services/journal"
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
	return "The journal notes the export. Telephone, account and citizens' numbers are masked.\n\n" +
		"Example: canbobot audit export --change 12 request-12.xlsx"
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

type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Prove that no entry was changed, removed or slipped in."`
	Export auditExportCommand `cmd:"" help:"Write everything known of one person or request to an Excel file."`
}

type auditVerifyCommand struct {
	File string `help:"${verify_file}" placeholder:"FILE" type:"existingfile"`
	Code string `help:"Also say which entry this code is of, which a leader was told in chat." placeholder:"CODE"`
}

func (auditVerifyCommand) Help() string {
	return "Write the printed heads down elsewhere: they prove later that nothing was cut off the end. A file kept by " +
		"AUDIT_FILE proves it of every entry, a code that leaders are sent each day of all up to that day's.\n\n" +
		"Example: canbobot audit verify --file /var/lib/canbobot/audit.jsonl --code 4F7K-29QD-8XMA"
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
		if c.Code != "" {
			told, err := findCode(p, ward, c.Code)
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

// findCode says which entry a leader's code is of: with a journal that is whole, it
// is then as it was on that day up to there.
func findCode(p *process, ward *ward.Services, code string) (broken []string, err error) {
	found, err := ward.Anchor.Find(p.ctx, code)
	if errors.Is(err, anchor.ErrCode) {
		return nil, usageError{fmt.Errorf("--code %s: %w", code, err)}
	}
	if err != nil {
		return nil, err
	}
	for _, one := range found {
		fmt.Fprintf(p.stdout, "code %s is of entry %d of ward %d, written on %s\n", code, one.Seq, one.Ward,
			one.At.In(services.Zone).Format("02/01/2006 15:04"))
	}
	if len(found) == 0 {
		broken = []string{fmt.Sprintf("code %s is of no entry: typed wrongly, or the journal was rewritten or cut since",
			code)}
	}
	return broken, nil
}

// compareMirror tells what of the journal is not as a file has it.
func compareMirror(p *process, ward *ward.Services, path string) (broken []string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usageError{err}
	}
	defer file.Close()
	compared, faults, err := ward.Audit.Compare(p.ctx, file)
	if err != nil {
		return nil, err
	}
	for _, of := range slices.Sorted(maps.Keys(faults)) {
		for _, fault := range faults[of] {
			broken = append(broken, fmt.Sprintf("ward %d: %s", of, wordsOfFault(fault)))
		}
	}
	if len(broken) == 0 {
		_, err = fmt.Fprintf(p.stdout, "%d entries are as the file has them\n", compared)
	}
	return broken, err
}

// wordsOfFault tells an operator what somebody did to the journal.
func wordsOfFault(fault journal.Fault) string {
	switch fault.Why {
	case journal.Missing:
		return fmt.Sprintf("entry %d is missing", fault.Seq)
	case journal.Moved:
		return fmt.Sprintf("entry %d was written as entry %d", fault.Seq, fault.From)
	case journal.Rewritten:
		return fmt.Sprintf("entry %d does not follow from the one before it, which was replaced", fault.Seq)
	case journal.Unkeyed:
		return fmt.Sprintf("entry %d has no key, or nothing took it over", fault.Seq)
	case journal.Headless:
		return fmt.Sprintf("what ends the journal before entry %d is missing or was replaced", fault.Seq)
	case journal.Replaced:
		return fmt.Sprintf("entry %d is not the one that was copied to the file", fault.Seq)
	}
	return fmt.Sprintf("entry %d was changed", fault.Seq)
}
