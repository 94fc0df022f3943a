package bank

import (
	"context"
	_ "embed"
	"errors"
	"regexp"
	"strings"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/sheet"
)

// field is what a column holds.
type field = string

const (
	fieldAccount   field = "account"
	fieldName      field = "name"
	fieldAmount    field = "amount"
	fieldStatus    field = "status"
	fieldReason    field = "reason"
	fieldAbout     field = "about"
	fieldReference field = "reference"
	fieldDay       field = "day"
)

//go:embed headings.txt
var headingList string

// headings are the names that banks and wards give the columns.
var headings = sheet.NewHeadings(headingList)

// knows reports whether rows can be matched and read: which line, how much, and
// what became of it.
func knows(h sheet.Columns) bool {
	return (h.Has(fieldAccount) || h.Has(fieldReference)) && h.Has(fieldAmount) && h.Has(fieldStatus)
}

// Kind is what a sheet reads like.
type Kind int

const (
	Roster  Kind = iota // or nothing that is known: the roster's reader refuses it with words
	Results             // a bank's answer
	Unsure              // money and accounts, and no column that tells the one from the other
)

// KindOf says by its headings what a sheet reads like. It refuses what is no
// workbook, as services/sheet does.
func KindOf(ctx context.Context, content []byte) (Kind, error) {
	heads := map[string]map[int][]string{}
	results, money := false, false
	err := sheet.Each(ctx, content, models.Date{}, func(row sheet.Row) error {
		if row.Number > sheet.HeadingRows {
			return nil
		}
		if heads[row.Sheet] == nil {
			heads[row.Sheet] = map[int][]string{}
		}
		heads[row.Sheet][row.Number] = row.Cells
		h := headings.Find(row.Cells)
		results = results || knows(h)
		money = money || h.Has(fieldAccount) && h.Has(fieldAmount) || h.Has(fieldAmount) && h.Has(fieldStatus)
		return nil
	})
	if err != nil {
		return Roster, err
	}
	posts := false
	for _, rows := range heads {
		_, named := sheet.RosterHeadings(rows)
		posts = posts || named
	}
	switch {
	case results:
		return Results, nil
	case money && !posts:
		return Unsure, nil
	}
	return Roster, nil
}

// line is one row that names a transfer.
type line struct {
	sheet  string
	row    int
	header sheet.Columns

	account  string // digits; the last four where hidden
	hidden   bool
	name     string // folded
	shown    string // as written
	amount   int64
	answer   answer
	statuses []string // as written
	reason   string
	on       models.Date // zero where the sheet has none
	run      int64       // of the reference; 0 without one
	ref      int64       // the line
	month    models.Month

	wrong  string // code of what cannot be read; "" for none
	column field  // where that stands
	value  string
	fields map[string]any
}

// reading is a sheet before it is matched.
type reading struct {
	lines []line
	month models.Month // that the rows above the headings name; 0 for none
}

// read types every sheet that has the columns of a bank's answer. It refuses
// with invalid/result_header when none has.
func read(ctx context.Context, content []byte, today models.Date) (*reading, error) {
	r := &reading{}
	current, at, also := "", sheet.Columns{}, []int(nil)
	found := false
	err := sheet.Each(ctx, content, today, func(row sheet.Row) error {
		if row.Sheet != current {
			current, at = row.Sheet, nil
		}
		if row.Number <= sheet.HeadingRows {
			if h := headings.Find(row.Cells); knows(h) && len(h) > len(at) {
				at, also, found = h, headings.All(row.Cells, fieldStatus), true
				return nil
			}
		}
		if !knows(at) {
			for _, cell := range row.Cells {
				if month := monthIn(cell); month != 0 && r.month == 0 {
					r.month = month
				}
			}
			return nil
		}
		if one, ok := readLine(row, at, also, today); ok {
			r.lines = append(r.lines, one)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, services.Invalid("result_header")
	}
	return r, nil
}

// readLine types one row; false for a row of sums, signatures and the like.
func readLine(row sheet.Row, at sheet.Columns, also []int, today models.Date) (line, bool) {
	l := line{sheet: row.Sheet, row: row.Number, header: at}
	cell := func(what field) string { return at.Cell(row.Cells, what) }
	account, reference, status, amount := cell(fieldAccount), cell(fieldReference), cell(fieldStatus), cell(fieldAmount)
	l.shown = cell(fieldName)
	l.name = foldName(l.shown)
	if account == "" && reference == "" && status == "" {
		return l, false // a sum, a signature, an empty line of a form
	}
	wrong := func(what field, code string, err error) {
		if l.wrong != "" {
			return
		}
		refusal := (*services.Error)(nil)
		if errors.As(err, &refusal) {
			code, l.fields = refusal.Code, refusal.Fields
		}
		l.wrong, l.column, l.value = code, what, cell(what)
	}
	for _, what := range []field{fieldAccount, fieldName, fieldAmount, fieldStatus, fieldReference, fieldDay} {
		if sheet.IsFormulaError(cell(what)) {
			wrong(what, "formula", nil)
		}
	}
	if reference != "" {
		var ok bool
		if l.run, l.ref, ok = list.ParseReference(reference); !ok && !at.Has(fieldAccount) {
			wrong(fieldReference, "result_reference", nil)
		}
	}
	if account != "" {
		var err error
		if l.account, l.hidden, err = sheet.AccountNumber(account); err != nil || l.account == "" {
			wrong(fieldAccount, "result_account", err)
		}
	} else if l.ref == 0 {
		wrong(fieldAccount, "result_account_missing", nil)
	}
	var ok bool
	if l.amount, ok = sheet.Amount(amount); !ok {
		wrong(fieldAmount, "result_amount", nil)
	}
	l.judge(row.Cells, also, status, wrong)
	if l.answer == answerFailed || l.answer == answerReturned {
		l.reason = cell(fieldReason)
		if about := cell(fieldAbout); l.reason == "" && !at.Has(fieldReason) && monthIn(about) == 0 {
			l.reason = about
		}
		if l.reason == "" {
			l.reason = status
		}
	}
	if l.answer == answerPaid && l.wrong == "" {
		for what, words := range map[field][]string{fieldReason: doubts, fieldAbout: returns} {
			if note := cell(what); doubtful(note, words) {
				wrong(what, "result_note", nil)
			}
		}
	}
	if day := cell(fieldDay); day != "" && l.answer == answerPaid {
		on, err := row.Days.Read(day)
		switch {
		case err != nil:
			wrong(fieldDay, "day", err)
		case on.After(today):
			wrong(fieldDay, "result_day", nil)
		default:
			l.on = on
		}
	}
	l.month = monthIn(cell(fieldAbout))
	return l, true
}

// judge reads what a row says became of it: every column of a status, which must
// agree.
func (l *line) judge(cells []string, columns []int, status string, wrong func(field, string, error)) {
	var ok bool
	if l.answer, ok = readAnswer(status); !ok {
		wrong(fieldStatus, "result_status", nil)
	}
	for _, column := range columns {
		said := ""
		if column < len(cells) {
			said = sheet.Text(cells[column])
		}
		if said == "" && len(columns) > 1 {
			continue
		}
		l.statuses = append(l.statuses, said)
		switch other, known := readAnswer(said); {
		case !known:
			wrong(fieldStatus, "result_status", nil)
		case other != l.answer:
			wrong(fieldStatus, "result_disagree", nil)
		}
	}
}

var aside = regexp.MustCompile(`\([^)]*\)`)

// foldName is a name as it is compared: banks write capitals without accents.
func foldName(name string) string {
	return strings.Join(strings.Fields(aside.ReplaceAllString(models.Fold(name), " ")), " ")
}

var monthly = regexp.MustCompile(`\bthang ?0?(\d{1,2}) ?[/.\-] ?(20\d\d)\b`)

// monthIn is the month that a text names: "HO TRO THANG 03/2026"; 0 for none.
func monthIn(cell string) models.Month {
	if len(cell) > 500 {
		return 0
	}
	match := monthly.FindStringSubmatch(models.Fold(cell))
	if match == nil {
		return 0
	}
	month, err := models.ParseMonth(match[2] + "-" + strings.Repeat("0", 2-len(match[1])) + match[1])
	if err != nil {
		return 0
	}
	return month
}
