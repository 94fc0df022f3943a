package understand_test

import (
	"strings"
	"testing"
	"time"

	"canbobot/bot/understand"
)

func TestReadDay(t *testing.T) {
	today := time.Date(2026, 4, 6, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]struct {
		day    string
		begins bool
	}{
		"ông Bình thôi làm từ 1/4":         {"2026-04-01", true},
		"thoi lam tu ngay 1/4/2026":        {"2026-04-01", true},
		"kể từ 01.03.2026 chị Lan làm phó": {"2026-03-01", true},
		"nghỉ hết ngày 31-3":               {"2026-03-31", false},
		"làm đến 31/12":                    {"2025-12-31", false},
		"bầu hôm 5/3/25":                   {"2025-03-05", false},
		"từ 31/2":                          {},
		"từ 1/13":                          {},
		"số 12/QĐ":                         {},
		"tháng 3":                          {},
		"":                                 {},
	} {
		day, begins, ok := understand.ReadDay(text, today)
		got := ""
		if ok {
			got = day.Format(time.DateOnly)
		}
		begins = begins && ok
		if got != want.day || begins != want.begins {
			t.Errorf("%q names %q (begins %v), want %q (%v)", text, got, begins, want.day, want.begins)
		}
	}
}

func TestUnanswered(t *testing.T) {
	for text, want := range map[string]bool{
		"chưa có": true, "chua co so": true, "không có": true, "ko co": true, "nỏ có": true, "chưa biết": true,
		"không": true, "để sau": true, "dạ chưa có ạ": true,
		"0912345678": false, "chưa chắc là 0912345678": false, "có": false, "nỏng": false,
		"chưa có số của bác ấy đâu": false, "": false,
	} {
		if got := understand.Unanswered(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestSays holds what the readers of one thing take, and what they do not.
func TestSays(t *testing.T) {
	for _, test := range []struct {
		what    string
		says    func(string) bool
		yes, no []string
	}{
		{"none", understand.None, []string{"không", "Không có", "khong"},
			[]string{"chưa", "chưa biết", "không có gì", "0", ""}},
		{"agrees", understand.Agrees, []string{"Đồng ý", "tôi đồng ý", "em dong y"},
			[]string{"ok", "không đồng ý", "đồng ý một phần", ""}},
		{"of oneself", understand.OfOneself, []string{"đổi số của tôi", "số tui mới đổi", "số em là 0912345678"},
			[]string{"đổi số chị Hoa", "tôi đổi số", "số của anh ấy", ""}},
		{"oneself", understand.Oneself, []string{"của tôi", "tôi", "bác đây", "số của em ạ", "Cô"},
			[]string{"cô Hoa", "số chị Hoa", "của ai", ""}},
		{"leaves", understand.Leaves, []string{"tôi xin nghỉ", "bác thôi làm", "xin rút", "cho em xin thôi",
			"em không làm nữa"},
			[]string{"chị Hoa xin nghỉ", "anh Bình nghỉ", "xin hỏi", ""}},
		{"acting", understand.Acting, []string{"tạm quyền", "giao anh Bình phụ trách", "quyền chi hội trưởng", "tạm thay"},
			[]string{"thay chị Hoa", "quyền lợi", "chi hội trưởng", ""}},
		{"may be a name", understand.MayBeName, []string{"Trần Thị Lan", "tran thi lan", "Y Moan"},
			[]string{"không biết", "để hỏi lại", "từ từ đã", "Chưa Có", "mới bầu xong", ""}},
	} {
		for _, text := range test.yes {
			if !test.says(text) {
				t.Errorf("%s: not by %q", test.what, text)
			}
		}
		for _, text := range test.no {
			if test.says(text) {
				t.Errorf("%s: by %q", test.what, text)
			}
		}
	}
}

func organizations(text string) string {
	codes, every := understand.ReadOrganizations(text)
	if every {
		codes = append(codes, "every")
	}
	return strings.Join(codes, ",")
}

// TestReads holds what the readers make of words.
func TestReads(t *testing.T) {
	for _, test := range []struct {
		what string
		read func(string) string
		want map[string]string
	}{
		{"leave reason", understand.LeaveReason, map[string]string{
			"bác Bình mất rồi": "died", "ông vừa mất": "died", "chị Hoa chuyển đi Vinh": "moved", "vào nam làm ăn": "moved",
			"hết nhiệm kỳ": "term_ended", "bị kỷ luật, xin nghỉ": "dismissed", "tôi xin thôi": "resigned",
			"qua đời, không làm nữa": "died",
			"anh Bình nghỉ":          "", "mất điện thoại": "", "": "",
		}},
		{"shortfall", understand.Shortfall, map[string]string{
			"tháng 3 thiếu tiền": "less", "chưa nhận được, hay thiếu": "less", "chưa nhận được tiền": "none",
			"khong thay tien": "none", "nỏ có chi": "none", "chưa ai nhận": "none",
			"nhận rồi": "", "không đúng": "", "": "",
		}},
		{"accrual", understand.ReadAccrual, map[string]string{
			"có mặt ngày 10": "full_if_on_day 10", "đủ 12 ngày, không đủ thì 50%": "full_from 12 50",
			"đủ 15 ngày": "full_from 15 0", "từ tháng sau": "next_month", "Theo ngày": "by_day",
			"ngày": "", "tháng này": "", "50%": "", "": "",
		}},
		{"stacking", understand.ReadStacking, map[string]string{
			"cao nhất và 50%": "highest_plus 50", "mức cao nhất": "highest", "tất cả": "all", "hưởng hết": "all",
			"một nửa": "", "": "",
		}},
		{"organizations", organizations, map[string]string{
			"phụ nữ, nông dân": "farmers,women", "đoàn": "youth", "Đoàn Thanh niên": "youth", "chi bộ": "party_cell",
			"Đảng": "party_cell", "CCB": "veterans", "người cao tuổi và mặt trận": "elderly,front", "mọi hội": "every",
			"tất cả": "every", "hội": "", "": "",
		}},
		{"without call", understand.WithoutCall, map[string]string{
			"chị Trần Thị Lan nhé": "Trần Thị Lan", "bác Hoa ạ": "Hoa", "Chu Văn An": "Chu Văn An", "chị": "chị",
			"Lan.": "Lan", "": "",
		}},
	} {
		for text, want := range test.want {
			if got := test.read(text); got != want {
				t.Errorf("%s of %q is %q, want %q", test.what, text, got, want)
			}
		}
	}
}
