package notice

import (
	"context"
	"fmt"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
)

// received lists what the ward has told this person.
func (p *Inbox) received(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	views, err := p.Notices.For(ctx, turn.Speaker.Actor, kit.Listed)
	if err != nil || len(views) == 0 {
		return p.Tell(p.Say("notices.nothing")), err
	}
	blocks := p.Private(p.Say("notices.title")).Apart()
	var shown []int64
	for _, view := range views {
		id := view.Notice.ID
		shown = append(shown, id)
		text, err := p.filled(ctx, turn.Speaker.Actor, turn.Speaker.Actor.Person, view.Notice)
		if err != nil {
			return bot.Reply{}, err
		}
		switch {
		case view.State == models.DeliveryConfirmed:
		case view.Notice.Attendance:
			blocks.Row(kit.Positive(kit.Act(p.Say("notices.come_button", "number", id), "come", id)),
				kit.Act(p.Say("notices.absent_button", "number", id), "absent", id))
		case view.Notice.NeedsConfirm:
			blocks.Row(kit.Positive(kit.Act(p.Say("notices.confirm_button", "number", id), "confirm", id)))
		}
		blocks.RowIf(view.Notice.FileID != nil, kit.Act(p.Say("notices.file_button", "number", id), "noticefile", id))
		blocks.Add(strings.TrimSpace(p.Say("notices.block", "number", id, "at", *view.Notice.SentAt, "from", view.From,
			"text", text) + "\n" + p.answered(view)))
	}
	return blocks.End(), p.Notices.Seen(ctx, turn.Speaker.Actor, shown...)
}

// answered says what a person has said to a notice, or what it wants of them.
func (p *Inbox) answered(view notice.View) string {
	switch {
	case view.Answer != nil && view.Answer.Attends:
		return p.Say("notices.coming")
	case view.Answer != nil && view.Answer.Reason != "":
		return p.Say("notices.absent_because", "why", view.Answer.Reason)
	case view.Answer != nil:
		return p.Say("notices.absent")
	case view.State == models.DeliveryConfirmed:
		return p.Say("notices.confirmed")
	case view.Notice.Attendance:
		return p.Say("notices.please_answer")
	case view.Notice.NeedsConfirm:
		return p.Say("notices.please")
	}
	return ""
}

// drawNotice is the notice as it arrives at a person, with its file.
func (p *Inbox) drawNotice(ctx context.Context, reader services.Actor, view notice.View) (bot.Reply, error) {
	text, err := p.filled(ctx, reader, reader.Person, view.Notice)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := p.noticeAs(view, text)
	if view.Notice.FileID != nil {
		reply.Files, err = p.noticeFiles(ctx, reader, view.Notice.ID)
	}
	return reply, err
}

func (p *Inbox) noticeFiles(ctx context.Context, actor services.Actor, notice int64) ([]bot.File, error) {
	file, err := p.Notices.File(ctx, actor, notice)
	if err != nil {
		return nil, err
	}
	extension := ".pdf"
	if file.ContentType == "image/jpeg" {
		extension = ".jpg"
	}
	name := p.Say("notices.file_name", "number", notice) + extension
	// The number is in the name, so the same paper in two notices is two files.
	key := fmt.Sprintf("notice-%d-%x", notice, []byte(file.SHA256))
	return []bot.File{{Name: name, MIME: file.ContentType, Content: file.Content, Key: key}}, nil
}

// noticeAs lays a notice out; the preview and the message are one and the same.
func (p *Inbox) noticeAs(view notice.View, text string) bot.Reply {
	lines := p.Lines(p.Say("notices.arrived", "from", view.From))
	lines.Protect = len(notice.FieldsOf(view.Notice.Text)) > 0
	if view.Notice.Corrects != nil {
		lines.Title = p.Say("notices.corrects", "from", view.From, "number", *view.Notice.Corrects)
	}
	lines.Add(text)
	if by := view.Notice.ConfirmBy; by != nil {
		lines.Add("", p.Say("notices.by", "at", *by))
	}
	id := view.Notice.ID
	askBack := p.Button("ask_back", "askback", id)
	switch {
	case view.State == models.DeliveryConfirmed:
	case view.Notice.Attendance:
		lines.Row(kit.Positive(p.Button("come", "come", id)), p.Button("absent", "absent", id))
		lines.Row(askBack)
	case view.Notice.NeedsConfirm:
		lines.Row(kit.Positive(p.Button("confirm", "confirm", id)), askBack)
	default:
		lines.Row(askBack)
	}
	return lines.Done()
}

// filled is a notice's text for one person.
func (p *Inbox) filled(ctx context.Context, actor services.Actor, person int64, told models.Notice) (string, error) {
	if len(notice.FieldsOf(told.Text)) == 0 || person == 0 {
		return told.Text, nil
	}
	reader, err := p.Notices.Reader(ctx, actor, person)
	if err != nil {
		return "", err
	}
	return p.filledFor(ctx, actor, reader, told)
}

// filledFor is a notice's text for a reader.
func (p *Inbox) filledFor(ctx context.Context, actor services.Actor, reader notice.Named, told models.Notice) (string,
	error) {
	sent := p.Clock.Local()
	if told.SentAt != nil {
		sent = told.SentAt.In(services.Zone)
	}
	month := models.DateOf(sent).MonthOf()
	values := map[string]string{"ten": reader.Name, "chuc_danh": kit.OrDash(reader.Titles), "thang": texts.Month(month)}
	for _, field := range notice.FieldsOf(told.Text) {
		if field == "so_tien" {
			owed, err := p.List.Month(ctx, services.Actor{Role: services.Officer, Ward: actor.Ward, Person: reader.Person},
				month)
			if err != nil {
				return "", err
			}
			values[field] = texts.Money(owed.Amount)
		}
	}
	return notice.Fill(told.Text, values), nil
}
