package money

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/outbox"
)

// Register puts an officer's month and year into the book.
func (p *Month) Register(b *kit.Book) {
	b.Screen("month", p.allowance, kit.Officers, kit.Twin("runs"), kit.Own(bot.Allowance, "allowance", p.MonthSaid))
	b.Screen("why", p.why, kit.Officers, kit.Inner)
	b.Screen("history", p.history, kit.Officers, kit.Twin("year"), kit.Own(bot.AllowanceHistory, "history"))
	b.Screen("yearpicture", p.yearPicture, kit.Label("year_picture"))
	b.Screen("yearpdf", p.yearPDF, kit.Label("year_pdf"))
	b.Screen("stages", p.stages, kit.Officers, kit.Label("stages"))
	b.Screen("stagesset", p.stagesSet, kit.Inner)
	b.Screen("got", p.got, kit.Officers, kit.Inner)
	b.Screen("gotless", kit.About(p.List.MonthOfLine, "got_less", "line"), kit.Officers, kit.Inner)
	b.Screen("gotagain", p.gotAgain, kit.Officers, kit.Inner)

	b.Form(p.gotLessForm())

	b.Message(outbox.StageReached, p.stageReached)
	b.Message(outbox.LineSettled, p.lineSettled)
	b.Message(outbox.AccountCheck, p.accountCheck)
}
