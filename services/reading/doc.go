// Package reading opens bytes from outside in a process of its own, so that what
// they cost is bounded by the system, whatever a decoder makes of them.
//
// The child is this very program, started again under another name: Apart, called
// for a package's variable, sees the name and becomes the child before anything
// else has begun. So any program that can read can also be started to read, tests
// too. The child is given the bytes and nothing else: no environment, hence no
// key, and no file. It answers in JSON, and is killed at the end of its time.
package reading
