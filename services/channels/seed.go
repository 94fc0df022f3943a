package channels

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
)

// maxSeeds bounds how many of the pairs that an operator has set are known
// again, the latest first.
const maxSeeds = 16

// Seed offers the pair of the settings, at each start. It is stored when nothing
// is; when the chain is lost and an operator has not set this pair before, it is
// a new beginning; otherwise the pair in the database is the better one. It
// fails with ErrNone when there is no pair anywhere, and refuses with
// invalid/token_pair.
func (t *Tokens) Seed(ctx context.Context, pair Pair) error {
	pair, err := clean(pair)
	if err != nil {
		return err
	}
	stored, err := t.look(ctx)
	switch {
	case errors.Is(err, ErrNone):
		if pair.Refresh == "" {
			return ErrNone
		}
		_, err := t.begin(ctx, pair)
		return err
	case err != nil:
		return err
	case pair.Refresh == "" || t.knows(stored.seeds, pair.Refresh):
		return nil
	case !stored.lost:
		t.logger.Info("the settings hold another channel token; the one in the database goes on", "generation",
			stored.generation)
		return nil
	}
	return t.replace(ctx, pair, true)
}

// Restore stores an operator's pair in place of whatever there is. Its access
// token may be missing: the refresh token brings one. It refuses with
// invalid/token_pair.
func (t *Tokens) Restore(ctx context.Context, pair Pair) error {
	pair, err := clean(pair)
	if err != nil {
		return err
	}
	if pair.Refresh == "" {
		return services.Invalid("token_pair")
	}
	if begun, err := t.begin(ctx, pair); err != nil || begun {
		return err
	}
	return t.replace(ctx, pair, false)
}

// clean takes off what pasting leaves around a token.
func clean(pair Pair) (Pair, error) {
	pair.Access, pair.Refresh = strings.TrimSpace(pair.Access), strings.TrimSpace(pair.Refresh)
	if len(pair.Access) > maxToken || len(pair.Refresh) > maxToken || (pair.Refresh == "" && pair.Access != "") {
		return Pair{}, services.Invalid("token_pair")
	}
	return pair, nil
}

func (t *Tokens) knows(seeds []byte, refresh string) bool {
	for ; len(seeds) >= sha256.Size; seeds = seeds[sha256.Size:] {
		if t.vault.Matches(tokenHash, refresh, seeds[:sha256.Size]) {
			return true
		}
	}
	return false
}

// set is the row of a pair that an operator has set.
func (t *Tokens) set(pair Pair) (models.ChannelToken, error) {
	now := t.clock.UTC()
	row := models.ChannelToken{Channel: t.channel, ExpiresAt: now.Add(pair.life()), Seed: t.hash(pair.Refresh),
		CreatedAt: now, UpdatedAt: now}
	if pair.Access == "" {
		row.ExpiresAt = now
	}
	var err error
	if row.Access, err = t.vault.Seal(t.accessPlace(), pair.Access); err != nil {
		return row, err
	}
	row.Refresh, err = t.vault.Seal(t.refreshPlace(), pair.Refresh)
	return row, err
}

// begin stores the first pair; false when there is one.
func (t *Tokens) begin(ctx context.Context, pair Pair) (begun bool, err error) {
	row, err := t.set(pair)
	if err != nil {
		return false, fmt.Errorf("seed channel token: %w", err)
	}
	err = t.write(ctx, func(tx *gorm.DB) error {
		result := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		begun = true
		return t.journal(tx, row.Generation, eventSeeded, "")
	})
	if err != nil {
		return false, fmt.Errorf("seed channel token: %w", err)
	}
	return begun, nil
}

// replace begins anew with a pair; with onlyLost not over one that lives.
func (t *Tokens) replace(ctx context.Context, pair Pair, onlyLost bool) error {
	row, err := t.set(pair)
	if err != nil {
		return fmt.Errorf("set channel token: %w", err)
	}
	replaced := false
	err = t.write(ctx, func(tx *gorm.DB) error {
		var old models.ChannelToken
		if err := t.row(tx).Clauses(clause.Locking{Strength: "UPDATE"}).Take(&old).Error; err != nil {
			return err
		}
		if onlyLost && old.LostAt == nil {
			return nil
		}
		replaced = true
		row.Generation = old.Generation + 1
		seeds := append(row.Seed, old.Seed...)
		err := t.row(tx).UpdateColumns(map[string]any{
			"access": row.Access, "refresh": row.Refresh, "expires_at": row.ExpiresAt, "generation": row.Generation,
			"seed": seeds[:min(len(seeds), maxSeeds*sha256.Size)], "leased_by": "", "leased_until": nil, "lost_at": nil,
			"updated_at": row.UpdatedAt,
		}).Error
		if err != nil {
			return err
		}
		if err := t.journal(tx, row.Generation, eventSeeded, ""); err != nil {
			return err
		}
		_, err = t.board.end(tx, t.channel, TroubleToken)
		return err
	})
	if err != nil {
		return fmt.Errorf("set channel token: %w", err)
	}
	if replaced {
		t.logger.Info("channel token set anew", "generation", row.Generation)
		t.mu.Lock()
		t.seen, t.tried = held{}, time.Time{}
		t.mu.Unlock()
	}
	return nil
}

// OwnedBy notes whose account the pair speaks for, once the platform has said.
func (t *Tokens) OwnedBy(ctx context.Context, id string) error {
	err := t.store.WithContext(ctx).Model(&models.ChannelToken{}).Where("channel = ? AND owner <> ?", t.channel,
		id).Update("owner", id).Error
	if err != nil {
		return fmt.Errorf("channel token: %w", err)
	}
	return nil
}

// stateEvents is how many rows of the journal State shows.
const stateEvents = 20

// State is what an operator may know of a pair.
type State struct {
	Channel, Owner string
	Generation     int64
	Issued, Due    time.Time
	Expires        time.Time
	Lost           *time.Time
	LeasedBy       string // empty when nobody is renewing
	LeasedUntil    *time.Time
	FileWaits      bool                       // an answer has not reached the database
	Events         []models.ChannelTokenEvent // the latest first
}

// State reads the pair's ages and its journal, and changes nothing. It fails
// with ErrNone where there is no pair.
func (t *Tokens) State(ctx context.Context) (State, error) {
	var row models.ChannelToken
	db := t.store.WithContext(ctx)
	err := db.Omit("access", "refresh", "seed").Where("channel = ?", t.channel).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return State{}, ErrNone
	}
	if err != nil {
		return State{}, fmt.Errorf("channel token: %w", err)
	}
	pair := held{issued: row.UpdatedAt.UTC(), expires: row.ExpiresAt.UTC()}
	state := State{
		Channel: t.channel, Owner: row.Owner, Generation: row.Generation,
		Issued: pair.issued, Due: pair.dueAt(), Expires: pair.expires,
		Lost: row.LostAt, LeasedBy: row.LeasedBy, LeasedUntil: row.LeasedUntil,
	}
	_, err = os.Stat(t.path())
	state.FileWaits = err == nil
	if err := db.Where("channel = ?", t.channel).Order("id DESC").Limit(stateEvents).Find(
		&state.Events).Error; err != nil {
		return State{}, fmt.Errorf("channel token: %w", err)
	}
	return state, nil
}
