package warnings_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/vault"
	"canbobot/services/warnings"
)

// house is a ward where nothing is wrong: a women's branch with head and deputy,
// both linked, and a Party cell, which has neither. A foreign ward has a branch
// without anybody.
type house struct {
	*warnings.Service
	t     *testing.T
	ctx   context.Context
	store *models.Store
	now   time.Time

	ward, foreign    models.Ward
	women, cell      models.Branch
	head, deputy     models.Person
	headTerm         models.Term
	clerk, clerkAway services.Actor
	phones           int
}

// monday is 6 April 2026, eight o'clock in Viet Nam.
var monday = time.Date(2026, 4, 6, 8, 0, 0, 0, services.Zone)

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), now: monday}
	h.store = storetest.New(t, h.clock)
	h.Service = h.worker()
	h.create(&[]models.Organization{
		{Code: "women", Name: "Hội Phụ nữ", BranchName: "Chi hội", HeadTitle: "Chi hội trưởng", DeputyTitle: "Chi hội phó",
			MemberTitle: "Uỷ viên", DeputiesMax: 1, SortOrder: 1},
		{Code: "youth", Name: "Đoàn", BranchName: "Chi đoàn", HeadTitle: "Bí thư", MemberTitle: "Uỷ viên", TermYears: 3,
			SortOrder: 2},
		{Code: "party_cell", Name: "Chi bộ", BranchName: "Chi bộ", MemberTitle: "Chi uỷ viên", SortOrder: 3},
	})
	h.ward = models.Ward{Code: "bac", Name: "Bắc", Kind: "phường", RemindAfterHours: 48}
	h.foreign = models.Ward{Code: "nam", Name: "Nam", Kind: "phường", RemindAfterHours: 48}
	h.create(&h.ward)
	h.create(&h.foreign)
	h.women, h.cell = h.branch(h.ward, "women", "Tổ 1"), h.branch(h.ward, "party_cell", "Tổ 2")
	h.branch(h.foreign, "women", "Tổ 9")
	h.head, h.deputy = h.person("Hoa"), h.person("Lan")
	h.headTerm = h.term(h.head, h.women, models.Head, models.NewDate(2024, 1, 1))
	h.term(h.deputy, h.women, models.Deputy, models.NewDate(2024, 1, 1))
	h.clerk, h.clerkAway = h.staff(h.ward, services.Clerk), h.staff(h.foreign, services.Clerk)
	return h
}

func (h *house) clock() time.Time { return h.now }

// worker is the service as another replica has it.
func (h *house) worker() *warnings.Service {
	h.t.Helper()
	secrets, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
	if err != nil {
		h.t.Fatal(err)
	}
	h.store.SealedBy(secrets)
	box, err := outbox.New(h.store, h.clock)
	if err != nil {
		h.t.Fatal(err)
	}
	return warnings.New(h.store, secrets, identity.New(h.store, secrets, journal.New(h.store, h.clock), box, h.clock, nil),
		box, h.clock)
}

func (h *house) create(row any) {
	h.t.Helper()
	if err := h.store.Create(row).Error; err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) set(row any, column string, value any) {
	h.t.Helper()
	if err := h.store.Model(row).UpdateColumn(column, value).Error; err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) branch(ward models.Ward, organization, village string) models.Branch {
	h.t.Helper()
	place := models.Village{WardID: ward.ID, Name: village, Folded: models.Fold(village)}
	h.create(&place)
	branch := models.Branch{WardID: ward.ID, VillageID: place.ID, OrganizationCode: organization,
		Name: organization + " " + village}
	h.create(&branch)
	return branch
}

// person has a number of their own and is linked.
func (h *house) person(name string) models.Person {
	h.t.Helper()
	h.phones++
	number := fmt.Sprintf("+84912%06d", h.phones)
	person := models.Person{WardID: h.ward.ID, Name: name, Folded: models.Fold(name), Phone: number,
		PhoneHash: []byte(number), Version: 1}
	h.create(&person)
	account := models.Account{WardID: h.ward.ID, Channel: "web", ExternalID: name, ChatID: name, PersonID: &person.ID,
		LinkedAt: h.now, LastSeenAt: h.now}
	h.create(&account)
	return person
}

func (h *house) term(person models.Person, branch models.Branch, role models.TermRole, from models.Date) models.Term {
	h.t.Helper()
	term := models.Term{WardID: branch.WardID, BranchID: branch.ID, PersonID: person.ID, Role: role, Title: string(role),
		From: from}
	if role == models.Head || role == models.Deputy {
		term.Slot = 1
	}
	h.create(&term)
	return term
}

func (h *house) staff(ward models.Ward, role services.Role) services.Actor {
	h.t.Helper()
	row := models.Staff{WardID: ward.ID, Name: "Cán bộ", Role: string(role), Active: true}
	h.create(&row)
	return services.Actor{Role: role, Ward: ward.ID, Staff: row.ID}
}

// found lists the ids of a kind, as the clerk's week shows them.
func (h *house) found(kind warnings.Kind) []int64 {
	h.t.Helper()
	group, err := h.Group(h.ctx, h.clerk, kind, 0, warnings.MaxPage)
	if err != nil {
		h.t.Fatal(err)
	}
	weekly, err := h.Weekly(h.ctx, h.clerk)
	if err != nil {
		h.t.Fatal(err)
	}
	var total int64
	for _, one := range weekly.Groups {
		if one.Kind == kind {
			total = one.Total
		}
	}
	if total != group.Total || int(total) != len(group.Items) {
		h.t.Errorf("%s: the week counts %d, the group %d, with %d findings", kind, total, group.Total, len(group.Items))
	}
	var ids []int64
	for _, item := range group.Items {
		if item.Name == "" {
			h.t.Errorf("%s: finding %d has no name", kind, item.ID)
		}
		ids = append(ids, item.ID)
	}
	return ids
}

// Each finding comes with its cause and goes with it.
func TestEachFindingFollowsItsCause(t *testing.T) {
	type cause struct {
		kind warnings.Kind
		make func(h *house) []int64 // brings it about; returns what is to be found
		mend func(h *house)
	}
	tooLong := models.NewDate(2021, 4, 6) // five years ago to the day
	for name, test := range map[string]cause{
		"the head's term ended": {warnings.NoHead,
			func(h *house) []int64 {
				h.set(&h.headTerm, "to_date", models.NewDate(2026, 4, 5))
				return []int64{h.women.ID}
			},
			func(h *house) { h.set(&h.headTerm, "to_date", nil) }},
		"the head's term was void": {warnings.NoHead,
			func(h *house) []int64 { h.set(&h.headTerm, "superseded_at", h.now.UTC()); return []int64{h.women.ID} },
			func(h *house) { h.term(h.head, h.women, models.Head, models.NewDate(2024, 1, 1)) }},
		"a branch that is no more": {warnings.NoHead,
			func(h *house) []int64 { return []int64{h.branch(h.ward, "youth", "Tổ 3").ID} },
			func(h *house) {
				h.set(&models.Branch{ID: h.found(warnings.NoHead)[0]}, "valid_to", models.NewDate(2026, 4, 5))
			}},
		"the deputy left": {warnings.NoDeputy,
			func(h *house) []int64 {
				h.set(&models.Term{ID: h.headTerm.ID + 1}, "to_date", models.NewDate(2026, 4, 5))
				return []int64{h.women.ID}
			},
			func(h *house) { h.set(&models.Term{ID: h.headTerm.ID + 1}, "to_date", nil) }},
		"no deputies by rule": {warnings.NoDeputy,
			func(h *house) []int64 { return []int64{h.branch(h.ward, "women", "Tổ 4").ID} },
			func(h *house) { h.set(&models.Organization{Code: "women"}, "deputies_max", 0) }},
		"one account, two people": {warnings.SharedBank,
			func(h *house) []int64 {
				for _, person := range []models.Person{h.head, h.deputy} {
					h.set(&models.Person{ID: person.ID}, "bank_hash", models.Hash("same"))
				}
				h.set(&models.Person{ID: h.person("Mai").ID}, "bank_hash", models.Hash("other"))
				return []int64{h.head.ID, h.deputy.ID}
			},
			func(h *house) { h.set(&models.Person{ID: h.deputy.ID}, "bank_hash", models.Hash("own")) }},
		"one account, one dead": {warnings.SharedBank,
			func(h *house) []int64 {
				for _, person := range []models.Person{h.head, h.deputy} {
					h.set(&models.Person{ID: person.ID}, "bank_hash", models.Hash("same"))
				}
				return []int64{h.head.ID, h.deputy.ID}
			},
			func(h *house) { h.set(&models.Person{ID: h.deputy.ID}, "died_on", models.NewDate(2026, 4, 1)) }},
		"one number, two people": {warnings.SharedPhone,
			func(h *house) []int64 {
				for _, person := range []models.Person{h.head, h.deputy} {
					h.set(&models.Person{ID: person.ID}, "phone_shared", true)
					h.set(&models.Person{ID: person.ID}, "phone_hash", models.Hash("same"))
				}
				return []int64{h.head.ID, h.deputy.ID}
			},
			func(h *house) { h.set(&models.Person{ID: h.deputy.ID}, "phone_hash", models.Hash("own")) }},
		"an old land line": {warnings.LandLine,
			func(h *house) []int64 {
				h.set(&models.Person{ID: h.head.ID}, "phone", "+84393835356")
				return []int64{h.head.ID}
			},
			func(h *house) { h.set(&models.Person{ID: h.head.ID}, "phone", "+84397835356") }},
		"never linked": {warnings.NeverLinked,
			func(h *house) []int64 {
				if err := h.store.Where("person_id = ?", h.deputy.ID).Delete(&models.Account{}).Error; err != nil {
					h.t.Fatal(err)
				}
				return []int64{h.deputy.ID}
			},
			func(h *house) {
				h.create(&models.Account{WardID: h.ward.ID, Channel: "zalo", ExternalID: "1", ChatID: "1", PersonID: &h.deputy.ID,
					LinkedAt: h.now, LastSeenAt: h.now})
			}},
		"linked as staff": {warnings.NeverLinked,
			func(h *house) []int64 {
				if err := h.store.Where("person_id = ?", h.deputy.ID).Delete(&models.Account{}).Error; err != nil {
					h.t.Fatal(err)
				}
				return []int64{h.deputy.ID}
			},
			func(h *house) {
				h.set(&models.Staff{ID: h.clerk.Staff}, "person_id", h.deputy.ID)
				h.create(&models.Account{WardID: h.ward.ID, Channel: "zalo", ExternalID: "1", ChatID: "1", StaffID: &h.clerk.Staff,
					LinkedAt: h.now, LastSeenAt: h.now})
			}},
		"a term of five years": {warnings.LongTerm,
			func(h *house) []int64 { h.set(&h.headTerm, "from_date", tooLong); return []int64{h.head.ID} },
			func(h *house) { h.set(&h.headTerm, "from_date", tooLong.AddDays(1)) }},
		"an organization without terms": {warnings.LongTerm,
			func(h *house) []int64 { h.set(&h.headTerm, "from_date", tooLong); return []int64{h.head.ID} },
			func(h *house) { h.set(&models.Organization{Code: "women"}, "term_years", 0) }},
		"youth elect sooner": {warnings.LongTerm,
			func(h *house) []int64 {
				leader := h.person("Tuấn")
				h.term(leader, h.branch(h.ward, "youth", "Tổ 5"), models.Head, models.NewDate(2023, 4, 6))
				return []int64{leader.ID}
			},
			func(h *house) { h.set(&models.Organization{Code: "youth"}, "term_years", 5) }},
		"a request that waits": {warnings.LateChange,
			func(h *house) []int64 {
				request := models.ChangeRequest{WardID: h.ward.ID, Kind: "phone", State: models.ChangeSubmitted,
					SubjectID: &h.head.ID, Payload: "{}", IdempotencyKey: "1", SubmittedAt: h.now.Add(-48 * time.Hour).UTC()}
				h.create(&request)
				return []int64{request.ID}
			},
			func(h *house) {
				h.set(&models.ChangeRequest{ID: h.found(warnings.LateChange)[0]}, "submitted_at", h.now.Add(-47*time.Hour).UTC())
			}},
		"a question that waits": {warnings.OpenCase,
			func(h *house) []int64 {
				row := models.Case{WardID: h.ward.ID, PersonID: h.head.ID, Kind: "question", State: "open", IdempotencyKey: "1"}
				h.create(&row)
				return []int64{row.ID}
			},
			func(h *house) { h.set(&models.Case{ID: h.found(warnings.OpenCase)[0]}, "state", "answered") }},
		"somebody waits to be linked": {warnings.LateLink,
			func(h *house) []int64 {
				row := models.LinkRequest{WardID: h.ward.ID, Channel: "zalo", ExternalID: "1", ChatID: "1", Name: "Cúc",
					State: models.LinkPending, IdempotencyKey: "1", CreatedAt: h.now.Add(-72 * time.Hour).UTC()}
				h.create(&row)
				return []int64{row.ID}
			},
			func(h *house) { h.set(&models.Ward{ID: h.ward.ID}, "remind_after_hours", 0) }},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			if before, err := h.Weekly(h.ctx, h.clerk); err != nil || before.Total() != 0 {
				t.Fatalf("a ward in order: %+v, %v", before, err)
			}
			want := test.make(h)
			if got := h.found(test.kind); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("found %v, want %v", got, want)
			}
			test.mend(h)
			if got := h.found(test.kind); len(got) != 0 {
				t.Errorf("mended, %v are still found", got)
			}
		})
	}
}

func TestEveryKindHasACause(t *testing.T) {
	h := newHouse(t)
	for _, kind := range warnings.Kinds {
		if got := h.found(kind); len(got) != 0 {
			t.Errorf("%s finds %v where nothing is wrong", kind, got)
		}
	}
}

func TestAPageIsBoundedAndTheCountIsNot(t *testing.T) {
	h := newHouse(t)
	for i := range 60 {
		h.branch(h.ward, "youth", fmt.Sprintf("Khối %d", i))
	}
	for _, test := range []struct{ offset, limit, want int }{{0, 5, 5}, {57, 5, 3}, {0, 1000, warnings.MaxPage},
		{1000, 5, 5}, {-1, 0, 1}} {
		group, err := h.Group(h.ctx, h.clerk, warnings.NoHead, test.offset, test.limit)
		if err != nil || group.Total != 60 || len(group.Items) != test.want {
			t.Errorf("from %d at most %d: %d of %d, %v", test.offset, test.limit, len(group.Items), group.Total, err)
		}
	}
	findings, err := h.Weekly(h.ctx, h.clerk)
	if err != nil || len(findings.Groups) != 1 || len(findings.Groups[0].Items) > 5 || findings.Total() != 60 {
		t.Errorf("the week: %+v, %v", findings, err)
	}
}

func TestOnlyTheWardsOwnUsersSeeIt(t *testing.T) {
	h := newHouse(t)
	h.set(&h.headTerm, "to_date", models.NewDate(2026, 4, 5))
	for name, actor := range map[string]services.Actor{
		"an officer":         {Role: services.Officer, Ward: h.ward.ID, Person: h.deputy.ID},
		"a stranger":         {Ward: h.ward.ID},
		"a clerk of no ward": {Role: services.Clerk},
		"nobody's program":   {Role: services.System},
	} {
		if _, err := h.Weekly(h.ctx, actor); err == nil {
			t.Errorf("%s sees the week", name)
		}
		if _, err := h.Group(h.ctx, actor, warnings.NoHead, 0, 5); err == nil {
			t.Errorf("%s sees a group", name)
		}
	}
	if _, err := h.Group(h.ctx, h.clerk, "no_such", 0, 5); services.KindOf(err) != services.KindNotFound {
		t.Errorf("a kind that is none: %v", err)
	}
	group, err := h.Group(h.ctx, h.clerkAway, warnings.NoHead, 0, 5)
	if err != nil || group.Total != 1 || group.Items[0].ID == h.women.ID {
		t.Errorf("the other ward's clerk sees %+v, %v", group, err)
	}
}

// told counts the messages of each ward's clerks.
func (h *house) told(actor services.Actor) (n int64) {
	h.t.Helper()
	if err := h.store.Model(&models.Delivery{}).Where("kind = ? AND staff_id = ?", outbox.WeeklyReview,
		actor.Staff).Count(&n).Error; err != nil {
		h.t.Fatal(err)
	}
	return n
}

func TestClerksAreToldOnceAWeekByThreeWorkers(t *testing.T) {
	h := newHouse(t)
	leader := h.staff(h.foreign, services.Leader)
	workers := []*warnings.Service{h.worker(), h.worker(), h.worker()}
	all := func(at time.Time) (told int) {
		t.Helper()
		h.now = at
		counts := make([]int, len(workers))
		var running sync.WaitGroup
		for i, worker := range workers {
			running.Go(func() {
				n, err := worker.Tell(h.ctx)
				if err != nil {
					t.Error(err)
				}
				counts[i] = n
			})
		}
		running.Wait()
		for _, n := range counts {
			told += n
		}
		return told
	}
	if n := all(monday.Add(-time.Minute)); n != 0 {
		t.Errorf("%d wards told before eight", n)
	}
	if n := all(monday); n != 1 { // only the other ward has a branch without anybody
		t.Errorf("%d wards told", n)
	}
	for hours := time.Duration(1); hours < 7*24; hours += 5 { // and after every restart
		if n := all(monday.Add(hours * time.Hour)); n != 0 {
			t.Errorf("%d wards told again %d hours later", n, hours)
		}
	}
	if h.told(h.clerkAway) != 1 || h.told(h.clerk) != 0 || h.told(leader) != 0 {
		t.Errorf("told: %d, %d, %d", h.told(h.clerkAway), h.told(h.clerk), h.told(leader))
	}
	// What goes wrong in the middle of a week is told of in the next, which may
	// begin on its Tuesday.
	h.set(&h.headTerm, "to_date", models.NewDate(2026, 4, 5))
	if n := all(monday.Add(4 * 24 * time.Hour)); n != 0 {
		t.Errorf("%d wards told in the middle of the week", n)
	}
	if n := all(monday.Add(8*24*time.Hour + 3*time.Hour)); n != 2 {
		t.Errorf("%d wards told in the next week", n)
	}
	if h.told(h.clerkAway) != 2 || h.told(h.clerk) != 1 {
		t.Errorf("told: %d, %d", h.told(h.clerkAway), h.told(h.clerk))
	}
}

func TestScheduleBeginsOnMondayAtEight(t *testing.T) {
	for _, test := range []struct{ after, want time.Time }{
		{monday.Add(-10 * time.Minute), monday},
		{monday.Add(-3 * time.Hour), monday.Add(-2 * time.Hour)},
		{monday, monday.Add(time.Hour)},
		{monday.Add(7*24*time.Hour - time.Second), monday.AddDate(0, 0, 7)},
		{monday.AddDate(0, 0, 3).UTC(), monday.AddDate(0, 0, 3).Add(time.Hour)},
	} {
		if got := new(warnings.Service).Round().Next(test.after); !got.Equal(test.want) {
			t.Errorf("after %s: %s, want %s", test.after, got, test.want)
		}
	}
}
