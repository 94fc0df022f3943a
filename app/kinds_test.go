package app

import (
	"testing"

	pages "canbobot/bot/page/change"
	"canbobot/models"
	"canbobot/services/approve"
	"canbobot/services/change"
)

// Whoever adds a kind of request gives it its words, a rule, and a file on the
// bot's side that has its form and writes its differences.
func TestEveryKindOfRequestHasWordsAFormAndARule(t *testing.T) {
	words := loadWords(t)
	for _, kind := range change.Kinds() {
		name := kind.Traits().Name
		for _, key := range []string{"kind." + name, "kind_short." + name} {
			if !words.Has(key) {
				t.Errorf("no text %s", key)
			}
		}
		form := pages.FormOf(models.ChangeKind(name))
		if form == "" {
			t.Errorf("nobody can ask for %s: no form, and its differences are not written", name)
		} else if !words.Has("form_name." + form) {
			t.Errorf("no text form_name.%s", form)
		}
		if _, known := approve.Known(name); !known {
			t.Errorf("the rules do not know %s", name)
		}
	}
}
