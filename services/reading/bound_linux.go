package reading

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// self is the program that runs, even when a newer one has taken its file's place.
func self() (string, error) { return "/proc/self/exe", nil }

// bound has the system limit this process. Memory is counted where it can be
// written: Go reserves addresses by the gigabyte, which says nothing.
func bound(limits Limits) error {
	var skip, data uint64
	statm, err := os.ReadFile("/proc/self/statm")
	if err == nil {
		_, err = fmt.Sscan(string(statm), &skip, &skip, &skip, &skip, &skip, &data)
	}
	if err != nil {
		return fmt.Errorf("own memory: %w", err)
	}
	data = data*uint64(os.Getpagesize()) + uint64(limits.Memory)
	seconds := uint64((limits.Time + time.Second - 1) / time.Second)
	for _, limit := range []struct {
		what int
		most uint64
	}{
		{syscall.RLIMIT_DATA, data}, {syscall.RLIMIT_CPU, seconds}, {syscall.RLIMIT_NOFILE, 16}, {syscall.RLIMIT_FSIZE, 0},
		{syscall.RLIMIT_CORE, 0},
	} {
		if err := syscall.Setrlimit(limit.what, &syscall.Rlimit{Cur: limit.most, Max: limit.most}); err != nil {
			return fmt.Errorf("limit %d to %d: %w", limit.what, limit.most, err)
		}
	}
	// What officers wait for goes first.
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, 0, nice); err != nil {
		return fmt.Errorf("own priority: %w", err)
	}
	return nil
}

const nice = 10

// overtime reports whether the system ended a process that had used up its core's time.
func overtime(state *os.ProcessState) bool {
	status, ok := state.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && (status.Signal() == syscall.SIGXCPU || status.Signal() == syscall.SIGKILL)
}
