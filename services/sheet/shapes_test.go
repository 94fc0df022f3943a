package sheet_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"canbobot/models"
)

// TestSheetsOfManyShapesSayTheSame: whatever a ward's own sheet looks like, it
// brings the same person and post.
func TestSheetsOfManyShapesSayTheSame(t *testing.T) {
	shapes := map[string]func(file *excelize.File){
		"our own order": func(f *excelize.File) { fill(f, 1, heads, usual(nil)) },
		"a title above": func(f *excelize.File) {
			fill(f, 1, []any{"UBND PHƯỜNG BẮC HỒNG LĨNH"}, []any{}, []any{"DANH SÁCH CÁN BỘ CHI HỘI NĂM 2026"}, []any{}, heads,
				usual(nil))
		},
		"numbered headings": func(f *excelize.File) {
			fill(f, 1, heads, []any{"(1)", "(2)", "(3)", "(4)", "(5)"}, usual(nil))
		},
		"two lines, merged": func(f *excelize.File) {
			fill(f, 3,
				[]any{"TT", "Họ và tên", "", "Năm sinh", "Chức vụ", "Đoàn thể", "Đơn vị (thôn, TDP)", "Liên hệ", "", "Tài khoản",
					"", "Thời gian giữ chức", "", "Quyết định", ""},
				[]any{"", "Họ đệm", "Tên", "", "", "", "", "Điện thoại", "Số CCCD", "Số tài khoản", "Ngân hàng", "Từ ngày",
					"Đến ngày", "Số", "Ngày"},
				[]any{"1", "Nguyễn Thị", "Hoa", "05.03.1968", "CHT", "Phụ nữ", "TDP 5", "0912.345.678", "042 168 001 234",
					"3706 2051 23456", "NH Nông nghiệp", "01/02/2024", "", "12/QĐ", "01/02/2024"})
			f.SetCellValue("Sheet1", "E5", "Chi hội trưởng")
			for _, merged := range [][2]string{{"B3", "C3"}, {"H3", "I3"}, {"J3", "K3"}, {"L3", "M3"}, {"N3", "O3"},
				{"A3", "A4"}, {"D3", "D4"}} {
				f.MergeCell("Sheet1", merged[0], merged[1])
			}
		},
		"a village a section": func(f *excelize.File) {
			fill(f, 1, []any{"STT", "Họ tên", "Ngày tháng năm sinh", "Chức danh", "SĐT", "Số CCCD/CMND", "STK",
				"Mở tại ngân hàng", "Giữ chức từ ngày", "Số QĐ"},
				[]any{"I", "Tổ dân phố số 05"},
				[]any{1, "Nguyễn Thị Hoa", "5/3/1968", "Chi hội trưởng phụ nữ", 912345678, 42168001234, "3706205123456",
					"Agribank CN Hồng Lĩnh", 45323, "12/QĐ"},
				[]any{"", "Người lập biểu", "", "", "", "", "", "Chủ tịch"})
		},
		"the branch's whole name": func(f *excelize.File) {
			fill(f, 1, []any{"Chức danh", "Đơn vị", "Họ và tên", "Ngày sinh", "Điện thoại", "Căn cước", "Tài khoản", "Từ",
				"QĐ số"},
				[]any{"Chi hội trưởng", "Chi hội Phụ nữ TDP 5", "Nguyễn  Thị Hoa ", "05/03/1968", "+84912345678", "042168001234",
					"3706205123456 Agribank", "2024-02-01 00:00:00", "12/QĐ"})
		},
	}
	for name, draw := range shapes {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			file := excelize.NewFile()
			defer file.Close()
			draw(file)
			preview := h.check(save(t, file))
			if preview.Counts.Errors > 0 || preview.Counts.NewTerms != 1 {
				t.Fatalf("%+v: %s", preview.Counts, codes(preview.Findings))
			}
			h.imported(save(t, file))
			var person models.Person
			var term models.Term
			h.store.Take(&person)
			h.store.Take(&term)
			if person.Name != "Nguyễn Thị Hoa" || person.Phone != "+84912345678" || person.BirthYear != 1968 ||
				person.BankTail != "3456" || person.BankName != "Agribank" || len(person.CitizenHash) == 0 {
				t.Errorf("%+v", person)
			}
			if term.BranchID != h.branches["women 5"].ID || term.Role != models.Head ||
				term.From != models.NewDate(2024, 2, 1) || term.DecisionNumber != "12/QĐ" {
				t.Errorf("%+v", term)
			}
		})
	}
}

func fill(file *excelize.File, first int, rows ...[]any) {
	for i, row := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, first+i)
		file.SetSheetRow("Sheet1", cell, &row)
	}
}

// TestColumnsMayStandInAnyOrder, with others between them.
func TestColumnsMayStandInAnyOrder(t *testing.T) {
	h := newHouse(t)
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.Permutation(slices.Collect(indexes(len(heads)))).Draw(t, "order")
		above := rapid.IntRange(0, 10).Draw(t, "above")
		gap := rapid.SampledFrom([]any{"", "Dân tộc", "Mức hỗ trợ"}).Draw(t, "gap")
		head, row := []any{gap}, []any{""}
		usually := usual(nil)
		for _, at := range order {
			head, row = append(head, heads[at], gap), append(row, usually[at], "")
		}
		file := excelize.NewFile()
		defer file.Close()
		fill(file, above+1, head, row)
		buffer, err := file.WriteToBuffer()
		if err != nil {
			t.Fatal(err)
		}
		preview, err := h.Check(h.ctx, h.clerk, buffer.Bytes())
		if err != nil || preview.Counts.New != 1 || preview.Counts.Errors > 0 {
			t.Fatalf("%+v %s, %v", preview.Counts, codes(preview.Findings), err)
		}
	})
}

func indexes(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// FuzzSheet throws any text into every cell: it is read, remarked on or refused,
// and never imported by accident, nor does anything panic.
func FuzzSheet(f *testing.F) {
	for _, text := range []string{"", "x", "=1+1", "1E+400", "3.7E12", "31/02/2024", "0912345678", "Tổ dân phố 5",
		"\x00\xff", "(", "''"} {
		f.Add(text, uint64(1))
	}
	h := newHouse(f)
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		chance := rand.New(rand.NewPCG(seed, 1))
		row := usual(nil)
		for range 1 + chance.IntN(4) {
			row[chance.IntN(len(row))] = text
		}
		head := slices.Clone(heads)
		if chance.IntN(4) == 0 {
			head[chance.IntN(len(head))] = text
		}
		file := excelize.NewFile()
		defer file.Close()
		fill(file, 1, head, row)
		buffer, err := file.WriteToBuffer()
		if err != nil {
			return // not writable is not readable
		}
		preview, err := h.Check(h.ctx, h.clerk, buffer.Bytes())
		if c := preview.Counts; err == nil && c.New+c.Changed+c.Unchanged+c.Wrong != c.Rows {
			t.Errorf("%q: %+v", text, c)
		}
	})
}
