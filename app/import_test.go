package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	pictures "image/draw"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"github.com/xuri/excelize/v2"

	"canbobot/app/sample"
	"canbobot/bot/texts"
	"canbobot/config"
	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/sheet"
	"canbobot/services/ward"
)

// sentFile makes a file that somebody sends in a transcript; nil for no such.
func sentFile(name string) []byte {
	head := []any{"STT", "Họ và tên", "Ngày sinh", "Chức vụ", "Chi hội", "Thôn/TDP", "Số điện thoại", "Từ ngày",
		"Đến ngày"}
	switch name {
	case "danh sach moi.xlsx":
		return workbook(head,
			[]any{1, "NGUYỄN THỊ THU", 1975, "Uỷ viên BCH", "Phụ nữ", "TDP 1", 981234567, "01/04/2026"},
			[]any{2, "Lê Thị Vân", "12/05/1980", "Uỷ viên BCH", "Phụ nữ", "TDP 1", "0981234568", "01/04/2026"})
	case "danh sach them.xlsx":
		return workbook(head, []any{1, "Lê Thị Vinh", "12/05/1981", "Uỷ viên BCH", "Phụ nữ", "TDP 1", "0981234569",
			"01/04/2026"})
	case "danh sach loi.xlsx":
		return workbook(head,
			[]any{1, "Nguyễn Thị Thu", 1975, "Uỷ viên BCH", "Phụ nữ", "TDP Thuận Hoa B", "0981234567", "01/04/2026"},
			[]any{2, "Lê Thị Vân", 1900, "Uỷ viên BCH", "Phụ nữ", "TDP 1", "098123456", "01/04/2026", "01/03/2026"})
	case "ket qua.xlsx":
		return workbook([]any{"STT", "Tên người hưởng", "Số tài khoản", "Số tiền", "Kết quả", "Lý do", "Nội dung"},
			[]any{1, "PHAN THANH LY", "***1857", "400.000", "Thành công", "", "HO TRO THANG 03/2026"},
			[]any{2, "CAO THI THU", "***0151", "200.000", "Không thành công", "Tài khoản đã đóng", "HO TRO THANG 03/2026"})
	case "ket qua thang 4.xlsx":
		return workbook([]any{"Tên người hưởng", "Số tài khoản", "Số tiền", "Trạng thái", "Lý do", "Nội dung"},
			[]any{"PHAN THANH LY", "***1857", "200.000", "Thành công", "", "HO TRO THANG 04/2026"},
			[]any{"CAO THI THU", "***0151", "200.000", "Thất bại", "Tài khoản đã đóng", "HO TRO THANG 04/2026"})
	case "ket qua loi.xlsx":
		return workbook([]any{"Kết quả", "Số tiền", "Số tài khoản", "Tên người hưởng"},
			[]any{"Thành công", 400_000, "***1857", "PHAN THANH LY"},
			[]any{"Thành công", 250_000, "***0151", "CAO THI THU"},
			[]any{"Thành công", 200_000, "9999999999", "NGUYEN VAN LA"},
			[]any{"Thành công", 400_000, "***1857", "PHAN THANH LY"})
	case "bang tien.xlsx":
		return workbook([]any{"STT", "Họ và tên", "Số tài khoản", "Số tiền"}, []any{1, "CAO THI THU", "***0151", 200_000})
	case "anh.xlsx":
		return []byte("\x89PNG\r\n\x1a\nanh")
	case "quyet dinh.jpg":
		return photograph("")
	case "can cuoc.jpg", "the.jpg":
		return photograph("042168001234|183456789|Nguyễn Thị Hoa|02051968|Nữ|TDP 5, Bắc Hồng Lĩnh|01012022")
	}
	return nil
}

// photograph is a picture with a square code on it, or none.
func photograph(code string) []byte {
	picture := image.NewGray(image.Rect(0, 0, 900, 600))
	for i := range picture.Pix {
		picture.Pix[i] = uint8(200 + i%7)
	}
	if code != "" {
		square, err := qr.Encode(code, qr.M, qr.Unicode)
		if err == nil {
			square, err = barcode.Scale(square, 300, 300)
		}
		if err != nil {
			panic(err)
		}
		pictures.Draw(picture, image.Rect(500, 40, 860, 400), image.White, image.Point{}, pictures.Src)
		pictures.Draw(picture, image.Rect(530, 70, 830, 370), square, image.Point{}, pictures.Src)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, nil); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func workbook(rows ...[]any) []byte {
	file := excelize.NewFile()
	defer file.Close()
	for i, row := range rows {
		if err := file.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			panic(err)
		}
	}
	buffer, err := file.WriteToBuffer()
	if err != nil {
		panic(err)
	}
	return buffer.Bytes()
}

// TestSampleComesBackFromItsExport: for each ward, whole and masked.
func TestSampleComesBackFromItsExport(t *testing.T) {
	house := openHouse(t)
	wards, err := house.ward.Identity.Wards(context.Background())
	if err != nil || len(wards) != 2 {
		t.Fatalf("%v, %v", wards, err)
	}
	for _, ward := range wards {
		for _, full := range []bool{true, false} {
			backAgain(t, house.ward, services.SystemActor(ward.ID), full)
		}
	}
}

func backAgain(t *testing.T, ward *ward.Services, actor services.Actor, full bool) {
	t.Helper()
	ctx := ctxFor(t)
	words, err := texts.Load(func(problem string) { t.Error(problem) })
	if err != nil {
		t.Fatal(err)
	}
	export, err := ward.Sheets.Roster(ctx, actor, sheet.Filter{Full: full}, sayer(words))
	if err != nil {
		t.Fatal(err)
	}
	preview, err := ward.Sheets.Check(ctx, actor, export.Content)
	if err != nil {
		t.Fatal(err)
	}
	if c := preview.Counts; c.Unchanged != export.Rows || c.Rows != export.Rows || len(preview.Findings) > 0 {
		t.Errorf("ward %d, full %v: %d rows: %+v, first %+v", actor.Ward, full, export.Rows, c,
			preview.Findings[:min(3, len(preview.Findings))])
	}
}

func TestTwentyThousandComeBackFromTheirExport(t *testing.T) {
	const people = rosterRows
	clock := services.Clock(func() time.Time { return morning })
	settings, err := config.Load([]string{"SECRET_KEY=" + config.NewSecret()})
	if err != nil {
		t.Fatal(err)
	}
	ward, err := newWard(storetest.New(t, clock), settings, clock, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sample.Crowd(context.Background(), ward.Store, ward.Vault, clock, people,
		sample.CrowdMonths); err != nil {
		t.Fatal(err)
	}
	var row models.Ward
	if err := ward.Store.Take(&row).Error; err != nil {
		t.Fatal(err)
	}
	backAgain(t, ward, services.SystemActor(row.ID), true)
}

func TestImportAndExportByCommand(t *testing.T) {
	dir := t.TempDir()
	environ := []string{"SECRET_KEY=" + config.NewSecret(), "DATABASE_URL=sqlite:" + filepath.Join(dir, "x.db")}
	command := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if code := Run(context.Background(), args, environ, strings.NewReader(""), &out, &out); code != want {
			t.Fatalf("%v exits with %d: %s", args, code, out.String())
		}
		return out.String()
	}
	path := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"danh sach moi.xlsx", "danh sach loi.xlsx", "anh.xlsx", "ket qua.xlsx",
		"ket qua loi.xlsx"} {
		if err := os.WriteFile(path(name), sentFile(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command(exitOK, "sample", "load")
	command(exitUsage, "import", path("danh sach moi.xlsx")) // two wards: which?
	command(exitUsage, "import", path("no such file.xlsx"))
	bac := []string{"--ward", "bac-hong-linh"}
	if out := command(exitFailed, append([]string{"import", path("anh.xlsx")}, bac...)...); !strings.Contains(out, "ảnh") {
		t.Error(out)
	}
	out := command(exitFailed, "import", path("danh sach loi.xlsx"), "--ward", "bac-hong-linh", "--annotated",
		path("sua.xlsx"))
	if !strings.Contains(out, "error  Sheet1!F2 ") || !strings.Contains(out, "wrong 2") {
		t.Error(out)
	}
	if content, err := os.ReadFile(path("sua.xlsx")); err != nil || !bytes.HasPrefix(content, []byte("PK")) {
		t.Error(err)
	}
	if out := command(exitOK, "import", path("danh sach moi.xlsx"), "--ward", "bac-hong-linh",
		"--dry-run"); !strings.Contains(out, "new 2") || !strings.Contains(out, "nothing was imported") {
		t.Error(out)
	}
	if out := command(exitOK, "import", path("danh sach moi.xlsx"), "--ward", "bac-hong-linh"); !strings.Contains(out,
		"imported (import 1)") {
		t.Error(out)
	}
	if out := command(exitOK, "import", path("danh sach moi.xlsx"), "--ward", "bac-hong-linh"); !strings.Contains(out,
		"unchanged 2") || !strings.Contains(out, "nothing was imported") {
		t.Error(out)
	}
	out = command(exitOK, "export", path("ra.xlsx"), "--ward", "bac-hong-linh", "--organization", "women", "--village",
		"to dan pho 1", "--full")
	if !strings.HasPrefix(out, "4 rows") {
		t.Error(out)
	}
	if out := command(exitOK, "import", path("ra.xlsx"), "--ward", "bac-hong-linh", "--dry-run"); !strings.Contains(out,
		"unchanged 4") {
		t.Error(out)
	}
	command(exitUsage, "export", path("ra.xlsx"), "--ward", "bac-hong-linh", "--village", "Thôn Không Có")

	// The bank's answer: with faults nothing is marked.
	if out := command(exitFailed, "results", path("ket qua loi.xlsx"), "--ward", "bac-hong-linh", "--annotated",
		path("sua ket qua.xlsx")); !strings.Contains(out, "error  Sheet1!B3 ") || !strings.Contains(out, "wrong 3") {
		t.Error(out)
	}
	command(exitUsage, "results", path("ket qua.xlsx"), "--ward", "bac-hong-linh", "--run", "tháng ba")
	command(exitFailed, "results", path("ket qua.xlsx"), "--ward", "bac-hong-linh", "--run", "2001-03", "--dry-run")
	if out := command(exitFailed, "results", path("anh.xlsx"), "--ward", "bac-hong-linh"); !strings.Contains(out, "ảnh") {
		t.Error(out)
	}
	if soffice, err := exec.LookPath("soffice"); err == nil { // where it is installed, it prints the form
		if out, err := exec.Command(soffice, "--headless", "--convert-to", "pdf", "--outdir", dir,
			path("ra.xlsx")).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
}
