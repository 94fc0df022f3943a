package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/pquerna/otp/totp"

	"canbobot/app/sample"
	"canbobot/bot"
	"canbobot/bot/page"
	"canbobot/bot/session"
	"canbobot/bot/texts"
	"canbobot/bot/web"
	"canbobot/config"
	"canbobot/services"
	"canbobot/services/vn"
	"canbobot/services/ward"
)

type demoCommand struct {
	Addr string `help:"Where the page listens; a loopback address." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
}

func (demoCommand) Help() string {
	return "Everything in one process, in a folder that is removed at the end: the sample of Hồng Lĩnh, the bot, and a page with two phones.\n\nExample: canbobot demo --addr 127.0.0.1:9000"
}

func (c demoCommand) Run(p *process) error {
	if err := onLoopback(c.Addr); err != nil {
		return usageError{err}
	}
	logger := slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	d, err := openDemo(p.ctx, c.Addr, p.clock, logger)
	if err != nil {
		return err
	}
	defer d.close()
	if err := d.start(p.ctx); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "Open %s/try\n\nWho can be played:\n", d.server.URL())
	for _, character := range d.loaded.Characters {
		fmt.Fprintf(p.stdout, "  %-24s %s, %s\n", character.ExternalID, character.Name, character.Role)
	}
	fmt.Fprintln(p.stdout, "\nStop with Ctrl+C.")
	select {
	case <-p.ctx.Done():
		return nil
	case err := <-d.server.failed:
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

// demo is the whole product over an empty folder.
type demo struct {
	ward    *ward.Services
	counter *Counter
	page    *web.Channel
	server  *server
	loaded  sample.Summary
	closers []func() error
}

func (d *demo) close() {
	for i := len(d.closers) - 1; i >= 0; i-- {
		_ = d.closers[i]() // a demo leaves nothing behind that an error could harm
	}
}

func openDemo(ctx context.Context, address string, clock services.Clock, logger *slog.Logger) (d *demo, err error) {
	d = &demo{}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	dir, err := os.MkdirTemp("", "canbobot-demo-")
	if err != nil {
		return d, err
	}
	d.closers = append(d.closers, func() error { return os.RemoveAll(dir) })
	settings, err := config.Load([]string{"DATA_DIR=" + dir, "SECRET_KEY=" + config.NewSecret()})
	if err != nil {
		return d, err
	}
	store, err := openStore(ctx, settings, clock)
	if err != nil {
		return d, err
	}
	d.closers = append(d.closers, store.Close)
	if err := store.Migrate(ctx); err != nil {
		return d, err
	}
	client, closeRedis, err := session.OpenRedis("")
	if err != nil {
		return d, err
	}
	d.closers = append(d.closers, closeRedis)
	sessions := session.New(client, clock, logger)
	if d.ward, err = newWard(store, settings, clock, sessions.Guesses()); err != nil {
		return d, err
	}
	if d.loaded, err = sample.Load(ctx, d.ward); err != nil {
		return d, err
	}
	words, err := texts.Load(func(problem string) { logger.Error("text", "problem", problem) })
	if err != nil {
		return d, err
	}
	pageWords := web.Words{}
	for _, key := range web.WordKeys {
		pageWords[key] = words.Say("page."+key, nil)
	}
	d.page = web.New(web.Config{Characters: d.characters(words), Phone: d.phone, Words: pageWords, Clock: clock,
		Logger: logger})
	mux := http.NewServeMux()
	if d.server, err = listen(address, mux, logger); err != nil {
		return d, err
	}
	d.closers = append(d.closers, d.server.http.Close)
	links := func() []page.Link {
		return []page.Link{{Channel: "web", Pattern: d.server.URL() + "/try?start=%s"}}
	}
	if d.counter, err = newCounter(d.ward, sessions, sessions.Pace(nil), []bot.Channel{d.page}, links,
		logger); err != nil {
		return d, err
	}
	health(mux, d.ward)
	mux.Handle("/try", d.page.Routes(d.counter.Dispatcher))
	mux.Handle("/try/", d.page.Routes(d.counter.Dispatcher))
	mux.Handle("GET /{$}", http.RedirectHandler("/try", http.StatusFound))
	return d, nil
}

func (d *demo) start(ctx context.Context) error {
	if err := d.counter.Start(ctx); err != nil {
		return err
	}
	d.closers = append(d.closers, func() error {
		d.page.Close() // ends the streams, which the server would wait for
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		return errors.Join(d.server.stop(ending), d.counter.Stop(ending))
	})
	d.server.start()
	return nil
}

// characters lists whom the page can play. Staff carry the code of their
// generator, which a real clerk reads off their own phone.
func (d *demo) characters(words *texts.Texts) func(context.Context) ([]web.Character, error) {
	return func(context.Context) ([]web.Character, error) {
		var all []web.Character
		for _, character := range d.loaded.Characters {
			role := character.Role
			if character.TOTPSecret != "" {
				code, err := totp.GenerateCode(character.TOTPSecret, d.ward.Clock())
				if err != nil {
					return nil, err
				}
				role = words.Say("page_code", bot.Fields{"role": role, "code": code})
			}
			all = append(all, web.Character{
				ID: character.ExternalID, Name: character.Name, Role: role,
				Group: words.Say("page_group."+character.Group, nil),
				Tries: strings.Split(words.Say("page_tries."+character.Group, nil), "\n"),
			})
		}
		return all, nil
	}
}

// phone is the number of a character's simulated phone.
func (d *demo) phone(userID string) string {
	for _, character := range d.loaded.Characters {
		if character.ExternalID == userID {
			return vn.FormatPhone(character.Phone)
		}
	}
	return ""
}
