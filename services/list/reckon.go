package list

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
)

// reckoning computes the lines of one run out of roster, policies and what
// earlier runs settled, a batch of people at a time: its memory does not grow
// with the ward.
type reckoning struct {
	tx       *gorm.DB
	run      models.PaymentRun
	frozen   []int64         // ids of the ward's frozen runs
	merged   map[int64]int64 // who was found to be somebody else, and whom
	start    models.Month    // first month of the look-back
	calculus money.Calculus
	caps     map[int64]models.DebtCap
	through  models.Through
	uncapped bool // what is owed back is asked for, and not what a list takes of it
}

// newReckoning prepares the computation of a run.
//
// The look-back reaches LookBack months back, but not before the ward's first
// frozen run: what was due before the ward began to pay by these lists was paid,
// or not, by other means, and is nobody's arrears here. The first run ever pays
// the months that it covers, and those before from which the ward says it began.
func newReckoning(tx *gorm.DB, run models.PaymentRun) (*reckoning, error) {
	var runs []models.PaymentRun
	err := services.InWard(tx, run.WardID).Select("id", "month", "covers").Where("state <> ? AND id <> ?", models.RunDraft,
		run.ID).Order("month").Find(&runs).Error
	if err != nil {
		return nil, fmt.Errorf("earlier runs: %w", err)
	}
	first := run.Month - models.Month(max(run.Covers, 1)-1)
	var ward models.Ward
	if err := tx.Select("pay_from", "pay_through").Take(&ward, run.WardID).Error; err != nil {
		return nil, fmt.Errorf("ward: %w", err)
	}
	r := &reckoning{tx: tx, run: run, start: run.Month, through: ward.PayThrough}
	if ward.PayFrom != 0 {
		first = min(first, ward.PayFrom)
	}
	for _, earlier := range runs {
		r.frozen = append(r.frozen, earlier.ID)
		first = min(first, earlier.Month-models.Month(max(earlier.Covers, 1)-1))
	}
	r.start = max(first, run.Month-money.LookBack)
	if r.merged, err = mergedInto(tx, run.WardID); err != nil {
		return nil, err
	}
	if r.caps, err = capsOf(tx, run.WardID); err != nil {
		return nil, err
	}
	// Debts and failed transfers are followed however old: see openLine.
	r.calculus, err = money.LoadCalculus(tx, run.WardID, money.Months(first, run.Month))
	return r, err
}

// batch is the lines of the people whose ids are in [first, last].
type batch struct {
	first, last int64
	lines       []models.PaymentLine
}

// each calls visit with all lines, in order of person.
func (r *reckoning) each(visit func(batch) error) error {
	for after := int64(0); ; {
		var persons []models.Person
		err := services.InWard(r.tx, r.run.WardID).Select("id", "name",
			"bank_name", "bank_tail", "bank_hash", "pay_way", "bank_holder", "bank_relation").
			Where("id > ? AND merged_into IS NULL", after).Order("id").Limit(money.BatchSize).Find(&persons).Error
		if err != nil {
			return fmt.Errorf("people: %w", err)
		}
		if len(persons) == 0 {
			return nil
		}
		b := batch{first: persons[0].ID, last: persons[len(persons)-1].ID}
		if b.lines, err = r.reckon(persons); err != nil {
			return err
		}
		if err := visit(b); err != nil {
			return err
		}
		after = b.last
	}
}

func (r *reckoning) reckon(persons []models.Person) ([]models.PaymentLine, error) {
	first, last := persons[0].ID, persons[len(persons)-1].ID
	open, err := r.openLines(first, last)
	if err != nil {
		return nil, err
	}
	start := r.start
	for _, lines := range open {
		for _, line := range lines {
			start = min(start, line.months[0])
		}
	}
	for _, person := range persons {
		if limit, ok := r.caps[person.ID]; ok {
			start = min(start, limit.Since)
		}
	}
	settled, err := r.settled(first, last, start)
	if err != nil {
		return nil, err
	}
	loaded, err := money.LoadPosts(r.tx, r.run.WardID, money.PeopleBetween(first, last), money.Months(start, r.run.Month))
	if err != nil {
		return nil, err
	}
	var lines []models.PaymentLine
	for _, person := range persons {
		line := r.line(person, loaded, settled[person.ID], open[person.ID], r.caps[person.ID])
		if line != nil {
			lines = append(lines, *line)
		}
	}
	return lines, r.explain(lines, settled)
}

// line is what the run owes one person; nil when nothing.
func (r *reckoning) line(person models.Person, loaded money.Roster, settled []settledRow,
	open []openLine, limit models.DebtCap) *models.PaymentLine {
	posts := loaded.Posts[person.ID]
	if len(posts) == 0 && len(settled) == 0 {
		return nil
	}
	start := r.start
	for _, line := range open {
		start = min(start, line.months[0])
	}
	if limit.Most > 0 {
		start = min(start, limit.Since)
	}
	done := make(map[owedKey]settledRow, len(settled))
	for _, row := range settled {
		if row.month >= start {
			done[row.owedKey] = row
		}
	}
	line := &models.PaymentLine{
		WardID: r.run.WardID, RunID: r.run.ID, PersonID: person.ID, Month: r.run.Month, State: models.LineCarried,
		Name: person.Name, Destination: person.Destination,
	}
	if r.through == models.ByCash {
		line.Destination = models.Destination{PayWay: models.WayCash}
	}
	add := func(c money.Component) {
		line.Amount += c.Amount
		line.Components = append(line.Components, models.PaymentComponent{
			WardID: r.run.WardID, RunID: r.run.ID, PersonID: person.ID, Month: c.Month, PolicyID: c.PolicyID, TermID: c.TermID,
			BranchID: c.BranchID, Role: c.Role, Amount: c.Amount, Rate: c.Rate, Basis: c.Basis, Why: c.Why, Days: c.Days,
			Deducted: c.Deducted,
		})
	}
	for m := start; m <= r.run.Month; m++ {
		for _, component := range merged(r.calculus.Entitlement(posts, m)) {
			key := owedKey{m, component.PolicyID, component.BranchID, component.Role}
			row, before := done[key]
			delete(done, key)
			component.Amount -= row.amount
			// A zero of one of the run's own months stays: it tells why a post is not paid.
			if component.Amount != 0 || (covered(r.run, m) && !before) {
				add(component)
			}
		}
	}
	for key, row := range done { // settled, and no longer owed; see explain
		if row.amount != 0 {
			add(money.Component{
				Month: key.month, PolicyID: key.policy, TermID: row.term, BranchID: key.branch, Role: key.role,
				Amount: -row.amount, Why: money.WhyWithdrawn,
			})
		}
	}
	slices.SortFunc(line.Components, func(a, b models.PaymentComponent) int {
		return cmp.Or(cmp.Compare(b.Month, a.Month), cmp.Compare(a.PolicyID, b.PolicyID),
			cmp.Compare(a.BranchID, b.BranchID), cmp.Compare(money.Rank(a.Role), money.Rank(b.Role)))
	})
	for _, row := range settled {
		forgo(line, row.month, row.waived)
	}
	if !slices.ContainsFunc(line.Components, func(c models.PaymentComponent) bool { return c.Amount != 0 }) {
		return nil
	}
	if limit.Most > 0 && !r.uncapped {
		capped(line, limit.Most)
	}
	if line.Amount > 0 {
		line.State = models.LinePending
	}
	line.Title, line.Unit = describe(line.Components, loaded)
	line.FollowsID = follows(line.Components, open)
	return line
}

// owedKey is what is compared between entitlement and settled amounts. The
// term is not in it: one that is superseded by its correction in the same post
// owes the same money.
type owedKey struct {
	month          models.Month
	policy, branch int64
	role           models.TermRole
}

// merged adds up components of one key: who moved from one deputy's slot to
// another of the same branch within a month. The input is sorted.
func merged(components []money.Component) []money.Component {
	var result []money.Component
	for _, c := range components {
		if n := len(result); n > 0 {
			if last := &result[n-1]; last.PolicyID == c.PolicyID && last.BranchID == c.BranchID && last.Role == c.Role {
				last.Amount += c.Amount
				last.Days += c.Days
				last.Deducted += c.Deducted
				last.TermID = c.TermID
				continue
			}
		}
		result = append(result, c)
	}
	return result
}

// describe is the posts that the line pays, for the printed list: the run's own
// month first. A post that is no longer anywhere in the roster is left to
// explain.
func describe(components []models.PaymentComponent, loaded money.Roster) (title, unit string) {
	var titles, units []string
	seen := map[[2]string]bool{}
	for _, component := range components {
		term, ok := loaded.Terms[component.TermID]
		if !ok {
			continue
		}
		pair := [2]string{term.Title, loaded.Branches[term.BranchID]}
		if !seen[pair] {
			seen[pair] = true
			titles, units = append(titles, pair[0]), append(units, pair[1])
		}
	}
	return strings.Join(titles, "; "), strings.Join(units, "; ")
}

// follows is the failed line that these components make good: the latest that
// shares a month with them.
func follows(components []models.PaymentComponent, open []openLine) *int64 {
	var found *openLine
	for i := range open {
		line := &open[i]
		if line.state == models.LineCarried || (found != nil && found.run > line.run) {
			continue
		}
		if slices.ContainsFunc(components, func(c models.PaymentComponent) bool {
			return slices.Contains(line.months,
				c.Month)
		}) {
			found = line
		}
	}
	if found == nil {
		return nil
	}
	return &found.id
}

// openLine is a line of an earlier run that settled nothing and that no later
// line has taken up: a transfer that failed, or a debt. Its months stay within
// the look-back however old they are, so that neither is forgotten. Those of a
// row that was merged into another are open for the one who stays, whose lines
// take them up from the merger on.
type openLine struct {
	id     int64
	run    models.Month
	state  models.LineState
	months []models.Month // sorted
}

func (r *reckoning) openLines(first, last int64) (map[int64][]openLine, error) {
	if len(r.frozen) == 0 {
		return nil, nil
	}
	var rows []struct {
		ID       int64
		PersonID int64
		Run      models.Month
		State    models.LineState
		Month    models.Month
	}
	who, args := r.ofPeople("l.person_id", first, last)
	args = append(append([]any{r.run.WardID}, args...), r.frozen, r.frozen)
	err := r.tx.Raw(`
SELECT DISTINCT l.id, COALESCE(p.merged_into, p.id) AS person_id, l.month AS run, l.state, c.month
FROM payment_lines l JOIN people p ON p.id = l.person_id JOIN payment_components c ON c.line_id = l.id
WHERE l.ward_id = ? AND `+who+` AND l.run_id IN ? AND l.state IN ('failed', 'returned', 'carried')
AND NOT EXISTS (
	SELECT 1 FROM payment_lines n JOIN payment_runs u ON u.id = n.run_id
	WHERE n.person_id IN (l.person_id, COALESCE(p.merged_into, l.person_id)) AND n.run_id IN ?
	AND (n.follows_id = l.id OR (l.state = 'carried' AND n.month > l.month
	AND (n.person_id = l.person_id OR u.submitted_at >= p.merged_at)))
)
ORDER BY l.id, c.month`, args...).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("open lines: %w", err)
	}
	open := map[int64][]openLine{}
	for _, row := range rows {
		lines := open[row.PersonID]
		if n := len(lines); n == 0 || lines[n-1].id != row.ID {
			lines = append(lines, openLine{id: row.ID, run: row.Run, state: row.State})
		}
		lines[len(lines)-1].months = append(lines[len(lines)-1].months, row.Month)
		open[row.PersonID] = lines
	}
	return open, nil
}
