package models

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// giveUpSilent has the system end a connection whose peer acknowledges nothing
// of what was sent; keep-alives only watch one that is idle.
func giveUpSilent(_, _ string, raw syscall.RawConn) error {
	return raw.Control(func(fd uintptr) {
		// Refused by a socket of the file system, which has no need of it.
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(silentFor.Milliseconds()))
	})
}
