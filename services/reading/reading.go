package reading

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime/debug"
	"time"

	"canbobot/services"
)

// Limits of one reading.
type Limits struct {
	Time   time.Duration // of a core
	Clock  time.Duration // longer, where others need the core too, and less than an event may take
	Memory int           // bytes, above what the program takes itself
	Answer int           // bytes of JSON
	// Costly is the code that a file is refused by (invalid) whose reading did not
	// end within these.
	Costly string
}

const (
	childName = "canbobot-reading"

	// atOnce bounds the children, and so what all of them take together.
	atOnce = 2
	// moment is how long somebody waits for others' files.
	moment = 3 * time.Second
	// lastWords are kept of a child that fell, for the log.
	lastWords = 2048
)

var places = make(chan struct{}, atOnce)

// answer is what a child writes.
type answer struct {
	Value   json.RawMessage `json:"value,omitempty"`
	Refused *refusal        `json:"refused,omitempty"`
	Failed  string          `json:"failed,omitempty"`
}

type refusal struct {
	Kind   services.Kind  `json:"kind"`
	Code   string         `json:"code"`
	Fields map[string]any `json:"fields,omitempty"`
	Cause  string         `json:"cause,omitempty"`
}

// Apart returns read as it is done in a child. It is called once for each name,
// for a package's variable: in the child it does not return. Beside what read
// refuses the result refuses with
//
//	invalid/(limits.Costly)   it did not end within the limits
//	unavailable/reading       others' files took too long, or no child could be started
func Apart[T any](name string, limits Limits, read func([]byte) (T, error)) func(context.Context, []byte) (T, error) {
	if len(os.Args) == 2 && os.Args[0] == childName && os.Args[1] == name {
		os.Exit(child(limits, func(content []byte) (any, error) { return read(content) }))
	}
	return func(ctx context.Context, content []byte) (value T, err error) {
		if inside {
			how := Read
			if value, err = read(content); err != nil {
				how = Refused
			}
			count(name, how)
			return value, err
		}
		got, how, err := run(ctx, name, limits, content)
		if err == nil {
			if how, err = Read, got.err(); err != nil {
				how = Refused
			} else if err = json.Unmarshal(got.Value, &value); err != nil {
				how, err = Fell, services.Invalid(limits.Costly).Because(err)
			}
		}
		count(name, how)
		return value, err
	}
}

// child reads what stands on standard input and says what it is.
func child(limits Limits, read func([]byte) (any, error)) int {
	debug.SetGCPercent(400) // it ends soon, and the limit below brings the collector back in time
	debug.SetMemoryLimit(int64(limits.Memory) * 3 / 4)
	if err := bound(limits); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	content, err := io.ReadAll(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var said answer
	value, err := read(content)
	if is := (*services.Error)(nil); errors.As(err, &is) {
		said.Refused = &refusal{Kind: is.Kind, Code: is.Code, Fields: is.Fields}
		if is.Cause != nil {
			said.Refused.Cause = is.Cause.Error()
		}
	} else if err != nil {
		said.Failed = err.Error()
	} else if said.Value, err = json.Marshal(value); err != nil {
		said.Failed = err.Error()
	}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// run has a child read content; an error says why there is no answer.
func run(ctx context.Context, name string, limits Limits, content []byte) (got answer, how Outcome, err error) {
	waiting := time.NewTimer(moment)
	defer waiting.Stop()
	select {
	case places <- struct{}{}:
		defer func() { <-places }()
	case <-waiting.C:
		return got, Busy, services.Unavailable("reading")
	case <-ctx.Done():
		return got, Busy, ctx.Err()
	}
	program, err := self()
	if err != nil {
		return got, Fell, services.Unavailable("reading").Because(err)
	}
	bounded, cancel := context.WithTimeout(ctx, limits.Clock)
	defer cancel()
	out, complaint := &upTo{most: limits.Answer}, &upTo{most: lastWords}
	command := exec.CommandContext(bounded, program)
	command.Args, command.Env = []string{childName, name}, []string{"GOMAXPROCS=1"}
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(content), out, complaint
	command.WaitDelay = time.Second
	if err := command.Start(); err != nil {
		return got, Fell, services.Unavailable("reading").Because(err)
	}
	err = command.Wait()
	switch {
	case err == nil:
		err = json.Unmarshal(out.taken, &got)
	case ctx.Err() != nil: // nobody waits for it
		return got, Busy, ctx.Err()
	}
	if err != nil {
		how = Fell
		if bounded.Err() != nil || overtime(command.ProcessState) {
			how = Late
		}
		first, _, _ := bytes.Cut(complaint.taken, []byte("\n"))
		return got, how, services.Invalid(limits.Costly).Because(fmt.Errorf("reading %s: %w: %s", name, err, first))
	}
	return got, Read, nil
}

// err is what the child's own code refused or failed with.
func (a answer) err() error {
	switch {
	case a.Refused != nil:
		is := &services.Error{Kind: a.Refused.Kind, Code: a.Refused.Code, Fields: a.Refused.Fields}
		for field, value := range is.Fields { // JSON knows no whole numbers
			if number, ok := value.(float64); ok && number == math.Trunc(number) {
				is.Fields[field] = int(number)
			}
		}
		if a.Refused.Cause != "" {
			is.Cause = errors.New(a.Refused.Cause)
		}
		return is
	case a.Failed != "":
		return errors.New(a.Failed)
	}
	return nil
}

// upTo takes so many bytes and no more.
type upTo struct {
	taken []byte
	most  int
}

func (u *upTo) Write(b []byte) (int, error) {
	if len(u.taken)+len(b) > u.most {
		return 0, errors.New("it says too much")
	}
	u.taken = append(u.taken, b...)
	return len(b), nil
}
