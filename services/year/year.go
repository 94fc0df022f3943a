package year

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
)

// YearReport is a ward's money of one year, by the months of its runs: arrears
// of an earlier year are money of the year that pays them.
type YearReport struct {
	Ward string      `json:"ward"`
	Year int         `json:"year"`
	On   models.Date `json:"on"` // what is known, and who is in post
	// Sum adds up the months; Budget all sources that have one.
	Sum
	Budget int64 `json:"budget"`
	// Forecast is what the year costs to December: settled so far, transfers to
	// be made again, and what the roster of the day is owed in the months that no
	// frozen run has listed.
	Forecast      int64       `json:"forecast"`
	Months        []MonthSum  `json:"months"` // of the whole year, January first
	Sources       []SourceSum `json:"sources"`
	Organizations []PlaceSum  `json:"organizations"`
	Villages      []PlaceSum  `json:"villages"`
	Posts         Counts      `json:"posts"`
	Vacancies     []Vacancy   `json:"vacancies"`
}

// Sum is what became of money that frozen runs listed, in đồng.
type Sum struct {
	Paid int64 `json:"paid"`
	// Unconfirmed is of Paid: whoever got it has not said that it came in full.
	Unconfirmed int64 `json:"unconfirmed"`
	Waiting     int64 `json:"waiting"` // in a run that has not gone to the bank yet
	Sent        int64 `json:"sent"`    // gone to the bank, which has not answered
	Failed      int64 `json:"failed"`  // failed or came back, and in no later run
}

// Settled is what counts as spent: everything but what failed.
func (s Sum) Settled() int64 { return s.Paid + s.Waiting + s.Sent }

// MonthSum is one month's run.
type MonthSum struct {
	Month models.Month    `json:"month"`
	State models.RunState `json:"state,omitempty"` // empty: not listed, or only drafted
	Sum
	Forecast int64 `json:"forecast,omitempty"` // of a month that is still to be listed
}

// SourceSum is one source's part of the year.
type SourceSum struct {
	Source string `json:"source"`
	Sum
	Budget   int64 `json:"budget,omitempty"` // 0 where nobody entered one
	Forecast int64 `json:"forecast"`
}

// PlaceSum is one organization's or village's part of the year, and who is in
// post there on the day.
type PlaceSum struct {
	ReportRow
	Sum
}

// Add adds another place's people and money.
func (p *PlaceSum) Add(q PlaceSum) {
	p.Heads += q.Heads
	p.Deputies += q.Deputies
	p.Members += q.Members
	p.CellMembers += q.CellMembers
	p.Amount += q.Amount
	p.Sum.add(q.Sum)
}

// Vacancy is a post that nobody holds on the day.
type Vacancy struct {
	Branch string          `json:"branch"`
	Role   models.TermRole `json:"role"`
}

// firstYear and lastYear bound what may be asked for, and budgeted.
const firstYear, lastYear = 2000, 2100

// Year is the ward's money of a year as of today, for its staff.
func (s *Service) Year(ctx context.Context, actor services.Actor, year int) (YearReport, error) {
	if year < firstYear || year > lastYear {
		return YearReport{}, services.Invalid("year")
	}
	january := models.NewMonth(year, time.January)
	return s.sum(ctx, actor, january, january+11, func(y *yearSums, db *gorm.DB) (err error) {
		y.report.Year = year
		if err := y.forecast(db, actor.Ward, s.today()); err != nil {
			return err
		}
		if err := y.budget(db, actor.Ward); err != nil {
			return err
		}
		y.report.Vacancies, err = vacancies(db, actor.Ward, s.today())
		return err
	})
}

// Span is the ward's money of some months, at most twelve, by the months of its
// runs: neither what is to come nor a budget is in it.
func (s *Service) Span(ctx context.Context, actor services.Actor, first, last models.Month) (YearReport, error) {
	if first.Year() < firstYear || last.Year() > lastYear || first > last || last > first+11 {
		return YearReport{}, services.Invalid("year")
	}
	return s.sum(ctx, actor, first, last, nil)
}

// sum adds up what was listed in some months, and what more there is to know.
func (s *Service) sum(ctx context.Context, actor services.Actor, first, last models.Month,
	more func(y *yearSums, db *gorm.DB) error) (YearReport, error) {
	if err := money.StaffOnly(actor); err != nil {
		return YearReport{}, err
	}
	if actor.Ward == 0 {
		return YearReport{}, services.NotFound("ward")
	}
	db := s.store.WithContext(ctx)
	posts, err := s.Report(ctx, actor, s.today())
	if err != nil {
		return YearReport{}, err
	}
	if len(posts.Wards) == 0 {
		return YearReport{}, services.NotFound("ward")
	}
	y := &yearSums{
		report:  YearReport{Ward: posts.Wards[0].Name, On: posts.On, Posts: posts.Counts},
		sources: map[string]*SourceSum{}, organizations: map[string]*PlaceSum{}, villages: map[int64]*PlaceSum{},
	}
	for month := first; month <= last; month++ {
		y.report.Months = append(y.report.Months, MonthSum{Month: month})
	}
	if err := y.listed(db, actor.Ward); err != nil {
		return YearReport{}, err
	}
	if more != nil {
		if err := more(y, db); err != nil {
			return YearReport{}, err
		}
	}
	for _, source := range slices.Sorted(maps.Keys(y.sources)) {
		y.report.Sources = append(y.report.Sources, *y.sources[source])
	}
	err = y.places(db, actor.Ward, posts)
	return y.report, err
}

// yearSums adds up a year.
type yearSums struct {
	report        YearReport
	sources       map[string]*SourceSum
	organizations map[string]*PlaceSum
	villages      map[int64]*PlaceSum
	open          models.Month // the first month that no frozen run has listed
}

// listed adds up what frozen runs of the year pay. A failed line that a later
// frozen run makes good counts there alone.
func (y *yearSums) listed(db *gorm.DB, ward int64) error {
	first, last := y.report.Months[0].Month, y.report.Months[len(y.report.Months)-1].Month
	var runs []models.PaymentRun
	err := services.InWard(db, ward).Where("month <= ? AND state <> ?", last,
		models.RunDraft).Order("month").Find(&runs).Error
	if err != nil {
		return fmt.Errorf("year: %w", err)
	}
	states := map[models.Month]models.RunState{}
	for _, run := range runs {
		for month := run.Month - models.Month(max(run.Covers, 1)-1); month <= run.Month; month++ {
			states[month] = run.State
		}
		y.open = max(y.open, run.Month+1)
	}
	for i := range y.report.Months {
		y.report.Months[i].State = states[y.report.Months[i].Month]
	}
	var rows []struct {
		Month        models.Month
		Source       string
		VillageID    int64
		Organization string
		State        models.LineState
		Again        bool
		Confirmed    bool
		Amount       int64
	}
	err = db.Raw(`
SELECT l.month, p.source, b.village_id, b.organization_code AS organization, l.state, f.id IS NOT NULL AS again,
	q.id IS NOT NULL AS confirmed, CAST(SUM(c.amount) AS bigint) AS amount
FROM payment_components c
JOIN payment_lines l ON l.id = c.line_id
JOIN payment_runs r ON r.id = l.run_id
JOIN policies p ON p.id = c.policy_id
JOIN branches b ON b.id = c.branch_id
LEFT JOIN payment_lines f ON f.follows_id = l.id AND f.run_id IN (SELECT id FROM payment_runs
	WHERE ward_id = ? AND state <> 'draft')
LEFT JOIN line_receipts q ON q.line_id = l.id AND q.answer = 'full'
WHERE r.ward_id = ? AND r.state <> 'draft' AND r.month BETWEEN ? AND ? AND l.state <> 'carried'
GROUP BY 1, 2, 3, 4, 5, 6, 7`, ward, ward, first, last).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("year: %w", err)
	}
	for _, row := range rows {
		var part Sum
		switch {
		case row.State == models.LinePaid:
			part.Paid = row.Amount
			if !row.Confirmed {
				part.Unconfirmed = row.Amount
			}
		case row.State != models.LinePending && row.Again:
			continue
		case row.State != models.LinePending:
			part.Failed = row.Amount
		case states[row.Month] == models.RunExported:
			part.Sent = row.Amount
		default:
			part.Waiting = row.Amount
		}
		y.report.Sum.add(part)
		y.report.Months[row.Month-first].Sum.add(part)
		y.source(row.Source).Sum.add(part)
		at(y.organizations, row.Organization).Sum.add(part)
		at(y.villages, row.VillageID).Sum.add(part)
	}
	return nil
}

// forecast is what the roster, as it is known, is owed in the months of the
// year that no frozen run has listed and that are not long past.
func (y *yearSums) forecast(db *gorm.DB, ward int64, today models.Date) error {
	y.report.Forecast = y.report.Settled() + y.report.Failed
	for _, source := range y.sources {
		source.Forecast = source.Settled() + source.Failed
	}
	first, last := y.report.Months[0].Month, y.report.Months[len(y.report.Months)-1].Month
	// A ward that has listed nothing begins with the current month: what was due
	// before was paid by other means.
	from := max(first, cmp.Or(y.open, today.MonthOf()))
	if from > last {
		return nil
	}
	loaded, err := money.LoadPosts(db, ward, money.PeopleBetween(0, 1<<62), money.Months(from, last))
	if err != nil {
		return err
	}
	calculus, err := money.LoadCalculus(db, ward, money.Months(from, last))
	if err != nil {
		return err
	}
	sourceOf := map[int64]string{}
	for _, policy := range calculus.Policies {
		sourceOf[policy.ID] = policy.Source
	}
	for _, posts := range loaded.Posts {
		for month := from; month <= last; month++ {
			for _, component := range calculus.Entitlement(posts, month) {
				y.report.Forecast += component.Amount
				y.report.Months[month-first].Forecast += component.Amount
				y.source(sourceOf[component.PolicyID]).Forecast += component.Amount
			}
		}
	}
	return nil
}

func (y *yearSums) budget(db *gorm.DB, ward int64) error {
	var budgets []models.Budget
	if err := services.InWard(db, ward).Where("year = ?", y.report.Year).Find(&budgets).Error; err != nil {
		return fmt.Errorf("budgets: %w", err)
	}
	for _, budget := range budgets {
		y.source(budget.Source).Budget = budget.Amount
		y.report.Budget += budget.Amount
	}
	return nil
}

// places puts the sums beside who is in post, in the order of the report of the
// day; places that have money and nobody in post come after.
func (y *yearSums) places(db *gorm.DB, ward int64, posts Report) error {
	for _, row := range posts.Organizations {
		place := PlaceSum{ReportRow: row}
		if sum := y.organizations[row.Code]; sum != nil {
			place.Sum = sum.Sum
		}
		delete(y.organizations, row.Code)
		y.report.Organizations = append(y.report.Organizations, place)
	}
	var organizations []models.Organization
	if err := db.Where("code IN ?", slices.Sorted(maps.Keys(y.organizations))).Order("sort_order").Find(
		&organizations).Error; err != nil {
		return fmt.Errorf("year: %w", err)
	}
	for _, organization := range organizations {
		y.report.Organizations = append(y.report.Organizations, PlaceSum{
			ReportRow: ReportRow{Code: organization.Code, Name: organization.Name}, Sum: y.organizations[organization.Code].Sum,
		})
	}
	rows := map[int64]ReportRow{}
	for _, row := range posts.ByVillage {
		rows[row.village] = row
	}
	var villages []models.Village
	if err := services.InWard(db, ward).Order("sort_order, id").Find(&villages).Error; err != nil {
		return fmt.Errorf("year: %w", err)
	}
	for _, village := range villages {
		row, inPost := rows[village.ID]
		sum, paid := y.villages[village.ID]
		if !inPost && !paid {
			continue
		}
		place := PlaceSum{ReportRow: row}
		place.Name = village.Name
		if paid {
			place.Sum = sum.Sum
		}
		y.report.Villages = append(y.report.Villages, place)
	}
	return nil
}

// vacancies are the branches without a head, and those without a deputy where
// the organization has deputies.
func vacancies(db *gorm.DB, ward int64, on models.Date) ([]Vacancy, error) {
	var found []Vacancy
	err := db.Raw(`
SELECT b.name AS branch, w.role
FROM branches b
JOIN villages v ON v.id = b.village_id
JOIN organizations o ON o.code = b.organization_code
JOIN (SELECT 'head' AS role, 0 AS place UNION ALL SELECT 'deputy', 1) w ON w.role = 'head'
	AND o.head_title <> '' OR w.role = 'deputy' AND o.deputy_title <> '' AND o.deputies_max > 0
WHERE b.ward_id = ? AND (b.valid_from IS NULL OR b.valid_from <= ?) AND (b.valid_to IS NULL OR b.valid_to >= ?)
AND NOT EXISTS (
	SELECT 1 FROM terms t WHERE t.branch_id = b.id AND t.role = w.role AND t.superseded_at IS NULL
	AND t.from_date <= ? AND (t.to_date IS NULL OR t.to_date >= ?)
)
ORDER BY w.place, v.sort_order, o.sort_order, b.id`, ward, on, on, on, on).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("vacancies: %w", err)
	}
	return found, nil
}

func (y *yearSums) source(code string) *SourceSum {
	sum := at(y.sources, code)
	sum.Source = code
	return sum
}

func at[K comparable, V any](sums map[K]*V, key K) *V {
	if sums[key] == nil {
		sums[key] = new(V)
	}
	return sums[key]
}

func (s *Sum) add(part Sum) {
	s.Paid += part.Paid
	s.Unconfirmed += part.Unconfirmed
	s.Waiting += part.Waiting
	s.Sent += part.Sent
	s.Failed += part.Failed
}
