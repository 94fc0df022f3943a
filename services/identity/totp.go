package identity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/vault"
)

const (
	freshFor   = 15 * time.Minute // how long a step-up code lasts
	totpPeriod = 30               // seconds a code is shown
	totpIssuer = "canbobot"
)

// newSecret makes the secret of a ward user's code generator: sealed for the
// row, and as the otpauth:// address that an authenticator reads from a QR code.
func (s *Service) newSecret(ward, staff int64, name string) (models.Sealed, string, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: totpIssuer, AccountName: name, Period: totpPeriod})
	if err != nil {
		return "", "", fmt.Errorf("code generator: %w", err)
	}
	sealed, err := s.vault.Seal(vault.In(models.StaffTOTP, ward, staff), key.Secret())
	if err != nil {
		return "", "", fmt.Errorf("code generator: %w", err)
	}
	return sealed, key.URL(), nil
}

// stepOf finds which time step a code belongs to: this one or a neighbour, for
// clocks that differ. It refuses with invalid/totp_shape what is no code, with
// wrong_totp a wrong one, and with totp_used one of a step that was taken
// before; the last is no guess, and waiting for the next code helps.
func (s *Service) stepOf(staff models.Staff, code string) (int64, error) {
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, code)
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return 0, services.Invalid("totp_shape")
	}
	if staff.TOTP == "" {
		return 0, services.Invalid("wrong_totp")
	}
	secret, err := s.vault.Open(vault.In(models.StaffTOTP, staff.WardID, staff.ID), staff.TOTP)
	if err != nil {
		return 0, fmt.Errorf("code generator of staff %d: %w", staff.ID, err)
	}
	now, used := s.clock().Unix()/totpPeriod, false
	for step := now - 1; step <= now+1; step++ {
		right, err := hotp.ValidateCustom(code, uint64(step), secret,
			hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		switch {
		case err != nil:
			return 0, fmt.Errorf("code generator of staff %d: %w", staff.ID, err)
		case right && step > staff.TOTPCounter:
			return step, nil
		case right:
			used = true
		}
	}
	if used {
		return 0, services.Invalid("totp_used")
	}
	return 0, services.Invalid("wrong_totp")
}

// takeStep spends the code's time step: of two who give the same code at once
// one wins.
func (s *Service) takeStep(tx *gorm.DB, staff models.Staff, code string) error {
	step, err := s.stepOf(staff, code)
	if err != nil {
		return err
	}
	result := tx.Model(&models.Staff{}).Where("id = ? AND totp_counter < ?", staff.ID, step).Update("totp_counter", step)
	if result.Error != nil {
		return fmt.Errorf("take code of staff %d: %w", staff.ID, result.Error)
	}
	if result.RowsAffected == 0 {
		return services.Invalid("totp_used")
	}
	return nil
}

// StepUp takes a fresh code of the staff member's generator and lets the
// account, on this channel only, decide on money for 15 minutes. It refuses as
// stepOf does, and with too_many/guesses after too many wrong ones.
func (s *Service) StepUp(ctx context.Context, actor services.Actor, code string) error {
	if err := actor.Need(services.Clerk, services.Leader, services.Admin); err != nil {
		return err
	}
	// A flood of strangers does not even slow staff in their work.
	own := subject("staff", actor.Staff)
	if err := s.try(ctx, own); err != nil {
		return err
	}
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		var staff models.Staff
		if err := services.InWard(tx, actor.Ward).Where("id = ? AND active", actor.Staff).Take(&staff).Error; err != nil {
			return found(err, "account")
		}
		if err := s.takeStep(tx, staff, code); err != nil {
			return err
		}
		until := s.clock.UTC().Add(freshFor)
		result := services.InWard(tx.Model(&models.Account{}),
			actor.Ward).Where("id = ? AND staff_id = ? AND unlinked_at IS NULL", actor.Account, actor.Staff).
			Update("stepped_up_until", until)
		if result.Error != nil {
			return fmt.Errorf("step up account %d: %w", actor.Account, result.Error)
		}
		if result.RowsAffected == 0 {
			return services.NotFound("account")
		}
		return s.audit.Record(tx, actor, "staff.stepped_up", own,
			journal.Detail{"account": actor.Account, "channel": actor.Channel})
	})
	if err != nil {
		return s.judged(ctx, err, "staff.code_failed", own, actor, own)
	}
	s.forget(ctx, own)
	return nil
}

// RequireFresh refuses with denied/step_up unless the actor's account gave a
// fresh code within the last 15 minutes. Call it within the transaction of what
// it guards; a nil tx reads by itself. The program itself passes. The refusal
// names the act.
func (s *Service) RequireFresh(ctx context.Context, tx *gorm.DB, actor services.Actor, act services.Guarded) error {
	if actor.Role == services.System {
		return nil
	}
	if !actor.IsStaff() {
		return services.Denied("role")
	}
	if tx == nil {
		tx = s.store.DB
	}
	var fresh int64
	err := services.InWard(tx.WithContext(ctx).Model(&models.Account{}), actor.Ward).
		Joins("JOIN staff ON staff.id = accounts.staff_id AND staff.active").
		Where("accounts.id = ? AND accounts.staff_id = ? AND accounts.unlinked_at IS NULL AND accounts.stepped_up_until > ?",
			actor.Account, actor.Staff, s.clock.UTC()).
		Count(&fresh).Error
	if err != nil {
		return fmt.Errorf("step-up: %w", err)
	}
	if fresh == 0 {
		return services.Denied("step_up").With("act", act.Name)
	}
	return nil
}
