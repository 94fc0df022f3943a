package channels

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// FieldNames are what may fill a parameter of a template.
var FieldNames = []string{
	"ten",      // the recipient's name
	"noi_dung", // what the message says, its first lines
	"tieu_de",  // its title
	"phuong",   // the ward
	"ngay",     // the date
	"lien_he",  // the ward's telephone
}

const (
	maxFields = 20
	maxCut    = 500 // runes
	// templatesFor is how long a ward's templates are believed.
	templatesFor = 30 * time.Second
)

var (
	templateID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,50}$`)
	parameter  = regexp.MustCompile(`^[A-Za-z0-9_]{1,50}$`)
	cutAt      = regexp.MustCompile(`^[1-9][0-9]{0,2}$`)
)

// readField reads "noi_dung" or "noi_dung:120": what fills a parameter, and at
// how many runes it is cut; 0 for not at all.
func readField(text string) (field string, runes int, ok bool) {
	field, limit, limited := strings.Cut(text, ":")
	if limited {
		if !cutAt.MatchString(limit) {
			return "", 0, false
		}
		runes, _ = strconv.Atoi(limit)
	}
	return field, runes, slices.Contains(FieldNames, field) && runes <= maxCut
}

// SetTemplate says which of the platform's approved templates carries messages
// of a kind in the actor's ward, in place of the one before. Fields name what
// fills each of its parameters: one of FieldNames, with ":120" cut at so many
// runes. It refuses with invalid/template_channel, template_kind, template_id,
// template_fields (too many), template_parameter and template_field; the last
// two name what is wrong.
func (s *Service) SetTemplate(ctx context.Context, actor services.Actor, channel, kind, id string,
	fields map[string]string) error {
	if err := actor.Need(services.Admin); err != nil {
		return err
	}
	switch {
	case !name.MatchString(channel):
		return services.Invalid("template_channel")
	case !outbox.Templated(outbox.Kind(kind)):
		return services.Invalid("template_kind")
	case !templateID.MatchString(id):
		return services.Invalid("template_id")
	case len(fields) > maxFields:
		return services.Invalid("template_fields").With("max", maxFields)
	}
	for key, text := range fields {
		if !parameter.MatchString(key) {
			return services.Invalid("template_parameter").With("parameter", cut(key, maxDetail))
		}
		if _, _, ok := readField(text); !ok {
			return services.Invalid("template_field").With("parameter", key).With("field", cut(text, maxDetail))
		}
	}
	if fields == nil {
		fields = map[string]string{}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return fmt.Errorf("set template: %w", err)
	}
	return s.change(ctx, actor, func(tx *gorm.DB) error {
		if _, err := s.endTemplate(tx, actor.Ward, channel, kind); err != nil {
			return err
		}
		row := models.MessageTemplate{WardID: actor.Ward, Channel: channel, Kind: kind, TemplateID: id, Fields: string(text),
			CreatedAt: s.clock.UTC()}
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("set template: %w", err)
		}
		return s.audit.Record(tx, actor, "template.set", subject(row.ID),
			journal.Detail{"channel": channel, "kind": kind, "template": id, "fields": fields})
	})
}

// EndTemplate has no template carry messages of a kind any more in the actor's
// ward. It refuses with not_found/template where none does.
func (s *Service) EndTemplate(ctx context.Context, actor services.Actor, channel, kind string) error {
	if err := actor.Need(services.Admin); err != nil {
		return err
	}
	return s.change(ctx, actor, func(tx *gorm.DB) error {
		old, err := s.endTemplate(tx, actor.Ward, channel, kind)
		if err != nil {
			return err
		}
		if old == nil {
			return services.NotFound("template")
		}
		return s.audit.Record(tx, actor, "template.ended", subject(old.ID),
			journal.Detail{"channel": channel, "kind": kind, "template": old.TemplateID})
	})
}

func subject(id int64) string { return "template:" + strconv.FormatInt(id, 10) }

// change runs a write to the ward's templates, one at a time.
func (s *Service) change(ctx context.Context, actor services.Actor, do func(tx *gorm.DB) error) error {
	err := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		var ward models.Ward
		err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Select("id").Where("id = ?",
			actor.Ward).Take(&ward).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return services.NotFound("ward")
		}
		if err != nil {
			return err
		}
		return do(tx)
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.templates, actor.Ward)
	return nil
}

// endTemplate ends the one in use and returns it; nil for none.
func (s *Service) endTemplate(tx *gorm.DB, ward int64, channel, kind string) (*models.MessageTemplate, error) {
	var old models.MessageTemplate
	err := inUse(tx, ward).Where("channel = ? AND kind = ?", channel, kind).Take(&old).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err == nil {
		err = tx.Model(&models.MessageTemplate{}).Where("id = ?", old.ID).Update("ended_at", s.clock.UTC()).Error
	}
	if err != nil {
		return nil, fmt.Errorf("end template: %w", err)
	}
	return &old, nil
}

func inUse(tx *gorm.DB, ward int64) *gorm.DB {
	return services.InWard(tx, ward).Where("ended_at IS NULL")
}

// Templates lists the templates in use in the actor's ward, for ward users.
func (s *Service) Templates(ctx context.Context, actor services.Actor) ([]models.MessageTemplate, error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return nil, err
	}
	return s.templatesOf(ctx, actor.Ward)
}

func (s *Service) templatesOf(ctx context.Context, ward int64) ([]models.MessageTemplate, error) {
	var rows []models.MessageTemplate
	if err := inUse(s.store.WithContext(ctx), ward).Order("channel, kind").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	return rows, nil
}

// wardTemplates are a ward's templates as read at a moment.
type wardTemplates struct {
	at   time.Time
	rows []models.MessageTemplate
}

// TemplateFor is the template that carries a message of a kind, filled with the
// values of FieldNames; a value that is missing fills with nothing. What the
// ward changed on another replica is known within half a minute. It is for
// delivery, which acts for the ward.
func (s *Service) TemplateFor(ctx context.Context, ward int64, channel, kind string,
	values map[string]string) (id string, data map[string]string, found bool, err error) {
	now := s.clock.UTC()
	s.mu.Lock()
	known, is := s.templates[ward]
	s.mu.Unlock()
	if !is || now.Sub(known.at) >= templatesFor {
		rows, err := s.templatesOf(ctx, ward)
		if err != nil {
			return "", nil, false, err
		}
		known = wardTemplates{at: now, rows: rows}
		s.mu.Lock()
		s.templates[ward] = known
		s.mu.Unlock()
	}
	at := slices.IndexFunc(known.rows, func(row models.MessageTemplate) bool {
		return row.Channel == channel &&
			row.Kind == kind
	})
	if at < 0 {
		return "", nil, false, nil
	}
	row := known.rows[at]
	var fields map[string]string
	if err := json.Unmarshal([]byte(row.Fields), &fields); err != nil {
		return "", nil, false, fmt.Errorf("template %d: %w", row.ID, err)
	}
	data = make(map[string]string, len(fields))
	for key, text := range fields {
		field, runes, ok := readField(text)
		if !ok {
			return "", nil, false, fmt.Errorf("template %d: unknown field for parameter %s", row.ID, key)
		}
		data[key] = values[field]
		if runes > 0 {
			data[key] = strings.TrimSpace(cut(values[field], runes))
		}
	}
	return row.TemplateID, data, true, nil
}
