package paper

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/vn"
)

// transfers are the lines that go to accounts.
type transfers struct {
	sure    []sure
	changed []models.PaymentLine
	total   int64
	missed  int64 // what the changed ones would get
}

type sure struct {
	line   models.PaymentLine
	number string
	amount int64
}

// accounts opens for the actor the numbers of those who are paid to an account.
func (s *Service) accounts(ctx context.Context, actor services.Actor, g *gathered, source string) (t transfers,
	err error) {
	var people []models.Person
	if err := services.InWard(s.store.WithContext(ctx), g.run.WardID).
		Select("id", "ward_id", "bank_account", "bank_tail", "bank_name", "bank_hash", "pay_way", "bank_holder",
			"bank_relation").
		Where("id IN (SELECT person_id FROM payment_lines WHERE run_id = ?)", g.run.ID).Find(&people).Error; err != nil {
		return t, fmt.Errorf("people: %w", err)
	}
	var paid []models.Person
	byID := make(map[int64]models.Person, len(people))
	for _, person := range people {
		byID[person.ID] = person
	}
	for _, l := range g.lines {
		amount := g.pays(l, source)
		if l.BankTail == "" || amount == 0 {
			continue
		}
		person := byID[l.PersonID]
		same, err := s.roster.Secrets.IsAccount(person, hex.EncodeToString(l.BankHash))
		if err != nil { // put there by somebody who cannot seal: nothing is drawn
			return t, fmt.Errorf("account of person %d: %w", person.ID, err)
		}
		if person.BankTail != l.BankTail || !person.SameBut(l.Destination) || person.BankAccount == "" ||
			len(l.BankHash) > 0 && !same {
			t.changed = append(t.changed, l)
			t.missed += amount
			continue
		}
		t.sure, paid = append(t.sure, sure{line: l, amount: amount}), append(paid, person)
		t.total += amount
	}
	actor.Ward = g.run.WardID
	return t, s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		numbers, err := s.roster.Show(tx, actor, g.look("run.transfer_listed", len(paid), t.total, source), paid)
		for i := range t.sure {
			t.sure[i].number = numbers[t.sure[i].line.PersonID].Account
		}
		return err
	})
}

// transfer is the sheet for the bank: headings in the first row and nothing but
// rows below them, as banks read it; what people look for is on the next sheet.
func (g *gathered) transfer(w writer, source string, transfers transfers) document {
	d := g.document(w)
	content := g.content(w)
	t := table{
		sheet: w.say("payform.sheet.transfer"), plain: true, landscape: true,
		columns: []column{
			{w.say("payform.bank.number"), 6, center}, {w.say("payform.bank.name"), 30, left},
			{w.say("payform.bank.account"), 24, left},
			{w.say("payform.bank.bank"), 52, left}, {w.say("payform.bank.amount"), 16, right},
			{w.say("payform.bank.about"), 44, left}, {w.say("payform.bank.reference"), 14, left},
		},
	}
	for i, one := range transfers.sure {
		t.rows = append(t.rows, line{body, []any{int64(i + 1), shout(one.line.Holder(one.line.Name)), one.number,
			legal(one.line.BankName),
			one.amount, content, list.Reference(g.run.ID, one.line.ID)}})
	}
	sum := table{
		sheet: w.say("payform.sheet.sums"), signatures: g.signatures(w), words: w.inWords(transfers.total),
		title: []string{w.say("payform.title.transfer", "month", g.month()),
			w.say("payform.title.source", "source", w.source(source)), w.say("payform.title.unit")},
		columns: []column{
			{w.say("payform.column.number"), 7, center}, {w.say("payform.column.bank"), 46, left},
			{w.say("payform.column.people"), 18, center}, {w.say("payform.column.amount"), 20, right},
			{w.say("payform.column.note"), 24, left},
		},
	}
	var names []string
	counts, amounts := map[string]int64{}, map[string]int64{}
	for _, one := range transfers.sure {
		name := legal(one.line.BankName)
		if counts[name] == 0 {
			names = append(names, name)
		}
		counts[name]++
		amounts[name] += one.amount
	}
	slices.Sort(names)
	for i, name := range names {
		sum.rows = append(sum.rows, line{body, []any{int64(i + 1), name, counts[name], amounts[name], nil}})
	}
	sum.rows = append(sum.rows, line{total, []any{nil, w.say("payform.sum.all"), int64(len(transfers.sure)),
		transfers.total, nil}})
	d.tables = append([]table{t, sum}, g.changed(w, source, transfers)...)
	return d
}

// content is what a transfer is for, as banks want it.
func (g *gathered) content(w writer) string {
	return shout(w.say("payform.bank.content", "month", g.month(), "ward", g.ward.Kind+" "+g.ward.Name))
}

// inForm is the sheet for a bank under the headings of its own form.
func (g *gathered) inForm(w writer, form models.BankForm, transfers transfers) document {
	d, content := g.document(w), g.content(w)
	t := table{sheet: form.Sheet, plain: true, landscape: true, above: form.Above}
	for _, column := range form.Columns {
		t.columns = append(t.columns, asColumn(column))
	}
	for i, one := range transfers.sure {
		of := map[string]any{"number": int64(i + 1), "name": shout(one.line.Holder(one.line.Name)), "account": one.number,
			"bank": legal(one.line.BankName), "amount": one.amount, "about": content,
			"reference": list.Reference(g.run.ID, one.line.ID)}
		cells := make([]any, len(form.Columns))
		for i, column := range form.Columns {
			cells[i] = of[column.Field]
		}
		t.rows = append(t.rows, line{body, cells})
	}
	d.tables = append([]table{t}, g.changed(w, "", transfers)...)
	return d
}

// asColumn is a form's column as it is drawn.
func asColumn(form models.FormColumn) column {
	drawn := column{head: form.Head, width: 22, align: left}
	switch form.Field {
	case "number":
		drawn.width, drawn.align = 7, center
	case "name", "bank", "about":
		drawn.width = 40
	case "amount":
		drawn.align = right
	}
	return drawn
}

// changed lists apart whose account is no longer the one that was approved.
func (g *gathered) changed(w writer, source string, transfers transfers) []table {
	if len(transfers.changed) == 0 {
		return nil
	}
	t := table{
		sheet: w.say("payform.sheet.changed"), title: []string{w.say("payform.title.changed"), w.say("payform.title.unit")},
		columns: []column{
			{w.say("payform.column.number"), 7, center}, {w.say("payform.column.name"), 26, left},
			{w.say("payform.column.unit"), 34, left},
			{w.say("payform.column.account"), 22, left}, {w.say("payform.column.amount"), 17, right},
		},
	}
	for i, l := range transfers.changed {
		t.rows = append(t.rows, line{body, []any{int64(i + 1), l.Name, l.Unit, accountOf(l), g.pays(l, source)}})
	}
	t.rows = append(t.rows, line{total, []any{nil, w.say("payform.sum.all"), nil, nil, transfers.missed}})
	return []table{t}
}

// shout is how banks want text: upper case, no accents.
func shout(text string) string { return strings.ToUpper(models.Fold(text)) }

// legal is a bank's name as a transfer sheet prints it.
func legal(name string) string {
	if known, err := vn.BankByName(name); err == nil {
		return known.Legal
	}
	return shout(name)
}
