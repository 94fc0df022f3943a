package notice

import (
	"context"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
)

// noticeFor makes ready to draw a notice for those of the recipients.
func (p *Inbox) noticeFor(ctx context.Context, ward, told int64,
	recipients []services.Actor) (func(services.Actor) (bot.Reply, error), error) {
	system := services.SystemActor(ward)
	view, err := p.Notices.One(ctx, system, told)
	if err == nil {
		err = notice.Stands(view.Notice)
	}
	if err != nil {
		return nil, err
	}
	var files []bot.File
	if view.Notice.FileID != nil {
		if files, err = p.noticeFiles(ctx, system, told); err != nil {
			return nil, err
		}
	}
	if len(notice.FieldsOf(view.Notice.Text)) == 0 {
		same := p.noticeAs(view, view.Notice.Text)
		same.Files = files
		return func(reader services.Actor) (bot.Reply, error) { return same, nil }, nil
	}
	people := make([]int64, len(recipients))
	for i, recipient := range recipients {
		people[i] = recipient.Person
	}
	readers, err := p.Notices.Readers(ctx, system, people)
	if err != nil {
		return nil, err
	}
	return func(actor services.Actor) (bot.Reply, error) {
		reader, known := readers[actor.Person]
		if !known {
			return bot.Reply{}, services.NotFound("person")
		}
		text, err := p.filledFor(ctx, actor, reader, view.Notice)
		reply := p.noticeAs(view, text)
		reply.Files = files
		return reply, err
	}, nil
}

// once reports whether a notice asks not to be sent twice.
func (p *Inbox) once(ctx context.Context, ward, told int64) (bool, error) {
	view, err := p.Notices.One(ctx, services.SystemActor(ward), told)
	return view.Notice.Once, err
}

// arrives draws a notice for one of its audience.
func (p *Inbox) arrives(ctx context.Context, recipient services.Actor, told int64) (bot.Reply, error) {
	view, err := p.Notices.One(ctx, recipient, told)
	if err == nil {
		err = notice.Stands(view.Notice)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawNotice(ctx, recipient, view)
}

// reminded draws a notice again for who has not confirmed it.
func (p *Inbox) reminded(ctx context.Context, recipient services.Actor, notice int64) (bot.Reply, error) {
	view, err := p.Notices.One(ctx, recipient, notice)
	if err != nil || view.State == models.DeliveryConfirmed {
		return bot.Reply{}, err
	}
	reply, err := p.drawNotice(ctx, recipient, view)
	reply.Title = p.Say("notices.again", "from", view.From)
	return reply, err
}
