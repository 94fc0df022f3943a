package app

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/list"
	"canbobot/services/paper"
)

// Papers are looked at as people look at them: drawn by poppler and LibreOffice.
// PICTURES_DIR names a folder to keep what was drawn.

// everyLetter is in a name of the list, small and great, composed and not.
const everyLetter = "Aàáảãạ Ăằắẳẵặ Âầấẩẫậ Đđ Eèéẻẽẹ Êềếểễệ Iìíỉĩị Oòóỏõọ Ôồốổỗộ Ơờớởỡợ Uùúủũụ Ưừứửữự Yỳýỷỹỵ"

// drawing is the sample with March settled, one transfer failed, and a budget.
type drawing struct {
	*house
	words   paper.Words
	clerk   services.Actor
	officer services.Actor
	list    int64 // March
	dir     string
}

func newDrawing(t *testing.T) *drawing {
	t.Helper()
	d := &drawing{house: openHouse(t)}
	d.words = paper.Words{Say: d.house.words(), Spell: texts.InWords}
	d.clerk = services.SystemActor(d.character(t, "can-bo-1").Ward)
	var account models.Account
	if err := d.ward.Store.Where("channel = 'web' AND external_id = ?",
		"truong-nong-dan").Take(&account).Error; err != nil {
		t.Fatal(err)
	}
	d.officer = services.Actor{Role: services.Officer, Ward: account.WardID, Person: *account.PersonID}
	// One of the list has a name with every letter.
	runs, err := d.ward.List.Runs(t.Context(), d.clerk)
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range runs {
		if run.Month == models.NewMonth(2026, 3) {
			d.list = run.ID
		}
	}
	view, err := d.ward.List.Run(t.Context(), d.clerk, d.list)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range view.Lines {
		state := models.LinePaid
		if i%30 == 3 && line.PersonID != d.officer.Person {
			state = models.LineFailed
		}
		if err := d.ward.List.SettleLine(t.Context(), d.clerk, line.ID, state, "sai số tài khoản",
			models.NewDate(2026, 4, 5)); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.ward.Store.Model(&models.PaymentLine{}).Where("id = ?", view.Lines[0].ID).Update("name",
		norm.NFD.String(everyLetter)).Error; err != nil {
		t.Fatal(err)
	}
	signed, err := list.Hash(d.ward.Store.DB, view.Run) // as if it had been called so when it was signed
	if err != nil {
		t.Fatal(err)
	}
	if err := d.ward.Store.Model(&view.Run).Update("content_hash", models.Hash(signed)).Error; err != nil {
		t.Fatal(err)
	}
	if err := d.ward.Store.Transaction(func(tx *gorm.DB) error {
		return d.ward.Audit.Record(tx, services.SystemActor(view.Run.WardID), "run.approved",
			fmt.Sprintf("run:%d", view.Run.ID), journal.Detail{"hash": fmt.Sprintf("%x", signed)})
	}); err != nil {
		t.Fatal(err)
	}
	for source, amount := range map[string]int64{"town": 420_000_000} {
		if err := d.ward.Year.SetBudget(t.Context(), d.clerk, source, 2026, amount); err != nil {
			t.Fatal(err)
		}
	}
	d.dir = cmp.Or(os.Getenv("PICTURES_DIR"), t.TempDir())
	return d
}

// keep writes a paper where other programs can read it.
func (d *drawing) keep(t *testing.T, paper paper.Paper, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(d.dir, paper.Name)
	if err := os.WriteFile(path, paper.Content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// tool reports whether a program is there to look with. PAPERS_TEST=1 and CI
// insist on it.
func tool(t *testing.T, name string) bool {
	t.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return true
	}
	if os.Getenv("CI") == "true" || os.Getenv("PAPERS_TEST") == "1" {
		t.Fatalf("%s is not on PATH", name)
	}
	t.Logf("not run: %s is not on PATH (PAPERS_TEST=1 makes this a failure)", name)
	return false
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Env = append(os.Environ(), "LC_ALL=C.UTF-8") // names of files have Vietnamese letters, wherever this runs
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// ink is which part of a picture is not white.
func ink(t *testing.T, picture image.Image) float64 {
	t.Helper()
	bounds, dark := picture.Bounds(), 0
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if r, g, b, _ := picture.At(x, y).RGBA(); r+g+b < 3*0xc000 {
				dark++
			}
		}
	}
	return float64(dark) / float64(bounds.Dx()*bounds.Dy())
}

func TestPDFsAsPopplerDrawsThem(t *testing.T) {
	if !tool(t, "pdftoppm") {
		return
	}
	d := newDrawing(t)
	list, err := d.ward.Papers.List(t.Context(), d.clerk, d.list, paper.PDF, d.words)
	listPath := d.keep(t, list, err)
	statement, err := d.ward.Papers.Statement(t.Context(), d.officer, 2026, paper.PDF, d.words)
	statementPath := d.keep(t, statement, err)
	for path, wanted := range map[string][]string{
		listPath: append(strings.Fields(everyLetter),
			"DANH SÁCH CHI TRẢ HỖ TRỢ THÁNG 03/2026", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
			"Bằng chữ: Ba mươi ba triệu tám trăm nghìn đồng.", "THỦ TRƯỞNG ĐƠN VỊ", "33.800.000"),
		statementPath: {"BẢN KÊ PHỤ CẤP NĂM 2026", "Trả bù tháng 2/2026", "Đã chuyển trong năm", "400.000",
			"Bằng chữ: Bốn trăm nghìn đồng.", "đã chuyển 05/04"},
	} {
		said := output(t, "pdftotext", "-layout", path, "-")
		if !norm.NFC.IsNormalString(said) {
			t.Errorf("%s: letters and marks come apart", path)
		}
		for _, text := range wanted {
			if !strings.Contains(said, text) {
				t.Errorf("%s does not say %q", filepath.Base(path), text)
			}
		}
		for _, line := range strings.Split(strings.TrimSpace(output(t, "pdffonts", path)), "\n")[2:] {
			if !embedded.MatchString(line) {
				t.Errorf("typeface is not in the file, or says no letters: %s", line)
			}
		}
		pages := strings.TrimSuffix(path, ".pdf")
		output(t, "pdftoppm", "-png", "-r", "80", path, pages)
		drawn, err := filepath.Glob(pages + "-*.png")
		if err != nil || len(drawn) == 0 {
			t.Fatalf("no page of %s: %v", path, err)
		}
		for _, page := range drawn {
			content, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			picture, err := png.Decode(bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			if dark := ink(t, picture); dark < 0.005 || dark > 0.3 {
				t.Errorf("%s: %.1f%% is ink", filepath.Base(page), 100*dark)
			}
		}
	}
}

func TestPicturesOfTheYear(t *testing.T) {
	d := newDrawing(t)
	own, err := d.ward.Papers.Statement(t.Context(), d.officer, 2026, paper.PNG, d.words)
	d.keep(t, own, err)
	ward, err := d.ward.Papers.Year(t.Context(), d.clerk, 2026, paper.PNG, d.words)
	d.keep(t, ward, err)
	for _, paper := range []paper.Paper{own, ward} {
		picture, err := png.Decode(bytes.NewReader(paper.Content))
		if err != nil {
			t.Fatal(err)
		}
		if width := picture.Bounds().Dx(); width != 1080 || len(paper.Content) > 200<<10 {
			t.Errorf("%s is %d wide, %d bytes", paper.Name, width, len(paper.Content))
		}
		if dark := ink(t, picture); dark < 0.01 || dark > 0.5 {
			t.Errorf("%s: %.1f%% is ink", paper.Name, 100*dark)
		}
	}
	again, err := d.ward.Papers.Year(t.Context(), d.clerk, 2026, paper.PNG, d.words)
	if err != nil || !bytes.Equal(again.Content, ward.Content) {
		t.Errorf("the same year is another picture: %v", err)
	}
}

// embedded is a line of pdffonts: in the file, whole or not, letters known.
var embedded = regexp.MustCompile(` yes (yes|no) +yes `)

var csvNumber = regexp.MustCompile(`-[^-]*\.csv$`)

// LibreOffice reads every sheet, cell for cell, as it was written.
func TestSheetsAsLibreOfficeReadsThem(t *testing.T) {
	if !tool(t, "soffice") {
		return
	}
	d := newDrawing(t)
	list, err := d.ward.Papers.List(t.Context(), d.clerk, d.list, paper.XLSX, d.words)
	d.keep(t, list, err)
	transfer, err := d.ward.Papers.Transfer(t.Context(), d.clerk, d.list, "", d.words)
	d.keep(t, transfer, err)
	cash, err := d.ward.Papers.Cash(t.Context(), d.clerk, d.list, "", d.words)
	d.keep(t, cash, err)
	treasury, err := d.ward.Papers.Treasury(t.Context(), d.clerk, d.list, "", d.words)
	d.keep(t, treasury, err)
	booking, err := d.ward.Papers.Booking(t.Context(), d.clerk, d.list, d.words)
	d.keep(t, booking, err)
	year, err := d.ward.Papers.Year(t.Context(), d.clerk, 2026, paper.XLSX, d.words)
	d.keep(t, year, err)
	for i, paper := range []paper.Paper{list, transfer, cash, treasury, booking, year} {
		out := filepath.Join(t.TempDir(), fmt.Sprint(i))
		// All sheets (the last -1), in UTF-8, cells as they are shown.
		output(t, "soffice", "-env:UserInstallation=file://"+filepath.Join(d.dir, "office"), "--headless",
			"--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1", "--outdir", out,
			filepath.Join(d.dir, paper.Name))
		read, err := filepath.Glob(filepath.Join(out, "*.csv"))
		if err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		for _, path := range read {
			if !csvNumber.MatchString(path) {
				t.Errorf("%s is no sheet", path)
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			said.Write(content)
		}
		book, err := excelize.OpenReader(bytes.NewReader(paper.Content))
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		if len(read) != len(book.GetSheetList()) {
			t.Errorf("%s: %d sheets of %d are read", paper.Name, len(read), len(book.GetSheetList()))
		}
		for _, sheet := range book.GetSheetList() {
			rows, err := book.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				for _, cell := range row {
					if !strings.Contains(said.String(), strings.ReplaceAll(cell, `"`, `""`)) {
						t.Errorf("%s, %s: %q is not read", paper.Name, sheet, cell)
					}
				}
			}
		}
	}
}
