package channels

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"canbobot/models"
	"canbobot/services/vault"
)

const (
	maxFile = 64 << 10 // bytes; a pair is below one KB
)

var filePlace = vault.Outside("channel_tokens.file")

// path is where an answer waits for the database, sealed.
func (t *Tokens) path() string { return filepath.Join(t.dir, t.channel+"-pair") }

// writeFile has the answer on the disk, whole, before it returns.
func (t *Tokens) writeFile(a answer) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	sealed, err := t.vault.Seal(filePlace, string(text))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(t.dir, 0o700); err != nil {
		return err
	}
	// The name is this replica's own: another may use the folder.
	draft := t.path() + "-" + t.me
	file, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.WriteString(file, string(sealed))
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(draft, t.path())
	}
	if err != nil {
		os.Remove(draft)
		return err
	}
	return syncDir(t.dir)
}

// syncDir makes a renaming survive a power cut.
func syncDir(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// readFile opens the file, if there is one. One that cannot be read for good is
// set aside.
func (t *Tokens) readFile() (answer, bool) {
	file, err := os.Open(t.path())
	if errors.Is(err, fs.ErrNotExist) {
		return answer{}, false
	}
	if err != nil {
		t.logger.Warn("file of the channel token not read", "error", err)
		return answer{}, false
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFile))
	if err != nil {
		t.logger.Warn("file of the channel token not read", "error", err)
		return answer{}, false
	}
	var a answer
	plain, err := t.vault.Open(filePlace, models.Sealed(text))
	if err == nil {
		err = json.Unmarshal([]byte(plain), &a)
	}
	if err == nil && (a.Access == "" || a.Refresh == "") {
		err = errEmpty
	}
	if err != nil {
		t.logger.Error("file of the channel token is not to be read: it is set aside", "error", err)
		t.setFileAside()
		return answer{}, false
	}
	return a, true
}

// setFileAside leaves the file for a human.
func (t *Tokens) setFileAside() {
	aside := t.path() + "-aside-" + t.clock.UTC().Format("20060102T150405.000000")
	if err := os.Rename(t.path(), aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.logger.Error("file of the channel token not set aside", "error", err)
	}
}

func (t *Tokens) removeFile() {
	if err := os.Remove(t.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.logger.Warn("file of the channel token not removed", "error", err)
	}
}
