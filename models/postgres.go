package models

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

const (
	// reachIn is how long a connection may take to be made.
	reachIn = 10 * time.Second
	// answerIn is how long a connection that has been idle may take to prove itself.
	answerIn = 2 * time.Second
	// silentFor is how long TCP may hear nothing of a peer before the connection is
	// given up: a machine that has gone away says no word.
	silentFor = 15 * time.Second
	// serverPatience is how many times as long as ours the server's own is, with
	// statements and transactions whose client is gone.
	serverPatience = 4
)

func openPostgres(ctx context.Context, options Options, config *gorm.Config) (*Store, error) {
	poolConfig, err := pgxpool.ParseConfig(options.URL)
	if err != nil {
		// The library's message would repeat the password.
		return nil, errors.New("DATABASE_URL is not a PostgreSQL address; want postgres://user:password@host:5432/database")
	}
	poolConfig.MaxConns = options.MaxConns
	if poolConfig.MaxConns == 0 {
		poolConfig.MaxConns = 20
	}
	limits := &patience{most: options.Patience}
	lively(poolConfig, limits)
	if options.yields {
		poolConfig.ConnConfig.RuntimeParams["lock_timeout"] = strconv.FormatInt(yieldsAfter.Milliseconds(), 10)
	}
	var pool *pgxpool.Pool
	limits.silent = func() { pool.Reset() }
	if pool, err = pgxpool.NewWithConfig(ctx, poolConfig); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	reaching, cancel := context.WithTimeout(ctx, reachIn)
	defer cancel()
	if err := pool.Ping(reaching); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach database: %w", withoutAddress(err))
	}
	db := stdlib.OpenDBFromPool(pool)
	orm, err := gorm.Open(postgres.New(postgres.Config{Conn: db}), config)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &Store{DB: orm, SQL: db, Pool: pool, Dialect: PostgreSQL, url: options.URL,
		migrateURL: options.MigrateURL}, nil
}

// lively has a pool notice connections that have died without a word: those of a
// database that failed over elsewhere, or behind a firewall that forgot them.
func lively(config *pgxpool.Config, limits *patience) {
	config.PingTimeout = answerIn
	conn := config.ConnConfig
	if conn.ConnectTimeout == 0 {
		conn.ConnectTimeout = reachIn
	}
	dialer := &net.Dialer{Control: giveUpSilent,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3}}
	conn.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		dialed, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return brief{dialed}, nil
	}
	conn.Tracer = limits
	conn.RuntimeParams["timezone"] = "UTC"
	if limits.most == 0 {
		return
	}
	// The other side of a silence: what a dead client holds locked is let go.
	longest := strconv.FormatInt((serverPatience * limits.most).Milliseconds(), 10)
	conn.RuntimeParams["statement_timeout"] = longest
	conn.RuntimeParams["idle_in_transaction_session_timeout"] = longest
	conn.RuntimeParams["tcp_user_timeout"] = strconv.FormatInt(silentFor.Milliseconds(), 10)
	conn.RuntimeParams["tcp_keepalives_idle"] = "10"
	conn.RuntimeParams["tcp_keepalives_interval"] = "5"
	conn.RuntimeParams["tcp_keepalives_count"] = "3"
}

// brief is a connection whose end is soon over. One that has not answered is asked
// for its last words, and keeps its place in the pool until then.
type brief struct{ net.Conn }

func (b brief) SetDeadline(at time.Time) error {
	if latest := time.Now().Add(answerIn); at.After(latest) {
		at = latest
	}
	return b.Conn.SetDeadline(at)
}

// patience bounds every statement, whatever time whoever asks has: a job that waits
// for its own end keeps a dead connection from all others. It stands where all
// statements pass, the job queue's too, which asks for work without a deadline.
type patience struct {
	most   time.Duration // 0 for none
	silent func()        // one has run out: other connections may be as dead
	last   atomic.Int64  // when that was said, in nanoseconds
}

type unbound struct{}

func (p *patience) begin(ctx context.Context) context.Context {
	if p.most == 0 {
		return ctx
	}
	ctx, cancel := context.WithTimeout(ctx, p.most)
	return context.WithValue(ctx, unbound{}, cancel)
}

func (p *patience) end(ctx context.Context, err error) {
	if cancel, is := ctx.Value(unbound{}).(context.CancelFunc); is {
		cancel()
	}
	if p.most == 0 || !pgconn.Timeout(err) {
		return
	}
	// Once in a while: a database that is only slow is not helped by connecting anew.
	now, last := time.Now().UnixNano(), p.last.Load()
	if now-last > int64(p.most) && p.last.CompareAndSwap(last, now) {
		p.silent()
	}
}

// These are pgx.QueryTracer and pgx.BatchTracer.
func (p *patience) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return p.begin(ctx)
}

func (p *patience) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	p.end(ctx, data.Err)
}

func (p *patience) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return p.begin(ctx)
}

func (p *patience) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (p *patience) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchEndData) {
	p.end(ctx, data.Err)
}
