package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"canbobot/app/sample"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/money"
	"canbobot/services/vault"
	"canbobot/services/ward"
)

// crowdBase is the Telegram id of the crowd's first officer; the others follow
// by ones.
const crowdBase = 700_000_000

// Shape of a crowd: every village has a head and a deputy of each of the four
// organizations. A slice of officers is written at a time, so that memory does
// not grow with the crowd; it is whole villages.
const (
	crowdMost  = 5_000_000
	crowdSlice = 800
	perVillage = 8
	perBranch  = 2
	branches   = perVillage / perBranch
	// crowdMonths is how many months a crowd has been paid for as a rule.
	crowdMonths = 3
)

// fillCrowd fills an empty database with one ward of n officers to measure with:
// linked on channel "telegram" and agreed, with a post, a bank account, and a
// line in each list of the last so many months, of which the newest is at the
// bank and the others are paid. The ward has a clerk and a leader, who are not linked.
//
// Rows are as the services write them, but for the lists' content hash: nobody
// froze them, and none of them can be approved again.
func fillCrowd(ctx context.Context, w *ward.Services, n, months int) error {
	if n < 1 || n > crowdMost {
		return fmt.Errorf("crowd: want 1 to %d officers, not %d", crowdMost, n)
	}
	if err := sample.MustBeEmpty(ctx, w.Store); err != nil {
		return err
	}
	c := &crowd{
		store: w.Store, vault: w.Vault, n: n, months: months, now: w.Clock.UTC(),
		month: models.DateOf(w.Clock.Local()).MonthOf(), organizations: sample.Organizations(),
		chance: rand.New(rand.NewPCG(258, 2022)),
	}
	if err := c.begin(ctx); err != nil {
		return fmt.Errorf("crowd: %w", err)
	}
	for first := 0; first < n; first += crowdSlice {
		if err := c.officers(ctx, first, min(first+crowdSlice, n)); err != nil {
			return fmt.Errorf("crowd: %w", err)
		}
	}
	if err := c.end(ctx); err != nil {
		return fmt.Errorf("crowd: %w", err)
	}
	return nil
}

type crowd struct {
	store  *models.Store
	vault  *vault.Vault
	n      int
	months int
	now    time.Time
	month  models.Month
	chance *rand.Rand

	organizations []models.Organization

	ward     models.Ward
	runs     []models.PaymentRun // oldest first
	calculus money.Calculus
}

// begin writes what all of the crowd share.
func (c *crowd) begin(ctx context.Context) error {
	db := c.store.WithContext(ctx)
	titles := slices.Clone(c.organizations)
	if err := db.Create(&titles).Error; err != nil {
		return err
	}
	if err := db.Find(&c.calculus.BaseSalaries).Error; err != nil {
		return err
	}
	c.ward = models.Ward{Code: "crowd", Name: "Đông Người", Kind: "phường", ValidFrom: models.NewDate(2025, 7, 1),
		RemindAfterHours: 48, PayDay: 10, BilledMessagePrice: 55, TemplateMessagePrice: 200, CreatedAt: c.now}
	if err := db.Create(&c.ward).Error; err != nil {
		return err
	}
	policy := sample.TownPolicy(c.ward.ID, c.now)
	if err := db.Create(&policy).Error; err != nil {
		return err
	}
	c.calculus.Policies = []models.Policy{policy}
	staff := []models.Staff{
		{WardID: c.ward.ID, Name: "Phan Thị Thu Hà", Role: string(services.Clerk), Active: true, CreatedAt: c.now},
		{WardID: c.ward.ID, Name: "Trần Đình Khánh", Role: string(services.Leader), Active: true, CreatedAt: c.now},
	}
	if err := db.Create(&staff).Error; err != nil {
		return err
	}
	hash := sha256.Sum256([]byte("crowd"))
	for ago := models.Month(c.months - 1); ago >= 0; ago-- {
		month := c.month - ago
		at := c.before(nineOn(month, 28))
		run := models.PaymentRun{
			WardID: c.ward.ID, Month: month, State: models.RunExported, Version: 4, ContentHash: hash[:],
			PreparedByStaffID: &staff[0].ID, ApprovedByStaffID: &staff[1].ID,
			SubmittedAt: &at, ApprovedAt: &at, ExportedAt: &at, CreatedAt: at, UpdatedAt: at,
		}
		if ago > 0 {
			closed := c.before(nineOn(month+1, 6))
			run.State, run.Version, run.ClosedAt, run.UpdatedAt = models.RunClosed, 5, &closed, closed
		}
		c.runs = append(c.runs, run)
	}
	if len(c.runs) == 0 {
		return nil
	}
	return db.Create(&c.runs).Error
}

// nineOn is nine in the morning of a day of a month, on people's clocks.
func nineOn(month models.Month, day int) time.Time {
	return time.Date(month.Year(), month.Month(), day, 9, 0, 0, 0, services.Zone)
}

// before is the moment, or the present where that is earlier.
func (c *crowd) before(moment time.Time) time.Time {
	if moment.After(c.now) {
		return c.now
	}
	return moment.UTC()
}

// folk is a slice of the crowd.
type folk struct {
	villages   []models.Village
	branches   []models.Branch
	people     []models.Person
	terms      []models.Term
	accounts   []models.Account
	consents   []models.Consent
	lines      []models.PaymentLine
	components []models.PaymentComponent
}

// officers writes those numbered first to last-1. Ids follow from the number,
// so that no row waits for another's.
func (c *crowd) officers(ctx context.Context, first, last int) error {
	var f folk
	for k := first; k < last; k++ {
		if err := c.officer(&f, k); err != nil {
			return err
		}
	}
	return write(ctx, c.store, &f.villages, &f.branches, &f.people, &f.terms, &f.accounts, &f.consents, &f.lines,
		&f.components)
}

func (c *crowd) officer(f *folk, k int) error {
	id, village, branch := int64(k)+1, int64(k/perVillage)+1, int64(k/perBranch)+1
	organization := c.organizations[k/perBranch%branches] // the first ones are paid
	if k%perVillage == 0 {
		name := fmt.Sprintf("Tổ dân phố %d", village)
		f.villages = append(f.villages, models.Village{
			ID: village, WardID: c.ward.ID, Name: name, Folded: models.Fold(name), SortOrder: int(village), CreatedAt: c.now,
		})
	}
	if k%perBranch == 0 {
		f.branches = append(f.branches, models.Branch{
			ID: branch, WardID: c.ward.ID, VillageID: village, OrganizationCode: organization.Code,
			Name: organization.BranchName + " " + f.villages[len(f.villages)-1].Name, CreatedAt: c.now,
		})
	}
	name, born := sample.Invent(c.chance, organization.Code)
	number := fmt.Sprintf("+8498%07d", k)
	person := models.Person{
		ID: id, WardID: c.ward.ID, Name: name, Folded: models.Fold(name), BirthYear: born,
		Phone: number, Version: 1, CreatedAt: c.now, UpdatedAt: c.now,
	}
	if err := sample.GiveAccount(c.vault, &person, fmt.Sprintf("3712%09d", k), c.chance); err != nil {
		return err
	}
	role := models.Head
	if k%perBranch == 1 {
		role = models.Deputy
	}
	term := models.Term{
		ID: id, WardID: c.ward.ID, BranchID: branch, PersonID: id, Role: role, Slot: 1, Title: organization.TitleOf(role),
		From: models.NewDate(c.month.Year()-2, time.January, 1+c.chance.IntN(365)), CreatedAt: c.now,
	}
	chat, since := strconv.Itoa(crowdBase+k), c.now.Add(-90*24*time.Hour)
	f.people, f.terms = append(f.people, person), append(f.terms, term)
	f.accounts = append(f.accounts, models.Account{
		ID: id, WardID: c.ward.ID, Channel: "telegram", ExternalID: chat, ChatID: chat, PersonID: &person.ID,
		LinkedAt: since, LastSeenAt: c.now, CreatedAt: since,
	})
	f.consents = append(f.consents, models.Consent{
		ID: id, WardID: c.ward.ID, PersonID: &person.ID, AccountID: id,
		Version: identity.OfficerConsent, Channel: "telegram", EventID: "crowd", GivenAt: since,
	})
	c.list(f, person, term, f.branches[len(f.branches)-1])
	return nil
}

// list puts an officer into every run.
func (c *crowd) list(f *folk, person models.Person, term models.Term, branch models.Branch) {
	posts := []money.Post{{Term: term, OrganizationCode: branch.OrganizationCode, VillageID: branch.VillageID}}
	for r := range c.runs {
		run := &c.runs[r]
		line := models.PaymentLine{
			ID: int64(c.months)*(person.ID-1) + int64(r) + 1, WardID: c.ward.ID, RunID: run.ID, PersonID: person.ID,
			Month: run.Month,
			State: models.LinePending, Name: person.Name, Title: term.Title, Unit: branch.Name,
			Destination: models.Destination{BankName: person.BankName, BankTail: person.BankTail},
		}
		if run.ClosedAt != nil {
			line.State, line.PaidOn = models.LinePaid, models.DateOf(run.ClosedAt.In(services.Zone)).AddDays(-1)
		}
		for _, owed := range c.calculus.Entitlement(posts, run.Month) { // one: there is one policy and one post
			line.Amount += owed.Amount
			f.components = append(f.components, models.PaymentComponent{
				ID: line.ID, WardID: c.ward.ID, LineID: line.ID, RunID: run.ID, PersonID: person.ID, Month: owed.Month,
				PolicyID: owed.PolicyID, TermID: owed.TermID, BranchID: owed.BranchID, Role: owed.Role,
				Amount: owed.Amount, Rate: owed.Rate, Basis: owed.Basis, Why: owed.Why, Days: owed.Days,
			})
		}
		f.lines = append(f.lines, line)
		run.Total += line.Amount
		run.People++
	}
}

// end writes the lists' totals, and gives the database the statistics that a
// settled one has.
func (c *crowd) end(ctx context.Context) error {
	db := c.store.WithContext(ctx)
	for _, run := range c.runs {
		if err := db.Model(&run).UpdateColumns(map[string]any{"total": run.Total, "people": run.People}).Error; err != nil {
			return err
		}
	}
	if c.store.Dialect == models.SQLite {
		return c.store.Learn(ctx)
	}
	return db.Exec("ANALYZE").Error
}
