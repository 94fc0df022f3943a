package change

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/outbox"
)

// Register puts the matter's screens, forms and messages into the book.
func (p *Page) Register(b *kit.Book) {
	b.Screen("change", p.changeOfficer, kit.Intent(bot.ChangeOfficer, "change"))
	b.Screen("leave", p.changeLeave, kit.Intent(bot.ChangeLeave, "leave"))
	b.Screen("phone", p.changePhone, kit.Own(bot.ChangePhone, "phone"))
	b.Screen("bank", p.changeBank, kit.Intent(bot.ChangeBank, "bank"))
	b.Screen("details", p.changeProfile, kit.Intent(bot.ChangeProfile, "details"))
	b.Screen("fix", p.correct, kit.Staff, kit.Inner)
	b.Screen("merge", p.merge, kit.Staff, kit.Inner)
	b.Screen("mine", p.myRequests, kit.Intent(bot.MyRequests, "mine"))
	b.Screen("request", p.request, kit.Inner)
	b.Screen("withdraw", p.withdraw, kit.Inner)
	b.Screen("redo", p.redo, kit.Inner)
	b.Screen("pending", p.pending, kit.Staff, kit.Intent(bot.WardPending, "pending"))
	b.Screen("waiting", p.waiting, kit.Staff, kit.Label("waiting"))
	b.Screen("card", p.card, kit.Staff, kit.Inner)
	b.Screen("account", p.account, kit.Staff, kit.Inner)
	b.Screen("ok", p.approve, kit.Inner)
	b.Screen("ret", p.returnRequest, kit.Staff, kit.Inner)
	b.Screen("no", p.refuse, kit.Staff, kit.Inner)
	b.Screen("takeback", p.takeBack, kit.Inner)
	b.Screen("many", p.many, kit.Staff, kit.Label("many"))
	b.Screen("manyyes", p.manyYes, kit.Staff, kit.Inner)
	b.Screen("papers", p.papers, kit.Inner)
	b.Screen("attach", p.attach, kit.Inner)
	b.Screen("detach", p.detach, kit.Inner)
	b.Screen("rules", p.approvalRules, kit.Staff, kit.Label("rules"))
	b.Screen("delegations", p.delegations, kit.Staff, kit.Label("delegations"))
	b.Screen("delegate", p.delegate, kit.Staff, kit.Inner)
	b.Screen("undelegate", p.undelegate, kit.Inner)

	b.Typed("rules", "quy trinh duyet")
	b.Typed("delegations", "uy quyen", "nho nguoi ky thay")

	b.Form(p.officerForm())
	b.Form(p.leaveForm())
	b.Form(p.phoneForm())
	b.Form(p.bankForm())
	b.Form(p.profileForm())
	b.Form(p.correctForm())
	b.Form(p.mergeForm())
	b.Form(p.returnForm())
	b.Form(p.refuseForm())
	b.Form(p.signForm())
	b.Form(p.delegateForm())

	b.Take(p.paperFor)
	b.Message(outbox.ChangeSubmitted, p.asked)
	b.Message(outbox.ChangeWaiting, p.reminded)
	b.Message(outbox.ChangeConcerns, p.concernsYou)
	b.Message(outbox.ChangeDecided, p.redraw)
	b.Card(outbox.Change, p.redraw)
}
