package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"canbobot/services/evidence"
)

// siege is what somebody hostile does meanwhile: pictures that are dear to open, and
// connections that send nothing more.
type siege struct {
	Pictures string `help:"A folder of pictures that two senders send over and over meanwhile." placeholder:"DIR"`
	Slow     int    `help:"Connections to the webhook that begin a body, unsigned, and never end it." placeholder:"COUNT"`
}

func (s siege) is() bool { return s.Pictures != "" || s.Slow > 0 }

// lay begins it; the function ends it and tells what the pictures came to.
func (s siege) lay(ctx context.Context, webhook string) (end func() (costs []string), err error) {
	address, err := url.Parse(webhook)
	if err != nil {
		return nil, err
	}
	var slow []net.Conn
	for range s.Slow {
		conn, err := net.Dial("tcp", address.Host)
		if err != nil {
			return nil, err
		}
		slow = append(slow, conn)
		if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"+
			"Content-Length: 100000\r\n\r\n{", address.Path, address.Host); err != nil {
			return nil, err
		}
	}
	var files []string
	if s.Pictures != "" {
		if files, err = filepath.Glob(filepath.Join(s.Pictures, "*")); err != nil || len(files) == 0 {
			return nil, fmt.Errorf("pictures in %s: %w", s.Pictures, err)
		}
	}
	sending, stop := context.WithCancel(ctx)
	var wait sync.WaitGroup
	var mu sync.Mutex
	worst, outcome := map[string]time.Duration{}, map[string]string{}
	for range min(len(files), 2) {
		wait.Go(func() {
			for i := 0; sending.Err() == nil; i++ {
				name := files[i%len(files)]
				content, err := os.ReadFile(name)
				began := time.Now()
				if err == nil {
					_, _, err = evidence.Read(sending, content, "")
				}
				mu.Lock()
				if sending.Err() == nil {
					worst[name], outcome[name] = max(worst[name], time.Since(began)), fmt.Sprint(err)
				}
				mu.Unlock()
			}
		})
	}
	return func() (costs []string) {
		stop()
		wait.Wait()
		for _, conn := range slow {
			conn.Close()
		}
		for _, name := range files {
			costs = append(costs, fmt.Sprintf("%s: at worst %.1f s, %s", filepath.Base(name), worst[name].Seconds(),
				outcome[name]))
		}
		var children syscall.Rusage
		if s.Pictures != "" && syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children) == nil {
			costs = append(costs, fmt.Sprintf("the largest child: %d MB", children.Maxrss>>10))
		}
		return costs
	}, nil
}
