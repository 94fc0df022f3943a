package sheet

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"canbobot/models"
	"canbobot/services/vault"
	"canbobot/services/vn"
)

// plan is what a sheet would do to the roster: nothing of it is written yet.
type plan struct {
	people []*human // new, or changed
	terms  []*tenure
	ends   []*tenure
	rows   []did
	counts Counts
}

// human is a person as the sheet leaves them.
type human struct {
	person models.Person // with its id when the roster has it
	before models.Person // as the roster has them
	known  bool
	line   *line // that named them first

	citizen, account, bank string // to be sealed when they are new or gain one
	birth, phone, document bool   // what changes of a known one
}

// tenure is a term to open or to close.
type tenure struct {
	term models.Term
	who  *human
	line *line
	was  models.Term // as the roster has it, of a term to close
}

// did is what one row would do, for the journal: ids, and names of what changes.
type did struct {
	Sheet  string   `json:"sheet"`
	Row    int      `json:"row"`
	Person int64    `json:"person,omitzero"`
	Term   int64    `json:"term,omitzero"`
	What   []string `json:"what"` // person, term, ended, phone, birth, citizen

	who    *human
	tenure *tenure
	line   *line
}

// planning compares lines with the roster.
type planning struct {
	*reading
	vault  *vault.Vault
	today  models.Date
	plan   plan
	known  map[int64]*human
	fresh  map[newcomer]*human // by each thing that tells them apart
	before map[int64]*tenure   // a known term and the row that spoke of it
}

// Kinds of the vault's hashes, as the roster has them.
const (
	citizenHash = "citizen"
	bankHash    = "bank"
)

func (p *planning) citizenHash(number string) models.Hash {
	return p.vault.Hash(citizenHash, number)
}

// byCitizen finds who has a citizen's number.
func (p *planning) byCitizen(number string) *models.Person {
	for _, hash := range p.vault.Hashes(citizenHash, number) {
		if person := p.index.byCitizen[string(hash)]; person != nil {
			return person
		}
	}
	return nil
}

// compare plans every line that has no error; what stands against the roster or
// against another line becomes an error.
func (r *reading) compare(vault *vault.Vault, today models.Date) plan {
	p := &planning{reading: r, vault: vault, today: today, known: map[int64]*human{}, fresh: map[newcomer]*human{},
		before: map[int64]*tenure{}}
	for i := range p.lines {
		if l := &p.lines[i]; !l.wrong {
			p.one(l)
		}
	}
	p.checkPhones()
	p.checkPosts()
	slices.SortStableFunc(p.findings, func(a, b Finding) int {
		return cmp.Or(p.tabOf(a.Sheet)-p.tabOf(b.Sheet), a.Row-b.Row, cmp.Compare(len(a.Cell), len(b.Cell)),
			strings.Compare(a.Cell, b.Cell), strings.Compare(a.Code, b.Code))
	})
	p.count()
	return p.plan
}

func (p *planning) tabOf(sheet string) int {
	return slices.IndexFunc(p.tabs, func(t tab) bool { return t.name == sheet })
}

func (p *planning) wrong(l *line, what field, code, value string, fields map[string]any) {
	l.wrong = true
	p.note(finding{tab: l.tab, row: l.row, column: p.tabs[l.tab].header.column(what), code: code, value: value,
		fields: fields})
}

func (p *planning) remark(l *line, what field, code, value string, fields map[string]any) {
	p.note(finding{tab: l.tab, row: l.row, column: p.tabs[l.tab].header.column(what), code: code, value: value,
		fields: fields, remark: true})
}

// one plans a line.
func (p *planning) one(l *line) {
	who := p.who(l)
	if who == nil || !p.agree(l, who) {
		return
	}
	done := did{Sheet: p.tabs[l.tab].name, Row: l.row, who: who, line: l}
	if !who.known && who.line == l {
		done.What = append(done.What, "person")
	}
	for what, changes := range map[string]bool{"phone": who.phone, "birth": who.birth, "citizen": who.document} {
		if changes && who.line == l {
			done.What = append(done.What, what)
		}
	}
	slices.Sort(done.What)
	done.tenure = p.post(l, who)
	if l.wrong {
		return
	}
	switch {
	case done.tenure == nil:
	case done.tenure.term.ID == 0:
		done.What = append(done.What, "term")
	default:
		done.What = append(done.What, "ended")
	}
	p.plan.rows = append(p.plan.rows, done)
}

// who finds the human of a line, or begins a new one. nil when it cannot be told.
func (p *planning) who(l *line) *human {
	person, ambiguous, namesake := p.match(l)
	switch {
	case ambiguous:
		p.wrong(l, fieldName, "person_ambiguous", l.name, map[string]any{"count": len(p.index.byFolded[l.folded])})
		return nil
	case person != nil && person.Folded != l.folded:
		p.wrong(l, fieldCitizen, "citizen_other", "", map[string]any{"holder": person.Name})
		return nil
	case person != nil && !person.DiedOn.IsZero() && (l.to.IsZero() || l.to.After(person.DiedOn)):
		p.wrong(l, fieldName, "person_died", l.name, map[string]any{"date": person.DiedOn})
		return nil
	case person != nil:
		who := p.known[person.ID]
		if who == nil {
			who = &human{person: *person, before: *person, known: true}
			p.known[person.ID] = who
		}
		if !strings.EqualFold(person.Name, l.name) {
			p.remark(l, fieldName, "name_differs", l.name, map[string]any{"now": person.Name})
		}
		return who
	}
	for _, key := range l.keys() {
		who := p.fresh[key]
		if who == nil || l.citizen != "" && who.citizen != "" && l.citizen != who.citizen || l.birthYear != 0 &&
			who.person.BirthYear != 0 && l.birthYear != who.person.BirthYear {
			continue
		}
		p.remember(l, who)
		return who
	}
	if namesake != nil {
		p.remark(l, fieldName, "namesake", l.name, nil)
	}
	who := &human{line: l, citizen: l.citizen, account: l.account, bank: l.bank}
	who.person = models.Person{
		WardID: p.index.ward.ID, Name: l.name, Folded: l.folded, BirthDate: l.birth, BirthYear: l.birthYear,
		Phone: l.phone, PhoneShared: l.shared, Destination: l.destination(), Version: 1,
	}
	p.remember(l, who)
	p.plan.people = append(p.plan.people, who)
	return who
}

// newcomer is somebody who is not in the roster: a name with a number or a
// birthday that goes with it.
type newcomer struct {
	folded, number string
	birth          models.Date
}

// destination is where a newcomer's money goes, as the line says. Whose account it
// is, it says by the name alone.
func (l *line) destination() models.Destination {
	d := models.Destination{BankName: l.bank, BankTail: vn.AccountTail(l.account), PayWay: l.way}
	switch {
	case l.account == "" || l.holder == "":
	case models.Fold(l.holder) == l.folded:
		d.BankRelation = models.HeldByThemselves
	default:
		d.BankHolder, d.BankRelation = l.holder, models.HeldByOther
	}
	return d
}

func (l *line) keys() []newcomer {
	var keys []newcomer
	for _, number := range []string{l.citizen, l.phone} {
		if number != "" {
			keys = append(keys, newcomer{folded: l.folded, number: number})
		}
	}
	if !l.birth.IsZero() {
		keys = append(keys, newcomer{folded: l.folded, birth: l.birth})
	}
	return keys
}

func (p *planning) remember(l *line, who *human) {
	for _, key := range l.keys() {
		if p.fresh[key] == nil {
			p.fresh[key] = who
		}
	}
}

// agree compares what a line says of a human with what the roster and earlier
// lines say. It reports whether the line can stand.
func (p *planning) agree(l *line, who *human) bool {
	touch := func() {
		if who.known && who.line == nil {
			who.line = l
			p.plan.people = append(p.plan.people, who)
		}
	}
	said := func(what field, changes bool) bool { // by an earlier line, otherwise
		if changes && who.line != nil && who.line != l {
			p.wrong(l, what, "person_differs", "", map[string]any{"row": who.line.row})
			return true
		}
		return false
	}
	person := &who.person
	if l.phone != "" && l.phone != person.Phone {
		if said(fieldPhone, who.phone || !who.known && person.Phone != "") {
			return false
		}
		touch()
		person.Phone, person.PhoneShared, who.phone = l.phone, l.shared, true
	}
	if l.phone != "" && l.shared && !person.PhoneShared {
		touch()
		person.PhoneShared, who.phone = true, true
	}
	known := !person.BirthDate.IsZero()
	if l.birthYear != 0 && (l.birthYear != person.BirthYear || !l.birth.IsZero() && l.birth != person.BirthDate) {
		if said(fieldBirth, who.birth || !who.known && (known || person.BirthYear != 0 && person.BirthYear != l.birthYear)) {
			return false
		}
		touch()
		person.BirthDate, person.BirthYear, who.birth = l.birth, l.birthYear, true
	}
	if l.citizen != "" {
		hash := p.citizenHash(l.citizen)
		switch {
		case p.vault.Matches(citizenHash, l.citizen, person.CitizenHash):
		case who.known && len(person.CitizenHash) > 0 && !who.document:
			p.remark(l, fieldCitizen, "citizen_by_request", "", nil)
		case said(fieldCitizen, who.citizen != "" && who.citizen != l.citizen):
			return false
		default:
			if owner := p.byCitizen(l.citizen); owner != nil && owner.ID != person.ID {
				p.wrong(l, fieldCitizen, "citizen_other", "", map[string]any{"holder": owner.Name})
				return false
			}
			touch()
			who.citizen, person.CitizenHash, who.document = l.citizen, hash, who.known
		}
	}
	switch {
	case l.tail == "":
	case !who.known:
		p.remark(l, fieldAccount, "account_masked", "", nil)
	case l.tail != person.BankTail:
		p.remark(l, fieldAccount, "bank_by_request", "", nil)
	}
	if to := l.destination(); who.known && (to.PayWay != "" && to.PayWay != person.PayWay || l.holder != "" &&
		!person.Named(l.holder, person.Name)) {
		p.remark(l, fieldAccount, "bank_by_request", "", nil)
		return true
	}
	if l.account != "" {
		switch {
		case who.known && !p.vault.Matches(bankHash, l.account, person.BankHash):
			p.remark(l, fieldAccount, "bank_by_request", "", nil)
		case who.known:
		case said(fieldAccount, who.account != "" && who.account != l.account):
			return false
		default:
			who.account, who.bank, person.Destination = l.account, l.bank, l.destination()
		}
	}
	return true
}

// post compares the post of a line with those that its human holds there: nil
// when the roster says the same.
func (p *planning) post(l *line, who *human) *tenure {
	var same *models.Term
	for _, term := range p.index.ofPerson[who.person.ID] {
		if !who.known || term.BranchID != l.branch || term.Role != l.role {
			continue
		}
		switch {
		case !l.from.IsZero() && term.From == l.from:
			same = term
		case same == nil && l.from.IsZero() && (term.To.IsZero() || !term.To.Before(p.today)):
			same = term
		case same == nil && !l.from.IsZero() && overlap(term.From, term.To, l.from, l.to):
			// The same post with another first day: a correction, not a second post.
			p.remark(l, fieldFrom, "from_differs", "", map[string]any{"from": term.From})
			same = term
		}
	}
	if same == nil {
		if l.from.IsZero() {
			p.wrong(l, fieldFrom, "from_missing", "", nil)
			return nil
		}
		opened := &tenure{who: who, line: l, term: models.Term{
			WardID: p.index.ward.ID, BranchID: l.branch, Role: l.role, Acting: l.acting, From: l.from, To: l.to,
			Title:          p.index.names.byCode[p.index.branches[l.branch].OrganizationCode].TitleOf(l.role),
			DecisionNumber: l.decision, DecisionDate: l.decided, DecisionSigner: l.signer,
		}}
		if !l.to.IsZero() {
			opened.term.EndReason = l.endReason()
		}
		p.plan.terms = append(p.plan.terms, opened)
		return opened
	}
	if earlier := p.before[same.ID]; earlier != nil {
		p.wrong(l, fieldName, "row_twice", l.name, map[string]any{"row": earlier.line.row})
		return nil
	}
	seen := &tenure{who: who, line: l, term: *same, was: *same}
	p.before[same.ID] = seen
	if l.decision != "" && l.decision != same.DecisionNumber || !l.decided.IsZero() && l.decided != same.DecisionDate ||
		l.signer != "" && l.signer != same.DecisionSigner {
		p.remark(l, fieldDecision, "decision_differs", l.decision, map[string]any{"now": same.DecisionNumber})
	}
	if l.acting != same.Acting {
		p.remark(l, fieldActing, "acting_differs", "", nil)
	}
	switch {
	case l.to == same.To:
		return nil
	case l.to.IsZero():
		p.remark(l, fieldTo, "ended_already", "", map[string]any{"to": same.To})
		return nil
	case l.to.Before(same.From):
		p.wrong(l, fieldTo, "leaves_before", "", map[string]any{"from": same.From, "to": l.to})
		return nil
	case !same.To.IsZero():
		p.remark(l, fieldTo, "to_differs", "", map[string]any{"to": same.To})
		return nil
	}
	seen.term.To, seen.term.EndReason = l.to, l.endReason()
	p.plan.ends = append(p.plan.ends, seen)
	return seen
}

func (l *line) endReason() string {
	if l.reason != "" {
		return l.reason
	}
	return "term_ended"
}

// overlap reports whether two spans of days share one; a zero end is none.
func overlap(from, to, from2, to2 models.Date) bool {
	return (to.IsZero() || !to.Before(from2)) && (to2.IsZero() || !to2.Before(from))
}

// count sums up what the rows would do.
func (p *planning) count() {
	c := &p.plan.counts
	c.Rows, c.Errors, c.Remarks = len(p.lines), p.errors, p.remarks
	for i := range p.lines {
		if p.lines[i].wrong {
			c.Wrong++
		}
	}
	for _, row := range p.plan.rows {
		if row.line.wrong {
			continue
		}
		switch {
		case slices.Contains(row.What, "person"), slices.Contains(row.What, "term"):
			c.New++
		case len(row.What) > 0:
			c.Changed++
		}
		for _, what := range row.What {
			switch what {
			case "person":
				c.NewPeople++
			case "term":
				c.NewTerms++
			case "ended":
				c.EndedTerms++
			case "phone":
				c.Phones++
			case "birth":
				c.Births++
			case "citizen":
				c.Citizens++
			}
		}
	}
	c.Unchanged = c.Rows - c.Wrong - c.New - c.Changed
}

// fingerprint is a hash of everything that would be written and of the rows it
// would be written over: the same sheet on the same roster has the same one.
func (p plan) fingerprint() ([]byte, error) {
	hash := sha256.New()
	encoder := json.NewEncoder(hash)
	for _, who := range p.people {
		one := who.person
		one.CitizenID, one.BankAccount = "", ""
		if err := encoder.Encode([]any{"person", one, who.citizen, who.account, who.bank, who.birth, who.phone,
			who.document}); err != nil {
			return nil, fmt.Errorf("plan: %w", err)
		}
	}
	for _, list := range [][]*tenure{p.ends, p.terms} {
		for _, tenure := range list {
			if err := encoder.Encode([]any{"term", tenure.term, tenure.who.person.ID, tenure.who.person.Name,
				tenure.line.row}); err != nil {
				return nil, fmt.Errorf("plan: %w", err)
			}
		}
	}
	return hash.Sum(nil), nil
}
