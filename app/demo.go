package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/pquerna/otp/totp"

	"canbobot/app/sample"
	"canbobot/bot"
	"canbobot/bot/page"
	"canbobot/bot/web"
	"canbobot/config"
	"canbobot/services"
	"canbobot/services/vn"
)

// Demo is the whole product over an empty folder, with the sample in it and a
// page on which anybody of it can be played.
type Demo struct {
	*App
	Characters []sample.Character

	counter *Counter
	page    *web.Channel
	server  *server
}

// OpenDemo makes a demo that will listen on a loopback address; Close leaves
// nothing of it behind.
func OpenDemo(ctx context.Context, address string, clock services.Clock, logger *slog.Logger) (d *Demo, err error) {
	d = &Demo{}
	if d.App, d.Characters, err = openSample(ctx, config.NewSecret(), clock, logger); err != nil {
		return d, err
	}
	defer func() {
		if err != nil {
			d.Close()
		}
	}()
	pageWords := web.Words{}
	for _, key := range web.WordKeys {
		pageWords[key] = d.Words.Say("page."+key, nil)
	}
	d.page = web.New(web.Config{Characters: d.characters, Phone: d.phone, Words: pageWords, Clock: clock, Logger: logger})
	mux := http.NewServeMux()
	if d.server, err = d.listen(address, mux); err != nil {
		return d, err
	}
	d.Settings.PublicURL = d.URL()
	if d.counter, err = d.NewCounter([]bot.Channel{d.page}, tryLink(d.URL())); err != nil {
		return d, err
	}
	health(mux, d.Ward, d.counter.worker.Heart.Silent)
	confirmationRoutes(mux, d.Ward.Confirms, d.Words, logger)
	mux.Handle("/try", d.page.Routes(d.counter.Dispatcher))
	mux.Handle("/try/", d.page.Routes(d.counter.Dispatcher))
	mux.Handle("GET /{$}", http.RedirectHandler("/try", http.StatusFound))
	return d, nil
}

// openSample opens the product over a folder that goes away, with the sample in it,
// sealed with a key.
func openSample(ctx context.Context, key string, clock services.Clock, logger *slog.Logger) (*App, []sample.Character,
	error) {
	dir, err := os.MkdirTemp("", "canbobot-")
	if err != nil {
		return nil, nil, err
	}
	settings, err := config.Load([]string{"DATA_DIR=" + dir, "SECRET_KEY=" + key})
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	a, err := Open(ctx, settings, clock, logger)
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	a.closers = append([]func() error{func() error { return os.RemoveAll(dir) }}, a.closers...)
	if err := a.Ward.Migrate(ctx); err != nil {
		a.Close()
		return nil, nil, err
	}
	loaded, err := sample.Load(ctx, a.Ward)
	if err != nil {
		a.Close()
	}
	return a, loaded.Characters, err
}

// tryLink is the address that opens the page at base with a code.
func tryLink(base string) func() []page.Link {
	return func() []page.Link {
		return []page.Link{{Channel: web.Name, Chat: base + "/try", Pattern: base + "/try?start=%s"}}
	}
}

// URL is where the page is.
func (d *Demo) URL() string { return d.server.URL() }

// Start lets people in, until Close.
func (d *Demo) Start(ctx context.Context) error {
	if err := d.counter.Start(ctx); err != nil {
		return err
	}
	d.closing(func() error {
		d.page.Close() // ends the streams, which the server would wait for
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		return errors.Join(d.server.stop(ending), d.counter.Stop(ending))
	})
	d.server.start()
	return nil
}

// Failed says what ended the server before its time.
func (d *Demo) Failed() <-chan error { return d.server.failed }

// characters lists whom the page can play. Staff carry the code of their
// generator, which a real clerk reads off their own phone.
func (d *Demo) characters(context.Context) ([]web.Character, error) {
	var all []web.Character
	for _, character := range d.Characters {
		role := character.Role
		if character.TOTPSecret != "" {
			code, err := totp.GenerateCode(character.TOTPSecret, d.Ward.Clock())
			if err != nil {
				return nil, err
			}
			role = d.Words.Say("page_code", bot.Fields{"role": role, "code": code})
		}
		all = append(all, web.Character{
			ID: character.ExternalID, Name: character.Name, Role: role,
			Group: d.Words.Say("page_group."+character.Group, nil),
			Tries: strings.Split(d.Words.Say("page_tries."+character.Group, nil), "\n"),
		})
	}
	return all, nil
}

// phone is the number of a character's simulated phone.
func (d *Demo) phone(userID string) string {
	for _, character := range d.Characters {
		if character.ExternalID == userID {
			return vn.FormatPhone(character.Phone)
		}
	}
	return ""
}
