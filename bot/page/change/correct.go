package change

import (
	"context"
	"slices"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/change"
)

// correct asks what of a term is wrong.
type correct struct{ plain }

func init() { register(func(p *Page) kind { return correct{plain{p}} }, change.Correct{}) }

func (p correct) register(b *kit.Book) { b.Screen("fix", p.begin, kit.Staff, kit.Inner) }

// begin begins staff's correction of a term; the button names the term.
func (p correct) begin(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known := bot.Answers{}
	known.Fix("fixes", kit.ID(kit.Number(turn.Arg(0))))
	return turn.Begin(ctx, "correct", known)
}

// What of a term is wrong.
var termWrongs = []string{"from", "to", "running", "role", "acting", "decision", "void"}

func (p correct) form() *bot.Form {
	unless := func(what ...string) func(bot.Turn, bot.Answers) bool {
		return func(_ bot.Turn, answers bot.Answers) bool {
			return !slices.Contains(what, answers["wrong"])
		}
	}
	return &bot.Form{
		Name: "correct",
		Mends: map[string]string{
			"correction": "wrong", "correction_same": "wrong", "date_far": "day", "date_before_term": "day", "role": "role",
			"post_taken": "wrong", "already_in_branch": "wrong",
		},
		Steps: slices.Concat([]bot.Step{
			p.choice(bot.Step{Name: "wrong", Ask: "correct.wrong"}, 2, "correct_button.*", termWrongs...),
			{Name: "day", Ask: "correct.day", Example: "example.from", Read: p.ReadPast, Show: kit.ShowDayOf("day"),
				Skip: unless("from", "to")},
			p.choice(bot.Step{Name: "role", Ask: "correct.role", Skip: unless("role")}, 3, "field.*",
				string(models.Head), string(models.Deputy), string(models.Member)),
			p.acting(bot.Step{Ask: "correct.acting", Skip: unless("acting")}),
			{Name: "decision", Ask: "correct.decision", Example: "example.decision", Read: readDecision,
				Show: kit.AsKept("decision"), Skip: unless("decision"), Free: true},
		}, p.paperSteps(unless("decision")), []bot.Step{
			{Name: "note", Ask: "correct.why", Example: "example.correct_why", Read: kit.ReadSentenceStep,
				Show: kit.AsKept("note"), Free: true},
		}),
	}
}

func (p correct) proposal(answers bot.Answers) change.Proposal {
	var c change.Correction
	proposal := proposed(answers)
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
		proposal.Decision = paperOf(answers)
	case "void":
		c.Void = true
	}
	proposal.Kind, proposal.Term = change.Correct{Correction: c}, kit.Number(answers["fixes"])
	return proposal
}

func (p correct) answers(proposal change.Proposal) bot.Answers {
	answers, c := bot.Answers{"note": proposal.Note}, proposal.Kind.(change.Correct).Correction
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

// line begins with the post itself, and says what is no value of it.
func (p correct) line(diff change.Diff) string {
	switch diff.Field {
	case "term":
		return p.Say("card.term", "name", diff.From, "title", diff.To)
	case "void":
		return p.Say("card.void", "title", diff.To, "from", p.write("from", diff.From))
	case "running":
		return p.Say("card.running", "to", p.write("to", diff.From))
	}
	return p.plain.line(diff)
}
