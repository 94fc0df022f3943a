package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"github.com/xuri/excelize/v2"

	"canbobot/config"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/ward"
)

type benchImport struct {
	Rows    int    `help:"How many rows the sheet has." default:"100000"`
	JSON    bool   `help:"Print an object a line." name:"json"`
	Profile string `help:"Write a CPU profile of the measured part." placeholder:"FILE"`
}

func (benchImport) Help() string {
	return "Makes a sheet of people who are not in the roster, and reads, mends and validates it from its bytes " +
		"against a ward in a database of its own. " +
		"The floor is the same workbook with its rows only read.\n\nExample: go run ./bench import --rows 100000"
}

func (c benchImport) Run(p *process) error {
	if c.Rows < 1 || c.Rows > 100_000 {
		return usageError{errors.New("--rows must be from 1 to 100000")}
	}
	dir, remove, err := temporaryFolder()
	if err != nil {
		return err
	}
	defer remove()
	settings, err := config.Load([]string{"SECRET_KEY=" + config.NewSecret(), "DATA_DIR=" + dir})
	if err != nil {
		return err
	}
	a, err := openApp(p, settings)
	if err != nil {
		return err
	}
	defer a.Close()
	actor, err := benchUnits(a.Ward, c.Rows)
	if err != nil {
		return err
	}
	content, err := benchSheet(c.Rows)
	if err != nil {
		return err
	}
	debug.FreeOSMemory()
	begun := time.Now()
	if err := readRows(content); err != nil {
		return err
	}
	floor := float64(c.Rows) / time.Since(begun).Seconds()
	stop, err := profile(c.Profile)
	if err != nil {
		return err
	}
	begun = time.Now()
	preview, err := a.Ward.Sheets.Check(p.ctx, actor, content)
	took := time.Since(begun).Seconds()
	stop()
	if err != nil {
		return err
	}
	return printFigures(p.stdout, c.JSON, []figures{{
		Name: "import", Rows: c.Rows, PerSecond: float64(c.Rows) / took, FloorPerSecond: floor, Seconds: took,
		PeakRSS: peakMemory(),
		Lost:    int64(c.Rows - preview.Counts.New), // every row is somebody new
	}})
}

// readRows is all that cannot be saved: unpacking the workbook, row by row.
func readRows(content []byte) error {
	file, err := excelize.OpenReader(bytes.NewReader(content),
		excelize.Options{RawCellValue: true, UnzipXMLSizeLimit: 8 << 20})
	if err != nil {
		return err
	}
	defer file.Close()
	rows, err := file.Rows("Sheet1")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if _, err := rows.Columns(); err != nil {
			return err
		}
	}
	return rows.Error()
}

// benchVillage is how many members of a committee a village of the bench has.
const benchVillage = 20

// benchUnits makes a ward whose villages have room for n people.
func benchUnits(ward *ward.Services, n int) (services.Actor, error) {
	row := models.Ward{Code: "bench", Name: "Bench", Kind: "phường", CreatedAt: ward.Clock.UTC()}
	women := models.Organization{Code: "women", Name: "Hội Liên hiệp Phụ nữ", BranchName: "Chi hội Phụ nữ",
		HeadTitle: "Chi hội trưởng", DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên BCH", DeputiesMax: 1}
	if err := errors.Join(ward.Store.Create(&women).Error, ward.Store.Create(&row).Error); err != nil {
		return services.Actor{}, err
	}
	var villages []models.Village
	for i := range (n + benchVillage - 1) / benchVillage {
		name := fmt.Sprintf("Tổ dân phố %d", i+1)
		villages = append(villages, models.Village{WardID: row.ID, Name: name, Folded: models.Fold(name), SortOrder: i,
			CreatedAt: row.CreatedAt})
	}
	if err := ward.Store.CreateInBatches(&villages, 40).Error; err != nil {
		return services.Actor{}, err
	}
	branches := make([]models.Branch, len(villages))
	for i, village := range villages {
		branches[i] = models.Branch{WardID: row.ID, VillageID: village.ID, OrganizationCode: "women",
			Name: "Chi hội Phụ nữ " + village.Name, CreatedAt: row.CreatedAt}
	}
	return services.SystemActor(row.ID), ward.Store.CreateInBatches(&branches, 40).Error
}

// benchSheet is a sheet as a clerk makes it, with some numbers mangled.
func benchSheet(n int) ([]byte, error) {
	file := excelize.NewFile()
	defer file.Close()
	out, err := file.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, err
	}
	if err := out.SetRow("A1", []any{"STT", "Họ và tên", "Ngày sinh", "Chức danh", "Chi hội", "Thôn/TDP", "Số điện thoại",
		"CCCD", "Số tài khoản", "Ngân hàng", "Từ ngày", "Số quyết định", "Ngày quyết định", "Ghi chú"}); err != nil {
		return nil, err
	}
	given := []string{"Hoa", "Lan", "Mai", "Hương", "Thảo", "Nga", "Bình", "Yến", "Loan", "Quỳnh"}
	family := []string{"Nguyễn Thị", "Trần Thị", "Lê Thị", "Phan Thị", "Võ Thị", "Hồ Thị", "Đặng Thị"}
	titles := []string{"Chi hội trưởng", "Chi hội phó", "Uỷ viên BCH"}
	for i := range n {
		var phone any = fmt.Sprintf("0%d", 900000000+i)
		if i%10 == 0 {
			phone = 900000000 + i // its zero is lost
		}
		row := []any{
			i + 1, family[i%7] + " " + given[i%10], fmt.Sprintf("%02d/%02d/%d", 1+i%28, 1+i%12, 1950+i%50),
			titles[min(i%benchVillage, 2)], "Chi hội Phụ nữ",
			fmt.Sprintf("TDP %d", i/benchVillage+1), phone, fmt.Sprintf("0421%02d%06d", 50+i%50, i), fmt.Sprintf("3712%09d", i),
			"Agribank",
			45323, fmt.Sprintf("%d/QĐ", 1+i%90), "01/02/2024", "",
		}
		if err := out.SetRow(fmt.Sprintf("A%d", i+2), row); err != nil {
			return nil, err
		}
	}
	if err := out.Flush(); err != nil {
		return nil, err
	}
	var buffer bytes.Buffer
	if err := file.Write(&buffer); err != nil {
		return nil, err
	}
	return io.ReadAll(&buffer)
}
