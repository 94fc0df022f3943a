package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/cases"
	"canbobot/services/change"
	"canbobot/services/downloads"
	"canbobot/services/identity"
	"canbobot/services/notice"
	"canbobot/services/outbox"
	"canbobot/services/roster"
	"canbobot/services/vault"
)

// theirs is the number of a row in every table of the ward that is attacked, and
// of no other ward's: whoever names it names somebody else's, whatever it is. The
// next one is theirs too.
const theirs = 900_001

// secrets are what only the attacked ward knows, as replies would show it.
var secrets = []string{"quynh giao", "0977123987", "0977555444", "5987654", "777.000", "777000", "chuyen rieng nha toi",
	"hop kin cua chi bo"}

// besieged is a house whose ward has a row of everything that anybody may name.
type besieged struct {
	*house
	phones map[string]bool // of the attacked ward
	ward   int64
	policy models.Policy // in force there
}

// siege is the database of a besieged ward.
var siege = furnished.Then(func(t testing.TB, address string) {
	b := &besieged{house: buildHouse(t, address, playKey)}
	b.cast = furnishedLoaded.Characters
	b.ward = b.cast[0].Ward
	b.numberFrom(t, address, theirs-1)
	b.freshen(t)
	b.furnish(t)
	b.freshen(t)
	if err := b.house.ward.Store.Close(); err != nil {
		t.Fatal(err)
	}
})

// besiege opens it with the whole product over it; nothing works its jobs.
func besiege(t *testing.T) *besieged {
	t.Helper()
	b := &besieged{house: buildHouse(t, siege.Copy(t), playKey), phones: map[string]bool{}}
	b.cast = furnishedLoaded.Characters
	b.ward = b.character(t, "can-bo-1").Ward
	if err := b.db().Where("ward_id = ?", b.ward).Order("id").First(&b.policy).Error; err != nil {
		t.Fatal(err)
	}
	var people []models.Person
	if err := b.db().Select("id", "phone").Find(&people, "ward_id = ? AND phone <> ''", b.ward).Error; err != nil {
		t.Fatal(err)
	}
	for _, person := range people {
		b.phones["0"+strings.TrimPrefix(person.Phone, "+84")] = true
	}
	return b
}

func (b *besieged) db() *gorm.DB { return b.house.ward.Store.DB }

// numberFrom has the next row of every table be of that number.
func (b *besieged) numberFrom(t testing.TB, address string, last int) {
	t.Helper()
	db, statements := b.db(), []string{
		fmt.Sprint("UPDATE sqlite_sequence SET seq = ", last),
		fmt.Sprint("INSERT INTO sqlite_sequence (name, seq) SELECT name, ", last, " FROM sqlite_master ",
			"WHERE sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)"),
	}
	if b.house.ward.Store.Dialect == models.PostgreSQL {
		owner := storetest.Open(t, address, nil)
		defer owner.Close()
		db = owner.DB
		statements = []string{fmt.Sprint("SELECT setval(schemaname || '.' || sequencename, ", last,
			") FROM pg_sequences WHERE schemaname = current_schema() AND sequencename NOT LIKE 'river%'")}
	}
	for _, statement := range statements {
		if err := db.Exec(statement).Error; err != nil {
			t.Fatal(err)
		}
	}
}

// freshen gives every ward user a code that lasts: what is refused is not
// refused for want of one.
func (b *besieged) freshen(t testing.TB) {
	t.Helper()
	err := b.db().Exec("UPDATE accounts SET stepped_up_until = ? WHERE staff_id IS NOT NULL",
		b.clock().Add(1000*time.Hour).UTC()).Error
	if err != nil {
		t.Fatal(err)
	}
}

// actor is who is behind an account of the page, as the conversation knows them.
func (b *besieged) actor(t testing.TB, user string) services.Actor {
	t.Helper()
	known, err := b.house.ward.Identity.Identify(ctxFor(t), "web", user)
	if err != nil {
		t.Fatal(err)
	}
	known.Actor.Channel, known.Actor.Event = "web", "siege:"+rand.Text()
	return known.Actor
}

// furnish fills the attacked ward through the doors that people use.
func (b *besieged) furnish(t testing.TB) {
	t.Helper()
	ctx, w := context.Background(), b.house.ward
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	system := services.SystemActor(b.ward)
	by := func(user string) services.Actor { return b.actor(t, user) }
	from := models.NewDate(2025, 7, 1)
	for _, name := range []string{"Tổ dân phố Rất Kín", "Tổ dân phố Kín Nữa"} {
		_, err := w.Units.AddVillage(ctx, system, name, from, []string{"women"})
		must("village", err)
	}
	must("village name", w.Roster.AddVillageName(ctx, by("can-bo-1"), theirs, "Xóm Kín", models.NewDate(2024, 1, 1),
		"1/QĐ"))
	must("predecessor", b.db().Create(&models.WardLink{WardID: b.ward, PredecessorName: "xã Kín", Folded: "xa kin",
		Kind: models.LinkMerge, From: from}).Error)
	must("village link", b.db().Create(&models.VillageLink{WardID: b.ward, PredecessorID: theirs,
		SuccessorID: theirs + 1, Kind: models.LinkSplit, From: from}).Error)
	clerk := by("can-bo-1")
	must("people", b.db().Transaction(func(tx *gorm.DB) error {
		for i, name := range []string{"Mạc Thị Quỳnh Giao", "Đoàn Quỳnh Giao", "Bế Quỳnh Giao", "Bế Thị Quỳnh Giao"} {
			person, err := w.Roster.AddPerson(tx, b.ward, roster.NewPerson{Name: name, BirthYear: 1970 + i,
				Phone: fmt.Sprint("+8497712398", 7-i)})
			if err != nil {
				return err
			}
			if i > 1 {
				continue
			}
			if _, err = w.Roster.SetDestination(tx, person, roster.Destination{Bank: "agribank",
				Number: roster.Secret{Plain: fmt.Sprint("371220598765", 4-i)}}); err != nil {
				return err
			}
			var branch models.Branch
			if err := tx.Take(&branch, theirs+i).Error; err != nil {
				return err
			}
			if _, err = w.Roster.OpenTerm(tx, roster.NewTerm{Branch: branch, Person: person.ID, Role: models.Head,
				From: from}); err != nil {
				return err
			}
		}
		_, err := w.Roster.Merge(tx, clerk, theirs+2, theirs+3)
		return err
	}))
	must("distinction", b.db().Create(&models.PersonDistinction{WardID: b.ward, FirstID: theirs, SecondID: theirs + 1,
		At: b.clock()}).Error)
	for i := range int64(2) {
		person, user := theirs+i, fmt.Sprint("nha-kin-", i)
		account := models.Account{WardID: b.ward, Channel: "web", ExternalID: user, ChatID: user, PersonID: &person,
			LinkedAt: b.clock().UTC(), LastSeenAt: b.clock().UTC()}
		must("account", b.db().Create(&account).Error)
		var consent models.Consent
		must("consent", b.db().Take(&consent, "account_id = ?", by("can-bo-1").Account).Error)
		consent.ID, consent.AccountID, consent.PersonID, consent.StaffID = 0, account.ID, &person, nil
		must("consent", b.db().Create(&consent).Error)
	}
	officer := func() services.Actor { return by("nha-kin-0") }
	for _, role := range []services.Role{services.Clerk, services.Leader} {
		_, _, _, err := w.Identity.AddStaff(ctx, system, b.ward, identity.NewStaff{
			Name: "Mạc Quỳnh Giao " + string(role), Role: role})
		must("staff", err)
	}
	_, _, err := w.Identity.Invite(ctx, by("can-bo-1"), theirs+1)
	must("invite", err)
	must("link", w.Identity.Requests.Ask(ctx, identity.Chat{Channel: "web", ExternalID: "ai-do", ChatID: "ai-do",
		Event: "siege-ask"}, b.ward, "Quỳnh Giao", "0977123987"))
	b.furnishPapers(t, officer, must)
	_, err = w.Changes.Submit(ctx, officer(), change.Proposal{Person: theirs,
		Kind: change.Phone{Number: "+84977555444"}})
	must("change", err)
	_, err = w.Changes.Submit(ctx, by("nha-kin-1"), change.Proposal{Person: theirs + 1, Kind: change.Destination{
		Account: roster.Destination{Bank: "agribank", Number: roster.Secret{Plain: "3712205987699"}}}})
	must("destination", err)
	must("trouble", b.db().Create(&models.ChannelTrouble{Channel: "zalo", Code: "plan", Since: b.clock(),
		LastAt: b.clock()}).Error)
	_, err = w.Cases.Open(ctx, officer(), cases.Opening{Kind: models.CaseQuestion,
		Text: "Đây là chuyện riêng nhà tôi, xin đừng nói."})
	must("case", err)
	_, err = w.Privacy.Ask(ctx, officer(), "correct", "Đây là chuyện riêng nhà tôi.")
	must("data request", err)
	must("breach", b.db().Create(&models.Breach{WardID: b.ward, What: "Lộ chuyện riêng nhà tôi",
		Whom: "Cả nhà chị Quỳnh Giao", FoundAt: b.clock().UTC(), DueBy: b.clock().UTC()}).Error)
	must("journal day", b.db().Create(&models.JournalDay{WardID: b.ward, Day: models.NewDate(2026, 4, 5), Seq: 1,
		Hash: []byte("chuyen rieng nha toi")}).Error)
	must("journal fault", b.db().Create(&models.JournalFault{WardID: b.ward, Seq: 1, Why: "changed",
		FoundAt: b.clock()}).Error)
	answers, err := w.Vault.Seal(vault.In(models.DraftAnswers, "nobody"), "{}")
	must("draft", err)
	must("draft", b.db().Create(&models.Draft{WardID: b.ward, Owner: "nobody", Form: "support", Step: "text",
		Answers: answers}).Error)
	_, err = w.Delegations.Delegate(ctx, by("lanh-dao"), theirs+1, models.NewDate(2026, 4, 7),
		models.NewDate(2026, 4, 9))
	must("delegation", err)
	must("rules", w.Approvals.SetRules(ctx, system, []approve.Rule{{Kind: "leave", Proposers: []string{approve.ByStaff},
		Steps: []approve.Step{
			{Role: "leader", People: 1}}}}))
	b.furnishMoney(t, officer, must)
	b.furnishNotices(t, must)
	must("template", w.Channels.SetTemplate(ctx, by("quan-tri"), "zalo", string(outbox.CaseAnswered), "12345", nil))
	_, err = w.List.Prepare(ctx, by("can-bo-1"), models.NewMonth(2026, 4))
	must("draft list", err) // as of now, so that whoever reads it reckons nothing anew
	must("phrase", b.db().Create(&models.KeptPhrase{WardID: b.ward, Intent: "unknown", Masked: "quỳnh giao",
		CreatedAt: b.clock()}).Error)
}

func (b *besieged) furnishPapers(t testing.TB, officer func() services.Actor, must func(string, error)) {
	t.Helper()
	ctx, w := context.Background(), b.house.ward
	file := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join(playFiles, name))
		must(name, err)
		return content
	}
	_, err := w.Evidence.Keep(ctx, officer(), file("quyet dinh.jpg"), "quyết định")
	must("evidence", err)
	_, err = w.Notices.KeepFile(ctx, b.actor(t, "can-bo-1"), file("quyet dinh.jpg"), "")
	must("notice file", err)
	_, err = w.Sheets.Preview(ctx, b.actor(t, "can-bo-1"), "danh sach.xlsx", file("danh sach moi.xlsx"))
	must("import", err)
	_, err = w.Results.Ask(ctx, b.actor(t, "can-bo-1"), "ket qua.xlsx", file("ket qua.xlsx"))
	must("results", err)
	asked, err := w.Results.Preview(ctx, b.actor(t, "can-bo-1"), 0, "ket qua la.xlsx", file("ket qua la.xlsx"))
	must("results with a strange word", err)
	_, err = w.Results.Learn(ctx, b.actor(t, "can-bo-1"), asked.ID, asked.Question.Key, "paid")
	must("a word", err)
	form, err := w.Results.Ask(ctx, b.actor(t, "can-bo-1"), "mau.xlsx", file("mau ngan hang.xlsx"))
	must("a bank's form", err)
	_, err = w.Results.Forms.Learn(ctx, b.actor(t, "can-bo-1"), form)
	must("a bank's form, learned", err)
	_, err = w.Downloads.Offer(ctx, "web", "nha-kin-0", downloads.File{Name: "a.txt", MIME: "text/plain",
		Content: []byte("chuyện riêng nhà tôi")}, true)
	must("download", err)
}

// besiegedPaper is a list of the attacked ward that its token has signed.
const besiegedPaper = "%PDF Mạc Thị Quỳnh Giao"

func (b *besieged) furnishMoney(t testing.TB, officer func() services.Actor, must func(string, error)) {
	t.Helper()
	ctx, w := context.Background(), b.house.ward
	_, err := w.Money.AddPolicy(ctx, b.actor(t, "can-bo-1"), models.Policy{Name: "Hỗ trợ kín", Source: "ward",
		LegalBasis: "Quyết định 777/QĐ-UBND", From: models.NewDate(2026, 6, 1), Accrual: models.FullIfOnDay,
		AccrualDays: 1, Stacking: models.StackAll, Rules: []models.PolicyRule{{Role: models.Head, Amount: 777_000}}}, 0)
	must("policy", err)
	must("budget", w.Year.SetBudget(ctx, b.actor(t, "can-bo-1"), "town", 2026, 777_000))
	person := int64(theirs)
	run := models.PaymentRun{WardID: b.ward, Month: models.NewMonth(2026, 5), State: models.RunExported, Version: 1,
		Total:  777_000,
		People: 1, ContentHash: make([]byte, 32)}
	must("run", b.db().Create(&run).Error)
	line := models.PaymentLine{WardID: b.ward, RunID: run.ID, PersonID: person, Month: run.Month, Amount: 777_000,
		State: models.LinePending, Name: "Mạc Thị Quỳnh Giao", Title: "Chi hội trưởng", Unit: "Tổ dân phố Rất Kín",
		Destination: models.Destination{BankName: "Agribank", BankTail: "7654"}}
	must("line", b.db().Create(&line).Error)
	var policy models.Policy
	must("policy", b.db().Where("ward_id = ?", b.ward).Order("id").First(&policy).Error)
	must("component", b.db().Create(&models.PaymentComponent{WardID: b.ward, LineID: line.ID, RunID: run.ID,
		PersonID: person, Month: run.Month, PolicyID: policy.ID, TermID: theirs, BranchID: theirs, Role: models.Head,
		Amount: 777_000, Rate: 777_000, Basis: "1/NQ", Why: "on_day"}).Error)
	must("receipt", b.db().Create(&models.LineReceipt{WardID: b.ward, RunID: run.ID, LineID: line.ID, PersonID: person,
		Answer: models.ReceiptNone}).Error)
	must("waiver", b.db().Create(&models.Waiver{WardID: b.ward, PersonID: person, Amount: 9_000, Decision: "9/QĐ-KÍN",
		State: models.WaiverAsked, Version: 1, SubmittedAt: b.clock().UTC(), Parts: []models.WaiverPart{{WardID: b.ward,
			PersonID: person, Month: run.Month, PolicyID: policy.ID, TermID: theirs, BranchID: theirs, Role: models.Head,
			Amount: 9_000}}}).Error)
	must("repayment", b.db().Create(&models.Repayment{WardID: b.ward, PersonID: person, Amount: 7_000, Receipt: "PT 777",
		PaidOn: models.NewDate(2026, 4, 1), At: b.clock().UTC(), Parts: []models.RepaymentPart{{WardID: b.ward,
			PersonID: person, Month: run.Month, PolicyID: policy.ID, TermID: theirs, BranchID: theirs, Role: models.Head,
			Amount: 7_000}}}).Error)
	must("cap", b.db().Create(&models.DebtCap{WardID: b.ward, PersonID: person, Most: 7_000, Since: run.Month,
		At: b.clock().UTC()}).Error)
	settled := models.Settlement{WardID: b.ward, RunID: run.ID, Action: "run.settled", Lines: 1, Total: 777_000,
		At: b.clock().UTC(), TellAt: b.clock().Add(time.Hour).UTC()}
	must("settlement", b.db().Create(&settled).Error)
	must("settled line", b.db().Create(&models.SettledLine{SettlementID: settled.ID, LineID: line.ID,
		State: models.LinePending, ToState: models.LinePaid}).Error)
	must("confirmation", b.db().Create(&models.Confirmation{WardID: b.ward, PersonID: person,
		Kind: models.ConfirmsPayment, LineID: &line.ID, TokenHash: []byte("giấy"), Said: `{"Name":"Mạc Thị Quỳnh Giao"}`,
		IssuedAt: b.clock().UTC(), ExpiresAt: b.clock().Add(time.Hour).UTC()}).Error)
	paper := sha256.Sum256([]byte(besiegedPaper))
	certificate := models.WardCertificate{WardID: b.ward, Fingerprint: paper[:], Subject: "Mạc Thị Quỳnh Giao",
		ValidFrom: b.clock().UTC(), ValidTo: b.clock().Add(time.Hour).UTC(), State: models.CertificateAgreed, Version: 1}
	must("certificate", b.db().Create(&certificate).Error)
	at := b.clock().UTC()
	must("signed list", b.db().Create(&models.SignedList{WardID: b.ward, RunID: run.ID, ListSum: run.ContentHash,
		PaperSum: paper[:], PaperSize: int64(len(besiegedPaper)), OfferedAt: at, Content: []byte(besiegedPaper),
		CertificateID: &certificate.ID, Signatures: 1, ReceivedAt: &at}).Error)
	must("signature", b.db().Create(&models.Signature{WardID: b.ward, Item: "list", ItemID: run.ID, Version: 1, Step: 1,
		StaffID: theirs + 1, ForStaffID: theirs + 1, At: b.clock()}).Error)
}

func (b *besieged) furnishNotices(t testing.TB, must func(string, error)) {
	t.Helper()
	ctx, w := context.Background(), b.house.ward
	by := func() services.Actor { return b.actor(t, "can-bo-1") }
	wanted := notice.Compose{Text: "Mời dự họp kín của chi bộ lúc 7 giờ.", NeedsConfirm: true, Attendance: true,
		File:     theirs,
		Audience: notice.Audience{People: []int64{theirs, theirs + 1}}}
	progress, err := w.Notices.Send(ctx, by(), wanted)
	must("notice", err)
	wanted.Text += " Ai cũng đến."
	draft, err := w.Notices.Draft(ctx, by(), wanted)
	must("draft", err)
	_, err = w.Notices.Recur(ctx, by(), draft.ID, notice.Monthly{Day: 5, Minute: 500})
	must("recurring", err)
	_, err = w.Notices.Templates.Keep(ctx, by(), "Họp kín", "Mời dự họp kín của chi bộ.")
	must("notice template", err)
	// The deliveries of a notice have the numbers of what is told, not of what
	// tells: one more of the first, which was not sent on its own.
	must("answer", b.db().Exec("INSERT INTO notice_answers (delivery_id, notice_id, ward_id, attends, reason, at) "+
		"SELECT id, subject_id, ward_id, ?, '', created_at FROM deliveries WHERE subject_kind = 'notice' AND "+
		"subject_id = ? AND person_id = ?", true, progress.Notice.ID, theirs).Error)
}

// numbered are the tables of which a row may be named by its number.
func (b *besieged) numbered(t *testing.T) []string {
	t.Helper()
	query := "SELECT m.name FROM sqlite_master m WHERE m.type = 'table' AND m.sql LIKE '%AUTOINCREMENT%' AND " +
		"EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'ward_id') ORDER BY 1"
	if b.house.ward.Store.Dialect == models.PostgreSQL {
		query = "SELECT a.table_name FROM information_schema.columns a JOIN information_schema.columns c ON " +
			"c.table_name = a.table_name AND c.table_schema = a.table_schema AND c.column_name = 'ward_id' " +
			"WHERE a.table_schema = current_schema() AND a.column_name = 'id' ORDER BY 1"
	}
	var tables []string
	if err := b.db().Raw(query).Scan(&tables).Error; err != nil {
		t.Fatal(err)
	}
	return tables
}

// Whoever forges a number forges one that is somebody's, in every table.
func TestTheBesiegedWardHasARowOfEverything(t *testing.T) {
	b := besiege(t)
	unnamed := map[string]string{
		"audit_entries": "the journal is read by subject", "file_tries": "counted, never named",
		"hands": "counted, never named", "looks": "read by whom they concern",
	}
	for _, table := range b.numbered(t) {
		var wards []int64
		if err := b.db().Table(table).Where("id = ?", theirs).Pluck("ward_id", &wards).Error; err != nil {
			t.Fatal(err)
		}
		if unnamed[table] == "" && !slices.Equal(wards, []int64{b.ward}) {
			t.Errorf("%s: number %d is of wards %v", table, theirs, wards)
		}
	}
}

// ledger is every row of the attacked ward, by its table and number.
type ledger map[string]map[int64]map[string]any

// standing reads the ledger. What is not there changes by being looked at, or is
// of the attempt itself: a try that is written down is no change.
func (b *besieged) standing(t *testing.T) ledger {
	t.Helper()
	all := ledger{}
	for _, table := range append(b.numbered(t), "wards") {
		db, ward := b.db().Table(table), "ward_id"
		switch table {
		case "audit_entries", "looks", "drafts", "file_tries":
			continue
		case "wards":
			ward = "id"
		}
		var rows []map[string]any
		if err := db.Where(ward+" = ?", b.ward).Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		all[table] = map[int64]map[string]any{}
		for _, row := range rows {
			delete(row, "last_seen_at")
			all[table][row["id"].(int64)] = row
		}
	}
	return all
}

// changed are the rows that are not as they were, and those that are new; what is
// of the attacker alone is left out.
func (l ledger) changed(after ledger, attacker services.Actor) []string {
	var all []string
	for table, rows := range after {
		for id, row := range rows {
			was, existed := l[table][id]
			switch {
			case existed && fmt.Sprint(row) == fmt.Sprint(was), // maps are printed in the order of their keys
				ofTheirOwn(table, id, row, attacker),
				!existed && attacker.Ward == row["ward_id"] && !names(row, theirs):
				continue
			}
			all = append(all, fmt.Sprintf("%s %d (new: %v)", table, id, !existed))
		}
		for id := range l[table] {
			if rows[id] == nil {
				all = append(all, fmt.Sprintf("%s %d is gone", table, id))
			}
		}
	}
	slices.Sort(all)
	return all
}

// ofTheirOwn reports whether a row is the attacker's, who may change it.
func ofTheirOwn(table string, id int64, row map[string]any, attacker services.Actor) bool {
	is := func(column string, own int64) bool { return own != 0 && fmt.Sprint(row[column]) == fmt.Sprint(own) }
	return is("person_id", attacker.Person) || is("staff_id", attacker.Staff) || is("account_id", attacker.Account) ||
		is("proposer_person_id", attacker.Person) || table == "people" && id == attacker.Person ||
		table == "staff" && id == attacker.Staff || table == "accounts" && id == attacker.Account
}

// names reports whether a row points to one that is somebody else's; ward users
// are told of what anybody asks.
func names(row map[string]any, other int64) bool {
	for column, value := range row {
		if strings.HasSuffix(column, "_id") && column != "staff_id" && fmt.Sprint(value) == fmt.Sprint(other) {
			return true
		}
	}
	return false
}

var (
	gaps   = regexp.MustCompile(`[ \x{a0}]`)
	phones = regexp.MustCompile(`0[0-9]{9}`)
)

// tells are the secrets of the attacked ward that a text gives away.
func (b *besieged) tells(text string) []string {
	var all []string
	folded := models.Fold(text)
	close := gaps.ReplaceAllString(text, "")
	for _, secret := range secrets {
		if strings.Contains(folded, secret) || strings.Contains(close, secret) {
			all = append(all, secret)
		}
	}
	for _, phone := range phones.FindAllString(close, -1) {
		if b.phones[phone] {
			all = append(all, phone)
		}
	}
	return all
}

// watched leaves a walk over all that there is to the runs without the race
// detector, of which the gate has one: one knock follows the other, and watching
// them takes minutes.
func watched(t *testing.T) bool {
	if storetest.Watched {
		t.Log("walked where races are not watched")
	}
	return storetest.Watched
}
