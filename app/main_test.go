package app

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// childServes makes the test program be the product, for tests that kill it.
const childServes = "CANBOBOT_TEST_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(childServes) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(Run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}
