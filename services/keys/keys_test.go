package keys_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/keys"
	"canbobot/services/vault"
)

var ctx = context.Background()

type house struct {
	t     *testing.T
	store *models.Store
	ward  models.Ward
	now   time.Time
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, now: time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC)}
	h.store = storetest.New(t, h.clock)
	h.ward = models.Ward{Code: "bac", Name: "Bắc Hồng Lĩnh", Kind: "phường"}
	h.create(&h.ward)
	return h
}

func (h *house) clock() time.Time { return h.now }

func (h *house) create(row any) {
	h.t.Helper()
	if err := h.store.Create(row).Error; err != nil {
		h.t.Fatal(err)
	}
}

func secret(b byte) []byte { return bytes.Repeat([]byte{b}, vault.KeySize) }

// opened is what a process with these keys has.
func (h *house) opened(b byte, older ...byte) (*vault.Vault, *keys.Service, error) {
	h.t.Helper()
	var former [][]byte
	for _, one := range older {
		former = append(former, secret(one))
	}
	v, err := vault.New(secret(b), former...)
	if err != nil {
		h.t.Fatal(err)
	}
	s := keys.New(h.store, v, services.Clock(h.clock))
	return v, s, s.Check(ctx)
}

func (h *house) open(b byte, older ...byte) (*vault.Vault, *keys.Service) {
	h.t.Helper()
	v, s, err := h.opened(b, older...)
	if err != nil {
		h.t.Fatal(err)
	}
	return v, s
}

func number(n int) string { return fmt.Sprintf("37122051%05d", n) }
func phone(n int) string  { return fmt.Sprintf("+8491234%04d", n) }

// person writes somebody as a process with the key does.
func (h *house) person(v *vault.Vault, n int) models.Person {
	h.t.Helper()
	h.store.SealedBy(v)
	p := models.Person{WardID: h.ward.ID, Name: "Lan", Folded: "lan", Version: 1, Phone: phone(n)}
	h.create(&p)
	var err error
	if p.BankAccount, err = v.Seal(vault.In(models.BankAccount, p.WardID, p.ID), number(n)); err != nil {
		h.t.Fatal(err)
	}
	p.BankHash = v.Hash("bank", number(n))
	if err := h.store.Save(&p).Error; err != nil {
		h.t.Fatal(err)
	}
	return p
}

func (h *house) read(id int64) models.Person {
	h.t.Helper()
	var p models.Person
	if err := h.store.Take(&p, id).Error; err != nil {
		h.t.Fatal(err)
	}
	return p
}

// of is what a person's account opens to.
func (h *house) of(v *vault.Vault, id int64) string {
	h.t.Helper()
	p := h.read(id)
	plain, err := v.Open(vault.In(models.BankAccount, p.WardID, p.ID), p.BankAccount)
	if err != nil {
		h.t.Fatalf("person %d: %v", id, err)
	}
	return plain
}

// The key is changed while others read and write; then the old one is taken
// away, and opens nothing that is in the database.
func TestTheOldKeyCanBeTakenAway(t *testing.T) {
	h := newHouse(t)
	before, first := h.open(1)
	if err := first.Begin(ctx); err != nil {
		t.Fatal(err)
	}
	var people []models.Person
	for n := range 1200 { // more than a batch
		people = append(people, h.person(before, n))
	}
	old := before.Hash("bank", "1") // as on a frozen list
	if _, _, err := h.opened(2); err == nil {
		t.Fatal("another key alone opens the database")
	}
	after, s := h.open(2, 1)
	written := h.person(after, 5000) // while nothing is rotated yet
	if h.of(after, people[7].ID) != number(7) {
		t.Error("not read meanwhile")
	}
	seen := 0
	left, err := s.Rotate(ctx, func(table string, _, _ int) {
		if seen++; seen == 2 { // between two batches another process writes
			h.person(after, 5001)
		}
	})
	if err != nil || !left.Done() {
		t.Fatalf("left %+v, %v", left, err)
	}
	if seen < 3 {
		t.Errorf("one transaction for everything: %d", seen)
	}
	counts, err := s.Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, count := range counts {
		if count.Key != s.Key() {
			t.Errorf("%+v", count)
		}
	}

	alone, _ := h.open(2)
	h.store.SealedBy(alone)
	for _, p := range append(people, written) {
		read := h.read(p.ID)
		plain := h.of(alone, p.ID)
		if !bytes.Equal(read.BankHash, alone.Hash("bank", plain)) || !bytes.Equal(read.PhoneHash, alone.Hash("phone",
			read.Phone)) {
			t.Fatalf("person %d is found by an old hash", p.ID)
		}
	}
	if !alone.Matches("bank", "1", old) {
		t.Error("what was frozen is not known again once the old key is away")
	}
	if _, _, err := h.opened(1); err == nil {
		t.Error("the old key opens the database")
	}
	if _, err := before.Open(vault.In(models.BankAccount, h.ward.ID, people[0].ID),
		h.read(people[0].ID).BankAccount); err == nil {
		t.Error("a leaked key stays good")
	}
}

// Stopped between two batches, a rotation is gone on with; until it is done the
// database wants the old key too.
func TestAStoppedRotationGoesOn(t *testing.T) {
	h := newHouse(t)
	before, first := h.open(1)
	if err := first.Begin(ctx); err != nil {
		t.Fatal(err)
	}
	for n := range 1100 {
		h.person(before, n)
	}
	both, s := h.open(2, 1)
	h.store.SealedBy(both)
	stopping, stop := context.WithCancel(ctx)
	if _, err := s.Rotate(stopping, func(string, int, int) { stop() }); err == nil {
		t.Fatal("was not stopped")
	}
	counts, err := s.Status(ctx)
	if err != nil || len(counts) < 3 { // both keys in people.bank_account, and the canary
		t.Fatalf("%+v, %v", counts, err)
	}
	var wrong *keys.Wrong
	if _, _, err := h.opened(2); !errors.As(err, &wrong) {
		t.Errorf("half done, the new key alone opens: %v", err)
	}
	_, s = h.open(2, 1)
	if left, err := s.Rotate(ctx, nil); err != nil || !left.Done() {
		t.Fatalf("%+v, %v", left, err)
	}
	alone, _ := h.open(2)
	h.store.SealedBy(alone)
	if h.of(alone, 1) == "" {
		t.Error("lost")
	}
}

// A wrong key is refused by the id of what was expected, in a database with and
// without a canary.
func TestAWrongKeyIsRefused(t *testing.T) {
	h := newHouse(t)
	right, s := h.open(1)
	h.person(right, 1)
	for _, name := range []string{"without a canary", "with one"} {
		v, _, err := h.opened(2)
		var wrong *keys.Wrong
		if !errors.As(err, &wrong) || wrong.Want != right.ID() || wrong.Got != v.ID() || wrong.ExitCode() != 2 ||
			!strings.Contains(err.Error(), right.ID()) {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.Begin(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := h.opened(2, 1); err != nil {
		t.Errorf("with the right one beside it: %v", err)
	}
}

var bytesOf = map[models.Dialect]string{models.SQLite: "blob", models.PostgreSQL: "bytea"}

// What an earlier release sealed for its column, or kept as it is, is sealed for
// its row, once: after that nothing of the kind opens.
func TestADatabaseOfAnEarlierReleaseIsSealedForItsRows(t *testing.T) {
	h := newHouse(t)
	v, s := h.open(1)
	h.store.SealedBy(v)
	var people []models.Person
	for n := range 3 {
		p := models.Person{WardID: h.ward.ID, Name: "Lan", Folded: "lan", Version: 1}
		sealed, err := v.Seal(vault.Outside("people.bank_account"), number(n)) // as it was done then
		if err != nil {
			t.Fatal(err)
		}
		p.BankAccount, p.BankHash = sealed, v.Hash("bank", number(n))
		h.create(&p)
		people = append(people, p)
	}
	for _, insert := range []string{
		"UPDATE people SET phone = '+8491234000' || id, phone_hash = NULL",
		"INSERT INTO staff (id, ward_id, name, role, phone, created_at) VALUES (1, 1, 'Mai', 'clerk', '+84912340009', ?)",
		`INSERT INTO link_requests (id, ward_id, channel, external_id, chat_id, phone, name, state, idempotency_key,
			created_at) VALUES (1, 1, 'web', 'x', 'x', '+84912340008', 'Mai', 'pending', 'k', ?)`,
		`INSERT INTO change_requests (id, ward_id, kind, state, version, payload, base, reason, idempotency_key,
			submitted_at, created_at, updated_at) VALUES (1, 1, 'phone', 'returned', 1, '{"phone":"+84912340007"}',
			'{"phone":"+84912340006"}', 'số 0912340005', 'k', ?, ?, ?)`,
		`INSERT INTO evidence (id, ward_id, name, staff_id, content_type, size, sha256, content, created_at)
			VALUES (1, 1, 'x', 1, 'application/pdf', 4, CAST('x' AS ` + bytesOf[h.store.Dialect] + `),
			CAST('%PDF' AS ` + bytesOf[h.store.Dialect] + `), ?)`,
		"INSERT INTO cases (id, ward_id, person_id, kind, month, state, idempotency_key, created_at, updated_at) " +
			"VALUES (1, 1, 1, 'question', '2026-04', 'open', 'k', ?, ?)",
		"INSERT INTO case_messages (id, ward_id, case_id, person_id, text, at) VALUES (1, 1, 1, 1, 'chưa nhận', ?)",
	} {
		if err := h.store.Exec(insert, []any{h.now, h.now, h.now}[:strings.Count(insert, "?")]...).Error; err != nil {
			t.Fatal(err)
		}
	}
	merge := models.PersonMerge{WardID: h.ward.ID, KeepID: people[0].ID, DropID: people[1].ID, Moved: `{"Rows":{}}`,
		At: h.now}
	h.create(&merge)
	if err := s.Begin(ctx); err != nil {
		t.Fatal(err)
	}
	for n, p := range people {
		if got := h.of(v, p.ID); got != number(n) {
			t.Errorf("person %d has %q", p.ID, got)
		}
	}
	if err := h.store.Take(&merge, merge.ID).Error; err != nil {
		t.Fatal(err)
	}
	if text, err := v.Open(vault.In(models.MergeMoved, merge.WardID, merge.ID), merge.Moved); err != nil ||
		text != `{"Rows":{}}` {
		t.Errorf("%q, %v", text, err)
	}
	var member models.Staff
	var asked models.LinkRequest
	var request models.ChangeRequest
	var file models.Evidence
	var said models.CaseMessage
	if err := errors.Join(h.store.Take(&member).Error, h.store.Take(&asked).Error, h.store.Take(&request).Error,
		h.store.Take(&file).Error, h.store.Take(&said).Error); err != nil {
		t.Fatal(err)
	}
	if request.Payload != `{"phone":"+84912340007"}` || request.Reason != "số 0912340005" ||
		string(file.Content) != "%PDF" || said.Text != "chưa nhận" {
		t.Errorf("texts: %q %q %q %q", request.Payload, request.Reason, file.Content, said.Text)
	}
	counts, err := s.Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, count := range counts {
		if count.Key != v.ID() {
			t.Errorf("%d of %s are not sealed for their row", count.Values, count.Column)
		}
	}
	found := h.read(people[1].ID)
	if found.Phone != fmt.Sprint("+8491234000", found.ID) || member.Phone != "+84912340009" ||
		asked.Phone != "+84912340008" || !bytes.Equal(found.PhoneHash, v.Hash("phone", found.Phone)) ||
		!bytes.Equal(found.PhoneTail, v.Hash(models.PhoneTailKind, found.Phone[len(found.Phone)-4:])) ||
		!bytes.Equal(member.PhoneHash, v.Hash("phone", member.Phone)) {
		t.Errorf("phones: %q %q %q", found.Phone, member.Phone, asked.Phone)
	}
	var clear int64
	err = h.store.Raw("SELECT (SELECT COUNT(*) FROM people WHERE phone LIKE '+84%') + (SELECT COUNT(*) FROM staff " +
		"WHERE phone LIKE '+84%') + (SELECT COUNT(*) FROM link_requests WHERE phone LIKE '+84%')").Scan(&clear).Error
	if err != nil || clear > 0 {
		t.Errorf("%d numbers in clear, %v", clear, err)
	}
	// Put back by hand, the old form is not taken a second time.
	if err := h.store.Model(&people[1]).Update("bank_account", people[0].BankAccount).Error; err != nil {
		t.Fatal(err)
	}
	if err := s.Begin(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Open(vault.In(models.BankAccount, h.ward.ID, people[1].ID),
		h.read(people[1].ID).BankAccount); err == nil {
		t.Error("another's account opens in this row")
	}
	if _, err := s.Rotate(ctx, nil); err == nil {
		t.Error("a rotation took it for the row's own")
	}
}
