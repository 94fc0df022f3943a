package list

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/money"
	"canbobot/services/outbox"
)

// Why a transfer is likely to come back.
const (
	RiskFailed  = "failed"  // the last one to the account did
	RiskPapers  = "papers"  // a citizen's card ends in the year: banks freeze the account until the new one is shown
	RiskShared  = "shared"  // another of the list is paid on the account
	RiskHolder  = "holder"  // it is in another's name
	RiskUnknown = "unknown" // no list has paid to it yet
)

// renewals are the ages at which a citizen's card ends: article 21 of the Law on
// Identification 26/2023/QH15.
var renewals = []int{25, 40, 60}

// Risk is a line whose transfer is likely to come back.
type Risk struct {
	Line, Person int64
	Name, Unit   string
	Amount       int64
	models.Destination
	Why    []string `gorm:"-"` // the surest sign first
	Reason string   // the bank's words of the last one that failed
	Linked bool     // a message reaches them
}

// riskRow is a line beside what the ward knows of its account.
type riskRow struct {
	Risk      `gorm:"embedded"`
	BirthYear int
	Sharing   int64
	// The last months in which a transfer to the account arrived, and came back; ""
	// for none.
	Arrived, Back string
	BackLine      int64
}

// risks finds the lines of a run that are likely to come back, of one person or
// of all, in the order of names. What was paid to an account is told by its bank
// and last digits: lists of before keep no more, and it is a person's own.
func risks(db *gorm.DB, run models.PaymentRun, person int64) ([]Risk, error) {
	var before int64
	err := services.InWard(db.Model(&models.PaymentLine{}), run.WardID).Where("month < ? AND state = ?", run.Month,
		models.LinePaid).Limit(1).Count(&before).Error
	if err != nil {
		return nil, fmt.Errorf("risks: %w", err)
	}
	var rows []riskRow
	err = db.Raw(`
SELECT l.id AS line, l.person_id AS person, l.name, l.unit, l.amount, l.bank_name, l.bank_tail, l.bank_holder,
	l.bank_relation, p.birth_year, COALESCE(s.people, 0) AS sharing, COALESCE(h.arrived, '') AS arrived,
	COALESCE(h.back, '') AS back, COALESCE(h.back_line, 0) AS back_line,
	EXISTS (SELECT 1 FROM accounts a WHERE a.person_id = p.id AND a.unlinked_at IS NULL) AS linked
FROM payment_lines l JOIN people g ON g.id = l.person_id JOIN people p ON p.id = COALESCE(g.merged_into, g.id)
	LEFT JOIN (SELECT bank_hash, COUNT(*) AS people FROM payment_lines WHERE run_id = ? AND amount > 0
		GROUP BY bank_hash HAVING COUNT(*) > 1) s ON s.bank_hash = l.bank_hash
	LEFT JOIN (SELECT person_id, bank_name, bank_tail, bank_holder,
			MAX(CASE WHEN state = 'paid' THEN month END) AS arrived,
			MAX(CASE WHEN state <> 'paid' THEN month END) AS back, MAX(CASE WHEN state <> 'paid' THEN id END) AS back_line
		FROM payment_lines WHERE ward_id = ? AND run_id <> ? AND state IN ('paid', 'failed', 'returned')
		GROUP BY person_id, bank_name, bank_tail, bank_holder) h ON h.person_id = l.person_id
		AND h.bank_name = l.bank_name AND h.bank_tail = l.bank_tail AND h.bank_holder = l.bank_holder
WHERE l.run_id = ? AND l.amount > 0 AND l.bank_tail <> '' AND (? = 0 OR p.id = ?)
ORDER BY p.folded, l.id`, run.ID, run.WardID, run.ID, run.ID, person, person).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("risks: %w", err)
	}
	var found []Risk
	var back []int64 // lines that came back, of those in found
	for _, row := range rows {
		failed := row.Back > row.Arrived
		for _, sign := range []struct {
			why   string
			holds bool
		}{
			{RiskFailed, failed},
			{RiskPapers, row.BirthYear != 0 && slices.Contains(renewals, run.Month.Year()-row.BirthYear)},
			{RiskShared, row.Sharing > 0},
			{RiskHolder, row.BankHolder != ""},
			// On the ward's first list nobody has been paid yet: it says nothing of anybody.
			{RiskUnknown, before > 0 && row.Arrived == "" && row.Back == ""},
		} {
			if sign.holds {
				row.Why = append(row.Why, sign.why)
			}
		}
		if failed {
			back = append(back, row.BackLine)
		}
		if len(row.Why) > 0 {
			found = append(found, row.Risk)
		}
	}
	return found, reasons(db, found, back)
}

// reasons fills in what the bank said of the lines that came back.
func reasons(db *gorm.DB, found []Risk, back []int64) error {
	said := map[int64]string{}
	for part := range slices.Chunk(back, money.BatchSize) {
		var lines []models.PaymentLine
		if err := db.Select("person_id", "reason").Where("id IN ?", part).Find(&lines).Error; err != nil {
			return fmt.Errorf("reasons: %w", err)
		}
		for _, line := range lines {
			said[line.PersonID] = line.Reason
		}
	}
	for i := range found {
		found[i].Reason = said[found[i].Person]
	}
	return nil
}

// Risks tells whose transfer is likely to come back, before a list is sent.
type Risks struct{ list *Service }

// Of lists whose transfer of a list is likely to come back, by name.
func (r *Risks) Of(ctx context.Context, actor services.Actor, id int64) (models.PaymentRun, []Risk, error) {
	run, err := r.list.Current(ctx, actor, id)
	if err != nil {
		return run, nil, err
	}
	found, err := risks(r.list.store.WithContext(ctx), run, 0)
	return run, found, err
}

// Own is why the officer's own transfer of a list is likely to come back, and
// the month of it; without any reason where it is not, or is on its way.
func (r *Risks) Own(ctx context.Context, actor services.Actor, id int64) (models.Month, Risk, error) {
	if err := actor.Need(services.Officer); err != nil {
		return 0, Risk{}, err
	}
	db := r.list.store.WithContext(ctx)
	run, err := takeRun(db, actor, id)
	if err != nil || !Unsent(run) {
		return run.Month, Risk{}, err
	}
	found, err := risks(db, run, actor.Person)
	if err != nil || len(found) == 0 {
		return run.Month, Risk{}, err
	}
	return run.Month, found[0], nil
}

// Unsent reports whether something can still be put right before money goes.
func Unsent(run models.PaymentRun) bool {
	return run.State == models.RunDraft || run.State == models.RunSubmitted || run.State == models.RunApproved
}

// Warn has everybody of Of whom a message reaches told what to put right,
// once for a list, and returns how many they are. It refuses with
// conflict/run_sent a list whose money is on its way.
func (r *Risks) Warn(ctx context.Context, actor services.Actor, id int64) (warned int, err error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return 0, err
	}
	if _, err := r.list.Current(ctx, actor, id); err != nil {
		return 0, err
	}
	err = r.list.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		run, err := takeRun(tx, actor, id)
		if err != nil {
			return err
		}
		if !Unsent(run) {
			return services.Conflict("run_sent")
		}
		found, err := risks(tx, run, 0)
		if err != nil {
			return err
		}
		var messages []outbox.Message
		for _, risk := range found {
			if risk.Linked {
				messages = append(messages, outbox.Message{Ward: run.WardID, Kind: outbox.AccountCheck, Subject: outbox.Check,
					SubjectID: run.ID, Person: risk.Person})
			}
		}
		warned = len(messages)
		for part := range slices.Chunk(messages, money.BatchSize) {
			if err := r.list.outbox.Tell(ctx, tx, part...); err != nil {
				return err
			}
		}
		return r.list.audit.Record(tx, actor, "run.risks_told", fmt.Sprintf("run:%d", run.ID),
			journal.Detail{"month": run.Month, "people": warned})
	})
	return warned, err
}
