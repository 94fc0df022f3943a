package understand

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Monthly is a day of every month: Day (1-31), or a Weekday of Week (1-4, -1 the
// last one), at Minute of the day.
type Monthly struct {
	Day     int
	Week    int
	Weekday time.Weekday
	Minute  int
}

var (
	momentDate = regexp.MustCompile(`\b(?:ngay |mung )?(\d{1,2})(?:[/.-]|\s*thang\s*)(\d{1,2})(?:(?:[/.-]` +
		`|\s*nam\s*)(\d{4}|\d{2})\b)?`)
	momentDay     = regexp.MustCompile(`\b(?:ngay|mung|mong) (\d{1,2})\b`)
	momentWeekday = regexp.MustCompile(`\b(?:thu (hai|ba|tu|nam|sau|bay|[2-7])|t([2-7])|(chu nhat|cn))\b`)
	momentIn      = regexp.MustCompile(`\b(\d{1,3}|mot|hai|ba|nua) (phut|tieng|gio|ngay) nua\b|\b(nua) (tieng|gio` +
		`|ngay) nua\b`)
	momentSoon = regexp.MustCompile(`\b(?:(hom nay|sang nay|trua nay|chieu nay|toi nay|dem nay|bua nay)` +
		`|(ngay mai|mai)|(ngay kia|sang kia|chieu kia|toi kia|sang mot|chieu mot|toi mot|ngay mot))\b`)
	momentNext = regexp.MustCompile(`\btuan (?:sau|toi|den)\b`)
	momentHour = regexp.MustCompile(`\b(?:luc |vao )?(\d{1,2}) ?(?:gio|h|g|:) ?(?:(ruoi)|(kem) (\d{1,2})` +
		`|(\d{1,2}))?(?: ?(?:phut|p)\b)?`)
	dayPart   = regexp.MustCompile(`\b(sang|trua|chieu|toi|dem)\b`)
	monthWeek = regexp.MustCompile(`\btuan (?:thu )?(dau|nhat|mot|hai|ba|tu|cuoi|[1-4])\b|\b(dau tien` +
		`|dau thang|cuoi cung|cuoi thang)\b`)
)

var weekdayWords = map[string]time.Weekday{
	"hai": time.Monday, "ba": time.Tuesday, "tu": time.Wednesday, "nam": time.Thursday, "sau": time.Friday,
	"bay": time.Saturday,
	"2":   time.Monday, "3": time.Tuesday, "4": time.Wednesday, "5": time.Thursday, "6": time.Friday, "7": time.Saturday,
}

// ReadMoment understands "8h sáng mai", "thứ Bảy 7h30", "19h 25/4", "15 phút
// nữa", as somebody says it at now, in the zone of now. Where no hour is said it
// is hour; a negative one makes that no moment. A day without a month is the next
// such day, a time without a day is today's, also when it is past.
func ReadMoment(text string, now time.Time, hour int) (moment time.Time, ok bool) {
	said := Fold(text)
	if match := momentIn.FindStringSubmatch(said); match != nil {
		return now.Add(lapse(match)), true
	}
	day, said, dated := dayOf(said, now)
	minute, timed := timeOf(said)
	if !timed {
		if hour < 0 || !dated {
			return time.Time{}, false
		}
		minute = 60 * hour
	}
	// A weekday's own day counts while its time is still ahead.
	at := day.at.Add(time.Duration(minute) * time.Minute)
	if day.weekly && !at.After(now) {
		at = at.AddDate(0, 0, 7)
	}
	if day.monthly && !at.After(now) {
		at = at.AddDate(0, 1, 0)
	}
	return at, day.at.Day() > 0 && !day.wrong
}

func lapse(match []string) time.Duration {
	count, unit := match[1], match[2]
	if count == "" {
		count, unit = match[3], match[4]
	}
	n, err := strconv.Atoi(count)
	if err != nil {
		n = map[string]int{"mot": 1, "hai": 2, "ba": 3}[count]
	}
	each := map[string]time.Duration{"phut": time.Minute, "tieng": time.Hour, "gio": time.Hour,
		"ngay": 24 * time.Hour}[unit]
	if count == "nua" {
		return each / 2
	}
	return time.Duration(n) * each
}

// daySaid is midnight of a day, and how it was named.
type daySaid struct {
	at              time.Time
	weekly, monthly bool
	wrong           bool // 31/2
}

// dayOf finds the day and takes its words out of the text.
func dayOf(said string, now time.Time) (day daySaid, rest string, found bool) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	cut := func(at []int) string { return said[:at[0]] + " " + said[at[1]:] }
	if at := momentDate.FindStringSubmatchIndex(said); at != nil {
		d, m := figureAt(said, at, 1), figureAt(said, at, 2)
		year, written := today.Year(), at[6] >= 0
		if written {
			if year = figureAt(said, at, 3); year < 100 {
				year += 2000
			}
		}
		date := time.Date(year, time.Month(m), d, 0, 0, 0, 0, now.Location())
		wrong := date.Day() != d || int(date.Month()) != m
		// In December, 5/1 is next year's.
		if !written && today.Sub(date) > 182*24*time.Hour {
			date = date.AddDate(1, 0, 0)
		}
		return daySaid{at: date, wrong: wrong}, cut(at), true
	}
	if at := momentWeekday.FindStringSubmatchIndex(said); at != nil {
		weekday := weekdayAt(said, at)
		rest := cut(at)
		ahead := (int(weekday) - int(today.Weekday()) + 7) % 7
		if next := momentNext.FindStringIndex(rest); next != nil {
			monday := today.AddDate(0, 0, 7-(int(today.Weekday())+6)%7)
			return daySaid{at: monday.AddDate(0, 0, (int(weekday)+6)%7)}, rest[:next[0]] + rest[next[1]:], true
		}
		return daySaid{at: today.AddDate(0, 0, ahead), weekly: true}, rest, true
	}
	if at := momentDay.FindStringSubmatchIndex(said); at != nil {
		d := figureAt(said, at, 1)
		date := time.Date(today.Year(), today.Month(), d, 0, 0, 0, 0, now.Location())
		return daySaid{at: date, monthly: date.Before(today) || date.Equal(today), wrong: date.Day() != d}, cut(at), true
	}
	if at := momentSoon.FindStringSubmatchIndex(said); at != nil {
		word := said[at[0]:at[1]]
		days := 0
		switch {
		case at[4] >= 0:
			days = 1
		case at[6] >= 0:
			days = 2
		}
		part := dayPart.FindString(word) // "tối nay" says the part of the day, too
		return daySaid{at: today.AddDate(0, 0, days)}, said[:at[0]] + " " + part + " " + said[at[1]:], true
	}
	return daySaid{at: today}, said, false
}

func figureAt(said string, at []int, group int) int {
	n, _ := strconv.Atoi(said[at[2*group]:at[2*group+1]])
	return n
}

func weekdayAt(said string, at []int) time.Weekday {
	for group := 1; group <= 2; group++ {
		if at[2*group] >= 0 {
			return weekdayWords[said[at[2*group]:at[2*group+1]]]
		}
	}
	return time.Sunday
}

// timeOf finds the time of day, in minutes.
func timeOf(said string) (minute int, ok bool) {
	at := momentHour.FindStringSubmatchIndex(said)
	if at == nil {
		return 0, false
	}
	hour := figureAt(said, at, 1)
	switch {
	case at[4] >= 0:
		minute = 30
	case at[6] >= 0:
		minute = -figureAt(said, at, 4)
	case at[10] >= 0:
		minute = figureAt(said, at, 5)
	}
	rest := said[:at[0]] + " " + said[at[1]:]
	switch part := dayPart.FindString(rest); {
	case hour > 24 || minute >= 60:
		return 0, false
	case part == "chieu" && hour < 12, part == "toi" && hour >= 4 && hour < 12, part == "trua" && hour < 4,
		part == "dem" && hour >= 6 && hour < 12:
		hour += 12
	}
	return hour*60 + minute, true
}

// dayNamed is a day in the middle of a sentence, with the word before it.
var dayNamed = regexp.MustCompile(`(?:(\S+) +)?(?:ngày +|ngay +)?\b([0-9]{1,2})[/.-]([0-9]{1,2})` +
	`(?:[/.-]([0-9]{4}|[0-9]{2}))?\b`)

// ReadDay finds the day that a sentence names, "thôi làm từ 1/4", and whether
// something begins on it. Without a year it is the nearest one to today that is
// not more than half a year ahead.
func ReadDay(text string, today time.Time) (day time.Time, begins, ok bool) {
	found := dayNamed.FindStringSubmatch(text)
	if found == nil {
		return time.Time{}, false, false
	}
	d, _ := strconv.Atoi(found[2])
	m, _ := strconv.Atoi(found[3])
	year, _ := strconv.Atoi(found[4])
	month := func(year, m int) time.Time { return time.Date(year, time.Month(m), 1, 0, 0, 0, 0, time.UTC) }
	switch {
	case found[4] == "":
		year = today.Year()
		if month(year, m).After(month(year, int(today.Month())+6)) {
			year--
		}
	case year < 100:
		year += 2000
	}
	day = month(year, m).AddDate(0, 0, d-1)
	return day, Fold(found[1]) == "tu", day.Day() == d && int(day.Month()) == m
}

// ReadMonthly understands "ngày 5 hằng tháng lúc 8h", "7h30 thứ Bảy tuần đầu",
// "14h thứ Sáu cuối tháng".
func ReadMonthly(text string) (rule Monthly, ok bool) {
	said := Fold(text)
	if at := momentWeekday.FindStringSubmatchIndex(said); at != nil {
		rule.Weekday = weekdayAt(said, at)
		said = said[:at[0]] + " " + said[at[1]:]
		week := monthWeek.FindStringSubmatchIndex(said)
		if week == nil {
			return Monthly{}, false
		}
		word := strings.TrimPrefix(strings.TrimPrefix(said[week[0]:week[1]], "tuan "), "thu ")
		switch word {
		case "dau", "nhat", "mot", "1", "dau tien", "dau thang":
			rule.Week = 1
		case "hai", "2":
			rule.Week = 2
		case "ba", "3":
			rule.Week = 3
		case "tu", "4":
			rule.Week = 4
		default:
			rule.Week = -1
		}
		said = said[:week[0]] + " " + said[week[1]:]
	} else if at := momentDay.FindStringSubmatchIndex(said); at != nil {
		if rule.Day = figureAt(said, at, 1); rule.Day < 1 || rule.Day > 31 {
			return Monthly{}, false
		}
		said = said[:at[0]] + " " + said[at[1]:]
	} else if strings.Contains(said, "cuoi thang") {
		rule.Day = 31
	} else {
		return Monthly{}, false
	}
	rule.Minute, ok = timeOf(said)
	return rule, ok && rule.Minute < 24*60
}
