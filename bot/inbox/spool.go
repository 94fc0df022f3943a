package inbox

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// The bounds of a spool, the lines that are done with included in the bytes.
const (
	eventsMost = 200_000
	bytesMost  = 256 << 20
	failedMost = 64 << 20 // of the file for what cannot be read
)

// errFull says that the spool takes no more.
var errFull = errors.New("spool is full")

// event is a line of the file that waits. Its span is the spool's to read.
type event struct {
	id, who string
	span    span
	tries   int // failures that were its own; belongs to who holds the event
}

// spool is the file with what waits for the database, and the order in which it
// goes out: one person's one after the other, people in turn.
type spool struct {
	path   string // without .spool
	logger *slog.Logger
	unlock func() error
	wake   chan struct{} // holds a token when there may be something to do

	eventsMost int
	bytesMost  int64

	syncing sync.Mutex // taken before mu
	synced  uint64     // how many appends are on the disk

	mu      sync.Mutex
	file    *os.File // nil once closed
	size    int64    // where the next line goes
	dead    int64    // bytes of lines that are done with
	spoilt  bool     // holds what could be put aside nowhere: never shortened
	events  int
	written uint64 // appends
	lines   map[string]*line
	ready   []*line // with an event that may go out
	paused  []*line // whose first event failed
}

// line is what waits of one person.
type line struct {
	events []*event // oldest first; the first may be out
	until  time.Time
}

// openSpool takes what a process before this one left.
func openSpool(dir, name string, logger *slog.Logger) (s *spool, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	s = &spool{
		path: filepath.Join(dir, name), logger: logger, wake: make(chan struct{}, 1),
		eventsMost: eventsMost, bytesMost: bytesMost, lines: map[string]*line{},
	}
	if s.unlock, err = Lock(s.path + ".lock"); err != nil {
		return nil, fmt.Errorf("spool %s: another process uses it, or it cannot be locked; give each its own folder: %w",
			s.path, err)
	}
	if s.file, err = os.OpenFile(s.path+".spool", os.O_RDWR|os.O_CREATE, 0o600); err == nil {
		if err = s.adopt(); err == nil {
			err = syncDir(dir)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("spool %s: %w", s.path, err), s.close())
	}
	return s, nil
}

// adopt reads the file, puts aside what cannot be read, and drops what is done.
func (s *spool) adopt() error {
	found, err := scan(s.file)
	if err != nil {
		return err
	}
	s.size, s.dead = found.whole, found.dead
	if found.open {
		if _, err := s.file.WriteAt([]byte("\n"), s.size); err != nil {
			return err
		}
		s.size++
	}
	if found.torn.size > 0 { // it was never acknowledged
		err := s.setAside(io.NewSectionReader(s.file, found.torn.at, found.torn.size))
		s.logger.Warn("spool ends in a torn line", "bytes", found.torn.size, "kept", err == nil)
		if err := s.file.Truncate(found.torn.at); err != nil {
			return err
		}
		s.size = found.torn.at
	}
	for _, junk := range found.junk {
		err := s.setAside(io.NewSectionReader(s.file, junk.at, junk.size))
		s.logger.Error("line of the spool cannot be read", "at", junk.at, "bytes", junk.size, "error", err)
		s.spoilt = s.spoilt || err != nil
		s.dead += junk.size
	}
	for _, e := range found.events {
		s.enqueue(e)
	}
	if s.dead > 0 && !s.spoilt {
		if err := s.compact(); err != nil {
			s.logger.Warn("spool not shortened", "error", err)
		}
	}
	if s.events > 0 {
		s.logger.Info("events wait in the spool", "events", s.events)
	}
	return nil
}

// add has an event on the disk before it returns. After an error it may be there
// all the same, and is then handled.
func (s *spool) add(r record) error {
	line, err := r.line()
	if err != nil {
		return err
	}
	s.makeRoom(int64(len(line)))
	s.mu.Lock()
	seq, err := s.write(r, line)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return s.sync(seq)
}

func (s *spool) write(r record, line []byte) (seq uint64, err error) {
	if s.file == nil {
		return 0, errClosed
	}
	size := int64(len(line))
	if s.events >= s.eventsMost || s.size+size > s.bytesMost {
		return 0, fmt.Errorf("%w: %d events, %d bytes", errFull, s.events, s.size)
	}
	if _, err := s.file.WriteAt(line, s.size); err != nil {
		// A part of it would look like a torn line, and a later one covers it.
		return 0, errors.Join(fmt.Errorf("spool: %w", err), s.file.Truncate(s.size))
	}
	s.enqueue(&event{id: r.ID, who: r.Who, span: span{s.size, size}})
	s.size += size
	s.written++
	return s.written, nil
}

// sync waits until an append is on the disk. One call serves all that were
// written before it.
func (s *spool) sync(seq uint64) error {
	s.syncing.Lock()
	defer s.syncing.Unlock()
	if s.synced >= seq {
		return nil
	}
	s.mu.Lock()
	file, written := s.file, s.written
	s.mu.Unlock()
	if file == nil {
		return errClosed
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	s.synced = written
	return nil
}

// read brings the line of an event.
func (s *spool) read(e *event) (record, []byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return record{}, nil, errClosed
	}
	raw := make([]byte, e.span.size)
	if _, err := s.file.ReadAt(raw, e.span.at); err != nil {
		return record{}, nil, fmt.Errorf("spool: %w", err)
	}
	r, _, err := parse(raw)
	return r, raw, err
}

// setAside appends what cannot be used to the file of failed lines, as lines of
// its own.
func (s *spool) setAside(what io.Reader) error {
	file, err := os.OpenFile(s.path+".failed", os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil && info.Size() > failedMost {
		err = errors.New("the file of failed events is full")
	}
	if err == nil {
		err = endLine(file) // of a crash
	}
	if err == nil {
		_, err = io.Copy(file, what)
	}
	if err == nil {
		err = endLine(file)
	}
	return errors.Join(err, file.Sync(), file.Close())
}

// endLine has what is appended next begin a line.
func endLine(file *os.File) error {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	last := make([]byte, 1)
	if _, err := file.ReadAt(last, info.Size()-1); err != nil || last[0] == '\n' {
		return err
	}
	_, err = file.WriteString("\n")
	return err
}

// makeRoom drops the lines that are done with, when there is no room and that
// helps.
func (s *spool) makeRoom(size int64) {
	s.mu.Lock()
	tight := s.file != nil && !s.spoilt && s.size+size > s.bytesMost && 2*s.dead >= s.size
	s.mu.Unlock()
	if !tight {
		return
	}
	s.syncing.Lock()
	defer s.syncing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.compact(); err != nil {
		s.logger.Warn("spool not shortened", "error", err)
	}
}

// compact writes the file anew with only what waits. The old one stands until
// the new one is on the disk.
func (s *spool) compact() error {
	if s.file == nil {
		return errClosed
	}
	draft := s.path + ".draft"
	file, err := os.OpenFile(draft, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	var all []*event
	for _, line := range s.lines {
		all = append(all, line.events...)
	}
	slices.SortFunc(all, func(x, y *event) int { return int(x.span.at - y.span.at) })
	spans := make([]span, len(all))
	var size int64
	for i, e := range all {
		if _, err = io.Copy(io.NewOffsetWriter(file, size), io.NewSectionReader(s.file, e.span.at, e.span.size)); err != nil {
			break
		}
		spans[i] = span{size, e.span.size}
		size += e.span.size
	}
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = os.Rename(draft, s.path+".spool")
	}
	if err != nil {
		return errors.Join(err, file.Close(), os.Remove(draft))
	}
	for i, e := range all {
		e.span = spans[i]
	}
	old := s.file
	s.file, s.size, s.dead, s.synced = file, size, 0, s.written
	return errors.Join(syncDir(filepath.Dir(s.path)), old.Close())
}

// close gives up the file. What is out by then stays in it.
func (s *spool) close() error {
	s.syncing.Lock()
	defer s.syncing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return s.unlock()
	}
	err := s.file.Close()
	s.file = nil
	return errors.Join(err, s.unlock())
}

// syncDir makes a new name survive a power cut.
func syncDir(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
