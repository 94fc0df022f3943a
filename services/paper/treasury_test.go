package paper_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/paper"
)

// What goes to the treasury adds up to what is paid: by person, by source, and by
// account and in cash.
func TestTheTreasurysPapersAddUp(t *testing.T) {
	h := small(t)
	err := h.store.Model(&h.ward).Updates(models.Ward{Treasury: models.Treasury{BudgetUnit: "1067654",
		BudgetItem: "6149"}}).Error
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := h.Treasury(h.ctx, h.clerk, h.run.ID, "", words)
	if err != nil {
		t.Fatal(err)
	}
	if drawn.People != 2 || drawn.Total != 1_030_000 {
		t.Errorf("%d people, %d", drawn.People, drawn.Total)
	}
	names, rows := h.cells(drawn.Content)
	if want := []string{"payform.sheet.treasury", "payform.sheet.drawn"}; !slices.Equal(names, want) {
		t.Fatalf("sheets are %q", names)
	}
	for _, test := range []struct {
		sheet string
		cells []string
	}{
		{names[0], []string{"Trần Hai Nơi", "9990001112", "300.000", "-120.000", "180.000"}},
		{names[0], []string{"Nguyễn Thị Ánh", "0012345678", "700.000", "150.000", "850.000"}},
		{names[0], []string{"payform.sum.all", "1.000.000", "150.000", "-120.000", "1.030.000"}},
		{names[1], []string{"payform.sum.all", "1.030.000", "150.000", "1.180.000"}},
		{names[1], []string{"6149", "500.000", "500.000"}},
	} {
		if !holds(rows[test.sheet], test.cells...) {
			t.Errorf("sheet %q has no row %q:\n%q", test.sheet, test.cells, rows[test.sheet])
		}
	}
	if all := strings.Join(slices.Concat(rows[names[0]]...), "|"); !strings.Contains(all, "1067654") {
		t.Errorf("the ward's code is not on it: %s", all)
	}
	stale := h.clerk
	stale.Account = h.away.Account
	if _, err := h.Treasury(h.ctx, stale, h.run.ID, "", words); services.KindOf(err) != services.KindDenied {
		t.Errorf("without a code of one's own: %v", err)
	}
}

// Every đồng of a list is in what the accountant imports, once, and no account is.
func TestBookingAddsUp(t *testing.T) {
	h := small(t)
	drawn, err := h.Booking(h.ctx, h.clerk, h.run.ID, words)
	if err != nil {
		t.Fatal(err)
	}
	names, rows := h.cells(drawn.Content)
	if drawn.Total != h.run.Total || !slices.Equal(rows[names[0]][0], paper.BookingColumns) {
		t.Errorf("%d of %d; %q", drawn.Total, h.run.Total, rows[names[0]][0])
	}
	for _, row := range [][]string{
		{"01/05/2026", "Trần Hai Nơi", "CK", "Agribank", "180.000"},
		{"01/05/2026", "'=Đặng Văn Ước", "TM", "150.000"},
	} {
		if !holds(rows[names[0]], row...) {
			t.Errorf("no row %q: %q", row, rows[names[0]])
		}
	}
	if all := strings.Join(slices.Concat(rows[names[0]]...), "|"); strings.Contains(all, "9990001112") {
		t.Error("an account number is in it")
	}
	doc, err := os.ReadFile("../../docs/papers.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, column := range paper.BookingColumns {
		if !strings.Contains(string(doc), "| `"+column+"` |") {
			t.Errorf("docs/papers.md does not say what %s is", column)
		}
	}
}

// A bank's own form has its headings where the bank has them, filled by what they
// mean; what is not known stays empty.
func TestABanksFormIsFilled(t *testing.T) {
	h := small(t)
	form := models.BankForm{WardID: h.ward.ID, Name: "lô.xlsx", Sheet: "DANH SACH", At: h.now,
		Above: [][]string{{"MẪU LÔ"}, nil}, Columns: []models.FormColumn{{Head: "No", Field: "number"},
			{Head: "Tài khoản", Field: "account"}, {Head: "Chi nhánh"}, {Head: "Tên", Field: "name"},
			{Head: "Số tiền", Field: "amount"}, {Head: "=1+1"}}}
	h.create(&form)
	drawn, err := h.Form(h.ctx, h.clerk, h.run.ID, form.ID, words)
	if err != nil || drawn.People != 2 || drawn.Total != 1_030_000 {
		t.Fatalf("%+v, %v", drawn, err)
	}
	names, rows := h.cells(drawn.Content)
	sheet := rows[names[0]]
	if names[0] != "DANH SACH" || sheet[0][0] != "MẪU LÔ" ||
		!slices.Equal(sheet[2], []string{"No", "Tài khoản", "Chi nhánh", "Tên", "Số tiền", "'=1+1"}) {
		t.Fatalf("%q: %q", names, sheet)
	}
	if want := []string{"1", "9990001112", "", "TRAN HAI NOI", "180.000"}; !slices.Equal(sheet[3][:5], want) {
		t.Errorf("%q, not %q", sheet[3], want)
	}
	if _, err := h.Form(h.ctx, h.away, h.run.ID, form.ID, words); services.KindOf(err) != services.KindNotFound {
		t.Errorf("another ward's form: %v", err)
	}
}
