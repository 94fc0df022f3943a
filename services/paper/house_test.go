package paper_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/list"
	"canbobot/services/outbox"
	"canbobot/services/paper"
	"canbobot/services/roster"
	"canbobot/services/vault"
	"canbobot/services/year"
)

const month = models.Month(2026*12 + 3) // April

// house is a ward with an approved list of April that two sources pay.
type house struct {
	holder string // of the accounts of who is paid next; "" for their own
	*paper.Service
	t        testing.TB
	ctx      context.Context
	store    *models.Store
	vault    *vault.Vault
	roster   *roster.Service
	now      time.Time
	ward     models.Ward
	clerk    services.Actor // with a fresh code
	away     services.Actor // of another ward, with a fresh code
	run      models.PaymentRun
	town     models.Policy
	province models.Policy
	branches []models.Branch
	journal  *journal.Service
}

var words = paper.Words{
	Say: func(key string, fields map[string]any) string {
		switch {
		case len(fields) == 0:
			return key
		case fields["words"] != nil:
			return fmt.Sprint(fields["words"])
		}
		return fmt.Sprint(key, " ", fields)
	},
	Spell: func(amount int64) string { return fmt.Sprint("words of ", amount) },
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, ctx: t.Context(), now: time.Date(2026, 5, 4, 2, 0, 0, 0, time.UTC)}
	clock := services.Clock(func() time.Time { return h.now })
	h.store = storetest.New(t, clock)
	var err error
	if h.vault, err = vault.New(bytes.Repeat([]byte{1}, vault.KeySize)); err != nil {
		t.Fatal(err)
	}
	h.store.SealedBy(h.vault)
	box, err := outbox.New(h.store, clock)
	if err != nil {
		t.Fatal(err)
	}
	h.journal = journal.New(h.store, clock).Keyed(h.vault)
	h.roster = roster.New(h.store, h.vault, h.journal, clock)
	people := identity.New(h.store, h.vault, h.journal, box, clock, nil, "web")
	h.Service = paper.New(h.store, h.roster, list.New(h.store, h.journal, box, people, clock),
		year.New(h.store, h.journal, clock), people, h.journal, clock)
	h.ward = models.Ward{Code: "bac", Name: "Bắc Hồng Lĩnh", Kind: "phường"}
	away := models.Ward{Code: "nam", Name: "Nam Hồng Lĩnh", Kind: "phường"}
	h.create(&h.ward)
	h.create(&away)
	h.create(&[]models.Organization{{Code: "women", Name: "Women", DeputiesMax: 1, SortOrder: 1},
		{Code: "youth", Name: "Youth", DeputiesMax: 1, SortOrder: 2}})
	for i, name := range []string{"Village 2", "Village 1"} { // sorted by order, not by id
		village := models.Village{WardID: h.ward.ID, Name: name, Folded: models.Fold(name), SortOrder: 2 - i}
		h.create(&village)
		branch := models.Branch{WardID: h.ward.ID, VillageID: village.ID, OrganizationCode: []string{"women", "youth"}[i],
			Name: "Branch of " + name}
		h.create(&branch)
		h.branches = append(h.branches, branch)
	}
	h.town = h.policy("town")
	h.province = h.policy("province")
	h.clerk, h.away = h.staff(h.ward.ID, "clerk"), h.staff(away.ID, "clerk")
	leader := h.staff(h.ward.ID, "leader")
	at := time.Date(2026, 5, 1, 2, 0, 0, 0, time.UTC)
	h.run = models.PaymentRun{WardID: h.ward.ID, Month: month, State: models.RunApproved, Version: 3,
		ContentHash: []byte{1}, ApprovedAt: &at,
		PreparedByStaffID: &h.clerk.Staff, ApprovedByStaffID: &leader.Staff}
	h.create(&h.run)
	return h
}

func (h *house) create(row any) {
	h.t.Helper()
	if err := h.store.Create(row).Error; err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) policy(source string) models.Policy {
	policy := models.Policy{State: models.PolicyInForce, WardID: h.ward.ID, Code: source, Name: source, Source: source,
		LegalBasis: "basis",
		From:       models.NewDate(2020, 1, 1),
		Accrual:    models.FullIfOnDay, AccrualDays: 15, Stacking: models.StackAll}
	h.create(&policy)
	return policy
}

func (h *house) staff(ward int64, role string) services.Actor {
	member := models.Staff{WardID: ward, Name: "Staff " + role, Role: role, Active: true}
	h.create(&member)
	until := h.now.Add(time.Minute)
	account := models.Account{WardID: ward, Channel: "web", ExternalID: fmt.Sprint(role, ward), StaffID: &member.ID,
		LinkedAt: h.now, SteppedUpUntil: &until}
	h.create(&account)
	return services.Actor{Role: services.Role(role), Ward: ward, Staff: member.ID, Account: account.ID, Channel: "web"}
}

// part is one component of a line.
type part struct {
	branch int
	policy models.Policy
	back   models.Month // months before the run's
	amount int64
}

// pay puts a person on the list; number is their account, "" for cash.
func (h *house) pay(name, number string, parts ...part) models.Person {
	h.t.Helper()
	person := models.Person{WardID: h.ward.ID, Name: name, Folded: models.Fold(name), Version: 1}
	h.create(&person)
	if number != "" {
		sealed, err := h.vault.Seal(vault.In(models.BankAccount, person.WardID, person.ID), number)
		if err != nil {
			h.t.Fatal(err)
		}
		person.BankAccount, person.BankTail, person.BankName = sealed, number[len(number)-4:], "Agribank"
		person.BankHash, person.BankHolder = h.vault.Hash("bank", number), h.holder
		if h.holder != "" {
			person.BankRelation = models.HeldBySpouse
		}
		if err := h.store.Save(&person).Error; err != nil {
			h.t.Fatal(err)
		}
	}
	line := models.PaymentLine{WardID: h.ward.ID, RunID: h.run.ID, PersonID: person.ID, Month: month,
		State: models.LinePending,
		Name:  name, Title: "Head", Unit: h.branches[parts[0].branch].Name, Destination: person.Destination}
	for _, part := range parts {
		line.Amount += part.amount
	}
	if line.Amount <= 0 {
		line.State = models.LineCarried
	}
	components := line.Components
	for _, part := range parts {
		term := h.term(person, part.branch)
		components = append(components, models.PaymentComponent{WardID: h.ward.ID, RunID: h.run.ID, PersonID: person.ID,
			Month:    month - part.back,
			PolicyID: part.policy.ID, TermID: term.ID, BranchID: term.BranchID, Role: term.Role, Amount: part.amount,
			Rate: 200_000, Basis: "basis", Why: "full", Days: 30})
	}
	h.create(&line)
	for i := range components {
		components[i].LineID = line.ID
	}
	h.create(&components)
	if line.Amount > 0 {
		h.run.Total += line.Amount
		h.run.People++
	}
	h.save()
	return person
}

func (h *house) save() {
	h.t.Helper()
	err := h.store.Model(&models.PaymentRun{}).Where("id = ?",
		h.run.ID).Updates(map[string]any{"total": h.run.Total, "people": h.run.People, "state": h.run.State}).Error
	if err == nil {
		err = h.sign()
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// sign has the list be what its rows are, and signed so.
func (h *house) sign() error {
	if err := h.rehash(); err != nil {
		return err
	}
	return h.store.Transaction(func(tx *gorm.DB) error {
		return h.journal.Record(tx, services.SystemActor(h.ward.ID), "run.approved", fmt.Sprintf("run:%d", h.run.ID),
			journal.Detail{"hash": fmt.Sprintf("%x", h.run.ContentHash)})
	})
}

// rehash writes the hash of the list's rows into it, as whoever has only the
// database could.
func (h *house) rehash() error {
	hash, err := list.Hash(h.store.DB, h.run)
	if err != nil {
		return err
	}
	h.run.ContentHash = hash
	return h.store.Model(&models.PaymentRun{}).Where("id = ?", h.run.ID).Update("content_hash", models.Hash(hash)).Error
}

func (h *house) term(person models.Person, branch int) models.Term {
	var term models.Term
	if h.store.Where("person_id = ? AND branch_id = ?", person.ID,
		h.branches[branch].ID).Limit(1).Find(&term).RowsAffected > 0 {
		return term
	}
	term = models.Term{WardID: h.ward.ID, BranchID: h.branches[branch].ID, PersonID: person.ID, Role: models.Member,
		Title: "Member",
		From:  models.NewDate(2020, 1, 1)}
	h.create(&term)
	return term
}

// cells reads a workbook: its sheets in order, and each by its name.
func (h *house) cells(content []byte) (names []string, rows map[string][][]string) {
	h.t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		h.t.Fatal(err)
	}
	defer book.Close()
	rows = map[string][][]string{}
	for _, name := range book.GetSheetList() {
		if rows[name], err = book.GetRows(name); err != nil {
			h.t.Fatal(err)
		}
		names = append(names, name)
	}
	return names, rows
}
