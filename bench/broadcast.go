package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"canbobot/bot/telegram"
	"canbobot/bot/telegram/telegramtest"
	"canbobot/config"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
	"canbobot/services/outbox"
)

type benchBroadcast struct {
	Recipients int           `help:"How many people the notice is for." default:"50000"`
	Limit      int           `help:"${limit}"`
	Replicas   int           `help:"How many processes serve." default:"1"`
	Kill       int           `help:"Kill a replica (SIGKILL) at so many random moments, and start it again."`
	Terminate  int           `help:"End a replica (SIGTERM) at so many random moments, and start it again."`
	TooMany    int           `help:"429 on every so manieth message." placeholder:"N"`
	Outage     string        `help:"${outage}" enum:",telegram,database,redis" default:""`
	Away       time.Duration `help:"How long the outage lasts." default:"10s"`
	Replies    float64       `help:"Officers who write meanwhile, a second; 0: nobody." default:"0"`
	JSON       bool          `help:"Print an object a line." name:"json"`
	Logs       string        `help:"Keep the replicas' logs in this folder." placeholder:"DIR"`
}

func (benchBroadcast) Help() string {
	return "Starts 'canbobot serve' as an operator does, one process or several, against a strict fake Telegram in " +
		"this process, sends one notice to all officers of a ward and counts at the fake what arrives. " +
		"Uses DATABASE_URL and REDIS_URL where set (a schema of its own, removed at the end; Redis keys expire), else " +
		"the embedded pair. " +
		"lost: people without the message; repeated: messages beyond one a person; unmarked: those of them that the ward " +
		"is not told of.\n\n" +
		"Example: go run ./bench broadcast --recipients 50000 --kill 5"
}

func (c benchBroadcast) Run(p *process) error {
	if c.Recipients < 1 || c.Recipients > 2_000_000 || c.Replicas < 1 || c.Replicas > 8 || c.Limit < 0 || c.Kill < 0 ||
		c.Terminate < 0 || c.TooMany < 0 || c.TooMany == 1 || c.Away < 0 || c.Away > 2*time.Minute {
		return usageError{errors.New("--recipients must be from 1 to 2000000, --replicas from 1 to 8, --too-many at " +
			"least 2, --away at most 2m")}
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	b, err := openBroadcast(p, c, program)
	if err != nil {
		return err
	}
	defer b.close()
	one, err := b.run(p.ctx)
	if err != nil {
		return err
	}
	return printBroadcast(p.stdout, c.JSON, one)
}

// broadcast is a ward full of people, the product that serves it in processes of
// its own, and a fake platform that counts.
type broadcast struct {
	benchBroadcast
	*inboundBench
	fake     *telegramtest.Server
	replicas []*replica
	database *relay // where one is cut
	redis    *relay
	floor    float64
}

// benchWords are in the notice, and in no answer.
const benchWords = "Mời họp tám giờ sáng thứ Bảy"

func openBroadcast(p *process, options benchBroadcast, program string) (b *broadcast, err error) {
	b = &broadcast{benchBroadcast: options, inboundBench: &inboundBench{officers: options.Recipients}}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if b.Replies > 0 {
		b.months = crowdMonths // something to be asked about
	}
	if err := b.furnish(p); err != nil {
		return b, err
	}
	if b.Replicas > 1 && (b.settings.DatabaseURL == "" || b.settings.RedisURL == "") {
		return b, usageError{errors.New("several replicas need DATABASE_URL (PostgreSQL) and REDIS_URL")}
	}
	if b.fake, err = telegramtest.Start(); err != nil {
		return b, err
	}
	b.closers = append(b.closers, b.fake.Close)
	b.fake.Quiet = true
	for i := range b.officers {
		b.fake.Known(int64(crowdBase+i), "x")
	}
	if b.floor, err = rawSends(p.ctx, b.fake, min(b.officers, 20_000)); err != nil {
		return b, err
	}
	b.fake.Watch(benchWords)
	b.line = benchTelegram{b.fake}
	dir, remove, err := temporaryFolder()
	if err != nil {
		return b, err
	}
	b.closers = append(b.closers, remove)
	if b.Logs == "" {
		b.Logs = dir
	}
	common, err := b.environ(p)
	if err != nil {
		return b, err
	}
	b.closers = append(b.closers, func() {
		for _, one := range b.replicas {
			one.kill()
		}
	})
	for i := range b.Replicas {
		data := b.settings.DataDir // one SQLite file, one process
		if b.settings.DatabaseURL != "" {
			data = filepath.Join(dir, fmt.Sprint("replica-", i+1))
		}
		one := &replica{
			program: program, args: []string{"serve"}, log: filepath.Join(b.Logs, fmt.Sprintf("replica-%d.log", i+1)),
			environ: slices.Concat(common, []string{"DATA_DIR=" + data, serves + "=1"}),
		}
		b.replicas = append(b.replicas, one)
		if err := one.start(p.ctx); err != nil {
			return b, err
		}
	}
	return b, nil
}

// environ are the settings of a replica.
func (b *broadcast) environ(p *process) ([]string, error) {
	settings := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "SECRET_KEY=" + b.settings.SecretKey.Reveal(),
		"HTTP_ADDR=127.0.0.1:0", "ADMIN_ADDR=off", "PUBLIC_URL=https://bench.invalid", "LOG_LEVEL=info",
		"TELEGRAM_TOKEN=" + b.fake.Token, "TELEGRAM_API_URL=" + b.fake.URL, "TELEGRAM_MODE=webhook",
		"TELEGRAM_WEBHOOK_SECRET=" + benchSecret,
		fmt.Sprint("TELEGRAM_RATE=", b.Limit),
	}
	for _, one := range []struct {
		key, name string
		address   config.Secret
		through   **relay
	}{{"DATABASE_URL", "database", b.settings.DatabaseURL, &b.database},
		{"REDIS_URL", "redis", b.settings.RedisURL, &b.redis}} {
		address := one.address.Reveal()
		if b.Outage == one.name {
			if address == "" {
				return nil, usageError{fmt.Errorf("an outage of the %s needs %s", one.name, one.key)}
			}
			parsed, err := url.Parse(address)
			if err != nil {
				return nil, err
			}
			through, err := newRelay(parsed.Host)
			if err != nil {
				return nil, err
			}
			*one.through = through
			b.closers = append(b.closers, through.cut)
			parsed.Host = through.address
			address = parsed.String()
		}
		if address != "" {
			settings = append(settings, one.key+"="+address)
		}
	}
	return settings, nil
}

// clerk is who sends: with a fresh code.
func (b *broadcast) clerk(ctx context.Context) (services.Actor, error) {
	var staff models.Staff
	db := b.ward.Store.WithContext(ctx)
	if err := db.Where("role = ?", services.Clerk).Take(&staff).Error; err != nil {
		return services.Actor{}, err
	}
	now := b.ward.Clock.UTC()
	fresh := now.Add(time.Hour)
	account := models.Account{ID: int64(b.officers) + 1, WardID: staff.WardID, Channel: "bench", ExternalID: "clerk",
		ChatID: "clerk", StaffID: &staff.ID,
		LinkedAt: now, LastSeenAt: now, SteppedUpUntil: &fresh, CreatedAt: now}
	if err := db.Create(&account).Error; err != nil {
		return services.Actor{}, err
	}
	return services.Actor{Role: services.Clerk, Ward: staff.WardID, Staff: staff.ID, Account: account.ID,
		Channel: account.Channel}, nil
}

// run sends the notice and waits until it has come to its end everywhere.
func (b *broadcast) run(ctx context.Context) (figures, error) {
	clerk, err := b.clerk(ctx)
	if err != nil {
		return figures{}, err
	}
	if b.Limit > 0 {
		b.fake.Limit(b.Limit, max(b.Limit/10, 3))
	}
	if b.TooMany > 0 {
		b.fake.Fail(telegramtest.Fault{Method: "sendMessage", Every: b.TooMany, Status: 429, RetryAfter: 1})
	}
	result := figures{Name: "broadcast", Recipients: b.officers, Replicas: b.Replicas, Limit: b.Limit,
		FloorPerSecond: b.floor}
	for _, one := range b.replicas {
		now, _ := one.memory()
		result.SteadyRSS = max(result.SteadyRSS, now)
	}
	begun, before := time.Now(), b.fake.Sent()
	progress, err := b.ward.Notices.Send(ctx, clerk,
		notice.Compose{Text: benchWords + " tại nhà văn hoá.\nĐề nghị có mặt đúng giờ.", NeedsConfirm: true, Urgent: true})
	if err != nil {
		return figures{}, err
	}
	result.EnqueueSeconds = time.Since(begun).Seconds()
	going := time.Now()
	trouble := make(chan error, 1)
	troubling, ended := context.WithCancel(ctx)
	var around sync.WaitGroup
	around.Go(func() { trouble <- b.trouble(troubling) })
	var replies []time.Duration
	around.Go(func() { replies = b.converse(troubling) })
	err = b.wait(ctx, progress.Notice.ID)
	ended()
	around.Wait()
	if err = errors.Join(err, <-trouble); err != nil {
		return figures{}, err
	}
	byChat, last := b.fake.Got()
	result.Seconds = last.Sub(going).Seconds()
	result.PerSecond = float64(b.officers) / result.Seconds
	_, result.ReplyP95, _ = quantiles(replies)
	if b.Limit > 0 {
		result.LimitUsed = float64(b.fake.Sent()-before) / result.Seconds / float64(b.Limit)
	}
	result.Refused = int64(b.fake.Refused())
	for _, one := range b.replicas {
		_, peak := one.memory()
		result.PeakRSS = max(result.PeakRSS, peak)
	}
	return result, b.tally(ctx, progress.Notice.ID, byChat, &result)
}

// tally holds what the fake has counted against what the ward is told.
func (b *broadcast) tally(ctx context.Context, notice int64, byChat map[int64]int, result *figures) error {
	rows, err := b.ward.Store.WithContext(ctx).Model(&models.Delivery{}).Select("chat_id", "state", "reason").
		Where("subject_kind = ? AND subject_id = ? AND kind = ?", outbox.Notice, notice, outbox.NoticeSent).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	marked := map[string]bool{}
	for rows.Next() {
		var chat, reason string
		var state models.DeliveryState
		if err := rows.Scan(&chat, &state, &reason); err != nil {
			return err
		}
		if state == models.DeliveryUncertain || reason == "repeated" {
			marked[chat] = true
			result.Uncertain++
		}
	}
	for i := range b.officers {
		chat := int64(crowdBase + i)
		switch n := byChat[chat]; {
		case n == 0:
			result.Lost++
		case n > 1:
			result.Repeated += int64(n - 1)
			if !marked[fmt.Sprint(chat)] {
				result.Unmarked++
			}
		}
	}
	return rows.Err()
}

// benchPatience is how long nothing may arrive before a bench gives up: longer
// than the jobs of a dead process wait.
const benchPatience = 4 * time.Minute

// wait waits until no delivery is open.
func (b *broadcast) wait(ctx context.Context, notice int64) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	moved, before := time.Now(), -1
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if reached := b.fake.Reached(); reached != before {
			moved, before = time.Now(), reached
		}
		if before == b.officers || time.Since(moved) > 20*time.Second {
			// Looked at seldom: the count takes a while of a database that is measured.
			var open int64
			err := b.ward.Store.WithContext(ctx).Model(&models.Delivery{}).
				Where("subject_kind = ? AND subject_id = ? AND kind = ? AND (state IN ? OR state = ? AND due_at IS NOT NULL)",
					outbox.Notice, notice, outbox.NoticeSent,
					[]models.DeliveryState{models.DeliveryQueued, models.DeliverySending}, models.DeliveryUncertain).Count(&open).Error
			if err == nil && open == 0 {
				return nil
			}
		}
		if time.Since(moved) > benchPatience {
			return fmt.Errorf("nothing has arrived for %s; %d of %d have the message", benchPatience, before, b.officers)
		}
	}
}

// trouble does what the options ask for, at random moments of the way.
func (b *broadcast) trouble(ctx context.Context) error {
	acts := map[float64]func() error{}
	moment := func() float64 { return 0.05 + 0.85*rand.Float64() }
	for range b.Kill {
		acts[moment()] = func() error {
			one := b.replicas[rand.IntN(len(b.replicas))]
			one.kill()
			return one.start(ctx)
		}
	}
	for range b.Terminate {
		acts[moment()] = func() error {
			one := b.replicas[rand.IntN(len(b.replicas))]
			return errors.Join(one.stop(), one.start(ctx))
		}
	}
	if b.Outage != "" {
		acts[0.3] = func() error { return b.outage(ctx) }
	}
	at := make([]float64, 0, len(acts))
	for share := range acts {
		at = append(at, share)
	}
	slices.Sort(at)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for len(at) > 0 {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if float64(b.fake.Reached()) >= at[0]*float64(b.officers) {
			if err := acts[at[0]](); err != nil && ctx.Err() == nil {
				return err
			}
			at = at[1:]
		}
	}
	return nil
}

func (b *broadcast) outage(ctx context.Context) error {
	end := func() error { b.fake.Recover(); return nil }
	switch b.Outage {
	case "database":
		b.database.cut()
		end = b.database.join
	case "redis":
		b.redis.cut()
		end = b.redis.join
	default:
		b.fake.Fail(telegramtest.Fault{Status: 502})
	}
	select {
	case <-ctx.Done():
	case <-time.After(b.Away):
	}
	return end()
}

// converse has officers write while the notice goes, and measures until their
// answer has been sent.
func (b *broadcast) converse(ctx context.Context) (took []time.Duration) {
	if b.Replies <= 0 {
		return nil
	}
	random := rand.New(rand.NewPCG(7, 7))
	tick := time.NewTicker(time.Duration(float64(time.Second) / b.Replies))
	defer tick.Stop()
	var mu sync.Mutex
	var asking sync.WaitGroup
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			asking.Wait()
			return took
		case <-tick.C:
		}
		target := b.replicas[n%len(b.replicas)].address + "/webhooks/" + telegram.Name
		body := b.update(random, n%b.officers)
		asking.Go(func() {
			begun := time.Now()
			if err := b.post(context.WithoutCancel(ctx), target, body); err == nil {
				mu.Lock()
				took = append(took, time.Since(begun))
				mu.Unlock()
			}
		})
	}
}
