package understand

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadAudience(t *testing.T) {
	villages := strings.Split("Tổ dân phố 1,Tổ dân phố 2,Tổ dân phố 3,Tổ dân phố 4,Tổ dân phố 5,"+
		"Tổ dân phố Thuận Hoà,Tổ dân phố Đậu Liêu 1,Thôn Đông", ",")
	for text, want := range map[string]Audience{
		"các chi hội trưởng phụ nữ phường Bắc Hồng Lĩnh": {Roles: []string{"head"}, Organizations: []string{"women"}},
		"cac chi hoi truong phu nu":                      {Roles: []string{"head"}, Organizations: []string{"women"}},
		"cấp phó chi đoàn tổ 5": {Roles: []string{"deputy"}, Organizations: []string{"youth"},
			Villages: []int{4}},
		"những người chưa xác nhận thông báo 12": {Unconfirmed: 12},
		"ai chưa đọc thông báo số 3":             {Unconfirmed: 3, Rest: []string{"ai"}},
		"cả phường":                              {Everyone: true},
		"tất cả cán bộ":                          {Everyone: true},
		"toàn bộ chi hội nông dân":               {Everyone: true, Organizations: []string{"farmers"}},
		"bí thư và phó bí thư": {Roles: []string{"deputy", "head"},
			Organizations: []string{"youth"}},
		"bí thư chi đoàn tổ 1, 2 và Thuận Hòa": {Roles: []string{"head"}, Organizations: []string{"youth"},
			Villages: []int{0, 1, 5}},
		"trưởng, phó các chi hội CCB TDP 3": {Roles: []string{"deputy", "head"},
			Organizations: []string{"veterans"}, Villages: []int{2}},
		"phó chi hội trưởng phụ nữ": {Roles: []string{"deputy"}, Organizations: []string{"women"}},
		"tổ 2 đến 4":                {Villages: []int{1, 2, 3}},
		"tổ5":                       {Villages: []int{4}},
		"tổ dân phố số 5":           {Villages: []int{4}},
		"tổ Đậu Liêu 1":             {Villages: []int{6}},
		"thôn Đông":                 {Villages: []int{7}},
		"phụ nữ và nông dân":        {Organizations: []string{"farmers", "women"}},
		"cấp uỷ viên tổ 1":          {Roles: []string{"cell_member"}, Villages: []int{0}},
		"uỷ viên ban chấp hành":     {Roles: []string{"member"}},
		"cả phường trừ tổ 5":        {Everyone: true, Villages: []int{4}, Rest: []string{"trừ"}},
		"tổ 99":                     {Rest: []string{"tổ 99"}},
		"phường Nam Hồng Lĩnh":      {Rest: []string{"Nam Hồng Lĩnh"}},
		"trưởng thôn":               {Rest: []string{"trưởng"}},
		"chị Trần Thị Lan":          {Rest: []string{"Trần Thị Lan"}},
		"Trần Thị Lan, Lê Văn Nam":  {Rest: []string{"Trần Thị Lan", "Lê Văn Nam"}},
		"":                          {},
		"chi hội trưởng phụ nữ tổ 1 và chi hội phó nông dân": {Roles: []string{"deputy", "head"},
			Organizations: []string{"farmers", "women"}, Villages: []int{0}},
	} {
		if diff := cmp.Diff(want, ReadAudience(text, "Bắc Hồng Lĩnh", villages)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestReadMoment(t *testing.T) {
	zone := time.FixedZone("", 7*3600)
	now := time.Date(2026, 4, 6, 9, 0, 0, 0, zone) // a Monday
	for text, want := range map[string]string{
		"8h sáng mai":                "2026-04-07 08:00",
		"thứ Bảy 7h30":               "2026-04-11 07:30",
		"7 rưỡi":                     "",
		"7h rưỡi tối nay":            "2026-04-06 19:30",
		"7 giờ rưỡi tối mai":         "2026-04-07 19:30",
		"2h chiều":                   "2026-04-06 14:00",
		"14:30":                      "2026-04-06 14:30",
		"8h":                         "2026-04-06 08:00", // past: the caller says so
		"19h 25/4":                   "2026-04-25 19:00",
		"8 giờ ngày 25 tháng 4":      "2026-04-25 08:00",
		"8h ngày 25/4/2027":          "2027-04-25 08:00",
		"8h 1/3":                     "2026-03-01 08:00",
		"8h ngày 5":                  "2026-05-05 08:00",
		"thứ hai 8h":                 "2026-04-13 08:00",
		"thứ hai 10h":                "2026-04-06 10:00",
		"cn 8h":                      "2026-04-12 08:00",
		"thứ tư tuần sau lúc 8h":     "2026-04-15 08:00",
		"15 phút nữa":                "2026-04-06 09:15",
		"2 tiếng nữa":                "2026-04-06 11:00",
		"nửa tiếng nữa":              "2026-04-06 09:30",
		"9 giờ kém 15 sáng ngày kia": "2026-04-08 08:45",
		"12h trưa mai":               "2026-04-07 12:00",
		"8h 31/2":                    "",
		"sáng mai":                   "",
		"lúc nào cũng được":          "",
		"25h":                        "",
	} {
		got := ""
		if at, ok := ReadMoment(text, now, -1); ok {
			got = at.Format("2006-01-02 15:04")
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if at, ok := ReadMoment("trước thứ sáu", now, 17); !ok || at.Format("2006-01-02 15:04") != "2026-04-10 17:00" {
		t.Errorf("%s, %v", at, ok)
	}
	if _, ok := ReadMoment("xong thì báo", now, 17); ok {
		t.Error("a moment was read where none is")
	}
}

func TestReadMonthly(t *testing.T) {
	for text, want := range map[string]Monthly{
		"ngày 5 hằng tháng lúc 8h":    {Day: 5, Minute: 480},
		"7h30 thứ Bảy tuần đầu":       {Week: 1, Weekday: time.Saturday, Minute: 450},
		"thứ hai tuần thứ hai, 14h":   {Week: 2, Weekday: time.Monday, Minute: 840},
		"thứ Sáu cuối tháng 2h chiều": {Week: -1, Weekday: time.Friday, Minute: 840},
		"8h chủ nhật đầu tiên":        {Week: 1, Weekday: time.Sunday, Minute: 480},
		"cuối tháng 8h":               {Day: 31, Minute: 480},
	} {
		if got, ok := ReadMonthly(text); !ok || got != want {
			t.Errorf("%q: %+v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"thứ Bảy 8h", "ngày 5", "ngày 32 8h", "hằng tháng"} {
		if got, ok := ReadMonthly(text); ok {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func FuzzReadAudience(f *testing.F) {
	f.Add("tổ 1, 2 và các chi hội trưởng chưa xác nhận thông báo 12 - 5")
	villages := []string{"Tổ dân phố 1", "Thôn Đông", ""}
	f.Fuzz(func(t *testing.T, text string) {
		audience := ReadAudience(text, "Bắc", villages)
		if !slices.IsSorted(audience.Villages) || !slices.IsSorted(audience.Roles) {
			t.Errorf("%+v", audience)
		}
		ReadMoment(text, time.Unix(0, 0), 8)
		ReadMonthly(text)
	})
}

// What is no text, as a platform may send it, is read without harm.
func TestReadAudienceOfNoText(t *testing.T) {
	for _, text := range []string{"t\xff\xfe", "\xff", "5\xc3", "tổ\x805"} {
		ReadAudience(text, "Bắc", []string{"Tổ dân phố 5"})
		ReadMoment(text, time.Unix(0, 0), 8)
		ReadMonthly(text)
	}
}
