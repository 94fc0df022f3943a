package roster

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vault"
	"canbobot/services/vn"
)

// The kinds of the vault's hashes.
const (
	bankHash    = "bank"
	citizenHash = "citizen"
)

// Destination is where a person asks to be paid: on an account, whose holder is
// the person or somebody whose name is said, or by a way that needs none.
type Destination struct {
	Bank     string          `json:"bank,omitzero"` // code of services/vn
	Number   Secret          `json:"number,omitzero"`
	Holder   string          `json:"holder,omitzero"` // another's name on the account
	Relation models.Relation `json:"relation,omitzero"`
	Way      models.Way      `json:"way,omitzero"`
}

// Tidy brings a destination into the one form in which it is kept, its number
// sealed, and drops what its way does not use. It refuses with invalid/bank,
// invalid/account, invalid/way, invalid/relation, and what CleanName refuses of
// the holder.
func (s *Secrets) Tidy(d Destination) (Destination, error) {
	switch d.Way {
	case models.WayCash, models.WayVNeID:
		return Destination{Way: d.Way}, nil
	case "":
	default:
		return d, services.Invalid("way")
	}
	held, err := vn.BankByCode(d.Bank)
	if err != nil {
		return d, err
	}
	number, err := vn.ParseAccount(d.Number.Plain)
	if err != nil {
		return d, err
	}
	d.Bank = held.Code
	switch {
	case d.Relation == "" || d.Relation == models.HeldByThemselves:
		d.Holder = ""
	case !slices.Contains(models.Relations, d.Relation):
		return d, services.Invalid("relation")
	default:
		if d.Holder, err = CleanName(d.Holder); err != nil {
			return d, err
		}
	}
	d.Number, err = s.ConcealAccount(number)
	return d, err
}

// row is a destination as a row of the roster has it, without its number.
func (d Destination) row() (models.Destination, error) {
	is := models.Destination{PayWay: d.Way, BankHolder: d.Holder, BankRelation: d.Relation}
	if d.Way != "" {
		return is, nil
	}
	held, err := vn.BankByCode(d.Bank)
	is.BankName = held.Name
	return is, err
}

// SameDestination reports whether the person is paid there already.
func (s *Secrets) SameDestination(person models.Person, d Destination) bool {
	row, err := d.row()
	return err == nil && person.SameBut(row) && (d.Way != "" || s.same(bankHash, d.Number, person.BankHash))
}

// Details are what a person's page says beside posts, phone and account. An
// empty field stays as it is.
type Details struct {
	Name      string
	BirthDate models.Date
	BirthYear int // where the day is not known
	CitizenID string
	Citizen   Secret // the number where it is sealed
}

// SetDestination has a person paid elsewhere: a tidied destination, or one with
// its number as given. The person must be as read (conflict/person_changed
// otherwise).
func (s *Service) SetDestination(tx *gorm.DB, person models.Person, to Destination) (models.Person, error) {
	row, err := to.row()
	if err != nil {
		return person, err
	}
	number := ""
	if to.Way == "" {
		if number, err = to.Number.plain(s.vault, to.Number.Plain); err == nil {
			number, err = vn.ParseAccount(number)
		}
	}
	if err != nil {
		return person, err
	}
	sealed, err := s.vault.Seal(vault.In(models.BankAccount, person.WardID, person.ID), number)
	if err != nil {
		return person, fmt.Errorf("seal account: %w", err)
	}
	row.BankHash, row.BankTail = s.vault.Hash(bankHash, number), vn.AccountTail(number)
	person.BankAccount, person.Destination = sealed, row
	return s.setPerson(tx, person, map[string]any{
		"bank_account": person.BankAccount, "bank_hash": person.BankHash, "bank_name": person.BankName,
		"bank_tail": person.BankTail, "pay_way": person.PayWay, "bank_holder": person.BankHolder,
		"bank_relation": person.BankRelation,
	})
}

// SetDetails changes what is given. A citizen's number that another person of
// the ward has is conflict/citizen_taken.
func (s *Service) SetDetails(tx *gorm.DB, person models.Person, details Details) (models.Person, error) {
	columns := map[string]any{}
	if details.Name != "" {
		name, err := CleanName(details.Name)
		if err != nil {
			return person, err
		}
		person.Name, person.Folded = name, models.Fold(name)
		columns["name"], columns["folded"] = person.Name, person.Folded
	}
	switch {
	case !details.BirthDate.IsZero():
		person.BirthDate, person.BirthYear = details.BirthDate, details.BirthDate.Year
		columns["birth_date"], columns["birth_year"] = person.BirthDate, person.BirthYear
	case details.BirthYear != 0:
		person.BirthDate, person.BirthYear = models.Date{}, details.BirthYear
		columns["birth_date"], columns["birth_year"] = nil, person.BirthYear
	}
	citizen, err := details.Citizen.plain(s.vault, details.CitizenID)
	if err != nil {
		return person, err
	}
	if citizen != "" {
		number, _, err := vn.ParseCitizen(citizen)
		if err != nil {
			return person, err
		}
		if err := citizenTaken(tx, person.WardID, s.vault.Hashes(citizenHash, number), person.ID); err != nil {
			return person, err
		}
		sealed, err := s.vault.Seal(vault.In(models.CitizenID, person.WardID, person.ID), number)
		if err != nil {
			return person, fmt.Errorf("seal citizen id: %w", err)
		}
		if err := s.KeepHumans(tx, person.WardID, person); err != nil {
			return person, err
		}
		person.CitizenID, person.CitizenHash = sealed, s.vault.Hash(citizenHash, number)
		columns["citizen_id"], columns["citizen_hash"] = person.CitizenID, person.CitizenHash
	}
	if len(columns) == 0 {
		return person, nil
	}
	return s.setPerson(tx, person, columns)
}

// CitizenTaken refuses with conflict/citizen_taken a number that another person
// of the ward has: the two are one human, or one of them is wrong.
func (s *Service) CitizenTaken(tx *gorm.DB, ward int64, number Secret, person int64) error {
	plain, err := s.Secrets.reveal(number)
	if err != nil {
		return fmt.Errorf("open citizen id: %w", err)
	}
	return citizenTaken(tx, ward, s.vault.Hashes(citizenHash, plain), person)
}

func citizenTaken(tx *gorm.DB, ward int64, hashes [][]byte, person int64) error {
	var others int64
	err := services.InWard(tx.Model(&models.Person{}), ward).Where("citizen_hash IN ? AND id <> ?",
		hashes, person).Count(&others).Error
	if err != nil {
		return fmt.Errorf("find citizen id: %w", err)
	}
	if others > 0 {
		return services.Conflict("citizen_taken")
	}
	return nil
}

// SetDied writes down the day on which a person died; the zero date takes back
// what was reported by mistake.
func (s *Service) SetDied(tx *gorm.DB, person models.Person, day models.Date) (models.Person, error) {
	person.DiedOn = day
	return s.setPerson(tx, person, map[string]any{"died_on": day})
}

// setPerson writes columns of a person who must be as read.
func (s *Service) setPerson(tx *gorm.DB, person models.Person, columns map[string]any) (models.Person, error) {
	seen := person.Version
	person.Version, person.UpdatedAt = seen+1, s.clock.UTC()
	columns["version"], columns["updated_at"] = person.Version, person.UpdatedAt
	result := tx.Model(&models.Person{ID: person.ID}).Where("version = ?", seen).Updates(columns)
	if result.Error != nil {
		return person, fmt.Errorf("write person: %w", result.Error)
	}
	if result.RowsAffected == 0 {
		return person, services.Conflict("person_changed")
	}
	return person, nil
}

// VoidTerm takes a term out of what is believed, with nothing in its place: it
// was never so. The row stays readable.
func (s *Service) VoidTerm(tx *gorm.DB, term models.Term) error {
	result := tx.Model(&models.Term{}).Where("id = ? AND superseded_at IS NULL", term.ID).Update("superseded_at",
		s.clock.UTC())
	if result.Error != nil {
		return fmt.Errorf("void term: %w", result.Error)
	}
	if result.RowsAffected == 0 {
		return services.Conflict("term_changed")
	}
	return nil
}

// ParseBirth reads a birth date as people write it: a day, or only the year. A
// year of two digits is of the last century unless that would be too long ago.
// Unreadable is invalid/birth; a year that cannot be is invalid/birth_year.
func ParseBirth(text string, today models.Date) (day models.Date, year int, err error) {
	folded := strings.TrimSpace(models.Fold(text))
	folded = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(folded, "sinh"), " "), "nam"))
	if len(folded) > maxDateText {
		return day, 0, services.Invalid("birth")
	}
	if bare := number(folded); bare > 0 && (len(folded) == 2 || len(folded) == 4) {
		year = bare
		if len(folded) == 2 {
			year = pastCentury(bare, today)
		}
		return day, year, plausibleBirth(year, today)
	}
	day, err = readDate(folded, today)
	if err != nil || day.IsZero() {
		return models.Date{}, 0, services.Invalid("birth")
	}
	if day.Year > today.Year-youngestBirth { // 2/5/71
		day = models.NewDate(pastCentury(day.Year%100, today), day.Month, day.Day)
	}
	return day, day.Year, plausibleBirth(day.Year, today)
}

// Ages of who holds a post, in years.
const (
	youngestBirth = 14
	oldestBirth   = 110
)

func pastCentury(twoDigits int, today models.Date) int {
	year := 1900 + twoDigits
	if year < today.Year-oldestBirth {
		year += 100
	}
	return year
}

func plausibleBirth(year int, today models.Date) error {
	if year < today.Year-oldestBirth || year > today.Year-youngestBirth {
		return services.Invalid("birth_year")
	}
	return nil
}

// ParsePast reads a day as ParseDate does, however long ago it is.
func ParsePast(text string, today models.Date) (models.Date, error) {
	day, err := ParseDate(text, today)
	var refusal *services.Error
	if errors.As(err, &refusal) && refusal.Code == "date_far" {
		if far, ok := refusal.Fields["date"].(models.Date); ok && far.Year >= 1975 && far.Before(today) {
			return far, nil
		}
	}
	return day, err
}
