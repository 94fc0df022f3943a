package channels

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Service keeps troubles and templates, and knows whom a template may reach by
// telephone.
type Service struct {
	store  *models.Store
	audit  *journal.Service
	board  board
	clock  services.Clock
	logger *slog.Logger
	since  time.Time // when this process began to listen

	mu        sync.Mutex
	open      map[trouble]string // troubles that stand, and their detail
	openAt    time.Time          // when that was read; zero for never
	reported  map[trouble]time.Time
	heard     map[string]time.Time
	templates map[int64]wardTemplates
}

// trouble names one on one channel.
type trouble struct{ channel, code string }

func New(store *models.Store, audit *journal.Service, box *outbox.Outbox, clock services.Clock,
	logger *slog.Logger) *Service {
	return &Service{
		store: store, audit: audit, board: board{box: box, clock: clock}, clock: clock, logger: logger, since: clock.UTC(),
		open: map[trouble]string{}, reported: map[trouble]time.Time{}, heard: map[string]time.Time{},
		templates: map[int64]wardTemplates{},
	}
}

const (
	// knownFor is how long a replica believes what it knows of the troubles that
	// stand: it is asked after each message.
	knownFor = 5 * time.Second
	// relapse is how soon after its end a trouble is the same one again, so that
	// one that comes and goes is told once.
	relapse = 10 * time.Minute
)

// name is what a channel or a trouble is called.
var name = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// Report says that something stands in a channel's way which only a human can
// mend. Administrators of every ward are told when it begins, once. Detail is
// the platform's own code, never a person's words. It refuses with
// invalid/trouble a channel or code that is no name.
func (s *Service) Report(ctx context.Context, channel, code, detail string) error {
	if !name.MatchString(channel) || !name.MatchString(code) {
		return services.Invalid("trouble")
	}
	what, now := trouble{channel, code}, s.clock.UTC()
	detail = cut(detail, maxDetail)
	s.mu.Lock()
	known, stands := s.open[what]
	again := stands && known == detail && now.Sub(s.reported[what]) < knownFor
	s.mu.Unlock()
	if again {
		return nil
	}
	opened := false
	err := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		// The latest of its kind that has ended within minutes goes on.
		latest := tx.Model(&models.ChannelTrouble{}).Select("MAX(id)").Where("channel = ? AND code = ?", channel, code)
		again := tx.Model(&models.ChannelTrouble{}).Where("id = (?) AND ended_at > ?", latest,
			now.Add(-relapse)).Update("ended_at", nil)
		if again.Error != nil {
			return again.Error
		}
		var err error
		opened, err = s.board.open(ctx, tx, channel, code, detail)
		return err
	})
	if err != nil {
		return fmt.Errorf("report trouble: %w", err)
	}
	s.mu.Lock()
	s.open[what], s.reported[what] = detail, now
	s.mu.Unlock()
	if opened {
		s.logger.Error("channel needs a human", "channel", channel, "trouble", code, "detail", detail)
	}
	return nil
}

// Mended says that the trouble is over. It costs nothing while none is known,
// so that every message that goes through may say it; one that another replica
// reported is known within seconds.
func (s *Service) Mended(ctx context.Context, channel, code string) error {
	what := trouble{channel, code}
	stands, err := s.stands(ctx, what)
	if err != nil || !stands {
		return err
	}
	ended, err := s.board.end(s.store.WithContext(ctx), channel, code)
	if err != nil {
		return fmt.Errorf("end trouble: %w", err)
	}
	s.mu.Lock()
	delete(s.open, what)
	s.mu.Unlock()
	if ended {
		s.logger.Info("channel is mended", "channel", channel, "trouble", code)
	}
	return nil
}

// stands reports whether a trouble is open, as known within the last seconds.
func (s *Service) stands(ctx context.Context, what trouble) (bool, error) {
	now := s.clock.UTC()
	s.mu.Lock()
	_, known := s.open[what]
	asked := known || (!s.openAt.IsZero() && now.Sub(s.openAt) < knownFor)
	if !asked {
		s.openAt = now // one asks, the others go on with what is known
	}
	s.mu.Unlock()
	if asked {
		return known, nil
	}
	open, err := s.Open(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.openAt = time.Time{}
		return false, err
	}
	clear(s.open)
	for _, row := range open {
		s.open[trouble{row.Channel, row.Code}] = row.Detail
	}
	_, known = s.open[what]
	return known, nil
}

// maxOpen bounds the list of troubles: there are a few channels and a few codes.
const maxOpen = 100

// Open lists the troubles that stand, the oldest first.
func (s *Service) Open(ctx context.Context) ([]models.ChannelTrouble, error) {
	var rows []models.ChannelTrouble
	if err := s.store.WithContext(ctx).Where("ended_at IS NULL").Order("since, id").Limit(maxOpen).Find(
		&rows).Error; err != nil {
		return nil, fmt.Errorf("troubles: %w", err)
	}
	return rows, nil
}

// One reads a trouble, also one that is over, for ward users: channels belong to
// the whole installation. It refuses with not_found/trouble.
func (s *Service) One(ctx context.Context, actor services.Actor, id int64) (models.ChannelTrouble, error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return models.ChannelTrouble{}, err
	}
	var row models.ChannelTrouble
	err := s.store.WithContext(ctx).Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, services.NotFound("trouble")
	}
	if err != nil {
		return row, fmt.Errorf("trouble: %w", err)
	}
	return row, nil
}
