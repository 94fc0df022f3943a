package command

import (
	"strings"
	"testing"
)

func TestPrivacyCommands(t *testing.T) {
	environ := sampled(t)
	run := func(code int, want string, args ...string) {
		t.Helper()
		got := runCommand(t, environ, "", args...)
		if got.code != code || !strings.Contains(got.out+got.errors, want) {
			t.Errorf("%v: %d, want %d with %q\n%s%s", args, got.code, code, want, got.out, got.errors)
		}
	}
	const ward = "bac-hong-linh"
	run(OK, "report it until", "breach", "add", "Mất máy tính", "--whom", "400 cán bộ", "--ward", ward)
	run(OK, "report until", "breach", "list", "--ward", ward)
	run(OK, "", "breach", "report", "1", "--ward", ward)
	run(OK, "", "breach", "close", "1", "--measures", "Đã đổi khoá", "--ward", ward)
	run(OK, "Đã đổi khoá", "breach", "list", "--ward", ward)
	run(Failed, "", "breach", "close", "77", "--measures", "x", "--ward", ward)
	run(OK, "", "ward", "accounts", "--not-on", "telegram", "--ward", ward)
	run(Usage, `"telgram" is no channel`, "ward", "accounts", "--not-on", "telgram", "--ward", ward)
	run(OK, "0 removed", "retention")
	run(OK, "nobody confirmed it", "retention")
}
