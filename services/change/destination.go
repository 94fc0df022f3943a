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

// Destination has Proposal.Person paid elsewhere.
type Destination struct {
	personal
	Account roster.Destination `json:"account"`
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

func (k Destination) tidy(s *Service, _ services.Actor, raw Proposal, clean *Proposal) (err error) {
	k.Account, err = s.roster.Secrets.Tidy(k.Account)
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
	if s.roster.Secrets.SameDestination(p.person, k.Account) {
		return services.Invalid("account_same")
	}
	if k.Account.Way != "" {
		return nil
	}
	var err error
	p.holders, err = s.roster.AccountHolders(tx, p.ward.ID, k.Account.Number, p.person.ID)
	return err
}

func (k Destination) apply(s *Service, tx *gorm.DB, p *plan, _ int64) (map[string]any, error) {
	var err error
	p.person, err = s.roster.SetDestination(tx, p.person, k.Account)
	return map[string]any{}, err
}

func (Destination) rests(p plan, was *base) {
	was.Bank, was.BankHash = accountLine(p.person.BankName, p.person.BankTail), hex.EncodeToString(p.person.BankHash)
	was.Way, was.Holder, was.Relation = p.person.PayWay, p.person.BankHolder, p.person.BankRelation
}

func (Destination) outdated(s *Service, person models.Person, was base) bool {
	same, err := s.roster.Secrets.IsAccount(person, was.BankHash)
	return err != nil || !same || person.PayWay != was.Way || person.BankHolder != was.Holder ||
		person.BankRelation != was.Relation
}

// Fields of a difference that say where money goes: the account, or the way that
// needs none, who holds the account, and the name on it.
const (
	FieldBank     = "bank"
	FieldWay      = "way"
	FieldRelation = "relation"
	FieldHolder   = "holder"
)

func (k Destination) diff(_ *Card, was base) diffs {
	d := diffs{}
	if to := k.Account; to.Way == "" {
		held, _ := vn.BankByCode(to.Bank) // an unknown code was refused when it was proposed
		d = d.add(FieldBank, was.Bank, accountLine(held.Name, to.Number.Tail))
	} else {
		d = append(d, Diff{FieldWay, was.Bank, string(to.Way)})
	}
	if k.Account.Relation != "" {
		d = append(d, Diff{FieldRelation, string(was.Relation), string(k.Account.Relation)})
	}
	if k.Account.Holder != "" {
		d = append(d, Diff{FieldHolder, was.Holder, k.Account.Holder})
	}
	return d
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
	k.Account.Number, k.Account.Holder = marked(k.Account.Number), models.Fold(k.Account.Holder)
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
	return []string{FieldBank, FieldWay, FieldRelation, FieldHolder}
}
