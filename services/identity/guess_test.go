package identity_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/services"
	"canbobot/services/channels"
	"canbobot/services/identity"
	"canbobot/services/outbox"
)

// wrongCode has a chat type a code that nobody holds.
func (w *town) wrongCode(chat identity.Chat) {
	w.t.Helper()
	_, err := w.CheckCode(w.ctx, chat, "22222-22222")
	w.refused(err, "invalid/wrong_code")
}

func TestGuessesAreLimited(t *testing.T) {
	w := newTown(t)
	code := w.invite(w.lan)
	chat := w.chat("telegram", "100")
	for range 5 {
		w.wrongCode(chat)
	}
	_, err := w.CheckCode(w.ctx, chat, code)
	w.refused(err, "too_many/guesses")
	if refusal := err.(*services.Error); refusal.Fields["minutes"] != 1 {
		t.Errorf("fields: %v", refusal.Fields)
	}
	other := w.chat("telegram", "200")
	invited, err := w.CheckCode(w.ctx, other, code)
	if err != nil {
		t.Fatal(err)
	}
	// Who holds the code and tries numbers is limited by code, over accounts.
	for i, id := range []string{"201", "202", "203", "204", "205"} {
		w.refused(w.Prove(w.ctx, w.chat("telegram", id), invited.Invite, ownPhone("098765432"+string(rune('0'+i)))),
			"invalid/wrong_phone")
	}
	w.refused(w.Prove(w.ctx, other, invited.Invite, ownPhone("0912345678")), "too_many/guesses")
	// The ward hands out another, and whoever goes on with the old one, even now that
	// it is void, stops its owner no more.
	another := w.invite(w.lan)
	for range 5 {
		err := w.Prove(w.ctx, w.chat("telegram", "206"), invited.Invite, ownPhone("0987654321"))
		w.refused(err, "too_many/guesses")
	}
	if who := w.link(other, another, ownPhone("0912345678")); who.Actor.Person != w.lan {
		t.Errorf("linked as %+v", who)
	}
	gone, cancel := context.WithCancel(w.ctx)
	cancel()
	_, err = w.CheckCode(gone, chat, "22222-22222")
	w.refused(err, "unavailable/guesses")
}

// Wrong codes of anybody stop nobody else: five make no difference, and of
// hundreds everybody else notices seconds. Administrators hear of it once.
func TestWrongCodesOfStrangersStopNobody(t *testing.T) {
	w := newTown(t)
	box, err := outbox.New(w.store, w.now)
	if err != nil {
		t.Fatal(err)
	}
	w.AlarmedBy(channels.New(w.store, w.journal, box, w.now, slog.New(slog.DiscardHandler)).Guessed)
	for range 5 {
		w.wrongCode(w.chat("zalo", "stranger"))
	}
	w.linkLan("100")
	if w.count("channel_troubles", "1 = 1") != 0 {
		t.Error("five wrong codes are no flood")
	}

	flood := func(accounts string) {
		for i := range 60 {
			for range 5 {
				_, err := w.CheckCode(w.ctx, w.chat("zalo", fmt.Sprint(accounts, i)), "22222-22222")
				if got := services.CodeOf(err); got != "wrong_code" && got != "guesses_many" {
					t.Fatal(err)
				}
			}
		}
	}
	flood("bot")
	chat, code := w.chat("zalo", "bystander"), w.invite(w.dung)
	_, err = w.CheckCode(w.ctx, chat, code)
	w.refused(err, "too_many/guesses_many")
	if seconds := err.(*services.Error).Fields["seconds"].(int); seconds < 1 || seconds > 3 {
		t.Errorf("everybody waits %d seconds", seconds)
	}
	deadline := time.After(10 * time.Second)
	for services.CodeOf(err) == "guesses_many" {
		select {
		case <-deadline:
			t.Fatal("the flood stops everybody")
		case <-time.After(100 * time.Millisecond):
			_, err = w.CheckCode(w.ctx, chat, code)
		}
	}
	w.link(chat, code, identity.Proof{Last4: "1222"}) // all steps, without another wait
	if err := w.StepUp(w.ctx, w.by(w.leader), w.totp(w.leader.Staff)); err != nil {
		t.Errorf("a flood of strangers slows the leader: %v", err)
	}
	w.pass(time.Hour)
	flood("more")
	if n := w.count("channel_troubles", "code = ? AND channel = 'zalo'", channels.TroubleGuesses); n != 1 {
		t.Errorf("%d troubles", n)
	}
	told := w.count("deliveries", "kind = ?", outbox.ChannelTrouble)
	if told != 2 || w.count("deliveries", "kind = ? AND staff_id IN ?", outbox.ChannelTrouble,
		[]int64{w.admin.Staff, w.outsider.Staff}) != 2 {
		t.Errorf("%d told, want each ward's administrator once", told)
	}
}

// Of sixty wrong guesses at once no more are judged than of as many in a row.
func TestGuessesAtOnceAreCountedBeforeTheyAreJudged(t *testing.T) {
	for name, guess := range map[string]func(w *town) func(i int) error{
		"codes of a chat": func(w *town) func(int) error {
			chat := w.chat("telegram", "100")
			return func(int) error { _, err := w.CheckCode(w.ctx, chat, "22222-22222"); return err }
		},
		"digits of a person, from many chats": func(w *town) func(int) error {
			invited, err := w.CheckCode(w.ctx, w.chat("zalo", "100"), w.invite(w.lan))
			if err != nil {
				w.t.Fatal(err)
			}
			return func(i int) error {
				return w.Prove(w.ctx, w.chat("zalo", fmt.Sprint("bot", i)), invited.Invite,
					identity.Proof{Last4: fmt.Sprint(1000 + i)})
			}
		},
		"codes of a generator": func(w *town) func(int) error {
			right := w.totp(w.leader.Staff)
			wrong := strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, right)
			return func(int) error { return w.StepUp(w.ctx, w.by(w.leader), wrong) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			try := guess(w)
			errs := make([]error, 60)
			var all sync.WaitGroup
			for i := range errs {
				all.Go(func() { errs[i] = try(i) })
			}
			all.Wait()
			judged := 0
			for _, err := range errs {
				switch kind := services.KindOf(err); {
				case kind == services.KindInvalid:
					judged++
				case services.CodeOf(err) != "guesses":
					t.Error(err)
				}
			}
			if judged != 5 {
				t.Errorf("%d of 60 judged, want 5", judged)
			}
		})
	}
}

func TestRightCodesForgetWrongOnes(t *testing.T) {
	w := newTown(t)
	chat := w.chat("telegram", "100")
	code := w.invite(w.lan)
	for range 4 {
		w.wrongCode(chat)
	}
	// Looking a code up spends nothing, so it clears nothing: else one's own
	// code would buy four guesses at others', again and again.
	invited, err := w.CheckCode(w.ctx, chat, code)
	if err != nil {
		t.Fatal(err)
	}
	if n := w.tries("account:telegram:100"); n != 4 {
		t.Fatalf("%d guesses after a look-up", n)
	}
	if _, err := w.Link(w.ctx, chat, invited.Invite, ownPhone("0912345678"), "v1"); err != nil {
		t.Fatal(err)
	}
	if n := w.tries("account:telegram:100"); n != 0 {
		t.Errorf("%d guesses after linking", n)
	}
}
