package change

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// Destination has Proposal.Person paid to another account.
type Destination struct {
	personal
	Account Account `json:"account"`
}

// Account is where a person asks to be paid.
type Account struct {
	Bank   string        `json:"bank,omitzero"` // code of services/vn
	Number roster.Secret `json:"number,omitzero"`
}

func init() { register[Destination]() }

// Traits of what says where money goes: only the person or the ward propose it,
// each signature is given on its own and with a code, and the person hears of it.
func (Destination) Traits() Traits {
	return Traits{
		Kind: approve.Kind{Name: "destination", Place: 5, Proposers: []string{approve.BySelf, approve.ByStaff},
			StepUp: "it says where somebody's money goes", HandsOff: true},
		OfPerson: true, Self: true, Alone: true, Told: true,
	}
}

func (k Destination) tidy(s *Service, _ services.Actor, raw Proposal, clean *Proposal) error {
	held, err := vn.BankByCode(k.Account.Bank)
	if err != nil {
		return err
	}
	number, err := vn.ParseAccount(k.Account.Number.Plain)
	if err != nil {
		return err
	}
	k.Account.Bank = held.Code
	k.Account.Number, err = s.roster.Secrets.ConcealAccount(number)
	clean.Person, clean.Kind = raw.Person, k
	return err
}

// untrusted refuses where the ward lets nobody type an account number on the channel
// that the actor writes from: with all such channels, and whom to call instead.
func untrusted(ward models.Ward, actor services.Actor) error {
	channels := strings.Split(ward.AccountsNotOn, ",")
	if actor.Channel != "" && slices.Contains(channels, actor.Channel) {
		return services.Denied("channel_untrusted").With("channels", channels).With("phone", ward.ClerkPhone)
	}
	return nil
}

// MayTypeAccount refuses, before anything is asked, with denied/channel_untrusted
// (channels, phone) on a channel on which the ward lets nobody type an account number.
func (s *Service) MayTypeAccount(ctx context.Context, actor services.Actor) error {
	if err := proposer(actor); err != nil {
		return err
	}
	var ward models.Ward
	columns := s.store.WithContext(ctx).Select("accounts_not_on", "clerk_phone")
	if err := columns.Take(&ward, actor.Ward).Error; err != nil {
		return fmt.Errorf("read ward: %w", err)
	}
	return untrusted(ward, actor)
}

func (k Destination) fill(s *Service, tx *gorm.DB, actor services.Actor, p *plan) error {
	if err := untrusted(p.ward, actor); err != nil {
		return err
	}
	if !p.person.DiedOn.IsZero() {
		return services.Conflict("person_died")
	}
	held, err := vn.BankByCode(k.Account.Bank)
	if err != nil {
		return err
	}
	if s.roster.Secrets.SameAccount(p.person, k.Account.Number) && p.person.BankName == held.Name {
		return services.Invalid("account_same")
	}
	p.holders, err = s.roster.AccountHolders(tx, p.ward.ID, k.Account.Number, p.person.ID)
	return err
}

func (k Destination) apply(s *Service, tx *gorm.DB, p *plan, _ int64) (map[string]any, error) {
	held, err := vn.BankByCode(k.Account.Bank)
	if err != nil {
		return nil, err
	}
	p.person, err = s.roster.SetBank(tx, p.person, roster.Account{Bank: held.Name, Secret: k.Account.Number})
	return map[string]any{}, err
}

func (Destination) rests(p plan, was *base) {
	was.Bank, was.BankHash = accountLine(p.person.BankName, p.person.BankTail), hex.EncodeToString(p.person.BankHash)
}

func (Destination) outdated(s *Service, person models.Person, was base) bool {
	same, err := s.roster.Secrets.IsAccount(person, was.BankHash)
	return err != nil || !same
}

func (k Destination) diff(_ *Card, was base) diffs {
	held, _ := vn.BankByCode(k.Account.Bank) // an unknown code was refused when it was proposed
	return diffs{}.add("bank", was.Bank, accountLine(held.Name, k.Account.Number.Tail))
}

// accountLine shows an account by its bank and its last digits.
func accountLine(bank, tail string) string {
	if tail == "" {
		return ""
	}
	return bank + " ****" + tail
}

func (k Destination) reveals() roster.Secret { return k.Account.Number }

func (k Destination) substance(p Proposal) Proposal {
	k.Account.Number = marked(k.Account.Number)
	p.Kind = k
	return k.personal.substance(p)
}

// marked leaves of a sealed number its mark: sealed twice, one looks like two.
func marked(number roster.Secret) roster.Secret { return roster.Secret{Mark: number.Mark} }

func (Destination) withhold(p *Proposal, subject, _ bool) []string {
	if subject {
		return nil
	}
	p.Kind = Destination{}
	return []string{"bank"}
}
