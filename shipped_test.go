package main_test

import (
	"os/exec"
	"strings"
	"testing"
)

// Nothing that stands for the world outside, tests or measures is in the
// program: a fake platform in it would one day be talked to.
func TestNoFakeIsShipped(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	shipped := strings.Fields(string(out))
	if len(shipped) < 100 {
		t.Fatalf("only %d packages are seen", len(shipped))
	}
	for _, path := range shipped {
		if ours, is := strings.CutPrefix(path, module+"/"); is && (isTestSupport(ours) || ours == "bench") {
			t.Errorf("the program has %s in it", path)
		}
	}
}
