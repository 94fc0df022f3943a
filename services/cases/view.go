package cases

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
)

// View is a case with what its reader wants to know beside it.
type View struct {
	Case       models.Case // with its messages, oldest first
	PersonName string
	Titles     []string // posts held today: "Chi hội trưởng, Chi hội Phụ nữ Tổ dân phố 5"
	Phone      string   // E.164; "" when none is known
	// Month is the money that a complaint is about, as it stands; nil for a question.
	Month *list.MonthView
	// Line is the payment line that a complaint is about, with the list it is on,
	// for staff; nil where the money is in no frozen list.
	Line *LineView
	// Settled says that the money was paid after the case was opened: there may
	// be nothing left to do but close it.
	Settled bool
}

// LineView is what the ward and the bank did with a line.
type LineView struct {
	Line    models.PaymentLine
	Run     models.PaymentRun
	Receipt models.LineReceipt // the officer's own word; without an ID where there is none
}

// Card shows a case to who asked it and to the ward's staff.
func (s *Service) Card(ctx context.Context, actor services.Actor, id int64) (View, error) {
	if err := actor.Need(append(readers, services.Officer)...); err != nil {
		return View{}, err
	}
	db := s.store.WithContext(ctx)
	row, err := read(messages(db), actor, id)
	if err != nil {
		return View{}, err
	}
	view := View{Case: row}
	var person models.Person
	if err := db.Select("id", "name", "phone").Take(&person, "id = ?", row.PersonID).Error; err != nil {
		return View{}, fmt.Errorf("case: %w", err)
	}
	view.PersonName, view.Phone = person.Name, person.Phone
	if view.Titles, err = s.titles(db, row.PersonID); err != nil {
		return View{}, err
	}
	if row.Month == 0 {
		return view, nil
	}
	var month list.MonthView
	if actor.Role == services.Officer {
		month, err = s.money.Month(ctx, actor, row.Month)
	} else {
		actor.Ward = row.WardID // the program itself has none
		month, err = s.money.MonthOf(ctx, actor, row.PersonID, row.Month)
	}
	if err != nil {
		return View{}, err
	}
	view.Month = &month
	view.Settled = row.State != models.CaseClosed && row.LineState != models.LinePaid && month.Stage == list.StagePaid
	if actor.Role == services.Officer {
		return view, nil
	}
	line := services.ID(row.LineID)
	if month.LineID != 0 { // what a later list made good stands there
		line = month.LineID
	}
	if line == 0 {
		return view, nil
	}
	view.Line, err = lineOf(db, row.WardID, line)
	return view, err
}

func lineOf(db *gorm.DB, ward, id int64) (*LineView, error) {
	var view LineView
	if err := services.InWard(db, ward).Take(&view.Line, id).Error; err != nil {
		return nil, fmt.Errorf("case: %w", err)
	}
	if err := db.Take(&view.Run, view.Line.RunID).Error; err != nil {
		return nil, fmt.Errorf("case: %w", err)
	}
	if err := db.Where("line_id = ?", id).Limit(1).Find(&view.Receipt).Error; err != nil {
		return nil, fmt.Errorf("case: %w", err)
	}
	return &view, nil
}

// titles lists the posts that a person holds today.
func (s *Service) titles(db *gorm.DB, person int64) ([]string, error) {
	today := models.DateOf(s.clock.Local())
	var posts []struct{ Title, Name string }
	err := db.Raw(`
SELECT t.title, b.name FROM terms t JOIN branches b ON b.id = t.branch_id
WHERE t.person_id = ? AND t.superseded_at IS NULL AND t.from_date <= ? AND (t.to_date IS NULL OR t.to_date >= ?)
ORDER BY t.id`, person, today, today).Scan(&posts).Error
	if err != nil {
		return nil, fmt.Errorf("case: %w", err)
	}
	titles := make([]string, len(posts))
	for i, post := range posts {
		titles[i] = post.Title + ", " + post.Name
	}
	return titles, nil
}

// Queue lists what waits for the ward's answer, the longest waiting first,
// without titles and money.
func (s *Service) Queue(ctx context.Context, actor services.Actor) ([]View, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	return s.list(ctx, func(db *gorm.DB) *gorm.DB {
		return services.InWard(db, actor.Ward).Where("state = ?", models.CaseOpen).Order("created_at, id")
	})
}

// Mine lists the officer's own cases, the newest first, without titles and money.
func (s *Service) Mine(ctx context.Context, actor services.Actor) ([]View, error) {
	if err := officer(actor); err != nil {
		return nil, err
	}
	return s.list(ctx, func(db *gorm.DB) *gorm.DB {
		return services.InWard(db, actor.Ward).Where("person_id = ?", actor.Person).Order("created_at DESC, id DESC")
	})
}

func (s *Service) list(ctx context.Context, which func(db *gorm.DB) *gorm.DB) ([]View, error) {
	db := s.store.WithContext(ctx)
	var rows []models.Case
	if err := which(messages(db)).Limit(maxListed).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("cases: %w", err)
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.PersonID
	}
	var people []models.Person
	if err := db.Select("id", "name", "phone").Where("id IN ?", ids).Find(&people).Error; err != nil {
		return nil, fmt.Errorf("cases: %w", err)
	}
	byID := map[int64]models.Person{}
	for _, person := range people {
		byID[person.ID] = person
	}
	views := make([]View, len(rows))
	for i, row := range rows {
		views[i] = View{Case: row, PersonName: byID[row.PersonID].Name, Phone: byID[row.PersonID].Phone}
	}
	return views, nil
}

func messages(db *gorm.DB) *gorm.DB {
	return db.Preload("Messages", func(db *gorm.DB) *gorm.DB { return db.Order("case_messages.id") })
}
