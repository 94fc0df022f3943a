package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

type benchFind struct {
	People int  `help:"How many people the ward has." default:"600000"`
	Rounds int  `help:"How often each query is asked." default:"20"`
	JSON   bool `help:"Print an object a line." name:"json"`
}

func (benchFind) Help() string {
	return "Fills a ward in a schema of its own and looks people up by parts of names, by phone and by unit, beside " +
		"reading one person by id. " +
		"The schema is dropped afterwards.\n\nExample: DATABASE_URL=postgres://... go run ./bench find --people 600000"
}

// benchQueries are what staff type, by what they search.
var benchQueries = []struct{ name, query string }{
	{"full name", "Nguyễn Thị Hoa"}, {"given name", "hoà"}, {"part", "uon"}, {"two letters", "an"},
	{"name and unit", "hoa to 5"},
	{"name and organization", "lan phụ nữ"}, {"unit alone", "tdp 17"}, {"phone", "0912345678"},
	{"phone begins", "0912345"}, {"phone ends", "2345"}, {"nobody", "xyzzy quux"},
}

func (c benchFind) Run(p *process) error {
	if c.People < 1000 || c.People > 2_000_000 || c.Rounds < 1 {
		return usageError{errors.New("--people must be from 1000 to 2000000, --rounds at least 1")}
	}
	place := &inboundBench{} // for its database
	defer func() {
		for _, shut := range slices.Backward(place.closers) {
			shut()
		}
	}()
	settings, err := place.configure(p)
	if err != nil {
		return err
	}
	a, err := openApp(p, settings)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := fillForFind(a.Ward.Store, c.People, p.clock.UTC()); err != nil {
		return err
	}
	actor := services.Actor{Role: services.Clerk, Ward: 1, Staff: 1}
	begun := time.Now()
	for range c.Rounds * 10 {
		if _, err := a.Ward.Roster.Person(p.ctx, actor, int64(c.People/2)); err != nil {
			return err
		}
	}
	floor := float64(c.Rounds*10) / time.Since(begun).Seconds()
	var all []figures
	for _, one := range benchQueries {
		took := make([]time.Duration, c.Rounds)
		total := time.Now()
		for i := range took {
			begun := time.Now()
			if _, err := a.Ward.Roster.Find(p.ctx, actor, one.query, 0); err != nil {
				return err
			}
			took[i] = time.Since(begun)
		}
		seconds := time.Since(total).Seconds()
		row := figures{Name: one.name, Clients: 1, Rows: c.People, PerSecond: float64(c.Rounds) / seconds,
			FloorPerSecond: floor, Seconds: seconds}
		row.P50, row.P95, row.P99 = quantiles(took)
		all = append(all, row)
	}
	return printFigures(p.stdout, c.JSON, all)
}

// fillForFind makes one ward of n people in 300 villages of seven branches, by
// one statement a table.
func fillForFind(store *models.Store, n int, now time.Time) error {
	series := "generate_series(1, ?) AS i"
	if store.Dialect == models.SQLite {
		series = "(WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ?) SELECT i FROM s) AS g"
	}
	codes := []string{"youth", "women", "farmers", "veterans", "elderly", "red_cross", "front"}
	names := []string{"Đoàn Thanh niên", "Hội Liên hiệp Phụ nữ", "Hội Nông dân", "Hội Cựu chiến binh",
		"Hội Người cao tuổi", "Hội Chữ thập đỏ", "Mặt trận Tổ quốc"}
	organizations := make([]models.Organization, len(codes))
	for i, code := range codes {
		organizations[i] = models.Organization{Code: code, Name: names[i], BranchName: names[i], HeadTitle: "x",
			DeputyTitle: "x", MemberTitle: "x", DeputiesMax: 1}
	}
	const villages = 300
	return store.Transaction(func(tx *gorm.DB) error {
		return errors.Join(
			tx.Create(&models.Ward{ID: 1, Code: "bench", Name: "Bench", Kind: "phường", CreatedAt: now}).Error,
			tx.Create(&organizations).Error,
			tx.Exec("INSERT INTO villages (id, ward_id, name, folded, created_at) SELECT i, 1, 'Tổ dân phố ' || i, 'to dan "+
				"pho ' || i, ? FROM "+series, now, villages).Error,
			tx.Exec(`INSERT INTO branches (id, ward_id, village_id, organization_code, name, created_at)
				SELECT v.id * 7 + o.n, 1, v.id, o.code, 'Chi hội', ? FROM villages v
				CROSS JOIN (SELECT code, ROW_NUMBER() OVER (ORDER BY code) - 1 AS n FROM organizations) o`, now).Error,
			people(tx, n, now),
			tx.Exec(fmt.Sprintf("INSERT INTO terms (ward_id, branch_id, person_id, role, title, from_date, created_at) "+
				"SELECT 1, 7 + i %% %d, i, 'member', 'x', '2024-01-01', ? FROM ", villages*7)+series, now, n).Error,
			tx.Exec("ANALYZE").Error,
		)
	})
}

var (
	families = strings.Fields("nguyen nguyen nguyen tran le pham hoang phan vo dang ho")
	middles  = strings.Fields("thi thi thi van van duc minh thanh ngoc quang huu xuan thu")
	givens   = strings.Fields("hoa lan mai huong thao nga binh yen loan quynh an hai son tuan dung cuong " +
		"phuong linh trang hung")
)

// people fills the ward, a number of its own to each, sealed as by the product.
func people(tx *gorm.DB, n int, now time.Time) error {
	const batch = 2000
	for from := 1; from <= n; from += batch {
		rows := make([]models.Person, 0, batch)
		for i := from; i < from+batch && i <= n; i++ {
			name := families[i%len(families)] + " " + middles[i/11%len(middles)] + " " + givens[i/143%len(givens)]
			rows = append(rows, models.Person{ID: int64(i), WardID: 1, Name: name, Folded: name,
				Phone: fmt.Sprint("+84", 900_000_000+i*37), Version: 1, CreatedAt: now, UpdatedAt: now})
		}
		if err := tx.CreateInBatches(rows, 500).Error; err != nil {
			return err
		}
	}
	return nil
}
