package page

import (
	"context"
	"fmt"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/cases"
	"canbobot/services/notice"
)

// notices lists what the ward has told this person.
func (s *Screens) notices(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.Speaker.Actor.IsStaff() {
		return s.sentNotices(ctx, turn)
	}
	views, err := s.Notices.For(ctx, turn.Speaker.Actor, listed)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(views) == 0 {
		return bot.Reply{Text: s.say("notices.nothing"), Buttons: [][]bot.Button{s.menuRow()}}, nil
	}
	reply := bot.Reply{Title: s.say("notices.title"), Protect: true}
	var blocks []string
	var shown []int64
	for _, view := range views {
		shown = append(shown, view.Notice.ID)
		text, err := s.filled(ctx, turn.Speaker.Actor, turn.Speaker.Actor.Person, view.Notice)
		if err != nil {
			return bot.Reply{}, err
		}
		switch {
		case view.State == models.DeliveryConfirmed:
		case view.Notice.Attendance:
			reply.Buttons = append(reply.Buttons, bot.Row(
				positive(bot.Button{Label: s.say("notices.come_button", "number", view.Notice.ID), Action: bot.Act("come", id(view.Notice.ID))}),
				bot.Button{Label: s.say("notices.absent_button", "number", view.Notice.ID), Action: bot.Act("absent", id(view.Notice.ID))}))
		case view.Notice.NeedsConfirm:
			reply.Buttons = append(reply.Buttons, bot.Row(positive(bot.Button{Label: s.say("notices.confirm_button", "number", view.Notice.ID), Action: bot.Act("confirm", id(view.Notice.ID))})))
		}
		if view.Notice.FileID != nil {
			reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: s.say("notices.file_button", "number", view.Notice.ID), Action: bot.Act("noticefile", id(view.Notice.ID))}))
		}
		blocks = append(blocks, strings.TrimSpace(s.say("notices.block", "number", view.Notice.ID, "at", *view.Notice.SentAt, "from", view.From, "text", text)+"\n"+s.answered(view)))
	}
	reply.Text = strings.Join(blocks, "\n\n")
	reply.Buttons = append(reply.Buttons, s.menuRow())
	return reply, s.Notices.Seen(ctx, turn.Speaker.Actor, shown...)
}

// answered says what a person has said to a notice, or what it wants of them.
func (s *Screens) answered(view notice.View) string {
	switch {
	case view.Answer != nil && view.Answer.Attends:
		return s.say("notices.coming")
	case view.Answer != nil && view.Answer.Reason != "":
		return s.say("notices.absent_because", "why", view.Answer.Reason)
	case view.Answer != nil:
		return s.say("notices.absent")
	case view.State == models.DeliveryConfirmed:
		return s.say("notices.confirmed")
	case view.Notice.Attendance:
		return s.say("notices.please_answer")
	case view.Notice.NeedsConfirm:
		return s.say("notices.please")
	}
	return ""
}

// drawNotice is the notice as it arrives at a person, with its file.
func (s *Screens) drawNotice(ctx context.Context, reader services.Actor, view notice.View) (bot.Reply, error) {
	text, err := s.filled(ctx, reader, reader.Person, view.Notice)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := s.noticeAs(view, text)
	if view.Notice.FileID != nil {
		reply.Files, err = s.noticeFiles(ctx, reader, view.Notice.ID)
	}
	return reply, err
}

func (s *Screens) noticeFiles(ctx context.Context, actor services.Actor, notice int64) ([]bot.File, error) {
	file, err := s.Notices.File(ctx, actor, notice)
	if err != nil {
		return nil, err
	}
	extension := ".pdf"
	if file.ContentType == "image/jpeg" {
		extension = ".jpg"
	}
	name := s.say("notices.file_name", "number", notice) + extension
	// The number is in the name, so the same paper in two notices is two files.
	key := fmt.Sprintf("notice-%d-%x", notice, []byte(file.SHA256))
	return []bot.File{{Name: name, MIME: file.ContentType, Content: file.Content, Key: key}}, nil
}

// noticeAs lays a notice out; the preview and the message are one and the same.
func (s *Screens) noticeAs(view notice.View, text string) bot.Reply {
	reply := bot.Reply{Title: s.say("notices.arrived", "from", view.From), Text: text, Protect: len(notice.FieldsOf(view.Notice.Text)) > 0}
	if view.Notice.Corrects != nil {
		reply.Title = s.say("notices.corrects", "from", view.From, "number", *view.Notice.Corrects)
	}
	if by := view.Notice.ConfirmBy; by != nil {
		reply.Text += "\n\n" + s.say("notices.by", "at", *by)
	}
	number := id(view.Notice.ID)
	switch {
	case view.State == models.DeliveryConfirmed:
	case view.Notice.Attendance:
		reply.Buttons = [][]bot.Button{bot.Row(positive(s.button("come", "come", number)), s.button("absent", "absent", number)), bot.Row(s.button("ask_back", "askback", number))}
	case view.Notice.NeedsConfirm:
		reply.Buttons = [][]bot.Button{bot.Row(positive(s.button("confirm", "confirm", number)), s.button("ask_back", "askback", number))}
	default:
		reply.Buttons = [][]bot.Button{bot.Row(s.button("ask_back", "askback", number))}
	}
	return reply
}

// filled is a notice's text for one person.
func (s *Screens) filled(ctx context.Context, actor services.Actor, person int64, told models.Notice) (string, error) {
	if len(notice.FieldsOf(told.Text)) == 0 || person == 0 {
		return told.Text, nil
	}
	reader, err := s.Notices.Reader(ctx, actor, person)
	if err != nil {
		return "", err
	}
	return s.filledFor(ctx, actor, reader, told)
}

// filledFor is a notice's text for a reader.
func (s *Screens) filledFor(ctx context.Context, actor services.Actor, reader notice.Named, told models.Notice) (string, error) {
	sent := s.Clock.Local()
	if told.SentAt != nil {
		sent = told.SentAt.In(services.Zone)
	}
	month := models.DateOf(sent).MonthOf()
	values := map[string]string{"ten": reader.Name, "chuc_danh": orDash(reader.Titles), "thang": texts.Month(month)}
	for _, field := range notice.FieldsOf(told.Text) {
		if field == "so_tien" {
			owed, err := s.List.Month(ctx, services.Actor{Role: services.Officer, Ward: actor.Ward, Person: reader.Person}, month)
			if err != nil {
				return "", err
			}
			values[field] = texts.Money(owed.Amount)
		}
	}
	return notice.Fill(told.Text, values), nil
}

func (s *Screens) confirmNotice(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := s.Notices.Confirm(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	return s.afterAnswer(ctx, turn, view, err)
}

func (s *Screens) come(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := s.Notices.Answer(ctx, turn.Speaker.Actor, number(turn.Arg(0)), true, "")
	return s.afterAnswer(ctx, turn, view, err)
}

// afterAnswer shows the notice again, with what was said to it.
func (s *Screens) afterAnswer(ctx context.Context, turn bot.Turn, view notice.View, err error) (bot.Reply, error) {
	if err != nil {
		return bot.Reply{}, err
	}
	text, err := s.filled(ctx, turn.Speaker.Actor, turn.Speaker.Actor.Person, view.Notice)
	reply := s.noticeAs(view, text)
	reply.Text += "\n\n" + s.answered(view)
	reply.Replace = true
	reply.Buttons = [][]bot.Button{bot.Row(s.button("ask_back", "askback", id(view.Notice.ID)), s.button("menu", "menu"))}
	return reply, err
}

// noticeFile brings a notice's file again.
func (s *Screens) noticeFile(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := number(turn.Arg(0))
	files, err := s.noticeFiles(ctx, turn.Speaker.Actor, notice)
	return bot.Reply{Text: s.say("notices.file", "number", notice), Files: files, Buttons: [][]bot.Button{s.menuRow()}}, err
}

// absent asks why somebody does not come.
func (s *Screens) absent(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if _, err := s.Notices.One(ctx, turn.Speaker.Actor, number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "absent", bot.Answers{"notice": id(number(turn.Arg(0)))})
}

func (s *Screens) absentForm() *bot.Form {
	return &bot.Form{
		Name: "absent",
		Steps: []bot.Step{{Name: "why", Ask: "notices.why_ask", Example: "example.absent", Free: true, Show: s.orNone("why"),
			Choices: func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
				return [][]bot.Button{bot.Row(bot.Button{Label: s.say("notices.no_why_button"), Action: bot.Choice(none)})}, nil
			},
			Read: func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
				if input.Choice == none {
					return none, nil
				}
				text := strings.TrimSpace(input.Text)
				switch runes := []rune(text); {
				case len(runes) < 2:
					return "", services.Invalid("sentence")
				case len(runes) > 200:
					return "", services.Invalid("reason_long").With("max", 200)
				}
				return text, nil
			}}},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			if answers["why"] == none {
				return bot.Reply{Text: s.say("notices.absent_confirm", "number", answers["notice"])}, nil
			}
			return bot.Reply{Text: s.say("notices.absent_why_confirm", "number", answers["notice"], "why", answers["why"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			why := answers["why"]
			if why == none {
				why = ""
			}
			view, err := s.Notices.Answer(ctx, turn.Speaker.Actor, number(answers["notice"]), false, why)
			reply, err := s.afterAnswer(ctx, turn, view, err)
			reply.Replace = false
			return reply, err
		},
	}
}

// askBack takes a question about a notice; it becomes a case for the clerk.
func (s *Screens) askBack(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := officersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	if _, err := s.Notices.One(ctx, turn.Speaker.Actor, number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "ask_back", bot.Answers{"notice": id(number(turn.Arg(0)))})
}

func (s *Screens) askBackForm() *bot.Form {
	return &bot.Form{
		Name:  "ask_back",
		Steps: []bot.Step{{Name: "text", Ask: "notices.ask_back", Example: "example.ask_back", Read: readSentenceStep, Show: asKept("text"), Free: true}},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: s.say("support.confirm", "text", answers["text"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			text := s.say("notices.about", "number", answers["notice"], "text", answers["text"])
			if _, err := s.Cases.Open(ctx, turn.Speaker.Actor, cases.Opening{Kind: cases.Question, Text: text}); err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Text: s.say("support.done"), Buttons: [][]bot.Button{bot.Row(s.button("notices", "notices"), s.button("menu", "menu"))}}, nil
		},
	}
}
