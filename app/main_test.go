package app

import (
	"context"
	"flag"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"canbobot/config"
)

// childServes makes the test program be the product, for tests that kill it.
const childServes = "CANBOBOT_TEST_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(childServes) == "" {
		// A play waits for its jobs, or for the database, for as long as it works.
		if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))); err != nil {
			panic(err)
		}
		code := m.Run()
		chromium.end()
		os.Exit(code)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	settings, err := config.Load(os.Environ())
	if err == nil {
		err = Serve(ctx, settings, time.Now, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	}
	if err != nil {
		slog.Error("serve", "error", err)
		os.Exit(1)
	}
	os.Exit(0)
}
