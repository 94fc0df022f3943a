package bot_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"canbobot/bot"
)

func TestListedNumbersWhatChoicesHolds(t *testing.T) {
	reply := bot.Reply{Buttons: [][]bot.Button{
		{{Label: "Duyệt", Action: bot.Act("ok", "1")}, {Label: "Mở trang", URL: "https://a.example"}},
		{{Label: "Trả lại", Action: bot.Act("ret", "1")}},
	}}
	if got, want := bot.Listed(reply), []string{"1. Duyệt", "Mở trang: https://a.example",
		"2. Trả lại"}; !slices.Equal(got, want) {
		t.Errorf("listed %q", got)
	}
	if got := bot.Choices(reply); !slices.Equal(got, []string{"ok:1", "ret:1"}) {
		t.Errorf("choices %q", got)
	}
	reply.Mark = "A"
	if got := bot.Listed(reply); got[0] != "A1. Duyệt" || got[2] != "A2. Trả lại" {
		t.Errorf("marked %q", got)
	}
}

func TestSplitLosesNothingButLineEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Trim(rapid.StringOfN(rapid.SampledFrom([]rune("aắ🎉 \n")), 0, 200, -1).Draw(t, "text"), "\n")
		limit := rapid.IntRange(1, 30).Draw(t, "limit")
		parts := bot.Split(text, limit)
		for _, part := range parts {
			if len([]rune(part)) > limit {
				t.Fatalf("a part of %d letters, with room for %d", len([]rune(part)), limit)
			}
		}
		squeeze := func(s string) string { return strings.ReplaceAll(s, "\n", "") }
		if squeeze(strings.Join(parts, "")) != squeeze(text) {
			t.Fatalf("%q came out as %q", text, parts)
		}
	})
}
