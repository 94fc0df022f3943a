package paper_test

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-fonts/dejavu/dejavusanscondensed"
	"codeberg.org/go-fonts/dejavu/dejavusanscondensedbold"
	"github.com/xuri/excelize/v2"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/paper"
	"canbobot/services/roster"
)

// small is a list with arrears, a recovery, two sources, cash, a carried debt
// and a name that would be a formula.
func small(t testing.TB) *house {
	h := newHouse(t)
	h.pay("Nguyễn Thị Ánh", "0012345678", part{0, h.town, 0, 200_000}, part{0, h.town, 1, 150_000},
		part{0, h.province, 0, 500_000})
	h.pay("=Đặng Văn Ước", "", part{1, h.town, 0, 200_000}, part{1, h.town, 2, -50_000})
	h.pay("Trần Hai Nơi", "9990001112", part{0, h.town, 0, 200_000}, part{1, h.town, 0, 100_000},
		part{1, h.province, 1, -120_000})
	h.pay("Lê Còn Nợ", "5550001112", part{0, h.town, 1, -200_000})
	return h
}

func holds(rows [][]string, want ...string) bool {
	return slices.ContainsFunc(rows, func(row []string) bool {
		at := 0
		for _, cell := range row {
			if at < len(want) && cell == want[at] {
				at++
			}
		}
		return at == len(want)
	})
}

// Who is to sign a list reads it as a draft first, with what tells it from
// another at its foot; nothing that pays is drawn of it.
func TestAListIsReadBeforeItIsSigned(t *testing.T) {
	h := small(t)
	h.run.State = models.RunSubmitted
	h.save()
	code := fmt.Sprintf("%X-%X", h.run.ContentHash[:2], h.run.ContentHash[2:4])
	draft, err := h.List(h.ctx, h.clerk, h.run.ID, paper.XLSX, words)
	if err != nil || !strings.HasPrefix(draft.Name, "payform.file.draft") {
		t.Fatal(draft.Name, err)
	}
	if _, rows := h.cells(draft.Content); !holds(rows["payform.sheet.list"], "payform.title.draft map[month:04/2026]") {
		t.Errorf("nothing says that it is a draft: %q", rows)
	}
	book, err := excelize.OpenReader(bytes.NewReader(draft.Content))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	foot, err := book.GetHeaderFooter("payform.sheet.list")
	if err != nil || !strings.Contains(foot.OddFooter, "payform.code.draft map[code:"+code+"]") {
		t.Errorf("foot: %+v, %v", foot, err)
	}
	_, err = h.Transfer(h.ctx, h.clerk, h.run.ID, "", words)
	if services.CodeOf(err) != "run_not_approved" {
		t.Errorf("the bank's sheet: %v", err)
	}
}

func TestListAddsUp(t *testing.T) {
	h := small(t)
	paper, err := h.List(h.ctx, h.clerk, h.run.ID, paper.XLSX, words)
	if err != nil {
		t.Fatal(err)
	}
	if paper.People != 3 || paper.Total != 1_180_000 || paper.Apart != 1 {
		t.Errorf("paper is %d people, %d, %d apart", paper.People, paper.Total, paper.Apart)
	}
	names, rows := h.cells(paper.Content)
	if want := []string{"payform.sheet.list", "payform.source.province", "payform.source.town", "payform.sheet.sums",
		"payform.sheet.carried"}; !slices.Equal(names, want) {
		t.Errorf("sheets are %q, not %q", names, want)
	}
	for _, test := range []struct {
		sheet string
		cells []string
	}{
		{names[0], []string{"UBND", ""}},
		{names[0], []string{"1", "'=Đặng Văn Ước", "Head", "Branch of Village 1", "200.000", "1", "-50.000", "150.000",
			"2/2026: -50.000"}},
		{names[0], []string{"2", "Trần Hai Nơi", "Member", "Branch of Village 1", "-120.000", "-20.000",
			"****1112 Agribank"}},
		{names[0], []string{"3", "Nguyễn Thị Ánh", "400.000", "2", "150.000", "850.000", "****5678 Agribank",
			"3/2026: +150.000"}},
		{names[0], []string{"4", "Trần Hai Nơi", "Branch of Village 2", "200.000"}},
		{names[0], []string{"payform.sum.all", "150.000", "-170.000", "1.180.000"}},
		{names[0], []string{"words of 1180000"}},
		{names[0], []string{"payform.sign.preparer", "payform.sign.accountant", "payform.sign.head"}},
		{names[0], []string{"Staff clerk", "Staff leader"}},
		{names[1], []string{"payform.sum.all", "380.000"}},
		{names[2], []string{"payform.sum.all", "800.000"}},
		{names[3], []string{"1", "Village 1", "2", "-120.000", "250.000", "130.000"}},
		{names[3], []string{"2", "Village 2", "2", "500.000", "550.000", "1.050.000"}},
		{names[3], []string{"1", "Youth", "130.000"}},
		{names[3], []string{"payform.sum.all", "4", "380.000", "800.000", "1.180.000"}},
		{names[4], []string{"1", "Lê Còn Nợ", "-200.000"}},
	} {
		if test.cells[0] == "UBND" {
			if !strings.HasPrefix(rows[test.sheet][0][0], "PAYFORM.HEAD.OFFICE") {
				t.Errorf("the head is %q", rows[test.sheet][0])
			}
			continue
		}
		if !holds(rows[test.sheet], test.cells...) {
			t.Errorf("sheet %q has no row %q:\n%q", test.sheet, test.cells, rows[test.sheet])
		}
	}
}

func TestTransferHasAccountsAsText(t *testing.T) {
	h := small(t)
	// Where another holds the account, the bank is told the holder's name; what is
	// said of the holder since is another destination.
	h.holder = "Lê Văn Chồng"
	h.pay("Nhờ Chồng", "4440001234", part{0, h.town, 0, 10_000})
	since := h.pay("Đổi Chủ", "4440005678", part{0, h.town, 0, 20_000})
	if err := h.store.Model(&models.Person{}).Where("id = ?", since.ID).Update("bank_holder",
		"Ai Khác").Error; err != nil {
		t.Fatal(err)
	}
	h.holder = ""
	moved := h.pay("Đổi Số", "7770001234", part{0, h.town, 0, 200_000})
	if err := h.store.Model(&models.Person{}).Where("id = ?", moved.ID).Update("bank_tail", "9999").Error; err != nil {
		t.Fatal(err)
	}
	// The same bank and the same last digits, and yet another's account.
	alike := h.pay("Giống Đuôi", "7770005678", part{0, h.town, 0, 300_000})
	if _, err := h.roster.SetDestination(h.store.DB, alike, roster.Destination{Bank: "agribank",
		Number: roster.Secret{Plain: "8880005678"}}); err != nil {
		t.Fatal(err)
	}
	paper, err := h.Transfer(h.ctx, h.clerk, h.run.ID, "", words)
	if err != nil {
		t.Fatal(err)
	}
	names, rows := h.cells(paper.Content)
	sheet := rows[names[0]]
	if sheet[0][1] != "payform.bank.name" || len(sheet) != 4 {
		t.Errorf("the sheet is %q", sheet)
	}
	if !holds(sheet, "1", "TRAN HAI NOI", "9990001112", "NH NONG NGHIEP VA PHAT TRIEN NONG THON VIET NAM", "180.000") ||
		!holds(sheet, "2", "NGUYEN THI ANH", "0012345678", "850.000") {
		t.Errorf("the sheet is %q", sheet)
	}
	if !holds(sheet, "3", "LE VAN CHONG", "4440001234", "10.000") ||
		!holds(rows[names[2]], "Đổi Chủ", "****5678 Agribank", "20.000") {
		t.Errorf("another's account: %q", rows)
	}
	if paper.People != 3 || paper.Total != 1_040_000 || paper.Apart != 3 ||
		!holds(rows[names[2]], "Giống Đuôi", "****5678 Agribank", "300.000") ||
		!holds(rows[names[2]], "Đổi Số", "****1234 Agribank", "200.000") {
		t.Errorf("%d people, %d, %d apart: %q", paper.People, paper.Total, paper.Apart, rows)
	}
	cash, err := h.Cash(h.ctx, h.clerk, h.run.ID, "", words)
	if err != nil {
		t.Fatal(err)
	}
	if cash.People != 1 || cash.Total != 150_000 || cash.Total+paper.Total+520_000 != h.run.Total {
		t.Errorf("cash is %d people, %d", cash.People, cash.Total)
	}
	// What the sources transfer is what all transfer, though one gets money back.
	sum := int64(0)
	for _, source := range []string{"town", "province"} {
		part, err := h.Transfer(h.ctx, h.clerk, h.run.ID, source, words)
		if err != nil {
			t.Fatal(err)
		}
		sum += part.Total
	}
	if sum != paper.Total {
		t.Errorf("sources transfer %d, all %d", sum, paper.Total)
	}
}

func TestPapersRefuse(t *testing.T) {
	h := small(t)
	stale := h.clerk
	stale.Account = 0
	viewer, officer := h.clerk, h.clerk
	viewer.Role, officer.Role = services.Viewer, services.Officer
	all := map[string]func(services.Actor) error{
		"list":     func(a services.Actor) error { _, err := h.List(h.ctx, a, h.run.ID, paper.PDF, words); return err },
		"transfer": func(a services.Actor) error { _, err := h.Transfer(h.ctx, a, h.run.ID, "", words); return err },
		"cash":     func(a services.Actor) error { _, err := h.Cash(h.ctx, a, h.run.ID, "", words); return err },
		"treasury": func(a services.Actor) error { _, err := h.Treasury(h.ctx, a, h.run.ID, "", words); return err },
		"booking":  func(a services.Actor) error { _, err := h.Booking(h.ctx, a, h.run.ID, words); return err },
	}
	for name, draw := range all {
		for _, test := range []struct {
			actor services.Actor
			want  services.Kind
		}{{h.away, services.KindNotFound}, {viewer, services.KindDenied}, {officer, services.KindDenied}} {
			if err := draw(test.actor); services.KindOf(err) != test.want {
				t.Errorf("%s for %s of ward %d: %v", name, test.actor.Role, test.actor.Ward, err)
			}
		}
	}
	if err := all["transfer"](stale); err == nil || err.Error() != services.Denied("step_up").Error() {
		t.Errorf("transfer without a fresh code: %v", err)
	}
	if _, err := h.Cash(h.ctx, h.clerk, h.run.ID, "moon", words); services.KindOf(err) != services.KindInvalid {
		t.Errorf("an unknown source: %v", err)
	}
	// One đồng off, and nothing is drawn.
	if err := h.store.Model(&models.PaymentComponent{}).Where("amount = ?", 500_000).Update("amount",
		500_001).Error; err != nil {
		t.Fatal(err)
	}
	for name, draw := range all {
		if err := draw(h.clerk); services.KindOf(err) != services.KindConflict {
			t.Errorf("%s of rows that do not add up: %v", name, err)
		}
	}
	h.run.State = models.RunSubmitted
	h.save()
	if err := all["cash"](h.clerk); err == nil || services.KindOf(err) != services.KindConflict {
		t.Errorf("the cash of a list that nobody approved: %v", err)
	}
}

func TestPapersAreJournalled(t *testing.T) {
	h := small(t)
	for _, err := range []error{
		second(h.List(h.ctx, h.clerk, h.run.ID, paper.XLSX, words)),
		second(h.Transfer(h.ctx, h.clerk, h.run.ID, "town", words)), second(h.Cash(h.ctx, h.clerk, h.run.ID, "", words)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var actions []string
	if err := h.store.Model(&models.AuditEntry{}).Where("action <> 'run.approved'").Order("seq").Pluck("action",
		&actions).Error; err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(actions, []string{"run.listed", "run.transfer_listed", "run.cash_listed"}) {
		t.Errorf("the journal has %q", actions)
	}
}

// A year is its ward's, a statement its officer's: nobody takes another's.
func TestYearsAreOnesOwn(t *testing.T) {
	h := small(t)
	var own models.Person
	if err := h.store.Where("name = ?", "Nguyễn Thị Ánh").Take(&own).Error; err != nil {
		t.Fatal(err)
	}
	officer := services.Actor{Role: services.Officer, Ward: h.ward.ID, Person: own.ID}
	drawn, err := h.Statement(h.ctx, officer, 2026, paper.PDF, words)
	if err != nil || drawn.Total != 0 || len(drawn.Content) == 0 {
		t.Errorf("statement of what is still to be paid: %d, %v", drawn.Total, err)
	}
	stranger := officer
	stranger.Ward = h.away.Ward
	if _, err := h.Statement(h.ctx, stranger, 2026, paper.PDF, words); services.KindOf(err) != services.KindNotFound {
		t.Errorf("an officer of another ward: %v", err)
	}
	if _, err := h.Statement(h.ctx, h.clerk, 2026, paper.PDF, words); services.KindOf(err) != services.KindDenied {
		t.Errorf("a clerk takes a statement: %v", err)
	}
	for _, year := range []int{1999, 2027} {
		if _, err := h.Statement(h.ctx, officer, year, paper.PNG, words); services.KindOf(err) != services.KindInvalid {
			t.Errorf("a statement of %d: %v", year, err)
		}
	}
	if _, err := h.Year(h.ctx, officer, 2026, paper.XLSX, words); services.KindOf(err) != services.KindDenied {
		t.Errorf("an officer takes the ward's year: %v", err)
	}
	ours, err := h.Year(h.ctx, h.clerk, 2026, paper.XLSX, words)
	if err != nil {
		t.Fatal(err)
	}
	names, rows := h.cells(ours.Content)
	if len(names) != 5 || !holds(rows[names[0]], "4/2026", "payform.run.approved", "1.180.000") ||
		!holds(rows[names[1]], "payform.source.town", "800.000") ||
		!holds(rows[names[3]], "Village 2", "1.050.000") {
		t.Errorf("the ward's year: %v", rows)
	}
	theirs, err := h.Year(h.ctx, h.away, 2026, paper.XLSX, words)
	if err != nil {
		t.Fatal(err)
	}
	if _, rows := h.cells(theirs.Content); holds(rows["payform.sheet.months"], "1.180.000") {
		t.Error("another ward sees our money")
	}
	for _, format := range []paper.Format{paper.PDF, "doc", ""} {
		if _, err := h.Year(h.ctx, h.clerk, 2026, format, words); services.KindOf(err) != services.KindInvalid {
			t.Errorf("a year as %q: %v", format, err)
		}
	}
	var actions []string
	if err := h.store.Model(&models.AuditEntry{}).Where("ward_id = ? AND action <> 'run.approved'",
		h.ward.ID).Order("seq").Pluck("action", &actions).Error; err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(actions, []string{"statement.taken", "report.taken"}) {
		t.Errorf("the journal has %q", actions)
	}
}

func second(_ paper.Paper, err error) error { return err }

func TestSameListSameBytes(t *testing.T) {
	h := small(t)
	for _, format := range []paper.Format{paper.XLSX, paper.PDF} {
		first, err := h.List(h.ctx, h.clerk, h.run.ID, format, words)
		if err != nil {
			t.Fatal(err)
		}
		h.now = h.now.Add(time.Minute)
		again, err := h.List(h.ctx, h.clerk, h.run.ID, format, words)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Content, again.Content) {
			t.Errorf("%s differs the second time", format)
		}
	}
}

const letters = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ" +
	"fjwz0123456789₫–…()'\".,:;/-+"

// The typeface of a PDF has every letter, in both weights.
func TestTypefaceHasEveryLetter(t *testing.T) {
	for name, face := range map[string][]byte{"regular": dejavusanscondensed.TTF, "bold": dejavusanscondensedbold.TTF} {
		parsed, err := sfnt.Parse(face)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range norm.NFC.String(letters + strings.ToUpper(letters)) {
			if glyph, err := parsed.GlyphIndex(nil, r); err != nil || glyph == 0 {
				t.Errorf("%s has no %q: %v", name, r, err)
			}
		}
	}
}

func TestPDFTakesAnyName(t *testing.T) {
	h := small(t)
	for _, name := range []string{norm.NFD.String(letters), strings.Repeat("Nguyễn Phước Bảo ", 20),
		strings.Repeat("Ư", 300), "a\x00\n\t😀b"[3:], "x"} {
		h.pay(name, "", part{0, h.town, 0, 200_000})
	}
	paper, err := h.List(h.ctx, h.clerk, h.run.ID, paper.PDF, words)
	if err != nil || !bytes.HasPrefix(paper.Content, []byte("%PDF-")) {
		t.Fatal(err)
	}
}

// A list of many wards together takes no more memory than a machine has.
func TestManyLines(t *testing.T) {
	people := 20_000
	if storetest.Watched {
		people = 2_000
	}
	h := newHouse(t)
	var persons []models.Person
	for range people {
		persons = append(persons, models.Person{WardID: h.ward.ID, Name: "Nguyễn Văn Nhiều", Folded: "nguyen van nhieu",
			Version: 1})
	}
	insert := func(rows any) {
		if err := h.store.CreateInBatches(rows, 80).Error; err != nil {
			t.Fatal(err)
		}
	}
	insert(&persons)
	var terms []models.Term
	var lines []models.PaymentLine
	for _, person := range persons {
		lines = append(lines, models.PaymentLine{WardID: h.ward.ID, RunID: h.run.ID, PersonID: person.ID, Month: month,
			Amount: 200_000, State: models.LinePending, Name: person.Name, Title: "Member", Unit: "Branch"})
	}
	terms = append(terms, h.term(persons[0], 0), h.term(persons[1], 1))
	insert(&lines)
	var components []models.PaymentComponent
	for i, line := range lines {
		components = append(components, models.PaymentComponent{WardID: h.ward.ID, RunID: h.run.ID, LineID: line.ID,
			PersonID: line.PersonID, Month: month, PolicyID: h.town.ID,
			TermID: terms[i%2].ID, BranchID: h.branches[i%2].ID, Role: models.Member, Amount: 200_000, Rate: 200_000,
			Basis: "basis", Why: "full", Days: 30})
	}
	insert(&components)
	h.run.Total, h.run.People = int64(people)*200_000, people
	h.save()
	persons, lines, components = nil, nil, nil
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	paper, err := h.List(h.ctx, h.clerk, h.run.ID, paper.XLSX, words)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	t.Logf("%d bytes; %d MB taken from the system more", len(paper.Content), (after.Sys-before.Sys)>>20)
	if grown := after.Sys - before.Sys; grown > 300<<20 {
		t.Errorf("the list took %d MB more", grown>>20)
	}
	if paper.People != people || paper.Total != int64(people)*200_000 {
		t.Errorf("%d people, %d", paper.People, paper.Total)
	}
}

// Whoever writes another's sealed account into a row by SQL, with all that goes
// with it, has nobody paid there: it opens in its own row only.
func TestASealedAccountCopiedIntoAnotherRowPaysNobody(t *testing.T) {
	h := newHouse(t)
	lan := h.pay("Lan", "3712000000001", part{0, h.town, 0, 200_000})
	thief := h.pay("Thief", "3712000000002", part{1, h.town, 0, 200_000})
	err := h.store.Exec(`UPDATE people SET bank_account = (SELECT bank_account FROM people WHERE id = ?),
		bank_hash = (SELECT bank_hash FROM people WHERE id = ?), bank_tail = '0002' WHERE id = ?`, thief.ID, thief.ID,
		lan.ID).Error
	if err != nil {
		t.Fatal(err)
	}
	if err := h.store.Exec(`UPDATE payment_lines SET bank_hash = (SELECT bank_hash FROM people WHERE id = ?),
		bank_tail = '0002' WHERE person_id = ?`, thief.ID, lan.ID).Error; err != nil {
		t.Fatal(err)
	}
	if err := h.sign(); err != nil { // even where the list was signed so
		t.Fatal(err)
	}
	if paper, err := h.Transfer(h.ctx, h.clerk, h.run.ID, "", words); err == nil {
		t.Fatalf("a sheet of %d people was drawn", paper.People)
	}
}

// Amounts moved from one approved line to another, total and all adding up, are
// on no paper; the journal notes it and the ward's leaders hear of it.
func TestAmountsMovedBetweenApprovedLinesAreNotDrawn(t *testing.T) {
	h := newHouse(t)
	lan := h.pay("Lan", "3712000000001", part{0, h.town, 0, 200_000})
	thief := h.pay("Thief", "3712000000002", part{1, h.town, 0, 200_000})
	for _, table := range []string{"payment_lines", "payment_components"} {
		err := h.store.Exec("UPDATE "+table+" SET amount = CASE person_id WHEN ? THEN 350000 ELSE 50000 END "+
			"WHERE person_id IN ?", thief.ID, []int64{lan.ID, thief.ID}).Error
		if err != nil {
			t.Fatal(err)
		}
	}
	h.refusesTampered(t)
	// Whoever counts the hash anew too has not signed it with the journal's key.
	if err := h.rehash(); err != nil {
		t.Fatal(err)
	}
	h.refusesTampered(t)
	var entry models.AuditEntry
	if err := h.store.Where("action = 'run.approved'").Order("seq DESC").First(&entry).Error; err != nil {
		t.Fatal(err)
	}
	// Nor by an entry slipped in behind, with and without the name of a key.
	for _, key := range []string{entry.KeyID, ""} {
		entry.ID, entry.Seq, entry.KeyID = 0, entry.Seq+1000, key
		entry.Detail = fmt.Sprintf(`{"hash":"%x"}`, h.run.ContentHash)
		h.create(&entry)
		h.refusesTampered(t)
	}
	var noted, told int64
	if err := h.store.Model(&models.AuditEntry{}).Where("action = 'run.tampered'").Count(&noted).Error; err != nil {
		t.Fatal(err)
	}
	if err := h.store.Model(&models.Delivery{}).Where("kind = 'run_tampered'").Count(&told).Error; err != nil {
		t.Fatal(err)
	}
	if noted != 12 || told != 1 {
		t.Errorf("noted %d times, %d leaders told", noted, told)
	}
}

// refusesTampered fails where any paper of the list is drawn.
func (h *house) refusesTampered(t *testing.T) {
	t.Helper()
	for name, draw := range map[string]func() (paper.Paper, error){
		"list":     func() (paper.Paper, error) { return h.List(h.ctx, h.clerk, h.run.ID, paper.PDF, words) },
		"transfer": func() (paper.Paper, error) { return h.Transfer(h.ctx, h.clerk, h.run.ID, "", words) },
		"cash":     func() (paper.Paper, error) { return h.Cash(h.ctx, h.clerk, h.run.ID, "", words) },
	} {
		_, err := draw()
		refusal := (*services.Error)(nil)
		if !errors.As(err, &refusal) || refusal.Code != "run_tampered" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
