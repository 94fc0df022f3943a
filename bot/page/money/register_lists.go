package money

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/outbox"
)

// Register puts the ward's lists and what the bank said of them into the book.
func (p *Lists) Register(b *kit.Book) {
	b.Screen("runs", p.runs, kit.Staff, kit.Intent(bot.WardPayment, "runs"))
	b.Screen("run", p.run, kit.Inner)
	b.Screen("prepare", p.prepare, kit.Inner)
	b.Screen("submit", p.step(p.List.SubmitRun), kit.Inner)
	b.Screen("withdrawrun", p.step(p.List.WithdrawRun), kit.Inner)
	b.Screen("returnrun", p.returnRun, kit.Staff, kit.Inner)
	b.Screen("approve", p.step(p.List.ApproveRun), kit.Inner)
	b.Screen("export", p.step(p.List.ExportRun), kit.Inner)
	b.Screen("settle", p.step(p.settle), kit.Inner)
	b.Screen("close", p.step(p.List.CloseRun), kit.Inner)
	b.Screen("runreview", p.runReview, kit.Inner)
	b.Screen("runreviewof", p.runReviewOf, kit.Inner)
	b.Screen("lines", p.lines, kit.Inner)
	b.Screen("line", p.line, kit.Inner)
	b.Screen("linepaid", p.linePaid, kit.Inner)
	b.Screen("linefailed", p.lineFailed, kit.Staff, kit.Inner)
	b.Screen("silent", p.silent, kit.Inner)
	b.Screen("runpapers", p.runPapers, kit.Inner)
	b.Screen("runpaper", p.runPaper, kit.Inner)
	b.Screen("results", p.resultsHow, kit.Inner)
	b.Screen("resultsok", p.applyResults, kit.Inner)
	b.Screen("resultsdrop", p.dropResults, kit.Inner)
	b.Screen("sheetas", p.sheetAs, kit.Inner)
	b.Screen("cash", p.cash, kit.Inner)
	b.Screen("cashof", p.cashOf, kit.Inner)
	b.Screen("cashpaid", p.cashPaid, kit.Inner)

	b.Form(p.lineFailedForm())
	b.Form(p.returnRunForm())

	b.Message(outbox.RunSubmitted, p.redraw)
	b.Message(outbox.RunWaiting, p.reminded)
	b.Card(outbox.Run, p.redraw)
}
