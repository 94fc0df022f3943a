package privacy_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/notice"
	"canbobot/services/outbox"
	"canbobot/services/privacy"
	"canbobot/services/roster"
	"canbobot/services/ward/wardtest"
)

// desk is a ward with an officer in a chat, and whoever answers for the data.
type desk struct {
	*wardtest.Ward
	officer, clerk, leader, admin, foreign services.Actor
	person                                 models.Person
	events                                 int
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{Ward: wardtest.New(t, time.Date(2026, 4, 3, 2, 0, 0, 0, time.UTC))} // a Friday, nine o'clock there
	here, there := d.AddWard("bac", "Bắc Hồng Lĩnh"), d.AddWard("nam", "Nam Hồng Lĩnh")
	d.clerk, d.leader = d.AddStaff(here.ID, services.Clerk, true), d.AddStaff(here.ID, services.Leader, true)
	d.admin, d.foreign = d.AddStaff(here.ID, services.Admin, true), d.AddStaff(there.ID, services.Admin, true)
	d.Create(&models.Organization{Code: "women", Name: "Hội Phụ nữ", BranchName: "Chi hội Phụ nữ",
		HeadTitle: "Chi hội trưởng", DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 1})
	village := models.Village{WardID: here.ID, Name: "Tổ dân phố 5", Folded: "to dan pho 5"}
	d.Create(&village)
	branch := models.Branch{WardID: here.ID, VillageID: village.ID, OrganizationCode: "women", Name: "Chi hội Phụ nữ"}
	d.Create(&branch)
	d.person = models.Person{WardID: here.ID, Name: "Nguyễn Thị Lan", Folded: "nguyen thi lan", Phone: "+84912345678",
		PhoneHash: d.Vault.Hash("phone", "+84912345678"), BirthYear: 1971}
	d.Create(&d.person)
	account, err := d.Roster.Secrets.ConcealAccount("3706205123456")
	if err != nil {
		t.Fatal(err)
	}
	d.person, err = d.Roster.SetDestination(d.Store.DB, d.person, roster.Destination{Bank: "agribank", Number: account})
	if err != nil {
		t.Fatal(err)
	}
	d.Create(&models.Term{WardID: here.ID, PersonID: d.person.ID, BranchID: branch.ID, Role: models.Head, Slot: 1,
		From: models.NewDate(2025, 1, 1)})
	chat := models.Account{WardID: here.ID, Channel: "zalo", ExternalID: "lan", ChatID: "lan", PersonID: &d.person.ID,
		LinkedAt: d.Now(), LastSeenAt: d.Now()}
	d.Create(&chat)
	d.officer = services.Actor{Role: services.Officer, Ward: here.ID, Person: d.person.ID, Account: chat.ID,
		Channel: "zalo"}
	return d
}

func (d *desk) by(actor services.Actor) services.Actor {
	d.events++
	actor.Event = fmt.Sprint("test:", d.events)
	return actor
}

func (d *desk) ask(kind string) privacy.View {
	d.T.Helper()
	view, err := d.Privacy.Ask(d.Ctx, d.by(d.officer), kind, "Tôi xin việc này")
	if err != nil {
		d.T.Fatal(err)
	}
	return view
}

// round is what the law's clock does at a moment; it returns how many it reminded of.
func (d *desk) round() int {
	d.T.Helper()
	done, err := d.Privacy.Round().Do(d.Ctx)
	if err != nil {
		d.T.Fatal(err)
	}
	return done
}

func (d *desk) told(kind outbox.Kind) int64 {
	return d.Count("deliveries", "kind = ?", kind)
}

// The law's days run on working days for the answer and on all days for the deed;
// administrators and leaders are reminded before they are over, and every day
// after, by day.
func TestTheLawsClock(t *testing.T) {
	d := newDesk(t)
	view := d.ask(privacy.Restrict)
	if got := view.Request.ReplyBy.In(services.Zone); got.Day() != 7 { // Friday, then Monday and Tuesday
		t.Errorf("an answer is due on %v", got)
	}
	if got := view.Request.DueBy.In(services.Zone); got.Day() != 18 {
		t.Errorf("due on %v", got)
	}
	if d.told(outbox.DataAsked) != 2 {
		t.Error("administrator and leader were not told")
	}
	if d.round() != 0 {
		t.Error("reminded at once")
	}
	d.Pass(3*24*time.Hour + time.Hour) // Monday: Tuesday's answer is due within a day
	if d.round() != 1 || d.round() != 0 || d.told(outbox.DataDue) != 2 {
		t.Errorf("reminded %d times", d.told(outbox.DataDue))
	}
	d.Pass(13 * time.Hour) // at night nobody
	if d.round() != 0 {
		t.Error("reminded at night")
	}
	d.Pass(30 * 24 * time.Hour)
	d.Pass(10 * time.Hour)
	if d.round() != 1 || d.told(outbox.DataDue) != 4 {
		t.Error("nobody is reminded of what is late")
	}
	if late, err := d.Privacy.Card(d.Ctx, d.leader, view.Request.ID); err != nil || !late.Late {
		t.Errorf("late: %+v, %v", late, err)
	}
	_, err := d.Privacy.Ask(d.Ctx, d.by(d.officer), privacy.Restrict, "Tôi xin lần nữa")
	d.Refused(err, "conflict/data_open")
}

// Left alone, a person gets no notice, and all that is about their money.
func TestARestrictionStopsNoticesAndNoMoney(t *testing.T) {
	d := newDesk(t)
	reach := func() int {
		_, people, err := d.Notices.Audiences.Roll(d.Ctx, d.clerk, notice.Audience{}, nil, false, 0)
		if err != nil {
			t.Fatal(err)
		}
		return people
	}
	if reach() != 1 {
		t.Fatal("the officer is in no audience")
	}
	view := d.ask(privacy.Object)
	if _, err := d.Privacy.Answer(d.Ctx, d.by(d.clerk), view.Request.ID, 1, true, "Phường đã làm"); err != nil {
		t.Fatal(err)
	}
	if reach() != 0 {
		t.Error("a notice still goes to who objected")
	}
	err := d.Store.Transaction(func(tx *gorm.DB) error {
		return d.Outbox.Tell(d.Ctx, tx, outbox.Message{Ward: d.person.WardID, Kind: outbox.LineSettled, Subject: outbox.Line,
			SubjectID: 1, Person: d.person.ID})
	})
	if err != nil || d.told(outbox.LineSettled) != 1 || d.told(outbox.DataAnswered) != 1 {
		t.Errorf("what is about their money does not reach them: %v", err)
	}
	_, err = d.Privacy.Answer(d.Ctx, d.by(d.clerk), view.Request.ID, 1, true, "Phường đã làm")
	d.Refused(err, "conflict/data_moved")
}

// What the law obliges to keep stays after an erasure, and nothing is erased of
// who is still in post.
func TestAnErasureKeepsWhatTheLawKeeps(t *testing.T) {
	d := newDesk(t)
	view := d.ask(privacy.Erase)
	_, err := d.Privacy.Answer(d.Ctx, d.by(d.leader), view.Request.ID, 1, true, "Phường đã xoá")
	d.Refused(err, "conflict/data_in_post")
	if err := d.Store.Model(&models.Term{}).Where("person_id = ?", d.person.ID).Update("to_date",
		models.NewDate(2026, 3, 31)).Error; err != nil {
		t.Fatal(err)
	}
	// What failed in February is owed until the list of March has taken it up.
	for i, state := range []models.LineState{models.LineFailed, models.LinePaid} {
		run := models.PaymentRun{WardID: d.officer.Ward, State: models.RunClosed, Version: 1, Covers: 1,
			ContentHash: make([]byte, 32),
			Month:       models.NewDate(2026, time.February, 1).MonthOf() + models.Month(i)}
		d.Create(&run)
		d.Create(&models.PaymentLine{WardID: run.WardID, RunID: run.ID, PersonID: d.person.ID, Month: run.Month,
			Amount: 200_000, State: state})
		if i == 0 {
			_, err = d.Privacy.Answer(d.Ctx, d.by(d.leader), view.Request.ID, 1, true, "Phường đã xoá")
			d.Refused(err, "conflict/data_money_open")
		}
	}
	entries := d.Count("audit_entries", "1 = 1")
	if _, err := d.Privacy.Answer(d.Ctx, d.by(d.leader), view.Request.ID, 1, true, "Phường đã xoá"); err != nil {
		t.Fatal(err)
	}
	person := wardtest.Rows[models.Person](d.Ward, "id")[0]
	if person.Name == "" || person.Phone != "" || person.BankAccount != "" || person.BankTail != "" ||
		person.BirthYear != 0 || person.BankHash != nil || person.PhoneHash != nil {
		t.Errorf("after an erasure: %+v", person)
	}
	if d.Count("accounts", "person_id = ? AND (external_id <> '' OR unlinked_at IS NULL)", person.ID) != 0 {
		t.Error("a chat is still known")
	}
	if d.Count("terms", "person_id = ?", person.ID) != 1 || d.Count("audit_entries", "1 = 1") <= entries {
		t.Error("posts or journal are gone")
	}
}

// A copy holds what is held, by last digits, and stands in the register.
func TestACopyIsHadAtOnce(t *testing.T) {
	d := newDesk(t)
	say := func(key string, _ map[string]any) string { return strings.ReplaceAll(key, "privacy_copy.", "") }
	file, err := d.Privacy.Copy(d.Ctx, d.by(d.officer), say)
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(file.Content))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	all := ""
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		all += fmt.Sprint(rows)
	}
	for _, want := range []string{"Nguyễn Thị Lan", "1971", "Agribank ****3456", "Chi hội Phụ nữ"} {
		if !strings.Contains(all, want) {
			t.Errorf("the copy lacks %s: %s", want, all)
		}
	}
	if strings.Contains(all, "3706205123456") {
		t.Error("the copy holds the whole account")
	}
	mine, err := d.Privacy.Mine(d.Ctx, d.officer)
	if err != nil || len(mine) != 1 || mine[0].Request.State != models.DataDone {
		t.Errorf("register: %+v, %v", mine, err)
	}
}

// A breach is told at once, and again until the authority has heard of it.
func TestABreachHas72Hours(t *testing.T) {
	d := newDesk(t)
	row, err := d.Privacy.AddBreach(d.Ctx, d.by(d.admin), privacy.Found{What: "Mất máy tính", Whom: "400 cán bộ"})
	if err != nil || row.DueBy.Sub(row.FoundAt) != 72*time.Hour || d.told(outbox.BreachOpen) != 2 {
		t.Fatalf("%+v, %v", row, err)
	}
	if d.round() != 0 {
		t.Error("reminded at once")
	}
	d.Pass(60 * time.Hour) // within the last day, at night: the law does not sleep
	if d.round() != 1 || d.told(outbox.BreachOpen) != 4 {
		t.Error("nobody is reminded")
	}
	d.Refused(d.Privacy.CloseBreach(d.Ctx, d.by(d.admin), row.ID, "Đã đổi khoá"), "conflict/breach_unreported")
	if err := d.Privacy.ReportBreach(d.Ctx, d.by(d.admin), row.ID); err != nil {
		t.Fatal(err)
	}
	d.Pass(24 * time.Hour)
	if d.round() != 0 {
		t.Error("reminded of what was reported")
	}
	if err := d.Privacy.CloseBreach(d.Ctx, d.by(d.admin), row.ID, "Đã đổi khoá"); err != nil {
		t.Fatal(err)
	}
	d.Refused(d.Privacy.CloseBreach(d.Ctx, d.by(d.admin), row.ID, "Đã đổi khoá"), "conflict/breach_closed")
	if list, err := d.Privacy.Breaches(d.Ctx, d.admin); err != nil || len(list) != 1 || list[0].Measures == "" {
		t.Errorf("ledger %+v, %v", list, err)
	}
}

// Nobody of another ward, and nobody without the role, sees or does anything.
func TestTheRegisterIsTheWards(t *testing.T) {
	d := newDesk(t)
	id := d.ask(privacy.Correct).Request.ID
	row, err := d.Privacy.AddBreach(d.Ctx, d.by(d.admin), privacy.Found{What: "Mất máy", Whom: "cán bộ"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Privacy.Card(d.Ctx, d.foreign, id)
	d.Refused(err, "not_found/data_request")
	_, err = d.Privacy.Answer(d.Ctx, d.by(d.foreign), id, 1, true, "Đã làm")
	d.Refused(err, "not_found/data_request")
	other := d.officer
	other.Person++
	_, err = d.Privacy.Card(d.Ctx, other, id)
	d.Refused(err, "not_found/data_request")
	_, err = d.Privacy.Answer(d.Ctx, d.by(d.officer), id, 1, true, "Đã làm")
	d.Refused(err, "denied/role")
	same := d.clerk
	same.Person = d.officer.Person
	_, err = d.Privacy.Answer(d.Ctx, d.by(same), id, 1, true, "Đã làm")
	d.Refused(err, "denied/concerns_you")
	_, err = d.Privacy.Breach(d.Ctx, d.foreign, row.ID)
	d.Refused(err, "not_found/breach")
	d.Refused(d.Privacy.ReportBreach(d.Ctx, d.by(d.foreign), row.ID), "not_found/breach")
	d.Refused(d.Privacy.ReportBreach(d.Ctx, d.by(d.clerk), row.ID), "denied/role")
	if list, total, _, err := d.Privacy.Register(d.Ctx, d.foreign, 0, 10); err != nil || len(list) != 0 || total != 0 {
		t.Errorf("a foreign register: %v, %v", list, err)
	}
}

// On a channel that the ward does not trust no account is asked for or taken;
// and what tidying took away is told.
func TestAccountsAreNotTypedOnAnUntrustedChannel(t *testing.T) {
	d := newDesk(t)
	if err := d.Changes.MayTypeAccount(d.Ctx, d.officer); err != nil {
		t.Fatal(err)
	}
	d.Refused(d.Privacy.SetAccountsNotOn(d.Ctx, d.leader, []string{"zalo"}), "denied/role")
	if err := d.Privacy.SetAccountsNotOn(d.Ctx, d.admin, []string{"telegram", "zalo"}); err != nil {
		t.Fatal(err)
	}
	proposal := change.Proposal{Person: d.person.ID, Kind: change.Destination{Account: roster.Destination{Bank: "agribank",
		Number: roster.Secret{Plain: "9876543210123"}}}}
	d.Refused(d.Changes.MayTypeAccount(d.Ctx, d.officer), "denied/channel_untrusted")
	_, err := d.Changes.Submit(d.Ctx, d.by(d.officer), proposal)
	d.Refused(err, "denied/channel_untrusted")
	elsewhere := d.by(d.officer)
	elsewhere.Channel = "web"
	if _, err := d.Changes.Submit(d.Ctx, elsewhere, proposal); err != nil {
		t.Errorf("on another channel: %v", err)
	}
	d.Create(&models.Removal{Name: "drafts", Gone: 3, At: d.Now()})
	if gone, err := d.Privacy.Removed(d.Ctx, d.Now().Add(-time.Hour)); err != nil || gone["drafts"] != 3 {
		t.Errorf("removed %v, %v", gone, err)
	}
}
