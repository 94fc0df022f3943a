package paper

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vn"
)

// document is a paper as data: a workbook draws each table as a sheet, a PDF
// one after the other.
type document struct {
	left, right []string // the heads beside each other: who writes, and the state
	tables      []table
	page        string // "Trang"
	foot        string // beside the number of the page; "" for nothing
	made        time.Time
}

// table is one sheet of a paper.
type table struct {
	sheet      string
	plain      bool       // for a machine: headings in the first row, nothing around
	above      [][]string // rows over the headings of a plain one
	title      []string   // the first is the greatest
	columns    []column
	rows       []line
	words      string // the amount in words; "" for none
	signatures *signatures
	landscape  bool
	tall       bool // rows with room to sign
}

type column struct {
	head  string
	width float64 // letters
	align align
}

type align int

const (
	left align = iota
	center
	right
)

// kind is what a row of a table is.
type kind int

const (
	body kind = iota
	group
	subtotal
	total
)

// line is a row of a table. Cells are strings and int64s; nil is an empty one.
type line struct {
	kind  kind
	cells []any
}

type signatures struct {
	place string
	roles []string
	hint  string
	names []string // of who signed in the program; "" for nobody
}

// list is the payment list with its sums.
func (g *gathered) list(w writer) document {
	d := g.document(w)
	d.tables = append(d.tables, g.listOf(w, ""))
	if len(g.sources) > 1 {
		for _, source := range g.sources {
			d.tables = append(d.tables, g.listOf(w, source))
		}
	}
	d.tables = append(d.tables, g.sums(w))
	if len(g.carried) > 0 {
		d.tables = append(d.tables, g.apart(w))
	}
	return d
}

func (g *gathered) document(w writer) document {
	d := document{
		left:  []string{strings.ToUpper(w.say("payform.head.office", "ward", g.ward.Kind+" "+g.ward.Name))},
		right: []string{w.say("payform.head.state"), w.say("payform.head.motto")},
		page:  w.say("payform.page"),
		foot:  w.say("payform.code."+g.kind(), "code", g.code),
		made:  g.run.CreatedAt.UTC(),
	}
	if g.run.ApprovedAt != nil {
		d.made = g.run.ApprovedAt.UTC()
	}
	return d
}

func (g *gathered) signatures(w writer) *signatures {
	on := models.DateOf(g.run.CreatedAt.In(services.Zone))
	if g.run.ApprovedAt != nil {
		on = models.DateOf(g.run.ApprovedAt.In(services.Zone))
	}
	return &signatures{
		place: w.say("payform.sign.place", "ward", g.ward.Name, "day", fmt.Sprintf("%02d", on.Day), "month",
			fmt.Sprintf("%02d", on.Month), "year", on.Year),
		roles: []string{w.say("payform.sign.preparer"), w.say("payform.sign.accountant"), w.say("payform.sign.head")},
		hint:  w.say("payform.sign.hint"), names: []string{g.prepared, "", g.approved},
	}
}

func (g *gathered) listOf(w writer, source string) table {
	t := table{
		sheet: w.say("payform.sheet.list"), landscape: true, signatures: g.signatures(w),
		title: []string{w.say("payform.title."+g.kind(), "month", g.month()),
			w.say("payform.title.source", "source", w.source(source)), w.say("payform.title.unit")},
		columns: []column{
			{w.say("payform.column.number"), 7, center}, {w.say("payform.column.name"), 23, left},
			{w.say("payform.column.title"), 19, left},
			{w.say("payform.column.unit"), 31, left}, {w.say("payform.column.rate"), 14, right},
			{w.say("payform.column.months"), 9, center},
			{w.say("payform.column.arrears"), 14, right}, {w.say("payform.column.recovery"), 14, right},
			{w.say("payform.column.amount"), 17, right},
			{w.say("payform.column.account"), 22, left}, {w.say("payform.column.note"), 19, left},
		},
	}
	if source != "" {
		t.sheet = w.source(source)
	}
	var of, all figures
	number, village := int64(0), ""
	closeVillage := func() {
		if village != "" {
			t.rows = append(t.rows, line{subtotal, []any{nil, w.say("payform.sum.village", "village", village), nil, nil,
				of.rate, nil, zero(of.arrears), zero(of.recovery), of.amount, nil, nil}})
		}
		of = figures{}
	}
	for _, r := range g.rows {
		f, there := g.figures(r, source)
		if !there {
			continue
		}
		if r.village != village {
			closeVillage()
			village = r.village
			t.rows = append(t.rows, line{group, []any{village}})
		}
		number++
		note := f.note
		if f.held != 0 {
			note = strings.Trim(w.say("payform.note.deducted", "amount", vn.Dots(f.held))+"; "+note, "; ")
		}
		if r.repeats {
			note = strings.Trim(w.say("payform.note.repeats")+"; "+note, "; ")
		}
		t.rows = append(t.rows, line{body, []any{number, r.name, r.title, r.unit, zero(f.rate), int64(f.months),
			zero(f.arrears), zero(f.recovery), f.amount, r.account, note}})
		of.add(f)
		all.add(f)
	}
	closeVillage()
	t.rows = append(t.rows, line{total, []any{nil, w.say("payform.sum.all"), nil, nil, all.rate, nil, zero(all.arrears),
		zero(all.recovery), all.amount, nil, nil}})
	t.words = w.inWords(all.amount)
	return t
}

func (f *figures) add(g figures) {
	f.rate += g.rate
	f.arrears += g.arrears
	f.recovery += g.recovery
	f.amount += g.amount
}

// zero leaves the cell of nothing empty.
func zero(amount int64) any {
	if amount == 0 {
		return nil
	}
	return amount
}

func (w writer) inWords(amount int64) string {
	return w.say("payform.words", "words", w.words.Spell(amount))
}

// sums are the totals by village and by organization, a column a source.
func (g *gathered) sums(w writer) table {
	t := table{
		sheet: w.say("payform.sheet.sums"), signatures: g.signatures(w), words: w.inWords(g.run.Total),
		title: []string{w.say("payform.title.sums", "month", g.month()), w.say("payform.title.unit")},
		columns: []column{{w.say("payform.column.number"), 7, center}, {w.say("payform.column.part"), 30, left},
			{w.say("payform.column.posts"), 12, center}},
	}
	sources := g.sources
	if len(sources) < 2 {
		sources = nil
	}
	for _, source := range sources {
		t.columns = append(t.columns, column{w.source(source), 18, right})
	}
	t.columns = append(t.columns, column{w.say("payform.column.amount"), 20, right},
		column{w.say("payform.column.note"), 22, left})
	part := func(head string, of func(row) string) {
		t.rows = append(t.rows, line{group, []any{head}})
		var names []string
		counts, amounts := map[string]int64{}, map[string][]int64{}
		for _, r := range g.rows {
			name := of(r)
			if counts[name] == 0 {
				names = append(names, name)
				amounts[name] = make([]int64, len(sources)+1)
			}
			counts[name]++
			for i, source := range append(slices.Clone(sources), "") {
				f, _ := g.figures(r, source)
				amounts[name][i] += f.amount
			}
		}
		posts, all := int64(0), make([]int64, len(sources)+1)
		cells := func(first, name any, count int64, amounts []int64) []any {
			cells := []any{first, name, count}
			for _, amount := range amounts {
				cells = append(cells, amount)
			}
			return append(cells, nil)
		}
		for i, name := range names {
			t.rows = append(t.rows, line{body, cells(int64(i+1), name, counts[name], amounts[name])})
			posts += counts[name]
			for i, amount := range amounts[name] {
				all[i] += amount
			}
		}
		t.rows = append(t.rows, line{total, cells(nil, w.say("payform.sum.all"), posts, all)})
	}
	part(w.say("payform.part.village"), func(r row) string { return r.village })
	part(w.say("payform.part.organization"), func(r row) string { return r.organization })
	return t
}

// apart lists who is paid nothing.
func (g *gathered) apart(w writer) table {
	t := table{
		sheet: w.say("payform.sheet.carried"),
		title: []string{w.say("payform.title.carried", "month", g.month()), w.say("payform.title.unit")},
		columns: []column{
			{w.say("payform.column.number"), 7, center}, {w.say("payform.column.name"), 26, left},
			{w.say("payform.column.title"), 20, left},
			{w.say("payform.column.unit"), 34, left}, {w.say("payform.column.amount"), 17, right},
		},
	}
	sum := int64(0)
	for i, l := range g.carried {
		t.rows = append(t.rows, line{body, []any{int64(i + 1), l.Name, l.Title, l.Unit, l.Amount}})
		sum += l.Amount
	}
	t.rows = append(t.rows, line{total, []any{nil, w.say("payform.sum.all"), nil, nil, sum}})
	return t
}

// cash lists who has no account, a person a row.
func (g *gathered) cash(w writer, source string) (d document, people int, sum int64) {
	d = g.document(w)
	t := table{
		sheet: w.say("payform.sheet.cash"), tall: true, signatures: g.signatures(w), landscape: true,
		title: []string{w.say("payform.title.cash", "month", g.month()),
			w.say("payform.title.source", "source", w.source(source)), w.say("payform.title.unit")},
		columns: []column{
			{w.say("payform.column.number"), 7, center}, {w.say("payform.column.name"), 26, left},
			{w.say("payform.column.title"), 20, left},
			{w.say("payform.column.unit"), 32, left}, {w.say("payform.column.amount"), 17, right},
			{w.say("payform.column.signature"), 24, left},
			{w.say("payform.column.note"), 16, left},
		},
	}
	village, of := "", int64(0)
	closeVillage := func() {
		if village != "" {
			t.rows = append(t.rows, line{subtotal, []any{nil, w.say("payform.sum.village", "village", village), nil, nil, of,
				nil, nil}})
		}
		of = 0
	}
	for _, l := range g.lines {
		amount := g.pays(l, source)
		if l.BankTail != "" || amount == 0 {
			continue
		}
		if g.villages[l.ID] != village {
			closeVillage()
			village = g.villages[l.ID]
			t.rows = append(t.rows, line{group, []any{village}})
		}
		people++
		of, sum = of+amount, sum+amount
		t.rows = append(t.rows, line{body, []any{int64(people), l.Name, l.Title, l.Unit, amount, nil,
			w.wish(l)}})
	}
	closeVillage()
	t.rows = append(t.rows, line{total, []any{nil, w.say("payform.sum.all"), nil, nil, sum, nil, nil}})
	t.words = w.inWords(sum)
	d.tables = []table{t}
	if len(g.carried) > 0 {
		d.tables = append(d.tables, g.apart(w))
	}
	return d, people, sum
}

// wish is what who hands out cash is told of a person.
func (w writer) wish(l models.PaymentLine) any {
	if l.PayWay == models.WayVNeID {
		return w.say("payform.note.vneid")
	}
	return nil
}
