package sheet_test

import (
	"archive/zip"
	"bytes"
	"slices"
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/sheet"
)

// What people write beside values, or in their place, is read as it is meant, and
// what does not matter stops nothing.
func TestWordsInCells(t *testing.T) {
	for name, test := range map[string]struct {
		with    map[string]any
		remark  string // a code among the remarks; "" for none
		is      func(models.Person) bool
		nothing bool // nobody is imported
	}{
		"no telephone": {with: map[string]any{"Số điện thoại": "Không có"},
			is: func(p models.Person) bool { return p.Phone == "" }},
		"a label and an aside": {with: map[string]any{"Số điện thoại": "ĐT: 0912345678 (Zalo)"},
			is: phone("+84912345678")},
		"two telephones": {with: map[string]any{"Số điện thoại": "0912345678 - 0983000901"},
			remark: "phone_first", is: phone("+84912345678")},
		"a dash of dots":  {with: map[string]any{"Số điện thoại": "..."}, is: phone("")},
		"a year in words": {with: map[string]any{"Ngày sinh": "Năm 1968"}, remark: "birth_year", is: born(1968)},
		"a year and an age": {with: map[string]any{"Ngày sinh": "1968 (58 tuổi)"},
			remark: "birth_year", is: born(1968)},
		"no day and no month":   {with: map[string]any{"Ngày sinh": "00/00/1955"}, remark: "birth_year", is: born(1955)},
		"an old identity card":  {with: map[string]any{"CCCD": "183456789"}, remark: "citizen_old"},
		"wide digits":           {with: map[string]any{"Số điện thoại": "０９１２３４５６７８"}, is: phone("+84912345678")},
		"a month to begin with": {with: map[string]any{"Từ ngày": "Tháng 3/2024"}, remark: "day_first"},
		"a year to begin with":  {with: map[string]any{"Từ ngày": "2024"}, remark: "day_first"},
		"a courtesy":            {with: map[string]any{"Họ và tên": "Bà Trần Thị Lan"}, is: named("Trần Thị Lan")},
		"small letters": {with: map[string]any{"Họ và tên": "trần thị lan"},
			remark: "name_capitals", is: named("Trần Thị Lan")},
		"letters that look alike": {with: map[string]any{"Họ và tên": "Ðinh Vǎn Tài"}, is: named("Đinh Văn Tài")},
		"nobody":                  {with: map[string]any{"Họ và tên": "Khuyết"}, remark: "row_vacant", nothing: true},
		"nobody yet":              {with: map[string]any{"Họ và tên": "(chưa bầu)"}, remark: "row_vacant", nothing: true},
		"a title of others": {with: map[string]any{"Chức danh": "Công an viên phụ trách thôn"},
			remark: "row_other", nothing: true},
		"a title in short":         {with: map[string]any{"Chức danh": "CHT"}},
		"in charge":                {with: map[string]any{"Chức danh": "Phụ trách chi hội"}},
		"a title that says it all": {with: map[string]any{"Chức danh": "Chi hội trưởng chi hội phụ nữ TDP 5"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			preview := h.check(made(t, heads, usual(test.with)))
			if wrong := preview.Errors(); len(wrong) > 0 {
				t.Fatalf("refused: %s", codes(wrong))
			}
			if test.remark != "" && !told(preview, test.remark) {
				t.Errorf("not told: %+v", preview.Remarks())
			}
			if test.nothing {
				if preview.Counts.New != 0 {
					t.Errorf("%d are new", preview.Counts.New)
				}
				return
			}
			h.imported(made(t, heads, usual(test.with)))
			var people []models.Person
			if err := h.store.Order("id DESC").Limit(1).Find(&people).Error; err != nil || len(people) != 1 {
				t.Fatal(people, err)
			}
			if test.is != nil && !test.is(people[0]) {
				t.Errorf("%+v", people[0])
			}
		})
	}
	h := newHouse(t)
	for text, code := range map[string]string{"Nguyeãn Thò Hoaø": "B2 font_old", "NguyÔn ThÞ Hoµ": "B2 font_old"} {
		preview := h.check(made(t, heads, usual(map[string]any{"Họ và tên": text})))
		if codes(preview.Errors()) != code {
			t.Errorf("%q: %s", text, codes(preview.Errors()))
		}
	}
}

func told(preview sheet.Preview, code string) bool {
	return slices.ContainsFunc(preview.Remarks(), func(f sheet.Finding) bool { return f.Code == code })
}

func phone(number string) func(models.Person) bool {
	return func(p models.Person) bool { return p.Phone == number }
}
func born(year int) func(models.Person) bool {
	return func(p models.Person) bool { return p.BirthYear == year }
}
func named(name string) func(models.Person) bool {
	return func(p models.Person) bool { return p.Name == name }
}

// A list is read in its context: the village over it, sums and signatures under it.
func TestAListInItsContext(t *testing.T) {
	h := newHouse(t)
	without := []any{"STT", "Họ và tên", "Năm sinh", "Chức danh", "Chi hội", "Từ ngày"}
	preview := h.check(made(t, []any{"DANH SÁCH CHI HỘI - TỔ DÂN PHỐ 5"}, without,
		[]any{1, "Trần Thị Lan", 1970, "Chi hội trưởng", "Phụ nữ", "01/01/2024"},
		[]any{"", "Cộng", "", 1}, []any{"Tổng cộng", "", "", 1}, nil,
		[]any{"", "NGƯỜI LẬP BIỂU", "", "KẾ TOÁN"}, []any{"", "Hồ Thị Ghi", "", "Đặng Văn Toán"}))
	if len(preview.Errors()) > 0 || preview.Counts.New != 1 {
		t.Errorf("%+v: %s", preview.Counts, codes(preview.Errors()))
	}
	if !told(preview, "village_titled") {
		t.Errorf("the village is not told: %+v", preview.Remarks())
	}
	// A name over two columns, and a birth under each sex.
	h.imported(made(t, []any{"STT", "Họ và tên", "", "Năm sinh", "", "Chức danh", "Chi hội", "Thôn/TDP", "Từ ngày"},
		[]any{"", "", "", "Nam", "Nữ"},
		[]any{1, "Trần Thị", "Lan", "", 1970, "Chi hội trưởng", "Phụ nữ", "TDP 5", "01/01/2024"}))
	var person models.Person
	if err := h.store.Order("id DESC").Take(&person).Error; err != nil || person.Name != "Trần Thị Lan" ||
		person.BirthYear != 1970 {
		t.Errorf("%+v, %v", person, err)
	}
}

// Files that are no workbook say what they are.
func TestOtherFilesAreNamed(t *testing.T) {
	h := newHouse(t)
	for name, code := range map[string]string{"word/document.xml": "sheet_word", "content.xml": "sheet_ods",
		"danh sach.xlsx": "sheet_zip"} {
		_, err := h.Preview(h.ctx, h.clerk, "x.xlsx", zipped(t, name))
		if services.CodeOf(err) != code {
			t.Errorf("%s: %v, want %s", name, err, code)
		}
	}
}

// zipped is an archive with one part.
func zipped(t *testing.T, part string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	if _, err := archive.Create(part); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
