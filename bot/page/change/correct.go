package change

import (
	"slices"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/change"
)

// correct asks what of a term is wrong.
type correct struct{ plain }

func init() { register(func(p *Page) kind { return correct{plain{p}} }, change.Correct{}) }

func (p correct) register(b *kit.Book) {
	b.Screen("fix", kit.About(p.Roster.Term, "correct", "fixes"), kit.Staff, kit.Inner)
}

// What of a term is wrong.
var termWrongs = []string{"from", "to", "running", "role", "acting", "decision", "void"}

func (p correct) form() *bot.Form {
	decision := kit.Only("wrong", "decision")
	return &bot.Form{
		Name: "correct",
		Mends: map[string]string{
			"correction": "wrong", "correction_same": "wrong", "date_far": "day", "date_before_term": "day", "role": "role",
			"post_taken": "wrong", "already_in_branch": "wrong",
		},
		Steps: slices.Concat([]bot.Step{
			p.choice(bot.Step{Name: "wrong", Ask: "correct.wrong"}, 2, "correct_button.*", termWrongs...),
			{Name: "day", Ask: "correct.day", Example: "example.from", Read: p.ReadPast, Show: kit.ShowDayOf("day"),
				Skip: kit.Only("wrong", "from", "to")},
			p.choice(bot.Step{Name: "role", Ask: "correct.role", Skip: kit.Only("wrong", "role")}, 3, "field.*",
				string(models.Head), string(models.Deputy), string(models.Member)),
			p.acting(bot.Step{Ask: "correct.acting", Skip: kit.Only("wrong", "acting")}),
			{Name: "decision", Ask: "correct.decision", Example: "example.decision", Read: readDecision,
				Show: kit.AsKept("decision"), Skip: decision, Free: true},
		}, p.paperSteps(decision), []bot.Step{
			kit.Sentence(bot.Step{Name: "note", Ask: "correct.why", Example: "example.correct_why"}),
		}),
	}
}

// correcting is what is said of a term that is wrong.
type correcting struct {
	given
	citing
	Fixes         int64
	Wrong, Acting string
	Day           models.Date
	Role          models.TermRole
}

func (p correct) proposal(answers bot.Answers) change.Proposal {
	said := kit.Typed[correcting](answers)
	proposal, c := proposed(said.given), change.Correction{}
	switch said.Wrong {
	case "from":
		c.From = said.Day
	case "to":
		c.To = said.Day
	case "running":
		c.Running = true
	case "role":
		c.Role = said.Role
	case "acting":
		c.Acting = said.Acting
	case "decision":
		proposal.Decision = said.paper()
	case "void":
		c.Void = true
	}
	proposal.Kind, proposal.Term = change.Correct{Correction: c}, said.Fixes
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
		answers = kit.Untyped(cited(proposal.Decision))
		answers["wrong"], answers["note"] = "decision", proposal.Note
	}
	answers["fixes"] = kit.ID(proposal.Term)
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
