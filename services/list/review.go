package list

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
)

// What of a list wants looking at before it is frozen.
const (
	ReviewNew       = "new"        // paid now, and not by the list before
	ReviewGone      = "gone"       // the other way round
	ReviewChanged   = "changed"    // another amount than before
	ReviewNoAccount = "no_account" // paid, and nobody knows to where
	ReviewNegative  = "negative"   // a debt: nothing is paid
	ReviewHigh      = "high"       // above thrice what most get
)

// ReviewKinds are in the order in which people read them.
var ReviewKinds = []string{ReviewNew, ReviewGone, ReviewChanged, ReviewNoAccount, ReviewNegative, ReviewHigh}

// Why an amount is another than in the list before.
const (
	BecauseFailed   = "failed"   // an earlier transfer did not arrive
	BecauseArrears  = "arrears"  // earlier months are made good
	BecauseRecovery = "recovery" // earlier months are taken back
	BecausePart     = "part"     // a part of the month, or of a shared post
	BecausePosts    = "posts"    // more posts, or fewer
	BecauseRate     = "rate"     // another rate
	BecauseBefore   = "before"   // the list before was the unusual one
	BecauseOld      = "old"      // the ward's own old list has another amount
	BecauseNoPost   = "no_post"  // in the roster, and in no post that is paid
	BecauseUnknown  = "unknown"  // in no roster
	BecauseTwo      = "two"      // two have that name, and nothing tells which is meant
)

// ReviewItem is one person of a list, beside the list before.
type ReviewItem struct {
	Person        int64
	Line          int64 // 0 for who is gone
	Name, Unit    string
	Before, After int64
	Why           []string
}

// RunReview is a list beside the last frozen one before it.
type RunReview struct {
	Run                       models.PaymentRun
	Previous                  models.Month // 0 when there is none
	PeopleBefore, PeopleAfter int
	Before, After             int64
	Items                     map[string][]ReviewItem // by kind, by name
}

type reviewLine struct {
	ID, PersonID int64
	RunID        int64
	Name, Unit   string
	BankTail     string
	Amount       int64
	FollowsID    *int64
	Arrears      int64
	Recovery     int64
	Rate         int64
	Posts        int
	Parts        int
	because      []string `gorm:"-"` // why somebody is in the ward's own old list alone
}

// Review compares a list with the one before it, so that who signs knows what
// is new in it. It writes nothing.
func (s *Service) Review(ctx context.Context, actor services.Actor, id int64) (RunReview, error) {
	run, err := s.Current(ctx, actor, id)
	if err != nil {
		return RunReview{}, err
	}
	db := s.store.WithContext(ctx)
	review := RunReview{Run: run, Items: map[string][]ReviewItem{}}
	var before models.PaymentRun
	err = services.InWard(db, run.WardID).Where("month < ? AND state <> ?", run.Month,
		models.RunDraft).Order("month DESC").Limit(1).Find(&before).Error
	if err != nil {
		return RunReview{}, fmt.Errorf("run before: %w", err)
	}
	now, err := reviewLines(db, run)
	if err != nil {
		return RunReview{}, err
	}
	was := map[int64]reviewLine{}
	if before.ID != 0 {
		review.Previous = before.Month
		if was, err = reviewLines(db, before); err != nil {
			return RunReview{}, err
		}
	}
	review.compare(was, now, before.ID != 0)
	return review, nil
}

func (r *RunReview) add(kind string, item ReviewItem) { r.Items[kind] = append(r.Items[kind], item) }

// compare sorts the people of two lists by what is new; without one before only
// what is unusual is told.
func (r *RunReview) compare(was, now map[int64]reviewLine, before bool) {
	var amounts []int64
	for _, line := range now {
		if line.Amount > 0 {
			amounts = append(amounts, line.Amount)
		}
	}
	usual := median(amounts)
	for person, line := range now {
		old, known := was[person]
		item := ReviewItem{Person: person, Line: line.ID, Name: line.Name, Unit: line.Unit, Before: max(old.Amount, 0),
			After: max(line.Amount, 0), Why: why(old, line)}
		r.After += item.After
		if item.After > 0 {
			r.PeopleAfter++
		}
		switch {
		case !before:
		case item.Before == 0 && item.After > 0:
			r.add(ReviewNew, item)
		case item.Before > 0 && item.After == 0:
			r.add(ReviewGone, item)
		case known && item.Before != item.After:
			r.add(ReviewChanged, item)
		}
		if line.Amount > 0 && line.BankTail == "" {
			r.add(ReviewNoAccount, item)
		}
		if line.Amount < 0 {
			r.add(ReviewNegative, ReviewItem{Person: person, Line: line.ID, Name: line.Name, Unit: line.Unit,
				Before: item.Before, After: line.Amount, Why: item.Why})
		}
		if usual > 0 && line.Amount > 3*usual {
			r.add(ReviewHigh, item)
		}
	}
	for person, line := range was {
		r.Before += max(line.Amount, 0)
		if line.Amount > 0 {
			r.PeopleBefore++
			if _, still := now[person]; !still {
				r.add(ReviewGone, ReviewItem{Person: max(person, 0), Name: line.Name, Unit: line.Unit, Before: line.Amount,
					Why: line.because})
			}
		}
	}
	for _, items := range r.Items {
		slices.SortFunc(items, func(a, b ReviewItem) int {
			return cmp.Or(cmp.Compare(models.Fold(a.Name), models.Fold(b.Name)), cmp.Compare(a.Person, b.Person))
		})
	}
}

// reviewLines reads a run's lines with what its components add up to, in one
// query.
func reviewLines(db *gorm.DB, run models.PaymentRun) (map[int64]reviewLine, error) {
	first := run.Month - models.Month(max(run.Covers, 1)-1)
	var rows []reviewLine
	err := db.Raw(`
SELECT l.id, l.person_id, l.run_id, l.name, l.unit, l.bank_tail, l.amount, l.follows_id,
	SUM(CASE WHEN c.month < ? AND c.amount > 0 THEN c.amount ELSE 0 END) AS arrears,
	SUM(CASE WHEN c.amount < 0 THEN c.amount ELSE 0 END) AS recovery,
	SUM(CASE WHEN c.month = ? THEN c.rate ELSE 0 END) AS rate,
	SUM(CASE WHEN c.month = ? THEN 1 ELSE 0 END) AS posts,
	SUM(CASE WHEN c.month >= ? AND c.why <> ? THEN 1 ELSE 0 END) AS parts
FROM payment_lines l JOIN payment_components c ON c.line_id = l.id
WHERE l.run_id = ? GROUP BY l.id`, first, run.Month, run.Month, first, money.WhyFull, run.ID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("review: %w", err)
	}
	lines := make(map[int64]reviewLine, len(rows))
	for _, row := range rows {
		lines[row.PersonID] = row
	}
	return lines, nil
}

func why(before, now reviewLine) []string {
	var because []string
	add := func(is bool, code string) {
		if is {
			because = append(because, code)
		}
	}
	add(now.FollowsID != nil, BecauseFailed)
	add(now.FollowsID == nil && now.Arrears > 0, BecauseArrears)
	add(now.Recovery < 0, BecauseRecovery)
	add(now.Parts > 0, BecausePart)
	switch {
	case before.ID == 0:
	case before.Posts != now.Posts:
		because = append(because, BecausePosts)
	case before.Rate != now.Rate:
		because = append(because, BecauseRate)
	}
	switch {
	case len(because) > 0 || before.Amount == now.Amount:
	case before.ID != 0:
		because = append(because, BecauseBefore)
	case before.Amount != 0:
		because = append(because, BecauseOld)
	}
	return because
}

func median(amounts []int64) int64 {
	if len(amounts) == 0 {
		return 0
	}
	slices.Sort(amounts)
	return amounts[len(amounts)/2]
}
