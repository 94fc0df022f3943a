package list

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/money"
)

// Debts are what people were paid too much and have not given back. None is
// kept: each is what was settled less what is owed, as of now, so that a
// correction of the roster ends or makes one by itself. What a list takes off a
// later line is settled by it; what was given back is settled no longer.
type Debts struct{ list *Service }

// Debt is what one person has to give back.
type Debt struct {
	Person int64
	Name   string
	Left   int64          // đồng; zero where all was given back
	Months []models.Month // that were paid too much and are still open, the first first
	Repaid int64          // đồng given back so far
	Waived int64          // đồng that the ward has given up
	Most   int64          // đồng that a list takes of a month at most; 0 for all
	// Repayments are the latest last, without those taken back.
	Repayments []models.Repayment
	// Waivers are those that wait and those agreed to, the latest last.
	Waivers []models.Waiver

	parts []models.PaymentComponent // below zero, of what is open
}

var repays = services.Guard("debt.repaid", "it says that money came back to the ward")

// Of are the ward's debts, the largest first: those that are open, and of those
// that ended the ones that were given back.
func (d *Debts) Of(ctx context.Context, actor services.Actor) ([]Debt, error) {
	if err := money.StaffOnly(actor); err != nil {
		return nil, err
	}
	debts, err := d.read(d.list.store.WithContext(ctx), actor.Ward, 0)
	slices.SortFunc(debts, func(a, b Debt) int {
		return cmp.Or(cmp.Compare(b.Left, a.Left), cmp.Compare(a.Person, b.Person))
	})
	return debts, err
}

// Debt is what one person of the ward has to give back; one without a name or a
// sum where that is nothing.
func (d *Debts) Debt(ctx context.Context, actor services.Actor, person int64) (Debt, error) {
	if err := money.StaffOnly(actor); err != nil {
		return Debt{}, err
	}
	db := d.list.store.WithContext(ctx)
	row, err := services.Take[models.Person](db, actor, "person", person)
	if err != nil {
		return Debt{}, err
	}
	debt, err := d.of(db, actor.Ward, person)
	debt.Name = row.Name
	return debt, err
}

// Own is what the actor has to give back, in post or not.
func (d *Debts) Own(ctx context.Context, actor services.Actor) (Debt, error) {
	if err := actor.Need(services.Officer); err != nil {
		return Debt{}, err
	}
	db := d.list.store.WithContext(ctx)
	var marks int64 // nearly nobody has any, and is asked for no more than that
	err := db.Raw(`
SELECT COUNT(*) FROM (SELECT 1 FROM payment_components WHERE person_id = ? AND ward_id = ? AND amount < 0 UNION ALL
	SELECT 1 FROM repayments WHERE person_id = ? AND ward_id = ? UNION ALL
	SELECT 1 FROM waivers WHERE person_id = ? AND ward_id = ?) AS m`, actor.Person, actor.Ward, actor.Person,
		actor.Ward, actor.Person, actor.Ward).Scan(&marks).Error
	if err != nil {
		return Debt{}, fmt.Errorf("debt of person %d: %w", actor.Person, err)
	}
	if marks == 0 {
		return Debt{Person: actor.Person}, nil
	}
	return d.of(db, actor.Ward, actor.Person)
}

// of is one person's debt.
func (d *Debts) of(db *gorm.DB, ward, person int64) (Debt, error) {
	debts, err := d.read(db, ward, person)
	if err != nil || len(debts) == 0 {
		return Debt{Person: person}, err
	}
	return debts[0], nil
}

// read reckons the debts of one person, or of all with 0, a batch at a time.
func (d *Debts) read(db *gorm.DB, ward, person int64) ([]Debt, error) {
	month := d.list.today().MonthOf()
	var latest models.PaymentRun
	err := services.InWard(db, ward).Select("month").Where("state <> ?", models.RunDraft).Order("month DESC").
		Limit(1).Find(&latest).Error
	if err != nil {
		return nil, fmt.Errorf("debts: %w", err)
	}
	if latest.Month == 0 {
		return nil, nil
	}
	run := models.PaymentRun{WardID: ward, Month: max(month, latest.Month), Covers: 1, State: models.RunDraft}
	reckoning, err := newReckoning(db, run)
	if err != nil {
		return nil, err
	}
	reckoning.uncapped = true
	found := map[int64]Debt{}
	see := func(lines []models.PaymentLine) {
		for _, line := range lines {
			if debt := debtOf(line); debt.Left > 0 {
				found[debt.Person] = debt
			}
		}
	}
	if person == 0 {
		err = reckoning.each(func(b batch) error {
			see(b.lines)
			return nil
		})
	} else {
		var lines []models.PaymentLine
		lines, err = reckoning.reckon([]models.Person{{ID: person}})
		see(lines)
	}
	if err != nil {
		return nil, err
	}
	return withRepayments(db, reckoning, found, person)
}

// debtOf is what a line would take back: the months of which more was settled
// than is owed. A post that is paid under another policy owes nothing.
func debtOf(line models.PaymentLine) Debt {
	debt := Debt{Person: line.PersonID, Name: line.Name}
	net := map[models.Month]int64{}
	for _, c := range line.Components {
		net[c.Month] += c.Amount
	}
	for _, month := range slices.Sorted(maps.Keys(net)) {
		if net[month] >= 0 {
			continue
		}
		debt.Left -= net[month]
		debt.Months = append(debt.Months, month)
		for _, c := range line.Components {
			if c.Month == month && c.Amount < 0 && net[month] < 0 {
				c.Amount = max(c.Amount, net[month])
				net[month] -= c.Amount
				debt.parts = append(debt.parts, c)
			}
		}
	}
	return debt
}

// withRepayments adds what was given back, by whom still owes and by whom no
// longer does.
func withRepayments(db *gorm.DB, r *reckoning, found map[int64]Debt, person int64) ([]Debt, error) {
	var rows []struct {
		models.Repayment
		Human int64
		Name  string
	}
	err := db.Raw(`
SELECT b.*, h.id AS human, h.name FROM repayments b JOIN people p ON p.id = b.person_id
	JOIN people h ON h.id = COALESCE(p.merged_into, p.id)
WHERE b.ward_id = ? AND b.taken_back_at IS NULL AND (? = 0 OR h.id = ?) ORDER BY b.paid_on, b.id`,
		r.run.WardID, person, person).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("repayments: %w", err)
	}
	for _, row := range rows {
		debt := found[row.Human]
		debt.Person, debt.Name = row.Human, row.Name
		debt.Repaid += row.Amount
		debt.Repayments = append(debt.Repayments, row.Repayment)
		found[row.Human] = debt
	}
	for id, one := range r.caps {
		if debt, owes := found[id]; owes && debt.Left > 0 {
			debt.Most = one.Most
			found[id] = debt
		}
	}
	if err := withWaivers(db, r, found, person); err != nil {
		return nil, err
	}
	return slices.SortedFunc(maps.Values(found), func(a, b Debt) int { return cmp.Compare(a.Person, b.Person) }), nil
}

// withWaivers adds what was given up, and what is asked to be.
func withWaivers(db *gorm.DB, r *reckoning, found map[int64]Debt, person int64) error {
	var rows []struct {
		models.Waiver
		Human int64
		Name  string
	}
	err := db.Raw(`
SELECT w.*, h.id AS human, h.name FROM waivers w JOIN people p ON p.id = w.person_id
	JOIN people h ON h.id = COALESCE(p.merged_into, p.id)
WHERE w.ward_id = ? AND w.state <> ? AND (? = 0 OR h.id = ?) ORDER BY w.id`,
		r.run.WardID, models.WaiverRefused, person, person).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("waivers: %w", err)
	}
	for _, row := range rows {
		debt := found[row.Human]
		debt.Person, debt.Name = row.Human, row.Name
		if row.State == models.WaiverAgreed {
			debt.Waived += row.Amount
		}
		debt.Waivers = append(debt.Waivers, row.Waiver)
		found[row.Human] = debt
	}
	return nil
}

// ended takes what was given back off what was settled, and notes beside it what
// was given up.
func (r *reckoning) ended(settled map[int64][]settledRow, first, last int64, start models.Month) error {
	who, args := r.ofPeople("c.person_id", first, last)
	args = append([]any{r.run.WardID, start, r.run.Month}, args...)
	const part = "c.id, c.person_id, c.month, c.policy_id, c.term_id, c.branch_id, c.role, "
	where := " WHERE c.ward_id = ? AND c.month BETWEEN ? AND ? AND " + who
	var parts []struct {
		models.RepaymentPart
		Waived int64
	}
	err := r.tx.Raw(`
SELECT `+part+`c.amount, 0 AS waived FROM repayment_parts c JOIN repayments b ON b.id = c.repayment_id`+where+`
	AND b.taken_back_at IS NULL
UNION ALL SELECT `+part+`0 AS amount, c.amount AS waived FROM waiver_parts c`+where+` ORDER BY id`,
		slices.Concat(args, args)...).Scan(&parts).Error
	if err != nil {
		return fmt.Errorf("debts that ended: %w", err)
	}
	for _, part := range parts {
		person := part.PersonID
		if stays, gone := r.merged[person]; gone {
			person = stays
		}
		key := owedKey{part.Month, part.PolicyID, part.BranchID, part.Role}
		i := slices.IndexFunc(settled[person], func(row settledRow) bool { return row.owedKey == key })
		if i < 0 { // what had paid it came back since
			i = len(settled[person])
			settled[person] = append(settled[person], settledRow{owedKey: key, term: part.TermID})
		}
		settled[person][i].amount -= part.Amount
		settled[person][i].waived += part.Waived
	}
	return nil
}

// Repay enters what a person gave back: how much, against which receipt, on which
// day. Any part of a debt may be; the months that are open longest come first.
// Nobody enters what they owe themselves: denied/concerns_you. More than is owed
// is refused with invalid/repaid_more, a receipt that is entered already
// with conflict/receipt_taken.
func (d *Debts) Repay(ctx context.Context, actor services.Actor, repayment models.Repayment) (Debt, error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return Debt{}, err
	}
	repayment.Receipt = strings.Join(strings.Fields(repayment.Receipt), " ")
	switch {
	case repayment.Amount <= 0:
		return Debt{}, services.Invalid("repaid_amount")
	case repayment.Receipt == "" || len([]rune(repayment.Receipt)) > longestReceipt:
		return Debt{}, services.Invalid("receipt_number")
	case repayment.PaidOn.IsZero() || repayment.PaidOn.After(d.list.today()):
		return Debt{}, services.Invalid("repaid_day")
	}
	var debt Debt
	err := d.list.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		person, err := services.Take[models.Person](tx, actor, "person", repayment.PersonID)
		if err != nil {
			return err
		}
		if err := d.list.runs.Concerns(tx, actor, person.ID); err != nil {
			return err
		}
		if err := d.list.requireFresh(ctx, tx, actor, repays); err != nil {
			return err
		}
		if debt, err = d.of(tx, actor.Ward, person.ID); err != nil {
			return err
		}
		if repayment.Amount > debt.Left {
			return services.Invalid("repaid_more")
		}
		row := models.Repayment{WardID: actor.Ward, PersonID: person.ID, Amount: repayment.Amount,
			Receipt: repayment.Receipt, PaidOn: repayment.PaidOn, StaffID: services.Ref(actor.Staff), At: d.list.clock.UTC(),
			Parts: debt.share(repayment.Amount)}
		if err := tx.Create(&row).Error; err != nil {
			if models.IsTaken(err) {
				return services.Conflict("receipt_taken").Because(err)
			}
			return fmt.Errorf("repayment: %w", err)
		}
		if debt, err = d.of(tx, actor.Ward, person.ID); err != nil {
			return err
		}
		debt.Name = person.Name
		return d.list.audit.Record(tx, actor, repays.Name, fmt.Sprintf("person:%d", person.ID),
			journal.Detail{"amount": row.Amount, "receipt": row.Receipt, "on": row.PaidOn, "left": debt.Left})
	})
	return debt, err
}

// longestReceipt is how many letters the number of a receipt has at most.
const longestReceipt = 40

// share spreads an amount over the parts that are open, the oldest first.
func (d Debt) share(amount int64) []models.RepaymentPart {
	var parts []models.RepaymentPart
	for _, c := range d.parts {
		taken := min(-c.Amount, amount)
		if taken <= 0 {
			continue
		}
		amount -= taken
		parts = append(parts, models.RepaymentPart{WardID: c.WardID, PersonID: d.Person, Month: c.Month,
			PolicyID: c.PolicyID, TermID: c.TermID, BranchID: c.BranchID, Role: c.Role, Amount: taken})
	}
	return parts
}

// MayTakeBack reports whether a repayment was entered so lately that it can be
// taken back.
func (d *Debts) MayTakeBack(repayment models.Repayment) bool {
	return d.list.clock.UTC().Before(repayment.At.Add(secondThoughts)) && repayment.TakenBackAt == nil
}

// TakeBack takes back a repayment that was entered by mistake, a short while
// after it: conflict/repaid_ended later.
func (d *Debts) TakeBack(ctx context.Context, actor services.Actor, id int64) (Debt, error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return Debt{}, err
	}
	var debt Debt
	err := d.list.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		row, err := services.Take[models.Repayment](tx, actor, "repayment", id)
		if err != nil {
			return err
		}
		if err := d.list.runs.Concerns(tx, actor, row.PersonID); err != nil {
			return err
		}
		if !d.MayTakeBack(row) {
			return services.Conflict("repaid_ended")
		}
		now := d.list.clock.UTC()
		if err := tx.Model(&row).Update("taken_back_at", now).Error; err != nil {
			return fmt.Errorf("repayment %d: %w", id, err)
		}
		if debt, err = d.of(tx, actor.Ward, row.PersonID); err != nil {
			return err
		}
		return d.list.audit.Record(tx, actor, "debt.repaid_taken_back", fmt.Sprintf("person:%d", row.PersonID),
			journal.Detail{"amount": row.Amount, "receipt": row.Receipt, "left": debt.Left})
	})
	return debt, err
}
