package money

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
	"canbobot/services/list"
)

// risks names whose transfer is likely to come back, and why.
func (p *Lists) risks(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run, found, err := p.List.Risks.Of(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(p.Say("risks.title", "month", run.Month))
	shown, next := kit.Part(found, turn.Arg(1))
	linked := 0
	for _, risk := range found {
		if risk.Linked {
			linked++
		}
	}
	for _, risk := range shown {
		var why []string
		for _, code := range risk.Why {
			why = append(why, p.Say("risks.why."+code, "holder", kit.OrDash(risk.BankHolder), "reason",
				kit.OrDash(risk.Reason)))
		}
		lines.Say("risks.line", "name", risk.Name, "unit", risk.Unit, "why", strings.Join(why, "; "))
	}
	lines.OrSay("risks.nobody")
	lines.SayIf(linked > 0, "risks.reach", "linked", linked, "others", len(found)-linked)
	lines.SayIf(linked == 0 && len(found) > 0, "risks.call")
	lines.More(next, "risks", run.ID)
	lines.RowIf(linked > 0, kit.Positive(p.Button("risks_tell", "risksok", run.ID)))
	return lines.End(p.Button("back_to_run", "run", run.ID)), nil
}

// warnRisks has them told.
func (p *Lists) warnRisks(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run := kit.Number(turn.Arg(0))
	warned, err := p.List.Risks.Warn(ctx, turn.Speaker.Actor, run)
	if err != nil {
		return bot.Reply{}, err
	}
	return p.Tell(p.Say("risks.told", "people", warned), p.Button("risks", "risks", run),
		p.Button("back_to_run", "run", run)), nil
}

// accountCheck tells an officer in plain words what to put right before their
// money is sent; nothing where there is nothing any more.
func (p *Month) accountCheck(ctx context.Context, recipient services.Actor, run int64) (bot.Reply, error) {
	month, risk, err := p.List.Risks.Own(ctx, recipient, run)
	if err != nil || len(risk.Why) == 0 {
		return bot.Reply{}, err
	}
	lines := p.Private(p.Say("account_check.title", "month", month))
	lines.PaidTo(risk.Destination)
	for _, code := range risk.Why {
		if code == list.RiskFailed && risk.Reason == "" {
			lines.Say("account_check.failed_untold")
			continue
		}
		lines.Say("account_check."+code, "holder", kit.OrDash(risk.BankHolder), "reason", kit.OrDash(risk.Reason))
	}
	lines.Row(p.Button("bank", "bank"), p.Button("support", "support"))
	return lines.Done(), nil
}
