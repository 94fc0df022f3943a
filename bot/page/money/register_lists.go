package money

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/list"
	"canbobot/services/outbox"
)

// Register puts the ward's lists and what the bank said of them into the book.
func (p *Lists) Register(b *kit.Book) {
	card, out := p.card(), Outgoing{p}
	dropped := kit.Redraws(kit.Told(p.Tell(p.Say("results.dropped"), p.Button("runs", "runs"))))
	b.Screen("runs", p.runs, kit.Staff, kit.Intent(bot.WardPayment, "runs"))
	b.Screen("run", card.Open, kit.Inner)
	b.Screen("prepare", p.prepare, kit.Inner)
	b.Screen("submit", card.Step(p.List.SubmitRun), kit.Inner)
	b.Screen("withdrawrun", card.Step(p.List.WithdrawRun), kit.Inner)
	b.Screen("returnrun", kit.About(card.Read, "run_return", "run", "version"), kit.Staff, kit.Inner)
	b.Screen("approve", card.Step(p.List.ApproveRun), kit.Inner)
	b.Screen("export", out.export, kit.Inner)
	b.Screen("totreasury", out.toTreasury, kit.Inner)
	b.Screen("treasuryback", kit.About(card.Read, "treasury_back", "run", "version"), kit.Staff, kit.Inner)
	b.Screen("mendask", out.mendAsk, kit.Inner)
	b.Screen("mendrun", card.Step(p.List.Treasury.Mend), kit.Inner)
	b.Screen("settleall", p.settleAsk, kit.Inner)
	b.Screen("settle", p.settle, kit.Inner)
	b.Screen("unsettle", kit.Redraws(p.unsettle), kit.Inner)
	b.Screen("closeask", p.closeAsk, kit.Inner)
	b.Screen("close", card.Step(p.List.CloseRun), kit.Inner)
	b.Screen("reopen", card.Step(p.List.ReopenRun), kit.Inner)
	b.Screen("runreview", p.runReview, kit.Inner)
	b.Screen("runreviewof", p.runReviewOf, kit.Inner)
	b.Screen("oldlist", p.oldReview, kit.Inner)
	b.Screen("oldlistof", p.oldReviewOf, kit.Inner)
	b.Screen("risks", p.risks, kit.Inner)
	b.Screen("risksok", p.warnRisks, kit.Inner)
	b.Screen("lines", p.lines, kit.Inner)
	b.Screen("linesof", p.linesOfKind, kit.Staff, kit.Inner)
	b.Screen("span", p.span, kit.Staff, kit.Inner)
	b.Screen("findline", kit.About(card.Read, "find_line", "run"), kit.Staff, kit.Inner)
	b.Screen("line", p.line, kit.Inner)
	b.Screen("linepaid", p.linePaid, kit.Inner)
	b.Screen("linefailed", p.lineFailed, kit.Staff, kit.Inner)
	b.Screen("silent", p.silent, kit.Inner)
	b.Screen("runpapers", p.runPapers, kit.Inner)
	b.Screen("runpaper", p.runPaper, kit.Inner)
	b.Screen("results", p.resultsHow, kit.Inner)
	b.Screen("resultsok", p.applyResults, kit.Inner)
	b.Screen("resultsdrop", kit.Did(p.Results.Drop, dropped), kit.Inner)
	b.Screen("resultword", p.learnWord, kit.Inner)
	b.Screen("resultwords", p.words, kit.Inner)
	b.Screen("resultforget", kit.Did(p.Results.Forget, p.words), kit.Inner)
	b.Screen("sheetas", p.sheetAs, kit.Inner)
	b.Screen("bankform", out.learnForm, kit.Inner)
	b.Screen("bankforms", out.bankForms, kit.Staff, kit.Inner)
	b.Screen("bankformdrop", kit.Did(p.Results.Forms.Forget, out.bankForms), kit.Inner)
	b.Screen("cash", p.cash, kit.Inner)
	b.Screen("cashof", p.cashOf, kit.Inner)
	b.Screen("cashpaid", p.cashPaid, kit.Inner)

	b.Form(p.lineFailedForm())
	b.Form(p.findLineForm())
	b.Form(p.returnRunForm())
	b.Form(out.treasuryReturnForm())

	b.Message(outbox.RunSubmitted, card.For)
	b.Message(outbox.RunWaiting, card.Waits(p.Say("told.run_waiting"), func(view list.RunView) bool {
		return view.Run.State == models.RunSubmitted
	}))
	b.Message(outbox.RunMoved, out.moved)
	b.Message(outbox.RunTampered, p.runTampered)
	b.Card(outbox.Run, card.For)
}
