package cases_test

import (
	"bytes"
	"canbobot/services/list"
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/cases"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/vault"
)

// house is a ward with two officers and its staff, a second ward beside it, and
// a month that was sent to the bank.
type house struct {
	*cases.Service
	t       *testing.T
	ctx     context.Context
	store   *models.Store
	journal *journal.Service
	mu      sync.Mutex
	now     time.Time
	events  int

	ward, other               int64
	lan, hoa                  services.Actor
	clerk, second, leader     services.Actor
	viewer, foreign, stranger services.Actor
	line                      int64
}

var march = models.NewMonth(2026, time.March)

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), now: time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC)}
	h.store = storetest.New(t, h.clock)
	v, err := vault.New(bytes.Repeat([]byte{7}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	h.store.SealedBy(v)
	h.journal = journal.New(h.store, h.clock)
	box, err := outbox.New(h.store, h.clock)
	if err != nil {
		t.Fatal(err)
	}
	people := identity.New(h.store, v, h.journal, box, h.clock, nil)
	lists := list.New(h.store, h.journal, box, people, h.clock)
	h.Service = cases.New(h.store, h.journal, box, people, lists, h.clock)

	h.ward, h.other = h.addWard("bac", "Bắc Hồng Lĩnh"), h.addWard("nam", "Nam Hồng Lĩnh")
	h.create(&models.Organization{Code: "women", Name: "Hội Phụ nữ", BranchName: "Chi hội Phụ nữ",
		HeadTitle: "Chi hội trưởng", DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 1})
	village := models.Village{WardID: h.ward, Name: "Tổ dân phố 5", Folded: "to dan pho 5"}
	h.create(&village)
	branch := models.Branch{WardID: h.ward, VillageID: village.ID, OrganizationCode: "women",
		Name: "Chi hội Phụ nữ Tổ dân phố 5"}
	h.create(&branch)
	h.lan = h.addOfficer("Nguyễn Thị Lan", "+84912345678", branch, models.Head, "Chi hội trưởng")
	h.hoa = h.addOfficer("Trần Thị Hoà", "", branch, models.Deputy, "Chi hội phó")
	h.clerk, h.second = h.addStaff(h.ward, services.Clerk, 0), h.addStaff(h.ward, services.Clerk, 0)
	h.leader, h.viewer = h.addStaff(h.ward, services.Leader, h.hoa.Person), h.addStaff(h.ward, services.Viewer, 0)
	h.foreign = h.addStaff(h.other, services.Clerk, 0)
	h.stranger = services.Actor{Channel: "web"}

	h.create(&models.Policy{State: models.PolicyInForce, WardID: h.ward, Code: "town", Name: "Mức của thị xã",
		Source:     "town",
		LegalBasis: "Thông báo kết luận",
		From:       models.NewDate(2021, 1, 1), Accrual: models.FullIfOnDay, Stacking: models.StackAll,
		Rules: []models.PolicyRule{{Role: models.Head, Amount: 200_000}, {Role: models.Deputy, Amount: 150_000}}})
	program := services.Actor{Role: services.System, Ward: h.ward, Staff: h.clerk.Staff}
	run, err := lists.Prepare(h.ctx, program, march)
	if err != nil {
		t.Fatal(err)
	}
	if run, err = lists.SubmitRun(h.ctx, program, run.Run.ID, run.Run.Version); err != nil {
		t.Fatal(err)
	}
	h.line = run.Lines[0].ID
	return h
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) create(row any) {
	h.t.Helper()
	if err := h.store.Create(row).Error; err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) addWard(code, name string) int64 {
	row := models.Ward{Code: code, Name: name, Kind: "phường"}
	h.create(&row)
	return row.ID
}

func (h *house) addOfficer(name, phone string, branch models.Branch, role models.TermRole,
	title string) services.Actor {
	row := models.Person{WardID: h.ward, Name: name, Folded: models.Fold(name), Phone: phone, Version: 1}
	h.create(&row)
	h.create(&models.Term{WardID: h.ward, BranchID: branch.ID, PersonID: row.ID, Role: role, Slot: 1, Title: title,
		From: models.NewDate(2024, 1, 1)})
	return services.Actor{Role: services.Officer, Ward: h.ward, Person: row.ID, Account: row.ID, Channel: "web"}
}

func (h *house) addStaff(ward int64, role services.Role, person int64) services.Actor {
	row := models.Staff{WardID: ward, Name: "Cán bộ " + string(role), Role: string(role), Active: true}
	if person != 0 {
		row.PersonID = &person
	}
	h.create(&row)
	return services.Actor{Role: role, Ward: ward, Staff: row.ID, Person: person, Account: 100 + row.ID, Channel: "web"}
}

// by gives the actor an event of its own.
func (h *house) by(actor services.Actor) services.Actor {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events++
	actor.Event = "test:" + strconv.Itoa(h.events)
	return actor
}

func (h *house) refused(err error, want string) {
	h.t.Helper()
	if got := string(services.KindOf(err)) + "/" + services.CodeOf(err); err == nil || got != want {
		h.t.Errorf("refused with %v, want %s", err, want)
	}
}

// told lists who is queued to be told what of a case.
func (h *house) told(id int64, kind outbox.Kind) (people, staff []int64) {
	h.t.Helper()
	var rows []models.Delivery
	if err := h.store.Where("subject_kind = ? AND subject_id = ? AND kind = ?", outbox.Case, id,
		kind).Order("id").Find(&rows).Error; err != nil {
		h.t.Fatal(err)
	}
	for _, row := range rows {
		if row.PersonID != nil {
			people = append(people, *row.PersonID)
		}
		if row.StaffID != nil {
			staff = append(staff, *row.StaffID)
		}
	}
	return people, staff
}

func (h *house) journaled(id int64) []string {
	h.t.Helper()
	entries, err := h.journal.Of(h.ctx, h.clerk, "case:"+strconv.FormatInt(id, 10))
	if err != nil {
		h.t.Fatal(err)
	}
	var actions []string
	for _, entry := range entries {
		actions = append(actions, entry.Action)
	}
	return actions
}
