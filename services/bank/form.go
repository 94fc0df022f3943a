package bank

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/sheet"
)

// Forms are how the ward's banks want the transfers of a list: a bank's own empty
// form is sent once, and lists are drawn under its headings.
type Forms struct{ bank *Service }

// MaxForms bounds how many a ward keeps.
const MaxForms = 5

// bounds of what is kept of a form.
const (
	formRows    = 12 // over the headings
	formColumns = 30
)

//go:embed forms.txt
var formList string

// formHeadings are those that a form has beside the ones of an answer.
var formHeadings = sheet.NewHeadings(formList)

// filled are the columns of a form that are filled in.
var filled = []field{fieldName, fieldAccount, fieldAmount, fieldAbout, fieldReference}

// Learn reads a bank's form out of a sheet that staff have sent and keeps it in
// place of one of the same name. One without columns for whom, which account and
// how much is refused with invalid/form_columns, a sixth with conflict/forms_many.
func (f Forms) Learn(ctx context.Context, actor services.Actor, kept int64) (models.BankForm, error) {
	name, content, err := f.bank.Sheet(ctx, actor, kept)
	if err != nil {
		return models.BankForm{}, err
	}
	form, err := readForm(ctx, content)
	if err != nil {
		return models.BankForm{}, err
	}
	form.WardID, form.Name, form.StaffID, form.At = actor.Ward, fileName(name), services.Ref(actor.Staff),
		f.bank.clock.UTC()
	return form, f.bank.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := services.LockWard(tx, actor.Ward); err != nil {
			return err
		}
		if err := services.InWard(tx, actor.Ward).Where("name = ?", form.Name).Delete(&models.BankForm{}).Error; err != nil {
			return fmt.Errorf("bank form: %w", err)
		}
		var count int64
		if err := services.InWard(tx.Model(&models.BankForm{}), actor.Ward).Count(&count).Error; err != nil {
			return fmt.Errorf("bank forms: %w", err)
		}
		if count >= MaxForms {
			return services.Conflict("forms_many").With("most", MaxForms)
		}
		if err := tx.Create(&form).Error; err != nil {
			return fmt.Errorf("bank form: %w", err)
		}
		return f.bank.audit.Record(tx, actor, "bank_form.learned", fmt.Sprintf("bank_form:%d", form.ID),
			journal.Detail{"columns": len(form.Columns)})
	})
}

// readForm finds the headings of a form: the row that names most of what is paid.
func readForm(ctx context.Context, content []byte) (models.BankForm, error) {
	var best models.BankForm
	var above [][]string
	most, on := 0, ""
	err := sheet.Each(ctx, content, models.Date{}, func(row sheet.Row) error {
		if row.Sheet != on {
			on, above = row.Sheet, nil
		}
		if row.Number > sheet.HeadingRows || len(above) >= formRows {
			return nil
		}
		for len(above) < row.Number-1 && len(above) < formRows {
			above = append(above, nil)
		}
		if columns, known := columnsOf(row.Cells); known > most {
			most, best = known, models.BankForm{Sheet: row.Sheet, Above: append([][]string{}, above...), Columns: columns}
		}
		above = append(above, clip(row.Cells))
		return nil
	})
	if err != nil {
		return best, err
	}
	for _, need := range []field{fieldName, fieldAccount, fieldAmount} {
		if !slices.ContainsFunc(best.Columns, func(c models.FormColumn) bool { return c.Field == need }) {
			return best, services.Invalid("form_columns")
		}
	}
	return best, nil
}

// columnsOf reads a row as headings, and counts those that are known.
func columnsOf(cells []string) (columns []models.FormColumn, known int) {
	used := map[field]bool{}
	for i, cell := range clip(cells) {
		what := formHeadings.Meaning(cells[i])
		if what == "" {
			if what = headings.Meaning(cells[i]); !slices.Contains(filled, what) {
				what = ""
			}
		}
		if used[what] {
			what = ""
		}
		if what != "" {
			used[what], known = true, known+1
		}
		columns = append(columns, models.FormColumn{Head: cell, Field: what})
	}
	return columns, known
}

// clip takes a row's cells as text, as many and as long as a form may have.
func clip(cells []string) []string {
	var row []string
	for _, cell := range cells[:min(len(cells), formColumns)] {
		row = append(row, sheet.Shorten(strings.TrimSpace(cell)))
	}
	return row
}

// Of lists the ward's forms, the latest first.
func (f Forms) Of(ctx context.Context, actor services.Actor) ([]models.BankForm, error) {
	if err := may(actor); err != nil {
		return nil, err
	}
	var forms []models.BankForm
	err := services.InWard(f.bank.store.WithContext(ctx), actor.Ward).Order("at DESC, id DESC").Find(&forms).Error
	if err != nil {
		return nil, fmt.Errorf("bank forms: %w", err)
	}
	return forms, nil
}

// Forget drops a form.
func (f Forms) Forget(ctx context.Context, actor services.Actor, id int64) error {
	if err := may(actor); err != nil {
		return err
	}
	return f.bank.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		form, err := services.Take[models.BankForm](tx, actor, "bank_form", id)
		if err != nil {
			return err
		}
		if err := tx.Delete(&form).Error; err != nil {
			return fmt.Errorf("bank form: %w", err)
		}
		return f.bank.audit.Record(tx, actor, "bank_form.forgotten", fmt.Sprintf("bank_form:%d", id), journal.Detail{})
	})
}
