package page

import (
	"context"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services/change"
	"canbobot/services/roster"
)

// correct begins staff's correction of a term; the button names the term.
func (s *Screens) correct(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	known := bot.Answers{}
	known.Fix("fixes", id(number(turn.Arg(0))))
	return turn.Begin(ctx, "correct", known)
}

// What of a term is wrong.
var termWrongs = []string{"from", "to", "running", "role", "acting", "decision", "void"}

func (s *Screens) correctForm() *bot.Form {
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
		Name: "correct", Attach: s.attachToForm,
		Mends: map[string]string{
			"correction": "wrong", "correction_same": "wrong", "date_far": "day", "date_before_term": "day", "role": "role", "post_taken": "wrong", "already_in_branch": "wrong",
		},
		Steps: []bot.Step{
			{Name: "wrong", Ask: "correct.wrong", Choices: s.termWrongChoices, Read: oneOf(termWrongs...), Show: showChoice("wrong", s.termWrongChoices), Pick: true},
			{Name: "day", Ask: "correct.day", Example: "example.from", Read: s.readTermDay, Show: showDayOf("day"), Skip: unless("from", "to")},
			{Name: "role", Ask: "correct.role", Choices: s.plainRoleChoices, Read: oneOf(string(models.Head), string(models.Deputy), string(models.Member)),
				Show: showChoice("role", s.plainRoleChoices), Skip: unless("role"), Pick: true},
			{Name: "acting", Ask: "correct.acting", Choices: s.actingChoices, Read: oneOf("no", "yes"), Show: showChoice("acting", s.actingChoices), Skip: unless("acting"), Pick: true},
			{Name: "decision", Ask: "correct.decision", Example: "example.decision", Read: readDecision, Show: asKept("decision"), Skip: unless("decision"), Free: true},
			{Name: "decided", Ask: "officer.decided", Example: "example.from", Choices: s.noneChoice, Read: noneOr(s.readDay), Show: s.showDecided, Skip: unless("decision")},
			{Name: "signer", Ask: "officer.signer", Example: "example.signer", Choices: s.noneChoice, Read: noneOr(readSigner), Show: s.orNone("signer"), Skip: unless("decision"), Free: true},
			{Name: "note", Ask: "correct.why", Example: "example.correct_why", Read: readSentenceStep, Show: asKept("note"), Free: true},
		},
		Confirm: s.confirmChange,
		Done:    s.submitChange,
	}
}

func (s *Screens) termWrongChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	var rows [][]bot.Button
	for i := 0; i < len(termWrongs); i += 2 {
		var row []bot.Button
		for _, wrong := range termWrongs[i:min(i+2, len(termWrongs))] {
			row = append(row, bot.Button{Label: s.say("correct_button." + wrong), Action: bot.Choice(wrong)})
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (s *Screens) plainRoleChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	var row []bot.Button
	for _, role := range []models.TermRole{models.Head, models.Deputy, models.Member} {
		row = append(row, bot.Button{Label: s.say("field." + string(role)), Action: bot.Choice(string(role))})
	}
	return [][]bot.Button{row}, nil
}

func (s *Screens) actingChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return [][]bot.Button{bot.Row(
		bot.Button{Label: s.say("acting.no_button"), Action: bot.Choice("no")},
		bot.Button{Label: s.say("acting.yes_button"), Action: bot.Choice("yes")})}, nil
}

// readTermDay reads the day of a term however long ago it was.
func (s *Screens) readTermDay(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	day, err := roster.ParsePast(input.Text, s.today())
	return day.String(), err
}

func correctionOf(answers bot.Answers) (c change.Correction, paper roster.Decision) {
	switch answers["wrong"] {
	case "from":
		c.From = dayOf(answers["day"])
	case "to":
		c.To = dayOf(answers["day"])
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
	answers.Fix("fixes", id(proposal.Term))
	return answers
}

// merge begins staff's proposal that two rows are one human; the button names
// who stays and who goes up in them.
func (s *Screens) merge(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	known := bot.Answers{}
	known.Fix("stays", id(number(turn.Arg(0))))
	known.Fix("goes_up", id(number(turn.Arg(1))))
	return turn.Begin(ctx, "merge", known)
}

func (s *Screens) mergeForm() *bot.Form {
	return &bot.Form{
		Name: "merge", Attach: s.attachToForm,
		Steps: []bot.Step{
			{Name: "note", Ask: "merge.why", Example: "example.merge_why", Read: readSentenceStep, Show: asKept("note"), Free: true},
		},
		Confirm: s.confirmChange,
		Done:    s.submitChange,
	}
}
