package change_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/money"
	"canbobot/services/outbox"
	"canbobot/services/roster"
	"canbobot/services/vault"
)

// house is a ward with a women's and an elderly people's branch, a foreign
// ward beside it, and the real services over a real database.
type house struct {
	*change.Service
	t      testing.TB
	ctx    context.Context
	store  *models.Store
	roster *roster.Service
	audit  *journal.Service
	box    *outbox.Outbox
	stale  bool         // nobody has a fresh code
	now    atomic.Int64 // the clock, Unix seconds
	events atomic.Int64
	phones atomic.Int64

	ward, foreign            models.Ward
	village                  models.Village
	women, elderly, abroad   models.Branch
	head, deputy, member     models.Person // of the women's branch
	elder                    models.Person // head of the elderly people's branch
	clerk, clerk2, leader    services.Actor
	viewer, admin, clerkAway services.Actor
	people                   *identity.Service
}

var april6 = models.NewDate(2026, 4, 6)

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background()}
	h.now.Store(time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC).Unix())
	clock := services.Clock(func() time.Time { return time.Unix(h.now.Load(), 0) })
	h.store = storetest.New(t, clock)
	secrets, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	h.store.SealedBy(secrets)
	box, err := outbox.New(h.store, clock)
	if err != nil {
		t.Fatal(err)
	}
	h.box, h.audit = box, journal.New(h.store, clock)
	people := identity.New(h.store, secrets, h.audit, box, clock, nil)
	h.people = people
	money := money.New(h.store, h.audit, box, people, clock)
	h.roster = roster.New(h.store, secrets, h.audit, clock)
	h.Service = change.New(h.store, h.roster, money, people, h.audit, box, clock)

	h.create(&[]models.Organization{
		{Code: "women", Name: "Hội Liên hiệp Phụ nữ", BranchName: "Chi hội Phụ nữ", HeadTitle: "Chi hội trưởng",
			DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 1, SortOrder: 1},
		{Code: "elderly", Name: "Hội Người cao tuổi", BranchName: "Chi hội Người cao tuổi", HeadTitle: "Chi hội trưởng",
			DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 2, SortOrder: 2},
	})
	h.ward = h.newWard("bac", "Bắc Hồng Lĩnh")
	h.foreign = h.newWard("nam", "Nam Hồng Lĩnh")
	h.village = models.Village{WardID: h.ward.ID, Name: "Tổ dân phố 5", Folded: "to dan pho 5"}
	h.create(&h.village)
	h.women = h.branch("women", "Chi hội Phụ nữ Tổ dân phố 5")
	h.elderly = h.branch("elderly", "Chi hội Người cao tuổi Tổ dân phố 5")
	away := models.Village{WardID: h.foreign.ID, Name: "Tổ dân phố 9", Folded: "to dan pho 9"}
	h.create(&away)
	h.abroad = models.Branch{WardID: h.foreign.ID, VillageID: away.ID, OrganizationCode: "women",
		Name: "Chi hội Phụ nữ Tổ dân phố 9"}
	h.create(&h.abroad)

	h.head = h.inPost("Nguyễn Thị Hoa", h.women, models.Head)
	h.deputy = h.inPost("Trần Thị Lan", h.women, models.Deputy)
	h.member = h.inPost("Phan Thị Mai", h.women, models.Member)
	h.elder = h.inPost("Lê Văn Bình", h.elderly, models.Head)
	h.clerk, h.clerk2, h.leader = h.user(h.ward, "Cán bộ Một", services.Clerk),
		h.user(h.ward, "Cán bộ Hai", services.Clerk), h.user(h.ward, "Lãnh đạo Ba", services.Leader)
	h.viewer, h.admin = h.user(h.ward, "Người xem", services.Viewer), h.user(h.ward, "Quản trị", services.Admin)
	h.clerkAway = h.user(h.foreign, "Cán bộ Nam", services.Clerk)
	return h
}

// newWard makes a ward that pays heads 200,000 đ and deputies 150,000 đ.
func (h *house) newWard(code, name string) models.Ward {
	ward := models.Ward{Code: code, Name: name, Kind: "phường", RemindAfterHours: 48}
	h.create(&ward)
	h.create(&models.Policy{
		State:  models.PolicyInForce,
		WardID: ward.ID, Code: "town", Name: "Hỗ trợ của thị xã", Source: "town", LegalBasis: "Nghị quyết",
		From:    models.NewDate(2021, 1, 1),
		Accrual: models.FullIfOnDay, AccrualDays: 15, Stacking: models.StackAll,
		Rules: []models.PolicyRule{{Role: models.Head, Amount: 200_000}, {Role: models.Deputy, Amount: 150_000}},
	})
	return ward
}

func (h *house) create(row any) {
	h.t.Helper()
	if err := h.store.Create(row).Error; err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) tx(do func(tx *gorm.DB) error) {
	h.t.Helper()
	if err := h.store.Transaction(do); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) branch(organization, name string) models.Branch {
	h.t.Helper()
	village := models.Village{WardID: h.ward.ID, Name: name, Folded: models.Fold(name)}
	h.create(&village)
	branch := models.Branch{WardID: h.ward.ID, VillageID: village.ID, OrganizationCode: organization, Name: name}
	h.create(&branch)
	return branch
}

// number is a mobile number that nobody has yet.
func (h *house) number() string { return fmt.Sprintf("+84912%06d", h.phones.Add(1)) }

func (h *house) someone(name string) models.Person {
	h.t.Helper()
	var person models.Person
	h.tx(func(tx *gorm.DB) (err error) {
		person, err = h.roster.AddPerson(tx, h.ward.ID, roster.NewPerson{Name: name, Phone: h.number(), BirthYear: 1970})
		return err
	})
	return person
}

// inPost adds someone who has held a post since the start of 2024.
func (h *house) inPost(name string, branch models.Branch, role models.TermRole) models.Person {
	h.t.Helper()
	person := h.someone(name)
	h.tx(func(tx *gorm.DB) error {
		_, err := h.roster.OpenTerm(tx, roster.NewTerm{Branch: branch, Person: person.ID, Role: role,
			From: models.NewDate(2024, 1, 1)})
		return err
	})
	return person
}

func (h *house) user(ward models.Ward, name string, role services.Role) services.Actor {
	h.t.Helper()
	row := models.Staff{WardID: ward.ID, Name: name, Role: string(role), Active: true}
	h.create(&row)
	return services.Actor{Role: role, Ward: ward.ID, Staff: row.ID, Account: 1000 + row.ID, Channel: "web"}
}

// is makes a ward user the same human as a person of the roster.
func (h *house) is(actor services.Actor, person models.Person) {
	h.t.Helper()
	if err := h.store.Model(&models.Staff{}).Where("id = ?", actor.Staff).Update("person_id",
		person.ID).Error; err != nil {
		h.t.Fatal(err)
	}
}

func officer(person models.Person) services.Actor {
	return services.Actor{Role: services.Officer, Ward: person.WardID, Person: person.ID, Account: person.ID,
		Channel: "web"}
}

// by gives an actor an event of its own.
func (h *house) by(actor services.Actor) services.Actor {
	actor.Event = fmt.Sprintf("web:%d", h.events.Add(1))
	return actor
}

// term is the term that a person holds in a branch on a day.
func (h *house) term(person models.Person, branch models.Branch, on models.Date) models.Term {
	h.t.Helper()
	posts, err := h.roster.Posts(h.ctx, h.viewer, person.ID, on)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, post := range posts {
		if post.Branch.ID == branch.ID {
			return post.Term
		}
	}
	h.t.Fatalf("person %d holds no post of branch %d on %s", person.ID, branch.ID, on)
	return models.Term{}
}

// replaceDeputy proposes a newcomer for the deputy of the women's branch.
func (h *house) replaceDeputy() change.Proposal {
	return change.Proposal{
		Kind: change.Replace{Newcomer: change.Newcomer{Name: "Võ Thị Thuý", Phone: "0987 654 321", BirthYear: 1980}},
		Term: h.term(h.deputy, h.women, april6).ID, From: models.NewDate(2026, 4, 1),
	}
}

func (h *house) leave(person models.Person) change.Proposal {
	return change.Proposal{Kind: change.Leave{Reason: "resigned"}, Term: h.term(person, h.women, april6).ID,
		From: models.NewDate(2026, 4, 5)}
}

func phoneOf(person models.Person, number string) change.Proposal {
	return change.Proposal{Kind: change.Phone{Number: number}, Person: person.ID}
}

// of edits the kind's own part of a proposal.
func of[K change.Kind](edit func(*K)) func(*change.Proposal) {
	return func(p *change.Proposal) {
		kind := p.Kind.(K)
		edit(&kind)
		p.Kind = kind
	}
}

func (h *house) submit(actor services.Actor, proposal change.Proposal) change.Card {
	h.t.Helper()
	card, err := h.Submit(h.ctx, h.by(actor), proposal)
	if err != nil {
		h.t.Fatalf("submit: %v", err)
	}
	return card
}

// told lists who has been queued a message of a kind about a request: p12 is a
// person, s3 a ward user.
func (h *house) told(kind outbox.Kind, request int64) []string {
	h.t.Helper()
	var rows []models.Delivery
	if err := h.store.Order("id").Find(&rows, "kind = ? AND subject_id = ?", kind, request).Error; err != nil {
		h.t.Fatal(err)
	}
	var told []string
	for _, row := range rows {
		if row.PersonID != nil {
			told = append(told, fmt.Sprintf("p%d", *row.PersonID))
		} else {
			told = append(told, fmt.Sprintf("s%d", *row.StaffID))
		}
	}
	return told
}

func s(actor services.Actor) string { return fmt.Sprintf("s%d", actor.Staff) }
func p(person models.Person) string { return fmt.Sprintf("p%d", person.ID) }

// roll is the whole roster as one text: equal rolls, equal rosters.
func (h *house) roll() string { return h.rollSince(0) }

// rollSince leaves out the people who were there before, and their terms.
func (h *house) rollSince(person int64) string {
	h.t.Helper()
	var terms []models.Term
	var people []models.Person
	if err := h.store.Order("id").Find(&terms, "person_id >= ?", person).Error; err != nil {
		h.t.Fatal(err)
	}
	if err := h.store.Order("id").Find(&people, "id >= ?", person).Error; err != nil {
		h.t.Fatal(err)
	}
	var b strings.Builder
	for _, t := range terms {
		fmt.Fprintln(&b, "term", t.ID, t.BranchID, t.PersonID, t.Role, t.Slot, t.From, t.To, t.EndReason,
			t.SupersededAt != nil)
	}
	for _, p := range people {
		fmt.Fprintln(&b, "person", p.ID, p.Name, p.Phone, hex.EncodeToString(p.PhoneHash), p.PhoneShared, p.Version)
	}
	return b.String()
}

// wants fails unless err is the refusal "kind: code".
func wants(t testing.TB, err error, refusal string) {
	t.Helper()
	if got := string(services.KindOf(err)) + ": " + services.CodeOf(err); err == nil || got != refusal {
		t.Errorf("refused with %q (%v), want %q", got, err, refusal)
	}
}
