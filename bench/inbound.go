package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"canbobot/app"
	"canbobot/bot"
	"canbobot/bot/page"
	"canbobot/config"
	"canbobot/services/ward"
)

type benchInbound struct {
	Clients  int     `help:"How many clients at once." default:"32"`
	Channel  string  `help:"${channel}" enum:"telegram,zalo" default:"telegram"`
	Officers int     `help:"How many linked officers they are." default:"20000"`
	Seconds  float64 `help:"How long each measurement lasts." default:"8"`
	JSON     bool    `help:"Print an object a line." name:"json"`
	Profile  string  `help:"Write a CPU profile of the measured part." placeholder:"FILE"`
	Siege    siege   `embed:""`
}

func (benchInbound) Help() string {
	return "Uses DATABASE_URL and REDIS_URL where set (a schema and a key prefix of its own, removed at the end), " +
		"else the embedded pair. " +
		"The mix: 60% this month's allowance in free words, 15% history, 15% menu and buttons, 10% a form's step.\n\n" +
		"Example: go run ./bench inbound --clients 32"
}

func (c benchInbound) Run(p *process) error {
	if c.Clients < 1 || c.Officers < c.Clients {
		return usageError{errors.New("--clients must be at least 1 and at most --officers")}
	}
	b, err := openInboundBench(p, c.Officers)
	if err != nil {
		return err
	}
	defer b.close()
	stop, err := profile(c.Profile)
	if err != nil {
		return err
	}
	defer stop()
	lines := []func(*process) error{b.openTelegram}
	if c.Channel == "zalo" {
		lines = append(lines, b.openZalo)
	}
	var all []figures
	for _, open := range lines {
		if err := open(p); err != nil {
			return err
		}
		for _, clients := range []int{c.Clients, 1} {
			floor, err := b.measure(p.ctx, b.echo, clients, c.Seconds/2, false)
			if err != nil {
				return err
			}
			if _, err := b.measure(p.ctx, b.webhook, clients, min(2, c.Seconds/4), true); err != nil { // warm
				return err
			}
			one, err := b.measure(p.ctx, b.webhook, clients, c.Seconds, true)
			if err != nil {
				return err
			}
			one.Name, one.FloorPerSecond, one.PeakRSS = "inbound", floor.PerSecond, peakMemory()
			if b.line.name() != "telegram" {
				one.Name += " " + b.line.name()
			}
			all = append(all, one)
		}
	}
	if c.Siege.is() {
		one, err := c.besieged(p, b)
		if err != nil {
			return err
		}
		all = append(all, one)
	}
	return printFigures(p.stdout, c.JSON, all)
}

// besieged is the same with four clients, while somebody hostile is at it.
func (c benchInbound) besieged(p *process, b *inboundBench) (figures, error) {
	end, err := c.Siege.lay(p.ctx, b.webhook)
	if err != nil {
		return figures{}, err
	}
	one, err := b.measure(p.ctx, b.webhook, min(c.Clients, 4), c.Seconds, true)
	for _, cost := range end() {
		fmt.Fprintln(p.stdout, cost)
	}
	one.Name = "inbound besieged"
	return one, err
}

// inboundBench is the product behind a webhook, with a fake platform as its
// other end, and beside it a server that only echoes.
type inboundBench struct {
	settings config.Config
	app      *app.App
	ward     *ward.Services // the app's
	line     benchLine      // measured at the moment
	webhook  string
	echo     string
	officers int
	months   int // that they have been paid for
	nextID   atomic.Int64
	client   *http.Client
	closers  []func()
}

// benchLine is a fake platform and what it pushes.
type benchLine interface {
	name() string
	// said is an event of a text, pressed one of a button.
	said(id int64, officer int, text string) []byte
	pressed(id int64, officer int, action string) []byte
	header(body []byte, to http.Header)
	sent() int64 // messages that the bot sent
}

func (b *inboundBench) close() {
	for i := len(b.closers) - 1; i >= 0; i-- {
		b.closers[i]()
	}
}

func openInboundBench(p *process, officers int) (b *inboundBench, err error) {
	b = &inboundBench{officers: officers, months: crowdMonths}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	return b, b.furnish(p)
}

// furnish makes a database with a ward full of linked officers.
func (b *inboundBench) furnish(p *process) error {
	settings, err := b.configure(p)
	if err != nil {
		return err
	}
	b.settings = settings
	b.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	if err := b.open(p); err != nil {
		return err
	}
	b.closers = append(b.closers, func() { b.app.Close() })
	return fillCrowd(p.ctx, b.ward, b.officers, b.months)
}

// open opens the product with the settings as they are.
func (b *inboundBench) open(p *process) error {
	opened, err := openApp(p, b.settings)
	if err != nil {
		return err
	}
	b.app = opened
	b.ward = b.app.Ward
	b.app.Sessions.Prefix = "bench:" + strconv.FormatInt(time.Now().UnixNano(), 36) + ":"
	return nil
}

// serve puts a line's webhook behind a server, beside the echo.
func (b *inboundBench) serve(line benchLine, channel bot.Channel,
	webhook func(bot.Handler) (http.Handler, error)) error {
	counter, err := b.app.NewCounter([]bot.Channel{channel}, func() []page.Link { return nil })
	if err != nil {
		return err
	}
	handler, err := webhook(counter.Dispatcher)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/webhook", handler)
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener)
	b.closers = append(b.closers, func() { server.Close() })
	base := "http://" + listener.Addr().String()
	b.line, b.webhook, b.echo = line, base+"/webhook", base+"/echo"
	return nil
}

// configure points at a schema of its own in the configured database, or at a
// folder that goes away.
func (b *inboundBench) configure(p *process) (config.Config, error) {
	dir, remove, err := temporaryFolder()
	if err != nil {
		return config.Config{}, err
	}
	b.closers = append(b.closers, remove)
	environ := append(append([]string{}, p.environ...), "DATA_DIR="+dir, "SECRET_KEY="+config.NewSecret())
	settings, err := config.Load(environ)
	if err != nil {
		return settings, err
	}
	address := settings.DatabaseURL.Reveal()
	if !strings.HasPrefix(address, "postgres") {
		settings.DatabaseURL = "" // never somebody's file
		return settings, nil
	}
	schema := "bench_" + strconv.FormatInt(time.Now().UnixNano(), 36)
	conn, err := pgx.Connect(p.ctx, address)
	if err != nil {
		return settings, fmt.Errorf("DATABASE_URL: %w", err)
	}
	defer conn.Close(p.ctx)
	if _, err := conn.Exec(p.ctx, "CREATE SCHEMA "+schema); err != nil {
		return settings, err
	}
	b.closers = append(b.closers, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if conn, err := pgx.Connect(ctx, address); err == nil {
			conn.Exec(ctx, "DROP SCHEMA "+schema+" CASCADE")
			conn.Close(ctx)
		}
	})
	parsed, err := url.Parse(address)
	if err != nil {
		return settings, err
	}
	query := parsed.Query()
	query.Set("search_path", schema)
	parsed.RawQuery = query.Encode()
	settings.DatabaseURL = config.Secret(parsed.String())
	return settings, nil
}

// measure posts from so many clients at once for so long. Each client has
// officers of its own: one person writes one message at a time. With answers,
// every post must have made the bot send exactly one message.
func (b *inboundBench) measure(ctx context.Context, target string, clients int, seconds float64,
	answers bool) (figures, error) {
	before := b.line.sent()
	var mu sync.Mutex
	var took []time.Duration
	var failed atomic.Int64
	var wait sync.WaitGroup
	seed := uint64(b.nextID.Load()) // else each span has the same officers write, until they are told to slow down
	begun := time.Now()
	until := begun.Add(time.Duration(seconds * float64(time.Second)))
	for client := range clients {
		wait.Go(func() {
			random := rand.New(rand.NewPCG(uint64(client), seed))
			var own []time.Duration
			for time.Now().Before(until) && ctx.Err() == nil {
				officer := client + clients*random.IntN(b.officers/clients)
				start := time.Now()
				if err := b.post(ctx, target, b.update(random, officer)); err != nil {
					failed.Add(1)
				}
				own = append(own, time.Since(start))
			}
			mu.Lock()
			took = append(took, own...)
			mu.Unlock()
		})
	}
	wait.Wait()
	elapsed := time.Since(begun).Seconds()
	if err := ctx.Err(); err != nil {
		return figures{}, err
	}
	result := figures{Clients: clients, PerSecond: float64(len(took)) / elapsed, Seconds: elapsed}
	result.P50, result.P95, result.P99 = quantiles(took)
	if answers {
		sent := b.line.sent() - before
		result.Lost = max(failed.Load(), int64(len(took))-sent, 0)
		result.Repeated = max(sent-int64(len(took)), 0)
	}
	return result, nil
}

func (b *inboundBench) post(ctx context.Context, target string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	b.line.header(body, request.Header)
	response, err := b.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	return nil
}

var (
	asksAllowance = []string{"phu cap thang nay co chua", "phụ cấp tháng này có chưa em", "pc thang ni co chua",
		"tiền tháng này về chưa"}
	asksHistory = []string{"12 tháng qua nhận bao nhiêu", "lịch sử phụ cấp"}
)

// update is one event of the mix.
func (b *inboundBench) update(random *rand.Rand, officer int) []byte {
	id := b.nextID.Add(1)
	switch dice := random.IntN(100); {
	case dice < 60:
		return b.line.said(id, officer, asksAllowance[random.IntN(len(asksAllowance))])
	case dice < 75:
		return b.line.said(id, officer, asksHistory[random.IntN(len(asksHistory))])
	case dice < 90:
		return b.line.pressed(id, officer, []string{"menu", "policy", "month", "branch"}[random.IntN(4)])
	}
	return b.line.pressed(id, officer, "support") // a form's step: a draft row is written and the question asked
}
