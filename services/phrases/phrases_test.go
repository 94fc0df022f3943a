package phrases_test

import (
	"context"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/phrases"
)

type town struct {
	*phrases.Service
	t           *testing.T
	ctx         context.Context
	store       *models.Store
	now         time.Time
	bac, nam    int64
	admin, lan  services.Actor
	clerk, away services.Actor
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t, ctx: context.Background(), now: time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	w.store = storetest.New(t, clock)
	for _, code := range []string{"bac", "nam"} {
		ward := models.Ward{Code: code, Name: code, Kind: "phường", ValidFrom: models.NewDate(2025, 7, 1), CreatedAt: w.now}
		if err := w.store.Create(&ward).Error; err != nil {
			t.Fatal(err)
		}
		w.bac, w.nam = w.nam, ward.ID
	}
	w.Service = phrases.New(w.store, journal.New(w.store, clock), clock)
	w.admin = services.Actor{Role: services.Admin, Ward: w.bac, Staff: 1}
	w.clerk = services.Actor{Role: services.Clerk, Ward: w.bac, Staff: 2}
	w.lan = services.Actor{Role: services.Officer, Ward: w.bac, Person: 3}
	w.away = services.Actor{Role: services.Admin, Ward: w.nam, Staff: 4}
	return w
}

func (w *town) counts(intent, text string, names ...string) {
	w.t.Helper()
	if err := w.Count(w.ctx, w.lan, phrases.Unclear{Intent: intent, Text: text, Names: names}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) report() phrases.Report {
	w.t.Helper()
	report, err := w.Of(w.ctx, w.clerk, w.bac)
	if err != nil {
		w.t.Fatal(err)
	}
	return report
}

func (w *town) rows() int64 {
	w.t.Helper()
	var rows int64
	if err := w.store.Model(&models.KeptPhrase{}).Count(&rows).Error; err != nil {
		w.t.Fatal(err)
	}
	return rows
}

func TestPhrasesAreCountedAndNotKept(t *testing.T) {
	w := newTown(t)
	w.counts("unknown", "thời tiết")
	w.counts("allowance", "tiền nong chi")
	w.counts("allowance", "tiền nong răng")
	want := phrases.Report{Since: models.NewDate(2026, 3, 7), Counts: []phrases.Count{{"allowance", 2}, {"unknown", 1}}}
	if diff := cmp.Diff(want, w.report()); diff != "" {
		t.Error(diff)
	}
	if w.rows() != 0 {
		t.Error("a text was kept, and nobody had asked for it")
	}
	w.now = w.now.AddDate(0, 0, 31) // a month later they are no news
	if got := w.report(); len(got.Counts) != 0 {
		t.Errorf("still reported: %v", got.Counts)
	}
	w.now = w.now.AddDate(1, 0, 0)
	if _, err := phrases.PurgeCounts.Run(w.store.DB, w.now); err != nil {
		t.Fatal(err)
	}
	var rows int64
	if err := w.store.Model(&models.PhraseCount{}).Count(&rows).Error; err != nil || rows != 0 {
		t.Errorf("%d counts of a year ago are left, %v", rows, err)
	}
}

func TestPhrasesAreKeptMaskedForThirtyDaysWhereTheWardWantsIt(t *testing.T) {
	w := newTown(t)
	if err := w.Keep(w.ctx, w.admin, w.bac, true); err != nil {
		t.Fatal(err)
	}
	w.counts("unknown", "nhờ chị Hoa gọi 0912 345 678", "Hoa")
	report := w.report()
	if !report.Keeping || len(report.Kept) != 1 || report.Kept[0].Masked != "nhờ chị [tên] gọi [số]" ||
		report.Kept[0].Intent != "unknown" {
		t.Fatalf("kept %+v", report.Kept)
	}
	far := services.Actor{Role: services.Officer, Ward: w.nam, Person: 9}
	if err := w.Count(w.ctx, far, phrases.Unclear{Intent: "unknown", Text: "ở phường kia"}); err != nil || w.rows() != 1 {
		t.Errorf("the other ward keeps nothing: %d rows, %v", w.rows(), err)
	}
	w.now = w.now.Add(30*24*time.Hour - time.Second)
	if _, err := phrases.PurgeKept.Run(w.store.DB, w.now); err != nil || w.rows() != 1 {
		t.Errorf("gone too early: %d, %v", w.rows(), err)
	}
	w.now = w.now.Add(2 * time.Second)
	if _, err := phrases.PurgeKept.Run(w.store.DB, w.now); err != nil || w.rows() != 0 {
		t.Errorf("not gone: %d, %v", w.rows(), err)
	}
	w.counts("unknown", "lần nữa")
	if err := w.Keep(w.ctx, w.admin, w.bac, false); err != nil || w.rows() != 0 {
		t.Errorf("turned off, %d are left, %v", w.rows(), err)
	}
}

func TestWhoMayNotIsRefused(t *testing.T) {
	w := newTown(t)
	for name, call := range map[string]struct {
		err  error
		kind services.Kind
	}{
		"a foreign ward is not to be switched": {w.Keep(w.ctx, w.away, w.bac, true), services.KindNotFound},
		"a clerk does not switch":              {w.Keep(w.ctx, w.clerk, w.bac, true), services.KindDenied},
		"an officer does not switch":           {w.Keep(w.ctx, w.lan, w.bac, true), services.KindDenied},
		"no such ward":                         {w.Keep(w.ctx, services.SystemActor(0), 99, true), services.KindNotFound},
		"a foreign ward is not to be read":     {second(w.Of(w.ctx, w.away, w.bac)), services.KindNotFound},
		"an officer does not read":             {second(w.Of(w.ctx, w.lan, w.bac)), services.KindDenied},
		"a stranger does not read":             {second(w.Of(w.ctx, services.Actor{}, w.bac)), services.KindDenied},
		"no intent": {w.Count(w.ctx, w.lan, phrases.Unclear{Intent: "Nguyễn Thị Lan"}),
			services.KindInternal},
	} {
		if services.KindOf(call.err) != call.kind {
			t.Errorf("%s: %v, want %s", name, call.err, call.kind)
		}
	}
	if err := w.Count(w.ctx, services.Actor{Channel: "zalo"}, phrases.Unclear{Intent: "unknown", Text: "a"}); err != nil {
		t.Errorf("a stranger: %v", err)
	}
	if w.report().Keeping || len(w.report().Counts) != 0 {
		t.Error("something was changed")
	}
	// Count writes to the actor's own ward and to no other.
	covered := map[string]bool{"Keep": true, "Of": true, "Count": true}
	methods := reflect.TypeOf(w.Service)
	for i := range methods.NumMethod() {
		if method := methods.Method(i); !covered[method.Name] {
			t.Errorf("%s is not in this test", method.Name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestMask(t *testing.T) {
	for text, want := range map[string]string{
		"thay chị Hoa bằng chị Lan làm phó":              "thay chị [tên] bằng chị [tên] làm phó",
		"chi hội phụ nữ tổ 5 răng rứa":                   "chi hội phụ nữ tổ [số] răng rứa",
		"nguyen thi hoa chua co tien":                    "[tên] chua co tien",
		"ong binh nghi roi":                              "ong [tên] nghi roi",
		"Cho hỏi số của Trần Văn Bình":                   "Cho hỏi số của [tên]",
		"gọi 0912.345.678 hoặc +84 912 345 679 ngày 1/4": "gọi [số] hoặc +[số] ngày [số]",
		"stk 3600205123456 agribank":                     "stk [số] agribank",
		"mail lan@example.com nhé":                       "mail [số] nhé",
		"anh lê văn tám đâu rồi":                         "anh [tên] đâu rồi",
		"":                                               "",
	} {
		if got := phrases.Mask(text); got != want {
			t.Errorf("Mask(%q) = %q, want %q", text, got, want)
		}
	}
	if got := phrases.Mask("hoa với lan đổi chỗ", "Hoa", "Lan"); got != "[tên] với [tên] đổi chỗ" {
		t.Errorf("names that were found: %q", got)
	}
}

var figure = regexp.MustCompile(`\p{Nd}`)

// Whatever is written, no figure and no name that was found is kept, and no more
// than 200 runes of one line.
func TestMaskHides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-ZĐ][a-zàảđếợ]{1,6}`).Draw(t, "name")
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`([a-z0-9đ .,]{0,9} ){0,60}`)).Draw(t, "before") + " " +
			name + " " + rapid.String().Draw(t, "after")
		masked := phrases.Mask(text, name)
		switch {
		case figure.MatchString(masked):
			t.Fatalf("%q keeps a figure: %q", text, masked)
		case utf8.RuneCountInString(masked) > 200 || !utf8.ValidString(masked) || strings.ContainsAny(masked, "\r\n"):
			t.Fatalf("%q is too long or no line: %q", text, masked)
		}
		for _, word := range strings.Fields(masked) {
			if word == name {
				t.Fatalf("%q keeps the name %q: %q", text, name, masked)
			}
		}
	})
}
