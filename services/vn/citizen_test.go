package vn_test

import (
	"testing"

	"canbobot/services"
	"canbobot/services/vn"
)

func TestNumbersOfCitizens(t *testing.T) {
	for text, want := range map[string]string{
		"042168001234": "042168001234", "042 168 001 234": "042168001234", "42168001234": "042168001234",
		"183456789": "citizen_old", "04216800123": "citizen", "0421680012345": "citizen", "abc": "citizen", "": "citizen",
		"000168001234": "citizen",
	} {
		got, lost, err := vn.ParseCitizen(text)
		if err != nil {
			got = services.CodeOf(err)
		}
		if got != want || lost != (text == "42168001234") {
			t.Errorf("%q: %q, %v", text, got, lost)
		}
	}
}
