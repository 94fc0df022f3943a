package roster_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
)

func TestDatesAsPeopleWriteThem(t *testing.T) {
	today := models.NewDate(2026, time.April, 6)
	for text, want := range map[string]string{
		"06/04/2026": "2026-04-06", "6/4/2026": "2026-04-06", "6-4-2026": "2026-04-06", "6.4.26": "2026-04-06",
		"1 / 4 / 2026": "2026-04-01",
		"01 04 2026":   "2026-04-01", "01042026": "2026-04-01", "2026-04-01": "2026-04-01", "từ 1/4": "2026-04-01",
		"từ ngày 01/04": "2026-04-01",
		"1/4":           "2026-04-01", "30/12": "2025-12-30", "01/11": "2025-11-01", "5/9": "2026-09-05",
		"7/10":    "2025-10-07",
		"15.3":    "2026-03-15",
		"hôm nay": "2026-04-06", "HOM NAY.": "2026-04-06", "hôm qua": "2026-04-05", "hôm kia": "2026-04-04",
		"ngày mai": "2026-04-07", "bựa ni": "2026-04-06",
		"đầu tháng": "2026-04-01", "đầu tháng này": "2026-04-01", "đầu tháng ni": "2026-04-01",
		"dau thang truoc": "2026-03-01", "đầu tháng 3": "2026-03-01",
		"đầu tháng sau": "2026-05-01", "cuối tháng": "2026-04-30", "cuối tháng trước": "2026-03-31",
		"cuối tháng 2": "2026-02-28", "đầu tháng 12": "2025-12-01",
		"đầu tháng 12/2026": "2026-12-01", "ngày 5 tháng 4": "2026-04-05", "ngày 5 tháng 4 năm 2026": "2026-04-05",
		"5 tháng 4": "2026-04-05", "5 th4": "2026-04-05",
		"ngày 5": "2026-04-05", "ngày 5 tháng trước": "2026-03-05", "29/02/2024": "2024-02-29",
		"invalid date_impossible 1": "31/02/2026", "invalid date_impossible 2": "25/13", "invalid date_impossible 3": "31/4",
		"invalid date_impossible 4": "04/25/2026",
		"invalid date_impossible 5": "0/4", "invalid date_impossible 6": "29/2", "invalid date_impossible 7": "đầu tháng 13",
		"invalid date_impossible 8": "đầu tháng 0", "invalid date_impossible 9": "ngày 31",
		"invalid date_far 1": "01/01/1900", "invalid date_far 2": "1/1/2035", "invalid date_far 3": "5/4/2016",
		"invalid date_lunar 1": "rằm tháng giêng", "invalid date_lunar 2": "5/4 âm lịch",
		"invalid date_lunar 3": "mùng 5 tháng 4", "invalid date_lunar 4": "10 tháng chạp",
		"invalid date_day 1": "tháng 4", "invalid date_day 2": "4/2026", "invalid date_day 3": "th4",
		"invalid date_day 4": "tháng trước",
		"invalid date 1":     "", "invalid date 2": "chưa biết", "invalid date 3": "1/4/206", "invalid date 4": "1/4/2026/5",
		"invalid date 5": "một",
		"invalid date 6": strings.Repeat("1", 100_000), "invalid date 7": "\xff\xfe",
	} {
		if code, refused := strings.CutPrefix(text, "invalid "); refused {
			code, _, _ = strings.Cut(code, " ")
			day, err := roster.ParseDate(want, today)
			if services.KindOf(err) != services.KindInvalid || services.CodeOf(err) != code {
				t.Errorf("ParseDate(%.40q) = %v, %v, want %s", want, day, err, code)
			}
			continue
		}
		if got, err := roster.ParseDate(text, today); err != nil || got.String() != want {
			t.Errorf("ParseDate(%q) = %v, %v, want %s", text, got, err, want)
		}
	}
}

func TestDateWithoutYearIsTheNearestOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := models.NewDate(2026, 1, 1).AddDays(rapid.IntRange(0, 3000).Draw(t, "today"))
		want := today.AddDays(rapid.IntRange(-180, 180).Draw(t, "days"))
		if want.Month == time.February && want.Day == 29 {
			return
		}
		text := strings.Join([]string{want.String()[8:], want.String()[5:7]},
			rapid.SampledFrom([]string{"/", ".", "-", " "}).Draw(t, "mark"))
		if got, err := roster.ParseDate(text, today); err != nil || got != want {
			t.Fatalf("ParseDate(%q) on %s = %v, %v, want %s", text, today, got, err, want)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	today := models.NewDate(2026, time.April, 6)
	for _, text := range []string{"1/4", "đầu tháng 3/2026", "ngày 5 tháng 4", "hôm nay", "31.2.26"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		day, err := roster.ParseDate(text, today)
		if err != nil && services.KindOf(err) != services.KindInvalid {
			t.Fatalf("ParseDate(%q): %v", text, err)
		}
		if err == nil && (day.Year < 2016 || day.Year > 2028) {
			t.Fatalf("ParseDate(%q) = %v", text, day)
		}
	})
}

func TestNamesAreCleaned(t *testing.T) {
	for text, want := range map[string]string{
		"Nguyễn Thị Hoa": "Nguyễn Thị Hoa", "  nguyễn   thị\thoa ": "nguyễn thị hoa", "H'Hen Niê": "H'Hen Niê",
		"K’Nia":            "K'Nia",
		"Tôn Nữ Hỷ-Khương": "Tôn Nữ Hỷ-Khương", "Lê V. An": "Lê V. An",
		"Nguye\u0302\u0303n Thi\u0323 Hoa": "Nguyễn Thị Hoa", // decomposed
	} {
		if got, err := roster.CleanName(text); err != nil || got != want {
			t.Errorf("CleanName(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
	for text, code := range map[string]string{
		"": "name_short", "A": "name_short", "'A'": "name", "...": "name", "A.": "name_short", "Hoa 2": "name",
		"0912345678": "name", "=SUM(A1)": "name", "Hoa 😀": "name", "<b>Hoa</b>": "name",
		"Но Ха": "name", "Hoa\x00": "name", "Ho\xffa": "name", strings.Repeat("a", 81): "name_long",
		strings.Repeat("a", 100_000): "name_long",
	} {
		if got, err := roster.CleanName(text); services.KindOf(err) != services.KindInvalid || services.CodeOf(err) != code {
			t.Errorf("CleanName(%.40q) = %.40q, %v, want %s", text, got, err, code)
		}
	}
}
