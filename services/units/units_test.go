package units_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/money"
	"canbobot/services/roster"
	"canbobot/services/units"
	"canbobot/services/vault"
)

type house struct {
	*units.Service
	t      *testing.T
	ctx    context.Context
	store  *models.Store
	roster *roster.Service
	money  *money.Service
	now    time.Time
	ward   models.Ward
	admin  services.Actor
	abroad services.Actor
}

var (
	july      = models.NewDate(2026, 7, 1)
	long      = models.NewDate(2024, 1, 1)
	kinds     = []string{"women", "veterans"}
	townRules = []models.PolicyRule{{Role: models.Head, Amount: 200_000}, {Role: models.Deputy, Amount: 150_000}}
)

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), now: time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC)}
	clock := services.Clock(func() time.Time { return h.now })
	h.store = storetest.New(t, clock)
	secrets, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	h.store.SealedBy(secrets)
	journal := journal.New(h.store, clock)
	h.roster = roster.New(h.store, secrets, journal, clock)
	h.money = money.New(h.store, journal, nil, nil, clock)
	h.Service = units.New(h.store, h.roster, h.money, journal, clock)
	wanted := units.NewWard{
		Name: "Bắc Hồng Lĩnh", Kind: "phường", Phone: "+842393835001", From: models.NewDate(2025, 7, 1),
		Organizations: []models.Organization{
			{Code: "women", Name: "Hội Liên hiệp Phụ nữ", BranchName: "Chi hội Phụ nữ", HeadTitle: "Chi hội trưởng",
				DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 1, SortOrder: 1},
			{Code: "veterans", Name: "Hội Cựu chiến binh", BranchName: "Chi hội Cựu chiến binh", HeadTitle: "Chi hội trưởng",
				DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 2, SortOrder: 2},
		},
		Policies: []models.Policy{{Code: "town", Name: "Hỗ trợ", Source: "town", LegalBasis: "Kết luận",
			From: models.NewDate(2021, 1, 1), Accrual: models.FullIfOnDay, AccrualDays: 15, Stacking: models.StackAll,
			Rules: townRules}},
	}
	if h.ward, err = h.AddWard(h.ctx, services.SystemActor(0), wanted); err != nil {
		t.Fatal(err)
	}
	wanted.Name, wanted.Policies = "Nam Hồng Lĩnh", nil
	foreign, err := h.AddWard(h.ctx, services.SystemActor(0), wanted)
	if err != nil {
		t.Fatal(err)
	}
	h.admin = services.Actor{Role: services.Admin, Ward: h.ward.ID}
	h.abroad = services.Actor{Role: services.Admin, Ward: foreign.ID}
	return h
}

func (h *house) village(name string, kinds ...string) models.Village {
	h.t.Helper()
	village, err := h.AddVillage(h.ctx, h.admin, name, models.Date{}, kinds)
	if err != nil {
		h.t.Fatal(err)
	}
	return village
}

func (h *house) branch(village models.Village, kind string) models.Branch {
	h.t.Helper()
	var branch models.Branch
	if err := h.store.Take(&branch, "village_id = ? AND organization_code = ? AND valid_to IS NULL", village.ID,
		kind).Error; err != nil {
		h.t.Fatal(err)
	}
	return branch
}

// serve puts somebody into a post; a person without an id is made first.
func (h *house) serve(person models.Person, branch models.Branch, role models.TermRole, from,
	to models.Date) (models.Person, models.Term) {
	h.t.Helper()
	var term models.Term
	err := h.store.Transaction(func(tx *gorm.DB) (err error) {
		if person.ID == 0 {
			if person, err = h.roster.AddPerson(tx, h.ward.ID,
				roster.NewPerson{Name: person.Name, BirthYear: 1970}); err != nil {
				return err
			}
		}
		term, err = h.roster.OpenTerm(tx, roster.NewTerm{Branch: branch, Person: person.ID, Role: role, From: from, To: to,
			Decision: roster.Decision{Number: "5/QĐ"}})
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return person, term
}

func (h *house) owed(person int64, month models.Month) int64 {
	h.t.Helper()
	return h.owedIn([]int64{person}, month, month)[person][0]
}

// owedIn is what people are owed in each of some months.
func (h *house) owedIn(people []int64, first, last models.Month) map[int64][]int64 {
	h.t.Helper()
	posts, err := h.money.PostsOf(h.store.DB, h.ward.ID, people)
	if err != nil {
		h.t.Fatal(err)
	}
	var policies []models.Policy
	if err := h.store.Preload("Rules").Find(&policies, "ward_id = ?", h.ward.ID).Error; err != nil {
		h.t.Fatal(err)
	}
	calculus := money.Calculus{Policies: policies}
	owed := map[int64][]int64{}
	for _, person := range people {
		for month := first; month <= last; month++ {
			owed[person] = append(owed[person], money.Total(calculus.Entitlement(posts[person], month)))
		}
	}
	return owed
}

func wants(t *testing.T, err error, refusal string) {
	t.Helper()
	if got := string(services.KindOf(err)) + ": " + services.CodeOf(err); err == nil || got != refusal {
		t.Errorf("refused with %q (%v), want %q", got, err, refusal)
	}
}

func TestMergeMovesWhoGoesOn(t *testing.T) {
	h := newHouse(t)
	five, six := h.village("Tổ dân phố 5", kinds...), h.village("Thôn Đức Thuận", "women")
	hoa, _ := h.serve(models.Person{Name: "Nguyễn Thị Hoa"}, h.branch(five, "women"), models.Head, long, models.Date{})
	lan, lanTerm := h.serve(models.Person{Name: "Trần Thị Lan"}, h.branch(six, "women"), models.Head, long, models.Date{})
	mai, _ := h.serve(models.Person{Name: "Lê Thị Mai"}, h.branch(six, "women"), models.Deputy, long,
		models.NewDate(2027, 3, 31))
	if err := h.roster.AddVillageName(h.ctx, h.admin, six.ID, "Thôn 3 xã Thuận Lộc", models.Date{}, ""); err != nil {
		t.Fatal(err)
	}
	merger := units.Merger{Villages: []int64{five.ID, six.ID}, Name: "Tổ dân phố 5", From: july, Decision: "12/NQ"}

	preview, err := h.Merge(h.ctx, h.admin, merger, true)
	if err != nil || len(preview.Clashes) != 1 || len(preview.Clashes[0].Posts) != 2 ||
		preview.Clashes[0].Role != models.Head {
		t.Fatalf("%+v, %v: two heads of one branch should be told", preview, err)
	}
	_, err = h.Merge(h.ctx, h.admin, merger, false)
	wants(t, err, "conflict: posts_clash")

	merger.Ends = []int64{lanTerm.ID}
	for _, dry := range []bool{true, false} {
		outcome, err := h.Merge(h.ctx, h.admin, merger, dry)
		if err != nil || !outcome.Possible() || len(outcome.Moves) != 1 || len(outcome.Ends) != 1 {
			t.Fatalf("dry %v: %+v, %v", dry, outcome, err)
		}
		if len(outcome.Effects) != 1 || outcome.Effects[0].Person != lan.ID || outcome.Effects[0].Monthly != -200_000 ||
			outcome.Effects[0].From != july.MonthOf() {
			t.Errorf("dry %v: effects %+v", dry, outcome.Effects)
		}
		var ended int64
		h.store.Model(&models.Village{}).Where("valid_to IS NOT NULL").Count(&ended)
		if want := map[bool]int64{true: 0, false: 1}[dry]; ended != want {
			t.Errorf("dry %v: %d villages ended", dry, ended)
		}
	}
	june, inJuly := models.NewMonth(2026, 6), july.MonthOf()
	for _, one := range []struct {
		person int64
		month  models.Month
		want   int64
	}{{hoa.ID, inJuly, 200_000}, {lan.ID, june, 200_000}, {lan.ID, inJuly, 0}, {mai.ID, june, 150_000},
		{mai.ID, inJuly, 150_000}, {mai.ID, models.NewMonth(2027, 4), 0}} {
		if got := h.owed(one.person, one.month); got != one.want {
			t.Errorf("person %d is owed %d for %s, want %d", one.person, got, one.month, one.want)
		}
	}
	// As it was and as it is: nothing was overwritten.
	for on, village := range map[models.Date]string{july.AddDays(-1): "Thôn Đức Thuận", july: "Tổ dân phố 5"} {
		posts, err := h.roster.At(h.ctx, h.admin, roster.Scope{Person: mai.ID}, on, h.now.Add(time.Hour))
		if err != nil || len(posts) != 1 || posts[0].Village.Name != village || posts[0].Term.DecisionNumber != "5/QĐ" {
			t.Errorf("on %s: %+v, %v", on, posts, err)
		}
	}
	h.now = time.Date(2026, 7, 2, 2, 0, 0, 0, time.UTC)
	for _, name := range []string{"thôn đức thuận", "Thon 3 xa Thuan Loc", "tổ dân phố 5"} {
		found, err := h.Village(h.ctx, h.admin, name)
		if err != nil || found.ID != five.ID {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	people, err := h.roster.Find(h.ctx, h.admin, "mai đức thuận", 0)
	if err != nil || len(people) != 1 || people[0].Person.ID != mai.ID {
		t.Errorf("%+v, %v: the old name no longer finds", people, err)
	}
	_, err = h.Merge(h.ctx, h.admin, merger, false)
	wants(t, err, "conflict: village_ended")
}

func TestSplitPlacesEverybody(t *testing.T) {
	h := newHouse(t)
	old := h.village("Tổ dân phố 9", kinds...)
	_, head := h.serve(models.Person{Name: "Nguyễn Thị Hoa"}, h.branch(old, "women"), models.Head, long, models.Date{})
	son, veteran := h.serve(models.Person{Name: "Lê Văn Sơn"}, h.branch(old, "veterans"), models.Head, long, models.Date{})
	_, later := h.serve(models.Person{Name: "Trần Văn Tâm"}, h.branch(old, "veterans"), models.Deputy,
		models.NewDate(2026, 9, 1), models.Date{})
	division := units.Division{Village: old.ID, Parts: []string{"Tổ dân phố 9", "Tổ dân phố 9B"}, From: july,
		To: map[int64]int{head.ID: 0}}

	preview, err := h.Split(h.ctx, h.admin, division, true)
	if err != nil || len(preview.Unplaced) != 2 {
		t.Fatalf("%+v, %v: two have no part", preview, err)
	}
	_, err = h.Split(h.ctx, h.admin, division, false)
	wants(t, err, "conflict: posts_unplaced")

	division.To[veteran.ID], division.To[later.ID] = 1, 1
	outcome, err := h.Split(h.ctx, h.admin, division, false)
	if err != nil || len(outcome.Villages) != 2 || len(outcome.Moves) != 2 || len(outcome.Ended) != 0 ||
		len(outcome.Effects) != 0 {
		t.Fatalf("%+v, %v", outcome, err)
	}
	if outcome.Villages[0].ID != old.ID {
		t.Error("the part that keeps the name is another row")
	}
	for month, want := range map[models.Month]int64{models.NewMonth(2026, 6): 200_000, models.NewMonth(2026, 7): 200_000} {
		if got := h.owed(son.ID, month); got != want {
			t.Errorf("%s: %d, want %d", month, got, want)
		}
	}
	// Each part has a branch of every organization that there was: a vacancy is
	// seen, a missing branch is not.
	for _, village := range outcome.Villages {
		for _, kind := range kinds {
			h.branch(village, kind)
		}
	}
	h.now = time.Date(2026, 7, 2, 2, 0, 0, 0, time.UTC)
	if found, err := h.Village(h.ctx, h.admin, "Tổ dân phố 9"); err != nil || found.ID != old.ID {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestUnitsRefuse(t *testing.T) {
	h := newHouse(t)
	five, six := h.village("Tổ dân phố 5", kinds...), h.village("Tổ dân phố 6", "women")
	hoa, term := h.serve(models.Person{Name: "Nguyễn Thị Hoa"}, h.branch(five, "women"), models.Head, long, models.Date{})
	_, twice := h.serve(hoa, h.branch(six, "women"), models.Deputy, long, models.Date{})
	merger := units.Merger{Villages: []int64{five.ID, six.ID}, Name: "Tổ dân phố 7", From: july}
	try := func(change func(*units.Merger), actor services.Actor) error {
		one := merger
		change(&one)
		_, err := h.Merge(h.ctx, actor, one, false)
		return err
	}
	same := func(*units.Merger) {}
	wants(t, try(same, h.abroad), "not_found: village")
	wants(t, try(same, services.Actor{Role: services.Clerk, Ward: h.ward.ID}), "denied: role")
	wants(t, try(func(m *units.Merger) { m.From = models.NewDate(2026, 7, 15) }, h.admin), "invalid: units_from")
	wants(t, try(func(m *units.Merger) { m.Villages = m.Villages[:1] }, h.admin), "invalid: merge_villages")
	wants(t, try(func(m *units.Merger) { m.Name = strings.Repeat("x", 101) }, h.admin), "invalid: village")
	wants(t, try(func(m *units.Merger) { m.Ends = []int64{term.ID + 1000} }, h.admin), "not_found: term")
	wants(t, try(same, h.admin), "conflict: posts_clash") // one person, two posts of one branch
	h.create(&models.ChangeRequest{WardID: h.ward.ID, Kind: "leave", State: models.ChangeSubmitted,
		BranchID: &term.BranchID, Version: 1, SubmittedAt: h.now, IdempotencyKey: "k", Payload: "{}", Base: "{}",
		CreatedAt: h.now, UpdatedAt: h.now})
	wants(t, try(func(m *units.Merger) { m.Ends = []int64{twice.ID} }, h.admin), "conflict: requests_open")

	women := h.branch(five, "women")
	wants(t, h.CloseBranch(h.ctx, h.admin, women.ID, models.NewDate(2026, 4, 6), ""), "conflict: branch_held")
	wants(t, h.CloseBranch(h.ctx, h.abroad, women.ID, models.NewDate(2026, 4, 6), ""), "not_found: branch")
	veterans := h.branch(five, "veterans")
	if err := h.CloseBranch(h.ctx, h.admin, veterans.ID, models.NewDate(2026, 4, 6), ""); err != nil {
		t.Fatal(err)
	}
	wants(t, h.CloseBranch(h.ctx, h.admin, veterans.ID, models.NewDate(2026, 4, 6), ""), "conflict: branch_closed")
	_, err := h.AddBranch(h.ctx, h.admin, five.ID, "women", models.Date{})
	wants(t, err, "conflict: branch_taken")
	_, err = h.AddBranch(h.ctx, h.admin, five.ID, "chess", models.Date{})
	wants(t, err, "not_found: organization")
	_, err = h.AddBranch(h.ctx, h.abroad, five.ID, "veterans", models.Date{})
	wants(t, err, "not_found: village")
	_, err = h.AddVillage(h.ctx, h.admin, "tổ dân phố 5", models.Date{}, nil)
	wants(t, err, "conflict: village_taken")
	_, err = h.AddWard(h.ctx, h.admin, units.NewWard{Name: "X", Kind: "xã"})
	wants(t, err, "denied: role")
	_, err = h.AddWard(h.ctx, services.SystemActor(0), units.NewWard{Name: "Bắc Hồng Lĩnh", Kind: "phường"})
	wants(t, err, "conflict: ward_taken")
	_, err = h.Village(h.ctx, h.admin, "Tổ dân phố 55")
	wants(t, err, "not_found: village_named")

	before := units.Predecessor{Name: "xã Thuận Lộc", Kind: models.LinkMerge, From: models.NewDate(2025, 7, 1),
		Decision: "1665/NQ"}
	if err := h.AddPredecessor(h.ctx, h.admin, before); err != nil {
		t.Fatal(err)
	}
	wants(t, h.AddPredecessor(h.ctx, h.admin, before), "conflict: predecessor_taken")
	if found, err := h.Village(h.ctx, h.admin, "tổ dân phố 6 xã Thuận Lộc"); err != nil || found.ID != six.ID {
		t.Errorf("%+v, %v: the village of the old commune", found, err)
	}
	if found, err := h.roster.Find(h.ctx, h.admin, "hoa tổ dân phố 5 xã thuận lộc", 0); err != nil || len(found) != 1 ||
		found[0].Person.ID != hoa.ID {
		t.Errorf("%+v, %v: somebody of the old commune", found, err)
	}
	links, err := h.Predecessors(h.ctx, h.admin)
	if err != nil || len(links) != 1 || links[0].PredecessorName != "xã Thuận Lộc" {
		t.Errorf("%+v, %v", links, err)
	}
	if links, err := h.Predecessors(h.ctx, h.abroad); err != nil || len(links) != 0 {
		t.Errorf("abroad: %+v, %v", links, err)
	}
}

func (h *house) create(row any) {
	h.t.Helper()
	if err := h.store.Create(row).Error; err != nil {
		h.t.Fatal(err)
	}
}

// Whoever is in post and goes on is owed the same for every month, however
// villages join and
// part and whatever the accrual looks at; who ends is owed nothing from then on.
// (Who only comes later shares the new place with who is there, as one post.)
func TestMoneyOutlivesTheUnits(t *testing.T) {
	accruals := []models.Policy{
		{Accrual: models.FullIfOnDay, AccrualDays: 15}, {Accrual: models.NextMonth}, {Accrual: models.ByDay},
		{Accrual: models.FullFrom, AccrualDays: 15, AccrualPercent: 50},
	}
	h := newHouse(t)
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		accrual := rapid.SampledFrom(accruals).Draw(r, "accrual")
		err := h.store.Model(&models.Policy{}).Where("ward_id = ?", h.ward.ID).
			Updates(map[string]any{"accrual": accrual.Accrual, "accrual_days": accrual.AccrualDays,
				"accrual_percent": accrual.AccrualPercent}).Error
		if err != nil {
			r.Fatal(err)
		}
		name := func(what string) string { return what + " " + time.Duration(round).String() }
		villages := []models.Village{h.village(name("Thôn A"), kinds...), h.village(name("Thôn B"), kinds...)}
		type servant struct {
			person int64
			term   int64
			head   bool
		}
		var servants []servant
		for i, village := range villages {
			for _, kind := range kinds {
				from := models.NewDate(2026, time.Month(rapid.IntRange(3, 6).Draw(r, "month")),
					rapid.IntRange(1, 28).Draw(r, "day"))
				var to models.Date
				if rapid.Bool().Draw(r, "ends") {
					to = from.AddDays(rapid.IntRange(1, 200).Draw(r, "days"))
				}
				role := models.Head
				if i == 1 && rapid.Bool().Draw(r, "deputy") {
					role = models.Deputy
				}
				person, term := h.serve(models.Person{Name: "Người " + kind}, h.branch(village, kind), role, from, to)
				servants = append(servants, servant{person.ID, term.ID, role == models.Head})
			}
		}
		owed := func() map[int64][]int64 {
			var people []int64
			for _, one := range servants {
				people = append(people, one.person)
			}
			return h.owedIn(people, models.NewMonth(2026, 1), models.NewMonth(2027, 6))
		}
		before := owed()
		merger := units.Merger{Villages: []int64{villages[0].ID, villages[1].ID},
			Name: rapid.SampledFrom([]string{villages[0].Name, name("Thôn C")}).Draw(r, "name"), From: july}
		ended := map[int64]bool{}
		outcome, err := h.Merge(h.ctx, h.admin, merger, true)
		if err != nil {
			r.Fatal(err)
		}
		for _, clash := range outcome.Clashes {
			for _, post := range clash.Posts[1:] {
				if post.Term.From.Before(july) {
					merger.Ends = append(merger.Ends, post.Term.ID)
					ended[post.Person.ID] = true
				}
			}
		}
		if outcome, err = h.Merge(h.ctx, h.admin, merger, true); err != nil {
			r.Fatal(err)
		}
		if !outcome.Possible() { // somebody who comes later clashes: nothing is done
			if _, err := h.Merge(h.ctx, h.admin, merger, false); err == nil {
				r.Fatal("done in spite of a clash")
			}
			ended = map[int64]bool{}
		} else if _, err := h.Merge(h.ctx, h.admin, merger, false); err != nil {
			r.Fatal(err)
		}
		for person, months := range owed() {
			for i, got := range months {
				month := models.NewMonth(2026, 1) + models.Month(i)
				want := before[person][i]
				if ended[person] && month >= july.MonthOf() {
					want = 0
				}
				if got != want {
					r.Fatalf("person %d, %s, %s: owed %d, before %d (ended %v)", person, month, accrual.Accrual, got, want,
						ended[person])
				}
			}
		}
	})
}
