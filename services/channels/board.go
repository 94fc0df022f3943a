package channels

import (
	"context"
	"fmt"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// maxDetail bounds the platform's own code of a trouble, in runes.
const maxDetail = 200

// board writes troubles within the caller's transaction.
type board struct {
	box   *outbox.Outbox
	clock services.Clock
}

// open opens a trouble and tells every ward, once, or touches the one that is
// open.
func (b board) open(ctx context.Context, tx *gorm.DB, channel, code, detail string) (opened bool, err error) {
	now, detail := b.clock.UTC(), cut(detail, maxDetail)
	result := standing(tx, channel, code).Updates(map[string]any{"last_at": now, "detail": detail})
	if result.Error != nil || result.RowsAffected > 0 {
		return false, result.Error
	}
	row := models.ChannelTrouble{Channel: channel, Code: code, Detail: detail, Since: now, LastAt: now}
	result = tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	if result.Error != nil || result.RowsAffected == 0 { // another was quicker, and tells
		return false, result.Error
	}
	return true, b.tell(ctx, tx, row.ID)
}

// end ends what is open and reports whether anything was.
func (b board) end(tx *gorm.DB, channel, code string) (bool, error) {
	result := standing(tx, channel, code).Update("ended_at", b.clock.UTC())
	return result.RowsAffected > 0, result.Error
}

func standing(tx *gorm.DB, channel, code string) *gorm.DB {
	return tx.Model(&models.ChannelTrouble{}).Where("channel = ? AND code = ? AND ended_at IS NULL", channel, code)
}

// tellAtOnce bounds one statement: SQLite takes some 32,000 values.
const tellAtOnce = 500

// tell queues the trouble for the administrators of every ward; where there are
// none for the leaders, else for the clerks.
func (b board) tell(ctx context.Context, tx *gorm.DB, id int64) error {
	var staff []models.Staff
	err := services.AcrossWards(tx, "a channel serves every ward").Select("id", "ward_id", "role").
		Where("active AND role IN ?", []string{string(services.Admin), string(services.Leader), string(services.Clerk)}).
		Order("ward_id, CASE role WHEN 'admin' THEN 0 WHEN 'leader' THEN 1 ELSE 2 END, id").Find(&staff).Error
	if err != nil {
		return fmt.Errorf("whom to tell of trouble %d: %w", id, err)
	}
	var messages []outbox.Message
	first := models.Staff{} // the ward's highest role speaks for it
	for _, one := range staff {
		if one.WardID != first.WardID {
			first = one
		}
		if one.Role == first.Role {
			messages = append(messages, outbox.Message{Ward: one.WardID, Kind: outbox.ChannelTrouble, Subject: outbox.Channel,
				SubjectID: id, Staff: one.ID})
		}
	}
	for len(messages) > 0 {
		n := min(len(messages), tellAtOnce)
		if err := b.box.Tell(ctx, tx, messages[:n]...); err != nil {
			return err
		}
		messages = messages[n:]
	}
	return nil
}

// cut is the text's first runes, whole.
func cut(text string, runes int) string {
	if utf8.RuneCountInString(text) <= runes {
		return text
	}
	return string([]rune(text)[:runes])
}
