package notice

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/evidence"
)

// MaxFile is how much of a file is read, in bytes.
const MaxFile = evidence.MaxFile

const maxFilesPerDay = 30

// looseFor is how long a file is kept that went with no notice.
const looseFor = 7 * 24 * time.Hour

// KeepFile takes the picture or PDF that goes with a notice its giver is about
// to write. Its refusals are those of evidence.Try and evidence.Read, and too_many/files_today
// (max).
func (s *Service) KeepFile(ctx context.Context, actor services.Actor, content []byte, caption string) (int64, error) {
	if err := author(actor); err != nil {
		return 0, err
	}
	if err := evidence.Try(ctx, s.store, s.clock, actor); err != nil {
		return 0, err
	}
	kept, contentType, err := evidence.Read(ctx, content, caption)
	if err != nil {
		return 0, err
	}
	sum := sha256.Sum256(kept)
	row := models.NoticeFile{WardID: actor.Ward, StaffID: actor.Staff, ContentType: contentType, SHA256: sum[:],
		Content: kept, CreatedAt: s.clock.UTC()}
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var today []models.NoticeFile
		if err := tx.Select("id", "sha256").Where("staff_id = ? AND created_at > ?", actor.Staff,
			s.clock.UTC().Add(-24*time.Hour)).Find(&today).Error; err != nil {
			return fmt.Errorf("notice file: %w", err)
		}
		for _, one := range today {
			if string(one.SHA256) == string(sum[:]) {
				row.ID = one.ID
				return nil
			}
		}
		if len(today) >= maxFilesPerDay {
			return services.TooMany("files_today").With("max", maxFilesPerDay)
		}
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("notice file: %w", err)
		}
		return nil
	})
	return row.ID, err
}

// File is what a notice carries, for who was sent it and for the ward's staff.
// The latest one is remembered: it goes to thousands, one after the other.
func (i *Inbox) File(ctx context.Context, actor services.Actor, notice int64) (models.NoticeFile, error) {
	var file models.NoticeFile
	if err := actor.Need(anybody...); err != nil {
		return file, err
	}
	var row models.Notice
	if actor.IsStaff() {
		var err error
		if row, err = services.Take[models.Notice](i.store.WithContext(ctx), actor, "notice", notice); err != nil {
			return file, err
		}
	} else {
		view, err := i.One(ctx, actor, notice)
		if err != nil {
			return file, err
		}
		row = view.Notice
	}
	if row.FileID == nil {
		return file, services.NotFound("notice_file")
	}
	if latest := i.latest.Load(); latest != nil && latest.ID == *row.FileID {
		return *latest, nil
	}
	err := services.InWard(i.store.WithContext(ctx), row.WardID).Take(&file, *row.FileID).Error
	if err != nil {
		return file, services.Found(err, "notice_file", *row.FileID)
	}
	if sum := sha256.Sum256(file.Content); string(sum[:]) != string(file.SHA256) {
		return file, fmt.Errorf("file %d is not what was kept", file.ID)
	}
	i.latest.Store(&file)
	return file, nil
}

// Purge forgets loose files.
var Purge = services.Purge{Name: "notice_files",
	Basis: "no longer than its purpose needs: no notice came of it",
	What:  "files that went with no notice", Kept: looseFor,
	SQL: "DELETE FROM notice_files WHERE created_at < ? AND id NOT IN (SELECT file_id FROM notices WHERE file_id IS NOT " +
		"NULL) AND id NOT IN (SELECT file_id FROM recurring_notices WHERE file_id IS NOT NULL)"}
