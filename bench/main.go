// Command bench measures the product. Every figure stands beside the machine's
// own floor, taken in the same run, so that ratios hold on a noisy machine.
//
//	go run ./bench inbound --clients 32
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/pprof"
	"slices"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"canbobot/app"
	"canbobot/app/command"
	"canbobot/config"
	"canbobot/services"
)

// commands is what can be measured; each has its own file.
type commands struct {
	Broadcast  benchBroadcast  `cmd:"" help:"A notice to tens of thousands, a durable row a recipient, through faults."`
	Inbound    benchInbound    `cmd:"" help:"Telegram webhook in, until the answer is sent, beside a raw HTTP echo."`
	Import     benchImport     `cmd:"" help:"A sheet validated from its bytes, beside reading its rows alone."`
	Find       benchFind       `cmd:"" help:"People looked up by part of a name, by phone and by unit."`
	Payment    benchPayment    `cmd:"" help:"${payment}"`
	Rotate     benchRotate     `cmd:"" help:"A new SECRET_KEY: all numbers sealed anew while officers are answered."`
	Understand benchUnderstand `cmd:"" help:"Phrases a second."`
}

// process is what a measurement may use of the program's surroundings.
type process struct {
	ctx     context.Context
	environ []string
	stdout  io.Writer
	clock   services.Clock
}

// usageError is a mistake of who called: it exits with 2.
type usageError struct{ error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// serves makes this program be the product: what is measured in processes of
// their own runs as an operator runs it, whatever else is compiled into them.
const serves = "CANBOBOT_BENCH_SERVES"

// run measures once and returns the exit code.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	if slices.Contains(environ, serves+"=1") {
		return command.Run(ctx, args, environ, os.Stdin, stdout, stderr)
	}
	var cli commands
	helped := false
	parser, err := kong.New(&cli, kong.Name("bench"), kong.Writers(stdout, stderr), kong.Exit(func(int) { helped = true }),
		kong.Description("Measures canbobot beside the machine's own floor in the same run. Uses DATABASE_URL and "+
			"REDIS_URL where set, else the embedded pair."),
		kong.Vars{
			"channel": "telegram, or zalo: measured beside Telegram in the same run.",
			"limit": "Messages a second that the fake Telegram takes; more are refused with 429. " +
				"0: no limit, neither there nor of ours.",
			"outage":  "telegram (answers 502), database or redis: away for a while in the middle.",
			"payment": "The month's payment lists of many wards, beside an INSERT..SELECT of as many rows.",
		},
		kong.Bind(&process{ctx: ctx, environ: environ, stdout: stdout, clock: time.Now}))
	if err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return command.Failed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	chosen, err := parser.Parse(args)
	if helped {
		return command.OK
	}
	if err == nil {
		if err = chosen.Run(); err == nil {
			return command.OK
		}
		var usage usageError
		if !errors.As(err, &usage) {
			fmt.Fprintln(stderr, "bench:", err)
			return command.Failed
		}
	}
	fmt.Fprintf(stderr, "bench: %v\nSee: go run ./bench --help\n", err)
	return command.Usage
}

// openApp opens the product over a migrated database.
func openApp(p *process, settings config.Config) (*app.App, error) {
	a, err := app.Open(p.ctx, settings, p.clock, silent())
	if err != nil {
		return nil, err
	}
	if err := a.Ward.Migrate(p.ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// silent is the logger of a bench: failures are counted, not written.
func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// temporaryFolder is a folder that remove takes away.
func temporaryFolder() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "canbobot-bench-")
	return dir, func() { os.RemoveAll(dir) }, err
}

// profile writes a CPU profile until stop is called; no file, no profile.
func profile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		file.Close()
	}, nil
}
