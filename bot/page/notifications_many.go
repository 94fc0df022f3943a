package page

import (
	"context"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
	"canbobot/services/outbox"
)

// Notifications draws what many are told unasked: replies and errors, or nil, in
// the order of recipients. A notice is read once for all of them.
func (s *Screens) Notifications(ctx context.Context, recipients []services.Actor, deliveries []models.Delivery) ([]bot.Reply, []error) {
	replies, failures := make([]bot.Reply, len(deliveries)), make([]error, len(deliveries))
	byNotice := map[int64][]int{}
	for i, delivery := range deliveries {
		if delivery.Kind == outbox.NoticeSent {
			byNotice[delivery.SubjectID] = append(byNotice[delivery.SubjectID], i)
			continue
		}
		replies[i], failures[i] = s.Notification(ctx, recipients[i], delivery)
	}
	for notice, which := range byNotice {
		draw, err := s.noticeFor(ctx, deliveries[which[0]].WardID, notice, recipients, which)
		for _, i := range which {
			if err != nil {
				failures[i] = err
				continue
			}
			replies[i], failures[i] = draw(recipients[i])
		}
	}
	return replies, failures
}

// noticeFor makes ready to draw a notice for those of the recipients.
func (s *Screens) noticeFor(ctx context.Context, ward, told int64, recipients []services.Actor, which []int) (func(services.Actor) (bot.Reply, error), error) {
	system := services.SystemActor(ward)
	view, err := s.Notices.One(ctx, system, told)
	if err == nil {
		err = notice.Stands(view.Notice)
	}
	if err != nil {
		return nil, err
	}
	var files []bot.File
	if view.Notice.FileID != nil {
		if files, err = s.noticeFiles(ctx, system, told); err != nil {
			return nil, err
		}
	}
	if len(notice.FieldsOf(view.Notice.Text)) == 0 {
		same := s.noticeAs(view, view.Notice.Text)
		same.Files = files
		return func(reader services.Actor) (bot.Reply, error) { return same, nil }, nil
	}
	people := make([]int64, len(which))
	for i, at := range which {
		people[i] = recipients[at].Person
	}
	readers, err := s.Notices.Readers(ctx, system, people)
	if err != nil {
		return nil, err
	}
	return func(actor services.Actor) (bot.Reply, error) {
		reader, known := readers[actor.Person]
		if !known {
			return bot.Reply{}, services.NotFound("person")
		}
		text, err := s.filledFor(ctx, actor, reader, view.Notice)
		reply := s.noticeAs(view, text)
		reply.Files = files
		return reply, err
	}, nil
}

// Repeats reports whether a message of which nothing was heard is better read
// twice than not at all: all are, but for notices that say otherwise.
func (s *Screens) Repeats(ctx context.Context, delivery models.Delivery) (bool, error) {
	if delivery.SubjectKind != outbox.Notice || delivery.PersonID == nil {
		return true, nil
	}
	view, err := s.Notices.One(ctx, services.SystemActor(delivery.WardID), delivery.SubjectID)
	return !view.Notice.Once, err
}
