package paper

import (
	"context"
	"fmt"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vn"
)

// Treasury draws what goes to the state treasury with its own forms of payment:
// whom they pay, as form 09 of Decree 11/2020/NĐ-CP lists them (Bảng thanh toán cho
// đối tượng thụ hưởng), and what is drawn of each source, by account and in cash.
// Account numbers are in full, as on the bank's sheet.
func (s *Service) Treasury(ctx context.Context, actor services.Actor, run int64, source string, words Words) (Paper,
	error) {
	return s.transferred(ctx, actor, run, source, "treasury", words,
		func(g *gathered, w writer, t transfers) document {
			d := g.document(w)
			d.tables = append([]table{g.beneficiaries(w, source, t), g.drawn(w, source, t)}, g.changed(w, source, t)...)
			return d
		})
}

// beneficiaries is a person a row.
func (g *gathered) beneficiaries(w writer, source string, transfers transfers) table {
	t := table{
		sheet: w.say("payform.sheet.treasury"), landscape: true, signatures: g.signatures(w),
		title: []string{w.say("payform.title.treasury", "month", g.month()), w.say("payform.title.attached"),
			g.budgetLine(w), w.say("payform.title.unit")},
		columns: []column{
			{w.say("payform.column.number"), 7, center}, {w.say("payform.column.name"), 26, left},
			{w.say("payform.column.holder_account"), 22, left}, {w.say("payform.column.bank"), 40, left},
			{w.say("payform.column.support"), 15, right}, {w.say("payform.column.arrears"), 14, right},
			{w.say("payform.column.recovery"), 14, right}, {w.say("payform.column.amount"), 17, right},
			{w.say("payform.column.note"), 22, left},
		},
	}
	of := map[int64]figures{}
	for _, r := range g.rows {
		f, _ := g.figures(r, source)
		all := of[r.line]
		all.add(f)
		of[r.line] = all
	}
	var all figures
	support := int64(0)
	for i, one := range transfers.sure {
		f := of[one.line.ID]
		// Where one source has more to get back than it gives, others pay less.
		f.recovery += one.amount - f.amount
		f.amount = one.amount
		own := f.amount - f.arrears - f.recovery
		support += own
		var note any
		if holder := one.line.Holder(one.line.Name); holder != one.line.Name {
			note = w.say("payform.note.holder", "holder", holder)
		}
		t.rows = append(t.rows, line{body, []any{int64(i + 1), one.line.Name, one.number, legal(one.line.BankName), own,
			zero(f.arrears), zero(f.recovery), f.amount, note}})
		all.add(f)
	}
	t.rows = append(t.rows, line{total, []any{nil, w.say("payform.sum.all"), nil, nil, support, zero(all.arrears),
		zero(all.recovery), all.amount, nil}})
	t.words = w.inWords(all.amount)
	return t
}

// budgetLine names the ward as the treasury knows it.
func (g *gathered) budgetLine(w writer) string {
	known := func(value string) string {
		if value == "" {
			return w.say("payform.blank")
		}
		return value
	}
	return w.say("payform.title.budget", "unit", known(g.ward.BudgetUnit), "account", known(g.ward.TreasuryAccount),
		"treasury", known(g.ward.TreasuryName))
}

// drawn is a source a row: what goes to accounts and what is drawn in cash.
func (g *gathered) drawn(w writer, only string, transfers transfers) table {
	t := table{
		sheet: w.say("payform.sheet.drawn"), landscape: true, signatures: g.signatures(w),
		title: []string{w.say("payform.title.drawn", "month", g.month()), g.budgetLine(w), w.say("payform.title.unit")},
		columns: []column{
			{w.say("payform.column.number"), 7, center}, {w.say("payform.column.spent_on"), 46, left},
			{w.say("payform.column.chapter"), 12, center}, {w.say("payform.column.category"), 12, center},
			{w.say("payform.column.item"), 12, center}, {w.say("payform.column.by_account"), 18, right},
			{w.say("payform.column.in_cash"), 18, right}, {w.say("payform.column.amount"), 18, right},
		},
	}
	var accounts, cash int64
	for _, source := range g.sources {
		if only != "" && source != only {
			continue
		}
		var account, hand int64
		for _, one := range transfers.sure {
			account += g.pays(one.line, source)
		}
		for _, l := range g.lines {
			if l.Handed() {
				hand += g.pays(l, source)
			}
		}
		t.rows = append(t.rows, line{body, []any{int64(len(t.rows) + 1),
			w.say("payform.content.source", "month", g.month(), "source", w.source(source)), g.ward.BudgetChapter,
			g.ward.BudgetCategory, g.ward.BudgetItem, account, zero(hand), account + hand}})
		accounts, cash = accounts+account, cash+hand
	}
	t.rows = append(t.rows, line{total, []any{nil, w.say("payform.sum.all"), nil, nil, nil, accounts, zero(cash),
		accounts + cash}})
	t.words = w.inWords(accounts + cash)
	return t
}

// BookingColumns are the headings of what an accounting package imports, in their
// order; docs/papers.md says what stands in each.
var BookingColumns = []string{"NGAY_CT", "SO_CT", "DIEN_GIAI", "NGUON", "CHUONG", "KHOAN", "TIEU_MUC", "MA_DT",
	"TEN_DT", "DON_VI", "HINH_THUC", "NGAN_HANG", "SO_TIEN"}

// Booking draws an approved list for an accounting package: a person and source a
// row, headings in the first row and nothing around. Account numbers are not in it.
func (s *Service) Booking(ctx context.Context, actor services.Actor, run int64, words Words) (Paper, error) {
	g, err := s.gather(ctx, actor, run, true)
	if err != nil {
		return Paper{}, err
	}
	w := writer{words}
	t := table{sheet: w.say("payform.sheet.booking"), plain: true, landscape: true}
	for _, head := range BookingColumns {
		t.columns = append(t.columns, column{head, 18, left})
	}
	on := models.DateOf(g.run.ApprovedAt.In(services.Zone))
	day := fmt.Sprintf("%02d/%02d/%d", on.Day, on.Month, on.Year)
	paper := Paper{Name: w.say("payform.file.booking", "month", g.fileMonth()) + ".xlsx", MIME: XLSX.MIME(),
		People: g.run.People, Apart: len(g.carried)}
	for _, l := range g.lines {
		how := "CK"
		if l.Handed() {
			how = "TM"
		}
		for _, share := range g.shares[l.ID] {
			if share.amount == 0 {
				continue
			}
			paper.Total += share.amount
			t.rows = append(t.rows, line{body, []any{day, g.code,
				w.say("payform.content.source", "month", g.month(), "source", w.source(share.source)),
				share.source, g.ward.BudgetChapter, g.ward.BudgetCategory, g.ward.BudgetItem,
				fmt.Sprintf("CB%06d", l.PersonID), l.Name,
				l.Unit, how, bankOf(l), share.amount}})
		}
	}
	d := g.document(w)
	d.tables = []table{t}
	if paper.Content, err = d.workbook(); err != nil {
		return Paper{}, fmt.Errorf("booking of list %d: %w", run, err)
	}
	return paper, s.record(ctx, actor, "run.booked", g, paper, "")
}

func bankOf(l models.PaymentLine) string {
	if l.Handed() {
		return ""
	}
	if known, err := vn.BankByName(l.BankName); err == nil {
		return known.Name
	}
	return l.BankName
}
