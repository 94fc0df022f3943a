package change

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/change"
	"canbobot/services/roster"
)

// correct begins staff's correction of a term; the button names the term.
func (p *Page) correct(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known := bot.Answers{}
	known.Fix("fixes", kit.ID(kit.Number(turn.Arg(0))))
	return turn.Begin(ctx, "correct", known)
}

// What of a term is wrong.
var termWrongs = []string{"from", "to", "running", "role", "acting", "decision", "void"}

func (p *Page) correctForm() *bot.Form {
	unless := func(what ...string) func(bot.Turn, bot.Answers) bool {
		return func(_ bot.Turn, answers bot.Answers) bool {
			for _, one := range what {
				if answers["wrong"] == one {
					return false
				}
			}
			return true
		}
	}
	return &bot.Form{
		Name: "correct", Attach: p.attachToForm,
		Mends: map[string]string{
			"correction": "wrong", "correction_same": "wrong", "date_far": "day", "date_before_term": "day", "role": "role", "post_taken": "wrong", "already_in_branch": "wrong",
		},
		Steps: []bot.Step{
			{Name: "wrong", Ask: "correct.wrong", Choices: p.termWrongChoices, Read: kit.OneOf(termWrongs...), Show: kit.ShowChoice("wrong", p.termWrongChoices), Pick: true},
			{Name: "day", Ask: "correct.day", Example: "example.from", Read: p.ReadPast, Show: kit.ShowDayOf("day"), Skip: unless("from", "to")},
			{Name: "role", Ask: "correct.role", Choices: p.plainRoleChoices, Read: kit.OneOf(string(models.Head), string(models.Deputy), string(models.Member)),
				Show: kit.ShowChoice("role", p.plainRoleChoices), Skip: unless("role"), Pick: true},
			{Name: "acting", Ask: "correct.acting", Choices: p.actingChoices, Read: kit.OneOf("no", "yes"), Show: kit.ShowChoice("acting", p.actingChoices), Skip: unless("acting"), Pick: true},
			{Name: "decision", Ask: "correct.decision", Example: "example.decision", Read: readDecision, Show: kit.AsKept("decision"), Skip: unless("decision"), Free: true},
			{Name: "decided", Ask: "officer.decided", Example: "example.from", Choices: p.NoneChoice, Read: kit.NoneOr(p.ReadDay), Show: p.showDecided, Skip: unless("decision")},
			{Name: "signer", Ask: "officer.signer", Example: "example.signer", Choices: p.NoneChoice, Read: kit.NoneOr(readSigner), Show: p.OrNone("signer"), Skip: unless("decision"), Free: true},
			{Name: "note", Ask: "correct.why", Example: "example.correct_why", Read: kit.ReadSentenceStep, Show: kit.AsKept("note"), Free: true},
		},
		Confirm: p.confirmChange,
		Done:    p.submitChange,
	}
}

func (p *Page) termWrongChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	var rows [][]bot.Button
	for i := 0; i < len(termWrongs); i += 2 {
		var row []bot.Button
		for _, wrong := range termWrongs[i:min(i+2, len(termWrongs))] {
			row = append(row, bot.Button{Label: p.Say("correct_button." + wrong), Action: bot.Choice(wrong)})
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (p *Page) plainRoleChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	var row []bot.Button
	for _, role := range []models.TermRole{models.Head, models.Deputy, models.Member} {
		row = append(row, bot.Button{Label: p.Say("field." + string(role)), Action: bot.Choice(string(role))})
	}
	return [][]bot.Button{row}, nil
}

func (p *Page) actingChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return [][]bot.Button{bot.Row(
		bot.Button{Label: p.Say("acting.no_button"), Action: bot.Choice("no")},
		bot.Button{Label: p.Say("acting.yes_button"), Action: bot.Choice("yes")})}, nil
}

func correctionOf(answers bot.Answers) (c change.Correction, paper roster.Decision) {
	switch answers["wrong"] {
	case "from":
		c.From = kit.DayOf(answers["day"])
	case "to":
		c.To = kit.DayOf(answers["day"])
	case "running":
		c.Running = true
	case "role":
		c.Role = models.TermRole(answers["role"])
	case "acting":
		c.Acting = answers["acting"]
	case "decision":
		paper = paperOf(answers)
	case "void":
		c.Void = true
	}
	return c, paper
}

// answersOfCorrection is the reverse.
func answersOfCorrection(proposal change.Proposal, c change.Correction) bot.Answers {
	answers := bot.Answers{"note": proposal.Note}
	switch {
	case c.Void:
		answers["wrong"] = "void"
	case c.Running:
		answers["wrong"] = "running"
	case !c.From.IsZero():
		answers["wrong"], answers["day"] = "from", c.From.String()
	case !c.To.IsZero():
		answers["wrong"], answers["day"] = "to", c.To.String()
	case c.Role != "":
		answers["wrong"], answers["role"] = "role", string(c.Role)
	case c.Acting != "":
		answers["wrong"], answers["acting"] = "acting", c.Acting
	default:
		answers["wrong"] = "decision"
		keepPaper(answers, proposal.Decision)
	}
	answers.Fix("fixes", kit.ID(proposal.Term))
	return answers
}
