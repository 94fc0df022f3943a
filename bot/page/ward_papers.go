package page

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/services"
	"canbobot/services/paper"
)

// runPapers offers what may be printed of a payment list.
func (s *Screens) runPapers(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := turn.Speaker.Actor.Need(services.Clerk, services.Leader); err != nil {
		return bot.Reply{}, err
	}
	run := id(number(turn.Arg(0)))
	return bot.Reply{Text: s.say("run_paper.ask"), Buttons: [][]bot.Button{
		bot.Row(s.button("paper_list", "runpaper", run, "list"), s.button("paper_pdf", "runpaper", run, "pdf")),
		bot.Row(s.button("paper_transfer", "runpaper", run, "transfer"), s.button("paper_cash", "runpaper", run, "cash")),
		bot.Row(s.button("back_to_run", "run", run), s.button("menu", "menu")),
	}}, nil
}

// runPaper hands one of them out.
func (s *Screens) runPaper(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run, kind := number(turn.Arg(0)), turn.Arg(1)
	actor, words := turn.Speaker.Actor, paper.Words{Say: s.sheetWords, Spell: texts.InWords}
	var drawn paper.Paper
	var err error
	switch kind {
	case "list":
		drawn, err = s.Papers.List(ctx, actor, run, paper.XLSX, words)
	case "pdf":
		drawn, err = s.Papers.List(ctx, actor, run, paper.PDF, words)
	case "transfer":
		drawn, err = s.Papers.Transfer(ctx, actor, run, "", words)
	case "cash":
		drawn, err = s.Papers.Cash(ctx, actor, run, "", words)
	default:
		err = services.Invalid("paper")
	}
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Text: s.say("run_paper.done", "people", drawn.People, "total", texts.Money(drawn.Total)), Protect: true}
	if drawn.People == 0 {
		reply.Text = s.say("run_paper.none")
	}
	switch {
	case drawn.Apart > 0 && kind == "transfer":
		reply.Text += "\n" + s.say("run_paper.changed", "count", drawn.Apart)
	case drawn.Apart > 0:
		reply.Text += "\n" + s.say("run_paper.carried", "count", drawn.Apart)
	}
	if drawn.People > 0 || drawn.Apart > 0 {
		reply.Files = []bot.File{{Name: drawn.Name, MIME: drawn.MIME, Content: drawn.Content}}
	}
	reply.Buttons = [][]bot.Button{bot.Row(s.button("run_papers", "runpapers", id(run)), s.button("back_to_run", "run", id(run)))}
	return reply, nil
}
