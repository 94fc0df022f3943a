package kit

import (
	"context"
	"path"
	"strings"

	"canbobot/bot"
	"canbobot/services/sheet"
)

// How many findings a message names; the rest are in the sheet sent back.
const (
	errorsShown  = 5
	remarksShown = 3
)

// Errors name the first of what keeps a sheet out, each by its cell.
func (l *Lines) Errors(preview sheet.Preview) {
	l.findings(preview.Errors(), errorsShown)
	rest := preview.Counts.Errors - errorsShown
	l.SayIf(rest > 0, "import.more_errors", "count", rest)
}

// Remarks name the first of what was mended or left aside.
func (l *Lines) Remarks(preview sheet.Preview) { l.findings(preview.Remarks(), remarksShown) }

func (l *Lines) findings(found []sheet.Finding, most int) {
	for _, finding := range found[:min(len(found), most)] {
		l.Say("import.finding", "cell", finding.Cell, "why", sheet.Explain(finding, l.kit.SheetWords))
	}
}

// Checked ends what is said of a sheet that was sent: with the question whether
// to write it, or why it cannot be, and with the sheet itself where there is
// anything to look at in it.
func (l *Lines) Checked(ctx context.Context, preview sheet.Preview, content []byte, ask, nothing, wrong string,
	yes, no bot.Button, back ...bot.Button) (bot.Reply, error) {
	l.Title = l.kit.Say("import.title", "file", preview.File)
	switch {
	case preview.Counts.Errors > 0:
		l.Add("", wrong)
	case preview.ID == 0:
		l.Add("", nothing)
	default:
		l.Add("", ask)
		l.Row(Positive(yes), Negative(no))
	}
	reply := l.End(back...)
	if content == nil || len(preview.Findings) == 0 {
		return reply, nil
	}
	annotated, err := sheet.Annotate(ctx, content, preview, l.kit.SheetWords)
	name := l.kit.Say("import.annotated") + " - " + strings.TrimSuffix(preview.File, path.Ext(preview.File)) + ".xlsx"
	reply.Files = []bot.File{SheetFile(name, annotated)}
	return reply, err
}
