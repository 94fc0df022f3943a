package sample

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vault"
)

// CrowdBase is the Telegram id of the crowd's first officer; the others follow.
const CrowdBase = 700_000_000

// batch is how many rows one statement inserts.
const batch = 1000

// Crowd makes one ward with n linked officers, for benches: heads and deputies
// of as many branches as it takes, with consent, a policy, and paid lines for
// the last three months. Rows are as the services write them; they are put in
// by the thousand because no service takes thousands.
func Crowd(ctx context.Context, store *models.Store, v *vault.Vault, clock services.Clock, n int) (Summary, error) {
	c := &crowd{store: store, vault: v, now: clock.UTC(), today: models.DateOf(clock.Local()), n: n}
	if err := mustBeEmpty(ctx, store); err != nil {
		return Summary{}, err
	}
	for _, step := range []func(context.Context) error{c.units, c.officers, c.accounts, c.runs} {
		if err := step(ctx); err != nil {
			return Summary{}, fmt.Errorf("crowd: %w", err)
		}
	}
	summary := Summary{Wards: 1, Villages: c.villages, People: n}
	if store.Dialect == models.PostgreSQL { // fresh statistics, as a settled database has
		if err := store.WithContext(ctx).Exec("ANALYZE").Error; err != nil {
			return Summary{}, fmt.Errorf("crowd: %w", err)
		}
	}
	return summary, nil
}

type crowd struct {
	store *models.Store
	vault *vault.Vault
	now   time.Time
	today models.Date
	n     int

	villages int
	ward     models.Ward
	policy   models.Policy
	branches []models.Branch
	people   []models.Person
	terms    []models.Term
}

func insert[T any](ctx context.Context, c *crowd, rows []T) error {
	return c.store.WithContext(ctx).CreateInBatches(&rows, batch).Error
}

func (c *crowd) units(ctx context.Context) error {
	db := c.store.WithContext(ctx)
	rows := append([]models.Organization(nil), organizations...)
	if err := db.Create(&rows).Error; err != nil {
		return err
	}
	c.ward = models.Ward{Code: "crowd", Name: "Bench", Kind: "phường", ValidFrom: began, PayDay: 10, CreatedAt: c.now}
	if err := db.Create(&c.ward).Error; err != nil {
		return err
	}
	count := (c.n + 1) / 2 // branches: a head and a deputy each
	villages := make([]models.Village, (count+len(paid)-1)/len(paid))
	for i := range villages {
		name := fmt.Sprintf("Tổ dân phố %d", i+1)
		villages[i] = models.Village{WardID: c.ward.ID, Name: name, Folded: models.Fold(name), SortOrder: i, ValidFrom: began, CreatedAt: c.now}
	}
	c.villages = len(villages)
	if err := insert(ctx, c, villages); err != nil {
		return err
	}
	c.branches = make([]models.Branch, count)
	for i := range c.branches {
		village, code := villages[i/len(paid)], paid[i%len(paid)]
		c.branches[i] = models.Branch{WardID: c.ward.ID, VillageID: village.ID, OrganizationCode: code, Name: branchName(code) + " " + village.Name, ValidFrom: began, CreatedAt: c.now}
	}
	if err := insert(ctx, c, c.branches); err != nil {
		return err
	}
	c.policy = models.Policy{
		WardID: c.ward.ID, Code: "town", Name: "Hỗ trợ chi đoàn, chi hội", Source: "town", LegalBasis: "Bench",
		From: models.NewDate(2021, 1, 1), Accrual: models.FullIfOnDay, AccrualDays: 15, Stacking: models.StackAll, CreatedAt: c.now,
		Rules: []models.PolicyRule{{Role: models.Head, Amount: 200_000}, {Role: models.Deputy, Amount: 150_000}},
	}
	return db.Create(&c.policy).Error
}

func (c *crowd) officers(ctx context.Context) error {
	c.people = make([]models.Person, c.n)
	for i := range c.people {
		phone := fmt.Sprintf("+8498%07d", i)
		name := fmt.Sprintf("%s %s %s", families[i%len(families)], womenMiddle[i%len(womenMiddle)], olderWomen[i/7%len(olderWomen)])
		c.people[i] = models.Person{
			WardID: c.ward.ID, Name: name, Folded: models.Fold(name), BirthYear: 1970, Phone: phone, PhoneHash: c.vault.Hash("phone", phone),
			BankTail: "1234", BankName: "Agribank", Version: 1, CreatedAt: c.now, UpdatedAt: c.now,
		}
	}
	if err := insert(ctx, c, c.people); err != nil {
		return err
	}
	c.terms = make([]models.Term, c.n)
	for i := range c.terms {
		branch, role := c.branches[i/2], models.Head
		if i%2 == 1 {
			role = models.Deputy
		}
		c.terms[i] = models.Term{
			WardID: c.ward.ID, BranchID: branch.ID, PersonID: c.people[i].ID, Role: role, Slot: 1,
			Title: organization(branch.OrganizationCode).TitleOf(role), From: models.NewDate(c.today.Year-2, 1, 1), CreatedAt: c.now,
		}
	}
	return insert(ctx, c, c.terms)
}

func (c *crowd) accounts(ctx context.Context) error {
	accounts := make([]models.Account, c.n)
	for i := range accounts {
		external := strconv.Itoa(CrowdBase + i)
		accounts[i] = models.Account{
			WardID: c.ward.ID, Channel: "telegram", ExternalID: external, ChatID: external, PersonID: &c.people[i].ID,
			LinkedAt: c.now, LastSeenAt: c.now, CreatedAt: c.now,
		}
	}
	if err := insert(ctx, c, accounts); err != nil {
		return err
	}
	consents := make([]models.Consent, c.n)
	for i := range consents {
		consents[i] = models.Consent{
			WardID: c.ward.ID, PersonID: &c.people[i].ID, AccountID: accounts[i].ID, Version: ConsentVersion,
			Channel: "telegram", EventID: "crowd", GivenAt: c.now,
		}
	}
	return insert(ctx, c, consents)
}

// runs pays the last three months: two closed, the newest sent to the bank.
func (c *crowd) runs(ctx context.Context) error {
	db := c.store.WithContext(ctx)
	for ago := models.Month(2); ago >= 0; ago-- {
		month := c.today.MonthOf() - ago
		at := c.now
		run := models.PaymentRun{
			WardID: c.ward.ID, Month: month, State: models.RunExported, Version: 4, People: c.n, ContentHash: []byte("bench"),
			SubmittedAt: &at, ApprovedAt: &at, ExportedAt: &at, CreatedAt: at, UpdatedAt: at,
		}
		state := models.LinePending
		if ago > 0 {
			run.State, run.ClosedAt, state = models.RunClosed, &at, models.LinePaid
		}
		lines := make([]models.PaymentLine, c.n)
		for i, term := range c.terms {
			amount := int64(200_000)
			if term.Role == models.Deputy {
				amount = 150_000
			}
			run.Total += amount
			lines[i] = models.PaymentLine{
				WardID: c.ward.ID, PersonID: term.PersonID, Month: month, Amount: amount, State: state,
				Name: c.people[i].Name, Title: term.Title, Unit: c.branches[i/2].Name, BankName: "Agribank", BankTail: "1234",
			}
			if state == models.LinePaid {
				lines[i].PaidOn = (month + 1).First().AddDays(4)
			}
		}
		if err := db.Create(&run).Error; err != nil {
			return err
		}
		for i := range lines {
			lines[i].RunID = run.ID
		}
		if err := db.Omit("Components").CreateInBatches(&lines, batch).Error; err != nil {
			return err
		}
		components := make([]models.PaymentComponent, c.n)
		for i, term := range c.terms {
			components[i] = models.PaymentComponent{
				WardID: c.ward.ID, LineID: lines[i].ID, RunID: run.ID, PersonID: term.PersonID, Month: month, PolicyID: c.policy.ID,
				TermID: term.ID, BranchID: term.BranchID, Role: term.Role, Amount: lines[i].Amount, Rate: lines[i].Amount,
				Basis: c.policy.LegalBasis, Why: "full", Days: month.Days(),
			}
		}
		if err := insert(ctx, c, components); err != nil {
			return err
		}
	}
	return nil
}
