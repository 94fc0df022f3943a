// canbobot is the officers' counter on the phone for Viet Nam's wards.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"canbobot/app/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := command.Run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
