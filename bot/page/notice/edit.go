package notice

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
	"canbobot/services/notice"
	"context"
)

// noticeTextForm writes a draft anew; what was sent gets a correction.
func (p *Writing) noticeTextForm() *bot.Form {
	return &bot.Form{
		Name: "notice_text",
		Steps: []bot.Step{{Name: "text", Ask: "notice.text_ask", Example: "example.notice", Free: true, Read: readNotice,
			Fields: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Fields, error) {
				standing, err := p.Notices.Outcomes.Standing(ctx, turn.Speaker.Actor, kit.Typed[said](answers).Notice)
				return bot.Fields{"text": standing.Notice.Text}, err
			}}},
		Done: kit.With(func(ctx context.Context, turn bot.Turn, said said) (bot.Reply, error) {
			edited, err := p.Notices.Edit(ctx, turn.Speaker.Actor, said.Notice, notice.Edit{Text: &said.Text})
			if services.CodeOf(err) == "notice_sent" {
				edited, err = p.Notices.Correct(ctx, turn.Speaker.Actor, said.Notice, said.Text)
			}
			return p.Sending.released(ctx, turn, edited.ID, err)
		}),
	}
}

func (p *Writing) noticeAudienceForm() *bot.Form {
	return &bot.Form{
		Name: "notice_audience", Steps: []bot.Step{p.audienceStep()},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			audience, err := audienceKept(answers)
			if err != nil {
				return bot.Reply{}, err
			}
			edited, err := p.Notices.Edit(ctx, turn.Speaker.Actor, kit.Typed[said](answers).Notice,
				notice.Edit{Audience: &audience})
			return p.Sending.released(ctx, turn, edited.ID, err)
		},
	}
}
