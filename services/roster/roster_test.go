package roster_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
)

func TestOfficerReadsOnlyThemselvesAndTheirBranches(t *testing.T) {
	h := newHouse(t)
	head := h.person("Nguyễn Thị Hoa", "+84912345678", h.women, models.Head)
	deputy := h.person("Trần Thị Lan", "", h.women, models.Deputy)
	other := h.person("Lê Văn Bình", "+84987654321", h.veterans, models.Head)

	if got, err := h.Person(h.ctx, officer(head), head.ID); err != nil || got.Name != head.Name {
		t.Errorf("own row: %v, %v", got.Name, err)
	}
	_, err := h.Person(h.ctx, officer(head), deputy.ID)
	wants(t, err, "not_found: person")
	_, err = h.Posts(h.ctx, officer(head), other.ID, h.today)
	wants(t, err, "not_found: person")
	_, err = h.Branch(h.ctx, officer(head), h.veterans.ID)
	wants(t, err, "not_found: branch")
	view, err := h.Branch(h.ctx, officer(deputy), h.women.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(view.Posts) != 2 || view.Posts[0].Person.ID != head.ID || view.Posts[1].Person.ID != deputy.ID ||
		view.Village.ID != h.villages[0].ID || view.Organization.Code != "women" ||
		view.Posts[1].Term.Title != "Chi hội phó" {
		t.Errorf("view %+v", view)
	}
	// Who has left reads their branch no more, and keeps their own row.
	h.tx(func(tx *gorm.DB) error {
		_, err := h.CloseTerm(tx, view.Posts[1].Term, h.today.AddDays(-1), "resigned", 0)
		return err
	})
	_, err = h.Branch(h.ctx, officer(deputy), h.women.ID)
	wants(t, err, "not_found: branch")
	posts, err := h.Posts(h.ctx, officer(deputy), deputy.ID, h.today)
	if err != nil || len(posts) != 0 {
		t.Errorf("posts today: %v, %v", posts, err)
	}
	posts, err = h.Posts(h.ctx, officer(deputy), deputy.ID, h.today.AddDays(-1))
	if err != nil || len(posts) != 1 || posts[0].Branch.ID != h.women.ID {
		t.Errorf("posts yesterday: %v, %v", posts, err)
	}
	for name, read := range map[string]func(services.Actor) error{
		"villages": func(a services.Actor) error { _, err := h.Villages(h.ctx, a); return err },
		"branches": func(a services.Actor) error { _, err := h.Branches(h.ctx, a, h.villages[0].ID); return err },
		"find":     func(a services.Actor) error { _, err := h.Find(h.ctx, a, "hoa", 5); return err },
	} {
		t.Run(name, func(t *testing.T) { wants(t, read(officer(head)), "denied: role") })
	}
	branches, err := h.Branches(h.ctx, h.clerk, h.villages[0].ID)
	if err != nil || len(branches) != 2 || branches[0].Branch.ID != h.women.ID || len(branches[1].Posts) != 1 {
		t.Errorf("branches %+v, %v", branches, err)
	}
}

// Every exported method with an actor refuses one of another ward, or shows
// that actor nothing of this ward.
func TestForeignWardSeesNothing(t *testing.T) {
	h := newHouse(t)
	head := h.person("Nguyễn Thị Hoa", "+84912345678", h.women, models.Head)
	term, err := h.Posts(h.ctx, h.clerk, head.ID, h.today)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int64{
		"Person": head.ID, "Posts": head.ID, "Branch": h.women.ID, "View": h.women.ID, "Branches": h.villages[0].ID,
		"Term":   term[0].Term.ID,
		"Career": head.ID, "MergePreview": head.ID, "Merge": head.ID, "Unmerge": 1, "UndoMerge": 1, "Undoable": head.ID,
		"Mergers": head.ID, "Alike": head.ID,
		"Distinguish": head.ID, "RenameVillage": h.villages[0].ID, "AddVillageName": h.villages[0].ID,
	}
	actors := map[string]services.Actor{"stranger": {}, "stranger of the ward": {Ward: h.ward.ID}}
	for _, role := range []services.Role{services.Viewer, services.Clerk, services.Leader, services.Admin} {
		actors[string(role)] = services.Actor{Role: role, Ward: h.foreign.ID, Staff: 9, Person: head.ID}
	}
	actors["officer"] = services.Actor{Role: services.Officer, Ward: h.foreign.ID, Person: head.ID}

	service, walked := reflect.ValueOf(h.Service), 0
	for i := range service.NumMethod() {
		name, method := service.Type().Method(i).Name, service.Method(i)
		var takesActor bool
		for j := range method.Type().NumIn() {
			takesActor = takesActor || method.Type().In(j) == reflect.TypeFor[services.Actor]()
		}
		if !takesActor {
			continue // a write inside a change's transaction
		}
		walked++
		for who, actor := range actors {
			if strings.HasPrefix(who, "stranger of") && (name == "View" || name == "Term") {
				continue // these leave the role to the calling service
			}
			args := make([]reflect.Value, method.Type().NumIn())
			for j := range args {
				switch kind := method.Type().In(j); kind {
				case reflect.TypeFor[context.Context]():
					args[j] = reflect.ValueOf(h.ctx)
				case reflect.TypeFor[services.Actor]():
					args[j] = reflect.ValueOf(actor)
				case reflect.TypeFor[*gorm.DB]():
					args[j] = reflect.ValueOf(h.store.DB)
				case reflect.TypeFor[int64]():
					if j > 2 { // the other of two
						args[j] = reflect.ValueOf(head.ID + 1)
						continue
					}
					if ids[name] == 0 {
						t.Fatalf("%s takes an id that this test does not know", name)
					}
					args[j] = reflect.ValueOf(ids[name])
				case reflect.TypeFor[string]():
					args[j] = reflect.ValueOf("hoa")
				case reflect.TypeFor[models.Date]():
					args[j] = reflect.ValueOf(h.today)
				case reflect.TypeFor[time.Time]():
					args[j] = reflect.ValueOf(h.now)
				default:
					args[j] = reflect.Zero(kind)
				}
			}
			results := method.Call(args)
			if err, _ := results[len(results)-1].Interface().(error); err != nil {
				if kind := services.KindOf(err); kind != services.KindDenied && kind != services.KindNotFound {
					t.Errorf("%s by %s: %v", name, who, err)
				}
				continue
			}
			if results[0].Kind() != reflect.Slice || results[0].Len() != 0 && name != "Villages" {
				t.Errorf("%s by %s of another ward returned %v", name, who, results[0])
			}
			if villages, ok := results[0].Interface().([]models.Village); ok {
				for _, village := range villages {
					if village.WardID != h.foreign.ID {
						t.Errorf("%s by %s lists a foreign village", name, who)
					}
				}
			}
		}
	}
	if walked != len(ids)+6 { // and Villages, Find, At, Duplicates, Show, ShowSecret
		t.Errorf("walked %d methods", walked)
	}
}

func TestFind(t *testing.T) {
	h := newHouse(t)
	hoa := h.person("Nguyễn Thị Hoa", "+84912345678", h.women, models.Head)
	hoa2 := h.person("Nguyễn Thị Hoà", "+84912345679", h.elderly, models.Head)
	hoan := h.person("Trần Đức Hoàn", "+84355123456", h.veterans, models.Head)
	former := h.person("Phan Thị Hoa", "", models.Branch{}, "")
	h.person("Nguyễn Thị Hoa", "+84912345678", h.abroad, models.Head)

	for query, want := range map[string][]int64{
		"hoa":                {hoa.ID, hoa2.ID, former.ID, hoan.ID},
		"HOÀ":                {hoa.ID, hoa2.ID, former.ID, hoan.ID},
		"nguyen hoa":         {hoa.ID, hoa2.ID},
		"đức":                {hoan.ID, hoa2.ID}, // a middle name, then a village
		"hoa phụ nữ":         {hoa.ID},
		"hoa tdp 5":          {hoa.ID, hoan.ID},
		"ccb":                {hoan.ID},
		"cựu chiến binh":     {hoan.ID},
		"0912345678":         {hoa.ID},
		"0912 345":           {hoa.ID, hoa2.ID},
		"+84 355.123.456":    {hoan.ID},
		"5678":               {hoa.ID},
		"%":                  nil,
		"h_a":                {hoa.ID, hoa2.ID, hoan.ID, former.ID}, // parts only: those in post first
		"'; DROP TABLE x --": {},
		"khong co ai ca":     {},
		"":                   nil, "😀": nil, "  ": nil,
		strings.Repeat("hoa ", 50_000): {hoa.ID, hoa2.ID, former.ID, hoan.ID},
	} {
		found, err := h.Find(h.ctx, h.clerk, query, 0)
		if want == nil {
			wants(t, err, "invalid: query")
			continue
		}
		if err != nil {
			t.Errorf("Find(%.30q): %v", query, err)
			continue
		}
		var got []int64
		for _, one := range found {
			got = append(got, one.Person.ID)
		}
		if len(got) != len(want) || (len(want) > 0 && !reflect.DeepEqual(got, want)) {
			t.Errorf("Find(%.30q) = %v, want %v", query, got, want)
		}
	}
	found, err := h.Find(h.ctx, h.clerk, "hoa", 1)
	if err != nil || len(found) != 1 || len(found[0].Posts) != 1 || found[0].Posts[0].Branch.ID != h.women.ID {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestTermsCloseAndAreSupersededNeverOverwritten(t *testing.T) {
	h := newHouse(t)
	head := h.person("Nguyễn Thị Hoa", "", h.women, models.Head)
	newcomer := h.person("Trần Thị Lan", "", models.Branch{}, "")
	open := func(person models.Person, branch models.Branch, role models.TermRole, from,
		to models.Date) (term models.Term, err error) {
		err = h.store.Transaction(func(tx *gorm.DB) error {
			term, err = h.OpenTerm(tx, roster.NewTerm{Branch: branch, Person: person.ID, Role: role, From: from, To: to,
				Decision: roster.Decision{Number: "12/QĐ"}})
			return err
		})
		return term, err
	}
	april := models.NewDate(2026, 4, 1)
	_, err := open(newcomer, h.women, models.Head, april, models.Date{})
	wants(t, err, "conflict: post_taken")
	_, err = open(head, h.women, models.Deputy, april, models.Date{})
	wants(t, err, "conflict: already_in_branch")
	posts, err := h.Posts(h.ctx, h.clerk, head.ID, h.today)
	if err != nil {
		t.Fatal(err)
	}
	var closed models.Term
	h.tx(func(tx *gorm.DB) (err error) {
		closed, err = h.CloseTerm(tx, posts[0].Term, models.NewDate(2026, 4, 30), "moved", 0)
		return err
	})
	// The end moves forward: the first belief stays.
	h.tx(func(tx *gorm.DB) (err error) {
		closed, err = h.CloseTerm(tx, closed, models.NewDate(2026, 3, 31), "resigned", 0)
		return err
	})
	var history []models.Term
	if err := h.store.Order("id").Find(&history, "person_id = ?", head.ID).Error; err != nil {
		t.Fatal(err)
	}
	if len(history) != 2 || history[0].SupersededAt == nil || *history[0].SupersededBy != history[1].ID ||
		history[0].To.String() != "2026-04-30" ||
		history[1].To.String() != "2026-03-31" || history[1].EndReason != "resigned" || history[1].SupersededAt != nil {
		t.Errorf("history %+v", history)
	}
	refuse := func(last models.Date, term models.Term, refusal string) {
		t.Helper()
		wants(t, h.store.Transaction(func(tx *gorm.DB) error {
			_,
				err := h.CloseTerm(tx, term, last, "moved", 0)
			return err
		}), refusal)
	}
	refuse(models.NewDate(2026, 4, 15), closed, "conflict: term_ended")
	refuse(models.NewDate(2023, 12, 31), closed, "invalid: date_before_term")
	refuse(models.NewDate(2026, 2, 1), history[0], "conflict: term_changed")
	refuse(models.NewDate(2026, 2, 1), posts[0].Term, "conflict: term_changed") // as read before it was closed

	term, err := open(newcomer, h.women, models.Head, april, models.Date{})
	if err != nil || term.Title != "Chi hội trưởng" || term.Slot != 1 || term.DecisionNumber != "12/QĐ" {
		t.Errorf("term %+v, %v", term, err)
	}
}

func TestDeputiesTakeTheFreeSlot(t *testing.T) {
	h := newHouse(t)
	first := h.person("Nguyễn Văn A", "", h.elderly, models.Deputy)
	second := h.person("Nguyễn Văn B", "", h.elderly, models.Deputy)
	third := h.person("Nguyễn Văn C", "", models.Branch{}, "")
	view, err := h.Branch(h.ctx, h.clerk, h.elderly.ID)
	if err != nil || len(view.Posts) != 2 || view.Posts[0].Term.Slot != 1 || view.Posts[1].Term.Slot != 2 {
		t.Fatalf("view %+v, %v", view, err)
	}
	opening := roster.NewTerm{Branch: h.elderly, Person: third.ID, Role: models.Deputy, From: models.NewDate(2026, 5, 1)}
	err = h.store.Transaction(func(tx *gorm.DB) error { _, err := h.OpenTerm(tx, opening); return err })
	wants(t, err, "conflict: post_taken")
	h.tx(func(tx *gorm.DB) error {
		if _, err := h.CloseTerm(tx, view.Posts[1].Term, models.NewDate(2026, 4, 30), "moved", 0); err != nil {
			return err
		}
		term, err := h.OpenTerm(tx, opening)
		if err == nil && term.Slot != 2 {
			t.Errorf("slot %d, want that of %d, not of %d", term.Slot, second.ID, first.ID)
		}
		return err
	})
	for range 3 { // members have no slots
		member := h.person("Uỷ viên Nào Đó", "", h.elderly, models.Member)
		if posts, err := h.Posts(h.ctx, h.clerk, member.ID, h.today); err != nil || posts[0].Term.Slot != 0 {
			t.Errorf("posts %+v, %v", posts, err)
		}
	}
}

func TestPhoneBelongsToOneUnlessShared(t *testing.T) {
	h := newHouse(t)
	hoa := h.person("Nguyễn Thị Hoa", "+84912345678", h.women, models.Head)
	add := func(ward models.Ward, name, phone string) (person models.Person, err error) {
		err = h.store.Transaction(func(tx *gorm.DB) error {
			person, err = h.AddPerson(tx, ward.ID, roster.NewPerson{Name: name, Phone: phone})
			return err
		})
		return person, err
	}
	_, err := add(h.ward, "Trần Thị Lan", hoa.Phone)
	wants(t, err, "conflict: phone_taken")
	if _, err := add(h.foreign, "Trần Thị Lan", hoa.Phone); err != nil {
		t.Errorf("another ward's number: %v", err)
	}
	for range 2 {
		if _, err := add(h.ward, "Không Có Điện Thoại", ""); err != nil {
			t.Errorf("no number: %v", err)
		}
	}
	if err := h.store.Model(&hoa).Update("phone_shared", true).Error; err != nil {
		t.Fatal(err)
	}
	husband, err := add(h.ward, "Lê Văn Bình", hoa.Phone)
	if err != nil || !husband.PhoneShared {
		t.Errorf("a shared number: %+v, %v", husband, err)
	}
	set := func(person models.Person, phone string) (changed models.Person, err error) {
		err = h.store.Transaction(func(tx *gorm.DB) error { changed, err = h.SetPhone(tx, person, phone); return err })
		return changed, err
	}
	changed, err := set(husband, "+84987654321")
	if err != nil || changed.Version != 2 || changed.PhoneShared {
		t.Errorf("changed %+v, %v", changed, err)
	}
	_, err = set(husband, "+84987654322") // as read before
	wants(t, err, "conflict: person_changed")
	_, err = set(hoa, "+84987654321")
	wants(t, err, "conflict: phone_taken")

	h.tx(func(tx *gorm.DB) error {
		if match, known, err := h.Match(tx, h.ward.ID, "nguyen thi HOA", hoa.Phone); err != nil || !known ||
			match.ID != hoa.ID {
			t.Errorf("match %+v, %v, %v", match, known, err)
		}
		if _, known, err := h.Match(tx, h.ward.ID, "Nguyễn Thị Hoa", ""); err != nil || known {
			t.Errorf("a name alone matched: %v, %v", known, err)
		}
		_, _, err := h.Match(tx, h.ward.ID, "Ai Đó", changed.Phone)
		wants(t, err, "conflict: phone_taken")
		return nil
	})
}
