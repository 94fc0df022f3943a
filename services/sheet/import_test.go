package sheet_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/sheet"
	"canbobot/services/vault"
)

func TestImportBringsPeopleAndPosts(t *testing.T) {
	h := newHouse(t)
	content := made(t, heads,
		usual(nil),
		usual(map[string]any{"STT": 2, "Họ và tên": "TRẦN VĂN BÌNH", "Ngày sinh": 1970, "Chức danh": "Bí thư chi đoàn",
			"Chi hội": "", "Thôn/TDP": "Tổ dân phố 6", "Số điện thoại": 987654321, "CCCD": 42168001235, "Số tài khoản": "",
			"Ngân hàng": "", "Từ ngày": 45323}),
	)
	preview := h.check(content)
	if preview.Counts.Errors > 0 || preview.Counts.New != 2 || preview.Counts.NewPeople != 2 ||
		preview.Counts.NewTerms != 2 {
		t.Fatalf("%+v %s", preview.Counts, codes(preview.Findings))
	}
	if got, want := codes(preview.Remarks()), "B3 name_capitals, G3 zero_lost, H3 zero_lost"; got != want {
		t.Errorf("remarks %q, want %q", got, want)
	}
	h.imported(content)
	var people []models.Person
	var terms []models.Term
	h.store.Order("id").Find(&people)
	h.store.Order("id").Find(&terms)
	if len(people) != 2 || len(terms) != 2 {
		t.Fatalf("%d people, %d terms", len(people), len(terms))
	}
	hoa, binh := people[0], people[1]
	if account, err := h.vault.Open(vault.In(models.BankAccount, hoa.WardID, hoa.ID), hoa.BankAccount); err != nil ||
		account != "3706205123456" ||
		hoa.BankTail != "3456" || hoa.BankName != "Agribank" {
		t.Errorf("%q %v %+v", account, err, hoa)
	}
	if number, err := h.vault.Open(vault.In(models.CitizenID, binh.WardID, binh.ID), binh.CitizenID); err != nil ||
		number != "042168001235" {
		t.Errorf("%q %v", number, err)
	}
	if binh.Name != "Trần Văn Bình" || binh.Phone != "+84987654321" || binh.BirthYear != 1970 || !binh.BirthDate.IsZero() {
		t.Errorf("%+v", binh)
	}
	if term := terms[1]; term.BranchID != h.branches["youth 6"].ID || term.Role != models.Head ||
		term.From != models.NewDate(2024, 2, 1) || term.Title != "Bí thư chi đoàn" {
		t.Errorf("%+v", term)
	}
	var row models.Import
	h.store.Take(&row)
	if row.State != models.ImportApplied || row.Content != "" || strings.Contains(row.Outcome, "Hoa") ||
		!strings.Contains(row.Outcome, `"what":["person","term"]`) {
		t.Errorf("%+v", row)
	}
	var entry models.AuditEntry
	h.store.Where("action = ?", "roster.imported").Take(&entry)
	if *entry.StaffID != h.clerk.Staff || entry.Subject != "import:1" {
		t.Errorf("%+v", entry)
	}
}

// Whose account it is comes with the sheet for newcomers; of who is known it is
// changed by a request, like the number.
func TestImportSaysWhoHoldsTheAccount(t *testing.T) {
	h := newHouse(t)
	with := func(holder, account string) []byte {
		return made(t, append(slices.Clone(heads), "Chủ tài khoản"), append(usual(map[string]any{"Số tài khoản": account}),
			holder))
	}
	h.imported(with("NGUYEN VAN NAM", "3706205123456"))
	var hoa models.Person
	h.store.Take(&hoa)
	if hoa.BankHolder != "Nguyen Van Nam" || hoa.BankRelation != models.HeldByOther || hoa.PayWay != "" {
		t.Errorf("%+v", hoa.Destination)
	}
	for sheet, want := range map[string]string{"Nguyễn Văn Nam": "", "Lê Thị Khác": "I2 bank_by_request"} {
		if got := codes(h.check(with(sheet, "3706205123456")).Findings); got != want {
			t.Errorf("%s: %q, want %q", sheet, got, want)
		}
	}
	if got := codes(h.check(with("", "Tiền mặt")).Findings); got != "I2 bank_by_request" {
		t.Errorf("cash for who has an account: %q", got)
	}
	own := newHouse(t)
	own.imported(with(fmt.Sprint(usual(nil)[1]), "3706205123456"))
	own.store.Take(&hoa)
	if hoa.BankHolder != "" || hoa.BankRelation != models.HeldByThemselves {
		t.Errorf("their own: %+v", hoa.Destination)
	}
	wish := newHouse(t)
	wish.imported(with("", "VNeID"))
	wish.store.Take(&hoa)
	if hoa.PayWay != models.WayVNeID || hoa.BankTail != "" || hoa.BankName != "" {
		t.Errorf("a wish: %+v", hoa.Destination)
	}
}

func TestImportTwiceChangesNothing(t *testing.T) {
	h := newHouse(t)
	content := made(t, heads, usual(nil), usual(map[string]any{"Họ và tên": "Lê Thị Mai", "Chức danh": "Chi hội phó",
		"Số điện thoại": "0912345679", "CCCD": "042168001299"}))
	first := h.imported(content)
	again, err := h.Apply(h.ctx, h.clerk, first.ID)
	if err != nil || again.State != models.ImportApplied || again.Counts != first.Counts {
		t.Errorf("%+v, %v", again, err)
	}
	preview, err := h.Preview(h.ctx, h.clerk, "ds.xlsx", content)
	if err != nil || preview.ID != 0 || !preview.Counts.Nothing() || preview.Counts.Unchanged != 2 ||
		len(preview.Findings) != 0 {
		t.Errorf("%+v %s, %v", preview.Counts, codes(preview.Findings), err)
	}
	if h.count(&models.Person{}) != 2 || h.count(&models.Term{}) != 2 {
		t.Error("imported twice")
	}
}

func TestImportChangesWhatTheRosterHas(t *testing.T) {
	h := newHouse(t)
	hoa := h.person("Nguyễn Thị Hoa", "+84912345678", "women 5", models.Head, models.NewDate(2020, 1, 1))
	mai := h.person("Lê Thị Mai", "+84912345679", "women 5", models.Deputy, models.NewDate(2020, 1, 1))
	none := map[string]any{"Số tài khoản": "", "Ngân hàng": "", "CCCD": "", "Số quyết định": ""}
	with := func(more map[string]any) []any {
		row := map[string]any{}
		for _, of := range []map[string]any{none, more} {
			for key, value := range of {
				row[key] = value
			}
		}
		return usual(row)
	}
	done := h.imported(made(t, heads,
		// The two have swapped their numbers, and Hoa hands over to Lan.
		with(map[string]any{"Số điện thoại": "0912345679", "Từ ngày": "01/01/2020", "Đến ngày": "31/03/2026"}),
		with(map[string]any{"Họ và tên": "Lê Thị Mai", "Chức danh": "Chi hội phó", "Số điện thoại": "0912345678",
			"Ngày sinh": "", "Từ ngày": "", "Số tài khoản": "3706205123456", "Ngân hàng": "Agribank"}),
		with(map[string]any{"Họ và tên": "Phan Thị Lan", "Số điện thoại": "", "Ngày sinh": "", "Từ ngày": "01/04/2026"}),
	))
	if c := done.Counts; c.Changed != 2 || c.New != 1 || c.EndedTerms != 1 || c.Phones != 2 || c.Births != 1 ||
		c.NewPeople != 1 || c.NewTerms != 1 {
		t.Errorf("%+v", c)
	}
	var after models.Person
	h.store.Take(&after, hoa.ID)
	if after.Phone != "+84912345679" || after.BirthDate != models.NewDate(1968, 3, 5) || after.Version != 2 {
		t.Errorf("%+v", after)
	}
	after = models.Person{}
	h.store.Take(&after, mai.ID)
	if after.Phone != "+84912345678" || after.BankTail != "" {
		t.Errorf("an account of somebody known goes by request only: %+v", after)
	}
	var term models.Term
	h.store.Where("person_id = ?", hoa.ID).Take(&term)
	if term.To != models.NewDate(2026, 3, 31) || term.EndReason != "term_ended" {
		t.Errorf("%+v", term)
	}
}

// Whose number a sheet changes hears of it in every chat, or is to be telephoned; and
// says that it is not theirs. Who gets a first number, or keeps theirs, hears nothing.
func TestWhoGetsAnotherNumberIsTold(t *testing.T) {
	h := newHouse(t)
	hoa := h.person("Nguyễn Thị Hoa", "+84912345678", "women 5", models.Head, models.NewDate(2020, 1, 1))
	mai := h.person("Lê Thị Mai", "+84912345679", "women 5", models.Deputy, models.NewDate(2020, 1, 1))
	lan := h.person("Phan Thị Lan", "", "youth 6", models.Head, models.NewDate(2020, 1, 1))
	var chats []models.Account
	for _, channel := range []string{"zalo", "telegram"} {
		account := models.Account{WardID: h.ward.ID, Channel: channel, ExternalID: channel, ChatID: channel,
			PersonID: &hoa.ID, LinkedAt: h.now, LastSeenAt: h.now}
		h.create(&account)
		chats = append(chats, account)
	}
	row := func(name, title, branch, phone string) []any {
		return usual(map[string]any{"Họ và tên": name, "Ngày sinh": "", "Chức danh": title, "Chi hội": branch,
			"Thôn/TDP": map[bool]string{true: "TDP 6", false: "TDP 5"}[branch == ""], "Số điện thoại": phone, "CCCD": "",
			"Số tài khoản": "", "Ngân hàng": "", "Số quyết định": "", "Từ ngày": "01/01/2020"})
	}
	done := h.imported(made(t, heads, row("Nguyễn Thị Hoa", "Chi hội trưởng", "Chi hội Phụ nữ", "0912345670"),
		row("Lê Thị Mai", "Chi hội phó", "Chi hội Phụ nữ", "0912345671"), row("Phan Thị Lan", "Bí thư chi đoàn", "",
			"0912345672")))
	var told []models.Delivery
	if err := h.store.Order("id").Find(&told, "kind = 'number_changed'").Error; err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, one := range told {
		got[fmt.Sprint(*one.PersonID, " ", services.ID(one.AccountID))]++
	}
	want := map[string]int{fmt.Sprint(hoa.ID, " ", chats[0].ID): 1, fmt.Sprint(hoa.ID, " ", chats[1].ID): 1,
		fmt.Sprint(mai.ID, " ", 0): 1}
	if !maps.Equal(got, want) {
		t.Fatalf("%+v: told %v, want %v", done.Counts, got, want)
	}
	officer := services.Actor{Role: services.Officer, Ward: h.ward.ID, Person: hoa.ID, Account: chats[0].ID, Event: "no"}
	if err := h.people.DisownNumber(h.ctx, officer, done.ID); err != nil {
		t.Fatal(err)
	}
	var woken int64
	h.store.Model(&models.Delivery{}).Where("kind = 'number_disowned'").Count(&woken)
	if woken != 2 { // both clerks of the ward
		t.Errorf("woke %d", woken)
	}
	officer.Event = "other"
	if err := h.people.DisownNumber(h.ctx, officer, done.ID+1); services.CodeOf(err) != "import" {
		t.Errorf("of another sheet: %v", err)
	}
	officer.Person, officer.Event = lan.ID, "hers"
	if err := h.people.DisownNumber(h.ctx, officer, done.ID); services.CodeOf(err) != "account" {
		t.Errorf("as another: %v", err)
	}
}

func TestImportWantsACodeAndItsOwnWard(t *testing.T) {
	h := newHouse(t)
	content := made(t, heads, usual(nil))
	preview, err := h.Preview(h.ctx, h.stale, "ds.xlsx", content)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Apply(h.ctx, h.stale, preview.ID); services.CodeOf(err) != "step_up" {
		t.Error(err)
	}
	for name, actor := range map[string]services.Actor{"foreign": h.away,
		"officer": {Role: services.Officer, Ward: h.ward.ID, Person: 1},
		"viewer":  {Role: services.Viewer, Ward: h.ward.ID, Staff: 9}, "stranger": {}} {
		want := services.KindDenied
		if name == "foreign" {
			want = services.KindNotFound
		}
		_, applying := h.Apply(h.ctx, actor, preview.ID)
		_, again := h.Again(h.ctx, actor, preview.ID)
		_, reading := h.Import(h.ctx, actor, preview.ID)
		for what, err := range map[string]error{"apply": applying, "again": again, "read": reading,
			"drop": h.Drop(h.ctx, actor, preview.ID)} {
			if services.KindOf(err) != want {
				t.Errorf("%s %s: %v", name, what, err)
			}
		}
		if name == "foreign" {
			continue
		}
		if _, err := h.Preview(h.ctx, actor, "ds.xlsx", content); services.KindOf(err) != services.KindDenied {
			t.Errorf("%s preview: %v", name, err)
		}
	}
	// A foreign ward's clerk reads the sheet against their own villages.
	foreign, err := h.Check(h.ctx, h.away, content)
	if err != nil || foreign.Counts.Errors == 0 {
		t.Errorf("%+v, %v", foreign.Counts, err)
	}
	if h.count(&models.Person{}) != 0 {
		t.Error("somebody was imported")
	}
}

func TestImportOfAChangedRosterIsStale(t *testing.T) {
	h := newHouse(t)
	preview, err := h.Preview(h.ctx, h.clerk, "ds.xlsx", made(t, heads, usual(nil)))
	if err != nil {
		t.Fatal(err)
	}
	h.person("Võ Thị Tư", "", "women 5", models.Head, models.NewDate(2025, 1, 1))
	if _, err := h.Apply(h.ctx, h.clerk, preview.ID); services.CodeOf(err) != "import_stale" {
		t.Fatal(err)
	}
	again, err := h.Again(h.ctx, h.clerk, preview.ID)
	if err != nil || codes(again.Errors()) != "D2 post_taken" {
		t.Errorf("%s, %v", codes(again.Findings), err)
	}
	if err := h.Drop(h.ctx, h.clerk, preview.ID); err != nil {
		t.Error(err)
	}
	if _, err := h.Apply(h.ctx, h.clerk, preview.ID); services.CodeOf(err) != "import_gone" {
		t.Error(err)
	}
}

func TestASheetThatNobodyConfirmsIsDropped(t *testing.T) {
	h := newHouse(t)
	preview, err := h.Preview(h.ctx, h.clerk, "ds.xlsx", made(t, heads, usual(nil)))
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(sheet.Kept + time.Hour)
	if _, err := sheet.Purge.Run(h.store.DB, h.now); err != nil {
		t.Error(err)
	}
	var row models.Import
	if err := h.store.Take(&row, preview.ID).Error; err != nil || row.State != models.ImportDropped || row.Content != "" {
		t.Errorf("%+v, %v", row, err)
	}
}

func TestImportFailsWhole(t *testing.T) {
	h := newHouse(t)
	var rows [][]any
	rows = append(rows, heads)
	for i, name := range []string{"An", "Bình", "Chi", "Dung"} {
		role := []string{"Chi hội trưởng", "Chi hội phó", "Uỷ viên BCH", "Uỷ viên BCH"}[i]
		rows = append(rows, usual(map[string]any{"Họ và tên": "Lê Thị " + name, "Chức danh": role, "Số điện thoại": "",
			"CCCD": "", "Số tài khoản": "", "Ngân hàng": ""}))
	}
	preview, err := h.Preview(h.ctx, h.clerk, "ds.xlsx", made(t, rows...))
	if err != nil {
		t.Fatal(err)
	}
	// The database refuses a row in the middle, as it would on a full disk.
	if h.store.Dialect == models.SQLite {
		h.exec(`CREATE TRIGGER refuse BEFORE INSERT ON terms WHEN NEW.role = 'member' BEGIN SELECT RAISE(ABORT, 'disk'); END`)
	} else {
		h.exec(`ALTER TABLE terms ADD CONSTRAINT refuse CHECK (role <> 'member')`)
	}
	if _, err := h.Apply(h.ctx, h.clerk, preview.ID); err == nil {
		t.Fatal("applied")
	}
	if h.count(&models.Person{}) != 0 || h.count(&models.Term{}) != 0 {
		t.Error("half of it was imported")
	}
	if row, err := h.Import(h.ctx, h.clerk, preview.ID); err != nil || row.State != models.ImportPreviewed {
		t.Errorf("%+v, %v", row, err)
	}
}

func (h *house) exec(sql string) {
	h.t.Helper()
	if err := h.store.Exec(sql).Error; err != nil {
		h.t.Fatal(err)
	}
}
