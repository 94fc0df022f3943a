package roster_test

import (
	"bytes"
	"context"
	"flag"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/roster"
	"canbobot/services/vault"
)

func init() {
	if storetest.Watched {
		flag.Set("rapid.checks", "15")
	}
}

// house is one ward with two villages and a foreign ward beside it.
type house struct {
	*roster.Service
	t                                *testing.T
	ctx                              context.Context
	store                            *models.Store
	vault                            *vault.Vault
	today                            models.Date
	now                              time.Time
	ward                             models.Ward
	foreign                          models.Ward
	villages                         [2]models.Village
	women, veterans, elderly, abroad models.Branch
	clerk                            services.Actor
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), today: models.NewDate(2026, 4, 6),
		now: time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC)}
	clock := services.Clock(func() time.Time { return h.now })
	h.store = storetest.New(t, clock)
	secrets, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	h.store.SealedBy(secrets)
	h.vault = secrets
	h.Service = roster.New(h.store, secrets, journal.New(h.store, clock), clock)
	h.create(&[]models.Organization{
		{Code: "women", Name: "Hội Liên hiệp Phụ nữ", BranchName: "Chi hội Phụ nữ", HeadTitle: "Chi hội trưởng",
			DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 1, SortOrder: 1},
		{Code: "veterans", Name: "Hội Cựu chiến binh", BranchName: "Chi hội Cựu chiến binh", HeadTitle: "Chi hội trưởng",
			DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 1, SortOrder: 2},
		{Code: "elderly", Name: "Hội Người cao tuổi", BranchName: "Chi hội Người cao tuổi", HeadTitle: "Chi hội trưởng",
			DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 2, SortOrder: 3},
	})
	h.ward = models.Ward{Code: "bac", Name: "Bắc Hồng Lĩnh", Kind: "phường"}
	h.foreign = models.Ward{Code: "nam", Name: "Nam Hồng Lĩnh", Kind: "phường"}
	h.create(&h.ward)
	h.create(&h.foreign)
	for i, name := range []string{"Tổ dân phố 5", "Thôn Đức Thuận"} {
		h.villages[i] = models.Village{WardID: h.ward.ID, Name: name, Folded: models.Fold(name), SortOrder: i}
		h.create(&h.villages[i])
	}
	branch := func(ward models.Ward, village models.Village, code, name string) models.Branch {
		row := models.Branch{WardID: ward.ID, VillageID: village.ID, OrganizationCode: code, Name: name + " " + village.Name}
		h.create(&row)
		return row
	}
	h.women = branch(h.ward, h.villages[0], "women", "Chi hội Phụ nữ")
	h.veterans = branch(h.ward, h.villages[0], "veterans", "Chi hội Cựu chiến binh")
	h.elderly = branch(h.ward, h.villages[1], "elderly", "Chi hội Người cao tuổi")
	away := models.Village{WardID: h.foreign.ID, Name: "Tổ dân phố 5", Folded: "to dan pho 5"}
	h.create(&away)
	h.abroad = branch(h.foreign, away, "women", "Chi hội Phụ nữ")
	h.create(&models.Staff{ID: 1, WardID: h.ward.ID, Name: "Cán bộ", Role: "clerk", Active: true})
	h.clerk = services.Actor{Role: services.Clerk, Ward: h.ward.ID, Staff: 1}
	return h
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

// person adds someone; with a branch, also in post since 2024.
func (h *house) person(name, phone string, branch models.Branch, role models.TermRole) models.Person {
	h.t.Helper()
	var person models.Person
	h.tx(func(tx *gorm.DB) (err error) {
		ward := h.ward.ID
		if branch.ID != 0 {
			ward = branch.WardID
		}
		if person, err = h.AddPerson(tx, ward, roster.NewPerson{Name: name, Phone: phone, BirthYear: 1970}); err != nil ||
			branch.ID == 0 {
			return err
		}
		_, err = h.OpenTerm(tx, roster.NewTerm{Branch: branch, Person: person.ID, Role: role,
			From: models.NewDate(2024, 1, 1)})
		return err
	})
	return person
}

func officer(person models.Person) services.Actor {
	return services.Actor{Role: services.Officer, Ward: person.WardID, Person: person.ID, Account: person.ID}
}

// wants fails unless err is the refusal "kind: code".
func wants(t *testing.T, err error, refusal string) {
	t.Helper()
	if got := string(services.KindOf(err)) + ": " + services.CodeOf(err); err == nil || got != refusal {
		t.Errorf("refused with %q (%v), want %q", got, err, refusal)
	}
}
