package sample

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
)

// linkedPercent is how many of the officers who could be linked are: the ward
// is on its way.
const linkedPercent = 70

// loadLinks links officers beyond the cast on the try-it page, so that a notice
// reaches some people and others have to be telephoned.
func (l *loader) loadLinks(ctx context.Context) error {
	// A stream of its own: whoever is linked, the names stay the same.
	chance := rand.New(rand.NewPCG(258, 2021))
	seen := map[int64]bool{}
	var accounts []*models.Account
	for _, post := range l.posts {
		person := post.person
		if post.term.Role == models.CellMember || !post.term.To.IsZero() || seen[person.ID] ||
			person.Phone == "" || person.PhoneShared || l.played(person.ID) {
			continue
		}
		seen[person.ID] = true
		if chance.IntN(100) >= linkedPercent {
			continue
		}
		linked := l.now.Add(-time.Duration(30+chance.IntN(120)) * 24 * time.Hour)
		externalID := fmt.Sprintf("nguoi-%d", person.ID)
		accounts = append(accounts, &models.Account{
			WardID: person.WardID, Channel: "web", ExternalID: externalID, ChatID: externalID, PersonID: &person.ID,
			LinkedAt: linked, LastSeenAt: l.now.Add(-time.Duration(1+chance.IntN(500)) * time.Hour), CreatedAt: linked,
		})
	}
	db := l.ward.Store.WithContext(ctx)
	if err := db.CreateInBatches(&accounts, batchRows).Error; err != nil {
		return err
	}
	consents := make([]*models.Consent, len(accounts))
	for i, account := range accounts {
		consents[i] = &models.Consent{
			WardID: account.WardID, PersonID: account.PersonID, AccountID: account.ID,
			Version: identity.OfficerConsent, Channel: account.Channel, EventID: "sample", GivenAt: account.LinkedAt,
		}
		l.linked = append(l.linked, services.Actor{
			Role: services.Officer, Ward: account.WardID, Person: *account.PersonID, Account: account.ID,
			Channel: account.Channel,
		})
	}
	return db.CreateInBatches(&consents, batchRows).Error
}
