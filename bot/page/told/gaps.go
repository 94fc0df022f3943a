package told

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
)

// gapLength bounds what fills a gap of a template, in letters.
const gapLength = 400

// Gaps are what may fill an approved template in the place of a reply. The
// names are those that a ward's templates may use.
func (p *Page) Gaps(ctx context.Context, recipient services.Actor, delivery models.Delivery,
	reply bot.Reply) (map[string]string, error) {
	wards, err := p.Identity.Wards(ctx)
	if err != nil {
		return nil, err
	}
	var ward models.Ward
	for _, one := range wards {
		if one.ID == delivery.WardID {
			ward = one
		}
	}
	name := ""
	if recipient.Person != 0 {
		person, err := p.Roster.Person(ctx, services.SystemActor(delivery.WardID), recipient.Person)
		if err != nil {
			return nil, err
		}
		name = person.Name
	}
	title := reply.Title
	if title == "" {
		title = kit.FirstLine(reply.Text)
	}
	return map[string]string{
		"ten": name, "tieu_de": title, "noi_dung": kit.Cut(strings.Join(strings.Fields(reply.Text), " "), gapLength),
		"phuong": ward.Kind + " " + ward.Name, "ngay": texts.Date(p.Today()), "lien_he": kit.Unlisted(ward.ClerkPhone),
	}, nil
}
