package bank

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/sheet"
)

// A phrase that is not surely an answer is asked, once for all its rows, and what
// is said of it is remembered for the ward: banks say the same every month.

// mostAsked is how many phrases of a sheet are asked; a column that says more of
// them is no column of answers, and its rows are shown as wrong.
const mostAsked = 6

// Question is a phrase that is not surely an answer.
type Question struct {
	Said
	Key     string   // to answer by
	Answers []string // that may be given
	More    int      // phrases to be asked after it
}

// keyOf names a phrase on a button.
func keyOf(words string) string {
	sum := sha256.Sum256([]byte(words))
	return hex.EncodeToString(sum[:6])
}

// answersTo are what may be said of a phrase: never that the money went, where it
// has a denial, a part or a return in it.
func answersTo(text string) []string {
	all := []string{string(answerPaid), string(answerFailed), string(answerReturned), string(answerWaiting)}
	if sheet.Says(text, doubts) {
		return all[1:]
	}
	return all
}

// questionOf is the first phrase to be asked about; nil where none is, or too many.
func questionOf(said []Said) *Question {
	var unsure []Said
	for _, one := range said {
		if one.Answer == "" && sheet.Words(one.Text) != "" {
			unsure = append(unsure, one)
		}
	}
	if len(unsure) == 0 || len(unsure) > mostAsked {
		return nil
	}
	first := unsure[0]
	return &Question{Said: first, Key: keyOf(sheet.Words(first.Text)), Answers: answersTo(first.Text),
		More: len(unsure) - 1}
}

// vocabulary reads what a ward has said of phrases.
func (s *Service) vocabulary(db *gorm.DB, ward int64) (vocabulary, error) {
	var rows []models.ResultWord
	if err := services.InWard(db, ward).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("words of banks: %w", err)
	}
	known := vocabulary{}
	for _, row := range rows {
		known[row.Words] = answer(row.Answer)
	}
	return known, nil
}

// Learn remembers what a phrase of a kept sheet means, and reads the sheet anew.
// It is invalid/result_answer what may not be said of that phrase; a phrase that
// the sheet does not ask about (any more) changes nothing.
func (s *Service) Learn(ctx context.Context, actor services.Actor, id int64, key, means string) (Preview, error) {
	name, content, err := s.Sheet(ctx, actor, id)
	if err != nil {
		return Preview{}, err
	}
	db := s.store.WithContext(ctx)
	known, err := s.vocabulary(db, actor.Ward)
	if err != nil {
		return Preview{}, err
	}
	read, err := read(ctx, content, s.today(), known)
	if err != nil {
		return Preview{}, err
	}
	for _, one := range read.said(known) {
		words := sheet.Words(one.Text)
		if one.Answer != "" || keyOf(words) != key {
			continue
		}
		if !slices.Contains(answersTo(one.Text), means) {
			return Preview{}, services.Invalid("result_answer")
		}
		row := models.ResultWord{WardID: actor.Ward, Words: words, Text: one.Text, Answer: means,
			StaffID: services.Ref(actor.Staff), At: s.clock.UTC()}
		err := db.Transaction(func(tx *gorm.DB) error {
			said := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
			if said.Error != nil || said.RowsAffected == 0 { // a colleague was quicker
				return said.Error
			}
			return s.audit.Record(tx, actor, "results.word_said", fmt.Sprintf("result_word:%d", row.ID),
				journal.Detail{"answer": means, "rows": one.Rows})
		})
		if err != nil {
			return Preview{}, fmt.Errorf("learn: %w", err)
		}
	}
	return s.again(ctx, actor, id, name, content)
}

// Words are the phrases that the ward has said the meaning of, the newest first.
func (s *Service) Words(ctx context.Context, actor services.Actor) ([]models.ResultWord, error) {
	if err := may(actor); err != nil {
		return nil, err
	}
	var rows []models.ResultWord
	err := services.InWard(s.store.WithContext(ctx), actor.Ward).Order("at DESC, id DESC").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("words of banks: %w", err)
	}
	return rows, nil
}

// Forget has a phrase asked again.
func (s *Service) Forget(ctx context.Context, actor services.Actor, id int64) error {
	if err := may(actor); err != nil {
		return err
	}
	row, err := services.Take[models.ResultWord](s.store.WithContext(ctx), actor, "result_word", id)
	if err != nil {
		return err
	}
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Delete(&row).Error; err != nil {
			return fmt.Errorf("forget: %w", err)
		}
		return s.audit.Record(tx, actor, "results.word_forgotten", fmt.Sprintf("result_word:%d", row.ID),
			journal.Detail{"answer": row.Answer})
	})
}
