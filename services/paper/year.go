package paper

import (
	"context"
	"fmt"
	"image/color"
	"strings"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/vn"
	"canbobot/services/year"
)

// Year draws the ward's year for its staff: as sheets, or as a picture.
func (s *Service) Year(ctx context.Context, actor services.Actor, year int, format Format, words Words) (Paper, error) {
	if format != PNG && format != XLSX {
		return Paper{}, services.Invalid("paper")
	}
	report, err := s.year.Year(ctx, actor, year)
	if err != nil {
		return Paper{}, err
	}
	var ward models.Ward
	if err := s.store.WithContext(ctx).Take(&ward, actor.Ward).Error; err != nil {
		return Paper{}, fmt.Errorf("year: %w", err)
	}
	y, w := yearPaper{report, ward}, writer{words}
	var content []byte
	if format == PNG {
		content, err = y.picture(w)
	} else {
		content, err = y.document(w).workbook()
	}
	if err != nil {
		return Paper{}, fmt.Errorf("year: %w", err)
	}
	paper := Paper{
		Name: w.say("payform.file.year", "year", year) + "." + string(format), MIME: format.MIME(), Content: content,
		People: report.Posts.Heads + report.Posts.Deputies + report.Posts.Members, Total: report.Paid,
	}
	return paper, s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return s.audit.Record(tx, actor, "report.taken", fmt.Sprintf("ward:%d", actor.Ward),
			journal.Detail{"year": year, "format": format})
	})
}

type yearPaper struct {
	year.YearReport
	ward models.Ward
}

// document is a sheet a question: by month, source, organization, village, and
// the posts that nobody holds.
func (y yearPaper) document(w writer) document {
	head := func(key string) string { return w.say("payform.column." + key) }
	titled := func(key string) table {
		return table{
			sheet: w.say("payform.sheet." + key), landscape: true,
			title: []string{w.say("payform.title."+key, "year", y.Year), w.say("payform.title.as_of", "date", date(y.On)),
				w.say("payform.title.unit")},
		}
	}
	months := titled("months")
	months.columns = []column{
		{head("month"), 12, center}, {head("stage"), 22, left}, {head("paid"), 16, right}, {head("unconfirmed"), 16, right},
		{head("sent"), 16, right},
		{head("waiting"), 16, right}, {head("failed"), 16, right}, {head("forecast"), 16, right},
	}
	var forecast int64
	for _, month := range y.Months {
		stage := w.say("payform.run.none")
		if month.State != "" {
			stage = w.say("payform.run." + string(month.State))
		}
		months.rows = append(months.rows, line{body,
			[]any{shortMonth(month.Month), stage, zero(month.Paid), zero(month.Unconfirmed), zero(month.Sent),
				zero(month.Waiting), zero(month.Failed), zero(month.Forecast)}})
		forecast += month.Forecast
	}
	months.rows = append(months.rows, line{total, []any{w.say("payform.sum.all"), nil, y.Paid, zero(y.Unconfirmed),
		y.Sent, y.Waiting, y.Failed, forecast}})

	sources := titled("sources")
	sources.columns = []column{
		{head("source"), 28, left}, {head("budget"), 18, right}, {head("settled"), 18, right}, {head("failed"), 18, right},
		{head("year_forecast"), 20, right}, {head("left"), 20, right},
	}
	source := func(kind kind, name string, budget, settled, failed, forecast int64) line {
		cells := []any{name, zero(budget), settled, zero(failed), forecast, nil}
		if budget > 0 {
			cells[5] = budget - forecast
		}
		return line{kind, cells}
	}
	for _, one := range y.Sources {
		sources.rows = append(sources.rows, source(body, w.source(one.Source), one.Budget, one.Settled(), one.Failed,
			one.Forecast))
	}
	sources.rows = append(sources.rows, source(total, w.say("payform.sum.all"), y.Budget, y.Settled(), y.Failed,
		y.Forecast))

	places := func(key string, rows []year.PlaceSum) table {
		t := titled(key)
		t.columns = []column{
			{head("part"), 30, left}, {head("heads"), 11, center}, {head("deputies"), 11, center},
			{head("members"), 11, center}, {head("cell_members"), 11, center},
			{head("monthly"), 16, right}, {head("paid"), 16, right}, {head("unconfirmed"), 16, right},
			{head("unsettled"), 16, right}, {head("failed"), 16, right},
		}
		var all year.PlaceSum
		row := func(kind kind, name string, p year.PlaceSum) line {
			return line{kind, []any{
				name, count(p.Heads), count(p.Deputies), count(p.Members), count(p.CellMembers),
				zero(p.Amount), zero(p.Paid), zero(p.Unconfirmed), zero(p.Sent + p.Waiting), zero(p.Failed),
			}}
		}
		for _, place := range rows {
			t.rows = append(t.rows, row(body, place.Name, place))
			all.Add(place)
		}
		t.rows = append(t.rows, row(total, w.say("payform.sum.all"), all))
		return t
	}
	vacant := titled("vacancies")
	vacant.landscape = false
	vacant.columns = []column{{head("number"), 8, center}, {head("unit"), 46, left}, {head("vacant"), 22, left}}
	for i, one := range y.Vacancies {
		vacant.rows = append(vacant.rows, line{body,
			[]any{int64(i + 1), one.Branch, w.say("payform.vacant." + string(one.Role))}})
	}
	return document{
		left:   []string{strings.ToUpper(w.say("payform.head.office", "ward", y.ward.Kind+" "+y.ward.Name))},
		right:  []string{w.say("payform.head.state"), w.say("payform.head.motto")},
		tables: []table{months, sources, places("organizations", y.Organizations), places("villages", y.Villages), vacant},
		page:   w.say("payform.page"), made: time.Date(y.On.Year, y.On.Month, y.On.Day, 0, 0, 0, 0, time.UTC),
	}
}

// count leaves the cell of nobody empty.
func count(n int) any { return zero(int64(n)) }

// picture is the year as a phone shows it: a column a month, and below how far
// each source goes.
func (y yearPaper) picture(w writer) ([]byte, error) {
	const margin, chart, bottom = 48, 320, 800
	sources := y.Sources
	c := newCanvas(pictureWidth, 980+150*len(sources)+110)
	width := pictureWidth - 2*margin
	c.text(hand{50, true, ink, left}, margin, 84, width, w.say("payform.title.year_chart", "year", y.Year))
	c.text(hand{32, false, faint, left}, margin, 138, width,
		w.say("payform.head.of_day", "ward", capital(y.ward.Kind+" "+y.ward.Name), "date", date(y.On)))
	legend := []struct {
		key     string
		painted color.Color
	}{{"paid", green}, {"pending", amber}, {"failed", red}, {"forecast", silver}}
	for i, one := range legend {
		x := margin + i%2*width/2
		c.fill(x, 176+i/2*50, 30, 30, one.painted)
		c.text(hand{30, false, ink, left}, x+44, 202+i/2*50, width/2-54, w.say("payform.legend."+one.key))
	}
	most := int64(1)
	for _, month := range y.Months {
		most = max(most, month.Paid+month.Sent+month.Waiting+month.Failed+month.Forecast)
	}
	// Lines at round millions, about four of them.
	step := roundStep(most)
	top := (most + step - 1) / step * step
	height := func(amount int64) int { return int(max(0, amount) * (bottom - chart) / top) }
	const axis = margin + 92
	for level := int64(0); level <= top; level += step {
		at := bottom - height(level)
		c.fill(axis, at, pictureWidth-margin-axis, 2, rule)
		c.text(hand{28, false, faint, right}, axis-14, at+10, 92, millions(level))
	}
	c.text(hand{26, false, faint, left}, margin, chart-26, width, w.say("payform.note.millions"))
	slot := (pictureWidth - margin - axis) / 12
	for i, month := range y.Months {
		x, at := axis+i*slot+slot/6, bottom
		for _, part := range []struct {
			amount  int64
			painted color.Color
		}{{month.Paid, green}, {month.Sent + month.Waiting, amber}, {month.Failed, red}, {month.Forecast, silver}} {
			tall := height(part.amount)
			at -= tall
			c.fill(x, at, slot*2/3, tall, part.painted)
		}
		c.text(hand{30, false, ink, center}, x+slot/3, bottom+42, slot, fmt.Sprintf("T%d", i+1))
	}
	at := bottom + 130
	for _, one := range sources {
		c.text(hand{34, true, ink, left}, margin, at, width, capital(w.source(one.Source)))
		whole := max(one.Budget, one.Forecast, 1)
		c.fill(margin, at+18, width, 26, pale)
		c.fill(margin, at+18, int(int64(width)*max(0, one.Forecast)/whole), 26, silver)
		c.fill(margin, at+18, int(int64(width)*max(0, one.Settled())/whole), 26, green)
		key, painted := "payform.sum.source", color.Color(ink)
		switch {
		case one.Budget == 0:
			key = "payform.sum.source_bare"
		case one.Forecast > one.Budget:
			key, painted = "payform.sum.source_over", red
		}
		if one.Budget > 0 && one.Budget < whole {
			c.fill(margin+int(int64(width)*one.Budget/whole)-2, at+10, 4, 42, ink)
		}
		c.text(hand{30, false, painted, left}, margin, at+86, width, w.say(key,
			"settled", millions(one.Settled()), "forecast", millions(one.Forecast), "budget", millions(one.Budget), "over",
			millions(one.Forecast-one.Budget)))
		at += 150
	}
	c.text(hand{34, true, ink, left}, margin, at+10, width,
		w.say("payform.sum.year", "settled", millions(y.Settled()), "forecast", millions(y.Forecast)))
	c.text(hand{30, false, faint, left}, margin, at+60, width, w.say("payform.note.forecast"))
	return c.png()
}

// roundStep is 1, 2 or 5 times a power of ten, four or so of which make the
// amount.
func roundStep(amount int64) int64 {
	for power := int64(1); ; power *= 10 {
		for _, step := range []int64{power, 2 * power, 5 * power} {
			if step*5 >= amount {
				return step
			}
		}
	}
}

// millions writes đồng as millions with one decimal, rounded half up.
func millions(amount int64) string {
	sign := ""
	if amount < 0 {
		sign, amount = "-", -amount
	}
	tenths := (amount + 50_000) / 100_000
	if tenths%10 == 0 {
		return sign + vn.Dots(tenths/10)
	}
	return fmt.Sprintf("%s%s,%d", sign, vn.Dots(tenths/10), tenths%10)
}
