package money

import (
	"context"
	"slices"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/paper"
)

// runPapers offers what may be printed of a payment list.
func (p *Lists) runPapers(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := turn.Speaker.Actor.Need(services.Clerk, services.Leader); err != nil {
		return bot.Reply{}, err
	}
	run, err := p.List.Current(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Lines("")
	lines.Row(p.Button("paper_list", "runpaper", run.ID, "list"), p.Button("paper_pdf", "runpaper", run.ID, "pdf"))
	switch run.State {
	case models.RunDraft, models.RunSubmitted:
		lines.Say("run_paper.draft")
	default:
		lines.Say("run_paper.ask")
		lines.Row(p.Button("paper_transfer", "runpaper", run.ID, "transfer"),
			p.Button("paper_cash", "runpaper", run.ID, "cash"))
		lines.Row(p.Button("paper_treasury", "runpaper", run.ID, "treasury"),
			p.Button("paper_booking", "runpaper", run.ID, "booking"))
		kept, err := p.Signed.Of(ctx, turn.Speaker.Actor, run.ID)
		if err != nil {
			return bot.Reply{}, err
		}
		lines.SayIf(kept.Signatures > 0, "signed.kept", "name", kept.Subject, "at", kept.At)
		lines.RowIf(kept.Signatures == 0, p.Button("sign_out", "signout", run.ID))
		lines.RowIf(kept.Signatures > 0, p.Button("signed_get", "signedget", run.ID), p.Button("sign_out", "signout", run.ID))
		if err := p.formPapers(ctx, turn, lines, run); err != nil {
			return bot.Reply{}, err
		}
	}
	return lines.End(p.Button("back_to_run", "run", run.ID)), nil
}

// runPaper hands one of them out.
func (p *Lists) runPaper(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run, kind := kit.Number(turn.Arg(0)), turn.Arg(1)
	actor, words := turn.Speaker.Actor, words(p.Kit)
	var drawn paper.Paper
	var err error
	switch kind {
	case "list":
		drawn, err = p.Papers.List(ctx, actor, run, paper.XLSX, words)
	case "pdf":
		drawn, err = p.Papers.List(ctx, actor, run, paper.PDF, words)
	case "transfer":
		drawn, err = p.Papers.Transfer(ctx, actor, run, "", words)
	case "form":
		drawn, err = p.Papers.Form(ctx, actor, run, kit.Number(turn.Arg(2)), words)
	case "cash":
		drawn, err = p.Papers.Cash(ctx, actor, run, "", words)
	case "treasury":
		drawn, err = p.Papers.Treasury(ctx, actor, run, "", words)
	case "booking":
		drawn, err = p.Papers.Booking(ctx, actor, run, words)
	default:
		err = services.Invalid("paper")
	}
	lines, changed := p.Private(""), slices.Contains([]string{"transfer", "treasury", "form"}, kind)
	lines.SayIf(drawn.People > 0, "run_paper.done", "people", drawn.People, "total", texts.Money(drawn.Total))
	lines.OrSay("run_paper.none")
	lines.SayIf(drawn.Apart > 0 && changed, "run_paper.changed", "count", drawn.Apart)
	lines.SayIf(drawn.Apart > 0 && !changed, "run_paper.carried", "count", drawn.Apart)
	if drawn.People > 0 || drawn.Apart > 0 {
		lines.Files = file(drawn)
		if turn.Arg(2) == "sig" {
			lines.Say("run_paper.detached")
			lines.Files = append(lines.Files, bot.File{Name: drawn.Name + ".sig.txt", MIME: "text/plain",
				Content: p.Signed.Detach(drawn.Content)})
		} else if slices.Contains([]string{"transfer", "treasury", "booking"}, kind) {
			lines.Row(p.Button("paper_detached", "runpaper", run, kind, "sig"))
		}
	}
	lines.Row(p.Button("run_papers", "runpapers", run), p.Button("back_to_run", "run", run))
	return lines.Done(), err
}
