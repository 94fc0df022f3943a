package evidence

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

const (
	// MaxFile is how much of a file is read, in bytes.
	MaxFile = 10 << 20
	// MaxKept is how large a kept file may be.
	MaxKept = 2 << 20
	// MaxAtOnce bounds the files that wait for a request: those of one form.
	MaxAtOnce = 5
	// maxAttached bounds the files of a request, sent back and mended once or twice.
	maxAttached = 10
	maxPerDay   = 20
	looseKept   = 7 * 24 * time.Hour
)

// Service keeps files and shows them to who may see the request.
type Service struct {
	store *models.Store
	audit *journal.Service
	clock services.Clock
}

func New(store *models.Store, audit *journal.Service, clock services.Clock) *Service {
	return &Service{store: store, audit: audit, clock: clock}
}

// File is a kept file with its content.
type File struct {
	ID          int64
	Name        string // random, with its extension
	ContentType string
	Content     []byte
}

// Keep takes a file from its giver, for a request that they are about to send.
// caption is what was written with it, or the file's name. It refuses with
//
//	invalid/file_large      above 10 MB, or a PDF above 2 MB
//	invalid/file_pixels     a picture above 12 megapixels
//	invalid/file_costly     a picture that takes more to open than any photo does
//	invalid/file_kind       neither JPEG, PNG, GIF, WebP nor PDF
//	invalid/file_heic       an iPhone's own format
//	invalid/file_damaged    cannot be read to its end
//	invalid/file_locked     a PDF with a password
//	invalid/identity_card   a citizen's card; nothing of it is kept
//	too_many/files_today    twenty were kept today, or sixty opened
//	unavailable/reading     too many files are being opened
//
// The same file given twice is one. Of more than five that wait the oldest gives
// way: it went with a form that was given up.
func (s *Service) Keep(ctx context.Context, actor services.Actor, content []byte, caption string) (int64, error) {
	if err := giver(actor); err != nil {
		return 0, err
	}
	if err := Try(ctx, s.store, s.clock, actor); err != nil {
		return 0, err
	}
	kept, contentType, err := Read(ctx, content, caption)
	if err != nil {
		return 0, err
	}
	sum := sha256.Sum256(kept)
	var id int64
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var loose []models.Evidence
		if err := own(tx, actor).Select("id", "sha256").Where("change_id IS NULL").Order("id").Find(
			&loose).Error; err != nil {
			return fmt.Errorf("read files: %w", err)
		}
		for _, one := range loose {
			if string(one.SHA256) == string(sum[:]) {
				id = one.ID
				return nil
			}
		}
		var today int64
		if err := own(tx, actor).Model(&models.Evidence{}).Where("created_at > ?",
			s.clock.UTC().Add(-24*time.Hour)).Count(&today).Error; err != nil {
			return fmt.Errorf("count files: %w", err)
		}
		if today >= maxPerDay {
			return services.TooMany("files_today").With("max", maxPerDay)
		}
		if len(loose) >= MaxAtOnce {
			if err := tx.Where("change_id IS NULL").Delete(&models.Evidence{}, loose[0].ID).Error; err != nil {
				return fmt.Errorf("make room: %w", err)
			}
		}
		row := models.Evidence{
			WardID: actor.Ward, Name: rand.Text(), PersonID: services.Ref(actor.Person), StaffID: services.Ref(actor.Staff),
			ContentType: contentType, Size: len(kept), SHA256: sum[:], Content: kept, CreatedAt: s.clock.UTC(),
		}
		if actor.Staff != 0 {
			row.PersonID = nil
		}
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("keep file: %w", err)
		}
		id = row.ID
		return s.audit.Record(tx, actor, "evidence.kept", fmt.Sprintf("evidence:%d", id),
			journal.Detail{"type": contentType, "size": len(kept)})
	})
	return id, err
}

// giver refuses who proposes nothing.
func giver(actor services.Actor) error {
	if err := actor.Need(services.Officer, services.Clerk, services.Leader, services.Admin); err != nil {
		return err
	}
	if actor.Person == 0 && actor.Staff == 0 {
		return services.Denied("role")
	}
	return nil
}

// own are the files that the actor gave.
func own(tx *gorm.DB, actor services.Actor) *gorm.DB {
	if actor.Staff != 0 {
		return services.InWard(tx, actor.Ward).Where("staff_id = ?", actor.Staff)
	}
	return services.InWard(tx, actor.Ward).Where("person_id = ?", actor.Person)
}

// Attach gives files to a request, in the caller's transaction: those of the
// actor's own that wait for one. It counts them; what is gone, another's, or
// another request's already is left out, so that a form which rests on it can
// still be sent. More than ten with what the request has are too_many/files.
func (s *Service) Attach(tx *gorm.DB, actor services.Actor, change int64, ids []int64) (attached int, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	var fresh, has []models.Evidence
	if err := own(tx, actor).Select("id", "sha256").Where("id IN ? AND change_id IS NULL",
		ids).Order("id").Find(&fresh).Error; err != nil {
		return 0, fmt.Errorf("read files: %w", err)
	}
	if err := tx.Select("sha256").Where("change_id = ?", change).Find(&has).Error; err != nil {
		return 0, fmt.Errorf("read files: %w", err)
	}
	for _, row := range fresh {
		if slices.ContainsFunc(has, func(h models.Evidence) bool { return string(h.SHA256) == string(row.SHA256) }) {
			continue // the request has it already; this copy goes with the loose ones
		}
		if len(has) >= maxAttached {
			return attached, services.TooMany("files").With("max", maxAttached)
		}
		if err := tx.Model(&models.Evidence{}).Where("id = ? AND change_id IS NULL", row.ID).Update("change_id",
			change).Error; err != nil {
			return attached, fmt.Errorf("attach file: %w", err)
		}
		has = append(has, row)
		attached++
	}
	return attached, nil
}

// Waits reports whether one of the actor's own files waits for a request.
func (s *Service) Waits(tx *gorm.DB, actor services.Actor, id int64) (bool, error) {
	var n int64
	if err := own(tx, actor).Model(&models.Evidence{}).Where("id = ? AND change_id IS NULL",
		id).Count(&n).Error; err != nil {
		return false, fmt.Errorf("read files: %w", err)
	}
	return n > 0, nil
}

// Detach takes one of the actor's own files from a request, in the caller's
// transaction, and keeps it no longer; a file that is not there, or another's,
// is not_found/file. What was decided on stays: the caller sees to it that the
// request is still open.
func (s *Service) Detach(tx *gorm.DB, actor services.Actor, change, id int64) error {
	result := own(tx, actor).Where("id = ? AND change_id = ?", id, change).Delete(&models.Evidence{})
	if result.Error != nil {
		return fmt.Errorf("detach file: %w", result.Error)
	}
	if result.RowsAffected == 0 {
		return services.NotFound("file")
	}
	return nil
}

// Count is how many files a request has.
func (s *Service) Count(tx *gorm.DB, change int64) (int64, error) {
	var n int64
	if err := tx.Model(&models.Evidence{}).Where("change_id = ?", change).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count files: %w", err)
	}
	return n, nil
}

// Open shows a request's files to the ward's users and to who proposed it; to
// anybody else there are none. That staff looked is written down.
func (s *Service) Open(ctx context.Context, actor services.Actor, change int64) ([]File, error) {
	if err := actor.Need(services.Officer, services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return nil, err
	}
	var files []File
	err := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		request, err := services.Take[models.ChangeRequest](tx.Select("id", "ward_id", "proposer_person_id", "subject_id",
			"newcomer_id"), actor,
			"change", change)
		if err != nil {
			return err
		}
		if actor.Role == services.Officer && (request.ProposerPersonID == nil || *request.ProposerPersonID != actor.Person) {
			return services.NotFound("change")
		}
		var rows []models.Evidence
		if err := tx.Where("change_id = ?", change).Order("id").Find(&rows).Error; err != nil {
			return fmt.Errorf("read files: %w", err)
		}
		for i, row := range rows {
			sum := sha256.Sum256(row.Content)
			if string(sum[:]) != string(row.SHA256) {
				return fmt.Errorf("file %d is not what was kept", row.ID)
			}
			files = append(files, File{ID: row.ID,
				Name: fmt.Sprintf("giay-to-%d-%d%s", change, i+1, extensions[row.ContentType]), ContentType: row.ContentType,
				Content: row.Content})
		}
		if len(rows) == 0 || actor.Role == services.Officer {
			return nil
		}
		look := journal.Look{Action: "evidence.opened", Subject: fmt.Sprintf("change:%d", change),
			Detail: journal.Detail{"files": len(rows)}}
		for _, person := range []*int64{request.SubjectID, request.NewcomerID} {
			if person != nil {
				look.People = append(look.People, *person)
			}
		}
		return s.audit.Look(tx, actor, look)
	})
	return files, err
}

var extensions = map[string]string{jpegType: ".jpg", pdfType: ".pdf"}

// Purge forgets loose files.
var Purge = services.Purge{Name: "evidence",
	Basis: "no longer than its purpose needs: no request came of it",
	What:  "files that went with no request", Kept: looseKept,
	SQL: "DELETE FROM evidence WHERE change_id IS NULL AND created_at < ?"}
