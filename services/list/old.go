package list

import (
	"context"
	"fmt"

	"canbobot/models"
	"canbobot/services"
)

// OldLine is a row of a list that the ward made by itself, before it came here.
type OldLine struct {
	Name, Unit string
	Tail       string // the last four digits of the account; "" for none
	Amount     int64  // đồng
}

// OldLists hold a list against the one that the ward made by itself.
type OldLists struct{ list *Service }

// Review compares a list with the ward's own old one, person by person, as
// Service.Review does with the list before. A row is somebody's of that name where
// one has it, or whose account or unit it names; several of one person add up.
// Previous stays 0.
func (o *OldLists) Review(ctx context.Context, actor services.Actor, id int64, old []OldLine) (RunReview, error) {
	run, err := o.list.Current(ctx, actor, id)
	if err != nil {
		return RunReview{}, err
	}
	db := o.list.store.WithContext(ctx)
	review := RunReview{Run: run, Items: map[string][]ReviewItem{}}
	now, err := reviewLines(db, run)
	if err != nil {
		return RunReview{}, err
	}
	var people []models.Person
	if err := services.InWard(db, run.WardID).Select("id", "folded", "name", "bank_tail").
		Where("merged_into IS NULL").Find(&people).Error; err != nil {
		return RunReview{}, fmt.Errorf("people: %w", err)
	}
	named := map[string][]models.Person{}
	for _, person := range people {
		named[person.Folded] = append(named[person.Folded], person)
	}
	was := map[int64]reviewLine{}
	for i, line := range old {
		person, because := matched(line, named[models.Fold(line.Name)], now)
		if person == 0 {
			person = -int64(i) - 1 // nobody's
		}
		row, known := was[person]
		if !known {
			row = reviewLine{PersonID: person, Name: line.Name, Unit: line.Unit, because: because}
		}
		row.Amount += line.Amount
		was[person] = row
	}
	review.compare(was, now, true)
	return review, nil
}

// matched finds whose row it is, or says why nobody's.
func matched(line OldLine, named []models.Person, now map[int64]reviewLine) (int64, []string) {
	fits := func(is func(models.Person) bool) (found []models.Person) {
		for _, person := range named {
			if is(person) {
				found = append(found, person)
			}
		}
		return found
	}
	paid := func(p models.Person) bool { _, is := now[p.ID]; return is }
	for _, is := range []func(models.Person) bool{
		func(p models.Person) bool { return line.Tail != "" && p.BankTail == line.Tail },
		func(p models.Person) bool {
			return line.Unit != "" && paid(p) && models.Fold(now[p.ID].Unit) == models.Fold(line.Unit)
		},
		paid,
		func(models.Person) bool { return true },
	} {
		switch found := fits(is); {
		case len(found) == 1:
			return found[0].ID, []string{BecauseNoPost}
		case len(found) > 1 && len(found) < len(named):
			named = found
		}
	}
	if len(named) > 1 {
		return 0, []string{BecauseTwo}
	}
	return 0, []string{BecauseUnknown}
}
