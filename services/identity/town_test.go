package identity_test

import (
	"bytes"
	"context"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"canbobot/bot/session/sessiontest"
	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/vault"
)

// town is two wards with a little of everything in the first, and a clock that
// only the test moves.
type town struct {
	*identity.Service
	t       testing.TB
	ctx     context.Context
	store   *models.Store
	vault   *vault.Vault
	journal *journal.Service
	guesses *guesses
	mu      sync.Mutex
	at      time.Time
	events  int

	ward, foreign                  int64
	branch                         int64
	lan, hoa, binh, tam, dung, far int64 // people; see newTown
	clerk, leader, admin, outsider services.Actor
	secrets                        map[int64]string // of staff
}

func newTown(t testing.TB) *town {
	t.Helper()
	w := &town{t: t, ctx: context.Background(), at: time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC),
		guesses: &guesses{}, secrets: map[int64]string{}}
	w.clear()
	w.store = storetest.New(t, w.now)
	var err error
	if w.vault, err = vault.New(bytes.Repeat([]byte{7}, vault.KeySize)); err != nil {
		t.Fatal(err)
	}
	w.store.SealedBy(w.vault)
	w.journal = journal.New(w.store, w.now)
	box, err := outbox.New(w.store, w.now)
	if err != nil {
		t.Fatal(err)
	}
	w.Service = identity.New(w.store, w.vault, w.journal, box, w.now, w.guesses, "telegram")

	w.ward, w.foreign = w.addWard("bac", "Bắc Hồng Lĩnh"), w.addWard("nam", "Nam Hồng Lĩnh")
	w.create(&models.Organization{Code: "women", Name: "Hội Phụ nữ", BranchName: "Chi hội Phụ nữ",
		HeadTitle: "Chi hội trưởng", DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 2})
	village := models.Village{WardID: w.ward, Name: "Tổ dân phố 5", Folded: "to dan pho 5"}
	w.create(&village)
	branch := models.Branch{WardID: w.ward, VillageID: village.ID, OrganizationCode: "women",
		Name: "Chi hội Phụ nữ Tổ dân phố 5"}
	w.create(&branch)
	w.branch = branch.ID

	w.lan = w.addPerson(w.ward, "Nguyễn Thị Lan", "+84912345678", false)
	w.hoa = w.addPerson(w.ward, "Trần Thị Hoà", "+84987654321", true) // shares a telephone ...
	w.binh = w.addPerson(w.ward, "Lê Bình", "+84987654321", true)     // ... with this one
	w.tam = w.addPerson(w.ward, "Phan Tâm", "", false)                // has none
	w.dung = w.addPerson(w.ward, "Đỗ Dũng", "+84905111222", false)    // holds no post
	w.far = w.addPerson(w.foreign, "Võ Xa", "+84911222333", false)    // of the other ward
	w.addTerm(w.lan, models.Head, 1, models.NewDate(2025, 7, 1), models.Date{})
	w.addTerm(w.hoa, models.Deputy, 1, models.NewDate(2025, 7, 1), models.NewDate(2026, 4, 6))
	w.addTerm(w.dung, models.Member, 0, models.NewDate(2024, 1, 1), models.NewDate(2026, 4, 5))

	w.clerk = w.addStaff(w.ward, "Cán bộ Một", services.Clerk)
	w.leader = w.addStaff(w.ward, "Lãnh đạo Hai", services.Leader)
	w.admin = w.addStaff(w.ward, "Quản trị Ba", services.Admin)
	w.outsider = w.addStaff(w.foreign, "Người Phường Khác", services.Admin)
	return w
}

func (w *town) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *town) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// event is an inbound event's id that was not there before.
func (w *town) event() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events++
	return "test:" + strconv.Itoa(w.events)
}

func (w *town) chat(channel, externalID string) identity.Chat {
	return identity.Chat{Channel: channel, ExternalID: externalID, ChatID: "chat-" + externalID, Event: w.event()}
}

func (w *town) create(row any) {
	w.t.Helper()
	if err := w.store.Create(row).Error; err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) addWard(code, name string) int64 {
	w.t.Helper()
	row := models.Ward{Code: code, Name: name, Kind: "phường", ValidFrom: models.NewDate(2025, 7, 1)}
	w.create(&row)
	return row.ID
}

func (w *town) addPerson(ward int64, name, phone string, shared bool) int64 {
	w.t.Helper()
	row := models.Person{WardID: ward, Name: name, Folded: models.Fold(name), Phone: phone,
		PhoneShared: shared, BirthYear: 1965, Version: 1}
	w.create(&row)
	return row.ID
}

func (w *town) addTerm(person int64, role models.TermRole, slot int, from, to models.Date) {
	w.t.Helper()
	w.create(&models.Term{WardID: w.ward, BranchID: w.branch, PersonID: person, Role: role, Slot: slot,
		Title: "Chi hội " + string(role), From: from, To: to})
}

// addStaff adds a ward user and links them on the web channel.
func (w *town) addStaff(ward int64, name string, role services.Role) services.Actor {
	w.t.Helper()
	staff, address, code, err := w.AddStaff(w.ctx, services.SystemActor(0), ward,
		identity.NewStaff{Name: name, Role: role})
	if err != nil {
		w.t.Fatal(err)
	}
	w.secrets[staff.ID] = secretOf(w.t, address)
	actor := w.link(w.chat("web", "staff-"+strconv.FormatInt(staff.ID, 10)), code,
		identity.Proof{TOTP: w.totp(staff.ID)}).Actor
	w.pass(time.Minute) // their code is spent
	return actor
}

func secretOf(t testing.TB, address string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "otpauth" {
		t.Fatalf("address of the code generator: %q, %v", address, err)
	}
	return parsed.Query().Get("secret")
}

// totp is what a staff member's generator shows.
func (w *town) totp(staff int64) string {
	w.t.Helper()
	code, err := totp.GenerateCode(w.secrets[staff], w.now())
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

// invite has the clerk issue a code.
func (w *town) invite(person int64) string {
	w.t.Helper()
	code, _, err := w.Invite(w.ctx, w.by(w.clerk), person)
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

// by is the actor in an event of its own; ward users gave a fresh code for it.
func (w *town) by(actor services.Actor) services.Actor {
	if actor.Staff != 0 {
		err := w.store.Model(&models.Account{}).Where("id = ? AND staff_id = ?", actor.Account, actor.Staff).
			Update("stepped_up_until", w.now().Add(time.Minute)).Error
		if err != nil {
			w.t.Fatal(err)
		}
	}
	actor.Event = w.event()
	return actor
}

// link goes the whole way from code to account.
func (w *town) link(chat identity.Chat, code string, proof identity.Proof) identity.Identity {
	w.t.Helper()
	invited, err := w.CheckCode(w.ctx, chat, code)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.Prove(w.ctx, chat, invited.Invite, proof); err != nil {
		w.t.Fatal(err)
	}
	who, err := w.Link(w.ctx, chat, invited.Invite, proof, "v1")
	if err != nil {
		w.t.Fatal(err)
	}
	return who
}

// linkLan links the first officer on Telegram.
func (w *town) linkLan(externalID string) identity.Identity {
	w.t.Helper()
	return w.link(w.chat("telegram", externalID), w.invite(w.lan), ownPhone("84912345678"))
}

func ownPhone(number string) identity.Proof {
	return identity.Proof{Phone: number, PhoneOwn: true}
}

func (w *town) identify(channel, externalID string) identity.Identity {
	w.t.Helper()
	who, err := w.Identify(w.ctx, channel, externalID)
	if err != nil {
		w.t.Fatal(err)
	}
	return who
}

// refused fails unless err is the refusal "kind/code".
func (w *town) refused(err error, want string) {
	w.t.Helper()
	if got := string(services.KindOf(err)) + "/" + services.CodeOf(err); err == nil || got != want {
		w.t.Fatalf("refused with %q (%v), want %q", got, err, want)
	}
}

// count counts rows of a table.
func (w *town) count(table, where string, args ...any) int64 {
	w.t.Helper()
	var n int64
	if err := w.store.Table(table).Where(where, args...).Count(&n).Error; err != nil {
		w.t.Fatal(err)
	}
	return n
}

// journaled fails unless the journal has so many entries of the action.
func (w *town) journaled(action string, want int64) {
	w.t.Helper()
	if got := w.count("audit_entries", "action = ?", action); got != want {
		w.t.Errorf("%d journal entries %s, want %d", got, action, want)
	}
}

// guesses are the limits of the product, which a test may lift.
type guesses struct{ identity.Guesses }

// clear forgets all that was counted, flood and pauses too.
func (w *town) clear() { w.guesses.Guesses = sessiontest.New(w.t).Guesses() }

// tries is how many tries are counted against a key: those that are let through
// until it has to wait tell, and are taken back.
func (w *town) tries(key string) (counted int) {
	w.t.Helper()
	const most = 5
	for left := range most + 1 {
		wait, err := w.guesses.Try(w.ctx, key)
		if err != nil {
			w.t.Fatal(err)
		}
		if wait == 0 {
			continue
		}
		for range left {
			if err := w.guesses.Spare(w.ctx, key); err != nil {
				w.t.Fatal(err)
			}
		}
		return most - left
	}
	w.t.Fatalf("%s may guess without end", key)
	return 0
}
