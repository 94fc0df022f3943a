package roster

import (
	"encoding/hex"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vault"
)

// Secret is a number on its way into the roster, as others keep it meanwhile:
// sealed, known by its tail, and equal to another where the marks are equal.
type Secret struct {
	Plain  string        `json:"-"` // as given; never kept
	Sealed models.Sealed `json:"sealed,omitzero"`
	Mark   string        `json:"mark,omitzero"` // keyed hash, in hex
	Tail   string        `json:"tail,omitzero"` // last four digits
}

// IsZero reports whether no number is given.
func (s Secret) IsZero() bool { return s == Secret{} }

// secretPlace is where the vault seals numbers that are not in the roster yet:
// within a request or a form, which is sealed for its own row.
var secretPlace = vault.Outside("roster.secret")

// Secrets seals and compares numbers, in the roster and on their way there.
type Secrets struct{ vault *vault.Vault }

// ConcealAccount seals an account number; ConcealCitizen a citizen's number.
func (s *Secrets) ConcealAccount(number string) (Secret, error) { return s.conceal(bankHash, number) }
func (s *Secrets) ConcealCitizen(number string) (Secret, error) {
	return s.conceal(citizenHash, number)
}

func (s *Secrets) conceal(kind, number string) (Secret, error) {
	sealed, err := s.vault.Seal(secretPlace, number)
	if err != nil {
		return Secret{}, fmt.Errorf("seal: %w", err)
	}
	return Secret{Plain: number, Sealed: sealed, Mark: hex.EncodeToString(s.vault.Hash(kind, number)),
		Tail: number[max(0, len(number)-4):]}, nil
}

// plain is a number as given, or else the one that is sealed, on its way into
// another row of the roster: no human sees it.
func (secret Secret) plain(vault *vault.Vault, number string) (string, error) {
	if number != "" {
		return number, nil
	}
	return vault.Open(secretPlace, secret.Sealed)
}

// reveal opens a secret for another row: no human sees it.
func (s *Secrets) reveal(secret Secret) (string, error) {
	return secret.plain(s.vault, "")
}

// SameCitizen reports whether the person is known by the number already.
func (s *Secrets) SameCitizen(person models.Person, secret Secret) bool {
	return s.same(citizenHash, secret, person.CitizenHash)
}

// same compares by the number itself: a mark and a hash may be of two keys.
func (s *Secrets) same(kind string, secret Secret, hash models.Hash) bool {
	number, err := s.reveal(secret)
	return err == nil && s.vault.Matches(kind, number, hash)
}

// IsAccount reports whether a mark is of the account to which the person is
// paid; IsCitizen of the number by which they are known. No mark is of none.
func (s *Secrets) IsAccount(person models.Person, mark string) (bool, error) {
	number, err := s.account(person)
	return err == nil && s.marks(bankHash, number, mark), err
}

func (s *Secrets) IsCitizen(person models.Person, mark string) (bool, error) {
	number, err := s.citizen(person)
	return err == nil && s.marks(citizenHash, number, mark), err
}

func (s *Secrets) marks(kind, number, mark string) bool {
	hash, err := hex.DecodeString(mark)
	return err == nil && (s.vault.Matches(kind, number, hash) || number == "" && mark == "")
}

// AccountHolders counts who else of the ward is paid to the account: a couple
// may share one, and so may two who should not.
func (s *Service) AccountHolders(tx *gorm.DB, ward int64, secret Secret, person int64) (int64, error) {
	number, err := s.Secrets.reveal(secret)
	if err != nil {
		return 0, fmt.Errorf("open account: %w", err)
	}
	var others int64
	err = services.InWard(tx.Model(&models.Person{}), ward).Where("bank_hash IN ? AND id <> ?",
		s.vault.Hashes(bankHash, number), person).Count(&others).Error
	if err != nil {
		return 0, fmt.Errorf("find account: %w", err)
	}
	return others, nil
}
