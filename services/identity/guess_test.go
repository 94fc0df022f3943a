package identity_test

import (
	"testing"

	"canbobot/services"
)

func TestGuessesAreLimited(t *testing.T) {
	w := newTown(t)
	code := w.invite(w.lan)
	chat := w.chat("telegram", "100")
	for range 5 {
		_, err := w.CheckCode(w.ctx, chat, "22222-22222")
		w.refused(err, "invalid/wrong_code")
	}
	_, err := w.CheckCode(w.ctx, chat, code)
	w.refused(err, "too_many/guesses")
	if refusal := err.(*services.Error); refusal.Fields["minutes"] != 2 {
		t.Errorf("fields: %v", refusal.Fields)
	}
	// Another account is not kept waiting, until all together were too many.
	other := w.chat("telegram", "200")
	invited, err := w.CheckCode(w.ctx, other, code)
	if err != nil {
		t.Fatal(err)
	}
	// Who holds the code and tries numbers is limited by person, over accounts.
	for i, id := range []string{"201", "202", "203", "204", "205"} {
		w.refused(w.Prove(w.ctx, w.chat("telegram", id), invited.Invite, ownPhone("098765432"+string(rune('0'+i)))),
			"invalid/wrong_phone")
	}
	w.refused(w.Prove(w.ctx, other, invited.Invite, ownPhone("0912345678")), "too_many/guesses")
	// Nor does a new code for the same person start anew.
	fresh, err := w.CheckCode(w.ctx, other, w.invite(w.lan))
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Link(w.ctx, other, fresh.Invite, ownPhone("0912345678"), "v1")
	w.refused(err, "too_many/guesses")

	w.guesses.clear()
	if _, err := w.Link(w.ctx, other, fresh.Invite, ownPhone("0912345678"), "v1"); err != nil {
		t.Fatal(err)
	}

	for i := range 50 {
		_, err := w.CheckCode(w.ctx, w.chat("zalo", "bot-"+string(rune('A'+i))), "22222-22222")
		w.refused(err, "invalid/wrong_code")
	}
	_, err = w.CheckCode(w.ctx, w.chat("zalo", "bystander"), w.invite(w.dung))
	w.refused(err, "too_many/guesses")

	w.guesses.clear()
	w.guesses.down = true
	_, err = w.CheckCode(w.ctx, chat, "22222-22222")
	w.refused(err, "unavailable/guesses")
}

func TestRightCodesForgetWrongOnes(t *testing.T) {
	w := newTown(t)
	chat := w.chat("telegram", "100")
	code := w.invite(w.lan)
	for range 4 {
		_, err := w.CheckCode(w.ctx, chat, "22222-22222")
		w.refused(err, "invalid/wrong_code")
	}
	// Looking a code up spends nothing, so it clears nothing: else one's own
	// code would buy four guesses at others', again and again.
	invited, err := w.CheckCode(w.ctx, chat, code)
	if err != nil {
		t.Fatal(err)
	}
	if n := w.guesses.of("account:telegram:100"); n != 4 {
		t.Fatalf("%d guesses after a look-up", n)
	}
	if _, err := w.Link(w.ctx, chat, invited.Invite, ownPhone("0912345678"), "v1"); err != nil {
		t.Fatal(err)
	}
	if n := w.guesses.of("account:telegram:100"); n != 0 {
		t.Errorf("%d guesses after linking", n)
	}
}
