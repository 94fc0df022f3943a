package command

import (
	"fmt"
	"log/slog"
	"net"

	"canbobot/app"
	"canbobot/config"
)

type serveCommand struct{}

func (serveCommand) Help() string {
	return "Brings the tables up to date, then serves until SIGTERM. A channel without its settings is off.\n\n" +
		"Example: SECRET_KEY=... TELEGRAM_TOKEN=... canbobot serve"
}

func (serveCommand) Run(p *process) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	if err := settings.Check(config.NeedSecret, config.NeedWebhook); err != nil {
		return err
	}
	logger := p.logger(settings)
	logger.Info("opening", "database", app.Database(settings))
	return app.Serve(p.ctx, settings, p.clock, logger)
}

type demoCommand struct {
	Addr string `help:"Where the page listens; a loopback address." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
}

func (demoCommand) Help() string {
	return "Everything in one process, in a folder that is removed at the end: the sample of Hồng Lĩnh, the bot, and " +
		"a page with two phones.\n\nExample: canbobot demo --addr 127.0.0.1:9000"
}

func (c demoCommand) Run(p *process) error {
	if err := onLoopback(c.Addr); err != nil {
		return usageError{err}
	}
	logger := slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	d, err := app.OpenDemo(p.ctx, c.Addr, p.clock, logger)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Start(p.ctx); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "Open %s/try\n\nWho can be played:\n", d.URL())
	for _, character := range d.Characters {
		fmt.Fprintf(p.stdout, "  %-24s %s, %s\n", character.ExternalID, character.Name, character.Role)
	}
	fmt.Fprintln(p.stdout, "\nStop with Ctrl+C.")
	select {
	case <-p.ctx.Done():
		return nil
	case err := <-d.Failed():
		return err
	}
}

// onLoopback refuses to show the try-it page to a network: whoever opens it
// acts as anybody of the sample.
func onLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--addr %s: want host:port, such as 127.0.0.1:8080", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--addr %s: the demo listens on loopback only, such as 127.0.0.1:8080", address)
	}
	return nil
}
