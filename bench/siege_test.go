package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"canbobot/app/command"
)

// Genuine events are answered, all of them, while connections that send nothing
// more stand at the webhook.
func TestTheBesiegedAreAnswered(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"inbound", "--officers", "1000", "--clients", "2", "--seconds", "0.2",
		"--slow", "64", "--json"}, nil, &out, &errs)
	if code != command.OK {
		t.Fatal(errs.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var last figures
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatal(err)
	}
	if last.Name != "inbound besieged" || last.Lost != 0 || last.PerSecond == 0 {
		t.Errorf("%+v", last)
	}
}
