package page

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/paper"
	"canbobot/services/year"
)

// sourceName is whose money it is, as staff say it.
func (s *Screens) sourceName(source string) string {
	if s.Texts.Has("source_name." + source) {
		return s.say("source_name." + source)
	}
	return source
}

// year shows the ward's money of a year: in words, and as a picture.
func (s *Screens) year(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	actor, year := turn.Speaker.Actor, s.yearAsked(turn)
	report, err := s.Year.Year(ctx, actor, year)
	if err != nil {
		return bot.Reply{}, err
	}
	if year < report.On.Year && report.Forecast == 0 && report.Budget == 0 {
		return bot.Reply{Text: s.say("year.nothing", "year", year), Buttons: [][]bot.Button{bot.Row(s.button("year", "year"), s.button("menu", "menu"))}}, nil
	}
	paper, err := s.Papers.Year(ctx, actor, year, paper.PNG, s.formWords())
	if err != nil {
		return bot.Reply{}, err
	}
	lines := []string{strings.TrimSpace(s.say("year.sums", "paid", texts.Money(report.Paid), "unconfirmed", texts.Money(report.Unconfirmed), "sent", texts.Money(report.Sent),
		"waiting", texts.Money(report.Waiting), "failed", texts.Money(report.Failed), "forecast", texts.Money(report.Forecast)))}
	for _, source := range report.Sources {
		lines = append(lines, s.sourceLine(source))
	}
	heads, deputies := vacant(report, models.Head), vacant(report, models.Deputy)
	if year == report.On.Year && len(heads)+len(deputies) > 0 {
		lines = append(lines, s.say("year.vacant", "heads", len(heads), "deputies", len(deputies)))
	}
	if year >= report.On.Year {
		lines = append(lines, "", s.say("year.how"))
	}
	of := strconv.Itoa(year)
	reply := bot.Reply{
		Title: s.say("year.title", "year", year), Text: strings.Join(lines, "\n"),
		Files: []bot.File{{Name: paper.Name, MIME: paper.MIME, Content: paper.Content}},
		Buttons: [][]bot.Button{
			bot.Row(s.button("year_organizations", "yearparts", of, "organizations"), s.button("year_villages", "yearparts", of, "villages")),
			bot.Row(s.button("year_vacant", "vacant"), s.button("year_sheet", "yearsheet", of)),
		},
	}
	if actor.MayDecide() {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("budget", "budget", of), s.button("pay_day", "payday")))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("year_before", "year", strconv.Itoa(year-1)), s.button("menu", "menu")))
	return reply, nil
}

func (s *Screens) sourceLine(source year.SourceSum) string {
	name, forecast, rest := s.sourceName(source.Source), texts.Money(source.Forecast), source.Budget-source.Forecast
	switch {
	case source.Budget == 0:
		return s.say("year.source_bare", "source", name, "forecast", forecast)
	case rest < 0:
		return s.say("year.source_over", "source", name, "forecast", forecast, "budget", texts.Money(source.Budget), "rest", texts.Money(-rest))
	}
	return s.say("year.source_left", "source", name, "forecast", forecast, "budget", texts.Money(source.Budget), "rest", texts.Money(rest))
}

// vacant are the branches where nobody holds the role.
func vacant(report year.YearReport, role models.TermRole) []string {
	var branches []string
	for _, one := range report.Vacancies {
		if one.Role == role {
			branches = append(branches, one.Branch)
		}
	}
	return branches
}

// yearParts shows the year by organization or by village.
func (s *Screens) yearParts(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	asked := s.yearAsked(turn)
	report, err := s.Year.Year(ctx, turn.Speaker.Actor, asked)
	if err != nil {
		return bot.Reply{}, err
	}
	title, places, other := s.say("year.organizations", "year", asked), report.Organizations, s.button("year_villages", "yearparts", strconv.Itoa(asked), "villages")
	if turn.Arg(1) == "villages" {
		title, places, other = s.say("year.villages", "year", asked), report.Villages, s.button("year_organizations", "yearparts", strconv.Itoa(asked), "organizations")
	}
	var lines []string
	for _, place := range places {
		if place.Amount != 0 || place.Sum != (year.Sum{}) {
			lines = append(lines, s.placeLine(place))
		}
	}
	if len(lines) == 0 {
		lines = append(lines, s.say("year.nothing", "year", asked))
	}
	return bot.Reply{
		Title: title, Text: strings.Join(lines, "\n"),
		Buttons: [][]bot.Button{bot.Row(other, s.button("year", "year", strconv.Itoa(asked))), s.menuRow()},
	}, nil
}

// placeLine tells one place's people and money, leaving out what is nothing.
func (s *Screens) placeLine(place year.PlaceSum) string {
	said := []string{s.say("year.place", "name", place.Name, "heads", place.Heads, "deputies", place.Deputies, "amount", texts.Money(place.Amount))}
	for _, part := range []struct {
		key    string
		amount int64
	}{{"paid", place.Paid}, {"unconfirmed", place.Unconfirmed}, {"pending", place.Sent + place.Waiting}, {"failed", place.Failed}} {
		if part.amount != 0 {
			said = append(said, s.say("year.place_"+part.key, "amount", texts.Money(part.amount)))
		}
	}
	return strings.Join(said, ", ")
}

// vacantShown is how many branches of a role the chat lists.
const vacantShown = 20

// vacancies lists the posts that nobody holds.
func (s *Screens) vacancies(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	report, err := s.Year.Year(ctx, turn.Speaker.Actor, s.today().Year)
	if err != nil {
		return bot.Reply{}, err
	}
	var lines []string
	for _, role := range []models.TermRole{models.Head, models.Deputy} {
		branches := vacant(report, role)
		if len(branches) == 0 {
			continue
		}
		lines = append(lines, s.say("year.vacancies_of", "role", s.say("term_role."+string(role))))
		for _, branch := range branches[:min(len(branches), vacantShown)] {
			lines = append(lines, "• "+branch)
		}
		if more := len(branches) - vacantShown; more > 0 {
			lines = append(lines, s.say("year.vacancies_more", "count", more))
		}
	}
	if len(lines) == 0 {
		lines = append(lines, s.say("year.vacancies_none"))
	}
	return bot.Reply{
		Title: s.say("year.vacancies"), Text: strings.Join(lines, "\n"),
		Buttons: [][]bot.Button{bot.Row(s.button("year_sheet", "yearsheet", strconv.Itoa(s.today().Year)), s.button("year", "year")), s.menuRow()},
	}, nil
}

// yearSheet hands the year out as a workbook.
func (s *Screens) yearSheet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	year := s.yearAsked(turn)
	paper, err := s.Papers.Year(ctx, turn.Speaker.Actor, year, paper.XLSX, s.formWords())
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{
		Text: s.say("year.sheet", "year", year), Files: []bot.File{{Name: paper.Name, MIME: paper.MIME, Content: paper.Content}},
		Buttons: [][]bot.Button{bot.Row(s.button("year", "year", strconv.Itoa(year)), s.button("menu", "menu"))},
	}, nil
}

func (s *Screens) budget(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := turn.Speaker.Actor.Need(services.Clerk, services.Leader); err != nil {
		return bot.Reply{}, err
	}
	sources, err := s.Year.Sources(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(sources) == 0 {
		return bot.Reply{Text: s.say("budget.no_source"), Buttons: [][]bot.Button{s.menuRow()}}, nil
	}
	return turn.Begin(ctx, "budget", bot.Answers{"year": strconv.Itoa(s.yearAsked(turn))})
}

// budgetForm asks what a source gives the ward for a year.
func (s *Screens) budgetForm() *bot.Form {
	return &bot.Form{
		Name: "budget",
		Steps: []bot.Step{
			{
				Name: "source", Ask: "budget.source", Choices: s.sourceChoices, Read: s.readSource, Show: showChoice("source", s.sourceChoices), Pick: true,
				Fields: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Fields, error) {
					return bot.Fields{"year": answers["year"]}, nil
				},
			},
			{
				Name: "amount", Ask: "budget.amount", Example: "example.budget", Read: readAmount,
				Show: func(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
					return texts.Money(number(answers["amount"])), nil
				},
			},
		},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			amount := number(answers["amount"])
			return bot.Reply{Text: s.say("budget.confirm", "year", answers["year"], "source", s.sourceName(answers["source"]),
				"amount", texts.Money(amount), "words", texts.InWords(amount))}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			year := int(number(answers["year"]))
			if err := s.Year.SetBudget(ctx, turn.Speaker.Actor, answers["source"], year, number(answers["amount"])); err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{
				Text:    s.say("budget.done"),
				Buttons: [][]bot.Button{bot.Row(s.button("year", "year", answers["year"]), s.button("budget", "budget", answers["year"])), s.menuRow()},
			}, nil
		},
	}
}

func (s *Screens) sourceChoices(ctx context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	sources, err := s.Year.Sources(ctx, turn.Speaker.Actor)
	if err != nil {
		return nil, err
	}
	var rows [][]bot.Button
	for _, source := range sources {
		rows = append(rows, bot.Row(bot.Button{Label: s.sourceName(source), Action: bot.Choice(source)}))
	}
	return rows, nil
}

// readSource reads a choice, or part of its name.
func (s *Screens) readSource(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	rows, err := s.sourceChoices(ctx, turn, answers)
	if err != nil {
		return "", err
	}
	said := models.Fold(input.Text)
	i := slices.IndexFunc(rows, func(row []bot.Button) bool {
		return row[0].Action.Value() == input.Choice || input.Choice == "" && said != "" && strings.Contains(models.Fold(row[0].Label), said)
	})
	if i < 0 {
		return "", services.Invalid("choice")
	}
	return rows[i][0].Action.Value(), nil
}

// readAmount reads an amount of đồng as people write it: 420.000.000, 420 triệu,
// 420tr, 1,2 tỷ. Whole đồng come out, or a refusal.
func readAmount(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	amount, ok := amountOf(input.Text)
	if !ok {
		return "", services.Invalid("budget")
	}
	return strconv.FormatInt(amount, 10), nil
}

// units are what an amount may be counted in.
var units = []struct {
	words []string
	size  int64
}{
	{[]string{"ty", "ti"}, 1_000_000_000},
	{[]string{"trieu", "tr"}, 1_000_000},
	{[]string{"nghin", "ngan", "k"}, 1_000},
}

func amountOf(text string) (int64, bool) {
	text = strings.ReplaceAll(models.Fold(text), " ", "")
	for _, end := range []string{"dong", "vnd", "d"} {
		text = strings.TrimSuffix(text, end)
	}
	size := int64(1)
	for _, unit := range units {
		for _, word := range unit.words {
			if rest, found := strings.CutSuffix(text, word); found && size == 1 {
				text, size = rest, unit.size
			}
		}
	}
	whole, fraction := text, ""
	if size > 1 { // "1,2 tỷ": what follows the sign is a part
		if i := strings.LastIndexAny(text, ",."); i >= 0 && len(text)-i-1 != 3 {
			whole, fraction = text[:i], text[i+1:]
		}
	}
	whole = strings.NewReplacer(".", "", ",", "").Replace(whole)
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < 0 || n > year.MaxBudget || n*size > year.MaxBudget {
		return 0, false
	}
	n *= size
	for _, digit := range fraction {
		size /= 10
		if digit < '0' || digit > '9' || size == 0 {
			return 0, false
		}
		n += int64(digit-'0') * size
	}
	return n, n > 0 && n <= year.MaxBudget
}

// payDay shows by which day the ward says that it pays, and lets staff change it.
func (s *Screens) payDay(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := turn.Speaker.Actor.Need(services.Clerk, services.Leader); err != nil {
		return bot.Reply{}, err
	}
	day, err := s.Money.PayDay(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	text := s.say("pay_day.none_now")
	if day > 0 {
		text = s.say("pay_day.now", "day", day)
	}
	choice := func(day int) bot.Button {
		return bot.Button{Label: s.say("pay_day.choice_button", "day", day), Action: bot.Act("paydayset", strconv.Itoa(day))}
	}
	return bot.Reply{Text: s.say("pay_day.ask") + "\n" + text, Buttons: [][]bot.Button{
		{choice(5), choice(10), choice(15)}, {choice(20), choice(25), {Label: s.say("pay_day.none_button"), Action: bot.Act("paydayset", "0")}},
		s.menuRow(),
	}}, nil
}

func (s *Screens) payDaySet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	day := int(number(turn.Arg(0)))
	if err := s.Money.SetPayDay(ctx, turn.Speaker.Actor, day); err != nil {
		return bot.Reply{}, err
	}
	text := s.say("pay_day.none_done")
	if day > 0 {
		text = s.say("pay_day.done", "day", day)
	}
	return bot.Reply{Text: text, Buttons: [][]bot.Button{bot.Row(s.button("year", "year"), s.button("menu", "menu"))}}, nil
}
