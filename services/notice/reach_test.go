package notice_test

import (
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services/notice"
	"canbobot/services/outbox"
)

// zalo is a channel with windows: two days free, then billed, shut after a week.
func zalo(channel string, since time.Duration) string {
	switch {
	case channel != "zalo" || since <= 48*time.Hour:
		return "free"
	case since <= 7*24*time.Hour:
		return "billed"
	}
	return "closed"
}

func TestWhatANoticeCosts(t *testing.T) {
	h := newHouse(t)
	update := func(model any, where string, arg any, values map[string]any) {
		t.Helper()
		if err := h.store.Model(model).Where(where, arg).Updates(values).Error; err != nil {
			t.Fatal(err)
		}
	}
	update(&models.Ward{}, "id = ?", h.ward, map[string]any{"billed_message_price": 55, "template_message_price": 200})
	seen := func(account int64, ago time.Duration) {
		update(&models.Account{}, "id = ?", account, map[string]any{"channel": "zalo", "last_seen_at": h.now.Add(-ago)})
	}
	reach := func() notice.Reach {
		t.Helper()
		got, err := h.Audiences.Reach(h.ctx, h.clerk, notice.Audience{}, zalo)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	seen(h.lan.Account, time.Hour)
	seen(h.hoa.Account, 49*time.Hour)
	if got, want := reach(), (notice.Reach{People: 3, Free: 1, Billed: 1, Unreached: 1, Cost: 55}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	seen(h.hoa.Account, 8*24*time.Hour)
	if got, want := reach(), (notice.Reach{People: 3, Free: 1, Unreached: 2}); got != want {
		t.Errorf("past the window: %+v, want %+v", got, want)
	}
	// With a template for notices, a number in the roster is enough.
	h.create(&models.MessageTemplate{WardID: h.ward, Channel: "zalo", Kind: string(outbox.NoticeSent), TemplateID: "7",
		Fields: `{}`, CreatedAt: h.now})
	update(&models.Person{ID: h.hoa.Person}, "id = ?", h.hoa.Person, map[string]any{"phone": "+84912345678"})
	if got, want := reach(), (notice.Reach{People: 3, Free: 1, Template: 1, Unreached: 1, Cost: 200}); got != want {
		t.Errorf("with a template: %+v, want %+v", got, want)
	}
	// The account used last comes first: nothing is spent on the other.
	other := models.Account{WardID: h.ward, Channel: "web", ExternalID: "hoa-2", ChatID: "hoa-2", PersonID: &h.hoa.Person,
		LinkedAt: h.now, LastSeenAt: h.now}
	h.create(&other)
	h.create(&models.Consent{WardID: h.ward, PersonID: &h.hoa.Person, AccountID: other.ID, Version: "1", Channel: "web",
		EventID: "x", GivenAt: h.now})
	if got, want := reach(), (notice.Reach{People: 3, Free: 2, Unreached: 1}); got != want {
		t.Errorf("with a second channel: %+v, want %+v", got, want)
	}
}

func TestWhoMustBeTelephoned(t *testing.T) {
	h := newHouse(t)
	if err := h.store.Model(&models.Person{ID: h.binh.Person}).Update("phone",
		"+84912345678").Error; err != nil {
		t.Fatal(err)
	}
	first := h.send(notice.Compose{Text: words})
	second := h.send(notice.Compose{Text: words})
	h.deliver(first.ID, h.binh, models.DeliveryUnreachable)
	h.deliver(second.ID, h.binh, models.DeliveryUnreachable)
	h.deliver(first.ID, h.hoa, models.DeliveryUnreachable)
	h.deliver(first.ID, h.lan, models.DeliverySent)

	calls, total, err := h.Outcomes.Calls(h.ctx, h.clerk, 10)
	if err != nil || total != 2 || len(calls) != 2 {
		t.Fatalf("%d of %d calls, %v", len(calls), total, err)
	}
	binh := calls[1]
	if calls[0].Person == h.binh.Person {
		binh = calls[0]
	}
	if binh.Name != "Bình" || binh.Phone != "+84912345678" || binh.Messages != 2 ||
		binh.Kind != string(outbox.NoticeSent) || binh.Subject != second.ID || binh.Why != "no_account" ||
		!binh.At.Equal(h.now) {
		t.Errorf("call %+v", binh)
	}
	if one, total, err := h.Outcomes.Calls(h.ctx, h.clerk, 1); err != nil || len(one) != 1 || total != 2 {
		t.Errorf("first of the list: %d of %d, %v", len(one), total, err)
	}
	// Whoever reads the notice in the list themselves needs no call.
	if err := h.Inbox.Seen(h.ctx, h.hoa, first.ID); err != nil {
		t.Fatal(err)
	}
	event := h.by(h.clerk)
	if err := h.Outcomes.Called(h.ctx, event, h.binh.Person); err != nil {
		t.Fatal(err)
	}
	if open, err := h.Outcomes.CallsOpen(h.ctx, h.viewer); err != nil || open != 0 {
		t.Errorf("%d left, %v", open, err)
	}
	h.refused(h.Outcomes.Called(h.ctx, h.by(h.leader), h.binh.Person), "not_found/call") // a colleague was quicker
	h.refused(h.Outcomes.Called(h.ctx, event, h.binh.Person), "conflict/repeated")
	h.refused(h.Outcomes.Called(h.ctx, h.by(h.viewer), h.binh.Person), "denied/role")
	h.refused(h.Outcomes.Called(h.ctx, h.by(h.foreign), h.hoa.Person), "not_found/call")
	if _, _, err := h.Outcomes.Calls(h.ctx, h.lan, 10); err == nil {
		t.Error("an officer reads whom to call")
	}
	if calls, total, err := h.Outcomes.Calls(h.ctx, h.foreign, 10); err != nil || len(calls) != 0 || total != 0 {
		t.Errorf("another ward sees %d calls, %v", total, err)
	}
}
