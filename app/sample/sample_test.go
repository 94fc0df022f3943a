package sample_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"
	"golang.org/x/text/unicode/norm"

	"canbobot/app/sample"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/notice"
	"canbobot/services/vault"
	"canbobot/services/vn"
	"canbobot/services/ward/wardtest"
	"canbobot/services/year"
)

var april = time.Date(2026, 4, 6, 9, 0, 0, 0, services.Zone)

const monthly = 194*200_000 + 155*150_000

// TestSample loads once for all that only look.
func TestSample(t *testing.T) {
	h := newHouse(t, april)
	summary := h.load()
	for name, look := range map[string]func(*testing.T, house, sample.Summary){
		"the report is the meeting's table": testReport, "people look real": testPeople,
		"a notice is half confirmed": testNotice, "a second load is refused": testSecondLoad,
		"the runs stand where they should": testRuns, "two loads are alike": testTwoLoads,
	} {
		t.Run(name, func(t *testing.T) { look(t, house{h.In(t)}, summary) })
	}
	t.Run("the cast can be played", func(t *testing.T) { testCast(t, house{h.In(t)}, summary) }) // it gives codes
}

func testReport(t *testing.T, h house, summary sample.Summary) {
	// The three months that were listed, and far ahead: nobody's term ends.
	for _, on := range []models.Date{models.NewDate(2026, 4, 6), models.NewDate(2026, 2, 1), models.NewDate(2026, 2, 28),
		models.NewDate(2026, 3, 15), models.NewDate(2026, 12, 31)} {
		report, err := h.Year.Report(h.Ctx, services.SystemActor(0), on)
		if err != nil {
			t.Fatal(err)
		}
		want := year.Counts{Villages: 52, CellMembers: 156, Heads: 194, Deputies: 155, Members: 39,
			MonthlyTotal: 62_050_000}
		if diff := cmp.Diff(want, report.Counts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", on, diff)
		}
		var wards year.Counts
		for _, ward := range report.Wards {
			if ward.Villages < 20 || ward.MonthlyTotal != int64(ward.Heads)*200_000+int64(ward.Deputies)*150_000 {
				t.Errorf("%s: %+v", on, ward)
			}
			wards.Villages += ward.Villages
			wards.CellMembers += ward.CellMembers
			wards.Heads += ward.Heads
			wards.Deputies += ward.Deputies
			wards.Members += ward.Members
			wards.MonthlyTotal += ward.MonthlyTotal
		}
		if diff := cmp.Diff(want, wards); diff != "" || len(report.Wards) != 2 {
			t.Errorf("%s: the wards do not add up (-want +got):\n%s", on, diff)
		}
	}
	if summary.Wards != 2 || summary.Villages != 52 || summary.People != len(wardtest.Rows[models.Person](h.Ward, "id")) {
		t.Errorf("summary: %+v", summary)
	}
	for _, verdict := range h.audit() {
		if verdict.Broken != 0 || verdict.Entries == 0 {
			t.Errorf("journal: %+v", verdict)
		}
	}
}

func testPeople(t *testing.T, h house, _ sample.Summary) {
	names, phones := map[string]int{}, map[string]int{}
	noPhone, yearOnly, noBank := 0, 0, 0
	people := wardtest.Rows[models.Person](h.Ward, "id")
	byID := map[int64]models.Person{}
	for _, person := range people {
		byID[person.ID] = person
		names[person.Name]++
		if !norm.NFC.IsNormalString(person.Name) || person.Folded != models.Fold(person.Name) ||
			len(strings.Fields(person.Name)) < 3 {
			t.Errorf("name %q, folded %q", person.Name, person.Folded)
		}
		if person.Phone == "" {
			noPhone++
		} else {
			phones[person.Phone]++
			if parsed, err := vn.ParsePhone(person.Phone); err != nil || parsed != person.Phone {
				t.Errorf("phone of person %d: %v", person.ID, err)
			}
		}
		if person.BirthDate.IsZero() {
			yearOnly++
		}
		if person.BankTail == "" {
			noBank++
			continue
		}
		if number, err := h.Vault.Open(vault.In(models.BankAccount, person.WardID, person.ID),
			person.BankAccount); err != nil ||
			!strings.HasSuffix(number, person.BankTail) {
			t.Errorf("account of person %d: %v", person.ID, err)
		}
	}
	accented := func(name string) bool { return models.Fold(name) != strings.ToLower(name) }
	plain, shared := 0, 0
	for name := range names {
		if !accented(name) {
			plain++
		}
	}
	for number, answered := range phones {
		if answered > 1 {
			shared++
			for _, person := range people {
				if person.Phone == number && !person.PhoneShared {
					t.Errorf("person %d shares a number that is not marked so", person.ID)
				}
			}
		}
	}
	collisions := len(people) - len(names)
	for what, count := range map[string]int{"people without a phone": noPhone, "shared phones": shared,
		"namesakes": collisions, "people without an account": noBank} {
		if count < 3 || count > len(people)/4 {
			t.Errorf("%d %s of %d people", count, what, len(people))
		}
	}
	if yearOnly < len(people)/5 || plain > len(names)/20 {
		t.Errorf("%d of %d with a year of birth only, %d names without an accent", yearOnly, len(people), plain)
	}
	organizations := map[int64]string{}
	for _, branch := range wardtest.Rows[models.Branch](h.Ward, "id") {
		organizations[branch.ID] = branch.OrganizationCode
	}
	for _, term := range wardtest.Rows[models.Term](h.Ward, "id") {
		year := byID[term.PersonID].BirthYear
		switch code := organizations[term.BranchID]; {
		case year < 1940, term.From.Year-year < 15,
			code == "youth" && year < 1990,
			code == "veterans" && year > 1975,
			code == "women" && !strings.Contains(byID[term.PersonID].Name, " "):
			t.Errorf("%s: %s, born %d", code, byID[term.PersonID].Name, year)
		}
	}
}

func testTwoLoads(t *testing.T, loaded house, _ sample.Summary) {
	type content struct {
		People   []models.Person
		Terms    []models.Term
		Branches []models.Branch
		Accounts []models.Account
		Runs     []models.PaymentRun
		Lines    []models.PaymentLine
		Changes  []models.ChangeRequest
		Notices  []models.Notice
		Journal  []models.AuditEntry
	}
	read := func(h house) content {
		c := content{
			wardtest.Rows[models.Person](h.Ward, "id"), wardtest.Rows[models.Term](h.Ward, "id"),
			wardtest.Rows[models.Branch](h.Ward, "id"), wardtest.Rows[models.Account](h.Ward, "id"),
			wardtest.Rows[models.PaymentRun](h.Ward, "id"), wardtest.Rows[models.PaymentLine](h.Ward, "id"),
			wardtest.Rows[models.ChangeRequest](h.Ward, "id"), wardtest.Rows[models.Notice](h.Ward, "id"),
			wardtest.Rows[models.AuditEntry](h.Ward, "id"),
		}
		for i, person := range c.People { // sealed with a new nonce each time
			number, err := h.Vault.Open(vault.In(models.BankAccount, person.WardID, person.ID), person.BankAccount)
			if err != nil {
				t.Fatal(err)
			}
			c.People[i].BankAccount = models.Sealed(number)
		}
		return c
	}
	second := newHouse(t, april)
	second.load()
	first := read(loaded)
	if diff := cmp.Diff(first, read(second)); diff != "" {
		t.Errorf("two loads differ (-first +second):\n%.2000s", diff)
	}
	if len(first.People) < 500 || len(first.Journal) == 0 {
		t.Errorf("%d people, %d entries", len(first.People), len(first.Journal))
	}
}

func testSecondLoad(t *testing.T, h house, _ sample.Summary) {
	people := len(wardtest.Rows[models.Person](h.Ward, "id"))
	if _, err := sample.Load(h.Ctx, h.Services); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("second load: %v", err)
	}
	if after := len(wardtest.Rows[models.Person](h.Ward, "id")); after != people {
		t.Errorf("%d people, were %d", after, people)
	}
}

// The sample must load on any day: months are short, lists are made near their
// ends, and years turn.
func TestSampleLoadsOnAnyDay(t *testing.T) {
	for _, day := range []time.Time{
		time.Date(2026, 3, 1, 0, 5, 0, 0, services.Zone), // still February in UTC
		time.Date(2027, 1, 31, 23, 50, 0, 0, services.Zone),
	} {
		t.Run(day.Format(time.DateOnly), func(t *testing.T) {
			h := newHouse(t, day)
			testRuns(t, h, h.load())
		})
	}
}

func testRuns(t *testing.T, h house, _ sample.Summary) {
	month := models.DateOf(h.Now()).MonthOf()
	totals := map[models.Month]int64{}
	lines := wardtest.Rows[models.PaymentLine](h.Ward, "id")
	var madeGood int64 // what failed is in the list after
	for _, run := range wardtest.Rows[models.PaymentRun](h.Ward, "ward_id, month") {
		totals[run.Month] += run.Total
		want := map[models.Month]models.RunState{month - 2: models.RunClosed, month - 1: models.RunExported,
			month: models.RunDraft}[run.Month]
		if run.State != want {
			t.Errorf("run of %s is %s, want %s", run.Month, run.State, want)
		}
		for _, at := range []*time.Time{run.SubmittedAt, run.ApprovedAt, run.ExportedAt, run.ClosedAt} {
			if at != nil && at.After(h.Now()) {
				t.Errorf("run of %s: %s is still to come", run.Month, at)
			}
		}
		if run.State != models.RunDraft && *run.PreparedByStaffID == *run.ApprovedByStaffID {
			t.Errorf("run of %s: prepared and approved by one", run.Month)
		}
		count := map[models.LineState]int{}
		for _, line := range lines {
			if line.RunID == run.ID {
				count[line.State]++
				if line.State == models.LineFailed {
					madeGood += line.Amount
				}
			}
		}
		if run.Month == month-2 && (count[models.LineFailed] != 2 || count[models.LinePaid] < 100 ||
			count[models.LinePending] != 0) {
			t.Errorf("lines of %s: %v", run.Month, count)
		}
	}
	want := map[models.Month]int64{month - 2: monthly, month - 1: monthly + madeGood, month: monthly}
	if diff := cmp.Diff(want, totals); diff != "" || madeGood == 0 {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	for _, entry := range wardtest.Rows[models.AuditEntry](h.Ward, "id") {
		if entry.At.After(h.Now()) {
			t.Errorf("entry %d is of %s", entry.Seq, entry.At)
		}
	}
}

func testCast(t *testing.T, h house, summary sample.Summary) {
	cast := map[string]sample.Character{}
	for _, character := range summary.Characters {
		cast[character.ExternalID] = character
		who, err := h.Identity.Identify(h.Ctx, "web", character.ExternalID)
		if err != nil {
			t.Fatal(err)
		}
		if character.ExternalID == "chua-lien-ket" {
			if who.Actor.Role != services.Stranger || character.Person == 0 || character.Phone == "" {
				t.Errorf("who is yet to link: %+v, %+v", who, character)
			}
			continue
		}
		if !who.Consented || who.Former || who.Name != character.Name || who.Actor.Ward != character.Ward || who.SteppedUp ||
			(character.Group == "staff") != who.Actor.IsStaff() {
			t.Errorf("%s: %+v", character.ExternalID, who)
		}
		if character.Group == "staff" && who.Actor.Role != services.Viewer {
			code, err := totp.GenerateCode(character.TOTPSecret, april)
			if err != nil {
				t.Fatal(err)
			}
			who.Actor.Event = "test:" + character.ExternalID
			if err := h.Identity.StepUp(h.Ctx, who.Actor, code); err != nil {
				t.Errorf("%s: step up: %v", character.ExternalID, err)
			}
		}
	}
	roles := map[string]int{}
	for _, staff := range wardtest.Rows[models.Staff](h.Ward, "id") {
		roles[staff.Role]++
	}
	if diff := cmp.Diff(map[string]int{"clerk": 4, "leader": 2, "viewer": 2, "admin": 2}, roles); diff != "" {
		t.Errorf("staff (-want +got):\n%s", diff)
	}

	february := models.NewMonth(2026, time.February)
	view, err := h.List.Month(h.Ctx, h.actor("truong-nong-dan"), february)
	if err != nil || len(view.Earlier) != 1 || view.Earlier[0].Stage != list.StageFailed ||
		view.Stage != list.StageExported {
		t.Errorf("the failed transfer: %+v, %v", view, err)
	}
	if view, err := h.List.Month(h.Ctx, h.actor("truong-phu-nu"), february); err != nil ||
		view.Stage != list.StagePaid || view.Amount != 200_000 {
		t.Errorf("the paid month: %+v, %v", view, err)
	}
	head, deputy := h.post(cast["truong-phu-nu"].Person), h.post(cast["pho-phu-nu"].Person)
	if head.Role != models.Head || deputy.Role != models.Deputy || head.BranchID != deputy.BranchID {
		t.Errorf("head %+v, deputy %+v", head, deputy)
	}
	queue, total, err := h.Changes.Queue(h.Ctx, h.actor("can-bo-1"), 0, 10)
	if err != nil || total != 2 {
		t.Errorf("requests: %+v, %v", queue, err)
	}
	if _, total, err := h.Changes.Queue(h.Ctx, h.actor("can-bo-nam"), 0, 10); err != nil || total != 1 {
		t.Errorf("%d requests in the other ward, %v", total, err)
	}
}

func testNotice(t *testing.T, h house, _ sample.Summary) {
	sent, err := h.Notices.Outcomes.Sent(h.Ctx, h.actor("can-bo-2"))
	if err != nil || len(sent) != 1 {
		t.Fatalf("notices: %+v, %v", sent, err)
	}
	if p := sent[0]; !p.Notice.NeedsConfirm || p.Confirmed < 5 || p.Queued < 2 || p.Total != p.Queued+p.Confirmed {
		t.Errorf("progress: %+v", p)
	}
	if views, err := h.Notices.Inbox.For(h.Ctx, h.actor("truong-phu-nu"), 5); err != nil || len(views) != 1 ||
		views[0].State == models.DeliveryConfirmed {
		t.Errorf("an officer has %+v, %v", views, err)
	}
	reach, err := h.Notices.Audiences.Reach(h.Ctx, h.actor("can-bo-1"), notice.Audience{},
		func(string, time.Duration) string { return "free" })
	if err != nil || reach.Unreached == 0 || reach.Unreached > reach.People*7/10 {
		t.Errorf("the whole ward: %+v, %v", reach, err)
	}
	var stale int64
	if err := h.Store.Model(&models.Delivery{}).Where("kind = 'run_submitted' AND state = 'queued'").Count(
		&stale).Error; err != nil || stale != 0 {
		t.Errorf("leaders would be told of %d old lists, %v", stale, err)
	}
}

func (h house) actor(externalID string) services.Actor {
	h.T.Helper()
	who, err := h.Identity.Identify(h.Ctx, "web", externalID)
	if err != nil || who.Actor.Role == services.Stranger {
		h.T.Fatalf("%s: %+v, %v", externalID, who, err)
	}
	return who.Actor
}

// post is the running term of a person outside the Party cell.
func (h house) post(person int64) models.Term {
	h.T.Helper()
	terms := wardtest.Rows[models.Term](h.Ward, "id")
	i := slices.IndexFunc(terms, func(t models.Term) bool {
		return t.PersonID == person && t.To.IsZero() && t.Role != models.CellMember
	})
	if i < 0 {
		h.T.Fatalf("person %d holds no post", person)
	}
	return terms[i]
}
