package channels

import (
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vault"
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Where the vault seals a channel's pair.
func (t *Tokens) accessPlace() vault.Place  { return vault.In(models.ChannelAccess, t.channel) }
func (t *Tokens) refreshPlace() vault.Place { return vault.In(models.ChannelRefresh, t.channel) }

// tokenHash is the kind of the vault's hashes of refresh tokens.
const tokenHash = "channel_tokens.refresh"

// PurgeRenewals forgets when tokens were renewed.
var PurgeRenewals = services.Purge{Name: "channel_token_events",
	Basis: "security of processing: how a channel was lost is looked into afterwards",
	What:  "when channels' tokens were renewed",
	Kept:  180 * 24 * time.Hour, SQL: "DELETE FROM channel_token_events WHERE at < ?"}

// answer is a pair on its way to the database. After is the keyed hash of the
// refresh token that it was had for: it follows that one and no other.
type answer struct {
	Generation      int64
	After           []byte
	Access, Refresh string
	Issued, Expires time.Time
}

func (t *Tokens) hash(refresh string) []byte { return t.vault.Hash(tokenHash, refresh) }

// keep writes the platform's answer down: to the file, to the database for as
// long as it takes, and removes the file.
func (t *Tokens) keep(before held, next Pair, asked time.Time) (held, error) {
	a := answer{
		Generation: before.generation + 1, After: t.hash(before.refresh),
		Access: next.Access, Refresh: next.Refresh, Issued: asked, Expires: asked.Add(next.life()),
	}
	t.mu.Lock()
	t.keeping = true
	t.mu.Unlock()
	kept := false
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.keeping = false
		if !kept {
			t.unkept = &a
		}
	}()
	if err := t.writeFile(a); err != nil {
		t.logger.Error("new channel token has no file: until the database has it, only this process does", "generation",
			a.Generation, "error", err)
	}
	ctx, cancel := context.WithTimeout(t.life, keepFor)
	defer cancel()
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := t.keepIn(ctx, a, eventRenewed)
		if err == nil {
			break
		}
		t.logger.Warn("new channel token not in the database yet", "generation", a.Generation, "error", err)
		if !pause(ctx, wait) {
			t.logger.Error("new channel token waits in its file for the database", "generation", a.Generation)
			return held{}, fmt.Errorf("keep channel token: %w", err)
		}
	}
	kept = true
	t.removeFile()
	return t.read(t.life)
}

// keepIn stores an answer in the place of the pair it follows. The lease is not
// asked for: should it have run out under a process that was held up, the answer
// in hand is still the one pair that the platform takes. That the database has
// moved on is no error.
func (t *Tokens) keepIn(ctx context.Context, a answer, what string) error {
	access, err := t.vault.Seal(t.accessPlace(), a.Access)
	if err != nil {
		return err
	}
	refresh, err := t.vault.Seal(t.refreshPlace(), a.Refresh)
	if err != nil {
		return err
	}
	won := false
	err = t.write(ctx, func(tx *gorm.DB) error {
		result := t.row(tx).Where("generation = ?", a.Generation-1).UpdateColumns(map[string]any{
			"access": access, "refresh": refresh, "expires_at": a.Expires, "generation": a.Generation,
			"leased_by": "", "leased_until": nil, "lost_at": nil, "updated_at": a.Issued,
		})
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		won = true
		if err := t.journal(tx, a.Generation, what, ""); err != nil {
			return err
		}
		_, err := t.board.end(tx, t.channel, TroubleToken)
		return err
	})
	if err != nil {
		return err
	}
	if !won {
		t.logger.Warn("channel token was replaced meanwhile", "generation", a.Generation)
		return nil
	}
	t.logger.Info("channel token "+what, "generation", a.Generation)
	return nil
}

// current is the stored pair, after adopting an answer that a crash or a
// database that was away has left behind.
func (t *Tokens) current() (held, error) {
	pair, err := t.read(t.life)
	if err != nil {
		return held{}, err
	}
	left, found := t.left()
	switch {
	case !found:
		return pair, nil
	case left.Generation <= pair.generation:
		t.dropLeft()
		return pair, nil
	case left.Generation != pair.generation+1 || !t.vault.Matches(tokenHash, pair.refresh, left.After):
		t.logger.Error("a left channel token does not follow the stored one: it is set aside", "generation", left.Generation,
			"stored", pair.generation)
		t.setFileAside()
		t.dropLeft()
		return pair, nil
	}
	if err := t.keepIn(t.life, left, eventRecovered); err != nil {
		return held{}, fmt.Errorf("recover channel token: %w", err)
	}
	t.dropLeft()
	return t.read(t.life)
}

// left is an answer that waits for the database, in memory or in the file.
func (t *Tokens) left() (answer, bool) {
	t.mu.Lock()
	keeping, unkept := t.keeping, t.unkept
	t.mu.Unlock()
	switch {
	case keeping:
		return answer{}, false
	case unkept != nil:
		return *unkept, true
	}
	return t.readFile()
}

func (t *Tokens) dropLeft() {
	t.mu.Lock()
	keeping := t.keeping
	t.unkept = nil
	t.mu.Unlock()
	if !keeping {
		t.removeFile()
	}
}
