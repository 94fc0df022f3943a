package roster

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
)

// The writes of this file happen in the caller's transaction; the caller has
// checked who may, and writes the journal.

// NewPerson is what is known of someone who enters the roster.
type NewPerson struct {
	Name      string
	Phone     string // E.164, or ""
	BirthYear int    // 0 when unknown
}

// LockBranch makes the transactions that change one branch's posts wait for
// each other, so that each sees what the one before it did.
func (s *Service) LockBranch(tx *gorm.DB, branch int64) error {
	// SQLite leaves the clause out: there a transaction that writes is alone.
	err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Select("id").Take(&models.Branch{}, "id = ?",
		branch).Error
	if err != nil {
		return fmt.Errorf("lock branch: %w", err)
	}
	return nil
}

// WithPhone lists the people of a ward who answer a number, by id.
func (s *Service) WithPhone(tx *gorm.DB, ward int64, phone string) ([]models.Person, error) {
	if phone == "" {
		return nil, nil
	}
	var people []models.Person
	if err := services.InWard(tx, ward).Where("phone_hash IN ? AND merged_into IS NULL",
		s.vault.Hashes(models.PhoneKind, phone)).Order("id").Find(&people).Error; err != nil {
		return nil, fmt.Errorf("find phone: %w", err)
	}
	return people, nil
}

// AddPerson enters someone into the roster. A number that someone else answers
// is conflict/phone_taken, unless it is declared shared: then it is this
// person's too, and shared.
func (s *Service) AddPerson(tx *gorm.DB, ward int64, who NewPerson) (models.Person, error) {
	name, err := CleanName(who.Name)
	if err != nil {
		return models.Person{}, err
	}
	shared, err := s.phoneFree(tx, ward, who.Phone, 0)
	if err != nil {
		return models.Person{}, err
	}
	now := s.clock.UTC()
	person := models.Person{
		WardID: ward, Name: name, Folded: models.Fold(name), BirthYear: who.BirthYear,
		Phone: who.Phone, PhoneShared: shared, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	if err := tx.Create(&person).Error; err != nil {
		return models.Person{}, phoneRefusal(err, "add person")
	}
	return person, nil
}

// SetPhone gives a person another number; "" takes it away. The person must be
// as read (conflict/person_changed otherwise); a number that someone else
// answers alone is conflict/phone_taken.
func (s *Service) SetPhone(tx *gorm.DB, person models.Person, phone string) (models.Person, error) {
	shared, err := s.phoneFree(tx, person.WardID, phone, person.ID)
	if err != nil {
		return models.Person{}, err
	}
	if err := s.KeepHumans(tx, person.WardID, person); err != nil {
		return models.Person{}, err
	}
	seen := person.Version
	person.Phone, person.PhoneShared = phone, shared
	person.Version, person.UpdatedAt = seen+1, s.clock.UTC()
	result := tx.Model(&models.Person{ID: person.ID}).Where("version = ?", seen).Updates(map[string]any{
		"phone": person.Phone, "phone_shared": person.PhoneShared, "version": person.Version, "updated_at": person.UpdatedAt,
	})
	if result.Error != nil {
		return models.Person{}, phoneRefusal(result.Error, "set phone")
	}
	if result.RowsAffected == 0 {
		return models.Person{}, services.Conflict("person_changed")
	}
	return person, nil
}

// PhoneTaken refuses with conflict/phone_taken a number that is not free for
// the person; 0 for someone who is not in the roster yet.
func (s *Service) PhoneTaken(tx *gorm.DB, ward int64, phone string, person int64) error {
	_, err := s.phoneFree(tx, ward, phone, person)
	return err
}

// phoneFree reports whether a number would be shared, or that it is taken.
func (s *Service) phoneFree(tx *gorm.DB, ward int64, phone string, person int64) (shared bool, err error) {
	owners, err := s.WithPhone(tx, ward, phone)
	if err != nil {
		return false, err
	}
	for _, owner := range owners {
		if owner.ID == person {
			continue
		}
		if !owner.PhoneShared {
			return false, services.Conflict("phone_taken")
		}
		shared = true
	}
	return shared, nil
}

func phoneRefusal(err error, doing string) error {
	if models.IsTaken(err) {
		return services.Conflict("phone_taken").Because(err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// NewTerm is a term to open. Slot 0 takes the first free one.
type NewTerm struct {
	Branch   models.Branch
	Person   int64
	Role     models.TermRole
	Slot     int
	Acting   bool
	From     models.Date
	To       models.Date // zero for a term without an end
	Decision Decision
	Change   int64 // the request that opens it; 0 for none
}

// Decision is the paper that a term rests on.
type Decision struct {
	Number string
	Date   models.Date
	Signer string
}

// FreeSlot finds where a term could be opened: 0 for a role without slots.
// Where every slot is held on some of those days it is conflict/post_taken
// with the holder's name and title; where the person holds another post of the
// branch on some of them, conflict/already_in_branch with its title. Terms
// listed in without are left out of account: those that the change would end.
func (s *Service) FreeSlot(tx *gorm.DB, term NewTerm, without ...int64) (int, error) {
	if last := term.Branch.ValidTo; !last.IsZero() && term.From.After(last) {
		return 0, services.Conflict("branch_closed").With("to", last)
	}
	organization, err := organizationOf(tx, term.Branch)
	if err != nil {
		return 0, err
	}
	var overlapping []models.Term
	query := tx.Where("branch_id = ? AND superseded_at IS NULL AND (to_date IS NULL OR to_date >= ?)", term.Branch.ID,
		term.From)
	if !term.To.IsZero() {
		query = query.Where("from_date <= ?", term.To)
	}
	if len(without) > 0 {
		query = query.Where("id NOT IN ?", without)
	}
	if err := query.Order("slot, from_date, id").Find(&overlapping).Error; err != nil {
		return 0, fmt.Errorf("read terms: %w", err)
	}
	held := map[int]models.Term{}
	for _, other := range overlapping {
		if term.Person != 0 && other.PersonID == term.Person {
			return 0, services.Conflict("already_in_branch").With("title", other.Title)
		}
		if _, known := held[other.Slot]; other.Role == term.Role && !known {
			held[other.Slot] = other
		}
	}
	slots := SlotsOf(organization, term.Role)
	if slots == 0 {
		return 0, nil
	}
	first, last := 1, slots
	if term.Slot != 0 {
		first, last = term.Slot, term.Slot
	}
	for slot := first; slot <= last; slot++ {
		if _, taken := held[slot]; !taken {
			return slot, nil
		}
	}
	var holder models.Person
	if err := tx.Take(&holder, "id = ?", held[first].PersonID).Error; err != nil {
		return 0, fmt.Errorf("read holder: %w", err)
	}
	return 0, services.Conflict("post_taken").With("holder", holder.Name).With("title", held[first].Title)
}

// SlotsOf is how many may hold a role of a branch on one day; 0 for any number.
func SlotsOf(organization models.Organization, role models.TermRole) int {
	switch role {
	case models.Head:
		return 1
	case models.Deputy:
		return max(1, organization.DeputiesMax)
	}
	return 0
}

func organizationOf(tx *gorm.DB, branch models.Branch) (models.Organization, error) {
	var organization models.Organization
	if err := tx.Take(&organization, "code = ?", branch.OrganizationCode).Error; err != nil {
		return organization, fmt.Errorf("read organization: %w", err)
	}
	return organization, nil
}

// OpenTerm puts a person in post, under the title that the organization uses.
// It refuses as FreeSlot does.
func (s *Service) OpenTerm(tx *gorm.DB, opening NewTerm) (models.Term, error) {
	slot, err := s.FreeSlot(tx, opening)
	if err != nil {
		return models.Term{}, err
	}
	organization, err := organizationOf(tx, opening.Branch)
	if err != nil {
		return models.Term{}, err
	}
	term := models.Term{
		WardID: opening.Branch.WardID, BranchID: opening.Branch.ID, PersonID: opening.Person,
		Role: opening.Role, Slot: slot, Title: organization.TitleOf(opening.Role), Acting: opening.Acting,
		From: opening.From, To: opening.To,
		DecisionNumber: opening.Decision.Number, DecisionDate: opening.Decision.Date, DecisionSigner: opening.Decision.Signer,
		ChangeID: services.Ref(opening.Change), CreatedAt: s.clock.UTC(),
	}
	if err := tx.Create(&term).Error; err != nil {
		return models.Term{}, termRefusal(err, "open term")
	}
	return term, nil
}

// CloseTerm ends a term with its last day. A running term gets the date; one
// that already had a date is superseded by a copy that ends earlier, so that
// what was believed stays readable. It refuses with invalid/date_before_term a
// last day before the first, and with conflict/term_ended what ended by then.
func (s *Service) CloseTerm(tx *gorm.DB, term models.Term, last models.Date, reason string, change int64) (models.Term,
	error) {
	if err := Closable(term, last); err != nil {
		return models.Term{}, err
	}
	closed := term
	now := s.clock.UTC()
	closed.To, closed.EndReason, closed.EndChangeID, closed.ClosedAt = last, reason, services.Ref(change), &now
	if !term.To.IsZero() {
		return s.SupersedeTerm(tx, term, closed)
	}
	result := tx.Model(&models.Term{}).Where("id = ? AND to_date IS NULL AND superseded_at IS NULL", term.ID).
		Updates(map[string]any{"to_date": last, "end_reason": reason, "end_change_id": closed.EndChangeID, "closed_at": now})
	if result.Error != nil {
		return models.Term{}, termRefusal(result.Error, "close term")
	}
	if result.RowsAffected == 0 {
		return models.Term{}, services.Conflict("term_changed")
	}
	return closed, nil
}

// Closable refuses a last day on which the term cannot end.
func Closable(term models.Term, last models.Date) error {
	switch {
	case term.SupersededAt != nil:
		return services.Conflict("term_changed")
	case last.Before(term.From):
		return services.Invalid("date_before_term").With("from", term.From)
	case !term.To.IsZero() && !last.Before(term.To):
		return services.Conflict("term_ended").With("to", term.To)
	}
	return nil
}

// SupersedeTerm replaces what is believed of a term by a corrected row; the old
// one stays, marked by what and when. Who gets there second is told
// conflict/term_changed.
func (s *Service) SupersedeTerm(tx *gorm.DB, old, corrected models.Term) (models.Term, error) {
	now := s.clock.UTC()
	// The old row steps aside first: until then the new one overlaps it.
	result := tx.Model(&models.Term{}).Where("id = ? AND superseded_at IS NULL", old.ID).Update("superseded_at", now)
	if result.Error != nil {
		return models.Term{}, fmt.Errorf("supersede term: %w", result.Error)
	}
	if result.RowsAffected == 0 {
		return models.Term{}, services.Conflict("term_changed")
	}
	corrected.ID, corrected.CreatedAt, corrected.SupersededAt, corrected.SupersededBy = 0, now, nil, nil
	corrected.ClosedAt = nil // its end is known from its start
	if err := tx.Create(&corrected).Error; err != nil {
		return models.Term{}, termRefusal(err, "supersede term")
	}
	if err := tx.Model(&models.Term{}).Where("id = ?", old.ID).Update("superseded_by", corrected.ID).Error; err != nil {
		return models.Term{}, fmt.Errorf("supersede term: %w", err)
	}
	return corrected, nil
}

// termRefusal reads the database's own refusals; they end the transaction.
func termRefusal(err error, doing string) error {
	switch {
	case models.IsSlotTaken(err):
		return services.Conflict("post_taken").Because(err)
	case models.IsPersonTaken(err):
		return services.Conflict("already_in_branch").Because(err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// Match finds who in the roster a name and number mean: the one person who
// answers the number under that name, letter case and accents aside. Nobody is
// no error; a number that answers under other names only, and is not shared,
// is conflict/phone_taken.
func (s *Service) Match(tx *gorm.DB, ward int64, name, phone string) (models.Person, bool, error) {
	owners, err := s.WithPhone(tx, ward, phone)
	if err != nil {
		return models.Person{}, false, err
	}
	var refusal error
	for _, owner := range owners {
		if owner.Folded == models.Fold(name) {
			return owner, true, nil
		}
		if !owner.PhoneShared {
			refusal = services.Conflict("phone_taken")
		}
	}
	return models.Person{}, false, refusal
}

// Term reads one term of the actor's ward; another's is not_found/term.
func (s *Service) Term(ctx context.Context, actor services.Actor, id int64) (models.Term, error) {
	return services.Take[models.Term](s.store.WithContext(ctx), actor, "term", id)
}
