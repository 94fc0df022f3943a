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
	if err != nil {
		return bot.Reply{}, err
	}
	if len(views) == 0 {
		return p.Tell(p.Say("notices.nothing")), nil
	}
	reply := bot.Reply{Title: p.Say("notices.title"), Protect: true}
	var blocks []string
	var shown []int64
	for _, view := range views {
		shown = append(shown, view.Notice.ID)
		text, err := p.filled(ctx, turn.Speaker.Actor, turn.Speaker.Actor.Person, view.Notice)
		if err != nil {
			return bot.Reply{}, err
		}
		switch {
		case view.State == models.DeliveryConfirmed:
		case view.Notice.Attendance:
			reply.Buttons = append(reply.Buttons, bot.Row(
				kit.Positive(kit.Act(p.Say("notices.come_button", "number", view.Notice.ID), "come", view.Notice.ID)),
				kit.Act(p.Say("notices.absent_button", "number", view.Notice.ID), "absent", view.Notice.ID)))
		case view.Notice.NeedsConfirm:
			reply.Buttons = append(reply.Buttons,
				bot.Row(kit.Positive(kit.Act(p.Say("notices.confirm_button", "number", view.Notice.ID), "confirm", view.Notice.ID))))
		}
		if view.Notice.FileID != nil {
			reply.Buttons = append(reply.Buttons,
				bot.Row(kit.Act(p.Say("notices.file_button", "number", view.Notice.ID), "noticefile", view.Notice.ID)))
		}
		blocks = append(blocks, strings.TrimSpace(p.Say("notices.block", "number", view.Notice.ID, "at", *view.Notice.SentAt,
			"from", view.From, "text", text)+"\n"+p.answered(view)))
	}
	reply.Text = strings.Join(blocks, "\n\n")
	reply.Buttons = append(reply.Buttons, p.MenuRow())
	return reply, p.Notices.Seen(ctx, turn.Speaker.Actor, shown...)
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
	reply := bot.Reply{Title: p.Say("notices.arrived", "from", view.From), Text: text,
		Protect: len(notice.FieldsOf(view.Notice.Text)) > 0}
	if view.Notice.Corrects != nil {
		reply.Title = p.Say("notices.corrects", "from", view.From, "number", *view.Notice.Corrects)
	}
	if by := view.Notice.ConfirmBy; by != nil {
		reply.Text += "\n\n" + p.Say("notices.by", "at", *by)
	}
	number := kit.ID(view.Notice.ID)
	switch {
	case view.State == models.DeliveryConfirmed:
	case view.Notice.Attendance:
		reply.Buttons = [][]bot.Button{bot.Row(kit.Positive(p.Button("come", "come", number)),
			p.Button("absent", "absent", number)), bot.Row(p.Button("ask_back", "askback", number))}
	case view.Notice.NeedsConfirm:
		reply.Buttons = [][]bot.Button{bot.Row(kit.Positive(p.Button("confirm", "confirm", number)),
			p.Button("ask_back", "askback", number))}
	default:
		reply.Buttons = [][]bot.Button{bot.Row(p.Button("ask_back", "askback", number))}
	}
	return reply
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
