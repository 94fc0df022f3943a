package outbox_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services/outbox"
)

// proxy stands before a server and can fall silent: the connections that it has
// stay open, and nothing passes any more, not even an end. New ones are served,
// as by the machine that takes over.
type proxy struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	conns []net.Conn
	mute  chan struct{} // closed: those made with it are silent
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, to: to, mute: make(chan struct{})}
	var serving sync.WaitGroup
	t.Cleanup(func() {
		listener.Close()
		p.mu.Lock()
		for _, conn := range p.conns {
			conn.Close()
		}
		p.mu.Unlock()
		serving.Wait()
	})
	serving.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, near, far)
			mute := p.mute
			p.mu.Unlock()
			serving.Go(func() { pass(near, far, mute) })
			serving.Go(func() { pass(far, near, mute) })
		}
	})
	return p
}

func pass(to, from net.Conn, mute chan struct{}) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		select {
		case <-mute: // taken, acknowledged, and never heard of again
			_, _ = io.Copy(io.Discard, from)
			return
		default:
		}
		if _, failed := to.Write(buffer[:n]); err != nil || failed != nil {
			to.Close()
			return
		}
	}
}

func (p *proxy) fallSilent() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.mute)
	p.mute = make(chan struct{})
}

// A database that fails over says nothing to those who were connected. Jobs go on
// over new connections, long before TCP gives the old ones up.
func TestJobsGoOnWhenConnectionsFallSilent(t *testing.T) {
	address, err := url.Parse(storetest.Address(t))
	if err != nil {
		t.Fatal(err)
	}
	direct := storetest.Open(t, address.String(), nil)
	if direct.Dialect == models.SQLite {
		return // no connection of which to hear nothing
	}
	host := address.Host
	if !strings.Contains(host, ":") {
		host += ":5432"
	}
	line := newProxy(t, host)
	address.Host = line.listener.Addr().String()
	store, err := models.Open(t.Context(), models.Options{URL: address.String(), MaxConns: 8, Patience: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	box, err := outbox.New(direct, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	worked, workers := make(chan int64, 200), river.NewWorkers()
	outbox.Work(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[outbox.Follow]) error {
		if err := store.WithContext(ctx).Exec("SELECT 1").Error; err != nil {
			return err
		}
		worked <- job.Args.Notice
		return nil
	}))
	worker, err := outbox.NewWorker(store, workers, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := worker.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	tell := func(notice int64) {
		t.Helper()
		err := direct.Transaction(func(tx *gorm.DB) error {
			return box.Enqueue(t.Context(), tx, outbox.Follow{Notice: notice})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for last := range int64(2) {
		for i := range int64(40) { // so that questions are on their way when it happens
			if i == 20 {
				line.fallSilent()
			}
			tell(1000 + i)
			<-tick.C
		}
		tell(last)
		begun := time.Now()
		for got := int64(-1); got != last; {
			select {
			case got = <-worked:
			case <-time.After(10 * time.Second):
				t.Fatalf("jobs stand still, for %s", worker.Heart.Silent())
			}
		}
		t.Logf("worked after %s", time.Since(begun).Round(time.Millisecond))
	}
	if silent := worker.Heart.Silent(); silent > 10*time.Second {
		t.Errorf("a queue has been silent for %s", silent)
	}
	if err := worker.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}
