package command

import (
	"fmt"
	"text/tabwriter"

	"canbobot/services/ward"
)

type keyCommand struct {
	Status keyStatusCommand `cmd:"" help:"Say how many values are sealed with which key."`
	Rotate keyRotateCommand `cmd:"" help:"Seal and hash everything anew with SECRET_KEY, while others serve."`
}

type keyStatusCommand struct{}

func (keyStatusCommand) Help() string {
	return "Keys are named by ids, which tell nothing of them. An empty id is what is not sealed for its row.\n\n" +
		"Example: canbobot key status"
}

func (keyStatusCommand) Run(p *process) error {
	return p.withWard(func(ward *ward.Services) error {
		counts, err := ward.Keys.Status(p.ctx)
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintf(out, "SECRET_KEY has the id %s\n\nCOLUMN\tKEY\tVALUES\n", ward.Keys.Key())
		for _, count := range counts {
			fmt.Fprintf(out, "%s\t%s\t%d\n", count.Column, count.Key, count.Values)
		}
		return out.Flush()
	})
}

type keyRotateCommand struct{}

func (keyRotateCommand) Help() string {
	return "Set SECRET_KEY to the new key and SECRET_KEYS_OLD to the former one, start every process so, then run this. " +
		"It may be stopped and run again. When it says so, SECRET_KEYS_OLD can be taken away.\n\n" +
		"Example: SECRET_KEY=$NEW SECRET_KEYS_OLD=$OLD canbobot key rotate"
}

func (keyRotateCommand) Run(p *process) error {
	return p.writing(true).withWard(func(ward *ward.Services) error {
		said := map[string]int{} // rows told of a table
		left, err := ward.Keys.Rotate(p.ctx, func(table string, seen, written int) {
			if seen-said[table] >= rotateTold {
				fmt.Fprintf(p.stderr, "%s: %d rows seen, %d sealed anew\n", table, seen, written)
				said[table] = seen
			}
		})
		if err != nil {
			return err
		}
		for _, count := range left.Counts {
			fmt.Fprintf(p.stderr, "%s: %d values are still sealed with key %s\n", count.Column, count.Values, count.Key)
		}
		if len(left.Doubles) > 0 {
			fmt.Fprintln(p.stderr, "people whose number another of their ward has by now, to be settled in chat:", left.Doubles)
		}
		if !left.Done() {
			return fmt.Errorf("not everything is sealed with key %s; has a process the old key as its SECRET_KEY?",
				ward.Keys.Key())
		}
		_, err = fmt.Fprintf(p.stdout, "everything is sealed with key %s; SECRET_KEYS_OLD can be taken away\n",
			ward.Keys.Key())
		return err
	})
}

// rotateTold is how many rows of a table pass between two lines of progress.
const rotateTold = 50_000
