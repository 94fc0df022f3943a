package outbox

import "canbobot/models"

// Kind is which message it is; each has a page that draws it.
type Kind = models.MessageKind

// Kinds of messages.
const (
	ChangeSubmitted Kind = "change_submitted" // card for who decides
	ChangeDecided   Kind = "change_decided"   // to who proposed, and to whom it concerns
	ChangeWaiting   Kind = "change_waiting"   // reminder to who decides
	ChangeConcerns  Kind = "change_concerns"  // to whom it concerns, before it is decided
	ChangeDisowned  Kind = "change_disowned"  // to who decides: it was not who it names
	CaseOpened      Kind = "case_opened"      // card for clerks
	CaseAnswered    Kind = "case_answered"    // to the officer
	LinkAsked       Kind = "link_asked"       // card for clerks: is this really them?
	LinkWaiting     Kind = "link_waiting"     // reminder to clerks
	LinksAsked      Kind = "links_asked"      // to clerks: so many wait that they are one list
	LinkDecided     Kind = "link_decided"     // to the account that asked
	AccountMoved    Kind = "account_moved"    // to the account that was linked before
	AccountEnded    Kind = "account_ended"    // to a chat that staff have cut off
	AccountLinked   Kind = "account_linked"   // to its owner's other accounts
	AccountDisowned Kind = "account_disowned" // to who decides: it was not its owner's
	NumberChanged   Kind = "number_changed"   // to an officer: a sheet gave them another number
	NumberDisowned  Kind = "number_disowned"  // to who decides: it is not theirs
	OfficerAsked    Kind = "officer_asked"    // to leaders and administrators: is a ward user that officer?
	OfficerDecided  Kind = "officer_decided"  // to that user
	NoticeSent      Kind = "notice"           // a notice to its audience
	NoticeRemind    Kind = "notice_remind"    // a notice again, to who has not confirmed it
	NoticeWaiting   Kind = "notice_waiting"   // card for who signs: may it go?
	NoticeAsked     Kind = "notice_asked"     // reminder to who signs
	NoticeReturned  Kind = "notice_returned"  // to its author: a leader said no
	RunSubmitted    Kind = "run_submitted"    // card for who signs
	RunWaiting      Kind = "run_waiting"      // reminder to who signs
	RunMoved        Kind = "run_moved"        // to who submitted it: signed, or sent back by the treasury
	RunTampered     Kind = "run_tampered"     // to administrators and leaders: its rows are not those signed
	PolicyAsked     Kind = "policy_asked"     // card for who signs what the ward pays
	PolicyWaiting   Kind = "policy_waiting"   // reminder to who signs
	PolicyDecided   Kind = "policy_decided"   // to who proposed it
	WaiverAsked     Kind = "waiver_asked"     // card for who signs that a debt is given up
	WaiverWaiting   Kind = "waiver_waiting"   // reminder to who signs
	WaiverDecided   Kind = "waiver_decided"   // to who asked for it

	CertificateAsked   Kind = "certificate_asked"   // card for who signs that a token is the ward's
	CertificateWaiting Kind = "certificate_waiting" // reminder to who signs
	CertificateDecided Kind = "certificate_decided" // to who asked for it

	Delegated      Kind = "delegated"       // to who signs for somebody, or does so no longer
	CardChanged    Kind = "card_changed"    // a card as it has become, where none can be redrawn
	ChannelTrouble Kind = "channel_trouble" // to administrators: a channel needs a human
	WeeklyReview   Kind = "weekly_review"   // to clerks: what the ward should look at
	StageReached   Kind = "stage_reached"   // to an officer: a month's money moved on
	LineSettled    Kind = "line_settled"    // to an officer: their money was paid, or not
	AccountCheck   Kind = "account_check"   // to an officer: what to put right before money is sent
	DataAsked      Kind = "data_asked"      // card for administrators: somebody asks of the data about them
	DataDue        Kind = "data_due"        // reminder to them: the law's time runs out
	DataAnswered   Kind = "data_answered"   // to who asked
	BreachOpen     Kind = "breach_open"     // to administrators: the authority is to hear of it
	JournalBroken  Kind = "journal_broken"  // to administrators: the journal is not as it was written
	JournalHead    Kind = "journal_head"    // to leaders, each day: how far the journal goes
	Shown          Kind = "shown"           // a card that was an answer: nothing is sent
)

// Kinds of subjects.
const (
	Change       = "change"
	Case         = "case"
	Link         = "link"
	Links        = "links" // of a ward: that many ask
	Notice       = "notice"
	Run          = "run"
	Policy       = "policy"
	Waiver       = "waiver"
	Certificate  = "certificate"
	Delegation   = "delegation"
	Stage        = "stage"   // a run as its officers see it: nothing is redrawn
	Check        = "check"   // a run as who is to look after their account sees it: nothing is redrawn
	Line         = "line"    // of a payment list
	Sending      = "sending" // a notice as its senders see it: a draft, how far it got
	Account      = "account"
	Import       = "import"
	Person       = "person"
	Staff        = "staff"
	DataRequest  = "data_request"
	Breach       = "breach"
	JournalFault = "journal_fault"
	JournalDay   = "journal_day"
	Channel      = "channel" // its trouble
	Week         = "week"    // of a year, such as 202615
)

// traits are what is true of a kind besides its words.
type traits struct {
	// template: an approved template may carry it past a channel's window, and the
	// list to telephone names it.
	template bool
}

var kinds = map[Kind]traits{
	NoticeSent:    {template: true},
	ChangeDecided: {template: true},
	CaseAnswered:  {template: true},
	LinkDecided:   {template: true},
}

// Templated reports whether an approved template may carry a kind of message.
func Templated(kind Kind) bool { return kinds[kind].template }
