package outbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// putBack is how long a job is left alone that this binary does not understand:
// another replica, of its own version, may be the next to see it.
const putBack = 5 * time.Second

// Versioned are arguments that have changed so that a binary of before would read
// them wrongly: they say a higher version than they did. Others are of version 1.
type Versioned interface {
	river.JobArgs
	Version() int
}

func versionOf(args river.JobArgs) int {
	if versioned, ok := args.(Versioned); ok {
		return versioned.Version()
	}
	return 1
}

// stamping writes the version of its arguments into each job.
var stamping = []rivertype.Hook{river.HookInsertBeginFunc(stamp)}

func stamp(_ context.Context, job *rivertype.JobInsertParams) error {
	fields, is := bytes.CutPrefix(bytes.TrimSpace(job.EncodedArgs), []byte("{"))
	if !is {
		return fmt.Errorf("arguments of %s are no object", job.Kind)
	}
	comma := ","
	if bytes.HasPrefix(bytes.TrimSpace(fields), []byte("}")) {
		comma = ""
	}
	job.EncodedArgs = append(fmt.Appendf(nil, `{"v":%d%s`, versionOf(job.Args), comma), fields...)
	return nil
}

// Readable reports whether this binary understands a job as it was meant: its
// version is known or, where it has none, every field of it is.
func Readable[T river.JobArgs](job *river.Job[T]) bool {
	var stamp struct {
		V *int `json:"v"`
	}
	if err := json.Unmarshal(job.EncodedArgs, &stamp); err != nil {
		return false
	}
	if stamp.V != nil {
		return 0 < *stamp.V && *stamp.V <= versionOf(job.Args)
	}
	strict := json.NewDecoder(bytes.NewReader(job.EncodedArgs))
	strict.DisallowUnknownFields()
	var args T
	return strict.Decode(&args) == nil
}

// reader works what this binary understands and puts the rest back: a job whose
// arguments read as nothing would be done at once, with success.
type reader[T river.JobArgs] struct{ river.Worker[T] }

func (r reader[T]) Work(ctx context.Context, job *river.Job[T]) error {
	if !Readable(job) {
		return river.JobSnooze(putBack)
	}
	return r.Worker.Work(ctx, job)
}

// Work adds the worker of a kind of jobs.
func Work[T river.JobArgs](workers *river.Workers, worker river.Worker[T]) {
	river.AddWorker(workers, reader[T]{worker})
}
