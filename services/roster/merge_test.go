package roster_test

import (
	"reflect"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
	"canbobot/services/vault"
)

// rowsOf is everything that a merger may touch, for comparing.
func rowsOf(h *house) map[string][]map[string]any {
	h.t.Helper()
	all := map[string][]map[string]any{}
	for _, table := range []string{"people", "terms", "accounts", "cases", "consents", "invites"} {
		var rows []map[string]any
		if err := h.store.Table(table).Order("id").Find(&rows).Error; err != nil {
			h.t.Fatal(err)
		}
		for _, row := range rows { // an undone merger still counts as two changes
			delete(row, "version")
			delete(row, "updated_at")
			delete(row, "phone") // sealed anew; its hash says which it is
		}
		all[table] = rows
	}
	return all
}

func TestMergeMovesEverythingAndUnmergeRestoresExactly(t *testing.T) {
	h := newHouse(t)
	keep := h.person("Nguyễn Thị Hoa", "+84912345678", h.women, models.Head)
	drop := h.person("Nguyễn Thị Hoà", "+84987654321", h.elderly, models.Head)
	account := func(person models.Person, channel, external string) models.Account {
		row := models.Account{WardID: h.ward.ID, Channel: channel, ExternalID: external, ChatID: external,
			PersonID: &person.ID, LinkedAt: h.now, LastSeenAt: h.now, CreatedAt: h.now}
		h.create(&row)
		return row
	}
	account(keep, "telegram", "1")
	double, other := account(drop, "telegram", "2"), account(drop, "zalo", "3")
	h.create(&models.Case{WardID: h.ward.ID, PersonID: drop.ID, Kind: "question", State: "open", IdempotencyKey: "k",
		CreatedAt: h.now, UpdatedAt: h.now})
	h.create(&models.Invite{WardID: h.ward.ID, PersonID: &drop.ID, CodeHash: []byte("x"), ExpiresAt: h.now.Add(time.Hour),
		CreatedAt: h.now})
	number, err := h.vault.Seal(vault.In(models.BankAccount, drop.WardID, drop.ID), "3712000006789")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.store.Model(&drop).Updates(map[string]any{"birth_date": models.NewDate(1970, 5, 2),
		"bank_name":   "Agribank",
		"bank_holder": "Trần Văn Hùng", "bank_relation": models.HeldBySpouse,
		"bank_tail": "6789", "bank_account": number, "bank_hash": h.vault.Hash("bank",
			"3712000006789")}).Error; err != nil {
		t.Fatal(err)
	}
	before := rowsOf(h)
	preview, err := h.MergePreview(h.store.DB, h.clerk, keep.ID, drop.ID)
	if err != nil || preview.Terms != 1 || preview.Accounts != 1 || preview.Unlinked != 1 || preview.Cases != 1 {
		t.Errorf("preview %+v, %v", preview, err)
	}
	var merge models.PersonMerge
	h.tx(func(tx *gorm.DB) (err error) { merge, err = h.Merge(tx, h.clerk, keep.ID, drop.ID); return err })

	posts, err := h.Posts(h.ctx, h.clerk, keep.ID, h.today)
	if err != nil || len(posts) != 2 {
		t.Errorf("posts of who stays: %d, %v", len(posts), err)
	}
	kept, err := h.Person(h.ctx, h.clerk, keep.ID)
	if err != nil || kept.Phone != "+84912345678" || kept.BankTail != "6789" ||
		kept.BankHolder != "Trần Văn Hùng" || kept.BankRelation != models.HeldBySpouse ||
		kept.BirthDate.String() != "1970-05-02" {
		t.Errorf("who stays: %+v, %v", kept, err)
	}
	found, err := h.Find(h.ctx, h.clerk, "hoa", 0)
	if err != nil || len(found) != 1 || found[0].Person.ID != keep.ID {
		t.Errorf("found %+v, %v", found, err)
	}
	var accounts []models.Account
	if err := h.store.Order("id").Find(&accounts).Error; err != nil {
		t.Fatal(err)
	}
	if accounts[1].ID != double.ID || accounts[1].UnlinkedAt == nil || *accounts[2].PersonID != keep.ID ||
		accounts[2].ID != other.ID {
		t.Errorf("accounts %+v", accounts)
	}
	// The number of who went is free.
	var third models.Person
	h.tx(func(tx *gorm.DB) (err error) {
		third, err = h.AddPerson(tx, h.ward.ID, roster.NewPerson{Name: "Lê Văn Bình", Phone: "+84987654321"})
		return err
	})
	unmerge := func(by services.Actor, id int64) error {
		return h.store.Transaction(func(tx *gorm.DB) error { return h.Unmerge(tx, by, id) })
	}
	wants(t, unmerge(h.clerk, merge.ID), "conflict: phone_taken")
	if err := h.store.Delete(&third).Error; err != nil {
		t.Fatal(err)
	}
	wants(t, unmerge(services.Actor{Role: services.Clerk, Ward: h.foreign.ID, Staff: 9}, merge.ID), "not_found: merge")
	wants(t, unmerge(officer(keep), merge.ID), "denied: role")
	if merges, err := h.Mergers(h.store.DB, h.clerk, keep.ID); err != nil || len(merges) != 1 {
		t.Errorf("mergers %v, %v", merges, err)
	}
	h.now = h.now.Add(roster.UndoMergeWithin + time.Second)
	wants(t, unmerge(h.clerk, merge.ID), "conflict: merge_old")
	h.now = h.now.Add(-2 * time.Second)
	if err := unmerge(h.clerk, merge.ID); err != nil {
		t.Fatal(err)
	}
	if after := rowsOf(h); !reflect.DeepEqual(after, before) {
		for table := range before {
			if !reflect.DeepEqual(after[table], before[table]) {
				t.Errorf("%s\n before %v\n after  %v", table, before[table], after[table])
			}
		}
	}
	wants(t, unmerge(h.clerk, merge.ID), "conflict: merge_undone")
}

func TestMergeRefuses(t *testing.T) {
	h := newHouse(t)
	head := h.person("Nguyễn Thị Hoa", "", h.women, models.Head)
	deputy := h.person("Nguyễn Thị Hoà", "", h.women, models.Deputy)
	away := h.person("Nguyễn Thị Hoa", "", h.abroad, models.Head)
	other := h.person("Nguyễn Thị Hoa", "", models.Branch{}, "")
	merge := func(keep, drop models.Person) error {
		return h.store.Transaction(func(tx *gorm.DB) error { _, err := h.Merge(tx, h.clerk, keep.ID, drop.ID); return err })
	}
	wants(t, merge(head, deputy), "conflict: merge_overlap")
	wants(t, merge(head, head), "invalid: merge_same")
	wants(t, merge(head, away), "not_found: person")
	request := models.ChangeRequest{WardID: h.ward.ID, Kind: "phone", State: "submitted", Version: 1,
		SubjectID: &other.ID, Payload: "{}", Base: "{}", IdempotencyKey: "k", SubmittedAt: h.now}
	h.create(&request)
	wants(t, merge(head, other), "conflict: merge_requests")
	if err := h.store.Model(&request).Update("state", "withdrawn").Error; err != nil {
		t.Fatal(err)
	}
	if err := merge(head, other); err != nil {
		t.Fatal(err)
	}
	wants(t, merge(deputy, other), "conflict: merged")
}

func TestDuplicatesAreSuggestedUntilToldApart(t *testing.T) {
	h := newHouse(t)
	hoa := h.person("Nguyễn Thị Hoa", "+84912345678", h.women, models.Head) // born 1970 all
	hoa2 := h.person("Nguyễn Thị Hoà", "", h.elderly, models.Head)
	h.person("Nguyễn Thị Hoa", "", h.abroad, models.Head)
	if err := h.store.Model(&hoa).Update("phone_shared", true).Error; err != nil {
		t.Fatal(err)
	}
	husband := h.person("Lê Văn Bình", "+84912345678", h.veterans, models.Head)
	pairs, err := h.Duplicates(h.ctx, h.clerk, 0)
	if err != nil || len(pairs) != 2 {
		t.Fatalf("pairs %+v, %v", pairs, err)
	}
	if p := pairs[0]; p.First.ID != hoa.ID || p.Second.ID != hoa2.ID || !p.SameName ||
		!reflect.DeepEqual(p.Reasons, []roster.Reason{roster.SameYear}) {
		t.Errorf("first %+v", p)
	}
	if p := pairs[1]; p.Second.ID != husband.ID || p.SameName ||
		!reflect.DeepEqual(p.Reasons, []roster.Reason{roster.SamePhone}) {
		t.Errorf("second %+v", p)
	}
	for range 2 {
		if err := h.Distinguish(h.ctx, h.clerk, husband.ID, hoa.ID); err != nil {
			t.Fatal(err)
		}
	}
	if pairs, err = h.Duplicates(h.ctx, h.clerk, 0); err != nil || len(pairs) != 1 {
		t.Errorf("told apart: %+v, %v", pairs, err)
	}
	if pairs, err = h.Alike(h.ctx, h.clerk, hoa2.ID); err != nil || len(pairs) != 1 || pairs[0].First.ID != hoa.ID {
		t.Errorf("alike: %+v, %v", pairs, err)
	}
	if pairs, err = h.Alike(h.ctx, h.clerk, husband.ID); err != nil || len(pairs) != 0 {
		t.Errorf("alike: %+v, %v", pairs, err)
	}
}
