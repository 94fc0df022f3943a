package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"canbobot/config"
	"canbobot/models"
	"canbobot/services"
)

type benchRotate struct {
	Clients int     `help:"How many officers write at once meanwhile." default:"4"`
	People  int     `help:"How many people's numbers are sealed anew." default:"20000"`
	Seconds float64 `help:"How long answers are measured before; meanwhile, a quarter of it at a time." default:"8"`
	JSON    bool    `help:"Print an object a line." name:"json"`
}

func (benchRotate) Help() string {
	return "Fills a ward of linked officers, takes a new SECRET_KEY and seals and hashes everything anew, as " +
		"'canbobot key rotate' does, while officers write over Telegram's webhook; then opens the database without " +
		"the old key. The floor is one UPDATE that writes every person's phone and account as they stand.\n\n" +
		"Example: DATABASE_URL=postgres://... go run ./bench rotate --people 600000"
}

func (c benchRotate) Run(p *process) error {
	if c.Clients < 1 || c.People < 1000 || c.People > 2_000_000 {
		return usageError{errors.New("--people must be from 1000 to 2000000, --clients at least 1")}
	}
	b, err := openInboundBench(p, c.People)
	if err != nil {
		return err
	}
	defer b.close()
	floor, err := rewritten(p.ctx, b.ward.Store)
	if err != nil {
		return err
	}
	b.settings.SecretKeysOld, b.settings.SecretKey = b.settings.SecretKey, config.Secret(config.NewSecret())
	if err := b.again(p); err != nil {
		return err
	}
	if _, err := b.measure(p.ctx, b.webhook, c.Clients, c.Seconds/4, true); err != nil { // warm
		return err
	}
	quiet, err := b.measure(p.ctx, b.webhook, c.Clients, c.Seconds, true)
	if err != nil {
		return err
	}
	quiet.Name = "answers before"

	rotated := figures{Name: "rotate", FloorPerSecond: floor}
	done := make(chan error, 1)
	begun := time.Now()
	go func() {
		tables := map[string]int{}
		left, err := b.ward.Keys.Rotate(p.ctx, func(table string, _, written int) {
			tables[table] = max(tables[table], written)
		})
		for _, written := range tables {
			rotated.Rows += written
		}
		if err == nil && !left.Done() {
			err = fmt.Errorf("left under the old key: %+v", left)
		}
		rotated.Seconds = time.Since(begun).Seconds()
		done <- err
	}()
	meanwhile := figures{Name: "answers meanwhile", Clients: c.Clients}
	for running := true; running; {
		one, err := b.measure(p.ctx, b.webhook, c.Clients, c.Seconds/4, true)
		if err != nil {
			return err
		}
		meanwhile.PerSecond, meanwhile.P50 = max(meanwhile.PerSecond, one.PerSecond), max(meanwhile.P50, one.P50)
		meanwhile.P95, meanwhile.P99 = max(meanwhile.P95, one.P95), max(meanwhile.P99, one.P99)
		meanwhile.Lost, meanwhile.Repeated = meanwhile.Lost+one.Lost, meanwhile.Repeated+one.Repeated
		select {
		case err := <-done:
			if err != nil {
				return err
			}
			running = false
		default:
		}
	}
	meanwhile.FloorPerSecond, rotated.PerSecond = quiet.PerSecond, float64(rotated.Rows)/rotated.Seconds
	rotated.PeakRSS = peakMemory()
	b.settings.SecretKeysOld = ""
	if err := b.again(p); err != nil {
		return fmt.Errorf("without the old key: %w", err)
	}
	if _, err := b.measure(p.ctx, b.webhook, c.Clients, c.Seconds/4, true); err != nil {
		return err
	}
	return printFigures(p.stdout, c.JSON, []figures{quiet, meanwhile, rotated})
}

// again stops the product and starts it with the keys as they are now.
func (b *inboundBench) again(p *process) error {
	b.app.Close()
	if err := b.open(p); err != nil {
		return err
	}
	return b.openTelegram(p)
}

// rewritten is how many people a second one statement writes as they stand.
func rewritten(ctx context.Context, store *models.Store) (float64, error) {
	begun := time.Now()
	written := services.AcrossWards(store.WithContext(ctx), "the floor of a rotation").
		Exec("UPDATE people SET phone = phone, phone_hash = phone_hash, bank_account = bank_account, bank_hash = bank_hash")
	return float64(written.RowsAffected) / time.Since(begun).Seconds(), written.Error
}
