package command

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"canbobot/app"
	"canbobot/bot/play"
	"canbobot/bot/web"
)

type playCommand struct {
	File    string `arg:"" help:"The play, .chat; its first lines say who plays." type:"existingfile"`
	Channel string `help:"As which channel: web, telegram, zalo, zalobot." default:"web" placeholder:"NAME"`
	Update  bool   `help:"Rewrite the file with what the bot answers."`
}

func (playCommand) Help() string {
	return "Plays against the sample in a database that is removed at the end, on the morning of 6 April 2026, " +
		"and prints what was said. " +
		"As on the page (web), the exit code is 1 where the file says otherwise. " +
		"No other database is read or written.\n\n" +
		"Example: canbobot play bot/page/testdata/money.chat --channel zalobot"
}

func (c playCommand) Run(p *process) error {
	script, err := play.Read(c.File)
	if err != nil {
		return usageError{err}
	}
	if c.Update && c.Channel != web.Name {
		return usageError{errors.New("--update writes what the page shows; leave out --channel")}
	}
	logger := slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	got, err := app.Play(p.ctx, script, c.Channel, logger)
	fmt.Fprint(p.stdout, got)
	var misread *play.Misread
	switch {
	case errors.As(err, &misread), errors.Is(err, app.ErrChannel):
		return usageError{err}
	case err != nil, c.Channel != web.Name:
		return err
	case c.Update:
		return os.WriteFile(c.File, []byte(got), 0o644)
	}
	if difference := play.Difference(script.Text(), got); difference != "" {
		return fmt.Errorf("%s differs; --update rewrites it: %s", c.File, difference)
	}
	return nil
}
