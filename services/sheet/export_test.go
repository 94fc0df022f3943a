package sheet_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/sheet"
)

// TestExportReadsBackAsNothingToChange over a roster with everything odd in it.
func TestExportReadsBackAsNothingToChange(t *testing.T) {
	h := newHouse(t)
	h.imported(made(t, append(append([]any{}, heads...), "Người ký", "Quyền/Phụ trách"),
		append(usual(nil), "=HYPERLINK(\"http://x\")", "x"),
		append(usual(map[string]any{"Họ và tên": "Lê Thị Mai", "Chức danh": "Chi hội phó", "Ngày sinh": 1970,
			"Số điện thoại": "", "CCCD": "", "Đến ngày": "31/12/2026", "Số quyết định": "+12", "Số tài khoản": "0001234567"}),
			"", ""),
		append(usual(map[string]any{"Họ và tên": "Lê Thị Mai", "Chi hội": "Chi bộ", "Chức danh": "Chi uỷ viên",
			"Ngày sinh": 1970, "Số điện thoại": "", "CCCD": "", "Số tài khoản": "", "Ngân hàng": ""}), "", ""),
		append(usual(map[string]any{"Họ và tên": "Trần Văn An", "Chi hội": "CCB", "Số điện thoại": "0912000001", "CCCD": "",
			"Số tài khoản": "", "Ngân hàng": "", "Ghi chú": "Dùng chung số máy"}), "", ""),
		append(usual(map[string]any{"Họ và tên": "Trần Văn Ba", "Chi hội": "CCB", "Chức danh": "Phó",
			"Số điện thoại": "0912000001", "CCCD": "", "Số tài khoản": "", "Ngân hàng": "", "Ghi chú": "Dùng chung số máy"}),
			"", ""),
	))
	for _, full := range []bool{true, false} {
		export, err := h.Roster(h.ctx, h.clerk, sheet.Filter{Full: full}, words)
		if err != nil {
			t.Fatal(err)
		}
		preview := h.check(export.Content)
		if !preview.Counts.Nothing() || len(preview.Findings) > 0 || preview.Counts.Unchanged != 5 || export.Rows != 5 {
			t.Errorf("full %v: %+v: %s", full, preview.Counts, codes(preview.Findings))
		}
		file, err := excelize.OpenReader(bytes.NewReader(export.Content))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		rows, _ := file.GetRows("form.sheet")
		text := fmt.Sprint(rows)
		if strings.Contains(text, "3706205123456") != full || strings.Contains(text, "042168001234") != full {
			t.Errorf("full %v: %s", full, text)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
					t.Errorf("a formula slipped through: %q", cell)
				}
			}
		}
		if formula, _ := file.GetCellFormula("form.sheet", "P7"); formula != "" {
			t.Error(formula)
		}
		layout, err := file.GetPageLayout("form.sheet")
		if err != nil || *layout.Size != 9 || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 {
			t.Errorf("%+v, %v", layout, err)
		}
		names := file.GetDefinedName()
		if len(names) != 1 || names[0].RefersTo != "'form.sheet'!$6:$6" {
			t.Errorf("%+v", names)
		}
	}
	var term models.Term
	h.store.Where("decision_signer <> ''").Take(&term)
	if term.DecisionSigner != `=HYPERLINK("http://x")` || !term.Acting {
		t.Errorf("%+v", term)
	}
}

func TestExportIsFiltered(t *testing.T) {
	h := newHouse(t)
	h.person("Nguyễn Thị Hoa", "", "women 5", models.Head, models.NewDate(2020, 1, 1))
	h.person("Trần Văn An", "", "veterans 6", models.Deputy, models.NewDate(2025, 1, 1))
	for name, test := range map[string]struct {
		filter sheet.Filter
		rows   int
	}{
		"all":             {sheet.Filter{}, 2},
		"a village":       {sheet.Filter{Villages: []int64{h.villages[0].ID}}, 1},
		"an organization": {sheet.Filter{Organizations: []string{"veterans"}}, 1},
		"a role":          {sheet.Filter{Roles: []models.TermRole{models.Head}}, 1},
		"an earlier day":  {sheet.Filter{On: models.NewDate(2024, 1, 1)}, 1},
		// Seven branches have a head and a deputy, and two posts are held.
		"vacancies": {sheet.Filter{Vacant: true}, 12},
	} {
		export, err := h.Roster(h.ctx, h.clerk, test.filter, words)
		if err != nil || export.Rows != test.rows {
			t.Errorf("%s: %d rows, %v", name, export.Rows, err)
		}
		if preview := h.check(export.Content); preview.Counts.Errors > 0 || !preview.Counts.Nothing() {
			t.Errorf("%s: %+v: %s", name, preview.Counts, codes(preview.Findings))
		}
	}
}

func TestExportIsForStaffAndWholeOnlyWithACode(t *testing.T) {
	h := newHouse(t)
	h.person("Nguyễn Thị Hoa", "", "women 5", models.Head, models.NewDate(2020, 1, 1))
	officer := services.Actor{Role: services.Officer, Ward: h.ward.ID, Person: 1}
	if _, err := h.Roster(h.ctx, officer, sheet.Filter{}, words); services.KindOf(err) != services.KindDenied {
		t.Error(err)
	}
	if _, err := h.Roster(h.ctx, h.stale, sheet.Filter{Full: true}, words); services.CodeOf(err) != "step_up" {
		t.Error(err)
	}
	if _, err := h.Roster(h.ctx, h.stale, sheet.Filter{}, words); err != nil {
		t.Error(err)
	}
	export, err := h.Roster(h.ctx, h.away, sheet.Filter{Villages: []int64{h.villages[0].ID}}, words)
	if err != nil || export.Rows != 0 {
		t.Errorf("a foreign ward reads %d rows, %v", export.Rows, err)
	}
}
