package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/ward"
)

type benchPayment struct {
	People  int    `help:"How many people are paid." default:"20000"`
	Ward    int    `help:"How many people a ward has." default:"1000"`
	History int    `help:"How many months were paid before." default:"3"`
	Clerks  int    `help:"How many wards prepare at once." default:"2"`
	JSON    bool   `help:"Print an object a line." name:"json"`
	Profile string `help:"Write a CPU profile of the measured part." placeholder:"FILE"`
}

func (benchPayment) Help() string {
	return "Fills wards in a schema of its own and prepares the month's list of every ward as a clerk does, then " +
		"submits each. Every twentieth officer was entered late and has arrears. " +
		"The floor is an INSERT..SELECT of an earlier month's rows into the same tables. The schema is dropped " +
		"afterwards.\n\n" +
		"Example: DATABASE_URL=postgres://... go run ./bench payment --people 600000"
}

// paymentBench is wards with a history of payments, and what they owe.
type paymentBench struct {
	benchPayment
	store *models.Store
	ward  *ward.Services
	month models.Month // to be prepared
	wards int
}

const (
	benchPost    = 8  // posts of a village: head and deputy of four branches
	benchLate    = 20 // every so manieth officer was entered late
	benchHead    = 200_000
	benchDeputy  = 150_000
	benchMinimum = 1000
)

// benchRate is what a term t is paid.
var benchRate = fmt.Sprintf("(CASE t.role WHEN 'head' THEN %d ELSE %d END)", benchHead, benchDeputy)

func (c benchPayment) Run(p *process) error {
	if c.People < benchMinimum || c.People > 2_000_000 || c.Ward < 1 || c.History < 2 || c.History > 12 || c.Clerks < 1 {
		return usageError{errors.New("--people must be from 1000 to 2000000, --history from 2 to 12, --ward and --clerks " +
			"at least 1")}
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
	b := &paymentBench{
		benchPayment: c, store: a.Ward.Store, ward: a.Ward, wards: (c.People + c.Ward - 1) / c.Ward,
		month: models.DateOf(p.clock.Local()).MonthOf(),
	}
	floor, err := b.fill(p.clock.UTC())
	if err != nil {
		return err
	}
	debug.FreeOSMemory()
	stop, err := profile(c.Profile)
	if err != nil {
		return err
	}
	defer stop()
	var all []figures
	for _, part := range []struct {
		name string
		do   func(context.Context, services.Actor) error
	}{{"prepare", b.prepare}, {"prepare again", b.prepare}, {"submit", b.submit}} {
		begun := time.Now()
		if err := b.everyWard(p.ctx, part.do); err != nil {
			return err
		}
		one := figures{Name: part.name, Clients: c.Clerks, People: c.People, Seconds: time.Since(begun).Seconds()}
		if one.Rows, one.Lost, err = b.check(); err != nil {
			return err
		}
		one.PerSecond, one.FloorPerSecond, one.PeakRSS = float64(one.Rows)/one.Seconds, floor, peakMemory()
		all = append(all, one)
	}
	return printFigures(p.stdout, c.JSON, all)
}

// everyWard does the ward's part for all wards, so many at once.
func (b *paymentBench) everyWard(ctx context.Context, do func(context.Context, services.Actor) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	wards := make(chan int64)
	var group sync.WaitGroup
	for range b.Clerks {
		group.Go(func() {
			for ward := range wards {
				if err := do(ctx, services.SystemActor(ward)); err != nil {
					cancel(fmt.Errorf("ward %d: %w", ward, err))
				}
			}
		})
	}
	for ward := int64(1); ward <= int64(b.wards) && ctx.Err() == nil; ward++ {
		wards <- ward
	}
	close(wards)
	group.Wait()
	return context.Cause(ctx)
}

func (b *paymentBench) prepare(ctx context.Context, actor services.Actor) error {
	_, err := b.ward.List.Prepare(ctx, actor, b.month)
	return err
}

func (b *paymentBench) submit(ctx context.Context, actor services.Actor) error {
	var run models.PaymentRun
	if err := b.store.WithContext(ctx).Where("ward_id = ? AND month = ?", actor.Ward,
		b.month).Take(&run).Error; err != nil {
		return err
	}
	_, err := b.ward.List.SubmitRun(ctx, actor, run.ID, run.Version)
	return err
}

// check counts the rows of the month, and who is not owed there what is due.
func (b *paymentBench) check() (rows int, wrong int64, err error) {
	var lines, components int64
	due := fmt.Sprintf("%s * CASE WHEN t.id %% %d = 0 THEN %d ELSE 1 END", benchRate, benchLate, b.History+1)
	err = errors.Join(
		b.store.Model(&models.PaymentLine{}).Where("month = ? AND run_id IN (SELECT id FROM payment_runs WHERE month = ?)",
			b.month, b.month).Count(&lines).Error,
		b.store.Model(&models.PaymentComponent{}).Where("run_id IN (SELECT id FROM payment_runs WHERE month = ?)",
			b.month).Count(&components).Error,
		b.store.Raw(`SELECT count(*) FROM terms t LEFT JOIN payment_lines l ON l.person_id = t.person_id AND l.month = ? `+
			`WHERE l.id IS NULL OR l.amount <> `+due, b.month).Scan(&wrong).Error,
	)
	return int(lines + components), wrong, err
}

// fill makes wards, people and posts, a policy, and the months paid before. The
// rows of the last of these are copied: rows a second of that are the floor.
func (b *paymentBench) fill(now time.Time) (floor float64, err error) {
	organizations := []models.Organization{
		{Code: "youth", Name: "Đoàn Thanh niên", BranchName: "Chi đoàn", HeadTitle: "Bí thư", DeputyTitle: "Phó bí thư",
			MemberTitle: "Uỷ viên", DeputiesMax: 1, SortOrder: 1},
		{Code: "women", Name: "Hội Liên hiệp Phụ nữ", BranchName: "Chi hội Phụ nữ", HeadTitle: "Chi hội trưởng",
			DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 1, SortOrder: 2},
		{Code: "farmers", Name: "Hội Nông dân", BranchName: "Chi hội Nông dân", HeadTitle: "Chi hội trưởng",
			DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 1, SortOrder: 3},
		{Code: "veterans", Name: "Hội Cựu chiến binh", BranchName: "Chi hội Cựu chiến binh", HeadTitle: "Chi hội trưởng",
			DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 1, SortOrder: 4},
	}
	first := b.month - models.Month(b.History)
	begun := first.First()
	err = b.store.Transaction(func(tx *gorm.DB) error {
		// Villages are so many to a ward that its people fill their posts.
		villages := (b.People + benchPost - 1) / benchPost
		perWard := (villages + b.wards - 1) / b.wards
		steps := []struct {
			sql  string
			args []any
		}{
			{"INSERT INTO wards (id, code, name, kind, created_at) SELECT i, 'bench-' || i, 'Bench ' || i, 'phường', ? FROM " +
				b.series(), []any{now, b.wards}},
			{"INSERT INTO villages (id, ward_id, name, folded, created_at) SELECT i, 1 + (i - 1) / ?, 'Tổ dân phố ' || i, " +
				"'to dan pho ' || i, ? FROM " + b.series(), []any{perWard, now, villages}},
			{`INSERT INTO branches (id, ward_id, village_id, organization_code, name, created_at)
				SELECT (v.id - 1) * 4 + o.sort_order, v.ward_id, v.id, o.code, o.branch_name || ' ' || v.name, ?
				FROM villages v CROSS JOIN organizations o`, []any{now}},
			{`INSERT INTO people (id, ward_id, name, folded, bank_name, bank_tail, created_at, updated_at)
				SELECT i, b.ward_id, 'Nguyễn Thị Hoà ' || i, 'nguyen thi hoa ' || i, 'Agribank', '6789', ?, ?
				FROM ` + b.series() + ` JOIN branches b ON b.id = 1 + (i - 1) / 2`, []any{now, now, b.People}},
			{`INSERT INTO terms (id, ward_id, branch_id, person_id, role, slot, title, from_date, created_at)
				SELECT i, b.ward_id, b.id, i, CASE i % 2 WHEN 1 THEN 'head' ELSE 'deputy' END, 1,
					CASE i % 2 WHEN 1 THEN 'Chi hội trưởng' ELSE 'Chi hội phó' END, ?, ?
				FROM ` + b.series() + ` JOIN branches b ON b.id = 1 + (i - 1) / 2`, []any{begun, now, b.People}},
			{`INSERT INTO policies (id, ward_id, code, name, source, legal_basis, from_date, accrual, stacking, created_at,
					state)
				SELECT id, id, 'town', 'Hỗ trợ của phường', 'town', 'Kết luận 01-KL/TU', ?, 'full_if_on_day', 'all', ?,
					'in_force' FROM wards`, []any{begun, now}},
			{"INSERT INTO policy_rules (policy_id, role, amount) SELECT id, 'head', ? FROM policies", []any{benchHead}},
			{"INSERT INTO policy_rules (policy_id, role, amount) SELECT id, 'deputy', ? FROM policies", []any{benchDeputy}},
			{`INSERT INTO payment_runs (id, ward_id, month, state, content_hash, submitted_at, approved_at, exported_at,
					closed_at, created_at, updated_at)
				SELECT id, id, ?, 'closed', 'x', ?, ?, ?, ?, ?, ? FROM wards`, []any{first, now, now, now, now, now, now}},
			{`INSERT INTO payment_lines (id, ward_id, run_id, person_id, month, amount, state, paid_on, name, title, unit,
					bank_name, bank_tail)
				SELECT t.id, t.ward_id, t.ward_id, t.person_id, ?, ` + benchRate + `, 'paid', ?, p.name, t.title, b.name,
					p.bank_name, p.bank_tail
				FROM terms t JOIN people p ON p.id = t.person_id JOIN branches b ON b.id = t.branch_id WHERE t.id % ? <> 0`,
				[]any{first, begun, benchLate}},
			{`INSERT INTO payment_components (id, ward_id, line_id, run_id, person_id, month, policy_id, term_id, branch_id,
					role, amount, rate, basis, why, days)
				SELECT l.id, l.ward_id, l.id, l.run_id, l.person_id, l.month, l.ward_id, t.id, t.branch_id, t.role, l.amount,
					l.amount, 'Kết luận 01-KL/TU', 'full', 30
				FROM payment_lines l JOIN terms t ON t.id = l.person_id`, nil},
		}
		if err := tx.Create(&organizations).Error; err != nil {
			return err
		}
		for _, step := range steps {
			if err := tx.Exec(step.sql, step.args...).Error; err != nil {
				return fmt.Errorf("bench: %.40s: %w", step.sql, err)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if err := b.store.Exec("ANALYZE").Error; err != nil {
		return 0, err
	}
	for i := 1; i < b.History; i++ {
		if floor, err = b.copyMonth(first, i); err != nil {
			return 0, err
		}
	}
	return floor, b.restart()
}

// copyMonth writes the rows of the first month again as those of the nth after
// it: as raw as rows can come into these tables, with their indexes and keys.
func (b *paymentBench) copyMonth(first models.Month, n int) (perSecond float64, err error) {
	month, runs, rows := first+models.Month(n), n*b.wards, n*b.People
	err = b.store.Exec(`INSERT INTO payment_runs (id, ward_id, month, state, content_hash, submitted_at, approved_at,
			exported_at, closed_at, created_at, updated_at)
		SELECT id + ?, ward_id, ?, state, content_hash, submitted_at, approved_at, exported_at, closed_at, created_at,
			updated_at FROM payment_runs WHERE month = ?`, runs, month, first).Error
	if err != nil {
		return 0, err
	}
	var written int64
	begun := time.Now()
	err = b.store.Transaction(func(tx *gorm.DB) error {
		lines := tx.Exec(`INSERT INTO payment_lines (id, ward_id, run_id, person_id, month, amount, state, paid_on, name,
				title, unit, bank_name, bank_tail)
			SELECT id + ?, ward_id, run_id + ?, person_id, ?, amount, state, paid_on, name, title, unit, bank_name,
				bank_tail FROM payment_lines WHERE month = ?`, rows, runs, month, first)
		components := tx.Exec(`INSERT INTO payment_components (id, ward_id, line_id, run_id, person_id, month, policy_id,
				term_id, branch_id, role, amount, rate, basis, why, days)
			SELECT id + ?, ward_id, line_id + ?, run_id + ?, person_id, ?, policy_id, term_id, branch_id, role, amount,
				rate, basis, why, days FROM payment_components WHERE month = ?`, rows, rows, runs, month, first)
		written = lines.RowsAffected + components.RowsAffected
		return errors.Join(lines.Error, components.Error)
	})
	return float64(written) / time.Since(begun).Seconds(), err
}

// restart lets new rows be numbered after those that were given numbers.
func (b *paymentBench) restart() error {
	if b.store.Dialect != models.PostgreSQL {
		return b.store.Exec("ANALYZE").Error
	}
	var failed error
	for _, table := range []string{"payment_runs", "payment_lines", "payment_components"} {
		failed = errors.Join(failed, b.store.Exec(
			fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%[1]s', 'id'), (SELECT max(id) FROM %[1]s))", table)).Error)
	}
	return errors.Join(failed, b.store.Exec("ANALYZE").Error)
}

// series is the numbers from 1 to a bound parameter, as a table with column i.
func (b *paymentBench) series() string {
	if b.store.Dialect == models.SQLite {
		return "(WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ?) SELECT i FROM s) AS g"
	}
	return "generate_series(1, ?) AS i"
}
