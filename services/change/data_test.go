package change_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/roster"
)

const account = "3706205123456"

func bankOf(person models.Person, code, number string) change.Proposal {
	return change.Proposal{Kind: change.Destination{Account: roster.Destination{Bank: code,
		Number: roster.Secret{Plain: number}}}, Person: person.ID}
}

// fresh makes a ward user look as if they had just given a code.
func (h *house) fresh(actor services.Actor) services.Actor {
	h.t.Helper()
	until := h.at().UTC().Add(15 * time.Minute)
	var row models.Account
	mine := h.store.Where("staff_id = ? AND unlinked_at IS NULL", actor.Staff)
	if err := mine.Attrs(models.Account{
		WardID: actor.Ward, Channel: "telegram", ExternalID: "tg-" + s(actor), ChatID: "tg-" + s(actor),
		StaffID:  &actor.Staff,
		LinkedAt: h.at().UTC(), LastSeenAt: h.at().UTC(), SteppedUpUntil: &until, CreatedAt: h.at().UTC(),
	}).FirstOrCreate(&row).Error; err != nil {
		h.t.Fatal(err)
	}
	if err := h.store.Model(&row).Update("stepped_up_until", until).Error; err != nil {
		h.t.Fatal(err)
	}
	actor.Account = row.ID
	return actor
}

func (h *house) at() time.Time { return time.Unix(h.now.Load(), 0) }

func (h *house) personNow(id int64) models.Person {
	h.t.Helper()
	var person models.Person
	if err := h.store.Take(&person, id).Error; err != nil {
		h.t.Fatal(err)
	}
	return person
}

func TestBankFromProposalToRoster(t *testing.T) {
	h := newHouse(t)
	card := h.submit(officer(h.member), bankOf(h.member, "agribank", "3706 2051 23456"))
	if d := cmp.Diff([]change.Diff{{Field: "bank", To: "Agribank ****3456"}}, card.Diff); d != "" ||
		card.Branch.ID != h.women.ID || len(card.Effects) != 0 {
		t.Errorf("card %+v: %s", card, d)
	}
	// Nowhere outside the roster does the number lie open.
	for table, column := range map[string]string{"change_requests": "payload", "audit_entries": "detail",
		"change_events": "reason"} {
		var texts []string
		if err := h.store.Table(table).Pluck(column, &texts).Error; err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.Join(texts, " "), account) {
			t.Errorf("%s.%s holds the account number", table, column)
		}
	}
	clerk := h.fresh(h.clerk)
	if number, err := h.Reveal(h.ctx, clerk, card.Request.ID); err != nil || number != account {
		t.Errorf("reveal: %q, %v", number, err)
	}
	_, err := h.Reveal(h.ctx, h.clerk2, card.Request.ID)
	wants(t, err, "denied: step_up")
	_, err = h.Reveal(h.ctx, officer(h.head), card.Request.ID)
	wants(t, err, "denied: role")
	_, err = h.Reveal(h.ctx, h.fresh(h.clerkAway), card.Request.ID)
	wants(t, err, "not_found: change")

	if _, err := h.Approve(h.ctx, h.by(clerk), card.Request.ID, 1); err != nil {
		t.Fatal(err)
	}
	person := h.personNow(h.member.ID)
	shown, err := h.roster.Show(h.store.DB, clerk, journal.Look{Action: "test.shown", Subject: "person:1"},
		[]models.Person{person})
	number := shown[person.ID].Account
	if err != nil || number != account || person.BankName != "Agribank" || person.BankTail != "3456" ||
		person.Version != 2 {
		t.Errorf("person %+v, %q, %v", person, number, err)
	}
	// The same once more is nothing to change; another bank is.
	_, err = h.Preview(h.ctx, officer(h.member), bankOf(h.member, "agribank", account))
	wants(t, err, "invalid: account_same")
	other, err := h.Preview(h.ctx, officer(h.member), bankOf(h.member, "bidv", "111122223333"))
	if err != nil || other.Diff[0].From != "Agribank ****3456" || other.Diff[0].To != "BIDV ****3333" {
		t.Errorf("preview %+v, %v", other.Diff, err)
	}
	// Two who would be paid to one account are shown to who decides; an officer who
	// tries numbers out learns nothing of who is paid on them, before or after.
	for actor, want := range map[services.Actor]int64{officer(h.deputy): 0, h.clerk: 1} {
		shared, err := h.Preview(h.ctx, actor, bankOf(h.deputy, "agribank", account))
		if err != nil || shared.Holders != want {
			t.Errorf("%s sees %d holders, %v", actor.Role, shared.Holders, err)
		}
	}
	asked := h.submit(officer(h.deputy), bankOf(h.deputy, "agribank", account)).Request.ID
	for actor, want := range map[services.Actor]int64{officer(h.deputy): 0, h.clerk: 1} {
		if card, err := h.Card(h.ctx, actor, asked); err != nil || card.Holders != want {
			t.Errorf("%s sees %d holders, %v", actor.Role, card.Holders, err)
		}
	}
}

// Where the money goes only the person says, or staff, and of the latter the
// person hears at once.
func TestNobodyElseRedirectsMoney(t *testing.T) {
	h := newHouse(t)
	_, err := h.Preview(h.ctx, officer(h.head), bankOf(h.deputy, "agribank", account))
	wants(t, err, "denied: own_data")
	_, err = h.Preview(h.ctx, officer(h.head), bankOf(h.elder, "agribank", account))
	wants(t, err, "not_found: person")
	card := h.submit(h.clerk, bankOf(h.deputy, "agribank", account))
	if d := cmp.Diff([]string{p(h.deputy)}, h.told(outbox.ChangeConcerns, card.Request.ID)); d != "" {
		t.Errorf("told: %s", d)
	}
	seen, err := h.Card(h.ctx, officer(h.deputy), card.Request.ID)
	if err != nil || len(seen.Diff) != 1 {
		t.Errorf("the deputy's card: %+v, %v", seen, err)
	}
	if _, err := h.Card(h.ctx, officer(h.member), card.Request.ID); services.CodeOf(err) != "change" {
		t.Errorf("another officer reads it: %v", err)
	}
	// An account that changed meanwhile is asked about again.
	now := h.personNow(h.deputy.ID)
	h.tx(func(tx *gorm.DB) error {
		_, err := h.roster.SetDestination(tx, now, roster.Destination{Bank: "bidv", Number: roster.Secret{Plain: "99998888"}})
		return err
	})
	_, err = h.Approve(h.ctx, h.by(h.fresh(h.clerk2)), card.Request.ID, 1)
	wants(t, err, "conflict: stale")
}

func TestWhatADataProposalMustBe(t *testing.T) {
	h := newHouse(t)
	self, staff := officer(h.head), h.clerk
	term := h.term(h.deputy, h.women, april6).ID
	details := func(d change.Details) change.Proposal {
		return change.Proposal{Kind: change.Profile{Details: d}, Person: h.head.ID}
	}
	correct := func(c change.Correction, note string) change.Proposal {
		return change.Proposal{Kind: change.Correct{Correction: c}, Term: term, Note: note}
	}
	for name, c := range map[string]struct {
		actor    services.Actor
		proposal change.Proposal
		want     string
	}{
		"no bank":           {self, bankOf(h.head, "", account), "invalid: bank"},
		"a wallet":          {self, bankOf(h.head, "momo", account), "invalid: bank_wallet"},
		"short account":     {self, bankOf(h.head, "bidv", "12345"), "invalid: account"},
		"nothing to change": {self, details(change.Details{}), "invalid: details"},
		"the same name":     {self, details(change.Details{Name: h.head.Name}), "invalid: details_same"},
		"born tomorrow":     {self, details(change.Details{BirthYear: 2026}), "invalid: birth_year"},
		"old citizen's number": {self, details(change.Details{Citizen: roster.Secret{Plain: "183456789"}}),
			"invalid: citizen_old"},
		"an officer corrects": {self, correct(change.Correction{Void: true}, "ghi nhầm người"), "denied: propose"},
		"without why":         {staff, correct(change.Correction{Void: true}, "x"), "invalid: note_needed"},
		"nothing to correct":  {staff, correct(change.Correction{}, "ghi nhầm ngày"), "invalid: correction"},
		"as it is": {staff, correct(change.Correction{Acting: "no"}, "ghi nhầm ngày"),
			"invalid: correction_same"},
		"ends before it began": {staff, correct(change.Correction{From: models.NewDate(2026, 3, 1),
			To: models.NewDate(2026, 2, 1)}, "ghi nhầm ngày"), "invalid: date_before_term"},
		"long ago": {staff, correct(change.Correction{From: models.NewDate(1900, 1, 1)}, "ghi nhầm ngày"),
			"invalid: date_far"},
		"a second head": {staff, correct(change.Correction{Role: models.Head}, "ghi nhầm chức"),
			"conflict: post_taken"},
		"merge with oneself": {staff, change.Proposal{Kind: change.Merge{Drop: h.head.ID}, Person: h.head.ID,
			Note: "trùng người"}, "invalid: merge_same"},
		"merge a foreigner": {staff, change.Proposal{Kind: change.Merge{Drop: 9999}, Person: h.head.ID,
			Note: "trùng người"}, "not_found: person"},
		"an officer merges": {self, change.Proposal{Kind: change.Merge{Drop: h.deputy.ID}, Person: h.head.ID,
			Note: "trùng người"}, "denied: propose"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.Preview(h.ctx, c.actor, c.proposal)
			wants(t, err, c.want)
			_, err = h.Submit(h.ctx, h.by(c.actor), c.proposal)
			wants(t, err, c.want)
		})
	}
}

func TestProfileFromProposalToRoster(t *testing.T) {
	h := newHouse(t)
	proposal := change.Proposal{Kind: change.Profile{Details: change.Details{Name: "Trần Thị Lành",
		BirthDate: models.NewDate(1971, 5, 2)}}, Person: h.deputy.ID}
	card := h.submit(officer(h.head), proposal)
	if d := cmp.Diff([]change.Diff{{Field: "name", From: "Trần Thị Lan", To: "Trần Thị Lành"},
		{Field: "birth_date", From: "1970", To: "1971-05-02"}}, card.Diff); d != "" {
		t.Error(d)
	}
	if _, err := h.Approve(h.ctx, h.by(h.clerk), card.Request.ID, 1); err != nil {
		t.Fatal(err)
	}
	person := h.personNow(h.deputy.ID)
	if person.Name != "Trần Thị Lành" || person.Folded != "tran thi lanh" ||
		person.BirthDate != models.NewDate(1971, 5, 2) || person.BirthYear != 1971 {
		t.Errorf("person %+v", person)
	}
	// A citizen's number is one's own to give, and one human's.
	numbered := change.Details{Citizen: roster.Secret{Plain: "042171000123"}}
	proposal = change.Proposal{Kind: change.Profile{Details: numbered}, Person: h.deputy.ID}
	_, err := h.Preview(h.ctx, officer(h.head), proposal)
	wants(t, err, "denied: own_data")
	card = h.submit(officer(h.deputy), proposal)
	if card.Diff[0] != (change.Diff{Field: "citizen_id", To: "****0123"}) {
		t.Errorf("diff %+v", card.Diff)
	}
	if _, err := h.Approve(h.ctx, h.by(h.clerk), card.Request.ID, 1); err != nil {
		t.Fatal(err)
	}
	proposal.Person = h.head.ID
	_, err = h.Preview(h.ctx, officer(h.head), proposal)
	wants(t, err, "conflict: citizen_taken")
}

func TestCorrectedTermKeepsTheOldOneReadable(t *testing.T) {
	h := newHouse(t)
	old := h.term(h.deputy, h.women, april6)
	card := h.submit(h.clerk, change.Proposal{
		Kind: change.Correct{Correction: change.Correction{From: models.NewDate(2026, 3, 1)}}, Term: old.ID,
		Note: "Nhập nhầm ngày giữ chức", Decision: roster.Decision{Number: "05/QĐ-HPN"},
	})
	want := []change.Diff{
		{Field: "term", From: h.deputy.Name, To: "Chi hội phó"},
		{Field: "term_from", From: old.From.String(), To: "2026-03-01"},
		{Field: "decision", To: "05/QĐ-HPN"}, {Field: "note", To: "Nhập nhầm ngày giữ chức"},
	}
	if d := cmp.Diff(want, card.Diff); d != "" {
		t.Error(d)
	}
	_, err := h.Approve(h.ctx, h.by(h.clerk), card.Request.ID, 1)
	wants(t, err, "denied: own")
	if _, err := h.Approve(h.ctx, h.by(h.clerk2), card.Request.ID, 1); err != nil {
		t.Fatal(err)
	}
	now := h.term(h.deputy, h.women, april6)
	if now.From != models.NewDate(2026, 3, 1) || now.DecisionNumber != "05/QĐ-HPN" || *now.ChangeID != card.Request.ID {
		t.Errorf("term %+v", now)
	}
	var before models.Term
	if err := h.store.Take(&before, old.ID).Error; err != nil || before.SupersededAt == nil ||
		*before.SupersededBy != now.ID || before.From != old.From {
		t.Errorf("old term %+v, %v", before, err)
	}
	// The card goes on telling what was wrong.
	card, err = h.Card(h.ctx, h.clerk, card.Request.ID)
	if err != nil || cmp.Diff(want, card.Diff) != "" {
		t.Errorf("card %+v, %v", card.Diff, err)
	}
	// A term that never was goes without another in its place.
	card = h.submit(h.clerk, change.Proposal{Kind: change.Correct{Correction: change.Correction{Void: true}},
		Term: now.ID, Note: "Không có người này"})
	if len(card.Effects) != 1 || card.Effects[0].Monthly != -150_000 {
		t.Errorf("effects %+v", card.Effects)
	}
	if _, err := h.Approve(h.ctx, h.by(h.clerk2), card.Request.ID, 1); err != nil {
		t.Fatal(err)
	}
	var left int64
	if err := h.store.Model(&models.Term{}).Where("person_id = ? AND superseded_at IS NULL",
		h.deputy.ID).Count(&left).Error; err != nil || left != 0 {
		t.Errorf("%d terms left, %v", left, err)
	}
}

// A death ends every post and every account, and nobody is written to there.
func TestDeathEndsEverything(t *testing.T) {
	h := newHouse(t)
	h.tx(func(tx *gorm.DB) error {
		_, err := h.roster.OpenTerm(tx, roster.NewTerm{Branch: h.elderly, Person: h.deputy.ID, Role: models.Deputy,
			From: models.NewDate(2026, 1, 1)})
		return err
	})
	h.create(&models.Account{
		WardID: h.ward.ID, Channel: "zalo", ExternalID: "z1", ChatID: "z1", PersonID: &h.deputy.ID,
		LinkedAt: h.at().UTC(), LastSeenAt: h.at().UTC(), CreatedAt: h.at().UTC(),
	})
	proposal := change.Proposal{Kind: change.Leave{Reason: "died"}, Term: h.term(h.deputy, h.women, april6).ID,
		From: april6.AddDays(1)}
	_, err := h.Preview(h.ctx, officer(h.head), proposal)
	wants(t, err, "invalid: died_ahead")
	proposal.From = models.NewDate(2026, 4, 2)
	card := h.submit(officer(h.head), proposal)
	if len(card.Effects) != 1 || card.Effects[0].Monthly != -300_000 {
		t.Errorf("effects %+v", card.Effects)
	}
	if _, err := h.Approve(h.ctx, h.by(h.clerk), card.Request.ID, 1); err != nil {
		t.Fatal(err)
	}
	if person := h.personNow(h.deputy.ID); person.DiedOn != models.NewDate(2026, 4, 2) {
		t.Errorf("died on %s", person.DiedOn)
	}
	var running, linked int64
	if err := h.store.Model(&models.Term{}).Where("person_id = ? AND superseded_at IS NULL AND to_date IS NULL",
		h.deputy.ID).Count(&running).Error; err != nil || running != 0 {
		t.Errorf("%d terms run on, %v", running, err)
	}
	if err := h.store.Model(&models.Account{}).Where("person_id = ? AND unlinked_at IS NULL",
		h.deputy.ID).Count(&linked).Error; err != nil || linked != 0 {
		t.Errorf("%d accounts, %v", linked, err)
	}
	if d := cmp.Diff([]string{p(h.head)}, h.told(outbox.ChangeDecided, card.Request.ID)); d != "" {
		t.Errorf("told: %s", d)
	}
	// Reported by mistake: correcting the end brings them back.
	card = h.submit(h.clerk, change.Proposal{
		Kind: change.Correct{Correction: change.Correction{Running: true}},
		Term: h.term(h.deputy, h.women, models.NewDate(2026, 4, 1)).ID, Note: "Báo nhầm, bà còn sống",
	})
	if _, err := h.Approve(h.ctx, h.by(h.clerk2), card.Request.ID, 1); err != nil {
		t.Fatal(err)
	}
	if person := h.personNow(h.deputy.ID); !person.DiedOn.IsZero() {
		t.Errorf("still dead on %s", person.DiedOn)
	}
}

// Two rows that are one human: what both held is one's, the other row is
// listed no more, and neither of them decides it.
func TestMergeFromProposalToRoster(t *testing.T) {
	h := newHouse(t)
	proposal := change.Proposal{Kind: change.Merge{Drop: h.elder.ID}, Person: h.head.ID,
		Note: "Cùng một người, đã gọi hỏi"}
	card := h.submit(h.clerk, proposal)
	if d := cmp.Diff([]change.Diff{{Field: "merge", From: h.elder.Name, To: h.head.Name},
		{Field: "note", To: "Cùng một người, đã gọi hỏi"}}, card.Diff); d != "" || len(card.Effects) != 0 {
		t.Errorf("card %+v: %s", card.Effects, d)
	}
	h.is(h.clerk2, h.elder)
	_, err := h.Approve(h.ctx, h.by(h.clerk2), card.Request.ID, 1)
	wants(t, err, "denied: concerns_you")
	if _, err := h.Approve(h.ctx, h.by(h.fresh(h.leader)), card.Request.ID, 1); err != nil {
		t.Fatal(err)
	}
	posts, err := h.roster.Posts(h.ctx, h.viewer, h.head.ID, april6)
	if err != nil || len(posts) != 2 {
		t.Errorf("posts %+v, %v", posts, err)
	}
	if gone := h.personNow(h.elder.ID); gone.MergedInto == nil || *gone.MergedInto != h.head.ID {
		t.Errorf("gone %+v", gone)
	}
	if d := cmp.Diff([]string{s(h.clerk), p(h.head)}, h.told(outbox.ChangeDecided, card.Request.ID)); d != "" {
		t.Errorf("told: %s", d)
	}
	_, err = h.Preview(h.ctx, h.clerk, proposal)
	wants(t, err, "conflict: merged")
	_, err = h.Preview(h.ctx, h.clerk, phoneOf(h.elder, "0355000111"))
	wants(t, err, "conflict: merged")
	// Two heads of one branch are no one.
	_, err = h.Preview(h.ctx, h.clerk, change.Proposal{Kind: change.Merge{Drop: h.deputy.ID}, Person: h.head.ID,
		Note: "Cùng một người"})
	wants(t, err, "conflict: merge_overlap")
}
