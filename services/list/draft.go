package list

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
	"canbobot/services/outbox"
)

// Current is a list as it is now: a draft is reckoned anew where the roster, a
// policy or an earlier list has changed since, so that nobody reads an old one.
func (s *Service) Current(ctx context.Context, actor services.Actor, id int64) (models.PaymentRun, error) {
	if err := money.StaffOnly(actor); err != nil {
		return models.PaymentRun{}, err
	}
	run, err := takeRun(s.store.WithContext(ctx), actor, id)
	if err != nil || run.State != models.RunDraft {
		return run, err
	}
	// Nearly always it is as it was, and whoever only reads it holds up nobody.
	seen := run
	if _, err := frozen(s.store.WithContext(ctx), &seen); services.CodeOf(err) != "run_stale" {
		if services.CodeOf(err) == "run_empty" {
			err = nil
		}
		run.Through = seen.Through // a draft goes out as the ward pays now
		return run, err
	}
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := services.LockWard(tx, run.WardID); err != nil {
			return err
		}
		if run, err = takeRun(tx, actor, id); err != nil || run.State != models.RunDraft {
			return err
		}
		changed, err := s.redo(tx, &run)
		if err != nil || !changed {
			return err
		}
		run.Version++
		if err := tx.Model(&run).Select("total", "people", "version", "through").Updates(&run).Error; err != nil {
			return fmt.Errorf("run: %w", err)
		}
		return s.outbox.Redraw(ctx, tx, actor, run.WardID, outbox.Run, run.ID)
	})
	return run, err
}

// Code is what tells two contents of a list apart, on its card and at the foot of
// its papers: the beginning of the hash over all that it pays and to whom.
func (s *Service) Code(db *gorm.DB, run models.PaymentRun) (string, error) {
	sum := []byte(run.ContentHash)
	if len(sum) == 0 {
		seal, err := stored(db, run)
		if err != nil {
			return "", err
		}
		sum = seal.sum()
	}
	code := strings.ToUpper(hex.EncodeToString(sum[:4]))
	return code[:4] + "-" + code[4:], nil
}

// asOfNow puts what a draft would pay now in place of what it had when it was
// last reckoned.
func asOfNow(db *gorm.DB, ward, person int64, lines []*listedLine) ([]*listedLine, error) {
	var current []*listedLine
	var done []int64
	for _, line := range lines {
		switch row := line.row; {
		case row.RunState != models.RunDraft:
			current = append(current, line)
		case len(done) == 0 || done[len(done)-1] != row.RunID: // two rows of a human that was merged are one line
			done = append(done, row.RunID)
			there, err := line.reckon(db, ward, person)
			if err != nil {
				return nil, err
			}
			if there {
				current = append(current, line)
			}
		}
	}
	return current, nil
}

// reckon makes the line of a draft what it would be now; it reports whether
// there is one.
func (l *listedLine) reckon(db *gorm.DB, ward, person int64) (bool, error) {
	run := models.PaymentRun{ID: l.row.RunID, WardID: ward, Month: l.row.RunMonth, Covers: l.row.Covers,
		State: models.RunDraft}
	reckoning, err := newReckoning(db, run)
	if err != nil {
		return false, err
	}
	var people []models.Person
	if err := services.InWard(db, ward).Select("id", "name",
		"bank_name", "bank_tail", "bank_hash", "pay_way", "bank_holder", "bank_relation").
		Where("id = ?", person).Find(&people).Error; err != nil {
		return false, fmt.Errorf("person %d: %w", person, err)
	}
	if len(people) == 0 {
		return false, nil
	}
	fresh, err := reckoning.reckon(people)
	if err != nil || len(fresh) == 0 {
		return false, err
	}
	l.row.LineAmount, l.row.LineState, l.row.BankTail = fresh[0].Amount, fresh[0].State, fresh[0].BankTail
	l.parts, err = partsOf(db, reckoning.calculus, fresh[0].Components)
	return true, err
}

// partsOf explains components by the names of their policies, branches and posts.
func partsOf(db *gorm.DB, calculus money.Calculus, components []models.PaymentComponent) ([]PartView, error) {
	policies := map[int64]string{}
	for _, policy := range calculus.Policies {
		policies[policy.ID] = policy.Name
	}
	terms := make([]int64, len(components))
	for i, c := range components {
		terms[i] = c.TermID
	}
	var posts []struct {
		ID     int64
		Title  string
		From   models.Date
		Branch string
	}
	err := db.Raw(`SELECT t.id, t.title, t.from_date AS "from", b.name AS branch
FROM terms t JOIN branches b ON b.id = t.branch_id WHERE t.id IN ?`, terms).Scan(&posts).Error
	if err != nil {
		return nil, fmt.Errorf("posts of a draft: %w", err)
	}
	parts := make([]PartView, len(components))
	for i, c := range components {
		part := PartView{Component: money.Component{Month: c.Month, PolicyID: c.PolicyID, TermID: c.TermID,
			BranchID: c.BranchID, Role: c.Role, Amount: c.Amount, Rate: c.Rate, Basis: c.Basis, Why: c.Why, Days: c.Days,
			Deducted: c.Deducted},
			PolicyName: policies[c.PolicyID]}
		for _, post := range posts {
			if post.ID == c.TermID {
				part.Title, part.From, part.BranchName = post.Title, post.From, post.Branch
			}
		}
		parts[i] = part
	}
	return parts, nil
}
