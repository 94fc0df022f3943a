package account

import (
	"context"
	"strings"

	"canbobot/bot"
)

func (p *Page) stepUpForm() *bot.Form {
	return &bot.Form{
		Name: bot.CodeForm, Fleeting: true,
		Steps: []bot.Step{{
			Name: "code", Ask: "step_up.ask",
			Read: func(ctx context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
				return "ok", p.Identity.StepUp(ctx, turn.Speaker.Actor, strings.ReplaceAll(strings.TrimSpace(input.Text), " ", ""))
			},
		}},
		Done: func(ctx context.Context, turn bot.Turn, _ bot.Answers) (bot.Reply, error) {
			if turn.Coded() {
				return bot.Reply{}, nil
			}
			return bot.Reply{Text: p.Say("step_up.done"), Buttons: [][]bot.Button{
				bot.Row(p.Button("runs", "runs"), p.Button("pending", "pending"))}}, nil
		},
	}
}
