package identity

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
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
	BankName    string
	BankAccount string // masked
	Posts       []HeldPost
	Accounts    []HeldAccount
	Consents    []models.Consent // oldest first; the proof stays after withdrawal

	Payments   int64 // lines of payment lists
	Changes    int64 // requests they sent or that concern them
	Cases      int64
	Deliveries int64 // messages sent to them

	Lookers []Look // newest first
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

// Look is what a ward user did about the person, from the journal.
type Look struct {
	At     time.Time
	Action string // "invite.issued", "bank.viewed" ...
	Name   string
	Role   services.Role
}

// maxLooks bounds what is shown in chat; the whole journal is the ward's to print.
const maxLooks = 20

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
		if err := services.InWard(db.Omit("totp"), actor.Ward).Take(&staff, *own.StaffID).Error; err != nil {
			return MyData{}, found(err, "account")
		}
		data.Name, data.StaffRole, data.StaffPhone = staff.Name, services.Role(staff.Role), vn.MaskPhone(staff.Phone)
		person = services.ID(staff.PersonID)
	}
	for _, fill := range []func() error{
		func() error { return p.rosterData(db, &data, actor.Ward, person) },
		func() error { return chatData(db, &data, own) },
		func() error { return counts(db, &data, own, person) },
		func() error { return lookers(db, &data, own, person) },
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
	data.BankName = person.BankName
	if person.BankTail != "" {
		data.BankAccount = "****" + person.BankTail
	}
	citizen, err := p.vault.Open("people.citizen_id", person.CitizenID)
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

// lookers are the journal's entries about the human by somebody else.
func lookers(db *gorm.DB, data *MyData, own models.Account, person int64) error {
	var about []string
	if person != 0 {
		about = append(about, subject("person", person))
	}
	if own.StaffID != nil {
		about = append(about, subject("staff", *own.StaffID))
	}
	var rows []struct {
		At     time.Time
		Action string
		Name   *string
		Role   string
	}
	err := services.InWard(db.Model(&models.AuditEntry{}), own.WardID).
		Select("audit_entries.at AS at, audit_entries.action AS action, staff.name AS name, audit_entries.role AS role").
		Joins("LEFT JOIN staff ON staff.id = audit_entries.staff_id").
		Where("audit_entries.subject IN ? AND audit_entries.staff_id IS NOT NULL AND audit_entries.staff_id <> ?", about,
			services.ID(own.StaffID)).
		Order("audit_entries.seq DESC").Limit(maxLooks).Scan(&rows).Error
	for _, row := range rows {
		look := Look{At: row.At.UTC(), Action: row.Action, Role: services.Role(row.Role)}
		if row.Name != nil {
			look.Name = *row.Name
		}
		data.Lookers = append(data.Lookers, look)
	}
	return err
}
