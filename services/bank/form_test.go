package bank_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/bank"
	"canbobot/services/list"
)

// form makes a workbook of rows.
func form(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := book.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A bank's form is read by its headings, whatever stands over and under them.
func TestABanksFormIsLearned(t *testing.T) {
	h := newHouse(t)
	learn := func(name string, content []byte) (models.BankForm, error) {
		t.Helper()
		kept, err := h.Ask(h.ctx, h.clerk, name, content)
		if err != nil {
			t.Fatal(err)
		}
		return h.Forms.Learn(h.ctx, h.clerk, kept)
	}
	learned, err := learn("Mẫu lô.xlsx", form(t, []any{"MẪU CHUYỂN TIỀN THEO LÔ"}, nil,
		[]any{"STT", "Tên người hưởng", "Số tài khoản người hưởng", "Ngân hàng hưởng", "Chi nhánh", "Số tiền", "Loại tiền",
			"Nội dung"},
		[]any{1, "NGUYEN VAN A", "0123456789", "VIETCOMBANK", "HA TINH", 1000, "VND", "TRA LUONG"}))
	if err != nil {
		t.Fatal(err)
	}
	want := []models.FormColumn{{Head: "STT", Field: "number"}, {Head: "Tên người hưởng", Field: "name"},
		{Head: "Số tài khoản người hưởng", Field: "account"}, {Head: "Ngân hàng hưởng", Field: "bank"},
		{Head: "Chi nhánh"}, {Head: "Số tiền", Field: "amount"}, {Head: "Loại tiền"}, {Head: "Nội dung", Field: "about"}}
	if diff := cmp.Diff(want, learned.Columns); diff != "" {
		t.Error(diff)
	}
	if len(learned.Above) != 2 || !slices.Equal(learned.Above[0], []string{"MẪU CHUYỂN TIỀN THEO LÔ"}) {
		t.Errorf("above: %q", learned.Above)
	}
	// The same name is the same form, sent anew.
	if _, err := learn("Mẫu lô.xlsx", form(t, []any{"Beneficiary Name", "Beneficiary account", "Amount"})); err != nil {
		t.Fatal(err)
	}
	forms, err := h.Forms.Of(h.ctx, h.second)
	if err != nil || len(forms) != 1 || len(forms[0].Columns) != 3 {
		t.Fatalf("%+v, %v", forms, err)
	}
	_, err = learn("x.xlsx", form(t, []any{"Họ tên", "Số tiền"}))
	if services.CodeOf(err) != "form_columns" {
		t.Errorf("without accounts: %v", err)
	}
	for i := range bank.MaxForms {
		_, err = learn(string(rune('a'+i))+".xlsx", form(t, []any{"Tên", "Số tài khoản", "Số tiền"}))
	}
	if services.CodeOf(err) != "forms_many" {
		t.Errorf("one too many: %v", err)
	}
	if err := h.Forms.Forget(h.ctx, h.away, forms[0].ID); services.KindOf(err) != services.KindNotFound {
		t.Errorf("another ward's: %v", err)
	}
	if err := h.Forms.Forget(h.ctx, h.clerk, forms[0].ID); err != nil {
		t.Fatal(err)
	}
}

// The ward's own list is read by whom and how much; sums and signatures are nobody.
func TestAWardsOwnListIsRead(t *testing.T) {
	h := newHouse(t)
	kept, err := h.Ask(h.ctx, h.clerk, "chi t3.xlsx", form(t, []any{"DANH SÁCH CHI"}, nil,
		[]any{"TT", "Họ và tên", "Chi hội", "Số tài khoản", "Số tiền"},
		[]any{1, "Bà Nguyễn Thị Lan", "Chi hội Phụ nữ TDP 1", "3706205000011", 200000},
		[]any{2, "Đồng chí Trần Văn Hoà", "", "", "150.000"},
		[]any{3, "Lê Thị Mơ", "", "", "chưa rõ"},
		[]any{nil, "Tổng cộng", nil, nil, 350000},
		[]any{nil, "Người lập biểu"}))
	if err != nil {
		t.Fatal(err)
	}
	lines, unread, err := h.OldList(h.ctx, h.clerk, kept)
	want := []list.OldLine{{Name: "Nguyễn Thị Lan", Unit: "Chi hội Phụ nữ TDP 1", Tail: "0011", Amount: 200_000},
		{Name: "Trần Văn Hoà", Amount: 150_000}}
	if err != nil || unread != 1 || !slices.Equal(lines, want) {
		t.Errorf("%+v, %d unread, %v", lines, unread, err)
	}
	if _, _, err := h.OldList(h.ctx, h.away, kept); services.KindOf(err) != services.KindNotFound {
		t.Errorf("another ward's: %v", err)
	}
}
