package sheet_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/roster"
	"canbobot/services/sheet"
	"canbobot/services/vault"
)

// house is a ward with three villages, two branches in each but the last, and a
// foreign ward beside it.
type house struct {
	*sheet.Service
	t        testing.TB
	ctx      context.Context
	store    *models.Store
	people   *identity.Service
	vault    *vault.Vault
	now      time.Time
	ward     models.Ward
	foreign  models.Ward
	villages []models.Village
	branches map[string]models.Branch // "women 5"
	clerk    services.Actor           // with a fresh code
	stale    services.Actor           // without
	away     services.Actor
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), now: time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC),
		branches: map[string]models.Branch{}}
	clock := services.Clock(func() time.Time { return h.now })
	h.store = storetest.New(t, clock)
	var err error
	if h.vault, err = vault.New(bytes.Repeat([]byte{1}, vault.KeySize)); err != nil {
		t.Fatal(err)
	}
	h.store.SealedBy(h.vault)
	box, err := outbox.New(h.store, clock)
	if err != nil {
		t.Fatal(err)
	}
	journal := journal.New(h.store, clock)
	h.people = identity.New(h.store, h.vault, journal, box, clock, nil, "web")
	h.Service = sheet.New(h.store, h.vault, roster.New(h.store, h.vault, journal, clock), h.people, journal, clock)
	h.create(&[]models.Organization{
		{Code: "youth", Name: "Đoàn TNCS Hồ Chí Minh", BranchName: "Chi đoàn", HeadTitle: "Bí thư chi đoàn",
			DeputyTitle: "Phó Bí thư chi đoàn", MemberTitle: "Uỷ viên BCH", DeputiesMax: 1, SortOrder: 1},
		{Code: "women", Name: "Hội Liên hiệp Phụ nữ", BranchName: "Chi hội Phụ nữ", HeadTitle: "Chi hội trưởng",
			DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên BCH", DeputiesMax: 1, SortOrder: 2},
		{Code: "veterans", Name: "Hội Cựu chiến binh", BranchName: "Chi hội Cựu chiến binh", HeadTitle: "Chi hội trưởng",
			DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên BCH", DeputiesMax: 1, SortOrder: 4},
		{Code: "party_cell", Name: "Chi bộ", BranchName: "Chi bộ", MemberTitle: "Chi uỷ viên", DeputiesMax: 1, SortOrder: 8},
	})
	h.ward = models.Ward{Code: "bac", Name: "Bắc Hồng Lĩnh", Kind: "phường"}
	h.foreign = models.Ward{Code: "nam", Name: "Nam Hồng Lĩnh", Kind: "phường"}
	h.create(&h.ward)
	h.create(&h.foreign)
	for i, name := range []string{"Tổ dân phố 5", "Tổ dân phố 6", "Thôn Xuân Lam 1"} {
		village := models.Village{WardID: h.ward.ID, Name: name, Folded: models.Fold(name), SortOrder: i}
		h.create(&village)
		h.villages = append(h.villages, village)
		for _, code := range []string{"women", "youth", "veterans", "party_cell"} {
			if i == 2 && code != "women" {
				continue
			}
			branch := models.Branch{WardID: h.ward.ID, VillageID: village.ID, OrganizationCode: code,
				Name: map[string]string{"women": "Chi hội Phụ nữ", "youth": "Chi đoàn", "veterans": "Chi hội Cựu chiến binh",
					"party_cell": "Chi bộ"}[code] + " " + name}
			h.create(&branch)
			h.branches[code+" "+name[len(name)-1:]] = branch
		}
	}
	h.clerk, h.stale, h.away = h.staff(h.ward, true), h.staff(h.ward, false), h.staff(h.foreign, true)
	return h
}

func (h *house) staff(ward models.Ward, fresh bool) services.Actor {
	h.t.Helper()
	staff := models.Staff{WardID: ward.ID, Name: "Trần Thị Lan", Role: "clerk", Active: true}
	h.create(&staff)
	account := models.Account{WardID: ward.ID, Channel: "web", ExternalID: fmt.Sprint("s", staff.ID), ChatID: "c",
		StaffID: &staff.ID, LinkedAt: h.now, LastSeenAt: h.now}
	if fresh {
		until := h.now.Add(15 * time.Minute)
		account.SteppedUpUntil = &until
	}
	h.create(&account)
	return services.Actor{Role: services.Clerk, Ward: ward.ID, Staff: staff.ID, Account: account.ID, Channel: "web"}
}

func (h *house) create(row any) {
	h.t.Helper()
	if err := h.store.Create(row).Error; err != nil {
		h.t.Fatal(err)
	}
}

// person enters somebody into the roster with a running post.
func (h *house) person(name, number, branch string, role models.TermRole, from models.Date) models.Person {
	h.t.Helper()
	person := models.Person{WardID: h.ward.ID, Name: name, Folded: models.Fold(name), Phone: number,
		PhoneHash: h.vault.Hash("phone", number), Version: 1}
	h.create(&person)
	slot := 0
	if role == models.Head || role == models.Deputy {
		slot = 1
	}
	h.create(&models.Term{WardID: h.ward.ID, BranchID: h.branches[branch].ID, PersonID: person.ID, Role: role, Slot: slot,
		Title: "x", From: from})
	return person
}

// heads are the usual headings.
var heads = []any{"STT", "Họ và tên", "Ngày sinh", "Chức danh", "Chi hội", "Thôn/TDP", "Số điện thoại", "CCCD",
	"Số tài khoản", "Ngân hàng", "Từ ngày", "Đến ngày", "Số quyết định", "Ghi chú"}

// sheet builds a workbook: rows from the first line on, with values as they are.
func made(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	file := excelize.NewFile()
	defer file.Close()
	for i, row := range rows {
		if err := file.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	return save(t, file)
}

func save(t testing.TB, file *excelize.File) []byte {
	t.Helper()
	buffer, err := file.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// usual is a row without fault; with changes single cells by their heading.
func usual(with map[string]any) []any {
	row := []any{1, "Nguyễn Thị Hoa", "05/03/1968", "Chi hội trưởng", "Chi hội Phụ nữ", "TDP 5", "0912345678",
		"042168001234", "3706205123456", "Agribank", "01/02/2024", "", "12/QĐ", ""}
	for i, head := range heads {
		if value, ok := with[head.(string)]; ok {
			row[i] = value
		}
	}
	return row
}

// codes lists findings as "cell code", errors first.
func codes(findings []sheet.Finding) string {
	var all []string
	for _, finding := range findings {
		all = append(all, finding.Cell+" "+finding.Code)
	}
	return strings.Join(all, ", ")
}

func (h *house) check(content []byte) sheet.Preview {
	h.t.Helper()
	preview, err := h.Check(h.ctx, h.clerk, content)
	if err != nil {
		h.t.Fatal(err)
	}
	return preview
}

// imported previews and applies a sheet that must be faultless.
func (h *house) imported(content []byte) sheet.Preview {
	h.t.Helper()
	preview, err := h.Preview(h.ctx, h.clerk, "ds.xlsx", content)
	if err != nil {
		h.t.Fatal(err)
	}
	if preview.ID == 0 {
		h.t.Fatalf("nothing to confirm: %+v, %s", preview.Counts, codes(preview.Findings))
	}
	done, err := h.Apply(h.ctx, h.clerk, preview.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return done
}

func (h *house) count(model any) (n int64) {
	h.t.Helper()
	if err := h.store.Model(model).Count(&n).Error; err != nil {
		h.t.Fatal(err)
	}
	return n
}

// say names what would be said.
func say(key string, fields map[string]any) string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.TrimPrefix(key, "sheet.") + strings.Join(names, " ")
}

// words are the form's headings as the texts have them.
func words(key string, fields map[string]any) string {
	if i := slices.Index([]string{"number", "name", "birth", "title", "acting", "organization", "village", "phone",
		"citizen", "account", "bank", "holder", "from", "to", "decision", "decided", "signer", "note"},
		strings.TrimPrefix(key, "sheet.column.")); i >= 0 {
		return []string{"STT", "Họ và tên", "Ngày sinh", "Chức danh", "Quyền/Phụ trách", "Chi hội/Đoàn thể", "Thôn/TDP",
			"Số điện thoại", "Số CCCD", "Số tài khoản", "Ngân hàng", "Chủ tài khoản", "Từ ngày",
			"Đến ngày", "Số quyết định", "Ngày quyết định",
			"Người ký", "Ghi chú"}[i]
	}
	switch key {
	case "sheet.form.way.vneid":
		return "VNeID"
	case "sheet.form.vacant":
		return "Khuyết"
	case "sheet.form.shared":
		return "Dùng chung số máy"
	}
	return say(key, fields)
}
