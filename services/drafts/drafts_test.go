package drafts_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/drafts"
	"canbobot/services/vault"
)

var (
	lan      = services.Actor{Role: services.Officer, Ward: 1, Person: 12, Account: 1, Channel: "telegram"}
	lanZalo  = services.Actor{Role: services.Officer, Ward: 1, Person: 12, Account: 2, Channel: "zalo"}
	clerk    = services.Actor{Role: services.Clerk, Ward: 1, Staff: 3, Person: 12, Account: 3, Channel: "telegram"}
	stranger = services.Actor{Channel: "telegram"}
)

type fixture struct {
	*drafts.Service
	store *models.Store
	now   time.Time
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{now: time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return f.now }
	f.store = storetest.New(t, clock)
	secrets, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	f.Service = drafts.New(f.store, secrets, clock)
	return f
}

// Who reads the database reads no account number in a half-filled form.
func TestAnswersAreSealed(t *testing.T) {
	f := newFixture(t)
	owner := drafts.Owner(lanZalo, "", "")
	if err := f.Save(context.Background(), lanZalo, owner,
		drafts.Draft{Form: "bank", Step: "account", Answers: map[string]string{"account": "3706205123456"}}); err != nil {
		t.Fatal(err)
	}
	var kept string
	if err := f.store.Raw(`SELECT answers FROM drafts WHERE owner = ?`, owner).Scan(&kept).Error; err != nil ||
		kept == "" || strings.Contains(kept, "3706205") {
		t.Errorf("kept %q, %v", kept, err)
	}
}

func (f *fixture) loads(t *testing.T, actor services.Actor, owner string, want *drafts.Draft) {
	t.Helper()
	got, found, err := f.Load(context.Background(), actor, owner)
	if err != nil {
		t.Fatal(err)
	}
	if found != (want != nil) {
		t.Fatalf("%s: found %v, want %v", owner, found, want != nil)
	}
	if want != nil {
		if diff := cmp.Diff(*want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", owner, diff)
		}
	}
}

func TestDraftOutlivesChannelAndIsReplaced(t *testing.T) {
	f, ctx := newFixture(t), context.Background()
	owner := drafts.Owner(lan, "telegram", "555")
	if owner != "person:12" || drafts.Owner(clerk, "telegram", "555") != "staff:3" ||
		drafts.Owner(stranger, "telegram", "555") != "telegram:555" {
		t.Fatalf("owners: %s", owner)
	}
	f.loads(t, lan, owner, nil)
	first := drafts.Draft{Form: "replace", Step: "phone",
		Answers: map[string]string{"name": "Trần Thị Hoà\x00", "from": "2026-04-01"}}
	if err := f.Save(ctx, lan, owner, first); err != nil {
		t.Fatal(err)
	}
	f.loads(t, lanZalo, drafts.Owner(lanZalo, "zalo", "9"), &first)
	second := drafts.Draft{Form: "support", Step: "text", Answers: map[string]string{}}
	if err := f.Save(ctx, lanZalo, owner, drafts.Draft{Form: "support", Step: "text"}); err != nil {
		t.Fatal(err)
	}
	f.loads(t, lan, owner, &second)
	if err := f.Delete(ctx, lan, owner); err != nil {
		t.Fatal(err)
	}
	f.loads(t, lan, owner, nil)
	if err := f.Delete(ctx, lan, owner); err != nil {
		t.Errorf("nothing to delete: %v", err)
	}
}

func TestNobodyTouchesAnothersDraft(t *testing.T) {
	f, ctx := newFixture(t), context.Background()
	draft := drafts.Draft{Form: "phone", Step: "phone", Answers: map[string]string{"phone": "0912345678"}}
	for actor, owner := range map[services.Actor]string{lan: "person:12", clerk: "staff:3", stranger: "telegram:555"} {
		if err := f.Save(ctx, actor, owner, draft); err != nil {
			t.Fatal(err)
		}
	}
	forged := services.Actor{Channel: "person"}
	for _, attempt := range []struct {
		actor services.Actor
		owner string
	}{
		{lan, "person:1"}, {lan, "person:120"}, {lan, "staff:3"}, {lan, "telegram:555"}, {lan, ""},
		{clerk, "person:12"}, {clerk, "staff:30"},
		{stranger, "person:12"}, {stranger, "staff:3"}, {stranger, "zalo:555"}, {stranger, "telegram:"},
		{forged, "person:12"},
		{services.Actor{}, ":555"}, {services.SystemActor(1), "person:12"},
		{stranger, "telegram:" + strings.Repeat("5", 300)},
	} {
		_, _, load := f.Load(ctx, attempt.actor, attempt.owner)
		save := f.Save(ctx, attempt.actor, attempt.owner, drafts.Draft{})
		for what, err := range map[string]error{"load": load, "save": save,
			"delete": f.Delete(ctx, attempt.actor, attempt.owner)} {
			if services.KindOf(err) != services.KindNotFound || services.CodeOf(err) != "draft" {
				t.Errorf("%s of %q by %+v: %v", what, attempt.owner, attempt.actor, err)
			}
		}
	}
	f.loads(t, lan, "person:12", &draft)
	f.loads(t, clerk, "staff:3", &draft)
	f.loads(t, stranger, "telegram:555", &draft)
}

func TestDraftIsBounded(t *testing.T) {
	f, ctx := newFixture(t), context.Background()
	large := strings.Repeat("a", 16<<10)
	fits := drafts.Draft{Form: "support", Step: "text",
		Answers: map[string]string{"text": large[:16<<10-len(`{"text":""}`)]}}
	if err := f.Save(ctx, lan, "person:12", fits); err != nil {
		t.Fatal(err)
	}
	for _, draft := range []drafts.Draft{
		{Form: "support", Step: "text", Answers: map[string]string{"text": large}},
		{Form: large[:201], Step: "text"},
		{Form: "support", Step: large[:201]},
	} {
		if err := f.Save(ctx, lan, "person:12", draft); services.KindOf(err) != services.KindInvalid ||
			services.CodeOf(err) != "draft_size" {
			t.Errorf("too large: %v", err)
		}
	}
	f.loads(t, lan, "person:12", &fits)
}

func TestSavingAtOnceLeavesOneDraft(t *testing.T) {
	f, ctx := newFixture(t), context.Background()
	var group sync.WaitGroup
	errs := make(chan error, 8)
	for range cap(errs) {
		group.Go(func() { errs <- f.Save(ctx, lan, "person:12", drafts.Draft{Form: "support", Step: "text"}) })
	}
	group.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	var rows int64
	if err := f.store.Model(&models.Draft{}).Count(&rows).Error; err != nil || rows != 1 {
		t.Errorf("%d drafts, %v", rows, err)
	}
}

func TestPurgeForgetsStrangersOnly(t *testing.T) {
	f, ctx := newFixture(t), context.Background()
	draft := drafts.Draft{Form: "ask_link", Step: "phone", Answers: map[string]string{"name": "Lan"}}
	for actor, owner := range map[services.Actor]string{lan: "person:12", clerk: "staff:3", stranger: "telegram:old"} {
		if err := f.Save(ctx, actor, owner, draft); err != nil {
			t.Fatal(err)
		}
	}
	f.now = f.now.Add(drafts.Purge.Kept + time.Hour)
	if err := f.Save(ctx, stranger, "telegram:new", draft); err != nil {
		t.Fatal(err)
	}
	purged, err := drafts.Purge.Run(f.store.DB, f.now)
	if err != nil || purged != 1 {
		t.Fatalf("purged %d, %v", purged, err)
	}
	f.loads(t, stranger, "telegram:old", nil)
	f.loads(t, stranger, "telegram:new", &draft)
	f.loads(t, lan, "person:12", &draft)
	f.loads(t, clerk, "staff:3", &draft)
}
