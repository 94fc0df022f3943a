package notice

import (
	"context"
	"time"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/services"
	"canbobot/services/notice"
)

// What a notice may ask of its readers.
const (
	wantsNothing = "no"
	wantsRead    = "yes"
	wantsAnswer  = "come"
)

func (p *Writing) broadcast(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.Speaker.Actor.Role == services.Viewer { // before they have written it all
		return bot.Reply{}, services.Denied("role")
	}
	return turn.Begin(ctx, "notice", nil)
}

// composed is what is said of a notice that is being written, but for whom.
type composed struct {
	Text, Confirm string
	By            *time.Time
	File          int64
}

// broadcastForm writes a notice and keeps it as a draft, whose card sends it.
func (p *Writing) broadcastForm() *bot.Form {
	confirmations := kit.Given(
		bot.Row(kit.Choice(p.Say("notice.needs"), wantsRead), kit.Choice(p.Say("notice.needs_answer"), wantsAnswer)),
		bot.Row(kit.Choice(p.Say("notice.needs_not"), wantsNothing)))
	return &bot.Form{
		Name: "notice", Intent: bot.WardBroadcast, Attach: p.attachToNotice,
		Steps: []bot.Step{
			{Name: "text", Ask: "notice.ask", Example: "example.notice", Show: kit.AsKept("text"), Free: true,
				Read: readNotice},
			p.audienceStep(),
			{Name: "confirm", Ask: "notice.confirm_ask", Read: kit.OneOf(wantsRead, wantsAnswer, wantsNothing),
				Choices: confirmations, Show: kit.ShowChoice("confirm", confirmations), Pick: true},
			{
				Name: "by", Ask: "notice.by_ask", Example: "example.deadline", Read: p.readDeadline,
				Skip:    kit.Only("confirm", wantsRead, wantsAnswer),
				Choices: kit.Given(bot.Row(kit.Choice(p.Say("notice.no_deadline_button"), kit.None))),
				Show: func(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
					if by := kit.Typed[composed](answers).By; by != nil {
						return p.Say("notice.moment", "at", *by), nil
					}
					return p.Say("notice.no_deadline"), nil
				},
			},
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			audience, err := audienceKept(answers)
			if err != nil {
				return bot.Reply{}, err
			}
			said := kit.Typed[composed](answers)
			notice, err := p.Notices.Draft(ctx, turn.Speaker.Actor, notice.Compose{Text: said.Text, Audience: audience,
				NeedsConfirm: said.Confirm != wantsNothing, Attendance: said.Confirm == wantsAnswer, ConfirmBy: said.By,
				File: said.File})
			if err != nil {
				return bot.Reply{}, err
			}
			return p.Sending.noticeCard(ctx, turn.Speaker.Actor, notice.ID)
		},
	}
}

// readNotice takes a notice's text. One that was cut off by its length never
// comes here: the dispatcher asks for a shorter one.
func readNotice(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	return notice.Wording(input.Text)
}

// attachToNotice keeps the one picture or PDF of a notice that is being written.
func (p *Writing) attachToNotice(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
	file := turn.In.Attachment
	if file.Size > notice.MaxFile {
		return "", services.Invalid("file_large").With("max", notice.MaxFile>>20)
	}
	content, err := turn.Fetch(ctx, notice.MaxFile)
	if err != nil {
		return "", err
	}
	kept, err := p.Notices.KeepFile(ctx, turn.Speaker.Actor, content, file.Name)
	if err != nil {
		return "", err
	}
	key := "notice.file_kept"
	if before := answers["file"]; before != "" && before != kit.ID(kept) {
		key = "notice.file_replaced"
	}
	answers["file"] = kit.ID(kept)
	return p.Say(key), nil
}

// closing is when a day ends on which something is due and no hour was said.
const closing = 17

func (p *Writing) readDeadline(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	if input.Choice == kit.None {
		return kit.None, nil
	}
	at, ok := understand.ReadMoment(input.Text, p.Clock.Local(), closing)
	if !ok {
		return "", services.Invalid("moment")
	}
	if !at.After(p.Clock()) {
		return "", services.Invalid("notice_date")
	}
	return at.Format(time.RFC3339), nil
}
