package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pquerna/otp/totp"
	"gorm.io/gorm"

	"canbobot/app/sample"
	"canbobot/bot"
	"canbobot/bot/play"
	"canbobot/bot/session"
	"canbobot/bot/telegram"
	"canbobot/bot/web"
	"canbobot/bot/zalo"
	"canbobot/bot/zalobot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
	"canbobot/services/roster"
	"canbobot/services/ward"
)

// playKey seals what plays write: a list's code is of keyed hashes, and is to be
// the same each time. Nothing else is sealed with it.
const playKey = "Y2FuYm9ib3QgcmVoZWFyc2VzIHdpdGggdGhpcyBrZXk="

// house is the whole product over a database with the sample in it, for plays:
// the try-it page as its channel, and a clock that stands still until it is moved.
type house struct {
	ward     *ward.Services
	sessions *session.Store
	counter  *Counter
	page     *play.Recorder
	cast     []sample.Character
	files    string // folder of what people send and of rules that plays name
	events   int
	stopped  bool

	*standing
}

// standing is a clock that stands still.
type standing struct {
	mu  sync.Mutex
	now time.Time
}

// morning is when every play begins: 6 April 2026, nine o'clock in Hồng Lĩnh.
var morning = time.Date(2026, 4, 6, 9, 0, 0, 0, services.Zone)

func (s *standing) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Advance moves the clock.
func (s *standing) Advance(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(by)
}

// newHouse wires a house over what is open by its clock; nothing runs yet. The
// page draws as like does, where that is given.
func newHouse(opened *App, clock *standing, files string, like bot.Channel, others ...bot.Channel) (*house, error) {
	h := &house{standing: clock, ward: opened.Ward, sessions: opened.Sessions, files: files}
	h.page = play.NewRecorder(web.New(web.Config{Clock: clock.clock, Logger: opened.Logger}), files)
	channel := bot.Channel(h.page)
	if like != nil {
		channel = h.page.As(like)
	}
	opened.Settings.PublicURL = "https://canbobot.example"
	var err error
	h.counter, err = opened.NewCounter(append([]bot.Channel{channel}, others...), tryLink("http://127.0.0.1"))
	if err != nil {
		return nil, err
	}
	h.counter.redrawEvery = 20 * time.Millisecond
	return h, nil
}

// likenesses are the channels as which a play can be drawn; telegram, zalo and
// zalobot need no platform for it.
func likenesses(a *App) map[string]bot.Channel {
	return map[string]bot.Channel{
		web.Name:      nil,
		telegram.Name: telegram.New(telegram.Config{Clock: a.Clock, Logger: a.Logger}),
		zalo.Name: zalo.New(zalo.Config{TextLimit: a.Settings.ZaloTextLimit, ButtonLimit: a.Settings.ZaloButtonLimit,
			ButtonType: a.Settings.ZaloButtonType, Words: zalo.Words{Numbers: numbersHint(a.Words), Link: fileLink(a.Words)},
			Clock: a.Clock, Logger: a.Logger}),
		zalobot.Name: zalobot.New(zalobot.Config{TextLimit: a.Settings.ZaloBotTextLimit,
			Words: zalobot.Words{Numbers: numbersHint(a.Words), Link: fileLink(a.Words)}, Clock: a.Clock, Logger: a.Logger}),
	}
}

// ErrChannel is a channel as which nothing can be drawn.
var ErrChannel = errors.New("no such channel")

// Play plays a script against the sample, drawn as a channel would draw it, and
// returns it with what was answered; where it stops short, what was played until
// then.
func Play(ctx context.Context, script play.Script, channel string, logger *slog.Logger) (string, error) {
	clock := &standing{now: morning}
	opened, cast, err := openSample(ctx, playKey, clock.clock, logger)
	if err != nil {
		return "", err
	}
	defer opened.Close()
	like, known := likenesses(opened)[channel]
	if !known {
		return "", fmt.Errorf("%w: %s", ErrChannel, channel)
	}
	h, err := newHouse(opened, clock, filepath.Join(filepath.Dir(script.Path), "files"), like)
	if err != nil {
		return "", err
	}
	h.cast = cast
	if err := h.counter.Start(ctx); err != nil {
		return "", err
	}
	defer h.stopJobs(ctx)
	if err := h.Settle(ctx); err != nil {
		return "", err
	}
	return script.Play(ctx, h, h)
}

// stopJobs lets running jobs finish; again is the same.
func (h *house) stopJobs(ctx context.Context) error {
	if h.stopped {
		return nil
	}
	h.stopped = true
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	return h.counter.Stop(ending)
}

// Act does one thing as somebody on the page.
func (h *house) Act(ctx context.Context, user string, what rune, text string) (err error) {
	h.events++
	in := bot.Inbound{Channel: h.page.Name(), EventID: "play-" + strconv.Itoa(h.events), UserID: user, ChatID: user,
		Private: true, At: h.clock()}
	switch what {
	case '>':
		in.Text = text
	case '*':
		if in.MessageRef, in.Action, err = h.page.Button(user, text); err != nil {
			return err
		}
	case '+':
		number, own := strings.CutPrefix(text, "own ")
		in.Contact = &bot.Contact{Phone: number, Own: own}
	case '@':
		in.Start = text
	case '?':
		kind, name, _ := strings.Cut(text, " ")
		in.Attachment = &bot.Attachment{Kind: bot.AttachmentKind(kind), ID: name, Name: name}
	}
	if err := h.counter.Dispatcher.Handle(ctx, in); err != nil {
		return fmt.Errorf("%s %c %s: %w", user, what, text, err)
	}
	return nil
}

// Shown is what somebody's page shows that was not told before.
func (h *house) Shown(user string) []play.Message { return h.page.Shown(user) }

// Settle waits until every job is done. A follower of a notice which gets no
// further puts itself off, longer each time: it is woken once, when there is
// nothing else to do, and sees all that has changed.
func (h *house) Settle(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	db, follow := h.ward.Store.WithContext(ctx), outbox.Follow{}.Kind()
	for woken := false; ; {
		var open int64
		err := db.Table("river_job").Where("state IN ? OR state = 'available' AND (kind <> ? OR scheduled_at < ?)",
			[]string{"running", "pending", "retryable"}, follow, time.Now().UTC().Add(50*time.Millisecond)).Count(&open).Error
		if err != nil || open == 0 && woken {
			return err
		}
		if open == 0 {
			woken = true
			if err := db.Exec("UPDATE river_job SET state = 'available', scheduled_at = created_at "+
				"WHERE kind = ? AND state IN ('available', 'scheduled')", follow).Error; err != nil {
				return err
			}
			continue
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d jobs are not done: %w", open, ctx.Err())
		case <-tick.C:
		}
	}
}

// Due sends the notices whose time has come, and tells of money that is settled
// and of how far the journal goes.
func (h *house) Due(ctx context.Context) (bool, error) {
	sent, err := h.ward.Notices.Due(ctx)
	if err != nil {
		return false, err
	}
	told, err := h.ward.List.TellSettled(ctx)
	if err != nil {
		return false, err
	}
	heads, err := h.ward.Anchor.TellHeads(ctx)
	return sent+told+heads > 0, err
}

// Away has no message get through to somebody, or every one again.
func (h *house) Away(who string, away bool) { h.page.Away(who, away) }

// member finds who of the cast is behind an account.
func (h *house) member(externalID string) (sample.Character, error) {
	at := slices.IndexFunc(h.cast, func(c sample.Character) bool { return c.ExternalID == externalID })
	if at < 0 {
		return sample.Character{}, fmt.Errorf("the sample has no %q", externalID)
	}
	return h.cast[at], nil
}

// Secret makes what a play names with $.
func (h *house) Secret(ctx context.Context, kind, externalID string) (string, error) {
	who, err := h.member(externalID)
	if err != nil {
		return "", err
	}
	switch kind {
	case "totp":
		return totp.GenerateCode(who.TOTPSecret, h.clock())
	case "invite":
		code, _, err := h.ward.Identity.Invite(ctx, services.SystemActor(who.Ward), who.Person)
		return code, err
	case "phone":
		return who.Phone, nil
	}
	return "", fmt.Errorf("no secret of kind %q", kind)
}

// Seat puts a ward user of the sample at a desk.
func (h *house) Seat(ctx context.Context, externalID, desk string) error {
	who, err := h.member(externalID)
	if err != nil {
		return err
	}
	return h.ward.Approvals.SetDesk(ctx, services.SystemActor(who.Ward), who.Staff, desk)
}

// SetRules gives the ward of a ward user of the sample the rules of a file.
func (h *house) SetRules(ctx context.Context, externalID, file string) error {
	who, err := h.member(externalID)
	if err != nil {
		return err
	}
	rules, err := ReadRules(nil, filepath.Join(h.files, file))
	if err != nil {
		return err
	}
	return h.ward.Approvals.SetRules(ctx, services.SystemActor(who.Ward), rules)
}

// Twin enters an officer of the sample a second time: the same name and year of
// birth, no number, and a member's post of another branch of their village.
func (h *house) Twin(ctx context.Context, externalID string) error {
	who, err := h.member(externalID)
	if err != nil {
		return err
	}
	return h.ward.Store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var person models.Person
		var term models.Term
		var own, branch models.Branch
		for _, step := range []func() error{
			func() error { return tx.Take(&person, who.Person).Error },
			func() error { return tx.Where("person_id = ?", who.Person).Order("id").Take(&term).Error },
			func() error { return tx.Take(&own, term.BranchID).Error },
			func() error {
				return tx.Where("village_id = ? AND id <> ? AND organization_code = ?", own.VillageID, own.ID,
					"farmers").Order("id").Take(&branch).Error
			},
		} {
			if err := step(); err != nil {
				return err
			}
		}
		second, err := h.ward.Roster.AddPerson(tx, who.Ward, roster.NewPerson{Name: person.Name,
			BirthYear: max(person.BirthYear, person.BirthDate.Year)})
		if err != nil {
			return err
		}
		_, err = h.ward.Roster.OpenTerm(tx, roster.NewTerm{Branch: branch, Person: second.ID, Role: models.Member,
			From: models.NewDate(2024, 1, 1)})
		return err
	})
}
