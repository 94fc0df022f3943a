package account

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
)

func (p *Page) stepUp(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return turn.Begin(ctx, "step_up", nil)
}

func (p *Page) stepUpForm() *bot.Form {
	return &bot.Form{
		Name: "step_up", Fleeting: true,
		Steps: []bot.Step{{
			Name: "code", Ask: "step_up.ask",
			Read: func(ctx context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
				return "ok", p.Identity.StepUp(ctx, turn.Speaker.Actor, strings.ReplaceAll(strings.TrimSpace(input.Text), " ", ""))
			},
		}},
		Done: func(ctx context.Context, turn bot.Turn, _ bot.Answers) (bot.Reply, error) {
			reply := bot.Reply{Text: p.Say("step_up.done"), Buttons: [][]bot.Button{
				bot.Row(p.Button("runs", "runs"), p.Button("pending", "pending"))}}
			// A notice that waits to be sent may be what the code was asked for.
			drafts, err := p.Notices.Drafts(ctx, turn.Speaker.Actor)
			if err != nil {
				return bot.Reply{}, err
			}
			if len(drafts) > 0 && drafts[0].StaffID == turn.Speaker.Actor.Staff {
				reply.Buttons = append([][]bot.Button{bot.Row(p.Button("notice_see", "notice", kit.ID(drafts[0].ID)))},
					reply.Buttons...)
			}
			_, unfinished, err := turn.Draft(ctx)
			if unfinished {
				reply.Buttons = append([][]bot.Button{bot.Row(kit.Positive(p.Button("resume", bot.Resume())))}, reply.Buttons...)
			}
			return reply, err
		},
	}
}
