package roster

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/outbox"
)

// Register puts the matter's screens, forms and messages into the book.
func (p *Page) Register(b *kit.Book) {
	b.Screen("branch", p.branch, kit.Own(bot.Branch, "branch"))
	b.Screen("profile", p.profile, kit.Officers, kit.Twin("find"), kit.Own(bot.Profile, "profile"))
	b.Screen("byclerk", p.profile, kit.Officers, kit.Inner)
	b.Screen("find", p.find, kit.Staff, kit.Intent(bot.WardFind, "find"), kit.Intent(bot.WardInvite, "invite_someone"))
	b.Screen("person", p.person, kit.Staff, kit.Inner)
	b.Screen("past", p.past, kit.Staff, kit.Inner)
	b.Screen("duplicates", p.duplicates, kit.Staff, kit.Label("duplicates"))
	b.Screen("pair", p.pair, kit.Staff, kit.Inner)
	b.Screen("distinct", p.distinct, kit.Inner)
	b.Screen("unmerge", p.unmerge, kit.Staff, kit.Inner)
	b.Screen("import", p.importing, kit.Staff, kit.Intent(bot.WardImport, "import"))
	b.Screen("sheetok", p.applySheet, kit.Inner)
	b.Screen("sheetdrop", kit.Did(p.Sheets.Drop, kit.Redraws(kit.Told(p.Tell(p.Say("import.dropped"))))), kit.Inner)
	b.Screen("roster", p.rosterSheet, kit.Staff, kit.Label("roster"))
	b.Screen("rosterget", p.getRoster, kit.Inner)
	b.Screen("report", p.report, kit.Staff, kit.Intent(bot.WardReport, "report"))
	b.Screen("review", p.review, kit.Staff, kit.Label("review"))
	b.Screen("reviewgroup", p.reviewGroup, kit.Staff, kit.Inner)
	b.Screen("story", p.storyOf, kit.Staff, kit.Inner)

	b.Typed("duplicates", "ghi trung", "bi trung")

	b.Form(p.findForm())
	b.Form(p.pastForm())
	b.Form(p.unmergeForm())

	b.Take(p.takeSheet)
	b.Message(outbox.WeeklyReview, p.weekly)
}
