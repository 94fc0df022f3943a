//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package inbox

import (
	"errors"
	"io/fs"
	"os"
)

// Lock holds a file that no other process can remove while it is open, as
// on Windows: what a crash left is removed first.
func Lock(path string) (unlock func() error, err error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return file.Close, nil
}
