package roster

import (
	"encoding/json"
	"fmt"

	"canbobot/models"
	"canbobot/services/vault"
)

func movedPlace(merge models.PersonMerge) vault.Place {
	return vault.In(models.MergeMoved, merge.WardID, merge.ID)
}

// moved reads what a merger did.
func (s *Secrets) moved(merge models.PersonMerge) (record moved, err error) {
	text, err := s.vault.Open(movedPlace(merge), merge.Moved)
	if err == nil {
		err = json.Unmarshal([]byte(text), &record)
	}
	if err != nil {
		return moved{}, fmt.Errorf("read merger: %w", err)
	}
	return record, nil
}

// numbers are a row's sealed numbers, open.
type numbers struct{ citizen, account string }

// opened reads the sealed numbers that an identity has as the row's own. Records
// of an earlier release hold them sealed for the column only.
func (s *Secrets) opened(i identity, row models.Person) (n numbers, err error) {
	for _, one := range []struct {
		secret *models.Secret
		sealed models.Sealed
		number *string
	}{{models.CitizenID, i.CitizenID, &n.citizen}, {models.BankAccount, i.BankAccount, &n.account}} {
		place := vault.In(one.secret, row.WardID, row.ID)
		if vault.Loose(string(one.sealed)) != "" {
			place = vault.Outside(one.secret.Name())
		}
		if *one.number, err = s.vault.Open(place, one.sealed); err != nil {
			return n, fmt.Errorf("numbers of person %d: %w", row.ID, err)
		}
	}
	return n, nil
}

// restored is an identity as a row may have it: its numbers sealed for that row.
func (s *Secrets) restored(i identity, row models.Person) (identity, error) {
	n, err := s.opened(i, row)
	if err != nil {
		return i, err
	}
	is, err := s.given(i, n, row)
	if vault.Bound(string(i.CitizenID)) == s.vault.ID() {
		is.CitizenID = i.CitizenID
	}
	if vault.Bound(string(i.BankAccount)) == s.vault.ID() {
		is.BankAccount = i.BankAccount
	}
	return is, err
}

// given seals numbers for a row.
func (s *Secrets) given(i identity, n numbers, row models.Person) (identity, error) {
	var err error
	if i.CitizenID, err = s.vault.Seal(vault.In(models.CitizenID, row.WardID, row.ID), n.citizen); err == nil {
		i.BankAccount, err = s.vault.Seal(vault.In(models.BankAccount, row.WardID, row.ID), n.account)
	}
	if err != nil {
		return i, fmt.Errorf("seal numbers of person %d: %w", row.ID, err)
	}
	i.CitizenHash, i.BankHash = s.vault.Hash(citizenHash, n.citizen), s.vault.Hash(bankHash, n.account)
	return i, nil
}

// oneCitizen reports whether two people have the same citizen's number.
func (s *Secrets) oneCitizen(a, b models.Person) bool {
	number, err := s.citizen(a)
	return err == nil && s.vault.Matches(citizenHash, number, b.CitizenHash)
}

// filled is what is known of one with what is known of the other where it is
// nothing: an account with its bank, a number with whether it is shared.
func (s *Secrets) filled(kept, dropped models.Person) (identity, error) {
	i, other := identityOf(kept), identityOf(dropped)
	n, err := s.opened(i, kept)
	if err != nil {
		return i, err
	}
	more, err := s.opened(other, dropped)
	if err != nil {
		return i, err
	}
	if i.Phone == "" {
		i.Phone, i.PhoneShared = other.Phone, other.PhoneShared
	}
	if i.BirthDate.IsZero() && (i.BirthYear == 0 || i.BirthYear == other.BirthYear) {
		i.BirthDate, i.BirthYear = other.BirthDate, max(i.BirthYear, other.BirthYear)
	}
	if n.citizen == "" {
		n.citizen = more.citizen
	}
	if n.account == "" && i.PayWay == "" {
		n.account, i.Destination = more.account, other.Destination
	}
	if i.DiedOn.IsZero() {
		i.DiedOn = other.DiedOn
	}
	return s.given(i, n, kept)
}

// changedBack gives back what the merger filled in and nobody has changed since.
func (s *Secrets) changedBack(kept models.Person, record moved) (identity, error) {
	is, was, filled := identityOf(kept), record.Kept, record.Filled
	n, err := s.opened(is, kept)
	if err != nil {
		return is, err
	}
	had, err := s.opened(was, kept)
	if err != nil {
		return is, err
	}
	got, err := s.opened(filled, kept)
	if err != nil {
		return is, err
	}
	if is.Phone == filled.Phone {
		is.Phone, is.PhoneShared = was.Phone, was.PhoneShared
	}
	if is.BirthDate == filled.BirthDate && is.BirthYear == filled.BirthYear {
		is.BirthDate, is.BirthYear = was.BirthDate, was.BirthYear
	}
	if n.citizen == got.citizen {
		n.citizen = had.citizen
	}
	if n.account == got.account && is.SameBut(filled.Destination) {
		n.account, is.Destination = had.account, was.Destination
	}
	if is.DiedOn == filled.DiedOn {
		is.DiedOn = was.DiedOn
	}
	return s.given(is, n, kept)
}

// account opens a person's account number, citizen their citizen's number; "" when
// none is known.
func (s *Secrets) account(person models.Person) (string, error) {
	return s.vault.Open(vault.In(models.BankAccount, person.WardID, person.ID), person.BankAccount)
}

func (s *Secrets) citizen(person models.Person) (string, error) {
	return s.vault.Open(vault.In(models.CitizenID, person.WardID, person.ID), person.CitizenID)
}
