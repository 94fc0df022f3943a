package command

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode"
)

// linesMost bounds how many lines of one kind are written in a minute: a disk that
// a chat fills in an hour is an outage of its own.
const linesMost = 60

// calm passes on the first lines of each kind in a minute, and after that how many
// it left out. A kind is what is said up to the first number in it.
type calm struct {
	slog.Handler
	minute *minute // shared by those made of one another
}

type minute struct {
	mu    sync.Mutex
	since time.Time
	lines map[string]int
}

func newCalm(to slog.Handler) calm {
	return calm{to, &minute{lines: map[string]int{}}}
}

func (c calm) WithAttrs(attrs []slog.Attr) slog.Handler {
	return calm{c.Handler.WithAttrs(attrs), c.minute}
}

func (c calm) WithGroup(name string) slog.Handler { return calm{c.Handler.WithGroup(name), c.minute} }

func (c calm) Handle(ctx context.Context, record slog.Record) error {
	kind, _, _ := strings.Cut(record.Message, "\n")
	if at := strings.IndexFunc(kind, unicode.IsDigit); at > 0 {
		kind = kind[:at]
	}
	over, write := c.minute.count(kind, record.Time)
	for kind, lines := range over {
		told := slog.NewRecord(record.Time, slog.LevelWarn, "lines left out of the log", 0)
		told.AddAttrs(slog.String("kind", kind), slog.Int("lines", lines))
		if err := c.Handler.Handle(ctx, told); err != nil {
			return err
		}
	}
	if !write {
		return nil
	}
	return c.Handler.Handle(ctx, record)
}

// count says whether a line of a kind is written and, with the first line of a new
// minute, how many of each kind were not in the last one.
func (m *minute) count(kind string, at time.Time) (over map[string]int, write bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at.Sub(m.since) >= time.Minute || at.Before(m.since) {
		for kind, lines := range m.lines {
			if lines <= linesMost {
				delete(m.lines, kind)
			} else {
				m.lines[kind] = lines - linesMost
			}
		}
		over, m.lines, m.since = m.lines, map[string]int{}, at
	}
	m.lines[kind]++
	return over, m.lines[kind] <= linesMost
}
