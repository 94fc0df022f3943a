package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// replica is a process of the product's own, as an operator runs it.
type replica struct {
	program string
	args    []string
	environ []string
	log     string // file

	command *exec.Cmd
	address string // of its webhooks
	ended   chan error
}

// start runs the process and waits until it serves.
func (r *replica) start(ctx context.Context) error {
	command := exec.Command(r.program, r.args...)
	command.Env = r.environ
	said, err := command.StderrPipe()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(r.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		log.Close()
		return err
	}
	serving, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		defer log.Close()
		lines := bufio.NewScanner(said)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			fmt.Fprintln(log, lines.Text())
			if _, address, found := strings.Cut(lines.Text(), "msg=serving address="); found {
				serving <- strings.TrimSpace(address)
			}
		}
		ended <- command.Wait()
	}()
	r.command, r.ended = command, ended
	select {
	case r.address = <-serving:
		return nil
	case err := <-ended:
		ended <- err
		return fmt.Errorf("the replica ended before it served (see %s): %w", r.log, errors.Join(err))
	case <-time.After(60 * time.Second):
		r.kill()
		return fmt.Errorf("the replica does not serve: see %s", r.log)
	case <-ctx.Done():
		r.kill()
		return ctx.Err()
	}
}

// kill ends the process without a word, by its own id.
func (r *replica) kill() {
	if r.command == nil {
		return
	}
	r.command.Process.Kill()
	<-r.ended
	r.command = nil
}

// stop asks the process to end, and waits for it.
func (r *replica) stop() error {
	if r.command == nil {
		return nil
	}
	r.command.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-r.ended:
		r.command = nil
		return err
	case <-time.After(45 * time.Second):
		r.kill()
		return fmt.Errorf("the replica did not stop: see %s", r.log)
	}
}

// memory is what the process holds and the most that it has held, in megabytes;
// 0 where the system does not tell.
func (r *replica) memory() (now, peak float64) {
	if r.command == nil {
		return 0, 0
	}
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(r.command.Process.Pid), "status"))
	if err != nil {
		return 0, 0
	}
	return statusLine(string(status), "VmRSS:"), statusLine(string(status), "VmHWM:")
}
