package main

import (
	"io"
	"net"
	"sync"
)

// relay passes connections on to a server, until it is cut: then those there
// are end, and new ones are refused.
type relay struct {
	address string // where it listens
	target  string

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
}

func newRelay(target string) (*relay, error) {
	r := &relay{target: target, address: "127.0.0.1:0", conns: map[net.Conn]bool{}}
	return r, r.join()
}

// join begins to pass on, at the same address as before.
func (r *relay) join() error {
	listener, err := net.Listen("tcp", r.address)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.listener, r.address = listener, listener.Addr().String()
	r.mu.Unlock()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go r.pass(conn)
		}
	}()
	return nil
}

// cut ends everything until join.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listener.Close()
	for conn := range r.conns {
		conn.Close()
	}
	clear(r.conns)
}

func (r *relay) pass(in net.Conn) {
	out, err := net.Dial("tcp", r.target)
	if err != nil {
		in.Close()
		return
	}
	r.mu.Lock()
	r.conns[in], r.conns[out] = true, true
	r.mu.Unlock()
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
		both.Go(func() {
			io.Copy(way[0], way[1])
			in.Close()
			out.Close()
		})
	}
	both.Wait()
	r.mu.Lock()
	delete(r.conns, in)
	delete(r.conns, out)
	r.mu.Unlock()
}
