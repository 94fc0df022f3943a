package approve

import (
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
)

// give writes a signature under the step that waits, in the caller's
// transaction. One of the same people that did not count ends.
func (of *Items[T, S]) give(tx *gorm.DB, item Item, standing Standing, signer Signer) (models.Signature, error) {
	counted := []int64{0}
	for _, signature := range standing.Counted {
		counted = append(counted, signature.ID)
	}
	both := []int64{signer.Staff.ID, signer.For.ID}
	row := models.Signature{
		WardID: item.Ward, Item: of.Name, ItemID: item.ID, Version: item.Version, Step: standing.Step + 1,
		StaffID: signer.Staff.ID, ForStaffID: signer.For.ID, At: of.clock.UTC(),
	}
	void := tx.Where("id NOT IN ? AND (staff_id IN ? OR for_staff_id IN ?)", counted, both, both)
	if err := of.end(void, item, models.SignatureVoid); err != nil {
		return row, err
	}
	if err := tx.Create(&row).Error; err != nil {
		return row, fmt.Errorf("sign %s %d: %w", of.Subject, item.ID, err)
	}
	return row, nil
}

// Anew ends what was signed of an item that has become another.
func (of *Items[T, S]) Anew(tx *gorm.DB, row T) error {
	item, err := of.Read(row)
	if err != nil {
		return err
	}
	return of.end(tx, item, models.SignatureReturned)
}

// end ends those signatures of an item that a query selects.
func (of *Items[T, S]) end(query *gorm.DB, item Item, why string) error {
	err := query.Model(&models.Signature{}).Where("item = ? AND item_id = ? AND ended_at IS NULL", of.Name, item.ID).
		Updates(map[string]any{"ended_at": of.clock.UTC(), "ended_why": why}).Error
	if err != nil {
		return fmt.Errorf("end signature of %s %d: %w", of.Subject, item.ID, err)
	}
	return nil
}
