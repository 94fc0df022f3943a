package bank

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"regexp"
	"slices"
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

// table is a sheet while its rows are read.
type table struct {
	name    string
	known   vocabulary
	said    string   // a sheet for each answer has it as its name
	above   []string // the row before
	at      sheet.Columns
	states  []int // every column that says what became of it, from the left
	amounts []int
}

// beneficiary are words of the heading over the account that is paid, where the
// one that pays stands beside it.
var beneficiary = []string{"huong", "nhan", "dich", "credit", "beneficiary", "co"}

// heads reports whether a row is one of headings, or their second line: rows can
// be matched and read then, which line, how much, and what became of it.
func (t *table) heads(row sheet.Row) bool {
	if row.Sheet != t.name {
		*t = table{name: row.Sheet, known: t.known}
		if _, known := t.known.answer(row.Sheet); known {
			t.said = row.Sheet
		}
	}
	if row.Number > sheet.HeadingRows {
		return false
	}
	above := t.above
	t.above = row.Cells
	if slices.ContainsFunc(row.Cells, func(cell string) bool { return digits.MatchString(cell) }) {
		return false // it is about somebody
	}
	for _, upper := range [][]string{nil, above} {
		found := table{at: sheet.Columns{}}
		for i, what := range headings.Read(upper, row.Cells) {
			first, taken := found.at[what]
			switch {
			case what == "":
				continue
			case !taken || what == fieldAccount && paidOver(upper, row.Cells, i) && !paidOver(upper, row.Cells, first):
				found.at[what] = i
			}
			switch what {
			case fieldStatus:
				found.states = append(found.states, i)
			case fieldAmount:
				found.amounts = append(found.amounts, i)
			}
		}
		knows := (found.at.Has(fieldAccount) || found.at.Has(fieldReference)) && found.at.Has(fieldAmount) &&
			(found.at.Has(fieldStatus) || t.said != "")
		if knows && len(found.at) > len(t.at) {
			t.at, t.states, t.amounts = found.at, found.states, found.amounts
			return true
		}
	}
	return false
}

// digits are those of an account or an amount, which no heading has.
var digits = regexp.MustCompile(`^[^a-zA-Z]*\d{4,}`)

// paidOver reports whether a heading speaks of whom is paid.
func paidOver(upper, lower []string, column int) bool {
	for _, cells := range [][]string{upper, lower} {
		if column < len(cells) && sheet.Says(cells[column], beneficiary) {
			return true
		}
	}
	return false
}

// Kind is what a sheet reads like.
type Kind int

const (
	Roster  Kind = iota // or nothing that is known: the roster's reader refuses it with words
	Results             // a bank's answer
	Unsure              // amounts, and no column that tells what of them
)

// KindOf says by its headings what a sheet reads like. It refuses what is no
// workbook, as services/sheet does.
func KindOf(ctx context.Context, content []byte) (Kind, error) {
	results, money, at := false, false, table{}
	err := sheet.Each(ctx, content, models.Date{}, func(row sheet.Row) error {
		if row.Number > sheet.HeadingRows {
			return nil
		}
		h := headings.Find(row.Cells)
		results = at.heads(row) || results
		money = money || h.Has(fieldAmount) && (h.Has(fieldAccount) || h.Has(fieldStatus) || h.Has(fieldName))
		return nil
	})
	if err != nil {
		return Roster, err
	}
	switch {
	case results:
		return Results, nil
	case money:
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
func read(ctx context.Context, content []byte, today models.Date, known vocabulary) (*reading, error) {
	r := &reading{}
	at, found := table{known: known}, false
	err := sheet.Each(ctx, content, today, func(row sheet.Row) error {
		if at.heads(row) {
			found = true
			return nil
		}
		if at.at == nil {
			for _, cell := range row.Cells {
				if month := monthIn(cell); month != 0 && r.month == 0 {
					r.month = month
				}
			}
			return nil
		}
		if one, ok := readLine(row, at); ok {
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
func readLine(row sheet.Row, t table) (line, bool) {
	at := t.at
	l := line{sheet: row.Sheet, row: row.Number, header: at}
	cell := func(what field) string { return at.Cell(row.Cells, what) }
	account, reference, status := cell(fieldAccount), cell(fieldReference), cell(fieldStatus)
	l.shown = cell(fieldName)
	l.name = foldName(l.shown)
	if reference == "" && status == "" && (account == "" || !digits.MatchString(account) && !masks.MatchString(account)) {
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
	l.judge(row.Cells, t, wrong)
	l.count(row.Cells, t.amounts, wrong)
	if l.answer == answerFailed || l.answer == answerReturned {
		l.reason = cell(fieldReason)
		if about := cell(fieldAbout); l.reason == "" && !at.Has(fieldReason) && monthIn(about) == 0 {
			l.reason = about
		}
		if l.reason == "" {
			l.reason = cmp.Or(status, t.said)
		}
	}
	if l.answer == answerPaid && l.wrong == "" {
		for what, words := range map[field][]string{fieldReason: doubts, fieldAbout: returns} {
			if note := cell(what); sheet.Says(note, words) {
				wrong(what, "result_note", nil)
			}
		}
	}
	if day := cell(fieldDay); day != "" && l.answer == answerPaid {
		var err error
		if l.on, err = row.Days.Read(day); err != nil {
			wrong(fieldDay, "day", err)
		}
	}
	l.month = monthIn(cell(fieldAbout))
	return l, true
}

// judge reads what a row says became of it: every column of a status, which must
// agree, or else the name of its sheet.
func (l *line) judge(cells []string, t table, wrong func(field, string, error)) {
	said := []string{}
	for _, column := range t.states {
		if column < len(cells) {
			said = append(said, sheet.Text(cells[column]))
		}
	}
	said = slices.DeleteFunc(said, func(one string) bool { return one == "" })
	if t.said != "" {
		said = append(said, t.said)
	}
	if len(said) == 0 {
		said = []string{""}
	}
	l.statuses = said
	for i, one := range said {
		answer, known := t.known.answer(one)
		switch {
		case !known:
			wrong(fieldStatus, "result_status", nil)
		case i > 0 && answer != l.answer:
			wrong(fieldStatus, "result_disagree", nil)
		}
		if i == 0 {
			l.answer = answer
		}
	}
}

// count reads how much: of what was asked for and what went, the one that is not
// nothing; two that differ are a transfer in part.
func (l *line) count(cells []string, columns []int, wrong func(field, string, error)) {
	for _, column := range columns {
		if column >= len(cells) {
			continue
		}
		text := sheet.Text(cells[column])
		amount, read := sheet.Amount(text)
		switch {
		case !read && len(columns) > 1 && (text == "" || strings.Trim(text, "0., ") == ""):
		case !read:
			wrong(fieldAmount, "result_amount", nil)
		case l.amount != 0 && amount != l.amount:
			wrong(fieldAmount, "result_amounts", nil)
		default:
			l.amount = amount
		}
	}
	if l.amount == 0 {
		wrong(fieldAmount, "result_amount", nil)
	}
}

// masks are how a bank hides an account.
var masks = regexp.MustCompile(`^(\*{2,}|[xX]{2,}|•)`)

var aside = regexp.MustCompile(`\([^)]*\)`)

// foldName is a name as it is compared: banks write capitals without accents.
func foldName(name string) string {
	return strings.Join(strings.Fields(aside.ReplaceAllString(models.Fold(name), " ")), " ")
}

// courtesies stand before a name where a bank copied the ward's list as it was.
var courtesies = regexp.MustCompile(`^(ong|ba|anh|chi|co|chu|bac|dong chi|mr|mrs|ms) (\S+ \S+.*)$`)

// sameName reports whether a bank's name, folded, is that of a line.
func sameName(ours, theirs string) bool {
	own := foldName(ours)
	return own == theirs || own == courtesies.ReplaceAllString(theirs, "$2")
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
