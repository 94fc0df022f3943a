package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/vn"
)

// asks is the key that counts how often a chat asks to be linked, each time as a
// try: it puts a card before clerks.
func (c Chat) asks() string { return "ask:" + c.Channel + ":" + c.ExternalID }

// Ask asks the ward's clerks to link a chat whose owner has no code. The
// answer is the same whether the ward knows the person or not. It refuses with
// not_found/ward, invalid/name, invalid/phone, invalid/phone_landline,
// conflict/chat_linked and too_many/guesses.
//
// The request points to a person only where the number said is theirs alone: a
// shared number and a name prove nobody, and are shown to the clerk as
// candidates.
func (r *Requests) Ask(ctx context.Context, chat Chat, ward int64, name, number string) error {
	name, err := cleanName(name)
	if err != nil {
		return err
	}
	e164, err := vn.ParsePhone(number)
	if err != nil {
		return err
	}
	if err := r.try(ctx, chat.asks()); err != nil {
		return err
	}
	return r.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, r.clock, services.Actor{Ward: ward, Event: chat.Event}); err != nil {
			return err
		}
		if _, err := r.wardOf(tx, ward); err != nil {
			return err
		}
		request := models.LinkRequest{WardID: ward, Name: name, Phone: e164}
		var owners []models.Person
		err := services.InWard(tx, ward).Where(
			"phone_hash IN ? AND NOT phone_shared AND died_on IS NULL AND merged_into IS NULL",
			r.phoneHashes(e164)).Limit(2).Find(&owners).Error
		if err != nil {
			return fmt.Errorf("ask: %w", err)
		}
		if len(owners) == 1 {
			request.PersonID = &owners[0].ID
		}
		var alike int64
		if err := r.alike(tx, request).Model(&models.Person{}).Limit(1).Count(&alike).Error; err != nil {
			return fmt.Errorf("ask: %w", err)
		}
		request.Known = alike > 0
		return r.ask(ctx, tx, chat, request, journal.Detail{"by": "word"})
	})
}

// AskInvited asks the clerks to link somebody who holds a code but cannot
// prove the number of the roster: it has none, or an old one. The code is spent
// with the asking, so that a lost sheet of codes gives whoever finds it one try,
// and that before a clerk who telephones. Number is what they say theirs is,
// or empty.
func (r *Requests) AskInvited(ctx context.Context, chat Chat, invite int64, number string) error {
	e164 := ""
	if number != "" {
		var err error
		if e164, err = vn.ParsePhone(number); err != nil {
			return err
		}
	}
	if err := r.try(ctx, chat.asks()); err != nil {
		return err
	}
	to, err := r.identity.mayProve(ctx, chat, invite)
	if err != nil {
		return err
	}
	err = r.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, r.clock, services.Actor{Ward: to.ward(), Event: chat.Event}); err != nil {
			return err
		}
		row, to, err := r.identity.open(tx, "id = ?", invite)
		if err != nil {
			return err
		}
		if to.staff != nil { // they have a generator, or an administrator
			return services.Denied("role")
		}
		if err := r.identity.use(tx, row); err != nil {
			return err
		}
		request := models.LinkRequest{WardID: to.ward(), Name: to.person.Name, Phone: e164, PersonID: &to.person.ID,
			ByCode: true, Known: true}
		return r.ask(ctx, tx, chat, request, journal.Detail{"by": "code", "invite": row.ID})
	})
	return r.judged(ctx, err, "link.failed", to.subject(), chat.unknown(to.ward()), chat.account(), holders(invite))
}

// ask writes a request and puts its card before the ward's clerks. A chat that
// asks again replaces its request and never changes it: what a clerk agrees to
// is what their card showed.
func (r *Requests) ask(ctx context.Context, tx *gorm.DB, chat Chat, request models.LinkRequest,
	detail journal.Detail) error {
	var linked int64
	err := tx.Model(&models.Account{}).Where("channel = ? AND external_id = ? AND unlinked_at IS NULL", chat.Channel,
		chat.ExternalID).Count(&linked).Error
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	if linked > 0 {
		return services.Conflict("chat_linked")
	}
	now := r.clock.UTC()
	var earlier []models.LinkRequest
	err = tx.Clauses(clause.Locking{Strength: "UPDATE"}).
		Where("channel = ? AND external_id = ? AND state = ?", chat.Channel, chat.ExternalID,
			models.LinkPending).Find(&earlier).Error
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	for _, old := range earlier {
		if err := tx.Model(&old).Updates(ended(now)).Error; err != nil {
			return fmt.Errorf("ask: %w", err)
		}
		if err := r.outbox.Redraw(ctx, tx, services.Actor{}, old.WardID, outbox.Link, old.ID); err != nil {
			return err
		}
	}
	request.Channel, request.ExternalID, request.ChatID = chat.Channel, chat.ExternalID, chat.ChatID
	request.State, request.Version, request.CreatedAt, request.IdempotencyKey = models.LinkPending, 1, now, chat.Event
	if chat.Event == "" {
		request.IdempotencyKey = "ask:" + rand.Text()
	}
	err = tx.Create(&request).Error
	if models.IsTaken(err) {
		return services.Conflict("linked_meanwhile").Because(err)
	}
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	err = r.audit.Record(tx, services.Actor{Role: services.Stranger, Ward: request.WardID}, "link.asked",
		subject("link", request.ID), detail)
	if err != nil {
		return err
	}
	return r.links.Ask(ctx, tx, request)
}

// phoneHashes are how people.phone_hash finds a number.
func (p part) phoneHashes(e164 string) [][]byte { return p.vault.Hashes(models.PhoneKind, e164) }

// LinkCandidate is a person whom a request may be about.
type LinkCandidate struct {
	Person models.Person // without what is sealed
	Titles []string      // posts held today: "Chi hội trưởng, Chi hội Phụ nữ Tổ dân phố 5"
}

// LinkCardView is what a clerk decides on.
type LinkCardView struct {
	Request models.LinkRequest
	Person  *models.Person // whom agreeing would link; nil when nobody was matched
	Titles  []string
	// SamePhone and SameName compare what was said with the roster.
	SamePhone, SameName bool
	// LinkedSince is when Person linked another account on this channel, which
	// agreeing would unlink.
	LinkedSince *time.Time
	// Candidates share the number or the name, when nobody was matched.
	Candidates []LinkCandidate
	Approval   approve.Approval
	WhyNot     string // why the actor may not decide, as Denied tells it; "" when they may
}

// maxCandidates bounds a card: a name that more people bear tells nothing.
const maxCandidates = 8

// Card shows a request to ward users.
func (r *Requests) Card(ctx context.Context, actor services.Actor, id int64) (LinkCardView, error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return LinkCardView{}, err
	}
	db := r.store.WithContext(ctx)
	request, err := services.Take[models.LinkRequest](db, actor, "link", id)
	if err != nil {
		return LinkCardView{}, err
	}
	view := LinkCardView{Request: request}
	one, err := itemOf(request)
	if err != nil {
		return view, err
	}
	if view.Approval, view.WhyNot, err = r.links.View(db, actor, one); err != nil {
		return view, err
	}
	if request.PersonID == nil {
		view.Candidates, err = r.candidates(r.alike(db, request))
		return view, err
	}
	candidate, err := r.candidates(db.Where("id = ?", *request.PersonID))
	if err != nil {
		return view, err
	}
	if len(candidate) == 0 {
		return view, services.NotFound("person")
	}
	view.Person, view.Titles = &candidate[0].Person, candidate[0].Titles
	view.SamePhone = request.Phone != "" && request.Phone == view.Person.Phone
	view.SameName = models.Fold(request.Name) == view.Person.Folded
	var account models.Account
	err = db.Where("person_id = ? AND channel = ? AND unlinked_at IS NULL AND external_id <> ?", view.Person.ID,
		request.Channel, request.ExternalID).Take(&account).Error
	if err == nil {
		view.LinkedSince = &account.LinkedAt
	} else if !errors.Is(err, gorm.ErrRecordNotFound) {
		return view, fmt.Errorf("link card: %w", err)
	}
	return view, nil
}

// alike finds the living people of the ward with the number or the name said.
func (r *Requests) alike(tx *gorm.DB, request models.LinkRequest) *gorm.DB {
	return services.InWard(tx, request.WardID).Where(
		"died_on IS NULL AND merged_into IS NULL AND (phone_hash IN ? OR folded = ?)",
		r.phoneHashes(request.Phone), models.Fold(request.Name))
}

func (r *Requests) candidates(query *gorm.DB) ([]LinkCandidate, error) {
	tx := query.Session(&gorm.Session{NewDB: true})
	var people []models.Person
	err := query.Omit("citizen_id", "citizen_hash", "bank_account", "bank_hash").
		Order("folded, id").Limit(maxCandidates).Find(&people).Error
	if err != nil {
		return nil, fmt.Errorf("link card: %w", err)
	}
	found := make([]LinkCandidate, len(people))
	for i, person := range people {
		posts, err := posts(tx, person.ID, models.DateOf(r.clock.Local()))
		if err != nil {
			return nil, err
		}
		found[i].Person = person
		for _, post := range posts {
			found[i].Titles = append(found[i].Titles, post.Title+", "+post.BranchName)
		}
	}
	return found, nil
}
