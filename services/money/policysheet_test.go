package money_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
)

func sheetOf(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	file := excelize.NewFile()
	defer file.Close()
	for i, row := range rows {
		if err := file.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	buffer, err := file.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

var heads = []any{"Tên khoản", "Nguồn tiền", "Căn cứ", "Ngày ký", "Từ ngày", "Đến ngày", "Đoàn thể", "Chức vụ",
	"Mức hỗ trợ", "Hệ số", "Cách tính", "Nhiều chức", "Tối đa"}

func TestReadAResolution(t *testing.T) {
	policies, faults, err := money.ReadPolicies(t.Context(), sheetOf(t,
		[]any{"BẢNG MỨC HỖ TRỢ"}, heads,
		[]any{"Hỗ trợ chi hội", "Ngân sách tỉnh", "Nghị quyết 12/2026/NQ-HĐND", "10/03/2026", 46113, "", "Phụ nữ",
			"Chi hội trưởng", "250.000", "", "Đủ 12 ngày, không đủ 50%", "Cao nhất và 50%", "500.000"},
		[]any{"", "", "", "", "", "", "", "Cấp phó", "", "0,05"},
		[]any{"", "", "", "", "", "", "Nông dân", "Cấp trưởng", 200000},
		[]any{},
		[]any{"Khoản khác", "Phường", "Kết luận 3", "", "2026-05-01", "31/12/2026", "Mọi đoàn thể", "Uỷ viên", "50000", "",
			"Từ tháng sau"},
	))
	if err != nil || len(faults) > 0 || len(policies) != 2 {
		t.Fatalf("%+v, %v, %v", policies, faults, err)
	}
	first := policies[0]
	if first.Source != "province" || first.From != models.NewDate(2026, 4, 1) ||
		first.LegalDate != models.NewDate(2026, 3, 10) || first.Accrual != models.FullFrom ||
		first.AccrualDays != 12 || first.AccrualPercent != 50 || first.Stacking != models.StackPercent ||
		first.StackingPercent != 50 || first.Cap != 500_000 {
		t.Errorf("%+v", first)
	}
	want := []models.PolicyRule{{Role: models.Head, OrganizationCode: "women", Amount: 250_000},
		{Role: models.Deputy, OrganizationCode: "women", Coefficient: 50},
		{Role: models.Head, OrganizationCode: "farmers", Amount: 200_000}}
	if fmt.Sprint(first.Rules) != fmt.Sprint(want) {
		t.Errorf("%+v", first.Rules)
	}
	if second := policies[1]; second.Source != "town" || second.Accrual != models.NextMonth ||
		second.To != models.NewDate(2026, 12, 31) || second.Rules[0].OrganizationCode != "" {
		t.Errorf("%+v", second)
	}
}

func TestWrongRowsAreTold(t *testing.T) {
	good := []any{"Hỗ trợ", "Phường", "Kết luận 3", "", "01/05/2026", "", "Phụ nữ", "Cấp trưởng", "50000"}
	with := func(column int, value any) []any {
		row := append([]any{}, good...)
		row[column] = value
		return row
	}
	policies, faults, err := money.ReadPolicies(t.Context(), sheetOf(t, heads, good, with(4, "32/13/2026"),
		with(7, "Giám đốc"),
		with(8, "nhiều"), with(6, "Hội chơi cờ"), with(8, "-5")))
	if err != nil || policies != nil {
		t.Fatalf("%+v, %v", policies, err)
	}
	var got []string
	for _, fault := range faults {
		got = append(got, fmt.Sprint(fault.Row, fault.Code))
	}
	if want := "3policy_dates 4policy_role 5policy_amount 6tariff_organization 7policy_amount"; strings.Join(got,
		" ") != want {
		t.Errorf("%v, want %s", got, want)
	}
	for name, one := range map[string]struct {
		content []byte
		code    string
	}{
		"no headings": {sheetOf(t, []any{"Xin chào"}), "tariff_header"},
		"no rows":     {sheetOf(t, heads), "tariff_header"},
		"an image":    {[]byte("\x89PNG\r\n\x1a\n"), "sheet_image"},
		"nothing":     {nil, "sheet_empty"},
	} {
		if _, _, err := money.ReadPolicies(t.Context(), one.content); services.CodeOf(err) != one.code {
			t.Errorf("%s: %v, want %s", name, err, one.code)
		}
	}
}

func FuzzReadPolicies(f *testing.F) {
	f.Add("01/05/2026", "Cấp trưởng", "200.000", "Đủ 12 ngày")
	f.Add("46113", "uỷ viên", "-1", "theo ngày")
	f.Fuzz(func(t *testing.T, from, role, amount, accrual string) {
		policies, _, err := money.ReadPolicies(t.Context(), sheetOf(t, heads,
			[]any{"a", "b", "c", "", from, "", "", role, amount, "", accrual}))
		if err != nil && services.KindOf(err) != services.KindInvalid {
			t.Error(err)
		}
		for _, policy := range policies {
			for _, rule := range policy.Rules {
				if rule.Amount <= 0 && rule.Coefficient <= 0 {
					t.Errorf("%+v", rule)
				}
			}
		}
	})
}

// What wards' own sheets say, or that they are refused.
func TestSheetsOfWards(t *testing.T) {
	first := models.NewDate(2027, 1, 1)
	for file, want := range map[string]struct {
		organization string
		amount       int64
		from         models.Date
		refused      string
	}{
		"p05-amount":       {amount: 200_000, from: first},
		"p07-amount":       {amount: 200_000, from: first},
		"p309-day":         {amount: 200_000, from: models.NewDate(2027, 7, 1)},
		"p40-1904":         {amount: 200_000, from: models.NewDate(2027, 7, 1)},
		"p42-hidden-first": {amount: 200_000, from: first},
		"p504-org":         {organization: "women", amount: 200_000, from: first},
		"p506-org":         {organization: "elderly", amount: 200_000, from: first},
		"p507-org":         {organization: "women", amount: 200_000, from: first},
		"p508-org":         {organization: "farmers", amount: 200_000, from: first},
		"p509-org":         {amount: 200_000, from: first},
		"p511-org":         {amount: 200_000, from: first},
		"p514-org":         {refused: "tariff_organization"},
	} {
		content, err := os.ReadFile(filepath.Join("testdata", "sheets", file+".xlsx"))
		if err != nil {
			t.Fatal(err)
		}
		policies, faults, err := money.ReadPolicies(t.Context(), content)
		switch {
		case err != nil:
			t.Errorf("%s: %v", file, err)
		case want.refused != "":
			if len(faults) != 1 || faults[0].Code != want.refused {
				t.Errorf("%s: faults %+v, want %s", file, faults, want.refused)
			}
		case len(faults) > 0 || len(policies) != 1 || len(policies[0].Rules) == 0:
			t.Errorf("%s: %+v, %+v", file, policies, faults)
		default:
			one, rule := policies[0], policies[0].Rules[0]
			if one.From != want.from || rule.Amount != want.amount || rule.OrganizationCode != want.organization {
				t.Errorf("%s: from %v, %+v", file, one.From, rule)
			}
		}
	}
}
