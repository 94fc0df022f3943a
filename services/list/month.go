package list

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
)

// Stage is where a month's money is.
type Stage string

const (
	StageNone      Stage = "none"       // nothing is due
	StageNotListed Stage = "not_listed" // due, and in no run yet
	StageListed    Stage = "listed"     // in a draft, which may still change
	StageSubmitted Stage = "submitted"
	StageApproved  Stage = "approved"
	StageTreasury  Stage = "treasury" // its papers lie at the treasury
	StageReworked  Stage = "reworked" // the treasury sent them back
	StageExported  Stage = "exported" // sent to the bank, passed by the treasury, or handed out
	StagePaid      Stage = "paid"
	StageFailed    Stage = "failed"
	StageReturned  Stage = "returned"
	StageCarried   Stage = "carried" // a debt was larger: nothing is paid
)

// MonthView is what became of one person's month.
type MonthView struct {
	Month   models.Month
	Stage   Stage
	StageAt time.Time   // when the stage began; zero for none and not_listed
	PaidOn  models.Date // when paid
	Cash    bool        // no account was known when the list was frozen
	Through models.Through
	Reason  string // the bank's, of the transfer that failed last
	// Amount is what the line pays, adjustments of other months included. Where
	// the month was listed with a later one (arrears, a transfer made good), it
	// is this month's part of that line, and Parts are that part.
	Amount int64
	Parts  []PartView
	// ListedIn is the month of the run that the money is in; zero when in none.
	ListedIn models.Month
	// Covers is how many months that run lists as its own, the last of them
	// ListedIn.
	Covers int
	// LineID and RunID name that line; zero in a draft, whose lines come and go.
	LineID, RunID int64
	// ExpectedBy is the ward's usual pay day for money that is still to come;
	// zero when the ward promises none.
	ExpectedBy models.Date
	// Earlier are the runs that tried to pay the month before, Later those that
	// adjust it since.
	Earlier, Later []Listing
	// BeforeRuns says that the month is before the first run that is kept here:
	// nothing is known of it.
	BeforeRuns bool
}

// Elsewhere reports whether the month's money is part of another month's line,
// whose amount has it: who adds up months must not add it again.
func (v MonthView) Elsewhere() bool { return v.ListedIn != 0 && v.ListedIn != v.Month }

// Told is how the stage is put into words: as the money goes out by bank, through
// the treasury or by hand.
func (v MonthView) Told() string {
	switch {
	case v.Cash && (v.Stage == StageExported || v.Stage == StagePaid):
		return string(v.Stage) + "_cash"
	case v.Through == models.ByTreasury && (v.Stage == StageApproved || v.Stage == StageExported):
		return string(v.Stage) + "_treasury"
	}
	return string(v.Stage)
}

// Own reports whether a part's month is one that the run covers, as those of a
// quarter are, and so no adjustment.
func (v MonthView) Own(month models.Month) bool {
	listed := v.ListedIn
	if listed == 0 {
		listed = v.Month
	}
	return month <= listed && month > listed-models.Month(max(v.Covers, 1))
}

// Listing is one month's part of a line in another run.
type Listing struct {
	Month  models.Month // the run's
	Stage  Stage
	PaidOn models.Date
	Reason string
	Amount int64
	LineID int64
}

// PartView is a component with what explains it.
type PartView struct {
	money.Component
	PolicyName string
	BranchName string
	Title      string
	From       models.Date // in post since
}

// Month is the officer's own month. Where a frozen list has it, that is one query.
func (s *Service) Month(ctx context.Context, actor services.Actor, month models.Month) (MonthView, error) {
	views, err := s.own(ctx, actor, month, 1)
	if err != nil {
		return MonthView{}, err
	}
	return views[0], nil
}

// MaxHistory bounds how many months History tells.
const MaxHistory = 60

// History is the officer's own n months up to last, the latest first.
func (s *Service) History(ctx context.Context, actor services.Actor, last models.Month, n int) ([]MonthView, error) {
	return s.own(ctx, actor, last, max(1, min(n, MaxHistory)))
}

func (s *Service) own(ctx context.Context, actor services.Actor, last models.Month, n int) ([]MonthView, error) {
	if err := actor.Need(services.Officer, services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return nil, err
	}
	if actor.Person == 0 || actor.Ward == 0 {
		return nil, services.Denied("role")
	}
	return s.monthsOf(s.store.WithContext(ctx), actor.Ward, actor.Person, last, n)
}

// MonthOf is a person's month, for staff.
func (s *Service) MonthOf(ctx context.Context, actor services.Actor, person int64, month models.Month) (MonthView,
	error) {
	views, err := s.HistoryOf(ctx, actor, person, month, 1)
	if err != nil {
		return MonthView{}, err
	}
	return views[0], nil
}

// HistoryOf is a person's n months up to last, the latest first, for staff.
func (s *Service) HistoryOf(ctx context.Context, actor services.Actor, person int64, last models.Month,
	n int) ([]MonthView, error) {
	if err := money.StaffOnly(actor); err != nil {
		return nil, err
	}
	db := s.store.WithContext(ctx)
	if _, err := services.Take[models.Person](db.Select("id"), actor, "person", person); err != nil {
		return nil, err
	}
	return s.monthsOf(db, actor.Ward, person, last, max(1, min(n, MaxHistory)))
}

func (s *Service) monthsOf(db *gorm.DB, ward, person int64, last models.Month, n int) ([]MonthView, error) {
	first := last - models.Month(n-1)
	if first < money.FirstMonth || last > money.LastMonth {
		return nil, services.Invalid("month")
	}
	lines, err := linesOf(db, ward, person, first, last)
	if err != nil {
		return nil, err
	}
	if lines, err = asOfNow(db, ward, person, lines); err != nil {
		return nil, err
	}
	views := make([]MonthView, n)
	unlisted := false
	for i := range views {
		month := last - models.Month(i)
		touching := slices.DeleteFunc(slices.Clone(lines), func(l *listedLine) bool { return !l.touches(month) })
		views[i] = viewOf(month, touching)
		unlisted = unlisted || views[i].Stage == StageNone
	}
	if !unlisted {
		return views, nil
	}
	runs, err := money.ScheduleOf(db, ward)
	if err != nil {
		return nil, err
	}
	loaded, err := money.LoadPosts(db, ward, money.People([]int64{person}), money.Months(first, last))
	if err != nil {
		return nil, err
	}
	if len(loaded.Posts) == 0 {
		for i := range views {
			views[i].BeforeRuns = views[i].Stage == StageNone && runs.Before(views[i].Month)
		}
		return views, nil
	}
	calculus, err := money.LoadCalculus(db, ward, money.Months(first, last))
	if err != nil {
		return nil, err
	}
	for i := range views {
		if views[i].Stage == StageNone {
			views[i].compute(calculus, loaded, person, runs)
		}
	}
	return views, nil
}

// compute tells a month that no run lists from the roster as it is.
func (v *MonthView) compute(calculus money.Calculus, loaded money.Roster, person int64, runs money.Schedule) {
	if runs.Before(v.Month) {
		v.BeforeRuns = true
		return
	}
	components := calculus.Entitlement(loaded.Posts[person], v.Month)
	v.Amount = money.Total(components)
	if v.Amount == 0 {
		return
	}
	v.Stage = StageNotListed
	names := map[int64]string{}
	for _, policy := range calculus.Policies {
		names[policy.ID] = policy.Name
	}
	for _, component := range components {
		term := loaded.Terms[component.TermID]
		v.Parts = append(v.Parts, PartView{
			Component: component, PolicyName: names[component.PolicyID],
			BranchName: loaded.Branches[component.BranchID], Title: term.Title, From: term.From,
		})
	}
	listed := v.Month
	if _, frozen := runs.Frozen[v.Month]; frozen || v.Month < runs.Last {
		listed = runs.Last + 1 // the run is past: it comes as arrears
	}
	v.ExpectedBy = payDay(money.QuarterEnd(listed, runs.PayEvery), runs.PayDay)
}

// payDay is the ward's day of the month after the run's.
func payDay(run models.Month, day int) models.Date {
	if day <= 0 {
		return models.Date{}
	}
	next := run + 1
	return models.NewDate(next.Year(), next.Month(), min(day, next.Days()))
}

// listedLine is a payment line with its parts, as far as they were asked for.
type listedLine struct {
	row   lineRow
	parts []PartView
	last  int64 // the id of the last of the lines told as one
}

// lineRow is one component with its line, its run and what explains it.
type lineRow struct {
	LineID      int64
	RunID       int64
	RunMonth    models.Month
	LineAmount  int64
	LineState   models.LineState
	Reason      string
	PaidOn      models.Date
	BankTail    string
	RunState    models.RunState
	UpdatedAt   time.Time
	SubmittedAt *time.Time
	ApprovedAt  *time.Time
	TreasuryAt  *time.Time
	Through     models.Through
	Reworked    bool
	ExportedAt  *time.Time
	PayDay      int
	Covers      int
	PartView    `gorm:"embedded"`
}

// linesOf reads in one query every line of the person that is of one of the
// months or adjusts one, oldest run first. Lines of a row that was merged into
// the person are theirs; two of one run that fared alike are told as one.
func linesOf(db *gorm.DB, ward, person int64, first, last models.Month) ([]*listedLine, error) {
	var rows []lineRow
	err := db.Raw(`
SELECT l.id AS line_id, l.run_id, l.month AS run_month, l.amount AS line_amount, l.state AS line_state, l.reason,
	l.paid_on, l.bank_tail,
	r.state AS run_state, r.updated_at, r.submitted_at, r.approved_at, r.treasury_at, r.through,
	r.treasury_reason <> '' AS reworked, r.exported_at, r.covers, w.pay_day,
	c.month, c.policy_id, c.term_id, c.branch_id, c.role, c.amount, c.rate, c.basis, c.why, c.days, c.deducted,
	p.name AS policy_name, b.name AS branch_name, t.title, t.from_date AS "from"
FROM payment_components c
JOIN payment_lines l ON l.id = c.line_id
JOIN payment_runs r ON r.id = l.run_id
JOIN wards w ON w.id = l.ward_id
JOIN policies p ON p.id = c.policy_id
JOIN branches b ON b.id = c.branch_id
JOIN terms t ON t.id = c.term_id
WHERE c.person_id IN (SELECT CAST(? AS bigint) UNION ALL SELECT id FROM people
	WHERE merged_into = ?) AND c.ward_id = ? AND (c.month BETWEEN ? AND ? OR l.month BETWEEN ? AND ?)
ORDER BY l.month, l.id, c.month DESC, c.policy_id, c.branch_id, c.role, c.id`,
		person, person, ward, first, last, first, last).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("payment lines: %w", err)
	}
	var lines []*listedLine
	for _, row := range rows {
		n := len(lines)
		switch {
		case n == 0 || lines[n-1].row.RunID != row.RunID || lines[n-1].last != row.LineID &&
			lines[n-1].row.LineState != row.LineState:
			lines = append(lines, &listedLine{row: row, last: row.LineID})
		case lines[n-1].last != row.LineID:
			lines[n-1].row.LineAmount += row.LineAmount
			lines[n-1].last = row.LineID
		}
		line := lines[len(lines)-1]
		line.parts = append(line.parts, row.PartView)
	}
	return lines, nil
}

func (l *listedLine) touches(month models.Month) bool {
	return l.row.RunMonth == month || slices.ContainsFunc(l.parts, func(p PartView) bool { return p.Month == month })
}

// of is the line's parts for one month, and what they add up to.
func (l *listedLine) of(month models.Month) (parts []PartView, amount int64) {
	for _, part := range l.parts {
		if part.Month == month {
			parts = append(parts, part)
			amount += part.Amount
		}
	}
	return parts, amount
}

func (l *listedLine) stage() (Stage, time.Time) {
	at := func(t *time.Time) time.Time {
		if t == nil {
			return time.Time{}
		}
		return *t
	}
	switch l.row.LineState {
	case models.LinePaid:
		return StagePaid, at(l.row.ExportedAt)
	case models.LineFailed:
		return StageFailed, at(l.row.ExportedAt)
	case models.LineReturned:
		return StageReturned, at(l.row.ExportedAt)
	case models.LineCarried:
		if l.row.SubmittedAt == nil {
			return StageCarried, l.row.UpdatedAt
		}
		return StageCarried, *l.row.SubmittedAt
	}
	switch l.row.RunState {
	case models.RunDraft:
		return StageListed, l.row.UpdatedAt
	case models.RunSubmitted:
		return StageSubmitted, at(l.row.SubmittedAt)
	case models.RunApproved:
		if l.row.Reworked {
			return StageReworked, at(l.row.TreasuryAt)
		}
		return StageApproved, at(l.row.ApprovedAt)
	case models.RunTreasury:
		return StageTreasury, at(l.row.TreasuryAt)
	}
	return StageExported, at(l.row.ExportedAt)
}

// settles reports whether the line pays, or may still.
func (l *listedLine) settles() bool {
	return l.row.LineState == models.LinePending || l.row.LineState == models.LinePaid
}

func (l *listedLine) listing(month models.Month) Listing {
	stage, _ := l.stage()
	_, amount := l.of(month)
	listing := Listing{Month: l.row.RunMonth, Stage: stage, PaidOn: l.row.PaidOn, Reason: l.row.Reason, Amount: amount}
	if l.row.RunState != models.RunDraft {
		listing.LineID = l.row.LineID
	}
	return listing
}

// viewOf tells a month from the lines that touch it, oldest run first. The line
// that counts is the month's own, or the first that lists it; where that did
// not pay, the next that takes it up.
func viewOf(month models.Month, lines []*listedLine) MonthView {
	view := MonthView{Month: month, Stage: StageNone}
	if len(lines) == 0 {
		return view
	}
	i := max(0, slices.IndexFunc(lines, func(l *listedLine) bool { return l.row.RunMonth == month }))
	for ; i+1 < len(lines) && !lines[i].settles(); i++ {
		view.Earlier = append(view.Earlier, lines[i].listing(month))
		if reason := lines[i].row.Reason; reason != "" {
			view.Reason = reason
		}
	}
	line := lines[i]
	for _, later := range lines[i+1:] {
		view.Later = append(view.Later, later.listing(month))
	}
	view.Stage, view.StageAt = line.stage()
	view.ListedIn, view.Covers = line.row.RunMonth, line.row.Covers
	view.PaidOn, view.Cash, view.Through = line.row.PaidOn, line.row.BankTail == "", line.row.Through
	if line.row.Reason != "" {
		view.Reason = line.row.Reason
	}
	view.Parts, view.Amount = line.parts, line.row.LineAmount
	if line.row.RunMonth != month {
		view.Parts, view.Amount = line.of(month)
	}
	if line.row.RunState != models.RunDraft {
		view.LineID, view.RunID = line.row.LineID, line.row.RunID
	}
	switch view.Stage {
	case StageListed, StageSubmitted, StageApproved, StageTreasury, StageReworked, StageExported:
		view.ExpectedBy = payDay(line.row.RunMonth, line.row.PayDay)
	case StageFailed, StageReturned, StageCarried:
		view.ExpectedBy = payDay(line.row.RunMonth+1, line.row.PayDay)
	}
	return view
}
