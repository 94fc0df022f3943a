package downloads

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/vault"
)

const (
	// MaxSize bounds a file, in bytes.
	MaxSize = 8 << 20
	// Validity is how long a link works.
	Validity = 15 * time.Minute
	// keep is how long it stays known that there was a file, without the file.
	keep = 30 * 24 * time.Hour

	hashKind = "download"
)

// File is what a person gets.
type File struct {
	Name    string
	MIME    string
	Content []byte
}

// View is what may be shown of a file before it is taken.
type View struct {
	Name      string
	MIME      string
	Size      int64 // bytes
	ExpiresAt time.Time
	Left      time.Duration // until ExpiresAt
	Picture   bool
}

// Service offers files and hands them out.
type Service struct {
	store *models.Store
	vault *vault.Vault
	audit *journal.Service
	clock services.Clock
}

func New(store *models.Store, vault *vault.Vault, audit *journal.Service, clock services.Clock) *Service {
	return &Service{store: store, vault: vault, audit: audit, clock: clock}
}

// Offer keeps a file for whoever is linked in a chat, encrypted, and returns the
// token under which they find it: once for a document, again and again for a
// picture. A file over MaxSize is invalid/file_size; a chat where nobody is
// linked, or has agreed to be written to, is not_found/account.
func (s *Service) Offer(ctx context.Context, channel, chatID string, file File, picture bool) (token string,
	err error) {
	if len(file.Content) > MaxSize {
		return "", services.Invalid("file_size").With("max", MaxSize>>20)
	}
	account, err := s.accountAt(ctx, channel, chatID)
	if err != nil {
		return "", err
	}
	token = vault.Token()
	row := models.Download{
		WardID: account.WardID, AccountID: account.ID, PersonID: account.PersonID, StaffID: account.StaffID,
		TokenHash: s.vault.Hash(hashKind, token), Name: cleanName(file.Name), MIME: cleanMIME(file.MIME),
		Size: int64(len(file.Content)), Picture: picture, ExpiresAt: s.clock.UTC().Add(Validity),
	}
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		ids, err := s.store.Reserve(tx, "downloads", 1)
		if err != nil {
			return err
		}
		row.ID = ids[0]
		if row.Content, err = s.vault.Seal(place(row), string(file.Content)); err != nil {
			return fmt.Errorf("seal download: %w", err)
		}
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("offer download: %w", err)
		}
		return s.record(tx, services.System, "file.offered", row, channel)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// writable holds of accounts a that may be given something: linked, agreed, and
// not of staff who have been retired.
const writable = `a.unlinked_at IS NULL
	AND EXISTS (SELECT 1 FROM consents c WHERE c.account_id = a.id AND c.withdrawn_at IS NULL)
	AND (a.staff_id IS NULL OR EXISTS (SELECT 1 FROM staff s WHERE s.id = a.staff_id AND s.active))`

func (s *Service) accountAt(ctx context.Context, channel, chatID string) (models.Account, error) {
	var account models.Account
	if channel == "" || chatID == "" { // of an account that has been erased
		return account, services.NotFound("account")
	}
	err := s.store.WithContext(ctx).Table("accounts AS a").
		Where("a.channel = ? AND a.chat_id = ?", channel, chatID).Where(writable).
		Order("a.last_seen_at DESC, a.id DESC").Limit(1).Take(&account).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return account, services.NotFound("account")
	}
	if err != nil {
		return account, fmt.Errorf("account of a chat: %w", err)
	}
	return account, nil
}

func place(row models.Download) vault.Place {
	return vault.In(models.DownloadContent, row.WardID, row.ID)
}

// Look tells what a token leads to, and spends nothing. An unknown token and one
// that leads nowhere any more are not_found/download alike.
func (s *Service) Look(ctx context.Context, token string) (View, error) {
	hash, err := s.hashOf(token)
	if err != nil {
		return View{}, err
	}
	row, err := s.row(s.store.WithContext(ctx), hash)
	if err != nil {
		return View{}, err
	}
	expires := row.ExpiresAt.UTC()
	return View{
		Name: row.Name, MIME: row.MIME, Size: row.Size, Picture: row.Picture,
		ExpiresAt: expires, Left: expires.Sub(s.clock.UTC()),
	}, nil
}

// Take hands out a file: a document to the first who asks, after which its
// content is gone, a picture to everyone until it expires. All others get
// not_found/download. Where it fails for another reason nothing is spent.
func (s *Service) Take(ctx context.Context, token string) (File, error) {
	hash, err := s.hashOf(token)
	if err != nil {
		return File{}, err
	}
	var file File
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		// Of many at once the database lets one write the time: the first.
		claim := s.open(tx, hash).Where("taken_at IS NULL").Update("taken_at", s.clock.UTC())
		if claim.Error != nil {
			return fmt.Errorf("take download: %w", claim.Error)
		}
		first := claim.RowsAffected == 1
		row, err := s.taken(tx, hash, first)
		if err != nil {
			return err
		}
		content, err := s.vault.Open(place(row), row.Content)
		if err != nil {
			return fmt.Errorf("open download %d: %w", row.ID, err)
		}
		file = File{Name: row.Name, MIME: row.MIME, Content: []byte(content)}
		if !first {
			return nil
		}
		if !row.Picture {
			if err := tx.Model(&models.Download{}).Where("id = ?", row.ID).Update("content", "").Error; err != nil {
				return fmt.Errorf("empty download: %w", err)
			}
		}
		return s.recordTaken(tx, row)
	})
	if err != nil {
		return File{}, err
	}
	return file, nil
}

// taken reads the row of a token with its content: the one just claimed, or else
// a picture that was fetched before.
func (s *Service) taken(tx *gorm.DB, hash [][]byte, first bool) (models.Download, error) {
	query := tx.Where("token_hash IN ?", hash)
	if !first {
		query = s.open(tx, hash)
	}
	var row models.Download
	return row, found(query.Take(&row).Error)
}

// row reads an open download without its content.
func (s *Service) row(tx *gorm.DB, hash [][]byte) (models.Download, error) {
	var row models.Download
	return row, found(s.open(tx, hash).Omit("content").Take(&row).Error)
}

// open finds what a token still leads to: not expired, not spent, and of an
// account that may still be given it.
func (s *Service) open(tx *gorm.DB, hash [][]byte) *gorm.DB {
	return tx.Model(&models.Download{}).
		Where("token_hash IN ? AND expires_at > ? AND (picture OR taken_at IS NULL)", hash, s.clock.UTC()).
		Where("EXISTS (SELECT 1 FROM accounts a WHERE a.id = downloads.account_id AND " + writable + ")")
}

// hashOf is what the database knows of a token. One that cannot be ours is
// refused before anybody is asked.
func (s *Service) hashOf(token string) ([][]byte, error) {
	if !vault.IsToken(token) {
		return nil, services.NotFound("download")
	}
	return s.vault.Hashes(hashKind, token), nil
}

// PurgeContent empties what has expired, PurgeRows forgets it.
var (
	PurgeContent = services.Purge{Name: "download_content",
		Basis: "no longer than its purpose needs: it cannot be fetched any more",
		What:  "what was in a file whose link has expired",
		SQL:   "UPDATE downloads SET content = '' WHERE expires_at <= ? AND content <> ''"}
	PurgeRows = services.Purge{Name: "downloads",
		Basis: "the ward answers for what left the house; the journal keeps it after that",
		What:  "that there was a file, after its link has expired", Kept: keep,
		SQL: "DELETE FROM downloads WHERE expires_at <= ?"}
)

// recordTaken notes that the link was used: by its owner, as far as can be known.
func (s *Service) recordTaken(tx *gorm.DB, row models.Download) error {
	var account models.Account
	if err := tx.Take(&account, row.AccountID).Error; err != nil {
		return fmt.Errorf("account of a download: %w", err)
	}
	role := services.Officer
	if account.StaffID != nil {
		var staff models.Staff
		if err := tx.Take(&staff, *account.StaffID).Error; err != nil {
			return fmt.Errorf("staff of a download: %w", err)
		}
		role = services.Role(staff.Role)
	}
	return s.record(tx, role, "file.taken", row, account.Channel)
}

func (s *Service) record(tx *gorm.DB, role services.Role, action string, row models.Download, channel string) error {
	actor := services.Actor{Role: role, Ward: row.WardID, Account: row.AccountID, Channel: channel}
	if role != services.System {
		actor.Person, actor.Staff = services.ID(row.PersonID), services.ID(row.StaffID)
	}
	return s.audit.Record(tx, actor, action, "download:"+strconv.FormatInt(row.ID, 10),
		journal.Detail{"account": row.AccountID, "channel": channel, "name": row.Name, "size": row.Size})
}

func found(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return services.NotFound("download")
	}
	if err != nil {
		return fmt.Errorf("download: %w", err)
	}
	return nil
}
