package notice

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// Fields are the gaps that a notice's text may have, each filled for the person
// who reads it: their name, what they are called, what they are owed for the
// month, the month of sending.
var Fields = []string{"ten", "chuc_danh", "so_tien", "thang"}

const (
	minName, maxName = 2, 40 // runes
	maxTemplates     = 30
)

var fieldMark = regexp.MustCompile(`\{[^{}\n]*\}`)

// FieldsOf lists the gaps of a text, each once.
func FieldsOf(text string) []string {
	var fields []string
	for _, mark := range fieldMark.FindAllString(text, -1) {
		if name := strings.TrimSpace(mark[1 : len(mark)-1]); !slices.Contains(fields, name) {
			fields = append(fields, name)
		}
	}
	return fields
}

// Fill puts values into a text's gaps.
func Fill(text string, values map[string]string) string {
	return fieldMark.ReplaceAllStringFunc(text, func(mark string) string {
		if value, ok := values[strings.TrimSpace(mark[1:len(mark)-1])]; ok {
			return value
		}
		return mark
	})
}

// checkFields refuses a gap that nothing fills with invalid/notice_field (field,
// and the fields that there are).
func checkFields(text string) error {
	for _, field := range FieldsOf(text) {
		if !slices.Contains(Fields, field) {
			return services.Invalid("notice_field").With("field", "{"+field+"}").With("fields",
				"{"+strings.Join(Fields, "}, {")+"}")
		}
	}
	return nil
}

// List is the texts that the ward keeps, by name.
func (t *Templates) List(ctx context.Context, actor services.Actor) ([]models.NoticeTemplate, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	var templates []models.NoticeTemplate
	if err := services.InWard(t.store.WithContext(ctx),
		actor.Ward).Where("ended_at IS NULL").Order("folded").Find(&templates).Error; err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	return templates, nil
}

// One is one of them.
func (t *Templates) One(ctx context.Context, actor services.Actor, id int64) (models.NoticeTemplate, error) {
	if err := actor.Need(readers...); err != nil {
		return models.NoticeTemplate{}, err
	}
	return t.one(t.store.WithContext(ctx), actor, id)
}

func (t *Templates) one(tx *gorm.DB, actor services.Actor, id int64) (models.NoticeTemplate, error) {
	return services.Take[models.NoticeTemplate](tx.Where("ended_at IS NULL"), actor, "notice_template", id)
}

// Keep keeps a text under a name; the name of another one replaces that.
// It refuses with invalid/template_name (min, max), too_many/templates (max), and
// a text as Draft does.
func (t *Templates) Keep(ctx context.Context, actor services.Actor, name, text string) (models.NoticeTemplate,
	error) {
	var template models.NoticeTemplate
	if err := author(actor); err != nil {
		return template, err
	}
	name, err := TemplateName(name)
	if err != nil {
		return template, err
	}
	if text, err = Wording(text); err != nil {
		return template, err
	}
	now := t.clock.UTC()
	template = models.NoticeTemplate{WardID: actor.Ward, StaffID: actor.Staff, Name: name, Folded: models.Fold(name),
		Text: text, CreatedAt: now}
	err = t.act(ctx, actor, func(tx *gorm.DB) error {
		err := services.InWard(tx.Model(&models.NoticeTemplate{}), actor.Ward).Where("folded = ? AND ended_at IS NULL",
			template.Folded).Update("ended_at", now).Error
		if err != nil {
			return fmt.Errorf("template: %w", err)
		}
		var kept int64
		if err := services.InWard(tx.Model(&models.NoticeTemplate{}),
			actor.Ward).Where("ended_at IS NULL").Count(&kept).Error; err != nil {
			return fmt.Errorf("template: %w", err)
		}
		if kept >= maxTemplates {
			return services.TooMany("templates").With("max", maxTemplates)
		}
		if err := tx.Create(&template).Error; err != nil {
			return fmt.Errorf("template: %w", err)
		}
		return t.audit.Record(tx, actor, "notice.template_kept", fmt.Sprintf("notice_template:%d", template.ID), nil)
	})
	return template, err
}

// TemplateName is a name as it is kept. It refuses with invalid/template_name.
func TemplateName(name string) (string, error) {
	name = strings.Join(strings.Fields(norm.NFC.String(strings.ToValidUTF8(name, ""))), " ")
	if n := utf8.RuneCountInString(name); n < minName || n > maxName {
		return "", services.Invalid("template_name").With("min", minName).With("max", maxName)
	}
	return name, nil
}

// Drop forgets a text.
func (t *Templates) Drop(ctx context.Context, actor services.Actor, id int64) error {
	return t.act(ctx, actor, func(tx *gorm.DB) error {
		template, err := t.one(tx, actor, id)
		if err != nil {
			return err
		}
		if err := tx.Model(&template).Update("ended_at", t.clock.UTC()).Error; err != nil {
			return fmt.Errorf("template: %w", err)
		}
		return t.audit.Record(tx, actor, "notice.template_dropped", fmt.Sprintf("notice_template:%d", id), nil)
	})
}
