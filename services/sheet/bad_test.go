package sheet_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/reading"
	"canbobot/services/sheet"
)

// TestBadFilesAreToldApart by their content, whatever they are called.
func TestBadFilesAreToldApart(t *testing.T) {
	h := newHouse(t)
	good := made(t, heads, usual(nil))
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	locked := excelize.NewFile()
	var encrypted bytes.Buffer
	if err := locked.Write(&encrypted, excelize.Options{Password: "mật khẩu"}); err != nil {
		t.Fatal(err)
	}
	old := []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 504))
	for _, unit := range utf16.Encode([]rune("Workbook")) {
		old = append(old, byte(unit), byte(unit>>8))
	}
	wide := make([]any, 300)
	wide[299] = "x"
	for name, test := range map[string]struct {
		content []byte
		code    string
	}{
		"nothing":               {nil, "sheet_empty"},
		"too large":             {make([]byte, sheet.MaxFile+1), "sheet_large"},
		"password":              {encrypted.Bytes(), "sheet_password"},
		"macros":                {with(t, good, "xl/vbaProject.bin", []byte("x")), "sheet_macro"},
		"xls":                   {old, "sheet_old"},
		"xlsb":                  {with(t, good, "xl/workbook.bin", []byte("x")), "sheet_old"},
		"renamed picture":       {picture.Bytes(), "sheet_image"},
		"csv":                   {[]byte("STT;Họ và tên\n1;Nguyễn Thị Hoa\n"), "sheet_csv"},
		"pdf":                   {[]byte("%PDF-1.7, and so on"), "sheet_not"},
		"zip":                   {with(t, nil, "a.txt", []byte("x")), "sheet_not"},
		"cut off":               {good[:len(good)/2], "sheet_not"},
		"zip bomb":              {bomb(t, 251), "sheet_bomb"},
		"no headings":           {made(t, []any{"Xin chào"}, []any{1, 2, 3}), "sheet_header"},
		"three hundred columns": {made(t, heads, wide), "sheet_wide"},
	} {
		_, err := h.Preview(h.ctx, h.clerk, "danh sach.xlsx", test.content)
		if services.KindOf(err) != services.KindInvalid || services.CodeOf(err) != test.code {
			t.Errorf("%s: %v, want %s", name, err, test.code)
		}
	}
	if h.count(&models.Import{}) != 0 {
		t.Error("a bad file was kept")
	}
}

// bomb is an archive that unpacks to so many MB of spaces: one of them packed,
// again and again.
func bomb(t *testing.T, size int) []byte {
	t.Helper()
	var packed, end, out bytes.Buffer
	one := bytes.Repeat([]byte(" "), 1<<20)
	press, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	press.Write(one)
	press.Flush()
	press.Reset(&end)
	press.Close()
	sum := crc32.NewIEEE()
	for range size {
		sum.Write(one)
	}
	content := append(bytes.Repeat(packed.Bytes(), size), end.Bytes()...)
	archive := zip.NewWriter(&out)
	part, err := archive.CreateRaw(&zip.FileHeader{
		Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CRC32: sum.Sum32(),
		CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(size) << 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	part.Write(content)
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// with adds a part to a workbook; nil begins an empty archive.
func with(t *testing.T, content []byte, name string, part []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	if content != nil {
		before, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range before.File {
			if err := archive.Copy(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	added, err := archive.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := added.Write(part); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestTwoHundredThousandRowsAreCounted(t *testing.T) {
	h := newHouse(t)
	rows := 200_000
	if storetest.Watched {
		rows = 101_000
	}
	file := excelize.NewFile()
	defer file.Close()
	out, err := file.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	out.SetRow("A1", heads)
	row := []any{1, "x"}
	for i := range rows {
		if err := out.SetRow(fmt.Sprintf("A%d", i+2), row); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	_, err = h.Preview(h.ctx, h.clerk, "x.xlsx", save(t, file))
	refusal, _ := err.(*services.Error)
	if services.CodeOf(err) != "sheet_rows" || refusal.Fields["rows"] != rows {
		t.Errorf("%v", err)
	}
}

// TestBadCellsAreTold by row and cell, with nothing imported.
func TestBadCellsAreTold(t *testing.T) {
	quiet := newHouse(t)
	for name, test := range map[string]struct {
		with   map[string]any // changes the usual row
		before func(h *house)
		second map[string]any // another row
		want   string         // errors
		field  string
		value  any
	}{
		"leaves before they came": {with: map[string]any{"Từ ngày": "01/02/2024", "Đến ngày": "31/01/2024"},
			want: "L2 leaves_before"},
		"born in 1900":              {with: map[string]any{"Ngày sinh": "01/01/1900"}, want: "C2 birth_range"},
		"in post since 1900":        {with: map[string]any{"Từ ngày": "01/01/1900"}, want: "K2 day_range"},
		"the serial number of 1900": {with: map[string]any{"Từ ngày": 32}, want: "K2 day_range"},
		"31 February":               {with: map[string]any{"Từ ngày": "31/02/2024"}, want: "K2 day_impossible"},
		"nine digits": {with: map[string]any{"Số điện thoại": "091234567"}, want: "G2 phone_digits",
			field: "digits", value: 9},
		"a land line": {with: map[string]any{"Số điện thoại": "02393835001"}, want: "G2 phone_landline"},
		"no such village": {with: map[string]any{"Thôn/TDP": "Thôn Xuân Lan 1"}, want: "F2 village_unknown",
			field: "near", value: "Thôn Xuân Lam 1"},
		"no such branch": {with: map[string]any{"Thôn/TDP": "Xuân Lam 1", "Chi hội": "Chi hội CCB"},
			want: "E2 branch_missing"},
		"no such organization": {with: map[string]any{"Chi hội": "Hội chơi cờ"}, want: "E2 organization_unknown"},
		"no such title":        {with: map[string]any{"Chức danh": "Giám đốc"}, want: "D2 title_unknown"},
		"digits that are gone": {with: map[string]any{"Số tài khoản": "3.706E+12"}, want: "I2 digits_lost"},
		"no bank":              {with: map[string]any{"Ngân hàng": ""}, want: "J2 bank_missing"},
		"a wallet":             {with: map[string]any{"Ngân hàng": "MoMo"}, want: "J2 bank_wallet"},
		"a broken formula":     {with: map[string]any{"Số điện thoại": "#REF!"}, want: "G2 formula"},
		"a name of digits":     {with: map[string]any{"Họ và tên": "Hoa 2"}, want: "B2 name"},
		"no name":              {with: map[string]any{"Họ và tên": ""}, want: "B2 name_missing"},
		"no first day":         {with: map[string]any{"Từ ngày": ""}, want: "K2 from_missing"},
		"two heads": {second: map[string]any{"Họ và tên": "Lê Thị Mai", "Số điện thoại": "0912345679",
			"CCCD": "", "Từ ngày": "01/03/2024"}, want: "D3 two_heads", field: "row", value: 2},
		"two deputies": {with: map[string]any{"Chức danh": "Chi hội phó"},
			second: map[string]any{"Chức danh": "Chi hội phó", "Họ và tên": "Lê Thị Mai", "Số điện thoại": "0912345679",
				"CCCD": ""}, want: "D3 deputies_many"},
		"a head whom the roster has": {before: func(h *house) {
			h.person("Võ Thị Tư", "+84912000111", "women 5", models.Head, models.NewDate(2020, 1, 1))
		}, want: "D2 post_taken", field: "holder", value: "Võ Thị Tư"},
		"one person twice": {second: map[string]any{}, want: "B3 row_twice"},
		"a number of somebody else": {before: func(h *house) {
			h.person("Võ Thị Tư", "+84912345678", "women 6", models.Head, models.NewDate(2020, 1, 1))
		}, want: "G2 phone_taken", field: "holder", value: "Võ Thị Tư"},
		"one number twice": {second: map[string]any{"Họ và tên": "Lê Thị Mai", "Chức danh": "Chi hội phó", "CCCD": ""},
			want: "G3 phone_twice"},
		"a citizen's number of another": {before: func(h *house) {
			h.create(&models.Person{WardID: h.ward.ID, Name: "Võ Thị Tư", Folded: "vo thi tu",
				CitizenHash: h.vault.Hash("citizen", "042168001234"), Version: 1})
		}, want: "H2 citizen_other"},
		"one of two namesakes": {before: func(h *house) {
			h.person("Nguyễn Thị Hoa", "", "women 5", models.Member, models.NewDate(2020, 1, 1))
			h.person("Nguyễn Thị Hoa", "", "women 5", models.Member, models.NewDate(2021, 1, 1))
		}, with: map[string]any{"Số điện thoại": "", "Chức danh": "Uỷ viên BCH"}, want: "B2 person_ambiguous"},
	} {
		t.Run(name, func(t *testing.T) {
			h := quiet // what is wrong leaves nothing behind
			if test.before != nil {
				h = newHouse(t)
				test.before(h)
			}
			people, terms := h.count(&models.Person{}), h.count(&models.Term{})
			rows := [][]any{heads, usual(test.with)}
			if test.second != nil {
				rows = append(rows, usual(test.second))
			}
			preview, err := h.Preview(h.ctx, h.clerk, "ds.xlsx", made(t, rows...))
			if err != nil {
				t.Fatal(err)
			}
			wrong := preview.Errors()
			if codes(wrong) != test.want || preview.ID != 0 || preview.Counts.Wrong != 1 {
				t.Fatalf("%q, import %d, want %q", codes(wrong), preview.ID, test.want)
			}
			if test.field != "" && wrong[0].Fields[test.field] != test.value {
				t.Errorf("%s is %v, want %v", test.field, wrong[0].Fields[test.field], test.value)
			}
			if h.count(&models.Person{}) != people || h.count(&models.Term{}) != terms {
				t.Error("something was imported")
			}
		})
	}
}

func TestAnnotatedSheetShowsWhatIsWrong(t *testing.T) {
	h := newHouse(t)
	content := made(t, heads, usual(map[string]any{"Số điện thoại": "091234567", "Họ và tên": "NGUYỄN THỊ HOA"}))
	preview := h.check(content)
	annotated, err := sheet.Annotate(t.Context(), content, preview, say)
	if err != nil {
		t.Fatal(err)
	}
	file, err := excelize.OpenReader(bytes.NewReader(annotated))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	colour := func(cell string) string {
		id, _ := file.GetCellStyle("Sheet1", cell)
		style, err := file.GetStyle(id)
		if err != nil || len(style.Fill.Color) == 0 {
			return ""
		}
		return style.Fill.Color[0]
	}
	if colour("G2") != "FFC7CE" || colour("B2") != "FFEB9C" || colour("C2") != "" {
		t.Errorf("%q %q %q", colour("G2"), colour("B2"), colour("C2"))
	}
	comments, err := file.GetComments("Sheet1")
	if err != nil || len(comments) != 2 {
		t.Fatalf("%+v, %v", comments, err)
	}
	rows, err := file.GetRows("list.name")
	if err != nil || len(rows) != 3 || rows[1][1] != "G2" || rows[1][4] != "error.phone_digitsdigits" {
		t.Errorf("%q, %v", rows, err)
	}
	// Sent back, it reads as before: the list is no list of people.
	if again := h.check(annotated); codes(again.Findings) != codes(preview.Findings) {
		t.Errorf("%s", codes(again.Findings))
	}
}

// Whoever sends sheets is counted as who sends pictures is, whatever comes of them.
func TestSheetsAreCountedBeforeTheyAreOpened(t *testing.T) {
	h := newHouse(t)
	for i := range 61 {
		_, err := h.Preview(h.ctx, h.clerk, "a.xlsx", []byte("no sheet"))
		want := "sheet_not"
		if i == 60 {
			want = "files_today"
		}
		if services.CodeOf(err) != want {
			t.Fatalf("sheet %d: %v, want %s", i+1, err, want)
		}
	}
	// Nobody opens one for the third time that nobody lived through twice.
	again := h.clerk
	again.Staff, again.Event = h.clerk.Staff+1000, "zalo:1"
	for i, want := range []string{"sheet_not", "sheet_not", "file_costly"} {
		if _, err := h.Preview(h.ctx, again, "a.xlsx", []byte("no sheet")); services.CodeOf(err) != want {
			t.Errorf("time %d: %v, want %s", i+1, err, want)
		}
	}
}

// Sheets are unpacked in a child, whoever reads them, and so are bounded.
func TestSheetsAreUnpackedApart(t *testing.T) {
	done := func(what string) (n int) {
		reading.Counts(func(name string, how reading.Outcome, times int) {
			if name == what && how == reading.Read {
				n += times
			}
		})
		return n
	}
	before, annotated := done("sheet"), done("annotation")
	err := sheet.Each(t.Context(), save(t, excelize.NewFile()), models.Date{}, func(sheet.Row) error { return nil })
	if err != nil || done("sheet") == before {
		t.Errorf("%d as before, %v", before, err)
	}
	// So is changing them: what is no sheet is refused there, and the list comes alone.
	content := save(t, excelize.NewFile())
	if _, err = sheet.Annotate(t.Context(), content, sheet.Preview{}, say); err != nil ||
		done("annotation") == annotated {
		t.Errorf("%d as before, %v", annotated, err)
	}
	_, err = sheet.Annotate(t.Context(), content[:len(content)/2], sheet.Preview{}, say)
	if services.CodeOf(err) != "sheet_not" {
		t.Errorf("half a sheet is annotated: %v", err)
	}
}
