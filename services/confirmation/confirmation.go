package confirmation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/list"
	"canbobot/services/paper"
	"canbobot/services/roster"
	"canbobot/services/vault"
)

const (
	// Validity is how long a paper can be checked.
	Validity = 180 * 24 * time.Hour
	// MaxPerDay is how many papers a person is given in a day.
	MaxPerDay = 5

	hashKind = "confirmation"
)

// Service issues papers and says whether they are true.
type Service struct {
	store  *models.Store
	vault  *vault.Vault
	roster *roster.Service
	list   *list.Service
	audit  *journal.Service
	clock  services.Clock
}

func New(store *models.Store, vault *vault.Vault, roster *roster.Service, list *list.Service, audit *journal.Service,
	clock services.Clock) *Service {
	return &Service{store: store, vault: vault, roster: roster, list: list, audit: audit, clock: clock}
}

// said is what a paper says, as it is kept.
type said struct {
	Name   string
	Posts  []paper.Held `json:",omitempty"`
	Month  models.Month `json:",omitempty"`
	Amount int64        `json:",omitempty"` // đồng
	PaidOn models.Date  `json:",omitzero"`
}

// Office confirms what posts the officer holds today; site is where papers are
// checked, "" for nowhere. Who holds none is not_found/term, who had MaxPerDay
// papers today too_many/confirmations.
func (s *Service) Office(ctx context.Context, actor services.Actor, site string, words paper.Words) (paper.Paper,
	error) {
	if err := actor.Need(services.Officer); err != nil {
		return paper.Paper{}, err
	}
	person, err := s.roster.Person(ctx, actor, actor.Person)
	if err != nil {
		return paper.Paper{}, err
	}
	posts, err := s.held(ctx, actor, actor.Person)
	if err != nil {
		return paper.Paper{}, err
	}
	if len(posts) == 0 {
		return paper.Paper{}, services.NotFound("term")
	}
	row := models.Confirmation{Kind: models.ConfirmsOffice}
	return s.issue(ctx, actor, row, said{Name: person.Name, Posts: posts}, site, words)
}

func (s *Service) held(ctx context.Context, actor services.Actor, person int64) (held []paper.Held, err error) {
	posts, err := s.roster.Posts(ctx, actor, person, models.DateOf(s.clock.Local()))
	for _, post := range posts {
		held = append(held, paper.Held{Title: post.Term.Title, Unit: post.Branch.Name, Since: post.Term.From})
	}
	return held, err
}

// Payment confirms that a line of the officer's own was paid. One that was not is
// conflict/confirm_unpaid; one whose outcome may still be taken back
// conflict/confirm_early, with from when on.
func (s *Service) Payment(ctx context.Context, actor services.Actor, line int64, site string,
	words paper.Words) (paper.Paper, error) {
	if err := actor.Need(services.Officer); err != nil {
		return paper.Paper{}, err
	}
	person, err := s.roster.Person(ctx, actor, actor.Person)
	if err != nil {
		return paper.Paper{}, err
	}
	db := s.store.WithContext(ctx)
	own, err := s.list.OwnLine(db, actor, line)
	if err != nil {
		return paper.Paper{}, err
	}
	if own.State != models.LinePaid || own.Amount <= 0 {
		return paper.Paper{}, services.Conflict("confirm_unpaid")
	}
	var open []models.Settlement
	err = services.InWard(db, actor.Ward).
		Where("told_at IS NULL AND taken_back_at IS NULL AND tell_at > ?", s.clock.UTC()).
		Where("EXISTS (SELECT 1 FROM settled_lines k WHERE k.settlement_id = settlements.id AND k.line_id = ?)", own.ID).
		Order("tell_at DESC").Limit(1).Find(&open).Error
	if err != nil {
		return paper.Paper{}, fmt.Errorf("settlements of line %d: %w", own.ID, err)
	}
	if len(open) > 0 {
		return paper.Paper{}, services.Conflict("confirm_early").
			With("at", open[0].TellAt.Add(time.Minute).In(services.Zone).Format("15:04"))
	}
	row := models.Confirmation{Kind: models.ConfirmsPayment, LineID: &own.ID}
	return s.issue(ctx, actor, row,
		said{Name: person.Name, Month: own.Month, Amount: own.Amount, PaidOn: own.PaidOn}, site, words)
}

func (s *Service) issue(ctx context.Context, actor services.Actor, row models.Confirmation, says said, site string,
	words paper.Words) (drawn paper.Paper, err error) {
	content, err := json.Marshal(says)
	if err != nil {
		return drawn, fmt.Errorf("confirmation: %w", err)
	}
	now := s.clock.UTC()
	row.WardID, row.PersonID, row.Said = actor.Ward, actor.Person, string(content)
	row.IssuedAt, row.ExpiresAt = now, now.Add(Validity)
	address := ""
	if site != "" {
		token := vault.Token()
		row.TokenHash, address = s.vault.Hash(hashKind, token), site+token
	}
	return drawn, s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		// Of two that are asked for at once the second counts the first.
		if _, err := services.Take[models.Person](services.Locked(tx), actor, "person", actor.Person); err != nil {
			return err
		}
		var today int64
		err := services.InWard(tx.Model(&models.Confirmation{}), actor.Ward).
			Where("person_id = ? AND issued_at > ?", actor.Person, now.Add(-24*time.Hour)).Count(&today).Error
		if err != nil {
			return fmt.Errorf("confirmations of today: %w", err)
		}
		if today >= MaxPerDay {
			return services.TooMany("confirmations").With("max", MaxPerDay)
		}
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("issue confirmation: %w", err)
		}
		var ward models.Ward
		if err := tx.Take(&ward, actor.Ward).Error; err != nil {
			return fmt.Errorf("ward: %w", err)
		}
		drawn, err = paper.Confirm(paper.Confirmed{
			Kind: row.Kind, Ward: ward, Number: row.ID, IssuedAt: row.IssuedAt, Until: row.ExpiresAt, Name: says.Name,
			Posts: says.Posts, Month: says.Month, Amount: says.Amount, PaidOn: says.PaidOn, Address: address,
		}, words)
		if err != nil {
			return err
		}
		return s.audit.Record(tx, actor, "confirmation.issued", fmt.Sprintf("person:%d", actor.Person),
			journal.Detail{"kind": row.Kind, "number": row.ID, "line": services.ID(row.LineID)})
	})
}

// Standing is what the page of a paper tells.
type Standing struct {
	Kind     models.ConfirmationKind
	Ward     string // "phường Bắc Hồng Lĩnh"
	IssuedOn models.Date
	Today    bool // the ward's books say so today; otherwise they did on that day
	Name     string
	Posts    []paper.Held
	Month    models.Month
	PaidOn   models.Date

	amount int64
}

// Is reports whether an amount, as somebody reads it off the paper, is the one
// that was paid; what is no amount is not.
func (s Standing) Is(amount string) bool {
	digits := strings.NewReplacer(".", "", ",", "", " ", "", "đ", "").Replace(strings.TrimSpace(amount))
	return s.amount > 0 && digits == fmt.Sprint(s.amount)
}

// Check tells how the paper of a token stands, and changes nothing. One that is
// not known, was revoked, or is too old to be checked is not_found/confirmation
// alike.
func (s *Service) Check(ctx context.Context, token string) (Standing, error) {
	if !vault.IsToken(token) {
		return Standing{}, services.NotFound("confirmation")
	}
	db := s.store.WithContext(ctx)
	var row models.Confirmation
	err := services.AcrossWards(db, "a token leads to its ward").
		Where("token_hash IN ? AND revoked_at IS NULL AND expires_at > ?", s.vault.Hashes(hashKind, token), s.clock.UTC()).
		Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Standing{}, services.NotFound("confirmation")
	}
	if err != nil {
		return Standing{}, fmt.Errorf("confirmation: %w", err)
	}
	var says said
	if err := json.Unmarshal([]byte(row.Said), &says); err != nil {
		return Standing{}, fmt.Errorf("confirmation %d: %w", row.ID, err)
	}
	var ward models.Ward
	if err := db.Take(&ward, row.WardID).Error; err != nil {
		return Standing{}, fmt.Errorf("ward: %w", err)
	}
	standing := Standing{
		Kind: row.Kind, Ward: ward.Kind + " " + ward.Name, IssuedOn: models.DateOf(row.IssuedAt.In(services.Zone)),
		Name: says.Name, Posts: says.Posts, Month: says.Month, PaidOn: says.PaidOn, amount: says.Amount,
	}
	standing.Today, err = s.holds(ctx, row, says)
	return standing, err
}

// holds reports whether the ward's books say today what a paper says.
func (s *Service) holds(ctx context.Context, row models.Confirmation, says said) (bool, error) {
	actor := services.SystemActor(row.WardID)
	person, err := services.Take[models.Person](s.store.WithContext(ctx), actor, "person", row.PersonID)
	if err == nil && person.MergedInto != nil { // the same human, in one row since
		person, err = services.Take[models.Person](s.store.WithContext(ctx), actor, "person", *person.MergedInto)
	}
	if err != nil {
		return false, err
	}
	if person.Name != says.Name {
		return false, nil
	}
	if row.Kind == models.ConfirmsPayment {
		line, err := services.Take[models.PaymentLine](s.store.WithContext(ctx), actor, "line", services.ID(row.LineID))
		return err == nil && line.State == models.LinePaid && line.Amount == says.Amount && line.PaidOn == says.PaidOn, err
	}
	held, err := s.held(ctx, actor, person.ID)
	if err != nil {
		return false, err
	}
	now := make(map[paper.Held]bool, len(held))
	for _, post := range held {
		now[post] = true
	}
	for _, post := range says.Posts {
		if !now[post] {
			return false, nil
		}
	}
	return true, nil
}

// Valid counts the papers of a person that can still be checked, for staff.
func (s *Service) Valid(ctx context.Context, actor services.Actor, person int64) (int, error) {
	if !actor.IsStaff() {
		return 0, services.Denied("role")
	}
	db := s.store.WithContext(ctx)
	if _, err := services.Take[models.Person](db.Select("id"), actor, "person", person); err != nil {
		return 0, err
	}
	var count int64
	err := s.valid(db, actor, person).Count(&count).Error
	return int(count), err
}

func (s *Service) valid(db *gorm.DB, actor services.Actor, person int64) *gorm.DB {
	return services.InWard(db.Model(&models.Confirmation{}), actor.Ward).
		Where("person_id = ? AND revoked_at IS NULL AND expires_at > ?", person, s.clock.UTC())
}

// Revoke has every paper of a person be known no more, and returns how many that
// were: one got into wrong hands, or should never have been issued. For a clerk
// or leader.
func (s *Service) Revoke(ctx context.Context, actor services.Actor, person int64) (revoked int, err error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return 0, err
	}
	return revoked, s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if _, err := services.Take[models.Person](tx.Select("id"), actor, "person", person); err != nil {
			return err
		}
		done := s.valid(tx, actor, person).
			Updates(map[string]any{"revoked_at": s.clock.UTC(), "revoked_by_staff": services.Ref(actor.Staff)})
		if revoked = int(done.RowsAffected); done.Error != nil || revoked == 0 {
			return done.Error
		}
		return s.audit.Record(tx, actor, "confirmation.revoked", fmt.Sprintf("person:%d", person),
			journal.Detail{"papers": revoked})
	})
}

// Purge forgets papers that cannot be checked any more.
var Purge = services.Purge{Name: "confirmations",
	Basis: "no longer than its purpose needs: it cannot be checked any more",
	What:  "what a paper said that an officer asked for, after it can be checked no more",
	SQL:   "DELETE FROM confirmations WHERE expires_at <= ?"}
