package command

import (
	"os"
	"strings"
	"testing"
)

func TestRulesOfApproval(t *testing.T) {
	environ := sampled(t)
	const ward = "bac-hong-linh"
	show := func() string {
		t.Helper()
		got := runCommand(t, environ, "", "rules", "show", "--ward", ward)
		if got.code != OK {
			t.Fatal(got.errors)
		}
		return got.out
	}
	set := func(rules string) ran { return runCommand(t, environ, rules, "rules", "set", "-", "--ward", ward) }
	if got := show(); !strings.Contains(got, "no rules") || !strings.Contains(got, "kind: destination") ||
		!strings.Contains(got, "step_up: true") {
		t.Errorf("default rules:\n%s", got)
	}
	example, err := os.ReadFile("../../docs/front-first.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := set(string(example)); got.code != Failed || !strings.Contains(got.errors, "canbobot staff desk") {
		t.Errorf("a desk with nobody at it: %d, %s", got.code, got.errors)
	}
	staff := runCommand(t, environ, "", "staff", "list", "--ward", ward)
	clerk := ""
	for _, line := range strings.Split(staff.out, "\n") {
		if fields := strings.Fields(line); len(fields) > 2 && fields[1] == "clerk" {
			clerk = fields[0]
		}
	}
	if got := runCommand(t, environ, "", "staff", "desk", "--ward", ward, "--staff", clerk, "--desk",
		"front"); got.code != OK {
		t.Fatalf("staff desk %s: %s", clerk, got.errors)
	}
	if got := set(string(example)); got.code != OK {
		t.Fatal(got.errors)
	}
	kept := show()
	if !strings.Contains(kept, "desk: front") || strings.Contains(kept, "no rules") {
		t.Errorf("rules:\n%s", kept)
	}
	// What is shown can be set again.
	if got := set(kept); got.code != OK || show() != kept {
		t.Errorf("shown and set again: %s\n%s", got.errors, show())
	}
	if got := runCommand(t, environ, "", "staff", "desk", "--ward", ward, "--staff", clerk); got.code != Failed ||
		!strings.Contains(got.errors, "front") {
		t.Errorf("the last one leaves the desk: %d, %s", got.code, got.errors)
	}
	step := func(step string) string { return "rules: [{kind: phone, proposers: [self], steps: [" + step + "]}]" }
	for rules, advice := range map[string]string{
		"rulez: []": "rulez",
		"rules: 5":  "--help",
		"rules: [{kind: dance, proposers: [self], steps: [{role: any, people: 1}]}]": "appoint",
		"rules: [{kind: phone, proposers: [king], steps: [{role: any, people: 1}]}]": "deputy",
		"rules: [{kind: phone, proposers: [self], steps: []}]":                       "1 to 5 steps",
		"rules: [{kind: merge, proposers: [self], steps: [{role: any, people: 1}]}]": "staff could",
		step("{role: any}"):                                        "1 to 10",
		step("{role: any, people: 0}"):                             "done at once",
		step("{people: 1}"):                                        "role",
		step("{role: king, people: 1}"):                            "role",
		step("{role: leader, desk: front, people: 1}"):             "either",
		step("{desk: kitchen, people: 1}"):                         "front",
		step("{desk: finance, people: 1}"):                         "staff desk",
		step("{role: leader, people: 9}"):                          "ask for fewer",
		step("{role: any, people: 1, remind_hours: 9000}"):         "0 to 720",
		step("{desk: front, people: 1}, {desk: front, people: 1}"): "sign twice",
	} {
		got := set(rules)
		if got.code == OK || !strings.Contains(got.errors, advice) {
			t.Errorf("%s: exit %d, %q, want %q", rules, got.code, got.errors, advice)
		}
	}
	if show() != kept {
		t.Error("a refused file changed the rules")
	}
	if got := set("rules: []"); got.code != OK || !strings.Contains(show(), "no rules") {
		t.Errorf("back to the default: %s", got.errors)
	}
	hands := func(days string) ran { return runCommand(t, environ, "", "rules", "hands", days, "--ward", ward) }
	if got := hands("60"); got.code != OK {
		t.Error(got.errors)
	}
	if got := runCommand(t, environ, "", "rules", "hold", "3", "--ward", ward); got.code != OK {
		t.Error(got.errors)
	}
	if got := hands("367"); got.code != Failed || !strings.Contains(got.errors, "366") {
		t.Errorf("more than a year: %d, %s", got.code, got.errors)
	}
	for _, command := range []string{"rules show", "rules set", "rules hands", "rules hold", "staff desk"} {
		if got := runCommand(t, nil, "", append(strings.Fields(command), "--help")...); got.code != OK ||
			!strings.Contains(got.out, "Example:") {
			t.Errorf("%s --help: %d, %q", command, got.code, got.out)
		}
	}
}
