package models

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Date is a civil day, without time or zone. The zero Date is no day; it is
// stored as NULL. Dates compare with ==, Before and After.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// NewDate returns the day, normalised as time.Date does (32 January is
// 1 February).
func NewDate(year int, month time.Month, day int) Date {
	return DateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf is the day that t shows in its own zone.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// ParseDate reads yyyy-mm-dd.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q: want yyyy-mm-dd", s)
	}
	return DateOf(t), nil
}

func (d Date) IsZero() bool { return d == Date{} }

// Time is the start of the day in UTC.
func (d Date) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }
func (d Date) After(e Date) bool  { return d.Compare(e) > 0 }

// Compare is -1, 0 or +1.
func (d Date) Compare(e Date) int {
	a, b := d.Year*10000+int(d.Month)*100+d.Day, e.Year*10000+int(e.Month)*100+e.Day
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// AddDays is n days later.
func (d Date) AddDays(n int) Date { return NewDate(d.Year, d.Month, d.Day+n) }

// MonthOf is the month that holds the day.
func (d Date) MonthOf() Month { return NewMonth(d.Year, d.Month) }

// String is yyyy-mm-dd, or "" for no day.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	*d = parsed
	return err
}

// Value stores the day as text, which both databases order rightly.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
	case time.Time:
		*d = DateOf(v)
	case string:
		return d.scanText(v)
	case []byte:
		return d.scanText(string(v))
	default:
		return fmt.Errorf("date: cannot read %T", src)
	}
	return nil
}

func (d *Date) scanText(s string) error {
	if len(s) > 10 { // "2026-03-05 00:00:00+00:00"
		s = s[:10]
	}
	return d.UnmarshalText([]byte(s))
}

// Month is a calendar month counted from year 0, so that months subtract.
// The zero Month is no month. It is stored as text yyyy-mm.
type Month int

func NewMonth(year int, month time.Month) Month {
	t := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return Month(t.Year()*12 + int(t.Month()) - 1)
}

// ParseMonth reads yyyy-mm.
func ParseMonth(s string) (Month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return 0, fmt.Errorf("month %q: want yyyy-mm", s)
	}
	return NewMonth(t.Year(), t.Month()), nil
}

func (m Month) Year() int         { return int(m) / 12 }
func (m Month) Month() time.Month { return time.Month(int(m)%12 + 1) }
func (m Month) First() Date       { return NewDate(m.Year(), m.Month(), 1) }
func (m Month) Last() Date        { return NewDate(m.Year(), m.Month()+1, 0) }

// Days is how many days the month has.
func (m Month) Days() int { return m.Last().Day }

// String is yyyy-mm, or "" for no month.
func (m Month) String() string {
	if m == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", m.Year(), m.Month())
}

func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

func (m *Month) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*m = 0
		return nil
	}
	parsed, err := ParseMonth(string(text))
	*m = parsed
	return err
}

func (m Month) Value() (driver.Value, error) {
	if m == 0 {
		return nil, nil
	}
	return m.String(), nil
}

func (m *Month) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*m = 0
		return nil
	case string:
		return m.UnmarshalText([]byte(v))
	case []byte:
		return m.UnmarshalText(v)
	}
	return fmt.Errorf("month: cannot read %T", src)
}
