package app

import "testing"

// Whoever agreed to an earlier text is asked anew, and what they were about to
// do goes on when they have agreed.
func TestConsentIsAskedAnew(t *testing.T) {
	house := openHouse(t)
	if err := house.ward.Store.Exec("UPDATE consents SET version = '2026-11-23'").Error; err != nil {
		t.Fatal(err)
	}
	script := readPlay(t, "../bot/page/testdata/consent/anew.chat")
	compare(t, script, perform(t, script, house.webStage(t), house))
}
