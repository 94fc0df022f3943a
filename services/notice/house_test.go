package notice_test

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/notice"
	"canbobot/services/outbox"
	"canbobot/services/vault"
)

// house is a ward with two villages, a women's and a youth branch in each, and a
// second ward with one.
type house struct {
	*notice.Service
	t       *testing.T
	ctx     context.Context
	store   *models.Store
	journal *journal.Service
	outbox  *outbox.Outbox
	now     time.Time
	events  int

	ward, other                    int64
	villages                       [2]int64
	branches                       map[string]int64 // "women1"
	lan, hoa, binh                 services.Actor   // see newHouse
	far                            services.Actor
	clerk, viewer, foreign, leader services.Actor
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), now: time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC),
		branches: map[string]int64{}}
	clock := func() time.Time { return h.now }
	h.store = storetest.New(t, clock)
	v, err := vault.New(bytes.Repeat([]byte{7}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	h.store.SealedBy(v)
	h.journal = journal.New(h.store, clock)
	if h.outbox, err = outbox.New(h.store, clock); err != nil {
		t.Fatal(err)
	}
	h.Service = notice.New(h.store, h.journal, h.outbox, identity.New(h.store, v, h.journal, h.outbox, clock, nil), clock)
	for _, code := range []string{"women", "youth"} {
		h.create(&models.Organization{Code: code, Name: code, BranchName: code, HeadTitle: "head", DeputyTitle: "deputy",
			MemberTitle: "member", DeputiesMax: 1})
	}
	h.ward, h.other = h.addWard("bac", "Bắc Hồng Lĩnh"), h.addWard("nam", "Nam Hồng Lĩnh")
	h.villages = [2]int64{h.addVillage(h.ward, "1"), h.addVillage(h.ward, "2")}
	h.addVillage(h.other, "3")

	h.lan = h.addPerson(h.ward, "Lan", true) // heads two branches
	h.hoa = h.addPerson(h.ward, "Hoà", true)
	h.binh = h.addPerson(h.ward, "Bình", false) // linked nothing
	h.far = h.addPerson(h.other, "Xa", true)
	old := h.addPerson(h.ward, "Cũ", true) // has left
	h.addTerm("women1", h.lan, models.Head, models.Date{})
	h.addTerm("youth1", h.lan, models.Head, models.Date{})
	h.addTerm("women1", h.hoa, models.Deputy, models.Date{})
	h.addTerm("youth2", h.binh, models.Member, models.NewDate(2026, 4, 6))
	h.addTerm("women2", old, models.Head, models.NewDate(2026, 4, 5))
	h.addTerm("women3", h.far, models.Head, models.Date{})

	h.clerk, h.viewer = h.addStaff(h.ward, services.Clerk), h.addStaff(h.ward, services.Viewer)
	h.leader, h.foreign = h.addStaff(h.ward, services.Leader), h.addStaff(h.other, services.Clerk)
	return h
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

func (h *house) addVillage(ward int64, number string) int64 {
	row := models.Village{WardID: ward, Name: "Tổ dân phố " + number, Folded: "to dan pho " + number}
	h.create(&row)
	for _, code := range []string{"women", "youth"} {
		branch := models.Branch{WardID: ward, VillageID: row.ID, OrganizationCode: code, Name: code + " " + number}
		h.create(&branch)
		h.branches[code+number] = branch.ID
	}
	return row.ID
}

func (h *house) addPerson(ward int64, name string, linked bool) services.Actor {
	row := models.Person{WardID: ward, Name: name, Folded: models.Fold(name), Version: 1}
	h.create(&row)
	actor := services.Actor{Role: services.Officer, Ward: ward, Person: row.ID, Channel: "web"}
	if linked {
		account := models.Account{WardID: ward, Channel: "web", ExternalID: name, ChatID: name, PersonID: &row.ID,
			LinkedAt: h.now, LastSeenAt: h.now}
		h.create(&account)
		h.create(&models.Consent{WardID: ward, PersonID: &row.ID, AccountID: account.ID, Version: "1", Channel: "web",
			EventID: "test", GivenAt: h.now})
		actor.Account = account.ID
	}
	return actor
}

func (h *house) addTerm(branch string, holder services.Actor, role models.TermRole, to models.Date) {
	slot := 1
	if role == models.Member {
		slot = 0
	}
	h.create(&models.Term{WardID: holder.Ward, BranchID: h.branches[branch], PersonID: holder.Person, Role: role,
		Slot: slot, Title: string(role), From: models.NewDate(2024, 1, 1), To: to})
}

func (h *house) addStaff(ward int64, role services.Role) services.Actor {
	row := models.Staff{WardID: ward, Name: "Cán bộ", Role: string(role), Active: true}
	h.create(&row)
	account := models.Account{WardID: ward, Channel: "web", ExternalID: fmt.Sprint("staff", row.ID), StaffID: &row.ID,
		LinkedAt: h.now, LastSeenAt: h.now}
	h.create(&account)
	return services.Actor{Role: role, Ward: ward, Staff: row.ID, Account: account.ID, Channel: "web"}
}

func (h *house) by(actor services.Actor) services.Actor {
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

// deliver plays what the working process does with a delivery.
func (h *house) deliver(notice int64, to services.Actor, state models.DeliveryState) {
	h.t.Helper()
	var row models.Delivery
	if err := h.store.Where("subject_kind = ? AND subject_id = ? AND person_id = ?", outbox.Notice, notice,
		to.Person).Take(&row).Error; err != nil {
		h.t.Fatal(err)
	}
	taken := h.take(row.ID)
	if len(taken) != 1 {
		h.t.Fatalf("taken %+v", taken)
	}
	outcome := outbox.Outcome{Delivery: taken[0], State: state, Reason: "no_account"}
	if state == models.DeliverySent {
		outcome.Reason, outcome.Arrival = "", outbox.Arrival{Account: to.Account, Channel: "web", ChatID: "chat", Ref: "ref"}
	}
	if err := h.outbox.Settle(h.ctx, outcome); err != nil {
		h.t.Fatal(err)
	}
}

// take claims a delivery where it is open.
func (h *house) take(id int64) []models.Delivery {
	h.t.Helper()
	open, err := h.outbox.Open(h.ctx, []int64{id})
	if err != nil {
		h.t.Fatal(err)
	}
	taken, err := h.outbox.Take(h.ctx, open)
	if err != nil {
		h.t.Fatal(err)
	}
	return taken
}

func (h *house) send(compose notice.Compose) models.Notice {
	h.t.Helper()
	progress, err := h.Send(h.ctx, h.by(h.clerk), compose)
	if err != nil {
		h.t.Fatal(err)
	}
	return progress.Notice
}

// version is that of a notice as it stands.
func (h *house) version(id int64) (version int) {
	h.t.Helper()
	if err := h.store.Model(&models.Notice{}).Where("id = ?", id).Pluck("version", &version).Error; err != nil {
		h.t.Fatal(err)
	}
	return version
}
