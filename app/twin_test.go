package app

import (
	"testing"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services/roster"
)

// twin enters an officer of the sample a second time: the same name and year of
// birth, no number, and a member's post of another branch of their village.
func (h *house) twin(t *testing.T, externalID string) {
	t.Helper()
	who := h.character(t, externalID)
	err := h.ward.Store.Transaction(func(tx *gorm.DB) error {
		var person models.Person
		var term models.Term
		var own, branch models.Branch
		steps := []func() error{
			func() error { return tx.Take(&person, who.Person).Error },
			func() error { return tx.Where("person_id = ?", who.Person).Order("id").Take(&term).Error },
			func() error { return tx.Take(&own, term.BranchID).Error },
			func() error {
				return tx.Where("village_id = ? AND id <> ? AND organization_code = ?", own.VillageID, own.ID, "farmers").Order("id").Take(&branch).Error
			},
		}
		for _, step := range steps {
			if err := step(); err != nil {
				return err
			}
		}
		second, err := h.ward.Roster.AddPerson(tx, who.Ward, roster.NewPerson{Name: person.Name, BirthYear: max(person.BirthYear, person.BirthDate.Year)})
		if err != nil {
			return err
		}
		_, err = h.ward.Roster.OpenTerm(tx, roster.NewTerm{Branch: branch, Person: second.ID, Role: models.Member, From: models.NewDate(2024, 1, 1)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
