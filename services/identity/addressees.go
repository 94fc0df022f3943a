package identity

import (
	"context"
	"fmt"
	"slices"

	"canbobot/models"
	"canbobot/services"
)

// Addressee is an account that may be written to, and who reads there.
type Addressee struct {
	Account models.Account
	Actor   services.Actor
}

// addressed is an account as Addressees reads it.
type addressed struct {
	models.Account `gorm:"embedded"`
	Role           string
	Human          int64 // the person that a staff member is in the roster
}

// addressedEach is how many one statement asks for: with more of them, PostgreSQL
// thinks it cheaper to read all accounts.
const addressedEach = 100

// Addressees finds where people and staff members can be written to, the
// account used last first; also those that a channel calls unreachable. Whoever
// has not agreed to be written to, and retired staff, have none.
func (s *Service) Addressees(ctx context.Context, people, staff []int64) ([]Addressee, error) {
	var rows []addressed
	// Apart, since with an OR between them no index serves either.
	for column, ids := range map[string][]int64{"person_id": distinct(people), "staff_id": distinct(staff)} {
		for part := range slices.Chunk(ids, addressedEach) {
			var some []addressed
			err := s.store.WithContext(ctx).Table("accounts a").
				Select("a.*, COALESCE(s.role, '') AS role, COALESCE(s.person_id, 0) AS human").
				Joins("LEFT JOIN staff s ON s.id = a.staff_id").
				// the indexes are of those that are not null
				Where("a.unlinked_at IS NULL AND a." + column + " IS NOT NULL AND (s.id IS NULL OR s.active)").
				Where(s.store.In("a."+column, part)).
				Where("EXISTS (SELECT 1 FROM consents c WHERE c.account_id = a.id AND c.withdrawn_at IS NULL)").
				Order("a.last_seen_at DESC, a.id DESC").Scan(&some).Error
			if err != nil {
				return nil, fmt.Errorf("addressees: %w", err)
			}
			rows = append(rows, some...)
		}
	}
	addressees := make([]Addressee, len(rows))
	for i, row := range rows {
		actor := services.Actor{Role: services.Officer, Ward: row.WardID, Account: row.ID, Channel: row.Channel,
			Person: row.Human}
		if row.PersonID != nil {
			actor.Person = *row.PersonID
		}
		if row.StaffID != nil {
			actor.Role, actor.Staff = services.Role(row.Role), *row.StaffID
		}
		addressees[i] = Addressee{row.Account, actor}
	}
	return addressees, nil
}

func distinct(ids []int64) []int64 {
	ids = slices.DeleteFunc(slices.Sorted(slices.Values(ids)), func(id int64) bool { return id == 0 })
	return slices.Compact(ids)
}

// AccountsOf lists where a person, or else a staff member, can be written to, as
// Addressees finds them.
func (s *Service) AccountsOf(ctx context.Context, person, staff int64) ([]models.Account, error) {
	if staff != 0 {
		person = 0
	}
	found, err := s.Addressees(ctx, []int64{person}, []int64{staff})
	if err != nil {
		return nil, err
	}
	accounts := make([]models.Account, len(found))
	for i, one := range found {
		accounts[i] = one.Account
	}
	return accounts, nil
}
