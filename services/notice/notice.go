// Package notice tells an audience of the ward's officers something and knows
// what became of it at each of them: a notice has one delivery a person.
package notice

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

const (
	// MinText and MaxText bound a notice, in runes. What one message of a channel
	// does not hold goes as several.
	MinText = 5
	MaxText = 4000
	// freshOver is how many people a notice may reach without a fresh step-up
	// code.
	freshOver = 50
	// maxNamed bounds how many villages or organizations an audience names.
	maxNamed = 500
	// maxListed bounds lists.
	maxListed = 50
)

// Gate is what sending to many asks of services/identity.
type Gate interface {
	// RequireFresh refuses with denied/step_up unless the actor entered a code
	// a short while ago.
	RequireFresh(ctx context.Context, tx *gorm.DB, actor services.Actor, act services.Guarded) error
}

// part is what each part of the service works with.
type part struct {
	store  *models.Store
	audit  *journal.Service
	outbox *outbox.Outbox
	clock  services.Clock
}

// Service writes notices, has them signed and sends them.
type Service struct {
	part
	gate    Gate
	notices *notices

	Audiences *Audiences
	Templates *Templates
	Inbox     *Inbox
	Outcomes  *Outcomes
	// Waiting reminds of notices that wait too long for their signatures.
	Waiting approve.Reminder
}

// Audiences know who is meant by one, and how they are reached.
type Audiences struct{ part }

// Templates are the texts that a ward keeps.
type Templates struct{ part }

// Inbox is what an officer was sent, and answers.
type Inbox struct {
	part
	latest atomic.Pointer[models.NoticeFile]
}

// Outcomes tell what became of notices that were sent.
type Outcomes struct {
	part
	drawn sync.Map // notice to the Progress that its card was last drawn with
}

// New makes the service. gate is the identity service.
func New(store *models.Store, audit *journal.Service, outbox *outbox.Outbox, gate Gate, clock services.Clock) *Service {
	notices := noticesOf(approve.New(store, audit, clock), outbox, gate)
	with := part{store: store, audit: audit, outbox: outbox, clock: clock}
	return &Service{part: with, gate: gate, notices: notices, Waiting: notices, Audiences: &Audiences{with},
		Templates: &Templates{with}, Inbox: &Inbox{part: with}, Outcomes: &Outcomes{part: with}}
}

var (
	senders = []services.Role{services.Clerk, services.Leader, services.Admin}
	readers = []services.Role{services.Viewer, services.Clerk, services.Leader, services.Admin}
	anybody = append(readers[:len(readers):len(readers)], services.Officer)
)

// clean is a text as it is kept, bounded.
func clean(text string) (string, error) {
	text = plain(text)
	if n := utf8.RuneCountInString(text); n < MinText || n > MaxText {
		return "", services.Invalid("notice_length").With("min", MinText).With("max", MaxText)
	}
	return text, nil
}

// plain is a text in NFC, without control characters but line ends.
func plain(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return ' '
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), ""))))
}

func utc(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	moment := at.UTC().Truncate(time.Microsecond)
	return &moment
}
