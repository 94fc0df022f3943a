package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"canbobot/app/command"
)

// Officers are answered while everything is sealed anew, and without the old key.
func TestBenchRotateLosesNobody(t *testing.T) {
	var out, errs bytes.Buffer
	args := []string{"rotate", "--people", "1000", "--seconds", "0.8", "--json"}
	if code := run(t.Context(), args, nil, &out, &errs); code != command.OK {
		t.Fatal(errs.String())
	}
	of := map[string]figures{}
	for line := range strings.Lines(out.String()) {
		var one figures
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		of[one.Name] = one
	}
	if before, meanwhile := of["answers before"], of["answers meanwhile"]; before.PerSecond == 0 || before.Lost > 0 ||
		meanwhile.PerSecond == 0 || meanwhile.Lost > 0 {
		t.Errorf("%+v %+v", before, meanwhile)
	}
	if rotated := of["rotate"]; rotated.Rows < 1000 || rotated.FloorPerSecond <= 0 {
		t.Errorf("%+v", rotated)
	}
}
