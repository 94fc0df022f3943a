package bot

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever a button carries stays in the alphabet of every channel and comes back
// as it was.
func TestActionsComeBackWhole(t *testing.T) {
	pieces := rapid.StringOfN(rapid.SampledFrom([]rune("az09_.- :%ắ2e")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		verb := rapid.StringMatching(`[a-z][a-z_]{0,7}`).Draw(t, "verb")
		args := rapid.SliceOfN(pieces, 0, 2).Draw(t, "args")
		action := Act(verb, args...)
		if len(action.wire) > MaxAction {
			return
		}
		if Pressed(action.String()) != action.String() {
			t.Fatalf("%q is outside of the alphabet", action)
		}
		gotVerb, got := parseAction(action.String())
		if gotVerb != verb || !slices.Equal(got, args) || !action.Is(verb) {
			t.Fatalf("%q came back as %q %q", args, gotVerb, got)
		}
		value := strings.Join(args, " ")
		if back := Choice(value).Value(); back != value {
			t.Fatalf("choice %q came back as %q", value, back)
		}
	})
}

func TestActionsKeepTheirPlainWire(t *testing.T) {
	for wire, action := range map[string]Action{
		"ok:12:3":                               Act("ok", "12", "3"),
		"a:policy:accrual:full_if_on_day.-2015": Act("a", "policy", "accrual", "full_if_on_day 15"),
		"menu":                                  Act("menu"),
		"why:2026-04":                           Act("why", "2026-04"),
		"":                                      {},
		Forged:                                  Act("long", strings.Repeat("a", MaxAction)),
	} {
		if action.String() != wire {
			t.Errorf("%q, want %q", action, wire)
		}
	}
}

func TestForgedDataNamesNoVerb(t *testing.T) {
	for _, data := range []string{"", "ok' OR 1=1", strings.Repeat("a", 65), "Ký", "a b"} {
		if got := Pressed(data); got != Forged {
			t.Errorf("%q is taken for %q", data, got)
		}
	}
	for _, wire := range []string{"a:.-", "a:.-g0", "a:.-2", "a:x.-", ":::"} {
		parseAction(wire) // forged, and must not fall over
	}
}

func TestCheckTellsWhatNoChannelCanDraw(t *testing.T) {
	for name, test := range map[string]struct {
		button Button
		fine   bool
	}{
		"acts":       {Button{Label: "a", Action: Act("x")}, true},
		"opens":      {Button{Label: "a", URL: "https://a.vn"}, true},
		"unlabelled": {Button{Action: Act("x")}, false},
		"nothing":    {Button{Label: "a"}, false},
		"both":       {Button{Label: "a", Action: Act("x"), URL: "https://a.vn"}, false},
		"too long":   {Button{Label: "a", Action: Act("x", strings.Repeat(" ", 16))}, false},
	} {
		if err := (Reply{Text: "t", Buttons: [][]Button{{test.button}}}).Check(); (err == nil) != test.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
}
