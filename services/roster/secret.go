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

// secretPlace is where the vault seals numbers that are not in the roster yet.
const secretPlace = "roster.secret"

// ConcealAccount seals an account number; ConcealCitizen a citizen's number.
func (s *Service) ConcealAccount(number string) (Secret, error) { return s.conceal(bankHash, number) }
func (s *Service) ConcealCitizen(number string) (Secret, error) {
	return s.conceal(citizenHash, number)
}

func (s *Service) conceal(kind, number string) (Secret, error) {
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

// SameAccount reports whether the person is paid to the account already.
func SameAccount(person models.Person, secret Secret) bool {
	return secret.Mark != "" && hex.EncodeToString(person.BankHash) == secret.Mark
}

// SameCitizen reports whether the person is known by the number already.
func SameCitizen(person models.Person, secret Secret) bool {
	return secret.Mark != "" && hex.EncodeToString(person.CitizenHash) == secret.Mark
}

// AccountHolders counts who else of the ward is paid to the account: a couple
// may share one, and so may two who should not.
func (s *Service) AccountHolders(tx *gorm.DB, ward int64, secret Secret, person int64) (int64, error) {
	hash, err := hex.DecodeString(secret.Mark)
	if err != nil {
		return 0, fmt.Errorf("mark: %w", err)
	}
	var others int64
	err = services.InWard(tx.Model(&models.Person{}), ward).Where("bank_hash = ? AND id <> ?", models.Hash(hash),
		person).Count(&others).Error
	if err != nil {
		return 0, fmt.Errorf("find account: %w", err)
	}
	return others, nil
}
