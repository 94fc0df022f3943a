package bot

// Intent is what a person wants, whatever words they used.
type Intent string

const (
	Unknown Intent = "unknown"

	Menu   Intent = "menu"
	Help   Intent = "help"
	Cancel Intent = "cancel"
	Back   Intent = "back"

	Allowance        Intent = "allowance"         // one month
	AllowanceHistory Intent = "allowance_history" // several months
	AllowanceProblem Intent = "allowance_problem" // not received, too little
	Policy           Intent = "policy"            // how much, on what basis
	Branch           Intent = "branch"            // who is in it
	Profile          Intent = "profile"
	ChangeOfficer    Intent = "change_officer" // appoint, replace
	ChangeLeave      Intent = "change_leave"
	ChangePhone      Intent = "change_phone"
	ChangeBank       Intent = "change_bank"
	ChangeProfile    Intent = "change_profile"
	MyRequests       Intent = "my_requests"
	Notices          Intent = "notices"
	Support          Intent = "support" // reach the clerk
	Privacy          Intent = "privacy"
	Unlink           Intent = "unlink"

	WardPending   Intent = "ward_pending"
	WardPayment   Intent = "ward_payment"
	WardBroadcast Intent = "ward_broadcast"
	WardReport    Intent = "ward_report"
	WardFind      Intent = "ward_find"
	WardImport    Intent = "ward_import"
	WardInvite    Intent = "ward_invite"
)

// Intents lists every intent, the unknown one last.
var Intents = []Intent{
	Menu, Help, Cancel, Back,
	Allowance, AllowanceHistory, AllowanceProblem, Policy, Branch, Profile,
	ChangeOfficer, ChangeLeave, ChangePhone, ChangeBank, ChangeProfile, MyRequests,
	Notices, Support, Privacy, Unlink,
	WardPending, WardPayment, WardBroadcast, WardReport, WardFind, WardImport, WardInvite,
	Unknown,
}

// ForStaff reports whether only ward staff may ask for this.
func (i Intent) ForStaff() bool {
	switch i {
	case WardPending, WardPayment, WardBroadcast, WardReport, WardFind, WardImport, WardInvite:
		return true
	}
	return false
}

// Meaning is what a text was understood to say.
type Meaning struct {
	Intent     Intent
	Confidence float64  // 0..1
	Others     []Intent // the next likeliest, best first, at most three
	// Also is a second thing asked for in the same message, itself sure; Unknown
	// or empty when there is none.
	Also Intent
	// Aside is a kind of aside that the text is, Trust, Helpless or Attest; empty for none.
	Aside string
	Slots Slots
}

// Slots are the details found in a text; zero values were not said.
type Slots struct {
	Month int // 1-12
	Year  int // four digits; 0 means the one nearest to today
	Ago   int // months before the current one, for "tháng trước"
	// Quarter is 1-4 for "quý 1"; Month is then 0.
	Quarter int
	// Lunar marks "tháng giêng", "tháng chạp": by the moon's calendar or ours?
	Lunar bool

	Name  string // as typed; of two names who goes, or who is meant
	Other string // of two names who comes: "thay chị Hoa bằng chị Lan"
	Phone string // as typed

	BankAccount string // digits
	Bank        string // code of the bank, such as "agribank"
	// Role and Organization are in the roster's own codes: head, deputy, member;
	// youth, women, farmers, veterans, elderly, red_cross, front.
	Role         string
	Organization string
	Village      string // as typed: "tổ 5"

	// What staff order is about: of a list or the roster, whom; and the number of what
	// waits, "đề nghị số 4".
	Of     Of
	Number int64
}

// Of says whom of a list or of the roster staff ask for; empty for all.
type Of string

const (
	OfUnpaid    Of = "unpaid"     // who has not been paid
	OfFailed    Of = "failed"     // whose money came back or never arrived
	OfNoAccount Of = "no_account" // whose account is not known
	OfCash      Of = "cash"
	OfChanged   Of = "changed"  // who gets more or less than before
	OfUnlinked  Of = "unlinked" // who is on no channel
	OfVacant    Of = "vacant"   // posts that nobody holds
	OfCase      Of = "case"     // what somebody asks or complains of
)

// Understander turns free text into a meaning: offline, deterministic, fast. Who
// speaks, ward staff or an officer, is known to it.
type Understander interface {
	UnderstandBy(text string, staff bool) Meaning
}
