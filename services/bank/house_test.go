package bank_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/bank"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/list"
	"canbobot/services/outbox"
	"canbobot/services/vault"
)

func init() {
	if storetest.Watched {
		flag.Set("rapid.checks", "15")
	}
}

var march = models.NewMonth(2026, time.March)

// house is a ward whose list of March went to the bank: five people with
// accounts and one without; and a foreign ward beside it.
type house struct {
	*bank.Service
	t     testing.TB
	ctx   context.Context
	store *models.Store
	list  *list.Service
	vault *vault.Vault
	now   time.Time
	ward  models.Ward

	clerk, second, leader, stale, away, viewer services.Actor
	run                                        list.RunView
}

var people = []struct {
	name, account string
	amount        int64
}{
	{"Nguyễn Thị Lan", "3706205000011", 200_000},
	{"Trần Văn Hoà", "3706205000022", 150_000},
	{"Đặng Thị Thuý", "3706205000033", 200_000},
	{"Phan Đức Long", "3706205000044", 150_000},
	{"Lê Thị Mơ", "3706205000055", 200_000},
	{"Võ Sỹ Nam", "", 150_000},
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), now: time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC)}
	clock := services.Clock(func() time.Time { return h.now })
	h.store = storetest.New(t, clock)
	var err error
	if h.vault, err = vault.New(bytes.Repeat([]byte{3}, vault.KeySize)); err != nil {
		t.Fatal(err)
	}
	h.store.SealedBy(h.vault)
	box, err := outbox.New(h.store, clock)
	if err != nil {
		t.Fatal(err)
	}
	journal := journal.New(h.store, clock)
	who := identity.New(h.store, h.vault, journal, box, clock, nil, "web")
	h.list = list.New(h.store, journal, box, who, clock)
	h.Service = bank.New(h.store, h.vault, h.list, who, journal, clock)
	h.create(&models.Organization{Code: "women", Name: "Hội Phụ nữ", BranchName: "Chi hội Phụ nữ", DeputiesMax: 1})
	h.ward = models.Ward{Code: "bac", Name: "Bắc Hồng Lĩnh", Kind: "phường"}
	other := models.Ward{Code: "nam", Name: "Nam Hồng Lĩnh", Kind: "phường"}
	h.create(&h.ward)
	h.create(&other)
	h.create(&models.Policy{State: models.PolicyInForce, WardID: h.ward.ID, Code: "town", Name: "Mức", Source: "town",
		LegalBasis: "Kết luận",
		From:       models.NewDate(2021, 1, 1),
		Accrual:    models.FullIfOnDay, AccrualDays: 15, Stacking: models.StackAll,
		Rules: []models.PolicyRule{{Role: models.Head, Amount: 200_000}, {Role: models.Deputy, Amount: 150_000}}})
	for i, one := range people {
		if i%2 == 0 {
			village := models.Village{WardID: h.ward.ID, Name: fmt.Sprint("Thôn ", i), Folded: fmt.Sprint("thon ", i),
				SortOrder: i}
			h.create(&village)
			h.create(&models.Branch{WardID: h.ward.ID, VillageID: village.ID, OrganizationCode: "women",
				Name: "Chi hội " + village.Name})
		}
		person := models.Person{WardID: h.ward.ID, Name: one.name, Folded: models.Fold(one.name), Version: 1}
		if one.account != "" {
			person.BankName, person.BankTail, person.BankHash = "Agribank", one.account[len(one.account)-4:],
				h.vault.Hash("bank", one.account)
		}
		h.create(&person)
		role := models.Head
		if i%2 == 1 {
			role = models.Deputy
		}
		h.create(&models.Term{WardID: h.ward.ID, BranchID: int64(i/2 + 1), PersonID: person.ID, Role: role, Slot: 1,
			Title: string(role), From: models.NewDate(2024, 1, 1)})
	}
	h.clerk, h.second, h.leader = h.staff(h.ward, services.Clerk, true), h.staff(h.ward, services.Clerk, true),
		h.staff(h.ward, services.Leader, true)
	h.stale, h.viewer, h.away = h.staff(h.ward, services.Clerk, false), h.staff(h.ward, services.Viewer, true),
		h.staff(other, services.Clerk, true)
	h.run = h.export(march)
	return h
}

func (h *house) export(month models.Month) list.RunView {
	h.t.Helper()
	view, err := h.list.Prepare(h.ctx, h.clerk, month)
	for _, step := range []struct {
		move func(context.Context, services.Actor, int64, int) (list.RunView, error)
		by   services.Actor
	}{{h.list.SubmitRun, h.clerk}, {h.list.ApproveRun, h.leader}, {h.list.ExportRun, h.clerk}} {
		if err == nil {
			view, err = step.move(h.ctx, step.by, view.Run.ID, view.Run.Version)
		}
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return view
}

func (h *house) staff(ward models.Ward, role services.Role, fresh bool) services.Actor {
	h.t.Helper()
	staff := models.Staff{WardID: ward.ID, Name: "Cán bộ " + string(role), Role: string(role), Active: true}
	h.create(&staff)
	account := models.Account{WardID: ward.ID, Channel: "web", ExternalID: fmt.Sprint("s", staff.ID), ChatID: "c",
		StaffID: &staff.ID, LinkedAt: h.now, LastSeenAt: h.now}
	if fresh {
		until := h.now.Add(1000 * time.Hour)
		account.SteppedUpUntil = &until
	}
	h.create(&account)
	return services.Actor{Role: role, Ward: ward.ID, Staff: staff.ID, Account: account.ID, Channel: "web"}
}

func (h *house) create(row any) {
	h.t.Helper()
	if err := h.store.Create(row).Error; err != nil {
		h.t.Fatal(err)
	}
}

// heads are headings as banks write them.
var heads = []any{"STT", "Số tài khoản", "Tên người hưởng", "Số tiền", "Trạng thái", "Lý do"}

// answer is the bank's row of one of the people.
func answer(i int, status, reason string) []any {
	one := people[i]
	return []any{i + 1, one.account, models.Fold(one.name), one.amount, status, reason}
}

func made(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	file := excelize.NewFile()
	for i, row := range rows {
		if err := file.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	buffer, err := file.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func (h *house) preview(rows ...[]any) bank.Preview {
	h.t.Helper()
	preview, err := h.Preview(h.ctx, h.clerk, 0, "ket-qua.xlsx", made(h.t, rows...))
	if err != nil {
		h.t.Fatal(err)
	}
	return preview
}

func (h *house) apply(preview bank.Preview) {
	h.t.Helper()
	if preview.ID == 0 {
		h.t.Fatalf("nothing to confirm: %+v", preview)
	}
	if _, err := h.Apply(h.ctx, h.clerk, preview.ID); err != nil {
		h.t.Fatal(err)
	}
}

// states are the lines' states in the order of people.
func (h *house) states() []models.LineState {
	h.t.Helper()
	var states []models.LineState
	err := h.store.Model(&models.PaymentLine{}).Where("run_id = ?", h.run.Run.ID).Order("person_id").Pluck("state",
		&states).Error
	if err != nil {
		h.t.Fatal(err)
	}
	return states
}

func (h *house) refused(err error, want string) {
	h.t.Helper()
	if got := string(services.KindOf(err)) + "/" + services.CodeOf(err); err == nil || got != want {
		h.t.Errorf("refused with %v, want %s", err, want)
	}
}
