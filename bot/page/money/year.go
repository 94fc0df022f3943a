package money

import (
	"context"
	"slices"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services/paper"
	"canbobot/services/year"
)

// yearAsked is the year that a button or a text names; this one else.
func yearAsked(k kit.Kit, turn bot.Turn) int {
	if year := int(kit.Number(turn.Arg(0))); year > 0 {
		return year
	}
	if year := turn.Meaning.Slots.Year; year > 0 {
		return year
	}
	return k.Today().Year
}

// words are how a paper says things.
func words(k kit.Kit) paper.Words {
	return paper.Words{Say: k.SheetWords, Spell: texts.InWords}
}

// file is a paper to hand out.
func file(drawn paper.Paper) []bot.File {
	return []bot.File{{Name: drawn.Name, MIME: drawn.MIME, Content: drawn.Content}}
}

// year shows the ward's money of a year: in words, and as a picture.
func (p *Rules) year(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor, year := turn.Speaker.Actor, yearAsked(p.Kit, turn)
	report, err := p.Year.Year(ctx, actor, year)
	if err != nil {
		return bot.Reply{}, err
	}
	if year < report.On.Year && report.Forecast == 0 && report.Budget == 0 {
		return p.Tell(p.Say("year.nothing", "year", year), p.Button("year", "year")), nil
	}
	paper, err := p.Papers.Year(ctx, actor, year, paper.PNG, words(p.Kit))
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Lines(p.Say("year.title", "year", year))
	lines.Files = file(paper)
	lines.Add(strings.TrimSpace(p.Say("year.sums", "paid", texts.Money(report.Paid), "unconfirmed",
		texts.Money(report.Unconfirmed), "sent", texts.Money(report.Sent), "waiting", texts.Money(report.Waiting), "failed",
		texts.Money(report.Failed), "forecast", texts.Money(report.Forecast))))
	for _, source := range report.Sources {
		lines.Add(p.sourceLine(source))
	}
	if year < report.On.Year {
		p.yearEnd(lines, report)
	}
	heads, deputies := vacant(report, models.Head), vacant(report, models.Deputy)
	lines.SayIf(year == report.On.Year && len(heads)+len(deputies) > 0, "year.vacant", "heads", len(heads), "deputies",
		len(deputies))
	if year >= report.On.Year {
		lines.Add("", p.Say("year.how"))
	}
	lines.Row(p.Button("year_organizations", "yearparts", year, "organizations"),
		p.Button("year_villages", "yearparts", year, "villages"))
	lines.Row(p.Button("year_vacant", "vacant"), p.Button("year_sheet", "yearsheet", year))
	lines.RowIf(actor.MayDecide(), p.Button("budget", "budget", year), p.Button("pay_day", "payday"))
	return lines.End(p.Button("year_before", "year", year-1)), nil
}

// yearEnd tells of a year that is over what is still open in it.
func (p *Rules) yearEnd(lines *kit.Lines, report year.YearReport) {
	open := false
	for _, month := range report.Months {
		if month.State != "" && month.State != models.RunClosed {
			lines.Say("year.unclosed", "month", month.Month, "state", p.Say("run_state."+string(month.State)))
			open = true
		}
	}
	lines.SayIf(report.Failed > 0, "year.unpaid", "amount", texts.Money(report.Failed))
	lines.SayIf(!open && report.Failed == 0, "year.closed", "year", report.Year)
	lines.RowIf(open, p.Button("runs", "runs"))
}

func (p *Rules) sourceLine(source year.SourceSum) string {
	name, forecast, rest := p.SourceName(source.Source), texts.Money(source.Forecast), source.Budget-source.Forecast
	switch {
	case source.Budget == 0:
		return p.Say("year.source_bare", "source", name, "forecast", forecast)
	case rest < 0:
		return p.Say("year.source_over", "source", name, "forecast", forecast, "budget", texts.Money(source.Budget), "rest",
			texts.Money(-rest))
	}
	return p.Say("year.source_left", "source", name, "forecast", forecast, "budget", texts.Money(source.Budget), "rest",
		texts.Money(rest))
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
func (p *Rules) yearParts(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	asked := yearAsked(p.Kit, turn)
	report, err := p.Year.Year(ctx, turn.Speaker.Actor, asked)
	if err != nil {
		return bot.Reply{}, err
	}
	title, places, other := p.Say("year.organizations", "year", asked), report.Organizations,
		p.Button("year_villages", "yearparts", asked, "villages")
	if turn.Arg(1) == "villages" {
		title, places, other = p.Say("year.villages", "year", asked), report.Villages,
			p.Button("year_organizations", "yearparts", asked, "organizations")
	}
	lines := p.Lines(title)
	for _, place := range places {
		if place.Amount != 0 || place.Sum != (year.Sum{}) {
			lines.Add(p.placeLine(place))
		}
	}
	lines.OrSay("year.nothing", "year", asked)
	lines.Row(other, p.Button("year", "year", asked))
	return lines.End(), nil
}

// placeLine tells one place's people and money, leaving out what is nothing.
func (p *Rules) placeLine(place year.PlaceSum) string {
	said := []string{p.Say("year.place", "name", place.Name, "heads", place.Heads, "deputies", place.Deputies, "amount",
		texts.Money(place.Amount))}
	for _, part := range []struct {
		key    string
		amount int64
	}{{"paid", place.Paid}, {"unconfirmed", place.Unconfirmed}, {"pending", place.Sent + place.Waiting},
		{"failed", place.Failed}} {
		if part.amount != 0 {
			said = append(said, p.Say("year.place_"+part.key, "amount", texts.Money(part.amount)))
		}
	}
	return strings.Join(said, ", ")
}

// vacantShown is how many branches of a role the chat lists.
const vacantShown = 20

// vacancies lists the posts that nobody holds.
func (p *Rules) vacancies(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	report, err := p.Year.Year(ctx, turn.Speaker.Actor, p.Today().Year)
	if err != nil {
		return bot.Reply{}, err
	}
	lines, roles := p.Lines(p.Say("year.vacancies")), []models.TermRole{models.Head, models.Deputy}
	if said := models.TermRole(turn.Meaning.Slots.Role); slices.Contains(roles, said) { // "ai thiếu chi hội trưởng"
		roles = []models.TermRole{said}
	}
	for _, role := range roles {
		branches := vacant(report, role)
		lines.SayIf(len(branches) > 0, "year.vacancies_of", "role", p.Say("term_role."+string(role)))
		for _, branch := range branches[:min(len(branches), vacantShown)] {
			lines.Add("• " + branch)
		}
		more := len(branches) - vacantShown
		lines.SayIf(more > 0, "year.vacancies_more", "count", more)
	}
	lines.OrSay("year.vacancies_none")
	lines.Row(p.Button("year_sheet", "yearsheet", p.Today().Year), p.Button("year", "year"))
	return lines.End(), nil
}

// yearSheet hands the year out as a workbook.
func (p *Rules) yearSheet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	year := yearAsked(p.Kit, turn)
	paper, err := p.Papers.Year(ctx, turn.Speaker.Actor, year, paper.XLSX, words(p.Kit))
	reply := p.Tell(p.Say("year.sheet", "year", year), p.Button("year", "year", year))
	reply.Files = file(paper)
	return reply, err
}
