// Package phrases counts what the bot was not sure to understand, by ward, day
// and likeliest intent. What was written is kept only where the ward's
// administrator turned that on: masked, for 30 days, and never by whom.
package phrases

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

const (
	keptFor = 30 * 24 * time.Hour
	// keptMost bounds what one ward keeps, so that nobody fills the table.
	keptMost   = 5000
	shownMost  = 200
	maxPhrases = 50
)

// Service counts and keeps for every ward.
type Service struct {
	store *models.Store
	audit *journal.Service
	clock services.Clock
}

func New(store *models.Store, audit *journal.Service, clock services.Clock) *Service {
	return &Service{store: store, audit: audit, clock: clock}
}

// Unclear is what was said, as far as it was understood.
type Unclear struct {
	Intent string   // the likeliest, or "unknown"
	Text   string   // as typed; masked before it is kept, and kept only where the ward wants it
	Names  []string // people's names that were found in it
}

var intentName = regexp.MustCompile(`^[a-z_]{1,40}$`)

// Count counts one text of somebody of the actor's ward; nobody's ward counts
// nothing. What is no intent's name is an error of the caller's.
func (s *Service) Count(ctx context.Context, actor services.Actor, unclear Unclear) error {
	if actor.Ward == 0 {
		return nil
	}
	if !intentName.MatchString(unclear.Intent) {
		return errors.New("count phrase: not the name of an intent")
	}
	now := s.clock.UTC()
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO phrase_counts (ward_id, day, intent, times) VALUES (?, ?, ?, 1)
ON CONFLICT (ward_id, day, intent) DO UPDATE SET times = phrase_counts.times + 1`,
			actor.Ward, models.DateOf(s.clock.Local()), unclear.Intent).Error
		if err != nil {
			return fmt.Errorf("count phrase: %w", err)
		}
		keeping, err := keeps(tx, actor.Ward)
		if err != nil || !keeping {
			return err
		}
		var kept int64
		if err := services.InWard(tx.Model(&models.KeptPhrase{}), actor.Ward).Count(&kept).Error; err != nil {
			return fmt.Errorf("count phrase: %w", err)
		}
		masked := Mask(unclear.Text, unclear.Names...)
		if masked == "" || kept >= keptMost {
			return nil
		}
		row := models.KeptPhrase{WardID: actor.Ward, Intent: unclear.Intent, Masked: masked, CreatedAt: now}
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("keep phrase: %w", err)
		}
		return nil
	})
}

func keeps(tx *gorm.DB, ward int64) (bool, error) {
	var keeping bool
	if err := tx.Model(&models.Ward{}).Select("keep_phrases").Where("id = ?", ward).Scan(&keeping).Error; err != nil {
		return false, fmt.Errorf("ward keeps phrases: %w", err)
	}
	return keeping, nil
}

// Keep turns on or off that a ward keeps masked phrases, for its administrator;
// what was kept goes when it is turned off. It refuses with denied/role and
// not_found/ward.
func (s *Service) Keep(ctx context.Context, actor services.Actor, ward int64, on bool) error {
	if err := actor.Need(services.Admin); err != nil {
		return err
	}
	if actor.In(ward) != nil {
		return services.NotFound("ward")
	}
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		result := tx.Model(&models.Ward{}).Where("id = ?", ward).UpdateColumn("keep_phrases", on)
		if result.Error != nil {
			return fmt.Errorf("keep phrases: %w", result.Error)
		}
		if result.RowsAffected == 0 {
			return services.NotFound("ward")
		}
		if !on {
			if err := services.InWard(tx, ward).Delete(&models.KeptPhrase{}).Error; err != nil {
				return fmt.Errorf("keep phrases: %w", err)
			}
		}
		return s.audit.Record(tx, actor, "phrases.keep", fmt.Sprintf("ward:%d", ward), journal.Detail{"on": on})
	})
}

// Report is what a ward's people wrote that was not understood.
type Report struct {
	Keeping bool
	Since   models.Date
	Counts  []Count
	Kept    []models.KeptPhrase // the newest first
}

// Count is how often an intent was the likeliest and not sure.
type Count struct {
	Intent string
	Times  int64
}

// Of reports the last 30 days of a ward, the most frequent first, to its users.
// It refuses with denied/role and not_found/ward.
func (s *Service) Of(ctx context.Context, actor services.Actor, ward int64) (Report, error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return Report{}, err
	}
	if actor.In(ward) != nil {
		return Report{}, services.NotFound("ward")
	}
	db := s.store.WithContext(ctx)
	report := Report{Since: models.DateOf(s.clock.Local().Add(-keptFor))}
	var err error
	if report.Keeping, err = keeps(db, ward); err != nil {
		return Report{}, err
	}
	err = services.InWard(db.Model(&models.PhraseCount{}).Select("intent, SUM(times) AS times"), ward).Where("day >= ?",
		report.Since).
		Group("intent").Order("times DESC, intent").Limit(maxPhrases).Scan(&report.Counts).Error
	if err != nil {
		return Report{}, fmt.Errorf("phrases: %w", err)
	}
	if !report.Keeping {
		return report, nil
	}
	err = services.InWard(db, ward).Where("created_at >= ?", s.clock.UTC().Add(-keptFor)).
		Clauses(clause.OrderBy{Expression: clause.Expr{SQL: "created_at DESC, id DESC"}}).Limit(shownMost).Find(
		&report.Kept).Error
	if err != nil {
		return Report{}, fmt.Errorf("phrases: %w", err)
	}
	return report, nil
}

// PurgeKept forgets phrases, PurgeCounts how many there were.
var (
	PurgeKept = services.Purge{Name: "kept_phrases",
		Basis: "consent; kept only where the ward turns it on",
		What:  "masked phrases that were not understood", Kept: keptFor,
		SQL: "DELETE FROM kept_phrases WHERE created_at < ?"}
	PurgeCounts = services.Purge{Name: "phrase_counts",
		Basis: "no personal data: numbers only",
		What:  "how many phrases a day were not understood",
		Kept:  365 * 24 * time.Hour, SQL: "DELETE FROM phrase_counts WHERE day < ?"}
)
