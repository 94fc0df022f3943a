package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPlayComparesAndRewrites(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "find.chat")
	write := func(lines ...string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	play := func(code int, says string, args ...string) {
		t.Helper()
		got := runCommand(t, nil, "", append([]string{"play", path}, args...)...)
		if got.code != code || !strings.Contains(got.out+got.errors, says) {
			t.Errorf("%v: exit %d, said %q; want %d and %q", args, got.code, got.out+got.errors, code, says)
		}
	}
	write("actor clerk = can-bo-1", "clerk> tìm cán bộ", "    clerk< Tìm ai?")
	play(Failed, "--update rewrites it")
	play(Usage, "--channel", "--update", "--channel", "zalobot")
	play(Usage, "no such channel: smoke", "--channel", "smoke")
	play(OK, "Anh/chị tìm ai?", "--update")
	play(OK, "Anh/chị tìm ai?")
	if content, err := os.ReadFile(path); err != nil || !strings.Contains(string(content), "clerk< Anh/chị tìm ai?") {
		t.Errorf("after --update: %s, %v", content, err)
	}
	write("actor clerk = can-bo-1", "clerk dances")
	play(Usage, "clerk dances")
}
