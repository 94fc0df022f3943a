package account_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/services/identity"
)

// A text whose words change has another version, or nobody would be asked anew.
func TestConsentVersionsAreOfTheTexts(t *testing.T) {
	words, err := texts.Load(func(problem string) { t.Error(problem) })
	if err != nil {
		t.Fatal(err)
	}
	for key, version := range map[string]string{"consent.text": identity.OfficerConsent,
		"consent.staff": identity.StaffConsent} {
		hash := sha256.Sum256([]byte(words.Say(key, bot.Fields{"ward": "{ward}"})))
		if want := hex.EncodeToString(hash[:4]); !strings.HasSuffix(version, "."+want) {
			t.Errorf("%s has changed: its version %s must be of today, and end with .%s", key, version, want)
		}
	}
}
