package identity

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vault"
	"canbobot/services/vn"
)

// MyData is everything the ward keeps about the actor, numbers masked: enough
// to see what is kept and whether it is right, not to be read over a shoulder.
type MyData struct {
	Name        string
	StaffRole   services.Role // for ward users
	StaffPhone  string        // masked
	BirthDate   models.Date
	BirthYear   int
	Phone       string // masked
	PhoneShared bool
	CitizenID   string // masked
	models.Destination
	BankAccount string // masked
	Posts       []HeldPost
	Accounts    []HeldAccount
	Consents    []models.Consent // oldest first; the proof stays after withdrawal

	Payments   int64 // lines of payment lists
	Changes    int64 // requests they sent or that concern them
	Cases      int64
	Deliveries int64 // messages sent to them

	Looks    []Look // the newest few, newest first
	AllLooks int64  // how many there are; Looks of Privacy lists them
}

// HeldPost is a post held at some time.
type HeldPost struct {
	Title, BranchName string
	From, To          models.Date // To is zero while it runs
}

// HeldAccount is a link kept to a channel.
type HeldAccount struct {
	Channel              string
	Here                 bool // the one that the actor writes from
	LinkedAt, LastSeenAt time.Time
	UnlinkedAt           *time.Time
}

// Look is what somebody else saw of a person's, did to what is theirs, or tried
// in their name, from the journal.
type Look struct {
	At     time.Time
	Action string // "invite.issued", "change.revealed" ...
	Name   string // "" for the program itself and for strangers
	Role   services.Role
}

// fewLooks is how many of the latest go with the rest of what is held.
const fewLooks = 5

// Controller is who answers for what is kept of people in a ward.
func (p *Privacy) Controller(ctx context.Context, ward int64) (string, error) {
	var row models.Ward
	if err := p.store.WithContext(ctx).Select("id", "kind", "name").Take(&row, ward).Error; err != nil {
		return "", found(err, "ward")
	}
	return row.Kind + " " + row.Name, nil
}

// Mine shows the actor everything that is held about them, and who looked.
func (p *Privacy) Mine(ctx context.Context, actor services.Actor) (MyData, error) {
	if err := linked(actor); err != nil {
		return MyData{}, err
	}
	db := p.store.WithContext(ctx)
	own, err := accountOf(db, actor)
	if err != nil {
		return MyData{}, err
	}
	var data MyData
	person := services.ID(own.PersonID)
	if own.StaffID != nil {
		var staff models.Staff
		if err := services.InWard(db.Omit("totp", "citizen_id"), actor.Ward).Take(&staff, *own.StaffID).Error; err != nil {
			return MyData{}, found(err, "account")
		}
		data.Name, data.StaffRole, data.StaffPhone = staff.Name, services.Role(staff.Role), vn.MaskPhone(staff.Phone)
		person = services.ID(staff.PersonID)
	}
	for _, fill := range []func() error{
		func() error { return p.rosterData(db, &data, actor.Ward, person) },
		func() error { return chatData(db, &data, own) },
		func() error { return counts(db, &data, own, person) },
		func() (err error) {
			data.Looks, data.AllLooks, err = looksAt(db, own, person, 0, fewLooks)
			return err
		},
	} {
		if err := fill(); err != nil {
			return MyData{}, fmt.Errorf("privacy: %w", err)
		}
	}
	return data, nil
}

func (p *Privacy) rosterData(db *gorm.DB, data *MyData, ward, id int64) error {
	if id == 0 {
		return nil
	}
	person, err := services.Take[models.Person](db, services.SystemActor(ward), "person", id)
	if err != nil {
		return err
	}
	data.Name, data.BirthDate, data.BirthYear = person.Name, person.BirthDate, person.BirthYear
	data.Phone, data.PhoneShared = vn.MaskPhone(person.Phone), person.PhoneShared
	data.Destination = person.Destination
	if person.BankTail != "" {
		data.BankAccount = "****" + person.BankTail
	}
	citizen, err := p.vault.Open(vault.In(models.CitizenID, person.WardID, person.ID), person.CitizenID)
	if err != nil {
		return err
	}
	if citizen != "" {
		data.CitizenID = "****" + citizen[max(0, len(citizen)-4):]
	}
	data.Posts, err = posts(db, id, models.Date{})
	return err
}

// posts lists the posts that a person holds on a day, or ever held when the day
// is zero, the latest first.
func posts(db *gorm.DB, person int64, on models.Date) ([]HeldPost, error) {
	query := db.Model(&models.Term{}).
		Select("terms.title AS title, branches.name AS branch_name, terms.from_date AS from_date, terms.to_date AS to_date").
		Joins("JOIN branches ON branches.id = terms.branch_id").
		Where("terms.person_id = ? AND terms.superseded_at IS NULL", person)
	if !on.IsZero() {
		query = query.Where("terms.from_date <= ? AND (terms.to_date IS NULL OR terms.to_date >= ?)", on, on)
	}
	var rows []struct {
		Title, BranchName string
		FromDate, ToDate  models.Date
	}
	if err := query.Order("terms.from_date DESC, terms.id").Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("posts: %w", err)
	}
	posts := make([]HeldPost, len(rows))
	for i, row := range rows {
		posts[i] = HeldPost{Title: row.Title, BranchName: row.BranchName, From: row.FromDate, To: row.ToDate}
	}
	return posts, nil
}

func chatData(db *gorm.DB, data *MyData, own models.Account) error {
	var accounts []models.Account
	if err := sameOwner(db, own).Order("id").Find(&accounts).Error; err != nil {
		return err
	}
	for _, account := range accounts {
		data.Accounts = append(data.Accounts, HeldAccount{
			Channel: account.Channel, Here: account.ID == own.ID,
			LinkedAt: account.LinkedAt, LastSeenAt: account.LastSeenAt, UnlinkedAt: account.UnlinkedAt,
		})
	}
	return sameOwner(db, own).Order("id").Find(&data.Consents).Error
}

// sameOwner narrows a query on accounts or consents to those of one human.
func sameOwner(db *gorm.DB, own models.Account) *gorm.DB {
	if own.StaffID != nil {
		return db.Where("staff_id = ?", *own.StaffID)
	}
	return db.Where("person_id = ?", *own.PersonID)
}

func counts(db *gorm.DB, data *MyData, own models.Account, person int64) error {
	if err := sameOwner(db, own).Model(&models.Delivery{}).Where("kind <> ?",
		"shown").Count(&data.Deliveries).Error; err != nil {
		return err
	}
	if person == 0 {
		return nil
	}
	if err := db.Model(&models.PaymentLine{}).Where("person_id = ?", person).Count(&data.Payments).Error; err != nil {
		return err
	}
	if err := db.Model(&models.Case{}).Where("person_id = ?", person).Count(&data.Cases).Error; err != nil {
		return err
	}
	return db.Model(&models.ChangeRequest{}).Where("subject_id = ? OR newcomer_id = ? OR proposer_person_id = ?", person,
		person, person).Count(&data.Changes).Error
}

// Looks lists what others saw, did and tried of what is the actor's, newest
// first, from an offset, and how many there are.
func (p *Privacy) Looks(ctx context.Context, actor services.Actor, offset, limit int) ([]Look, int64, error) {
	if err := linked(actor); err != nil {
		return nil, 0, err
	}
	db := p.store.WithContext(ctx)
	own, err := accountOf(db, actor)
	if err != nil {
		return nil, 0, err
	}
	person := services.ID(own.PersonID)
	if own.StaffID != nil {
		person = actor.Person
	}
	looks, total, err := looksAt(db, own, person, offset, limit)
	if err != nil {
		return nil, 0, fmt.Errorf("privacy: %w", err)
	}
	return looks, total, nil
}

// looksAt reads the journal's entries about a human by anybody else: looks, in
// which each is named, and what was done to or tried with what is theirs.
func looksAt(db *gorm.DB, own models.Account, person int64, offset, limit int) ([]Look, int64, error) {
	staff := services.ID(own.StaffID)
	about := []string{subject("person", person), subject("staff", staff)}
	entries := services.InWard(db.Model(&models.AuditEntry{}), own.WardID).
		Joins("LEFT JOIN staff s ON s.id = audit_entries.staff_id").
		Joins("LEFT JOIN people p ON p.id = audit_entries.person_id").
		Where(`audit_entries.id IN (SELECT l.entry_id FROM looks l JOIN people h ON h.id = l.person_id
				WHERE h.id = ? OR h.merged_into = ?)
			OR audit_entries.role <> ? AND (audit_entries.subject IN ? OR audit_entries.subject IN
				(SELECT 'change:' || c.id FROM change_requests c WHERE c.subject_id = ? OR c.newcomer_id = ?
				UNION ALL SELECT 'data_request:' || d.id FROM data_requests d WHERE d.person_id = ?
				UNION ALL SELECT 'case:' || k.id FROM cases k WHERE k.person_id = ?))`,
			person, person, services.System, about, person, person, person, person).
		Where("(audit_entries.staff_id IS NULL OR audit_entries.staff_id <> ?) AND "+
			"(audit_entries.person_id IS NULL OR audit_entries.person_id <> ?)", staff, person).
		Session(&gorm.Session{})
	var total int64
	if err := entries.Count(&total).Error; err != nil || total == 0 {
		return nil, 0, err
	}
	var rows []struct {
		At           time.Time
		Action, Role string
		Name         string
	}
	err := entries.Select("audit_entries.at AS at, audit_entries.action AS action, audit_entries.role AS role, " +
		"COALESCE(s.name, p.name, '') AS name").
		Order("audit_entries.at DESC, name, audit_entries.seq DESC").Limit(limit).Offset(offset).Scan(&rows).Error
	looks := make([]Look, len(rows))
	for i, row := range rows {
		looks[i] = Look{At: row.At.UTC(), Action: row.Action, Role: services.Role(row.Role), Name: row.Name}
	}
	return looks, total, err
}
