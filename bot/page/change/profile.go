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

// changeProfile begins the form that mends a name, a birth date or a citizen's
// number.
func (p *Page) changeProfile(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known, err := p.whoseData(turn)
	if err != nil {
		return bot.Reply{}, err
	}
	if known == nil {
		return turn.Open(ctx, "find")
	}
	return turn.Begin(ctx, "profile", known)
}

func (p *Page) profileForm() *bot.Form {
	other := func(what string) func(bot.Turn, bot.Answers) bool {
		return func(_ bot.Turn, answers bot.Answers) bool { return answers["wrong"] != what }
	}
	return &bot.Form{
		Name: "profile", Intent: bot.ChangeProfile, Attach: p.attachToForm,
		Mends: map[string]string{"citizen_taken": "citizen"},
		Steps: []bot.Step{
			{Name: "wrong", Ask: "profile_form.wrong", Choices: p.wrongChoices, Read: kit.OneOf(wrongName, wrongBirth, wrongCitizen), Show: kit.ShowChoice("wrong", p.wrongChoices), Pick: true},
			{Name: "name", Ask: "profile_form.name", Example: "example.name", Read: kit.ReadName, Show: kit.AsKept("name"), Skip: other(wrongName), Free: true},
			{Name: "birth", Ask: "profile_form.birth", Example: "example.birth", Read: p.readBirth, Show: showBirth, Skip: other(wrongBirth)},
			{Name: "citizen", Ask: "profile_form.citizen", Example: "example.citizen", Read: readCitizen, Show: kit.AsKept("citizen"), Skip: other(wrongCitizen)},
		},
		Confirm: p.confirmChange,
		Done:    p.submitChange,
	}
}

func (p *Page) wrongChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return [][]bot.Button{
		bot.Row(bot.Button{Label: p.Say("profile_form.name_button"), Action: bot.Choice(wrongName)}, bot.Button{Label: p.Say("profile_form.birth_button"), Action: bot.Choice(wrongBirth)}),
		bot.Row(bot.Button{Label: p.Say("profile_form.citizen_button"), Action: bot.Choice(wrongCitizen)}),
	}, nil
}

// readBirth keeps a day as yyyy-mm-dd, or the year where only that is known.
func (p *Page) readBirth(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
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

func detailsOf(answers bot.Answers) change.Details {
	details := change.Details{}
	switch answers["wrong"] {
	case wrongName:
		details.Name = answers["name"]
	case wrongBirth:
		if details.BirthDate = kit.DayOf(answers["birth"]); details.BirthDate.IsZero() {
			details.BirthYear = int(kit.Number(answers["birth"]))
		}
	case wrongCitizen:
		details.Citizen = roster.Secret{Plain: answers["citizen"]}
	}
	return details
}

// answersOfDetails is the reverse; a sealed number is asked for again.
func answersOfDetails(details change.Details) bot.Answers {
	switch {
	case details.Name != "":
		return bot.Answers{"wrong": wrongName, "name": details.Name}
	case !details.BirthDate.IsZero():
		return bot.Answers{"wrong": wrongBirth, "birth": details.BirthDate.String()}
	case details.BirthYear != 0:
		return bot.Answers{"wrong": wrongBirth, "birth": kit.ID(int64(details.BirthYear))}
	}
	return bot.Answers{"wrong": wrongCitizen}
}
