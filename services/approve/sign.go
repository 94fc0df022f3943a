package approve

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
)

// Signatures reads the live signatures of requests, in the order in which they
// were given.
func (s *Service) Signatures(tx *gorm.DB, changes ...int64) (map[int64][]models.ApprovalSignature, error) {
	return byChange(tx.Where("change_id IN ?", changes))
}

// Waiting reads those of all requests of a ward that wait.
func (s *Service) Waiting(tx *gorm.DB, ward int64) (map[int64][]models.ApprovalSignature, error) {
	return byChange(tx.Where("change_id IN (SELECT id FROM change_requests WHERE ward_id = ? AND state = ?)", ward, models.ChangeSubmitted))
}

func byChange(query *gorm.DB) (map[int64][]models.ApprovalSignature, error) {
	var rows []models.ApprovalSignature
	if err := query.Where("ended_at IS NULL").Order("version, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read signatures: %w", err)
	}
	of := map[int64][]models.ApprovalSignature{}
	for _, row := range rows {
		of[row.ChangeID] = append(of[row.ChangeID], row)
	}
	return of, nil
}

// Sign writes a signature under the step that waits, in the caller's
// transaction. One of the same people that did not count ends.
func (s *Service) Sign(tx *gorm.DB, request models.ChangeRequest, standing Standing, signer Signer) (models.ApprovalSignature, error) {
	now := s.clock.UTC()
	counted := []int64{0}
	for _, signature := range standing.Counted {
		counted = append(counted, signature.ID)
	}
	both := []int64{signer.Staff.ID, signer.For.ID}
	row := models.ApprovalSignature{
		WardID: request.WardID, ChangeID: request.ID, Version: request.Version, Step: standing.Step + 1,
		StaffID: signer.Staff.ID, ForStaffID: signer.For.ID, At: now,
	}
	query := tx.Where("change_id = ? AND id NOT IN ? AND (staff_id IN ? OR for_staff_id IN ?)", request.ID, counted, both, both)
	if err := end(query, models.SignatureVoid, now); err != nil {
		return row, err
	}
	if err := tx.Create(&row).Error; err != nil {
		return row, fmt.Errorf("sign: %w", err)
	}
	return row, nil
}

// TakeBack ends one signature.
func (s *Service) TakeBack(tx *gorm.DB, signature models.ApprovalSignature) error {
	return end(tx.Where("id = ?", signature.ID), models.SignatureTakenBack, s.clock.UTC())
}

// Return ends every signature of a request that goes back to its proposer: what
// comes again is looked at again.
func (s *Service) Return(tx *gorm.DB, change int64) error {
	return end(tx.Where("change_id = ?", change), models.SignatureReturned, s.clock.UTC())
}

func end(query *gorm.DB, why string, now time.Time) error {
	err := query.Model(&models.ApprovalSignature{}).Where("ended_at IS NULL").Updates(map[string]any{"ended_at": now, "ended_why": why}).Error
	if err != nil {
		return fmt.Errorf("end signature: %w", err)
	}
	return nil
}
