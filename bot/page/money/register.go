package money

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/outbox"
)

// Register puts the matter's screens, forms and messages into the book.
func (p *Page) Register(b *kit.Book) {
	b.Screen("month", p.allowance, kit.Officers, kit.Own(bot.Allowance, "allowance", p.MonthSaid))
	b.Screen("why", p.why, kit.Officers, kit.Inner)
	b.Screen("history", p.history, kit.Officers, kit.Own(bot.AllowanceHistory, "history"))
	b.Screen("policy", p.policy, kit.Intent(bot.Policy, "policy"))
	b.Screen("yearpicture", p.yearPicture, kit.Label("year_picture"))
	b.Screen("yearpdf", p.yearPDF, kit.Label("year_pdf"))
	b.Screen("stages", p.stages, kit.Officers, kit.Label("stages"))
	b.Screen("stagesset", p.stagesSet, kit.Inner)
	b.Screen("got", p.got, kit.Officers, kit.Inner)
	b.Screen("gotless", p.gotLess, kit.Officers, kit.Inner)
	b.Screen("gotagain", p.gotAgain, kit.Officers, kit.Inner)

	b.Screen("runs", p.runs, kit.Staff, kit.Intent(bot.WardPayment, "runs"))
	b.Screen("run", p.run, kit.Inner)
	b.Screen("prepare", p.prepare, kit.Inner)
	b.Screen("submit", p.submitRun, kit.Inner)
	b.Screen("withdrawrun", p.withdrawRun, kit.Inner)
	b.Screen("returnrun", p.returnRun, kit.Staff, kit.Inner)
	b.Screen("approve", p.approveRun, kit.Inner)
	b.Screen("export", p.exportRun, kit.Inner)
	b.Screen("settle", p.settleAll, kit.Inner)
	b.Screen("close", p.closeRun, kit.Inner)
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

	b.Screen("policies", p.policies, kit.Staff, kit.Label("policies"))
	b.Screen("policyrow", p.policyRow, kit.Staff, kit.Inner)
	b.Screen("policyadd", p.policyAdd, kit.Inner)
	b.Screen("policyfollow", p.policyFollow, kit.Staff, kit.Inner)
	b.Screen("policyclose", p.policyClose, kit.Staff, kit.Inner)

	b.Screen("year", p.year, kit.Staff, kit.Label("year"))
	b.Screen("yearparts", p.yearParts, kit.Staff, kit.Inner)
	b.Screen("vacant", p.vacancies, kit.Staff, kit.Inner)
	b.Screen("yearsheet", p.yearSheet, kit.Inner)
	b.Screen("budget", p.budget, kit.Inner)
	b.Screen("payday", p.payDay, kit.Inner)
	b.Screen("paydayset", p.payDaySet, kit.Inner)

	b.Form(p.lineFailedForm())
	b.Form(p.gotLessForm())
	b.Form(p.policyForm())
	b.Form(p.policyCloseForm())
	b.Form(p.returnRunForm())
	b.Form(p.budgetForm())

	b.Message(outbox.RunSubmitted, p.redraw)
	b.Message(outbox.RunWaiting, p.reminded)
	b.Message(outbox.StageReached, p.stageReached)
	b.Message(outbox.LineSettled, p.lineSettled)
	b.Card(outbox.Run, p.redraw)
}
