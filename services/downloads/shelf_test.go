package downloads_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/downloads"
	"canbobot/services/journal"
	"canbobot/services/vault"
)

// shelf is the service over a database in which Lan of the first ward, its clerk
// and Xa of the second are linked, each on two channels, under a clock that only
// the test moves.
type shelf struct {
	*downloads.Service
	t       *testing.T
	ctx     context.Context
	store   *models.Store
	journal *journal.Service
	mu      sync.Mutex
	at      time.Time

	ward, foreign  int64
	lan, clerk, xa int64 // accounts on Zalo
	staff          int64
	lanID          int64 // in the roster
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	s := &shelf{t: t, ctx: context.Background(), at: time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC)}
	s.store = storetest.New(t, s.now)
	key, err := vault.New(bytes.Repeat([]byte{7}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	s.store.SealedBy(key)
	s.journal = journal.New(s.store, s.now)
	s.Service = downloads.New(s.store, key, s.journal, s.now)

	for code, id := range map[string]*int64{"bac": &s.ward, "nam": &s.foreign} {
		row := models.Ward{Code: code, Name: code, Kind: "phường", ValidFrom: models.NewDate(2025, 7, 1)}
		s.create(&row)
		*id = row.ID
	}
	lan := models.Person{WardID: s.ward, Name: "Nguyễn Thị Lan", Folded: "nguyen thi lan"}
	xa := models.Person{WardID: s.foreign, Name: "Võ Xa", Folded: "vo xa"}
	staff := models.Staff{WardID: s.ward, Name: "Cán bộ Một", Role: string(services.Clerk), Active: true}
	s.create(&lan)
	s.create(&xa)
	s.create(&staff)
	s.staff, s.lanID = staff.ID, lan.ID
	s.account("zalobot", "lan", s.ward, &lan.ID, nil)
	s.lan = s.account("zalo", "lan", s.ward, &lan.ID, nil)
	s.clerk = s.account("zalo", "clerk", s.ward, nil, &staff.ID)
	s.xa = s.account("zalo", "xa", s.foreign, &xa.ID, nil)
	return s
}

func (s *shelf) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *shelf) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
}

func (s *shelf) create(row any) {
	s.t.Helper()
	if err := s.store.Create(row).Error; err != nil {
		s.t.Fatal(err)
	}
}

// account links a chat, named after who is in it, and has them agree.
func (s *shelf) account(channel, name string, ward int64, person, staff *int64) int64 {
	s.t.Helper()
	row := models.Account{WardID: ward, Channel: channel, ExternalID: name, ChatID: "chat-" + name, PersonID: person,
		StaffID: staff, LinkedAt: s.now(), LastSeenAt: s.now()}
	s.create(&row)
	s.create(&models.Consent{WardID: ward, PersonID: person, StaffID: staff, AccountID: row.ID, Version: "1",
		Channel: channel, EventID: "1", GivenAt: s.now()})
	return row.ID
}

func (s *shelf) set(model any, id int64, column string, value any) {
	s.t.Helper()
	key := "id"
	if _, ok := model.(*models.Consent); ok {
		key = "account_id"
	}
	if err := s.store.Model(model).Where(key+" = ?", id).Update(column, value).Error; err != nil {
		s.t.Fatal(err)
	}
}

// offers lays a file on the shelf for a chat on Zalo.
func (s *shelf) offers(name string, file downloads.File, picture bool) string {
	s.t.Helper()
	token, err := s.Offer(s.ctx, "zalo", "chat-"+name, file, picture)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// takes fetches a file that must be there.
func (s *shelf) takes(token string, want downloads.File) {
	s.t.Helper()
	got, err := s.Take(s.ctx, token)
	if err != nil {
		s.t.Fatal(err)
	}
	if got.Name != want.Name || got.MIME != want.MIME || !bytes.Equal(got.Content, want.Content) {
		s.t.Errorf("took %q (%s, %d bytes), want %q (%s, %d bytes)", got.Name, got.MIME, len(got.Content), want.Name,
			want.MIME, len(want.Content))
	}
}

// gone proves that a token leads nowhere, and that no answer tells why.
func (s *shelf) gone(token string) {
	s.t.Helper()
	_, look := s.Look(s.ctx, token)
	file, take := s.Take(s.ctx, token)
	for what, err := range map[string]error{"look": look, "take": take} {
		if err == nil || err.Error() != services.NotFound("download").Error() {
			s.t.Errorf("%s: %v", what, err)
		}
	}
	if file.Content != nil || file.Name != "" {
		s.t.Errorf("refused, and handed out %q", file.Name)
	}
}

// row reads the only row that a chat was offered.
func (s *shelf) row(account int64) models.Download {
	s.t.Helper()
	var rows []models.Download
	if err := s.store.Where("account_id = ?", account).Find(&rows).Error; err != nil {
		s.t.Fatal(err)
	}
	if len(rows) != 1 {
		s.t.Fatalf("%d rows", len(rows))
	}
	return rows[0]
}

// entries reads a ward's journal about downloads, and proves it whole.
func (s *shelf) entries(ward int64) []models.AuditEntry {
	s.t.Helper()
	var rows []models.AuditEntry
	if err := s.store.Where("ward_id = ? AND subject LIKE 'download:%'", ward).Order("seq").Find(&rows).Error; err != nil {
		s.t.Fatal(err)
	}
	verdicts, err := s.journal.Verify(s.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, verdict := range verdicts {
		if verdict.Broken != 0 {
			s.t.Errorf("journal of ward %d is broken at %d", verdict.Ward, verdict.Broken)
		}
	}
	return rows
}

func actions(entries []models.AuditEntry) string {
	var all []string
	for _, entry := range entries {
		all = append(all, entry.Action)
	}
	return strings.Join(all, " ")
}

func detail(t *testing.T, entry models.AuditEntry) map[string]any {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(entry.Detail), &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

var sheet = downloads.File{
	Name: "Danh sách chi trả 4-2026.xlsx", MIME: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	Content: []byte("PK\x03\x04 Nguyễn Thị Lan 0123456789\x00\xff"),
}

var picture = downloads.File{Name: "ma-qr.png", MIME: "image/png", Content: []byte("\x89PNG\r\n\x1a\n\x00")}
