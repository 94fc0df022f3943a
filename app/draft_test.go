package app

import (
	"strings"
	"testing"
)

// A half-filled form that cannot be opened is dropped and told of, once; what was
// asked for is done all the same.
func TestADraftThatCannotBeOpenedStandsInNobodysWay(t *testing.T) {
	house := openHouse(t)
	const officer = "truong-phu-nu"
	ask := func(words string) string {
		t.Helper()
		if err := house.Act(ctxFor(t), officer, '>', words); err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, message := range house.Shown(officer) {
			said = append(said, message.Reply.Text)
		}
		return strings.Join(said, "\n")
	}
	told := house.counter.Texts.Say("errors.conflict.draft_damaged", nil)
	ask("menu") // the first one says more
	clean := ask("menu")
	for _, words := range []string{"menu", "/start", "huỷ"} {
		ask("đổi số điện thoại của tôi")
		changed := house.ward.Store.Exec("UPDATE drafts SET answers = 'damaged' WHERE form <> ''")
		if changed.Error != nil || changed.RowsAffected != 1 {
			t.Fatalf("%d drafts, %v", changed.RowsAffected, changed.Error)
		}
		if said := ask(words); strings.Count(said, told) != 1 || words == "menu" && !strings.Contains(said, clean) {
			t.Errorf("%q was answered %q", words, said)
		}
		if said := ask("menu"); said != clean {
			t.Errorf("after %q the menu is %q", words, said)
		}
	}
}
