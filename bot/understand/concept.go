package understand

import (
	"iter"
	"math/bits"
)

// concept is a unit of meaning: what a word or phrase stands for, whatever the
// words. The lexicon maps phrases to concepts; frames put concepts together.
type concept uint8

const (
	none concept = iota

	// What is talked about.
	money
	allowance
	month      // one month: "tháng 3", "tháng này"
	months     // several: "mấy tháng nay", "cả năm"
	whichmonth // "tháng nào"
	permonth   // "mỗi tháng"
	phone
	number // "số" alone: of a phone, an account, a paper
	bank
	bankname
	info   // "thông tin", "hồ sơ"
	field  // a line of one's papers: name, birth date, citizen id
	post   // "chức vụ", "nhiệm kỳ"
	role   // "chi hội trưởng", "cấp phó"
	branch // a branch or the unit it belongs to
	members
	request
	notice
	meeting
	ward // the ward and those who work there
	human
	data
	consent
	secrecy
	link
	app
	list
	payrun
	report
	file
	code
	legal
	rate
	name // a person, by name or "người"
	person
	task
	device
	question

	// What is done.
	receive
	pay
	change
	replace
	fix
	add
	appoint
	leave
	gone
	see
	send
	everyone
	find
	load
	export
	create
	invite
	approve
	pending
	process
	remove
	stop
	contact
	explain
	use
	withdraw
	think
	serve // to hold a post: "đảm nhiệm"
	is

	// How it is said.
	yet     // "chưa", until its place in the sentence tells which of the next two
	notyet  // "chưa nhận"
	askyet  // "nhận chưa?"
	no      // "không", likewise
	not     // "không thấy"
	asking  // "được không?"
	has     // "có"
	when    // "bao giờ"
	why     // "sao"
	howmuch // "bao nhiêu"
	where   // "đâu", "đến đâu rồi"
	place   // "ở đâu"
	who     // "ai"
	what    // "gì"
	how     // "làm thế nào"
	lack    // "thiếu", "chậm"
	wrong   // "sai", "nhầm"
	done    // "rồi"
	fresh   // "mới"
	old     // "cũ"
	current // "đang lưu", "hiện nay"
	lost    // "mất", "hỏng"
	me
	mine
	want
	other // "khác"
	read
	keep
	askabout
	enough
	anymore // "nữa", of what is denied
	total
	whichbranch
	unread  // who has read a notice and who has not
	count   // a bare number
	figures // a long number that is no phone's
	pair    // of two people

	// Whom and what it is about, beside the ward's officers.
	whether   // "có phải", "có bắt buộc": of a rule
	iff       // "nếu", "giả sử"
	kin       // one's family and neighbours
	follower  // who is in an organization without a post, and papers of theirs: "hội viên"
	absence   // from a meeting, from school, for some days
	fraud     // codes, strangers, and whether this is the ward
	helpless  // who cannot read or press
	unchanged // "giữ nguyên", "vẫn dùng số cũ"

	// What stands for itself.
	menu
	greeting
	help
	cancel
	back
	thanks
	filler
	smalltalk
	offtopic

	concepts // how many
)

var conceptNames = map[string]concept{
	"money": money, "allowance": allowance, "month": month, "months": months, "whichmonth": whichmonth,
	"permonth": permonth, "phone": phone, "number": number, "bank": bank, "bankname": bankname, "info": info,
	"field": field, "post": post, "role": role, "branch": branch, "members": members, "request": request,
	"notice": notice, "meeting": meeting, "ward": ward, "human": human, "data": data, "consent": consent,
	"secrecy": secrecy, "link": link, "app": app, "list": list, "payrun": payrun, "report": report, "file": file,
	"code": code, "legal": legal, "rate": rate, "name": name, "person": person, "task": task, "device": device,
	"question": question, "receive": receive, "pay": pay, "change": change, "replace": replace, "fix": fix, "add": add,
	"appoint": appoint, "leave": leave, "gone": gone, "see": see, "send": send, "everyone": everyone, "find": find,
	"load": load, "export": export, "create": create, "invite": invite, "approve": approve, "pending": pending,
	"process": process, "remove": remove, "stop": stop, "contact": contact, "explain": explain, "use": use,
	"withdraw": withdraw, "think": think, "serve": serve, "is": is, "yet": yet, "notyet": notyet, "askyet": askyet,
	"no": no, "not": not, "asking": asking, "has": has, "when": when, "why": why, "howmuch": howmuch, "where": where,
	"place": place, "who": who, "what": what, "how": how, "lack": lack, "wrong": wrong, "done": done, "fresh": fresh,
	"old": old, "current": current, "lost": lost, "me": me, "mine": mine, "want": want, "other": other, "read": read,
	"keep": keep, "askabout": askabout, "enough": enough, "anymore": anymore, "total": total, "whichbranch": whichbranch,
	"unread": unread, "count": count, "figures": figures, "pair": pair,
	"whether": whether, "iff": iff, "kin": kin, "follower": follower, "absence": absence, "fraud": fraud,
	"helpless": helpless, "unchanged": unchanged, "menu": menu, "greeting": greeting, "help": help,
	"cancel": cancel, "back": back, "thanks": thanks, "filler": filler, "smalltalk": smalltalk, "offtopic": offtopic,
}

// set is a set of concepts.
type set [2]uint64

func of(concepts ...concept) (s set) {
	for _, c := range concepts {
		s[c>>6] |= 1 << (c & 63)
	}
	return s
}

func (s set) and(t set) set      { return set{s[0] & t[0], s[1] & t[1]} }
func (s set) or(t set) set       { return set{s[0] | t[0], s[1] | t[1]} }
func (s set) without(t set) set  { return set{s[0] &^ t[0], s[1] &^ t[1]} }
func (s set) empty() bool        { return s[0]|s[1] == 0 }
func (s set) has(c concept) bool { return s[c>>6]&(1<<(c&63)) != 0 }
func (s set) meets(t set) bool   { return s[0]&t[0]|s[1]&t[1] != 0 }

// each goes through the concepts of a set.
func (s set) each() iter.Seq[concept] {
	return func(yield func(concept) bool) {
		for half, word := range s {
			for ; word != 0; word &= word - 1 {
				if !yield(concept(half<<6 + bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}

// weights say how much of a sentence's meaning a concept carries. What every
// sentence may hold ("tôi", "xem", "có") carries little.
var weights = func() (w [concepts]float64) {
	for c := range w {
		w[c] = 1
	}
	for _, c := range []concept{allowance, bank, phone, leave, report, payrun, invite, secrecy, approve, lack, legal,
		appoint, bankname} {
		w[c] = 1.3
	}
	for _, c := range []concept{month, number, current, serve, ward, branch, fresh, old, is, human, other, code, pending,
		send, file, remove, stop} {
		w[c] = 0.8
	}
	for _, c := range []concept{receive, pay, name, person, when, where, place, how, what, device, use, app, create,
		everyone} {
		w[c] = 0.6
	}
	for _, c := range []concept{see, done, mine, askyet, yet, no, asking, task, has, process, anymore, whether, iff, kin,
		follower, unchanged} {
		w[c] = 0.4
	}
	for _, c := range []concept{me, want, askabout, enough, think, count, permonth} {
		w[c] = 0.2
	}
	w[thanks], w[filler] = 0.1, 0
	w[offtopic] = 5
	return w
}()
