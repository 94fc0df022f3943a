package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"canbobot/services/outbox"
	"canbobot/services/ward"
)

// server is one listening HTTP server.
type server struct {
	http     *http.Server
	listener net.Listener
	failed   chan error
}

// listen binds at once, so that a taken port is told before anything runs.
func (a *App) listen(address string, handler http.Handler) (*server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w (is another program using it?)", address, err)
	}
	s := &server{
		listener: listener,
		failed:   make(chan error, 1),
		http: &http.Server{
			Handler: handler,
			// No write limit: the try-it page streams. Bodies are bounded by
			// their handlers, headers here.
			ReadHeaderTimeout: 10 * time.Second,
			ReadTimeout:       60 * time.Second,
			IdleTimeout:       120 * time.Second,
			MaxHeaderBytes:    64 << 10,
			ErrorLog:          slog.NewLogLogger(a.Logger.Handler(), slog.LevelWarn),
		},
	}
	a.closing(s.http.Close)
	return s, nil
}

func (s *server) start() {
	go func() {
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
}

// URL is where the server listens.
func (s *server) URL() string { return "http://" + s.listener.Addr().String() }

// stop lets requests finish for as long as ctx lasts, then cuts them.
func (s *server) stop(ctx context.Context) error {
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close()
	}
	return nil
}

// health answers /healthz (the process lives) and /readyz (the database answers
// and jobs are looked for, so that a balancer sends nobody here while that is not so).
func health(mux *http.ServeMux, ward *ward.Services, silent func() time.Duration) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := ward.Store.SQL.PingContext(ctx); err != nil {
			http.Error(w, "database away", http.StatusServiceUnavailable)
			return
		}
		if silent := silent(); silent > outbox.StillAfter {
			http.Error(w, fmt.Sprintf("jobs stand still for %.0f s", silent.Seconds()), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
}
