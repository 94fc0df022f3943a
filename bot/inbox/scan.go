package inbox

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
)

var nameShape = regexp.MustCompile(`^[a-z0-9_-]{1,40}$`)

// record is what a line of the spool holds, behind its mark.
type record struct {
	ID     string    `json:"id"`
	Who    string    `json:"who,omitempty"`
	At     time.Time `json:"at"` // when it was put here
	Sealed string    `json:"sealed"`
}

// The marks of a line. One byte is changed in place, so that a crash leaves
// either.
const (
	waitingMark = '+'
	doneMark    = '-'
)

// lineMost bounds a line, in bytes; the largest event is far below.
const lineMost = 2 << 20

// hash tells one person's events from another's without naming anybody.
func hash(person string) string {
	if person == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(person))
	return hex.EncodeToString(sum[:8])
}

// line writes a record down.
func (r record) line() ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	line := append([]byte{waitingMark, ' '}, text...)
	line = append(line, '\n')
	if len(line) > lineMost {
		return nil, fmt.Errorf("spool: an event of %d bytes is too large", len(line))
	}
	return line, nil
}

var errUnreadable = errors.New("spool: the line cannot be read")

// parse reads a line, with or without its end.
func parse(line []byte) (r record, done bool, err error) {
	line = bytes.TrimSuffix(line, []byte("\n"))
	if len(line) < 2 || line[1] != ' ' {
		return r, false, errUnreadable
	}
	switch line[0] {
	case doneMark:
		return r, true, nil
	case waitingMark:
	default:
		return r, false, errUnreadable
	}
	if json.Unmarshal(line[2:], &r) != nil || r.Sealed == "" {
		return record{}, false, errUnreadable
	}
	return r, false, nil
}

// span is a part of the file, in bytes.
type span struct{ at, size int64 }

// scanned is what a spool file holds.
type scanned struct {
	events []*event
	junk   []span // lines that cannot be read
	torn   span   // the last line, cut off in the middle of an append
	dead   int64  // bytes of lines that are done with
	whole  int64  // bytes of the file
	open   bool   // the last line can be read but has no end
}

// scan reads a spool file, whatever is in it. Its errors are the reader's.
func scan(from io.Reader) (found scanned, err error) {
	reader := bufio.NewReaderSize(from, 64<<10)
	var line []byte
	for {
		line = line[:0]
		at := found.whole
		var end error
		for {
			var part []byte
			part, end = reader.ReadSlice('\n')
			found.whole += int64(len(part))
			if len(line) <= lineMost { // beyond, it is unreadable anyway
				line = append(line, part...)
			}
			if !errors.Is(end, bufio.ErrBufferFull) {
				break
			}
		}
		if end != nil && end != io.EOF {
			return found, fmt.Errorf("spool: %w", end)
		}
		if len(line) > 0 {
			found.take(line, span{at, found.whole - at}, end == nil)
		}
		if end == io.EOF {
			return found, nil
		}
	}
}

func (f *scanned) take(line []byte, where span, ended bool) {
	r, done, err := parse(line)
	switch {
	case err == nil && len(line) > lineMost:
		err = errUnreadable
	case err == nil && !ended && done: // nothing is lost with it
		f.torn = where
		return
	}
	switch {
	case err != nil && !ended:
		f.torn = where
	case err != nil:
		f.junk = append(f.junk, where)
	case done:
		f.dead += where.size
	default:
		f.open = !ended
		if !ended {
			where.size++ // its end is put there before anything else
		}
		f.events = append(f.events, &event{id: r.ID, who: r.Who, span: where})
	}
}
