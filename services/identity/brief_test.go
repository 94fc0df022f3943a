package identity_test

import (
	"testing"

	"canbobot/services"
)

func TestHowOneIsAskedIsKeptOnEveryChannel(t *testing.T) {
	w := newTown(t)
	officer := w.linkLan("100").Actor
	brief := func(channel, external string, want bool) {
		t.Helper()
		who, err := w.Identify(w.ctx, channel, external)
		if err != nil || who.Brief != want {
			t.Errorf("%s:%s brief %v, want %v (%v)", channel, external, who.Brief, want, err)
		}
	}
	brief(officer.Channel, "100", false)
	for _, wish := range []bool{true, true, false} {
		if err := w.SetBrief(w.ctx, officer, wish); err != nil {
			t.Fatal(err)
		}
		brief(officer.Channel, "100", wish)
	}
	if err := w.SetBrief(w.ctx, services.Actor{Channel: "zalo"}, true); services.KindOf(err) != services.KindDenied {
		t.Errorf("a stranger's wish: %v", err)
	}
	if err := w.SetBrief(w.ctx, w.clerk, true); err != nil {
		t.Errorf("a clerk's wish: %v", err)
	}
}
