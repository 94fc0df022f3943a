package inbox

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("INBOX_TEST_CHILD"); dir != "" {
		fill(dir)
		return
	}
	goleak.VerifyTestMain(m)
}
