package command

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// However often the same goes wrong, the log stays small, says how often, and
// hears what else there is.
func TestALogIsBoundedByKindAndMinute(t *testing.T) {
	var written bytes.Buffer
	log := newCalm(slog.NewTextHandler(&written, nil))
	at := time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC)
	say := func(handler slog.Handler, what string) {
		t.Helper()
		if err := handler.Handle(context.Background(), slog.NewRecord(at, slog.LevelWarn, what, 0)); err != nil {
			t.Fatal(err)
		}
	}
	part := log.WithAttrs([]slog.Attr{slog.String("part", "session")}).WithGroup("g")
	for i := range 1000 {
		say(part, "answer not sent")
		say(log, fmt.Sprintf("http: TLS handshake error from 10.0.0.%d:443", i))
		at = at.Add(10 * time.Millisecond)
	}
	say(log, "something else")
	count := func(what string) int { return strings.Count(written.String(), what) }
	if said, http, other := count("answer not sent"), count("http: TLS"), count("something else"); said != linesMost ||
		http != linesMost || other != 1 {
		t.Errorf("%d of one kind, %d of another and %d of a third were written", said, http, other)
	}
	written.Reset()
	at = at.Add(time.Minute)
	say(log, "answer not sent")
	if count("lines left out") != 2 || count("lines=940") != 2 || count("msg=\"answer not sent\"") != 1 {
		t.Errorf("in the next minute: %s", written.String())
	}
}
