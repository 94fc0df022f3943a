package change

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// What of a person's papers is wrong.
const (
	wrongName    = "name"
	wrongBirth   = "birth"
	wrongCitizen = "citizen"
)

// profile asks what of a person's papers is wrong.
type profile struct{ plain }

func init() { register(func(p *Page) kind { return profile{plain{p}} }, change.Profile{}) }

func (p profile) register(b *kit.Book) {
	b.Screen("details", p.begin, kit.Intent(bot.ChangeProfile, "details"))
}

// begin begins the form that mends a name, a birth date or a citizen's
// number.
func (p profile) begin(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.beginOwn(ctx, turn, "profile", nil)
}

func (p profile) form() *bot.Form {
	return &bot.Form{
		Name: "profile", Intent: bot.ChangeProfile,
		Mends: map[string]string{"citizen_taken": "citizen"},
		Steps: []bot.Step{
			p.choice(bot.Step{Name: "wrong", Ask: "profile_form.wrong"}, 2, "profile_form.*_button",
				wrongName, wrongBirth, wrongCitizen),
			{Name: "name", Ask: "profile_form.name", Example: "example.name", Read: kit.ReadName, Show: kit.AsKept("name"),
				Skip: kit.Only("wrong", wrongName), Free: true},
			{Name: "birth", Ask: "profile_form.birth", Example: "example.birth", Read: p.readBirth, Show: showBirth,
				Skip: kit.Only("wrong", wrongBirth)},
			{Name: "citizen", Ask: "profile_form.citizen", Example: "example.citizen", Read: readCitizen,
				Show: kit.AsKept("citizen"), Skip: kit.Only("wrong", wrongCitizen)},
		},
	}
}

// readBirth keeps a day as yyyy-mm-dd, or the year where only that is known.
func (p profile) readBirth(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	day, year, err := roster.ParseBirth(input.Text, p.Today())
	if err != nil {
		return "", err
	}
	if day.IsZero() {
		return kit.ID(int64(year)), nil
	}
	return day.String(), nil
}

func showBirth(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
	if kit.DayOf(answers["birth"]).IsZero() {
		return answers["birth"], nil
	}
	return kit.ShowDayOf("birth")(ctx, turn, answers)
}

func readCitizen(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	number, lost, err := vn.ParseCitizen(input.Text)
	if err == nil && lost { // typed by hand it is a digit too few, not a spreadsheet's zero
		return "", services.Invalid("citizen")
	}
	return number, err
}

// amending is what is said of a person's papers.
type amending struct {
	given
	Wrong, Name, Birth, Citizen string
}

func (p profile) proposal(answers bot.Answers) change.Proposal {
	said, details := kit.Typed[amending](answers), change.Details{}
	switch said.Wrong {
	case wrongName:
		details.Name = said.Name
	case wrongBirth:
		if details.BirthDate = kit.DayOf(said.Birth); details.BirthDate.IsZero() {
			details.BirthYear = int(kit.Number(said.Birth))
		}
	case wrongCitizen:
		details.Citizen = roster.Secret{Plain: said.Citizen}
	}
	proposal := proposed(said.given)
	proposal.Kind = change.Profile{Details: details}
	return proposal
}

// answers leave out a citizen's number: it is sealed, and asked for again.
func (p profile) answers(proposal change.Proposal) bot.Answers {
	said, details := amending{given: given{Person: proposal.Person}}, proposal.Kind.(change.Profile).Details
	switch {
	case details.Name != "":
		said.Wrong, said.Name = wrongName, details.Name
	case !details.BirthDate.IsZero():
		said.Wrong, said.Birth = wrongBirth, details.BirthDate.String()
	case details.BirthYear != 0:
		said.Wrong, said.Birth = wrongBirth, kit.ID(int64(details.BirthYear))
	default:
		said.Wrong = wrongCitizen
	}
	return kit.Untyped(said)
}
