package roster

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
)

// Forget takes out of a person's row what only serves to reach and to pay them,
// and to tell them from others: numbers and birth. The name stays by the posts
// that were held and the money that was paid.
func Forget(tx *gorm.DB, person int64, now time.Time) error {
	err := tx.Model(&models.Person{}).Where("id = ?", person).Updates(map[string]any{
		"phone": "", "phone_shared": false, "citizen_id": "", "citizen_hash": nil,
		"bank_account": "", "bank_hash": nil, "bank_tail": "", "bank_name": "", "pay_way": "", "bank_holder": "",
		"bank_relation": "", "birth_date": nil, "birth_year": 0,
		"version": gorm.Expr("version + 1"), "updated_at": now}).Error
	if err != nil {
		return fmt.Errorf("forget person %d: %w", person, err)
	}
	return nil
}
