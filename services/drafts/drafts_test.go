package drafts_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/drafts"
)

var noon = services.Clock(func() time.Time { return time.Date(2026, 4, 6, 5, 0, 0, 0, time.UTC) })

func TestDraftFollowsThePersonAcrossChannels(t *testing.T) {
	ctx := context.Background()
	service := drafts.New(storetest.New(t, noon), noon)
	onWeb := services.Actor{Role: services.Officer, Ward: 1, Person: 12, Channel: "web"}
	onTelegram := services.Actor{Role: services.Officer, Ward: 1, Person: 12, Channel: "telegram"}
	first := drafts.Draft{Form: "phone", Step: "phone", Answers: map[string]string{"person": "12"}}
	if err := service.Save(ctx, onWeb, drafts.Owner(onWeb, "web", "a"), first); err != nil {
		t.Fatal(err)
	}
	second := drafts.Draft{Form: "phone", Step: "confirm", Answers: map[string]string{"person": "12", "phone": "+84912345678"}}
	if err := service.Save(ctx, onTelegram, drafts.Owner(onTelegram, "telegram", "b"), second); err != nil {
		t.Fatal(err)
	}
	got, found, err := service.Load(ctx, onWeb, drafts.Owner(onWeb, "web", "a"))
	if err != nil || !found || !cmp.Equal(got, second) {
		t.Fatalf("got %+v, %v, %v", got, found, err)
	}
	if err := service.Delete(ctx, onWeb, drafts.Owner(onWeb, "web", "a")); err != nil {
		t.Fatal(err)
	}
	if _, found, _ := service.Load(ctx, onWeb, drafts.Owner(onWeb, "web", "a")); found {
		t.Error("a deleted draft was found")
	}
}

func TestNobodyTouchesAnothersDraft(t *testing.T) {
	ctx := context.Background()
	service := drafts.New(storetest.New(t, noon), noon)
	officer := services.Actor{Role: services.Officer, Ward: 1, Person: 12}
	for name, actor := range map[string]services.Actor{
		"another officer": {Role: services.Officer, Ward: 1, Person: 13},
		"staff":           {Role: services.Clerk, Ward: 1, Staff: 12},
		"foreign ward":    {Role: services.Admin, Ward: 2, Staff: 1},
		"a stranger":      {},
	} {
		owner := drafts.Owner(officer, "web", "a")
		if err := service.Save(ctx, actor, owner, drafts.Draft{Form: "phone"}); services.KindOf(err) != services.KindNotFound {
			t.Errorf("%s saved: %v", name, err)
		}
		if _, _, err := service.Load(ctx, actor, owner); services.KindOf(err) != services.KindNotFound {
			t.Errorf("%s loaded: %v", name, err)
		}
		if err := service.Delete(ctx, actor, owner); services.KindOf(err) != services.KindNotFound {
			t.Errorf("%s deleted: %v", name, err)
		}
		if _, err := service.Purge(ctx, actor, noon().Add(time.Hour)); services.KindOf(err) != services.KindDenied {
			t.Errorf("%s purged: %v", name, err)
		}
	}
}

func TestDraftIsBounded(t *testing.T) {
	ctx := context.Background()
	service := drafts.New(storetest.New(t, noon), noon)
	guest := services.Actor{}
	owner := drafts.Owner(guest, "web", "guest-1")
	err := service.Save(ctx, guest, owner, drafts.Draft{Form: "support", Answers: map[string]string{"text": strings.Repeat("x", 20_000)}})
	if services.KindOf(err) != services.KindInvalid {
		t.Errorf("a draft of 20 kB: %v", err)
	}
	if err := service.Save(ctx, guest, owner, drafts.Draft{Form: "support"}); err != nil {
		t.Fatal(err)
	}
	if n, err := service.Purge(ctx, services.SystemActor(0), noon().Add(time.Second)); err != nil || n != 1 {
		t.Errorf("purged %d, %v", n, err)
	}
}
