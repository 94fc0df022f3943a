package roster

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"canbobot/models"
	"canbobot/services"
)

const (
	maxDateText = 60 // bytes; the longest honest spelling is well below
	yearsBack   = 10
	yearsAhead  = 2
)

// ParseDate reads a day as people write it: dd/mm/yyyy with any usual mark
// between, d.m.yy, yyyy-mm-dd, ddmmyyyy, d/m (the year nearest to today),
// "ngày 5 tháng 4", "ngày 5" (of this month), "hôm nay", "hôm qua", "đầu
// tháng", "cuối tháng trước", in any accents. It refuses with invalid and:
//
//	date             unreadable
//	date_impossible  31/02, month 13
//	date_day         a month without a day
//	date_lunar       the lunar calendar: ask for the solar day
//	date_far         more than 10 years ago or 2 years ahead
func ParseDate(text string, today models.Date) (models.Date, error) {
	if len(text) > maxDateText {
		return models.Date{}, services.Invalid("date")
	}
	folded := strings.Trim(models.Fold(text), " .,;!")
	if lunar.MatchString(folded) {
		return models.Date{}, services.Invalid("date_lunar")
	}
	folded = leadIn.ReplaceAllString(folded, "")
	day, err := readDate(folded, today)
	if err != nil {
		return models.Date{}, err
	}
	if day.Before(models.NewDate(today.Year-yearsBack, today.Month, today.Day)) ||
		day.After(models.NewDate(today.Year+yearsAhead, today.Month, today.Day)) {
		return models.Date{}, services.Invalid("date_far").With("date", day)
	}
	return day, nil
}

var (
	lunar   = regexp.MustCompile(`\b(am lich|lich am|al|gieng|chap|mung|mong)\b`)
	leadIn  = regexp.MustCompile(`^(ke tu|bat dau tu|bat dau|tu|vao|la|den|het)\s+`)
	spelled = regexp.MustCompile(`^(?:ngay\s*)?(\d{1,2})\s*(?:thang|th|t)\s*(\d{1,2})(?:\s*(?:nam)?\s*(\d{4}|\d{2}))?$`)
	marked  = regexp.MustCompile(`^(?:ngay\s*)?(\d{1,2})\s*[/.,\- ]\s*(\d{1,2})(?:\s*[/.,\- ]\s*(\d{4}|\d{2}))?$`)
	iso     = regexp.MustCompile(`^(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})$`)
	solid   = regexp.MustCompile(`^(\d{2})(\d{2})(\d{4})$`)
	dayOnly = regexp.MustCompile(`^ngay\s*(\d{1,2})(?:\s*thang\s*(nay|ni|truoc|sau|toi))?$`)
	month   = regexp.MustCompile(`^(?:(?:thang|th|t)\s*)?(\d{1,2})\s*[/.\-]\s*(\d{4})$|^(?:thang|th|t)\s*\d{1,2}$` +
		`|^thang\s*(?:nay|ni|truoc|sau|toi)$`)
	edge = regexp.MustCompile(`^(dau|cuoi)\s+(?:thang|th|t)(?:\s*(nay|ni|truoc|qua|sau|toi|\d{1,2})(?:\s*` +
		`(?:[/.\-]|nam)?\s*(\d{4}))?)?$`)
)

// near are the days that have names.
var near = map[string]int{
	"hom nay": 0, "nay": 0, "bua nay": 0, "bua ni": 0, "hom ni": 0, "ngay hom nay": 0, "today": 0,
	"hom qua": -1, "qua": -1, "bua qua": -1, "ngay hom qua": -1,
	"hom kia": -2, "bua kia": -2,
	"mai": 1, "ngay mai": 1, "hom sau": 1, "ngay kia": 2,
}

func readDate(text string, today models.Date) (models.Date, error) {
	if days, ok := near[text]; ok {
		return today.AddDays(days), nil
	}
	if m := iso.FindStringSubmatch(text); m != nil {
		return exact(number(m[1]), number(m[2]), number(m[3]))
	}
	if m := solid.FindStringSubmatch(text); m != nil {
		return exact(number(m[3]), number(m[2]), number(m[1]))
	}
	for _, form := range []*regexp.Regexp{spelled, marked} {
		if m := form.FindStringSubmatch(text); m != nil {
			if m[3] == "" {
				return nearest(number(m[2]), number(m[1]), today)
			}
			return exact(century(m[3]), number(m[2]), number(m[1]))
		}
	}
	if m := dayOnly.FindStringSubmatch(text); m != nil {
		of := today.MonthOf() + monthStep[m[2]]
		return exact(of.Year(), int(of.Month()), number(m[1]))
	}
	if m := edge.FindStringSubmatch(text); m != nil {
		return readEdge(m[1] == "dau", m[2], m[3], today)
	}
	if month.MatchString(text) {
		return models.Date{}, services.Invalid("date_day")
	}
	return models.Date{}, services.Invalid("date")
}

// monthStep is how far a named month is from this one.
var monthStep = map[string]models.Month{"truoc": -1, "qua": -1, "sau": 1, "toi": 1}

// readEdge reads the first or last day of a month that is named, numbered or
// this one.
func readEdge(first bool, which, year string, today models.Date) (models.Date, error) {
	of := today.MonthOf() + monthStep[which]
	if which != "" && which[0] <= '9' {
		numbered := number(which)
		day, err := nearest(numbered, 1, today)
		if year != "" {
			day, err = exact(number(year), numbered, 1)
		}
		if err != nil {
			return models.Date{}, err
		}
		of = day.MonthOf()
	}
	if first {
		return of.First(), nil
	}
	return of.Last(), nil
}

// exact refuses a day that the calendar does not have.
func exact(year, month, day int) (models.Date, error) {
	date := models.NewDate(year, time.Month(month), day)
	if date.Year != year || int(date.Month) != month || date.Day != day {
		return models.Date{}, services.Invalid("date_impossible")
	}
	return date, nil
}

// nearest finds the year in which a day without one lies closest to today; of
// two equally close, the past one.
func nearest(month, day int, today models.Date) (models.Date, error) {
	var best models.Date
	distance := func(d models.Date) time.Duration { return d.Time().Sub(today.Time()).Abs() }
	for year := today.Year - 1; year <= today.Year+1; year++ {
		date, err := exact(year, month, day)
		if err == nil && (best.IsZero() || distance(date) < distance(best)) {
			best = date
		}
	}
	if best.IsZero() {
		return models.Date{}, services.Invalid("date_impossible")
	}
	return best, nil
}

// century reads 26 as 2026: nobody's post began before 2000.
func century(year string) int {
	if len(year) == 2 {
		return 2000 + number(year)
	}
	return number(year)
}

func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}
