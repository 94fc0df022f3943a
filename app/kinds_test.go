package app

import (
	"testing"

	"canbobot/services/approve"
	"canbobot/services/change"
)

// Whoever adds a kind of request gives it its words and a rule.
func TestEveryKindOfRequestHasWordsAndARule(t *testing.T) {
	words := loadWords(t)
	for _, kind := range change.Kinds() {
		name := kind.Traits().Name
		for _, key := range []string{"kind." + name, "kind_short." + name} {
			if !words.Has(key) {
				t.Errorf("no text %s", key)
			}
		}
		if _, known := approve.Known(name); !known {
			t.Errorf("the rules do not know %s", name)
		}
	}
}
