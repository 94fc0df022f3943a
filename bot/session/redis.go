package session

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// quiet silences the client library, which would log every failed dial of an
// outage; link says it once.
var quiet = sync.OnceFunc(logging.Disable)

// OpenRedis gives a client for redis://user:password@host:6379/0, or for a
// Redis inside this process when the address is empty. It asks nothing yet, so
// a Redis that is down stops nobody; the error is about the address alone. The
// closer ends the client and the Redis inside.
func OpenRedis(address string) (redis.UniversalClient, func() error, error) {
	quiet()
	if address == "" {
		client, closer := openInside()
		return client, closer, nil
	}
	options, err := redis.ParseURL(address)
	if err != nil {
		// The library's message would repeat the password.
		return nil, nil, errors.New("REDIS_URL is not a Redis address; want redis://user:password@host:6379/0")
	}
	client := redis.NewClient(hasty(options))
	return client, client.Close, nil
}

// hasty makes a client give up as quickly as a person's patience asks.
func hasty(options *redis.Options) *redis.Options {
	options.ContextTimeoutEnabled = true // else a deadline ends no read
	options.DialTimeout = callLimit
	options.DialerRetries = 1
	options.ReadTimeout = 2 * time.Second // without a deadline
	options.WriteTimeout = 2 * time.Second
	options.PoolTimeout = callLimit
	options.MaxRetries = 1 // a connection that went stale in the pool
	options.PoolSize = max(options.PoolSize, 32)
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return options
}

// tick is how exactly the Redis inside keeps time.
const tick = time.Second

// openInside runs Redis in this process, reached through pipes: no port is
// opened. Its time must be driven; its own ClockTTL would walk over all keys on
// every command, so a ticker does it once a second.
func openInside() (redis.UniversalClient, func() error) {
	server := miniredis.NewMiniRedis()
	client := redis.NewClient(hasty(&redis.Options{
		Addr: "inside",
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			return server.Dial()
		},
	}))
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		last := time.Now()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
				elapsed := time.Since(last)
				last = last.Add(elapsed)
				server.FastForward(elapsed)
			}
		}
	}()
	return client, sync.OnceValue(func() error {
		close(stop)
		<-stopped
		err := client.Close()
		server.Close()
		return err
	})
}
