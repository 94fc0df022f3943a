package downloads_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/services/downloads"
)

func TestJournalSaysWhoGotWhat(t *testing.T) {
	s := newShelf(t)
	officers, staffs, foreign := s.offers("lan", sheet, false), s.offers("clerk", sheet, false),
		s.offers("xa", picture, true)
	s.takes(officers, sheet)
	s.gone(officers)
	s.takes(staffs, sheet)
	s.takes(foreign, picture)

	type line struct {
		action, role  string
		person, staff int64
		account       int64
	}
	var got []line
	for _, entry := range s.entries(s.ward) {
		one := line{action: entry.Action, role: entry.Role}
		if entry.PersonID != nil {
			one.person = *entry.PersonID
		}
		if entry.StaffID != nil {
			one.staff = *entry.StaffID
		}
		fields := detail(t, entry)
		one.account = int64(fields["account"].(float64))
		delete(fields, "account")
		if diff := cmp.Diff(map[string]any{"channel": "zalo", "name": sheet.Name, "size": float64(len(sheet.Content))},
			fields); diff != "" {
			t.Errorf("%s (-want +got):\n%s", entry.Action, diff)
		}
		if entry.Subject != "download:"+strconv.FormatInt(s.row(one.account).ID, 10) {
			t.Errorf("subject %s", entry.Subject)
		}
		for _, token := range []string{officers, staffs} {
			if strings.Contains(entry.Detail+entry.Subject, token) {
				t.Error("the journal holds a token")
			}
		}
		got = append(got, one)
	}
	want := []line{
		{"file.offered", "system", 0, 0, s.lan}, {"file.offered", "system", 0, 0, s.clerk},
		{"file.taken", "officer", s.lanID, 0, s.lan}, {"file.taken", "clerk", 0, s.staff, s.clerk},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(line{})); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
	if got := actions(s.entries(s.foreign)); got != "file.offered file.taken" {
		t.Errorf("the other ward's journal: %s", got)
	}
}

func TestPurge(t *testing.T) {
	s := newShelf(t)
	purges := func(want, rows int) {
		t.Helper()
		got, err := downloads.PurgeContent.Run(s.store.DB, s.now())
		_, failed := downloads.PurgeRows.Run(s.store.DB, s.now())
		if err = errors.Join(err, failed); err != nil || got != want {
			t.Errorf("purged %d, %v; want %d", got, err, want)
		}
		var all []models.Download
		if err := s.store.Find(&all).Error; err != nil {
			t.Fatal(err)
		}
		if len(all) != rows {
			t.Errorf("%d rows, want %d", len(all), rows)
		}
		for _, row := range all {
			if (row.Content == "") != !row.ExpiresAt.After(s.now()) {
				t.Errorf("row %d, %s to go: %d bytes", row.ID, row.ExpiresAt.Sub(s.now()), len(row.Content))
			}
		}
	}
	purges(0, 0)
	s.offers("lan", sheet, false)
	image := s.offers("clerk", picture, true)
	s.takes(image, picture)
	s.pass(10 * time.Minute)
	late := s.offers("xa", sheet, false)
	purges(0, 3)
	s.pass(5 * time.Minute)
	purges(2, 3)
	purges(0, 3)
	s.takes(late, sheet)
	s.pass(30*24*time.Hour - time.Microsecond)
	purges(0, 3)
	s.pass(time.Microsecond)
	purges(0, 1)
	s.pass(10 * time.Minute)
	purges(0, 0)
	if got := actions(s.entries(s.ward)); got != "file.offered file.offered file.taken" {
		t.Errorf("the journal stays: %s", got)
	}
}

func TestNamesAreCleaned(t *testing.T) {
	s := newShelf(t)
	for given, want := range map[string]string{
		"Danh sách chi trả tháng 4.xlsx":      "Danh sách chi trả tháng 4.xlsx",
		"Pha\u0309i thu ho\u0302\u0300i.xlsx": "Phải thu hồi.xlsx", // decomposed, as a Mac writes it
		"/var/lib/canbobot/Mẫu 01.pdf":        "Mẫu 01.pdf",
		`C:\Tài liệu\Mẫu 01.pdf`:              "Mẫu 01.pdf",
		"../../etc/passwd":                    "passwd",
		"a\r\nSet-Cookie: x=1\x00.xlsx":       "a Set-Cookie: x=1.xlsx",
		"bao cao\u202excod.exe":               "bao caoxcod.exe",
		" \t hai   dấu  cách .xlsx":           "hai dấu cách .xlsx",
		".htaccess":                           "htaccess",
		"":                                    "file",
		"..":                                  "file",
		"a/":                                  "file",
		"\xff\xfe":                            "file",
		"\"trích dẫn\"; x=y.csv":              "\"trích dẫn\"; x=y.csv",
		strings.Repeat("ề", 200) + ".xlsx":    strings.Repeat("ề", 115) + ".xlsx",
		strings.Repeat("ề", 120):              strings.Repeat("ề", 120),
		"a." + strings.Repeat("x", 200):       "a." + strings.Repeat("x", 118),
		strings.Repeat("/ề", 1<<15) + "cuối.xlsx": "ềcuối.xlsx",
	} {
		token := s.offers("lan", downloads.File{Name: given, MIME: "text/csv", Content: []byte("x")}, false)
		view, err := s.Look(s.ctx, token)
		if err != nil || view.Name != want || utf8.RuneCountInString(view.Name) > 120 {
			t.Errorf("%.60q is kept as %q, want %q (%v)", given, view.Name, want, err)
		}
	}
}

func TestKindsAreCleaned(t *testing.T) {
	s := newShelf(t)
	for given, want := range map[string]string{
		"text/csv; charset=utf-8":          "text/csv; charset=utf-8",
		"":                                 "application/octet-stream",
		"text":                             "application/octet-stream",
		"text/csv\r\nX-Bad: 1":             "application/octet-stream",
		"text/" + strings.Repeat("x", 200): "application/octet-stream",
	} {
		token := s.offers("lan", downloads.File{Name: "a", MIME: given}, false)
		if view, err := s.Look(s.ctx, token); err != nil || view.MIME != want {
			t.Errorf("%.60q is kept as %q, want %q (%v)", given, view.MIME, want, err)
		}
	}
}
