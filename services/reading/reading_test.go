package reading_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"canbobot/services"
	"canbobot/services/reading"
)

type echo struct{ Said string }

// held keeps what a child has taken from being given back.
var held [][]byte

var apart = reading.Apart("test", reading.Limits{Time: time.Second, Clock: 2 * time.Second,
	Memory: 64 << 20, Answer: 1 << 10, Costly: "file_costly"}, func(content []byte) (echo, error) {
	switch string(content) {
	case "refuse":
		return echo{}, services.Invalid("file_large").With("max", 12).Because(errors.New("why"))
	case "fail":
		return echo{}, errors.New("failed")
	case "panic":
		panic("fell")
	case "spin":
		for spun := uint64(0); ; spun++ {
			runtime.KeepAlive(spun)
		}
	case "rest":
		<-time.After(time.Hour)
	case "eat":
		for {
			more := make([]byte, 8<<20)
			for at := 0; at < len(more); at += 4096 {
				more[at] = 1
			}
			held = append(held, more)
		}
	case "talk":
		return echo{string(make([]byte, 1<<12))}, nil
	case "look":
		return echo{os.Getenv("PATH")}, nil
	case "write":
		file, err := os.CreateTemp("", "reading")
		if err == nil {
			defer os.Remove(file.Name())
			_, err = file.WriteString("x")
		}
		return echo{}, err
	}
	return echo{"said " + string(content)}, nil
})

func ask(ctx context.Context, content string) (echo, error) { return apart(ctx, []byte(content)) }

func TestWhatAChildSaysIsHeard(t *testing.T) {
	if got, err := ask(t.Context(), "hello"); err != nil || got.Said != "said hello" {
		t.Errorf("%+v, %v", got, err)
	}
	_, err := ask(t.Context(), "refuse")
	is := (*services.Error)(nil)
	if !errors.As(err, &is) || is.Kind != services.KindInvalid || is.Code != "file_large" ||
		!maps.Equal(is.Fields, map[string]any{"max": 12}) || is.Cause.Error() != "why" {
		t.Errorf("%#v", err)
	}
	if _, err := ask(t.Context(), "fail"); services.KindOf(err) != services.KindInternal || err.Error() != "failed" {
		t.Errorf("%v", err)
	}
	if _, err := ask(t.Context(), "write"); err == nil {
		t.Error("the child wrote a file")
	}
	if got, err := ask(t.Context(), "look"); err != nil || got.Said != "" {
		t.Errorf("the child sees the environment: %q, %v", got, err)
	}
}

// Whatever goes wrong in a child, it ends in time with a refusal and is counted.
func TestWhatIsTooMuchIsRefused(t *testing.T) {
	for _, c := range []struct {
		content string
		how     reading.Outcome
	}{
		{"panic", reading.Fell}, {"eat", reading.Fell}, {"talk", reading.Fell},
		{"spin", reading.Late}, {"rest", reading.Late},
	} {
		t.Run(c.content, func(t *testing.T) {
			before, begun := times(c.how), time.Now()
			_, err := ask(t.Context(), c.content)
			if services.KindOf(err) != services.KindInvalid || services.CodeOf(err) != "file_costly" {
				t.Errorf("%v", err)
			}
			if took := time.Since(begun); took > 4*time.Second {
				t.Errorf("it took %s", took)
			}
			if times(c.how) != before+1 {
				t.Errorf("not counted as %s", c.how)
			}
		})
	}
}

func times(how reading.Outcome) (n int) {
	reading.Counts(func(name string, is reading.Outcome, times int) {
		if name == "test" && is == how {
			n += times
		}
	})
	return n
}

// More files than may be read at once: who cannot be served soon is told so, and
// the places are free again afterwards.
func TestACrowdIsBounded(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	var crowd sync.WaitGroup
	codes := make(chan string, 8)
	for range cap(codes) {
		crowd.Go(func() {
			_, err := ask(ctx, "rest")
			codes <- string(services.KindOf(err)) + "/" + services.CodeOf(err)
		})
	}
	crowd.Wait()
	close(codes)
	got := slices.Sorted(func(yield func(string) bool) {
		for code := range codes {
			if !yield(code) {
				return
			}
		}
	})
	// Two at a time, two seconds each, three seconds of patience: four are killed, four were told to come again.
	if want := slices.Concat(slices.Repeat([]string{"invalid/file_costly"}, 4),
		slices.Repeat([]string{"unavailable/reading"}, 4)); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	leave()
	if _, err := ask(ctx, "hello"); !errors.Is(err, context.Canceled) {
		t.Errorf("who went away was served: %v", err)
	}
	if _, err := ask(t.Context(), "hello"); err != nil {
		t.Errorf("the places are taken: %v", err)
	}
}
