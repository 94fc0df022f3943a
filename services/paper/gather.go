package paper

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/vn"
)

// gathered is a frozen list with all that its papers name.
type gathered struct {
	run      models.PaymentRun
	ward     models.Ward
	prepared string // who signed it; "" for none
	approved string
	sources  []string
	rows     []row                // of the lines that are paid, a post a row, in the order of the paper
	lines    []models.PaymentLine // that are paid, in the order of their first rows
	villages map[int64]string     // of a line: the village that it is paid in
	carried  []models.PaymentLine // not paid
	shares   map[int64][]share    // what each source pays of a line, by its id
	code     string               // tells this content of the list from another
}

// row is one post of one person: what it is paid in all, piece by piece.
type row struct {
	line         int64
	name         string
	title, unit  string
	village      string
	organization string
	account      string // masked; "" for cash
	repeats      bool   // makes good a transfer that failed
	order        []int64
	key          string
	pieces       []piece
}

type piece struct {
	source string
	month  models.Month
	amount int64
	rate   int64
	held   int64 // back
}

// share is what one source pays of a line.
type share struct {
	source string
	amount int64
}

// component is a stored component with where it belongs.
type component struct {
	LineID       int64
	Month        models.Month
	Amount       int64
	Rate         int64
	Deducted     int64
	Role         models.TermRole
	BranchID     int64
	BranchName   string
	Title        string
	Source       string
	VillageID    int64
	Village      string
	VillageOrder int64
	Organization string
	OrgOrder     int64
}

// gather reads a list and proves that it adds up; one that pays must be approved.
func (s *Service) gather(ctx context.Context, actor services.Actor, id int64, pays bool) (*gathered, error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return nil, err
	}
	db := s.store.WithContext(ctx)
	g := &gathered{villages: map[int64]string{}, shares: map[int64][]share{}}
	var err error
	if g.run, err = s.list.Current(ctx, actor, id); err != nil {
		return nil, err
	}
	if pays && g.draft() {
		return nil, services.Conflict("run_not_approved").With("state", string(g.run.State))
	}
	if !g.draft() {
		if err := (list.Proof{Service: s.list}).Verify(ctx, actor, g.run.ID); err != nil {
			return nil, err
		}
	}
	if g.code, err = s.list.Code(db, g.run); err != nil {
		return nil, err
	}
	if err := db.Take(&g.ward, g.run.WardID).Error; err != nil {
		return nil, fmt.Errorf("ward: %w", err)
	}
	for id, name := range map[*int64]*string{g.run.PreparedByStaffID: &g.prepared, g.run.ApprovedByStaffID: &g.approved} {
		if id == nil {
			continue
		}
		if err := db.Model(&models.Staff{}).Where("id = ?", *id).Select("name").Scan(name).Error; err != nil {
			return nil, fmt.Errorf("staff: %w", err)
		}
	}
	var lines []models.PaymentLine
	if err := db.Where("run_id = ?", g.run.ID).Order("person_id").Find(&lines).Error; err != nil {
		return nil, fmt.Errorf("lines: %w", err)
	}
	var components []component
	err = db.Raw(`
SELECT c.line_id, c.month, c.amount, c.rate, c.deducted, c.role, c.branch_id, b.name AS branch_name, COALESCE(t.title,
	'') AS title, p.source,
	b.village_id, v.name AS village, v.sort_order AS village_order, o.name AS organization, o.sort_order AS org_order
FROM payment_components c
JOIN policies p ON p.id = c.policy_id
JOIN branches b ON b.id = c.branch_id
JOIN villages v ON v.id = b.village_id
JOIN organizations o ON o.code = b.organization_code
LEFT JOIN terms t ON t.id = c.term_id
WHERE c.run_id = ? ORDER BY c.id`, g.run.ID).Scan(&components).Error
	if err != nil {
		return nil, fmt.Errorf("components: %w", err)
	}
	return g, g.arrange(lines, components)
}

// arrange makes the rows. Lines that do not add up to their components, or not
// to the list, are conflict/run_changed: a paper is never wrong by a đồng.
func (g *gathered) arrange(lines []models.PaymentLine, components []component) error {
	of := make(map[int64][]component, len(lines))
	for _, c := range components {
		of[c.LineID] = append(of[c.LineID], c)
		if !slices.Contains(g.sources, c.Source) {
			g.sources = append(g.sources, c.Source)
		}
	}
	slices.Sort(g.sources)
	total, people := int64(0), 0
	paid := map[int64]models.PaymentLine{}
	for _, line := range lines {
		if line.Amount <= 0 {
			g.carried = append(g.carried, line)
			continue
		}
		rows, sum := rowsOf(line, of[line.ID])
		if sum != line.Amount {
			return services.Conflict("run_changed").Because(fmt.Errorf("line %d: components are %d, the line is %d", line.ID,
				sum, line.Amount))
		}
		total, people = total+line.Amount, people+1
		g.rows = append(g.rows, rows...)
		g.shares[line.ID] = sharesOf(of[line.ID])
		paid[line.ID] = line
	}
	if total != g.run.Total || people != g.run.People {
		return services.Conflict("run_changed").Because(fmt.Errorf("run %d: lines are %d of %d, the run is %d of %d",
			g.run.ID, total, people, g.run.Total, g.run.People))
	}
	slices.SortStableFunc(g.rows, func(a, b row) int {
		return cmp.Or(slices.Compare(a.order, b.order), cmp.Compare(a.key, b.key), cmp.Compare(a.line, b.line))
	})
	for _, r := range g.rows {
		if line, first := paid[r.line]; first {
			g.lines, g.villages[r.line] = append(g.lines, line), r.village
			delete(paid, r.line)
		}
	}
	return nil
}

var ranks = []models.TermRole{models.Head, models.Deputy, models.Member, models.CellMember}

// rowsOf parts a line by post.
func rowsOf(line models.PaymentLine, components []component) (rows []row, sum int64) {
	type post struct {
		branch int64
		role   models.TermRole
	}
	at := map[post]int{}
	for _, c := range components {
		key := post{c.BranchID, c.Role}
		i, known := at[key]
		if !known {
			i = len(rows)
			at[key] = i
			rows = append(rows, row{
				line: line.ID, name: line.Name, title: c.Title, unit: c.BranchName, village: c.Village,
				organization: c.Organization,
				account:      accountOf(line), repeats: line.FollowsID != nil,
				order: []int64{c.VillageOrder, c.VillageID, c.OrgOrder, c.BranchID, int64(slices.Index(ranks, c.Role))},
				key:   models.Fold(line.Name),
			})
		}
		rows[i].pieces = append(rows[i].pieces, piece{c.Source, c.Month, c.Amount, c.Rate, c.Deducted})
		sum += c.Amount
	}
	if len(rows) == 1 { // what was frozen is nearer to the paper than what the roster says since
		rows[0].title, rows[0].unit = line.Title, line.Unit
	}
	return rows, sum
}

func accountOf(line models.PaymentLine) string {
	if line.BankTail == "" {
		return ""
	}
	return strings.TrimSpace("****" + line.BankTail + " " + line.BankName)
}

// sharesOf is what each source pays of a line, in order of source. Where a
// source has more to get back from a person than it gives, the others pay less:
// nobody can transfer an amount below zero.
func sharesOf(components []component) []share {
	var shares []share
	for _, c := range components {
		i := slices.IndexFunc(shares, func(s share) bool { return s.source == c.Source })
		if i < 0 {
			i = len(shares)
			shares = append(shares, share{source: c.Source})
		}
		shares[i].amount += c.Amount
	}
	slices.SortFunc(shares, func(a, b share) int { return cmp.Compare(a.source, b.source) })
	debt := int64(0)
	for i := range shares {
		if shares[i].amount < 0 {
			debt -= shares[i].amount
			shares[i].amount = 0
		}
	}
	for i := range shares {
		taken := min(debt, shares[i].amount)
		shares[i].amount -= taken
		debt -= taken
	}
	return shares
}

// pays is what a source pays of a line; "" is all sources.
func (g *gathered) pays(line models.PaymentLine, source string) int64 {
	if source == "" {
		return line.Amount
	}
	for _, share := range g.shares[line.ID] {
		if share.source == source {
			return share.amount
		}
	}
	return 0
}

func (g *gathered) knows(source string) error {
	if source == "" || slices.Contains(g.sources, source) {
		return nil
	}
	return services.Invalid("paper")
}

// own reports whether a month is one that the list covers, and no adjustment.
func (g *gathered) own(month models.Month) bool {
	return month <= g.run.Month && month > g.run.Month-models.Month(max(g.run.Covers, 1))
}

// figures are the numbers of a row on a paper.
type figures struct {
	rate, arrears, recovery, amount int64
	held                            int64 // back, and in no other figure
	months                          int
	note                            string
}

// figures adds up what a source, or all, pays for the row; it pays nothing at
// all when there is no piece of it.
func (g *gathered) figures(r row, source string) (f figures, there bool) {
	type sum struct {
		month  models.Month
		amount int64
	}
	var months []sum
	var latest models.Month // of the run's own: its rate stands on the paper
	for _, p := range r.pieces {
		if source != "" && p.source != source {
			continue
		}
		there = true
		f.amount += p.amount
		f.held += p.held
		i := slices.IndexFunc(months, func(m sum) bool { return m.month == p.month })
		if i < 0 {
			i = len(months)
			months = append(months, sum{month: p.month})
		}
		months[i].amount += p.amount
		own := g.own(p.month)
		switch {
		case own && p.month > latest:
			latest, f.rate = p.month, p.rate
		case own && p.month == latest:
			f.rate += p.rate
		}
		if own {
			continue
		}
		if p.amount > 0 {
			f.arrears += p.amount
		} else {
			f.recovery += p.amount
		}
	}
	slices.SortFunc(months, func(a, b sum) int { return cmp.Compare(a.month, b.month) })
	var notes []string
	for _, m := range months {
		if m.amount > 0 {
			f.months++
		}
		if !g.own(m.month) && m.amount != 0 {
			sign := "+"
			if m.amount < 0 {
				sign = ""
			}
			notes = append(notes, fmt.Sprintf("%d/%d: %s%s", m.month.Month(), m.month.Year(), sign, vn.Dots(m.amount)))
		}
	}
	f.note = strings.Join(notes, "; ")
	return f, there
}

// draft reports whether nobody has approved the list yet.
func (g *gathered) draft() bool {
	return g.run.State == models.RunDraft || g.run.State == models.RunSubmitted
}

// kind is what the list's paper is called.
func (g *gathered) kind() string {
	if g.draft() {
		return "draft"
	}
	return "list"
}

func (g *gathered) fileMonth() string {
	return fmt.Sprintf("%04d-%02d", g.run.Month.Year(), g.run.Month.Month())
}

func (g *gathered) month() string {
	return fmt.Sprintf("%02d/%d", g.run.Month.Month(), g.run.Month.Year())
}
