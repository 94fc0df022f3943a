package main

import (
	"bytes"
	"canbobot/app/command"
	"encoding/json"
	"strings"
	"testing"
)

// A bench that measures wrong lists measures nothing: everybody is owed what
// is due, with the arrears of who was entered late.
func TestBenchPaymentPaysWhatIsDue(t *testing.T) {
	var out, errs bytes.Buffer
	args := []string{"payment", "--people", "1000", "--ward", "400", "--json"}
	if code := run(t.Context(), args, nil, &out, &errs); code != command.OK {
		t.Fatal(errs.String())
	}
	var names []string
	for line := range strings.Lines(out.String()) {
		var one figures
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		names = append(names, one.Name)
		// A line each, and a component; three more for each of the 50 with arrears.
		if one.People != 1000 || one.Rows != 2150 || one.Lost != 0 || one.FloorPerSecond <= 0 {
			t.Errorf("%+v", one)
		}
	}
	if strings.Join(names, ", ") != "prepare, prepare again, submit" {
		t.Errorf("measured %v", names)
	}
}
