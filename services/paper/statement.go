package paper

import (
	"context"
	"fmt"
	"image/color"
	"slices"
	"strings"
	"time"
	"unicode"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/list"
	"canbobot/services/vn"
)

// statement is one officer's year.
type statement struct {
	year   int
	on     models.Date
	name   string
	ward   models.Ward
	months []list.MonthView // January first; none that is still to come
	paid   int64
}

// Statement draws the officer's own year: as a picture for the phone, or as a
// PDF to print. Nobody takes another's.
func (s *Service) Statement(ctx context.Context, actor services.Actor, year int, format Format, words Words) (Paper,
	error) {
	if err := actor.Need(services.Officer); err != nil {
		return Paper{}, err
	}
	if format != PNG && format != PDF {
		return Paper{}, services.Invalid("paper")
	}
	on := models.DateOf(s.clock.Local())
	if year < 2000 || year > on.Year {
		return Paper{}, services.Invalid("year")
	}
	st := statement{year: year, on: on}
	db := s.store.WithContext(ctx)
	person, err := services.Take[models.Person](db.Select("id", "name"), actor, "person", actor.Person)
	if err != nil {
		return Paper{}, err
	}
	if err := db.Take(&st.ward, actor.Ward).Error; err != nil {
		return Paper{}, fmt.Errorf("statement: %w", err)
	}
	st.name = person.Name
	last := min(models.NewMonth(year, time.December), on.MonthOf())
	views, err := s.list.History(ctx, actor, last, int(last.Month()))
	if err != nil {
		return Paper{}, err
	}
	slices.Reverse(views)
	st.months = views
	for _, view := range views {
		if view.Stage == list.StagePaid && !view.Elsewhere() {
			st.paid += view.Amount
		}
	}
	w := writer{words}
	var content []byte
	if format == PNG {
		content, err = st.picture(w)
	} else {
		content, err = st.document(w).pdf()
	}
	if err != nil {
		return Paper{}, fmt.Errorf("statement: %w", err)
	}
	paper := Paper{
		Name: w.say("payform.file.statement", "year", year) + "." + string(format), MIME: format.MIME(), Content: content,
		People: 1, Total: st.paid,
	}
	return paper, s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return s.audit.Record(tx, actor, "statement.taken", fmt.Sprintf("person:%d", person.ID),
			journal.Detail{"year": year, "format": format})
	})
}

// stage is where the month is, in few words, and the colour that says it too.
func (st statement) stage(w writer, view list.MonthView) (string, color.Color) {
	if view.Elsewhere() {
		return w.say("stage_short.elsewhere", "month", shortMonth(view.ListedIn)), faint
	}
	if view.BeforeRuns {
		return w.say("stage_short.unknown"), faint
	}
	on := view.PaidOn
	if on.IsZero() && !view.StageAt.IsZero() {
		on = models.DateOf(view.StageAt.In(services.Zone))
	}
	day := ""
	if !on.IsZero() {
		day = fmt.Sprintf("%02d/%02d", on.Day, on.Month)
	}
	painted := color.Color(amber)
	switch view.Stage {
	case list.StagePaid:
		painted = green
	case list.StageFailed, list.StageReturned:
		painted = red
	case list.StageNone, list.StageCarried:
		painted = faint
	}
	return w.say("stage_short."+view.Told(), "date", day), painted
}

// picture is the year as a phone shows it: a row a month.
func (st statement) picture(w writer) ([]byte, error) {
	const margin, head, tall, foot = 48, 236, 88, 176
	c := newCanvas(pictureWidth, head+12*tall+foot)
	width := pictureWidth - 2*margin
	c.text(hand{52, true, ink, left}, margin, 84, width, w.say("payform.title.year_picture", "year", st.year))
	c.text(hand{40, true, ink, left}, margin, 144, width, st.name)
	c.text(hand{32, false, faint, left}, margin, 194, width,
		w.say("payform.head.of_day", "ward", capital(st.ward.Kind+" "+st.ward.Name), "date", date(st.on)))
	most := int64(1)
	for _, view := range st.months {
		most = max(most, view.Amount)
	}
	for i := range 12 {
		y := head + i*tall
		if i%2 == 0 {
			c.fill(0, y, pictureWidth, tall, pale)
		}
		base := y + 56
		if i >= len(st.months) {
			c.text(hand{36, false, silver, left}, margin, base, 190, w.say("payform.month", "month", i+1))
			continue
		}
		view := st.months[i]
		says, painted := st.stage(w, view)
		c.text(hand{36, false, ink, left}, margin, base, 190, w.say("payform.month", "month", i+1))
		if view.Stage != list.StageNone {
			written := hand{40, true, ink, right}
			if view.Elsewhere() {
				written.bold, written.color = false, faint
			}
			c.text(written, 500, base, 256, vn.Dots(view.Amount)+" đ")
			c.fill(244, y+tall-14, int(256*max(0, view.Amount)/most), 6, painted)
		}
		c.text(hand{34, false, painted, left}, 540, base, pictureWidth-margin-540, says)
	}
	y := head + 12*tall
	c.fill(0, y, pictureWidth, 3, rule)
	c.text(hand{42, true, green, left}, margin, y+72, width, w.say("payform.sum.paid", "amount", vn.Dots(st.paid)))
	c.text(hand{30, false, faint, left}, margin, y+126, width, w.say("payform.note.statement"))
	return c.png()
}

// document is the year to print: a row a post, the month's own first.
func (st statement) document(w writer) document {
	t := table{
		sheet: w.say("payform.sheet.statement"), landscape: true,
		title: []string{
			w.say("payform.title.statement", "year", st.year),
			w.say("payform.title.of_person", "name", st.name, "date", date(st.on)), w.say("payform.title.unit"),
		},
		columns: []column{
			{w.say("payform.column.month"), 9, center}, {w.say("payform.column.content"), 44, left},
			{w.say("payform.column.rate"), 13, right},
			{w.say("payform.column.amount"), 14, right}, {w.say("payform.column.stage"), 24, left},
			{w.say("payform.column.basis"), 34, left},
		},
	}
	for _, view := range st.months {
		says, _ := st.stage(w, view)
		month := shortMonth(view.Month)
		if len(view.Parts) == 0 {
			t.rows = append(t.rows, line{body, []any{month, nil, nil, nil, says, nil}})
			continue
		}
		for i, part := range view.Parts {
			content := strings.Trim(part.Title+", "+part.BranchName, ", ")
			switch {
			case part.Month == view.Month:
			case view.Own(part.Month):
				content = w.say("payform.note.month", "month", shortMonth(part.Month), "content", content)
			case part.Amount < 0:
				content = w.say("payform.note.recovery", "month", shortMonth(part.Month), "content", content)
			default:
				content = w.say("payform.note.arrears", "month", shortMonth(part.Month), "content", content)
			}
			row := line{body, []any{month, content, part.Rate, part.Amount, says, part.Basis}}
			if i > 0 {
				row.cells[0], row.cells[4] = nil, nil
			}
			if view.Elsewhere() { // stands in that month's rows
				row.cells[3] = nil
			}
			t.rows = append(t.rows, row)
		}
		if len(view.Parts) > 1 && !view.Elsewhere() {
			t.rows = append(t.rows, line{subtotal, []any{nil, w.say("payform.sum.month", "month", month), nil, view.Amount, nil,
				nil}})
		}
	}
	t.rows = append(t.rows, line{total, []any{nil, w.say("payform.sum.transferred"), nil, st.paid, nil, nil}})
	t.words = w.inWords(st.paid)
	return document{
		left:   []string{strings.ToUpper(w.say("payform.head.office", "ward", st.ward.Kind+" "+st.ward.Name))},
		right:  []string{w.say("payform.head.state"), w.say("payform.head.motto")},
		tables: []table{t}, page: w.say("payform.page"), made: time.Date(st.on.Year, st.on.Month, st.on.Day, 0, 0, 0, 0,
			time.UTC),
	}
}

func date(day models.Date) string { return fmt.Sprintf("%02d/%02d/%d", day.Day, day.Month, day.Year) }

func shortMonth(month models.Month) string { return fmt.Sprintf("%d/%d", month.Month(), month.Year()) }

// capital begins with a great letter.
func capital(text string) string {
	letters := []rune(text)
	if len(letters) > 0 {
		letters[0] = unicode.ToUpper(letters[0])
	}
	return string(letters)
}
