package main

import (
	"bytes"
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"canbobot/app/command"
	"canbobot/services"
)

// april is the morning on which a crowd is made.
var april = time.Date(2026, 4, 6, 9, 0, 0, 0, services.Zone)

// TestMain makes the test program be the product where a measurement starts it.
func TestMain(m *testing.M) {
	if os.Getenv(serves) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(command.Run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

func TestUsageIsExplained(t *testing.T) {
	for _, one := range []struct {
		args []string
		code int
	}{
		{nil, command.OK}, {[]string{"dance"}, command.Usage}, {[]string{"payment", "--people", "1"}, command.Usage},
		{[]string{"inbound", "--clients", "0"}, command.Usage},
	} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), one.args, nil, &out, &errs); code != one.code || out.Len()+errs.Len() == 0 {
			t.Errorf("%v exits %d: %s%s", one.args, code, out.String(), errs.String())
		}
	}
}
