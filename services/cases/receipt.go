package cases

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Word is what an officer says of money that was paid to them.
type Word struct {
	Line   int64
	Answer models.ReceiptAnswer
	Amount int64  // đồng that came, for ReceiptLess
	Text   string // what the clerk reads in the case, where the answer opens one
}

// Received keeps the officer's word on a line of their own; another word
// replaces it, the same one again changes nothing. "Less" and "none" open a
// case about the month, or join the one that is open; "full" closes the case
// that the officer's own word had opened. It refuses with
// conflict/line_not_paid, invalid/receipt_amount unless 0 < Amount <
// the line's, and as Open does.
func (s *Service) Received(ctx context.Context, actor services.Actor, word Word) (models.LineReceipt, error) {
	if err := officer(actor); err != nil {
		return models.LineReceipt{}, err
	}
	text := ""
	switch word.Answer {
	case models.ReceiptFull:
	case models.ReceiptLess, models.ReceiptNone:
		var err error
		if text, err = clean(word.Text); err != nil {
			return models.LineReceipt{}, err
		}
	default:
		return models.LineReceipt{}, services.Invalid("receipt")
	}
	if word.Answer != models.ReceiptLess {
		word.Amount = 0
	}
	var receipt models.LineReceipt
	err := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		if err := lockPerson(tx, actor); err != nil {
			return err
		}
		line, err := s.money.OwnLine(tx, actor, word.Line)
		if err != nil {
			return err
		}
		if line.State != models.LinePaid {
			return services.Conflict("line_not_paid")
		}
		if word.Answer == models.ReceiptLess && (word.Amount <= 0 || word.Amount >= line.Amount) {
			return services.Invalid("receipt_amount")
		}
		err = tx.Where("line_id = ?", line.ID).Take(&receipt).Error
		switch {
		case errors.Is(err, gorm.ErrRecordNotFound):
			receipt = models.LineReceipt{WardID: line.WardID, RunID: line.RunID, LineID: line.ID, CreatedAt: s.clock.UTC()}
		case err != nil:
			return fmt.Errorf("receipt: %w", err)
		case receipt.Answer == word.Answer && receipt.Amount == word.Amount:
			return nil
		}
		before := receipt.Answer
		receipt.PersonID, receipt.Answer, receipt.Amount, receipt.UpdatedAt = actor.Person, word.Answer, word.Amount,
			s.clock.UTC()
		if err := s.follow(ctx, tx, actor, line, &receipt, text); err != nil {
			return err
		}
		if err := tx.Save(&receipt).Error; err != nil {
			return fmt.Errorf("receipt: %w", err)
		}
		return s.audit.Record(tx, actor, "line.received", fmt.Sprintf("line:%d", line.ID), journal.Detail{
			"run": line.RunID, "from": before, "to": receipt.Answer, "amount": receipt.Amount,
			"case": services.ID(receipt.CaseID),
		})
	})
	return receipt, err
}

// follow opens, joins or closes the case that the word is about.
func (s *Service) follow(ctx context.Context, tx *gorm.DB, actor services.Actor, line models.PaymentLine,
	receipt *models.LineReceipt, text string) error {
	var running []models.Case
	err := tx.Where("person_id = ? AND kind = ? AND state <> ? AND (line_id = ? OR month = ?)", actor.Person,
		models.CasePayment, models.CaseClosed, line.ID, line.Month).
		Order("id").Find(&running).Error
	if err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	now := s.clock.UTC()
	if receipt.Answer == models.ReceiptFull {
		i := slices.IndexFunc(running, func(c models.Case) bool { return receipt.CaseID != nil && c.ID == *receipt.CaseID })
		if i < 0 {
			return nil
		}
		row := running[i]
		row.State, row.ClosedAt, row.UpdatedAt = models.CaseClosed, &now, now
		if err := save(tx, row); err != nil {
			return err
		}
		if err := s.audit.Record(tx, actor, "case.closed", subjectOf(row.ID), nil); err != nil {
			return err
		}
		return s.outbox.Redraw(ctx, tx, actor, row.WardID, outbox.Case, row.ID)
	}
	if len(running) > 0 {
		row := running[0]
		row.State, row.LineID, row.LineState, row.UpdatedAt = models.CaseOpen, &line.ID, line.State, now
		receipt.CaseID = &row.ID
		if err := save(tx, row); err != nil {
			return err
		}
		if err := s.say(tx, actor, row.ID, text); err != nil {
			return err
		}
		if err := s.tellStaff(ctx, tx, row); err != nil {
			return err
		}
		return s.outbox.Redraw(ctx, tx, actor, row.WardID, outbox.Case, row.ID)
	}
	row := models.Case{
		WardID: actor.Ward, PersonID: actor.Person, Kind: models.CasePayment, State: models.CaseOpen, Month: line.Month,
		LineID: &line.ID, LineState: line.State,
		IdempotencyKey: actor.Event, CreatedAt: now, UpdatedAt: now,
	}
	if row.IdempotencyKey == "" {
		row.IdempotencyKey = rand.Text()
	}
	if err := s.begin(ctx, tx, actor, &row, text); err != nil {
		return err
	}
	receipt.CaseID = &row.ID
	return nil
}
