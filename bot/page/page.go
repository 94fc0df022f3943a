// Package page is what the bot shows and asks: one file a matter, forms as
// tables. A screen calls a service with the actor of the turn, and returns what
// to say; it never asks which channel it is on.
package page

import (
	"context"
	"strconv"
	"time"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/bank"
	"canbobot/services/cases"
	"canbobot/services/change"
	"canbobot/services/evidence"
	"canbobot/services/identity"
	"canbobot/services/list"
	"canbobot/services/money"
	"canbobot/services/notice"
	"canbobot/services/paper"
	"canbobot/services/phrases"
	"canbobot/services/roster"
	"canbobot/services/sheet"
	"canbobot/services/story"
	"canbobot/services/warnings"
	"canbobot/services/year"
)

// Screens draws everything from the ward's services.
type Screens struct {
	Identity  *identity.Service
	Roster    *roster.Service
	Changes   *change.Service
	Approvals *approve.Service
	Money     *money.Service
	List      *list.Service
	Year      *year.Service
	Cases     *cases.Service
	Notices   *notice.Service
	Phrases   *phrases.Service
	Warnings  *warnings.Service
	Sheets    *sheet.Service
	Results   *bank.Service
	Story     *story.Service
	Papers    *paper.Service
	Evidence  *evidence.Service
	Troubles  Troubles
	Texts     *texts.Texts
	Clock     services.Clock
	// Links tells the addresses that open a chat with the bot, as far as they
	// are known at the moment: a channel may not have answered yet.
	Links func() []Link
	// Window says what a message costs on a channel to somebody who was last
	// heard of a while ago; nil when no channel knows windows.
	Window func(channel string, sinceLastSeen time.Duration) bot.Window
}

// Troubles reads what stands in a channel's way; the channels service does.
type Troubles interface {
	One(ctx context.Context, actor services.Actor, id int64) (models.ChannelTrouble, error)
}

// Link opens a chat on one channel and hands the bot an invite code, for which
// %s stands in Pattern.
type Link struct {
	Channel string
	Pattern string
}

// Book lists every screen under what leads to it.
func (s *Screens) Book() *bot.Book {
	book := &bot.Book{
		Welcome:   s.welcome,
		Consent:   s.consent,
		Misheard:  s.misheard,
		Both:      s.both,
		Aside:     s.aside,
		Elsewhere: s.elsewhere,
		Attached:  s.attached,
		Intents: map[bot.Intent]bot.Screen{
			bot.Menu: s.menu, bot.Help: s.help, bot.Cancel: s.nothingToCancel, bot.Back: s.menu,
			bot.Allowance: s.allowance, bot.AllowanceHistory: s.history, bot.AllowanceProblem: s.problem,
			bot.Policy: s.policy, bot.Branch: s.branch, bot.Profile: s.profile,
			bot.ChangeOfficer: s.changeOfficer, bot.ChangeLeave: s.changeLeave, bot.ChangePhone: s.changePhone,
			bot.ChangeBank: s.changeBank, bot.ChangeProfile: s.changeProfile,
			bot.MyRequests: s.myRequests, bot.Notices: s.notices, bot.Support: s.support,
			bot.Privacy: s.privacy, bot.Unlink: s.unlink,
			bot.WardPending: s.pending, bot.WardPayment: s.runs, bot.WardBroadcast: s.sentNotices,
			bot.WardReport: s.report, bot.WardFind: s.find, bot.WardImport: s.importing, bot.WardInvite: s.invite,
		},
		Sayings: s.sayings(),
		Choice:  s.choice,
		AsideOf: asideOf,
		Actions: map[string]bot.Verb{
			"menu": {Screen: s.menuButton, Open: true}, "help": {Screen: s.help, Open: true},
			"month": {Screen: s.allowance}, "why": {Screen: s.why, Inner: true}, "history": {Screen: s.history}, "problem": {Screen: s.problem},
			"policy": {Screen: s.policy}, "branch": {Screen: s.branch}, "profile": {Screen: s.profile},
			"change": {Screen: s.changeOfficer}, "leave": {Screen: s.changeLeave}, "phone": {Screen: s.changePhone}, "bank": {Screen: s.changeBank}, "details": {Screen: s.changeProfile}, "byclerk": {Screen: s.profile, Inner: true},
			"account": {Screen: s.account, Inner: true}, "fix": {Screen: s.correct, Inner: true},
			"papers": {Screen: s.papers, Inner: true}, "attach": {Screen: s.attach, Inner: true}, "detach": {Screen: s.detach, Inner: true}, "merge": {Screen: s.merge, Inner: true},
			"duplicates": {Screen: s.duplicates}, "pair": {Screen: s.pair, Inner: true}, "distinct": {Screen: s.distinct, Inner: true},
			"unmerge": {Screen: s.unmerge, Inner: true}, "past": {Screen: s.past, Inner: true},
			"mine": {Screen: s.myRequests}, "request": {Screen: s.request, Inner: true}, "withdraw": {Screen: s.withdraw, Inner: true}, "redo": {Screen: s.redo, Inner: true},
			"notices": {Screen: s.notices}, "confirm": {Screen: s.confirmNotice, Inner: true}, "come": {Screen: s.come, Inner: true}, "absent": {Screen: s.absent, Inner: true},
			"askback": {Screen: s.askBack, Inner: true}, "noticefile": {Screen: s.noticeFile, Inner: true},
			"support": {Screen: s.support}, "mycase": {Screen: s.myCase, Inner: true},
			"privacy": {Screen: s.privacy}, "unlink": {Screen: s.unlink}, "unlinkyes": {Screen: s.unlinkYes, Inner: true},
			"style": {Screen: s.style}, "styleset": {Screen: s.styleSet, Inner: true},
			"consent": {Screen: s.consentAnswer, Open: true, Inner: true},
			"link":    {Screen: s.link, Open: true, Inner: true}, "asklink": {Screen: s.askLink, Open: true, Inner: true},
			"step_up": {Screen: s.stepUp},
			"pending": {Screen: s.pending}, "card": {Screen: s.card, Inner: true}, "ok": {Screen: s.approve, Inner: true},
			"ret": {Screen: s.returnRequest, Inner: true}, "no": {Screen: s.refuse, Inner: true},
			"takeback": {Screen: s.takeBack, Inner: true}, "waiting": {Screen: s.waiting}, "many": {Screen: s.many}, "manyyes": {Screen: s.manyYes, Inner: true},
			"rules": {Screen: s.approvalRules}, "delegations": {Screen: s.delegations}, "delegate": {Screen: s.delegate, Inner: true}, "undelegate": {Screen: s.undelegate, Inner: true},
			"linkcard": {Screen: s.linkCard, Inner: true}, "linkyes": {Screen: s.linkYes, Inner: true}, "linkno": {Screen: s.linkNo, Inner: true},
			"case": {Screen: s.caseCard, Inner: true}, "caseans": {Screen: s.answerCase, Inner: true}, "caseclose": {Screen: s.closeCase, Inner: true},
			"runs": {Screen: s.runs}, "run": {Screen: s.run, Inner: true}, "prepare": {Screen: s.prepare, Inner: true},
			"submit": {Screen: s.submitRun, Inner: true}, "approve": {Screen: s.approveRun, Inner: true},
			"export": {Screen: s.exportRun, Inner: true}, "settle": {Screen: s.settleAll, Inner: true},
			"lines": {Screen: s.lines, Inner: true}, "line": {Screen: s.line, Inner: true}, "linepaid": {Screen: s.linePaid, Inner: true},
			"linefailed": {Screen: s.lineFailed, Inner: true}, "close": {Screen: s.closeRun, Inner: true}, "runpapers": {Screen: s.runPapers, Inner: true}, "runpaper": {Screen: s.runPaper, Inner: true},
			"yearpicture": {Screen: s.yearPicture}, "yearpdf": {Screen: s.yearPDF}, "stages": {Screen: s.stages}, "stagesset": {Screen: s.stagesSet, Inner: true},
			"year": {Screen: s.year}, "yearparts": {Screen: s.yearParts, Inner: true}, "vacant": {Screen: s.vacancies, Inner: true}, "yearsheet": {Screen: s.yearSheet, Inner: true},
			"budget": {Screen: s.budget, Inner: true}, "payday": {Screen: s.payDay, Inner: true}, "paydayset": {Screen: s.payDaySet, Inner: true},
			"got": {Screen: s.got, Inner: true}, "gotless": {Screen: s.gotLess, Inner: true}, "gotagain": {Screen: s.gotAgain, Inner: true}, "silent": {Screen: s.silent, Inner: true},
			"resultsok": {Screen: s.applyResults, Inner: true}, "resultsdrop": {Screen: s.dropResults, Inner: true}, "sheetas": {Screen: s.sheetAs, Inner: true}, "results": {Screen: s.resultsHow, Inner: true},
			"cash": {Screen: s.cash, Inner: true}, "cashof": {Screen: s.cashOf, Inner: true}, "cashpaid": {Screen: s.cashPaid, Inner: true},
			"policies": {Screen: s.policies}, "policyrow": {Screen: s.policyRow, Inner: true}, "policyadd": {Screen: s.policyAdd, Inner: true},
			"policyfollow": {Screen: s.policyFollow, Inner: true}, "policyclose": {Screen: s.policyClose, Inner: true},
			"runreview": {Screen: s.runReview, Inner: true}, "runreviewof": {Screen: s.runReviewOf, Inner: true},
			"withdrawrun": {Screen: s.withdrawRun, Inner: true}, "returnrun": {Screen: s.returnRun, Inner: true},
			"report": {Screen: s.report}, "find": {Screen: s.find}, "person": {Screen: s.person, Inner: true},
			"invite": {Screen: s.invitePerson, Inner: true}, "unlinkperson": {Screen: s.unlinkPerson, Inner: true}, "import": {Screen: s.importing},
			"sheetok": {Screen: s.applySheet, Inner: true}, "sheetdrop": {Screen: s.dropSheet, Inner: true},
			"roster": {Screen: s.rosterSheet}, "rosterget": {Screen: s.getRoster, Inner: true},
			"calls": {Screen: s.calls}, "called": {Screen: s.called, Inner: true},
			"broadcast": {Screen: s.broadcast}, "sent": {Screen: s.sentNotices}, "notice": {Screen: s.notice, Inner: true}, "byleader": {Screen: s.setByLeader, Inner: true},
			"noticenow": {Screen: s.noticeNow, Inner: true}, "noticelater": {Screen: s.noticeLater, Inner: true}, "noticetext": {Screen: s.noticeText, Inner: true},
			"noticeaudience": {Screen: s.noticeAudience, Inner: true}, "noticeurgent": {Screen: s.noticeUrgent, Inner: true}, "noticeonce": {Screen: s.noticeOnce, Inner: true}, "noticedrop": {Screen: s.noticeDrop, Inner: true},
			"noticeyes": {Screen: s.noticeYes, Inner: true}, "noticeno": {Screen: s.noticeNo, Inner: true}, "noticenames": {Screen: s.noticeNames, Inner: true},
			"noticepause": {Screen: s.noticePause, Inner: true}, "noticeresume": {Screen: s.noticeResume, Inner: true}, "noticecancel": {Screen: s.noticeCancel, Inner: true},
			"noticeagain": {Screen: s.noticeAgain, Inner: true}, "noticeremind": {Screen: s.noticeRemind, Inner: true}, "noticesilent": {Screen: s.noticeSilent, Inner: true},
			"noticesheet": {Screen: s.noticeSheet, Inner: true}, "noticechart": {Screen: s.noticeChart, Inner: true}, "noticekeep": {Screen: s.newTemplate, Inner: true}, "noticemonthly": {Screen: s.noticeMonthly, Inner: true},
			"templates": {Screen: s.templates}, "newtemplate": {Screen: s.newTemplate, Inner: true}, "usetemplate": {Screen: s.useTemplate, Inner: true}, "droptemplate": {Screen: s.dropTemplate, Inner: true},
			"monthly": {Screen: s.monthly}, "stopmonthly": {Screen: s.stopMonthly, Inner: true},
			"review": {Screen: s.review}, "reviewgroup": {Screen: s.reviewGroup, Inner: true}, "story": {Screen: s.storyOf, Inner: true},
			"unclear": {Screen: s.unclear}, "keepphrases": {Screen: s.keepPhrases, Inner: true},
		},
		Forms: map[string]*bot.Form{},
	}
	for _, form := range []*bot.Form{
		s.linkForm(), s.askLinkForm(), s.stepUpForm(),
		s.officerForm(), s.leaveForm(), s.phoneForm(), s.bankForm(), s.profileForm(), s.correctForm(), s.mergeForm(), s.pastForm(), s.unmergeForm(), s.problemForm(), s.supportForm(),
		s.returnForm(), s.refuseForm(), s.signForm(), s.delegateForm(), s.answerCaseForm(), s.lineFailedForm(), s.gotLessForm(), s.policyForm(), s.policyCloseForm(), s.returnRunForm(), s.budgetForm(), s.findForm(), s.broadcastForm(),
		s.noticeCountForm(), s.noticeWhenForm(), s.noticeTextForm(), s.noticeAudienceForm(), s.noticeMonthlyForm(), s.templateForm(), s.absentForm(), s.askBackForm(),
	} {
		book.Forms[form.Name] = form
	}
	return book
}

// say finds the words for a key; the rest are names and values of its gaps.
func (s *Screens) say(key string, fields ...any) string {
	filled := make(bot.Fields, len(fields)/2)
	for i := 0; i+1 < len(fields); i += 2 {
		filled[fields[i].(string)] = fields[i+1]
	}
	return s.Texts.Say(key, filled)
}

// button is a choice labelled by button.<label>.
func (s *Screens) button(label, verb string, args ...string) bot.Button {
	return bot.Button{Label: s.Texts.Say("button."+label, nil), Action: bot.Act(verb, args...)}
}

func positive(b bot.Button) bot.Button { b.Style = bot.Positive; return b }
func negative(b bot.Button) bot.Button { b.Style = bot.Negative; return b }

func (s *Screens) menuRow() []bot.Button { return bot.Row(s.button("menu", "menu")) }

// titled is a person's name with what they are called, where that is known.
func (s *Screens) today() models.Date { return models.DateOf(s.Clock.Local()) }

func id(n int64) string { return strconv.FormatInt(n, 10) }

// number reads an id from a button; a forged one finds nothing.
func number(arg string) int64 {
	n, err := strconv.ParseInt(arg, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func version(arg string) int { return int(number(arg)) }

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
