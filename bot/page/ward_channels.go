package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vn"
)

// trouble tells an administrator what stands in a channel's way, and what to do.
func (s *Screens) trouble(ctx context.Context, recipient services.Actor, delivery models.Delivery) (bot.Reply, error) {
	trouble, err := s.Troubles.One(ctx, recipient, delivery.SubjectID)
	if err != nil {
		return bot.Reply{}, err
	}
	channel := s.say("channel." + trouble.Channel)
	if trouble.EndedAt != nil {
		return bot.Reply{Text: s.say("trouble.ended", "channel", channel)}, nil
	}
	code := trouble.Code
	if !s.Texts.Has("trouble." + code) {
		code = "other"
	}
	text := s.say("trouble." + code)
	if trouble.Detail != "" {
		text += "\n" + s.say("trouble.detail", "detail", trouble.Detail)
	}
	return bot.Reply{Title: s.say("trouble.title", "channel", channel), Text: text}, nil
}

// gapLength bounds what fills a gap of a template, in letters.
const gapLength = 400

// Gaps are what may fill an approved template in the place of a reply. The
// names are those that a ward's templates may use.
func (s *Screens) Gaps(ctx context.Context, recipient services.Actor, delivery models.Delivery, reply bot.Reply) (map[string]string, error) {
	wards, err := s.Identity.Wards(ctx)
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
		person, err := s.Roster.Person(ctx, services.SystemActor(delivery.WardID), recipient.Person)
		if err != nil {
			return nil, err
		}
		name = person.Name
	}
	title := reply.Title
	if title == "" {
		title = firstLine(reply.Text)
	}
	return map[string]string{
		"ten": name, "tieu_de": title, "noi_dung": cut(strings.Join(strings.Fields(reply.Text), " "), gapLength),
		"phuong": ward.Kind + " " + ward.Name, "ngay": texts.Date(s.today()), "lien_he": vn.FormatPhone(ward.ClerkPhone),
	}, nil
}

func cut(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}
