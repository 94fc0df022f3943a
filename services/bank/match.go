package bank

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/xuri/excelize/v2"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/sheet"
	"canbobot/services/vn"
)

// bankHash is the kind under which the roster hashes accounts.
const bankHash = "bank"

// runOf finds the list that a sheet is of: the month that is asked for, else
// what most references, then most texts of the rows, then the title name, else
// the list whose open lines the rows fit best.
func (s *Service) runOf(tx *gorm.DB, ward int64, month models.Month, read *reading) (models.PaymentRun, error) {
	var runs []models.PaymentRun
	err := services.InWard(tx, ward).Where("state IN ?",
		[]models.RunState{models.RunExported, models.RunClosed}).Order("month DESC").Limit(36).Find(&runs).Error
	if err != nil {
		return models.PaymentRun{}, fmt.Errorf("runs: %w", err)
	}
	if len(runs) == 0 {
		return models.PaymentRun{}, services.Conflict("results_no_run")
	}
	if month != 0 {
		for _, run := range runs {
			if run.Month == month {
				return run, nil
			}
		}
		return models.PaymentRun{}, services.NotFound("run")
	}
	named := func(vote func(run models.PaymentRun, l line) bool) (models.PaymentRun, bool) {
		votes := make([]int, len(runs))
		for i, run := range runs {
			for _, l := range read.lines {
				if vote(run, l) {
					votes[i]++
				}
			}
		}
		best := slices.Index(votes, slices.Max(votes))
		return runs[best], votes[best] > 0
	}
	if run, ok := named(func(run models.PaymentRun, l line) bool { return l.run == run.ID }); ok {
		return run, nil
	}
	if run, ok := named(func(run models.PaymentRun, l line) bool { return l.month == run.Month }); ok {
		return run, nil
	}
	if run, ok := named(func(run models.PaymentRun, _ line) bool { return run.Month == read.month }); ok {
		return run, nil
	}
	best, most := runs[0], -1
	for _, run := range runs {
		if run.State != models.RunExported {
			continue
		}
		list, err := s.index(tx, run)
		if err != nil {
			return models.PaymentRun{}, err
		}
		fits := 0
		for _, l := range read.lines {
			if found, _ := list.find(s, l); len(found) == 1 && found[0].Amount == l.amount &&
				found[0].State == models.LinePending {
				fits++
			}
		}
		if fits > most {
			best, most = run, fits
		}
	}
	return best, nil
}

// book is a run's lines by what rows name them.
type book struct {
	lines  map[int64]*models.PaymentLine
	hashes map[string][]*models.PaymentLine // of the account that the person has today
	tails  map[string][]*models.PaymentLine // of the account that the list was frozen with
	order  []int64
}

func (s *Service) index(tx *gorm.DB, run models.PaymentRun) (*book, error) {
	var rows []models.PaymentLine
	if err := tx.Where("run_id = ? AND amount > 0", run.ID).Order("id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("lines: %w", err)
	}
	var people []struct {
		LineID   int64
		BankHash []byte
	}
	err := tx.Raw(`
SELECT l.id AS line_id, COALESCE(l.bank_hash, p.bank_hash) AS bank_hash
FROM payment_lines l JOIN people g ON g.id = l.person_id
	JOIN people p ON p.id = COALESCE(g.merged_into, g.id)
WHERE l.run_id = ? AND l.amount > 0 AND COALESCE(l.bank_hash, p.bank_hash) IS NOT NULL`, run.ID).Scan(&people).Error
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	index := &book{lines: map[int64]*models.PaymentLine{}, hashes: map[string][]*models.PaymentLine{},
		tails: map[string][]*models.PaymentLine{}}
	for i := range rows {
		row := &rows[i]
		index.lines[row.ID] = row
		index.order = append(index.order, row.ID)
		if row.BankTail != "" {
			index.tails[row.BankTail] = append(index.tails[row.BankTail], row)
		}
	}
	for _, person := range people {
		if line := index.lines[person.LineID]; line.BankTail != "" {
			index.hashes[string(person.BankHash)] = append(index.hashes[string(person.BankHash)], line)
		}
	}
	return index, nil
}

// find lists the lines that a row may mean. Where the account is known whole,
// that decides; an end of it, or one that the person has changed since, needs
// the name as well. Code says why there is none.
func (i *book) find(s *Service, l line) (found []*models.PaymentLine, code string) {
	if l.ref != 0 {
		one := i.lines[l.ref]
		if one == nil {
			return nil, "result_unknown"
		}
		whole := !l.hidden && len(one.BankHash) > 0
		if l.account != "" && (whole && !s.vault.Matches(bankHash, l.account, one.BankHash) ||
			one.BankTail != l.account[max(0, len(l.account)-len(one.BankTail)):]) {
			return nil, "result_account_differs"
		}
		return []*models.PaymentLine{one}, ""
	}
	if !l.hidden {
		for _, hash := range s.vault.Hashes(bankHash, l.account) {
			found = append(found, i.hashes[string(hash)]...)
		}
	}
	if len(found) == 0 {
		for _, one := range i.tails[vn.AccountTail(l.account)] {
			// A whole number that is not the one that was signed is another account,
			// however alike its end.
			if sameName(one.Holder(one.Name), l.name) && (l.hidden || len(one.BankHash) == 0) {
				found = append(found, one)
			}
		}
	}
	for _, narrower := range []func(*models.PaymentLine) bool{
		func(one *models.PaymentLine) bool {
			return sameName(one.Holder(one.Name), l.name)
		},
		func(one *models.PaymentLine) bool { return one.Amount == l.amount },
	} {
		if len(found) < 2 {
			break
		}
		var fewer []*models.PaymentLine
		for _, one := range found {
			if narrower(one) {
				fewer = append(fewer, one)
			}
		}
		if len(fewer) > 0 {
			found = fewer
		}
	}
	switch len(found) {
	case 0:
		return nil, "result_unknown"
	case 1:
		return found, ""
	}
	return nil, "result_ambiguous"
}

// outcome is what a sheet would mark.
type outcome struct {
	marks    []list.Mark // in the order of rows
	counts   Counts
	total    int64
	findings []sheet.Finding
}

// fingerprint is a hash of the marks on a list.
func (o outcome) fingerprint(run int64) []byte {
	// Neither of the two can fail to be written.
	text, _ := json.Marshal(struct {
		Run   int64
		Marks []list.Mark
	}{run, o.marks})
	sum := sha256.Sum256(text)
	return sum[:]
}

// match compares the rows with the list as it is.
func (s *Service) match(tx *gorm.DB, run models.PaymentRun, read *reading) (outcome, error) {
	index, err := s.index(tx, run)
	if err != nil {
		return outcome{}, err
	}
	var later int64
	err = services.InWard(tx.Model(&models.PaymentRun{}), run.WardID).Where("month > ? AND state <> ?", run.Month,
		models.RunDraft).Count(&later).Error
	if err != nil {
		return outcome{}, fmt.Errorf("runs: %w", err)
	}
	m := &matching{run: run, followed: later > 0 || run.State == models.RunClosed, wrong: map[int]bool{}}
	if run.ApprovedAt != nil {
		m.since = models.DateOf(run.ApprovedAt.In(services.Zone))
	}
	m.out.counts.Rows = len(read.lines)
	m.turnDays(read.lines, s.today())
	of := map[int64][]int{}
	var order []int64
	for n, l := range read.lines {
		switch {
		case l.wrong != "":
			m.note(n, l, l.column, l.wrong, l.value, l.fields)
			continue
		case l.run != 0 && l.run != run.ID:
			m.note(n, l, fieldReference, "result_other_month", "", map[string]any{"month": run.Month})
			continue
		case l.run == 0 && l.month != 0 && l.month != run.Month:
			m.note(n, l, fieldAbout, "result_other_month", l.month.String(), map[string]any{"month": run.Month})
			continue
		}
		found, code := index.find(s, l)
		if code == "result_unknown" && (l.answer == answerFailed || l.answer == answerReturned || !index.knows(l)) {
			m.remark(l, fieldAccount, "result_stranger", nil) // of another list: it says nothing of ours
			continue
		}
		if code != "" {
			m.note(n, l, fieldAccount, code, l.shown, nil)
			continue
		}
		bad := l.answer == answerFailed || l.answer == answerReturned
		switch sure := l.ref != 0 || !l.hidden; {
		case l.name == "" || sameName(found[0].Holder(found[0].Name), l.name):
		case bad && sure: // the bank may say who really holds it: it was not paid
			m.remark(l, fieldName, "result_holder", map[string]any{"name": found[0].Holder(found[0].Name), "holder": l.shown})
		default:
			m.note(n, l, fieldName, "result_name", l.shown, map[string]any{"name": found[0].Holder(found[0].Name)})
			continue
		}
		switch {
		case l.on.IsZero():
		case l.on.After(s.today()):
			m.note(n, l, fieldDay, "result_day", l.on.String(), nil)
			continue
		case l.on.Before(m.since):
			m.note(n, l, fieldDay, "result_before", l.on.String(), map[string]any{"date": m.since})
			continue
		}
		if of[found[0].ID] == nil {
			order = append(order, found[0].ID)
		}
		of[found[0].ID] = append(of[found[0].ID], n)
	}
	for _, id := range order {
		m.judge(read.lines, of[id], index.lines[id])
	}
	for _, id := range index.order {
		if line := index.lines[id]; line.State == models.LinePending && line.BankTail != "" && of[id] == nil {
			m.out.counts.Missing++
		}
	}
	m.out.counts.Wrong = len(m.wrong)
	slices.SortStableFunc(m.out.findings, func(a, b sheet.Finding) int {
		return cmp.Or(cmp.Compare(a.Sheet, b.Sheet), cmp.Compare(a.Row, b.Row))
	})
	return m.out, nil
}

// knows reports whether a row that names no line may mean one all the same: its
// owner by name, under another account.
func (i *book) knows(l line) bool {
	for _, one := range i.lines {
		if l.name != "" && (sameName(one.Name, l.name) || sameName(one.Holder(one.Name), l.name)) {
			return true
		}
	}
	return false
}

// turnDays reads days as Americans write them, the month first, where a sheet's
// days cannot be otherwise: some before the list was approved or still to come,
// and the other way round none.
func (m *matching) turnDays(lines []line, today models.Date) {
	possible := func(day models.Date) bool { return !day.Before(m.since) && !day.After(today) }
	turn, first := false, -1
	for n, l := range lines {
		if l.on.IsZero() {
			continue
		}
		if first < 0 {
			first = n
		}
		if l.on.Day > 12 || !possible(turned(l.on)) {
			return
		}
		turn = turn || !possible(l.on)
	}
	if !turn || m.since.IsZero() {
		return
	}
	for n := range lines {
		if !lines[n].on.IsZero() {
			lines[n].on = turned(lines[n].on)
		}
	}
	m.remark(lines[first], fieldDay, "result_days", map[string]any{"date": lines[first].on})
}

func turned(day models.Date) models.Date {
	return models.NewDate(day.Year, time.Month(day.Day), int(day.Month))
}

type matching struct {
	run      models.PaymentRun
	since    models.Date // the day on which the list was approved: no money went before
	followed bool        // what failed may be paid by a later list already
	out      outcome
	wrong    map[int]bool // rows with an error
}

// judge says what the rows of one line come to. Several rows are one transfer
// in parts, where they add up to the line and fare alike; else the line is
// there twice.
func (m *matching) judge(lines []line, rows []int, of *models.PaymentLine) {
	sum, alike, repeated := int64(0), true, false
	for _, n := range rows {
		sum += lines[n].amount
		alike = alike && lines[n].answer == lines[rows[0]].answer
		repeated = repeated || lines[n].amount == of.Amount
	}
	first := lines[rows[0]]
	switch {
	case len(rows) == 1 && first.amount != of.Amount, len(rows) > 1 && !repeated && sum != of.Amount:
		for _, n := range rows {
			m.note(n, lines[n], fieldAmount, "result_differs", fmt.Sprint(lines[n].amount),
				map[string]any{"amount": vn.Dots(of.Amount)})
		}
		return
	case len(rows) > 1 && (repeated || !alike):
		for _, n := range rows[1:] {
			m.note(n, lines[n], fieldAccount, "result_twice", lines[n].shown, map[string]any{"row": first.row})
		}
		return
	}
	if first.answer == answerWaiting {
		m.out.counts.Waiting++
		m.remark(first, fieldStatus, "result_waiting", nil)
		return
	}
	to := models.LineState(first.answer)
	mark := list.Mark{Line: of.ID, From: of.State, State: to, Reason: sheet.Shorten(first.reason), On: first.on}
	switch {
	case of.State == to, of.State != models.LinePaid && of.State != models.LinePending && to != models.LinePaid:
		m.out.counts.Already++ // failed and come back are one to the list: it was not paid
		return
	case of.State == models.LinePaid && to == models.LineFailed:
		m.note(rows[0], first, fieldStatus, "result_paid_before", string(first.answer), map[string]any{"date": of.PaidOn})
		return
	case of.State != models.LinePending && to == models.LinePaid && m.followed:
		m.note(rows[0], first, fieldStatus, "result_followed", string(first.answer), nil)
		return
	case of.State != models.LinePending:
		m.remark(first, fieldStatus, "result_changes_"+string(of.State), nil)
	}
	switch to {
	case models.LinePaid:
		m.out.counts.Paid++
		m.out.total += of.Amount
	case models.LineFailed:
		m.out.counts.Failed++
	case models.LineReturned:
		m.out.counts.Returned++
	}
	m.out.marks = append(m.out.marks, mark)
}

func (m *matching) note(n int, l line, what field, code, value string, fields map[string]any) {
	m.wrong[n] = true
	m.out.counts.Errors++
	m.add(l, what, sheet.Finding{Code: code, Value: value, Fields: fields})
}

func (m *matching) remark(l line, what field, code string, fields map[string]any) {
	m.out.counts.Remarks++
	m.add(l, what, sheet.Finding{Code: code, Fields: fields, Remark: true})
}

// add keeps a finding at its cell; of a column that the sheet has not, at the
// first that it has.
func (m *matching) add(l line, what field, finding sheet.Finding) {
	if len(m.out.findings) >= sheet.MaxFindings {
		return
	}
	column, ok := l.header[what]
	for _, other := range []field{fieldAccount, fieldReference, fieldStatus} {
		if !ok {
			column, ok = l.header[other]
		}
	}
	finding.Sheet, finding.Row, finding.Value = l.sheet, l.row, sheet.Shorten(finding.Value)
	if cell, err := excelize.CoordinatesToCellName(column+1, l.row); err == nil {
		finding.Cell = cell
	}
	m.out.findings = append(m.out.findings, finding)
}
