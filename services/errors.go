package services

import (
	"errors"
	"fmt"
)

// Kind sorts refusals by what the person can do about them.
type Kind string

const (
	KindInvalid     Kind = "invalid"     // say it differently
	KindDenied      Kind = "denied"      // not yours to do
	KindNotFound    Kind = "not_found"   // no such thing, or not in your ward
	KindConflict    Kind = "conflict"    // the world moved on; look again
	KindTooMany     Kind = "too_many"    // wait
	KindUnavailable Kind = "unavailable" // ours to mend; try again
	KindInternal    Kind = "internal"    // unknown: never shown
)

// Error is a refusal with a face for the person (Kind, Code, Fields fill a
// text) and one for the log (Cause).
type Error struct {
	Kind   Kind
	Code   string         // names the text, under errors.<kind>.<code>
	Fields map[string]any // values the text may name
	Cause  error
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Kind, e.Code, e.Cause)
	}
	return fmt.Sprintf("%s: %s", e.Kind, e.Code)
}

func (e *Error) Unwrap() error { return e.Cause }

// With adds a value for the text; it returns the error itself.
func (e *Error) With(field string, value any) *Error {
	if e.Fields == nil {
		e.Fields = map[string]any{}
	}
	e.Fields[field] = value
	return e
}

// Because keeps the cause for the log; it returns the error itself.
func (e *Error) Because(cause error) *Error {
	e.Cause = cause
	return e
}

func Invalid(code string) *Error     { return &Error{Kind: KindInvalid, Code: code} }
func Denied(code string) *Error      { return &Error{Kind: KindDenied, Code: code} }
func NotFound(code string) *Error    { return &Error{Kind: KindNotFound, Code: code} }
func Conflict(code string) *Error    { return &Error{Kind: KindConflict, Code: code} }
func TooMany(code string) *Error     { return &Error{Kind: KindTooMany, Code: code} }
func Unavailable(code string) *Error { return &Error{Kind: KindUnavailable, Code: code} }

// KindOf reads the kind of any error; what is not an *Error is internal.
func KindOf(err error) Kind {
	if refusal := (*Error)(nil); errors.As(err, &refusal) {
		return refusal.Kind
	}
	return KindInternal
}

// CodeOf reads the code of any error, empty when it is not an *Error.
func CodeOf(err error) string {
	if refusal := (*Error)(nil); errors.As(err, &refusal) {
		return refusal.Code
	}
	return ""
}

// IsRepeated reports whether err says that the same event was handled before.
func IsRepeated(err error) bool {
	return KindOf(err) == KindConflict && CodeOf(err) == "repeated"
}
