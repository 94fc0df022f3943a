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
				standing, err := p.Notices.Outcomes.Standing(ctx, turn.Speaker.Actor, kit.Number(answers["notice"]))
				return bot.Fields{"text": standing.Notice.Text}, err
			}}},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			told, text := kit.Number(answers["notice"]), answers["text"]
			edited, err := p.Notices.Edit(ctx, turn.Speaker.Actor, told, notice.Edit{Text: &text})
			if services.CodeOf(err) == "notice_sent" {
				edited, err = p.Notices.Correct(ctx, turn.Speaker.Actor, told, text)
			}
			return p.Sending.released(ctx, turn, edited.ID, err)
		},
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
			edited, err := p.Notices.Edit(ctx, turn.Speaker.Actor, kit.Number(answers["notice"]),
				notice.Edit{Audience: &audience})
			return p.Sending.released(ctx, turn, edited.ID, err)
		},
	}
}
