package understand

import "canbobot/bot"

// frame is one way in which concepts make an intent: of every group in needs
// one must have been said; what is in also may have been said and belongs to
// it. A frame is worth what it explains of the sentence, plus base.
type frame struct {
	intent bot.Intent
	base   float64
	needs  []set
	also   set
	never  set
	alone  float64 // what is added when nothing else was said
}

// Groups of concepts that frames share.
var (
	pays     = of(money, allowance)
	gets     = of(receive, pay)
	alters   = of(change, fix, replace, lost, wrong, fresh, other, old, add)
	moneyish = of(money, allowance, receive, pay, month, count, bank, when, howmuch)
)

// free is what any sentence may hold without saying anything for an intent.
var free = of(filler, figures, me, want, has, count, thanks, is, anymore, greeting, enough, askabout)

// content is what makes a greeting more than a greeting.
var content = of(money, allowance, month, months, permonth, phone, number, bank, bankname, info, field, post, role,
	branch, members, request, notice, meeting, data, consent, secrecy, link, list, payrun, report, file, code, legal,
	rate, task, device, question, receive, pay, change, replace, fix, add, appoint, leave, gone, send, find, load,
	export, create, invite, approve, pending, process, remove, stop, contact, use, withdraw, when, why, howmuch, how,
	lack, wrong, total, whichmonth, whichbranch, menu, help, cancel, back, askabout)

func f(intent bot.Intent, base float64, also set, needs ...set) frame {
	return frame{intent: intent, base: base, needs: needs, also: also}
}

// but never when one of these was said.
func (f frame) but(never set) frame { f.never = never; return f }

// command marks the words that lead through the conversation: said by
// themselves they are certain enough to leave a form.
func (f frame) command() frame { f.alone = 1.4; return f }

var frames = []frame{
	// The month's money: is it there, when, how much.
	f(bot.Allowance, 0, of(month, see, receive, pay, when, howmuch, where, place, what, askyet, asking, mine, ward, done, process, approve, role, branch, bank, list, count, how, info, question, ward), pays),
	f(bot.Allowance, 0.3, of(see, receive, pay, when, howmuch, what, askyet, asking, mine, ward, done, process, approve, bank, list, rate, payrun), pays, of(month)),
	f(bot.Allowance, 0.5, pays.or(of(month, see, when, mine, ward, done, bank, list, process, approve)), gets, of(askyet, asking)),
	f(bot.Allowance, 0.5, pays.or(of(see, when, mine, ward, done, bank, receive, pay, approve, process, where, place, what, how)), of(month), of(askyet, asking, howmuch, when, has, where, place, process)),
	f(bot.Allowance, 0.5, pays.or(of(month, see, mine, ward, done, bank, process)), gets, of(when, howmuch)),
	f(bot.Allowance, 0.4, of(see, mine, ward, done, bank, receive, pay, month, list, approve), pays, of(when, askyet, asking)),
	f(bot.Allowance, 0.2, of(see, mine, done, receive, pay), of(month)),
	f(bot.Allowance, 0.1, of(receive, pay, month, done), of(when)).but(of(phone, post, role, meeting)),
	f(bot.Allowance, -0.1, of(receive, done, see), of(askyet)),
	f(bot.Allowance, -0.2, of(receive, see), of(howmuch)),
	f(bot.Allowance, 0.3, of(has, receive, pay, see), of(whichmonth), pays),
	f(bot.Allowance, -0.3, of(month, mine, bank), gets),
	f(bot.Allowance, 0.9, of(see, money, allowance), of(payrun), of(mine), of(month)),
	f(bot.Allowance, 0.4, of(month, ward, branch, mine, me, is), of(payrun), of(when)).but(of(create, export, load, everyone, list)),

	// Several months.
	f(bot.AllowanceHistory, 0.4, of(money, allowance, receive, pay, see, howmuch, list, mine, done, what, asking, askyet, when, report, ward, info, role, process), of(months)),
	f(bot.AllowanceHistory, 0.7, of(receive, pay, see, howmuch, list, mine, done, what, asking, askyet, when, report, ward, process), of(months), pays.or(gets).or(of(howmuch))),
	f(bot.AllowanceHistory, 0.8, of(see, done, receive, pay, list), of(months, total), of(payrun, report), of(mine, me)),
	f(bot.AllowanceHistory, 0.6, of(see, done, howmuch, mine, list, money, allowance, month, whichmonth), of(total), of(receive, months, mine, me, month)),
	f(bot.AllowanceHistory, 0.3, of(see, done, howmuch, list), of(total), pays),
	f(bot.AllowanceHistory, 0.3, of(see, mine, done), of(list), pays, of(mine, me)),
	f(bot.AllowanceHistory, 0.7, of(receive, pay, see, howmuch, done, asking, askyet, money, allowance, not), of(whichmonth), of(notyet, lack, done, receive, pay, not)),

	// Not received, too little, wrong.
	f(bot.AllowanceProblem, 0.7, moneyish.or(of(why, see, where, mine, ward, lack, wrong, months, role, done, name, person, other, asking, rate, question, contact)), pays, of(notyet, not, lack)),
	f(bot.AllowanceProblem, 0.6, moneyish.or(of(why, see, where, mine, ward, lack, months, done)), of(receive, pay, month, months, see), of(notyet)),
	f(bot.AllowanceProblem, 0.5, moneyish.or(of(see, where, mine, ward, months, done)), of(receive, see), of(not)),
	f(bot.AllowanceProblem, 0.4, moneyish.or(of(notyet, not, see, where, mine, ward, lack, wrong, months, done, role, rate, branch, other, fresh)), pays, of(why)).but(of(legal)),
	f(bot.AllowanceProblem, 0.4, moneyish.or(of(why, see, mine, ward, months, done, role, branch)), of(lack), of(receive, pay, month, months, howmuch)),
	f(bot.AllowanceProblem, 0.3, moneyish.or(of(why, mine, ward, months)), pays, of(wrong, lost)),
	f(bot.AllowanceProblem, 0.3, moneyish.or(of(mine, where, see)), of(why), of(notyet)),
	f(bot.AllowanceProblem, 0.1, moneyish.or(of(mine, done)), pays, of(where)),
	f(bot.AllowanceProblem, 0.1, moneyish.or(of(why, see, where, mine)), of(lack)),
	f(bot.AllowanceProblem, 0.1, moneyish.or(of(see, where)), of(notyet)),
	f(bot.AllowanceProblem, 0.4, moneyish.or(of(me, name, person, role, other, done)), of(why), of(receive), of(name, me, person, count)).but(of(legal)),
	f(bot.AllowanceProblem, 0.5, moneyish.or(of(person, other, name, done, change)), of(receive, pay), of(wrong)).but(of(change, field, info, phone, number)),
	f(bot.AllowanceProblem, 0.5, of(person, other, name, done, change, money, allowance, month, mine), of(pay), of(wrong), of(person, other, name)).but(of(field, info, phone)),
	f(bot.AllowanceProblem, 0.3, of(me, person, name, done), of(why), of(not), of(has)),
	f(bot.AllowanceProblem, 0.3, moneyish, of(why), of(month)).but(of(legal, meeting)),
	f(bot.AllowanceProblem, 0.6, moneyish.or(of(list, mine)), of(payrun, list), of(not, notyet), of(field, mine, me)),
	f(bot.AllowanceProblem, 0.2, moneyish.or(of(see, where, mine, notyet, not, lack, contact, ward)), of(question), pays),

	// How much for whom, and on what basis.
	f(bot.Policy, 0.3, of(current, allowance, money, role, post, branch, howmuch, what, see, permonth, asking, how, receive, pay, legal, explain, who, why, ward, month, fresh, lack), of(rate)),
	f(bot.Policy, 0.4, of(current, allowance, money, role, post, branch, howmuch, what, see, permonth, asking, how, receive, pay, rate, explain, who, why, ward, fresh, when, askyet, data, months), of(legal)),
	f(bot.Policy, 0.9, of(current, money, allowance, role, month, fresh, done, receive, asking, howmuch, what, when, branch), of(legal), of(appoint, leave, gone, add), of(asking, howmuch, money, allowance, receive, what)).but(of(name)),
	f(bot.Policy, 0.8, of(current, money, allowance, role, howmuch, what, asking, see, branch), of(rate), of(months, fresh)),
	f(bot.Policy, 0.8, of(current, money, allowance, branch, receive, pay, permonth, what, asking, who, rate, legal, post, howmuch, month), of(role), of(howmuch, permonth)),
	f(bot.Policy, 0.8, of(current, role, branch, receive, pay, post, howmuch, what, see, rate, mine), of(permonth), of(howmuch, money, allowance)),
	f(bot.Policy, 0.6, of(current, role, branch, post), pays, of(explain)),
	f(bot.Policy, 0.6, of(current, branch, receive, has, money, allowance, what, how), pays, of(role, post), of(asking, howmuch, what, how, who)),
	f(bot.Policy, 0.5, of(current, branch, money, allowance, howmuch, post), of(role, post), of(receive), of(what, asking, howmuch)),
	f(bot.Policy, 0.6, of(current, branch, pay, receive, money, allowance), of(role), of(count), of(asking)),
	f(bot.Policy, 1.2, of(receive, pay, money, allowance, branch, rate, permonth, name), of(role), of(why), of(lack, count, howmuch)).but(of(me, mine, notyet, month, name)),
	f(bot.Policy, 0.2, of(current, branch, receive, howmuch, role), pays, of(who)),
	f(bot.Policy, 0.1, of(current, see, role), of(allowance), of(what, how)),

	// Who is in a branch.
	f(bot.Branch, 0.5, of(current, see, members, who, what, list, info, askyet, asking, name, ward, howmuch, number, mine, post, is), of(branch), of(members, who)),
	f(bot.Branch, 0.5, of(current, branch, see, members, list, info, asking, name, post, is, ward), of(role), of(who, members)),
	f(bot.Branch, 0.7, of(current, role, members, who, mine, asking, name, ward, everyone), of(branch), of(list, see, info, process)),
	f(bot.Branch, 0.3, of(current, branch, see, who, mine, name), of(list), of(role, members, branch)),
	f(bot.Branch, 0.1, of(current, see, list, branch, role, mine, who), of(members)),
	f(bot.Branch, 0.0, of(current, role, see, mine), of(branch)),

	// What is held about oneself.
	f(bot.Profile, 0.4, of(see, old, current, what, asking, mine, role, field, phone, bank, number, post, where, place, app), of(info)).but(of(wrong)),
	f(bot.Profile, 0.7, of(see, old, current, what, asking, mine, app, number, where, place, info, ward, keep), of(field, phone, bank, post), of(see, what, old, current), of(me, mine)),
	f(bot.Profile, 0.6, of(see, number, app, done), of(field), of(askyet), of(mine)),
	f(bot.Profile, 0.3, of(see, mine, app, what, when, old, current, create, done), of(post)),
	f(bot.Profile, 0.5, of(branch, role, receive, see, me, mine, asking, askyet, old, current), of(post), of(what, see, when, old, current)),
	f(bot.Profile, 0.5, of(see, old, current, branch, asking), of(me), of(role), of(when, what)),
	f(bot.Profile, 0.3, of(see, old, current, mine, app), of(field, phone, bank, number), of(what, see)),
	f(bot.Profile, 0.2, of(see), of(me), of(who)),
	f(bot.Profile, 0.9, of(me, mine, role, post, see), of(appoint, serve), of(when), of(me, mine)).but(of(name, ward, request, money, allowance)),
	f(bot.Profile, -0.1, of(number, current, see), of(bank, phone), of(mine)).but(alters.or(of(name, figures, secrecy, who))),

	// Somebody comes in, with or without somebody going.
	f(bot.ChangeOfficer, 0.5, of(current, name, person, branch, members, post, appoint, fresh, old, leave, gone, asking, ward, how, add, change, done, month, legal, when, other, lost), of(replace), of(role, name, person, members, branch, post)),
	f(bot.ChangeOfficer, 0.4, of(current, name, person, branch, members, post, replace, fresh, old, leave, gone, role, asking, ward, how, add, change, done, month, legal, other, when, meeting, process), of(appoint)),
	f(bot.ChangeOfficer, 0.3, of(current, name, person, branch, members, post, replace, fresh, old, asking, ward, how, add, legal, other, done, info, list), of(change, add, fix), of(role, members)).but(of(phone, bank, field)),
	f(bot.ChangeOfficer, 0.3, of(current, name, person, branch, post, replace, old, asking, done, appoint), of(role), of(fresh)),
	f(bot.ChangeOfficer, 0.3, of(current, role, branch, name, fresh, other, info), of(add, change), of(person, members)).but(of(phone, bank, field)),
	f(bot.ChangeOfficer, 0.7, of(current, name, person, branch, role, post, fresh, done, old, gone, other), of(leave, gone, lost), of(replace, appoint)),
	f(bot.ChangeOfficer, 0.3, of(current, person, branch, receive, add, done), of(name), of(create, add), of(role)),
	f(bot.ChangeOfficer, 0.7, of(current, role, branch, post, done, fresh, receive), of(leave, gone, lost), of(change), of(name, person)),
	f(bot.ChangeOfficer, -0.1, of(current, fresh, asking, how), of(replace)),
	f(bot.ChangeOfficer, 0.8, of(leave, gone, lost, role, branch, post, create, receive, done, current, name, person, meeting, members), of(pair), of(leave, gone, lost), of(create, receive, appoint, replace, serve, role)),

	// Somebody goes.
	f(bot.ChangeLeave, 0.5, of(current, name, person, role, post, branch, gone, month, asking, how, done, ward, why, mine, not, old, when, request, fresh, withdraw, legal), of(leave)),
	f(bot.ChangeLeave, 0.5, of(current, name, person, post, branch, month, leave, done, asking, how, ward, not, askyet, other, why, fresh), of(gone), of(role, name, person, post)),
	f(bot.ChangeLeave, 0.6, of(current, name, person, me, create, serve, gone, done, receive, branch, role, post, want), of(not), of(anymore), of(role, branch, post, create, serve, members)).but(of(change, replace, appoint, send)),
	f(bot.ChangeLeave, 0.1, of(current, month, leave, done, asking, name, branch, not, notyet), of(gone)),
	f(bot.ChangeLeave, 0.4, of(current, branch, post, done, fresh), of(role, name), of(lost)),
	f(bot.ChangeLeave, 0.5, of(current, branch, role, name, person, asking), of(stop, withdraw, cancel, remove), of(post, role)),

	// Phone.
	f(bot.ChangePhone, 0.6, alters.or(of(current, name, role, branch, asking, how, mine, number, device, done, info, when, ward, person, month)), of(phone), alters),
	f(bot.ChangePhone, 0.5, alters.or(of(current, asking, how, mine, phone, done)), of(number), alters),
	f(bot.ChangePhone, 0.0, of(device, mine, done), of(phone), of(device)),
	f(bot.ChangePhone, 0.9, alters.or(of(contact, ward, me, number, not, send, name)), of(phone), of(old, lost), of(not, lost, use, change, contact)).but(of(bank, why)),
	f(bot.ChangePhone, -0.9, of(mine, number, is), of(phone)),

	// Bank account.
	f(bot.ChangeBank, 0.6, alters.or(of(current, bankname, name, role, asking, how, mine, number, receive, pay, money, allowance, done, info, ward, person, month, when)), of(bank), alters),
	f(bot.ChangeBank, 0.6, alters.or(of(current, bank, asking, how, mine, number, money, allowance, done)), of(bankname), alters.or(gets)),
	f(bot.ChangeBank, 0.3, alters.or(of(current, bankname, mine, money, allowance, asking)), of(bank), gets, of(want, other, fresh)),
	f(bot.ChangeBank, 0.4, alters.or(of(bankname, bank, mine, number, is, name)), of(bank, bankname), of(figures)),
	f(bot.ChangeBank, 0.9, of(me, mine, other), of(not), of(bank, bankname), of(use, change)),
	f(bot.ChangeBank, -0.2, of(mine, number, is), of(bankname)),
	f(bot.ChangeBank, -0.5, of(mine, number, bankname), of(bank)),

	// Name, birth date, papers.
	f(bot.ChangeProfile, 0.6, of(wrong, fix, change, add, old, fresh, mine, info, asking, how, name, list, role, app, number, lack, lost, is, done), of(field), of(wrong, fix, change, add, lack, fresh, other)).but(of(bank, bankname, phone)),
	f(bot.ChangeProfile, 0.5, of(wrong, fix, change, add, mine, field, asking, how, name, list, role, app, old, is), of(info), of(wrong, fix, change, add)).but(of(bank, bankname, phone)),
	f(bot.ChangeProfile, -0.6, of(mine, name), of(field)).but(of(bank, bankname, phone)),
	f(bot.ChangeProfile, -0.2, of(mine, name, list), of(wrong), of(mine, name, list, info, done)).but(of(phone, bank)),

	// What became of what one asked for.
	f(bot.MyRequests, 0.5, of(process, where, place, askyet, asking, approve, see, me, mine, done, ward, when, send, notyet, not, withdraw, remove, phone, bank, change, leave, replace, role, list, why, fix, field, number, info, what, how, lack, branch, month, name, contact), of(request), of(process, where, place, askyet, asking, approve, see, me, mine, done, when, withdraw, notyet, why, how, list, has)),
	f(bot.MyRequests, 0.1, of(see, done, send, mine, list, ward, branch), of(request)),
	f(bot.MyRequests, 0.7, of(process, where, place, asking, done, ward, send, phone, bank, change, replace, leave, role, number, fix, field, info, appoint, when, why, name, see, request, post), of(approve), of(askyet, asking, notyet, when, where, place, process)).but(of(money, allowance, month, payrun)),
	f(bot.MyRequests, 0.7, of(approve, where, place, asking, askyet, done, ward, send, phone, bank, change, replace, leave, role, number, fix, field, info, appoint, when, why, name, see, request, notyet), of(process), of(phone, bank, change, replace, leave, role, number, fix, field, send, withdraw, add, done, info)).but(of(money, allowance, month)),
	f(bot.MyRequests, 0.7, of(request, info, askyet, see, ward), of(pending, approve), of(mine), of(when, where, place, askyet, process, why, done)),
	f(bot.MyRequests, 0.7, of(ward, phone, bank, change, replace, leave, role, number, fix, field, info, appoint, when, why, done), of(consent, approve), of(askyet)).but(of(money, allowance, month, payrun, task)),
	f(bot.MyRequests, 0.9, of(role, phone, bank, number, field, info, ward, name, person, branch, when, see, mine, me, send, what, where, place), of(change, replace, fix, appoint, leave, add), of(askyet, notyet, where, place, asking), of(approve, consent, process, done, why, send, receive, appoint)).but(of(money, allowance, month)),
	f(bot.MyRequests, 1.0, of(role, phone, bank, number, field, info, ward, name, person, branch, see, mine, me, task, done), of(change, replace, fix, appoint, leave, add), of(when, where, place, why), of(approve, process)).but(of(money, allowance, month)),
	f(bot.MyRequests, 1.2, of(done, send, request, mine, me, phone, bank, number, role, field, name, fix), of(withdraw), of(leave, change, replace, appoint, add, fix)).but(of(post, consent, data, not, money)),
	f(bot.MyRequests, 0.8, of(done, send, mine), of(withdraw, remove, cancel), of(request)),
	f(bot.MyRequests, 0.5, of(mine, me, where, place, askyet, done, ward, see, approve, branch, replace, change), of(info), of(process)).but(of(wrong, secrecy)),
	f(bot.MyRequests, 0.4, of(mine, me, done, process), of(info), of(ward), of(see, approve), of(askyet)),
	f(bot.MyRequests, -0.1, of(askyet, asking, done, ward, approve, why, see), of(process)),
	f(bot.MyRequests, 0.5, of(done, send, mine), of(withdraw), of(request, phone, bank, change, me, mine)).but(of(consent, data, post, role, lack, not)),
	f(bot.MyRequests, 0, of(done, send), of(withdraw)).but(of(consent, data, post, role, lack, not, bank)),
	f(bot.MyRequests, 0.5, of(see, done, askyet, process, where, place, what, phone, bank, number, change, name), of(send), of(done), of(askyet, process, where, place, asking, notyet)).but(of(notice)),

	// What the ward has told.
	f(bot.Notices, 0.4, of(see, fresh, what, asking, has, ward, read, meeting, askyet, when, where, place, done, mine, list, branch, receive, old, month), of(notice)).but(of(everyone)),
	f(bot.Notices, 0.6, of(when, what, where, place, has, asking, notice, branch, ward, see, fresh, askyet, done, month), of(meeting), of(when, what, where, place, has, asking, see, askyet, notice)).but(of(everyone, send)),
	f(bot.Notices, 0.5, of(done, receive, see), of(read), of(notice, done, me)),
	f(bot.Notices, 0.8, of(mine, done, ward, see, fresh, what), of(notice), of(receive, see), of(notyet, not)),
	f(bot.Notices, -0.1, of(done, notice), of(read)),
	f(bot.Notices, 0.9, of(send, fresh, done, what), of(notice), of(see, what), of(ward)).but(of(everyone, create)),
	f(bot.Notices, -0.3, of(branch), of(meeting)),

	// A person to talk to.
	f(bot.Support, 0.6, of(contact, ward, human, who, phone, number, how, where, place, help, see, asking, role, what, when, explain, question, person, name), of(contact), of(ward, human, who, question, person)),
	f(bot.Support, 0.9, of(contact, who, asking, how, where, place, what, want, pay), of(ward, human), of(phone, number)).but(of(change, find, current, mine, lost, old, me)),
	f(bot.Support, 0.6, of(contact, phone, name), of(askabout), of(ward, human)),
	f(bot.Support, 0.3, of(contact, ward, help, see, app, asking, phone), of(human)),
	f(bot.Support, 0.3, of(contact, ward, send, human, want), of(question)),
	f(bot.Support, 0.2, of(ward, phone, who, when), of(contact)),
	f(bot.Support, 0.5, of(contact, human, phone), of(help), of(ward, human, who)),
	f(bot.Support, 0.6, of(when, where, place, asking, members, branch, contact), of(ward), of(when, where, place, who, members)),
	f(bot.Support, -0.4, of(asking, has), of(ward)),

	// What is held, who sees it, and to have it erased.
	f(bot.Privacy, 0.5, of(secrecy, see, mine, remove, consent, withdraw, who, what, app, asking, how, ward, info, list, where, place, use, fix, receive, send, use, is), of(data)),
	f(bot.Privacy, 0.7, of(see, mine, app, asking, how, phone, bank, field, number, who, what, ward, has, use, data, person, other, why, money, allowance, receive), of(secrecy)).but(of(replace, appoint)),
	f(bot.Privacy, 0.6, of(secrecy, mine, app, asking, how, data), of(remove, withdraw), of(info, data, field, phone)).but(of(stop, post)),
	f(bot.Privacy, 0.6, of(mine, data, info, app, asking, how), of(consent), of(withdraw, remove, stop, not, cancel, see, change)),
	f(bot.Privacy, 0.7, of(see, mine, data, add, send, pay), of(info, data), of(secrecy, who)).but(of(role, branch, members, name)),
	f(bot.Privacy, 0.7, of(mine, receive, me), of(ward, human), of(what, who), of(see), of(field, bank, phone, info, data)).but(of(list, notice, current)),
	f(bot.Privacy, 0.0, of(mine), of(consent)),
	f(bot.Privacy, 0.6, of(mine, not, anymore), of(consent), of(keep, info, data, use)),
	f(bot.Privacy, 0.6, of(ward, app, mine, field, see, use, why), of(keep), of(info, field, bank, phone, me), of(what, why, who)).but(of(is, role, post)),
	f(bot.Privacy, 0.7, of(mine, secrecy, asking, app, other, ward, person), of(who, person), of(see), of(bank, phone, field, data, info, money, allowance)).but(of(contact, role, branch)),
	f(bot.Privacy, 0.6, of(mine, use, create), of(info, field, phone, bank), of(why, use), of(what)),

	// To part with this bot.
	f(bot.Unlink, 0.5, of(link, app, mine, asking, how, device, phone, done, notice, change, lost, cancel, remove), of(stop)),
	f(bot.Unlink, 0.6, of(app, link, notice, want, receive, send), of(not), of(anymore), of(use, app, notice, link)),
	f(bot.Unlink, 0.7, of(app, mine, bank, asking, how, device, stop), of(link), of(remove, cancel, stop, withdraw, not)),
	f(bot.Unlink, 1.0, of(link, mine, asking, how, device, me, old), of(app), of(remove, cancel, stop, withdraw)),
	f(bot.Unlink, 0.9, of(app, cancel, me, mine, anymore, device), of(not, cancel, stop), of(use), of(anymore, app, stop)).but(of(phone, bank, bankname, number, fix)),
	f(bot.Unlink, 0.4, of(app, link, mine, asking, how, done, fresh, change, lost), of(device), of(change, lost, link, fresh)),

	// What leads through the conversation.
	f(bot.Cancel, 0.2, of(not, done, anymore), of(cancel)).command(),
	f(bot.Cancel, 0.8, of(anymore), of(cancel), of(leave)).but(of(role, post, me, name, branch, want, month)),
	f(bot.Cancel, 0.6, of(cancel, request, role, phone, number, bank), of(not), of(anymore), of(change, send, fix, add, replace)),
	f(bot.Back, 0.4, of(see, fix, question), of(back)).command(),
	f(bot.Menu, 0.5, of(see, app, greeting, what, asking, back), of(menu)).command(),
	f(bot.Menu, 0.0, of(app, ward, name, human, person), of(greeting)).but(content),
	f(bot.Help, 0.4, of(how, use, app, what, asking, see, explain), of(help)).command(),
	f(bot.Help, 0.4, of(app, help, explain, what), of(how), of(use, app)),
	f(bot.Help, 0.3, of(use, how, help, asking), of(app), of(what, how, explain)),
	f(bot.Help, 0.1, of(app, help), of(how)),
	f(bot.Help, -0.1, of(app, how), of(use)),

	// The ward's work.
	f(bot.WardPending, 0.5, of(task, request, see, what, asking, has, howmuch, list, change, me, mine, branch, when, question, approve, where, place, count, process, ward, fresh, phone, bank, send, askyet, not, everyone, month), of(pending)).but(of(money, allowance, payrun, mine)),
	f(bot.WardPending, 0.7, of(see, what, asking, has, howmuch, list, change, me, branch, approve, process, fresh), of(pending), of(request, task, question, approve, info)).but(of(mine)),
	f(bot.WardPending, 0.4, of(see, what, asking, has, howmuch, me, list, process, approve, when, not), of(task)),
	f(bot.WardPending, 0.3, of(list, see, branch, change, fresh, process, me), of(approve)).but(of(askyet)),
	f(bot.WardPending, 0.5, of(branch, see, change, list), of(request), of(approve, list, everyone)).but(of(me, mine, askyet)),

	f(bot.WardPayment, 0.6, of(create, month, approve, export, see, send, list, file, money, allowance, ward, everyone, load, done, branch, asking, months, pay, bank, fresh, process, pending, remove, receive, count), of(payrun)),
	f(bot.WardPayment, 0.8, of(create, approve, export, see, send, list, file, money, allowance, ward, everyone, load, done, months, pay, bank, pending, process), of(payrun), of(month, create, approve, export, load)),
	f(bot.WardPayment, 0.6, of(month, ward, everyone, pay, file, branch, receive), of(create, export, approve), of(list), pays.or(of(month, pay, receive))),
	f(bot.WardPayment, 0.4, of(ward, everyone, branch, list, month), of(create, approve, export), pays),
	f(bot.WardPayment, 0.4, of(ward, month, list, branch), pays, of(everyone)).but(of(send, notice)),

	f(bot.WardBroadcast, 0.5, of(notice, everyone, meeting, branch, role, ward, name, when, create, fresh, person, members, info, month, file, list, bank, report), of(send), of(notice, everyone, meeting, role, branch)),
	f(bot.WardBroadcast, 0.5, of(send, meeting, branch, role, create, invite, members), of(notice, invite), of(everyone)),
	f(bot.WardBroadcast, 0.5, of(send, create, meeting, branch, role, everyone), of(notice), of(create, send)),
	f(bot.WardBroadcast, 0.5, of(notice, see, list, members, not, notyet, everyone, howmuch), of(read), of(everyone, howmuch, members)),
	f(bot.WardBroadcast, 0.5, of(notice, see, send, everyone, list), of(unread)),
	f(bot.WardBroadcast, 0.3, of(notice, branch, role, when), of(meeting), of(everyone, invite, send)),
	f(bot.WardBroadcast, 0.1, of(notice), of(send)),

	f(bot.WardReport, 0.4, of(create, export, see, month, months, list, ward, everyone, money, allowance, branch, role, howmuch, file, pay, send, payrun, info, process, members, human, field, post, what, has, asking, appoint, lack, notyet, whichbranch, total), of(report)),
	f(bot.WardReport, 0.9, of(create, export, see, pay, howmuch, ward, everyone, list, role, branch, file, payrun), of(report), of(money, allowance, month, months)).but(of(mine, me)),
	f(bot.WardReport, 0.5, of(create, export, see, money, allowance, month, months, howmuch, branch, role, list), of(total), of(ward, everyone, pay, payrun, branch, role, report)),
	f(bot.WardReport, 1.0, of(see, what, has, not, notyet, done, money, allowance, receive, asking, branch), of(whichbranch), of(appoint, lack, notyet, not, role, members, has)).but(of(name)),
	f(bot.WardReport, 0.9, of(create, export, see, month, months, list, ward, everyone, process), of(report), of(payrun)),
	f(bot.WardReport, 0.9, of(money, allowance, month, months, pay, howmuch), of(report), of(ward)).but(of(mine, me, when)),
	f(bot.WardReport, 0.4, of(see, ward, everyone, list, post), of(howmuch), of(branch, role, members), of(everyone, ward)),
	f(bot.WardReport, 0.4, of(ward, everyone, list, branch, role), of(export), of(info, list, members, file)).but(of(payrun, month)),

	f(bot.WardFind, 0.3, of(name, person, human, role, branch, phone, info, see, members, field, number, ward, mine, who, where, place, has, bank), of(find)),
	f(bot.WardFind, 0.6, of(phone, info, see, role, branch, number, field, members, ward, list), of(find), of(name, person, role, phone, branch, members, info, field)),
	f(bot.WardFind, 0.5, of(see, branch, role, where, place, what, number, asking, howmuch, has, ward, old, month), of(phone, info, see), of(name)).but(alters.without(of(old)).or(of(legal, contact))),
	f(bot.WardFind, 0.6, of(number, change, is, use), of(who, members), of(phone)).but(of(contact, mine, me, ward)),
	f(bot.WardFind, 0.2, of(branch, see, role, number, create), of(name), of(where, place, who, role, branch, what, whichbranch)),
	f(bot.WardFind, 0.5, of(what, see, branch, when), of(name), of(post)).but(alters.or(of(role, replace, appoint, leave))),
	f(bot.WardFind, -0.4, of(branch, role), of(name)),

	f(bot.WardImport, 0.4, of(file, list, members, data, info, branch, role, everyone, ward, see, app, how, asking, person), of(load)),
	f(bot.WardImport, 0.7, of(list, members, data, info, branch, role, everyone, ward, app, how, add), of(load, add, change, send), of(file)),
	f(bot.WardImport, 0.2, of(list, members, see, export), of(file)),

	f(bot.WardInvite, 0.4, of(code, name, role, link, app, branch, everyone, create, send, export, ward, person, members, fresh, device, use, asking), of(invite)).but(of(meeting, notice, read)),
	f(bot.WardInvite, 0.6, of(name, app, link), of(invite), of(appoint, role)).but(of(meeting, notice, read)),
	f(bot.WardInvite, 0.6, of(name, role, link, app, branch, everyone, ward, person, invite, members, pay, fresh, list), of(code), of(create, send, export, pay, invite)),
	f(bot.WardInvite, 0.0, of(name, role, branch), of(code)),
}
