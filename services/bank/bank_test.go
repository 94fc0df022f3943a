package bank_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/bank"
	"canbobot/services/list"
	"canbobot/services/outbox"
	"canbobot/services/sheet"
)

const (
	pending  = models.LinePending
	paid     = models.LinePaid
	failed   = models.LineFailed
	returned = models.LineReturned
)

func TestASheetMarksWhatTheBankSays(t *testing.T) {
	h := newHouse(t)
	rows := [][]any{
		{"NGÂN HÀNG NÔNG NGHIỆP"}, {"Kết quả chuyển tiền tháng 03/2026"}, {},
		{"Kết quả", "Diễn giải", "Số tiền", "Tên tài khoản", "STT", "Số tài khoản", "Ngày giao dịch"},
		{"Thành công", "HO TRO THANG 03/2026", "200.000", "NGUYEN THI LAN", 1, "3706205000011", "06/04/2026"},
		{"Không thành công", "Sai tên người hưởng", 150000, "TRAN VAN HOA", 2, "3706 2050 00022", ""},
		{"Đã hoàn trả", "", "200,000.00 VND", "DANG THI THUY", 3, "******0033", ""},
		{"Đang xử lý", "", 150000, "PHAN DUC LONG", 4, "3706205000044", ""},
		{"", "", "", "Tổng cộng", "", "", ""},
	}
	preview := h.preview(rows...)
	c := preview.Counts
	if c.Rows != 4 || c.Paid != 1 || c.Failed != 1 || c.Returned != 1 || c.Waiting != 1 || c.Missing != 1 ||
		c.Errors != 0 || preview.Total != 200_000 || preview.Run.Month != march {
		t.Fatalf("counts: %+v of %v, %+v", c, preview.Run.Month, preview.Findings)
	}
	if !slices.Equal(preview.Reasons, []bank.Reason{{Text: "Sai tên người hưởng", Count: 1},
		{Text: "Đã hoàn trả", Count: 1}}) {
		t.Errorf("reasons: %+v", preview.Reasons)
	}
	if got := h.states(); slices.ContainsFunc(got, func(s models.LineState) bool { return s != pending }) {
		t.Errorf("a preview marked: %v", got)
	}
	h.apply(preview)
	want := []models.LineState{paid, failed, returned, pending, pending, pending}
	if got := h.states(); !slices.Equal(got, want) {
		t.Fatalf("states %v, want %v", got, want)
	}
	var lan models.PaymentLine
	h.store.Where("run_id = ?", h.run.Run.ID).Order("person_id").First(&lan)
	if lan.PaidOn != models.NewDate(2026, 4, 6) {
		t.Errorf("paid on %v", lan.PaidOn)
	}
	// The same sheet again, and its confirmation again, change nothing.
	again := h.preview(rows...)
	if again.ID != 0 || again.Counts.Already != 3 || again.Counts.Errors != 0 {
		t.Errorf("again: %+v", again)
	}
	if _, err := h.Apply(h.ctx, h.clerk, preview.ID); err != nil {
		t.Error(err)
	}
	var journal int64
	h.store.Model(&models.AuditEntry{}).Where("action = ?", "run.results").Count(&journal)
	if got := h.states(); !slices.Equal(got, want) || journal != 1 {
		t.Errorf("states %v, %d journal rows", got, journal)
	}
}

// What a bank is sent is the holder's name, and what it sends back is compared with
// that, not with the name of who is paid.
func TestABanksNameIsComparedWithTheHolders(t *testing.T) {
	h := newHouse(t)
	err := h.store.Model(&models.PaymentLine{}).Where("run_id = ? AND name = ?", h.run.Run.ID, "Nguyễn Thị Lan").
		Updates(map[string]any{"bank_holder": "Trần Văn Hùng", "bank_relation": models.HeldBySpouse}).Error
	if err != nil {
		t.Fatal(err)
	}
	head := []any{"Số tài khoản", "Chủ tài khoản", "Số tiền", "Kết quả"}
	theirs := h.preview(head, []any{"3706205000011", "TRAN VAN HUNG", 200000, "Thành công"})
	if theirs.Counts.Paid != 1 || theirs.Counts.Errors != 0 {
		t.Errorf("the holder's name: %+v, %+v", theirs.Counts, theirs.Findings)
	}
	own := h.preview(head, []any{"3706205000011", "NGUYEN THI LAN", 200000, "Thành công"})
	if own.Counts.Paid != 0 || len(own.Findings) != 1 || own.Findings[0].Code != "result_name" ||
		own.Findings[0].Fields["name"] != "Trần Văn Hùng" {
		t.Errorf("another's name: %+v, %+v", own.Counts, own.Findings)
	}
	bad := h.preview(head, []any{"3706205000011", "LE THI KHAC", 200000, "Không thành công"})
	if bad.Counts.Failed != 1 || bad.Counts.Errors != 0 || bad.Counts.Remarks != 1 ||
		bad.Findings[0].Code != "result_holder" {
		t.Errorf("who really holds it: %+v, %+v", bad.Counts, bad.Findings)
	}
}

func TestOurOwnReferenceFindsTheLine(t *testing.T) {
	h := newHouse(t)
	reference := func(i int) string { return list.Reference(h.run.Run.ID, h.run.Lines[i].ID) }
	preview := h.preview([]any{"SO TIEN", "MA DONG", "KET QUA"},
		[]any{200_000, reference(0), "OK"}, []any{150_000, reference(1), "Success"},
		// In two parts, as two sources pay it.
		[]any{120_000, reference(2), "OK"}, []any{80_000, reference(2), "OK"})
	if preview.Counts.Paid != 3 || preview.Counts.Errors != 0 {
		t.Fatalf("%+v", preview)
	}
	h.apply(preview)
	if got := h.states(); !slices.Equal(got, []models.LineState{paid, paid, paid, pending, pending, pending}) {
		t.Errorf("states: %v", got)
	}
}

// codes are what a preview finds wrong, row by row.
func codes(findings []sheet.Finding) (found []string) {
	for _, finding := range findings {
		found = append(found, finding.Cell+" "+finding.Code)
	}
	return found
}

func TestBadRowsAreToldAndNothingIsMarked(t *testing.T) {
	h := newHouse(t)
	with := func(i int, column int, value any) []any {
		row := answer(i, "Thành công", "")
		row[column] = value
		return row
	}
	good := answer(0, "Thành công", "")
	for name, c := range map[string]struct {
		rows [][]any
		want string
	}{
		"unknown account":   {[][]any{with(1, 1, "9999999999999")}, "B3 result_unknown"},
		"cash":              {[][]any{with(5, 1, "12345678")}, "B3 result_unknown"},
		"no account":        {[][]any{with(1, 1, "")}, "B3 result_account_missing"},
		"lost digits":       {[][]any{with(1, 1, "3.7062E+12")}, "B3 digits_lost"},
		"another amount":    {[][]any{with(1, 3, 150_001)}, "D3 result_differs"},
		"no amount":         {[][]any{with(1, 3, "")}, "D3 result_amount"},
		"zero":              {[][]any{with(1, 3, 0)}, "D3 result_amount"},
		"below zero":        {[][]any{with(1, 3, -150_000)}, "D3 result_amount"},
		"too much":          {[][]any{with(1, 3, "1e15")}, "D3 result_amount"},
		"half a dong":       {[][]any{with(1, 3, "150000.5")}, "D3 result_amount"},
		"failed formula":    {[][]any{with(1, 3, "#REF!")}, "D3 formula"},
		"another name":      {[][]any{with(1, 2, "Le Thi Mo")}, "C3 result_name"},
		"no status":         {[][]any{with(1, 4, "")}, "E3 result_status"},
		"twice":             {[][]any{good}, "B3 result_twice"},
		"twice, both ways":  {[][]any{answer(0, "Thất bại", "sai")}, "B3 result_twice"},
		"parts that differ": {[][]any{with(1, 3, 100_000), with(1, 3, 60_000)}, "D3 result_differs"},
	} {
		t.Run(name, func(t *testing.T) {
			preview := h.preview(append([][]any{heads, good}, c.rows...)...)
			if found := codes(preview.Findings); len(found) == 0 || found[0] != c.want {
				t.Errorf("found %v, want %s", found, c.want)
			}
			if preview.ID != 0 || preview.Counts.Errors == 0 || preview.Counts.Wrong == 0 {
				t.Errorf("may be confirmed: %+v", preview)
			}
			if _, err := sheet.Annotate(t.Context(), made(t, append([][]any{heads, good}, c.rows...)...), preview.Sheet(),
				func(key string, _ map[string]any) string { return key }); err != nil {
				t.Error(err)
			}
		})
	}
	if slices.ContainsFunc(h.states(), func(s models.LineState) bool { return s != pending }) {
		t.Errorf("marked: %v", h.states())
	}
}

func TestASheetOfAnotherMonth(t *testing.T) {
	h := newHouse(t)
	april := h.export(march + 1)
	row := append(answer(0, "Thành công", ""), "HO TRO THANG 03/2026")
	other := append(answer(1, "Thành công", ""), "HO TRO THANG 04/2026")
	preview := h.preview(append(slices.Clone(heads), "Nội dung"), row,
		append(answer(2, "Thành công", ""), "HO TRO THANG 03/2026"), other)
	if preview.Run.Month != march || !slices.Contains(codes(preview.Findings), "G4 result_other_month") {
		t.Errorf("%v: %v", preview.Run.Month, codes(preview.Findings))
	}
	preview, err := h.Check(h.ctx, h.clerk, march+1, made(t, append(slices.Clone(heads), "Nội dung"), row))
	if err != nil || preview.Counts.Errors != 1 || preview.Findings[0].Code != "result_other_month" {
		t.Errorf("march's sheet on april's list: %+v, %v", preview, err)
	}
	preview, err = h.Check(h.ctx, h.clerk, march,
		made(t, []any{"Mã dòng", "Số tiền", "Kết quả"}, []any{list.Reference(april.Run.ID, april.Lines[0].ID), 200_000,
			"OK"}))
	if err != nil || preview.Counts.Errors != 1 || preview.Findings[0].Code != "result_other_month" {
		t.Errorf("april's reference on march's list: %+v, %v", preview, err)
	}
	_, err = h.Check(h.ctx, h.clerk, march-1, made(t, heads, answer(0, "OK", "")))
	h.refused(err, "not_found/run")
}

func TestALineThatWasPaidAndComesAsFailedIsAConflict(t *testing.T) {
	h := newHouse(t)
	h.apply(h.preview(heads, answer(0, "Thành công", "")))
	preview := h.preview(heads, answer(0, "Thất bại", "sai"), answer(1, "Thành công", ""))
	if found := codes(preview.Findings); !slices.Equal(found, []string{"E2 result_paid_before"}) || preview.ID != 0 {
		t.Errorf("found %v", found)
	}
	// Money that comes back is no conflict.
	h.apply(h.preview(heads, answer(0, "Hoàn trả", "tài khoản đóng"), answer(1, "Thành công", "")))
	if got := h.states(); got[0] != returned || got[1] != paid {
		t.Errorf("states: %v", got)
	}
	// Nor is a transfer that the bank repeated by itself, until a later list may pay it.
	again := h.preview(heads, answer(0, "Thành công", ""))
	if again.Counts.Paid != 1 || again.Counts.Remarks != 1 {
		t.Errorf("%+v", again)
	}
	h.export(march + 1)
	if found := codes(must(h.Check(h.ctx, h.clerk, march,
		made(t, heads, answer(0, "Thành công", "")))).Findings); !slices.Equal(found, []string{"E2 result_followed"}) {
		t.Errorf("found %v", found)
	}
}

func must(preview bank.Preview, err error) bank.Preview {
	if err != nil {
		panic(err)
	}
	return preview
}

func TestTwoClerksConfirmTheSameSheet(t *testing.T) {
	h := newHouse(t)
	content := made(t, heads, answer(0, "Thành công", ""), answer(1, "Thất bại", "sai"))
	var ids []int64
	clerks := []services.Actor{h.clerk, h.second}
	for _, clerk := range clerks {
		preview, err := h.Preview(h.ctx, clerk, 0, "a.xlsx", content)
		if err != nil || preview.ID == 0 {
			t.Fatalf("%+v, %v", preview, err)
		}
		ids = append(ids, preview.ID)
	}
	errs := make([]error, 2)
	var wait sync.WaitGroup
	for i := range clerks {
		wait.Go(func() { _, errs[i] = h.Apply(h.ctx, clerks[i], ids[i]) })
	}
	wait.Wait()
	slices.SortFunc(errs, func(a, b error) int {
		if a == nil {
			return -1
		}
		return 1
	})
	if errs[0] != nil {
		t.Fatal(errs)
	}
	h.refused(errs[1], "conflict/results_stale")
	var journal int64
	h.store.Model(&models.AuditEntry{}).Where("action = ?", "run.results").Count(&journal)
	if got := h.states(); journal != 1 || got[0] != paid || got[1] != failed {
		t.Errorf("%v, journal %d", got, journal)
	}
}

func TestAListThatMovedSinceIsShownAnew(t *testing.T) {
	h := newHouse(t)
	preview := h.preview(heads, answer(0, "Thành công", ""), answer(1, "Thành công", ""))
	on := models.NewDate(2026, 4, 6)
	if err := h.list.SettleLine(h.ctx, h.clerk, h.run.Lines[0].ID, failed, "bằng tay", on); err != nil {
		t.Fatal(err)
	}
	_, err := h.Apply(h.ctx, h.clerk, preview.ID)
	h.refused(err, "conflict/results_stale")
	if got := h.states(); got[0] != failed || got[1] != pending {
		t.Errorf("half marked: %v", got)
	}
	again, err := h.Again(h.ctx, h.clerk, preview.ID)
	if err != nil || again.Counts.Paid != 2 || again.Counts.Remarks != 1 {
		t.Errorf("again: %+v, %v", again, err)
	}
}

func TestWhoMayNot(t *testing.T) {
	h := newHouse(t)
	content := made(t, heads, answer(0, "Thành công", ""))
	preview := h.preview(heads, answer(0, "Thành công", ""))
	_, err := h.Apply(h.ctx, h.stale, preview.ID)
	h.refused(err, "denied/step_up")
	for _, actor := range []services.Actor{h.viewer, {Role: services.Officer, Ward: h.ward.ID, Person: 1}, {}} {
		_, err := h.Check(h.ctx, actor, 0, content)
		h.refused(err, "denied/role")
		_, err = h.Preview(h.ctx, actor, 0, "a", content)
		h.refused(err, "denied/role")
		_, err = h.Ask(h.ctx, actor, "a", content)
		h.refused(err, "denied/role")
		_, err = h.Apply(h.ctx, actor, preview.ID)
		h.refused(err, "denied/role")
		h.refused(h.Drop(h.ctx, actor, preview.ID), "denied/role")
	}
	_, err = h.Check(h.ctx, h.away, 0, content)
	h.refused(err, "conflict/results_no_run")
	_, err = h.Apply(h.ctx, h.away, preview.ID)
	h.refused(err, "not_found/import")
	_, err = h.Again(h.ctx, h.away, preview.ID)
	h.refused(err, "not_found/import")
	_, _, err = h.Sheet(h.ctx, h.away, preview.ID)
	h.refused(err, "not_found/import")
	h.refused(h.Drop(h.ctx, h.away, preview.ID), "not_found/import")
	if h.states()[0] != pending {
		t.Error("the line moved")
	}
	if err := h.Drop(h.ctx, h.clerk, preview.ID); err != nil {
		t.Fatal(err)
	}
	_, err = h.Apply(h.ctx, h.clerk, preview.ID)
	h.refused(err, "conflict/result_gone")

	kept := h.preview(heads, answer(0, "Thành công", ""))
	h.now = h.now.Add(bank.Kept + time.Hour)
	if _, err := bank.Purge.Run(h.store.DB, h.now); err != nil {
		t.Fatal(err)
	}
	_, err = h.Apply(h.ctx, h.clerk, kept.ID)
	h.refused(err, "conflict/result_gone")
}

func TestFilesThatAreNoResults(t *testing.T) {
	h := newHouse(t)
	for want, content := range map[string][]byte{
		"invalid/sheet_empty":   {},
		"invalid/sheet_image":   []byte("\x89PNG\r\n\x1a\n0000"),
		"invalid/sheet_csv":     []byte("STT;Số tài khoản;Kết quả"),
		"invalid/sheet_not":     []byte("%PDF-1.4"),
		"invalid/result_header": made(t, []any{"STT", "Họ và tên", "Số tiền"}, []any{1, "A", 2}),
	} {
		_, err := h.Check(h.ctx, h.clerk, 0, content)
		h.refused(err, want)
	}
	for name, c := range map[string]struct {
		rows [][]any
		want bank.Kind
	}{
		"bank":   {[][]any{heads}, bank.Results},
		"roster": {[][]any{{"STT", "Họ và tên", "Chức danh", "Chi hội", "Thôn", "Số tài khoản"}}, bank.Roster},
		"paper":  {[][]any{{"STT", "Họ và tên", "Số tài khoản", "Ngân hàng", "Số tiền"}}, bank.Unsure},
		"none":   {[][]any{{"a", "b"}}, bank.Roster},
	} {
		if kind, err := bank.KindOf(t.Context(), made(t, c.rows...)); err != nil || kind != c.want {
			t.Errorf("%s: %v, %v", name, kind, err)
		}
	}
	id, err := h.Ask(h.ctx, h.clerk, "bảng.xlsx", made(t, heads))
	if err != nil {
		t.Fatal(err)
	}
	if name, content, err := h.Sheet(h.ctx, h.clerk, id); err != nil || name != "bảng.xlsx" || len(content) == 0 {
		t.Errorf("%q %d, %v", name, len(content), err)
	}
}

func TestOfficersAreToldOfTheirOutcome(t *testing.T) {
	h := newHouse(t)
	h.create(&models.Account{WardID: h.ward.ID, Channel: "web", ExternalID: "lan", ChatID: "lan",
		PersonID: &h.run.Lines[0].PersonID, LinkedAt: h.now, LastSeenAt: h.now})
	h.apply(h.preview(heads, answer(0, "Thành công", ""), answer(1, "Thành công", "")))
	h.now = h.now.Add(10 * time.Minute)
	if _, err := h.list.TellSettled(h.ctx); err != nil {
		t.Fatal(err)
	}
	var told int64
	h.store.Model(&models.Delivery{}).Where("kind = ? AND subject_id = ?", outbox.LineSettled,
		h.run.Lines[0].ID).Count(&told)
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

// Whatever a sheet says, it changes no line of another list, no line that it
// does not name, and every line has one outcome at any time.
func TestAnySheetTouchesOnlyItsOwnLines(t *testing.T) {
	h := newHouse(t)
	april := h.export(march + 1)
	rapid.Check(t, func(t *rapid.T) {
		rows := [][]any{heads}
		named := map[int]bool{}
		for range rapid.IntRange(0, 7).Draw(t, "rows") {
			i := rapid.IntRange(0, len(people)-1).Draw(t, "who")
			row := answer(i, rapid.SampledFrom([]string{"Thành công", "Thất bại", "Hoàn trả", "Đang xử lý", "", "?"}).Draw(t,
				"status"), "lý do")
			if rapid.IntRange(0, 5).Draw(t, "spoil") == 0 {
				row[rapid.IntRange(1, 5).Draw(t, "column")] = rapid.SampledFrom([]any{"", "x", 1, "3706205000011"}).Draw(t, "value")
			}
			named[i] = true // what is left of a spoiled row may name the line yet
			rows = append(rows, row)
		}
		before := h.states()
		if err := h.store.Exec("DELETE FROM file_tries").Error; err != nil { // another day
			t.Fatal(err)
		}
		preview, err := h.Preview(h.ctx, h.clerk, march, "a.xlsx", made(h.t, rows...))
		if err != nil {
			t.Fatal(err)
		}
		for preview.Question != nil {
			means := rapid.SampledFrom(preview.Question.Answers).Draw(t, "means")
			if preview, err = h.Learn(h.ctx, h.clerk, preview.ID, preview.Question.Key, means); err != nil {
				t.Fatal(err)
			}
		}
		c := preview.Counts
		if preview.ID != 0 {
			if _, err := h.Apply(h.ctx, h.clerk, preview.ID); err != nil {
				t.Fatal(err)
			}
		}
		after, changed := h.states(), 0
		for i := range after {
			if before[i] == after[i] {
				continue
			}
			changed++
			if !named[i] {
				t.Fatalf("line %d went from %s to %s unnamed", i, before[i], after[i])
			}
		}
		if len(after) != len(people) || (preview.ID == 0 && changed != 0) || (preview.ID != 0 && changed != c.Marks()) ||
			(c.Errors > 0 && changed > 0) {
			t.Fatalf("changed %d of %d: %+v", changed, len(after), c)
		}
		var moved int64
		if err := h.store.Model(&models.PaymentLine{}).Where("run_id = ? AND state <> ?", april.Run.ID,
			pending).Count(&moved).Error; err != nil || moved != 0 {
			t.Fatalf("%d lines of another list moved, %v", moved, err)
		}
	})
}

// What a bank says beside its status counts: another column, a note, a day.
func TestWhatStandsBesideTheStatusIsRead(t *testing.T) {
	h := newHouse(t)
	two := append(slices.Clone(heads), "Trạng thái giao dịch")
	for name, c := range map[string]struct {
		heads []any
		row   []any
		want  string
	}{
		"two columns that differ": {two, append(answer(0, "Thành công", ""), "Thất bại"), "E2 result_disagree"},
		"a note of a return":      {heads, answer(0, "Thành công", "Đã hoàn trả ngày 10/04 do sai tên"), "F2 result_note"},
		"a day before it was sent": {append(slices.Clone(heads), "Ngày"), append(answer(0, "Thành công", ""), "05/01/2026"),
			"G2 result_before"},
	} {
		t.Run(name, func(t *testing.T) {
			preview := h.preview(c.heads, c.row)
			if found := codes(preview.Findings); !slices.Equal(found, []string{c.want}) || preview.ID != 0 {
				t.Errorf("found %v, want %s", found, c.want)
			}
		})
	}
	preview := h.preview(two, append(answer(0, "Thành công", ""), "Đã hạch toán"))
	if preview.Counts.Paid != 1 || len(preview.Said) != 2 || preview.Said[0].Answer != "paid" ||
		preview.Said[0].Total != 200_000 {
		t.Errorf("%+v", preview)
	}
}

// Bad news is taken row by row: somebody of another list, or the holder's name as
// the bank has it, keeps no other row from being marked.
func TestBadNewsStopsNoOtherRow(t *testing.T) {
	h := newHouse(t)
	stranger := answer(1, "Thất bại", "sai")
	stranger[1], stranger[2] = "3706205999922", "LE THI KHAC"
	holder := answer(2, "Thất bại", "Sai tên người hưởng")
	holder[2] = "DANG THI THUY LINH"
	preview := h.preview(heads, answer(0, "Thành công", ""), stranger, holder)
	if found := codes(preview.Findings); !slices.Equal(found, []string{"B3 result_stranger", "C4 result_holder"}) {
		t.Fatalf("found %v", found)
	}
	h.apply(preview)
	if got := h.states(); got[0] != paid || got[1] != pending || got[2] != failed {
		t.Errorf("states %v", got)
	}
}

// An account that only ends alike is another one, and is paid nowhere.
func TestAnAccountThatEndsAlikeIsAnother(t *testing.T) {
	h := newHouse(t)
	near := answer(0, "Thành công", "")
	near[1] = "9706205000011"
	if found := codes(h.preview(heads, near).Findings); !slices.Equal(found, []string{"B2 result_unknown"}) {
		t.Errorf("found %v", found)
	}
}
