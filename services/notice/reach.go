package notice

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// Window says what a message costs on a channel to somebody who was last heard
// of a while ago: "free", "billed", or "closed" for not at all.
type Window func(channel string, sinceLastSeen time.Duration) string

// Reach is how a notice would get to an audience, before it is sent. Each person
// is in one of Free, Billed, Template and Unreached.
type Reach struct {
	People   int
	Free     int
	Billed   int // messages that the platform bills
	Template int // approved templates, which the platform bills too
	// Unreached are to be telephoned: they have linked no account, withdrew their
	// consent, or their channel says so.
	Unreached int
	// Cost is about what the ward pays, in đồng, at the prices it has noted.
	Cost int64
}

// Reach counts an audience by what it takes to reach each person: the account
// they used last, the next one when that cannot be reached, a template where the
// ward has one for notices. It refuses an audience as Send does.
func (a *Audiences) Reach(ctx context.Context, actor services.Actor, audience Audience, window Window) (Reach, error) {
	if err := actor.Need(readers...); err != nil {
		return Reach{}, err
	}
	db := a.store.WithContext(ctx)
	people, err := a.ways(db, actor, audience, window)
	if err != nil {
		return Reach{}, err
	}
	var ward models.Ward
	if err := db.Select("id", "billed_message_price", "template_message_price").Take(&ward, actor.Ward).Error; err != nil {
		return Reach{}, fmt.Errorf("reach: %w", err)
	}
	var reach Reach
	for _, one := range people {
		reach.add(one)
	}
	reach.Cost = int64(reach.Billed)*ward.BilledMessagePrice + int64(reach.Template)*ward.TemplateMessagePrice
	return reach, nil
}

// ways lists an audience with the way to each.
func (a *Audiences) ways(db *gorm.DB, actor services.Actor, audience Audience, window Window) ([]person, error) {
	posts, err := a.posts(db, actor.Ward, audience)
	if err != nil {
		return nil, err
	}
	var templated int64
	err = services.InWard(db.Model(&models.MessageTemplate{}), actor.Ward).Where("kind = ? AND ended_at IS NULL",
		"notice").Count(&templated).Error
	if err != nil {
		return nil, fmt.Errorf("reach: %w", err)
	}
	// A row an account, the one used last first; a person without one has a row too.
	rows, err := db.Raw(`
SELECT p.person_id, people.phone <> '' AND NOT people.phone_shared AND people.died_on IS NULL AS has_phone,
       COALESCE(a.channel, '') AS channel, a.last_seen_at
FROM (?) p JOIN people ON people.id = p.person_id
LEFT JOIN accounts a ON a.person_id = p.person_id AND a.unlinked_at IS NULL AND a.unreachable_at IS NULL
	AND EXISTS (SELECT 1 FROM consents c WHERE c.account_id = a.id AND c.withdrawn_at IS NULL)
ORDER BY p.person_id, a.last_seen_at DESC, a.id DESC`, posts.Distinct("t.person_id")).Rows()
	if err != nil {
		return nil, fmt.Errorf("reach: %w", err)
	}
	defer rows.Close()
	var people []person
	one := person{}
	for rows.Next() {
		var id int64
		var hasPhone bool
		var channel string
		var seen *time.Time
		if err := rows.Scan(&id, &hasPhone, &channel, &seen); err != nil {
			return nil, fmt.Errorf("reach: %w", err)
		}
		if id != one.id {
			if one.id != 0 {
				people = append(people, one)
			}
			one = person{id: id}
		}
		if channel != "" && seen != nil {
			one.consider(window(channel, a.clock.UTC().Sub(*seen)), templated > 0 && hasPhone)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reach: %w", err)
	}
	if one.id != 0 {
		people = append(people, one)
	}
	return people, nil
}

// person is one of the audience and the first way found to them.
type person struct {
	id  int64
	way string
}

func (p *person) consider(window string, templated bool) {
	switch {
	case p.way != "":
	case window == "free", window == "billed":
		p.way = window
	case templated:
		p.way = "template"
	}
}

func (r *Reach) add(p person) {
	r.People++
	switch p.way {
	case "free":
		r.Free++
	case "billed":
		r.Billed++
	case "template":
		r.Template++
	default:
		r.Unreached++
	}
}
